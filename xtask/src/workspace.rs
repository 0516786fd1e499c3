//! The facts of a Cargo workspace: where it lies, what it ships, as `cargo metadata` describes it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::effect::environment;
use crate::effect::process::Program;
use crate::problem::Problem;

/// Variables that `cargo run` and rustup set for this program and that a cargo started by it must not inherit:
/// another workspace may pin another toolchain.
const INHERITED: &[&str] = &[
    "CARGO",
    "RUSTUP_TOOLCHAIN",
    "RUST_RECURSION_COUNT",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
];

/// A workspace on disk, read once.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target_dir: PathBuf,
    /// The members, in the order of their names.
    pub members: Vec<Package>,
}

impl Workspace {
    /// Reads the workspace that holds `dir`, without resolving dependencies: no network, no lock file needed.
    pub fn load(dir: Option<&Path>) -> anyhow::Result<Workspace> {
        let dir = match folder(dir)? {
            Some(dir) => dir.to_owned(),
            None => environment::current_dir()?,
        };
        let metadata = metadata(&dir, &["--no-deps"])?;
        let mut members: Vec<Package> = metadata.workspace_packages().into_iter().cloned().collect();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Workspace {
            root: metadata.workspace_root.clone().into_std_path_buf(),
            target_dir: metadata.target_directory.clone().into_std_path_buf(),
            members,
        })
    }

    /// Where artifacts are collected.
    pub fn dist_dir(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Where reports of coverage are collected.
    pub fn coverage_dir(&self) -> PathBuf {
        self.root.join("coverage")
    }

    /// Where this program keeps what it may forget: staging folders, the state of builds.
    pub fn state_dir(&self) -> PathBuf {
        self.target_dir.join("xtask")
    }

    /// Where `cargo xtask setup` installs programs of pinned versions.
    pub fn tools_dir(&self) -> PathBuf {
        self.root.join(".tools")
    }

    /// A path as a person reads it: from the root when it lies below it, with `/`; `.` for the root itself.
    pub fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        if path.as_os_str().is_empty() {
            return ".".to_owned();
        }
        path.to_string_lossy().replace('\\', "/")
    }

    /// A cargo that runs in the root and picks the toolchain which the workspace pins.
    pub fn cargo(&self) -> Program {
        cargo(&self.root)
    }
}

/// The folder that `-C` names, which must be there.
pub fn folder(dir: Option<&Path>) -> anyhow::Result<Option<&Path>> {
    let Some(dir) = dir.filter(|it| !it.is_dir()) else {
        return Ok(dir);
    };
    let found = if dir.exists() {
        "it is no folder"
    } else {
        "no such folder"
    };
    Err(
        Problem::usage(format!("cannot work on `{}`: {found}", dir.display()))
            .help("`-C` takes the folder to work on")
            .into(),
    )
}

/// A program that runs in `dir` without what `cargo run` told us about ourselves.
pub fn clean_program(name: &str, dir: &Path) -> Program {
    INHERITED
        .iter()
        .fold(Program::new(name).dir(dir), Program::env_remove)
}

/// Runs `cargo metadata` in a folder with further words.
pub fn metadata(dir: &Path, words: &[&str]) -> anyhow::Result<Metadata> {
    let whole = environment::current_dir()?.join(dir);
    let is_manifest_above = whole
        .canonicalize()
        .unwrap_or(whole)
        .ancestors()
        .any(|it| it.join("Cargo.toml").exists());
    if !is_manifest_above {
        return Err(Problem::new(format!(
            "cannot read the Cargo workspace of `{}`: could not find `Cargo.toml` there or above",
            dir.display()
        ))
        .help("run it inside a workspace, or name one: `cargo xtask -C DIR …`")
        .into());
    }
    let text = cargo(dir)
        .args(["metadata", "--format-version", "1", "--color", "never"])
        .args(words)
        .read()
        .with_context(|| format!("cannot read the Cargo workspace of `{}`", dir.display()))?;
    MetadataCommand::parse(text).context("cannot understand what `cargo metadata` printed")
}

fn cargo(dir: &Path) -> Program {
    clean_program("cargo", dir)
}
