//! Puts a finished file or folder where an older one may stand, also from another file system.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context;

use super::{create_dir, remove, remove_dir, rename, said, temporary_name};

/// Moves a file or folder to `to`, in the place of what stands there.
///
/// The new one is whole beside the old one before the old one goes. What a killed run leaves beside it,
/// [`super::remove_stale`] sweeps.
pub fn place(from: &Path, to: &Path) -> anyhow::Result<()> {
    let dir = to.parent().unwrap_or(Path::new("."));
    create_dir(dir)?;
    let beside = dir.join(temporary_name());
    bring(from, &beside)
        .and_then(|()| swap(&beside, to))
        .inspect_err(|_| {
            let _ = remove_any(&beside);
        })
}

/// Renames, or copies and removes where the file systems differ.
fn bring(from: &Path, to: &Path) -> anyhow::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            copy_tree(from, to)?;
            remove_any(from)
        }
        result => result.with_context(|| format!("cannot rename `{}` to `{}`", from.display(), to.display())),
    }
}

fn swap(new: &Path, to: &Path) -> anyhow::Result<()> {
    let is_folder = |it: &Path| it.symlink_metadata().is_ok_and(|it| it.is_dir());
    // A file takes the place of a file in one step; a folder cannot.
    if to.symlink_metadata().is_err() || !(is_folder(new) || is_folder(to)) {
        return rename(new, to);
    }
    let old = to.with_file_name(temporary_name());
    rename(to, &old)?;
    rename(new, to)?;
    remove_any(&old)
}

fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.is_dir() {
        return super::copy(from, to);
    }
    create_dir(to)?;
    for entry in fs::read_dir(from).map_err(|error| said("read the folder", from, &error))? {
        let path = entry
            .map_err(|error| said("read the folder", from, &error))?
            .path();
        copy_tree(&path, &to.join(path.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

fn remove_any(path: &Path) -> anyhow::Result<()> {
    if path.symlink_metadata().is_ok_and(|it| it.is_dir()) {
        remove_dir(path)
    } else {
        remove(path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Scratch, list, read, write};
    use super::*;
    use crate::effect::environment;

    #[test]
    fn a_folder_takes_the_place_of_another_whole() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let at = |name: &str| scratch.path().join(name);
        write(&at("out/html/old.html"), b"old").unwrap();
        write(&at("out/other"), b"other").unwrap();
        write(&at("new/html/sub/new.html"), b"new").unwrap();
        place(&at("new/html"), &at("out/html")).unwrap();
        assert_eq!(read(&at("out/html/sub/new.html")).unwrap(), b"new");
        assert_eq!(list(&at("out")).unwrap(), [at("out/html"), at("out/other")]);
        assert_eq!(list(&at("out/html")).unwrap(), [at("out/html/sub")]);
        assert!(!at("new/html").exists());
    }

    #[test]
    fn a_file_takes_the_place_of_another_or_of_none() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let at = |name: &str| scratch.path().join(name);
        for text in [b"one", b"two"] {
            write(&at("new"), text).unwrap();
            place(&at("new"), &at("out/file")).unwrap();
            assert_eq!(read(&at("out/file")).unwrap(), text);
        }
        assert_eq!(list(&at("out")).unwrap(), [at("out/file")]);
    }

    #[test]
    fn what_is_copied_is_copied_with_all_that_is_in_it() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let at = |name: &str| scratch.path().join(name);
        write(&at("a/b/c"), b"text").unwrap();
        copy_tree(&at("a"), &at("copy")).unwrap();
        assert_eq!(read(&at("copy/b/c")).unwrap(), b"text");
    }
}
