//! Git objects, as the API reads them: refs, commits and annotated tags.

use std::path::Path;

use serde_json::{Value, json};

use super::refusal::{not_found, refusal};
use super::repository::{git, object, ref_at};
use super::route::{Call, Handled, Route, route};
use crate::twin::server::Reply;

/// Its rows.
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/api/repos/{}/{}/git/ref/{..}", reference),
    route("GET", "/api/repos/{}/{}/git/commits/{}", commit),
    route("GET", "/api/repos/{}/{}/git/tags/{}", tag),
];

/// What a ref points to.
pub(super) fn shown_ref(call: &Call<'_>, whole: &str, kind: &str, sha: &str) -> Value {
    let (owner, name) = call.place();
    let api = format!("{}/repos/{owner}/{name}/git", call.api());
    json!({
        "ref": whole,
        "node_id": format!("REF_{}", whole.replace('/', "_")),
        "url": format!("{api}/{whole}"),
        "object": { "sha": sha, "type": kind, "url": format!("{api}/{kind}s/{sha}") },
    })
}

pub(super) fn reference(call: &Call<'_>) -> Handled {
    let dir = dir(call)?;
    let whole = format!("refs/{}", call.argument(2).trim_start_matches("refs/"));
    let (kind, sha) = ref_at(&dir, &whole).ok_or_else(not_found)?;
    Ok(Reply::json(200, &shown_ref(call, &whole, &kind, &sha)))
}

/// The bare repository of the one that is asked about.
pub(super) fn dir(call: &Call<'_>) -> Result<std::path::PathBuf, Reply> {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state)?;
    Ok(call.hub.git_dir(&repository.owner, &repository.name))
}

/// The full name of an object of a kind that the third open place names.
fn named(call: &Call<'_>, dir: &Path, kind: &str) -> Result<String, Reply> {
    let sha = call.argument(2);
    let is_id = sha.len() == 40 && sha.bytes().all(|it| it.is_ascii_hexdigit());
    if !is_id {
        return Err(refusal(
            422,
            "The SHA parameter must be exactly 40 characters and contain only [0-9a-f].",
        ));
    }
    let found = object(dir, sha).filter(|it| it.0 == kind);
    found.map(|it| it.1).ok_or_else(not_found)
}

/// The header lines and the message of a commit or tag.
fn taken_apart(dir: &Path, kind: &str, sha: &str) -> Result<(Vec<(String, String)>, String), Reply> {
    let text = git(dir)
        .args(["cat-file", kind, sha])
        .read()
        .map_err(|_| not_found())?;
    let (head, message) = text.split_once("\n\n").unwrap_or((text.as_str(), ""));
    let lines = head.lines().filter_map(|it| it.split_once(' '));
    let lines = lines.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok((lines.collect(), message.trim_end().to_owned()))
}

/// `Name <address> 1700000000 +0000`.
fn person(line: &str) -> Value {
    let (name, rest) = line.split_once(" <").unwrap_or((line, ""));
    let (email, when) = rest.split_once("> ").unwrap_or((rest, "0"));
    let time_s = when
        .split(' ')
        .next()
        .and_then(|it| it.parse().ok())
        .unwrap_or_default();
    json!({ "name": name, "email": email, "date": crate::time::rfc3339(time_s) })
}

/// Nothing here is signed.
fn unsigned() -> Value {
    json!({ "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null })
}

/// A commit, as the API tells of it.
pub(super) fn shown_commit(call: &Call<'_>, dir: &Path, sha: &str) -> Result<Value, Reply> {
    let (owner, name) = call.place();
    let api = format!("{}/repos/{owner}/{name}/git", call.api());
    let page = format!("{}/{owner}/{name}/commit", call.base);
    let (lines, message) = taken_apart(dir, "commit", sha)?;
    let line = |name: &str| {
        lines
            .iter()
            .find(|it| it.0 == name)
            .map_or("", |it| it.1.as_str())
    };
    let tree = line("tree");
    let parents: Vec<Value> = lines
        .iter()
        .filter(|it| it.0 == "parent")
        .map(|(_, id)| json!({ "sha": id, "url": format!("{api}/commits/{id}"), "html_url": format!("{page}/{id}") }))
        .collect();
    Ok(json!({
        "sha": sha,
        "node_id": format!("C_{sha}"),
        "url": format!("{api}/commits/{sha}"),
        "html_url": format!("{page}/{sha}"),
        "author": person(line("author")),
        "committer": person(line("committer")),
        "tree": { "sha": tree, "url": format!("{api}/trees/{tree}") },
        "message": message,
        "parents": parents,
        "verification": unsigned(),
    }))
}

fn commit(call: &Call<'_>) -> Handled {
    let dir = dir(call)?;
    let sha = named(call, &dir, "commit")?;
    Ok(Reply::json(200, &shown_commit(call, &dir, &sha)?))
}

fn tag(call: &Call<'_>) -> Handled {
    let dir = dir(call)?;
    let sha = named(call, &dir, "tag")?;
    let (lines, message) = taken_apart(&dir, "tag", &sha)?;
    let line = |name: &str| {
        lines
            .iter()
            .find(|it| it.0 == name)
            .map_or("", |it| it.1.as_str())
    };
    let (owner, name) = call.place();
    let api = format!("{}/repos/{owner}/{name}/git", call.api());
    let (kind, id) = (line("type"), line("object"));
    Ok(Reply::json(
        200,
        &json!({
            "node_id": format!("TA_{sha}"),
            "tag": line("tag"),
            "sha": sha,
            "url": format!("{api}/tags/{sha}"),
            "message": message,
            "tagger": person(line("tagger")),
            "object": { "type": kind, "sha": id, "url": format!("{api}/{kind}s/{id}") },
            "verification": unsigned(),
        }),
    ))
}
