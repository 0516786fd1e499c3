//! What rules look at: snaps with what they say of themselves, and snapcraft.yaml.

use crate::digest::Sha256;
use crate::lint::{File, Flaw, Subject};
use crate::pack::squashfs::read::{Entry, Image, Kind};
use crate::render::yaml::Yaml;

/// The text of a snap, and the image that it lies in.
pub(super) struct Look<'a> {
    /// The file: the snap, or the text itself.
    pub(super) file: &'a File,
    /// Its text, read.
    pub(super) yaml: Yaml,
    /// The image; `None` of a text that lies for itself.
    pub(super) image: Option<Image<'a>>,
}

impl Look<'_> {
    /// Whether it is snapcraft.yaml.
    pub(super) fn is_recipe(&self) -> bool {
        self.file.name() == "snapcraft.yaml"
    }

    /// The text of a key; empty where there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        self.yaml.get(key).and_then(Yaml::as_str).unwrap_or_default()
    }

    /// A flaw at the line of a key, where it has lines.
    pub(super) fn flaw(&self, key: &str, what: impl Into<String>) -> Flaw {
        Flaw::at(self.file, &format!("{key}:"), what)
    }

    /// The apps by name.
    pub(super) fn apps(&self) -> &[(String, Yaml)] {
        self.yaml.get("apps").map_or(&[], Yaml::entries)
    }

    /// The programs of an image: files that can be run.
    pub(super) fn programs(&self) -> Vec<(&Entry, Vec<u8>)> {
        let Some(image) = &self.image else {
            return Vec::new();
        };
        let files = image
            .entries
            .iter()
            .filter(|it| it.kind == Kind::File && it.mode & 0o111 != 0);
        files
            .filter_map(|it| Some((it, image.content(it).ok()?)))
            .collect()
    }
}

/// Whether a file is a snap by its name. The store's own tools know no other case.
pub(super) fn is_snap(file: &File) -> bool {
    file.name().strip_suffix(".snap").is_some()
}

/// The texts of a subject that can be read.
pub(super) fn looks(subject: &Subject) -> Vec<Look<'_>> {
    subject.files.iter().filter_map(|it| look(it)?.ok()).collect()
}

fn look(file: &File) -> Option<anyhow::Result<Look<'_>>> {
    if is_snap(file) {
        return Some(of_snap(file));
    }
    ["snapcraft.yaml", "snap.yaml"].contains(&file.name()).then(|| {
        Ok(Look {
            file,
            yaml: mapping(file.yaml()?)?,
            image: None,
        })
    })
}

fn of_snap(file: &File) -> anyhow::Result<Look<'_>> {
    let image = Image::read(&file.bytes)?;
    let entry = image
        .entry("meta/snap.yaml")
        .ok_or_else(|| anyhow::anyhow!("there is no `meta/snap.yaml`"))?;
    let text = File::new("meta/snap.yaml", image.content(entry)?);
    let yaml = mapping(text.yaml()?)?;
    Ok(Look {
        file,
        yaml,
        image: Some(image),
    })
}

fn mapping(yaml: Yaml) -> anyhow::Result<Yaml> {
    anyhow::ensure!(matches!(yaml, Yaml::Map(_)), "it is no mapping");
    Ok(yaml)
}

/// Everything can be read.
pub(super) fn readable(subject: &Subject) -> Vec<Flaw> {
    let wrong = |file| {
        let error = look(file)?.err()?;
        Some(Flaw::file(file, format!("it cannot be read: {error:#}")))
    };
    subject.files.iter().filter_map(wrong).collect()
}

/// What is found in each text.
pub(super) fn each<'a>(subject: &'a Subject, check: impl Fn(&Look<'a>) -> Vec<Flaw>) -> Vec<Flaw> {
    looks(subject).iter().flat_map(check).collect()
}

/// At most one flaw in each text.
pub(super) fn one<'a>(subject: &'a Subject, check: impl Fn(&Look<'a>) -> Option<Flaw>) -> Vec<Flaw> {
    looks(subject).iter().filter_map(check).collect()
}

/// The digest of bytes, as `artifacts.json` has it.
pub(super) fn sum(bytes: &[u8]) -> Sha256 {
    Sha256::of(bytes)
}
