//! Nix: a flake, package.nix for nixpkgs, and one of the programs that were built already.

mod expression;
mod flake;
mod lint;
mod nixpkgs;
mod packages;
mod prebuilt;
mod publish;
pub mod reader;

use anyhow::bail;

use crate::channel::workflow::{Permission, Workflow};
use crate::channel::{Channel, Key, Kind, Template, finish_nothing, version};
use crate::edition::{Build, Edition};
use crate::lint::File;
use crate::render::Output;
use crate::render::language::Language;
use crate::target::Os;

pub(in crate::channel) use expression::sri;
use packages::Job;

pub(in crate::channel) use publish::collection;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "nix",
    title: "Nix",
    holds: "a flake, package.nix for nixpkgs, and one of the programs that were built",
    systems: &[Os::Linux, Os::Macos],
    programs: &["git"],
    credentials: &[&["GITHUB_TOKEN"], &["GH_TOKEN"]],
    after: &["github-releases"],
    is_reviewed: false,
    is_final: false,
    workflow: &Workflow {
        permissions: &[Permission {
            scope: "contents",
            why: "The flake in this repository.",
        }],
        trusted: None,
    },
    policy: &["nixpkgs: automation is disclosed, with a person who answers for it"],
    keys: &[
        Key {
            name: "nixpkgs",
            kind: Kind::Text,
            about: "the nixpkgs that the flake builds with [default: github:NixOS/nixpkgs/nixos-unstable]",
            example: "\"github:NixOS/nixpkgs/nixos-26.05\"",
        },
        Key {
            name: "collection",
            kind: Kind::Text,
            about: "a repository of packages of one's own, as `owner/name`, which gets the package of the programs that were built \
                [default: none]",
            example: "\"owner/nur-packages\"",
        },
        Key {
            name: "systems",
            kind: Kind::List,
            about: "the systems that are served [default: x86_64-linux, aarch64-linux, aarch64-darwin]",
            example: "[\"x86_64-linux\", \"aarch64-linux\"]",
        },
        Key {
            name: "maintainers",
            kind: Kind::List,
            about: "who keeps the package, by their names in nixpkgs' `maintainers/maintainer-list.nix` [default: none]",
            example: "[\"demo-maintainer\"]",
        },
        Key {
            name: "source",
            kind: Kind::Text,
            about: "what package.nix builds: `archive`, the release's own, or `github`, the tree of the tag [default: archive]",
            example: "\"github\"",
        },
        Key {
            name: "cargo-hash",
            kind: Kind::Text,
            about: "the hash of the vendored crates, which Nix tells when it builds [default: `lib.fakeHash`]",
            example: "\"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"",
        },
        Key {
            name: "build-flags",
            kind: Kind::List,
            about: "further words for `cargo build` and `cargo test`",
            example: "[\"--features\", \"tls\"]",
        },
        Key {
            name: "native-build-inputs",
            kind: Kind::List,
            about: "packages of nixpkgs that run while it is compiled",
            example: "[\"pkg-config\"]",
        },
        Key {
            name: "build-inputs",
            kind: Kind::List,
            about: "packages of nixpkgs that the programs are linked with",
            example: "[\"openssl\"]",
        },
    ],
    templates: &[
        Template {
            name: "bin.nix",
            language: Language::Nix,
            about: "the package of what was built already",
            text: include_str!("nix/bin.nix"),
        },
        Template {
            name: "flake.nix",
            language: Language::Nix,
            about: "the flake of the repository itself",
            text: include_str!("nix/flake.nix"),
        },
        Template {
            name: "package.nix",
            language: Language::Nix,
            about: "the package for nixpkgs",
            text: include_str!("nix/package.nix"),
        },
    ],
    version: version::plain,
    render,
    finish: finish_nothing,
    install,
    recognises,
    rules: lint::RULES,
    plan: publish::plan,
    live: publish::live,
    examine: publish::examine,
    guide: &publish::GUIDE,
};

/// Nix's word for a system, and the targets that serve it, the best first: what is linked with nothing runs as it is,
/// what is linked with glibc must be patched to find it.
const SYSTEMS: &[(&str, &[&str])] = &[
    (
        "x86_64-linux",
        &["x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu"],
    ),
    (
        "aarch64-linux",
        &["aarch64-unknown-linux-musl", "aarch64-unknown-linux-gnu"],
    ),
    ("armv7l-linux", &["armv7-unknown-linux-gnueabihf"]),
    ("i686-linux", &["i686-unknown-linux-gnu"]),
    (
        "aarch64-darwin",
        &["aarch64-apple-darwin", "universal-apple-darwin"],
    ),
    (
        "x86_64-darwin",
        &["x86_64-apple-darwin", "universal-apple-darwin"],
    ),
];

/// What is served by default. Nixpkgs 26.05 is the last release with `x86_64-darwin` (N4).
const DEFAULT_SYSTEMS: &[&str] = &["x86_64-linux", "aarch64-linux", "aarch64-darwin"];

/// Where package.nix takes the source from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The source archive of the release: its digest is known, whatever git has.
    Archive,
    /// The tree of the tag on GitHub. Its hash is that of the source archive's files only if git has the very same: no
    /// links, which `dist` follows, no submodules, no attributes such as `export-ignore`, nothing that git ignores.
    Github,
}

fn source(edition: &Edition) -> anyhow::Result<Source> {
    match edition.settings(&CHANNEL).text("source") {
        None | Some("archive") => Ok(Source::Archive),
        Some("github") => Ok(Source::Github),
        Some(other) => {
            bail!("no source `{other}` for `[channel.nix] source`: write `archive` or `github`")
        }
    }
}

/// The systems of the settings.
fn systems(edition: &Edition) -> Vec<&str> {
    let own = edition.settings(&CHANNEL).list("systems");
    own.unwrap_or_else(|| DEFAULT_SYSTEMS.to_vec())
}

/// What was built for the systems.
fn builds(edition: &Edition) -> Vec<(&'static str, &Build)> {
    let systems = systems(edition);
    SYSTEMS
        .iter()
        .filter(|it| systems.contains(&it.0))
        .filter_map(|(name, triples)| Some((*name, edition.first_of(triples)?)))
        .collect()
}

/// The name in the way of nixpkgs, which has no capitals in it.
fn name(edition: &Edition) -> String {
    edition.listing_for(&CHANNEL).name.to_lowercase()
}

/// The folder of a package in nixpkgs: the first two letters part them (RFC 140).
fn by_name(name: &str) -> String {
    let shard: String = name.chars().take(2).collect::<String>().to_lowercase();
    format!("pkgs/by-name/{shard}/{name}")
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let job = Job::of(edition)?;
    if edition.is_main {
        job.flake(output)?;
    }
    job.package(output)?;
    job.prebuilt(output)
}

fn install(edition: &Edition) -> Option<String> {
    let (owner, repository) = edition.listing.repository.as_ref()?.github.as_ref()?;
    let tag = edition.tag();
    let fragment = if edition.is_main {
        String::new()
    } else {
        format!("#{}", name(edition))
    };
    Some(format!(
        "nix profile install github:{owner}/{repository}/{tag}{fragment}"
    ))
}

fn recognises(file: &File) -> bool {
    file.name().rsplit_once('.').is_some_and(|it| it.1 == "nix")
}
