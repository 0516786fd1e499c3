//! Repositories of others that channels send changes to, forks of them, and bringing a fork up to date.

use serde::Deserialize;
use serde_json::json;

use super::Hub;
use super::account::Visitor;
use super::gitdata::unprocessable;
use super::plumbing;
use super::refusal::{not_found, not_permitted, refusal, requires_authentication};
use super::repository::{self, first_commit, git, init, ref_at, shown};
use super::route::{Call, Handled, Route, route};
use crate::effect::files;
use crate::twin::server::Reply;

/// Its rows.
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/api/repos/{}/{}/forks", list),
    route("POST", "/api/repos/{}/{}/forks", fork),
    route("POST", "/api/repos/{}/{}/merge-upstream", merge_upstream),
];

/// A repository of others that is there before anybody publishes.
struct Upstream {
    owner: &'static str,
    name: &'static str,
    branch: &'static str,
    files: &'static [(&'static str, &'static str)],
}

/// Repositories that take changes by pull requests, with as much in them as shows their order.
const UPSTREAMS: &[Upstream] = &[
    Upstream {
        owner: "Homebrew",
        name: "homebrew-core",
        branch: "main",
        files: &[
            ("README.md", "# Formulae\n"),
            ("Formula/a/aaa.rb", "class Aaa < Formula\nend\n"),
        ],
    },
    Upstream {
        owner: "NixOS",
        name: "nixpkgs",
        branch: "master",
        files: &[
            ("README.md", "# Packages\n"),
            ("pkgs/by-name/aa/aaa/package.nix", "{ }: null\n"),
        ],
    },
    Upstream {
        owner: "microsoft",
        name: "winget-pkgs",
        branch: "master",
        files: &[
            ("README.md", "# Manifests\n"),
            (
                "manifests/a/Aaa/Aaa/1.0.0/Aaa.Aaa.yaml",
                "PackageIdentifier: Aaa.Aaa\n",
            ),
        ],
    },
];

/// How often a fork is asked for its content in vain before it has any.
const FILLING: u32 = 2;

/// Makes the repositories of others.
pub(super) fn seed(hub: &Hub) -> anyhow::Result<()> {
    for upstream in UPSTREAMS {
        let Upstream {
            owner, name, branch, ..
        } = *upstream;
        let dir = hub.git_dir(owner, name);
        init(&dir)?;
        first_commit(&dir, upstream.files)?;
        if branch != "main" {
            git(&dir).args(["branch", "--move", "main", branch]).read()?;
        }
        branch.clone_into(&mut hub.state().add(owner, name, None).default_branch);
    }
    Ok(())
}

impl Call<'_> {
    /// Whether the repository is a fork that is still being made; each question brings it nearer.
    pub(super) fn is_filling(&self) -> bool {
        let mut state = self.hub.state();
        let Ok(repository) = self.repository(&mut state) else {
            return false;
        };
        let is_filling = repository.filling > 0;
        repository.filling = repository.filling.saturating_sub(1);
        is_filling
    }
}

fn list(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state)?;
    let whole = (repository.owner.clone(), repository.name.clone());
    let forks = state
        .repositories()
        .filter(|it| it.parent.as_ref() == Some(&whole));
    let shown: Vec<_> = forks
        .map(|it| shown(it, call.base, call.visitor.as_ref()))
        .collect();
    Ok(call.paged(&shown))
}

#[derive(Default, Deserialize)]
struct NewFork {
    #[serde(default)]
    organization: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

fn fork(call: &Call<'_>) -> Handled {
    let visitor = call.visitor.clone().ok_or_else(requires_authentication)?;
    if !visitor.may_write {
        return Err(not_permitted());
    }
    let wish: NewFork = if call.request.body.is_empty() {
        NewFork::default()
    } else {
        call.document()?
    };
    if wish
        .organization
        .as_ref()
        .is_some_and(|it| !it.eq_ignore_ascii_case(&visitor.login))
    {
        return Err(not_found());
    }
    let (owner, name) = {
        let mut state = call.hub.state();
        let repository = call.repository(&mut state)?;
        (repository.owner.clone(), repository.name.clone())
    };
    if owner == visitor.login {
        return Err(refusal(403, "Cannot fork a repository to its own owner"));
    }
    let named = make(
        call,
        &visitor,
        (&owner, &name),
        wish.name.as_deref().unwrap_or(&name),
    )?;
    let mut state = call.hub.state();
    let found = state.repository(&visitor.login, &named).ok_or_else(not_found)?;
    let document = repository::whole(found, call.base, Some(&visitor));
    Ok(Reply::json(202, &document))
}

/// The name of the visitor's fork, which is made where there is none.
fn make(call: &Call<'_>, visitor: &Visitor, of: (&str, &str), wish: &str) -> Result<String, Reply> {
    let parent = (of.0.to_owned(), of.1.to_owned());
    let mut state = call.hub.state();
    let own = |it: &&super::state::Repository| {
        it.owner.eq_ignore_ascii_case(&visitor.login) && it.parent.as_ref() == Some(&parent)
    };
    if let Some(there) = state.repositories().find(own) {
        return Ok(there.name.clone());
    }
    // GitHub counts on when the name is taken by something that is no fork of it.
    let mut name = wish.to_owned();
    let mut count = 0;
    while state.repository(&visitor.login, &name).is_some() {
        count += 1;
        name = format!("{wish}-{count}");
    }
    let default = state
        .repository(of.0, of.1)
        .map_or_else(String::new, |it| it.default_branch.clone());
    let (from, dir) = (
        call.hub.git_dir(of.0, of.1),
        call.hub.git_dir(&visitor.login, &name),
    );
    let copied = (|| -> anyhow::Result<()> {
        init(&dir)?;
        // As with the real ones, a fork sees the objects of the repository that it is a fork of.
        let objects = from.join("objects");
        files::write(
            &dir.join("objects/info/alternates"),
            format!("{}\n", objects.display()).as_bytes(),
        )?;
        let whole = format!("refs/heads/{default}");
        if let Some((_, id)) = ref_at(&from, &whole) {
            git(&dir).args(["update-ref", &whole, &id]).read()?;
        }
        git(&dir).args(["symbolic-ref", "HEAD", &whole]).read()?;
        Ok(())
    })();
    copied.map_err(|error| refusal(500, &format!("git failed here: {error:#}")))?;
    let added = state.add(&visitor.login, &name, Some(parent));
    added.default_branch = default;
    added.filling = FILLING;
    Ok(name)
}

#[derive(Deserialize)]
struct MergeUpstream {
    branch: String,
}

fn merge_upstream(call: &Call<'_>) -> Handled {
    let (place, visitor) = call.writable_place()?;
    let MergeUpstream { branch } = call.document()?;
    let parent = {
        let mut state = call.hub.state();
        call.repository(&mut state)?.parent.clone()
    };
    let (owner, name) = parent.ok_or_else(|| unprocessable("There is no upstream repository"))?;
    let whole = format!("refs/heads/{branch}");
    let theirs = ref_at(&call.hub.git_dir(&owner, &name), &whole);
    let (_, theirs) = theirs.ok_or_else(|| unprocessable("Upstream branch not found"))?;
    let ours = ref_at(&place.dir, &whole).map(|it| it.1);
    let from = format!("{owner}:{branch}");
    let (message, merge_type, target) = match &ours {
        Some(ours) if *ours == theirs || plumbing::is_before(&place.dir, &theirs, ours) => (
            format!("This branch is not behind the upstream {from}."),
            "none",
            None,
        ),
        Some(ours) if !plumbing::is_before(&place.dir, ours, &theirs) => {
            let conflicts = || refusal(409, "There are merge conflicts");
            let tree = plumbing::merged(&place.dir, ours, &theirs).ok_or_else(conflicts)?;
            let parents = [ours.clone(), theirs.clone()];
            let words = format!("Merge branch '{from}' into {branch}");
            let id = plumbing::write_commit(&place.dir, &visitor, &tree, &parents, &words)?;
            (
                format!("Successfully fetched and merged from the upstream {from}."),
                "merge",
                Some(id),
            )
        }
        _ => (
            format!("Successfully fetched and fast-forwarded from the upstream {from}."),
            "fast-forward",
            Some(theirs.clone()),
        ),
    };
    if let Some(target) = target {
        plumbing::set_ref(
            &place.dir,
            &whole,
            &target,
            Some(ours.as_deref().unwrap_or_default()),
        )
        .map_err(|_| refusal(409, "There are merge conflicts"))?;
    }
    let document = json!({ "message": message, "merge_type": merge_type, "base_branch": from });
    Ok(Reply::json(200, &document))
}
