//! What nixpkgs and Nix itself demand of expressions.

mod form;
mod meta;
mod release;

use crate::channel::nix::reader::Expression;
use crate::lint::{File, Flaw, Rule, Severity, Subject};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "nix/all-systems",
        source: "HOUSE",
        severity: Severity::Warned,
        demands: "the package of binaries has every system that was built for, and no other",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::all_systems,
    },
    Rule {
        id: "nix/by-name",
        source: "N2",
        severity: Severity::Refused,
        demands: "a package lies in `pkgs/by-name/‹first two letters in lower case›/‹name›/package.nix`",
        help: "move it to the folder of its name",
        check: form::by_name,
    },
    Rule {
        id: "nix/description-style",
        source: "N1",
        severity: Severity::Warned,
        demands: "a description begins with a capital, not with an article or the name, and has no full stop at the end",
        help: "write such a `summary` under `[channel.nix]`",
        check: |subject| each(subject, meta::description_style),
    },
    Rule {
        id: "nix/fake-hash",
        source: "N1",
        severity: Severity::Policy,
        demands: "no hash is a fake in what is meant to be finished",
        help: "build it, and write the hash that Nix tells in its place",
        check: form::fake_hash,
    },
    Rule {
        id: "nix/flake-outputs",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "a flake has `outputs`, its inputs are named, and it says what it is",
        help: "add `description` and `outputs = { self, nixpkgs }: { … };`",
        check: |subject| each(subject, form::flake_outputs),
    },
    Rule {
        id: "nix/function",
        source: "N2",
        severity: Severity::Refused,
        demands: "package.nix is a function of an attribute set",
        help: "begin it with `{ lib, rustPlatform, … }:`",
        check: |subject| each(subject, form::function),
    },
    Rule {
        id: "nix/hash-form",
        source: "N1",
        severity: Severity::Refused,
        demands: "a hash is `sha256-` and 44 letters of base64",
        help: "convert it: `nix hash to-sri --type sha256 HASH`",
        check: |subject| each(subject, form::hashes),
    },
    Rule {
        id: "nix/hash-of-url",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "each hash is that of the file which its address names",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::hash_of_url,
    },
    Rule {
        id: "nix/main-program",
        source: "N1",
        severity: Severity::Warned,
        demands: "`meta.mainProgram` is a literal with the name of a program",
        help: "write `mainProgram = \"‹program›\";`, not an expression: it is what `nix run` starts",
        check: meta::main_program,
    },
    Rule {
        id: "nix/maintainers",
        source: "N1",
        severity: Severity::Policy,
        demands: "a package in nixpkgs has a maintainer",
        help: "write your name of `maintainers/maintainer-list.nix` to `maintainers` under `[channel.nix]`",
        check: meta::maintainers,
    },
    Rule {
        id: "nix/meta-last",
        source: "N1",
        severity: Severity::Warned,
        demands: "`meta` is the last attribute, and its own stand in the usual order",
        help: "order them: description, homepage, changelog, license, sourceProvenance, maintainers, mainProgram, platforms",
        check: |subject| each(subject, meta::order),
    },
    Rule {
        id: "nix/meta-required",
        source: "N1",
        severity: Severity::Refused,
        demands: "`meta` has description, homepage, license and maintainers",
        help: "write `homepage` and `license` into `Cargo.toml`",
        check: |subject| each(subject, meta::required),
    },
    Rule {
        id: "nix/name-form",
        source: "N2",
        severity: Severity::Refused,
        demands: "`pname` has lower-case letters, digits, `-` and `_`",
        help: "set `name` under `[channel.nix]`",
        check: |subject| each(subject, form::names),
    },
    Rule {
        id: "nix/paths-inside",
        source: "N2",
        severity: Severity::Refused,
        demands: "no path leads out of the package's folder, and none is looked up in `NIX_PATH`",
        help: "copy the file beside the expression, or take the package as an argument",
        check: |subject| each(subject, form::paths),
    },
    Rule {
        id: "nix/provenance",
        source: "N1",
        severity: Severity::Warned,
        demands: "a package of programs that were built elsewhere says so",
        help: "add `sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];` to `meta`",
        check: |subject| each(subject, meta::provenance),
    },
    Rule {
        id: "nix/style",
        source: "N1",
        severity: Severity::Warned,
        demands: "no `rec { }` around a derivation, no `with lib;`, and `tag` in place of `rev` for a tag",
        help: "write `finalAttrs: { … }`, name what is taken from `lib`, and `tag = \"v${finalAttrs.version}\";`",
        check: |subject| each(subject, form::style),
    },
    Rule {
        id: "nix/syntax",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "strings, comments and brackets end",
        help: "see where Nix stops: `nix-instantiate --parse FILE`",
        check: |subject| each(subject, form::syntax),
    },
    Rule {
        id: "nix/systems",
        source: "N4",
        severity: Severity::Warned,
        demands: "systems are those of nixpkgs, without `x86_64-darwin`, which it gave up",
        help: "take it out of `systems` under `[channel.nix]`: Nixpkgs 26.05 is the last release that has it",
        check: |subject| each(subject, form::systems),
    },
    Rule {
        id: "nix/url-form",
        source: "N1",
        severity: Severity::Warned,
        demands: "addresses begin with https",
        help: "write `homepage` into `Cargo.toml`",
        check: |subject| each(subject, form::addresses),
    },
    Rule {
        id: "nix/version-agrees",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "`version` is that of the release",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::version_agrees,
    },
    Rule {
        id: "nix/version-form",
        source: "N1",
        severity: Severity::Refused,
        demands: "`version` begins with a digit",
        help: "write the bare version; the `v` belongs to the tag",
        check: |subject| each(subject, form::version),
    },
];

/// The expressions, read.
fn expressions(subject: &Subject) -> impl Iterator<Item = (&File, Expression)> {
    let named = subject.ending(".nix");
    named.map(|it| (it, Expression::read(it.text().unwrap_or_default())))
}

fn each(subject: &Subject, check: impl Fn(&File, &Expression) -> Vec<Flaw>) -> Vec<Flaw> {
    expressions(subject)
        .flat_map(|(file, it)| check(file, &it))
        .collect()
}

/// Whether a file is a package for `callPackage`.
fn is_package(file: &File) -> bool {
    file.name() == "package.nix"
}

/// Whether a package is on its way to nixpkgs, or may be.
fn is_for_nixpkgs(file: &File) -> bool {
    is_package(file) && (file.path.contains("pkgs/by-name/") || !file.path.contains('/'))
}
