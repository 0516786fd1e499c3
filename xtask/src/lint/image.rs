//! The rules of images in OCI layouts, for every channel that takes one: what a layout is made of, and its blobs.

mod content;
mod named;
mod structure;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Read;

use anyhow::ensure;
use flate2::read::GzDecoder;
use serde_json::Value;

use crate::lint::{File, Flaw, Subject};
use crate::pack::oci::{CONFIG, INDEX, INDEX_FILE, LAYOUT_FILE, MANIFEST};

pub(crate) use content::{
    created, entrypoint, labels, licences, machine, non_root, paths, ports, programs, user_number,
    version_label,
};
pub(crate) use named::{platforms_built, repository, tag, tags};
pub(crate) use structure::{blobs, descriptor, diff_ids, layout, left_over, media_type, platform};

/// What Docker called manifests and lists of them before there was a standard.
const DOCKER: &[&str] = &[
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// More than any layer that this is for, so that a bomb of zeros ends.
const MOST_BYTES: u64 = 1 << 30;

/// A layout: the list of what is in it, and its blobs.
struct Layout<'a> {
    folder: &'a str,
    list: &'a File,
    json: Value,
    blobs: BTreeMap<&'a str, &'a File>,
}

/// A descriptor, with the file that it stands in and what it names.
struct Named<'a> {
    at: &'a File,
    node: Value,
    blob: Option<&'a File>,
}

/// An image of one machine.
struct Image<'a> {
    /// Its descriptor in the index.
    node: Value,
    /// The index.
    index: Value,
    file: &'a File,
    manifest: Value,
    config_file: Option<&'a File>,
    config: Value,
}

/// A file of a layer.
struct LayerFile {
    path: String,
    mode: u32,
    bytes: Vec<u8>,
}

fn layouts(subject: &Subject) -> Vec<Layout<'_>> {
    let lists = subject.files.iter().filter(|it| it.name() == INDEX_FILE);
    lists
        .filter_map(|list| {
            let folder = list.path.strip_suffix(INDEX_FILE)?;
            let json = list.json().unwrap_or_default();
            let has_sibling = subject.file(&format!("{folder}{LAYOUT_FILE}")).is_some();
            (has_sibling || json["manifests"].is_array()).then(|| {
                let prefix = format!("{folder}blobs/sha256/");
                let digest = |it: &'_ str| it.strip_prefix(prefix.as_str()).map(str::len);
                let blobs = subject.files.iter().filter_map(|it| {
                    let length = digest(&it.path)?;
                    Some((&it.path[it.path.len() - length..], it))
                });
                Layout {
                    folder,
                    list,
                    json,
                    blobs: blobs.collect(),
                }
            })
        })
        .collect()
}

fn list<'v>(node: &'v Value, key: &str) -> &'v [Value] {
    node[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'v>(node: &'v Value, key: &str) -> &'v str {
    node[key].as_str().unwrap_or_default()
}

impl<'a> Layout<'a> {
    fn blob(&self, node: &Value) -> Option<&'a File> {
        self.blobs
            .get(text(node, "digest").strip_prefix("sha256:")?)
            .copied()
    }

    /// Every descriptor, each with its place once; the subject of an attached manifest among them.
    fn descriptors(&self) -> Vec<Named<'a>> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut queue = VecDeque::from([(self.list, self.json.clone())]);
        while let Some((at, json)) = queue.pop_front() {
            let single = [&json["config"], &json["subject"]]
                .into_iter()
                .filter(|it| !it.is_null());
            let many = list(&json, "manifests").iter().chain(list(&json, "layers"));
            for node in many.chain(single) {
                let blob = self.blob(node);
                if let Some(blob) = blob
                    && is_list(text(node, "mediaType"))
                    && seen.insert(&blob.path)
                    && let Ok(json) = blob.json()
                {
                    queue.push_back((blob, json));
                }
                found.push(Named {
                    at,
                    node: node.clone(),
                    blob,
                });
            }
        }
        found
    }

    /// The images of all machines; what is attached to one is no image.
    fn images(&self) -> Vec<Image<'a>> {
        let mut found: Vec<Image<'a>> = Vec::new();
        let mut all = self.descriptors();
        // What is attached to an image names it, too, but does not say its machine.
        all.sort_by_key(|it| it.node["platform"].is_null());
        for named in all {
            let Some((file, manifest)) = named.blob.and_then(|it| Some((it, it.json().ok()?))) else {
                continue;
            };
            let is_image = manifest["config"]["mediaType"] == CONFIG && manifest["subject"].is_null();
            if !is_image || !manifest["layers"].is_array() || found.iter().any(|it| it.file.path == file.path)
            {
                continue;
            }
            let config_file = self.blob(&manifest["config"]);
            let index = named.at.json().unwrap_or_default();
            let config = config_file.and_then(|it| it.json().ok()).unwrap_or_default();
            found.push(Image {
                node: named.node,
                index,
                file,
                manifest,
                config_file,
                config,
            });
        }
        found
    }

    /// The files of an image's layers; a later layer wins.
    fn files(&self, image: &Image<'a>) -> anyhow::Result<Vec<LayerFile>> {
        let mut found = Vec::new();
        for node in list(&image.manifest, "layers") {
            if let Some(blob) = self.blob(node) {
                found.extend(layer_files(&tar(node, blob)?)?);
            }
        }
        Ok(found)
    }
}

/// Whether a media type is that of a manifest or of a list of them.
fn is_list(media_type: &str) -> bool {
    [MANIFEST, INDEX].contains(&media_type) || DOCKER.contains(&media_type)
}

/// A layer before it was compressed.
fn tar(node: &Value, blob: &File) -> anyhow::Result<Vec<u8>> {
    let media_type = text(node, "mediaType");
    if !media_type.ends_with("gzip") {
        ensure!(
            media_type.ends_with("tar"),
            "layers of the type `{media_type}` cannot be read here"
        );
        return Ok(blob.bytes.clone());
    }
    let mut tar = Vec::new();
    GzDecoder::new(blob.bytes.as_slice())
        .take(MOST_BYTES + 1)
        .read_to_end(&mut tar)?;
    ensure!(tar.len() as u64 <= MOST_BYTES, "the layer is larger than 1 GiB");
    Ok(tar)
}

fn layer_files(tar: &[u8]) -> anyhow::Result<Vec<LayerFile>> {
    let mut found = Vec::new();
    for entry in tar::Archive::new(tar).entries()? {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        let path = String::from_utf8_lossy(&entry.path_bytes())
            .trim_end_matches('/')
            .to_owned();
        let mode = entry.header().mode()?;
        let mut bytes = Vec::new();
        if kind.is_file() {
            entry.read_to_end(&mut bytes)?;
        }
        // A folder can be entered, which does not make it a program.
        let mode = if kind.is_dir() { mode & !0o111 } else { mode };
        found.push(LayerFile { path, mode, bytes });
    }
    Ok(found)
}

/// What is found in each layout.
fn each<'a>(subject: &'a Subject, check: impl Fn(&Layout<'a>) -> Vec<Flaw>) -> Vec<Flaw> {
    layouts(subject).iter().flat_map(check).collect()
}

/// What is found in each image.
fn each_image<'a>(subject: &'a Subject, check: impl Fn(&Layout<'a>, &Image<'a>) -> Vec<Flaw>) -> Vec<Flaw> {
    each(subject, |layout| {
        layout.images().iter().flat_map(|it| check(layout, it)).collect()
    })
}
