//! git over HTTP: clones, fetches and pushes.

use super::account::visitor;
use super::{Hub, repository};
use crate::twin::World;
use crate::twin::git::{Asked, Repositories, Service, asked, unauthorized};
use crate::twin::server::{Incoming, Reply};

/// Makes the repositories that people have beside the product's, such as a tap: they are empty.
pub(super) fn seed(hub: &Hub, world: &World) -> anyhow::Result<()> {
    for (owner, name) in &world.others {
        hub.state().add(owner, name, None);
        repository::init(&hub.git_dir(owner, name))?;
    }
    Ok(())
}

/// Answers a request of git's, in the words that GitHub has for it; `None` for any other request.
pub(super) fn answer(hub: &Hub, request: &Incoming) -> Option<Reply> {
    let asked = asked(request, "").filter(|it| it.name.split('/').count() == 2)?;
    Some(judge(hub, request, asked).unwrap_or_else(|refused| refused))
}

fn judge(hub: &Hub, request: &Incoming, mut asked: Asked) -> Result<Reply, Reply> {
    let mut state = hub.state();
    let visitor = visitor(request, &state).map_err(|()| {
        unauthorized(
            "Invalid username or token. Password authentication is not supported for Git operations.",
        )
    })?;
    let (owner, name) = asked.name.split_once('/').unwrap_or_default();
    let product_owner = state.owner.clone();
    let found = state
        .repository(owner, name)
        .map(|it| (it.owner.clone(), it.name.clone()));
    drop(state);
    // Whether it is not there or not theirs, others are not told.
    let (owner, name) = match (found, &visitor) {
        (Some(found), _) => found,
        (None, None) => return Err(unauthorized("Repository not found.")),
        (None, Some(_)) => return Err(Reply::text(404, "Repository not found.")),
    };
    if asked.service == Service::Push {
        let Some(visitor) = &visitor else {
            return Err(unauthorized("No anonymous write access."));
        };
        let is_theirs =
            visitor.login == owner || (visitor.login == product_owner && hub.is_shared(&owner, &name));
        if !visitor.may_write || !is_theirs {
            let words = format!("Permission to {owner}/{name}.git denied to {}.", visitor.login);
            return Err(Reply::text(403, words));
        }
    }
    let repositories = Repositories::new(&hub.dir).map_err(|error| Reply::text(500, format!("{error:#}")))?;
    asked.name = format!("{owner}/{name}");
    Ok(repositories.serve(request, &asked))
}
