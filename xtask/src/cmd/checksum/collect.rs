//! Finds the files that PATHs mean, and the names under which a sums file lists them.

use std::collections::BTreeSet;
use std::fs::{FileType, Metadata};
use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use walkdir::WalkDir;

use super::{STANDARD_INPUT, parent};
use crate::digest::{ALGORITHMS, sums};
use crate::effect::environment;
use crate::problem::{self, Problem, Problems};

/// A file to hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its name in the sums file.
    pub(super) name: Vec<u8>,
}

impl AsRef<Path> for Item {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

/// What was found, and what could not be.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The files, each name once.
    pub(super) items: Vec<Item>,
    /// Links to folders, which are not followed.
    pub(super) skipped_links: Vec<PathBuf>,
    /// Everything that is no file.
    pub(super) problems: Problems,
}

/// How names are made.
#[derive(Clone, Debug)]
pub(super) enum Naming {
    /// As the user gave the path.
    AsGiven,
    /// Relative to this folder, which is absolute and free of links as far as it exists.
    Relative(PathBuf),
}

impl Naming {
    /// Relative to a folder that need not exist yet.
    pub(super) fn relative_to(dir: &Path) -> anyhow::Result<Naming> {
        Ok(Naming::Relative(real(dir)?))
    }

    fn name(&self, path: &Path) -> anyhow::Result<Vec<u8>> {
        let named = match self {
            Naming::AsGiven => path.to_owned(),
            Naming::Relative(base) => relative(base, &real_file(path)?),
        };
        // Alone, this name would mean standard input to every tool.
        let named = if named.as_os_str() == STANDARD_INPUT {
            Path::new(".").join(named)
        } else {
            named
        };
        sums::name_of(&named)
            .ok_or_else(|| Problem::new(format!("the name of `{}` is not Unicode", path.display())).into())
    }
}

/// The files that `paths` mean; `except` is the sums file that is about to be written.
pub(super) fn collect(paths: &[PathBuf], naming: &Naming, except: Option<&Path>) -> Found {
    let except = except.and_then(|it| real_file(it).ok());
    let mut found = Found::default();
    let mut names = BTreeSet::new();
    let mut seen = |found: &mut Found, path: PathBuf, name: anyhow::Result<Vec<u8>>| match name {
        Ok(name) => {
            if names.insert(name.clone()) {
                found.items.push(Item { path, name });
            }
        }
        Err(error) => found.problems.0.extend(problem::lines(&error)),
    };
    for root in paths {
        if root.as_os_str() == STANDARD_INPUT {
            seen(&mut found, root.clone(), Ok(STANDARD_INPUT.into()));
            continue;
        }
        for entry in walk(root) {
            match entry {
                Entry {
                    path,
                    kind: Kind::File,
                } => {
                    if except.is_none() || except != real_file(&path).ok() {
                        let name = naming.name(&path);
                        seen(&mut found, path, name);
                    }
                }
                Entry {
                    path,
                    kind: Kind::LinkToFolder,
                } => found.skipped_links.push(path),
                Entry {
                    kind: Kind::Unreadable(what),
                    ..
                } => found.problems.push(Problem::new(what)),
                Entry {
                    path,
                    kind: Kind::Other(what),
                } => {
                    let what = format!("`{}` is {what}, which has no sum", path.display());
                    found.problems.push(Problem::new(what));
                }
            }
        }
    }
    found
}

/// Something that is no folder.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it is: below the root as that was given.
    pub(super) path: PathBuf,
    /// What it is.
    pub(super) kind: Kind,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file, or a link to one.
    File,
    /// A link to a folder.
    LinkToFolder,
    /// Something else, with its article: `a named pipe`.
    Other(&'static str),
    /// It cannot be told, for the reason in this sentence.
    Unreadable(String),
}

/// A file itself, or all below a folder, sorted folder by folder; the sums files right in the folder are left out.
pub(super) fn walk(root: &Path) -> impl Iterator<Item = Entry> {
    let entries = WalkDir::new(root).sort_by_file_name().into_iter();
    entries.filter_map(|entry| {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return Some(unreadable(root, &error)),
        };
        if entry.depth() == 1 && is_sums_file(&entry.file_name().to_string_lossy()) {
            return None;
        }
        let is_link = entry.path_is_symlink();
        let kind = match entry.path().metadata() {
            Ok(metadata) => match kind(&metadata) {
                None if is_link && entry.depth() > 0 => Kind::LinkToFolder,
                None => return None,
                Some(kind) => kind,
            },
            Err(_) if is_link => Kind::Unreadable(format!(
                "`{}` is a link that leads nowhere",
                entry.path().display()
            )),
            Err(error) => Kind::Unreadable(cannot_read(entry.path(), &error)),
        };
        Some(Entry {
            path: entry.into_path(),
            kind,
        })
    })
}

/// What something is when it is no folder.
pub(super) fn kind(metadata: &Metadata) -> Option<Kind> {
    match metadata.file_type() {
        it if it.is_dir() => None,
        it if it.is_file() => Some(Kind::File),
        it => Some(Kind::Other(special(it))),
    }
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        it if it.is_fifo() => "a named pipe",
        it if it.is_socket() => "a socket",
        it if it.is_block_device() || it.is_char_device() => "a device",
        _ => "a special file",
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a special file"
}

/// Whether a name is that of a sums file of a folder, or of its signature.
fn is_sums_file(name: &str) -> bool {
    let rest = ALGORITHMS.iter().find_map(|it| name.strip_prefix(it.sums_file));
    rest.is_some_and(|it| it.is_empty() || it.starts_with('.'))
}

/// What an I/O error says, in the house form.
pub(super) fn cannot_read(path: &Path, error: &std::io::Error) -> String {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    format!("cannot read `{}`: {reason}", path.display())
}

fn unreadable(root: &Path, error: &walkdir::Error) -> Entry {
    let path = error.path().unwrap_or(root);
    let what = error
        .io_error()
        .map_or_else(|| error.to_string(), |it| cannot_read(path, it));
    Entry {
        path: path.to_owned(),
        kind: Kind::Unreadable(what),
    }
}

/// A folder without links and `..`, as far as it exists; the rest is added as it stands.
pub(super) fn real(dir: &Path) -> anyhow::Result<PathBuf> {
    let whole = environment::current_dir()?.join(dir);
    for existing in whole.ancestors() {
        if let Ok(real) = existing.canonicalize() {
            let rest = whole.strip_prefix(existing).context("an ancestor is a prefix")?;
            return Ok(lexical(&real.join(rest)));
        }
    }
    Ok(whole)
}

/// A file whose folder is without links and `..`; the file itself may be a link.
fn real_file(path: &Path) -> anyhow::Result<PathBuf> {
    let dir = real(parent(path))?;
    Ok(path.file_name().map_or_else(|| dir.clone(), |it| dir.join(it)))
}

/// A path with `.` and `..` resolved by their letters alone.
pub(super) fn lexical(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut done, it| {
        match it {
            Component::CurDir => {}
            Component::ParentDir => {
                done.pop();
            }
            other => done.push(other),
        }
        done
    })
}

/// The way from a folder to a file, both absolute. Without a common root (another drive) the file's own path.
pub(super) fn relative(base: &Path, file: &Path) -> PathBuf {
    let common = base
        .components()
        .zip(file.components())
        .take_while(|(a, b)| a == b)
        .count();
    if common == 0 {
        return file.to_owned();
    }
    let up = base.components().skip(common).map(|_| Component::ParentDir);
    up.chain(file.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_from_a_folder_to_a_file() {
        let check = |base: &str, file: &str, expected: &str| {
            assert_eq!(relative(Path::new(base), Path::new(file)), Path::new(expected));
        };
        check("/a/b", "/a/b/c", "c");
        check("/a/b", "/a/b/c/d", "c/d");
        check("/a/b", "/a/c", "../c");
        check("/a/b/c", "/d", "../../../d");
        check("/", "/d", "d");
    }

    #[test]
    fn sums_files_and_their_signatures_are_known_by_name() {
        let check = |name, expected| assert_eq!(is_sums_file(name), expected, "{name}");
        check("SHA256SUMS", true);
        check("SHA256SUMS.asc", true);
        check("B2SUMS.sigstore.json", true);
        check("SHA256SUMS-old", false);
        check("tool.zip.sha256", false);
    }
}
