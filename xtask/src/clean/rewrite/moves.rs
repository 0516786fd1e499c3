//! What moves where.

use crate::clean::path::TreePath;
use crate::clean::reference::{Sought, Target};

/// Moves that happen together: files, and folders with all that is in them.
///
/// No file may move to where another one moves away from: then a path in a text could mean either.
#[derive(Debug)]
pub struct Moves {
    pub(super) sought: Sought,
    /// For each target its new path.
    to: Vec<TreePath>,
}

impl Moves {
    /// The moves of files and folders, each with its new path.
    pub fn new(moves: Vec<(Target, TreePath)>) -> Moves {
        let (targets, to): (Vec<_>, Vec<_>) = moves.into_iter().unzip();
        Moves {
            sought: Sought::new(targets),
            to,
        }
    }

    /// Where a file or folder is after the moves; `None` when it stays.
    pub fn of(&self, path: &TreePath) -> Option<TreePath> {
        self.of_written(path, false).map(|it| it.1)
    }

    /// The same for a path that may be written as a folder's, with a `/` at its end; and what it is that moves.
    pub(super) fn of_written(&self, path: &TreePath, is_folder: bool) -> Option<(&TreePath, TreePath)> {
        let number = *self.sought.owners.of(path, is_folder).first()?;
        let target = &self.sought.targets[number].path;
        let rest = rest_below(path, target)?;
        Some((target, joined(&self.to[number], rest)))
    }

    /// Whether something exists after the moves, when `exists` tells what did before.
    pub(super) fn exists_after(&self, path: &TreePath, exists: &dyn Fn(&TreePath) -> bool) -> bool {
        let arrives = self.sought.targets.iter().zip(&self.to).any(|(target, to)| {
            to.is_below(path) || rest_below(path, to).is_some_and(|rest| exists(&joined(&target.path, rest)))
        });
        arrives || exists(path) && self.of(path).is_none()
    }
}

/// What follows a folder in a path that is it or lies in it.
fn rest_below<'a>(path: &'a TreePath, folder: &TreePath) -> Option<&'a [u8]> {
    if path == folder {
        return Some(b"");
    }
    path.is_below(folder)
        .then(|| &path.bytes()[folder.bytes().len() + 1..])
}

fn joined(folder: &TreePath, rest: &[u8]) -> TreePath {
    if rest.is_empty() {
        folder.clone()
    } else {
        folder.join(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moves(rows: &[(&str, bool, &str)]) -> Moves {
        let row = |(from, is_folder, to): &(&str, bool, &str)| {
            let target = Target {
                path: TreePath::from(*from),
                is_folder: *is_folder,
            };
            (target, TreePath::from(*to))
        };
        Moves::new(rows.iter().map(row).collect())
    }

    #[test]
    fn folders_take_their_content_along() {
        let moves = moves(&[("a", true, "x/a"), ("a/b", false, "b"), ("f", false, "x/f")]);
        let of = |path: &str| moves.of(&TreePath::from(path)).map(|it| it.shown());
        assert_eq!(of("a").as_deref(), Some("x/a"));
        assert_eq!(of("a/c/d").as_deref(), Some("x/a/c/d"));
        assert_eq!(of("a/b").as_deref(), Some("b"));
        assert_eq!(of("f").as_deref(), Some("x/f"));
        assert_eq!(of("f/below"), None);
        assert_eq!(of("ab"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn existence_moves_along() {
        let moves = moves(&[("a", true, "x/y/a"), ("f", false, "x/f")]);
        let before = ["a", "a/b", "f", "g"];
        let exists = |it: &TreePath| before.iter().any(|known| known.as_bytes() == it.bytes());
        let after = |path: &str| moves.exists_after(&TreePath::from(path), &exists);
        for path in ["x", "x/y", "x/y/a", "x/y/a/b", "x/f", "g"] {
            assert!(after(path), "{path}");
        }
        for path in ["a", "a/b", "f", "x/y/a/c", "h"] {
            assert!(!after(path), "{path}");
        }
    }
}
