//! WinGet: the three manifests of a version.

mod identifier;
mod lint;
mod manifest;
mod publish;

use crate::channel::workflow;
use crate::channel::{Channel, Key, Kind, finish_nothing, version};
use crate::edition::{Build, Edition};
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "winget",
    title: "WinGet",
    holds: "the three manifests of a version",
    systems: &[Os::Windows],
    programs: &[],
    credentials: &[&["WINGET_CREATE_GITHUB_TOKEN"], &["GITHUB_TOKEN"]],
    after: &["github-releases"],
    is_reviewed: true,
    is_final: false,
    workflow: workflow::NOTHING,
    policy: &["the contributor licence agreement is signed once, by hand"],
    keys: &[
        Key {
            name: "identifier",
            kind: Kind::Text,
            about: "the identifier of the package, whose parts are folders [default: the publisher and the title]",
            example: "\"Owner.Demo\"",
        },
        Key {
            name: "moniker",
            kind: Kind::Text,
            about: "the short name that users type [default: the name]",
            example: "\"demo\"",
        },
        Key {
            name: "tags",
            kind: Kind::List,
            about: "words to be found by, 16 at most [default: `keywords` of the package]",
            example: "[\"words\", \"text\"]",
        },
        Key {
            name: "publisher",
            kind: Kind::Text,
            about: "who offers it [default: `[product] publisher`]",
            example: "\"The Demo maintainers\"",
        },
        Key {
            name: "publisher-url",
            kind: Kind::Text,
            about: "the publisher's page [default: the owner's page on GitHub]",
            example: "\"https://demo.example\"",
        },
        Key {
            name: "support-url",
            kind: Kind::Text,
            about: "where users ask [default: the issues on GitHub]",
            example: "\"https://demo.example/help\"",
        },
        Key {
            name: "license-url",
            kind: Kind::Text,
            about: "the text of the licence [default: the first licence file of the source, on GitHub]",
            example: "\"https://demo.example/license\"",
        },
        Key {
            name: "notes",
            kind: Kind::Text,
            about: "what WinGet shows after it has installed the package",
            example: "\"Run `demo --help` first.\"",
        },
        Key {
            name: "locale",
            kind: Kind::Text,
            about: "the language of the texts [default: en-US]",
            example: "\"de-DE\"",
        },
        Key {
            name: "manifest-version",
            kind: Kind::Text,
            about: "the version of the schema, as the repository recommends it [default: 1.12.0]",
            example: "\"1.28.0\"",
        },
    ],
    templates: &[],
    version: version::winget,
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

/// WinGet's word for a machine, and the targets that serve it, the best first: Microsoft's own runtime, then LLVM's,
/// which needs nothing that Windows 10 lacks; mingw's last.
const ARCHITECTURES: &[(&str, &[&str])] = &[
    (
        "x64",
        &[
            "x86_64-pc-windows-msvc",
            "x86_64-pc-windows-gnullvm",
            "x86_64-pc-windows-gnu",
        ],
    ),
    (
        "x86",
        &[
            "i686-pc-windows-msvc",
            "i686-pc-windows-gnullvm",
            "i686-pc-windows-gnu",
        ],
    ),
    (
        "arm64",
        &["aarch64-pc-windows-msvc", "aarch64-pc-windows-gnullvm"],
    ),
];

fn builds(edition: &Edition) -> Vec<(&'static str, &Build)> {
    ARCHITECTURES
        .iter()
        .filter_map(|(name, triples)| Some((*name, edition.first_of(triples)?)))
        .collect()
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    const SO: &str = "no manifests";
    let listing = edition.listing_for(&CHANNEL);
    if builds(edition).is_empty() {
        output.gap(
            "no build for Windows",
            SO,
            "cargo xtask dist --target x86_64-pc-windows-gnullvm",
        );
        return Ok(());
    }
    if listing.license.is_none() {
        output.gap("no license", SO, "write `license` into `Cargo.toml`");
        return Ok(());
    }
    let id = identifier::of(edition, &listing)?;
    let version = edition.version().to_string();
    let dir = identifier::folder(&id, &version);
    for (name, document) in manifest::all(edition, &listing, &id)? {
        output.text(format!("{dir}/{name}"), document);
    }
    Ok(())
}

fn install(edition: &Edition) -> Option<String> {
    builds(edition).first()?;
    let listing = edition.listing_for(&CHANNEL);
    listing.license.as_ref()?;
    let id = identifier::of(edition, &listing).ok()?;
    Some(format!("winget install --exact --id {id}"))
}

/// YAML that names the schema, or has two of the keys of every manifest. Its lines are looked at, so that also what is
/// broken is told by the rules.
fn recognises(file: &File) -> bool {
    const KEYS: &[&str] = &[
        "PackageIdentifier",
        "PackageVersion",
        "ManifestType",
        "ManifestVersion",
    ];
    let is_yaml = file.is_a("yaml") || file.is_a("yml");
    let starts = |key: &str| {
        let mut keys = file.lines().filter_map(|(_, it)| it.split_once(':'));
        keys.any(|it| it.0.eq_ignore_ascii_case(key))
    };
    let names_schema = || {
        file.lines()
            .any(|(_, it)| it.starts_with('#') && it.contains("/winget-manifest."))
    };
    is_yaml && (names_schema() || KEYS.iter().filter(|it| starts(it)).count() >= 2)
}
