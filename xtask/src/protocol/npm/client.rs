//! `npm publish`: its environment, its token, and what its errors mean.

use std::path::PathBuf;
use std::time::Duration;

use super::Publish;
use super::registry::escaped;
use crate::effect::files;
use crate::effect::http::Request;
use crate::effect::process::{Outcome, Program};
use crate::effect::secret::Secret;
use crate::outside::{Act, Credential};
use crate::protocol::oidc;
use crate::standing::{Again, Failure};

/// The variable of an identity that another CI than GitHub's hands out (npm's documentation of trusted publishing).
const IDENTITY: &str = "NPM_ID_TOKEN";

/// The name of a token that was exchanged for an identity.
const EXCHANGED: &str = "NPM_TOKEN";

/// Settings of npm that hold for us: nothing is sent twice behind our back, and nothing is left in the user's folders.
const SETTINGS: &[(&str, &str)] = &[
    ("npm_config_audit", "false"),
    ("npm_config_color", "false"),
    ("npm_config_fetch_retries", "0"),
    ("npm_config_fund", "false"),
    ("npm_config_json", "false"),
    ("npm_config_loglevel", "notice"),
    ("npm_config_logs_max", "0"),
    ("npm_config_progress", "false"),
    ("npm_config_update_notifier", "false"),
];

/// How long npm waits for an answer unless it is told otherwise.
const MOST_ANSWER: Duration = Duration::from_mins(5);

/// Codes of npm's errors that may pass: the network's (Node), those of npm's own HTTP client, and the statuses that
/// `protocol::answer` takes for passing.
const PASSING: &[&str] = &[
    "E408",
    "E420",
    "E425",
    "E429",
    "E500",
    "E502",
    "E503",
    "E504",
    "EAI_AGAIN",
    "ECONNABORTED",
    "ECONNECTIONTIMEOUT",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "EIDLETIMEOUT",
    "ENETUNREACH",
    "EPIPE",
    "ERESPONSETIMEOUT",
    "ERR_SOCKET_TIMEOUT",
    "ETIMEDOUT",
    "ETRANSFERTIMEOUT",
    "FETCH_ERROR",
];

/// Lines of npm's errors that say nothing of ours: it takes every refusal for one of an installation.
const SILENT: &[&str] = &[
    "A complete log of this run",
    "In most cases, you or one of your dependencies",
    "on a server you do not have access to",
];

/// Publishes a tarball under a tag.
pub(super) fn publish(publish: &Publish, tag: &str, act: &Act<'_>) -> Result<(), Failure> {
    let registry = publish.registry.address(act)?;
    let credential = act.credential()?;
    let token = token(publish, &registry, &credential, act)?;
    let config = config(&registry, &token, act)?;
    let mut program = act
        .program("npm")
        .dir(act.scratch())
        .arg("publish")
        .arg(act.path(&publish.item))
        .args(["--registry", &format!("{registry}/"), "--tag", tag]);
    // A scope may have a registry of its own in the settings of the machine, which would go before `--registry`.
    if let Some((scope, _)) = publish.name.split_once('/') {
        program = program.arg(format!("--{scope}:registry={registry}/"));
    }
    if let Some(access) = &publish.access {
        program = program.args(["--access", access]);
    }
    if publish.provenance {
        program = program.arg("--provenance");
    } else {
        // With these npm would ask for a token by itself, and swallow the answer where it gets none.
        for name in oidc::ACTIONS.iter().chain(&[IDENTITY]) {
            program = program.env_remove(name);
        }
    }
    program = environment(program, &config, act).env(token.name(), token.reveal().trim());
    let outcome = act.run_within(&program)?;
    if outcome.is_success() {
        return Ok(());
    }
    Err(failure(&outcome))
}

/// The token: of the environment, or what the registry gives for an identity. npm's own client swallows the answer to that
/// exchange and says `ENEEDAUTH`, so it is made here.
fn token(
    publish: &Publish,
    registry: &str,
    credential: &Credential,
    act: &Act<'_>,
) -> Result<Secret, Failure> {
    let is_offered = oidc::is_offered(credential);
    let given = credential.get(IDENTITY).cloned();
    if !is_offered && given.is_none() {
        return Ok(credential.token().clone());
    }
    let identity = match given {
        Some(given) => given,
        None => oidc::identity(act, credential, &format!("npm:{}", host(registry)))?,
    };
    let url = format!(
        "{registry}/-/npm/v1/oidc/token/exchange/package/{}",
        escaped(&publish.name)
    );
    let request = Request::post(url)
        .accept("application/json")
        .secret("authorization", identity.header("Bearer"));
    oidc::exchange(act, &request, EXCHANGED).map_err(|it| {
        it.help(format!(
            "a trusted publisher can be named only for a package that exists: the first version of `{}` needs a token",
            publish.name
        ))
    })
}

/// The name of the host of an address, without its port.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |it| it.1);
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |it| it.1);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|it| it.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// The file that says which variable holds the token. npm replaces `${…}` by the variable when it reads the file.
fn config(registry: &str, token: &Secret, act: &Act<'_>) -> Result<PathBuf, Failure> {
    let (_, rest) = registry.split_once("://").unwrap_or(("", registry));
    let name: String = rest
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it } else { '-' })
        .collect();
    let path = act.scratch().join(format!("npmrc-{}-{name}", act.channel));
    let text = format!("//{rest}/:_authToken=${{{}}}\n", token.name());
    // Several packages go at the same time, with the same file.
    if files::read_text_if_present(&path)?.as_deref() != Some(&text) {
        files::write(&path, text.as_bytes())?;
        files::set_mode(&path, 0o600)?;
    }
    Ok(path)
}

fn environment(program: Program, config: &std::path::Path, act: &Act<'_>) -> Program {
    program
        .env("npm_config_userconfig", config)
        .env("npm_config_cache", act.scratch().join("npm-cache"))
        .env(
            "npm_config_fetch_timeout",
            act.tempo().most_answer.min(MOST_ANSWER).as_millis().to_string(),
        )
        .envs(SETTINGS.iter().copied())
}

/// What npm said, without the lines that say nothing.
fn failure(outcome: &Outcome) -> Failure {
    let text = String::from_utf8_lossy(&outcome.stderr);
    let lines: Vec<&str> = text
        .lines()
        .filter_map(|it| it.strip_prefix("npm error"))
        .map(str::trim)
        .filter(|it| !it.is_empty() && !SILENT.iter().any(|silent| it.contains(silent)))
        .collect();
    let code = lines.iter().find_map(|it| it.strip_prefix("code "));
    let words = if lines.is_empty() {
        text.trim().to_owned()
    } else {
        lines.join("; ")
    };
    let what = format!("npm ended with {}: {words}", outcome.ending());
    let has_passed = outcome.status.is_none() || code.is_some_and(|it| PASSING.contains(&it));
    Failure {
        again: if has_passed { Again::Soon } else { Again::Never },
        ..Failure::new(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(stderr: &str) -> Outcome {
        Outcome {
            status: Some(std::process::ExitStatus::default()),
            stdout: Vec::new(),
            stderr: stderr.as_bytes().to_vec(),
        }
    }

    #[test]
    fn errors_are_told_apart() {
        let check = |stderr: &str, again: Again, words: &str| {
            let failure = failure(&outcome(stderr));
            assert_eq!(failure.again, again, "{stderr}");
            assert!(failure.what.ends_with(words), "{}", failure.what);
        };
        check(
            "npm notice\nnpm notice 📦  demo@1.2.3\nnpm error code E403\nnpm error 403 403 Forbidden - PUT http://127.0.0.1/demo \
             - no\nnpm error A complete log of this run can be found in: /x\n",
            Again::Never,
            "code E403; 403 403 Forbidden - PUT http://127.0.0.1/demo - no",
        );
        check("npm error code E503\n", Again::Soon, "code E503");
        check(
            "npm error code ECONNRESET\nnpm error errno\n",
            Again::Soon,
            "code ECONNRESET; errno",
        );
        check("node: not found", Again::Never, ": node: not found");
    }

    #[test]
    fn hosts_of_addresses() {
        assert_eq!(host("http://127.0.0.1:4873"), "127.0.0.1");
        assert_eq!(host("https://npm.registry.example/a"), "npm.registry.example");
        assert_eq!(host("https://u:p@npm.registry.example"), "npm.registry.example");
    }
}
