//! What a layout is made of: descriptors, blobs, media types, machines, digests of layers.

use std::collections::BTreeSet;

use crate::digest::Sha256;
use crate::lint::image::{DOCKER, Named, each, each_image, is_list, layouts, list, tar, text};
use crate::lint::{Flaw, Subject};
use crate::pack::oci::{INDEX_FILE, LAYOUT_FILE, LAYOUT_VERSION};

/// Both files of a layout are there and are what they should be.
pub(crate) fn layout(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.files.iter().filter(|it| it.name() == LAYOUT_FILE) {
        match file.json() {
            Ok(json) if json["imageLayoutVersion"] == LAYOUT_VERSION => {}
            Ok(_) => flaws.push(Flaw::file(
                file,
                format!("`imageLayoutVersion` is not `{LAYOUT_VERSION}`"),
            )),
            Err(error) => flaws.push(Flaw::file(file, format!("it is no JSON: {error}"))),
        }
        let list = file.path.replace(LAYOUT_FILE, INDEX_FILE);
        if subject.is_whole && subject.file(&list).is_none() {
            flaws.push(Flaw::file(file, format!("there is no `{INDEX_FILE}` beside it")));
        }
    }
    for layout in layouts(subject) {
        let is_form = layout.json["schemaVersion"] == 2 && layout.json["manifests"].is_array();
        if !is_form {
            flaws.push(Flaw::file(
                layout.list,
                "it is no index of schema version 2 with manifests",
            ));
        }
        if subject.is_whole && subject.file(&format!("{}{LAYOUT_FILE}", layout.folder)).is_none() {
            flaws.push(Flaw::file(
                layout.list,
                format!("there is no `{LAYOUT_FILE}` beside it"),
            ));
        }
    }
    flaws
}

/// A descriptor says type, digest and size in their forms.
pub(crate) fn descriptor(subject: &Subject) -> Vec<Flaw> {
    each(subject, |layout| {
        let wrong = |it: Named<'_>| {
            let digest = text(&it.node, "digest");
            let digits = digest.strip_prefix("sha256:").unwrap_or_default();
            let is_digest =
                digits.len() == 64 && digits.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
            let is_type = text(&it.node, "mediaType")
                .split_once('/')
                .is_some_and(|it| !it.1.is_empty());
            let what = match () {
                () if !is_digest => format!("`{digest}` is no digest: `sha256:` and 64 lower-case digits"),
                () if !it.node["size"].is_u64() => format!("`{digest}` has no size"),
                () if !is_type => format!("`{digest}` has no media type"),
                () => return None,
            };
            Some(Flaw::file(it.at, what))
        };
        layout.descriptors().into_iter().filter_map(wrong).collect()
    })
}

/// A blob is there, and is what its descriptor and its name say.
pub(crate) fn blobs(subject: &Subject) -> Vec<Flaw> {
    each(subject, |layout| {
        let mut flaws = Vec::new();
        for (name, file) in &layout.blobs {
            let found = Sha256::of(&file.bytes).to_string();
            if found != *name {
                flaws.push(Flaw::file(
                    file,
                    format!("its SHA-256 is `{found}`, not its name"),
                ));
            }
        }
        for named in layout.descriptors() {
            let digest = text(&named.node, "digest");
            match named.blob {
                None if subject.is_whole => {
                    flaws.push(Flaw::file(named.at, format!("the blob `{digest}` is not there")));
                }
                Some(blob) if named.node["size"] != blob.bytes.len() as u64 => flaws.push(Flaw::file(
                    named.at,
                    format!(
                        "`{digest}` has {} bytes, not {}",
                        blob.bytes.len(),
                        named.node["size"]
                    ),
                )),
                _ => {}
            }
        }
        flaws
    })
}

/// No blob that nothing names.
pub(crate) fn left_over(subject: &Subject) -> Vec<Flaw> {
    each(subject, |layout| {
        let named: BTreeSet<&str> = layout
            .descriptors()
            .iter()
            .filter_map(|it| it.blob)
            .map(|it| it.path.as_str())
            .collect();
        let others = layout
            .blobs
            .values()
            .filter(|it| !named.contains(it.path.as_str()));
        others
            .map(|it| Flaw::file(it, "nothing names this blob"))
            .collect()
    })
}

/// The types are those of the standard, and a document says of itself what its descriptor says.
pub(crate) fn media_type(subject: &Subject) -> Vec<Flaw> {
    each(subject, |layout| {
        let mut flaws = Vec::new();
        for named in layout.descriptors() {
            let media_type = text(&named.node, "mediaType");
            if DOCKER.contains(&media_type) {
                flaws.push(Flaw::file(
                    named.at,
                    format!("`{media_type}` is Docker's own, not of the standard"),
                ));
            }
            let own = named
                .blob
                .filter(|_| is_list(media_type))
                .and_then(|it| it.json().ok());
            if let (Some(own), Some(blob)) = (own, named.blob) {
                let says = text(&own, "mediaType");
                if says != media_type {
                    flaws.push(Flaw::file(
                        blob,
                        format!("it says `{says}`, its descriptor `{media_type}`"),
                    ));
                }
                if own["schemaVersion"] != 2 {
                    flaws.push(Flaw::file(blob, "its schema version is not 2"));
                }
            }
        }
        for image in layout.images() {
            for node in list(&image.manifest, "layers") {
                let media_type = text(node, "mediaType");
                if !media_type.starts_with("application/vnd.oci.image.layer.v1.tar") {
                    flaws.push(Flaw::file(
                        image.file,
                        format!("`{media_type}` is no layer of the standard"),
                    ));
                }
            }
        }
        flaws
    })
}

/// The index and the configuration name one machine, and each machine has one image.
pub(crate) fn platform(subject: &Subject) -> Vec<Flaw> {
    each(subject, |layout| {
        let mut flaws = Vec::new();
        let mut seen = BTreeSet::new();
        for image in layout.images() {
            let platform = &image.node["platform"];
            if image.config_file.is_some() && !platform.is_null() {
                for key in ["os", "architecture", "variant"] {
                    if platform[key] != image.config[key] {
                        flaws.push(Flaw::file(
                            image.config_file.unwrap_or(image.file),
                            format!(
                                "its {key} is `{}`, the index says `{}`",
                                text(&image.config, key),
                                text(platform, key)
                            ),
                        ));
                    }
                }
            }
            if !platform.is_null() && !seen.insert(platform.to_string()) {
                flaws.push(Flaw::file(
                    image.file,
                    "the index has a second image for its machine",
                ));
            }
            let lacks = image.config_file.is_some()
                && (text(&image.config, "os").is_empty() || text(&image.config, "architecture").is_empty());
            if lacks {
                flaws.push(Flaw::file(
                    image.config_file.unwrap_or(image.file),
                    "it does not say its os and architecture",
                ));
            }
        }
        flaws
    })
}

/// The configuration knows each layer by its digest before it was compressed.
pub(crate) fn diff_ids(subject: &Subject) -> Vec<Flaw> {
    each_image(subject, |layout, image| {
        let Some(config) = image.config_file else {
            return Vec::new();
        };
        let layers = list(&image.manifest, "layers");
        let ids = list(&image.config["rootfs"], "diff_ids");
        let mut flaws = Vec::new();
        if layers.len() != ids.len() || image.config["rootfs"]["type"] != "layers" {
            flaws.push(Flaw::file(
                config,
                format!("it names {} layers, the manifest {}", ids.len(), layers.len()),
            ));
        }
        let history = list(&image.config, "history")
            .iter()
            .filter(|it| it["empty_layer"] != true)
            .count();
        if history != 0 && history != layers.len() {
            flaws.push(Flaw::file(
                config,
                format!("its history tells of {history} layers, not {}", layers.len()),
            ));
        }
        for (node, id) in layers.iter().zip(ids) {
            let Some(blob) = layout.blob(node) else { continue };
            match tar(node, blob) {
                Ok(tar) => {
                    let found = format!("sha256:{}", Sha256::of(&tar));
                    if *id != found.as_str() {
                        flaws.push(Flaw::file(
                            config,
                            format!("the layer's `diff_id` is `{found}`, not {id}"),
                        ));
                    }
                }
                Err(error) => flaws.push(Flaw::file(blob, format!("the layer cannot be read: {error}"))),
            }
        }
        flaws
    })
}
