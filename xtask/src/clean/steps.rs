//! Turns a plan into the steps that a journal keeps, in the order in which nothing is missing on the way.

use std::collections::BTreeSet;

use crate::clean::path::TreePath;
use crate::clean::plan::{Plan, Verdict, Wish};
use crate::clean::step::{IndexChange, Step};
use crate::digest::{self, Algorithm};
use crate::effect::files;
use crate::effect::relocate::{Thing, look, mode};
use crate::problem::Problem;

/// The steps of a run, with what has to lie in the store before the first one.
#[derive(Debug, Default)]
pub struct Steps {
    /// In the order in which they are performed.
    pub steps: Vec<Step>,
    /// The new texts: slot, bytes, Unix mode of the file that gets them.
    pub texts: Vec<(usize, Vec<u8>, Option<u32>)>,
}

/// The steps of a plan: folders, moves, deletions, the index of git, texts, and at last the folders left empty.
///
/// `made` are the folders that earlier runs have made and that can still be taken back: whichever run is taken back
/// last removes them.
pub fn steps(plan: &Plan<'_>, wish: &Wish, made: &BTreeSet<TreePath>) -> anyhow::Result<Steps> {
    let root = &plan.tree.root;
    let mut folders = BTreeSet::new();
    let (mut moves, mut stores, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    let mut slots = 0..;
    let mut slot = || slots.next().expect("numbers do not end");
    for item in plan.items.iter().filter(|it| it.verdict.is_done(wish)) {
        let path = &item.path;
        let mut change = |to: Option<&TreePath>, stays| {
            changes.push(IndexChange {
                path: path.clone(),
                to: to.cloned(),
                stays,
                is_replaced: false,
                entries: item.entries.clone(),
            });
        };
        match &item.verdict {
            Verdict::Move { to, aside } => {
                change(Some(to), false);
                folders.insert(to.folder());
                if let Some(aside) = aside {
                    let place = changes.len() - 1;
                    changes.insert(
                        place,
                        IndexChange {
                            path: to.clone(),
                            to: Some(aside.to.clone()),
                            stays: false,
                            is_replaced: true,
                            entries: aside.entries.clone(),
                        },
                    );
                }
                moves.push(Step::Move {
                    from: path.clone(),
                    to: to.clone(),
                    aside: aside.as_ref().map(|it| it.to.clone()),
                });
            }
            Verdict::Duplicate { of } => {
                change(None, false);
                stores.push(Step::Store {
                    path: path.clone(),
                    slot: slot(),
                    same_as: Some(of.clone()),
                });
            }
            Verdict::Delete => {
                change(None, false);
                stores.push(Step::Store {
                    path: path.clone(),
                    slot: slot(),
                    same_as: None,
                });
            }
            Verdict::Untrack => change(None, true),
            Verdict::Ignore | Verdict::Report | Verdict::Held(_) => {}
        }
    }
    changes.retain(|it| !it.entries.is_empty());
    let mut done = Steps::default();
    for folder in with_parents(folders) {
        if look(&folder.on_disk(root))?.is_none() || made.contains(&folder) {
            done.steps.push(Step::MakeFolder { path: folder });
        }
    }
    done.steps.extend(moves);
    done.steps.extend(stores);
    if !changes.is_empty() {
        done.steps.push(Step::Index { changes });
    }
    for rewrite in &plan.rewrites {
        let slot = slot();
        done.steps.push(Step::Write {
            path: rewrite.path.clone(),
            slot,
            before: Some(rewrite.before.clone()),
            after: sum(&rewrite.text),
        });
        done.texts.push((slot, rewrite.text.clone(), Some(rewrite.mode)));
    }
    if wish.ignores && !plan.ignore_lines.is_empty() {
        let path = TreePath::from(crate::clean::plan::IGNORE_FILE);
        let file = path.on_disk(root);
        let (old, mode) = match look(&file)? {
            None => (None, None),
            Some(Thing::File) => (Some(files::read(&file)?), Some(mode(&file))),
            Some(_) => {
                return Err(
                    Problem::new("cannot add lines to `.gitignore`: it is no plain file")
                        .help("add them yourself, or run without `--ignore`")
                        .into(),
                );
            }
        };
        let text = with_lines(old.as_deref().unwrap_or_default(), &plan.ignore_lines);
        let slot = slot();
        done.steps.push(Step::Write {
            path,
            slot,
            before: old.as_deref().map(sum),
            after: sum(&text),
        });
        done.texts.push((slot, text, mode));
    }
    let removed = plan.shape.emptied.iter().map(|(path, mode)| Step::RemoveFolder {
        path: path.clone(),
        mode: *mode,
    });
    done.steps.extend(removed);
    Ok(done)
}

/// The folders with all above them, those first.
fn with_parents(folders: BTreeSet<TreePath>) -> BTreeSet<TreePath> {
    let mut all = BTreeSet::new();
    for mut folder in folders {
        while !folder.is_root() {
            let parent = folder.folder();
            all.insert(folder);
            folder = parent;
        }
    }
    all
}

/// A text with lines added at its end, in its own form of line ends.
fn with_lines(text: &[u8], lines: &[String]) -> Vec<u8> {
    let end: &[u8] = if text.windows(2).any(|it| it == b"\r\n") {
        b"\r\n"
    } else {
        b"\n"
    };
    let mut text = text.to_vec();
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.extend_from_slice(end);
    }
    for line in lines {
        text.extend_from_slice(line.as_bytes());
        text.extend_from_slice(end);
    }
    text
}

fn sum(text: &[u8]) -> String {
    digest::bytes(text, Algorithm::Sha256).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_in_the_form_of_the_text() {
        let check = |text: &str, expected: &str| {
            let lines = ["/a/".to_owned(), "*.b".to_owned()];
            assert_eq!(
                String::from_utf8(with_lines(text.as_bytes(), &lines)).unwrap(),
                expected
            );
        };
        check("", "/a/\n*.b\n");
        check("x", "x\n/a/\n*.b\n");
        check("x\r\ny\r\n", "x\r\ny\r\n/a/\r\n*.b\r\n");
    }
}
