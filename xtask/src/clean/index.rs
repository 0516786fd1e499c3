//! Brings the index of git in line with moved and removed files, keeping what is staged, and takes that back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::clean::act::Act;
use crate::clean::path::TreePath;
use crate::clean::step::{IndexChange, IndexEntry};
use crate::clean::tree::{Entry, Indexed, tracked};
use crate::effect::relocate::look;
use crate::git::Git;
use crate::problem::{Problem, Problems};

/// The entries of the index by path. An unmerged path stands for all its stages, and is never changed.
type Entries = BTreeMap<TreePath, IndexEntry>;

/// A change of the index that is being put together.
#[derive(Default)]
struct Edit {
    lines: Vec<u8>,
    assumed: Vec<TreePath>,
}

impl Edit {
    fn remove(&mut self, entry: &IndexEntry) {
        self.line("0", &"0".repeat(entry.id.len()), &entry.path);
    }

    fn add(&mut self, entry: &IndexEntry, path: &TreePath) {
        self.line(&entry.mode, &entry.id, path);
        if entry.is_assumed {
            self.assumed.push(path.clone());
        }
    }

    fn line(&mut self, mode: &str, id: &str, path: &TreePath) {
        self.lines.extend_from_slice(mode.as_bytes());
        self.lines.push(b' ');
        self.lines.extend_from_slice(id.as_bytes());
        self.lines.push(b'\t');
        self.lines.extend_from_slice(path.bytes());
        self.lines.push(0);
    }

    fn commit(self, act: &mut dyn Act, git: &Git) -> anyhow::Result<()> {
        if self.lines.is_empty() && self.assumed.is_empty() {
            return Ok(());
        }
        let assumed: Vec<&[u8]> = self.assumed.iter().map(TreePath::bytes).collect();
        act.update_index(git, self.lines, &assumed)
    }
}

/// Moves and drops entries, of files whose own step was really done. Entries that must stay are an error of type
/// [`Problems`], with the others changed; any other error means that nothing was.
pub fn apply(act: &mut dyn Act, git: &Git, root: &Path, changes: &[IndexChange]) -> anyhow::Result<()> {
    let now = read(git)?;
    let (mut edit, mut problems) = (Edit::default(), Vec::new());
    // A name is free again when an earlier change has moved its entry away.
    let mut left = BTreeSet::new();
    for change in changes {
        if !is_done(root, change)? {
            continue;
        }
        for recorded in &change.entries {
            let Some(entry) = now.get(&recorded.path) else {
                continue;
            };
            match &change.to {
                None => edit.remove(entry),
                Some(to) => {
                    let place = recorded
                        .path
                        .with_folder(&change.path, to)
                        .expect("it lies below");
                    shift(&now, entry, &place, recorded, &mut left, &mut edit, &mut problems);
                }
            }
        }
    }
    edit.commit(act, git)?;
    told(problems)
}

/// Puts entries back: the moved ones as they are now, with what was staged since, the dropped ones as they were.
pub fn revert(act: &mut dyn Act, git: &Git, changes: &[IndexChange]) -> anyhow::Result<()> {
    let now = read(git)?;
    let (mut edit, mut problems) = (Edit::default(), Vec::new());
    let mut left = BTreeSet::new();
    for change in changes.iter().rev() {
        match &change.to {
            Some(to) => {
                for entry in below(&now, to) {
                    let place = entry.path.with_folder(to, &change.path).expect("it lies below");
                    let recorded = change.entries.iter().find(|it| it.path == place).unwrap_or(entry);
                    shift(&now, entry, &place, recorded, &mut left, &mut edit, &mut problems);
                }
            }
            None => {
                for entry in &change.entries {
                    if !now.contains_key(&entry.path) {
                        edit.add(entry, &entry.path);
                    }
                }
            }
        }
    }
    edit.commit(act, git)?;
    told(problems)
}

/// Gives an entry another path, unless that path has an entry: one as `recorded` is the work of an earlier try.
fn shift(
    now: &Entries,
    entry: &IndexEntry,
    place: &TreePath,
    recorded: &IndexEntry,
    left: &mut BTreeSet<TreePath>,
    edit: &mut Edit,
    problems: &mut Vec<TreePath>,
) {
    match now.get(place).filter(|_| !left.contains(place)) {
        Some(found) if found.id == recorded.id && found.mode == recorded.mode => {
            // The mark is set by a second call to git, which a cut may have kept from being made.
            if recorded.is_assumed && !found.is_assumed {
                edit.assumed.push(place.clone());
            }
        }
        Some(_) => problems.push(place.clone()),
        None => {
            edit.remove(entry);
            edit.add(entry, place);
            left.insert(entry.path.clone());
        }
    }
}

/// Whether the step of the file or folder itself was done: what could not be moved keeps its entry.
fn is_done(root: &Path, change: &IndexChange) -> anyhow::Result<bool> {
    let is_there = look(&change.path.on_disk(root))?.is_some();
    Ok(match &change.to {
        Some(to) => look(&to.on_disk(root))?.is_some() && (!is_there || change.is_replaced),
        None => change.stays || !is_there,
    })
}

/// The entries now, unmerged ones left out.
fn read(git: &Git) -> anyhow::Result<Entries> {
    let listed = git.list_files(&["--cached", "--stage", "-t", "-v"])?;
    let entries = tracked(&listed.stdout).filter_map(|it| Some(recorded(&it, it.index?)));
    Ok(entries.map(|it| (it.path.clone(), it)).collect())
}

/// The entry as a journal keeps it.
pub fn recorded(entry: &Entry<'_>, index: Indexed<'_>) -> IndexEntry {
    IndexEntry {
        path: TreePath::new(entry.path),
        mode: index.mode().to_owned(),
        id: index.id().to_owned(),
        is_assumed: index.is_assumed(),
    }
}

fn below<'a>(now: &'a Entries, path: &'a TreePath) -> impl Iterator<Item = &'a IndexEntry> {
    let folder = path.join(b"");
    let inside = now.range(folder..).take_while(|(it, _)| it.is_below(path));
    now.get(path).into_iter().chain(inside.map(|(_, entry)| entry))
}

fn told(problems: Vec<TreePath>) -> anyhow::Result<()> {
    let problem = |it: TreePath| {
        Problem::new(format!(
            "`{it}` has an entry in the index of git already, which stays"
        ))
        .help("look at `git status`")
    };
    Problems(problems.into_iter().map(problem).collect()).into_result()
}
