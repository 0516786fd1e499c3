//! What the files of a version must share, and where they lie.

use std::collections::BTreeMap;

use super::super::identifier;
use super::{at, manifests, text};
use crate::lint::{File, Flaw, Subject};
use crate::render::yaml::Yaml;

/// The manifests by their folder: each is a version of a package.
fn versions(subject: &Subject) -> BTreeMap<String, Vec<(&File, Yaml)>> {
    let mut found: BTreeMap<String, Vec<(&File, Yaml)>> = BTreeMap::new();
    for (file, yaml) in manifests(subject) {
        let folder = file.path.rsplit_once('/').map_or("", |it| it.0);
        found.entry(folder.to_owned()).or_default().push((file, yaml));
    }
    found
}

pub(super) fn complete(subject: &Subject) -> Vec<Flaw> {
    if !subject.is_whole {
        return Vec::new();
    }
    let mut flaws = Vec::new();
    for (folder, files) in versions(subject) {
        let count = |kind: &str| {
            files
                .iter()
                .filter(|it| text(&it.1, "ManifestType") == kind)
                .count()
        };
        if count("singleton") > 0 {
            continue;
        }
        for kind in ["version", "installer", "defaultLocale"] {
            let found = count(kind);
            if found != 1 {
                flaws.push(Flaw::all(format!(
                    "`{folder}` has {found} manifests of the type `{kind}`"
                )));
            }
        }
    }
    flaws
}

pub(super) fn agree(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for files in versions(subject).values() {
        let (first, first_yaml) = &files[0];
        for (file, yaml) in &files[1..] {
            for key in ["PackageIdentifier", "PackageVersion", "ManifestVersion"] {
                let (one, other) = (text(first_yaml, key), text(yaml, key));
                if one != other {
                    let what = format!("`{key}` is `{other}`, and `{one}` in `{}`", first.name());
                    flaws.push(at(file, key, other, what));
                }
            }
        }
        let of = |kind: &str| files.iter().find(|it| text(&it.1, "ManifestType") == kind);
        let (Some((file, version)), Some((_, locale))) = (of("version"), of("defaultLocale")) else {
            continue;
        };
        let (one, other) = (text(version, "DefaultLocale"), text(locale, "PackageLocale"));
        if one != other {
            let what = format!("`DefaultLocale` is `{one}`, and the texts are in `{other}`");
            flaws.push(at(file, "DefaultLocale", one, what));
        }
    }
    flaws
}

pub(super) fn path(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let (id, version) = (text(yaml, "PackageIdentifier"), text(yaml, "PackageVersion"));
    let name = match text(yaml, "ManifestType") {
        "installer" => format!("{id}.installer.yaml"),
        "defaultLocale" | "locale" => format!("{id}.locale.{}.yaml", text(yaml, "PackageLocale")),
        _ => format!("{id}.yaml"),
    };
    let mut flaws = Vec::new();
    if file.name() != name {
        flaws.push(Flaw::file(file, format!("the file must be named `{name}`")));
    }
    // A file that is looked at alone has no folder, and another folder may be a part of the way.
    let expected = identifier::folder(id, version);
    if let Some((folder, _)) = file.path.rsplit_once('/')
        && folder.contains("manifests/")
        && folder != expected
        && !folder.ends_with(&format!("/{expected}"))
    {
        flaws.push(Flaw::file(file, format!("it must lie in `{expected}`")));
    }
    flaws
}
