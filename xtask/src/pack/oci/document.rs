//! The documents of a layout, in the words of the image specification.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use crate::pack::oci::Notes;

/// What names a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the blob is.
    pub media_type: String,
    /// What an attached manifest holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// Its digest, `sha256:` and 64 digits.
    pub digest: String,
    /// Its size.
    pub size: u64,
    /// The machine that an image is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What is said of it here.
    #[serde(skip_serializing_if = "Notes::is_empty")]
    pub annotations: Notes,
}

/// A machine, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Platform {
    /// `amd64`, `arm64`, `arm`.
    pub architecture: String,
    /// `linux`.
    pub os: String,
    /// `v7` of `arm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// How an image is run, in the words of its configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Running {
    /// The user and the group, in numbers.
    pub user: String,
    /// Ports that it listens on, such as `8080/tcp`.
    #[serde(skip_serializing_if = "Keys::is_empty", serialize_with = "as_object")]
    pub exposed_ports: Keys,
    /// The environment, as `NAME=value`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The program.
    pub entrypoint: Vec<String>,
    /// Its words where the user gives none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    /// Folders that outlive the container.
    #[serde(skip_serializing_if = "Keys::is_empty", serialize_with = "as_object")]
    pub volumes: Keys,
    /// Where it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// What is said of it.
    #[serde(skip_serializing_if = "Notes::is_empty")]
    pub labels: Notes,
}

/// A set of texts, which the specification writes as the keys of an object.
pub type Keys = BTreeSet<String>;

/// `{"a":{},"b":{}}`
fn as_object<S: Serializer>(keys: &Keys, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(keys.iter().map(|it| (it, serde_json::Map::new())))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) schema_version: u32,
    pub(super) media_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) artifact_type: Option<String>,
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<Descriptor>,
    #[serde(skip_serializing_if = "Notes::is_empty")]
    pub(super) annotations: Notes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Index {
    pub(super) schema_version: u32,
    pub(super) media_type: &'static str,
    pub(super) manifests: Vec<Descriptor>,
    #[serde(skip_serializing_if = "Notes::is_empty")]
    pub(super) annotations: Notes,
}

#[derive(Serialize)]
pub(super) struct Config<'a> {
    pub(super) created: &'a str,
    #[serde(flatten)]
    pub(super) platform: &'a Platform,
    #[serde(rename = "config")]
    pub(super) running: &'a Running,
    pub(super) rootfs: RootFs,
    pub(super) history: [History<'a>; 1],
}

#[derive(Serialize)]
pub(super) struct RootFs {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) diff_ids: [String; 1],
}

#[derive(Serialize)]
pub(super) struct History<'a> {
    pub(super) created: &'a str,
    pub(super) created_by: &'a str,
}
