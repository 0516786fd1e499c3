//! What cargo packs the crates from: the commit of the release, or the workspace itself, whichever gives the very bytes that
//! were rendered.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::pack::{self, View};
use crate::digest::{Algorithm, Sha256};
use crate::effect::files;
use crate::effect::process::Program;
use crate::git::{self, Git};
use crate::outside::Look;
use crate::standing::Failure;

/// The crates of a release, and where they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The root of the workspace.
    pub root: PathBuf,
    /// The commit that the release was built from.
    pub commit: Option<String>,
    /// How cargo looks at the tree.
    pub view: View,
    /// The crates: the name, the file and its digest.
    pub crates: Vec<(String, String, Sha256)>,
}

/// One thread packs; the others wait for what it finds.
static PACKING: Mutex<()> = Mutex::new(());

/// The key under which the run remembers the folder.
const FOLDER: &str = "source";

impl Source {
    /// The folder in which cargo packs the rendered bytes; a failure when there is none. Found once a run.
    pub(super) fn folder(&self, look: &Look<'_>) -> Result<PathBuf, Failure> {
        let _held = PACKING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = look.recall(FOLDER) {
            return Ok(PathBuf::from(found));
        }
        let mut reasons = Vec::new();
        // The copy first: nobody edits it while the run goes on.
        for candidate in [self.copy(look), self.workspace()] {
            let result = candidate.and_then(|dir| self.check(&dir, &Source::target(look)).map(|()| dir));
            match result {
                Ok(dir) => {
                    look.remember(FOLDER, &dir.to_string_lossy());
                    return Ok(dir);
                }
                Err(error) => reasons.push(format!("{error:#}")),
            }
        }
        reasons.dedup();
        Err(Failure::new(format!(
            "cargo would not send the crates that were rendered: {}",
            reasons.join("; ")
        ))
        .help("check out the commit of the release, or run `cargo xtask dist` and `cargo xtask manifests` again"))
    }

    /// Where cargo packs.
    pub(super) fn target(look: &Look<'_>) -> PathBuf {
        look.scratch().join("crates/target")
    }

    /// The words that say how cargo looks at the tree.
    pub(super) fn flags(&self) -> impl Iterator<Item = &'static str> {
        self.view.flags()
    }

    /// The commit of the release in a folder of its own.
    fn copy(&self, look: &Look<'_>) -> anyhow::Result<PathBuf> {
        let (Some(commit), false) = (&self.commit, self.view.is_dirty) else {
            anyhow::bail!("no commit holds what was built");
        };
        let Some(git) = Git::find(&self.root)? else {
            anyhow::bail!("the workspace is in no git repository");
        };
        let top = git.top_level()?;
        let below = git::program()
            .dir(&self.root)
            .args(["rev-parse", "--show-prefix"])
            .read()?;
        let copy = look.scratch().join("crates/source");
        files::remove_dir(&copy)?;
        let program = |words: &[&str]| -> Program { git::program().args(words) };
        program(&["clone", "--quiet", "--shared", "--no-checkout"])
            .arg(&top)
            .arg(&copy)
            .read()?;
        program(&["checkout", "--quiet", "--detach", commit])
            .dir(&copy)
            .read()?;
        let dir = copy.join(below);
        // A lock file that is in no commit decides what is packed all the same.
        let (lock, there) = (self.root.join("Cargo.lock"), dir.join("Cargo.lock"));
        if self.view.has_lock && lock.is_file() && !there.exists() {
            files::copy(&lock, &there)?;
        }
        Ok(dir)
    }

    /// The workspace, if it is at the commit.
    fn workspace(&self) -> anyhow::Result<PathBuf> {
        let git = Git::find(&self.root)?;
        let head = git.as_ref().map(Git::head).transpose()?.flatten();
        if let (Some(head), Some(built)) = (head, &self.commit)
            && head.id != *built
        {
            anyhow::bail!(
                "it was built from the commit {built}, the workspace is at {}",
                head.id
            );
        }
        Ok(self.root.clone())
    }

    /// Packs there and compares.
    fn check(&self, dir: &Path, target: &Path) -> anyhow::Result<()> {
        let names: Vec<&str> = self.crates.iter().map(|it| it.0.as_str()).collect();
        files::remove_dir(&target.join("package"))?;
        let (program, outcome) = pack::pack(dir, &names, self.view, target)?;
        if !outcome.is_success() {
            return Err(program.failure(&outcome));
        }
        for (_, file, ours) in &self.crates {
            let packed = crate::digest::file(&target.join("package").join(file), Algorithm::Sha256)?;
            if packed.to_string() != ours.to_string() {
                anyhow::bail!("`{file}` would be {packed}, and the rendered one is {ours}");
            }
        }
        Ok(())
    }
}
