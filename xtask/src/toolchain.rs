//! The Rust compiler that a workspace pins: version, host, where its targets lie.

use std::path::PathBuf;

use anyhow::Context;

use crate::release;
use crate::target::Target;
use crate::workspace::{Workspace, clean_program};

/// What `rustc` says of itself.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The first line of `rustc -V`.
    pub rustc: String,
    /// The triple of this machine.
    pub host: String,
    /// The version of LLVM.
    pub llvm: String,
    /// The commit that the compiler was built from.
    pub commit: String,
    /// The folder of the toolchain.
    pub sysroot: PathBuf,
}

impl Toolchain {
    /// Asks the compiler of the workspace.
    pub fn load(workspace: &Workspace) -> anyhow::Result<Toolchain> {
        let rustc = |word: &[&str]| {
            clean_program("rustc", &workspace.root)
                .args(word)
                .read()
                .context("cannot ask the Rust compiler")
        };
        let (facts, sysroot) = std::thread::scope(|scope| {
            let facts = scope.spawn(|| rustc(&["-vV"]));
            let sysroot = rustc(&["--print", "sysroot"]);
            (facts.join().expect("no panic"), sysroot)
        });
        let facts = facts?;
        let field = |name: &str| {
            let value = facts
                .lines()
                .find_map(|it| it.strip_prefix(name)?.strip_prefix(": "));
            value
                .map(str::to_owned)
                .with_context(|| format!("`rustc -vV` does not say its `{name}`"))
        };
        Ok(Toolchain {
            rustc: facts.lines().next().unwrap_or_default().to_owned(),
            host: field("host")?,
            llvm: field("LLVM version")?,
            commit: field("commit-hash")?,
            sysroot: PathBuf::from(sysroot?),
        })
    }

    /// Whether the standard library of a target is installed.
    pub fn has_target(&self, target: &Target) -> bool {
        self.sysroot
            .join("lib/rustlib")
            .join(target.triple)
            .join("lib")
            .is_dir()
    }

    /// What `artifacts.json` keeps of it.
    pub fn facts(&self) -> release::Toolchain {
        release::Toolchain {
            rustc: self.rustc.clone(),
            host: self.host.clone(),
            llvm: self.llvm.clone(),
        }
    }
}
