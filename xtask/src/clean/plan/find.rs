//! Finds what the rules are about: names first, then content, then what git says.

use std::collections::{BTreeSet, HashMap};

use walkdir::WalkDir;

use crate::clean::evidence::{Answer, Sample};
use crate::clean::path::{TreePath, folder_of};
use crate::clean::plan::{Hold, Item, Leak, Verdict};
use crate::clean::rule::{Action, Kind, Place, Rule};
use crate::clean::rules::RuleSet;
use crate::clean::tree::{Entry, Standing, Tree};
use crate::clean::{index, keep, secret};
use crate::effect::files;
use crate::effect::relocate::{Thing, look};

/// The empty blob of SHA-1 and of SHA-256 repositories: what `git add --intent-to-add` puts into the index.
const EMPTY_BLOBS: &[&str] = &[
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
];

/// A larger file is not searched for secrets.
const SECRET_LIMIT_BYTES: u64 = 16 << 20;

/// Everything that a rule has found, those that git does not let go held already.
pub(super) fn items(tree: &Tree, rules: &RuleSet, is_forced: bool) -> anyhow::Result<Vec<Item>> {
    let homes = rules.rules.iter().filter_map(|it| match &it.action {
        Action::Move { to } => Some(to.join(b"").bytes().to_vec()),
        _ => None,
    });
    let mut finder = Finder {
        tree,
        rules,
        claims: HashMap::new(),
        homes: homes.collect(),
        items: Vec::new(),
    };
    let (mut folder, mut claim) = (None, None);
    for entry in tree.entries() {
        if folder != Some(folder_of(entry.path)) {
            folder = Some(folder_of(entry.path));
            claim = finder.claim(folder_of(entry.path), entry.standing);
        }
        match claim {
            Some(at) if rules.matcher.is_excluded(entry.path) => {
                let held = Hold::Excluded(TreePath::new(entry.path));
                finder.items[at].verdict = Verdict::Held(held);
            }
            Some(at) => finder.items[at].add(&entry),
            None if entry.is_folder => {
                finder.folder(entry.path, entry.standing);
            }
            None => finder.file(&entry),
        }
    }
    let mut items = finder.items;
    // A folder may be named `build` or `out` and be one of the sources.
    items.retain(|it| !it.is_plain_folder());
    for item in &mut items {
        let is_committed = item.standing == Standing::Tracked && item.path.bytes().contains(&b'/');
        let is_spared = rules.rules[item.rule].place == Place::Loose && is_committed && !is_forced;
        if is_spared && !matches!(item.verdict, Verdict::Held(_)) {
            item.verdict = Verdict::Held(Hold::Committed);
        }
    }
    hold_intended(tree, &mut items)?;
    Ok(items)
}

struct Finder<'a> {
    tree: &'a Tree,
    rules: &'a RuleSet,
    /// The folders whose names fit a rule, with the item that they became.
    claims: HashMap<Vec<u8>, Option<usize>>,
    /// The folders that rules move things to, with a `/`.
    homes: BTreeSet<Vec<u8>>,
    items: Vec<Item>,
}

impl Item {
    /// Whether it is a folder like any other, and only its name is that of litter.
    fn is_plain_folder(&self) -> bool {
        self.is_folder && self.verdict == Verdict::Held(Hold::Unrecognised)
    }

    /// Takes note of an entry inside the folder.
    fn add(&mut self, entry: &Entry<'_>) {
        let Some(line) = entry.index else { return };
        if self.standing != Standing::Tracked {
            self.standing = Standing::Tracked;
            if self.verdict == Verdict::Ignore {
                self.verdict = Verdict::Untrack;
            }
        }
        if line.is_unmerged() {
            self.verdict = Verdict::Held(Hold::Unmerged);
        } else if line.mode() == "160000" {
            self.verdict = Verdict::Held(Hold::Repository);
        }
        self.entries.push(index::recorded(entry, line));
    }
}

impl Finder<'_> {
    /// The item of the outermost folder that a rule takes whole, when `folder` is it or lies in it.
    fn claim(&mut self, folder: &[u8], standing: Standing) -> Option<usize> {
        let ends = memchr::memchr_iter(b'/', folder).chain([folder.len()]);
        for end in ends.filter(|it| *it > 0) {
            if let Some(at) = self.folder(&folder[..end], standing) {
                return Some(at);
            }
        }
        None
    }

    fn folder(&mut self, path: &[u8], standing: Standing) -> Option<usize> {
        if let Some(known) = self.claims.get(path) {
            return *known;
        }
        let fitting: Vec<usize> = self.rules.matcher.folders(path);
        if fitting.is_empty() {
            return None;
        }
        let path = TreePath::new(path);
        // A folder that things move to, or that holds one, does not go itself.
        let as_start = path.join(b"");
        let is_home = self.homes.iter().any(|it| {
            let start = it.get(..as_start.bytes().len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(as_start.bytes()))
        });
        if is_home {
            return None;
        }
        let at = self.judge(&path, Kind::Folder, standing, &fitting);
        if let Some(at) = at {
            let item = &mut self.items[at];
            for entry in WalkDir::new(path.on_disk(&self.tree.root)) {
                let Ok(entry) = entry else {
                    item.verdict =
                        Verdict::Held(Hold::Unreadable("a folder in it cannot be read".to_owned()));
                    continue;
                };
                if entry.file_name() == ".git" {
                    item.verdict = Verdict::Held(Hold::Repository);
                }
                if entry.file_type().is_file() {
                    item.files += 1;
                    item.size_bytes += entry.metadata().map_or(0, |it| it.len());
                }
            }
        }
        // What lies in a folder that only has such a name is looked at by itself.
        let claim = at.filter(|it| !self.items[*it].is_plain_folder());
        self.claims.insert(path.bytes().to_vec(), claim);
        claim
    }

    fn file(&mut self, entry: &Entry<'_>) {
        let fitting: Vec<usize> = self.rules.matcher.files(entry.path);
        if fitting.is_empty() {
            return;
        }
        let path = TreePath::new(entry.path);
        // A path that waits for a merge has an entry for each side.
        if self.items.last().is_some_and(|it| it.path == path) {
            return;
        }
        let Some(at) = self.judge(&path, Kind::File, entry.standing, &fitting) else {
            return;
        };
        let item = &mut self.items[at];
        item.files = 1;
        item.size_bytes = path
            .on_disk(&self.tree.root)
            .symlink_metadata()
            .map_or(0, |it| it.len());
        if let Some(line) = entry.index {
            if line.is_unmerged() {
                item.verdict = Verdict::Held(Hold::Unmerged);
            } else if line.is_left_out() {
                item.verdict = Verdict::Held(Hold::LeftOut);
            }
            item.entries.push(index::recorded(entry, line));
        }
    }

    /// Whether it lies where some rule moves things to. Only what programs make again by themselves is litter there:
    /// two rules could else send a file to and fro.
    fn is_at_home(&self, path: &TreePath, rule: &Rule) -> bool {
        let is_moved = matches!(rule.action, Action::Move { .. });
        (is_moved || !rule.is_remade)
            && self.homes.iter().any(|it| {
                let start = path.bytes().get(..it.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(it))
            })
    }

    /// Makes an item of what the first fitting rule is really about; of what only has such a name, when that is
    /// worth a word.
    fn judge(&mut self, path: &TreePath, kind: Kind, standing: Standing, fitting: &[usize]) -> Option<usize> {
        let is_ignored = standing == Standing::Ignored;
        let fitting: Vec<usize> = fitting
            .iter()
            .copied()
            .filter(|it| !is_ignored || self.rules.rules[*it].takes_ignored)
            .filter(|it| !self.is_at_home(path, &self.rules.rules[*it]))
            .collect();
        if fitting.is_empty() || self.rules.matcher.is_excluded(path.bytes()) || keep::is_kept(path.name()) {
            return None;
        }
        let thing = match look(&path.on_disk(&self.tree.root)) {
            Ok(thing) => thing,
            Err(error) => {
                let verdict = Verdict::Held(Hold::Unreadable(format!("{error:#}")));
                return Some(self.push(path, kind, standing, fitting[0], verdict));
            }
        };
        let named = fitting
            .iter()
            .copied()
            .find(|it| self.rules.is_telling(*it, path.bytes()));
        match (thing, kind) {
            (Some(Thing::File), Kind::File) | (Some(Thing::Folder), Kind::Folder) => {}
            (Some(Thing::Link), _) => {
                let link = Verdict::Held(Hold::Link);
                return named.map(|it| self.push(path, kind, standing, it, link));
            }
            _ => return None,
        }
        let sample = Sample::new(&self.tree.root, path);
        let mut unreadable = None;
        for &at in &fitting {
            let rule = &self.rules.rules[at];
            let answers = rule.content.iter().map(|it| it.test(&sample));
            let answer = answers.fold(
                if rule.content.is_empty() {
                    Answer::Yes
                } else {
                    Answer::No
                },
                Answer::or,
            );
            match answer {
                Answer::Yes => {
                    let verdict = first_verdict(rule, standing, self.tree.git.is_some());
                    return verdict.map(|it| self.push(path, kind, standing, at, it));
                }
                Answer::No => {}
                Answer::Gone => return None,
                Answer::Unreadable(why) => unreadable = Some(why),
            }
        }
        let at = named?;
        let hold = unreadable.map_or(Hold::Unrecognised, Hold::Unreadable);
        Some(self.push(path, kind, standing, at, Verdict::Held(hold)))
    }

    fn push(
        &mut self,
        path: &TreePath,
        kind: Kind,
        standing: Standing,
        rule: usize,
        verdict: Verdict,
    ) -> usize {
        self.items.push(Item {
            path: path.clone(),
            is_folder: kind == Kind::Folder,
            rule,
            standing,
            files: 0,
            size_bytes: 0,
            entries: Vec::new(),
            verdict,
        });
        self.items.len() - 1
    }
}

/// What a rule wants of what it recognises; none when that has no meaning here.
fn first_verdict(rule: &Rule, standing: Standing, is_git: bool) -> Option<Verdict> {
    Some(match &rule.action {
        Action::Move { to } => Verdict::Move {
            to: to.clone(),
            aside: None,
        },
        Action::Untrack if !is_git => return None,
        Action::Untrack if standing == Standing::Tracked => Verdict::Untrack,
        Action::Untrack => Verdict::Ignore,
        Action::Delete => Verdict::Delete,
        Action::Report => Verdict::Report,
    })
}

/// An entry that holds a promise instead of content cannot be moved by its content's name.
fn hold_intended(tree: &Tree, items: &mut [Item]) -> anyhow::Result<()> {
    let is_suspect = |it: &Item| it.entries.iter().any(|it| EMPTY_BLOBS.contains(&it.id.as_str()));
    let Some(git) = tree.git.as_ref().filter(|_| items.iter().any(is_suspect)) else {
        return Ok(());
    };
    let intended = git.intended()?;
    for item in items.iter_mut().filter(|it| is_suspect(it)) {
        if item.entries.iter().any(|it| intended.contains(it.path.bytes())) {
            item.verdict = Verdict::Held(Hold::Intended);
        }
    }
    Ok(())
}

/// Looks for secrets in what would move or go, in the files of the root, and in files whose name promises one.
pub(super) fn leaks(tree: &Tree, rules: &RuleSet, items: &mut [Item]) -> Vec<Leak> {
    let mut leaks = Vec::new();
    for item in items
        .iter_mut()
        .filter(|it| !it.is_folder && !rules.rules[it.rule].is_remade)
    {
        if matches!(item.verdict, Verdict::Held(_)) {
            continue;
        }
        let kinds = kinds(tree, &item.path);
        if !kinds.is_empty() {
            item.verdict = Verdict::Held(Hold::Secret(kinds.clone()));
            leaks.push(Leak {
                path: item.path.clone(),
                kinds,
            });
        }
    }
    let known: BTreeSet<&TreePath> = items.iter().map(|it| &it.path).collect();
    let suspects = tree
        .entries()
        .take_while(|it| it.standing != Standing::Ignored)
        .filter(|it| {
            let is_suspect =
                !it.path.contains(&b'/') || secret::is_secret_name(it.path) && !is_of_tests(it.path);
            is_suspect && !rules.matcher.is_excluded(it.path)
        });
    for path in suspects
        .map(|it| TreePath::new(it.path))
        .filter(|it| !known.contains(it))
    {
        let kinds = kinds(tree, &path);
        if !kinds.is_empty() {
            leaks.push(Leak { path, kinds });
        }
    }
    leaks.sort_by(|a, b| a.path.cmp(&b.path));
    leaks.dedup();
    leaks
}

/// Whether a file lies in a folder of tests or examples, whose keys are made up.
fn is_of_tests(path: &[u8]) -> bool {
    const FOLDERS: &[&[u8]] = &[
        b"test",
        b"tests",
        b"testing",
        b"testdata",
        b"test-data",
        b"test_data",
        b"fixtures",
        b"__fixtures__",
        b"golden",
        b"spec",
        b"examples",
        b"example",
        b"samples",
        b"testcerts",
    ];
    path.split(|it| *it == b'/')
        .rev()
        .skip(1)
        .any(|it| FOLDERS.contains(&it))
}

fn kinds(tree: &Tree, path: &TreePath) -> Vec<&'static str> {
    let file = path.on_disk(&tree.root);
    let size = file
        .symlink_metadata()
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map(|it| it.len());
    if size.is_none_or(|it| it > SECRET_LIMIT_BYTES) {
        return Vec::new();
    }
    // What cannot be read is reported where it matters: as a thing that would have moved.
    files::read(&file).map_or_else(|_| Vec::new(), |bytes| secret::kinds(path, &bytes))
}
