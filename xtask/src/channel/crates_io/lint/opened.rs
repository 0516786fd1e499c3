//! A crate that is looked into.

use std::io::Read;

use flate2::read::GzDecoder;
use toml::{Table, Value};

use crate::lint::{File, Flaw, Subject};
use crate::pack::read::{self, Packed};

/// What the registry unpacks at most.
pub(super) const MOST_UNPACKED: u64 = 512 << 20;

/// A crate that can be read.
pub(super) struct Opened<'a> {
    pub(super) file: &'a File,
    pub(super) files: Vec<Packed>,
    pub(super) manifest: Table,
}

impl Opened<'_> {
    /// A text of `[package]`.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.manifest.get("package")?.get(key)?.as_str()
    }

    /// The texts of a list of `[package]`.
    pub(super) fn list(&self, key: &str) -> Vec<&str> {
        let list = self
            .manifest
            .get("package")
            .and_then(|it| it.get(key)?.as_array());
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The paths below the one folder.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files
            .iter()
            .filter_map(|it| Some(it.path.split_once('/')?.1))
    }

    /// The tables of dependencies, those of targets too.
    pub(super) fn dependencies(&self, keys: &[&str]) -> Vec<(&String, &Value)> {
        let targets = self.manifest.get("target").and_then(Value::as_table);
        let targets = targets
            .into_iter()
            .flat_map(Table::values)
            .filter_map(Value::as_table);
        let tables: Vec<&Table> = std::iter::once(&self.manifest).chain(targets).collect();
        let mut found = Vec::new();
        for table in tables {
            for key in keys {
                found.extend(table.get(*key).and_then(Value::as_table).into_iter().flatten());
            }
        }
        found
    }
}

/// Opens a crate, or says why it is none.
pub(super) fn open(file: &File) -> Result<Opened<'_>, String> {
    // No more is read than is allowed: what is larger breaks a rule of its own.
    let mut tar = Vec::new();
    let mut reader = GzDecoder::new(file.bytes.as_slice()).take(MOST_UNPACKED + 1);
    reader
        .read_to_end(&mut tar)
        .map_err(|it| format!("it is no gzip: {it}"))?;
    if tar.len() as u64 > MOST_UNPACKED {
        return Err("it is too large to be looked into".to_owned());
    }
    let files = read::tar(tar.as_slice()).map_err(|it| format!("it is no tar archive: {it:#}"))?;
    let is_manifest = |it: &&Packed| it.path.split_once('/').is_some_and(|it| it.1 == "Cargo.toml");
    let manifest = files.iter().find(is_manifest);
    let manifest = manifest.ok_or("it has no `Cargo.toml` in its folder")?;
    let text = std::str::from_utf8(&manifest.bytes).map_err(|_| "`Cargo.toml` is no UTF-8".to_owned())?;
    let manifest: Table = text
        .parse()
        .map_err(|it: toml::de::Error| format!("`Cargo.toml` is no TOML: {}", it.message()))?;
    Ok(Opened {
        file,
        files,
        manifest,
    })
}

/// What a check says of each crate that can be read.
pub(super) fn each(subject: &Subject, check: impl Fn(&Opened<'_>) -> Vec<String>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.ending(".crate") {
        if let Ok(opened) = open(file) {
            flaws.extend(check(&opened).into_iter().map(|it| Flaw::file(file, it)));
        }
    }
    flaws
}
