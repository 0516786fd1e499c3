//! npm: a root package with a launcher, and one package a platform.

pub(in crate::channel) mod lint;
mod manifest;
pub(crate) mod name;
pub(in crate::channel) mod packages;
mod platform;
pub(in crate::channel) mod publish;

use crate::channel::workflow::Workflow;
use crate::channel::{Channel, Key, Kind, Template, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::pack::npm::manifest as manifest_of;
use crate::protocol::oidc;
use crate::render::Output;
use crate::render::language::Language;
use crate::target::Os;

use packages::{Publish, Scheme};

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "npm",
    title: "npm",
    holds: "a root package with a launcher, and one package a platform",
    systems: &[Os::Linux, Os::Windows, Os::Macos],
    programs: &["npm"],
    credentials: &[
        &["NODE_AUTH_TOKEN"],
        &["NPM_TOKEN"],
        &["NPM_ID_TOKEN"],
        oidc::ACTIONS,
    ],
    after: &[],
    is_reviewed: false,
    is_final: true,
    workflow: &Workflow {
        permissions: &[],
        trusted: Some(
            "in the settings of each package, those of the platforms too, once a first publication with a token has made \
             it; it takes npm 11.5.1 or newer, on a machine of GitHub's own",
        ),
    },
    policy: &["a version is taken for ever, also after it was unpublished"],
    keys: &[
        Key {
            name: "scope",
            kind: Kind::Text,
            about: "the scope of the platforms' packages [default: that of the name, if it has one]",
            example: "\"@demo\"",
        },
        Key {
            name: "access",
            kind: Kind::Text,
            about: "who may install it, `public` or `restricted` [default: public]",
            example: "\"public\"",
        },
        TAG,
        Key {
            name: "provenance",
            kind: Kind::Flag,
            about: "whether a signed statement of where it was built goes with it [default: wherever the CI can sign it]",
            example: "false",
        },
        Key {
            name: "registry",
            kind: Kind::Text,
            about: "the registry that it is published to [default: npm's own setting]",
            example: "\"https://npm.registry.example\"",
        },
    ],
    templates: &[
        Template {
            name: "launch.js",
            language: Language::Json,
            about: "finds the program of the platform and runs it; GitHub Packages has it, too",
            text: include_str!("npm/launch.js"),
        },
        Template {
            name: "platform.md",
            language: Language::Markdown,
            about: "the readme of a platform's package; GitHub Packages has it, too",
            text: include_str!("npm/platform.md"),
        },
    ],
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

/// The dist-tag, which both registries have.
pub(in crate::channel) const TAG: Key = Key {
    name: "tag",
    kind: Kind::Text,
    about: "the dist-tag [default: `latest`; of a pre-release its first word, else `next`]",
    example: "\"release-1.x\"",
};

/// The dist-tag of a version, unless the settings name one.
pub(in crate::channel) fn tag(edition: &Edition, channel: &'static Channel) -> String {
    let own = edition.settings(channel).text("tag").map(str::to_owned);
    own.unwrap_or_else(|| version::npm_tag(edition.version()))
}

/// The words after the name by which a user gets this version: nothing for what `latest` is.
pub(in crate::channel) fn exact(edition: &Edition) -> String {
    match version::npm(edition.version()) {
        Ok(version) if !edition.version().pre.is_empty() => format!("@{version}"),
        _ => String::new(),
    }
}

pub(in crate::channel) fn scheme(edition: &Edition) -> anyhow::Result<Scheme> {
    let listing = edition.listing_for(&CHANNEL);
    let settings = edition.settings(&CHANNEL);
    let root = listing.name.clone();
    let (own, bare) = match root.strip_prefix('@').and_then(|it| it.split_once('/')) {
        Some((scope, bare)) => (Some(scope), bare),
        None => (None, root.as_str()),
    };
    let scope = settings
        .text("scope")
        .map(|it| it.trim_start_matches('@'))
        .or(own);
    let prefix = match scope {
        Some(scope) => format!("@{scope}/{bare}"),
        None => bare.to_owned(),
    };
    Ok(Scheme {
        version: version::npm(edition.version()).map_err(anyhow::Error::msg)?,
        prefix,
        page: settings.text("description").map(str::to_owned),
        folder: "",
        publish: Publish {
            access: Some(settings.text("access").unwrap_or("public").to_owned()),
            registry: settings.text("registry").map(str::to_owned),
            tag: Some(tag(edition, &CHANNEL)),
        },
        root,
        listing,
    })
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    packages::render(edition, &scheme(edition)?, "[channel.npm] name", output)
}

fn install(edition: &Edition) -> Option<String> {
    let scheme = scheme(edition).ok()?;
    scheme.tarballs(edition).first()?;
    Some(format!("npm install --global {}{}", scheme.root, exact(edition)))
}

/// What the file name of a package ends with.
const TARBALL: &str = ".tgz";

/// The registry that the manifest in a tarball names; `None` for what is no tarball of npm's form.
pub(in crate::channel) fn registry_of(file: &File) -> Option<String> {
    if !file.name().ends_with(TARBALL) {
        return None;
    }
    let text = manifest_of(&file.bytes).ok()?;
    let json: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let is_package = json["name"].is_string() && json["version"].is_string();
    let registry = json["publishConfig"]["registry"].as_str().unwrap_or_default();
    is_package.then(|| registry.to_owned())
}

/// A tarball with a `package.json` that is not for GitHub Packages.
fn recognises(file: &File) -> bool {
    registry_of(file).is_some_and(|it| !super::github_packages::is_own(&it))
}
