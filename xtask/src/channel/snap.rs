//! Snap: a snap for each machine, and snapcraft.yaml.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "snap",
    title: "Snap",
    holds: "a snap for each machine, and snapcraft.yaml",
    systems: &[Os::Linux],
    programs: &["snapcraft"],
    credentials: &[&["SNAPCRAFT_STORE_CREDENTIALS"]],
    after: &[],
    is_reviewed: true,
    policy: &["classic confinement and some interfaces need a request in the store's forum"],
    keys: &[],
    templates: &[],
    version: version::snap,
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
