//! Repositories: those that are there before anybody publishes, and what is told of each.

use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use super::Hub;
use super::account::{self, Visitor, merge};
use super::refusal::not_found;
use super::route::{Call, Handled, Route, route};
use super::state::Repository;
use crate::effect::files;
use crate::effect::process::Program;
use crate::twin::World;
use crate::twin::server::Reply;

/// Its rows.
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/api/repos/{}/{}", show),
    route("GET", "/api/repos/{}/{}/immutable-releases", immutable),
];

/// Makes the repositories that the real GitHub has before anybody publishes: the product's, with the commits of the
/// workspace.
pub(super) fn seed(hub: &Hub, world: &World) -> anyhow::Result<()> {
    let (owner, name) = &world.repository;
    hub.state().add(owner, name, None);
    let dir = hub.git_dir(owner, name);
    init(&dir)?;
    match &world.root {
        Some(root) if root.join(".git").exists() => copy(&dir, root, world.commit.as_deref()),
        _ => first_commit(&dir, &[("README.md", "A product.\n")]),
    }
}

/// Git in a bare repository, as nobody in particular: no settings of the user's are read.
pub(super) fn git(dir: &Path) -> Program {
    Program::new("git")
        .env("GIT_DIR", dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_NAME", "GitHub")
        .env("GIT_AUTHOR_EMAIL", "noreply@github.com")
        .env("GIT_COMMITTER_NAME", "GitHub")
        .env("GIT_COMMITTER_EMAIL", "noreply@github.com")
}

/// Makes a bare git repository whose branch is `main`.
pub(super) fn init(dir: &Path) -> anyhow::Result<()> {
    files::create_dir(dir)?;
    git(dir)
        .args(["init", "--quiet", "--bare", "--initial-branch", "main"])
        .read()?;
    Ok(())
}

/// Puts a first commit with these files into a bare repository.
pub(super) fn first_commit(dir: &Path, content: &[(&str, &str)]) -> anyhow::Result<()> {
    let mut index = Vec::new();
    for (path, text) in content {
        let written = git(dir)
            .args(["hash-object", "-w", "--stdin"])
            .output_of(text.as_bytes().to_vec())?;
        let id = String::from_utf8(written.stdout).context("git wrote no id")?;
        index.extend_from_slice(format!("100644 {}\t{path}\n", id.trim()).as_bytes());
    }
    let own = git(dir).env("GIT_INDEX_FILE", dir.join("first-index"));
    own.clone()
        .args(["update-index", "--add", "--index-info"])
        .output_of(index)?;
    let tree = own.args(["write-tree"]).read()?;
    let commit = git(dir)
        .args(["commit-tree", "-m", "First", tree.trim()])
        .env("GIT_AUTHOR_DATE", "2020-01-01T00:00:00Z")
        .env("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")
        .read()?;
    git(dir)
        .args(["update-ref", "refs/heads/main", commit.trim()])
        .read()?;
    Ok(())
}

/// Copies branches, tags and the commit that was built from the workspace's repository.
fn copy(dir: &Path, root: &Path, commit: Option<&str>) -> anyhow::Result<()> {
    let from = root.to_string_lossy().into_owned();
    let refs = ["+refs/tags/*:refs/tags/*", "+HEAD:refs/heads/main"];
    git(dir)
        .args(["fetch", "--quiet", "--no-auto-gc", "--update-shallow", &from])
        .args(refs)
        .read()?;
    if let Some(commit) = commit.filter(|it| object(dir, it).is_none()) {
        git(dir)
            .args(["fetch", "--quiet", "--update-shallow", &from, commit])
            .read()?;
    }
    Ok(())
}

/// The kind and full name of an object, such as a commit, if it is there.
pub(super) fn object(dir: &Path, name: &str) -> Option<(String, String)> {
    let asked = format!("{name}\n").into_bytes();
    let program = git(dir).args(["cat-file", "--batch-check=%(objecttype) %(objectname)"]);
    let outcome = program.output_of(asked).ok()?;
    let text = String::from_utf8(outcome.stdout).ok()?;
    let (kind, id) = text.trim().split_once(' ')?;
    ["commit", "tag", "tree", "blob"]
        .contains(&kind)
        .then(|| (kind.to_owned(), id.to_owned()))
}

/// What a whole name of a ref, such as `refs/tags/v1`, points to.
pub(super) fn ref_at(dir: &Path, whole: &str) -> Option<(String, String)> {
    object(dir, whole).filter(|_| whole.starts_with("refs/"))
}

/// A repository, as it stands in lists and inside of other documents.
pub(super) fn shown(repository: &Repository, base: &str, visitor: Option<&Visitor>) -> Value {
    let Repository { id, owner, name, .. } = repository;
    let full = format!("{owner}/{name}");
    let (api, page) = (format!("{base}/api/repos/{full}"), format!("{base}/{full}"));
    let may_push = visitor.is_some_and(|it| it.login == *owner && it.may_write);
    let mut document = json!({
        "id": id,
        "node_id": format!("R_{id}"),
        "name": name,
        "full_name": full,
        "owner": account::shown(owner, base),
        "private": false,
        "html_url": page,
        "description": null,
        "fork": repository.parent.is_some(),
        "url": api,
        "git_url": format!("git://127.0.0.1/{full}.git"),
        "ssh_url": format!("git@127.0.0.1:{full}.git"),
        "clone_url": format!("{page}.git"),
        "svn_url": page,
        "default_branch": repository.default_branch,
        "permissions": { "admin": may_push, "maintain": may_push, "push": may_push, "triage": may_push, "pull": true },
    });
    let facts = json!({
        "mirror_url": null,
        "homepage": null,
        "language": null,
        "forks": 0, "forks_count": 0, "stargazers_count": 0, "watchers": 0, "watchers_count": 0, "size": 1,
        "open_issues": 0, "open_issues_count": 0,
        "topics": [],
        "has_issues": true, "has_projects": true, "has_wiki": false, "has_pages": false, "has_downloads": true,
        "has_discussions": false,
        "archived": false, "disabled": false,
        "visibility": "public",
        "license": null,
        "pushed_at": "2020-01-01T00:00:00Z", "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z",
    });
    merge(&mut document, facts);
    let links = LINKS
        .iter()
        .map(|(field, tail)| ((*field).to_owned(), Value::from(format!("{api}{tail}"))));
    merge(&mut document, Value::Object(links.collect()));
    document
}

/// The addresses of a repository's parts.
const LINKS: &[(&str, &str)] = &[
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
];

/// A repository by itself: with what is told there alone.
pub(super) fn whole(repository: &Repository, base: &str, visitor: Option<&Visitor>) -> Value {
    let mut document = shown(repository, base, visitor);
    merge(
        &mut document,
        json!({ "network_count": 0, "subscribers_count": 0 }),
    );
    document
}

fn show(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state)?;
    let mut document = whole(repository, call.base, call.visitor.as_ref());
    if let Some((owner, name)) = repository.parent.clone()
        && let Some(parent) = state.repository(&owner, &name)
    {
        let parent = shown(parent, call.base, call.visitor.as_ref());
        merge(
            &mut document,
            json!({ "parent": parent.clone(), "source": parent }),
        );
    }
    Ok(Reply::json(200, &document))
}

fn immutable(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.writable(&mut state)?;
    if !repository.is_immutable {
        return Err(not_found());
    }
    Ok(Reply::json(
        200,
        &json!({ "enabled": true, "enforced_by_owner": false }),
    ))
}
