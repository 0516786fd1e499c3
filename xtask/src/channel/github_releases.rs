//! GitHub Releases: release notes, installers, .deb and .rpm, and the sums of all assets.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "github-releases",
    title: "GitHub Releases",
    holds: "release notes, installers, .deb and .rpm, and the sums of all assets",
    systems: &[Os::Linux, Os::Windows, Os::Macos],
    programs: &[],
    credentials: &[&["GITHUB_TOKEN"], &["GH_TOKEN"]],
    after: &[],
    is_reviewed: false,
    policy: &["an immutable release can never be changed"],
    keys: &[],
    templates: &[],
    version: version::plain,
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
