//! What was published to the twin's registry of crates.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::refused;
use crate::time;
use crate::twin::server::Reply;

/// The crates, by their names without regard to case and to `-` and `_`.
#[derive(Debug, Default)]
pub(super) struct Shelf(BTreeMap<String, Crate>);

/// A crate.
#[derive(Debug)]
pub(super) struct Crate {
    /// Its name, as it was first published.
    pub(super) name: String,
    /// The logins of those who own it.
    pub(super) owners: Vec<String>,
    /// Its versions, in the order of publishing.
    pub(super) versions: Vec<Release>,
}

/// A version of a crate.
#[derive(Debug)]
pub(super) struct Release {
    /// The version.
    pub(super) number: String,
    /// Its line in the index, but for what may change.
    pub(super) line: Value,
    /// What its manifest says for people.
    pub(super) about: Value,
    /// The `.crate`.
    pub(super) bytes: Vec<u8>,
    /// Whether it is offered to nobody who does not have it already.
    pub(super) is_yanked: bool,
    /// When it came, in seconds since 1970.
    pub(super) time_s: i64,
}

/// The form of a name in which two that are too alike are the same.
fn canonical(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

impl Shelf {
    pub(super) fn crates(&self) -> impl Iterator<Item = &Crate> {
        self.0.values()
    }

    pub(super) fn find(&self, name: &str) -> Result<&Crate, Reply> {
        self.0
            .get(&canonical(name))
            .ok_or_else(|| refused(404, format!("crate `{name}` does not exist")))
    }

    pub(super) fn find_mut(&mut self, name: &str) -> Option<&mut Crate> {
        self.0.get_mut(&canonical(name))
    }

    /// A version, and its place.
    pub(super) fn version(&self, name: &str, version: &str) -> Result<(&Crate, usize), Reply> {
        let found = self.find(name)?;
        let at = found.versions.iter().position(|it| it.number == version);
        at.map(|at| (found, at)).ok_or_else(|| {
            refused(
                404,
                format!("crate `{}` does not have a version `{version}`", found.name),
            )
        })
    }

    /// Adds a version, and the crate with its first one.
    pub(super) fn add(&mut self, name: &str, owner: &str, release: Release) -> &Crate {
        let found = self.0.entry(canonical(name)).or_insert_with(|| Crate {
            name: name.to_owned(),
            owners: vec![owner.to_owned()],
            versions: Vec::new(),
        });
        found.versions.push(release);
        found
    }
}

impl Crate {
    /// Its lines in the index.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |it: &Release| {
            let mut line = it.line.clone();
            line["yanked"] = json!(it.is_yanked);
            line.to_string()
        };
        self.versions.iter().map(line).collect()
    }

    /// What the newest version says of itself, in lower case.
    pub(super) fn description(&self) -> String {
        let newest = self.versions.last();
        let text = newest.and_then(|it| it.about["description"].as_str());
        text.unwrap_or_default().to_lowercase()
    }

    /// The crate for a list.
    pub(super) fn row(&self) -> Value {
        let offered = || self.versions.iter().filter(|it| !it.is_yanked);
        let parsed = |it: &Release| semver::Version::parse(&it.number).ok();
        let newest = |is_stable: bool| {
            let fits = |it: &semver::Version| !is_stable || it.pre.is_empty();
            offered()
                .filter_map(parsed)
                .filter(fits)
                .max()
                .map(|it| it.to_string())
        };
        let about = self
            .versions
            .last()
            .map(|it| it.about.clone())
            .unwrap_or_default();
        json!({
            "id": self.name,
            "name": self.name,
            "description": about["description"],
            "homepage": about["homepage"],
            "documentation": about["documentation"],
            "repository": about["repository"],
            "max_version": newest(false).unwrap_or_else(|| "0.0.0".to_owned()),
            "newest_version": newest(false).unwrap_or_else(|| "0.0.0".to_owned()),
            "max_stable_version": newest(true),
            "exact_match": false,
        })
    }

    /// The crate with its versions, the newest first.
    pub(super) fn document(&self) -> Value {
        let versions: Vec<Value> = (0..self.versions.len())
            .rev()
            .map(|at| self.version_document(at))
            .collect();
        json!({ "crate": self.row(), "versions": versions })
    }

    pub(super) fn version_document(&self, at: usize) -> Value {
        let release = &self.versions[at];
        json!({
            "id": at + 1,
            "crate": self.name,
            "num": release.number,
            "checksum": release.line["cksum"],
            "crate_size": release.bytes.len(),
            "created_at": time::rfc3339(release.time_s),
            "yanked": release.is_yanked,
            "dl_path": format!("/api/v1/crates/{}/{}/download", self.name, release.number),
        })
    }
}
