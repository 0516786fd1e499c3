//! npm: a root package with a launcher, and one package a platform.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "npm",
    title: "npm",
    holds: "a root package with a launcher, and one package a platform",
    systems: &[Os::Linux, Os::Windows, Os::Macos],
    programs: &["npm"],
    credentials: &[&["NODE_AUTH_TOKEN"], &["NPM_TOKEN"]],
    after: &[],
    is_reviewed: false,
    policy: &["a version is taken for ever, also after it was unpublished"],
    keys: &[],
    templates: &[],
    version: version::npm,
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
