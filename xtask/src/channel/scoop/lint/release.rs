//! What a manifest must share with the release that it was rendered from.

use serde_json::Value;

use super::{objects, places, programs, texts};
use crate::edition::Edition;
use crate::lint::release::{artifact_of, holds, wrong_pair};
use crate::lint::{File, Flaw, Subject};

/// The manifests of the release's main package, which is the one that the subject's edition is of.
fn own<'a>(subject: &'a Subject, edition: &Edition) -> Vec<(&'a File, Value)> {
    let name = format!("{}.json", super::super::app(edition));
    let mut found = objects(subject);
    found.retain(|(file, _)| file.name() == name);
    found
}

fn each(subject: &Subject, check: impl Fn(&Edition, &File, &Value) -> Vec<Flaw>) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let all = objects(subject);
    all.iter()
        .flat_map(|(file, json)| check(edition, file, json))
        .collect()
}

pub(super) fn platforms(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let mut flaws = Vec::new();
    for (file, json) in own(subject, edition) {
        for (name, build) in super::super::builds(edition) {
            if json["architecture"][name]["url"].is_null() {
                flaws.push(Flaw::at(
                    file,
                    "\"architecture\"",
                    format!("`{name}` is missing, though `{}` was built", build.target.triple),
                ));
            }
        }
    }
    flaws
}

pub(super) fn hashes(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, json| {
        let pairs = places(json)
            .into_iter()
            .flat_map(|(_, it)| texts(&it["url"]).into_iter().zip(texts(&it["hash"])));
        let wrong = pairs.filter_map(|(url, hash)| {
            let what = wrong_pair(edition, url, hash.trim_start_matches("sha256:"))?;
            Some(Flaw::at(file, url, what))
        });
        wrong.collect()
    })
}

pub(super) fn paths(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, json| {
        let mut flaws = Vec::new();
        for (_, place) in places(json) {
            let artifact = place["url"].as_str().and_then(|it| artifact_of(edition, it));
            let Some(artifact) = artifact else { continue };
            let dir = place["extract_dir"].as_str().or(json["extract_dir"].as_str());
            let below = dir.map(|it| format!("{it}/")).unwrap_or_default();
            let bins = if place["bin"].is_null() {
                &json["bin"]
            } else {
                &place["bin"]
            };
            for bin in programs(bins) {
                let path = format!("{below}{bin}").replace('\\', "/");
                if !holds(artifact, &path) {
                    flaws.push(Flaw::at(
                        file,
                        "\"bin\"",
                        format!("`{}` holds no `{path}`", artifact.name),
                    ));
                }
            }
        }
        flaws
    })
}

pub(super) fn version(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, json| {
        let expected = edition.version().to_string();
        let found = json["version"].as_str().unwrap_or_default();
        if found == expected {
            return Vec::new();
        }
        vec![Flaw::at(
            file,
            "\"version\"",
            format!("`{found}` is not the version of the release, `{expected}`"),
        )]
    })
}
