//! The search for pull requests, as far as publishing asks: by repository, state, author and words of the title.

use serde_json::{Value, json};

use super::account;
use super::pulls::{Pull, label};
use super::refusal::{custom, invalid};
use super::route::{Call, Handled, Route, route};
use super::state::Repository;
use crate::time::rfc3339;
use crate::twin::server::Reply;

/// Its rows.
pub(super) const ROUTES: &[Route] = &[route("GET", "/api/search/issues", search)];

/// What is asked for.
#[derive(Default)]
struct Query {
    repository: String,
    is_open: Option<bool>,
    author: Option<String>,
    words: Vec<String>,
}

/// The words of a query: what stands in quotation marks is one.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            letter => words.last_mut().expect("there is one").push(letter),
        }
    }
    words.retain(|it| !it.is_empty());
    words
}

fn read(text: &str) -> Query {
    let mut query = Query::default();
    for word in words(text) {
        match word.split_once(':') {
            Some(("repo", name)) => query.repository = name.to_lowercase(),
            Some(("is" | "state", "open")) => query.is_open = Some(true),
            Some(("is" | "state", "closed")) => query.is_open = Some(false),
            Some(("author", login)) => query.author = Some(login.to_lowercase()),
            Some(("is" | "type", "pr" | "pull-request") | ("in", "title")) => {}
            _ => query.words.push(word.to_lowercase()),
        }
    }
    query
}

impl Query {
    fn fits(&self, pull: &Pull) -> bool {
        let title = pull.title.to_lowercase();
        self.is_open.is_none_or(|it| it == pull.is_open)
            && (self.author.as_ref()).is_none_or(|it| *it == pull.author.to_lowercase())
            && self.words.iter().all(|it| title.contains(it.as_str()))
    }
}

fn search(call: &Call<'_>) -> Handled {
    let text = call.request.argument("q").unwrap_or_default();
    if text.trim().is_empty() {
        let flaw = json!({ "resource": "Search", "field": "q", "code": "missing" });
        return Err(invalid(&[flaw]));
    }
    let query = read(text);
    let state = call.hub.state();
    let mut repositories = state.repositories();
    let full = |it: &&Repository| format!("{}/{}", it.owner, it.name).to_lowercase() == query.repository;
    let Some(repository) = repositories.find(full) else {
        let words = "The listed users and repositories cannot be searched either because the resources do not exist \
                     or you do not have permission to view them.";
        return Err(invalid(&[custom("Search", "q", words)]));
    };
    let found = repository.pulls.iter().rev().filter(|it| query.fits(it));
    let items: Vec<Value> = found.map(|it| shown(call, repository, it)).collect();
    let document = json!({ "total_count": items.len(), "incomplete_results": false, "items": items });
    Ok(Reply::json(200, &document))
}

/// A pull request as the issue that it is too.
fn shown(call: &Call<'_>, repository: &Repository, pull: &Pull) -> Value {
    let full = format!("{}/{}", repository.owner, repository.name);
    let api = format!("{}/repos/{full}", call.api());
    let issue = format!("{api}/issues/{}", pull.number);
    let page = format!("{}/{full}/pull/{}", call.base, pull.number);
    json!({
        "url": issue,
        "repository_url": api,
        "labels_url": format!("{issue}/labels{{/name}}"),
        "comments_url": format!("{issue}/comments"),
        "events_url": format!("{issue}/events"),
        "html_url": page,
        "id": pull.id,
        "node_id": format!("PR_{}", pull.id),
        "number": pull.number,
        "title": pull.title,
        "user": account::shown(&pull.author, call.base),
        "labels": pull.labels.iter().map(|it| label(&api, it)).collect::<Vec<_>>(),
        "state": if pull.is_open { "open" } else { "closed" },
        "locked": false,
        "assignee": null,
        "assignees": [],
        "milestone": null,
        "comments": 0,
        "created_at": rfc3339(pull.created_s),
        "updated_at": rfc3339(pull.updated_s),
        "closed_at": pull.closed_s.map(rfc3339),
        "author_association": "CONTRIBUTOR",
        "draft": pull.is_draft,
        "pull_request": {
            "url": format!("{api}/pulls/{}", pull.number),
            "html_url": page,
            "diff_url": format!("{page}.diff"),
            "patch_url": format!("{page}.patch"),
            "merged_at": pull.merged_as.as_ref().and(pull.closed_s).map(rfc3339),
        },
        "body": pull.body,
        "score": 1.0,
    })
}
