//! The fork that a change is proposed from: made where there is none, and brought up to date.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::{self, Client, segment};
use super::place::Place;
use super::proposal::{Proposal, login};
use crate::effect::http::Method;
use crate::outside::{Act, Look};
use crate::plan::{Item, Verb};
use crate::standing::{Failure, Standing};

/// How long it may take until a fork has its content: GitHub asks for patience of up to five minutes (its documentation,
/// "Create a fork").
const PATIENCE: Duration = Duration::from_mins(5);

/// Makes the fork.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fork(pub Proposal);

/// Brings the fork's branch of the same name up to date, so that the new one can begin at its newest commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sync(pub Proposal);

#[derive(Debug, Deserialize)]
struct Repository {
    full_name: String,
    fork: bool,
    parent: Option<Named>,
    source: Option<Named>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    permissions: Permissions,
}

#[derive(Debug, Deserialize)]
struct Named {
    full_name: String,
}

#[derive(Debug, Default, Deserialize)]
struct Permissions {
    #[serde(default)]
    push: bool,
}

#[derive(Debug, Deserialize)]
struct Pointer {
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Object {
    sha: String,
}

/// The commit that a branch is at; `None` where there is no such branch, or no content at all yet.
pub(super) fn head(client: &Client<'_>, place: &Place, branch: &str) -> Result<Option<String>, Failure> {
    let path = place.path(&format!("/git/ref/{}", segment(&format!("heads/{branch}"))));
    let request = client.request(Method::Get, &path);
    let answer = client.ask(&request)?;
    match answer.status {
        200 => Ok(Some(client::read::<Pointer>(&answer)?.object.sha)),
        // 409, "Git Repository is empty.": a fork that is still being made says so.
        404 | 409 => Ok(None),
        _ => Err(client::failure(&request, &answer)),
    }
}

/// The fork as it stands: whether it is there, is one of the right repository, and may be written to.
pub fn standing(client: &Client<'_>, to: &Place, fork: &Place) -> Result<Standing, Failure> {
    let found: Option<Repository> = client.find(&fork.path(""))?;
    let Some(found) = found else {
        return Ok(Standing::Absent);
    };
    let origins = [&found.parent, &found.source];
    let is_of = |it: &&Option<Named>| {
        let name = it.as_ref().map(|it| it.full_name.as_str());
        name.is_some_and(|it| it.eq_ignore_ascii_case(&to.repository))
    };
    if !found.fork || !origins.iter().any(is_of) {
        return Ok(Standing::Differs {
            why: format!(
                "`{}` is there, and is no fork of `{}`",
                found.full_name, to.repository
            ),
        });
    }
    if found.archived || !found.permissions.push {
        let why = if found.archived {
            "is archived"
        } else {
            "may not be written to"
        };
        return Err(
            Failure::new(format!("the fork `{}` {why} with this token", found.full_name))
                .help("the token needs the scope `public_repo`, and its account the right to push there"),
        );
    }
    Ok(Standing::Same)
}

impl Verb for Fork {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let Fork(proposal) = self;
        let client = proposal.client(look)?;
        if let Some(settled) = proposal.settled(look, &client)? {
            return Ok(settled);
        }
        let fork = proposal.fork(look, &client)?;
        match standing(&client, &proposal.to, &fork)? {
            Standing::Same if head(&client, &fork, &proposal.onto)?.is_none() => Ok(Standing::Absent),
            standing => Ok(standing),
        }
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let Fork(proposal) = self;
        let client = proposal.client(act)?;
        let fork = proposal.fork(act, &client)?;
        let (owner, name) = fork.repository.split_once('/').unwrap_or_default();
        let mut wish = json!({ "default_branch_only": true });
        if proposal.fork.is_some() {
            wish["name"] = json!(name);
            if !owner.eq_ignore_ascii_case(&login(act, &client)?) {
                wish["organization"] = json!(owner);
            }
        }
        let request = client
            .request(Method::Post, &proposal.to.path("/forks"))
            .json(&wish);
        client.send(act, &request).map(|_| ())
    }

    fn item(&self) -> Option<&Item> {
        None
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Proposal { to, fork, .. } = &self.0;
        match fork {
            Some(fork) => write!(f, "fork {} on GitHub as {fork}", to.repository),
            None => write!(f, "fork {} on GitHub", to.repository),
        }
    }
}

impl Verb for Sync {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let Sync(proposal) = self;
        let client = proposal.client(look)?;
        if let Some(settled) = proposal.settled(look, &client)? {
            return Ok(settled);
        }
        let fork = proposal.fork(look, &client)?;
        // Once our branch is there it has what it begins at.
        if head(&client, &fork, &proposal.branch)?.is_some() {
            return Ok(Standing::Same);
        }
        let ours = head(&client, &fork, &proposal.onto)?;
        let theirs = head(&client, &proposal.to, &proposal.onto)?;
        Ok(if ours.is_some() && ours == theirs {
            Standing::Same
        } else {
            Standing::Absent
        })
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let Sync(proposal) = self;
        let client = proposal.client(act)?;
        let fork = proposal.fork(act, &client)?;
        let request = client
            .request(Method::Post, &fork.path("/merge-upstream"))
            .json(&json!({ "branch": proposal.onto }));
        let answer = act.send(&request)?;
        match answer.status {
            200 => Ok(()),
            // Somebody has commits of their own there. They stay, and our branch begins at the newest commit of the others
            // all the same: a fork sees the objects of what it is a fork of.
            409 => {
                act.report().say(format_args!(
                    "{}: `{}` of `{}` has commits of its own and is left as it is",
                    act.channel, proposal.onto, fork.repository
                ));
                Ok(())
            }
            _ => Err(client::failure(&request, &answer)),
        }
    }

    fn item(&self) -> Option<&Item> {
        None
    }

    /// The answer is proof, and the others may have gone on by the next question.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}

impl fmt::Display for Sync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Proposal { to, onto, .. } = &self.0;
        write!(f, "bring {onto} of the fork of {} up to date", to.repository)
    }
}
