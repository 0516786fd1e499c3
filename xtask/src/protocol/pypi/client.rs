//! `uv publish` or `twine upload`: their environment, their credentials, and what their errors mean.

use super::Upload;
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
    "UV_PUBLISH_CHECK_URL", "UV_PUBLISH_INDEX", "UV_PUBLISH_URL", "TWINE_REPOSITORY", "TWINE_REPOSITORY_URL",
];

/// Variables with credentials: each client gets its own, and no others.
const SECRETS: &[&str] = &[
    "UV_PUBLISH_TOKEN", "UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD", "TWINE_USERNAME", "TWINE_PASSWORD",
    "MATURIN_PYPI_TOKEN",
];

/// Statuses that may pass, as `protocol::answer` has them, and words of the network, in lower case: those of uv (reqwest,
/// hyper), then of twine (urllib3).
const PASSING: &[&str] = &[
    "status code 408", "status code 425", "status code 429", "status code 500", "status code 502", "status code 503",
    "status code 504", "408 ", "425 ", "429 ", "500 ", "502 ", "503 ", "504 ",
];
const NETWORK: &[&str] = &[
    "error sending request", "timed out", "connection reset", "connection closed", "connection refused", "broken pipe",
    "incomplete message", "dns error", "end of file before message length reached", "error decoding response body",
    "connection aborted", "connectionerror", "remote end closed", "max retries exceeded", "read timeout",
];

/// Uploads a file.
pub(super) fn upload(upload: &Upload, act: &Act<'_>) -> Result<(), Failure> {
    let credential = act.credential()?;
    let name = if act.has_program("uv") { "uv" } else { "twine" };
    let program = act.program(name);
    let program = if name == "uv" {
        uv(program, upload, &credential, act)
    } else {
        twine(program, upload, &credential, act)?
    };
    let outcome = act.run(&program)?;
    if outcome.is_success() {
        return Ok(());
    }
    Err(failure(name, &outcome))
}

/// A program that goes where the plan says, with no credentials yet.
fn bare(program: Program) -> Program {
    AWAY.iter().chain(SECRETS).fold(program, Program::env_remove)
}

fn uv(program: Program, upload: &Upload, credential: &Credential, act: &Act<'_>) -> Program {
    let path = act.path(&upload.item);
    let mut program = bare(program)
        // uv takes its words for patterns, and a folder may hold what a pattern means something by.
        .dir(path.parent().unwrap_or(&path))
        .args(["--no-config", "--no-progress", "--color", "never", "publish"])
        .args(["--keyring-provider", "disabled"])
        .env("UV_CACHE_DIR", act.scratch().join("uv-cache"))
        .env("UV_HTTP_RETRIES", "0");
    if let Some(url) = &upload.index.upload {
        program = program.args(["--publish-url", &format!("{url}/")]);
    }
    program = if oidc::is_offered(credential) {
        identity(program, credential).args(["--trusted-publishing", "always"])
    } else {
        let program = program.args(["--trusted-publishing", "never"]);
        match user(credential) {
            None => program.env("UV_PUBLISH_TOKEN", credential.token().reveal().trim()),
            Some(user) => program
                .env("UV_PUBLISH_USERNAME", user.reveal().trim())
                .env("UV_PUBLISH_PASSWORD", credential.token().reveal().trim()),
        }
    };
    program.arg(upload.item.name())
}

fn twine(program: Program, upload: &Upload, credential: &Credential, act: &Act<'_>) -> Result<Program, Failure> {
    let config = act.scratch().join("pypirc");
    // An empty one, so that none of the user's is read.
    files::write(&config, b"")?;
    let mut program = bare(program)
        .dir(act.scratch())
        .arg("--no-color")
        .args(["upload", "--non-interactive", "--disable-progress-bar", "--verbose", "--config-file"])
        .arg(config);
    if let Some(url) = &upload.index.upload {
        program = program.args(["--repository-url", &format!("{url}/")]);
    }
    program = if oidc::is_offered(credential) {
        identity(program, credential)
    } else {
        let name = user(credential).map_or(TOKEN_USER, |it| it.reveal().trim());
        program
            .env("TWINE_USERNAME", name)
            .env("TWINE_PASSWORD", credential.token().reveal().trim())
    };
    Ok(program.arg(act.path(&upload.item)))
}

/// Both clients exchange the identity by themselves, with the host that they know, and say what it answered.
fn identity(program: Program, credential: &Credential) -> Program {
    credential
        .all()
        .iter()
        .fold(program, |program, it| program.env(it.name(), it.reveal().trim()))
}

/// The user name, where the way has one.
fn user(credential: &Credential) -> Option<&Secret> {
    credential.get("TWINE_USERNAME")
}

/// What the client said, without what it tells before it fails.
fn failure(name: &str, outcome: &Outcome) -> Failure {
    let said = [outcome.stderr.as_slice(), outcome.stdout.as_slice()].concat();
    let text = String::from_utf8_lossy(&said).into_owned();
    let words = words(name, &text);
    let lower = words.to_lowercase();
    let has_passed = NETWORK.iter().any(|it| lower.contains(it)) || PASSING.iter().any(|it| lower.contains(it));
    Failure {
        again: if has_passed { Again::Soon } else { Again::Never },
        ..Failure::new(format!("{name} ended with {}: {words}", outcome.ending()))
    }
}

/// The lines from the first error on.
fn words(name: &str, text: &str) -> String {
    let start = if name == "uv" { "error:" } else { "ERROR" };
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    let from = lines.iter().position(|it| it.starts_with(start)).unwrap_or(0);
    let joined = lines[from..].join(" ");
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
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
                    status: None,
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
        check("uv", "error: status code 400 Bad Request", Again::Never, "400 Bad Request");
    }
}
