//! OCI distribution: images go to a registry without a daemon.

mod auth;
mod docker_config;
mod layout;
mod manifest;
mod tags;
mod upload;
mod wire;

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::outside::{Act, Look};
use crate::plan::{self, Item};
use crate::size::size;
use crate::standing::{Failure, Standing};

pub use auth::granted;
pub use docker_config::credential;
pub use layout::{Image, stages};
pub use tags::{Served, served};
pub use wire::Right;

/// A repository of images.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The registry's address, without a `/` at the end.
    pub registry: String,
    /// The repository, such as `owner/demo`.
    pub repository: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.registry.split_once("://").map_or(&*self.registry, |it| it.1);
        // The name that people and clients use for this one is not that of its server.
        let host = if host == "registry-1.docker.io" {
            "docker.io"
        } else {
            host
        };
        write!(f, "{host}/{}", self.repository)
    }
}

/// A file that goes to a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Load {
    /// Where to.
    pub place: Place,
    /// The file, a blob of a layout.
    pub item: Item,
    /// What it is, for people, such as `the layer for linux/amd64`.
    pub what: String,
    /// Its media type.
    pub media_type: String,
}

impl Load {
    /// Its digest as registries write it.
    pub fn digest(&self) -> String {
        format!("sha256:{}", self.item.sha256)
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = self.item.sha256.to_string();
        let size = size(self.item.size_bytes);
        write!(f, "{} ({size}, sha256 {}…)", self.what, &digest[..8])
    }
}

/// A change by this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
    /// Layers, configurations, and what is attached: they must be there before the manifests that name them.
    Blob {
        /// The blob.
        #[serde(flatten)]
        load: Load,
        /// A repository of the same registry that has it by then: nothing is sent when it may be taken from there.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
    },
    /// A manifest under its digest alone.
    Manifest {
        /// The manifest.
        #[serde(flatten)]
        load: Load,
    },
    /// A manifest of something that belongs to an image.
    Attach {
        /// The manifest.
        #[serde(flatten)]
        load: Load,
        /// The digest of the image's manifest.
        subject: String,
        /// What is attached: its media type.
        artifact_type: String,
    },
    /// The tag of the exact version, which is never given to other bytes.
    Tag {
        /// The index.
        #[serde(flatten)]
        load: Load,
        /// The tag.
        tag: String,
    },
    /// A tag that moves with releases, and never back.
    Move {
        /// The index.
        #[serde(flatten)]
        load: Load,
        /// The tag.
        tag: String,
        /// The version that it moves to.
        version: semver::Version,
    },
}

impl Verb {
    fn load(&self) -> &Load {
        match self {
            Verb::Blob { load, .. }
            | Verb::Manifest { load }
            | Verb::Attach { load, .. }
            | Verb::Tag { load, .. }
            | Verb::Move { load, .. } => load,
        }
    }
}

impl plan::Verb for Verb {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        match self {
            Verb::Blob { load, .. } => upload::probe(look, load),
            Verb::Manifest { load } => manifest::probe(look, load, &load.digest()),
            Verb::Attach { load, subject, .. } => manifest::probe_attached(look, load, subject),
            Verb::Tag { load, tag } => manifest::probe(look, load, tag),
            Verb::Move { load, tag, version } => tags::probe(look, load, tag, version),
        }
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        match self {
            Verb::Blob { load, from } => upload::perform(act, load, from.as_deref()),
            Verb::Manifest { load } => manifest::put(act, load, &load.digest()).map(drop),
            Verb::Attach {
                load,
                subject,
                artifact_type,
            } => manifest::attach(act, load, subject, artifact_type),
            Verb::Tag { load, tag } | Verb::Move { load, tag, .. } => manifest::put(act, load, tag).map(drop),
        }
    }

    fn item(&self) -> Option<&Item> {
        Some(&self.load().item)
    }

    fn patience(&self) -> Duration {
        match self {
            // A registry takes a blob or a manifest by its digest, which it has computed itself by then.
            Verb::Blob { .. } | Verb::Manifest { .. } => Duration::ZERO,
            Verb::Attach { .. } | Verb::Tag { .. } | Verb::Move { .. } => Duration::from_secs(60),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.load().place;
        match self {
            Verb::Blob { load, from: None } | Verb::Manifest { load } => {
                write!(f, "upload {load} to {place}")
            }
            Verb::Blob {
                load,
                from: Some(from),
            } => write!(f, "take {load} over from {from} into {place}"),
            Verb::Attach { load, .. } => write!(f, "attach {load} in {place}"),
            Verb::Tag { load, tag } => write!(f, "tag {load} as {tag} in {place}"),
            Verb::Move { load, tag, .. } => write!(f, "move the tag {tag} to {load} in {place}"),
        }
    }
}
