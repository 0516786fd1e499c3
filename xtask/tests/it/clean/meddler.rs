//! The disk while somebody else works on it too: between the plan and the first move, something happens.

use std::path::Path;

use xtask::clean::act::{Act, Disk};
use xtask::git::Git;

/// The disk, with what happens before the first file or folder moves.
pub(super) struct Meddler<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Meddler<F> {
    /// A disk on which this happens once.
    pub(super) fn new(deed: F) -> Meddler<F> {
        Meddler(Some(deed))
    }

    fn meddle(&mut self) {
        if let Some(deed) = self.0.take() {
            deed();
        }
    }
}

impl<F: FnOnce()> Act for Meddler<F> {
    fn relocate(&mut self, from: &Path, to: &Path) -> anyhow::Result<()> {
        self.meddle();
        Disk.relocate(from, to)
    }

    fn keep(&mut self, file: &Path, name: &Path) -> anyhow::Result<()> {
        Disk.keep(file, name)
    }

    fn replace(&mut self, from: &Path, to: &Path) -> anyhow::Result<()> {
        Disk.replace(from, to)
    }

    fn remove(&mut self, path: &Path) -> anyhow::Result<()> {
        Disk.remove(path)
    }

    fn make_folder(&mut self, path: &Path, mode: Option<u32>) -> anyhow::Result<()> {
        self.meddle();
        Disk.make_folder(path, mode)
    }

    fn remove_folder(&mut self, path: &Path) -> anyhow::Result<()> {
        Disk.remove_folder(path)
    }

    fn update_index(&mut self, git: &Git, lines: Vec<u8>, assumed: &[&[u8]]) -> anyhow::Result<()> {
        Disk.update_index(git, lines, assumed)
    }

    fn record(&mut self, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        Disk.record(path, bytes)
    }
}
