//! The git data interface: blobs, trees, commits and refs, each an object of the repository on disk.

use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Visitor;
use super::object;
use super::plumbing::{self, Change};
use super::refusal::{not_found, refusal};
use super::repository::{self, ref_at};
use super::route::{Call, Handled, Route, route};
use crate::twin::server::Reply;

/// Its rows.
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/api/repos/{}/{}/git/ref/{..}", show_ref),
    route("POST", "/api/repos/{}/{}/git/refs", add_ref),
    route("PATCH", "/api/repos/{}/{}/git/refs/{..}", move_ref),
    route("DELETE", "/api/repos/{}/{}/git/refs/{..}", drop_ref),
    route("POST", "/api/repos/{}/{}/git/blobs", add_blob),
    route("GET", "/api/repos/{}/{}/git/blobs/{}", show_blob),
    route("POST", "/api/repos/{}/{}/git/trees", add_tree),
    route("GET", "/api/repos/{}/{}/git/trees/{}", show_tree),
    route("POST", "/api/repos/{}/{}/git/commits", add_commit),
];

/// Where a repository is: on disk, and in the API.
pub(super) struct Where {
    pub(super) dir: PathBuf,
    pub(super) api: String,
}

impl Call<'_> {
    /// The repository in the first two open places, for reading.
    pub(super) fn readable_place(&self) -> Result<Where, Reply> {
        let mut state = self.hub.state();
        let repository = self.repository(&mut state)?;
        let full = format!("{}/{}", repository.owner, repository.name);
        let dir = self.hub.git_dir(&repository.owner, &repository.name);
        Ok(Where {
            dir,
            api: format!("{}/repos/{full}", self.api()),
        })
    }

    /// The same for writing, and who writes.
    pub(super) fn writable_place(&self) -> Result<(Where, Visitor), Reply> {
        self.writable(&mut self.hub.state())?;
        let visitor = self.visitor.clone().ok_or_else(not_found)?;
        let place = self.readable_place()?;
        if plumbing::is_empty(&place.dir) {
            return Err(empty());
        }
        Ok((place, visitor))
    }
}

/// A repository without a commit, such as a fork that is still being made.
pub(super) fn empty() -> Reply {
    refusal(409, "Git Repository is empty.")
}

/// 422 with a message alone.
pub(super) fn unprocessable(message: &str) -> Reply {
    refusal(422, message)
}

fn show_ref(call: &Call<'_>) -> Handled {
    let place = call.readable_place()?;
    if call.is_filling() || plumbing::is_empty(&place.dir) {
        return Err(empty());
    }
    object::reference(call)
}

#[derive(Deserialize)]
struct NewRef {
    #[serde(rename = "ref")]
    whole: String,
    sha: String,
}

fn check_commit(place: &Where, sha: &str) -> Result<(), Reply> {
    if !plumbing::is_id(sha) {
        return Err(unprocessable(
            "The sha parameter must be exactly 40 characters and contain only [0-9a-f].",
        ));
    }
    if repository::object(&place.dir, sha).is_none() {
        return Err(unprocessable("Object does not exist"));
    }
    Ok(())
}

fn add_ref(call: &Call<'_>) -> Handled {
    let (place, _) = call.writable_place()?;
    let NewRef { whole, sha } = call.document()?;
    let is_whole = whole.starts_with("refs/") && whole.matches('/').count() >= 2;
    if !is_whole || !plumbing::is_ref_name(&place.dir, &whole) {
        return Err(unprocessable(&format!(
            "{whole} is not a valid ref name. Ref names must start with 'refs/' and contain at least two slashes."
        )));
    }
    check_commit(&place, &sha)?;
    if whole.starts_with("refs/heads/") && !plumbing::is_a(&place.dir, &sha, "commit") {
        return Err(unprocessable("Object is not a commit"));
    }
    if ref_at(&place.dir, &whole).is_some() {
        return Err(unprocessable("Reference already exists"));
    }
    // Nobody else may have made it meanwhile: git itself compares.
    plumbing::set_ref(&place.dir, &whole, &sha, Some(""))
        .map_err(|_| unprocessable("Reference already exists"))?;
    Ok(Reply::json(201, &object::shown_ref(call, &whole, "commit", &sha)))
}

#[derive(Deserialize)]
struct MovedRef {
    sha: String,
    #[serde(default)]
    force: bool,
}

fn move_ref(call: &Call<'_>) -> Handled {
    let (place, _) = call.writable_place()?;
    let MovedRef { sha, force } = call.document()?;
    let whole = format!("refs/{}", call.argument(2));
    let gone = || unprocessable("Reference does not exist");
    let (_, before) = ref_at(&place.dir, &whole).ok_or_else(gone)?;
    check_commit(&place, &sha)?;
    if !force && !plumbing::is_before(&place.dir, &before, &sha) {
        return Err(unprocessable("Update is not a fast forward"));
    }
    plumbing::set_ref(&place.dir, &whole, &sha, Some(&before))
        .map_err(|_| unprocessable("Update is not a fast forward"))?;
    Ok(Reply::json(200, &object::shown_ref(call, &whole, "commit", &sha)))
}

fn drop_ref(call: &Call<'_>) -> Handled {
    let (place, _) = call.writable_place()?;
    let whole = format!("refs/{}", call.argument(2));
    if ref_at(&place.dir, &whole).is_none() {
        return Err(unprocessable("Reference does not exist"));
    }
    call.close_pulls_from(&whole);
    plumbing::drop_ref(&place.dir, &whole)?;
    Ok(Reply::empty(204))
}

#[derive(Deserialize)]
struct NewBlob {
    content: String,
    #[serde(default)]
    encoding: Option<String>,
}

fn add_blob(call: &Call<'_>) -> Handled {
    let (place, _) = call.writable_place()?;
    let NewBlob { content, encoding } = call.document()?;
    let bytes = match encoding.as_deref() {
        Some("base64") => decode(&content).ok_or_else(|| unprocessable("content is not valid Base64"))?,
        None | Some("utf-8") => content.into_bytes(),
        Some(_) => return Err(unprocessable("encoding must be one of: utf-8, base64")),
    };
    let id = plumbing::write_blob(&place.dir, bytes)?;
    let url = format!("{}/git/blobs/{id}", place.api);
    Ok(Reply::json(201, &json!({ "url": url, "sha": id })))
}

/// Base64 as clients send it: with or without line breaks.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    BASE64_STANDARD.decode(text).ok()
}

/// Base64 as GitHub sends it: in lines of 60 letters.
pub(super) fn encode(bytes: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(60);
    lines
        .map(|it| String::from_utf8_lossy(it).into_owned() + "\n")
        .collect()
}

fn show_blob(call: &Call<'_>) -> Handled {
    let place = call.readable_place()?;
    let id = call.argument(2);
    if !plumbing::is_a(&place.dir, id, "blob") {
        return Err(not_found());
    }
    let bytes = plumbing::read_blob(&place.dir, id)?;
    let document = json!({
        "sha": id,
        "node_id": format!("B_{id}"),
        "size": bytes.len(),
        "url": format!("{}/git/blobs/{id}", place.api),
        "content": encode(&bytes),
        "encoding": "base64",
    });
    Ok(Reply::json(200, &document))
}

#[derive(Deserialize)]
struct NewTree {
    #[serde(default)]
    base_tree: Option<String>,
    tree: Vec<NewEntry>,
}

#[derive(Deserialize)]
struct NewEntry {
    path: String,
    #[serde(default)]
    mode: Option<String>,
    /// Absent where `content` is given, null where the path goes.
    #[serde(default)]
    sha: Option<String>,
    #[serde(default)]
    content: Option<String>,
}

/// The kind of object that a mode stands for.
const MODES: &[(&str, &str)] = &[
    ("040000", "tree"),
    ("100644", "blob"),
    ("100755", "blob"),
    ("120000", "blob"),
    ("160000", "commit"),
];

fn add_tree(call: &Call<'_>) -> Handled {
    let (place, _) = call.writable_place()?;
    let NewTree { base_tree, tree } = call.document()?;
    let base = match &base_tree {
        None => None,
        // A commit stands for its tree.
        Some(id) => {
            let found = plumbing::resolve(&place.dir, &format!("{id}^{{tree}}"));
            let found = found.filter(|_| plumbing::is_id(id));
            Some(
                found
                    .ok_or_else(|| unprocessable("base_tree is not a valid tree oid"))?
                    .1,
            )
        }
    };
    let mut changes = Vec::new();
    for entry in tree {
        changes.push(change(&place, base.as_deref(), entry)?);
    }
    let number = call.hub.state().id();
    let id = plumbing::write_tree(&place.dir, base.as_deref(), &changes, number)?;
    Ok(Reply::json(201, &shown_tree(&place, &id, false)?))
}

fn change(place: &Where, base: Option<&str>, entry: NewEntry) -> Result<Change, Reply> {
    let path = entry.path;
    let is_part = |it: &str| !it.is_empty() && it != "." && it != ".." && !it.eq_ignore_ascii_case(".git");
    if !path.split('/').all(is_part) || path.contains('\0') {
        return Err(unprocessable("tree.path contains a malformed path component"));
    }
    let mode = entry.mode.unwrap_or_else(|| "100644".to_owned());
    let Some((_, kind)) = MODES.iter().find(|it| it.0 == mode) else {
        return Err(unprocessable(
            "tree.mode must be one of the following: 100644, 100755, 040000, 160000, 120000",
        ));
    };
    let object = match (entry.sha, entry.content) {
        (Some(_), Some(_)) => {
            return Err(unprocessable(
                "Must supply either tree.sha or tree.content, not both",
            ));
        }
        (None, Some(content)) => Some(plumbing::write_blob(&place.dir, content.into_bytes())?),
        (Some(sha), None) => {
            if !plumbing::is_a(&place.dir, &sha, kind) {
                return Err(unprocessable(&format!("tree.sha {sha} is not a valid {kind}")));
            }
            Some(sha)
        }
        (None, None) => {
            let is_there =
                base.is_some_and(|it| repository::object(&place.dir, &format!("{it}:{path}")).is_some());
            if !is_there {
                return Err(unprocessable("GitRPC::BadObjectState"));
            }
            None
        }
    };
    Ok(Change {
        path,
        object: object.map(|it| (mode, it)),
    })
}

fn shown_tree(place: &Where, id: &str, is_recursive: bool) -> Result<Value, Reply> {
    let entries = plumbing::read_tree(&place.dir, id, is_recursive)?;
    let shown = entries.iter().map(|it| {
        let mut entry = json!({
            "path": it.path,
            "mode": it.mode,
            "type": it.kind,
            "sha": it.id,
            "url": format!("{}/git/{}s/{}", place.api, it.kind, it.id),
        });
        if let Some(size_bytes) = it.size_bytes {
            entry["size"] = json!(size_bytes);
        }
        entry
    });
    Ok(json!({
        "sha": id,
        "url": format!("{}/git/trees/{id}", place.api),
        "tree": shown.collect::<Vec<_>>(),
        "truncated": false,
    }))
}

fn show_tree(call: &Call<'_>) -> Handled {
    let place = call.readable_place()?;
    let name = format!("{}^{{tree}}", call.argument(2));
    let (_, id) = plumbing::resolve(&place.dir, &name).ok_or_else(not_found)?;
    let is_recursive = call.request.argument("recursive").is_some();
    Ok(Reply::json(200, &shown_tree(&place, &id, is_recursive)?))
}

#[derive(Deserialize)]
struct NewCommit {
    message: String,
    tree: String,
    #[serde(default)]
    parents: Vec<String>,
}

fn add_commit(call: &Call<'_>) -> Handled {
    let (place, visitor) = call.writable_place()?;
    let NewCommit {
        message,
        tree,
        parents,
    } = call.document()?;
    if !plumbing::is_a(&place.dir, &tree, "tree") {
        return Err(unprocessable("Tree SHA does not exist"));
    }
    if !parents.iter().all(|it| plumbing::is_a(&place.dir, it, "commit")) {
        return Err(unprocessable(
            "Parent SHA does not exist or is not a commit object",
        ));
    }
    let id = plumbing::write_commit(&place.dir, &visitor, &tree, &parents, &message)?;
    Ok(Reply::json(201, &object::shown_commit(call, &place.dir, &id)?))
}
