//! The table of judges: programs that no one here wrote, which the tests ask whether what is rendered is right.
//!
//! `cargo xtask setup --judges` shows which are missing, and with `--install` gets them: Python packages into the virtual
//! environment `.tools/venv`, npm packages into `.tools/npm`, Debian's packages with apt-get.

use std::path::PathBuf;

use crate::ci::need;
use crate::effect::environment;
use crate::workspace::Workspace;

/// Where a judge comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// A Python package with its version, as pip takes it.
    Python(&'static str),
    /// An npm package with its version.
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
    /// Where it comes from.
    pub from: From,
    /// What it is asked, in one line.
    pub judges: &'static str,
}

/// The judges, in the order of their programs.
pub const JUDGES: &[Judge] = &[
    row("appstreamcli", From::Debian(&["appstream"]), "AppStream metainfo"),
    row("bsdtar", From::Debian(&["libarchive-tools"]), "a part of makepkg"),
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
    row("fakeroot", From::Debian(&["fakeroot"]), "a part of makepkg"),
    row(
        "flatpak-builder",
        From::Debian(&["flatpak", "flatpak-builder", "ostree"]),
        "Flatpak manifests",
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
    row("npm", From::Debian(&["npm"]), "npm packages, installed and run"),
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
        "skopeo",
        From::Debian(&["skopeo"]),
        "images: inspected and copied",
    ),
    row(
        "snap",
        From::Debian(&["snapd"]),
        "snaps: `snap pack --check-skeleton`",
    ),
    row(
        "tree-sitter-pwsh",
        From::Python("tree-sitter-pwsh"),
        "the grammar of PowerShell",
    ),
    row(
        "twine",
        From::Python("twine==7.0.0"),
        "wheels: the metadata and its description",
    ),
    row("umoci", From::Debian(&["umoci"]), "images: unpacked"),
    row("unsquashfs", From::Debian(&["squashfs-tools"]), "snaps: unpacked"),
    Judge {
        places: &["/usr/lib/wine/wine64"],
        ..row(
            "wine64",
            From::Debian(&["wine", "wine64"]),
            "runs programs for Windows",
        )
    },
    row("xmllint", From::Debian(&["libxml2-utils"]), "XML by its schema"),
];

const fn row(program: &'static str, from: From, judges: &'static str) -> Judge {
    Judge {
        program,
        places: &[],
        from,
        judges,
    }
}

impl Judge {
    /// The judge of a program.
    pub fn find(program: &str) -> Option<&'static Judge> {
        JUDGES.iter().find(|it| it.program == program)
    }

    /// Where it lies: in the workspace's `.tools`, on `PATH`, or in one of its further places.
    pub fn path(&self, workspace: &Workspace) -> Option<PathBuf> {
        let further = || {
            let places = self.places.iter().map(PathBuf::from);
            places.filter_map(|it| environment::executable(&it)).next()
        };
        need::find(workspace, self.program).or_else(further)
    }

    /// The command that installs it.
    pub fn install(&self) -> String {
        match self.from {
            From::Python(package) => format!(".tools/venv/bin/pip install '{package}'"),
            From::Npm(package) => format!("npm install --prefix .tools/npm '{package}'"),
            From::Debian(packages) => format!("apt-get install {}", packages.join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_unique() {
        assert!(JUDGES.is_sorted_by(|a, b| a.program < b.program));
    }
}
