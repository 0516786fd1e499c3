//! A package: its versions, its tags, and the documents in which a registry shows it.

use std::collections::BTreeMap;

use semver::Version;
use serde_json::{Map, Value, json};

use super::take::Taken;
use super::{USER, not_found, refuse};
use crate::protocol::npm::LATEST;
use crate::twin::server::{Incoming, Reply};

/// The media type of the short form.
const SHORT: &str = "application/vnd.npm.install-v1+json";

/// What the short form has of a version (the registry's documentation, package metadata).
const SHORT_KEYS: &[&str] = &[
    "name",
    "version",
    "deprecated",
    "dependencies",
    "optionalDependencies",
    "devDependencies",
    "bundleDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "bin",
    "directories",
    "dist",
    "engines",
    "cpu",
    "os",
    "libc",
    "_hasShrinkwrap",
    "hasInstallScript",
];

/// A package.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) versions: BTreeMap<String, Release>,
    pub(super) tags: BTreeMap<String, String>,
    /// When each version came, also of those that have gone.
    times: BTreeMap<String, String>,
    /// Versions that have gone since this was emptied.
    pub(super) gone: Vec<String>,
    changes: u64,
}

/// A version.
pub(super) struct Release {
    pub(super) manifest: Value,
    pub(super) tarball: Vec<u8>,
}

impl Package {
    pub(super) fn new(name: &str) -> Package {
        Package {
            name: name.to_owned(),
            versions: BTreeMap::new(),
            tags: BTreeMap::new(),
            times: BTreeMap::from([("created".to_owned(), now())]),
            gone: Vec::new(),
            changes: 0,
        }
    }

    /// What a change must name: it is another one after each.
    pub(super) fn revision(&self) -> String {
        format!("{}-{}", self.changes, self.name.len())
    }

    pub(super) fn changed(&mut self) {
        self.changes += 1;
        self.times.insert("modified".to_owned(), now());
    }

    pub(super) fn add(&mut self, taken: Taken) {
        self.times.insert(taken.version.clone(), now());
        for tag in taken.tags {
            self.tags.insert(tag, taken.version.clone());
        }
        // Whoever asks for no tag gets something: the first version has `latest` whatever tag it came with.
        self.tags
            .entry(LATEST.to_owned())
            .or_insert_with(|| taken.version.clone());
        self.versions.insert(
            taken.version,
            Release {
                manifest: taken.manifest,
                tarball: taken.tarball,
            },
        );
        self.changed();
    }

    /// The file's name, without the scope.
    fn file(&self, version: &str) -> String {
        let bare = self.name.rsplit('/').next().unwrap_or_default();
        format!("{bare}-{version}.tgz")
    }

    fn manifest(&self, version: &str, release: &Release, base: &str) -> Value {
        let mut manifest = release.manifest.clone();
        let url = format!("{base}/{}/-/{}", self.name, self.file(version));
        manifest["dist"]["tarball"] = Value::String(url);
        manifest["maintainers"] = maintainers();
        manifest["_npmUser"] = maintainers()[0].clone();
        manifest
    }

    /// The whole package, in the form that is asked for.
    pub(super) fn answer(&self, request: &Incoming, base: &str) -> Reply {
        let is_short = request.header("accept").is_some_and(|it| it.contains(SHORT));
        let mut versions = Map::new();
        for (version, release) in &self.versions {
            let mut manifest = self.manifest(version, release, base);
            if let (true, Some(keys)) = (is_short, manifest.as_object_mut()) {
                keys.retain(|key, _| SHORT_KEYS.contains(&key.as_str()));
            }
            versions.insert(version.clone(), manifest);
        }
        if is_short {
            let document = json!({
                "name": self.name,
                "modified": self.times.get("modified"),
                "dist-tags": self.tags,
                "versions": versions,
            });
            let bytes = document.to_string().into_bytes();
            return Reply::bytes(200, Some(SHORT), bytes);
        }
        let latest = self.tags.get(LATEST).and_then(|it| versions.get(it));
        let described = latest.map_or(Value::Null, |it| it["description"].clone());
        Reply::json(
            200,
            &json!({
                "_id": self.name,
                "_rev": self.revision(),
                "name": self.name,
                "description": described,
                "dist-tags": self.tags,
                "versions": versions,
                "time": self.times,
                "maintainers": maintainers(),
                "readme": "",
            }),
        )
    }

    /// One version, by its number or by a tag.
    pub(super) fn version(&self, wanted: &str, base: &str) -> Reply {
        let version = self.tags.get(wanted).map_or(wanted, String::as_str);
        match self.versions.get(version) {
            Some(release) => Reply::json(200, &self.manifest(version, release, base)),
            None => Reply::json(404, &format!("version not found: {wanted}")),
        }
    }

    /// The bytes of a file.
    pub(super) fn tarball(&self, file: &str) -> Reply {
        let found = self
            .versions
            .iter()
            .find(|(version, _)| self.file(version) == file);
        match found {
            Some((_, release)) => {
                Reply::bytes(200, Some("application/octet-stream"), release.tarball.clone())
            }
            None => not_found(),
        }
    }

    /// Takes a version away, with the tags that point to it; `latest` goes to the highest of those that stay.
    pub(super) fn drop_version(&mut self, version: &str) {
        self.versions.remove(version);
        self.gone.push(version.to_owned());
        self.tags.retain(|_, it| it != version);
        let parsed = self.versions.keys().filter_map(|it| Version::parse(it).ok());
        if let Some(highest) = parsed.max() {
            self.tags
                .entry(LATEST.to_owned())
                .or_insert_with(|| highest.to_string());
        }
    }

    /// Refuses a change that was made on an older state.
    pub(super) fn conflict(&self, revision: &str) -> Option<Reply> {
        (revision != self.revision()).then(|| refuse(409, "Document update conflict."))
    }
}

fn maintainers() -> Value {
    json!([{"name": USER, "email": "rehearsal@registry.example"}])
}

fn now() -> String {
    crate::time::rfc3339(crate::time::now_s().unwrap_or_default())
}
