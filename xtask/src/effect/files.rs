//! Reads and changes files: what is written appears whole or not at all, and errors name the file.
#![expect(clippy::disallowed_methods, reason = "this is the home of file changes")]

mod place;
mod reader;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;

pub(crate) use reader::open_plain;
pub use reader::{Content, Reader};

use crate::problem::Problem;

pub use place::place;

/// Temporary files of this process that are not yet in place.
static TEMPORARIES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
static NEXT: AtomicU32 = AtomicU32::new(0);

/// How the name of a temporary file begins and ends; [`remove_stale`] sweeps what a killed run has left.
const TEMPORARY_START: &str = ".xtask-";
const TEMPORARY_END: &str = ".tmp";

/// The bytes of a file.
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).map_err(|error| said("read", path, &error))
}

/// The text of a file, which must be UTF-8.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).map_err(|error| said("read", path, &error))
}

/// The text of a file, or `None` when there is no such file.
pub fn read_text_if_present(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(said("read", path, &error)),
    }
}

/// Opens a file for reading.
pub fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).map_err(|error| said("read", path, &error))
}

/// What lies in a folder, sorted; a folder that is not there is empty.
pub fn list(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| said("read the folder", dir, &error))?,
    };
    let paths: io::Result<Vec<PathBuf>> = entries.map(|it| it.map(|it| it.path())).collect();
    let mut paths = paths.map_err(|error| said("read the folder", dir, &error))?;
    paths.sort();
    Ok(paths)
}

/// Writes a file whole: to a temporary beside it, synced, then renamed over it.
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = Atomic::create(path)?;
    file.write_all(bytes)
        .map_err(|error| said("write", path, &error))?;
    file.commit()
}

/// Writes a file of a scratch folder: not whole when the system falls, but fast where there are many.
pub fn write_unsynced(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).map_err(|error| said("write", path, &error))
}

/// Adds to the end of a file that another program reads, such as that of the outputs of a step in GitHub Actions.
pub fn append(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let file = File::options().append(true).create(true).open(path);
    file.and_then(|mut it| it.write_all(bytes))
        .map_err(|error| said("write", path, &error))
}

/// Makes a folder and the folders above it.
pub fn create_dir(path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(path).map_err(|error| {
        if path.is_file() {
            let what = format!(
                "cannot make the folder `{}`: a file of that name is in the way",
                path.display()
            );
            return Problem::new(what).help("move or rename the file").into();
        }
        if let Ok(aim) = fs::read_link(path) {
            let what = format!(
                "cannot make the folder `{}`: it is a link to `{}`, which is not there",
                path.display(),
                aim.display()
            );
            return Problem::new(what)
                .help("make the folder that it points to, or remove the link")
                .into();
        }
        said("make the folder", path, &error)
    })
}

/// Removes a file; one that is not there is already removed.
pub fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(said("remove", path, &error)),
        _ => Ok(()),
    }
}

/// Removes a folder of ours with all that is in it; one that is not there is already removed.
pub fn remove_dir(path: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(said("remove", path, &error)),
        _ => Ok(()),
    }
}

/// Renames a file over another on the same file system.
pub fn rename(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::rename(from, to).with_context(|| format!("cannot rename `{}` to `{}`", from.display(), to.display()))
}

/// Copies a file with its mode.
pub fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to)
        .map(drop)
        .with_context(|| format!("cannot copy `{}` to `{}`", from.display(), to.display()))
}

/// Copies a symbolic link as a link.
pub fn copy_link(from: &Path, to: &Path) -> anyhow::Result<()> {
    let aim = fs::read_link(from).map_err(|error| said("read the link", from, &error))?;
    link(&aim, to)
}

/// Makes a second name for a folder.
pub fn link_folder(folder: &Path, alias: &Path) -> anyhow::Result<()> {
    link(folder, alias)
}

fn link(aim: &Path, at: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    let made = std::os::unix::fs::symlink(aim, at);
    #[cfg(windows)]
    let made = if aim.is_dir() {
        std::os::windows::fs::symlink_dir(aim, at)
    } else {
        std::os::windows::fs::symlink_file(aim, at)
    };
    made.map_err(|error| said("make the link", at, &error))
}

/// Holds a file locked until the value goes; `None` while another process holds it.
pub fn lock(path: &Path) -> anyhow::Result<Option<File>> {
    let file = File::create(path).map_err(|error| said("write", path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(said("lock", path, &error)),
    }
}

/// Sets the Unix mode of a file; other systems have none.
pub fn set_mode(path: &Path, mode: u32) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
            .map_err(|error| said("set the mode of", path, &error))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

/// Whether a file can be made in this folder, tried by making one.
pub fn check_writable(dir: &Path) -> anyhow::Result<()> {
    let probe = dir.join(temporary_name());
    File::create(&probe).map_err(|error| said("write into", dir, &error))?;
    remove(&probe)
}

/// A file that appears under its name when [`Atomic::commit`] is called, and leaves nothing when it is dropped.
#[derive(Debug)]
pub struct Atomic {
    file: Option<File>,
    temporary: PathBuf,
    path: PathBuf,
}

impl Atomic {
    /// Opens the temporary beside `path`; makes the folder.
    pub fn create(path: &Path) -> anyhow::Result<Atomic> {
        let dir = path
            .parent()
            .filter(|it| !it.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        create_dir(dir)?;
        let temporary = dir.join(temporary_name());
        // Made and noted in one go, so that the handler of Ctrl-C knows of every file that is there.
        let mut noted = temporaries();
        let file = File::create(&temporary).map_err(|error| said("write", path, &error))?;
        noted.insert(temporary.clone());
        drop(noted);
        Ok(Atomic {
            file: Some(file),
            temporary,
            path: path.to_owned(),
        })
    }

    /// Puts the file in place.
    pub fn commit(mut self) -> anyhow::Result<()> {
        let file = self.file.take().expect("committed once");
        file.sync_all()
            .map_err(|error| said("write", &self.path, &error))?;
        drop(file);
        fs::rename(&self.temporary, &self.path).map_err(|error| said("write", &self.path, &error))?;
        temporaries().remove(&self.temporary);
        Ok(())
    }
}

impl Write for Atomic {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().expect("open until committed").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().expect("open until committed").flush()
    }
}

impl Drop for Atomic {
    fn drop(&mut self) {
        if temporaries().remove(&self.temporary) {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Removes the temporaries of this process, and lets no thread make another; the handler of Ctrl-C calls it before
/// it ends the process.
pub fn remove_temporaries() {
    let mut noted = temporaries();
    for path in std::mem::take(&mut *noted) {
        let _ = fs::remove_file(path);
    }
    std::mem::forget(noted);
}

/// Removes from a folder the temporaries, files and folders, that a killed run has left.
pub fn remove_stale(dir: &Path) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(TEMPORARY_START) && name.ends_with(TEMPORARY_END) {
            if entry.file_type().is_ok_and(|it| it.is_dir()) {
                remove_dir(&entry.path())?;
            } else {
                remove(&entry.path())?;
            }
        }
    }
    Ok(())
}

/// A folder of our own that is removed with all that is in it when this value goes.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes a new folder in `parent`.
    pub fn new(parent: &Path) -> anyhow::Result<Scratch> {
        let path = parent.join(temporary_name());
        create_dir(&path)?;
        Ok(Scratch(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(super) fn temporary_name() -> String {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{TEMPORARY_START}{}-{number}{TEMPORARY_END}", std::process::id())
}

fn temporaries() -> std::sync::MutexGuard<'static, BTreeSet<PathBuf>> {
    TEMPORARIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The house form of an I/O error, with advice for the kinds that a person can mend.
pub(crate) fn said(verb: &str, path: &Path, error: &io::Error) -> anyhow::Error {
    let problem = Problem::new(format!("cannot {verb} `{}`: {}", path.display(), reason(error)));
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            problem.help("free some space and run the same command again: it goes on from here")
        }
        io::ErrorKind::PermissionDenied => {
            problem.help("check the owner and mode of the file and of its folder")
        }
        io::ErrorKind::ReadOnlyFilesystem => problem.help(
            "write elsewhere: `CARGO_TARGET_DIR` for builds, `dist --output DIR` for artifacts, `XTASK_TOOLS` for tools",
        ),
        _ => problem,
    }
    .into()
}

/// The reason without Rust's ` (os error 2)`.
pub(crate) fn reason(error: &io::Error) -> String {
    // Reading text is the only thing here that looks into what is read.
    if error.kind() == io::ErrorKind::InvalidData {
        return "it is not UTF-8".to_owned();
    }
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters
        .next()
        .map(|it| it.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;

    #[test]
    fn an_uncommitted_file_leaves_nothing() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let path = scratch.path().join("sub/file");
        write(&path, b"old").unwrap();
        let mut file = Atomic::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_file_is_named_without_error_numbers() {
        let error = read(Path::new("no/such/file")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot read `no/such/file`: no such file or directory"
        );
    }
}
