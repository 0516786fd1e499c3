//! Pull requests as documents.

use serde_json::{Value, json};

use super::Pull;
use crate::time::rfc3339;
use crate::twin::github::account::{self, merge};
use crate::twin::github::plumbing;
use crate::twin::github::repository::{self, ref_at};
use crate::twin::github::route::Call;
use crate::twin::github::state::State;

/// A label of the repository at an address of the API.
pub(in crate::twin::github) fn label(api: &str, name: &str) -> Value {
    json!({
        "id": name.bytes().fold(11_u64, |id, it| (id * 31 + u64::from(it)) % 100_000_000),
        "node_id": format!("L_{name}"),
        "url": format!("{api}/labels/{name}"),
        "name": name,
        "description": null,
        "color": "ededed",
        "default": false,
    })
}

/// A pull request to a repository, in a list or by itself.
pub(in crate::twin::github) fn shown(
    call: &Call<'_>,
    state: &mut State,
    (owner, name): (&str, &str),
    pull: &Pull,
    is_alone: bool,
) -> Value {
    let full = format!("{owner}/{name}");
    let (api, page) = (
        format!("{}/repos/{full}", call.api()),
        format!("{}/{full}/pull/{}", call.base, pull.number),
    );
    let (this, issue) = (
        format!("{api}/pulls/{}", pull.number),
        format!("{api}/issues/{}", pull.number),
    );
    let head_dir = call.hub.git_dir(&pull.from.0, &pull.from.1);
    let base_dir = call.hub.git_dir(owner, name);
    let base = ref_at(&base_dir, &format!("refs/heads/{}", pull.base)).map_or(String::new(), |it| it.1);
    let mut side = |(owner, name): (&str, &str), branch: &str, id: &str| {
        let repository = state.repository(owner, name);
        let repository = repository.map(|it| repository::shown(it, call.base, call.visitor.as_ref()));
        json!({
            "label": format!("{owner}:{branch}"),
            "ref": branch,
            "sha": id,
            "user": account::shown(owner, call.base),
            "repo": repository,
        })
    };
    let head_side = side((&pull.from.0, &pull.from.1), &pull.branch, &pull.head);
    let base_side = side((owner, name), &pull.base, &base);
    let link = |url: String| json!({ "href": url });
    let mut document = json!({
        "url": this,
        "id": pull.id,
        "node_id": format!("PR_{}", pull.id),
        "html_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
        "issue_url": issue,
        "number": pull.number,
        "state": if pull.is_open { "open" } else { "closed" },
        "locked": false,
        "title": pull.title,
        "user": account::shown(&pull.author, call.base),
        "body": pull.body,
        "created_at": rfc3339(pull.created_s),
        "updated_at": rfc3339(pull.updated_s),
        "closed_at": pull.closed_s.map(rfc3339),
        "merged_at": pull.merged_as.as_ref().and(pull.closed_s).map(rfc3339),
        "merge_commit_sha": pull.merged_as,
        "assignee": null,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": pull.labels.iter().map(|it| label(&api, it)).collect::<Vec<_>>(),
        "milestone": null,
        "draft": pull.is_draft,
        "commits_url": format!("{this}/commits"),
        "review_comments_url": format!("{this}/comments"),
        "review_comment_url": format!("{api}/pulls/comments{{/number}}"),
        "comments_url": format!("{issue}/comments"),
        "statuses_url": format!("{api}/statuses/{}", pull.head),
        "author_association": "CONTRIBUTOR",
        "auto_merge": null,
        "active_lock_reason": null,
    });
    let links = json!({
        "head": head_side,
        "base": base_side,
        "_links": {
            "self": link(this.clone()),
            "html": link(page),
            "issue": link(issue.clone()),
            "comments": link(format!("{issue}/comments")),
            "review_comments": link(format!("{this}/comments")),
            "review_comment": link(format!("{api}/pulls/comments{{/number}}")),
            "commits": link(format!("{this}/commits")),
            "statuses": link(format!("{api}/statuses/{}", pull.head)),
        },
    });
    merge(&mut document, links);
    if is_alone {
        let changed = plumbing::changed(&head_dir, &base, &pull.head).unwrap_or_default();
        merge(
            &mut document,
            json!({
                "merged": pull.merged_as.is_some(),
                "mergeable": pull.is_open,
                "rebaseable": pull.is_open,
                "mergeable_state": "clean",
                "merged_by": pull.merged_as.as_ref().map(|_| account::shown(owner, call.base)),
                "comments": 0,
                "review_comments": 0,
                "maintainer_can_modify": pull.may_modify,
                "commits": 1,
                "additions": 0,
                "deletions": 0,
                "changed_files": changed.len(),
            }),
        );
    }
    document
}
