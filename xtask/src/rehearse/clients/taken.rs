//! What clients of several registries have in common: comparing what came with `dist/`, and running it.

use std::path::{Path, PathBuf};

use anyhow::ensure;

use crate::digest::{Algorithm, Checksum, Sha256};
use crate::effect::files;
use crate::effect::process::Program;
use crate::plan::Item;
use crate::rehearse::Scene;

/// Fails unless an installed program is the one that `dist/` has for a target, and starts.
pub(super) fn program(scene: &Scene<'_>, path: &Path, triple: &str) -> anyhow::Result<()> {
    let (name, built) = scene.program(triple).expect("a build has a program");
    same(path, &name, built)?;
    let outcome = Program::new(path).dir(scene.dir).arg("--version").output(None)?;
    ensure!(
        outcome.is_success(),
        "`{name} --version` ended with {}",
        outcome.ending()
    );
    Ok(())
}

/// Fails unless a file that a registry served is the one that was sent.
pub(super) fn file(dir: &Path, item: &Item) -> anyhow::Result<()> {
    same(&dir.join(item.name()), item.name(), item.sha256)
}

fn same(path: &Path, name: &str, ours: Sha256) -> anyhow::Result<()> {
    let there = crate::digest::file(path, Algorithm::Sha256)?;
    ensure!(
        there == Checksum::Sha256(ours),
        "`{name}` came with sha256 {there}, ours is {ours}"
    );
    Ok(())
}

/// A program by its name in one of these folders, with `.exe` where it has that.
pub(super) fn find(dirs: &[PathBuf], name: &str) -> anyhow::Result<PathBuf> {
    let found = dirs
        .iter()
        .find_map(|dir| crate::effect::environment::executable(&dir.join(name)));
    found.ok_or_else(|| {
        let shown: Vec<String> = dirs.iter().map(|it| it.display().to_string()).collect();
        anyhow::anyhow!("`{name}` was not installed into {}", shown.join(" or "))
    })
}

/// A folder of the scene, made if it is not there.
pub(super) fn dir(scene: &Scene<'_>, name: &str) -> anyhow::Result<PathBuf> {
    let dir = scene.dir.join(name);
    files::create_dir(&dir)?;
    Ok(dir)
}

/// The address of an endpoint of the twin.
pub(super) fn endpoint(scene: &Scene<'_>, name: &str) -> String {
    let look = scene.outside.look(scene.channel);
    look.endpoint(name).expect("the twin stands in for it")
}
