//! Installs judges: decided first as one list of packages for each installer, then one call of each.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::effect::environment;
use crate::effect::files;
use crate::effect::process::Program;
use crate::effect::report::Report;
use crate::judges::{From, JUDGES, Judge, pinned};
use crate::problem::{self, Problem, Problems};
use crate::workspace::{Workspace, clean_program};

/// What makes a virtual environment on Debian, where Python comes without it.
const VENV_PACKAGES: &[&str] = &["python3", "python3-venv"];

/// What each installer is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Debian's packages.
    pub debian: Vec<&'static str>,
    /// Python packages with their versions.
    pub python: Vec<&'static str>,
    /// npm packages with their versions.
    pub npm: Vec<&'static str>,
}

impl Plan {
    /// What gets the judges that are missing. pip and npm are given all that this table pins as soon as one is missing:
    /// each then finds versions of what these need that suit all of them.
    pub fn of(missing: &[&Judge]) -> Plan {
        let mut plan = Plan::default();
        for judge in missing {
            match judge.from {
                From::Debian(packages) => plan.debian.extend(packages),
                From::Python(_) => plan.python = every(|it| if let From::Python(it) = it { it } else { "" }),
                From::Npm(_) => plan.npm = every(|it| if let From::Npm(it) = it { it } else { "" }),
            }
        }
        plan.debian.sort_unstable();
        plan.debian.dedup();
        plan
    }
}

fn every(words: fn(From) -> &'static str) -> Vec<&'static str> {
    let mut all: Vec<&str> = JUDGES
        .iter()
        .flat_map(|it| words(it.from).split_whitespace())
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Gets packages from where they come.
type Install = fn(&Workspace, &[&str], Report) -> anyhow::Result<()>;

/// Installs what is missing. One installer's failure does not stop the others; all are told in the end.
pub fn install(workspace: &Workspace, missing: &[&Judge], report: Report) -> anyhow::Result<()> {
    let mut plan = Plan::of(missing);
    let mut problems = Problems::default();
    // A Python without its module for environments is found only by asking it.
    if !plan.python.is_empty() && !has_venv(workspace) && !can_make_venv() {
        plan.debian.extend(VENV_PACKAGES);
        plan.debian.sort_unstable();
        plan.debian.dedup();
    }
    let steps: [(&[&str], Install); 3] = [(&plan.debian, debian), (&plan.python, python), (&plan.npm, npm)];
    for (packages, get) in steps {
        if !packages.is_empty()
            && let Err(error) = get(workspace, packages, report)
        {
            problems.0.extend(problem::lines(&error));
        }
    }
    problems.into_result()
}

/// Debian's packages, as root or through sudo.
fn debian(workspace: &Workspace, packages: &[&str], report: Report) -> anyhow::Result<()> {
    let command = format!(
        "apt-get update && apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    );
    let cannot = format!("cannot install {}", packages.join(", "));
    if environment::find_program("apt-get").is_none() {
        return Err(Problem::new(format!("{cannot}: `apt-get` is not found"))
            .help("these are Debian's names: get the programs from this system's own packages")
            .help(format!("on Debian it is: {command}"))
            .into());
    }
    let is_root = Program::new("id")
        .arg("-u")
        .read()
        .is_ok_and(|it| it.trim() == "0");
    if !is_root && environment::find_program("sudo").is_none() {
        return Err(
            Problem::new(format!("{cannot}: only root may, and there is no `sudo`"))
                .help(format!("run as root: {command}"))
                .into(),
        );
    }
    // sudo passes no variables on, but `env` is a program like any other.
    let words: &[&str] = if is_root { &["env"] } else { &["sudo", "env"] };
    let apt = |rest: &[&str]| {
        clean_program(words[0], &workspace.root)
            .args(&words[1..])
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"])
            .args(rest)
    };
    report.step("Installing", format_args!("with apt-get: {}", packages.join(" ")));
    quietly(&apt(&["update"]), report)?;
    let install = apt(&["install", "-y", "--no-install-recommends"]).args(packages);
    quietly(&install, report).context(cannot)
}

/// Runs a program of many words: only `--verbose` shows them, errors are shown always.
fn quietly(program: &Program, report: Report) -> anyhow::Result<()> {
    let status = program.for_each_line(report, |line| report.detail(line))?;
    if status.success() {
        return Ok(());
    }
    Err(
        Problem::new(format!("`{}` failed with {status}", program.shown()))
            .help("the same command with `--verbose` shows all that it says")
            .into(),
    )
}

/// Python packages, all with one call of pip, so that it can find versions that suit all of them.
pub fn python(workspace: &Workspace, packages: &[&str], report: Report) -> anyhow::Result<()> {
    let venv = pinned::venv(workspace);
    if !has_venv(workspace) {
        let python = system_python().ok_or_else(|| {
            Problem::new("cannot install the Python packages: neither `python3` nor `python` is found")
                .help("install Python 3 with its module `venv`, then run the same command again")
        })?;
        report.step(
            "Making",
            format_args!("the environment {}", workspace.shown(&venv)),
        );
        // What a Python that is gone has left would be in the way.
        clean_program(&python.to_string_lossy(), &workspace.root)
            .args(["-m", "venv", "--clear"])
            .arg(&venv)
            .run(report)
            .map_err(|error| {
                Problem::new(format!("{error:#}"))
                    .help("on Debian the module `venv` is a package of its own: apt-get install python3-venv")
            })?;
    }
    report.step("Installing", format_args!("with pip: {}", packages.join(" ")));
    clean_program(&venv_python(&venv).to_string_lossy(), &workspace.root)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ])
        .args(packages)
        .run(report)
        .context("cannot install the Python packages")
}

/// npm packages, without the programs that they would run while they are installed.
fn npm(workspace: &Workspace, packages: &[&str], report: Report) -> anyhow::Result<()> {
    let npm = environment::find_program("npm").ok_or_else(|| {
        Problem::new("cannot install the npm packages: `npm` is not found")
            .help("install Node.js with npm, then run the same command again")
    })?;
    let folder = pinned::npm(workspace);
    files::create_dir(&folder)?;
    report.step("Installing", format_args!("with npm: {}", packages.join(" ")));
    clean_program(&npm.to_string_lossy(), &folder)
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--save-exact",
        ])
        .arg("--prefix")
        .arg(&folder)
        .args(packages)
        .run(report)
        .context("cannot install the npm packages")
}

/// The environment's own Python, on Windows in another folder.
fn venv_python(venv: &Path) -> PathBuf {
    let names = ["bin/python3", "Scripts/python"];
    let found = names
        .iter()
        .find_map(|it| environment::executable(&venv.join(it)));
    found.unwrap_or_else(|| venv.join(names[0]))
}

/// Whether the environment is there with a pip that runs: one whose Python is gone does not.
fn has_venv(workspace: &Workspace) -> bool {
    let python = venv_python(&pinned::venv(workspace));
    python.is_file() && succeeds(&Program::new(python).args(["-m", "pip", "--version"]))
}

fn can_make_venv() -> bool {
    system_python().is_some_and(|it| succeeds(&Program::new(it).args(["-c", "import ensurepip, venv"])))
}

fn system_python() -> Option<PathBuf> {
    ["python3", "python"]
        .into_iter()
        .find_map(environment::find_program)
}

fn succeeds(program: &Program) -> bool {
    program.output(None).is_ok_and(|it| it.is_success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(programs: &[&str]) -> Plan {
        let judges: Vec<&Judge> = programs.iter().map(|it| Judge::find(it).unwrap()).collect();
        Plan::of(&judges)
    }

    #[test]
    fn each_package_is_asked_for_once() {
        assert_eq!(plan(&[]), Plan::default());
        let plan = plan(&["skopeo", "wine64", "skopeo"]);
        assert_eq!(plan.debian, ["skopeo", "wine", "wine64"]);
        assert!(plan.python.is_empty() && plan.npm.is_empty());
    }

    #[test]
    fn one_missing_python_package_asks_for_all() {
        let plan = plan(&["twine"]);
        assert!(plan.python.contains(&"zizmor==1.32.0") && plan.python.contains(&"tree-sitter==0.26.1"));
        assert!(plan.debian.is_empty());
    }
}
