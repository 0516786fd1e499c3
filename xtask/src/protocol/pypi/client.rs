//! `uv publish` or `twine upload`: their environment, their credentials, and what their errors mean.

use std::time::Duration;

use super::{Upload, mint};
use crate::effect::files;
use crate::effect::process::{Outcome, Program};
use crate::effect::secret::Secret;
use crate::outside::{Act, Credential};
use crate::protocol::oidc;
use crate::standing::{Again, Failure};

/// The user name that says that the password is a token.
const TOKEN_USER: &str = "__token__";

/// Variables by which a client would go elsewhere than the plan says.
const AWAY: &[&str] = &[
    "UV_PUBLISH_CHECK_URL",
    "UV_PUBLISH_INDEX",
    "UV_PUBLISH_URL",
    "TWINE_REPOSITORY",
    "TWINE_REPOSITORY_URL",
];

/// Variables with credentials: each client gets its own, and no others.
const SECRETS: &[&str] = &[
    "UV_PUBLISH_TOKEN",
    "UV_PUBLISH_USERNAME",
    "UV_PUBLISH_PASSWORD",
    "TWINE_USERNAME",
    "TWINE_PASSWORD",
    "MATURIN_PYPI_TOKEN",
];

/// Statuses that may pass, as `protocol::answer` has them, and how the clients word a status.
const PASSING: &[u16] = &[408, 425, 429, 500, 502, 503, 504];
const STATUS: &[&str] = &["status code ", "httperror: "];

/// Words of a network that fails, in lower case: those of uv (reqwest, hyper), then of twine (urllib3).
const NETWORK: &[&str] = &[
    "error sending request",
    "timed out",
    "connection reset",
    "connection closed",
    "connection refused",
    "broken pipe",
    "incomplete message",
    "dns error",
    "end of file before message length reached",
    "error decoding response body",
    "connection aborted",
    "connectionerror",
    "remote end closed",
    "max retries exceeded",
    "read timeout",
];

/// How long uv waits for an answer to an upload unless it is told otherwise.
const MOST_ANSWER: Duration = Duration::from_mins(15);

/// Uploads a file.
pub(super) fn upload(upload: &Upload, act: &Act<'_>) -> Result<(), Failure> {
    let credential = act.credential()?;
    let proof = Proof::of(upload, &credential, act)?;
    let name = if act.has_program("uv") { "uv" } else { "twine" };
    let program = act.program(name);
    let program = if name == "uv" {
        uv(program, upload, &proof, act)
    } else {
        twine(program, upload, &proof, act)?
    };
    let outcome = act.run_within(&program)?;
    if outcome.is_success() {
        return Ok(());
    }
    Err(failure(name, &outcome))
}

/// How a client proves who we are.
enum Proof {
    /// By the name of an account, or the word for a token, and the password or token.
    Account(String, Secret),
    /// By an identity, which the client exchanges itself.
    Identity(Credential),
}

impl Proof {
    /// An index whose address we know is asked for a token here, once for all files, so that what it answers is told. The
    /// public one is known to the clients alone.
    fn of(upload: &Upload, credential: &Credential, act: &Act<'_>) -> Result<Proof, Failure> {
        if oidc::is_offered(credential) {
            return Ok(match &upload.index.upload {
                Some(url) => Proof::Account(TOKEN_USER.to_owned(), mint::token(url, credential, act)?),
                None => Proof::Identity(credential.clone()),
            });
        }
        let user = credential
            .get("TWINE_USERNAME")
            .map_or(TOKEN_USER, |it| it.reveal().trim());
        Ok(Proof::Account(user.to_owned(), credential.token().clone()))
    }
}

/// A program that goes where the plan says, with no credentials yet.
fn bare(program: Program) -> Program {
    AWAY.iter().chain(SECRETS).fold(program, Program::env_remove)
}

fn uv(program: Program, upload: &Upload, proof: &Proof, act: &Act<'_>) -> Program {
    let path = act.path(&upload.item);
    let mut program = bare(program)
        // uv takes its words for patterns, and a folder may hold what a pattern means something by.
        .dir(path.parent().unwrap_or(&path))
        .args(["--no-config", "--no-progress", "--color", "never", "publish"])
        .args(["--keyring-provider", "disabled"])
        .env("UV_CACHE_DIR", act.scratch().join("uv-cache"))
        .env("UV_HTTP_RETRIES", "0")
        .env(
            "UV_UPLOAD_HTTP_TIMEOUT",
            act.tempo().most_answer.min(MOST_ANSWER).as_secs().to_string(),
        );
    if let Some(url) = &upload.index.upload {
        program = program.args(["--publish-url", &format!("{url}/")]);
    }
    program = match proof {
        Proof::Identity(credential) => identity(program, credential).args(["--trusted-publishing", "always"]),
        Proof::Account(user, token) => program
            .args(["--trusted-publishing", "never"])
            .env("UV_PUBLISH_USERNAME", user)
            .env("UV_PUBLISH_PASSWORD", token.reveal().trim()),
    };
    program.arg(upload.item.name())
}

fn twine(program: Program, upload: &Upload, proof: &Proof, act: &Act<'_>) -> Result<Program, Failure> {
    let config = act.scratch().join("pypirc");
    // An empty one, so that none of the user's is read.
    files::write(&config, b"")?;
    let mut program = bare(program)
        .dir(act.scratch())
        // It breaks its lines there, also in the middle of a word.
        .env("COLUMNS", "1000")
        .arg("--no-color")
        .args([
            "upload",
            "--non-interactive",
            "--disable-progress-bar",
            "--config-file",
        ])
        .arg(config);
    if let Some(url) = &upload.index.upload {
        program = program.args(["--repository-url", &format!("{url}/")]);
    }
    program = match proof {
        Proof::Identity(credential) => identity(program, credential),
        Proof::Account(user, token) => program
            .env("TWINE_USERNAME", user)
            .env("TWINE_PASSWORD", token.reveal().trim()),
    };
    Ok(program.arg(act.path(&upload.item)))
}

/// Both clients exchange the identity by themselves, with the host that they know.
fn identity(program: Program, credential: &Credential) -> Program {
    credential
        .all()
        .iter()
        .fold(program, |program, it| program.env(it.name(), it.reveal().trim()))
}

/// What the client said, without what it tells before it fails.
fn failure(name: &str, outcome: &Outcome) -> Failure {
    let [stdout, stderr] =
        [&outcome.stdout, &outcome.stderr].map(|it| String::from_utf8_lossy(it).into_owned());
    let words = words(name, &[&stderr, &stdout]);
    let has_passed = outcome.status.is_none() || is_passing(&words.to_lowercase());
    Failure {
        again: if has_passed { Again::Soon } else { Again::Never },
        ..Failure::new(format!("{name} ended with {}: {words}", outcome.ending()))
    }
}

/// Whether the same may work in a moment.
fn is_passing(words: &str) -> bool {
    let says = |status: &u16| STATUS.iter().any(|it| words.contains(&format!("{it}{status}")));
    PASSING.iter().any(says) || NETWORK.iter().any(|it| words.contains(it))
}

/// The lines from the first error on, in whichever stream it stands; of what Python prints when twine breaks, the last
/// one; else all.
fn words(name: &str, streams: &[&str]) -> String {
    let start = if name == "uv" { "error:" } else { "ERROR" };
    let lines = |text: &&str| {
        text.lines()
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let streams: Vec<Vec<String>> = streams.iter().map(lines).collect();
    let find = |start: &str| {
        let mut found = streams.iter();
        found.find_map(|it| Some((it, it.iter().position(|line| line.starts_with(start))?)))
    };
    let told = match (find(start), find("Traceback ")) {
        (Some((stream, from)), _) => stream[from..].to_vec(),
        (None, Some((stream, _))) => stream.last().cloned().into_iter().collect(),
        (None, None) => streams.concat(),
    };
    told.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_apart() {
        let check = |name: &str, text: &str, again: Again, words: &str| {
            let failure = failure(
                name,
                &Outcome {
                    status: Some(std::process::ExitStatus::default()),
                    stdout: Vec::new(),
                    stderr: text.as_bytes().to_vec(),
                },
            );
            assert_eq!(failure.again, again, "{text}");
            assert!(failure.what.ends_with(words), "{}", failure.what);
        };
        check(
            "uv",
            "Publishing 1 file\nerror: Failed to publish\n  Caused by: Upload failed with status code 503 Service Unavailable\n",
            Again::Soon,
            "error: Failed to publish Caused by: Upload failed with status code 503 Service Unavailable",
        );
        check(
            "uv",
            "error: status code 400 Bad Request",
            Again::Never,
            "400 Bad Request",
        );
        check(
            "twine",
            "WARNING  Error during upload.\nERROR    HTTPError: 503 Service Unavailable from http://127.0.0.1/legacy/\n  no\n",
            Again::Soon,
            "ERROR HTTPError: 503 Service Unavailable from http://127.0.0.1/legacy/ no",
        );
        check(
            "twine",
            "ERROR HTTPError: 403 Forbidden from x",
            Again::Never,
            "403 Forbidden from x",
        );
        check(
            "twine",
            "Traceback (most recent call last):\n  File \"x\"\nrequests.exceptions.ConnectionError: Connection aborted.\n",
            Again::Soon,
            ": requests.exceptions.ConnectionError: Connection aborted.",
        );
    }
}
