//! What is right and wrong with the access to a registry of npm packages, and with the names there.

use crate::channel::npm::{CHANNEL, packages::Scheme, scheme};
use crate::edition::Edition;
use crate::outside::{Credential, Look};
use crate::protocol::answer;
use crate::protocol::npm::{Detail, Maintainer, Registry};
use crate::protocol::oidc;
use crate::publish::{Finding, Weight};
use crate::standing::Failure;

/// What `actions/setup-node` puts into the variable when no token was given.
const PLACEHOLDER: &str = "XXXXX-XXXXX-XXXXX-XXXXX";

/// What a token of the public registry begins with.
const PREFIX: &str = "npm_";

/// How to get a token.
const RENEW: &str = "make a granular access token on npm's web site (Access Tokens), with the right to read and write the \
                     packages, and put it into `NODE_AUTH_TOKEN`";

/// What is right and wrong with the access, the names and the settings.
pub(in crate::channel) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let endpoint = look.endpoint("npm");
    let registry = super::registry(endpoint.as_deref(), edition);
    let credential = look.credential().ok();
    let mut found = Vec::new();
    let user = credential.and_then(|it| access(look, &registry, &it, &mut found));
    match scheme(edition) {
        Ok(scheme) => names(look, &registry, &scheme, edition, user.as_deref(), &mut found),
        Err(error) => found.push(Finding::new(Weight::Bad, format!("{error:#}"))),
    }
    found
}

/// Whether the credential has the form of one, and who it belongs to.
pub(in crate::channel) fn access(
    look: &Look<'_>,
    registry: &Registry,
    credential: &Credential,
    found: &mut Vec<Finding>,
) -> Option<String> {
    if oidc::is_offered(credential) || credential.get("NPM_ID_TOKEN").is_some() {
        found.push(Finding::new(
            Weight::Unknown,
            "trusted publishing: whether the registry takes this workflow shows when it publishes",
        ));
        return None;
    }
    let token = credential.token();
    if token.reveal().trim() == PLACEHOLDER {
        let what = format!("`{}` holds the placeholder of `actions/setup-node`", token.name());
        found.push(Finding::new(Weight::Bad, what).help(RENEW));
        return None;
    }
    if registry.url.is_none() && !token.reveal().trim().starts_with(PREFIX) {
        let what = format!("`{}` does not begin with `{PREFIX}`", token.name());
        found.push(Finding::new(Weight::Warning, what).help(RENEW));
    }
    match whoami(look, registry, credential) {
        Ok(Some(user)) => {
            found.push(Finding::new(
                Weight::Good,
                format!("`{}` belongs to `{user}`", token.name()),
            ));
            Some(user)
        }
        Ok(None) => {
            let what = format!(
                "`{}` is not taken: it is wrong, revoked, or has expired",
                token.name()
            );
            found.push(Finding::new(Weight::Bad, what).help(RENEW));
            None
        }
        Err(failure) => {
            found.push(Finding::new(
                Weight::Unknown,
                format!("who the token belongs to: {failure}"),
            ));
            None
        }
    }
}

/// Whose token it is; `None` when the registry does not take it.
fn whoami(look: &Look<'_>, registry: &Registry, credential: &Credential) -> Result<Option<String>, Failure> {
    let url = format!("{}/-/whoami", registry.address(look)?);
    let request = crate::effect::http::Request::get(url)
        .accept("application/json")
        .secret("authorization", credential.token().header("Bearer"));
    let answer = look.ask(&request)?;
    match answer.status {
        200 => {
            let document: serde_json::Value = answer.json().map_err(answer::of_trouble)?;
            Ok(document["username"].as_str().map(str::to_owned))
        }
        401 | 403 => Ok(None),
        _ => Err(answer::failure(&request, &answer, &oidc::words(&answer))),
    }
}

/// Whether the names are free, ours, or taken by somebody else.
pub(in crate::channel) fn names(
    look: &Look<'_>,
    registry: &Registry,
    scheme: &Scheme,
    edition: &Edition,
    user: Option<&str>,
    found: &mut Vec<Finding>,
) {
    for name in scheme.names(edition) {
        found.push(match registry.packument(look, &name, Detail::Whole) {
            Ok(None) => Finding::new(Weight::Good, format!("the name `{name}` is free")),
            Ok(Some(there)) => {
                let owners: Vec<&str> = there.maintainers.iter().map(Maintainer::name).collect();
                owned(&name, &owners, user)
            }
            Err(failure) => Finding::new(Weight::Unknown, format!("the name `{name}`: {failure}")),
        });
    }
}

fn owned(name: &str, owners: &[&str], user: Option<&str>) -> Finding {
    match user {
        Some(user) if owners.contains(&user) => {
            Finding::new(Weight::Good, format!("the name `{name}` is `{user}`'s"))
        }
        Some(user) if !owners.is_empty() => Finding::new(
            Weight::Warning,
            format!("the name `{name}` is {}'s, and `{user}` is not among them", owners.join(", ")),
        )
        .help(format!(
            "an owner adds the account (npm owner add {user} {name}), or `[channel.{CHANNEL}] name` sets another"
        )),
        _ => Finding::new(Weight::Unknown, format!("the name `{name}` is taken; whether by us cannot be told")),
    }
}
