//! AUR: PKGBUILD and .SRCINFO of two packages: built from source, and prebuilt.

mod licence;
mod lint;
mod packages;
pub mod pkgbuild;
mod publish;
mod recipe;
pub mod srcinfo;

use crate::channel::workflow;
use crate::channel::{Channel, Key, Kind, Template, finish_nothing, version};
use crate::edition::{Build, Edition};
use crate::lint::File;
use crate::render::Output;
use crate::render::language::Language;
use crate::target::Os;

use packages::Job;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "aur",
    title: "AUR",
    holds: "PKGBUILD and .SRCINFO of two packages: built from source, and prebuilt",
    systems: &[Os::Linux],
    programs: &["git", "ssh"],
    credentials: &[&["AUR_SSH_PRIVATE_KEY"], &["AUR_KEY"]],
    after: &["github-releases"],
    is_reviewed: false,
    is_final: false,
    workflow: workflow::NOTHING,
    policy: &["no duplicate of the official repositories or of another package"],
    keys: &[
        Key {
            name: "from-source",
            kind: Kind::Flag,
            about: "whether there is a package that compiles the source [default: true]",
            example: "true",
        },
        Key {
            name: "prebuilt",
            kind: Kind::Flag,
            about: "whether there is a package `‹name›-bin` of what was built already [default: true]",
            example: "true",
        },
        Key {
            name: "pkgrel",
            kind: Kind::Text,
            about: "the number of the recipe, for a change without a new version; back to 1 at the next [default: 1]",
            example: "\"2\"",
        },
        Key {
            name: "epoch",
            kind: Kind::Text,
            about: "a number that wins over every version, once one had to go back; it stays for ever [default: none]",
            example: "\"1\"",
        },
        Key {
            name: "maintainers",
            kind: Kind::List,
            about: "who keeps the packages, as `Name <address>` [default: `[product] maintainer`]",
            example: "[\"The Demo maintainers <demo@demo.example>\"]",
        },
        Key {
            name: "depends",
            kind: Kind::List,
            about: "packages that must be there, besides those of the libraries that the programs are linked with",
            example: "[\"git\"]",
        },
        Key {
            name: "optdepends",
            kind: Kind::List,
            about: "packages that are of use, each with what for",
            example: "[\"less: to page what is long\"]",
        },
        Key {
            name: "makedepends",
            kind: Kind::List,
            about: "packages that compiling needs besides `cargo`",
            example: "[\"cmake\"]",
        },
        Key {
            name: "build-flags",
            kind: Kind::List,
            about: "further words for `cargo build` and `cargo test`",
            example: "[\"--features\", \"tls\"]",
        },
        Key {
            name: "recipe-license",
            kind: Kind::Flag,
            about: "whether the recipe itself is given away under 0BSD, as Arch asks for [default: true]",
            example: "true",
        },
    ],
    templates: &[
        Template {
            name: "PKGBUILD",
            language: Language::Shell,
            about: "the package that is built from source",
            text: include_str!("aur/PKGBUILD"),
        },
        Template {
            name: "PKGBUILD-bin",
            language: Language::Shell,
            about: "the package of what was built already",
            text: include_str!("aur/PKGBUILD-bin"),
        },
    ],
    version: version::pkgver,
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

/// Arch's word for a machine, and the targets that serve it, the best first. All but the first are ports.
const MACHINES: &[(&str, &[&str])] = &[
    (
        "x86_64",
        &["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"],
    ),
    (
        "aarch64",
        &["aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl"],
    ),
    ("armv7h", &["armv7-unknown-linux-gnueabihf"]),
    ("i686", &["i686-unknown-linux-gnu"]),
];

fn builds(edition: &Edition) -> Vec<(&'static str, &Build)> {
    MACHINES
        .iter()
        .filter_map(|(name, triples)| Some((*name, edition.first_of(triples)?)))
        .collect()
}

fn is_on(edition: &Edition, key: &str) -> bool {
    edition.settings(&CHANNEL).flag(key).unwrap_or(true)
}

/// The name in the way of Arch: lower case (Rust package guidelines).
fn name(edition: &Edition) -> String {
    edition.listing_for(&CHANNEL).name.to_lowercase()
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let job = Job::of(edition)?;
    if edition.url("").is_none() {
        output.gap(
            "no address to download from",
            "no PKGBUILD",
            "write `repository` into `Cargo.toml`, or `download-url` under `[product]`",
        );
        return Ok(());
    }
    if edition.listing.license.is_none() {
        output.gap(
            "no licence",
            "the field `license` is empty, which reviewers mind",
            "write `license` into `Cargo.toml`",
        );
    }
    if is_on(edition, "from-source") {
        job.compiled(output)?;
    }
    if is_on(edition, "prebuilt") {
        job.prebuilt(output)?;
    }
    Ok(())
}

fn install(edition: &Edition) -> Option<String> {
    edition.url("")?;
    let has_prebuilt = is_on(edition, "prebuilt") && !builds(edition).is_empty();
    let has_source = is_on(edition, "from-source") && edition.source().is_some();
    let name = match (has_prebuilt, has_source) {
        (true, _) => format!("{}-bin", name(edition)),
        (false, true) => name(edition),
        (false, false) => return None,
    };
    Some(format!(
        "git clone https://aur.archlinux.org/{name}.git\ncd {name}\nmakepkg --syncdeps --install"
    ))
}

fn recognises(file: &File) -> bool {
    matches!(file.name(), "PKGBUILD" | ".SRCINFO")
}
