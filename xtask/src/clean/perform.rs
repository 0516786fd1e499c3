//! Performs the steps of a journal, and takes them back; each is looked at first, so that either may be repeated.

use std::path::{Path, PathBuf};

use crate::clean::act::Act;
use crate::clean::index;
use crate::clean::journal::{Journal, Skipped, State, Store, kept, new_text};
use crate::clean::path::TreePath;
use crate::clean::step::Step;
use crate::digest::{self, Algorithm};
use crate::effect::relocate::{Thing, is_held, is_one_file, is_same, look, sync_folder};
use crate::git::Git;
use crate::problem::{Problem, Problems};

/// Where steps are performed.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The root of the tree.
    pub root: &'a Path,
    /// Its repository.
    pub git: Option<&'a Git>,
    /// Where journals lie.
    pub store: &'a Store,
}

impl Scene<'_> {
    fn at(&self, path: &TreePath) -> PathBuf {
        path.on_disk(self.root)
    }

    /// Performs what is not done yet, in order. A step that cannot be done is noted in the journal and left out; the
    /// others go on. When git does not let its index be changed, the run ends there, for a later one to complete.
    pub fn apply(
        &self,
        act: &mut dyn Act,
        journal: &mut Journal,
        tell: &dyn Fn(&Step),
    ) -> anyhow::Result<()> {
        let slots = self.store.slots(&journal.id);
        for (number, step) in journal.steps.iter().enumerate() {
            tell(step);
            if let Err(error) = self.perform(act, &slots, step) {
                if matches!(step, Step::Index { .. }) && !error.is::<Problems>() {
                    return Err(error);
                }
                journal.skipped.push(Skipped {
                    step: number,
                    why: format!("{error:#}"),
                });
            }
        }
        self.sync(journal);
        journal.state = State::Applied;
        self.store.record(act, journal)
    }

    /// Takes back what was done, last step first. What cannot be taken back is named, and then the journal stays.
    pub fn undo(
        &self,
        act: &mut dyn Act,
        journal: &mut Journal,
        tell: &dyn Fn(&Step),
    ) -> anyhow::Result<Vec<Problem>> {
        journal.state = State::Undoing;
        self.store.record(act, journal)?;
        let slots = self.store.slots(&journal.id);
        let mut problems = Vec::new();
        for (number, step) in journal.steps.iter().enumerate().rev() {
            tell(step);
            if journal.skipped.iter().any(|it| it.step == number) {
                continue;
            }
            if let Err(error) = self.revert(act, &slots, step) {
                problems.extend(crate::problem::lines(&error));
            }
        }
        self.sync(journal);
        if problems.is_empty() {
            self.hand_over(act, journal)?;
            self.store.forget(&journal.id)?;
        }
        Ok(problems)
    }

    /// Folders of a run that is taken back, in which other runs have put something: they go with the last of those.
    fn hand_over(&self, act: &mut dyn Act, journal: &Journal) -> anyhow::Result<()> {
        let mut left = Vec::new();
        for step in &journal.steps {
            if let Step::MakeFolder { path } = step
                && look(&self.at(path))? == Some(Thing::Folder)
            {
                left.push(path);
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        for mut other in self.store.journals()? {
            let is_used = |folder: &TreePath| {
                let uses = |it: &Step| matches!(it, Step::Move { to, .. } if to.is_below(folder));
                other.steps.iter().any(uses)
            };
            let step = |path: &TreePath| Step::MakeFolder { path: path.clone() };
            let is_new = |path: &TreePath| is_used(path) && !other.steps.contains(&step(path));
            let new: Vec<Step> = left.iter().filter(|it| is_new(it)).map(|it| step(it)).collect();
            if other.id == journal.id || new.is_empty() {
                continue;
            }
            for skipped in &mut other.skipped {
                skipped.step += new.len();
            }
            other.steps.splice(0..0, new);
            self.store.record(act, &other)?;
        }
        Ok(())
    }

    /// What stands in the way of taking a run back, all of it, with nothing changed.
    pub fn obstacles(&self, journal: &Journal) -> anyhow::Result<Vec<Problem>> {
        let slots = self.store.slots(&journal.id);
        let mut problems = Vec::new();
        for (number, step) in journal.steps.iter().enumerate() {
            if journal.skipped.iter().any(|it| it.step == number) {
                continue;
            }
            problems.extend(self.obstacle(&slots, step)?);
        }
        Ok(problems)
    }

    /// Whether what made room is back, which is the last thing that taking back a move does.
    fn is_taken_back(&self, to: &TreePath, aside: Option<&TreePath>) -> anyhow::Result<bool> {
        let Some(aside) = aside.map(|it| self.at(it)) else {
            return Ok(false);
        };
        Ok(look(&aside)?.is_none() || is_one_file(&self.at(to), &aside))
    }

    fn perform(&self, act: &mut dyn Act, slots: &Path, step: &Step) -> anyhow::Result<()> {
        match step {
            Step::MakeFolder { path } => act.make_folder(&self.at(path), None),
            Step::RemoveFolder { path, .. } => act.remove_folder(&self.at(path)),
            Step::Move { from, to, aside } => {
                if let Some(aside) = aside.as_ref().map(|it| self.at(it)) {
                    if look(&aside)?.is_none() {
                        act.relocate(&self.at(to), &aside)?;
                    } else if is_one_file(&self.at(to), &aside) {
                        act.remove(&self.at(to))?;
                    }
                }
                carry(act, from, &self.at(from), &self.at(to))
            }
            Step::Store { path, slot, same_as } => {
                let (from, to) = (self.at(path), kept(slots, *slot));
                let is_begun = look(&to)?.is_some();
                if let Some(other) = same_as
                    .as_ref()
                    .filter(|_| !is_begun && look(&from).is_ok_and(|it| it.is_some()))
                    && !is_same(&from, &self.at(other))?
                {
                    return Err(Problem::new(format!("`{path}` is no longer the same as `{other}`")).into());
                }
                carry(act, path, &from, &to)
            }
            Step::Index { changes } => match self.git {
                Some(git) => index::apply(act, git, self.root, changes),
                None => Ok(()),
            },
            Step::Write {
                path,
                slot,
                before,
                after,
            } => {
                let (file, old, new) = (self.at(path), kept(slots, *slot), new_text(slots, *slot));
                let now = sum(&file)?;
                if now.as_ref() == Some(after) {
                    // A name, or a copy, that a cut has left.
                    act.remove(&new)
                } else if now != *before {
                    Err(Problem::new(format!("`{path}` changed meanwhile")).into())
                } else if now.is_none() {
                    act.relocate(&new, &file)
                } else {
                    if look(&old)?.is_none() {
                        act.keep(&file, &old)?;
                    }
                    act.replace(&new, &file)
                }
            }
        }
    }

    fn revert(&self, act: &mut dyn Act, slots: &Path, step: &Step) -> anyhow::Result<()> {
        match step {
            Step::MakeFolder { path } => act.remove_folder(&self.at(path)),
            Step::RemoveFolder { path, mode } => {
                if look(&self.at(path))?.is_some() {
                    return Ok(());
                }
                act.make_folder(&self.at(path), Some(*mode).filter(|it| *it != 0))
            }
            Step::Move { from, to, aside } => {
                let aside = aside.as_ref();
                if self.is_taken_back(to, aside)? {
                    return match aside.map(|it| self.at(it)) {
                        Some(aside) => act.remove(&aside),
                        None => Ok(()),
                    };
                }
                carry(act, to, &self.at(to), &self.at(from))?;
                match aside {
                    Some(aside) => act.relocate(&self.at(aside), &self.at(to)),
                    None => Ok(()),
                }
            }
            Step::Store { path, slot, .. } => carry(act, path, &kept(slots, *slot), &self.at(path)),
            Step::Index { changes } => match self.git {
                Some(git) => index::revert(act, git, changes),
                None => Ok(()),
            },
            Step::Write {
                path,
                slot,
                before,
                after,
            } => {
                let (file, old) = (self.at(path), kept(slots, *slot));
                let now = sum(&file)?;
                if before.is_none() {
                    return match now {
                        Some(now) if now == *after => act.remove(&file),
                        Some(_) => Err(changed(path).into()),
                        None => Ok(()),
                    };
                }
                if look(&old)?.is_none() {
                    return Ok(());
                }
                if now == *before || is_one_file(&old, &file) {
                    return act.remove(&old);
                }
                match now {
                    Some(now) if now == *after => act.replace(&old, &file),
                    Some(_) => Err(changed(path).into()),
                    None => act.relocate(&old, &file),
                }
            }
        }
    }

    fn obstacle(&self, slots: &Path, step: &Step) -> anyhow::Result<Option<Problem>> {
        let way = |path: &TreePath, from: &Path, to: &Path| -> anyhow::Result<Option<Problem>> {
            Ok(match (look(from)?, look(to)?) {
                (None, None) => Some(Problem::new(format!(
                    "`{path}` is gone: it was moved or removed since"
                ))),
                (Some(_), Some(_)) if !is_one_file(from, to) && !is_held(from, to)? => {
                    let shown = TreePath::new(crate::clean::path::bytes_of(
                        to.strip_prefix(self.root).unwrap_or(to),
                    ));
                    Some(
                        Problem::new(format!(
                            "`{shown}` is in the way: something else has that name now"
                        ))
                        .help("move it, then run `cargo xtask clean-repo --undo` again"),
                    )
                }
                _ => None,
            })
        };
        match step {
            Step::Move { to, aside, .. } if self.is_taken_back(to, aside.as_ref())? => Ok(None),
            Step::Move { from, to, .. } => way(to, &self.at(to), &self.at(from)),
            Step::Store { path, slot, .. } => way(path, &kept(slots, *slot), &self.at(path)),
            Step::Write {
                path,
                slot,
                before,
                after,
            } => {
                let (file, old) = (self.at(path), kept(slots, *slot));
                let is_begun = before.is_none() || look(&old)?.is_some() && !is_one_file(&old, &file);
                let now = sum(&file)?;
                let is_known = now.is_none() || now.as_ref() == Some(after) || now == *before;
                Ok((is_begun && !is_known).then(|| changed(path)))
            }
            Step::MakeFolder { .. } | Step::RemoveFolder { .. } | Step::Index { .. } => Ok(None),
        }
    }

    /// Makes the folders that were changed survive a loss of power.
    fn sync(&self, journal: &Journal) {
        let mut folders = std::collections::BTreeSet::new();
        for step in &journal.steps {
            match step {
                Step::Move { from, to, .. } => folders.extend([from.folder(), to.folder()]),
                Step::Store { path, .. } | Step::Write { path, .. } => {
                    folders.insert(path.folder());
                }
                Step::MakeFolder { .. } | Step::RemoveFolder { .. } | Step::Index { .. } => {}
            }
        }
        for folder in folders {
            sync_folder(&self.at(&folder));
        }
        sync_folder(&self.store.slots(&journal.id));
    }
}

fn changed(path: &TreePath) -> Problem {
    Problem::new(format!("`{path}` was changed since: its old text cannot be put back"))
        .help("save your change elsewhere and take it out of the file, then run `cargo xtask clean-repo --undo` again")
}

/// SHA-256 of a file; none when there is none.
fn sum(file: &Path) -> anyhow::Result<Option<String>> {
    match look(file)? {
        Some(Thing::File) => Ok(Some(digest::file(file, Algorithm::Sha256)?.to_string())),
        Some(_) => Ok(Some(String::new())),
        None => Ok(None),
    }
}

/// Brings a file or folder from one place to the other, or finds that it is there.
fn carry(act: &mut dyn Act, path: &TreePath, from: &Path, to: &Path) -> anyhow::Result<()> {
    match (look(from)?, look(to)?) {
        (Some(_), None) => act.relocate(from, to),
        (None, Some(_)) => Ok(()),
        (None, None) => Err(Problem::new(format!("`{path}` is gone: it was moved or removed since")).into()),
        // A move was cut off when both names stood.
        (Some(Thing::File), Some(_)) if is_one_file(from, to) => act.remove(from),
        (Some(_), Some(_)) if is_held(from, to)? => act.remove(from),
        (Some(_), Some(_)) => {
            Err(Problem::new(format!("`{path}` stays: something else has its new name")).into())
        }
    }
}
