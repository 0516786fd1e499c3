//! The facts that git knows: commit, its time, tags, what is changed, which files belong to the tree.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::effect::process::{Outcome, Program};
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
    /// Where it keeps what belongs to the working tree alone, when it was asked already.
    own_dir: Option<PathBuf>,
}

impl Git {
    /// `None` when no folder above holds a `.git`; a git that refuses the repository is an error with its words.
    pub fn find(dir: &Path) -> anyhow::Result<Option<Git>> {
        if !dir.ancestors().any(|it| it.join(".git").exists()) {
            return Ok(None);
        }
        let git = Git {
            dir: dir.to_owned(),
            own_dir: None,
        };
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

    /// The files of the folder that git keeps executable, with their whole paths, where git does not look at the bit
    /// on the disk: on Windows, or where it was told so. `None` where it does.
    pub fn kept_executable(&self) -> anyhow::Result<Option<BTreeSet<PathBuf>>> {
        let said = self
            .program(&["config", "--type=bool", "--get", "core.fileMode"])
            .output(None)?;
        if said.stdout.trim_ascii() != b"false" {
            return Ok(None);
        }
        let mut found = BTreeSet::new();
        for row in self.list_files(&["--stage"])?.stdout.split(|it| *it == 0) {
            let Some(at) = row.iter().position(|it| *it == b'\t') else {
                continue;
            };
            let path = self.dir.join(path_of(&row[at + 1..]));
            if row.starts_with(b"100755 ") {
                found.insert(path);
            } else if row.starts_with(b"160000 ") && path.join(".git").exists() {
                let inner = Git::find(&path)?.map(|it| it.kept_executable()).transpose()?;
                found.extend(inner.flatten().unwrap_or_default());
            }
        }
        Ok(Some(found))
    }

    /// The root of the repository's tree, without symbolic links.
    pub fn top_level(&self) -> anyhow::Result<PathBuf> {
        let top = self.program(&["rev-parse", "--show-toplevel"]).read()?;
        Path::new(&top)
            .canonicalize()
            .with_context(|| format!("cannot read the folder `{top}`"))
    }

    /// The repository that holds a folder, asked from the root of its working tree; as [`Git::find`] otherwise.
    pub fn of_tree(dir: &Path) -> anyhow::Result<Option<Git>> {
        if !dir.ancestors().any(|it| it.join(".git").exists()) {
            return Ok(None);
        }
        // One call of git where three would do, since each takes some milliseconds.
        let said = program()
            .args([
                "rev-parse",
                "--is-inside-work-tree",
                "--absolute-git-dir",
                "--show-toplevel",
            ])
            .dir(dir)
            .output(None)?;
        let lines: Vec<&[u8]> = said.stdout.split(|it| *it == b'\n').collect();
        if let ([b"true", own_dir, top, b""], true) = (&lines[..], said.is_success())
            && let Ok(top) = path_of(top).canonicalize()
        {
            return Ok(Some(Git {
                dir: top,
                own_dir: Some(path_of(own_dir)),
            }));
        }
        // What git refuses, and folders whose names hold a line end: one question at a time.
        Git::find(dir)?.map(|it| it.of_whole_tree()).transpose()
    }

    /// The same repository, asked from the root of its working tree; a bare one has none.
    fn of_whole_tree(&self) -> anyhow::Result<Git> {
        // The second question fails where there is no tree.
        let said = self
            .program(&["rev-parse", "--is-inside-work-tree", "--show-toplevel"])
            .output(None)?;
        let Some(top) = said.stdout.strip_prefix(b"true\n").filter(|_| said.is_success()) else {
            return Err(no_working_tree(&self.dir).into());
        };
        let top = path_of(top.strip_suffix(b"\n").unwrap_or(top));
        let dir = top
            .canonicalize()
            .with_context(|| format!("cannot read the folder `{}`", top.display()))?;
        Ok(Git { dir, own_dir: None })
    }

    /// Where git keeps what belongs to this working tree alone.
    pub fn own_dir(&self) -> anyhow::Result<PathBuf> {
        if let Some(known) = &self.own_dir {
            return Ok(known.clone());
        }
        let said = self.program(&["rev-parse", "--absolute-git-dir"]).output(None)?;
        anyhow::ensure!(said.is_success(), "git does not tell where it keeps its files");
        Ok(path_of(said.stdout.strip_suffix(b"\n").unwrap_or(&said.stdout)))
    }

    /// What `git ls-files -z` prints with these words; what it warns of is in the standard error.
    pub fn list_files(&self, words: &[&str]) -> anyhow::Result<Outcome> {
        let program = self.program(&["ls-files", "-z"]).args(words);
        let outcome = program.output(None)?;
        if !outcome.is_success() {
            let said = String::from_utf8_lossy(&outcome.stderr).trim().to_owned();
            return Err(Problem::new(format!("cannot list the files of the tree: {said}")).into());
        }
        Ok(outcome)
    }

    /// The paths that were added with intent only (`git add --intent-to-add`).
    pub fn intended(&self) -> anyhow::Result<BTreeSet<Vec<u8>>> {
        self.asked(
            &["diff", "--name-only", "-z", "--no-ext-diff", "--diff-filter=A"],
            &[b""],
            0,
        )
    }

    /// Which of these paths git would ignore, were they not tracked.
    pub fn ignored(&self, paths: &[&[u8]]) -> anyhow::Result<BTreeSet<Vec<u8>>> {
        self.asked(&["check-ignore", "-z", "--no-index", "--stdin"], paths, 1)
    }

    /// Which of these paths a sparse checkout has in the working tree; all when the checkout is whole.
    pub fn checked_out(&self, paths: &[&[u8]]) -> anyhow::Result<BTreeSet<Vec<u8>>> {
        let is_sparse = self
            .program(&["config", "--type=bool", "--get", "core.sparseCheckout"])
            .output(None)?;
        if is_sparse.stdout.trim_ascii() != b"true" {
            return Ok(paths.iter().map(|it| it.to_vec()).collect());
        }
        self.asked(&["sparse-checkout", "check-rules", "-z"], paths, 0)
    }

    /// The paths that a question of git's gives back; `none` is its exit code for no path at all.
    fn asked(&self, words: &[&str], paths: &[&[u8]], none: i32) -> anyhow::Result<BTreeSet<Vec<u8>>> {
        if paths.is_empty() {
            return Ok(BTreeSet::new());
        }
        let outcome = self.program(words).output_of(joined(paths))?;
        let code = outcome.status.and_then(|it| it.code());
        if !outcome.is_success() && code != Some(none) {
            let said = String::from_utf8_lossy(&outcome.stderr).trim().to_owned();
            return Err(Problem::new(format!("`git {}` failed: {said}", words.join(" "))).into());
        }
        Ok(outcome
            .stdout
            .split(|it| *it == 0)
            .filter(|it| !it.is_empty())
            .map(<[u8]>::to_vec)
            .collect())
    }

    /// Changes the index at once, all lines or none: lines of `git update-index -z --index-info`.
    pub fn update_index(&self, lines: Vec<u8>, assumed_unchanged: &[&[u8]]) -> anyhow::Result<()> {
        let change = |words: &[&str], input: Vec<u8>| {
            let outcome = program().args(words).dir(&self.dir).output_of(input)?;
            if outcome.is_success() {
                return Ok(());
            }
            let said = String::from_utf8_lossy(&outcome.stderr).trim().to_owned();
            Err(anyhow::Error::from(
                Problem::new(format!("cannot change the index of git: {said}"))
                    .help("end what else works on the repository, then run the same command again"),
            ))
        };
        change(&["update-index", "-z", "--index-info"], lines)?;
        if !assumed_unchanged.is_empty() {
            change(
                &["update-index", "-z", "--assume-unchanged", "--stdin"],
                joined(assumed_unchanged),
            )?;
        }
        Ok(())
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

/// Whether a folder is a repository without a working tree.
pub fn is_bare(dir: &Path) -> bool {
    dir.join("HEAD").is_file() && dir.join("objects").is_dir() && dir.join("refs").is_dir()
}

/// The error about a folder that belongs to a repository but to no working tree.
pub fn no_working_tree(dir: &Path) -> Problem {
    Problem::new(format!(
        "cannot work on `{}`: it lies in a repository but in no working tree",
        dir.display()
    ))
    .help("name a clone or a worktree of it")
}

fn joined(paths: &[&[u8]]) -> Vec<u8> {
    let mut input = paths.join(&0);
    input.push(0);
    input
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
