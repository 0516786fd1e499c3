//! The journal of a run and the store it lies in: what was planned, how far it went, what was taken out of the tree.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clean::act::Act;
use crate::clean::path::{TreePath, bytes_of};
use crate::clean::step::Step;
use crate::clean::tree::STORE;
use crate::effect::{files, relocate};
use crate::git::Git;
use crate::problem::{Problem, nearest};

/// The form of the journals that this program writes.
const SCHEMA: u32 = 1;

/// The name of the journal in its folder.
const JOURNAL: &str = "journal.json";

/// How far a run went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its steps are being performed, or were when it was cut off.
    Applying,
    /// It is done.
    Applied,
    /// It is being taken back, or was when that was cut off.
    Undoing,
}

/// A step that could not be done, and was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Its number, from 0.
    pub step: usize,
    /// Why.
    pub why: String,
}

/// What a run does, written before the first change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    /// The form of this document.
    pub schema: u32,
    /// The name of the run, as `--undo` takes it: its time in UTC.
    pub id: String,
    /// How far it went.
    pub state: State,
    /// What was to be done, in this order.
    pub steps: Vec<Step>,
    /// What could not be done.
    pub skipped: Vec<Skipped>,
}

/// The folder that keeps the journals of a tree and what its runs have taken out of it.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
    is_in_tree: bool,
}

impl Store {
    /// The store of a tree: in git's own folder, so that no commit can hold it, or else in the root.
    pub fn of(root: &Path, git: Option<&Git>) -> anyhow::Result<Store> {
        Ok(match git {
            Some(git) => Store {
                dir: git.own_dir()?.join("xtask-clean"),
                is_in_tree: false,
            },
            None => Store {
                dir: root.join(STORE),
                is_in_tree: true,
            },
        })
    }

    /// Keeps other runs away until the value goes.
    pub fn lock(&self) -> anyhow::Result<File> {
        files::create_dir(&self.dir)?;
        if self.is_in_tree {
            files::write(&self.dir.join(".gitignore"), b"*\n")?;
        }
        let path = self.dir.join("lock");
        files::lock(&path)?.ok_or_else(|| {
            Problem::new("another `cargo xtask clean-repo` works on this tree")
                .help("wait until it has ended")
                .into()
        })
    }

    /// The journals, oldest first; one that cannot be read is an error that names it.
    pub fn journals(&self) -> anyhow::Result<Vec<Journal>> {
        let mut journals = Vec::new();
        for dir in files::list(&self.dir)? {
            if let Some(text) = files::read_text_if_present(&dir.join(JOURNAL)).ok().flatten() {
                journals.push(read(&dir, &text)?);
            }
        }
        Ok(journals)
    }

    /// The run of this name, or the newest.
    pub fn journal(&self, id: Option<&str>) -> anyhow::Result<Journal> {
        let mut journals = self.journals()?;
        let Some(id) = id else {
            return journals
                .pop()
                .ok_or_else(|| Problem::new("there is no run to take back").into());
        };
        let names: Vec<String> = journals.iter().map(|it| it.id.clone()).collect();
        journals.into_iter().find(|it| it.id == id).ok_or_else(|| {
            let guess = nearest(id, names.iter().map(String::as_str))
                .map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
            let problem = Problem::usage(format!("no run `{id}`{guess}"));
            if names.is_empty() {
                problem.help("there is none to take back")
            } else {
                problem.help(format!("the runs are {}", names.join(", ")))
            }
            .into()
        })
    }

    /// The folders that runs have made which can be taken back.
    pub fn made_folders(&self) -> anyhow::Result<BTreeSet<TreePath>> {
        let steps = self.journals()?.into_iter().flat_map(|it| it.steps);
        let made = steps.filter_map(|it| match it {
            Step::MakeFolder { path } => Some(path),
            _ => None,
        });
        Ok(made.collect())
    }

    /// The run that was cut off, if there is one.
    pub fn unfinished(&self) -> anyhow::Result<Option<Journal>> {
        Ok(self.journals()?.into_iter().find(|it| it.state != State::Applied))
    }

    /// A name for a run that begins at this time (seconds since 1970), later in order than those there are.
    pub fn new_id(&self, time_s: i64) -> anyhow::Result<String> {
        let time: String = crate::time::rfc3339(time_s)
            .chars()
            .filter(|it| !matches!(it, '-' | ':'))
            .collect();
        let taken = self.journals()?;
        let free = |id: &String| taken.iter().all(|it| it.id < *id);
        let numbered = (2..10_000).map(|it| format!("{time}-{it:04}"));
        std::iter::once(time.clone())
            .chain(numbered)
            .find(free)
            .ok_or_else(|| Problem::new("the clock stands before the last run").into())
    }

    /// Begins a run: the new texts of its [`Step::Write`]s, each with the slot and the mode of its file, then the
    /// journal, which makes the run real.
    pub fn begin(
        &self,
        act: &mut dyn Act,
        journal: &Journal,
        texts: &[(usize, Vec<u8>, Option<u32>)],
    ) -> anyhow::Result<()> {
        let dir = self.slots(&journal.id);
        files::create_dir(&dir)?;
        for (slot, text, mode) in texts {
            let path = new_text(&dir, *slot);
            files::write(&path, text)?;
            if let Some(mode) = mode {
                files::set_mode(&path, *mode)?;
            }
        }
        relocate::sync_folder(&self.dir);
        self.record(act, journal)
    }

    /// Writes the journal as it is now.
    pub fn record(&self, act: &mut dyn Act, journal: &Journal) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(journal)?;
        act.record(&self.slots(&journal.id).join(JOURNAL), &text)
    }

    /// Forgets a run with all that it keeps.
    pub fn forget(&self, id: &str) -> anyhow::Result<()> {
        let dir = self.slots(id);
        // The journal goes first: what is left of a cut is no run any more, and the next run sweeps it.
        files::remove(&dir.join(JOURNAL))?;
        files::remove_dir(&dir)
    }

    /// Removes what runs have left that were killed before their journal stood.
    pub fn sweep(&self) -> anyhow::Result<()> {
        for dir in files::list(&self.dir)? {
            if dir.is_dir() && !dir.join(JOURNAL).exists() {
                files::remove_dir(&dir)?;
            }
        }
        Ok(())
    }

    /// Removes the store itself when it lies in the tree and keeps nothing.
    pub fn tidy(&self) -> anyhow::Result<()> {
        if self.is_in_tree && self.journals()?.is_empty() {
            files::remove_dir(&self.dir)?;
        }
        Ok(())
    }

    /// The folder of a run.
    pub fn slots(&self, id: &str) -> PathBuf {
        self.dir.join(id)
    }

    /// Where the store lies, from the root when it lies in the tree.
    pub fn path(&self) -> &Path {
        &self.dir
    }
}

impl Journal {
    /// The journal of a run that begins.
    pub fn new(id: String, steps: Vec<Step>) -> Journal {
        Journal {
            schema: SCHEMA,
            id,
            state: State::Applying,
            steps,
            skipped: Vec::new(),
        }
    }
}

/// Where a slot keeps what was taken out of the tree.
pub fn kept(slots: &Path, slot: usize) -> PathBuf {
    slots.join(format!("{slot}"))
}

/// Where a slot keeps the text that a file gets.
pub fn new_text(slots: &Path, slot: usize) -> PathBuf {
    slots.join(format!("{slot}.new"))
}

fn read(dir: &Path, text: &str) -> anyhow::Result<Journal> {
    let refused = |why: String| {
        let shown = TreePath::new(bytes_of(dir));
        Problem::new(format!("cannot understand the journal in `{shown}`: {why}"))
            .help("run the version of the toolkit that wrote it, or remove that folder and what it keeps")
    };
    let form: Form = serde_json::from_str(text).map_err(|it| refused(it.to_string()))?;
    if form.schema != SCHEMA {
        return Err(refused(format!("it has schema {}, not {SCHEMA}", form.schema)).into());
    }
    serde_json::from_str(text).map_err(|it| refused(it.to_string()).into())
}

/// What every journal begins with, whatever its form.
#[derive(Deserialize)]
struct Form {
    schema: u32,
}
