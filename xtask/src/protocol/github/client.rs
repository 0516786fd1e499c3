//! Requests to GitHub's REST API: the headers that all of them have, its words for what is wrong, and its limits.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::effect::http::{Answer, Method, Request};
use crate::effect::secret::Secret;
use crate::outside::{Act, Look};
use crate::protocol::answer;
use crate::standing::{Again, Failure};

/// The version of the API that all of this was written for.
const VERSION: &str = "2022-11-28";

/// What a segment of a path keeps as it is (RFC 3986, section 2.3).
pub(super) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The longest list that is read, in pages of a hundred.
const MOST_PAGES: usize = 50;

/// GitHub's API at an address, as somebody or as nobody.
pub struct Client<'a> {
    look: &'a Look<'a>,
    base: &'a str,
    token: Option<Secret>,
}

/// What GitHub says beside a status of 400 and above.
#[derive(Debug, Default, Deserialize)]
struct Words {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Value,
}

impl<'a> Client<'a> {
    /// With the token of the channel.
    pub fn new(look: &'a Look<'a>, base: &'a str) -> Result<Client<'a>, Failure> {
        Client::with(look, base, look.channel.credentials)
    }

    /// With the token of the first of these ways that is complete: for a part of a channel that needs another right.
    pub fn with(look: &'a Look<'a>, base: &'a str, ways: &[&[&'static str]]) -> Result<Client<'a>, Failure> {
        let token = look.credential_of(ways)?.token().clone();
        Ok(Client {
            look,
            base,
            token: Some(token),
        })
    }

    /// With the token of the channel if there is one: for what everybody may read.
    pub fn visiting(look: &'a Look<'a>, base: &'a str) -> Client<'a> {
        Client {
            look,
            base,
            token: look.credential().ok().map(|it| it.token().clone()),
        }
    }

    /// A request to a path of the API, such as `/repos/owner/name`, or to a whole address that the API has given.
    pub fn request(&self, method: Method, path: &str) -> Request {
        self.request_for(method, path, "application/vnd.github+json")
    }

    /// The same, for an answer of another media type.
    pub fn request_for(&self, method: Method, path: &str, media_type: &str) -> Request {
        let url = if path.contains("://") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let request = Request::new(method, url)
            .accept(media_type)
            .header("x-github-api-version", VERSION);
        match &self.token {
            Some(token) => request.secret("authorization", token.header("Bearer")),
            None => request,
        }
    }

    /// Asks for a path; any status that stays is an answer. A limit is waited for.
    pub fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.ask(&self.request(Method::Get, path))
    }

    /// Sends a request that reads; the same patience.
    pub fn ask(&self, request: &Request) -> Result<Answer, Failure> {
        let mut turn = 1;
        loop {
            let answer = self.look.ask(request)?;
            let wait = limit(&answer).and_then(|it| self.look.tempo().wait_before(turn, it));
            let Some(wait) = wait else { return Ok(answer) };
            let report = self.look.report();
            report.say(format_args!(
                "{}: waiting {wait:.0?} for GitHub's rate limit",
                self.look.channel
            ));
            std::thread::sleep(wait);
            turn += 1;
        }
    }

    /// The document at a path; `None` for 404.
    pub fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Failure> {
        let request = self.request(Method::Get, path);
        let answer = self.ask(&request)?;
        match answer.status {
            200 => read(&answer).map(Some),
            404 => Ok(None),
            _ => Err(failure(&request, &answer)),
        }
    }

    /// All entries of a list, page after page; `None` for 404. It ends early once one satisfies.
    pub fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        mut is_enough: impl FnMut(&T) -> bool,
    ) -> Result<Option<Vec<T>>, Failure> {
        let mark = if path.contains('?') { '&' } else { '?' };
        let mut next = Some(format!("{path}{mark}per_page=100"));
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let Some(page) = next.take() else { break };
            let request = self.request(Method::Get, &page);
            let answer = self.ask(&request)?;
            match answer.status {
                200 => {}
                404 => return Ok(None),
                _ => return Err(failure(&request, &answer)),
            }
            let entries: Vec<T> = read(&answer)?;
            let is_done = entries.iter().any(&mut is_enough);
            all.extend(entries);
            next = answer.header("link").and_then(next_page).filter(|_| !is_done);
        }
        Ok(Some(all))
    }

    /// Sends a request that changes something, once. Only a status of success is no failure.
    pub fn send(&self, act: &Act<'_>, request: &Request) -> Result<Answer, Failure> {
        let answer = act.send(request)?;
        if answer.is_success() {
            return Ok(answer);
        }
        Err(failure(request, &answer))
    }
}

/// A text as a segment of a path.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The document of an answer. A half of one, or a page of a proxy, may be whole the next time.
pub fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    answer
        .json()
        .map_err(|error| Failure::transient(error.to_string()))
}

/// The failure that an answer is: `message` and each of `errors[]` in GitHub's words, and whether it may pass.
pub fn failure(request: &Request, answer: &Answer) -> Failure {
    let found = answer::failure(request, answer, &words(answer));
    Failure {
        again: limit(answer).unwrap_or(found.again),
        ..found
    }
}

/// `Validation Failed: Release tag_name already_exists`.
fn words(answer: &Answer) -> String {
    let Ok(words) = serde_json::from_slice::<Words>(&answer.body) else {
        return answer.text();
    };
    let errors: Vec<String> = match &words.errors {
        Value::Array(errors) => errors.iter().map(error).collect(),
        Value::Null => Vec::new(),
        other => vec![error(other)],
    };
    if errors.is_empty() {
        return words.message;
    }
    format!("{}: {}", words.message, errors.join("; "))
}

/// One of `errors[]`, which is a text or an object.
fn error(error: &Value) -> String {
    let Value::Object(fields) = error else {
        return error.as_str().map_or_else(|| error.to_string(), str::to_owned);
    };
    if let Some(message) = fields.get("message").and_then(Value::as_str) {
        return message.to_owned();
    }
    let names = ["resource", "field", "code"];
    let found: Vec<&str> = names.iter().filter_map(|it| fields.get(*it)?.as_str()).collect();
    found.join(" ")
}

/// A limit is no lack of permission, though both are 403: it says so by a header, or by its words (GitHub's documentation,
/// rate limits for the REST API, "Exceeding the rate limit").
fn limit(answer: &Answer) -> Option<Again> {
    if !matches!(answer.status, 403 | 429) {
        return None;
    }
    let number = |name: &str| answer.header(name).and_then(|it| it.trim().parse::<u64>().ok());
    if let Some(wait_s) = number("retry-after") {
        return Some(Again::After(Duration::from_secs(wait_s)));
    }
    if number("x-ratelimit-remaining") == Some(0) {
        let now = crate::time::now_s().ok().and_then(|it| u64::try_from(it).ok());
        let reset = number("x-ratelimit-reset");
        let wait_s = reset
            .zip(now)
            .map_or(60, |(reset, now)| reset.saturating_sub(now));
        return Some(Again::After(Duration::from_secs(wait_s)));
    }
    if answer.text().contains("secondary rate limit") {
        // Without a header at least a minute is asked for.
        return Some(Again::After(Duration::from_mins(1)));
    }
    (answer.status == 429).then_some(Again::Soon)
}

/// The address that `Link` calls `next` (RFC 8288).
fn next_page(link: &str) -> Option<String> {
    link.split(',').find_map(|it| {
        let (url, rel) = it.split_once(';')?;
        let is_next = rel.split(';').any(|it| it.trim() == "rel=\"next\"");
        is_next.then(|| {
            url.trim()
                .trim_start_matches('<')
                .trim_end_matches('>')
                .to_owned()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        Answer {
            status,
            reason: String::new(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: body.as_bytes().to_vec(),
            url: "https://api.github.com/x".to_owned(),
        }
    }

    #[test]
    fn githubs_words_are_kept() {
        let check = |body: &str, expected: &str| assert_eq!(words(&answer(422, &[], body)), expected);
        check(
            r#"{"message":"Validation Failed","errors":[{"resource":"Release","code":"already_exists","field":"tag_name"}]}"#,
            "Validation Failed: Release tag_name already_exists",
        );
        check(
            r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","code":"custom","message":"A pull request already exists for o:b."}]}"#,
            "Validation Failed: A pull request already exists for o:b.",
        );
        check(r#"{"message":"Not Found"}"#, "Not Found");
        check(
            r#"{"message":"Invalid","errors":["name is too long"]}"#,
            "Invalid: name is too long",
        );
        check("<html>", "<html>");
    }

    #[test]
    fn a_limit_is_told_from_a_lack_of_permission() {
        let check = |status, headers: &[(&str, &str)], body: &str, expected| {
            assert_eq!(limit(&answer(status, headers, body)), expected);
        };
        let seconds = |it| Some(Again::After(Duration::from_secs(it)));
        check(
            403,
            &[],
            r#"{"message":"Resource not accessible by integration"}"#,
            None,
        );
        check(403, &[("x-ratelimit-remaining", "12")], "", None);
        check(403, &[("retry-after", "7")], "", seconds(7));
        check(
            403,
            &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")],
            "",
            seconds(0),
        );
        check(403, &[], "You have exceeded a secondary rate limit.", seconds(60));
        check(429, &[], "", Some(Again::Soon));
        check(404, &[("retry-after", "7")], "", None);
    }

    #[test]
    fn the_next_page_is_found() {
        let link = "<https://x/?page=1>; rel=\"prev\", <https://x/?page=3>; rel=\"next\", <https://x/?page=9>; rel=\"last\"";
        assert_eq!(next_page(link).as_deref(), Some("https://x/?page=3"));
        assert_eq!(next_page("<https://x/?page=1>; rel=\"prev\""), None);
    }
}
