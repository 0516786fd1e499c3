//! Asks the tree who names the things that are about to move: documents follow, everything else holds them.

use std::collections::{BTreeMap, BTreeSet};

use crate::clean::path::TreePath;
use crate::clean::plan::{Hold, Item, Rewrite, Verdict, Wish};
use crate::clean::reference::{self, FileKind, Reference, Target, kind_of};
use crate::clean::rewrite::{Moves, rewrite};
use crate::clean::rules::RuleSet;
use crate::clean::tree::{Standing, Tree};
use crate::config;
use crate::digest::{self, Algorithm};
use crate::effect::files;
use crate::effect::relocate::{Thing, look, mode};

/// What the search leaves behind, besides the held items.
#[derive(Default)]
pub(super) struct Referred {
    /// Documents that follow.
    pub(super) rewrites: Vec<Rewrite>,
    /// Files that were not searched, and why.
    pub(super) unsearched: Vec<(TreePath, String)>,
}

/// Holds what scripts or code name, and rewrites the documents that name the rest.
pub(super) fn settle(
    tree: &Tree,
    rules: &RuleSet,
    wish: &Wish,
    items: &mut [Item],
    advance: &(dyn Fn(usize) + Sync),
) -> anyhow::Result<Referred> {
    let asked: Vec<usize> = (0..items.len())
        .filter(|it| is_asked(rules, &items[*it]))
        .collect();
    if asked.is_empty() {
        return Ok(Referred::default());
    }
    let targets: Vec<Target> = asked.iter().map(|it| target(&items[*it])).collect();
    // What programs make again, a log for instance, holds nothing back whatever becomes of it.
    let litter: BTreeSet<&[u8]> = items
        .iter()
        .filter(|it| is_mere_litter(it) && rules.rules[it.rule].is_remade)
        .map(|it| it.path.bytes())
        .collect();
    let searched: Vec<&[u8]> = tree
        .entries()
        .take_while(|it| it.standing != Standing::Ignored)
        .filter(|it| it.index.is_none_or(|it| it.mode() != "160000"))
        .map(|it| it.path)
        // The settings name files for this very command.
        .filter(|it| *it != config::FILE.as_bytes() && (litter.is_empty() || !litter.contains(it)))
        .collect();
    let found = reference::search(&tree.root, &searched, &targets, advance);
    let mut naming: BTreeMap<usize, Vec<Reference>> = BTreeMap::new();
    for it in found.references {
        naming.entry(asked[it.target]).or_default().push(it);
    }
    if !wish.is_forced {
        hold(rules, wish, items, &naming);
    }
    let rewrites = rewrites(tree, rules, wish, items, &naming)?;
    Ok(Referred {
        rewrites,
        unsearched: found.unsearched,
    })
}

/// Holds what is named by something that stays. What names it and goes itself does not count, until it is held too.
fn hold(rules: &RuleSet, wish: &Wish, items: &mut [Item], naming: &BTreeMap<usize, Vec<Reference>>) {
    loop {
        let mut silent = going(items, wish);
        let litter = items.iter().filter(|it| !it.is_folder && is_mere_litter(it));
        silent.extend(litter.map(|it| it.path.clone()));
        let mut is_settled = true;
        for (at, references) in naming {
            let item = &mut items[*at];
            let holding = references
                .iter()
                .filter(|it| holds(rules, item, it) && !is_in(&it.file, &silent));
            let holding: Vec<Reference> = holding.cloned().collect();
            if !holding.is_empty() && !matches!(item.verdict, Verdict::Held(_)) {
                item.verdict = Verdict::Held(Hold::Named(holding));
                is_settled = false;
            }
        }
        if is_settled {
            return;
        }
    }
}

/// Whether it holds nothing back, since nobody has said yet that it stays; a document may.
fn is_mere_litter(item: &Item) -> bool {
    !matches!(item.verdict, Verdict::Held(_)) && kind_of(&item.path) != Some(FileKind::Document)
}

/// What is no longer in the tree when the plan is done.
fn going(items: &[Item], wish: &Wish) -> BTreeSet<TreePath> {
    let goes = |it: &&Item| {
        matches!(it.verdict, Verdict::Delete | Verdict::Duplicate { .. }) && it.verdict.is_done(wish)
    };
    items.iter().filter(goes).map(|it| it.path.clone()).collect()
}

/// Whether a file is one of these, or lies in one that is a folder.
fn is_in(file: &TreePath, paths: &BTreeSet<TreePath>) -> bool {
    let mut path = file.clone();
    while !path.is_root() {
        if paths.contains(&path) {
            return true;
        }
        path = path.folder();
    }
    false
}

fn target(item: &Item) -> Target {
    Target {
        path: item.path.clone(),
        is_folder: item.is_folder,
    }
}

/// Whether it matters who names it: it would leave its place, and no program makes it again there.
fn is_asked(rules: &RuleSet, item: &Item) -> bool {
    let leaves = matches!(
        item.verdict,
        Verdict::Move { .. } | Verdict::Duplicate { .. } | Verdict::Delete | Verdict::Untrack
    );
    leaves && !rules.rules[item.rule].is_remade
}

/// Whether a reference cannot follow: it stands in no document, or what it names is not moved but goes.
fn holds(rules: &RuleSet, item: &Item, reference: &Reference) -> bool {
    let goes = !matches!(item.verdict, Verdict::Move { .. } | Verdict::Duplicate { .. });
    goes || reference.kind == FileKind::Code || rules.matcher.is_excluded(reference.file.bytes())
}

/// New texts for the documents that name something that moves, and for documents that move themselves.
fn rewrites(
    tree: &Tree,
    rules: &RuleSet,
    wish: &Wish,
    items: &[Item],
    naming: &BTreeMap<usize, Vec<Reference>>,
) -> anyhow::Result<Vec<Rewrite>> {
    let mut moves = Vec::new();
    let mut documents = BTreeSet::new();
    for (at, item) in items.iter().enumerate() {
        let to = match &item.verdict {
            Verdict::Move { to, .. } => to,
            Verdict::Duplicate { of } => of,
            _ => continue,
        };
        moves.push((target(item), to.clone()));
        let named = naming.get(&at).into_iter().flatten();
        documents.extend(
            named
                .filter(|it| it.kind == FileKind::Document && !rules.matcher.is_excluded(it.file.bytes()))
                .map(|it| it.file.clone()),
        );
        let moves_as_document = !item.is_folder
            && matches!(item.verdict, Verdict::Move { .. })
            && kind_of(&item.path) == Some(FileKind::Document);
        if moves_as_document {
            documents.insert(item.path.clone());
        }
    }
    let moves = Moves::new(moves);
    let going = going(items, wish);
    let exists = |path: &TreePath| look(&path.on_disk(&tree.root)).is_ok_and(|it| it.is_some());
    let mut rewrites = Vec::new();
    for old in documents.into_iter().filter(|it| !is_in(it, &going)) {
        let path = old.on_disk(&tree.root);
        if look(&path)? != Some(Thing::File) {
            continue;
        }
        let text = files::read(&path)?;
        let new = moves.of(&old).unwrap_or_else(|| old.clone());
        if let Some(changed) = rewrite(&old, &new, &text, &moves, &exists) {
            rewrites.push(Rewrite {
                path: new,
                before: digest::bytes(&text, Algorithm::Sha256).to_string(),
                lines: differing(&text, &changed),
                text: changed,
                mode: mode(&path),
            });
        }
    }
    Ok(rewrites)
}

/// How many lines differ; a rewrite never adds or removes one.
fn differing(before: &[u8], after: &[u8]) -> usize {
    let lines = |text: &[u8]| {
        text.split(|it| *it == b'\n')
            .map(<[u8]>::to_vec)
            .collect::<Vec<_>>()
    };
    lines(before)
        .iter()
        .zip(lines(after))
        .filter(|(a, b)| *a != b)
        .count()
}
