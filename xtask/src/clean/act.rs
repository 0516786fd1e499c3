//! What performing may do to the outside: the few verbs of which every change is made.

use std::path::Path;

use crate::effect::{files, relocate};
use crate::git::Git;

/// The verbs. Each leaves either the old state or the new one, or a state that [`crate::clean::perform`] can tell.
pub trait Act {
    /// Gives a file or folder a name that nothing has.
    fn relocate(&mut self, from: &Path, to: &Path) -> anyhow::Result<()>;
    /// Gives a file a second name that nothing has, or a copy where it cannot have one.
    fn keep(&mut self, file: &Path, name: &Path) -> anyhow::Result<()>;
    /// Puts a file in the place of another, which is gone then.
    fn replace(&mut self, from: &Path, to: &Path) -> anyhow::Result<()>;
    /// Removes a second name, or a second copy, of what is kept elsewhere.
    fn remove(&mut self, path: &Path) -> anyhow::Result<()>;
    /// Makes one folder, with a Unix mode when one is given.
    fn make_folder(&mut self, path: &Path, mode: Option<u32>) -> anyhow::Result<()>;
    /// Removes a folder if it is empty.
    fn remove_folder(&mut self, path: &Path) -> anyhow::Result<()>;
    /// Changes the index of git by lines of `git update-index -z --index-info`, all or none.
    fn update_index(&mut self, git: &Git, lines: Vec<u8>, assumed: &[&[u8]]) -> anyhow::Result<()>;
    /// Writes a file of the store whole.
    fn record(&mut self, path: &Path, bytes: &[u8]) -> anyhow::Result<()>;
}

/// The disk.
#[derive(Debug)]
pub struct Disk;

impl Act for Disk {
    fn relocate(&mut self, from: &Path, to: &Path) -> anyhow::Result<()> {
        relocate::relocate(from, to)
    }

    fn keep(&mut self, file: &Path, name: &Path) -> anyhow::Result<()> {
        relocate::keep(file, name)
    }

    fn replace(&mut self, from: &Path, to: &Path) -> anyhow::Result<()> {
        relocate::replace(from, to)
    }

    fn remove(&mut self, path: &Path) -> anyhow::Result<()> {
        relocate::remove_all(path)
    }

    fn make_folder(&mut self, path: &Path, mode: Option<u32>) -> anyhow::Result<()> {
        relocate::make_folder(path, mode).map(drop)
    }

    fn remove_folder(&mut self, path: &Path) -> anyhow::Result<()> {
        relocate::remove_empty_folder(path)
    }

    fn update_index(&mut self, git: &Git, lines: Vec<u8>, assumed: &[&[u8]]) -> anyhow::Result<()> {
        git.update_index(lines, assumed)
    }

    fn record(&mut self, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        files::write(path, bytes)?;
        if let Some(folder) = path.parent() {
            relocate::sync_folder(folder);
        }
        Ok(())
    }
}
