//! Rules about the list of assets, their names and their sums.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::asset::{self, LIST, List};
use super::super::notes::NOTES;
use crate::digest::sums::{self, Guide};
use crate::digest::{Checksum, Sha256};
use crate::lint::{File, Flaw, Subject};
use crate::release::{FILE, SUMS_FILE};

/// GitHub's limits: less than 2 GiB each, and so many.
const MOST_BYTES: u64 = 2 << 30;
const MOST_ASSETS: usize = 1000;

fn list(subject: &Subject) -> Option<(&File, List)> {
    let file = subject.files.iter().find(|it| it.name() == LIST)?;
    Some((file, serde_json::from_slice(&file.bytes).ok()?))
}

/// The files that are uploaded: not those that say what is.
fn uploaded(subject: &Subject) -> impl Iterator<Item = &File> {
    let is_about = |it: &&File| !matches!(it.name(), LIST | NOTES);
    subject.files.iter().filter(is_about)
}

/// The digests of everything that can be uploaded and lies before us, by name.
fn known(subject: &Subject) -> BTreeMap<String, Sha256> {
    let mut known: BTreeMap<String, Sha256> = uploaded(subject)
        .map(|it| (it.name().to_owned(), Sha256::of(&it.bytes)))
        .collect();
    if let Some(edition) = &subject.edition {
        let artifacts = edition.release.artifacts.iter();
        known.extend(artifacts.map(|it| (it.name.clone(), it.digests.sha256)));
        let document = edition.release.text().unwrap_or_default();
        known.insert(FILE.to_owned(), Sha256::of(document.as_bytes()));
    }
    known
}

pub(super) fn names(subject: &Subject) -> Vec<Flaw> {
    let wrong = |name: &str| format!("GitHub would rename `{}`", name.escape_debug());
    let mut flaws: Vec<Flaw> = uploaded(subject)
        .filter(|it| !asset::is_plain(it.name()))
        .map(|it| Flaw::file(it, wrong(it.name())))
        .collect();
    if let Some((file, list)) = list(subject) {
        let odd = list.assets.iter().filter(|it| !asset::is_plain(&it.name));
        flaws.extend(odd.map(|it| Flaw::at(file, &it.name, wrong(&it.name))));
    }
    flaws
}

pub(super) fn limits(subject: &Subject) -> Vec<Flaw> {
    let mut flaws: Vec<Flaw> = uploaded(subject)
        .filter(|it| it.bytes.len() as u64 >= MOST_BYTES)
        .map(|it| Flaw::file(it, "it has 2 GiB or more"))
        .collect();
    let Some((file, list)) = list(subject) else {
        return flaws;
    };
    if list.assets.len() > MOST_ASSETS {
        flaws.push(Flaw::file(file, format!("it lists {} assets", list.assets.len())));
    }
    let mut seen = BTreeSet::new();
    for asset in &list.assets {
        // Names that differ in case alone are one to some systems that download them.
        if !seen.insert(asset.name.to_lowercase()) {
            flaws.push(Flaw::at(
                file,
                &asset.name,
                format!("two assets are called `{}`", asset.name),
            ));
        }
        if asset.size_bytes >= MOST_BYTES {
            flaws.push(Flaw::at(
                file,
                &asset.name,
                format!("`{}` has 2 GiB or more", asset.name),
            ));
        }
        if asset.size_bytes == 0 {
            flaws.push(Flaw::at(file, &asset.name, format!("`{}` is empty", asset.name)));
        }
    }
    flaws
}

pub(super) fn listed(subject: &Subject) -> Vec<Flaw> {
    let found = subject.files.iter().find(|it| it.name() == LIST);
    let Some(file) = found else {
        let is_missing = subject.is_whole && subject.edition.is_some();
        return Vec::from_iter(is_missing.then(|| Flaw::all(format!("there is no `{LIST}`"))));
    };
    let list: List = match serde_json::from_slice(&file.bytes) {
        Ok(list) => list,
        Err(error) => return vec![Flaw::file(file, format!("it is no list of assets: {error}"))],
    };
    let mut flaws = Vec::new();
    if list.schema != asset::SCHEMA {
        flaws.push(Flaw::at(file, "schema", format!("it has schema {}", list.schema)));
    }
    let known = known(subject);
    for (name, sum) in known.iter().filter(|_| subject.is_whole) {
        match list.assets.iter().find(|it| it.name == *name) {
            None => flaws.push(Flaw::file(file, format!("`{name}` is not listed"))),
            Some(asset) if asset.sha256 != *sum => {
                flaws.push(Flaw::at(
                    file,
                    &asset.sha256.to_string(),
                    format!("`{name}` has the SHA-256 {sum}"),
                ));
            }
            Some(_) => {}
        }
    }
    for asset in &list.assets {
        let is_path = |it: &str| !it.is_empty() && !it.split('/').any(|part| matches!(part, "" | "." | ".."));
        let last = asset.path.rsplit('/').next();
        if !is_path(&asset.path) || last != Some(&asset.name) {
            flaws.push(Flaw::at(
                file,
                &asset.name,
                format!("`{}` does not lie at `{}`", asset.name, asset.path.escape_debug()),
            ));
        }
        if subject.edition.is_some() && !known.contains_key(&asset.name) {
            flaws.push(Flaw::at(
                file,
                &asset.name,
                format!("there is no `{}`", asset.name),
            ));
        }
    }
    flaws
}

pub(super) fn sums(subject: &Subject) -> Vec<Flaw> {
    let Some(file) = subject.files.iter().find(|it| it.name() == SUMS_FILE) else {
        let is_missing = subject.is_whole && subject.edition.is_some();
        return Vec::from_iter(is_missing.then(|| Flaw::all(format!("there is no `{SUMS_FILE}`"))));
    };
    let guide = Guide::of(None, Path::new(SUMS_FILE));
    let read = sums::parse(&file.bytes, guide);
    let mut flaws: Vec<Flaw> = read
        .flaws
        .iter()
        .map(|it| Flaw::line(file, it.line, it.what.clone()))
        .collect();
    let known = known(subject);
    let mut before: Option<&[u8]> = None;
    let mut names = BTreeSet::new();
    for entry in &read.entries {
        let name = String::from_utf8_lossy(&entry.name).into_owned();
        if before.is_some_and(|it| it >= entry.name.as_slice()) {
            flaws.push(Flaw::line(
                file,
                entry.line,
                format!("`{name}` is not in its order"),
            ));
        }
        before = Some(&entry.name);
        match known.get(&name) {
            Some(sum) if Checksum::Sha256(*sum) != entry.checksum => {
                flaws.push(Flaw::line(
                    file,
                    entry.line,
                    format!("`{name}` has the SHA-256 {sum}"),
                ));
            }
            None if subject.edition.is_some() => {
                flaws.push(Flaw::line(file, entry.line, format!("there is no `{name}`")));
            }
            _ => {}
        }
        names.insert(name);
    }
    let is_due = |it: &&String| subject.is_whole && *it != SUMS_FILE && !names.contains(*it);
    let missing = known.keys().filter(is_due);
    flaws.extend(missing.map(|it| Flaw::file(file, format!("`{it}` has no line"))));
    flaws
}

pub(super) fn tag(subject: &Subject) -> Vec<Flaw> {
    let Some((file, list)) = list(subject) else {
        return Vec::new();
    };
    let tag = list.tag.as_str();
    let mut flaws = Vec::new();
    let mut say = |what: String| flaws.push(Flaw::at(file, "\"tag\"", what));
    if !is_ref(tag) {
        say(format!("git takes no tag `{}`", tag.escape_debug()));
    }
    if let Some(edition) = &subject.edition {
        if tag != edition.tag() {
            say(format!("the tag of the release is `{}`", edition.tag()));
        }
        if !tag.contains(&edition.version().to_string()) {
            say(format!("`{tag}` does not hold the version {}", edition.version()));
        }
    }
    flaws
}

/// git-check-ref-format(1), for one level or more.
fn is_ref(tag: &str) -> bool {
    let is_odd = |it: char| it.is_control() || it.is_whitespace() || "~^:?*[\\".contains(it);
    let is_part = |it: &str| !it.is_empty() && !it.starts_with('.') && it.strip_suffix(".lock").is_none();
    !tag.contains(is_odd)
        && !tag.contains("..")
        && !tag.contains("@{")
        && !tag.starts_with('-')
        && !tag.ends_with('.')
        && tag != "@"
        && tag.split('/').all(is_part)
}
