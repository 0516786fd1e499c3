//! Finds what cargo would take for fresh though its content changed, and cleans it before cargo runs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::build::{Bench, PROFILE, flags};
use crate::effect::files;
use crate::effect::report::Report;
use crate::inputs::Memory;
use crate::product::has_build_script;
use crate::target::Target;
use crate::workspace::Workspace;

/// Cargo decides by time stamps what is stale. Where content changed since the last build here, the packages that
/// hold it are cleaned, so that an old time stamp cannot keep an old binary alive.
pub(super) fn distrust_time_stamps(
    bench: &Bench<'_>,
    target: &Target,
    memory: &Memory,
    report: Report,
) -> anyhow::Result<()> {
    let workspace = bench.workspace;
    let folder = workspace.target_dir.join(target.triple).join(PROFILE);
    if !folder.is_dir() {
        return Ok(());
    }
    let stale: BTreeSet<&str> = match memory.changed(bench.source) {
        None => workspace.members.iter().map(|it| it.name.as_str()).collect(),
        Some(changed) => {
            let known = dependency_files(bench, &folder);
            changed
                .iter()
                .flat_map(|it| owners(workspace, it, &known))
                .collect()
        }
    };
    if stale.is_empty() {
        return Ok(());
    }
    report.detail(format_args!(
        "content changed in {}",
        stale.iter().copied().collect::<Vec<_>>().join(", ")
    ));
    let mut program = workspace.cargo().args([
        "clean",
        "--quiet",
        "--profile",
        PROFILE,
        "--target",
        target.triple,
    ]);
    program = program.args(flags::profile(workspace, &bench.config.dist)?);
    for name in stale {
        program = program.args(["--package", name]);
    }
    program
        .env("CARGO_TARGET_DIR", &workspace.target_dir)
        .read()
        .map(drop)
}

/// The members that a changed file may concern: the one whose folder holds it, if cargo saw the file at the last
/// build, if it is Rust, or if a build script may read it; every member if cargo saw a file that no member holds.
fn owners<'a>(workspace: &'a Workspace, changed: &str, known: &BTreeSet<PathBuf>) -> Vec<&'a str> {
    let path = workspace.root.join(changed);
    let is_known = known.iter().any(|it| path.starts_with(it));
    let folder =
        |it: &'a cargo_metadata::Package| it.manifest_path.parent().map(|it| it.as_std_path().to_owned());
    let holders = workspace
        .members
        .iter()
        .filter(|it| folder(it).is_some_and(|it| path.starts_with(it)));
    let owner = holders.max_by_key(|it| it.manifest_path.as_str().len());
    match owner {
        Some(owner) => {
            let is_rust = path.extension().is_some_and(|it| it == "rs");
            let concerns = is_known || is_rust || has_build_script(owner);
            concerns.then_some(owner.name.as_str()).into_iter().collect()
        }
        None if is_known => workspace.members.iter().map(|it| it.name.as_str()).collect(),
        None => Vec::new(),
    }
}

/// The files that cargo's own lists (`‹binary›.d`) name as what the binaries were made from.
fn dependency_files(bench: &Bench<'_>, folder: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for binary in bench.products.iter().flat_map(|it| &it.binaries) {
        let Ok(text) = files::read_text(&folder.join(format!("{binary}.d"))) else {
            continue;
        };
        let Some((_, names)) = text.split_once(": ") else {
            continue;
        };
        // A space within a name is escaped as in a makefile.
        let joined = names.trim().replace("\\ ", "\0");
        files.extend(
            joined
                .split(' ')
                .map(|it| bench.workspace.root.join(it.replace('\0', " "))),
        );
    }
    files
}
