//! What Flathub's linter, its reviewers and AppStream demand.

mod beside;
mod manifest;
mod metainfo;
mod source;

use crate::channel::flathub::app_id;
use crate::lint::{File, Flaw, Rule, Severity, Subject};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "flathub/yaml",
        source: "F3",
        severity: Severity::Refused,
        demands: "a manifest is a YAML or JSON mapping with modules",
        help: "mend it where the reader stopped",
        check: readable,
    },
    Rule::refused(
        "flathub/app-id",
        "F1",
        "the id has 3 to 5 parts of letters, digits and `_`, its domain in lower case",
        "set `[channel.flathub] app-id` to a reverse domain name that is yours",
        id_form,
    ),
    Rule::refused(
        "flathub/app-id-agrees",
        "F3",
        "manifest, metainfo and desktop entry are named after the id, and say it",
        "give all of them the id of the manifest",
        id_agrees,
    ),
    Rule::refused(
        "flathub/unknown-keys",
        "F3",
        "no key is unknown to flatpak-builder, which passes over such",
        "mend the key, or begin it with `x-`",
        |subject| manifest::each(subject, manifest::keys),
    ),
    Rule::refused(
        "flathub/runtime",
        "F1",
        "the runtime is one of Flathub's with its SDK, and its version is a text",
        "set `[channel.flathub] runtime-version`, and write the version in quotes",
        |subject| manifest::each(subject, manifest::runtime),
    ),
    Rule::refused(
        "flathub/command",
        "F3",
        "the command is a program of `bin`, without a path",
        "write the name of the program alone",
        |subject| manifest::each(subject, manifest::command),
    ),
    Rule::refused(
        "flathub/finish-args",
        "F3",
        "the sandbox gives no permission that needs an exception",
        "ask for less in `[channel.flathub] finish-args`",
        |subject| manifest::each(subject, manifest::permissions),
    ),
    Rule::refused(
        "flathub/network",
        "F3",
        "the build has no network",
        "name everything as a source; let cargo work with `--offline`",
        |subject| manifest::each(subject, manifest::network),
    ),
    Rule::refused(
        "flathub/source-digest",
        "F3",
        "a source with a link has a SHA-256",
        "compute it from the file: `cargo xtask checksum FILE`",
        |subject| manifest::each(subject, source::digests),
    ),
    Rule::warned(
        "flathub/source-https",
        "HOUSE",
        "a link of a source begins with https",
        "use the address with https",
        |subject| manifest::each(subject, source::secure),
    ),
    Rule::refused(
        "flathub/source-git",
        "F3",
        "a repository is pinned by its commit, and follows no branch",
        "release a commit that has a tag",
        |subject| manifest::each(subject, source::repositories),
    ),
    Rule::warned(
        "flathub/source-tag",
        "F3",
        "a repository has its tag beside the commit",
        "add the tag, by which people find the release",
        |subject| manifest::each(subject, source::tags),
    ),
    Rule::refused(
        "flathub/source-folder",
        "F3",
        "no source is a folder of the machine that builds, and no path leaves its own",
        "name an archive or a repository",
        |subject| manifest::each(subject, source::folders),
    ),
    Rule::refused(
        "flathub/companions",
        "F3",
        "every file that a manifest reads lies beside it",
        "render all files together: `cargo xtask manifests --channel flathub`",
        source::companions,
    ),
    Rule::refused(
        "flathub/release",
        "HOUSE",
        "tag, commit and digests are those of what was built",
        "render it anew: `cargo xtask manifests --channel flathub`",
        source::release,
    ),
    Rule::refused(
        "flathub/crates",
        "F3",
        "each crate is pinned and has its sums, and cargo is told where they are",
        "render it anew: `cargo xtask manifests --channel flathub`",
        beside::crate_sources,
    ),
    Rule::refused(
        "flathub/crates-complete",
        "HOUSE",
        "every crate of the lock file is among the sources",
        "render it anew: `cargo xtask manifests --channel flathub`",
        beside::lock,
    ),
    Rule::refused(
        "flathub/settings",
        "F3",
        "`flathub.json` names machines that there are, and asks for no exception",
        "remove the key",
        beside::settings,
    ),
    Rule::refused(
        "flathub/desktop",
        "F3",
        "the desktop entry has type, name and command, and is not deleted",
        "mend `packaging/flathub/app.desktop`",
        beside::desktop,
    ),
    Rule::refused(
        "flathub/desktop-terminal",
        "F3",
        "a program of the console has a terminal, or no place in menus",
        "write `Terminal=true` into `packaging/flathub/app.desktop`",
        beside::terminal,
    ),
    Rule::refused(
        "flathub/metainfo",
        "F2",
        "the metainfo is XML with a component",
        "mend it where the reader stopped",
        metainfo::form,
    ),
    Rule::refused(
        "flathub/metainfo-required",
        "F2",
        "id, names, licences, description, rating, developer, homepage and releases are there",
        "add what is missing to `Cargo.toml` or to `packaging/release.toml`",
        |subject| metainfo::each(subject, metainfo::required),
    ),
    Rule::refused(
        "flathub/metainfo-licence",
        "F2",
        "the metainfo is free to pass on, and the project's licence is an SPDX expression",
        "mend `license` in `Cargo.toml`",
        |subject| metainfo::each(subject, metainfo::licences),
    ),
    Rule::refused(
        "flathub/summary",
        "F2",
        "the summary is one line",
        "set `[channel.flathub] summary`",
        |subject| metainfo::each(subject, metainfo::summary),
    ),
    Rule::warned(
        "flathub/quality",
        "F2",
        "name and summary are short, the summary has no name, article and full stop, and versions have no `v`",
        "set `[channel.flathub] summary` to at most 35 characters",
        |subject| metainfo::each(subject, metainfo::lines),
    ),
    Rule::refused(
        "flathub/description",
        "F2",
        "the description has paragraphs, lists, emphasis and code alone",
        "set `[channel.flathub] description`",
        |subject| metainfo::each(subject, metainfo::description),
    ),
    Rule::refused(
        "flathub/links",
        "F2",
        "links are whole and of a kind that AppStream knows",
        "mend the link in `Cargo.toml`",
        |subject| metainfo::each(subject, metainfo::links),
    ),
    Rule::refused(
        "flathub/releases",
        "F2",
        "releases have versions and days, the newest first, which is no pre-release",
        "release a stable version",
        |subject| metainfo::each(subject, metainfo::releases),
    ),
    Rule::refused(
        "flathub/release-version",
        "HOUSE",
        "the newest release is the one that was built",
        "render it anew: `cargo xtask manifests --channel flathub`",
        metainfo::release,
    ),
    Rule {
        id: "flathub/console-application",
        source: "F1",
        severity: Severity::Policy,
        demands: "Flathub takes no programs of the console",
        help: "offer a bundle beside the release, or a repository of your own: `bundle/` holds the manifest",
        check: console,
    },
];

fn readable(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let files: Vec<&File> = subject.ending(".yml").chain(subject.ending(".yaml")).collect();
    let is_hidden = |it: &File| it.path.split('/').any(|it| it.starts_with('.'));
    for file in files.iter().copied().filter(|it| !is_hidden(it)) {
        match file.yaml() {
            Ok(yaml) if yaml.get("modules").is_some_and(|it| !it.items().is_empty()) => {}
            // A module may have a file of its own.
            Ok(yaml) if files.len() > 1 && manifest::id(&yaml).is_none() => {}
            Ok(_) => flaws.push(Flaw::file(file, "it has no modules")),
            Err(error) => flaws.push(Flaw::file(file, format!("{error:#}"))),
        }
    }
    flaws
}

fn id_form(subject: &Subject) -> Vec<Flaw> {
    let of_manifest = manifest::each(subject, |file, yaml| match manifest::id(yaml) {
        None => vec![Flaw::file(file, "there is no `id`")],
        Some(id) => app_id::flaw(id)
            .map(|it| Flaw::at(file, "id", it))
            .into_iter()
            .collect(),
    });
    let of_metainfo = metainfo::each(subject, |file, root| {
        let flaw = metainfo::text(root, "id").and_then(app_id::flaw);
        flaw.map(|it| Flaw::at(file, "<id>", it)).into_iter().collect()
    });
    [of_manifest, of_metainfo].concat()
}

fn id_agrees(subject: &Subject) -> Vec<Flaw> {
    let mut ids: Vec<String> = Vec::new();
    let mut flaws = manifest::each(subject, |file, yaml| {
        let id = manifest::id(yaml).unwrap_or_default();
        let stem = file.name().rsplit_once('.').map_or(file.name(), |it| it.0);
        if stem == id {
            return Vec::new();
        }
        vec![Flaw::at(
            file,
            "id",
            format!("the id is `{id}`, the name of the file `{}`", file.name()),
        )]
    });
    flaws.extend(metainfo::each(subject, |file, root| {
        let id = metainfo::text(root, "id").unwrap_or_default();
        if file.name().starts_with(&format!("{id}.")) && !id.is_empty() {
            return Vec::new();
        }
        vec![Flaw::at(
            file,
            "<id>",
            format!("the id is `{id}`, the name of the file `{}`", file.name()),
        )]
    }));
    ids.extend(
        subject
            .files
            .iter()
            .filter_map(|it| Some(manifest::id(&manifest::read(it)?)?.to_owned())),
    );
    let others = metainfo::files(subject).chain(subject.ending(".desktop"));
    for file in others.filter(|_| !ids.is_empty()) {
        // flatpak takes along what is named after the id, with more behind a dot or a hyphen.
        let is_named = |id: &String| {
            let rest = file.name().strip_prefix(id.as_str());
            rest.is_some_and(|it| it.starts_with(['.', '-']))
        };
        if !ids.iter().any(is_named) {
            flaws.push(Flaw::file(
                file,
                format!("its name does not begin with the id `{}`", ids[0]),
            ));
        }
    }
    flaws
}

/// Whether the metainfo, or the desktop entry without one, says that the program is one of the console.
fn is_console(subject: &Subject) -> bool {
    subject_types(subject)
        .iter()
        .any(|it| it == "console-application")
}

fn subject_types(subject: &Subject) -> Vec<String> {
    let mut types = Vec::new();
    for file in metainfo::files(subject) {
        if let Ok(document) = roxmltree::Document::parse(file.text().unwrap_or_default()) {
            types.extend(document.root_element().attribute("type").map(str::to_owned));
        }
    }
    types
}

fn console(subject: &Subject) -> Vec<Flaw> {
    if is_console(subject) {
        vec![Flaw::all("blocked by policy: console application")]
    } else {
        Vec::new()
    }
}
