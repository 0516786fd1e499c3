//! Reads many small files of a tree, one after the other, into one buffer.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::reason;

/// How much of a file is looked at to tell text from other content, in bytes, as git does it.
const HEAD_BYTES: usize = 8000;
/// What is read at once, in bytes: most files of a source tree are smaller.
const FIRST_BYTES: usize = 64 << 10;

/// What was found where a file was looked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// The bytes of a file, none of the first 8,000 being NUL.
    Text(&'a [u8]),
    /// A file with a NUL in its first 8,000 bytes: git calls it binary.
    Binary,
    /// A text of more bytes than were asked for.
    TooLarge,
    /// No plain file is there, or none any more.
    NoFile,
    /// It cannot be read: the reason, lowercase.
    Unreadable(String),
}

/// Reads files below a folder, in one buffer that grows to the largest.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    buffer: Vec<u8>,
}

impl Reader {
    /// A reader of what lies below a folder.
    pub fn new(root: &Path) -> Reader {
        Reader {
            path: root.to_owned(),
            buffer: vec![0; FIRST_BYTES],
        }
    }

    /// The content of a file, given by its path below the folder, if it has no more than `limit_bytes`.
    ///
    /// Nothing but the three calls that open, read and close is asked of the system for a small file: a read that
    /// did not fill the buffer has reached the end. A link is not followed, and a pipe is not waited for.
    pub fn read(&mut self, path: &Path, limit_bytes: usize) -> Content<'_> {
        let depth = path.components().count();
        self.path.push(path);
        let opened = open_plain(&self.path);
        for _ in 0..depth {
            self.path.pop();
        }
        match opened.and_then(|file| fill(file, &mut self.buffer, limit_bytes)) {
            Ok(Filled::Text(length)) => Content::Text(&self.buffer[..length]),
            Ok(Filled::Binary) => Content::Binary,
            Ok(Filled::TooLarge) => Content::TooLarge,
            Err(error) if is_no_file(&error) => Content::NoFile,
            Err(error) => Content::Unreadable(reason(&error)),
        }
    }
}

/// How far a buffer was filled.
enum Filled {
    Text(usize),
    Binary,
    TooLarge,
}

fn fill(mut file: File, buffer: &mut Vec<u8>, limit_bytes: usize) -> io::Result<Filled> {
    let mut length = read_some(&mut file, buffer)?;
    if memchr::memchr(0, &buffer[..length.min(HEAD_BYTES)]).is_some() {
        return Ok(Filled::Binary);
    }
    while length == buffer.len() {
        if length > limit_bytes {
            return Ok(Filled::TooLarge);
        }
        buffer.resize(length * 2, 0);
        length += read_some(&mut file, &mut buffer[length..])?;
    }
    Ok(if length > limit_bytes {
        Filled::TooLarge
    } else {
        Filled::Text(length)
    })
}

/// One read; of a regular file it fills the buffer unless the file ends there.
fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Opens a file for reading without following a link or waiting for a pipe.
#[cfg(unix)]
pub(crate) fn open_plain(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Should a pipe have taken the file's place, opening it must not wait for somebody who writes into it.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Opens a file for reading.
#[cfg(not(unix))]
pub(crate) fn open_plain(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Whether an error says that no plain file is there: gone, or a link, folder, pipe or socket in its place.
fn is_no_file(error: &io::Error) -> bool {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound, WouldBlock};
    if matches!(error.kind(), IsADirectory | NotADirectory | NotFound | WouldBlock) {
        return true;
    }
    #[cfg(unix)]
    return matches!(
        error.raw_os_error(),
        Some(libc::ELOOP | libc::ENXIO | libc::EMLINK)
    );
    #[cfg(not(unix))]
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;
    use crate::effect::files::{Scratch, write};

    #[test]
    fn text_binary_and_large_files_are_told_apart() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let mut reader = Reader::new(scratch.path());
        let limit = 300_000;
        for length in [0, 1, 8000, 65_535, 65_536, 65_537, 131_072, 131_073, 300_000] {
            let text = b"abcdefg".repeat(length / 7 + 1)[..length].to_vec();
            write(&scratch.path().join("sub/file"), &text).unwrap();
            assert_eq!(
                reader.read(Path::new("sub/file"), limit),
                Content::Text(&text),
                "{length}"
            );
        }
        write(&scratch.path().join("large"), &vec![b'x'; limit + 1]).unwrap();
        assert_eq!(reader.read(Path::new("large"), limit), Content::TooLarge);
        let mut bytes = vec![b'x'; 9000];
        bytes[8000] = 0;
        write(&scratch.path().join("late"), &bytes).unwrap();
        assert_eq!(reader.read(Path::new("late"), limit), Content::Text(&bytes));
        bytes[7999] = 0;
        write(&scratch.path().join("binary"), &bytes).unwrap();
        assert_eq!(reader.read(Path::new("binary"), limit), Content::Binary);
        assert_eq!(reader.read(Path::new("gone"), limit), Content::NoFile);
        assert_eq!(reader.read(Path::new("late/below"), limit), Content::NoFile);
        assert_eq!(reader.path, scratch.path());
    }

    #[cfg(unix)]
    #[test]
    fn links_folders_and_pipes_are_no_files() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let at = |name: &str| scratch.path().join(name);
        write(&at("folder/file"), b"x").unwrap();
        std::os::unix::fs::symlink("folder/file", at("link")).unwrap();
        std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        let mut reader = Reader::new(scratch.path());
        for name in ["folder", "link", "socket"] {
            assert_eq!(reader.read(Path::new(name), 10), Content::NoFile, "{name}");
        }
    }
}
