//! Finds what cargo would take for fresh though its content changed, and cleans it before cargo runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::Package;

use crate::build::{Batch, PROFILE, flags};
use crate::effect::files;
use crate::effect::report::Report;
use crate::inputs::Memory;
use crate::inputs::neighbours::{folder_of, normal};
use crate::product::has_build_script;
use crate::target::Target;

/// Cargo decides by time stamps what is stale. Where content changed since the last build here, the packages that
/// hold it are cleaned, so that an old time stamp cannot keep an old binary alive.
pub(super) fn distrust_time_stamps(
    batch: &Batch<'_>,
    target: &Target,
    memory: &Memory,
    report: Report,
) -> anyhow::Result<()> {
    let workspace = batch.workspace;
    let folder = workspace.target_dir.join(target.triple).join(PROFILE);
    if !folder.is_dir() {
        return Ok(());
    }
    let neighbours = batch.source.neighbours.iter().map(|it| &it.package);
    let packages: Vec<&Package> = workspace.members.iter().chain(neighbours).collect();
    let mut stale: BTreeSet<&str> = match memory.changed(batch.source) {
        None => packages.iter().map(|it| it.name.as_str()).collect(),
        Some(changed) => {
            // Macros lie where the host's code does.
            let readers = readers(&workspace.root, &[folder, workspace.target_dir.join(PROFILE)])?;
            changed
                .iter()
                .flat_map(|it| owners(&packages, &normal(&workspace.root.join(it)), &readers))
                .collect()
        }
    };
    if memory.is_other_scene(batch) {
        // Few build scripts say that they look at the time, at a variable, or at git.
        let scripted = packages.iter().filter(|it| has_build_script(it));
        stale.extend(scripted.map(|it| it.name.as_str()));
    }
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
    program = program.args(flags::profile(workspace, &batch.config.dist)?);
    for name in stale {
        program = program.args(["--package", name]);
    }
    program
        .env("CARGO_TARGET_DIR", &workspace.target_dir)
        .env("CARGO_BUILD_BUILD_DIR", &workspace.target_dir)
        .read()
        .map(drop)
}

/// The packages that a changed file may concern: those whose code was compiled from it at the last build, and the
/// innermost one whose folder holds it, if it is Rust or a build script may read it.
fn owners<'a>(
    packages: &[&'a Package],
    path: &Path,
    readers: &BTreeMap<PathBuf, BTreeSet<String>>,
) -> BTreeSet<&'a str> {
    let crates = readers.get(path);
    let has_read = |it: &&&Package| {
        let names = it.targets.iter().map(|it| it.name.replace('-', "_"));
        crates.is_some_and(|crates| names.into_iter().any(|it| crates.contains(&it)))
    };
    let mut found: BTreeSet<&str> = packages
        .iter()
        .filter(has_read)
        .map(|it| it.name.as_str())
        .collect();
    let holders = packages.iter().filter(|it| path.starts_with(folder_of(it)));
    if let Some(holder) = holders.max_by_key(|it| it.manifest_path.as_str().len()) {
        let is_rust = path.extension().is_some_and(|it| it == "rs");
        if is_rust || has_build_script(holder) {
            found.insert(holder.name.as_str());
        }
    }
    found
}

/// Which crates were compiled from a file, by rustc's own lists (`deps/‹crate›-‹hash›.d`).
fn readers(root: &Path, folders: &[PathBuf]) -> anyhow::Result<BTreeMap<PathBuf, BTreeSet<String>>> {
    let mut readers: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for folder in folders {
        for list in files::list(&folder.join("deps"))? {
            let name = list
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let Some((name, _)) = name.strip_suffix(".d").and_then(|it| it.rsplit_once('-')) else {
                continue;
            };
            // A list that cannot be read is of a build that broke off, after which nothing is trusted anyway.
            let text = files::read_text(&list).unwrap_or_default();
            let Some((_, names)) = text.lines().next().and_then(|it| it.split_once(": ")) else {
                continue;
            };
            // A space within a name is escaped as in a makefile.
            let joined = names.trim().replace("\\ ", "\0");
            for file in joined.split(' ') {
                let path = normal(&root.join(file.replace('\0', " ")));
                readers.entry(path).or_default().insert(name.to_owned());
            }
        }
    }
    Ok(readers)
}
