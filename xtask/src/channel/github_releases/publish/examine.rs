//! What `doctor` finds out about the token, the repository, the tag and the release, by reading alone.

use serde::Deserialize;

use super::place;
use crate::edition::Edition;
use crate::effect::http::{Answer, Method};
use crate::outside::Look;
use crate::protocol::github::client::{self, Client};
use crate::protocol::github::place::Place;
use crate::protocol::github::shelf;
use crate::publish::{Finding, Weight};
use crate::standing::Failure;

/// The forms of GitHub's tokens (GitHub's documentation, about authentication).
const FORMS: &[(&str, Form, &str)] = &[
    ("ghp_", Form::Classic, "a classic personal access token"),
    (
        "github_pat_",
        Form::FineGrained,
        "a fine-grained personal access token",
    ),
    (
        "ghs_",
        Form::App,
        "a token of an app, such as the one of a job in GitHub Actions",
    ),
    (
        "gho_",
        Form::Classic,
        "a token of an OAuth app, such as the one of `gh`",
    ),
    ("ghu_", Form::FineGrained, "a token of a user by an app"),
];

/// What kind of token it is, as far as that changes what the answers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Its scopes are in every answer.
    Classic,
    /// Its permissions are told nowhere.
    FineGrained,
    /// The same, and nobody's rights are told with it.
    App,
}

/// So many days before its end a token is worth a word.
const SOON_DAYS: i64 = 14;

#[derive(Debug, Deserialize)]
struct Repository {
    full_name: String,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    permissions: Permissions,
}

#[derive(Debug, Default, Deserialize)]
struct Permissions {
    #[serde(default)]
    push: bool,
}

/// What is right and wrong with the access, the names and the settings.
pub(in crate::channel::github_releases) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    // One release for all packages.
    if !edition.is_main {
        return Vec::new();
    }
    let place = match place(look, edition) {
        Ok(place) => place,
        Err(failure) => return vec![bad(failure)],
    };
    let client = Client::visiting(look, &place.api);
    let mut found = Vec::new();
    let form = look
        .credential()
        .ok()
        .map(|it| form(it.token().reveal(), &mut found));
    match repository(&client, &place, form.flatten(), &mut found) {
        Ok(true) => {}
        Ok(false) => return found,
        Err(failure) => {
            found.push(unknown(failure));
            return found;
        }
    }
    for part in [immutable, tag, release] {
        found.push(part(look, &client, &place, edition).unwrap_or_else(unknown));
    }
    found
}

/// What kind of token it looks like.
fn form(token: &str, found: &mut Vec<Finding>) -> Option<Form> {
    let row = FORMS.iter().find(|it| token.trim().starts_with(it.0));
    found.push(match row {
        Some((start, _, what)) => Finding::new(Weight::Good, format!("the token is {what} (`{start}…`)")),
        None => Finding::new(
            Weight::Warning,
            "the token has none of the known forms of GitHub's tokens",
        )
        .help(
            "it begins with `ghp_`, `github_pat_`, `ghs_` or `gho_`: look whether another secret was pasted",
        ),
    });
    row.map(|it| it.1)
}

/// Whether the repository is there and may be written to; `false` ends the questions.
fn repository(
    client: &Client<'_>,
    place: &Place,
    form: Option<Form>,
    found: &mut Vec<Finding>,
) -> Result<bool, Failure> {
    let wanted = &place.repository;
    let request = client.request(Method::Get, &place.path(""));
    let answer = client.ask(&request)?;
    match answer.status {
        200 => {}
        401 => {
            let what = "GitHub does not take the token: it is wrong, was revoked, or has expired";
            found.push(Finding::new(Weight::Bad, what).help("https://github.com/settings/tokens"));
            return Ok(false);
        }
        404 => {
            let what = format!("there is no repository `{wanted}`, or the token may not see it");
            found.push(Finding::new(Weight::Bad, what).help("`repository` in `Cargo.toml` names it"));
            return Ok(false);
        }
        _ => return Err(client::failure(&request, &answer)),
    }
    let repository: Repository = client::read(&answer)?;
    found.push(if repository.full_name == *wanted {
        Finding::new(Weight::Good, format!("the repository `{wanted}` is there"))
    } else {
        let now = &repository.full_name;
        // Links go on working by redirects until somebody takes the old name; uploads do not follow them.
        Finding::new(
            Weight::Bad,
            format!("GitHub calls the repository `{now}`, not `{wanted}`"),
        )
        .help(format!(
            "write `repository = \"https://github.com/{now}\"` into `Cargo.toml`"
        ))
    });
    if repository.archived {
        found.push(Finding::new(
            Weight::Bad,
            "the repository is archived: nothing can be published",
        ));
    }
    found.extend(form_and_rights(&answer, form, repository.permissions.push));
    Ok(true)
}

/// What the answer tells of the token: scopes, end and the right to write.
fn form_and_rights(answer: &Answer, form: Option<Form>, may_push: bool) -> Vec<Finding> {
    const HELP: &str =
        "the token needs `contents: write` for the repository (classic: the scope `repo` or `public_repo`)";
    let mut found = Vec::new();
    if form == Some(Form::Classic) {
        let scopes = answer.header("x-oauth-scopes").unwrap_or_default();
        let mut words = scopes.split(',').map(str::trim);
        found.push(if words.any(|it| it == "repo" || it == "public_repo") {
            Finding::new(Weight::Good, format!("the token has the scopes {scopes}"))
        } else {
            Finding::new(
                Weight::Bad,
                format!("the token lacks the scope `repo`: it has [{scopes}]"),
            )
            .help(HELP)
        });
    }
    found.push(match form {
        Some(Form::App) => {
            let what = "whether an app's token may write is told nowhere without writing";
            Finding::new(Weight::Unknown, what).help("the job needs `permissions: contents: write`")
        }
        _ if !may_push => Finding::new(Weight::Bad, "the account may not write to the repository").help(HELP),
        Some(Form::FineGrained) => Finding::new(
            Weight::Good,
            "the account may write to the repository; the token's own permissions are told nowhere",
        )
        .help(HELP),
        _ => Finding::new(Weight::Good, "the account may write to the repository"),
    });
    if let Some(end) = answer.header("github-authentication-token-expiration") {
        found.push(expiry(end));
    }
    found
}

/// `2026-11-25 12:00:00 UTC`, or with an offset such as `+0100`.
fn expiry(end: &str) -> Finding {
    let time = end.get(..19).map(|it| it.replacen(' ', "T", 1) + "Z");
    let end_s = time.and_then(|it| crate::time::of_rfc3339(&it));
    let left = end_s
        .zip(crate::time::now_s().ok())
        .map(|(end, now)| (end - now) / 86_400);
    match left {
        Some(days) if days < SOON_DAYS => Finding::new(
            Weight::Warning,
            format!("the token ends in {days} days, at {end}"),
        )
        .help("https://github.com/settings/tokens"),
        _ => Finding::new(Weight::Good, format!("the token ends at {end}")),
    }
}

fn immutable(_: &Look<'_>, client: &Client<'_>, place: &Place, _: &Edition) -> Result<Finding, Failure> {
    let setting: Option<serde_json::Value> = client.find(&place.path("/immutable-releases"))?;
    Ok(if setting.is_some_and(|it| it["enabled"] == true) {
        Finding::new(
            Weight::Good,
            "releases are immutable: what is published can never be changed",
        )
    } else {
        let what = "releases can be changed after publication, or the token may not see the setting";
        Finding::new(Weight::Unknown, what)
            .help("the repository's Settings, *Releases*, *Enable release immutability*")
    })
}

fn tag(_: &Look<'_>, client: &Client<'_>, place: &Place, edition: &Edition) -> Result<Finding, Failure> {
    let tag = edition.tag();
    let there = place.commit_of_tag(client, &tag)?;
    let Some(commit) = edition.release.identity.commit.as_ref().map(|it| &it.id) else {
        return Ok(
            Finding::new(Weight::Bad, "the workspace has no commit that a tag could name").help("git commit"),
        );
    };
    Ok(match there {
        Some(there) if there == *commit => {
            Finding::new(Weight::Good, format!("the tag `{tag}` is at the commit"))
        }
        Some(there) => Finding::new(
            Weight::Bad,
            format!("the tag `{tag}` is at {there}, what is checked out is {commit}"),
        )
        .help("publish another version, or check the tag out: a tag that others may have is never moved"),
        None if place.has_commit(client, commit)? => Finding::new(
            Weight::Good,
            format!("the tag `{tag}` is free: publishing makes it"),
        ),
        None => Finding::new(Weight::Bad, format!("the commit {commit} was not pushed")).help("git push"),
    })
}

fn release(
    look: &Look<'_>,
    client: &Client<'_>,
    place: &Place,
    edition: &Edition,
) -> Result<Finding, Failure> {
    let tag = edition.tag();
    let shelf = shelf::fresh(look, client, place, &tag)?;
    Ok(match shelf {
        None => Finding::new(Weight::Good, format!("there is no release `{tag}` yet")),
        Some(shelf) if shelf.release.draft => Finding::new(
            Weight::Warning,
            format!(
                "the release `{tag}` is a draft with {} assets",
                shelf.assets.len()
            ),
        )
        .help("cargo xtask publish --channel github-releases"),
        Some(_) => Finding::new(Weight::Good, format!("the release `{tag}` is published")),
    })
}

fn bad(failure: Failure) -> Finding {
    weighed(Weight::Bad, failure)
}

fn unknown(failure: Failure) -> Finding {
    weighed(Weight::Unknown, failure)
}

fn weighed(weight: Weight, failure: Failure) -> Finding {
    let help = (!failure.help.is_empty()).then(|| failure.help.join("; "));
    Finding {
        help,
        ..Finding::new(weight, failure.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(headers: &[(&str, &str)], form: Form, may_push: bool) -> Vec<(Weight, String)> {
        let answer = Answer {
            status: 200,
            reason: String::new(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: Vec::new(),
            url: String::new(),
        };
        let found = form_and_rights(&answer, Some(form), may_push).into_iter();
        found.map(|it| (it.weight, it.what)).collect()
    }

    #[test]
    fn scopes_rights_and_ends_are_told_apart() {
        let weights = |found: Vec<(Weight, String)>| found.into_iter().map(|it| it.0).collect::<Vec<_>>();
        let scopes = |text| [("x-oauth-scopes", text)];
        let check = |found, expected: &[Weight]| assert_eq!(weights(found), expected);
        check(
            told(&scopes("gist, public_repo"), Form::Classic, true),
            &[Weight::Good, Weight::Good],
        );
        check(
            told(&scopes("gist, repo:status"), Form::Classic, true),
            &[Weight::Bad, Weight::Good],
        );
        check(told(&[], Form::FineGrained, false), &[Weight::Bad]);
        check(told(&[], Form::App, false), &[Weight::Unknown]);
        let end = |text| {
            told(
                &[("github-authentication-token-expiration", text)],
                Form::FineGrained,
                true,
            )
        };
        check(end("2020-01-01 00:00:00 UTC"), &[Weight::Good, Weight::Warning]);
        check(end("2999-01-01 00:00:00 +0100"), &[Weight::Good, Weight::Good]);
    }

    #[test]
    fn forms_of_tokens() {
        let check = |token: &str, expected| assert_eq!(form(token, &mut Vec::new()), expected);
        check("github_pat_x", Some(Form::FineGrained));
        check("ghs_x", Some(Form::App));
        check("npm_x", None);
    }
}
