//! A file or folder that is looked at: opened once, read no further than a test needs.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::fs::File;
use std::path::Path;

use crate::clean::path::TreePath;
use crate::clean::rule::Kind;
use crate::effect::peek::{self, Unreadable};

/// How much of a file is read first.
pub const HEAD_BYTES: u64 = 64 << 10;

/// A larger file is judged by its head alone.
pub const CONTENT_LIMIT_BYTES: u64 = 64 << 20;

/// More entries of a folder are not looked at.
const ENTRIES_LIMIT: usize = 10_000;

/// A file or folder of the tree. What goes wrong while it is read is kept, see [`super::Evidence::test`].
#[derive(Debug)]
pub struct Sample<'a> {
    root: &'a Path,
    path: &'a TreePath,
    found: OnceCell<Option<Found>>,
    file: RefCell<Option<File>>,
    head: OnceCell<Vec<u8>>,
    content: OnceCell<Vec<u8>>,
    trouble: RefCell<Option<Unreadable>>,
}

/// What stood at the path when it was first looked at.
#[derive(Clone, Copy, Debug)]
struct Found {
    kind: Kind,
    size_bytes: u64,
}

impl<'a> Sample<'a> {
    /// What stands at a path below a root; nothing is looked at yet.
    pub fn new(root: &'a Path, path: &'a TreePath) -> Sample<'a> {
        Sample {
            root,
            path,
            found: OnceCell::new(),
            file: RefCell::new(None),
            head: OnceCell::new(),
            content: OnceCell::new(),
            trouble: RefCell::new(None),
        }
    }

    /// Its path.
    pub fn path(&self) -> &TreePath {
        self.path
    }

    /// Whether it is a plain file or a folder; `None` for links, pipes, devices, and what cannot be looked at.
    pub fn kind(&self) -> Option<Kind> {
        self.found().map(|it| it.kind)
    }

    /// The size of a file when it was first looked at; 0 for a folder.
    pub fn size_bytes(&self) -> u64 {
        self.found().map_or(0, |it| it.size_bytes)
    }

    fn found(&self) -> Option<Found> {
        *self.found.get_or_init(|| {
            let found = peek::metadata(&self.path.on_disk(self.root)).and_then(|it| {
                let (kind, size_bytes) = if it.is_file() {
                    (Kind::File, it.len())
                } else if it.is_dir() {
                    (Kind::Folder, 0)
                } else {
                    return Err(Unreadable::NotPlain);
                };
                Ok(Found { kind, size_bytes })
            });
            found.map_err(|error| self.note(Err(error))).ok()
        })
    }

    /// The first [`HEAD_BYTES`] of a file; empty for a folder.
    pub fn head(&self) -> &[u8] {
        self.head.get_or_init(|| {
            let mut bytes = Vec::new();
            if self.kind() == Some(Kind::File) {
                self.note((|| {
                    let mut file = peek::open(&self.path.on_disk(self.root))?;
                    peek::read(&mut file, HEAD_BYTES, &mut bytes)?;
                    *self.file.borrow_mut() = Some(file);
                    Ok(())
                })());
            }
            bytes
        })
    }

    /// The whole content of a file of at most [`CONTENT_LIMIT_BYTES`], the head of a larger one.
    pub fn content(&self) -> &[u8] {
        let head = self.head();
        if self.is_cut() || self.size_bytes() <= head.len() as u64 {
            return head;
        }
        self.content.get_or_init(|| {
            let mut bytes = head.to_vec();
            if let Some(file) = self.file.borrow_mut().as_mut() {
                self.note(peek::read(file, CONTENT_LIMIT_BYTES - HEAD_BYTES, &mut bytes));
            }
            bytes
        })
    }

    /// Whether [`Sample::content`] is only a part of the file.
    pub fn is_cut(&self) -> bool {
        self.size_bytes() > CONTENT_LIMIT_BYTES
    }

    /// The head as UTF-8, where a byte-order mark says that it is something else, and without that mark.
    pub fn head_text(&self) -> Cow<'_, [u8]> {
        decoded(self.head())
    }

    /// The same of the content.
    pub fn text(&self) -> Cow<'_, [u8]> {
        decoded(self.content())
    }

    /// The head of a file below a folder; `None` when there is no such plain file.
    pub fn entry_head(&self, name: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut read = || {
            for (at, _) in name.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
                if !peek::metadata(&self.path.join(&name[..at]).on_disk(self.root))?.is_dir() {
                    return Err(Unreadable::NotPlain);
                }
            }
            let mut file = peek::open(&self.path.join(name).on_disk(self.root))?;
            peek::read(&mut file, HEAD_BYTES, &mut bytes)
        };
        match read() {
            Ok(()) => return Some(bytes),
            Err(Unreadable::Vanished | Unreadable::NotPlain) => {}
            Err(error) => self.note(Err(error)),
        }
        None
    }

    /// The names in a folder, with whether each is a folder itself; of a very large one not all.
    pub fn entries(&self) -> Vec<(Vec<u8>, bool)> {
        self.entries_of(b"")
    }

    /// The same of a folder in it.
    pub fn entries_of(&self, name: &[u8]) -> Vec<(Vec<u8>, bool)> {
        let path = if name.is_empty() {
            self.path.on_disk(self.root)
        } else {
            self.path.join(name).on_disk(self.root)
        };
        peek::names(&path, ENTRIES_LIMIT).unwrap_or_else(|error| {
            self.note(Err(error));
            Vec::new()
        })
    }

    /// Whether a plain file of a name lies in the same folder.
    pub fn has_sibling(&self, name: &[u8]) -> bool {
        let path = self.path.folder().join(name).on_disk(self.root);
        match peek::metadata(&path) {
            Ok(metadata) => metadata.is_file(),
            // What the file system refuses, a name that is too long for instance, is not there either.
            Err(Unreadable::Vanished | Unreadable::Other(_) | Unreadable::NotPlain) => false,
            Err(error @ Unreadable::Denied) => {
                self.note(Err(error));
                false
            }
        }
    }

    /// What went wrong while it was read.
    pub(super) fn trouble(&self) -> Option<Unreadable> {
        self.trouble.borrow().clone()
    }

    fn note(&self, result: Result<(), Unreadable>) {
        if let Err(error) = result {
            self.trouble.borrow_mut().get_or_insert(error);
        }
    }

    /// A file that is on no disk.
    #[cfg(test)]
    pub(super) fn in_memory(path: &'a TreePath, bytes: &[u8]) -> Sample<'a> {
        let found = Found {
            kind: Kind::File,
            size_bytes: bytes.len() as u64,
        };
        Sample {
            found: OnceCell::from(Some(found)),
            head: OnceCell::from(bytes[..bytes.len().min(1 << 16)].to_vec()),
            content: OnceCell::from(bytes.to_vec()),
            ..Sample::new(Path::new("nowhere"), path)
        }
    }
}

/// PowerShell writes UTF-16 where other shells write what they got.
fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => return Cow::Borrowed(rest),
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Cow::Borrowed(bytes),
    };
    let units: Vec<u16> = bytes[2..]
        .chunks_exact(2)
        .map(|it| unit([it[0], it[1]]))
        .collect();
    Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
}
