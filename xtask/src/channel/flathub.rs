//! Flathub: a Flatpak manifest with the sources of all crates, metainfo and desktop entry.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "flathub",
    title: "Flathub",
    holds: "a Flatpak manifest with the sources of all crates, metainfo and desktop entry",
    systems: &[],
    programs: &["git"],
    credentials: &[&["GITHUB_TOKEN"], &["GH_TOKEN"]],
    after: &["github-releases"],
    is_reviewed: true,
    policy: &[
        "console applications are not accepted",
        "no submission that an AI tool made, opened or helped with",
    ],
    keys: &[],
    templates: &[],
    version: version::stable,
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
