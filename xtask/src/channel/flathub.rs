//! Flathub: a Flatpak manifest with the sources of all crates, metainfo and desktop entry.

mod app_id;
mod crates;
mod lint;
mod manifest;
mod metainfo;
mod publish;

use crate::channel::workflow;
use crate::channel::{Channel, Key, Kind, Template, finish_nothing, version};
use crate::edition::{Build, Edition};
use crate::lint::File;
use crate::render::Output;
use crate::render::language::Language;
use crate::render::template::{Value, Values};

pub(crate) use publish::repository;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "flathub",
    title: "Flathub",
    holds: "a Flatpak manifest with the sources of all crates, metainfo and desktop entry",
    systems: &[],
    programs: &["git"],
    credentials: &[&["GH_TOKEN"], &["GITHUB_TOKEN"]],
    after: &["github-releases"],
    is_reviewed: true,
    is_final: false,
    workflow: workflow::NOTHING,
    policy: &[
        "console applications are not accepted",
        "no submission that an AI tool made, opened or helped with",
    ],
    keys: &[
        Key {
            name: "app-id",
            kind: Kind::Text,
            about: "the id of the application [default: `io.github.‹owner›.‹repository›`, or from the homepage]",
            example: "\"org.example.Demo\"",
        },
        Key {
            name: "cargo-args",
            kind: Kind::List,
            about: "further words for `cargo build` in the manifest [default: none]",
            example: "[\"--no-default-features\"]",
        },
        Key {
            name: "finish-args",
            kind: Kind::List,
            about: "what the sandbox lets the program do [default: nothing]",
            example: "[\"--share=network\"]",
        },
        Key {
            name: "registry-dl",
            kind: Kind::Text,
            about: "where crates are downloaded from, with `{crate}` and `{version}` [default: as cargo's registry says]",
            example: "\"https://registry.example/crates/{crate}-{version}.crate\"",
        },
        Key {
            name: "remote",
            kind: Kind::Text,
            about: "where users get it: the link to a `.flatpakrepo`, or `flathub` [default: nowhere]",
            example: "\"https://demo.example/demo.flatpakrepo\"",
        },
        Key {
            name: "repository",
            kind: Kind::Text,
            about: "the repository of one's own for the manifest of the bundle, as `owner/name` [default: the owner's `flatpak`]",
            example: "\"owner/flatpak\"",
        },
        Key {
            name: "runtime-version",
            kind: Kind::Text,
            about: "the version of org.freedesktop.Platform [default: \"26.08\"]",
            example: "\"26.08\"",
        },
    ],
    templates: &[Template {
        name: "app.desktop",
        language: Language::Desktop,
        about: "the desktop entry",
        text: include_str!("flathub/app.desktop"),
    }],
    version: version::stable,
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

/// The machines that Flathub builds for.
const MACHINES: &[&str] = &["x86_64", "aarch64"];

/// The programs of the package, the one of its own name first.
fn programs(edition: &Edition) -> Vec<String> {
    let all = edition.builds().iter().flat_map(Build::binaries);
    let mut names: Vec<String> = all.map(|it| it.name.clone()).collect();
    names.sort_by_key(|it| (*it != edition.listing.package, it.clone()));
    names.dedup();
    names
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let programs = programs(edition);
    if programs.is_empty() {
        output.gap("no build", "no manifest", "cargo xtask dist");
        return Ok(());
    }
    let Some(id) = app_id::of(edition) else {
        output.gap(
            "no id of the application",
            "no manifest",
            "set `[channel.flathub] app-id` in `packaging/release.toml`",
        );
        return Ok(());
    };
    if edition.listing.license.is_none() {
        output.gap(
            "no licence",
            "no `project_license` in the metainfo",
            "write `license` into `Cargo.toml`",
        );
    }
    let content = manifest::Content {
        edition,
        id: &id,
        programs: &programs,
    };
    let metainfo = metainfo::text(edition, &id, &programs);
    let desktop = desktop(edition, &programs[0])?;
    let builds = manifest::builds(edition);
    let companions = |output: &mut Output, folder: &str| {
        output.text(format!("{folder}/{id}.metainfo.xml"), metainfo.clone());
        output.text(format!("{folder}/{id}.desktop"), desktop.clone());
    };

    if let Some(source) = manifest::source_of(edition) {
        let has_crates = crates(edition, &id, output)?;
        output.text(format!("{id}/{id}.yml"), content.source(source, has_crates));
        companions(output, &id);
        let machines: Vec<&str> = builds.iter().map(|it| it.0).collect();
        if !machines.is_empty() && machines.len() < MACHINES.len() {
            let json = serde_json::json!({ "only-arches": machines });
            output.text(
                format!("{id}/flathub.json"),
                serde_json::to_string_pretty(&json)? + "\n",
            );
        }
    } else {
        output.gap(
            "neither a commit with a repository nor a link to the source archive",
            "no manifest that builds from source",
            "write `repository` into `Cargo.toml`, or set `[product] download-url`",
        );
    }

    match manifest::archives(edition, &builds) {
        Some(archives) if !archives.is_empty() => {
            output.text(format!("bundle/{id}.yml"), content.bundle(archives));
            companions(output, "bundle");
        }
        Some(_) => output.gap(
            "no build for Linux",
            "no manifest for a bundle",
            "cargo xtask dist --target x86_64-unknown-linux-gnu",
        ),
        None => output.gap(
            "no link to the archives",
            "no manifest for a bundle",
            "set `[product] download-url` in `packaging/release.toml`",
        ),
    }
    Ok(())
}

/// Writes the sources of the crates; says whether the manifest needs them.
fn crates(edition: &Edition, id: &str, output: &mut Output) -> anyhow::Result<bool> {
    let crates = crates::of(edition, edition.settings(&CHANNEL).text("registry-dl"))?;
    for registry in &crates.unknown {
        output.gap(
            format!("no link to the crates of `{registry}`"),
            format!("no `{}`", crates::FILE),
            "cargo fetch --locked",
        );
    }
    for repository in &crates.shared {
        output.gap(
            format!("several crates come from `{repository}`"),
            format!("`{}` looks for each of them at its top", crates::FILE),
            "take them from a registry, or name their folders in the file by hand",
        );
    }
    if edition.lock.is_none() {
        output.gap(
            "no `Cargo.lock`",
            format!("no `{}`", crates::FILE),
            "cargo generate-lockfile",
        );
    }
    if let Some(text) = crates.text {
        output.text(format!("{id}/{}", crates::FILE), text);
    }
    Ok(crates.is_needed)
}

fn desktop(edition: &Edition, command: &str) -> anyhow::Result<String> {
    let listing = edition.listing_for(&CHANNEL);
    // An empty list is an error for desktop-file-validate.
    let keywords = if listing.keywords.is_empty() {
        Value::list([listing.name.clone()])
    } else {
        Value::list(listing.keywords.clone())
    };
    let values = Values::from([
        ("title", Value::text(&listing.title)),
        ("summary", Value::text(&listing.summary)),
        ("command", Value::word(command)?),
        ("keywords", keywords),
    ]);
    edition.fill(&CHANNEL, "app.desktop", &values)
}

fn install(edition: &Edition) -> Option<String> {
    let remote = edition.settings(&CHANNEL).text("remote")?;
    let id = app_id::of(edition).filter(|_| !programs(edition).is_empty())?;
    if remote == "flathub" {
        return Some(format!("flatpak install flathub {id}"));
    }
    let name = &edition.listing_for(&CHANNEL).name;
    let link = Language::Shell.literal(remote);
    Some(format!(
        "flatpak remote-add --user --if-not-exists {name} {link}\nflatpak install --user {name} {id}"
    ))
}

/// A manifest for flatpak-builder, AppStream's metainfo, the desktop entry of an application with an id, or what Flathub
/// keeps beside them.
fn recognises(file: &File) -> bool {
    // One of those that are asked for may be missing.
    let has_keys = |has: &dyn Fn(&str) -> bool| {
        let named = ["id", "app-id"].iter().any(|it| has(it));
        let found = [named, has("runtime"), has("sdk"), has("modules")];
        found.iter().filter(|it| **it).count() >= 3
    };
    let name = file.name();
    let is_manifest = || {
        [".yml", ".yaml", ".json"].iter().any(|it| name.ends_with(it))
            && match file.yaml() {
                Ok(yaml) => has_keys(&|key| yaml.get(key).is_some()),
                // What is broken is told by the rules.
                Err(_) => has_keys(&|key| {
                    let key_of = |it: &str| it.trim_matches([' ', '{', '"']) == key;
                    let mut keys = file.lines().filter_map(|(_, it)| it.split_once(':'));
                    keys.any(|it| key_of(it.0))
                }),
            }
    };
    let is_desktop = || {
        name.strip_suffix(".desktop")
            .is_some_and(|it| it.matches('.').count() >= 2)
    };
    name.ends_with(".metainfo.xml")
        || name.ends_with(".appdata.xml")
        || name == "flathub.json"
        || name == crates::FILE
        || is_desktop()
        || is_manifest()
}
