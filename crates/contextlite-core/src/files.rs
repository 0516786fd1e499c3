//! Which files of a folder are indexed, and what is in them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::location::DATABASE_FOLDER;

/// Why a file that no ignore rule excludes is not in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// It holds a NUL byte.
    Binary,
    /// It is larger than the limit of the run.
    TooLarge,
    /// The system did not let us read it, or a folder.
    Unreadable,
    /// It is text in another encoding.
    NotUtf8,
    /// Its name is not UTF-8, so no answer could name it.
    NameNotUtf8,
}

impl Skip {
    /// All reasons, in the order in which reports list them.
    pub const ALL: [Self; 5] = [
        Self::Binary,
        Self::TooLarge,
        Self::Unreadable,
        Self::NotUtf8,
        Self::NameNotUtf8,
    ];

    /// The reason in words, to be put after a number or a path.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::TooLarge => "too large",
            Self::Unreadable => "unreadable",
            Self::NotUtf8 => "not UTF-8",
            Self::NameNotUtf8 => "name not UTF-8",
        }
    }
}

/// A file that was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file, below the indexed folder.
    pub path: PathBuf,
    /// Why.
    pub skip: Skip,
}

/// A file or folder met on the walk.
pub(crate) enum Met {
    /// A file to be read; `name` is its path below the folder, with `/` between the parts.
    File {
        name: String,
        path: PathBuf,
    },
    Skipped(Skipped),
}

/// Walks `folder`, which is canonical, in the order of the names. Symbolic links are not followed: what they lead
/// to is met by itself or lies outside. `database` and SQLite's files beside it are left out.
pub(crate) fn walk(folder: &Path, database: &Path) -> impl Iterator<Item = Met> {
    let own: Vec<PathBuf> = ["", "-journal", "-wal", "-shm"]
        .iter()
        .map(|suffix| {
            let mut name = database.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        })
        .collect();
    let in_repository = folder.ancestors().any(|it| it.join(".git").exists());
    let folder = folder.to_owned();
    WalkBuilder::new(&folder)
        // The files count, not whether somebody ran `git init`.
        .require_git(false)
        // Outside a repository, a stray `.gitignore` far above (that of a home folder kept in git says `*`) has no
        // say; inside one, the walker stops at the repository's root by itself.
        .parents(in_repository)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(|it| it.depth() == 0 || it.file_name() != DATABASE_FOLDER)
        .build()
        .filter_map(move |entry| match entry {
            Ok(entry) if entry.file_type().is_some_and(|it| it.is_file()) => {
                (!own.iter().any(|it| it == entry.path())).then(|| met(&folder, &entry))
            }
            Ok(_) => None,
            Err(error) => Some(Met::Skipped(Skipped {
                path: below(&folder, path_of(&error).unwrap_or(&folder)).to_owned(),
                skip: Skip::Unreadable,
            })),
        })
}

fn met(folder: &Path, entry: &DirEntry) -> Met {
    let path = below(folder, entry.path());
    let parts: Option<Vec<&str>> = path.iter().map(|it| it.to_str()).collect();
    match parts {
        Some(parts) => Met::File {
            name: parts.join("/"),
            path: entry.path().to_owned(),
        },
        None => Met::Skipped(Skipped {
            path: path.to_owned(),
            skip: Skip::NameNotUtf8,
        }),
    }
}

fn below<'a>(folder: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(folder).unwrap_or(path)
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// The text of the file, without a byte order mark, or why it is skipped.
pub(crate) fn read(path: &Path, max_bytes: u64) -> Result<String, Skip> {
    let bytes = read_at_most(path, max_bytes)
        .map_err(|_| Skip::Unreadable)?
        .ok_or(Skip::TooLarge)?;
    if bytes.contains(&0) {
        return Err(Skip::Binary);
    }
    let mut text = String::from_utf8(bytes).map_err(|_| Skip::NotUtf8)?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// `None` if there is more. The length is asked for first, and not believed: a file may grow meanwhile.
fn read_at_most(path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > max_bytes {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    let read = file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((u64::try_from(read).is_ok_and(|it| it <= max_bytes)).then_some(bytes))
}
