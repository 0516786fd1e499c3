//! The three documents: version, installer and default locale, with the keys in the order of the schemas.

use anyhow::Context;

use super::{CHANNEL, builds};
use crate::edition::{Build, Edition, Listing};
use crate::render::yaml::Yaml;

/// The version of the schemas that the community's repository recommends.
pub(super) const MANIFEST_VERSION: &str = "1.12.0";

/// The file name and the text of each document.
pub(super) fn all(edition: &Edition, listing: &Listing, id: &str) -> anyhow::Result<Vec<(String, String)>> {
    let settings = edition.settings(&CHANNEL);
    let locale = settings.text("locale").unwrap_or("en-US");
    let schema = settings.text("manifest-version").unwrap_or(MANIFEST_VERSION);
    let whole = |kind: &str, entries: Vec<(String, Yaml)>| document(edition, id, schema, kind, entries);
    Ok(vec![
        (
            format!("{id}.yaml"),
            whole("version", vec![entry("DefaultLocale", locale)]),
        ),
        (
            format!("{id}.installer.yaml"),
            whole("installer", installer(edition)?),
        ),
        (
            format!("{id}.locale.{locale}.yaml"),
            whole("defaultLocale", default_locale(edition, listing, locale)),
        ),
    ])
}

/// The line by which the client's checker finds the schema.
pub(super) fn header(kind: &str, schema: &str) -> String {
    format!("# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.{schema}.schema.json")
}

fn document(edition: &Edition, id: &str, schema: &str, kind: &str, entries: Vec<(String, Yaml)>) -> String {
    let mut all = vec![
        entry("PackageIdentifier", id),
        entry("PackageVersion", edition.version().to_string()),
    ];
    all.extend(entries);
    all.push(entry("ManifestType", kind));
    all.push(entry("ManifestVersion", schema));
    format!("{}\n\n{}", header(kind, schema), Yaml::Map(all).document())
}

fn entry(key: &str, value: impl Into<Yaml>) -> (String, Yaml) {
    (key.to_owned(), value.into())
}

fn map(entries: Vec<(&str, Yaml)>) -> Yaml {
    let entries = entries.into_iter().map(|(key, value)| entry(key, value));
    Yaml::Map(entries.collect())
}

fn installer(edition: &Edition) -> anyhow::Result<Vec<(String, Yaml)>> {
    let builds = builds(edition);
    let (_, first) = builds[0];
    // Both are for finding and for renaming: a program that is named in neither is installed under its own name.
    let commands = first.binaries().iter().map(|it| it.name.as_str());
    let commands: Vec<&str> = commands.filter(|it| is_short(it)).take(16).collect();
    let installers: anyhow::Result<Vec<Yaml>> =
        builds.iter().map(|(name, it)| one(edition, name, it)).collect();
    let mut entries = vec![
        entry("InstallerType", "zip"),
        entry("NestedInstallerType", "portable"),
        // The archive's folder carries the version: without this the old one would stay beside the new.
        entry("UpgradeBehavior", "uninstallPrevious"),
    ];
    if !commands.is_empty() {
        entries.push(entry("Commands", Yaml::texts(&commands)));
    }
    entries.push(entry("ReleaseDate", edition.date()));
    entries.push(entry("Installers", Yaml::List(installers?)));
    Ok(entries)
}

/// Whether a word is within the limit of the schema for commands, aliases and monikers.
fn is_short(word: &str) -> bool {
    (1..=40).contains(&word.chars().count())
}

fn one(edition: &Edition, machine: &str, build: &Build) -> anyhow::Result<Yaml> {
    let url = edition
        .url(&build.archive.name)
        .context("cannot tell where the assets lie: set `[product] download-url`")?;
    let programs = build.binaries().iter().map(|it| {
        let mut entries = vec![("RelativeFilePath", it.path.replace('/', "\\").into())];
        if is_short(&it.name) {
            entries.push(("PortableCommandAlias", it.name.as_str().into()));
        }
        map(entries)
    });
    let mut entries = vec![
        ("Architecture", machine.into()),
        ("NestedInstallerFiles", Yaml::List(programs.collect())),
        ("InstallerUrl", url.into()),
        (
            "InstallerSha256",
            build.archive.digests.sha256.to_string().to_uppercase().into(),
        ),
    ];
    if needs_runtime(build) {
        let package = map(vec![(
            "PackageIdentifier",
            format!("Microsoft.VCRedist.2015+.{machine}").into(),
        )]);
        entries.push((
            "Dependencies",
            map(vec![("PackageDependencies", Yaml::List(vec![package]))]),
        ));
    }
    Ok(map(entries))
}

/// Whether a program of the build starts only where Microsoft's redistributable is installed.
pub(super) fn needs_runtime(build: &Build) -> bool {
    build.binaries().iter().any(|it| it.facts.needs_msvc_runtime())
}

fn default_locale(edition: &Edition, listing: &Listing, locale: &str) -> Vec<(String, Yaml)> {
    let settings = edition.settings(&CHANNEL);
    let is_preview = !edition.version().pre.is_empty();
    let repository = listing.repository.as_ref();
    let on_github = repository.filter(|it| it.github.is_some()).map(|it| &it.url);
    let owner = repository
        .and_then(|it| it.github.as_ref())
        .map(|it| format!("https://github.com/{}", it.0));
    let of = |key: &str, default: Option<String>| settings.text(key).map(str::to_owned).or(default);
    let keywords: Vec<&str> = listing.keywords.iter().map(String::as_str).collect();
    let tags = settings.list("tags").unwrap_or(keywords);
    let authors: Vec<&str> = listing.authors.iter().map(|it| it.name.as_str()).collect();
    let name = if is_preview {
        format!("{} (Preview)", listing.title)
    } else {
        listing.title.clone()
    };
    let default = Some(listing.name.as_str()).filter(|it| is_short(it));
    let moniker = settings
        .text("moniker")
        .or(default)
        .unwrap_or_default()
        .to_owned();
    let documentation = listing.documentation.clone().map(|it| {
        Yaml::List(vec![map(vec![
            ("DocumentLabel", "Documentation".into()),
            ("DocumentUrl", it.into()),
        ])])
    });
    let text = |text: Option<String>| text.filter(|it| !it.is_empty()).map(Yaml::from);
    // A key without a value is left out; what the schema requires is always there, so that a rule can say what is wrong
    // with it.
    let rows: Vec<(&str, Option<Yaml>)> = vec![
        ("PackageLocale", Some(locale.into())),
        (
            "Publisher",
            Some(settings.text("publisher").unwrap_or(&listing.publisher).into()),
        ),
        ("PublisherUrl", text(of("publisher-url", owner))),
        (
            "PublisherSupportUrl",
            text(of("support-url", on_github.map(|it| format!("{it}/issues")))),
        ),
        ("Author", text(Some(authors.join(", ")))),
        ("PackageName", Some(name.into())),
        ("PackageUrl", text(listing.homepage.clone())),
        (
            "License",
            Some(listing.license.clone().unwrap_or_default().into()),
        ),
        (
            "LicenseUrl",
            text(of("license-url", license_url(edition, listing))),
        ),
        ("Copyright", text(Some(listing.copyright.clone()))),
        ("ShortDescription", Some(listing.summary.clone().into())),
        (
            "Description",
            Some(listing.description.clone())
                .filter(|it| !it.is_empty())
                .map(Yaml::Block),
        ),
        // Two packages that answer to one word make it useless for both.
        ("Moniker", text((!is_preview).then_some(moniker))),
        ("Tags", (!tags.is_empty()).then(|| Yaml::texts(&tags))),
        (
            "ReleaseNotesUrl",
            text(on_github.map(|it| format!("{it}/releases/tag/{}", tag_in_url(edition)))),
        ),
        (
            "InstallationNotes",
            settings.text("notes").map(|it| Yaml::Block(it.to_owned())),
        ),
        ("Documentations", documentation),
    ];
    rows.into_iter()
        .filter_map(|(key, value)| Some(entry(key, value?)))
        .collect()
}

fn tag_in_url(edition: &Edition) -> String {
    edition.tag().replace('+', "%2B")
}

/// The first licence file at the root of the source, as GitHub shows it.
fn license_url(edition: &Edition, listing: &Listing) -> Option<String> {
    const NAMES: &[&str] = &["license", "licence", "copying", "unlicense"];
    let repository = listing.repository.as_ref().filter(|it| it.github.is_some())?;
    let entries = &edition.source()?.entries;
    let mut at_root: Vec<&str> = entries
        .iter()
        .filter_map(|it| it.path.split_once('/'))
        .map(|it| it.1)
        .filter(|it| {
            let lower = it.to_lowercase();
            NAMES.iter().any(|name| lower.starts_with(name))
                && it
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || "._-".contains(it))
        })
        .collect();
    at_root.sort_unstable();
    Some(format!(
        "{}/blob/{}/{}",
        repository.url,
        tag_in_url(edition),
        at_root.first()?
    ))
}
