//! From a rendered layout to the stages of a plan: blobs, manifests, what is attached, the exact tag, the tags that move.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use semver::Version;
use serde::Deserialize;

use super::{Load, Place, Verb};
use crate::pack::oci::{INDEX_FILE, REF_NAME};
use crate::plan::{Gate, Plan, Step};
use crate::problem::Problem;
use crate::publish::Stock;

/// The image of a package, as a channel has it.
#[derive(Clone, Debug)]
pub struct Image {
    /// The folder of its layout, below the channel's.
    pub folder: String,
    /// Where it goes.
    pub place: Place,
    /// The tag of exactly this version.
    pub exact: String,
    /// The version.
    pub version: Version,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    artifact_type: Option<String>,
    platform: Option<Platform>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Clone, Deserialize)]
struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

/// An index or a manifest: what it names.
#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    manifests: Vec<Descriptor>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    subject: Option<Descriptor>,
}

/// The steps, by the stage that they belong to. What comes later names what comes before.
#[derive(Default)]
struct Stages {
    blobs: Vec<Verb>,
    taken: Vec<Verb>,
    manifests: Vec<Verb>,
    attached: Vec<Verb>,
    exact: Vec<Verb>,
    moving: Vec<Verb>,
    /// Where each blob goes first, by registry and digest.
    homes: BTreeMap<(String, String), String>,
    /// What has a step already: two images may share a layer.
    seen: BTreeSet<(Place, String)>,
}

/// Adds the stages for images to a plan. Nobody sees anything of them before the index has its tag.
pub fn stages(stock: &Stock<'_>, images: &[Image], plan: &mut Plan) -> anyhow::Result<()> {
    let mut stages = Stages::default();
    for image in images {
        let doing = || format!("cannot read the layout in `{}`", image.folder);
        stages.image(stock, image).with_context(doing)?;
    }
    for (gate, verbs) in [
        (Gate::Private, stages.blobs),
        (Gate::Private, stages.taken),
        (Gate::Private, stages.manifests),
        (Gate::Private, stages.attached),
        (Gate::Public, stages.exact),
        (Gate::Public, stages.moving),
    ] {
        plan.stage(gate, verbs.into_iter().map(Step::Oci));
    }
    Ok(())
}

impl Stages {
    fn image(&mut self, stock: &Stock<'_>, image: &Image) -> anyhow::Result<()> {
        let list = document(stock, &format!("{}/{INDEX_FILE}", image.folder))?;
        let (tagged, attached): (Vec<Descriptor>, Vec<Descriptor>) = list
            .manifests
            .into_iter()
            .partition(|it| it.annotations.contains_key(REF_NAME));
        let index = tagged.first().context("nothing in it has a tag")?;
        let mut machines = BTreeMap::new();
        for child in blob(stock, image, index)?.manifests {
            let machine = child
                .platform
                .as_ref()
                .map_or_else(|| "an unknown machine".to_owned(), machine);
            let parts = blob(stock, image, &child)?;
            if let Some(part) = parts.config {
                self.blob(load(
                    stock,
                    image,
                    &part,
                    format!("the configuration for {machine}"),
                )?);
            }
            for part in parts.layers {
                self.blob(load(stock, image, &part, format!("the layer for {machine}"))?);
            }
            let load = load(stock, image, &child, format!("the manifest for {machine}"))?;
            machines.insert(child.digest, machine);
            self.manifests.push(Verb::Manifest { load });
        }
        for own in attached {
            self.attached(stock, image, &own, &machines)?;
        }
        let load = load(stock, image, index, "the index".to_owned())?;
        for tag in tagged.iter().filter_map(|it| it.annotations.get(REF_NAME)) {
            let (load, tag) = (load.clone(), tag.clone());
            if tag == image.exact {
                self.exact.push(Verb::Tag { load, tag });
            } else {
                let version = image.version.clone();
                self.moving.push(Verb::Move { load, tag, version });
            }
        }
        Ok(())
    }

    fn attached(
        &mut self,
        stock: &Stock<'_>,
        image: &Image,
        own: &Descriptor,
        machines: &BTreeMap<String, String>,
    ) -> anyhow::Result<()> {
        let parts = blob(stock, image, own)?;
        let subject = parts.subject.context("something is attached to nothing")?.digest;
        let machine = machines.get(&subject).map_or("the image", String::as_str);
        let mut name = "a document".to_owned();
        for part in parts.layers {
            if let Some(title) = part.annotations.get("org.opencontainers.image.title") {
                name.clone_from(title);
            }
            self.blob(load(stock, image, &part, format!("{name} for {machine}"))?);
        }
        if let Some(part) = parts.config {
            self.blob(load(stock, image, &part, "the empty configuration".to_owned())?);
        }
        self.attached.push(Verb::Attach {
            load: load(stock, image, own, format!("the manifest of {name} for {machine}"))?,
            subject,
            artifact_type: own.artifact_type.clone().unwrap_or_default(),
        });
        Ok(())
    }

    /// A blob that another repository of the registry gets too is taken over from there.
    fn blob(&mut self, load: Load) {
        if !self.seen.insert((load.place.clone(), load.digest())) {
            return;
        }
        let place = &load.place;
        let home = self.homes.entry((place.registry.clone(), load.digest()));
        let home = home.or_insert_with(|| place.repository.clone());
        if *home == place.repository {
            self.blobs.push(Verb::Blob { load, from: None });
        } else {
            let from = Some(home.clone());
            self.taken.push(Verb::Blob { load, from });
        }
    }
}

/// `linux/amd64`, `linux/arm/v7`.
fn machine(platform: &Platform) -> String {
    let variant = platform
        .variant
        .as_ref()
        .map(|it| format!("/{it}"))
        .unwrap_or_default();
    format!("{}/{}{variant}", platform.os, platform.architecture)
}

fn path(image: &Image, descriptor: &Descriptor) -> String {
    format!("{}/blobs/{}", image.folder, descriptor.digest.replace(':', "/"))
}

fn load(stock: &Stock<'_>, image: &Image, descriptor: &Descriptor, what: String) -> anyhow::Result<Load> {
    let path = path(image, descriptor);
    let item = stock.file(&path).cloned().ok_or_else(|| missing(&path))?;
    Ok(Load {
        place: image.place.clone(),
        item,
        what,
        media_type: descriptor.media_type.clone(),
    })
}

fn blob(stock: &Stock<'_>, image: &Image, descriptor: &Descriptor) -> anyhow::Result<Document> {
    document(stock, &path(image, descriptor))
}

fn document(stock: &Stock<'_>, path: &str) -> anyhow::Result<Document> {
    let item = stock.file(path).ok_or_else(|| missing(path))?;
    serde_json::from_str(&stock.text(item)?).with_context(|| format!("`{path}` is no manifest"))
}

fn missing(path: &str) -> Problem {
    Problem::new(format!("`{path}` is not there")).help("run `cargo xtask manifests` to write it anew")
}
