//! GitHub Packages: the npm packages under the owner's scope, and the image of Docker Hub.

mod lint;
mod publish;

use anyhow::Context;

use crate::channel::npm::packages::{self, Publish, Scheme};
use crate::channel::workflow::{Permission, Workflow};
use crate::channel::{Channel, Key, Kind, docker_hub, finish_nothing, npm, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

/// The registry of npm packages (G3).
const REGISTRY: &str = "https://npm.pkg.github.com";

/// The folder of the npm packages.
const NPM_FOLDER: &str = "npm/";

/// The registry of images, and their folder.
const IMAGES: &str = "ghcr.io";
const IMAGE_FOLDER: &str = "container";

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "github-packages",
    title: "GitHub Packages",
    holds: "the npm packages under the owner's scope, and the image of Docker Hub",
    systems: &[Os::Linux, Os::Windows, Os::Macos],
    programs: &["npm"],
    credentials: &[&["GITHUB_TOKEN"], &["GH_TOKEN"]],
    after: &[],
    is_reviewed: false,
    is_final: false,
    workflow: &Workflow {
        permissions: &[Permission {
            scope: "packages",
            why: "Images and npm packages.",
        }],
        trusted: None,
    },
    policy: &[],
    keys: &[
        Key {
            name: "owner",
            kind: Kind::Text,
            about: "who owns the packages: a user or an organization [default: the repository's owner]",
            example: "\"owner\"",
        },
        npm::TAG,
        Key {
            name: "registry",
            kind: Kind::Text,
            about: "the registry of the npm packages [default: GitHub's]",
            example: "\"https://npm.registry.example\"",
        },
    ],
    templates: &[],
    version: version::npm,
    render,
    finish: finish_nothing,
    install,
    recognises,
    rules: lint::RULES,
    plan: publish::plan,
    live: publish::live,
    examine: publish::examine,
    guide: &publish::GUIDE,
};

/// Who owns the packages, in lower case, which the registry's names are.
fn owner(edition: &Edition) -> Option<String> {
    let repository = edition.listing.repository.as_ref();
    let of_repository = repository
        .and_then(|it| it.github.as_ref())
        .map(|it| it.0.as_str());
    let owner = edition.settings(&CHANNEL).text("owner").or(of_repository)?;
    Some(owner.trim_start_matches('@').to_lowercase())
}

/// The npm packages under the owner's scope; `None` without an owner.
pub(in crate::channel) fn scheme(edition: &Edition) -> Option<Scheme> {
    let owner = owner(edition)?;
    let settings = edition.settings(&CHANNEL);
    let listing = edition.listing_for(&CHANNEL);
    // Only the owner's scope is taken, so a name says what stands below it.
    let name = listing.name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let root = format!("@{owner}/{name}");
    Some(Scheme {
        listing,
        version: version::npm(edition.version()).ok()?,
        prefix: root.clone(),
        root,
        page: settings.text("description").map(str::to_owned),
        folder: NPM_FOLDER,
        publish: Publish {
            access: None,
            registry: Some(settings.text("registry").unwrap_or(REGISTRY).to_owned()),
            tag: Some(npm::tag(edition, &CHANNEL)),
        },
    })
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    npm_packages(edition, output).context("cannot render the npm packages")?;
    image(edition, output).context("cannot render the image")
}

/// The image of Docker Hub under another name: what is in it, and so every digest, is the same.
fn image(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let listing = edition.listing_for(&CHANNEL);
    let name = listing.name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let Some(owner) = owner(edition) else {
        output.gap(
            "no owner on GitHub",
            "no image",
            "write `repository` into `Cargo.toml`, or set `[channel.github-packages] owner`",
        );
        return Ok(());
    };
    let whole = format!("{IMAGES}/{owner}/{name}");
    docker_hub::image::render(edition, output, &format!("{IMAGE_FOLDER}/{name}"), Some(&whole))
}

fn npm_packages(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    if let Some(scheme) = scheme(edition) {
        return packages::render(edition, &scheme, "[channel.github-packages] name", output);
    }
    output.gap(
        "no owner on GitHub",
        "no npm packages",
        "write `repository` into `Cargo.toml`, or set `[channel.github-packages] owner`",
    );
    Ok(())
}

fn install(edition: &Edition) -> Option<String> {
    let scheme = scheme(edition)?;
    scheme.tarballs(edition).first()?;
    let (scope, _) = scheme.root.split_once('/')?;
    let registry = scheme.publish.registry.as_deref()?;
    // The registry asks also readers of public packages who they are.
    Some(format!(
        "npm login --auth-type=legacy --scope={scope} --registry={registry}\nnpm install --global {}{}",
        scheme.root,
        npm::exact(edition)
    ))
}

/// Whether a registry is GitHub's.
pub(in crate::channel) fn is_own(registry: &str) -> bool {
    registry.trim_end_matches('/') == REGISTRY
}

/// A tarball of npm's form, or the list of a layout, that says it is for GitHub's registries.
fn recognises(file: &File) -> bool {
    let is_image = || {
        let names = file.json().ok()?["manifests"][0]["annotations"][docker_hub::image::IMAGE_NAME].clone();
        names.as_str()?.strip_prefix(IMAGES)?.strip_prefix('/').map(drop)
    };
    let is_list = file.name() == crate::pack::oci::INDEX_FILE && is_image().is_some();
    is_list || npm::registry_of(file).is_some_and(|it| is_own(&it))
}
