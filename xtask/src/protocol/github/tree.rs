//! The branch with the change, made of git objects by the API: nothing is cloned.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{self, Client, segment};
use super::fork::head;
use super::place::Place;
use super::proposal::{Content, Placed, Proposal, blob_id, list};
use super::pull::{self, Own};
use crate::effect::files;
use crate::effect::http::{Method, Request};
use crate::outside::{Act, Look};
use crate::plan::{Item, Verb};
use crate::standing::{Again, Failure, Standing};

/// How long it may take until a branch shows.
const PATIENCE: Duration = Duration::from_mins(1);

/// GitHub's words for what another probe may find settled: somebody was faster, or a part of the fork does not know yet
/// what another part was told.
const PASSING: &[&str] = &[
    "Reference already exists",
    "Update is not a fast forward",
    "Reference does not exist",
    "does not exist",
    "is not a valid",
    "Git Repository is empty",
];

/// Commits the files to the branch of the fork.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Branch {
    /// The change.
    #[serde(flatten)]
    pub proposal: Proposal,
    /// The message of the commit.
    pub message: String,
}

#[derive(Debug, Deserialize)]
struct Made {
    sha: String,
}

#[derive(Debug, Deserialize)]
struct Commit {
    tree: Made,
}

#[derive(Debug, Deserialize)]
struct Pointer {
    object: Made,
}

/// Where the commit goes on top of.
struct Base {
    /// The commit.
    commit: String,
    /// The branch as it is, if it is there.
    branch: Option<String>,
}

impl Branch {
    /// An open pull request goes on by another commit, which people can review. Without one, what an earlier run has left in
    /// the branch is replaced, so that what they get to see is one commit on top of the newest of theirs.
    fn base(&self, client: &Client<'_>, fork: &Place) -> Result<Base, Failure> {
        let Proposal { to, onto, branch, .. } = &self.proposal;
        let there = head(client, fork, branch)?;
        if let Some(there) = &there
            && matches!(pull::own(&self.proposal, client, fork)?, Some(Own::Open(_)))
        {
            return Ok(Base {
                commit: there.clone(),
                branch: Some(there.clone()),
            });
        }
        let newest = head(client, to, onto)?;
        let newest =
            newest.ok_or_else(|| Failure::new(format!("`{}` has no branch `{onto}`", to.repository)))?;
        Ok(Base {
            commit: newest,
            branch: there,
        })
    }

    /// The entries of the tree that differ from the base: our files, and the others of a folder that is ours alone.
    fn entries(
        &self,
        act: &Act<'_>,
        client: &Client<'_>,
        fork: &Place,
        base: &Base,
    ) -> Result<Vec<Value>, Failure> {
        let Proposal { files, folder, .. } = &self.proposal;
        let mut entries = Vec::new();
        if let Some(folder) = folder
            && base.branch.as_ref() == Some(&base.commit)
        {
            let there = list(client, fork, folder, &base.commit)?;
            let is_ours = |path: &str| files.iter().any(|it| it.to == path);
            entries.extend(
                there
                    .iter()
                    .filter(|it| !is_ours(&it.path))
                    .map(|it| json!({ "path": it.path, "mode": "100644", "type": "blob", "sha": null })),
            );
        }
        for Placed { to, item } in files {
            let bytes = files::read(&act.path(item))?;
            let ours = blob_id(&bytes);
            let document = json!({ "content": BASE64_STANDARD.encode(&bytes), "encoding": "base64" });
            let blob: Made = make(act, client, fork, "/git/blobs", &document)?;
            if blob.sha != ours {
                return Err(Failure::transient(format!(
                    "GitHub stored `{to}` as {}, ours is {ours}",
                    blob.sha
                )));
            }
            entries.push(json!({ "path": to, "mode": "100644", "type": "blob", "sha": ours }));
        }
        Ok(entries)
    }
}

/// Makes a git object.
fn make<T: serde::de::DeserializeOwned>(
    act: &Act<'_>,
    client: &Client<'_>,
    fork: &Place,
    rest: &str,
    document: &Value,
) -> Result<T, Failure> {
    send(
        act,
        client,
        &client.request(Method::Post, &fork.path(rest)).json(document),
    )
}

fn send<T: serde::de::DeserializeOwned>(
    act: &Act<'_>,
    client: &Client<'_>,
    request: &Request,
) -> Result<T, Failure> {
    let answer = client.send(act, request).map_err(|failure| {
        let may_pass = failure.again == Again::Never && PASSING.iter().any(|it| failure.what.contains(it));
        Failure {
            again: if may_pass { Again::Soon } else { failure.again },
            ..failure
        }
    })?;
    client::read(&answer)
}

impl Verb for Branch {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let Branch { proposal, .. } = self;
        let client = proposal.client(look)?;
        if let Some(settled) = proposal.settled(look, &client)? {
            return Ok(settled);
        }
        let fork = proposal.fork(look, &client)?;
        // Other content in a branch of ours is what an earlier run has left: it is changed, not refused.
        Ok(match proposal.content(look, &client, &fork, &proposal.branch)? {
            Content::Ours => Standing::Same,
            Content::None | Content::Other(_) => Standing::Absent,
        })
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let Branch { proposal, message } = self;
        let client = proposal.client(act)?;
        let fork = proposal.fork(act, &client)?;
        let base = self.base(&client, &fork)?;
        let path = proposal.to.path(&format!("/git/commits/{}", base.commit));
        // The commit is the others', or ours on top of theirs: in the fork both are known.
        let commit: Option<Commit> = match client.find(&path)? {
            Some(commit) => Some(commit),
            None => client.find(&fork.path(&format!("/git/commits/{}", base.commit)))?,
        };
        let commit = commit
            .ok_or_else(|| Failure::transient(format!("the commit {} is not there yet", base.commit)))?;
        let entries = self.entries(act, &client, &fork, &base)?;
        let document = json!({ "base_tree": commit.tree.sha, "tree": entries });
        let tree: Made = make(act, &client, &fork, "/git/trees", &document)?;
        if tree.sha == commit.tree.sha {
            // Nothing differs: a commit would be empty.
            return Ok(());
        }
        let document = json!({ "message": message, "tree": tree.sha, "parents": [base.commit] });
        let made: Made = make(act, &client, &fork, "/git/commits", &document)?;
        let whole = format!("heads/{}", proposal.branch);
        let pointer: Pointer = match &base.branch {
            None => {
                let document = json!({ "ref": format!("refs/{whole}"), "sha": made.sha });
                make(act, &client, &fork, "/git/refs", &document)?
            }
            Some(there) => {
                // By force only where the branch begins anew, and then it is ours alone.
                let document = json!({ "sha": made.sha, "force": *there != base.commit });
                let path = fork.path(&format!("/git/refs/{}", segment(&whole)));
                send(
                    act,
                    &client,
                    &client.request(Method::Patch, &path).json(&document),
                )?
            }
        };
        if pointer.object.sha == made.sha {
            return Ok(());
        }
        Err(Failure::transient(format!(
            "GitHub put the branch `{}` at {}, ours is {}",
            proposal.branch, pointer.object.sha, made.sha
        )))
    }

    fn item(&self) -> Option<&Item> {
        match self.proposal.files.as_slice() {
            [only] => Some(&only.item),
            _ => None,
        }
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Proposal {
            to, branch, files, ..
        } = &self.proposal;
        let told: Vec<String> = files.iter().map(|it| super::upload::told(&it.item)).collect();
        write!(
            f,
            "commit {} to the branch {branch} of the fork of {}",
            told.join(", "),
            to.repository
        )
    }
}
