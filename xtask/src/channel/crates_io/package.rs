//! Lets cargo pack the crates.

use crate::effect::files::{self, Scratch};
use crate::git::Git;
use crate::pack::{File, Mode};
use crate::problem::{Problem, Problems};
use crate::protocol::cargo::pack::{self, View};
use crate::workspace::Workspace;

/// What is packed.
pub(super) struct Job {
    pub(super) workspace: Workspace,
    /// The names of the packages, and of their files.
    pub(super) packages: Vec<(String, String)>,
    /// The commit that the release was built from.
    pub(super) commit: Option<String>,
    /// Whether the release holds what is in no commit.
    pub(super) is_dirty: bool,
    pub(super) has_lock: bool,
}

/// Packs the packages into a folder of its own and reads what lies there.
pub(super) fn make(job: &Job) -> anyhow::Result<Vec<(String, File)>> {
    let workspace = &job.workspace;
    let git = Git::find(&workspace.root)?;
    refuse_other_commit(git.as_ref(), job.commit.as_deref())?;
    refuse_what_was_made(workspace, &job.packages, git.is_some())?;
    let parent = workspace.state_dir().join("crates");
    files::create_dir(&parent)?;
    // What another process packs at this very moment is not stale.
    let held = files::lock(&parent.join("lock"))?;
    if held.is_some() {
        files::remove_stale(&parent)?;
    }
    let target = Scratch::new(&parent)?;
    let names: Vec<&str> = job.packages.iter().map(|it| it.0.as_str()).collect();
    let view = View {
        is_dirty: job.is_dirty,
        // What was built has the versions of the lock file, and packing changes no file of the workspace.
        has_lock: job.has_lock,
    };
    let (program, outcome) = pack::pack(&workspace.root, &names, view, target.path())?;
    if !outcome.is_success() {
        let said = String::from_utf8_lossy(&outcome.stderr);
        return Err(uncommitted(&said).map_or_else(|| program.failure(&outcome), anyhow::Error::from));
    }
    let packed = |(_, file): &(String, String)| {
        let mode = Mode::Plain;
        let bytes = files::read(&target.path().join("package").join(file))?;
        Ok((file.clone(), File { mode, bytes }))
    };
    job.packages.iter().map(packed).collect()
}

/// Cargo packs what is checked out; every other channel holds what was built. Of another commit they are not the same.
fn refuse_other_commit(git: Option<&Git>, built: Option<&str>) -> anyhow::Result<()> {
    let head = git.map(Git::head).transpose()?.flatten();
    if let (Some(head), Some(built)) = (head, built)
        && head.id != built
    {
        return Err(Problem::new(format!(
            "cannot pack the crates: `dist/` was built from the commit {built}, the workspace is at {}",
            head.id
        ))
        .help("run `cargo xtask dist` to build what is checked out, or check out what was built")
        .into());
    }
    Ok(())
}

/// What cargo says of files that are in no commit, in the house form: it would advise an option that nobody can give.
fn uncommitted(said: &str) -> Option<Problem> {
    if !said.contains("`--allow-dirty`") {
        return None;
    }
    // Cargo lists them between two empty lines.
    let mut files: Vec<String> = said
        .split("\n\n")
        .nth(1)?
        .lines()
        .map(|it| format!("`{}`", it.trim()))
        .collect();
    let count = files.len();
    files.truncate(5);
    if count > files.len() {
        files.push(format!("{} more", count - files.len()));
    }
    Some(
        Problem::new(format!(
            "cannot pack the crates: they hold uncommitted changes, which `dist/` was built without: {}",
            files.join(", ")
        ))
        .help("commit or ignore them, then run `cargo xtask dist`"),
    )
}

/// What git does not ignore, cargo packs, and without git all that lies in the package's folder: for a package in the
/// root `dist/` too, with all that was rendered before.
fn refuse_what_was_made(
    workspace: &Workspace,
    packages: &[(String, String)],
    is_in_git: bool,
) -> anyhow::Result<()> {
    let dist = workspace.dist_dir();
    let mut problems = Problems::default();
    for (name, _) in packages {
        let member = workspace.members.iter().find(|it| it.name.as_str() == name);
        let folder = member.and_then(|it| it.manifest_path.as_std_path().parent());
        let Some(below) = folder.and_then(|it| dist.strip_prefix(it).ok()) else {
            continue;
        };
        let below = below.to_string_lossy().replace('\\', "/") + "/";
        let cargo = workspace
            .cargo()
            .args(["package", "--list", "--allow-dirty", "--package", name]);
        // Cargo lists with the parting sign of the system.
        let is_made = |it: &str| it.replace('\\', "/").starts_with(&below);
        if !cargo.read()?.lines().any(is_made) {
            continue;
        }
        let problem = Problem::new(format!(
            "cannot pack the crate `{name}`: it would hold `{below}`, and grow with every release"
        ));
        let problem = if is_in_git {
            problem.help("write `/dist/` into `.gitignore` (`git rm -r --cached dist` if it is in a commit)")
        } else {
            problem.help("put the workspace under git and ignore `/dist/`")
        };
        problems.push(problem.help(format!(
            "or write `exclude = [\"/{}\"]` into the package's `Cargo.toml`",
            below.trim_end_matches('/')
        )));
    }
    problems.into_result()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_says_of_changes_is_one_line() {
        let said = |files: &[&str]| {
            format!(
                "error: {} files in the working directory contain changes that were not yet committed into git:\n\n{}\n\n\
                 to proceed despite this and include the uncommitted changes, pass the `--allow-dirty` flag\n",
                files.len(),
                files.join("\n")
            )
        };
        let check = |files: &[&str], end: &str| {
            let found = uncommitted(&said(files)).unwrap();
            assert!(found.what.ends_with(end), "{found}");
            assert!(!format!("{found:?}").contains("allow-dirty"));
        };
        check(&["src/main.rs"], "without: `src/main.rs`");
        check(
            &["a", "b", "c", "d", "e", "f", "g"],
            "`a`, `b`, `c`, `d`, `e`, 2 more",
        );
        assert_eq!(uncommitted("error: no network"), None);
    }
}
