//! What a section cannot do without: how it is looked for, and the command that installs it.

use std::path::PathBuf;

use crate::effect::environment;
use crate::effect::process::Program;
use crate::workspace::Workspace;

/// A program that must be there before a section can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A program in the workspace's `.tools`, or on `PATH`.
    Program {
        /// What it is called.
        name: &'static str,
        /// The command that installs it, to be run in the root of the workspace.
        install: &'static str,
    },
    /// A part of the toolchain. rustup puts its name on `PATH` before it is installed, so it is asked, not looked for.
    Component {
        /// The word after `cargo`.
        name: &'static str,
        /// The command that installs it.
        install: &'static str,
    },
    /// A module of Python.
    Module {
        /// What `import` calls it.
        name: &'static str,
        /// The command that installs it.
        install: &'static str,
    },
    /// A package for Node.js in the workspace's `.tools`.
    Package {
        /// What npm calls it.
        name: &'static str,
        /// The command that installs it.
        install: &'static str,
    },
}

impl Need {
    /// The program as a person calls it.
    pub fn name(&self) -> String {
        match self {
            Need::Program { name, .. } => (*name).to_owned(),
            Need::Component { name, .. } => format!("cargo {name}"),
            Need::Module { name, .. } => format!("python3 with the module {name}"),
            Need::Package { name, .. } => format!("node with the package {name}"),
        }
    }

    /// The command that installs it.
    pub fn install(&self) -> &'static str {
        match self {
            Need::Program { install, .. }
            | Need::Component { install, .. }
            | Need::Module { install, .. }
            | Need::Package { install, .. } => install,
        }
    }

    /// Whether it is there.
    pub fn is_there(&self, workspace: &Workspace) -> bool {
        match self {
            Need::Program { name, .. } => find(workspace, name).is_some(),
            Need::Component { name, .. } => workspace
                .cargo()
                .args([*name, "--version"])
                .output(None)
                .is_ok_and(|it| it.is_success()),
            Need::Module { name, .. } => find(workspace, "python3").is_some_and(|python| {
                let import = Program::new(python).args(["-c".to_owned(), format!("import {name}")]);
                import.output(None).is_ok_and(|it| it.is_success())
            }),
            Need::Package { name, .. } => {
                package(workspace, name).is_dir() && find(workspace, "node").is_some()
            }
        }
    }
}

/// The path of a program: what the workspace has for itself in `.tools` comes before `PATH`.
pub fn find(workspace: &Workspace, name: &str) -> Option<PathBuf> {
    // Python's virtual environments keep programs in `Scripts` on Windows and in `bin` elsewhere.
    let dirs = ["bin", "venv/bin", "venv/Scripts", "npm/node_modules/.bin"];
    dirs.iter()
        .find_map(|it| environment::executable(&workspace.tools_dir().join(it).join(name)))
        .or_else(|| environment::find_program(name))
}

/// The folder of an npm package in the workspace's `.tools`.
pub fn package(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.tools_dir().join("npm/node_modules").join(name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::effect::files;

    fn workspace(root: PathBuf) -> Workspace {
        Workspace {
            target_dir: root.join("target"),
            root,
            members: Vec::new(),
        }
    }

    #[test]
    fn the_tools_of_the_workspace_come_first() {
        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let workspace = workspace(scratch.path().to_owned());
        let own = scratch
            .path()
            .join(".tools/venv/bin")
            .join(format!("cargo{}", std::env::consts::EXE_SUFFIX));
        assert_ne!(find(&workspace, "cargo").unwrap(), own);
        files::write(&own, b"").unwrap();
        files::set_mode(&own, 0o755).unwrap();
        assert_eq!(find(&workspace, "cargo").unwrap(), own);
    }

    #[test]
    fn what_is_there_is_told_from_what_is_not() {
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let workspace = workspace(house.to_owned());
        let program = |name| Need::Program { name, install: "" }.is_there(&workspace);
        let component = |name| Need::Component { name, install: "" }.is_there(&workspace);
        assert!(program("cargo") && !program("no-such-program-here"));
        // The toolchain file of this workspace asks for clippy.
        assert!(component("clippy") && !component("no-such-program-here"));
    }
}
