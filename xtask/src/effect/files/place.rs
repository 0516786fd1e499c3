//! Puts a finished file or folder where an older one may stand, also from another file system.

use std::path::Path;

use super::{create_dir, rename, temporary_name};
use crate::effect::relocate::{relocate, remove_all};

/// Moves a file or folder to `to`, in the place of what stands there.
///
/// The new one is whole beside the old one before the old one goes. What a killed run leaves beside it,
/// [`super::remove_stale`] sweeps.
pub fn place(from: &Path, to: &Path) -> anyhow::Result<()> {
    let dir = to.parent().unwrap_or(Path::new("."));
    create_dir(dir)?;
    let beside = dir.join(temporary_name());
    relocate(from, &beside)
        .and_then(|()| swap(&beside, to))
        .inspect_err(|_| {
            let _ = remove_all(&beside);
        })
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
    remove_all(&old)
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
}
