//! What lies in the tree that is cleaned, and what git says of each of it.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::clean::path::{TreePath, bytes_of};
use crate::effect::files;
use crate::effect::process::Outcome;
use crate::git::{self, Git};

/// The folder of a tree without git that holds the journals; with git they lie in its own folder.
pub const STORE: &str = ".xtask-clean";

/// What git says of a file or folder. In a tree without git everything is untracked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is in the index.
    Tracked,
    /// It is not in the index, and not ignored.
    Untracked,
    /// It is ignored.
    Ignored,
}

/// One entry, borrowed from the listing that names it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its path from the root, without a `/` at the end.
    pub path: &'a [u8],
    /// What git says.
    pub standing: Standing,
    /// Whether it stands for a whole folder that was not looked into, since git ignores it.
    pub is_folder: bool,
    /// What the index says, of tracked files.
    pub index: Option<Indexed<'a>>,
}

/// A line of the index: `TAG MODE ID STAGE`, as `git ls-files -t -v --stage` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexed<'a>(&'a [u8]);

impl<'a> Indexed<'a> {
    /// `100644`, `100755`, `120000` for a link, `160000` for a submodule.
    pub fn mode(self) -> &'a str {
        self.field(1)
    }

    /// The object's name, lower hex.
    pub fn id(self) -> &'a str {
        self.field(2)
    }

    /// Whether it waits for a merge to be settled.
    pub fn is_unmerged(self) -> bool {
        self.field(3) != "0"
    }

    /// Whether the file is kept out of the working tree by a sparse checkout.
    pub fn is_left_out(self) -> bool {
        self.0.first().is_some_and(|it| it.eq_ignore_ascii_case(&b'S'))
    }

    /// Whether git was told not to look for changes (`git update-index --assume-unchanged`).
    pub fn is_assumed(self) -> bool {
        self.0.first().is_some_and(u8::is_ascii_lowercase)
    }

    fn field(self, at: usize) -> &'a str {
        let field = self.0.split(|it| *it == b' ').nth(at).unwrap_or_default();
        std::str::from_utf8(field).unwrap_or_default()
    }
}

/// A tree, listed once: what is tracked, what is untracked, what is ignored. Nested repositories and submodules are
/// not entered, links are not followed, pipes and devices are not listed.
#[derive(Debug)]
pub struct Tree {
    /// The root on disk.
    pub root: PathBuf,
    /// The repository, unless the tree is taken as plain files.
    pub git: Option<Git>,
    /// What could not be read, in words.
    pub warnings: Vec<String>,
    tracked: Vec<u8>,
    untracked: Vec<u8>,
    ignored: Vec<u8>,
}

impl Tree {
    /// The root of the tree that holds `dir`, and its repository: the top of the working tree, or the folder itself
    /// without git.
    pub fn root(dir: &Path, is_git: bool) -> anyhow::Result<(PathBuf, Option<Git>)> {
        let git = if is_git { Git::of_tree(dir)? } else { None };
        let Some(git) = git else {
            if is_git && dir.ancestors().any(git::is_bare) {
                return Err(git::no_working_tree(dir).into());
            }
            return Ok((dir.to_owned(), None));
        };
        Ok((git.dir().to_owned(), Some(git)))
    }

    /// Lists the tree at a root that [`Tree::root`] gave.
    pub fn read(root: &Path, git: Option<Git>) -> anyhow::Result<Tree> {
        let Some(git) = git else {
            return Ok(Tree::plain(root));
        };
        let list = |words: &'static [&'static str]| {
            let git = &git;
            move || git.list_files(words)
        };
        let (tracked, untracked, ignored) = std::thread::scope(|scope| {
            // Three questions at once: each walks the tree by itself.
            let untracked = scope.spawn(list(&["--others", "--exclude-standard"]));
            let ignored = scope.spawn(list(&[
                "--others",
                "--ignored",
                "--exclude-standard",
                "--directory",
            ]));
            let tracked = list(&["--cached", "--stage", "-t", "-v"])();
            let joined = |it: std::thread::ScopedJoinHandle<'_, anyhow::Result<Outcome>>| {
                it.join().expect("listing does not panic")
            };
            (tracked, joined(untracked), joined(ignored))
        });
        let (tracked, untracked, ignored) = (tracked?, untracked?, ignored?);
        let warnings = String::from_utf8_lossy(&untracked.stderr)
            .lines()
            .map(|it| it.trim_start_matches("warning: ").to_owned())
            .collect();
        Ok(Tree {
            root: git.dir().to_owned(),
            git: Some(git),
            warnings,
            tracked: tracked.stdout,
            untracked: untracked.stdout,
            ignored: ignored.stdout,
        })
    }

    fn plain(root: &Path) -> Tree {
        let mut warnings = Vec::new();
        let mut untracked = Vec::new();
        let is_foreign = |it: &walkdir::DirEntry| {
            let name = it.file_name();
            let is_history = [".git", ".hg", ".svn", ".jj", STORE]
                .iter()
                .any(|own| name == *own);
            let is_repository = |it: &Path| it.join(".git").exists() || git::is_bare(it);
            it.depth() > 0 && (is_history || (it.file_type().is_dir() && is_repository(it.path())))
        };
        let walk = WalkDir::new(root).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|it| !is_foreign(it)) {
            match entry {
                Ok(it) if it.file_type().is_file() || it.file_type().is_symlink() => {
                    let path = it.path().strip_prefix(root).unwrap_or(it.path());
                    untracked.extend(bytes_of(path));
                    untracked.push(0);
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().and_then(|it| it.strip_prefix(root).ok());
                    let path = TreePath::new(path.map(bytes_of).unwrap_or_default());
                    let why = error
                        .io_error()
                        .map_or_else(|| "it cannot be read".to_owned(), files::reason);
                    warnings.push(format!("could not look into `{path}`: {why}"));
                }
            }
        }
        Tree {
            root: root.to_owned(),
            git: None,
            warnings,
            tracked: Vec::new(),
            untracked,
            ignored: Vec::new(),
        }
    }

    /// Every entry, tracked ones first, each kind in the order of the bytes of the paths.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let tracked = tracked(&self.tracked);
        let other = |path, standing| Entry {
            path,
            standing,
            is_folder: false,
            index: None,
        };
        // A repository inside this one is listed as a folder.
        let untracked = lines(&self.untracked)
            .filter(|it| !it.ends_with(b"/"))
            .map(move |it| other(it, Standing::Untracked));
        let mut rest = lines(&self.ignored).peekable();
        let ignored = std::iter::from_fn(move || {
            loop {
                let path = rest.next()?;
                let Some(folder) = path.strip_suffix(b"/") else {
                    return Some(other(path, Standing::Ignored));
                };
                // A folder whose content follows is not ignored itself: all that is in it is.
                if !rest.peek().is_some_and(|it| it.starts_with(path)) {
                    return Some(Entry {
                        is_folder: true,
                        ..other(folder, Standing::Ignored)
                    });
                }
            }
        });
        tracked.chain(untracked).chain(ignored)
    }
}

/// The entries that `git ls-files -z -t -v --stage` has listed.
pub fn tracked(listing: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    lines(listing).filter_map(|line| {
        let at = memchr::memchr(b'\t', line)?;
        Some(Entry {
            path: &line[at + 1..],
            standing: Standing::Tracked,
            is_folder: false,
            index: Some(Indexed(&line[..at])),
        })
    })
}

fn lines(listing: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = listing;
    std::iter::from_fn(move || {
        let end = memchr::memchr(0, rest)?;
        let line = &rest[..end];
        rest = &rest[end + 1..];
        Some(line)
    })
}
