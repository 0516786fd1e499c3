//! Requests to a repository of images: addresses, proof of who asks, and the registry's own words.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{Place, auth};
use crate::effect::http::{Answer, HeaderValue, Request};
use crate::outside::{Act, Look};
use crate::protocol::answer;
use crate::standing::Failure;

/// What may stay as it is in the value of a query (RFC 3986 §2.3).
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a request needs to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To read.
    Pull,
    /// To read and to change.
    Push,
}

/// The value of a query.
pub(super) fn escape(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

/// A repository, and what is done there.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) look: &'a Look<'a>,
    pub(super) place: &'a Place,
    pub(super) right: Right,
    /// Another repository that is read from.
    pub(super) also: Option<&'a str>,
}

impl<'a> Line<'a> {
    pub(super) fn new(look: &'a Look<'a>, place: &'a Place, right: Right) -> Line<'a> {
        Line {
            look,
            place,
            right,
            also: None,
        }
    }

    /// An address in the repository.
    pub(super) fn url(&self, rest: &str) -> String {
        format!("{}/v2/{}/{rest}", self.place.registry, self.place.repository)
    }

    /// Reads.
    pub(super) fn ask(&self, request: Request) -> Result<Answer, Failure> {
        self.proving(request, |it| self.look.ask(it))
    }

    /// Changes.
    pub(super) fn send(&self, act: &Act<'_>, request: Request) -> Result<Answer, Failure> {
        self.proving(request, |it| act.send(it))
    }

    /// Sends with a token, and once more with a new one where the registry does not take the old one: tokens end, and only
    /// the registry knows its clock.
    fn proving(
        &self,
        request: Request,
        send: impl Fn(&Request) -> Result<Answer, Failure>,
    ) -> Result<Answer, Failure> {
        // An address for uploading may be somewhere else, such as in a store of objects: the token is not for it.
        if !is_of(&request.url, &self.place.registry) {
            return send(&request);
        }
        let known = auth::proof(self, None)?;
        let answer = send(&with(&request, known.as_ref()))?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let proof = auth::proof(self, Some((&answer, known.as_ref())))?;
        send(&with(&request, proof.as_ref()))
    }
}

fn with(request: &Request, proof: Option<&HeaderValue>) -> Request {
    match proof {
        Some(proof) => request.clone().secret("authorization", proof.clone()),
        None => request.clone(),
    }
}

fn is_of(url: &str, registry: &str) -> bool {
    let rest = url.strip_prefix(registry);
    rest.is_some_and(|it| it.is_empty() || it.starts_with(['/', '?']))
}

/// An address that an answer names: it may be whole, a path, or a query alone (RFC 9110 §10.2.2). It must not lead away
/// from TLS, since what is sent there cannot be taken back.
pub(super) fn location(request: &Request, answer: &Answer) -> Result<String, Failure> {
    let name = answer.header("location").ok_or_else(|| {
        Failure::new(format!(
            "{} {} was answered with {} and no `Location`",
            request.method.word(),
            request.url,
            answer.status
        ))
    })?;
    let found = join(&request.url, name);
    if request.url.starts_with("https:") && !found.starts_with("https:") {
        return Err(Failure::new(format!(
            "the registry wants an upload without TLS, to `{found}`"
        )));
    }
    Ok(found)
}

pub(super) fn join(from: &str, name: &str) -> String {
    let (scheme, rest) = from.split_once("://").unwrap_or(("http", from));
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let path = from.split('?').next().unwrap_or_default();
    if let Some(other) = name.strip_prefix("//") {
        format!("{scheme}://{other}")
    } else if name.starts_with('/') {
        format!("{scheme}://{host}{name}")
    } else if name.starts_with('?') {
        format!("{path}{name}")
    } else if name.split(['/', '?']).next().is_some_and(|it| it.ends_with(':')) {
        name.to_owned()
    } else {
        let folder = path.rsplit_once('/').map_or(path, |it| it.0);
        format!("{folder}/{name}")
    }
}

/// An address with one more word in its query.
pub(super) fn with_query(url: &str, name: &str, value: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}{name}={}", escape(value))
}

/// The registry's own words: `code: message` of each error (distribution-spec, "Error Codes"), which is how its clients
/// print them.
pub(super) fn words(answer: &Answer) -> String {
    let Ok(document) = serde_json::from_slice::<Value>(&answer.body) else {
        return answer.text();
    };
    let errors = document["errors"].as_array();
    let said: Vec<String> = errors.into_iter().flatten().map(error).collect();
    if !said.is_empty() {
        return said.join("; ");
    }
    // Those who hand out tokens have words of their own.
    let plain = ["details", "detail", "error_description", "message", "error"]
        .iter()
        .find_map(|it| document[*it].as_str());
    plain.map_or_else(|| answer.text(), str::to_owned)
}

fn error(error: &Value) -> String {
    let text = |it: &str| error[it].as_str().unwrap_or_default().to_owned();
    let (code, message) = (text("code").to_lowercase(), text("message"));
    let detail = match &error["detail"] {
        Value::Null => String::new(),
        Value::String(it) if it.is_empty() => String::new(),
        Value::String(it) => format!(" ({it})"),
        other => format!(" ({other})"),
    };
    match (code.is_empty(), message.is_empty()) {
        (false, false) => format!("{code}: {message}{detail}"),
        _ => format!("{code}{message}{detail}"),
    }
}

/// Whether an answer has an error of this code.
pub(super) fn has_code(answer: &Answer, code: &str) -> bool {
    let document = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    let errors = document["errors"].as_array();
    errors.into_iter().flatten().any(|it| it["code"] == code)
}

/// The failure that an answer is.
pub(super) fn failure(request: &Request, answer: &Answer) -> Failure {
    answer::failure(request, answer, &words(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        Answer {
            status: 403,
            reason: "Forbidden".to_owned(),
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            url: String::new(),
        }
    }

    #[test]
    fn the_words_of_registries_are_kept() {
        let check = |body, expected: &str| assert_eq!(words(&answer(body)), expected);
        check(
            r#"{"errors":[{"code":"DENIED","message":"requested access to the resource is denied","detail":null}]}"#,
            "denied: requested access to the resource is denied",
        );
        check(
            r#"{"errors":[{"code":"BLOB_UNKNOWN","message":"x","detail":{"digest":"d"}},{"code":"DENIED"}]}"#,
            "blob_unknown: x ({\"digest\":\"d\"}); denied",
        );
        check(
            r#"{"details":"incorrect username or password"}"#,
            "incorrect username or password",
        );
        check("plain", "plain");
        check("{}", "{}");
        assert!(has_code(&answer(r#"{"errors":[{"code":"X"}]}"#), "X"));
    }

    #[test]
    fn addresses_are_joined() {
        let check = |name, expected: &str| assert_eq!(join("http://a:1/v2/x/uploads/?m=1", name), expected);
        check("https://b/y?z=1", "https://b/y?z=1");
        check(
            "/y?z=http://c",
            "/y?z=http://c".replacen("/y", "http://a:1/y", 1).as_str(),
        );
        check("//b/y", "http://b/y");
        check("?z=1", "http://a:1/v2/x/uploads/?z=1");
        check("u-1", "http://a:1/v2/x/uploads/u-1");
        assert_eq!(
            with_query("/y?z=1", "digest", "sha256:a"),
            "/y?z=1&digest=sha256%3Aa"
        );
        assert!(is_of("http://a:1/v2", "http://a:1") && !is_of("http://a:12/v2", "http://a:1"));
    }
}
