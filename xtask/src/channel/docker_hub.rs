//! Docker Hub: an OCI image layout for all Linux machines, on an empty base.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
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
    policy: &[],
    keys: &[],
    templates: &[],
    version: version::oci,
    render,
    finish: finish_nothing,
    install,
    recognises,
    rules: &[],
};

fn render(_: &Edition, _: &mut Output) -> anyhow::Result<()> {
    Ok(())
}

fn install(_: &Edition) -> Option<String> {
    None
}

fn recognises(_: &File) -> bool {
    false
}
