//! What the clients of images share: what was published, a login in a file, and the program of a layer.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::digest::Sha256;
use crate::effect::files;
use crate::effect::process::Program;
use crate::pack::read::Packed;
use crate::plan::{Plan, Step};
use crate::protocol::oci::{Place, Verb};
use crate::rehearse::Scene;

/// How machines are called in targets.
const MACHINES: &[(&str, &str)] = &[("amd64", "x86_64-"), ("arm", "armv7-"), ("arm64", "aarch64-")];

/// An image that was published.
pub(super) struct Published {
    pub(super) place: Place,
    pub(super) tag: String,
    pub(super) digest: String,
}

impl Published {
    /// `127.0.0.1:4711/owner/demo:1.2.3`
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.place, self.tag)
    }
}

/// The images of a scene; the first is that of the first package.
pub(super) fn published(scene: &Scene<'_>) -> anyhow::Result<Vec<Published>> {
    let mut plan = Plan::new(scene.channel, "");
    (scene.channel.plan)(scene.stock, &mut plan)?;
    let found = plan.steps().filter_map(|step| match step {
        Step::Oci(Verb::Tag { load, tag }) => Some(Published {
            place: load.place.clone(),
            tag: tag.clone(),
            digest: load.digest(),
        }),
        _ => None,
    });
    Ok(found.collect())
}

/// A file with the login of the rehearsal, for its user alone.
pub(super) fn login(scene: &Scene<'_>, place: &Place) -> anyhow::Result<PathBuf> {
    let credential = scene.outside.credentials.of(scene.channel)?;
    let user = match credential.all() {
        [user, _] => user.reveal(),
        _ => "rehearsal",
    };
    let pair = BASE64_STANDARD.encode(format!("{user}:{}", credential.token().reveal()));
    let host = place.to_string();
    let host = host.split('/').next().unwrap_or_default();
    let path = scene.dir.join("auth.json");
    let text = json!({ "auths": { host: { "auth": pair } } }).to_string();
    files::write(&path, text.as_bytes())?;
    files::set_mode(&path, 0o600)?;
    Ok(path)
}

/// Runs a client, and gives its words.
pub(super) fn said(program: &Program) -> anyhow::Result<String> {
    let outcome = program.output(None)?;
    if outcome.is_success() {
        return Ok(String::from_utf8_lossy(&outcome.stdout).into_owned());
    }
    Err(program.failure(&outcome))
}

/// The program of a layer, when it is the one of `dist/` for the machine.
pub(super) fn program(scene: &Scene<'_>, architecture: &str, layer: &[Packed]) -> anyhow::Result<Packed> {
    let start = MACHINES
        .iter()
        .find(|it| it.0 == architecture)
        .context("an unknown machine")?
        .1;
    let builds = scene.stock.main().builds().iter();
    let builds = builds.filter(|it| it.archive.target.as_ref().is_some_and(|it| it.starts_with(start)));
    let linux = builds
        .filter_map(|it| it.archive.target.as_deref())
        .filter(|it| it.contains("-linux-"));
    let ours: Vec<(String, Sha256)> = linux.filter_map(|it| scene.program(it)).collect();
    let Some((name, _)) = ours.first() else {
        bail!("`dist/` has nothing for {architecture}");
    };
    let found = layer.iter().find(|it| it.path.trim_start_matches('/') == *name);
    let found = found.with_context(|| format!("no `{name}` in the layer for {architecture}"))?;
    let digest = Sha256::of(&found.bytes);
    ensure!(
        ours.iter().any(|it| it.1 == digest),
        "`{name}` for {architecture} has the digest {digest}, which no build of `dist/` has"
    );
    Ok(found.clone())
}

/// The layers and machines of an index in a layout.
pub(super) fn layers(layout: &Path, index: &str) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let blob = |digest: &str| files::read(&layout.join("blobs").join(digest.replace(':', "/")));
    let read = |digest: &str| -> anyhow::Result<Value> { Ok(serde_json::from_slice(&blob(digest)?)?) };
    let mut layers = Vec::new();
    for child in read(index)?["manifests"].as_array().into_iter().flatten() {
        let architecture = child["platform"]["architecture"].as_str().unwrap_or_default();
        let manifest = read(child["digest"].as_str().unwrap_or_default())?;
        let layer = manifest["layers"][0]["digest"]
            .as_str()
            .context("a manifest without a layer")?;
        layers.push((architecture.to_owned(), blob(layer)?));
    }
    Ok(layers)
}

/// The machine of this computer, in the words of images, where it runs Linux.
pub(super) fn own() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("amd64"),
        ("linux", "aarch64") => Some("arm64"),
        _ => None,
    }
}
