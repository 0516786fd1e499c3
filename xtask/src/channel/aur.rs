//! AUR: PKGBUILD and .SRCINFO of two packages: built from source, and prebuilt.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "aur",
    title: "AUR",
    holds: "PKGBUILD and .SRCINFO of two packages: built from source, and prebuilt",
    systems: &[Os::Linux],
    programs: &["git", "ssh"],
    credentials: &[&["AUR_SSH_PRIVATE_KEY"], &["AUR_KEY"]],
    after: &["github-releases"],
    is_reviewed: false,
    policy: &["no duplicate of the official repositories or of another package"],
    keys: &[],
    templates: &[],
    version: version::pkgver,
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
