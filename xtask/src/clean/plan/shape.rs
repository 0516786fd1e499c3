//! What a plan leaves behind: folders that become empty, and how the root looks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::clean::path::{TreePath, bytes_of};
use crate::clean::plan::{Item, Verdict, Wish};
use crate::clean::tree::{STORE, Tree};
use crate::effect::files;
use crate::effect::relocate::{Thing, look, mode};

/// The file that proposed lines go to.
pub const IGNORE_FILE: &str = ".gitignore";

/// How the root looks before and after, and which folders go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The names in the root, folders with a `/`, sorted.
    pub before: BTreeSet<String>,
    /// The names when the plan is done.
    pub after: BTreeSet<String>,
    /// Folders that the plan leaves empty, deepest first, with their Unix modes.
    pub emptied: Vec<(TreePath, u32)>,
}

impl Shape {
    /// Sees what the plan leaves, without doing it.
    pub(super) fn of(tree: &Tree, items: &[Item], wish: &Wish, lacks_lines: bool) -> Shape {
        let mut gone = BTreeSet::new();
        let mut taken = BTreeSet::new();
        for item in items.iter().filter(|it| it.verdict.is_done(wish)) {
            match &item.verdict {
                Verdict::Move { to, aside } => {
                    gone.insert(item.path.clone());
                    taken.insert(to.clone());
                    taken.extend(aside.iter().map(|it| it.to.clone()));
                }
                Verdict::Duplicate { .. } | Verdict::Delete => {
                    gone.insert(item.path.clone());
                }
                _ => {}
            }
        }
        let emptied = emptied(tree, &mut gone, &taken);
        let names = |path: &TreePath| names(tree, path);
        let shown = |path: &TreePath, is_folder: bool| path.shown() + if is_folder { "/" } else { "" };
        let root = names(&TreePath::default());
        let is_own = |it: &TreePath| [&b".git"[..], STORE.as_bytes()].contains(&it.bytes());
        let root = root.iter().filter(|it| !is_own(it));
        let is_folder =
            |it: &TreePath| look(&it.on_disk(&tree.root)).is_ok_and(|it| it == Some(Thing::Folder));
        let root: BTreeMap<&TreePath, bool> = root.map(|it| (it, is_folder(it))).collect();
        let before = root
            .iter()
            .map(|(path, is_folder)| shown(path, *is_folder))
            .collect();
        let stays = root.iter().filter(|(path, _)| !gone.contains(**path));
        let mut after: BTreeSet<String> = stays.map(|(path, is_folder)| shown(path, *is_folder)).collect();
        for path in &taken {
            let first = TreePath::new(path.components().next().unwrap_or_default());
            let is_folder = first != *path;
            after.insert(shown(&first, is_folder));
        }
        if wish.ignores && lacks_lines {
            after.insert(IGNORE_FILE.to_owned());
        }
        Shape {
            before,
            after,
            emptied,
        }
    }
}

fn names(tree: &Tree, folder: &TreePath) -> Vec<TreePath> {
    let listed = files::list(&folder.on_disk(&tree.root)).unwrap_or_default();
    let names = listed.iter().filter_map(|it| it.file_name());
    names.map(|it| folder.join(&bytes_of(Path::new(it)))).collect()
}

/// The folders of which nothing is left, deepest first; they join what is gone.
fn emptied(tree: &Tree, gone: &mut BTreeSet<TreePath>, taken: &BTreeSet<TreePath>) -> Vec<(TreePath, u32)> {
    let mut emptied = Vec::new();
    let mut asked: BTreeSet<TreePath> = gone.iter().map(TreePath::folder).collect();
    while let Some(folder) = asked.iter().max_by_key(|it| it.components().count()).cloned() {
        asked.remove(&folder);
        let is_left = |it: &TreePath| !gone.contains(it);
        let is_kept = folder.is_root()
            || taken.iter().any(|it| it.is_below(&folder))
            || names(tree, &folder).iter().any(is_left);
        if !is_kept {
            emptied.push((folder.clone(), mode(&folder.on_disk(&tree.root))));
            asked.insert(folder.folder());
            gone.insert(folder);
        }
    }
    emptied
}
