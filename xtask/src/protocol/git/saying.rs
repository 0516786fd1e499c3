//! What git says when something does not work, and what it means for the next attempt.

use crate::effect::process::Outcome;
use crate::protocol::answer;
use crate::standing::{Again, Failure};

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody else pushed meanwhile.
    Raced,
    /// The server does not believe who we are.
    Unknown,
    /// The server knows us and does not let us.
    Forbidden,
    /// There is no such repository, or none that we may see.
    Missing,
    /// The repository has another address now.
    Moved,
    /// The server is not the one that it should be.
    Stranger,
    /// A rule or hook of the server refuses what was pushed.
    Refused,
    /// It may be gone in a moment.
    Passing,
    /// Anything else.
    Other,
}

/// Parts of what git, curl, ssh and servers print, in lower case, and what they mean. The first that is found counts, so
/// what is surer stands first.
const SAYINGS: &[(&str, Kind)] = &[
    ("host key verification failed", Kind::Stranger),
    ("remote host identification has changed", Kind::Stranger),
    ("certificate problem", Kind::Stranger),
    ("certificate verification failed", Kind::Stranger),
    ("permission denied (publickey", Kind::Unknown),
    ("authentication failed", Kind::Unknown),
    ("could not read username", Kind::Unknown),
    ("could not read password", Kind::Unknown),
    ("returned error: 401", Kind::Unknown),
    ("http 401", Kind::Unknown),
    ("hook declined", Kind::Refused),
    ("denying non-fast-forward", Kind::Raced),
    ("(non-fast-forward)", Kind::Raced),
    ("(fetch first)", Kind::Raced),
    ("(stale info)", Kind::Raced),
    ("cannot lock ref", Kind::Raced),
    ("failed to update ref", Kind::Raced),
    ("incorrect old value provided", Kind::Raced),
    ("[remote rejected]", Kind::Refused),
    ("returned error: 403", Kind::Forbidden),
    ("http 403", Kind::Forbidden),
    ("permission to ", Kind::Forbidden),
    ("returned error: 404", Kind::Missing),
    ("returned error: 410", Kind::Missing),
    ("repository not found", Kind::Missing),
    ("does not appear to be a git repository", Kind::Missing),
    ("unable to update url base from redirection", Kind::Moved),
    ("returned error: 301", Kind::Moved),
    ("returned error: 302", Kind::Moved),
    ("returned error: 307", Kind::Moved),
    ("returned error: 308", Kind::Moved),
    ("could not resolve host", Kind::Passing),
    ("temporary failure in name resolution", Kind::Passing),
    ("connection refused", Kind::Passing),
    ("connection reset", Kind::Passing),
    ("connection timed out", Kind::Passing),
    ("connection closed", Kind::Passing),
    ("operation timed out", Kind::Passing),
    ("operation too slow", Kind::Passing),
    ("failed to connect", Kind::Passing),
    ("couldn't connect", Kind::Passing),
    ("recv failure", Kind::Passing),
    ("send failure", Kind::Passing),
    ("empty reply from server", Kind::Passing),
    ("transfer closed", Kind::Passing),
    ("early eof", Kind::Passing),
    ("unexpected eof", Kind::Passing),
    ("unexpected disconnect", Kind::Passing),
    ("the remote end hung up", Kind::Passing),
    ("ssl_error_syscall", Kind::Passing),
    ("gnutls recv error", Kind::Passing),
    ("ssl connection timeout", Kind::Passing),
    ("invalid index-pack output", Kind::Passing),
    ("bad band", Kind::Passing),
    ("protocol error: bad line length", Kind::Passing),
    ("expected flush after ref listing", Kind::Passing),
    ("expected service, got flush packet", Kind::Passing),
    ("expected 'packfile'", Kind::Passing),
];

/// What to do next.
const HELP: &[(Kind, &str)] = &[
    (
        Kind::Unknown,
        "the token or key has expired, was revoked, or belongs to another account: make a new one",
    ),
    (
        Kind::Forbidden,
        "give the token the right to write contents of that repository; a job's own token writes to its own \
         repository alone",
    ),
    (
        Kind::Missing,
        "make the repository, or correct its name in `packaging/release.toml`; a private one does not show to \
         a token without rights",
    ),
    (
        Kind::Moved,
        "the repository was renamed or moved: write its new address into `packaging/release.toml`; a token is never sent on to \
         where a server points",
    ),
    (
        Kind::Stranger,
        "compare the keys or certificates that the server has published: somebody may stand between you and it",
    ),
    (
        Kind::Refused,
        "a rule of the repository stands against the push: what the server said names it",
    ),
];

/// What kind of trouble an outcome is.
pub(super) fn kind(outcome: &Outcome) -> Kind {
    let all = both(outcome).to_lowercase();
    if let Some(status) = status(&all).filter(|it| answer::is_passing(*it)) {
        // 408 and the like come with words of all kinds.
        let _ = status;
        return Kind::Passing;
    }
    let found = SAYINGS.iter().find(|it| all.contains(it.0));
    found.map_or(Kind::Other, |it| it.1)
}

/// The HTTP status that curl was answered with.
fn status(text: &str) -> Option<u16> {
    ["returned error: ", "rpc failed; http "]
        .iter()
        .find_map(|before| {
            let rest = &text[text.find(before)? + before.len()..];
            let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
            rest[..end].parse().ok()
        })
}

/// The failure that an outcome is, with the words of git and of the server.
pub(super) fn failure(doing: &str, url: &str, outcome: &Outcome) -> Failure {
    let kind = kind(outcome);
    let again = if matches!(kind, Kind::Passing | Kind::Raced) {
        Again::Soon
    } else {
        Again::Never
    };
    let failure = Failure {
        again,
        ..Failure::new(format!("cannot {doing} `{url}`: {}", words(outcome)))
    };
    let help = HELP.iter().find(|it| it.0 == kind);
    help.map_or(failure.clone(), |it| failure.help(it.1))
}

/// What was said, in one line: first what the server said, then what git made of it.
pub(super) fn words(outcome: &Outcome) -> String {
    const NOISE: &[&str] = &[
        "To ",
        "hint:",
        "Done",
        "Please make sure you have the correct access rights",
        "and the repository exists.",
        "remote: Resolving deltas",
        "remote: Enumerating",
        "remote: Counting",
        "remote: Compressing",
        "remote: Total",
    ];
    let text = both(outcome);
    let lines = text.lines().map(str::trim).filter(|line| {
        let said = line.trim_start_matches("remote:").trim();
        !said.is_empty() && !NOISE.iter().any(|it| line.starts_with(it))
    });
    let mut servers = Vec::new();
    let mut others = Vec::new();
    for line in lines {
        match line.strip_prefix("remote:") {
            Some(said) => servers.push(said.trim().to_owned()),
            // git asks for a user name when the server wants one after the header that it got already.
            None if line.starts_with("fatal: could not read Username") => {
                others.push("Authentication failed: the server does not take the token (401)".to_owned());
            }
            None => others.push(line.replace('\t', " ")),
        }
    }
    servers.extend(others);
    servers.dedup();
    if servers.is_empty() {
        return format!("git ended with {}", outcome.ending());
    }
    servers.join("; ")
}

fn both(outcome: &Outcome) -> String {
    let stderr = String::from_utf8_lossy(&outcome.stderr);
    let stdout = String::from_utf8_lossy(&outcome.stdout);
    // With `--porcelain` the line about a refused ref goes to standard output.
    let refused: Vec<&str> = stdout.lines().filter(|it| it.starts_with('!')).collect();
    format!("{stderr}\n{}", refused.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(stdout: &str, stderr: &str) -> Outcome {
        Outcome {
            status: None,
            stdout: stdout.as_bytes().to_vec(),
            stderr: stderr.as_bytes().to_vec(),
        }
    }

    #[test]
    fn sayings_are_told_apart() {
        let check = |stderr: &str, expected| assert_eq!(kind(&said("", stderr)), expected, "{stderr}");
        let http = |status: u16| {
            format!("fatal: unable to access 'https://h/o/r/': The requested URL returned error: {status}")
        };
        check(&http(503), Kind::Passing);
        check(&http(429), Kind::Passing);
        check(&http(403), Kind::Forbidden);
        check(&http(404), Kind::Missing);
        check(&http(301), Kind::Moved);
        check("fatal: Authentication failed for 'https://h/o/r/'", Kind::Unknown);
        check(
            "fatal: could not read Username for 'https://h': terminal prompts disabled",
            Kind::Unknown,
        );
        check(
            "aur@h: Permission denied (publickey).\nfatal: Could not read from remote repository.",
            Kind::Unknown,
        );
        check(
            "error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502\nfatal: the remote end \
             hung up",
            Kind::Passing,
        );
        check("fatal: repository 'https://h/o/r/' not found", Kind::Other);
        check("remote: Repository not found.", Kind::Missing);
        check(
            "No ED25519 host key is known for h.\nHost key verification failed.",
            Kind::Stranger,
        );
        check("fatal: something new", Kind::Other);
    }

    #[test]
    fn refused_refs_are_told_apart() {
        let check = |line: &str, expected| {
            let outcome = said(&format!("To https://h\n!\ta:refs/heads/b\t{line}\nDone"), "");
            assert_eq!(kind(&outcome), expected, "{line}");
        };
        check("[rejected] (fetch first)", Kind::Raced);
        check("[rejected] (non-fast-forward)", Kind::Raced);
        check(
            "[remote rejected] (cannot lock ref 'refs/heads/b': is at 1 but expected 2)",
            Kind::Raced,
        );
        check(
            "[remote rejected] (protected branch hook declined)",
            Kind::Refused,
        );
        check("[remote rejected] (pre-receive hook declined)", Kind::Refused);
    }

    #[test]
    fn the_servers_words_come_first() {
        let outcome = said(
            "To https://h\n!\ta:refs/heads/b\t[remote rejected] (hook declined)\nDone",
            "remote: error: missing .SRCINFO        \nremote: \nerror: failed to push some refs to 'https://h'\n",
        );
        assert_eq!(
            words(&outcome),
            "error: missing .SRCINFO; error: failed to push some refs to 'https://h'; ! a:refs/heads/b [remote rejected] \
             (hook declined)"
        );
    }
}
