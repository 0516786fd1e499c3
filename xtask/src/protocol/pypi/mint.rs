//! A token for an identity: what an index with trusted publishing gives to a workflow, for a quarter of an hour.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use crate::effect::http::Request;
use crate::effect::secret::Secret;
use crate::outside::{Act, Credential};
use crate::protocol::{answer, oidc};
use crate::standing::Failure;

/// How long a token is used again; the index gives it for 15 minutes.
const USED: Duration = Duration::from_mins(10);

/// The name under which it stands in texts.
const NAME: &str = "PYPI_MINTED_TOKEN";

/// The last one, with the index that gave it and the identity's own token: each run has another one.
static LAST: Mutex<Option<(String, Instant, Secret)>> = Mutex::new(None);

#[derive(Deserialize)]
struct Audience {
    audience: String,
}

/// The token, new or of a moment ago. An identity is good for one exchange, and a token for all files.
pub(super) fn token(upload: &str, credential: &Credential, act: &Act<'_>) -> Result<Secret, Failure> {
    let base = origin(upload);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, since, token)) = last.as_ref()
        && of == base
        && since.elapsed() < USED
    {
        return Ok(token.clone());
    }
    let request = Request::get(format!("{base}/_/oidc/audience")).accept("application/json");
    let answer = act.ask(&request)?;
    if answer.status != 200 {
        return Err(answer::failure(&request, &answer, &oidc::words(&answer))
            .context("the index has no trusted publishing")
            .help("set `UV_PUBLISH_TOKEN`"));
    }
    let audience: Audience = answer.json().map_err(answer::of_trouble)?;
    let identity = oidc::identity(act, credential, &audience.audience)?;
    let request = Request::post(format!("{base}/_/oidc/mint-token"))
        .accept("application/json")
        .json(&json!({"token": identity.reveal()}));
    let token = oidc::exchange(act, &request, NAME)?;
    *last = Some((base.to_owned(), Instant::now(), token.clone()));
    Ok(token)
}

/// Scheme and host of an address.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |it| it + 3);
    let end = url[start..].find('/').map_or(url.len(), |it| start + it);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_of_addresses() {
        assert_eq!(origin("http://127.0.0.1:1/legacy"), "http://127.0.0.1:1");
        assert_eq!(
            origin("https://upload.registry.example"),
            "https://upload.registry.example"
        );
    }
}
