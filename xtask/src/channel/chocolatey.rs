//! Chocolatey: a nupkg with the program, or one that downloads it.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "chocolatey",
    title: "Chocolatey",
    holds: "a nupkg with the program, or one that downloads it",
    systems: &[Os::Windows],
    programs: &[],
    credentials: &[&["CHOCOLATEY_API_KEY"]],
    after: &["github-releases"],
    is_reviewed: true,
    policy: &["a moderator approves each version unless the package is trusted"],
    keys: &[],
    templates: &[],
    version: version::nuget,
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
