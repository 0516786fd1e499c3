//! Nix: a flake, and package.nix for nixpkgs.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "nix",
    title: "Nix",
    holds: "a flake, and package.nix for nixpkgs",
    systems: &[],
    programs: &["git"],
    credentials: &[&["GITHUB_TOKEN"], &["GH_TOKEN"]],
    after: &["github-releases"],
    is_reviewed: false,
    policy: &["nixpkgs: automation is disclosed, with a person who answers for it"],
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
