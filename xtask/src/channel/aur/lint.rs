//! What makepkg, the AUR's hook and its guidelines demand of a package base.

mod fields;
mod release;
mod sources;
mod tree;

use crate::channel::aur::pkgbuild::Pkgbuild;
use crate::lint::{File, Flaw, Rule, Severity, Subject};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "aur/all-machines",
        source: "HOUSE",
        severity: Severity::Warned,
        demands: "every machine that was built for Linux can install the prebuilt package",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::all_machines,
    },
    Rule {
        id: "aur/arch-known",
        source: "A1",
        severity: Severity::Refused,
        demands: "`arch` has words of letters, digits and `_`, and `any` only alone",
        help: "write what `uname -m` says on Arch, such as `x86_64`, `aarch64`, `armv7h` or `i686`",
        check: |subject| each(subject, fields::arch),
    },
    Rule {
        id: "aur/bin-conflicts",
        source: "A3",
        severity: Severity::Warned,
        demands: "a package of prebuilt programs provides the one that is built from source, and conflicts with it",
        help: "write `provides=('‹name›')` and `conflicts=('‹name›')`",
        check: |subject| each(subject, fields::bin_conflicts),
    },
    Rule {
        id: "aur/bin-suffix",
        source: "A3",
        severity: Severity::Policy,
        demands: "a package of prebuilt programs whose source is open has a name that ends in `-bin`",
        help: "call it `‹name›-bin`",
        check: |subject| each(subject, fields::bin_suffix),
    },
    Rule {
        id: "aur/blob-size",
        source: "A2",
        severity: Severity::Refused,
        demands: "no file has more than 256000 bytes",
        help: "let the package download it instead",
        check: tree::blob_size,
    },
    Rule {
        id: "aur/companions",
        source: "A2",
        severity: Severity::Refused,
        demands: "install scripts, changelogs and local sources lie beside the PKGBUILD",
        help: "add the file, or take it out of the PKGBUILD and write `.SRCINFO` anew",
        check: tree::companions,
    },
    Rule {
        id: "aur/files",
        source: "A2",
        severity: Severity::Refused,
        demands: "there are PKGBUILD and .SRCINFO, and no folders but `keys/pgp` and `LICENSES`",
        help: "add the file, or take the folder away; the repository has a package base and nothing else",
        check: tree::files,
    },
    Rule {
        id: "aur/hash-of-url",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "each checksum is that of the file which its address names",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::hash_of_url,
    },
    Rule {
        id: "aur/installed-is-there",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "what the prebuilt package installs is in its archives, and every program is installed",
        help: "see what the archive holds: `tar -tf dist/‹archive›`",
        check: release::installed_is_there,
    },
    Rule {
        id: "aur/license-spdx",
        source: "A3",
        severity: Severity::Warned,
        demands: "`license` is there, and each value is an SPDX expression",
        help: "write `license=('MIT OR Apache-2.0')`; a text of your own is `LicenseRef-‹name›`",
        check: |subject| each(subject, fields::license),
    },
    Rule {
        id: "aur/license-text",
        source: "A3",
        severity: Severity::Warned,
        demands: "the text of a licence that Arch does not install is in `/usr/share/licenses/$pkgname`",
        help: "put a `LICENSE` beside `Cargo.toml` and run `cargo xtask dist`; by hand, add `install -Dm644 LICENSE -t \
               \"$pkgdir/usr/share/licenses/$pkgname\"` to `package()`",
        check: |subject| each(subject, fields::license_text),
    },
    Rule {
        id: "aur/local-base",
        source: "A2",
        severity: Severity::Refused,
        demands: "the package base has the name of its repository, which is its folder's",
        help: "rename the folder, or set `pkgbase`",
        check: tree::base,
    },
    Rule {
        id: "aur/locked-build",
        source: "A3",
        severity: Severity::Warned,
        demands: "cargo builds what Cargo.lock says, and `cargo` is in `makedepends`",
        help: "write `cargo fetch --locked` in `prepare()`, `cargo build --frozen` in `build()`, `makedepends=('cargo')`",
        check: |subject| each(subject, fields::locked_build),
    },
    Rule {
        id: "aur/package-function",
        source: "A1",
        severity: Severity::Refused,
        demands: "there is a function `package`",
        help: "add `package() { … }`, which installs into \"$pkgdir\"",
        check: |subject| each(subject, fields::package_function),
    },
    Rule {
        id: "aur/pkgdesc-length",
        source: "A1",
        severity: Severity::Refused,
        demands: "`pkgdesc` has at most 255 bytes",
        help: "write a shorter `summary` under `[channel.aur]`",
        check: |subject| each(subject, fields::description_length),
    },
    Rule {
        id: "aur/pkgdesc-style",
        source: "A3",
        severity: Severity::Warned,
        demands: "`pkgdesc` is there, has some 80 characters, and does not begin with the package's name",
        help: "write a shorter `summary` under `[channel.aur]`, without the name",
        check: |subject| each(subject, fields::description_style),
    },
    Rule {
        id: "aur/pkgname-form",
        source: "A1",
        severity: Severity::Refused,
        demands: "a name has lower-case letters, digits and `@._+-`, begins with a letter or a digit, and has at most 255 bytes",
        help: "set `name` under `[channel.aur]`",
        check: |subject| each(subject, fields::names),
    },
    Rule {
        id: "aur/pkgrel-form",
        source: "A1",
        severity: Severity::Refused,
        demands: "`pkgrel` is a number, or two with a dot between; `epoch` is a number",
        help: "set `pkgrel = \"1\"` under `[channel.aur]`",
        check: |subject| each(subject, fields::release_form),
    },
    Rule {
        id: "aur/pkgver-form",
        source: "A1",
        severity: Severity::Refused,
        demands: "`pkgver` is ASCII without `:`, `/`, `-` and white space",
        help: "attach the pre-release without the hyphen: `1.2.3rc.1`",
        check: |subject| each(subject, fields::version_form),
    },
    Rule {
        id: "aur/pkgver-order",
        source: "A1",
        severity: Severity::Refused,
        demands: "pacman takes a pre-release for older than the release: letters follow the number at once",
        help: "write `1.2.3rc.1`: `1.2.3_rc.1`, `1.2.3.rc.1` and `1.2.3+1` are newer than `1.2.3` for `vercmp`",
        check: |subject| each(subject, fields::version_order),
    },
    Rule {
        id: "aur/quoted-folders",
        source: "A3",
        severity: Severity::Warned,
        demands: "`$srcdir` and `$pkgdir` stand in double quotes",
        help: "write \"$srcdir\" and \"$pkgdir\": the folder of whoever builds may have a space in its name",
        check: |subject| each(subject, fields::quoted_folders),
    },
    Rule {
        id: "aur/readable",
        source: "HOUSE",
        severity: Severity::Warned,
        demands: "the variables can be read without running the file",
        help: "write plain assignments; what is not read here is not checked",
        check: |subject| each(subject, fields::readable),
    },
    Rule {
        id: "aur/source-length",
        source: "A1",
        severity: Severity::Refused,
        demands: "`url` and each source have at most 8000 bytes",
        help: "use a shorter address",
        check: |subject| each(subject, sources::length),
    },
    Rule {
        id: "aur/source-versioned",
        source: "A3",
        severity: Severity::Warned,
        demands: "a downloaded file has the version in its name",
        help: "rename it: `\"$pkgname-$pkgver.tar.gz::https://…\"`",
        check: |subject| each(subject, sources::versioned),
    },
    Rule {
        id: "aur/srcinfo-agrees",
        source: "A2",
        severity: Severity::Refused,
        demands: "`.SRCINFO` says what the PKGBUILD says",
        help: "run `makepkg --printsrcinfo > .SRCINFO`, or `cargo xtask manifests`",
        check: tree::agrees,
    },
    Rule {
        id: "aur/srcinfo-form",
        source: "A2",
        severity: Severity::Refused,
        demands: "`.SRCINFO` has `pkgbase`, `key = value` lines and `pkgname`, with pkgver, pkgrel and arch",
        help: "run `makepkg --printsrcinfo > .SRCINFO`",
        check: tree::srcinfo_form,
    },
    Rule {
        id: "aur/sums-count",
        source: "A1",
        severity: Severity::Refused,
        demands: "there is one checksum for each source, in the same order",
        help: "add the checksums: `updpkgsums`, or `cargo xtask manifests`",
        check: |subject| each(subject, sources::count),
    },
    Rule {
        id: "aur/sums-form",
        source: "A1",
        severity: Severity::Refused,
        demands: "a checksum has the digits of its algorithm, and is SKIP only for sources of a version control system",
        help: "compute it from the file: `cargo xtask checksum FILE`",
        check: |subject| each(subject, sources::form),
    },
    Rule {
        id: "aur/sums-strong",
        source: "A3",
        severity: Severity::Warned,
        demands: "there are checksums of SHA-256 or stronger",
        help: "write `sha256sums`, `sha512sums` or `b2sums`: MD5, SHA-1 and CRC prove nothing",
        check: |subject| each(subject, sources::strong),
    },
    Rule {
        id: "aur/url-form",
        source: "A3",
        severity: Severity::Warned,
        demands: "`url` and the downloads are addresses with https",
        help: "write `homepage` into `Cargo.toml`",
        check: |subject| each(subject, sources::addresses),
    },
    Rule {
        id: "aur/version-agrees",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "`pkgver` is the release's version in pacman's form",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::version_agrees,
    },
];

/// What is wrong with each PKGBUILD.
fn each(subject: &Subject, check: impl Fn(&File, &Pkgbuild) -> Vec<Flaw>) -> Vec<Flaw> {
    pkgbuilds(subject)
        .flat_map(|(file, it)| check(file, &it))
        .collect()
}

/// The PKGBUILDs, read.
fn pkgbuilds(subject: &Subject) -> impl Iterator<Item = (&File, Pkgbuild)> {
    let named = subject.files.iter().filter(|it| it.name() == "PKGBUILD");
    named.map(|it| (it, Pkgbuild::read(it.text().unwrap_or_default())))
}

/// Whether a package brings programs that its maker did not compile on the spot.
fn is_prebuilt(read: &Pkgbuild) -> bool {
    read.values("pkgname").iter().any(|it| it.ends_with("-bin"))
}
