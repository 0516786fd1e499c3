//! Releases: drafts that only their makers see, publication, and what may be changed afterwards.

use std::path::Path;

use semver::Version;
use serde_json::{Map, Value, json};

use super::account::{self, Visitor};
use super::asset;
use super::refusal::{custom, flaw, invalid, not_found, refusal};
use super::repository::{git, object, ref_at};
use super::route::{Call, Handled, Route, route};
use super::state::{Release, Repository, now_s};
use crate::time::rfc3339;
use crate::twin::server::Reply;

/// Its rows.
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/api/repos/{}/{}/releases", list),
    route("POST", "/api/repos/{}/{}/releases", create),
    route("GET", "/api/repos/{}/{}/releases/latest", latest),
    route("GET", "/api/repos/{}/{}/releases/tags/{..}", by_tag),
    route("GET", "/api/repos/{}/{}/releases/{}", show),
    route("PATCH", "/api/repos/{}/{}/releases/{}", change),
    route("DELETE", "/api/repos/{}/{}/releases/{}", delete),
    route("PUT", "/api/repos/{}/{}/immutable-releases", freeze),
    route("DELETE", "/api/repos/{}/{}/immutable-releases", thaw),
];

/// The longest text of a release, in characters.
const MOST_BODY: usize = 125_000;

/// What the fields of a document must be. GitHub checks them before it looks at anything else.
const FIELDS: &[(&str, &str)] = &[
    ("body", "string"),
    ("draft", "boolean"),
    ("generate_release_notes", "boolean"),
    ("make_latest", "string"),
    ("name", "string"),
    ("prerelease", "boolean"),
    ("tag_name", "string"),
    ("target_commitish", "string"),
];

/// What is wanted of a release: the fields that were sent.
struct Wish(Map<String, Value>);

impl Wish {
    fn of(call: &Call<'_>) -> Result<Wish, Reply> {
        let document: Map<String, Value> = call.document()?;
        for (name, kind) in FIELDS {
            let is_right = match document.get(*name) {
                None => true,
                Some(Value::String(_)) => *kind == "string",
                Some(Value::Bool(_)) => *kind == "boolean",
                Some(Value::Null) => matches!(*name, "name" | "body"),
                Some(_) => false,
            };
            if !is_right {
                let found = &document[*name];
                let message =
                    format!("Invalid request.\n\nFor 'properties/{name}', {found} is not a {kind}.");
                return Err(refusal(422, &message));
            }
        }
        Ok(Wish(document))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).and_then(Value::as_bool)
    }

    /// Writes what was sent into a release.
    fn apply(&self, release: &mut Release) {
        for (field, name) in [
            (&mut release.tag, "tag_name"),
            (&mut release.commitish, "target_commitish"),
        ] {
            if let Some(text) = self.text(name) {
                text.clone_into(field);
            }
        }
        for (field, name) in [(&mut release.name, "name"), (&mut release.body, "body")] {
            if self.0.contains_key(name) {
                *field = self.text(name).map(str::to_owned);
            }
        }
        release.is_preview = self.flag("prerelease").unwrap_or(release.is_preview);
    }
}

/// Whether somebody sees the drafts of a repository.
pub(super) fn sees_drafts(repository: &Repository, visitor: Option<&Visitor>) -> bool {
    visitor.is_some_and(|it| it.login == repository.owner && it.may_write)
}

/// The part of a release's page and downloads that names it: a draft has no tag yet.
pub(super) fn page_name(release: &Release) -> String {
    if release.is_draft {
        format!("untagged-{:020x}", release.id * 0x9e37_79b9)
    } else {
        release.tag.clone()
    }
}

fn shown(release: &Release, call: &Call<'_>) -> Value {
    let (owner, name) = call.place();
    let (api, page) = (
        format!("{}/api/repos/{owner}/{name}", call.base),
        format!("{}/{owner}/{name}", call.base),
    );
    let id = release.id;
    let archive = |kind: &str| (!release.is_draft).then(|| format!("{api}/{kind}/{}", release.tag));
    let assets: Vec<Value> = release
        .assets
        .iter()
        .map(|it| asset::shown(it, release, call))
        .collect();
    json!({
        "url": format!("{api}/releases/{id}"),
        "assets_url": format!("{api}/releases/{id}/assets"),
        "upload_url": format!("{}/uploads/repos/{owner}/{name}/releases/{id}/assets{{?name,label}}", call.base),
        "html_url": format!("{page}/releases/tag/{}", page_name(release)),
        "id": id,
        "author": account::shown(&release.author, call.base),
        "node_id": format!("RE_{id}"),
        "tag_name": release.tag,
        "target_commitish": release.commitish,
        "name": release.name,
        "draft": release.is_draft,
        "immutable": release.is_immutable,
        "prerelease": release.is_preview,
        "created_at": rfc3339(release.created_s),
        "updated_at": rfc3339(release.published_s.unwrap_or(release.created_s)),
        "published_at": release.published_s.map(rfc3339),
        "assets": assets,
        "tarball_url": archive("tarball"),
        "zipball_url": archive("zipball"),
        "body": release.body,
    })
}

fn list(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state)?;
    let sees_drafts = sees_drafts(repository, call.visitor.as_ref());
    let visible = repository
        .releases
        .iter()
        .rev()
        .filter(|it| !it.is_draft || sees_drafts);
    let all: Vec<Value> = visible.map(|it| shown(it, call)).collect();
    Ok(call.paged(&all))
}

fn latest(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let release = call.repository(&mut state)?.latest().ok_or_else(not_found)?;
    Ok(Reply::json(200, &shown(release, call)))
}

fn by_tag(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state)?;
    let release = repository.published(call.argument(2)).ok_or_else(not_found)?;
    Ok(Reply::json(200, &shown(release, call)))
}

fn show(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state)?;
    let sees_drafts = sees_drafts(repository, call.visitor.as_ref());
    let release = repository
        .release(call.id(2)?)
        .filter(|it| !it.is_draft || sees_drafts);
    Ok(Reply::json(200, &shown(release.ok_or_else(not_found)?, call)))
}

fn create(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    call.writable(&mut state)?;
    let wish = Wish::of(call)?;
    let Some(tag) = wish.text("tag_name") else {
        return Err(refusal(422, "Invalid request.\n\n\"tag_name\" wasn't supplied."));
    };
    let (id, now_s) = (state.id(), now_s());
    let repository = call.writable(&mut state)?;
    let mut release = Release {
        id,
        tag: tag.to_owned(),
        commitish: repository.default_branch.clone(),
        name: None,
        body: None,
        is_draft: true,
        is_preview: false,
        is_immutable: false,
        created_s: now_s,
        published_s: None,
        author: call
            .visitor
            .as_ref()
            .map_or_else(String::new, |it| it.login.clone()),
        assets: Vec::new(),
    };
    wish.apply(&mut release);
    let dir = call.hub.git_dir(&repository.owner, &repository.name);
    check(&release, &wish, repository, &dir)?;
    if !wish.flag("draft").unwrap_or(false) {
        publish(&mut release, &wish, repository, &dir, now_s)?;
    }
    let reply = Reply::json(201, &shown(&release, call));
    let url = format!(
        "{}/repos/{}/{}/releases/{id}",
        call.api(),
        repository.owner,
        repository.name
    );
    repository.releases.push(release);
    Ok(reply.with("location", url))
}

fn change(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let now_s = now_s();
    let repository = call.writable(&mut state)?;
    let id = call.id(2)?;
    let mut release = repository.release(id).ok_or_else(not_found)?.clone();
    let wish = Wish::of(call)?;
    let before = (release.tag.clone(), release.commitish.clone());
    wish.apply(&mut release);
    if release.is_immutable && before != (release.tag.clone(), release.commitish.clone()) {
        return Err(refusal(422, "Cannot change the tag of an immutable release."));
    }
    let dir = call.hub.git_dir(&repository.owner, &repository.name);
    check(&release, &wish, repository, &dir)?;
    match wish.flag("draft") {
        Some(false) if release.is_draft => publish(&mut release, &wish, repository, &dir, now_s)?,
        Some(true) if release.is_immutable => {
            return Err(refusal(422, "Cannot make an immutable release a draft."));
        }
        Some(true) => release.is_draft = true,
        _ => rank(&release, &wish, repository),
    }
    let reply = Reply::json(200, &shown(&release, call));
    *repository.release(id).ok_or_else(not_found)? = release;
    Ok(reply)
}

/// Refuses what GitHub refuses of any release, draft or not.
fn check(release: &Release, wish: &Wish, repository: &Repository, dir: &Path) -> Result<(), Reply> {
    let mut flaws = Vec::new();
    if !is_tag(&release.tag) {
        flaws.push(custom("Release", "tag_name", "tag_name is not well-formed"));
    }
    if repository
        .published(&release.tag)
        .is_some_and(|it| it.id != release.id)
    {
        flaws.push(flaw("Release", "tag_name", "already_exists"));
    }
    let is_spent = repository.spent_tags.contains(&release.tag) && !release.is_immutable;
    if is_spent && repository.published(&release.tag).is_none() {
        let why = "tag_name was used by an immutable release";
        flaws.push(custom("Release", "tag_name", why));
    }
    if release
        .body
        .as_ref()
        .is_some_and(|it| it.chars().count() > MOST_BODY)
    {
        let why = format!("body is too long (maximum is {MOST_BODY} characters)");
        flaws.push(custom("Release", "body", &why));
    }
    let has_tag = ref_at(dir, &format!("refs/tags/{}", release.tag)).is_some();
    if !has_tag && commit_of(dir, &release.commitish).is_none() {
        flaws.push(flaw("Release", "target_commitish", "invalid"));
    }
    let latest = wish.text("make_latest");
    if latest.is_some_and(|it| !["true", "false", "legacy"].contains(&it)) {
        flaws.push(flaw("Release", "make_latest", "invalid"));
    }
    if latest == Some("true") && release.is_preview {
        flaws.push(custom(
            "Release",
            "make_latest",
            "Latest release cannot be draft or prerelease",
        ));
    }
    if flaws.is_empty() {
        Ok(())
    } else {
        Err(invalid(&flaws))
    }
}

/// Makes a draft public: its tag comes into being where it is not there.
fn publish(
    release: &mut Release,
    wish: &Wish,
    repository: &mut Repository,
    dir: &Path,
    now_s: i64,
) -> Result<(), Reply> {
    let whole = format!("refs/tags/{}", release.tag);
    if ref_at(dir, &whole).is_none() {
        let wrong = || invalid(&[flaw("Release", "target_commitish", "invalid")]);
        let commit = commit_of(dir, &release.commitish).ok_or_else(wrong)?;
        let made = git(dir).args(["update-ref", &whole, &commit]).read();
        made.map_err(|_| invalid(&[custom("Release", "tag_name", "tag_name is not a valid tag")]))?;
    }
    release.is_draft = false;
    release.published_s = Some(now_s);
    release.is_immutable = repository.is_immutable;
    if release.is_immutable {
        repository.spent_tags.insert(release.tag.clone());
    }
    rank(release, wish, repository);
    Ok(())
}

/// Makes it the latest, as far as it wants to be.
fn rank(release: &Release, wish: &Wish, repository: &mut Repository) {
    if release.is_preview || release.is_draft {
        return;
    }
    let version = |tag: &str| Version::parse(tag.trim_start_matches('v')).ok();
    let is_newer = || {
        let there = repository.latest().and_then(|it| version(&it.tag));
        version(&release.tag) >= there
    };
    let becomes_latest = match wish.text("make_latest") {
        Some("false") => false,
        Some("legacy") => is_newer(),
        Some(_) => true,
        // Without a word only a release that is published now becomes the latest.
        None => release.published_s.is_some() && wish.flag("draft") == Some(false),
    };
    if becomes_latest {
        repository.latest = Some(release.id);
    } else if repository.latest.is_none() {
        // Else the newest would be taken for it.
        repository.latest = repository.latest().map(|it| it.id);
    }
}

fn delete(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.writable(&mut state)?;
    let id = call.id(2)?;
    repository.release(id).ok_or_else(not_found)?;
    repository.releases.retain(|it| it.id != id);
    Ok(Reply::empty(204))
}

fn freeze(call: &Call<'_>) -> Handled {
    call.writable(&mut call.hub.state())?.is_immutable = true;
    Ok(Reply::empty(204))
}

fn thaw(call: &Call<'_>) -> Handled {
    call.writable(&mut call.hub.state())?.is_immutable = false;
    Ok(Reply::empty(204))
}

/// The commit that a branch or the name of a commit leads to.
fn commit_of(dir: &Path, commitish: &str) -> Option<String> {
    let is_id = commitish.len() == 40 && commitish.bytes().all(|it| it.is_ascii_hexdigit());
    let name = if is_id {
        commitish.to_owned()
    } else {
        format!("refs/heads/{}", commitish.trim_start_matches("refs/heads/"))
    };
    object(dir, &name).filter(|it| it.0 == "commit").map(|it| it.1)
}

/// Whether git takes a name for a tag (git-check-ref-format).
fn is_tag(tag: &str) -> bool {
    let is_bad = |it: char| it.is_control() || " ~^:?*[\\".contains(it);
    let is_part = |it: &str| {
        !it.is_empty()
            && !it.starts_with('.')
            && !Path::new(it)
                .extension()
                .is_some_and(|it| it.eq_ignore_ascii_case("lock"))
    };
    !tag.contains(is_bad)
        && !tag.contains("..")
        && !tag.contains("@{")
        && !tag.ends_with('.')
        && tag.split('/').all(is_part)
}
