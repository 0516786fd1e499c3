//! Finds who names the files that are about to move, in all files of the tree, on all cores.

mod coding;
mod front;
mod kind;
mod letter;
mod link;
mod meaning;
mod mention;
mod needle;
mod reading;
mod sought;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

pub use kind::{FileKind, kind_of};

pub(crate) use coding::{Coding, escaped, must_be_encoded, percent_encoded};
pub(crate) use front::Front;
pub(crate) use kind::{Format, of as format_of};
pub(crate) use meaning::{Meaning, meanings};
pub(crate) use mention::{Mention, links, mentions};
pub(crate) use reading::Reading;
pub(crate) use sought::Sought;

use crate::clean::path::{TreePath, os_path};
use crate::digest::cores;
use crate::effect::files::{Content, Reader};

/// Files of more bytes are not searched.
pub const MOST_BYTES: usize = 32 << 20;

/// How many paths a thread remembers.
const MOST_KNOWN: usize = 20_000;

/// How many files a thread takes at a time.
const PORTION: usize = 256;

/// A file or folder that is about to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where it is.
    pub path: TreePath,
    /// Whether it is a folder, which moves with all that is in it.
    pub is_folder: bool,
}

/// A line of a file that leads to a target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The number of the target, from 0.
    pub target: usize,
    /// The file that holds the reference.
    pub file: TreePath,
    /// Its line, from 1.
    pub line: usize,
    /// What the file is.
    pub kind: FileKind,
}

/// What a search has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The references, sorted by target, file and line, each once.
    pub references: Vec<Reference>,
    /// The files that could not be searched, sorted, with the reason.
    pub unsearched: Vec<(TreePath, String)>,
}

/// Searches files of a tree for references to targets.
///
/// A reference is a path in a text that leads to the target, or into it when it is a folder; what that means is said
/// in `docs/api/clean-repo.md`. A symbolic link is a reference to what it leads to. Binary files are not searched; pipes
/// and what has vanished are left out; what cannot be read is named. `progress` is told how many more files are done, from any thread.
pub fn search(root: &Path, files: &[&[u8]], targets: &[Target], progress: &(dyn Fn(usize) + Sync)) -> Found {
    let search = Search {
        root,
        sought: Sought::new(targets.to_vec()),
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut reader = Reader::new(root);
        let known = Known::default();
        let mut found = Found::default();
        loop {
            let start = next.fetch_add(PORTION, Ordering::Relaxed);
            let Some(rest) = files.get(start..).filter(|it| !it.is_empty()) else {
                return found;
            };
            let portion = &rest[..rest.len().min(PORTION)];
            for path in portion {
                search.file(path, &mut reader, &known, &mut found);
            }
            progress(portion.len());
        }
    };
    if targets.is_empty() {
        return Found::default();
    }
    let threads = cores().get().min(files.len().div_ceil(PORTION)).max(1);
    let mut found = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut found = work();
        for other in others {
            let part = other.join().unwrap_or_else(|it| std::panic::resume_unwind(it));
            found.references.extend(part.references);
            found.unsearched.extend(part.unsearched);
        }
        found
    });
    found.references.sort_unstable();
    found.references.dedup();
    found.unsearched.sort_unstable();
    found
}

/// What the disk has already been asked for.
#[derive(Default)]
struct Known(RefCell<HashMap<TreePath, bool>>);

impl Known {
    fn exists(&self, path: &TreePath, root: &Path) -> bool {
        let mut known = self.0.borrow_mut();
        if let Some(exists) = known.get(path) {
            return *exists;
        }
        // Files that name a hundred thousand others are no reason to keep all of them in memory.
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        let exists = path.on_disk(root).symlink_metadata().is_ok();
        known.insert(path.clone(), exists);
        exists
    }
}

struct Search<'a> {
    root: &'a Path,
    sought: Sought,
}

impl Search<'_> {
    /// Searches one file. For nearly all files this is one read and one pass over the bytes.
    fn file(&self, path: &[u8], reader: &mut Reader, known: &Known, found: &mut Found) {
        let text = match reader.read(&os_path(path), MOST_BYTES) {
            Content::Text(text) => text,
            Content::Binary => return,
            Content::NoFile => {
                let file = TreePath::new(path);
                if let Ok(aim) = file.on_disk(self.root).read_link() {
                    found
                        .references
                        .extend(self.sought.in_link(&file, &aim, self.root));
                }
                return;
            }
            Content::TooLarge => {
                let why = format!("it is larger than {} MiB", MOST_BYTES >> 20);
                found.unsearched.push((TreePath::new(path), why));
                return;
            }
            Content::Unreadable(why) => {
                found.unsearched.push((TreePath::new(path), why));
                return;
            }
        };
        if !self.sought.needles.is_in(text) {
            return;
        }
        if let Some(format) = format_of(path) {
            let exists = |it: &TreePath| known.exists(it, self.root);
            let file = TreePath::new(path);
            found
                .references
                .extend(self.sought.in_text(&file, format, text, &exists));
        }
    }
}

#[cfg(test)]
mod tests;
