//! Decides what becomes of each thing that the rules find: everything that is said and done follows from this.

mod find;
mod ignore;
mod place;
mod refer;
mod shape;

use crate::clean::path::TreePath;
use crate::clean::reference::Reference;
use crate::clean::rule::Rule;
use crate::clean::rules::RuleSet;
use crate::clean::step::IndexEntry;
use crate::clean::tree::{Standing, Tree};

pub use shape::{IGNORE_FILE, Shape};

/// What a command line asks for beyond the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Only what these rules find; empty for all.
    pub only: Vec<String>,
    /// Move and delete although scripts or code name the file.
    pub is_forced: bool,
    /// Perform deletions and untracking too.
    pub deletes: bool,
    /// Add the lines of `.gitignore`.
    pub ignores: bool,
}

/// What a run finds and does.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The tree as it is.
    pub tree: &'a Tree,
    /// The rules, in the order in which they are asked.
    pub rules: &'a [Rule],
    /// What was found, in the order of the rules, then of the paths.
    pub items: Vec<Item>,
    /// Documents whose links and paths follow the moves.
    pub rewrites: Vec<Rewrite>,
    /// Files that hold secrets, by path.
    pub leaks: Vec<Leak>,
    /// Lines that `.gitignore` lacks.
    pub ignore_lines: Vec<String>,
    /// Files in which no reference was looked for, and why.
    pub unsearched: Vec<(TreePath, String)>,
    /// How the root looks before and after.
    pub shape: Shape,
}

/// A file or folder that a rule has found.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it is.
    pub path: TreePath,
    /// Whether it is a folder, taken with all that is in it.
    pub is_folder: bool,
    /// The rule, as its place among the rules.
    pub rule: usize,
    /// What git says; of a folder, tracked when anything in it is.
    pub standing: Standing,
    /// How many files.
    pub files: u64,
    /// Their bytes.
    pub size_bytes: u64,
    /// What the index of git says of it.
    pub entries: Vec<IndexEntry>,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// What becomes of a thing.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It moves.
    Move {
        /// Its new place.
        to: TreePath,
        /// An empty file has that place, and moves aside first.
        aside: Option<Aside>,
    },
    /// It goes, since the same content is where it would move to.
    Duplicate {
        /// What stays.
        of: TreePath,
    },
    /// Git forgets it; on request.
    Untrack,
    /// It goes into the store; on request.
    Delete,
    /// A line of `.gitignore` is all it needs.
    Ignore,
    /// It is named only.
    Report,
    /// It stays, for a reason that a person must judge.
    Held(Hold),
}

/// An empty file that makes room.
#[derive(Clone, Debug, PartialEq)]
pub struct Aside {
    /// Its new place.
    pub to: TreePath,
    /// What the index says of it.
    pub entries: Vec<IndexEntry>,
}

/// Why a thing stays.
#[derive(Clone, Debug, PartialEq)]
pub enum Hold {
    /// Its name fits, its content does not.
    Unrecognised,
    /// Files that cannot be rewritten name it.
    Named(Vec<Reference>),
    /// Git would ignore its new place: for everyone else the move would be a deletion.
    IgnoredThere(TreePath),
    /// A sparse checkout leaves its new place out.
    LeftOutThere(TreePath),
    /// Something that is no folder is in the way of its new place, or its path would be too long.
    Blocked(String),
    /// It waits for a merge to be settled.
    Unmerged,
    /// It is added with intent only (`git add --intent-to-add`).
    Intended,
    /// A sparse checkout or `--skip-worktree` says that it is not here.
    LeftOut,
    /// It holds secrets of these kinds.
    Secret(Vec<&'static str>),
    /// It is a symbolic link.
    Link,
    /// It holds a repository or a submodule.
    Repository,
    /// It is committed below the root, perhaps on purpose.
    Committed,
    /// It is a folder and holds something that the settings leave alone.
    Excluded(TreePath),
    /// It cannot be read.
    Unreadable(String),
}

/// A document that gets another text.
#[derive(Clone, Debug, PartialEq)]
pub struct Rewrite {
    /// Where it is when the moves are done.
    pub path: TreePath,
    /// SHA-256 of its text now, lower hex.
    pub before: String,
    /// Its new text.
    pub text: Vec<u8>,
    /// Its Unix mode.
    pub mode: u32,
    /// How many lines differ.
    pub lines: usize,
}

/// A file with secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// Where it is.
    pub path: TreePath,
    /// The kinds of secrets.
    pub kinds: Vec<&'static str>,
}

impl Verdict {
    /// Whether a run changes something, with these wishes.
    pub fn is_done(&self, wish: &Wish) -> bool {
        match self {
            Verdict::Move { .. } | Verdict::Duplicate { .. } => true,
            Verdict::Untrack | Verdict::Delete => wish.deletes,
            Verdict::Ignore | Verdict::Report | Verdict::Held(_) => false,
        }
    }

    /// Whether `--check` fails for it: litter that a run would take away, or that a person must decide about.
    pub fn is_finding(&self) -> bool {
        !matches!(
            self,
            Verdict::Held(Hold::Unrecognised | Hold::Link | Hold::Committed)
        )
    }
}

impl<'a> Plan<'a> {
    /// Finds and decides. `advance` hears how many more files were searched for references.
    pub fn make(
        tree: &'a Tree,
        rules: &'a RuleSet,
        wish: &Wish,
        advance: &(dyn Fn(usize) + Sync),
    ) -> anyhow::Result<Plan<'a>> {
        let chosen = rules.chosen(&wish.only)?;
        let mut items = find::items(tree, rules, wish.is_forced)?;
        items.retain(|it| chosen.contains(&it.rule));
        let leaks = find::leaks(tree, rules, &mut items);
        place::settle(tree, &rules.rules, &mut items)?;
        let referred = refer::settle(tree, rules, wish, &mut items, advance)?;
        items.sort_by(|a, b| (a.rule, &a.path).cmp(&(b.rule, &b.path)));
        let ignore_lines = ignore::lines(tree, &rules.rules, &items)?;
        let shape = Shape::of(tree, &items, wish, !ignore_lines.is_empty());
        Ok(Plan {
            tree,
            rules: &rules.rules,
            items,
            rewrites: referred.rewrites,
            leaks,
            ignore_lines,
            unsearched: referred.unsearched,
            shape,
        })
    }

    /// Whether `--check` has something to say.
    pub fn has_findings(&self) -> bool {
        !self.leaks.is_empty() || self.items.iter().any(|it| it.verdict.is_finding())
    }
}
