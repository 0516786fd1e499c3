//! The facts that git knows: commit, its time, tags, what is changed, which files belong to the tree.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::effect::process::Program;
use crate::problem::Problem;

/// The commit that a workspace stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// The full object name, lower hex.
    pub id: String,
    /// The committer's time in seconds since 1970-01-01T00:00:00Z.
    pub time_s: i64,
}

/// A folder that git tracks, or that lies in one that git tracks.
#[derive(Clone, Debug)]
pub struct Git {
    dir: PathBuf,
}

impl Git {
    /// `None` when no folder above holds a `.git`; a git that refuses the repository is an error with its words.
    pub fn find(dir: &Path) -> anyhow::Result<Option<Git>> {
        if !dir.ancestors().any(|it| it.join(".git").exists()) {
            return Ok(None);
        }
        let git = Git { dir: dir.to_owned() };
        git.program(&["rev-parse", "--git-dir"])
            .read()
            .context("cannot read the git repository of the workspace")?;
        Ok(Some(git))
    }

    /// The commit that is checked out; `None` before the first one.
    pub fn head(&self) -> anyhow::Result<Option<Commit>> {
        let outcome = self
            .program(&["log", "-1", "--no-show-signature", "--format=%H %ct"])
            .output(None)?;
        if !outcome.is_success() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&outcome.stdout);
        let (id, time) = text
            .trim()
            .split_once(' ')
            .context("cannot understand what `git log` printed")?;
        Ok(Some(Commit {
            id: id.to_owned(),
            time_s: time.parse().context("cannot read the commit's time")?,
        }))
    }

    /// The tags that point at the commit which is checked out; none before the first one.
    pub fn tags_at_head(&self) -> anyhow::Result<Vec<String>> {
        let text = match self.program(&["tag", "--points-at", "HEAD"]).read() {
            Err(_) if self.head()?.is_none() => return Ok(Vec::new()),
            text => text?,
        };
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Whether a file of the folder differs from the commit or is new and not ignored, `except` some folders.
    pub fn is_dirty(&self, except: &[PathBuf]) -> anyhow::Result<bool> {
        let mut program = self.program(&["status", "--porcelain", "--untracked-files=normal", "--", "."]);
        for dir in except {
            if let Ok(inside) = dir.strip_prefix(&self.dir) {
                program = program.arg(format!(
                    ":(exclude){}",
                    inside.to_string_lossy().replace('\\', "/")
                ));
            }
        }
        Ok(!program.read()?.is_empty())
    }

    /// The files of the folder, tracked or new and not ignored, relative to it, sorted.
    pub fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let outcome = self
            .program(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .output(None)?;
        if !outcome.is_success() {
            let said = String::from_utf8_lossy(&outcome.stderr).trim().to_owned();
            return Err(Problem::new(format!("cannot list the files of the workspace: {said}")).into());
        }
        let mut files: Vec<PathBuf> = outcome
            .stdout
            .split(|it| *it == 0)
            .filter(|it| !it.is_empty())
            .map(path_of)
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// The root of the repository's tree, without symbolic links.
    pub fn top_level(&self) -> anyhow::Result<PathBuf> {
        let top = self.program(&["rev-parse", "--show-toplevel"]).read()?;
        Path::new(&top)
            .canonicalize()
            .with_context(|| format!("cannot read the folder `{top}`"))
    }

    /// The folder that was asked about.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn program(&self, words: &[&str]) -> Program {
        // Without optional locks a read-only repository, or one that an editor looks at, does not get in the way.
        program().arg("--no-optional-locks").args(words).dir(&self.dir)
    }
}

/// A git that takes its repository from the folder it runs in. A hook of git's sets variables that name another one.
pub fn program() -> Program {
    const OTHERS: &[&str] = &[
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_PREFIX",
        "GIT_OBJECT_DIRECTORY",
        "GIT_COMMON_DIR",
    ];
    OTHERS.iter().fold(Program::new("git"), Program::env_remove)
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
