//! Why a program could not be started, and how people get one that is not there.

use std::io;
use std::path::Path;

use crate::problem::Problem;

/// The error of a start. A program that is not there is no fault of its words; any other reason is the system's own.
pub(super) fn problem(name: &Path, dir: Option<&Path>, shown: &str, error: io::Error) -> anyhow::Error {
    let is_missing =
        error.kind() == io::ErrorKind::NotFound && !name.exists() && dir.is_none_or(Path::is_dir);
    if !is_missing {
        return anyhow::Error::new(error).context(format!("cannot start `{shown}`"));
    }
    let problem = Problem::new(format!("cannot start `{shown}`: no such program"));
    match name.components().count() {
        1 => problem.help(source(name)),
        _ => problem.help(format!("looked for `{}`", name.display())),
    }
    .into()
}

/// How people get a program that is not on the search path.
fn source(name: &Path) -> String {
    let name = name.to_string_lossy();
    match name.as_ref() {
        "cargo" | "rustc" | "rustup" => format!(
            "`{name}` comes with rustup, <https://rustup.rs>; put `~/.cargo/bin` on the `PATH` where it is installed"
        ),
        _ => format!("install `{name}`, or put its folder on the `PATH`"),
    }
}
