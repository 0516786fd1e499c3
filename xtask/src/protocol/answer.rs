//! What an HTTP status means for the next attempt, for every protocol.

use std::time::Duration;

use crate::effect::http::{Answer, Request, Trouble};
use crate::standing::{Again, Failure};

/// Statuses that may pass (RFC 9110 §15.5.9, §15.6; RFC 8470 §5.2; RFC 6585 §4). All others are final.
const PASSING: &[u16] = &[408, 425, 429, 500, 502, 503, 504];

/// Whether to send again, and when: `Retry-After` in seconds is honoured (RFC 9110 §10.2.3).
pub fn again(answer: &Answer) -> Again {
    if !is_passing(answer.status) {
        return Again::Never;
    }
    let asked = answer.header("retry-after").and_then(|it| it.trim().parse().ok());
    asked.map_or(Again::Soon, |it| Again::After(Duration::from_secs(it)))
}

/// Whether a status may be gone in a moment.
pub fn is_passing(status: u16) -> bool {
    PASSING.contains(&status)
}

/// The failure that an answer is, with the server's own words.
pub fn failure(request: &Request, answer: &Answer, words: &str) -> Failure {
    let words = words.trim();
    let words = if words.is_empty() { &answer.reason } else { words };
    Failure {
        again: again(answer),
        ..Failure::new(format!(
            "{:?} {} was answered with {}: {}",
            request.method,
            request.url,
            answer.status,
            short(words)
        ))
    }
}

/// The failure of a request that got no whole answer.
pub fn of_trouble(trouble: Trouble) -> Failure {
    let what = trouble.to_string();
    if trouble.is_transient() {
        Failure::transient(what)
    } else {
        Failure::new(what)
    }
}

/// A page of HTML is no message; what is long is cut.
fn short(words: &str) -> String {
    const MOST: usize = 600;
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}
