//! Scoop: the manifest for a bucket.

mod lint;

use anyhow::Context;
use serde::Serialize;

use crate::channel::{Channel, Key, Kind, finish_nothing, version};
use crate::edition::{Build, Edition};
use crate::lint::File;
use crate::release::SUMS_FILE;
use crate::render::{Output, json};
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "scoop",
    title: "Scoop",
    holds: "the manifest for a bucket",
    systems: &[Os::Windows],
    programs: &["git"],
    credentials: &[&["SCOOP_BUCKET_TOKEN"], &["GITHUB_TOKEN"]],
    after: &["github-releases"],
    is_reviewed: false,
    policy: &[],
    keys: &[
        Key {
            name: "bucket",
            kind: Kind::Text,
            about: "the repository of the bucket, as `owner/name` [default: the owner's `scoop-bucket`]",
            example: "\"owner/scoop-bucket\"",
        },
        Key {
            name: "depends",
            kind: Kind::List,
            about: "apps that must be installed first",
            example: "[\"extras/vcredist2022\"]",
        },
        Key {
            name: "notes",
            kind: Kind::List,
            about: "lines that Scoop shows after it has installed the app",
            example: "[\"Run `demo --help` first.\"]",
        },
    ],
    templates: &[],
    version: version::plain,
    render,
    finish: finish_nothing,
    install,
    recognises,
    rules: lint::RULES,
};

/// Scoop's word for a machine, and the targets that serve it, the best first.
const ARCHITECTURES: &[(&str, &[&str])] = &[
    (
        "64bit",
        &[
            "x86_64-pc-windows-msvc",
            "x86_64-pc-windows-gnullvm",
            "x86_64-pc-windows-gnu",
        ],
    ),
    ("32bit", &["i686-pc-windows-msvc"]),
    (
        "arm64",
        &["aarch64-pc-windows-msvc", "aarch64-pc-windows-gnullvm"],
    ),
];

/// The keys in the order that the contribution rules ask for (S2).
#[derive(Serialize)]
struct Manifest<'a> {
    version: String,
    description: &'a str,
    homepage: &'a str,
    license: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    depends: Option<OneOrMany>,
    architecture: Architectures<Download>,
    bin: OneOrMany,
    checkver: Checkver<'a>,
    autoupdate: Autoupdate,
}

/// Arrays of one element are written as that element (S2).
#[derive(Serialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn of(mut texts: Vec<String>) -> OneOrMany {
        match texts.len() {
            1 => OneOrMany::One(texts.remove(0)),
            _ => OneOrMany::Many(texts),
        }
    }
}

#[derive(Serialize)]
struct Architectures<T> {
    #[serde(rename = "64bit", skip_serializing_if = "Option::is_none")]
    x64: Option<T>,
    #[serde(rename = "32bit", skip_serializing_if = "Option::is_none")]
    x86: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arm64: Option<T>,
}

#[derive(Serialize)]
struct Download {
    url: String,
    hash: String,
    extract_dir: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Checkver<'a> {
    /// Works when the homepage is the repository on GitHub.
    Github(&'a str),
    Repository {
        github: &'a str,
    },
}

#[derive(Serialize)]
struct Autoupdate {
    architecture: Architectures<Update>,
    hash: Hash,
}

#[derive(Serialize)]
struct Update {
    url: String,
    extract_dir: String,
}

#[derive(Serialize)]
struct Hash {
    url: String,
}

fn builds(edition: &Edition) -> Vec<(&'static str, &Build)> {
    ARCHITECTURES
        .iter()
        .filter_map(|(name, triples)| Some((*name, edition.first_of(triples)?)))
        .collect()
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let listing = edition.listing_for(&CHANNEL);
    let builds = builds(edition);
    if builds.is_empty() {
        output.gap(
            "no build for Windows",
            "no manifest",
            "cargo xtask dist --target x86_64-pc-windows-gnullvm",
        );
        return Ok(());
    }
    let Some(repository) = &listing.repository else {
        output.gap(
            "no repository",
            "no manifest",
            "write `repository` into `Cargo.toml`",
        );
        return Ok(());
    };
    let settings = edition.settings(&CHANNEL);
    let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let version = edition.version().to_string();
    let downloads = of(&builds, |build| {
        Ok(Download {
            url: url(edition, &build.archive.name)?,
            hash: build.archive.digests.sha256.to_string(),
            extract_dir: build.top().to_owned(),
        })
    })?;
    // The number stands in the tag, in the name and in the folder; Scoop puts the next one in its place.
    let updates = of(&builds, |build| {
        Ok(Update {
            url: url(edition, &build.archive.name)?.replace(&version, "$version"),
            extract_dir: build.top().replace(&version, "$version"),
        })
    })?;
    let homepage = listing.homepage.as_deref().unwrap_or(&repository.url);
    let manifest = Manifest {
        version,
        description: &listing.summary,
        homepage,
        license: license(listing.license.as_deref()),
        notes: settings.list("notes").map(owned).map(OneOrMany::of),
        depends: settings.list("depends").map(owned).map(OneOrMany::of),
        architecture: downloads,
        bin: OneOrMany::of(
            builds[0]
                .1
                .binaries()
                .iter()
                .map(|it| builds[0].1.file_name(it))
                .collect(),
        ),
        checkver: if homepage == repository.url && repository.github.is_some() {
            Checkver::Github("github")
        } else {
            Checkver::Repository {
                github: &repository.url,
            }
        },
        autoupdate: Autoupdate {
            architecture: updates,
            hash: Hash {
                url: format!("$baseurl/{SUMS_FILE}"),
            },
        },
    };
    output.text(format!("bucket/{}.json", listing.name), json::document(&manifest, "    ")?);
    Ok(())
}

fn of<T>(
    builds: &[(&'static str, &Build)],
    make: impl Fn(&Build) -> anyhow::Result<T>,
) -> anyhow::Result<Architectures<T>> {
    let of = |name: &str| {
        builds
            .iter()
            .find(|(it, _)| *it == name)
            .map(|(_, it)| make(it))
            .transpose()
    };
    Ok(Architectures {
        x64: of("64bit")?,
        x86: of("32bit")?,
        arm64: of("arm64")?,
    })
}

fn url(edition: &Edition, name: &str) -> anyhow::Result<String> {
    edition
        .url(name)
        .context("cannot tell where the assets lie: set `[product] download-url`")
}

/// `A|B` for a choice, `A,B` for parts (the wiki's page on manifests).
fn license(expression: Option<&str>) -> String {
    match expression {
        None => "Unknown".to_owned(),
        Some(text) if text.contains('(') || text.contains(" WITH ") => text.to_owned(),
        Some(text) => text.replace(" OR ", "|").replace(" AND ", ","),
    }
}

fn install(edition: &Edition) -> Option<String> {
    builds(edition).first()?;
    let listing = edition.listing_for(&CHANNEL);
    let owner = listing.repository?.github?.0;
    let default = format!("{owner}/scoop-bucket");
    let bucket = edition.settings(&CHANNEL).text("bucket").unwrap_or(&default);
    let (name, _) = bucket.split_once('/')?;
    Some(format!(
        "scoop bucket add {name} https://github.com/{bucket}\nscoop install {name}/{}",
        listing.name
    ))
}

/// JSON with a version and something to download.
fn recognises(file: &File) -> bool {
    file.name().ends_with(".json")
        && file.json().is_ok_and(|it| {
            it["version"].is_string()
                && (it["architecture"].is_object() || (it["url"].is_string() && it["homepage"].is_string()))
        })
}
