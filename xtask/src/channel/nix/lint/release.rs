//! Rules that hold expressions against the release that they are of.

use crate::channel::nix::expression::sri;
use crate::channel::nix::lint::{expressions, is_package};
use crate::channel::nix::{builds, name};
use crate::lint::{Flaw, Subject};

pub(super) fn version_agrees(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let expected = edition.version().to_string();
    let mut flaws = Vec::new();
    for (file, read) in expressions(subject).filter(|(file, _)| is_package(file)) {
        let Some(attribute) = read.at(&["version"]) else {
            continue;
        };
        let found = read.text(attribute).unwrap_or_default();
        if found != expected {
            let what = format!("`version` is `{found}`, the release is `{expected}`");
            flaws.push(Flaw::line(file, attribute.line, what));
        }
    }
    flaws
}

pub(super) fn hash_of_url(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let version = edition.version().to_string();
    let artifacts = &edition.release.artifacts;
    let mut flaws = Vec::new();
    for (file, read) in expressions(subject) {
        for attribute in read.ending(&["url"]) {
            let Some(text) = read.text(attribute) else {
                continue;
            };
            let address = text
                .replace("${finalAttrs.version}", &version)
                .replace("${version}", &version);
            let named = artifacts
                .iter()
                .find(|it| edition.url(&it.name).as_ref() == Some(&address));
            let Some(artifact) = named else {
                if edition.url("").is_some_and(|it| address.starts_with(&it)) {
                    flaws.push(Flaw::line(
                        file,
                        attribute.line,
                        format!("`{address}` was not built"),
                    ));
                }
                continue;
            };
            let mut beside = attribute.path.clone();
            beside.pop();
            beside.push("hash".to_owned());
            let beside: Vec<&str> = beside.iter().map(String::as_str).collect();
            let hash = read.at(&beside).and_then(|it| read.text(it)).unwrap_or_default();
            let expected = sri(artifact.digests.sha256);
            if hash != expected {
                let what = format!("`{}` has the hash `{expected}`, not `{hash}`", artifact.name);
                flaws.push(Flaw::line(file, attribute.line, what));
            }
        }
    }
    flaws
}

pub(super) fn all_systems(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let own = name(edition);
    let mut flaws = Vec::new();
    for (file, read) in expressions(subject).filter(|(file, _)| is_package(file)) {
        let is_own = read.at(&["pname"]).and_then(|it| read.text(it)) == Some(&own);
        let Some(sources) = read.at(&["passthru", "sources"]).filter(|_| is_own) else {
            continue;
        };
        let has = |system: &str| read.at(&["passthru", "sources", system]).is_some();
        let built: Vec<&str> = builds(edition).iter().map(|it| it.0).collect();
        for system in built.iter().filter(|it| !has(it)) {
            let what = format!("`{system}` was built, and is not among the sources");
            flaws.push(Flaw::line(file, sources.line, what));
        }
        for attribute in &read.attributes {
            if let [a, b, system] = attribute.path.as_slice()
                && (a.as_str(), b.as_str()) == ("passthru", "sources")
                && !built.contains(&system.as_str())
            {
                let what = format!("nothing was built for `{system}`");
                flaws.push(Flaw::line(file, attribute.line, what));
            }
        }
    }
    flaws
}
