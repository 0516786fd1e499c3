//! Looks into files that others own: never through a link, never into a pipe, no further than asked.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::effect::files::open_plain;

/// Why nothing can be said about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is gone, or another thing stands in its place.
    Vanished,
    /// The rights do not allow it.
    Denied,
    /// It is neither a plain file nor a folder: a link, a pipe, a socket, a device.
    NotPlain,
    /// What the system said.
    Other(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unreadable::Vanished => "it is gone, or was replaced meanwhile",
            Unreadable::Denied => "permission denied",
            Unreadable::NotPlain => "it is neither a plain file nor a folder",
            Unreadable::Other(said) => said,
        })
    }
}

impl std::error::Error for Unreadable {}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Unreadable {
        // A link that took the place of the file a moment ago.
        #[cfg(unix)]
        if error.raw_os_error() == Some(libc::ELOOP) {
            return Unreadable::NotPlain;
        }
        match error.kind() {
            // The second is a file that took the place of a folder above.
            ErrorKind::NotFound | ErrorKind::NotADirectory => Unreadable::Vanished,
            ErrorKind::PermissionDenied => Unreadable::Denied,
            _ => Unreadable::Other(error.to_string()),
        }
    }
}

/// What stands at a path; a link is not followed.
pub fn metadata(path: &Path) -> Result<Metadata, Unreadable> {
    fs::symlink_metadata(path).map_err(Unreadable::from)
}

/// Opens a plain file and nothing else. Also a pipe that took its place a moment ago is not waited on.
pub fn open(path: &Path) -> Result<File, Unreadable> {
    if !metadata(path)?.is_file() {
        return Err(Unreadable::NotPlain);
    }
    let file = open_plain(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(Unreadable::NotPlain)
    }
}

/// Reads on in a file, until it ends or so many bytes have come.
pub fn read(file: &mut File, limit: u64, bytes: &mut Vec<u8>) -> Result<(), Unreadable> {
    file.take(limit).read_to_end(bytes)?;
    Ok(())
}

/// The names in a folder, at most so many, with whether each is a folder itself.
pub fn names(dir: &Path, limit: usize) -> Result<Vec<(Vec<u8>, bool)>, Unreadable> {
    // `read_dir` would follow a link to a folder.
    if !metadata(dir)?.is_dir() {
        return Err(Unreadable::NotPlain);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)?.take(limit) {
        let entry = entry?;
        let name = crate::clean::path::bytes_of(Path::new(&entry.file_name()));
        found.push((name, entry.file_type()?.is_dir()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::{environment, files};

    #[test]
    fn plain_files_only() {
        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let at = |name: &str| scratch.path().join(name);
        files::write(&at("file"), b"12345").unwrap();
        let mut bytes = Vec::new();
        read(&mut open(&at("file")).unwrap(), 3, &mut bytes).unwrap();
        assert_eq!(bytes, b"123");
        assert_eq!(open(&at("none")).unwrap_err(), Unreadable::Vanished);
        assert_eq!(open(&at("file/x")).unwrap_err(), Unreadable::Vanished);
        assert_eq!(open(scratch.path()).unwrap_err(), Unreadable::NotPlain);
        assert_eq!(names(scratch.path(), 9).unwrap(), [(b"file".to_vec(), false)]);
        assert_eq!(names(scratch.path(), 0).unwrap(), []);
        assert_eq!(names(&at("file"), 9).unwrap_err(), Unreadable::NotPlain);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_pipes_are_not_opened() {
        use crate::effect::process::Program;

        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let at = |name: &str| scratch.path().join(name);
        files::write(&at("file"), b"x").unwrap();
        files::link_folder(&at("file"), &at("link")).unwrap();
        assert_eq!(open(&at("link")).unwrap_err(), Unreadable::NotPlain);
        files::link_folder(scratch.path(), &at("folder")).unwrap();
        assert_eq!(names(&at("folder"), 9).unwrap_err(), Unreadable::NotPlain);
        Program::new("mkfifo").arg(at("pipe")).read().unwrap();
        assert_eq!(open(&at("pipe")).unwrap_err(), Unreadable::NotPlain);
    }
}
