//! What a registry says about a package (its package metadata, as the documentation of the registry calls it).

use std::collections::BTreeMap;

use serde::Deserialize;

/// How much is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What installing needs: versions, digests and tags.
    Install,
    /// All, with times and owners.
    Whole,
}

impl Detail {
    /// What is asked for by it.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            // Registries that do not know the short form answer with the long one.
            Detail::Install => "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8",
            Detail::Whole => "application/json",
        }
    }
}

/// A package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Packument {
    /// The versions that can be installed.
    #[serde(default)]
    pub versions: BTreeMap<String, Row>,
    /// The tags, with the versions that they stand for.
    #[serde(default, rename = "dist-tags")]
    pub dist_tags: BTreeMap<String, String>,
    /// When each version came, also those that have gone since; with two more keys, `created` and `modified`.
    #[serde(default)]
    pub time: BTreeMap<String, serde_json::Value>,
    /// Who may publish it.
    #[serde(default)]
    pub maintainers: Vec<Maintainer>,
}

/// A version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// Its tarball.
    pub dist: Dist,
    /// Why it should not be used.
    #[serde(default)]
    pub deprecated: Option<serde_json::Value>,
}

/// A tarball.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Dist {
    /// Its digests by Subresource Integrity.
    #[serde(default)]
    pub integrity: Option<String>,
    /// Where it is.
    pub tarball: String,
}

/// An owner.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Maintainer {
    /// By the name of the account.
    Account {
        /// The name.
        name: String,
    },
    /// In another form, such as `name <address>`.
    Other(serde_json::Value),
}

impl Maintainer {
    /// The name of the account.
    pub fn name(&self) -> &str {
        match self {
            Maintainer::Account { name } => name,
            Maintainer::Other(it) => {
                let text = it.as_str().unwrap_or_default();
                text.split_once(" <").map_or(text, |it| it.0)
            }
        }
    }
}

impl Dist {
    /// The SHA-512 among the digests.
    pub fn sha512(&self) -> Option<&str> {
        let mut digests = self.integrity.as_deref()?.split_whitespace();
        digests.find(|it| it.starts_with("sha512-"))
    }
}

impl Packument {
    /// When a version came, in seconds since 1970.
    pub fn since_s(&self, version: &str) -> Option<i64> {
        crate::time::of_rfc3339(self.time.get(version)?.as_str()?)
    }
}
