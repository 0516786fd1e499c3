//! What a machine lacks for compiling some targets, and how each is got.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::build::Builder;
use crate::ci::need;
use crate::effect::environment;
use crate::effect::files::{self, Scratch};
use crate::effect::process::Program;
use crate::effect::report::Report;
use crate::problem::{Problem, Problems};
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

/// The tools that are there but do not run, or not as their pinned version. Asking starts each, so only `setup` does.
pub fn damaged(workspace: &Workspace, parts: &[(&'static Target, Builder)]) -> Vec<Need> {
    if !parts.iter().any(|(_, builder)| builder.needs_zig()) {
        return Vec::new();
    }
    let folder = tools::folder(workspace);
    TOOLS
        .iter()
        .filter(|it| it.find(&folder).is_some() && !it.runs(&folder))
        .map(Need::Tool)
        .collect()
}

/// The Python that installs tools, that of the judges' environment first: Debian's own comes without pip. Its pip is asked
/// for before anything is changed, since the words of Python name no way to get it.
fn python(workspace: &Workspace) -> Result<PathBuf, Problem> {
    let python = ["python3", "python"]
        .into_iter()
        .find_map(|it| need::find(workspace, it));
    let Some(python) = python else {
        return Err(Problem::new(
            "cannot install the tools: neither `python3` nor `python` is found",
        )
        .help("their makers publish them as Python packages: install Python 3 with pip, then run the same command again"));
    };
    let pip = Program::new(&python)
        .args(["-m", "pip", "--version"])
        .output(None);
    if pip.is_ok_and(|it| it.is_success()) {
        return Ok(python);
    }
    Err(Problem::new(format!(
        "cannot install the tools: `{}` has no pip",
        python.display()
    ))
    .help("install it: `apt-get install python3-pip`, or `python3 -m ensurepip`; then run the same command again"))
}

/// The programs that an installation takes, looked for before anything is changed; all that are missing at once.
fn installers(workspace: &Workspace, needs: &[Need]) -> anyhow::Result<Option<PathBuf>> {
    let mut problems = Problems::default();
    let are_targets = needs.iter().any(|it| matches!(it, Need::RustTarget(_)));
    if are_targets && environment::find_program("rustup").is_none() {
        problems.push(
            Problem::new("cannot install the Rust targets: `rustup` is not found")
                .help("get it from <https://rustup.rs>, or put `~/.cargo/bin` on the `PATH`")
                .help("where Rust came from a distribution, its packages hold the targets"),
        );
    }
    let are_tools = needs.iter().any(|it| matches!(it, Need::Tool(_)));
    let python = are_tools
        .then(|| python(workspace))
        .and_then(|it| it.map_err(|it| problems.push(it)).ok());
    problems.into_result()?;
    Ok(python)
}

/// Makes a folder of tools ready to be installed into, and holds it until the value goes.
pub fn begin(folder: &Path) -> anyhow::Result<File> {
    files::create_dir(folder)?;
    // Also where the workspace's own `.gitignore` does not name the folder.
    files::write(&folder.join(".gitignore"), b"*\n")?;
    // Workspaces may share the folder, and two of pip at once would lay their files over each other.
    let lock = files::lock(&folder.join("setup.lock"))?.ok_or_else(|| {
        Problem::new(format!(
            "cannot begin: another `cargo xtask setup` installs into `{}`",
            folder.display()
        ))
        .help("wait for it to end, then run the same command again")
    })?;
    files::remove_stale(folder)?;
    Ok(lock)
}

/// Gets what can be got, all targets with one call of rustup.
pub fn install(workspace: &Workspace, needs: &[Need], report: Report) -> anyhow::Result<()> {
    let python = installers(workspace, needs)?;
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
    let Some(python) = python else { return Ok(()) };
    let folder = tools::folder(workspace);
    let lock = begin(&folder)?;
    for need in needs {
        // What the other run has installed since is there.
        if let Need::Tool(tool) = need
            && !tool.runs(&folder)
        {
            report.step("Installing", format_args!("{} {}", tool.name, tool.version));
            install_tool(workspace, &python, tool, report)?;
        }
    }
    drop(lock);
    Ok(())
}

fn install_tool(workspace: &Workspace, python: &Path, tool: &Tool, report: Report) -> anyhow::Result<()> {
    let folder = tools::folder(workspace);
    let scratch = Scratch::new(&folder)?;
    let requirements = scratch.path().join("requirements.txt");
    files::write(&requirements, tool.requirement().as_bytes())?;
    let dir = tool.dir(&folder);
    files::remove_dir(&dir)?;
    let pip = clean_program(&python.to_string_lossy(), &workspace.root)
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
        .env("PIP_ROOT_USER_ACTION", "ignore");
    let status = pip.for_each_line(report, |line| report.say(line))?;
    if !status.success() {
        return Err(Problem::new(format!(
            "cannot install `{}` {}: pip ended with {status}",
            tool.name, tool.version
        ))
        .help("its own words stand above; it needs the network, or an index of yours in pip's settings")
        .help("the same command goes on from here; `--verbose` shows what is run")
        .into());
    }
    tool.stamp(&folder)
}
