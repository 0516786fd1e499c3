//! What snapcraft's output means: it ends with the same code for a refusal, a broken line, and a snap that people will look
//! at (snapcraft issue 6076).

use crate::effect::process::Outcome;
use crate::standing::Failure;

/// Parts of the output of a snap that has arrived and that people of the store look at, in lower case.
const HELD: &[&str] = &[
    "(needs review)",
    "will need manual review",
    "need_manual_review",
    "human review required",
    "waiting for previous upload(s) to complete their review",
];

/// Parts of the output of what may pass: statuses as craft-store prints them, and what its HTTP library says.
const PASSING: &[&str] = &[
    "[408]",
    "[425]",
    "[429]",
    "[500]",
    "[502]",
    "[503]",
    "[504]",
    "maximum retries exceeded",
    "connection aborted",
    "connection broken",
    "connection refused",
    "connection reset",
    "failed to establish a new connection",
    "incompleteread",
    "name resolution",
    "remote end closed",
    "timed out",
];

/// The answer of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It did what it was asked to. Whether the store has released the snap is asked of the store: snapcraft says so of
    /// snaps that were rejected (snapcraft issue 6299).
    Done,
    /// The snap has arrived, and waits for people.
    Held(String),
}

/// Reads how `doing` has ended.
pub fn read(outcome: &Outcome, doing: &str) -> Result<Said, Failure> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all = format!("{}\n{}", text(&outcome.stderr), text(&outcome.stdout));
    let lines: Vec<&str> = all.lines().map(str::trim).filter(|it| is_news(it)).collect();
    let words = lines.join(" ");
    let lower = words.to_lowercase();
    let has = |list: &[&str]| list.iter().any(|it| lower.contains(it));
    if has(HELD) {
        return Ok(Said::Held(words));
    }
    if outcome.is_success() {
        return Ok(Said::Done);
    }
    let what = format!("`snapcraft {doing}` ended with {}: {words}", outcome.ending());
    Err(if has(PASSING) {
        Failure::transient(what)
    } else {
        Failure::new(what)
    })
}

/// Whether a line says something: not how far it is, nor where a log was written.
fn is_news(line: &str) -> bool {
    !line.is_empty()
        && !line.starts_with("Uploading")
        && !line.starts_with("Full execution log")
        && line != "Status: processing"
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;
    use crate::standing::Again;

    fn check(code: i32, stderr: &str) -> Result<Said, Failure> {
        let outcome = Outcome {
            status: Some(ExitStatus::from_raw(code << 8)),
            stdout: Vec::new(),
            stderr: stderr.as_bytes().to_vec(),
        };
        read(&outcome, "upload x.snap")
    }

    #[test]
    fn review_is_no_failure() {
        let said = check(
            1,
            "Uploading... (--->)\nStatus: processing\nStatus: will need manual review\nIssues while processing snap:\n\
             - (NEEDS REVIEW) confinement 'classic' not allowed.\nFull execution log: '/x.log'\n",
        );
        let words = "Status: will need manual review Issues while processing snap: - (NEEDS REVIEW) confinement 'classic' \
                     not allowed.";
        assert_eq!(said, Ok(Said::Held(words.to_owned())));
        let waiting = "Issues while processing snap:\n- Waiting for previous upload(s) to complete their review process.";
        assert!(matches!(check(1, waiting), Ok(Said::Held(_))));
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays() {
        assert_eq!(check(0, ""), Ok(Said::Done));
        let again = |text: &str| check(1, text).unwrap_err().again;
        for text in [
            "Issue encountered while processing your request: [503] Service Unavailable.",
            "Maximum retries exceeded trying to reach the store.",
            "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
            "HTTPConnectionPool(host='127.0.0.1', port=1): Read timed out. (read timeout=60)",
        ] {
            assert_eq!(again(text), Again::Soon, "{text}");
        }
        for text in [
            "Store operation failed:\n- resource-not-found: Snap not found for name=demo",
            "Issues while processing snap:\n- binary_sha3_384: A file with this exact same content has already been uploaded",
            "Exported credentials are no longer valid for the Snap Store.",
            "Issue encountered while processing your request: [403] Forbidden.",
        ] {
            assert_eq!(again(text), Again::Never, "{text}");
        }
    }
}
