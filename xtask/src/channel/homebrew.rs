//! Homebrew: a formula for a tap, one for homebrew-core, and a cask.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "homebrew",
    title: "Homebrew",
    holds: "a formula for a tap, one for homebrew-core, and a cask",
    systems: &[Os::Macos, Os::Linux],
    programs: &["git"],
    credentials: &[
        &["HOMEBREW_TAP_TOKEN"],
        &["HOMEBREW_GITHUB_API_TOKEN"],
        &["GITHUB_TOKEN"],
    ],
    after: &["github-releases"],
    is_reviewed: false,
    policy: &["homebrew-core: use of AI is disclosed, and a person has reviewed everything"],
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
