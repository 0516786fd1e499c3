//! WinGet: the three manifests of a version.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "winget",
    title: "WinGet",
    holds: "the three manifests of a version",
    systems: &[Os::Windows],
    programs: &[],
    credentials: &[&["WINGET_CREATE_GITHUB_TOKEN"], &["GITHUB_TOKEN"]],
    after: &["github-releases"],
    is_reviewed: true,
    policy: &["the contributor licence agreement is signed once, by hand"],
    keys: &[],
    templates: &[],
    version: version::winget,
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
