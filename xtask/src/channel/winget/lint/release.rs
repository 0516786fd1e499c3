//! What manifests must share with the release that they were rendered from.

use super::super::{CHANNEL, builds, identifier, manifest};
use super::{at, inherited, installers, manifests, text};
use crate::edition::Edition;
use crate::lint::release::{artifact_of, holds, wrong_pair};
use crate::lint::{File, Flaw, Subject};
use crate::render::yaml::Yaml;

fn each(subject: &Subject, check: impl Fn(&Edition, &File, &Yaml) -> Vec<Flaw>) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let all = manifests(subject);
    all.iter()
        .flat_map(|(file, yaml)| check(edition, file, yaml))
        .collect()
}

/// The edition is that of the main package, and so the manifest of its identifier is looked at.
fn is_own(edition: &Edition, yaml: &Yaml) -> bool {
    let listing = edition.listing_for(&CHANNEL);
    text(yaml, "ManifestType") == "installer"
        && identifier::of(edition, &listing).is_ok_and(|it| it == text(yaml, "PackageIdentifier"))
}

pub(super) fn platforms(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, yaml| {
        if !is_own(edition, yaml) {
            return Vec::new();
        }
        let has = |name: &str| installers(yaml).iter().any(|it| text(it, "Architecture") == name);
        builds(edition)
            .into_iter()
            .filter(|it| !has(it.0))
            .map(|(name, build)| {
                let what = format!("`{name}` is missing, though `{}` was built", build.target.triple);
                Flaw::at(file, "Installers:", what)
            })
            .collect()
    })
}

pub(super) fn hashes(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, yaml| {
        let wrong = installers(yaml).iter().filter_map(|it| {
            let (url, hash) = (text(it, "InstallerUrl"), text(it, "InstallerSha256"));
            Some(at(file, "InstallerUrl", url, wrong_pair(edition, url, hash)?))
        });
        wrong.collect()
    })
}

pub(super) fn paths(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, yaml| {
        let mut flaws = Vec::new();
        for installer in installers(yaml) {
            let Some(artifact) = artifact_of(edition, text(installer, "InstallerUrl")) else {
                continue;
            };
            let files = inherited(yaml, installer, "NestedInstallerFiles");
            for one in files.map(Yaml::items).unwrap_or_default() {
                let path = text(one, "RelativeFilePath");
                if !holds(artifact, &path.replace('\\', "/")) {
                    let what = format!("`{}` holds no `{path}`", artifact.name);
                    flaws.push(at(file, "RelativeFilePath", path, what));
                }
            }
        }
        flaws
    })
}

pub(super) fn runtime(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, yaml| {
        let mut flaws = Vec::new();
        for installer in installers(yaml) {
            let Some(artifact) = artifact_of(edition, text(installer, "InstallerUrl")) else {
                continue;
            };
            let build = edition
                .builds()
                .iter()
                .find(|it| it.archive.name == artifact.name);
            let needs = build.is_some_and(manifest::needs_runtime);
            let packages = inherited(yaml, installer, "Dependencies")
                .and_then(|it| it.get("PackageDependencies"))
                .map(Yaml::items)
                .unwrap_or_default();
            let declares = packages
                .iter()
                .any(|it| text(it, "PackageIdentifier").starts_with("Microsoft.VCRedist."));
            if needs != declares {
                let what = if needs {
                    "needs Microsoft's runtime, and does not say so"
                } else {
                    "does not need Microsoft's runtime, which it asks for"
                };
                flaws.push(Flaw::at(
                    file,
                    &artifact.name,
                    format!("`{}` {what}", artifact.name),
                ));
            }
        }
        flaws
    })
}

pub(super) fn version(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, yaml| {
        let expected = edition.version().to_string();
        let found = text(yaml, "PackageVersion");
        if found == expected {
            return Vec::new();
        }
        let what = format!("`{found}` is not the version of the release, `{expected}`");
        vec![at(file, "PackageVersion", found, what)]
    })
}
