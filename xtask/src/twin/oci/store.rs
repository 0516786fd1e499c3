//! What a registry of images holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A manifest as it was put.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) media_type: String,
    pub(super) bytes: Arc<[u8]>,
}

/// A repository.
#[derive(Debug, Default)]
pub(super) struct Repository {
    /// The blobs that were pushed or mounted, by digest.
    pub(super) blobs: BTreeSet<String>,
    /// The manifests, by digest.
    pub(super) manifests: BTreeMap<String, Kept>,
    /// The tags, with the digest of what they name.
    pub(super) tags: BTreeMap<String, String>,
}

/// A blob on its way.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// Changes with each piece; it stands in the address.
    pub(super) state: u32,
}

/// The repositories of a registry, the blobs that they share, and what is on its way.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) repositories: BTreeMap<String, Repository>,
    pub(super) blobs: BTreeMap<String, Arc<[u8]>>,
    pub(super) uploads: BTreeMap<String, Upload>,
    pub(super) next: u64,
}

impl Store {
    /// A blob of a repository.
    pub(super) fn blob(&self, name: &str, digest: &str) -> Option<&Arc<[u8]>> {
        let repository = self.repositories.get(name)?;
        repository.blobs.get(digest).and_then(|it| self.blobs.get(it))
    }

    /// A manifest of a repository with its digest, by digest or tag.
    pub(super) fn manifest(&self, name: &str, reference: &str) -> Option<(&str, &Kept)> {
        let repository = self.repositories.get(name)?;
        let digest = repository.tags.get(reference).map_or(reference, String::as_str);
        let (digest, kept) = repository.manifests.get_key_value(digest)?;
        Some((digest, kept))
    }

    /// Keeps a blob in a repository.
    pub(super) fn keep(&mut self, name: &str, digest: &str, bytes: Arc<[u8]>) {
        self.blobs.insert(digest.to_owned(), bytes);
        let repository = self.repositories.entry(name.to_owned()).or_default();
        repository.blobs.insert(digest.to_owned());
    }
}
