//! What npm and the registry check of a package, and what its users would stumble over; for GitHub Packages, too.

mod contents;
mod manifest;
mod together;

use serde_json::Value;

use crate::lint::{File, Flaw, Rule, Subject};
use crate::pack::npm;
use crate::pack::read::Packed;

pub(in crate::channel) use contents::{BIN, BIN_MODE, BOUND, EXECUTABLE, README, TARBALL};
pub(in crate::channel) use manifest::{
    JSON, LATEST, LICENSE, NAME, PLATFORM, PRIVATE, REMOTE, REPOSITORY, SCRIPTS, TAG, VERSION,
};
pub(in crate::channel) use together::{BUILT, COMPLETE, FILE_NAME, LAUNCHER, SKEW};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    TARBALL,
    JSON,
    NAME,
    VERSION,
    PRIVATE,
    TAG,
    LATEST,
    PLATFORM,
    LICENSE,
    REPOSITORY,
    REMOTE,
    SCRIPTS,
    manifest::ACCESS,
    BIN,
    BIN_MODE,
    EXECUTABLE,
    BOUND,
    README,
    FILE_NAME,
    SKEW,
    LAUNCHER,
    COMPLETE,
    BUILT,
];

/// A tarball whose manifest could be read.
pub(in crate::channel) struct Package<'a> {
    pub(in crate::channel) file: &'a File,
    pub(in crate::channel) json: Value,
}

impl<'a> Package<'a> {
    /// The packages of a subject; for tarballs that cannot be read there is a rule.
    pub(in crate::channel) fn all(subject: &'a Subject) -> Vec<Package<'a>> {
        let of = |file: &'a File| {
            let text = npm::manifest(&file.bytes).ok()?;
            let json: Value = serde_json::from_slice(&text).ok()?;
            json.is_object().then_some(Package { file, json })
        };
        subject.ending(".tgz").filter_map(of).collect()
    }

    /// A text of the manifest; empty where it is not there.
    pub(in crate::channel) fn text(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap_or_default()
    }

    /// The texts of a list of the manifest.
    fn list(&self, key: &str) -> Vec<&str> {
        match &self.json[key] {
            // npm takes one text for a list of it.
            Value::String(one) => vec![one],
            other => other
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect(),
        }
    }

    /// The names and versions of a table of the manifest.
    fn table(&self, key: &str) -> Vec<(&str, &str)> {
        let rows = self.json[key].as_object().into_iter().flatten();
        rows.map(|(name, it)| (name.as_str(), it.as_str().unwrap_or_default()))
            .collect()
    }

    /// Its commands: names and paths.
    fn bin(&self) -> Vec<(&str, &str)> {
        match &self.json["bin"] {
            Value::String(path) => vec![(self.text("name"), path.as_str())],
            _ => self.table("bin"),
        }
    }

    /// Whether it is for some platforms only.
    fn is_platform(&self) -> bool {
        !self.list("os").is_empty() || !self.list("cpu").is_empty()
    }

    /// The files without the top folder.
    fn files(&self) -> Vec<Packed> {
        let files = npm::files(&self.file.bytes).unwrap_or_default();
        let below = |it: Packed| Packed {
            path: it.path.split_once('/').map_or("", |it| it.1).to_owned(),
            ..it
        };
        files.into_iter().map(below).collect()
    }
}

/// What a check finds in each package.
pub(in crate::channel) fn each(subject: &Subject, check: impl Fn(&Package<'_>) -> Vec<String>) -> Vec<Flaw> {
    let packages = Package::all(subject);
    let of = |it: &Package<'_>| -> Vec<Flaw> {
        let found = check(it).into_iter();
        found.map(|what| Flaw::file(it.file, what)).collect()
    };
    packages.iter().flat_map(of).collect()
}

/// One finding, or none.
pub(in crate::channel) fn one(is_wrong: bool, what: impl FnOnce() -> String) -> Vec<String> {
    is_wrong.then(what).into_iter().collect()
}
