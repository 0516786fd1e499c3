//! Moves files and folders without ever overwriting: by name on one file system, by a verified copy across two.
#![expect(clippy::disallowed_methods, reason = "a home of file changes")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::effect::files::{said, temporary_name};
use crate::problem::Problem;

/// What lies under a name; links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, a socket or a device.
    Special,
}

/// What lies at `path`; `None` for nothing. What cannot be asked (no right to look into a folder, a name too long
/// for the system) is an error.
pub fn look(path: &Path) -> anyhow::Result<Option<Thing>> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(thing(&metadata))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(said("look at", path, &error)),
    }
}

fn thing(metadata: &Metadata) -> Thing {
    let kind = metadata.file_type();
    if kind.is_file() {
        Thing::File
    } else if kind.is_dir() {
        Thing::Folder
    } else if kind.is_symlink() {
        Thing::Link
    } else {
        Thing::Special
    }
}

/// Gives a file or folder another name, which nothing may have yet; the folder of the new name is there.
///
/// On one file system it keeps its inode, mode and times. Across two, its copy is compared byte for byte before the
/// original goes. A kill at any point leaves the original whole, the new name whole, or both the same.
pub fn relocate(from: &Path, to: &Path) -> anyhow::Result<()> {
    let refused = |error: &io::Error| said("move", from, error);
    let found = from.symlink_metadata().map_err(|error| refused(&error))?;
    if found.is_file() {
        // A second name can only be given where there is none, which `rename` does not promise.
        match fs::hard_link(from, to) {
            Ok(()) => return fs::remove_file(from).map_err(|error| refused(&error)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(occupied(to)),
            // File systems without hard links, and systems that refuse them for files of others.
            Err(_) => {}
        }
    }
    if look(to)?.is_some() {
        return Err(occupied(to));
    }
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => across(from, to),
        done => done.map_err(|error| refused(&error)),
    }
}

fn occupied(to: &Path) -> anyhow::Error {
    Problem::new(format!(
        "cannot move to `{}`: something is there already",
        to.display()
    ))
    .into()
}

/// Gives a file a second name, which nothing may have yet; where it can have none, a copy of it gets that name.
pub fn keep(file: &Path, name: &Path) -> anyhow::Result<()> {
    match fs::hard_link(file, name) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(occupied(name)),
        Err(_) => copy_beside(file, name).and_then(|copied| name_it(&copied, name)),
        Ok(()) => Ok(()),
    }
}

/// Puts a file in the place of another at once; the old one is gone then.
pub fn replace(from: &Path, to: &Path) -> anyhow::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {
            let copied = copy_beside(from, to)?;
            fs::rename(&copied, to).map_err(|error| said("replace", to, &error))?;
            remove_all(from)
        }
        done => done.map_err(|error| said("replace", to, &error)),
    }
}

fn across(from: &Path, to: &Path) -> anyhow::Result<()> {
    let copied = copy_beside(from, to)?;
    name_it(&copied, to)?;
    remove_all(from)
}

/// A verified copy of a file or folder in the folder of `to`, under a name of its own.
fn copy_beside(from: &Path, to: &Path) -> anyhow::Result<PathBuf> {
    let beside = to.with_file_name(temporary_name());
    let found = from
        .symlink_metadata()
        .map_err(|error| said("copy", from, &error))?;
    let copied = copy(from, &beside, &found).and_then(|()| {
        if is_same(from, &beside)? {
            return Ok(());
        }
        let what = format!("cannot copy `{}`: its copy differs from it", from.display());
        Err(Problem::new(what)
            .help("it changed meanwhile; run it again")
            .into())
    });
    if copied.is_err() {
        let _ = remove_all(&beside);
    }
    copied.map(|()| beside)
}

/// Gives a copy its name, which nothing may have.
fn name_it(copied: &Path, name: &Path) -> anyhow::Result<()> {
    let named = match look(name) {
        Ok(None) => fs::rename(copied, name).map_err(|error| said("move to", name, &error)),
        Ok(Some(_)) => Err(occupied(name)),
        Err(error) => Err(error),
    };
    if named.is_err() {
        let _ = remove_all(copied);
    }
    named
}

/// Copies a file, link or folder with modes and times.
fn copy(from: &Path, to: &Path, found: &Metadata) -> anyhow::Result<()> {
    let failed = |error: &io::Error| said("copy", from, error);
    match thing(found) {
        Thing::File => {
            fs::copy(from, to).map_err(|error| failed(&error))?;
            let file = File::options()
                .append(true)
                .open(to)
                .map_err(|error| failed(&error))?;
            if let Ok(time) = found.modified() {
                file.set_modified(time).map_err(|error| failed(&error))?;
            }
            file.sync_all().map_err(|error| failed(&error))
        }
        Thing::Link => super::files::copy_link(from, to),
        Thing::Folder => {
            fs::create_dir(to).map_err(|error| failed(&error))?;
            for name in names(from)? {
                let inner = from.join(&name);
                let found = inner
                    .symlink_metadata()
                    .map_err(|error| said("copy", &inner, &error))?;
                copy(&inner, &to.join(&name), &found)?;
            }
            fs::set_permissions(to, found.permissions()).map_err(|error| failed(&error))
        }
        Thing::Special => Err(Problem::new(format!(
            "cannot copy `{}` to another file system: it is a pipe, a socket or a device",
            from.display()
        ))
        .into()),
    }
}

fn names(dir: &Path) -> anyhow::Result<BTreeSet<OsString>> {
    let read =
        || -> io::Result<BTreeSet<OsString>> { fs::read_dir(dir)?.map(|it| Ok(it?.file_name())).collect() };
    read().map_err(|error| said("read the folder", dir, &error))
}

/// Removes a file, a link, or a folder with all that is in it.
pub fn remove_all(path: &Path) -> anyhow::Result<()> {
    match look(path)? {
        None => Ok(()),
        Some(Thing::Folder) => fs::remove_dir_all(path).map_err(|error| said("remove", path, &error)),
        Some(_) => fs::remove_file(path).map_err(|error| said("remove", path, &error)),
    }
}

/// Whether two names stand for the same file on disk, as when a move was cut off half way.
#[cfg(unix)]
pub fn is_one_file(left: &Path, right: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let key = |it: &Path| it.symlink_metadata().map(|it| (it.dev(), it.ino())).ok();
    key(left).is_some() && key(left) == key(right)
}

/// Whether two names stand for the same file on disk; not told by this system.
#[cfg(not(unix))]
pub fn is_one_file(_: &Path, _: &Path) -> bool {
    false
}

/// Whether two files hold the same bytes, or two folders the same names with the same in them. Links are the same
/// when they lead to the same name.
pub fn is_same(left: &Path, right: &Path) -> anyhow::Result<bool> {
    compare(left, right, true)
}

/// Whether everything that `part` holds is in `whole` too, the same byte for byte.
pub fn is_held(part: &Path, whole: &Path) -> anyhow::Result<bool> {
    compare(part, whole, false)
}

fn compare(left: &Path, right: &Path, is_exact: bool) -> anyhow::Result<bool> {
    match (look(left)?, look(right)?) {
        (Some(Thing::File), Some(Thing::File)) => is_same_file(left, right),
        (Some(Thing::Link), Some(Thing::Link)) => {
            Ok(fs::read_link(left).ok().is_some() && fs::read_link(left).ok() == fs::read_link(right).ok())
        }
        (Some(Thing::Folder), Some(Thing::Folder)) => {
            let (mine, other) = (names(left)?, names(right)?);
            if is_exact && mine != other {
                return Ok(false);
            }
            for name in &mine {
                if !compare(&left.join(name), &right.join(name), is_exact)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn is_same_file(left: &Path, right: &Path) -> anyhow::Result<bool> {
    let open = |path: &Path| File::open(path).map_err(|error| said("read", path, &error));
    let (mut mine, mut other) = (open(left)?, open(right)?);
    let length = |file: &File| file.metadata().map(|it| it.len()).ok();
    if length(&mine) != length(&other) {
        return Ok(false);
    }
    let (mut a, mut b) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let count = mine.read(&mut a).map_err(|error| said("read", left, &error))?;
        if count == 0 {
            let rest = other.read(&mut b).map_err(|error| said("read", right, &error))?;
            return Ok(rest == 0);
        }
        match other.read_exact(&mut b[..count]) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            done => done.map_err(|error| said("read", right, &error))?,
        }
        if a[..count] != b[..count] {
            return Ok(false);
        }
    }
}

/// Makes one folder, with a Unix mode when one is given; one that is there stays as it is. Says whether it was made.
pub fn make_folder(path: &Path, mode: Option<u32>) -> anyhow::Result<bool> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => return Ok(false),
        made => made.map_err(|error| said("make the folder", path, &error))?,
    }
    if let Some(mode) = mode {
        super::files::set_mode(path, mode)?;
    }
    Ok(true)
}

/// Removes a folder if it is empty; one that holds something, or is not there, stays so.
pub fn remove_empty_folder(path: &Path) -> anyhow::Result<()> {
    match fs::remove_dir(path) {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound | ErrorKind::NotADirectory
            ) =>
        {
            Ok(())
        }
        done => done.map_err(|error| said("remove the folder", path, &error)),
    }
}

/// The Unix mode of what lies at a path, links not followed; 0 where there are none.
pub fn mode(path: &Path) -> u32 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.symlink_metadata()
            .map_or(0, |it| it.permissions().mode() & 0o7777)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        0
    }
}

/// Makes the names in a folder survive a loss of power; nothing on systems that cannot open a folder.
pub fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(path) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;
    use crate::effect::files::{Scratch, read, write};

    #[test]
    fn nothing_is_overwritten() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let (a, b) = (scratch.path().join("a"), scratch.path().join("b"));
        write(&a, b"a").unwrap();
        write(&b, b"b").unwrap();
        assert!(
            relocate(&a, &b)
                .unwrap_err()
                .to_string()
                .ends_with("something is there already")
        );
        let folder = scratch.path().join("folder");
        write(&folder.join("x"), b"x").unwrap();
        assert!(relocate(&folder, &b).is_err());
        assert_eq!(
            (read(&a).unwrap(), read(&b).unwrap()),
            (b"a".to_vec(), b"b".to_vec())
        );
        let c = scratch.path().join("c");
        relocate(&a, &c).unwrap();
        relocate(&folder, &a).unwrap();
        assert_eq!(
            (read(&c).unwrap(), read(&a.join("x")).unwrap()),
            (b"a".to_vec(), b"x".to_vec())
        );
    }

    #[test]
    fn a_copy_keeps_mode_time_and_what_is_inside() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to"));
        write(&from.join("deep/x"), b"x").unwrap();
        write(&from.join("run"), b"y").unwrap();
        super::super::files::set_mode(&from.join("run"), 0o751).unwrap();
        let before = from.join("run").metadata().unwrap().modified().unwrap();
        across(&from, &to).unwrap();
        assert_eq!(look(&from).unwrap(), None);
        assert_eq!(read(&to.join("deep/x")).unwrap(), b"x");
        assert_eq!(to.join("run").metadata().unwrap().modified().unwrap(), before);
        #[cfg(unix)]
        assert_eq!(mode(&to.join("run")), 0o751);
    }

    #[test]
    fn sameness_and_holding() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let (a, b) = (scratch.path().join("a"), scratch.path().join("b"));
        for (path, text) in [("a/x", "1"), ("b/x", "1"), ("b/y", "2")] {
            write(&scratch.path().join(path), text.as_bytes()).unwrap();
        }
        let check = |left: &Path, right: &Path, same: bool, held: bool| {
            assert_eq!(is_same(left, right).unwrap(), same);
            assert_eq!(is_held(left, right).unwrap(), held);
        };
        check(&a, &b, false, true);
        check(&b, &a, false, false);
        check(&a.join("x"), &b.join("x"), true, true);
        check(&a.join("x"), &b.join("y"), false, false);
        check(&a, &b.join("x"), false, false);
    }
}
