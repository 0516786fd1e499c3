//! Pull requests: opened, found, changed, labelled, merged and closed.

mod shown;

use serde::Deserialize;
use serde_json::{Value, json};

use super::gitdata::unprocessable;
use super::plumbing;
use super::refusal::{custom, flaw, invalid, not_found, not_permitted, refusal, requires_authentication};
use super::repository::{git, ref_at};
use super::route::{Call, Handled, Route, route};
use super::state::{State, now_s};
use crate::twin::server::Reply;

pub(super) use shown::{label, shown};

/// Its rows.
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/api/repos/{}/{}/pulls", list),
    route("POST", "/api/repos/{}/{}/pulls", open),
    route("GET", "/api/repos/{}/{}/pulls/{}", show),
    route("PATCH", "/api/repos/{}/{}/pulls/{}", change),
    route("PUT", "/api/repos/{}/{}/pulls/{}/merge", merge),
    route("GET", "/api/repos/{}/{}/issues/{}/labels", labels),
    route("POST", "/api/repos/{}/{}/issues/{}/labels", add_labels),
];

/// A pull request.
#[derive(Clone, Debug)]
pub(super) struct Pull {
    pub(super) id: u64,
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: Option<String>,
    /// The owner and name of the repository that it comes from.
    pub(super) from: (String, String),
    /// The branch there.
    pub(super) branch: String,
    /// The branch that it goes to.
    pub(super) base: String,
    pub(super) author: String,
    /// The newest commit of the branch, as it was last seen.
    pub(super) head: String,
    pub(super) is_open: bool,
    pub(super) is_draft: bool,
    pub(super) may_modify: bool,
    pub(super) merged_as: Option<String>,
    pub(super) labels: Vec<String>,
    pub(super) created_s: i64,
    pub(super) updated_s: i64,
    pub(super) closed_s: Option<i64>,
}

/// The repository in the first two open places, with its pull requests as they stand now: an open one follows its branch.
fn refreshed(call: &Call<'_>, state: &mut State) -> Result<(String, String), Reply> {
    let repository = call.repository(state)?;
    for pull in repository.pulls.iter_mut().filter(|it| it.is_open) {
        let dir = call.hub.git_dir(&pull.from.0, &pull.from.1);
        if let Some((_, id)) = ref_at(&dir, &format!("refs/heads/{}", pull.branch)) {
            pull.head = id;
        }
    }
    Ok((repository.owner.clone(), repository.name.clone()))
}

fn list(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let (owner, name) = refreshed(call, &mut state)?;
    let argument = |name: &str| call.request.argument(name).filter(|it| !it.is_empty());
    let wanted = argument("state").unwrap_or("open");
    if !["open", "closed", "all"].contains(&wanted) {
        return Err(invalid(&[flaw("PullRequest", "state", "invalid")]));
    }
    let fits = |it: &Pull| {
        let is_state = wanted == "all" || (wanted == "open") == it.is_open;
        let label = format!("{}:{}", it.from.0, it.branch);
        is_state
            && argument("head").is_none_or(|head| head.eq_ignore_ascii_case(&label))
            && argument("base").is_none_or(|base| base == it.base)
    };
    let repository = state.repository(&owner, &name).ok_or_else(not_found)?;
    // The newest come first unless the other direction is asked for.
    let mut pulls: Vec<Pull> = repository.pulls.iter().filter(|it| fits(it)).cloned().collect();
    if argument("direction") != Some("asc") {
        pulls.reverse();
    }
    let documents: Vec<Value> = pulls
        .iter()
        .map(|it| shown(call, &mut state, (&owner, &name), it, false))
        .collect();
    Ok(call.paged(&documents))
}

#[derive(Deserialize)]
struct NewPull {
    #[serde(default)]
    title: Option<String>,
    head: String,
    base: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    draft: bool,
    #[serde(default = "yes")]
    maintainer_can_modify: bool,
}

fn yes() -> bool {
    true
}

fn open(call: &Call<'_>) -> Handled {
    let visitor = call.visitor.clone().ok_or_else(requires_authentication)?;
    if !visitor.may_write {
        return Err(not_permitted());
    }
    let wish: NewPull = call
        .document()
        .map_err(|_| unprocessable("Invalid request.\n\n\"head\", \"base\" weren't supplied."))?;
    let mut state = call.hub.state();
    let (owner, name) = refreshed(call, &mut state)?;
    let (from_owner, branch) = match wish.head.split_once(':') {
        Some((owner, branch)) => (owner.to_owned(), branch.to_owned()),
        None => (owner.clone(), wish.head.clone()),
    };
    let title = wish.title.filter(|it| !it.trim().is_empty());
    let title = title.ok_or_else(|| invalid(&[flaw("PullRequest", "title", "missing_field")]))?;
    let bad = |field: &str| invalid(&[flaw("PullRequest", field, "invalid")]);
    // The head is a branch of the repository itself, or of a fork of it.
    let of = (owner.clone(), name.clone());
    let is_source = |it: &&super::state::Repository| {
        let is_itself = it.owner == owner && it.name == name;
        it.owner.eq_ignore_ascii_case(&from_owner) && (is_itself || it.parent.as_ref() == Some(&of))
    };
    let source = state.repositories().find(is_source).ok_or_else(|| bad("head"))?;
    let from = (source.owner.clone(), source.name.clone());
    let dir = call.hub.git_dir(&from.0, &from.1);
    let (_, head) = ref_at(&dir, &format!("refs/heads/{branch}")).ok_or_else(|| bad("head"))?;
    let base_dir = call.hub.git_dir(&owner, &name);
    let base = ref_at(&base_dir, &format!("refs/heads/{}", wish.base));
    let (_, base_id) = base.ok_or_else(|| bad("base"))?;
    let label = format!("{}:{branch}", from.0);
    let repository = state.repository(&owner, &name).ok_or_else(not_found)?;
    let is_same = |it: &Pull| it.is_open && it.from == from && it.branch == branch && it.base == wish.base;
    if repository.pulls.iter().any(is_same) {
        let words = format!("A pull request already exists for {label}.");
        return Err(already(&words));
    }
    if head == base_id || plumbing::is_before(&dir, &head, &base_id) {
        let words = format!("No commits between {owner}:{} and {label}", wish.base);
        return Err(already(&words));
    }
    let labels = moderation(&of, &dir, &base_id, &head)?;
    let (id, now_s) = (state.id(), now_s());
    let repository = state.repository(&owner, &name).ok_or_else(not_found)?;
    let pull = Pull {
        id,
        number: repository.pulls.len() as u64 + 1,
        title,
        body: wish.body,
        from,
        branch,
        base: wish.base,
        author: visitor.login,
        head,
        is_open: true,
        is_draft: wish.draft,
        may_modify: wish.maintainer_can_modify,
        merged_as: None,
        labels,
        created_s: now_s,
        updated_s: now_s,
        closed_s: None,
    };
    repository.pulls.push(pull.clone());
    let document = shown(call, &mut state, (&owner, &name), &pull, true);
    Ok(Reply::json(201, &document))
}

/// A flaw of no field, in words.
fn already(words: &str) -> Reply {
    let mut flaw = custom("PullRequest", "", words);
    if let Some(fields) = flaw.as_object_mut() {
        fields.remove("field");
    }
    invalid(&[flaw])
}

/// The labels that a repository's own automation gives. WinGet's looks at the shape of what is changed first (its
/// `doc/Validation.md`).
fn moderation(
    of: &(String, String),
    dir: &std::path::Path,
    base: &str,
    head: &str,
) -> Result<Vec<String>, Reply> {
    if of.1 != "winget-pkgs" {
        return Ok(Vec::new());
    }
    let changed = plumbing::changed(dir, base, head)?;
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map(|it| it.0.to_owned())
            .unwrap_or_default()
    };
    let first = changed.first().map(|it| folder(it)).unwrap_or_default();
    let word = if !changed.iter().all(|it| it.starts_with("manifests/")) {
        "Manifest-Path-Error"
    } else if !changed.iter().all(|it| folder(it) == first) {
        "PullRequest-Error"
    } else if plumbing::resolve(dir, &format!("{base}:{}", folder(&first))).is_some() {
        "New-Manifest"
    } else {
        "New-Package"
    };
    Ok(vec![word.to_owned()])
}

/// The pull request of the number in the third open place.
fn numbered<'s>(call: &Call<'_>, state: &'s mut State) -> Result<&'s mut Pull, Reply> {
    let number = call.id(2)?;
    let repository = call.repository(state)?;
    let mut pulls = repository.pulls.iter_mut();
    pulls.find(|it| it.number == number).ok_or_else(not_found)
}

fn answer(call: &Call<'_>, state: &mut State, status: u16) -> Handled {
    let (owner, name) = refreshed(call, state)?;
    let pull = numbered(call, state)?.clone();
    let document = shown(call, state, (&owner, &name), &pull, true);
    Ok(Reply::json(status, &document))
}

fn show(call: &Call<'_>) -> Handled {
    answer(call, &mut call.hub.state(), 200)
}

/// Who may change a pull request: who opened it, and who may write to the repository.
fn check_rights(call: &Call<'_>, state: &mut State) -> Result<(), Reply> {
    let visitor = call.visitor.as_ref().ok_or_else(requires_authentication)?;
    let owner = call.repository(state)?.owner.clone();
    let pull = numbered(call, state)?;
    if pull.author != visitor.login && owner != visitor.login {
        return Err(not_found());
    }
    if !visitor.may_write {
        return Err(not_permitted());
    }
    Ok(())
}

#[derive(Deserialize)]
struct Changed {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    state: Option<String>,
}

fn change(call: &Call<'_>) -> Handled {
    let wish: Changed = call.document()?;
    let mut state = call.hub.state();
    check_rights(call, &mut state)?;
    let now_s = now_s();
    let pull = numbered(call, &mut state)?;
    match wish.state.as_deref() {
        None => {}
        Some("open") if pull.merged_as.is_none() => (pull.is_open, pull.closed_s) = (true, None),
        Some("closed") => (pull.is_open, pull.closed_s) = (false, Some(now_s)),
        Some(_) => return Err(invalid(&[flaw("PullRequest", "state", "invalid")])),
    }
    pull.title = wish.title.unwrap_or_else(|| pull.title.clone());
    pull.body = wish.body.or_else(|| pull.body.clone());
    pull.updated_s = now_s;
    answer(call, &mut state, 200)
}

fn merge(call: &Call<'_>) -> Handled {
    let visitor = call.visitor.clone().ok_or_else(requires_authentication)?;
    let mut state = call.hub.state();
    let (owner, name) = refreshed(call, &mut state)?;
    call.writable(&mut state)?;
    let now_s = now_s();
    let pull = numbered(call, &mut state)?;
    let closed = || refusal(405, "Pull Request is not mergeable");
    if !pull.is_open {
        return Err(closed());
    }
    let (from, dir) = (
        call.hub.git_dir(&pull.from.0, &pull.from.1),
        call.hub.git_dir(&owner, &name),
    );
    let whole = format!("refs/heads/{}", pull.base);
    let (_, base) = ref_at(&dir, &whole).ok_or_else(closed)?;
    let fetch = git(&dir).args(["fetch", "--quiet"]).arg(&from).arg(&pull.head);
    plumbing::output(&fetch, Vec::new())?;
    // The repositories that channels send to merge what was asked for as one commit.
    let tree = plumbing::merged(&dir, &base, &pull.head).ok_or_else(closed)?;
    let message = format!("{} (#{})", pull.title, pull.number);
    let id = plumbing::write_commit(&dir, &visitor, &tree, std::slice::from_ref(&base), &message)?;
    plumbing::set_ref(&dir, &whole, &id, Some(&base))?;
    pull.is_open = false;
    pull.closed_s = Some(now_s);
    pull.updated_s = now_s;
    pull.merged_as = Some(id.clone());
    let document = json!({ "sha": id, "merged": true, "message": "Pull Request successfully merged" });
    Ok(Reply::json(200, &document))
}

/// The address of the repository in the first two open places.
fn repository_api(call: &Call<'_>) -> String {
    let (owner, name) = call.place();
    format!("{}/repos/{owner}/{name}", call.api())
}

fn labels(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let names = numbered(call, &mut state)?.labels.clone();
    let api = repository_api(call);
    let shown: Vec<Value> = names.iter().map(|it| label(&api, it)).collect();
    Ok(call.paged(&shown))
}

#[derive(Deserialize)]
struct NewLabels {
    labels: Vec<String>,
}

fn add_labels(call: &Call<'_>) -> Handled {
    let NewLabels { labels } = call.document()?;
    let mut state = call.hub.state();
    call.writable(&mut state)?;
    let now_s = now_s();
    let pull = numbered(call, &mut state)?;
    let api = repository_api(call);
    pull.updated_s = now_s;
    for label in labels {
        if !pull.labels.contains(&label) {
            pull.labels.push(label);
        }
    }
    let shown: Vec<Value> = pull.labels.iter().map(|it| label(&api, it)).collect();
    Ok(Reply::json(200, &shown))
}

impl Call<'_> {
    /// Closes what was opened from a branch that goes away.
    pub(super) fn close_pulls_from(&self, whole: &str) {
        let Some(branch) = whole.strip_prefix("refs/heads/") else {
            return;
        };
        let mut state = self.hub.state();
        let now_s = now_s();
        let Ok(repository) = self.repository(&mut state) else {
            return;
        };
        let from = (repository.owner.clone(), repository.name.clone());
        let (owner, name) = repository.parent.clone().unwrap_or_else(|| from.clone());
        let Some(target) = state.repository(&owner, &name) else {
            return;
        };
        for pull in &mut target.pulls {
            if pull.is_open && pull.from == from && pull.branch == branch {
                (pull.is_open, pull.closed_s) = (false, Some(now_s));
            }
        }
    }
}
