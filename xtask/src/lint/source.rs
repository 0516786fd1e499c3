//! Where the demands of the stores are written: repositories at the commit that was read, and named documents.

/// A row.
#[derive(Debug)]
pub struct Source {
    /// The tag that rules name.
    pub tag: &'static str,
    /// What was read.
    pub title: &'static str,
}

/// The sources, in the order of their tags.
pub const SOURCES: &[Source] = &[
    row(
        "A1",
        "pacman and makepkg 6.0.2, lint_pkgbuild; archlinux/aurweb e223682, conf/config.defaults",
    ),
    row(
        "A2",
        "archlinux/aurweb e223682, aurweb/git/update.py, doc/rpc.txt",
    ),
    row("A3", "ArchWiki, AUR submission guidelines"),
    row(
        "C1",
        "the server of the Rust crate registry 57fa000, src/controllers/krate/publish.rs, crates_io_validation",
    ),
    row(
        "C2",
        "the server of the Rust crate registry 57fa000, src/config/publish_limits.rs",
    ),
    row(
        "C4",
        "rust-lang/cargo af373f7, reference: registry-web-api, publishing",
    ),
    row("DEB", "deb(5) of dpkg; Debian policy 4.6, chapters 5, 10 and 12"),
    row(
        "F1",
        "flathub-infra/documentation d823c64, requirements and submission",
    ),
    row(
        "F2",
        "flathub-infra/documentation d823c64, metainfo guidelines; AppStream 1.0",
    ),
    row(
        "F3",
        "flathub-infra/flatpak-builder-lint 3b7a092; flatpak/flatpak-builder b260e71, its schema",
    ),
    row("G1", "github/rest-api-description of 2022-11-28, releases"),
    row("G2", "github/docs, immutable releases"),
    row(
        "G3",
        "github/docs, working with the npm registry and the container registry",
    ),
    row(
        "H1",
        "Homebrew/brew aad366f, Acceptable-Formulae, Package-Acceptance-Policy",
    ),
    row(
        "H2",
        "Homebrew/brew aad366f, formulary.rb, Formula-Cookbook, How-to-Create-and-Maintain-a-Tap",
    ),
    row(
        "H3",
        "Homebrew/brew aad366f, rubocops: desc_helper, components_order, checksum, lines, class",
    ),
    row("H6", "Homebrew/brew pull requests 23657 and 23734"),
    row("HOUSE", "this project: what every channel's rules come down to"),
    row(
        "K1",
        "chocolatey/choco 219b4e8, infrastructure.app/rules, templates, nuget",
    ),
    row(
        "K2",
        "chocolatey/docs ba20f70, moderation, package-validator rules, create-packages",
    ),
    row(
        "K3",
        "chocolatey/docs ba20f70, community repository: common errors",
    ),
    row("M1", "npm/documentation 404e183, changelog of npm 12"),
    row("M2", "npm/documentation 404e183, package.json"),
    row("M3", "npm/cli 011f63d, lib/commands/publish.js"),
    row("N1", "NixOS/nixpkgs 0145c6d, pkgs/README.md"),
    row("N2", "NixOS/nixpkgs, pkgs/by-name/README.md; RFC 140"),
    row(
        "N3",
        "NixOS/nixpkgs-vet; pkgs/by-name/ri/ripgrep/package.nix at 0b18bc0",
    ),
    row("N4", "Nixpkgs 26.05 release notes; NixOS/nixpkgs#415566"),
    row("O1", "opencontainers/distribution-spec 967efdc, spec.md"),
    row(
        "O2",
        "opencontainers/image-spec 13cff54, annotations, image index, schemas",
    ),
    row(
        "P1",
        "pypi/warehouse 6b62157, forklift/legacy.py, forms.py, utils/project.py",
    ),
    row("P2", "pypi/warehouse 6b62157, forklift/metadata.py"),
    row(
        "P3",
        "pypa/packaging.python.org ab49948, version specifiers, name normalization",
    ),
    row(
        "P4",
        "pypa/packaging.python.org ab49948, binary distribution format, core metadata",
    ),
    row(
        "RPM",
        "rpm 4.18, docs/manual: format of version 4, tags, dependencies",
    ),
    row(
        "S1",
        "ScoopInstaller/Scoop b588a06, schema.json, lib/autoupdate.ps1",
    ),
    row("S2", "ScoopInstaller/.github, CONTRIBUTING"),
    row("S3", "ScoopInstaller/Scoop b588a06, test/Scoop-00File.Tests.ps1"),
    row("SPDX", "SPDX 2.3, annex D: licence expressions; the licence list"),
    row("W1", "microsoft/winget-cli fa3d9e5, schemas/JSON/manifests"),
    row("W2", "microsoft/winget-cli fa3d9e5, ManifestSchemaValidation.cpp"),
    row("W3", "microsoft/winget-cli fa3d9e5, ManifestValidation.cpp"),
    row(
        "W4",
        "microsoft/winget-pkgs, doc/Authoring.md, doc/manifest, doc/Policies.md",
    ),
    row(
        "Z1",
        "canonical/snapcraft 3cc6ffc, schema/snapcraft.json, models/project.py",
    ),
    row(
        "Z2",
        "snapcore/snapd cec484a, snap/validate.go, snap/naming/validate.go",
    ),
    row("Z4", "Snapcraft documentation: confinement, permission requests"),
    row(
        "Z5",
        "the store's review-tools, reviewtools/sr_security.py: owners, modes, packing again",
    ),
];

const fn row(tag: &'static str, title: &'static str) -> Source {
    Source { tag, title }
}

/// The row of a tag.
pub fn find(tag: &str) -> Option<&'static Source> {
    SOURCES.iter().find(|it| it.tag == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_sorted_and_unique() {
        assert!(SOURCES.is_sorted_by(|a, b| a.tag < b.tag));
    }
}
