//! What cargo says when something did not work, and whether it may pass.

use std::time::Duration;

use crate::standing::{Again, Failure};
use crate::time;

/// What stands before a status in cargo's messages.
const BEFORE_STATUS: &[&str] = &[", got ", "(status ", "response, got ", "HTTP status code ", "http status: "];

/// Statuses that may pass; the same as for our own requests (`protocol/answer.rs`).
const PASSING: &[u16] = &[408, 425, 429, 500, 502, 503, 504];

/// Errors of libcurl that may pass, which cargo shows in brackets (libcurl-errors(3)): no name, no connection, HTTP/2,
/// a part of a file, time-out, no answer, failures to send and to receive, and a stream that broke.
const CURL: &[u16] = &[6, 7, 16, 18, 28, 52, 55, 56, 92];

/// Other words of what may pass.
const WORDS: &[&str] = &[
    "network failure seems to have happened",
    "failed to verify the checksum of",
    "no matching package named",
    "failed to select a version for the requirement",
    "error sending request",
    "Resource temporarily unavailable",
];

/// The most of a message that is shown.
const MOST: usize = 700;

/// The failure that cargo's standard error is: from its word `error` on, in one line.
pub(super) fn failure(what: String, said: &str) -> Failure {
    let start = said.find("error: ").map_or(0, |it| it + "error: ".len());
    let words: Vec<&str> = said[start..].split_whitespace().collect();
    let words = words.join(" ");
    let shown = match words.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.clone(),
    };
    Failure {
        again: again(&words),
        ..Failure::new(format!("{what}: {shown}"))
    }
}

fn again(words: &str) -> Again {
    if let Some(asked) = asked(words) {
        return Again::After(asked);
    }
    let is_passing = BEFORE_STATUS
        .iter()
        .filter_map(|it| number_after(words, it))
        .any(|it| PASSING.contains(&it))
        || number_after(words, "[").is_some_and(|it| CURL.contains(&it) && words.contains(&format!("[{it}] ")))
        || WORDS.iter().any(|it| words.contains(it));
    if is_passing { Again::Soon } else { Again::Never }
}

fn number_after(words: &str, before: &str) -> Option<u16> {
    let rest = words.split(before).skip(1);
    rest.filter_map(|it| {
        let digits: String = it.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
    .next()
}

/// How long the registry asks to wait: its text names a date, and cargo shows a header of seconds or a date.
fn asked(words: &str) -> Option<Duration> {
    let (_, rest) = words.split_once("try again after ").or_else(|| words.split_once("retry-after: "))?;
    let seconds: String = rest.chars().take_while(char::is_ascii_digit).collect();
    if let Ok(seconds) = seconds.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = time::of_http_date(rest.get(..29)?)?;
    let wait = until - time::now_s().ok()?;
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_known_by_its_words() {
        let check = |said: &str, expected: Again| {
            assert_eq!(failure("x".to_owned(), said).again, expected, "{said}");
        };
        check(
            "error: failed to publish\n\nCaused by:\n  the remote server responded with an error (status 403 Forbidden): no",
            Again::Never,
        );
        check(
            "error: failed to publish\n\nCaused by:\n  the remote server responded with an error (status 503 Service Unavailable): a",
            Again::Soon,
        );
        check("error: x\n  failed to get a 200 OK response, got 502\nheaders:", Again::Soon);
        check("error: [28] Timeout was reached (no bytes)", Again::Soon);
        check("error: [60] SSL peer certificate was not OK", Again::Never);
        check("error: a [1] and more", Again::Never);
        check(
            "error: got 429, headers: retry-after: 7 x-y: z",
            Again::After(Duration::from_secs(7)),
        );
        check(
            "error: too many. Please try again after Tue, 26 Nov 2024 10:00:00 GMT and see the page",
            Again::After(Duration::ZERO),
        );
    }

    #[test]
    fn the_message_is_one_line_from_the_error_on() {
        let found = failure("it failed".to_owned(), "    Updating x\nerror: a\n\nCaused by:\n  b\n");
        assert_eq!(found.what, "it failed: a Caused by: b");
    }
}
