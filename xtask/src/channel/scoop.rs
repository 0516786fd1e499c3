//! Scoop: the manifest for a bucket.

mod lint;
mod manifest;
mod publish;

use std::collections::BTreeMap;

use anyhow::Context;

use self::manifest::{Architectures, Autoupdate, Checkver, Download, Hash, Manifest, OneOrMany, Update};
use crate::channel::workflow;
use crate::channel::{Channel, Key, Kind, finish_nothing, version};
use crate::edition::{Build, Edition};
use crate::lint::File;
use crate::release::SUMS_FILE;
use crate::render::{Output, json};
use crate::target::Os;

pub(in crate::channel) use publish::repository;

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
    is_final: false,
    workflow: workflow::NOTHING,
    policy: &[
        "a bucket keeps LF in git and CRLF in the work tree: `* text=auto eol=crlf` in its `.gitattributes`",
    ],
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
            example: "[\"main/git\"]",
        },
        Key {
            name: "notes",
            kind: Kind::List,
            about: "lines that Scoop shows after it has installed the app",
            example: "[\"Run `demo --help` first.\"]",
        },
        Key {
            name: "persist",
            kind: Kind::List,
            about: "files and folders beside the program that an update keeps",
            example: "[\"data\"]",
        },
    ],
    templates: &[],
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

/// Scoop puts the next number in its place.
const NEXT: &str = "$version";

const NOWHERE: &str = "cannot tell where the assets lie: set `[product] download-url`";

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
    (
        "32bit",
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

/// The name of the app. A bucket offers one version of each, so a pre-release is an app of its own: whoever has the
/// release does not get it with the next `scoop update`.
fn app(edition: &Edition) -> String {
    let name = edition.listing_for(&CHANNEL).name;
    if edition.version().pre.is_empty() {
        name
    } else {
        format!("{name}-preview")
    }
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let listing = edition.listing_for(&CHANNEL);
    let builds = builds(edition);
    let Some((_, first)) = builds.first() else {
        output.gap(
            "no build for Windows",
            "no manifest",
            "cargo xtask dist --target x86_64-pc-windows-gnullvm",
        );
        return Ok(());
    };
    let Some(repository) = &listing.repository else {
        output.gap(
            "no repository",
            "no manifest",
            "write `repository` into `Cargo.toml`",
        );
        return Ok(());
    };
    let settings = edition.settings(&CHANNEL);
    let list = |key: &str| {
        let texts = settings.list(key).unwrap_or_default();
        OneOrMany::of(texts.into_iter().map(str::to_owned).collect())
    };
    let downloads = of(&builds, |build| {
        Ok(Download {
            url: url(edition, &build.archive.name)?,
            hash: build.archive.digests.sha256.to_string(),
            extract_dir: build.top().to_owned(),
        })
    })?;
    let updates = of(&builds, |build| {
        Ok(Update {
            url: edition.url_of(NEXT, &build.archive.name).context(NOWHERE)?,
            extract_dir: edition.name_of(NEXT, build.top()),
        })
    })?;
    let programs = first.binaries().iter();
    let programs = programs.map(|it| first.path_below_top(it).replace('/', "\\"));
    let homepage = listing.homepage.as_deref().unwrap_or(&repository.url);
    let manifest = Manifest {
        version: edition.version().to_string(),
        description: &listing.summary,
        homepage,
        license: license(listing.license.as_deref()),
        notes: list("notes"),
        depends: list("depends"),
        suggest: suggested(&builds),
        architecture: downloads,
        bin: OneOrMany::of(programs.collect()).context("the archive for Windows holds no program")?,
        persist: list("persist"),
        checkver: if homepage == repository.url && repository.github.is_some() {
            Checkver::Homepage("github")
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
    output.text(
        format!("bucket/{}.json", app(edition)),
        json::document(&manifest, "    ")?,
    );
    Ok(())
}

fn of<T>(
    builds: &[(&'static str, &Build)],
    make: impl Fn(&Build) -> anyhow::Result<T>,
) -> anyhow::Result<Architectures<T>> {
    let of = |name: &str| {
        let found = builds.iter().find(|(it, _)| *it == name);
        found.map(|(_, it)| make(it)).transpose()
    };
    Ok(Architectures {
        x64: of("64bit")?,
        x86: of("32bit")?,
        arm64: of("arm64")?,
    })
}

/// The app that the contribution rules have suggested for programs that need Microsoft's runtime (S2).
fn suggested(builds: &[(&'static str, &Build)]) -> BTreeMap<&'static str, &'static str> {
    let mut binaries = builds.iter().flat_map(|(_, it)| it.binaries());
    let needs_it = binaries.any(|it| it.facts.needs_msvc_runtime());
    let row = ("vcredist", "extras/vcredist2022");
    needs_it.then_some(row).into_iter().collect()
}

fn url(edition: &Edition, name: &str) -> anyhow::Result<String> {
    edition.url(name).context(NOWHERE)
}

/// `A|B` for a choice, `A,B` for parts (the wiki's page on manifests). It has no form for an expression of both kinds,
/// which stays as it is.
fn license(expression: Option<&str>) -> String {
    let Some(text) = expression else {
        return "Unknown".to_owned();
    };
    let is_mixed =
        text.contains('(') || text.contains(" WITH ") || (text.contains(" OR ") && text.contains(" AND "));
    if is_mixed {
        return text.to_owned();
    }
    text.replace(" OR ", "|").replace(" AND ", ",")
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
        app(edition)
    ))
}

/// JSON with something to download, and most of what every manifest says.
fn recognises(file: &File) -> bool {
    const KEYS: &[&str] = &["version", "homepage", "license", "architecture", "url"];
    // One of the keys may be missing, and what is broken is told by the rules.
    let is_likely = |has: &dyn Fn(&str) -> bool| {
        (has("architecture") || has("url")) && KEYS.iter().filter(|it| has(it)).count() >= 3
    };
    let says = |key: &str| file.lines().any(|it| it.1.contains(&format!("\"{key}\":")));
    file.is_a("json")
        && match file.json() {
            Ok(json) => json.is_object() && is_likely(&|key| !json[key].is_null()),
            // Other forms have a link somewhere, too.
            Err(_) => {
                is_likely(&says)
                    && ["architecture", "autoupdate", "checkver"]
                        .iter()
                        .any(|it| says(it))
            }
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences() {
        let check = |text: Option<&str>, expected: &str| assert_eq!(license(text), expected);
        check(None, "Unknown");
        check(Some("MIT OR Apache-2.0"), "MIT|Apache-2.0");
        check(Some("MIT AND Zlib"), "MIT,Zlib");
        check(Some("MIT OR Zlib AND ISC"), "MIT OR Zlib AND ISC");
        check(Some("(MIT OR Zlib) AND ISC"), "(MIT OR Zlib) AND ISC");
        check(
            Some("Apache-2.0 WITH LLVM-exception"),
            "Apache-2.0 WITH LLVM-exception",
        );
    }
}
