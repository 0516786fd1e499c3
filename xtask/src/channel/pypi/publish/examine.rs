//! What is right and wrong with the access to the index, and with the name there.

use super::token;
use crate::channel::pypi::CHANNEL;
use crate::edition::Edition;
use crate::outside::{Credential, Look};
use crate::pack::wheel::normalised;
use crate::protocol::oidc;
use crate::publish::{Finding, Weight};

/// How to get a token.
const RENEW: &str = "make an API token on the index's web site (Account settings, API tokens) and put it into \
                     `UV_PUBLISH_TOKEN`";

/// A token that ends within so many seconds is told of: seven days.
const SOON_S: i64 = 7 * 24 * 3600;

/// What is right and wrong with the access, the names and the settings.
pub(in crate::channel) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let project = super::project(edition);
    let index = super::index(look);
    let mut found = Vec::new();
    let scope = look.credential().ok().and_then(|it| {
        // The form is known of the public index alone.
        if index.upload.is_some() {
            None
        } else {
            access(&it, &project, &mut found)
        }
    });
    found.push(match index.listing(look, &project) {
        Ok(None) => Finding::new(
            Weight::Good,
            format!("the name `{project}` is free, unless the index keeps it for itself"),
        ),
        Ok(Some(_))
            if scope
                .and_then(|it| it.projects)
                .is_some_and(|it| it.contains(&project)) =>
        {
            Finding::new(
                Weight::Good,
                format!("the name `{project}` is there, and the token is for it"),
            )
        }
        Ok(Some(_)) => Finding::new(
            Weight::Unknown,
            format!("the name `{project}` is taken; whether by us shows when a file is uploaded"),
        )
        .help(format!("`[channel.{CHANNEL}] name` sets another")),
        Err(failure) => Finding::new(Weight::Unknown, format!("the name `{project}`: {failure}")),
    });
    found
}

/// Whether the credential has the form of one, is good for this project, and for how long.
fn access(credential: &Credential, project: &str, found: &mut Vec<Finding>) -> Option<token::Scope> {
    if oidc::is_offered(credential) {
        found.push(Finding::new(
            Weight::Unknown,
            "trusted publishing: whether the index takes this workflow shows when it publishes",
        ));
        return None;
    }
    let user = credential.get("TWINE_USERNAME").map(|it| it.reveal().trim());
    if user.is_some_and(|it| it != "__token__") {
        let what = "`TWINE_USERNAME` is not `__token__`: the index takes no passwords";
        found.push(Finding::new(Weight::Bad, what).help("set it to `__token__`"));
    }
    let name = credential.token().name();
    let Some(scope) = token::read(credential.token().reveal()) else {
        let what = format!(
            "`{name}` does not have the form `{}…` of an API token",
            token::PREFIX
        );
        found.push(Finding::new(Weight::Bad, what).help(RENEW));
        return None;
    };
    found.push(match &scope.projects {
        None => Finding::new(
            Weight::Warning,
            format!("`{name}` is good for all projects of its account"),
        )
        .help("after the first publication, replace it by one for this project"),
        Some(list) if list.iter().any(|it| normalised(it) == project) => {
            Finding::new(Weight::Good, format!("`{name}` is good for `{project}`"))
        }
        Some(list) => Finding::new(
            Weight::Bad,
            format!("`{name}` is good for {}, not for `{project}`", list.join(", ")),
        )
        .help(RENEW),
    });
    found.extend(scope.until_s.and_then(|it| end(name, it)));
    Some(scope)
}

fn end(name: &str, until_s: i64) -> Option<Finding> {
    let now_s = crate::time::now_s().ok()?;
    let day = crate::time::rfc3339(until_s);
    if until_s <= now_s {
        return Some(Finding::new(Weight::Bad, format!("`{name}` has ended at {day}")).help(RENEW));
    }
    let weight = if until_s <= now_s + SOON_S {
        Weight::Warning
    } else {
        Weight::Good
    };
    Some(Finding::new(weight, format!("`{name}` is good until {day}")))
}
