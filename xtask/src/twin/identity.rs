//! Identities of a rehearsal: what GitHub Actions would vouch for, and what a registry takes in their place.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::digest::Sha256;
use crate::twin::credential;
use crate::twin::server::{Incoming, Reply};

/// The path under which a site hands them out, as the runner's own service does.
pub const PATH: &str = "/_actions/token";

/// How long one is good, in seconds; GitHub's are for five minutes.
const LIFE_S: i64 = 300;

/// Answers a request for an identity, as the service behind `ACTIONS_ID_TOKEN_REQUEST_URL` does.
pub fn answer(request: &Incoming) -> Reply {
    let token = request.bearer().unwrap_or_default();
    if !credential::is_one_of(token, &["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]) {
        return Reply::json(401, &json!({"message": "Unauthorized"}));
    }
    let audience = request.argument("audience").unwrap_or("https://github.com/owner");
    Reply::json(200, &json!({"count": 1, "value": issue(audience)}))
}

/// A JSON Web Token (RFC 7519) for an audience, each with a number of its own.
pub fn issue(audience: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let now_s = crate::time::now_s().unwrap_or_default();
    let header = json!({"alg": "twin", "typ": "JWT"});
    let claims = json!({
        "iss": "rehearsal",
        "aud": audience,
        "jti": format!("rehearsal-{number}"),
        "exp": now_s + LIFE_S,
        "repository": "owner/demo",
        "repository_visibility": "private",
    });
    let part = |it: &Value| BASE64_URL_SAFE_NO_PAD.encode(it.to_string());
    let text = format!("{}.{}", part(&header), part(&claims));
    format!("{text}.{}", sign(&text))
}

/// The number of a token that was issued for an audience and has not ended, or what is wrong with it.
pub fn read(token: &str, audience: &str) -> Result<String, String> {
    let (text, signature) = token.rsplit_once('.').ok_or("no JSON Web Token")?;
    if signature != sign(text) {
        return Err("the signature is not the issuer's".to_owned());
    }
    let part = text.split('.').nth(1).unwrap_or_default();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    let claims: Value = serde_json::from_slice(&bytes).map_err(|_| "no claims")?;
    if claims["aud"] != audience {
        return Err(format!("the audience is {}, not `{audience}`", claims["aud"]));
    }
    if claims["exp"].as_i64() < crate::time::now_s().ok() {
        return Err("it has expired".to_owned());
    }
    Ok(claims["jti"].as_str().unwrap_or_default().to_owned())
}

/// Nobody else can make it: the key is this process's own.
fn sign(text: &str) -> String {
    Sha256::of(format!("{}\n{text}", std::process::id()).as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_issued_is_taken() {
        let token = issue("pypi");
        assert!(read(&token, "pypi").is_ok());
        assert_ne!(read(&token, "pypi"), read(&issue("pypi"), "pypi"));
        assert_eq!(
            read(&token, "npm:127.0.0.1").unwrap_err(),
            "the audience is \"pypi\", not `npm:127.0.0.1`"
        );
        assert!(read(&format!("{token}0"), "pypi").is_err());
        assert!(read("x", "pypi").is_err());
    }
}
