//! Who asks, and how much more they may ask.

use serde_json::{Value, json};

use super::refusal::{refusal, requires_authentication};
use super::route::{Call, Handled, Route, route};
use super::state::{State, now_s};
use crate::twin::credential;
use crate::twin::server::{Incoming, Reply};

/// Its rows.
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/api/user", user),
    route("GET", "/api/rate_limit", rate_limit),
];

/// A token that the local GitHub takes.
struct Token {
    /// The variable whose value it is.
    variable: &'static str,
    /// Whose it is; `None` for the owner of the product's repository.
    login: Option<&'static str>,
    /// Whether it has the permission to write.
    may_write: bool,
}

/// All tokens. The last three are nobody's variables: tests try with them what happens without permission, and do what
/// the others do who decide over pull requests.
const TOKENS: &[Token] = &[
    owned("GITHUB_TOKEN"),
    owned("GH_TOKEN"),
    owned("HOMEBREW_GITHUB_API_TOKEN"),
    owned("HOMEBREW_TAP_TOKEN"),
    owned("SCOOP_BUCKET_TOKEN"),
    owned("WINGET_CREATE_GITHUB_TOKEN"),
    Token {
        may_write: false,
        ..owned("GITHUB_READ_ONLY_TOKEN")
    },
    Token {
        login: Some("stranger"),
        ..owned("GITHUB_STRANGERS_TOKEN")
    },
    Token {
        login: Some("microsoft"),
        ..owned("GITHUB_UPSTREAM_TOKEN")
    },
];

const fn owned(variable: &'static str) -> Token {
    Token {
        variable,
        login: None,
        may_write: true,
    }
}

/// How often an hour somebody may ask, with a token and without (GitHub's documentation, rate limits for the REST API).
const LIMITS: (u32, u32) = (5000, 60);

/// Somebody with a token.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// The account.
    pub(super) login: String,
    /// Whether the token may write at all.
    pub(super) may_write: bool,
}

/// Who asks: by `Authorization: Bearer` or `token`, and for git by Basic with the token as the password. A token that is
/// none of ours is an error.
pub(super) fn visitor(request: &Incoming, state: &State) -> Result<Option<Visitor>, ()> {
    let Some(header) = request.header("authorization") else {
        return Ok(None);
    };
    let basic = request.basic().map(|(_, password)| password);
    let is_plain = |scheme: &str| {
        ["bearer", "token"]
            .iter()
            .any(|it| it.eq_ignore_ascii_case(scheme))
    };
    let plain = header.split_once(' ').filter(|(scheme, _)| is_plain(scheme));
    let given = basic.or_else(|| plain.map(|(_, token)| token.trim().to_owned()));
    let known = TOKENS
        .iter()
        .find(|it| given.as_deref() == Some(&credential::of(it.variable)));
    let token = known.ok_or(())?;
    Ok(Some(Visitor {
        login: token.login.unwrap_or(&state.owner).to_owned(),
        may_write: token.may_write,
    }))
}

/// What keeps a request from being answered at all: no `User-Agent`, or too many requests within the hour.
pub(super) fn barrier(request: &Incoming, visitor: Option<&Visitor>, state: &mut State) -> Option<Reply> {
    if request.header("user-agent").is_none_or(str::is_empty) {
        return Some(Reply::text(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header \
             (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).",
        ));
    }
    let (limit, used) = spent(visitor, state);
    *used += 1;
    (*used > limit).then(|| {
        refusal(
            403,
            "API rate limit exceeded. If you reach out to GitHub Support for help, please include the request ID.",
        )
    })
}

/// The answer with what GitHub tells of the limits.
pub(super) fn with_limits(reply: Reply, visitor: Option<&Visitor>, state: &mut State) -> Reply {
    let (limit, used) = spent(visitor, state);
    let used = *used;
    reply
        .with("x-github-api-version-selected", "2022-11-28")
        .with("x-ratelimit-limit", limit.to_string())
        .with("x-ratelimit-remaining", limit.saturating_sub(used).to_string())
        .with("x-ratelimit-used", used.to_string())
        .with("x-ratelimit-reset", (now_s() + 3600).to_string())
        .with("x-ratelimit-resource", "core")
}

/// How much a visitor may ask, and how much it has asked.
fn spent<'s>(visitor: Option<&Visitor>, state: &'s mut State) -> (u32, &'s mut u32) {
    let limit = if visitor.is_some() { LIMITS.0 } else { LIMITS.1 };
    let login = visitor.map_or(String::new(), |it| it.login.clone());
    (limit, state.asked.entry(login).or_default())
}

/// An account, as it stands in other documents.
pub(super) fn shown(login: &str, base: &str) -> Value {
    let api = format!("{base}/api/users/{login}");
    json!({
        "login": login,
        "id": login.bytes().fold(7_u64, |id, it| (id * 31 + u64::from(it)) % 100_000_000),
        "node_id": format!("U_{login}"),
        "avatar_url": format!("{base}/avatars/{login}"),
        "gravatar_id": "",
        "url": api,
        "html_url": format!("{base}/{login}"),
        "followers_url": format!("{api}/followers"),
        "following_url": format!("{api}/following{{/other_user}}"),
        "gists_url": format!("{api}/gists{{/gist_id}}"),
        "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{api}/subscriptions"),
        "organizations_url": format!("{api}/orgs"),
        "repos_url": format!("{api}/repos"),
        "events_url": format!("{api}/events{{/privacy}}"),
        "received_events_url": format!("{api}/received_events"),
        "type": "User",
        "site_admin": false,
    })
}

fn user(call: &Call<'_>) -> Handled {
    let visitor = call.visitor.as_ref().ok_or_else(requires_authentication)?;
    let mut document = shown(&visitor.login, call.base);
    let more = json!({
        "name": null, "company": null, "blog": "", "location": null, "email": null, "hireable": null, "bio": null,
        "public_repos": 1, "public_gists": 0, "followers": 0, "following": 0,
        "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z",
    });
    merge(&mut document, more);
    Ok(Reply::json(200, &document))
}

#[expect(clippy::unnecessary_wraps, reason = "the rows of the table have one form")]
fn rate_limit(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let (limit, used) = spent(call.visitor.as_ref(), &mut state);
    let used = *used;
    let reset = now_s() + 3600;
    let rate =
        json!({ "limit": limit, "used": used, "remaining": limit.saturating_sub(used), "reset": reset });
    let document = json!({ "resources": { "core": rate.clone(), "search": rate.clone() }, "rate": rate });
    Ok(Reply::json(200, &document))
}

/// Puts the fields of one document into another.
pub(super) fn merge(document: &mut Value, more: Value) {
    let fields = document.as_object_mut().expect("it is made here as an object");
    if let Value::Object(more) = more {
        fields.extend(more);
    }
}
