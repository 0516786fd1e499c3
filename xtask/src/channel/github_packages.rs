//! GitHub Packages: the npm packages under the owner's scope, and the image of Docker Hub.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

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
    policy: &[],
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
