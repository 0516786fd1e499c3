//! Finds each thing that moves a place where nothing is, and where it stays as visible as it was.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use crate::clean::index;
use crate::clean::path::{TreePath, bytes_of};
use crate::clean::plan::{Aside, Hold, Item, Verdict};
use crate::clean::rule::{Action, Rule};
use crate::clean::step::IndexEntry;
use crate::clean::tree::{Standing, Tree};
use crate::effect::files;
use crate::effect::relocate::{Thing, is_same, look};
use crate::git::Git;

/// Names are no longer than this, in bytes, on the file systems in use.
const LONGEST_NAME: usize = 255;

/// A file of at most this size is read to learn whether there is anything in it.
const STUB_BYTES: u64 = 4096;

/// Extensions of programs' sources, but for those that reports bring along.
const SOURCES: &[&str] = &[
    "c", "cc", "cpp", "cs", "ex", "exs", "go", "h", "hs", "java", "kt", "lua", "php", "pl", "py", "rb", "rs",
    "scala", "sh", "swift", "ts", "tsx", "zig",
];

/// Turns the wish to move into a place, or into the reason why there is none.
pub(super) fn settle(tree: &Tree, rules: &[Rule], items: &mut [Item]) -> anyhow::Result<()> {
    if !items.iter().any(|it| matches!(it.verdict, Verdict::Move { .. })) {
        return Ok(());
    }
    let mut places = Places::new(tree, rules, items);
    for item in items.iter_mut() {
        if let (Verdict::Move { .. }, Action::Move { to }) = (&item.verdict, &rules[item.rule].action) {
            // A path that is too long there, a folder that cannot be read: the others go on.
            item.verdict = places
                .verdict(item, to)
                .unwrap_or_else(|error| Verdict::Held(Hold::Blocked(format!("{error:#}"))));
        }
    }
    if let Some(git) = &tree.git {
        hold_unseen(git, rules, items)?;
    }
    Ok(())
}

/// What has a name in the folders that things move to: on disk, in the index, or in this plan.
struct Places<'a> {
    tree: &'a Tree,
    /// What is tracked below those folders.
    tracked: BTreeMap<TreePath, IndexEntry>,
    /// What has a name in a folder, by the lowercase form of its path.
    folders: HashMap<TreePath, HashMap<String, Vec<TreePath>>>,
    /// What rules have found: it may be elsewhere when the plan is done.
    found: BTreeSet<TreePath>,
}

impl Places<'_> {
    fn new<'a>(tree: &'a Tree, rules: &[Rule], items: &[Item]) -> Places<'a> {
        let aims: BTreeSet<String> = items
            .iter()
            .filter_map(|it| match &rules[it.rule].action {
                Action::Move { to } => Some(to.shown() + "/"),
                _ => None,
            })
            .collect();
        let is_aim = |path: &[u8]| {
            aims.iter().any(|it| {
                path.get(..it.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(it.as_bytes()))
            })
        };
        let mut tracked = BTreeMap::new();
        for entry in tree.entries().take_while(|it| it.standing == Standing::Tracked) {
            if let Some(line) = entry.index.filter(|_| is_aim(entry.path)) {
                tracked.insert(TreePath::new(entry.path), index::recorded(&entry, line));
            }
        }
        Places {
            tree,
            tracked,
            folders: HashMap::new(),
            found: items.iter().map(|it| it.path.clone()).collect(),
        }
    }

    fn verdict(&mut self, item: &Item, to: &TreePath) -> anyhow::Result<Verdict> {
        let folder = match self.folder(&to.join(item.path.bytes()).folder())? {
            Ok(folder) => folder,
            Err(why) => return Ok(Verdict::Held(Hold::Blocked(why))),
        };
        if let Some(source) = self.source_in(to) {
            let why =
                format!("`{source}` is tracked there, so that folder holds sources; set `to` of the rule");
            return Ok(Verdict::Held(Hold::Blocked(why)));
        }
        let wanted = folder.join(item.path.name());
        let mut aside = None;
        let mut place = wanted.clone();
        if let Some(there) = self.occupant(&wanted) {
            let (source, rival) = (
                item.path.on_disk(&self.tree.root),
                wanted.on_disk(&self.tree.root),
            );
            let is_on_disk = there == wanted && look(&rival)?.is_some();
            // What cannot be read is taken for different.
            let is_same = || is_same(&source, &rival).unwrap_or(false);
            if is_on_disk && self.is_same_to_git(item, &wanted) && is_same() {
                return Ok(Verdict::Duplicate { of: wanted });
            }
            let free = self.free(&wanted);
            let makes_room =
                is_on_disk && !self.found.contains(&wanted) && is_empty(&rival) && !is_empty(&source);
            if makes_room {
                self.take(&free);
                aside = Some(Aside {
                    to: free,
                    entries: self.tracked.get(&wanted).cloned().into_iter().collect(),
                });
            } else {
                place = free;
            }
        }
        let places = [Some(&place), aside.as_ref().map(|it| &it.to)];
        for it in places.into_iter().flatten() {
            if let Err(error) = look(&it.on_disk(&self.tree.root)) {
                return Ok(Verdict::Held(Hold::Blocked(format!("{error:#}"))));
            }
        }
        self.take(&place);
        Ok(Verdict::Move { to: place, aside })
    }

    /// A tracked file of a program right in a folder that things move to: a package may be named `coverage`.
    fn source_in(&self, folder: &TreePath) -> Option<&TreePath> {
        let is_source = |path: &&TreePath| {
            let name = String::from_utf8_lossy(path.name()).to_lowercase();
            let extension = name.rsplit_once('.').map(|it| it.1.to_owned());
            lowercase(&path.folder()) == lowercase(folder)
                && extension.is_some_and(|it| SOURCES.contains(&it.as_str()))
        };
        self.tracked.keys().find(is_source)
    }

    /// Whether dropping a thing for the same on disk loses nothing that only the index knows.
    fn is_same_to_git(&self, item: &Item, other: &TreePath) -> bool {
        item.entries.iter().all(|entry| {
            let twin = entry.path.with_folder(&item.path, other);
            let twin = twin.and_then(|it| self.tracked.get(&it));
            twin.is_some_and(|it| it.id == entry.id && it.mode == entry.mode)
        })
    }

    /// The folder as it is spelled on disk, or why it cannot be one.
    fn folder(&mut self, wanted: &TreePath) -> anyhow::Result<Result<TreePath, String>> {
        let mut folder = TreePath::default();
        for name in wanted.components() {
            let next = folder.join(name);
            folder = self.occupant(&next).unwrap_or(next);
            let found = match look(&folder.on_disk(&self.tree.root)) {
                Ok(found) => found,
                // A path that is too long, for instance.
                Err(error) => return Ok(Err(format!("{error:#}"))),
            };
            let why = match found {
                None if self.tracked.contains_key(&folder) => "is a file in the index of git",
                Some(Thing::Folder) if look(&folder.join(b".git").on_disk(&self.tree.root))?.is_some() => {
                    "is a repository of its own"
                }
                None | Some(Thing::Folder) => continue,
                Some(Thing::Link) => "is a link, which is not followed",
                Some(Thing::File | Thing::Special) => "is no folder",
            };
            return Ok(Err(format!("`{folder}` {why}")));
        }
        Ok(Ok(folder))
    }

    /// What has this name, or one that differs in case only and so is the same on many systems.
    fn occupant(&mut self, path: &TreePath) -> Option<TreePath> {
        let alike = self.names(&path.folder()).get(&lowercase(path))?;
        alike.iter().find(|it| *it == path).or(alike.first()).cloned()
    }

    /// Notes that a name will be taken, and those of the folders above it.
    fn take(&mut self, path: &TreePath) {
        let mut path = path.clone();
        while !path.is_root() {
            let alike = self.names(&path.folder()).entry(lowercase(&path)).or_default();
            if !alike.contains(&path) {
                alike.push(path.clone());
            }
            path = path.folder();
        }
    }

    fn names(&mut self, folder: &TreePath) -> &mut HashMap<String, Vec<TreePath>> {
        if !self.folders.contains_key(folder) {
            let mut names: HashMap<String, Vec<TreePath>> = HashMap::new();
            let listed = files::list(&folder.on_disk(&self.tree.root)).unwrap_or_default();
            let listed = listed
                .iter()
                .filter_map(|it| Some(folder.join(&bytes_of(Path::new(it.file_name()?)))));
            // Of a tracked file that is not on disk, the name is taken all the same.
            let indexed = self.tracked.keys().filter(|it| it.is_below(folder)).map(|it| {
                let depth = folder.components().count();
                folder.join(it.components().nth(depth).unwrap_or_default())
            });
            for path in listed.chain(indexed) {
                let alike = names.entry(lowercase(&path)).or_default();
                if !alike.contains(&path) {
                    alike.push(path);
                }
            }
            self.folders.insert(folder.clone(), names);
        }
        self.folders.get_mut(folder).expect("listed above")
    }

    /// The first free name of `name-2.ext`, `name-3.ext` …
    fn free(&mut self, path: &TreePath) -> TreePath {
        let folder = path.folder();
        (2..u32::MAX)
            .map(|number| folder.join(&numbered(path.name(), number)))
            .find(|it| self.occupant(it).is_none())
            .expect("some number is free")
    }
}

/// `name-2.ext` for `name.ext`, cut so that it is no longer than a name can be.
fn numbered(name: &[u8], number: u32) -> Vec<u8> {
    let number = format!("-{number}");
    let dot = memchr::memrchr(b'.', name)
        .filter(|it| *it > 0 && name.len() - it <= LONGEST_NAME / 2)
        .unwrap_or(name.len());
    let (stem, extension) = name.split_at(dot);
    let mut room = stem.len().min(LONGEST_NAME - number.len() - extension.len());
    // Not in the middle of a letter.
    while stem.get(room).is_some_and(|it| it & 0b1100_0000 == 0b1000_0000) {
        room -= 1;
    }
    [&stem[..room], number.as_bytes(), extension].concat()
}

/// Whether it is a file that holds nothing but white space.
fn is_empty(path: &Path) -> bool {
    let size = path
        .symlink_metadata()
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map(|it| it.len());
    size.is_some_and(|it| it <= STUB_BYTES)
        && files::read(path).is_ok_and(|it| it.iter().all(u8::is_ascii_whitespace))
}

/// Holds tracked and written things whose new place git ignores, or a sparse checkout leaves out.
fn hold_unseen(git: &Git, rules: &[Rule], items: &mut [Item]) -> anyhow::Result<()> {
    let places = |item: &Item| -> Vec<TreePath> {
        let Verdict::Move { to, aside } = &item.verdict else {
            return Vec::new();
        };
        let own = item
            .entries
            .iter()
            .filter_map(|it| it.path.with_folder(&item.path, to));
        // What people write is seen by git before, and so it must be after.
        let is_written = item.standing == Standing::Untracked && !rules[item.rule].takes_ignored;
        let own = own.chain(is_written.then(|| to.clone()));
        let other = aside
            .iter()
            .filter(|it| !it.entries.is_empty())
            .map(|it| it.to.clone());
        own.chain(other).collect()
    };
    let all: Vec<TreePath> = items.iter().flat_map(places).collect();
    let all: Vec<&[u8]> = all.iter().map(TreePath::bytes).collect();
    let ignored = git.ignored(&all)?;
    let here = git.checked_out(&all)?;
    for item in items {
        let places = places(item);
        if let Some(place) = places.iter().find(|it| ignored.contains(it.bytes())) {
            item.verdict = Verdict::Held(Hold::IgnoredThere(place.clone()));
        } else if let Some(place) = places.iter().find(|it| !here.contains(it.bytes())) {
            item.verdict = Verdict::Held(Hold::LeftOutThere(place.clone()));
        }
    }
    Ok(())
}

fn lowercase(path: &TreePath) -> String {
    // Two names that are not UTF-8 and differ only there are taken as one: a number more, nothing lost.
    String::from_utf8_lossy(path.bytes()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_before_the_extension_and_names_stay_short_enough() {
        let check = |name: &str, expected: &str| {
            assert_eq!(String::from_utf8(numbered(name.as_bytes(), 2)).unwrap(), expected);
        };
        check("coverage.out", "coverage-2.out");
        check("a.tar.gz", "a.tar-2.gz");
        check(".coverage", ".coverage-2");
        check("core", "core-2");
        let long = "é".repeat(126) + "abc";
        let cut = numbered(long.as_bytes(), 12);
        assert!(cut.len() <= LONGEST_NAME && String::from_utf8(cut).unwrap().ends_with("é-12"));
        assert_eq!(
            numbered(format!("a.{}", "b".repeat(253)).as_bytes(), 2).len(),
            LONGEST_NAME
        );
    }
}
