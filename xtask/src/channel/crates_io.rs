//! The registry of Rust crates: the .crate of every package that may be published, as cargo packs it.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "crates-io",
    title: "Cargo registry",
    holds: "the .crate of every package that may be published, as cargo packs it",
    systems: &[],
    programs: &["cargo"],
    credentials: &[&["CARGO_REGISTRY_TOKEN"]],
    after: &[],
    is_reviewed: false,
    policy: &["a version can be yanked, never replaced"],
    keys: &[],
    templates: &[],
    version: version::crates_io,
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
