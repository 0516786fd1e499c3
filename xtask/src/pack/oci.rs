//! Writes images as OCI layouts: layers, configurations, manifests and indexes, each a blob that is named by its digest.

mod document;
mod layer;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::digest::Sha256;
use crate::pack::tarball;
use crate::render::json::visible;
use document::{Config, History, Index, Manifest, RootFs};

pub use document::{Descriptor, Keys, Platform, Running};
pub use layer::Layer;

/// A manifest of one image, or of something that is attached to it.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// A list of manifests.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// How an image is run.
pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// A layer.
pub const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// What stands in the place of a configuration where there is none; its blob is `{}`.
pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// The file that says that a folder is a layout.
pub const LAYOUT_FILE: &str = "oci-layout";
/// The version of the layout's form.
pub const LAYOUT_VERSION: &str = "1.0.0";
/// The list of what is in a layout.
pub const INDEX_FILE: &str = "index.json";
/// The annotation by which a tag names a manifest in a layout.
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// Annotations and labels, in the order of their keys.
pub type Notes = BTreeMap<String, String>;

/// The image of one machine.
#[derive(Clone, Debug)]
pub struct Image {
    /// The machine.
    pub platform: Platform,
    /// Its one layer.
    pub layer: Layer,
    /// How it is run.
    pub running: Running,
    /// The bill of materials, with its media type and file name, which is attached to it.
    pub attached: Option<Attachment>,
}

/// A file that is attached to an image.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// What it is.
    pub media_type: String,
    /// Its file name.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What is said of all images of a release.
#[derive(Clone, Debug)]
pub struct Release {
    /// The time that everything carries, in seconds since 1970.
    pub time_s: i64,
    /// Annotations of the index and of each manifest, and labels.
    pub notes: Notes,
    /// What put the layer together, for its history.
    pub made_by: String,
    /// The tags, each with what else is said in the layout's list.
    pub tags: Vec<(String, Notes)>,
}

/// The blobs of a layout while it is written.
#[derive(Default)]
struct Blobs(BTreeMap<String, Vec<u8>>);

impl Blobs {
    fn add(&mut self, media_type: &str, bytes: Vec<u8>) -> Descriptor {
        let digest = Sha256::of(&bytes).to_string();
        let size = bytes.len() as u64;
        self.0.insert(digest.clone(), bytes);
        Descriptor {
            media_type: media_type.to_owned(),
            artifact_type: None,
            digest: format!("sha256:{digest}"),
            size,
            platform: None,
            annotations: Notes::new(),
        }
    }

    fn json(&mut self, media_type: &str, value: &impl Serialize) -> anyhow::Result<Descriptor> {
        Ok(self.add(media_type, json(value)?))
    }
}

/// Without white space: what is hashed is what is read, and nobody edits it.
fn json(value: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    Ok(visible(&serde_json::to_string(value)?).into_bytes())
}

/// The files of a layout with an image for each machine. Every tag names the one index.
pub fn layout(release: &Release, images: &[Image]) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut blobs = Blobs::default();
    let (mut manifests, mut attached) = (Vec::new(), Vec::new());
    for image in images {
        let manifest = manifest(&mut blobs, release, image)?;
        if let Some(attachment) = &image.attached {
            attached.push(attach(&mut blobs, release, &manifest, attachment)?);
        }
        manifests.push(Descriptor {
            platform: Some(image.platform.clone()),
            ..manifest
        });
    }
    let index = Index {
        schema_version: 2,
        media_type: INDEX,
        manifests,
        annotations: release.notes.clone(),
    };
    let index = blobs.json(INDEX, &index)?;
    let tagged = release.tags.iter().map(|(tag, notes)| {
        let mut annotations = notes.clone();
        annotations.insert(REF_NAME.to_owned(), tag.clone());
        Descriptor {
            annotations,
            ..index.clone()
        }
    });
    let list = Index {
        schema_version: 2,
        media_type: INDEX,
        manifests: tagged.chain(attached).collect(),
        annotations: Notes::new(),
    };
    let version = BTreeMap::from([("imageLayoutVersion", LAYOUT_VERSION)]);
    let mut files = vec![
        (LAYOUT_FILE.to_owned(), json(&version)?),
        (INDEX_FILE.to_owned(), json(&list)?),
    ];
    files.extend(
        blobs
            .0
            .into_iter()
            .map(|(digest, bytes)| (format!("blobs/sha256/{digest}"), bytes)),
    );
    Ok(files)
}

fn manifest(blobs: &mut Blobs, release: &Release, image: &Image) -> anyhow::Result<Descriptor> {
    let tar = image.layer.tar(release.time_s)?;
    let created = crate::time::rfc3339(release.time_s);
    let config = Config {
        created: &created,
        platform: &image.platform,
        running: &image.running,
        rootfs: RootFs {
            kind: "layers",
            diff_ids: [format!("sha256:{}", Sha256::of(&tar))],
        },
        history: [History {
            created: &created,
            created_by: &release.made_by,
        }],
    };
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST,
        artifact_type: None,
        config: blobs.json(CONFIG, &config)?,
        layers: vec![blobs.add(LAYER, tarball::gzip(&tar)?)],
        subject: None,
        annotations: release.notes.clone(),
    };
    blobs.json(MANIFEST, &manifest)
}

/// A manifest of something that belongs to an image: its `subject` (image-spec 1.1, guidelines for artifacts).
fn attach(
    blobs: &mut Blobs,
    release: &Release,
    subject: &Descriptor,
    attachment: &Attachment,
) -> anyhow::Result<Descriptor> {
    let note = |key: &str, text: String| (format!("org.opencontainers.image.{key}"), text);
    let annotations = Notes::from([note("created", crate::time::rfc3339(release.time_s))]);
    let layer = Descriptor {
        annotations: Notes::from([note("title", attachment.name.clone())]),
        ..blobs.add(&attachment.media_type, attachment.bytes.clone())
    };
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST,
        artifact_type: Some(attachment.media_type.clone()),
        config: blobs.add(EMPTY, b"{}".to_vec()),
        layers: vec![layer],
        subject: Some(subject.clone()),
        annotations: annotations.clone(),
    };
    let descriptor = blobs.json(MANIFEST, &manifest)?;
    Ok(Descriptor {
        artifact_type: Some(attachment.media_type.clone()),
        annotations,
        ..descriptor
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Mode;

    fn image(architecture: &str) -> Image {
        let mut layer = Layer::default();
        layer
            .file("demo", Mode::Executable, b"\x7fELF".repeat(50))
            .unwrap();
        layer.file("etc/passwd", Mode::Plain, b"x\n".to_vec()).unwrap();
        layer.folder("tmp", 0o1777, (0, 0)).unwrap();
        layer.folder("data", 0o755, (65532, 65532)).unwrap();
        Image {
            platform: Platform {
                architecture: architecture.to_owned(),
                os: "linux".to_owned(),
                variant: None,
            },
            layer,
            running: Running {
                user: "65532:65532".to_owned(),
                ..Running::default()
            },
            attached: Some(Attachment {
                media_type: "application/json".to_owned(),
                name: "x.json".to_owned(),
                bytes: b"[]".to_vec(),
            }),
        }
    }

    fn files() -> Vec<(String, Vec<u8>)> {
        let release = Release {
            time_s: 1_700_000_000,
            notes: Notes::from([(
                "org.opencontainers.image.title".to_owned(),
                "a\u{202e}b".to_owned(),
            )]),
            made_by: "test".to_owned(),
            tags: vec![
                ("1.2.3".to_owned(), Notes::new()),
                ("latest".to_owned(), Notes::new()),
            ],
        };
        layout(&release, &[image("amd64"), image("arm64")]).unwrap()
    }

    #[test]
    fn blobs_are_named_by_their_digest_and_the_same_twice() {
        let files = files();
        assert_eq!(files, self::files());
        for (path, bytes) in &files {
            if let Some(digest) = path.strip_prefix("blobs/sha256/") {
                assert_eq!(digest, Sha256::of(bytes).to_string());
            }
        }
        // Two images of one layer and one attachment: index, manifests, configurations, layer, attachment, `{}`.
        assert_eq!(files.len(), 2 + 1 + 2 + 2 + 1 + 1 + 1 + 2);
        let list: serde_json::Value = serde_json::from_slice(&files[1].1).unwrap();
        let found = list["manifests"].as_array().unwrap();
        assert_eq!(found[0]["digest"], found[1]["digest"]);
        assert_eq!(found[1]["annotations"][REF_NAME], "latest");
        assert_eq!(found[2]["artifactType"], "application/json");
    }
}
