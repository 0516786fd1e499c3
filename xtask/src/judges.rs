//! The table of judges: programs that no one here wrote, which tests and the sections of `ci` ask whether all is right.
//!
//! `cargo xtask setup --judges` shows which are missing, and with `--install` gets them: Python packages into the virtual
//! environment `.tools/venv`, npm packages into `.tools/npm`, Debian's packages with apt-get.

pub mod fetch;
pub mod install;
pub mod pinned;
pub mod schemas;
mod table;

use std::path::PathBuf;

use crate::ci::need;
use crate::effect::environment;
use crate::workspace::Workspace;

pub use table::JUDGES;

/// Where a judge comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// A Python package with its version, as pip takes it; several are parted by spaces.
    Python(&'static str),
    /// An npm package with its version; several are parted by spaces.
    Npm(&'static str),
    /// Debian's packages.
    Debian(&'static [&'static str]),
}

/// A judge.
#[derive(Debug)]
pub struct Judge {
    /// The program, as it is started.
    pub program: &'static str,
    /// Further places where it may lie, for programs that are not on `PATH`.
    pub places: &'static [&'static str],
    /// The module of Python that it is, where it is no program: then `program` is its name, and `python3` is started.
    pub module: Option<&'static str>,
    /// Where it comes from.
    pub from: From,
    /// What it is asked, in one line.
    pub judges: &'static str,
}

/// What is wrong with a judge on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// It is not there.
    Missing,
    /// The tool folder holds this version of it.
    Other(String),
}

impl Lack {
    /// A word or two for a list.
    pub fn word(&self) -> String {
        match self {
            Lack::Missing => "missing".to_owned(),
            Lack::Other(version) => format!("of another version, {version}:"),
        }
    }
}

impl Judge {
    /// The judge of a program.
    pub fn find(program: &str) -> Option<&'static Judge> {
        JUDGES.iter().find(|it| it.program == program)
    }

    /// Where it lies: in the workspace's `.tools`, on `PATH`, or in one of its further places. For a module it is the
    /// Python that has it.
    pub fn path(&self, workspace: &Workspace) -> Option<PathBuf> {
        if self.module.is_some() {
            let is_there = pinned::of(workspace, self).is_none_or(|it| it.is_right());
            return need::find(workspace, "python3").filter(|_| is_there);
        }
        let further = || {
            let mut places = self.places.iter().map(PathBuf::from);
            places.find_map(|it| environment::executable(&it))
        };
        // What an npm package carries without naming it as a program of its own.
        let carried = || match self.from {
            From::Npm(package) => {
                let name = package
                    .rfind('@')
                    .filter(|it| *it > 0)
                    .map_or(package, |it| &package[..it]);
                let modules = workspace.tools_dir().join("npm/node_modules");
                Some(modules.join(name).join(self.program)).filter(|it| it.is_file())
            }
            From::Python(_) | From::Debian(_) => None,
        };
        need::find(workspace, self.program)
            .or_else(carried)
            .or_else(further)
    }

    /// What is wrong with it here: it is not there, or in the tool folder in another version than the pinned one.
    pub fn lack(&self, workspace: &Workspace) -> Option<Lack> {
        let is_there = self.path(workspace).is_some();
        match pinned::of(workspace, self) {
            Some(pinned::Found::Other(version)) => Some(Lack::Other(version)),
            _ if is_there => None,
            _ => Some(Lack::Missing),
        }
    }

    /// The command that installs it.
    pub fn install(&self) -> String {
        match self.from {
            From::Python(packages) => format!(".tools/venv/bin/pip install {}", quoted(packages)),
            From::Npm(packages) => format!("npm install --prefix .tools/npm {}", quoted(packages)),
            From::Debian(packages) => format!("apt-get install {}", packages.join(" ")),
        }
    }
}

/// Each word in quotes: a `[` is a pattern for some shells.
fn quoted(words: &str) -> String {
    let words: Vec<String> = words.split_whitespace().map(|it| format!("'{it}'")).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_unique() {
        assert!(JUDGES.is_sorted_by(|a, b| a.program < b.program));
    }

    #[test]
    fn packages_of_python_and_npm_have_their_versions() {
        for judge in JUDGES {
            match judge.from {
                From::Python(words) => {
                    assert!(words.split_whitespace().all(|it| it.contains("==")), "{words}");
                }
                From::Npm(words) => {
                    assert!(
                        words.split_whitespace().all(|it| it[1..].contains('@')),
                        "{words}"
                    );
                }
                From::Debian(packages) => assert!(!packages.is_empty()),
            }
        }
    }
}
