//! The contents interface: files and folders of a branch, read and written one by one.

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Visitor;
use super::gitdata::{Where, decode, encode, unprocessable};
use super::object;
use super::plumbing::{self, Change, Entry};
use super::refusal::{not_found, refusal};
use super::repository::ref_at;
use super::route::{Call, Handled, Route, route};
use crate::twin::server::Reply;

/// Its rows.
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/api/repos/{}/{}/contents", show),
    route("GET", "/api/repos/{}/{}/contents/{..}", show),
    route("PUT", "/api/repos/{}/{}/contents/{..}", put),
    route("DELETE", "/api/repos/{}/{}/contents/{..}", delete),
];

/// The largest file whose bytes are part of the document (GitHub's documentation, "Get repository content").
const MOST_BYTES: usize = 1 << 20;

/// A path as a text of git: what begins with a slash or leads out names nothing.
fn path(call: &Call<'_>) -> Result<String, Reply> {
    let path = call.argument(2).trim_matches('/').to_owned();
    let is_part = |it: &str| !it.is_empty() && it != "." && it != "..";
    let is_fine = path.is_empty() || path.split('/').all(is_part);
    is_fine
        .then_some(path)
        .ok_or_else(|| unprocessable("path contains a malformed path component"))
}

/// The commit that `ref` of the query names; the default branch without.
fn commit(call: &Call<'_>, place: &Where) -> Result<(String, String), Reply> {
    let default = {
        let mut state = call.hub.state();
        call.repository(&mut state)?.default_branch.clone()
    };
    if call.is_filling() || plumbing::is_empty(&place.dir) {
        return Err(refusal(404, "This repository is empty."));
    }
    let name = call.request.argument("ref").unwrap_or(&default);
    let tried = [
        format!("refs/heads/{name}"),
        format!("refs/tags/{name}"),
        name.to_owned(),
    ];
    let found = tried
        .iter()
        .find_map(|it| plumbing::resolve(&place.dir, &format!("{it}^{{commit}}")));
    let (_, id) = found.ok_or_else(|| refusal(404, &format!("No commit found for the ref {name}")))?;
    Ok((name.to_owned(), id))
}

/// A file or folder, as lists and documents show it.
fn shown(call: &Call<'_>, place: &Where, name: &str, entry: &Entry) -> Value {
    let (owner, repository) = call.place();
    let Entry { path, id, .. } = entry;
    let kind = match (entry.kind.as_str(), entry.mode.as_str()) {
        ("tree", _) => "dir",
        ("commit", _) => "submodule",
        (_, "120000") => "symlink",
        _ => "file",
    };
    let url = format!("{}/contents/{path}?ref={name}", place.api);
    let git_url = format!("{}/git/{}s/{id}", place.api, entry.kind);
    let word = if kind == "dir" { "tree" } else { "blob" };
    let page = format!("{}/{owner}/{repository}/{word}/{name}/{path}", call.base);
    let raw = format!("{}/{owner}/{repository}/raw/{name}/{path}", call.base);
    json!({
        "name": path.rsplit('/').next().unwrap_or(path),
        "path": path,
        "sha": id,
        "size": entry.size_bytes.unwrap_or_default(),
        "url": url,
        "html_url": page,
        "git_url": git_url,
        "download_url": if kind == "file" { json!(raw) } else { Value::Null },
        "type": kind,
        "_links": { "self": url, "git": git_url, "html": page },
    })
}

fn show(call: &Call<'_>) -> Handled {
    let place = call.readable_place()?;
    let path = path(call)?;
    let (name, commit) = commit(call, &place)?;
    let (kind, id) = plumbing::resolve(&place.dir, &format!("{commit}:{path}")).ok_or_else(not_found)?;
    let accept = call.request.header("accept").unwrap_or_default();
    if kind == "tree" {
        let below = |entry: Entry| Entry {
            path: if path.is_empty() {
                entry.path
            } else {
                format!("{path}/{}", entry.path)
            },
            ..entry
        };
        let entries = plumbing::read_tree(&place.dir, &id, false)?
            .into_iter()
            .map(below);
        // GitHub's documentation: the list ends after a thousand files.
        let list: Vec<Value> = entries
            .take(1000)
            .map(|it| shown(call, &place, &name, &it))
            .collect();
        return Ok(Reply::json(200, &list));
    }
    let bytes = plumbing::read_blob(&place.dir, &id)?;
    if accept.contains("raw") {
        let media_type = "application/vnd.github.raw+json; charset=utf-8";
        return Ok(Reply::bytes(200, Some(media_type), bytes));
    }
    Ok(Reply::json(200, &file(call, &place, &name, &path, &id, &bytes)))
}

/// A file with its bytes.
fn file(call: &Call<'_>, place: &Where, name: &str, path: &str, id: &str, bytes: &[u8]) -> Value {
    let entry = Entry {
        mode: "100644".to_owned(),
        kind: "blob".to_owned(),
        id: id.to_owned(),
        size_bytes: u64::try_from(bytes.len()).ok(),
        path: path.to_owned(),
    };
    let mut document = shown(call, place, name, &entry);
    let is_whole = bytes.len() <= MOST_BYTES;
    document["content"] = json!(if is_whole { encode(bytes) } else { String::new() });
    document["encoding"] = json!(if is_whole { "base64" } else { "none" });
    document
}

/// What a change of one file says.
#[derive(Deserialize)]
struct Write {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    sha: Option<String>,
    #[serde(default)]
    branch: Option<String>,
}

/// The words for a field that is not there.
fn not_supplied(field: &str) -> Reply {
    unprocessable(&format!("Invalid request.\n\n\"{field}\" wasn't supplied."))
}

/// A branch that is written to.
struct Branch {
    place: Where,
    visitor: Visitor,
    name: String,
    head: String,
    path: String,
    /// The blob that is there now.
    there: Option<String>,
}

fn branch(call: &Call<'_>, named: Option<&String>) -> Result<Branch, Reply> {
    let (place, visitor) = call.writable_place()?;
    let default = {
        let mut state = call.hub.state();
        call.repository(&mut state)?.default_branch.clone()
    };
    let name = named.cloned().unwrap_or(default);
    let found = ref_at(&place.dir, &format!("refs/heads/{name}"));
    let (_, head) = found.ok_or_else(|| refusal(404, &format!("Branch {name} not found")))?;
    let path = path(call)?;
    let there = plumbing::resolve(&place.dir, &format!("{head}:{path}"));
    if there.as_ref().is_some_and(|it| it.0 == "tree") || path.is_empty() {
        return Err(unprocessable("path is a directory"));
    }
    Ok(Branch {
        place,
        visitor,
        name,
        head,
        path,
        there: there.map(|it| it.1),
    })
}

impl Branch {
    /// Commits the change of one path on top of the branch. Who came first has won: GitHub says 409 to the other.
    fn commit(
        &self,
        call: &Call<'_>,
        object: Option<(String, String)>,
        message: &str,
    ) -> Result<Value, Reply> {
        let dir = &self.place.dir;
        let number = call.hub.state().id();
        let change = Change {
            path: self.path.clone(),
            object,
        };
        let tree = plumbing::write_tree(dir, Some(&self.head), &[change], number)?;
        let parents = [self.head.clone()];
        let id = plumbing::write_commit(dir, &self.visitor, &tree, &parents, message)?;
        let whole = format!("refs/heads/{}", self.name);
        plumbing::set_ref(dir, &whole, &id, Some(&self.head)).map_err(|_| {
            let now = ref_at(dir, &whole).map_or_else(String::new, |it| it.1);
            refusal(409, &format!("is at {now} but expected {}", self.head))
        })?;
        object::shown_commit(call, dir, &id)
    }

    /// A file that is there is only changed by who knows what is there.
    fn check(&self, sha: Option<&String>) -> Result<(), Reply> {
        match (&self.there, sha) {
            (Some(there), Some(sha)) if there.eq_ignore_ascii_case(sha) => Ok(()),
            (Some(_), None) => Err(not_supplied("sha")),
            (None, None) => Ok(()),
            (_, Some(sha)) => Err(refusal(409, &format!("{} does not match {sha}", self.path))),
        }
    }
}

fn put(call: &Call<'_>) -> Handled {
    let write: Write = call.document()?;
    let branch = branch(call, write.branch.as_ref())?;
    let message = write.message.ok_or_else(|| not_supplied("message"))?;
    let content = write.content.ok_or_else(|| not_supplied("content"))?;
    let bytes = decode(&content).ok_or_else(|| unprocessable("content is not valid Base64"))?;
    branch.check(write.sha.as_ref())?;
    let id = plumbing::write_blob(&branch.place.dir, bytes.clone())?;
    let object = ("100644".to_owned(), id.clone());
    let commit = branch.commit(call, Some(object), &message)?;
    let status = if branch.there.is_some() { 200 } else { 201 };
    let content = shown_short(call, &branch, &id, &bytes);
    Ok(Reply::json(
        status,
        &json!({ "content": content, "commit": commit }),
    ))
}

/// The answer to a write has no bytes in it.
fn shown_short(call: &Call<'_>, branch: &Branch, id: &str, bytes: &[u8]) -> Value {
    let mut document = file(call, &branch.place, &branch.name, &branch.path, id, bytes);
    if let Some(fields) = document.as_object_mut() {
        fields.remove("content");
        fields.remove("encoding");
    }
    document
}

fn delete(call: &Call<'_>) -> Handled {
    let write: Write = call.document()?;
    let branch = branch(call, write.branch.as_ref())?;
    let message = write.message.ok_or_else(|| not_supplied("message"))?;
    if branch.there.is_none() {
        return Err(not_found());
    }
    branch.check(write.sha.as_ref())?;
    let commit = branch.commit(call, None, &message)?;
    Ok(Reply::json(200, &json!({ "content": null, "commit": commit })))
}
