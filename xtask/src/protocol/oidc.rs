//! Trusted publishing (OpenID Connect): the identity that GitHub Actions vouches for, and its exchange for a token.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::effect::http::{Answer, Request};
use crate::effect::secret::Secret;
use crate::outside::{Act, Credential, Look};
use crate::protocol::answer;
use crate::standing::Failure;

const URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// The way of a row's credentials that stands for it: a job has both variables when it may write ID tokens.
pub const ACTIONS: &[&str] = &[URL, TOKEN];

/// The answer of GitHub's endpoint.
#[derive(Deserialize)]
struct Identity {
    value: String,
}

/// The answer of a registry that takes an identity.
#[derive(Deserialize)]
struct Minted {
    token: String,
}

/// Whether a credential is the one of [`ACTIONS`].
pub fn is_offered(credential: &Credential) -> bool {
    credential.get(TOKEN).is_some()
}

/// Asks GitHub Actions for a token that says to an audience which workflow of which repository this is (GitHub's
/// documentation, OpenID Connect in cloud providers). Each is good for one exchange.
pub fn identity(look: &Look<'_>, credential: &Credential, audience: &str) -> Result<Secret, Failure> {
    let missing = || Failure::new(format!("`{URL}` and `{TOKEN}` are not set"));
    let url = credential.get(URL).ok_or_else(missing)?;
    let token = credential.get(TOKEN).ok_or_else(missing)?;
    let sign = if url.reveal().contains('?') { '&' } else { '?' };
    let audience = utf8_percent_encode(audience, NON_ALPHANUMERIC);
    let request = Request::get(format!("{}{sign}audience={audience}", url.reveal().trim()))
        .accept("application/json")
        .secret("authorization", token.header("bearer"));
    let answer = look.ask(&request)?;
    if answer.status != 200 {
        return Err(answer::failure(&request, &answer, &words(&answer))
            .context("GitHub Actions gives no ID token")
            .help("the job needs `permissions: id-token: write`"));
    }
    let identity: Identity = answer.json().map_err(answer::of_trouble)?;
    Ok(Secret::minted("ID_TOKEN", &identity.value))
}

/// Sends the request that exchanges an identity, and gives the token under a name for texts.
pub fn exchange(act: &Act<'_>, request: &Request, name: &'static str) -> Result<Secret, Failure> {
    let answer = act.send(request)?;
    if !answer.is_success() {
        return Err(answer::failure(request, &answer, &words(&answer))
            .context("trusted publishing was refused")
            .help(
                "the registry's settings of the package must name this repository, this workflow's file and, if the job \
                 has one, its environment",
            ));
    }
    let minted: Minted = answer.json().map_err(answer::of_trouble)?;
    Ok(Secret::minted(name, &minted.token))
}

/// The words of a registry in a JSON document of one of the usual forms; else the whole body.
pub fn words(answer: &Answer) -> String {
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(&answer.body) else {
        return answer.text();
    };
    let text = |it: &serde_json::Value| it.as_str().map(str::to_owned);
    let of_error = |it: &serde_json::Value| {
        let parts = ["code", "message", "detail", "description"].map(|key| text(&it[key]));
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        text(it).or_else(|| (!parts.is_empty()).then(|| parts.join(": ")))
    };
    let mut found: Vec<String> = ["error", "message", "reason"]
        .iter()
        .filter_map(|key| of_error(&document[key]))
        .collect();
    found.extend(
        document["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(of_error),
    );
    found.extend(text(&document));
    found.dedup();
    if found.is_empty() {
        answer.text()
    } else {
        found.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_all_forms() {
        let check = |body: &str, expected: &str| {
            let answer = Answer {
                status: 422,
                reason: String::new(),
                headers: Vec::new(),
                body: body.as_bytes().to_vec(),
                url: String::new(),
            };
            assert_eq!(words(&answer), expected);
        };
        check(r#"{"error":"no"}"#, "no");
        check(r#""version not found: 1.0.0""#, "version not found: 1.0.0");
        check(
            r#"{"message":"Token request failed","errors":[{"code":"invalid-publisher","description":"none fits"}]}"#,
            "Token request failed; invalid-publisher: none fits",
        );
        check(
            r#"{"errors":[{"detail":"crate is reserved"}]}"#,
            "crate is reserved",
        );
        check("{}", "{}");
        check("<html>", "<html>");
    }
}
