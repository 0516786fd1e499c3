//! Lets cargo pack the crates.

use crate::effect::files::{self, Scratch};
use crate::git::Git;
use crate::pack::{File, Mode};
use crate::problem::{Problem, Problems};
use crate::workspace::Workspace;

/// Packs the packages into a folder of its own and reads what lies there. They are not compiled: `dist` has done that,
/// from the same source. Without the network where cargo has all that it needs to know already.
pub(super) fn make(
    workspace: &Workspace,
    packages: &[(String, String)],
    is_dirty: bool,
    has_lock: bool,
) -> anyhow::Result<Vec<(String, File)>> {
    refuse_what_was_made(workspace, packages)?;
    let parent = workspace.state_dir();
    files::create_dir(&parent)?;
    let target = Scratch::new(&parent)?;
    let program = |is_offline: bool| {
        let mut program = workspace
            .cargo()
            .args(["package", "--no-verify", "--quiet", "--color", "never"])
            .arg("--target-dir")
            .arg(target.path());
        for (name, _) in packages {
            program = program.args(["--package", name]);
        }
        if is_dirty {
            program = program.arg("--allow-dirty");
        }
        // What was built has the versions of the lock file, and packing changes no file of the workspace.
        if has_lock {
            program = program.arg("--locked");
        }
        if is_offline {
            program = program.arg("--offline");
        }
        program
    };
    if !program(true).output(None)?.is_success() {
        program(false).read()?;
    }
    let packed = |(_, file): &(String, String)| {
        let mode = Mode::Plain;
        let bytes = files::read(&target.path().join("package").join(file))?;
        Ok((file.clone(), File { mode, bytes }))
    };
    packages.iter().map(packed).collect()
}

/// Without git, cargo packs all that lies in the package's folder: for a package in the root `dist/` too, with all that was
/// rendered before.
fn refuse_what_was_made(workspace: &Workspace, packages: &[(String, String)]) -> anyhow::Result<()> {
    if Git::find(&workspace.root)?.is_some() {
        return Ok(());
    }
    let mut problems = Problems::default();
    for (name, _) in packages {
        let cargo = workspace
            .cargo()
            .args(["package", "--list", "--allow-dirty", "--package", name]);
        if cargo.read()?.lines().any(|it| it.starts_with("dist/")) {
            problems.push(
                Problem::new(format!(
                    "cannot pack the crate `{name}`: it would hold `dist/`, for want of git"
                ))
                .help("put the workspace under git and ignore `/dist/`")
                .help("or write `exclude = [\"/dist\"]` into the package's `Cargo.toml`"),
            );
        }
    }
    problems.into_result()
}
