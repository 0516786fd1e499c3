//! Lets cargo pack crates: the same words wherever the same bytes must come out.

use std::path::Path;

use crate::effect::process::{Outcome, Program};
use crate::workspace::clean_program;

/// How cargo is to look at the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// What is in no commit is packed too.
    pub is_dirty: bool,
    /// The lock file holds.
    pub has_lock: bool,
}

impl View {
    /// The words that say so.
    pub fn flags(self) -> impl Iterator<Item = &'static str> {
        let flags = [(self.is_dirty, "--allow-dirty"), (self.has_lock, "--locked")];
        flags.into_iter().filter(|it| it.0).map(|it| it.1)
    }
}

/// Packs packages of the workspace in `dir` into `package/` below `target`, all at once, since one may depend on another
/// that no registry has yet. They are not compiled: `dist` has done that, from the same source. Without the network where
/// cargo has all that it needs to know already. Gives the last try with how it ended.
pub fn pack(dir: &Path, names: &[&str], view: View, target: &Path) -> anyhow::Result<(Program, Outcome)> {
    let mut program = clean_program("cargo", dir)
        .args(["package", "--no-verify", "--quiet", "--color", "never"])
        .arg("--target-dir")
        .arg(target)
        .args(view.flags());
    for name in names {
        program = program.args(["--package", name]);
    }
    let offline = program.clone().arg("--offline");
    let outcome = offline.output(None)?;
    if outcome.is_success() {
        return Ok((offline, outcome));
    }
    let outcome = program.output(None)?;
    Ok((program, outcome))
}
