//! What stands in a manifest of Scoop, as types: the keys in the order that the contribution rules ask for (S2).

use std::collections::BTreeMap;

use serde::Serialize;

/// A manifest.
#[derive(Serialize)]
pub(super) struct Manifest<'a> {
    pub(super) version: String,
    pub(super) description: &'a str,
    pub(super) homepage: &'a str,
    pub(super) license: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notes: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) depends: Option<OneOrMany>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) suggest: BTreeMap<&'a str, &'a str>,
    pub(super) architecture: Architectures<Download>,
    pub(super) bin: OneOrMany,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) persist: Option<OneOrMany>,
    pub(super) checkver: Checkver<'a>,
    pub(super) autoupdate: Autoupdate,
}

/// Arrays of one element are written as that element (S2).
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    /// The texts; of none there is no key at all, since the schema wants one element at least.
    pub(super) fn of(mut texts: Vec<String>) -> Option<OneOrMany> {
        match texts.len() {
            0 => None,
            1 => Some(OneOrMany::One(texts.remove(0))),
            _ => Some(OneOrMany::Many(texts)),
        }
    }
}

/// Something for each machine that there is a build for.
#[derive(Serialize)]
pub(super) struct Architectures<T> {
    #[serde(rename = "64bit", skip_serializing_if = "Option::is_none")]
    pub(super) x64: Option<T>,
    #[serde(rename = "32bit", skip_serializing_if = "Option::is_none")]
    pub(super) x86: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) arm64: Option<T>,
}

#[derive(Serialize)]
pub(super) struct Download {
    pub(super) url: String,
    pub(super) hash: String,
    pub(super) extract_dir: String,
}

/// Where Scoop's robot learns of the next version.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Checkver<'a> {
    /// `github`: works when the homepage is the repository on GitHub.
    Homepage(&'a str),
    Repository {
        github: &'a str,
    },
}

#[derive(Serialize)]
pub(super) struct Autoupdate {
    pub(super) architecture: Architectures<Update>,
    pub(super) hash: Hash,
}

#[derive(Serialize)]
pub(super) struct Update {
    pub(super) url: String,
    pub(super) extract_dir: String,
}

#[derive(Serialize)]
pub(super) struct Hash {
    pub(super) url: String,
}
