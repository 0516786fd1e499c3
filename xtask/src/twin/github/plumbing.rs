//! Objects and refs of the bare git repositories, through git's own plumbing: git clients see the same ones.

use std::path::Path;

use super::account::Visitor;
use super::refusal::refusal;
use super::repository::{git, object};
use crate::effect::process::Program;
use crate::twin::server::Reply;

/// A file or folder of a tree.
pub(super) struct Entry {
    pub(super) mode: String,
    /// `blob`, `tree` or `commit`.
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) size_bytes: Option<u64>,
    pub(super) path: String,
}

/// What changes in a tree: a path gets a mode and an object, or goes.
pub(super) struct Change {
    pub(super) path: String,
    /// `None` where the path goes.
    pub(super) object: Option<(String, String)>,
}

/// The output of git; a failure of it is one of this server.
pub(super) fn output(program: &Program, input: Vec<u8>) -> Result<Vec<u8>, Reply> {
    let broken = |why: String| refusal(500, &format!("git failed here: {why}"));
    let outcome = program
        .output_of(input)
        .map_err(|error| broken(format!("{error:#}")))?;
    if outcome.is_success() {
        return Ok(outcome.stdout);
    }
    Err(broken(String::from_utf8_lossy(&outcome.stderr).into_owned()))
}

/// The same as a line of text.
fn line(program: &Program, input: Vec<u8>) -> Result<String, Reply> {
    let text = String::from_utf8_lossy(&output(program, input)?).into_owned();
    Ok(text.trim_end().to_owned())
}

/// Whether a text is the whole id of an object.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|it| it.is_ascii_hexdigit())
}

/// Whether an object of this kind is there.
pub(super) fn is_a(dir: &Path, id: &str, kind: &str) -> bool {
    is_id(id) && object(dir, id).is_some_and(|it| it.0 == kind)
}

/// What a name, such as `main:folder/file`, stands for: kind and id.
pub(super) fn resolve(dir: &Path, name: &str) -> Option<(String, String)> {
    object(dir, name)
}

/// Writes a blob.
pub(super) fn write_blob(dir: &Path, bytes: Vec<u8>) -> Result<String, Reply> {
    line(&git(dir).args(["hash-object", "-w", "--stdin"]), bytes)
}

/// The bytes of a blob.
pub(super) fn read_blob(dir: &Path, id: &str) -> Result<Vec<u8>, Reply> {
    output(&git(dir).args(["cat-file", "blob", id]), Vec::new())
}

/// What is in a tree, below it too if asked.
pub(super) fn read_tree(dir: &Path, tree: &str, is_recursive: bool) -> Result<Vec<Entry>, Reply> {
    let mut program = git(dir).args(["ls-tree", "-l", "-z"]);
    if is_recursive {
        program = program.args(["-r", "-t"]);
    }
    let bytes = output(&program.arg(tree), Vec::new())?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(text.split('\0').filter_map(entry).collect())
}

/// `100644 blob ‹id›     123<TAB>path`.
fn entry(text: &str) -> Option<Entry> {
    let (facts, path) = text.split_once('\t')?;
    let mut facts = facts.split_whitespace();
    Some(Entry {
        mode: facts.next()?.to_owned(),
        kind: facts.next()?.to_owned(),
        id: facts.next()?.to_owned(),
        size_bytes: facts.next()?.parse().ok(),
        path: path.to_owned(),
    })
}

/// Writes a tree: another one, or an empty one, with changes. `number` is one that no other call has.
pub(super) fn write_tree(
    dir: &Path,
    base: Option<&str>,
    changes: &[Change],
    number: u64,
) -> Result<String, Reply> {
    let index = dir.join(format!("index-{number}"));
    let own = git(dir).env("GIT_INDEX_FILE", &index);
    let result = (|| {
        let start = base.map_or(["read-tree", "--empty"], |it| ["read-tree", it]);
        output(&own.clone().args(start), Vec::new())?;
        let mut input = Vec::new();
        for Change { path, object } in changes {
            let absent = ("0".to_owned(), "0".repeat(40));
            let (mode, id) = object.as_ref().unwrap_or(&absent);
            input.extend_from_slice(format!("{mode} {id}\t{path}\0").as_bytes());
        }
        output(
            &own.clone()
                .args(["update-index", "--add", "--replace", "-z", "--index-info"]),
            input,
        )?;
        line(&own.clone().args(["write-tree"]), Vec::new())
    })();
    // What is left of it takes room and hurts nobody.
    let _ = crate::effect::files::remove(&index);
    result
}

/// Writes a commit of a visitor's.
pub(super) fn write_commit(
    dir: &Path,
    visitor: &Visitor,
    tree: &str,
    parents: &[String],
    message: &str,
) -> Result<String, Reply> {
    let mut program = git(dir)
        .args(["commit-tree", tree, "-F", "-"])
        .env("GIT_AUTHOR_NAME", &visitor.login)
        .env(
            "GIT_AUTHOR_EMAIL",
            format!("{}@users.noreply.github.com", visitor.login),
        );
    for parent in parents {
        program = program.args(["-p", parent]);
    }
    line(&program, message.as_bytes().to_vec())
}

/// Points a ref somewhere. `before` is where it must point to now; the empty text is nowhere.
pub(super) fn set_ref(dir: &Path, whole: &str, id: &str, before: Option<&str>) -> Result<(), Reply> {
    let mut program = git(dir).args(["update-ref", whole, id]);
    if let Some(before) = before {
        program = program.arg(before);
    }
    output(&program, Vec::new()).map(|_| ())
}

/// Removes a ref.
pub(super) fn drop_ref(dir: &Path, whole: &str) -> Result<(), Reply> {
    output(&git(dir).args(["update-ref", "-d", whole]), Vec::new()).map(|_| ())
}

/// Whether git takes a name as that of a ref.
pub(super) fn is_ref_name(dir: &Path, whole: &str) -> bool {
    output(&git(dir).args(["check-ref-format", whole]), Vec::new()).is_ok()
}

/// Whether a repository has no branch.
pub(super) fn is_empty(dir: &Path) -> bool {
    let program = git(dir).args(["for-each-ref", "--count=1", "refs/heads"]);
    output(&program, Vec::new()).is_ok_and(|it| it.is_empty())
}

/// Whether a commit is part of the history of another.
pub(super) fn is_before(dir: &Path, older: &str, newer: &str) -> bool {
    let program = git(dir).args(["merge-base", "--is-ancestor", older, newer]);
    output(&program, Vec::new()).is_ok()
}

/// The tree that merging two commits gives; `None` where they conflict.
pub(super) fn merged(dir: &Path, ours: &str, theirs: &str) -> Option<String> {
    let program = git(dir).args(["merge-tree", "--write-tree", ours, theirs]);
    line(&program, Vec::new()).ok()
}

/// The paths that a branch changes, seen from where it left another one.
pub(super) fn changed(dir: &Path, onto: &str, head: &str) -> Result<Vec<String>, Reply> {
    let program = git(dir).args([
        "diff",
        "--name-only",
        "-z",
        "--no-renames",
        &format!("{onto}...{head}"),
    ]);
    let bytes = output(&program, Vec::new())?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(text
        .split('\0')
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect())
}
