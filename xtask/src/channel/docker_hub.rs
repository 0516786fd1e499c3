//! Docker Hub: an OCI image layout for all Linux machines, on an empty base.

pub(crate) mod image;
pub(in crate::channel) mod lint;
pub(in crate::channel) mod publish;

use crate::channel::workflow;
use crate::channel::{Channel, Key, Kind, Template, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::pack::oci;
use crate::render::Output;
use crate::render::language::Language;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "docker-hub",
    title: "Docker Hub",
    holds: "an OCI image layout for all Linux machines, on an empty base",
    systems: &[Os::Linux],
    programs: &[],
    credentials: &[
        &["DOCKERHUB_USERNAME", "DOCKERHUB_TOKEN"],
        &["DOCKER_USERNAME", "DOCKER_PASSWORD"],
    ],
    after: &[],
    is_reviewed: false,
    is_final: false,
    workflow: workflow::NOTHING,
    policy: &[],
    keys: &[
        Key {
            name: "repository",
            kind: Kind::Text,
            about: "where the image goes, as `namespace/name` [default: the owner on GitHub and the name, in lower case]",
            example: "\"owner/demo\"",
        },
        Key {
            name: "user",
            kind: Kind::Text,
            about: "the user and the group that the program runs as, in numbers [default: 65532:65532]",
            example: "\"1000:1000\"",
        },
        Key {
            name: "command",
            kind: Kind::List,
            about: "the program's words where the user gives none",
            example: "[\"--help\"]",
        },
        Key {
            name: "ports",
            kind: Kind::List,
            about: "ports that the program listens on",
            example: "[\"8080/tcp\"]",
        },
        Key {
            name: "workdir",
            kind: Kind::Text,
            about: "the folder that the program starts in; it belongs to the user [default: /]",
            example: "\"/work\"",
        },
        Key {
            name: "volumes",
            kind: Kind::List,
            about: "folders that outlive a container; they belong to the user",
            example: "[\"/data\"]",
        },
        Key {
            name: "tmp",
            kind: Kind::Flag,
            about: "whether there is a folder `/tmp` that everyone may write into [default: false]",
            example: "true",
        },
    ],
    templates: &[Template {
        name: image::CERTIFICATES,
        language: Language::Markdown,
        about: "the authorities that the program trusts, for programs that bring none of their own",
        text: include_str!("docker_hub/ca-certificates.crt"),
    }],
    version: version::oci,
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

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let name = repository(edition).map(|it| format!("docker.io/{it}"));
    let folder = edition.listing_for(&CHANNEL).name.to_lowercase();
    image::render(edition, output, &folder, name.as_deref())
}

/// The namespace and the name; `None` where nothing says the namespace.
fn repository(edition: &Edition) -> Option<String> {
    if let Some(repository) = edition
        .settings(&CHANNEL)
        .text("repository")
        .filter(|_| edition.is_main)
    {
        return Some(repository.to_owned());
    }
    let listing = edition.listing_for(&CHANNEL);
    let (owner, _) = listing.repository?.github?;
    Some(format!("{owner}/{}", listing.name).to_lowercase())
}

fn install(edition: &Edition) -> Option<String> {
    image::builds(edition).first()?;
    let tag = version::oci(edition.version()).ok()?;
    Some(format!("docker run --rm {}:{tag}", repository(edition)?))
}

/// The file that says that a folder is a layout.
fn recognises(file: &File) -> bool {
    file.name() == oci::LAYOUT_FILE && file.json().is_ok_and(|it| it["imageLayoutVersion"].is_string())
}
