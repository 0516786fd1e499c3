//! Proof of who asks: the registry says where tokens are handed out, and for which rights one is needed.
//!
//! A registry answers 401 and names a realm (RFC 6750, and distribution's "token" specification), or wants user and password
//! themselves (RFC 7617), or nothing. A token is asked for once for each set of rights, and anew when the registry does not
//! take it any more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Place;
use super::wire::{Line, Right, escape, failure, words};
use crate::effect::http::{Answer, HeaderValue, Request};
use crate::effect::secret::Secret;
use crate::outside::Look;
use crate::protocol::answer;
use crate::standing::Failure;

/// The name that stands where a token would be shown.
const TOKEN: &str = "token of the registry";

/// How long before its end a token is not used any more, in seconds: an upload takes a while.
const SPARE_S: i64 = 30;

/// How long a token lasts where nothing is said of it, in seconds (the token specification, `expires_in`).
const LASTS_S: i64 = 60;

/// What a registry wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Challenge {
    Open,
    Basic,
    Bearer { realm: String, service: Option<String> },
}

/// A proof as it is remembered for the run.
#[derive(Serialize, Deserialize)]
struct Proof {
    value: String,
    until_s: Option<i64>,
}

/// The header that proves who asks; `None` where nothing is wanted. `refused` is an answer of 401 and what it was sent with.
pub(super) fn proof(
    line: &Line<'_>,
    refused: Option<(&Answer, Option<&HeaderValue>)>,
) -> Result<Option<HeaderValue>, Failure> {
    let (look, registry) = (line.look, &line.place.registry);
    let scopes = scopes(line.place, line.right, line.also);
    let key = format!("oci {registry} {}", scopes.join(" "));
    let lock = lock(&key);
    let _one_at_a_time = lock.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = recall(look, &key)? {
        let is_refused = |it: &HeaderValue| refused.is_some_and(|(_, sent)| sent == Some(it));
        match found {
            Some(header) if is_refused(&header) => look.forget(&key),
            None if refused.is_some() => look.forget(&key),
            known => return Ok(known),
        }
    }
    let place = format!("oci {registry}");
    let told = refused.and_then(|(answer, _)| answer.header("www-authenticate"));
    let known = look.recall(&place).and_then(|it| serde_json::from_str(&it).ok());
    let challenge = match (told, known) {
        (Some(told), _) => read(told)?,
        (None, Some(known)) if known != Challenge::Open || refused.is_none() => known,
        _ => ping(look, registry)?,
    };
    look.remember(&place, &text(&challenge));
    let (header, proof) = match &challenge {
        Challenge::Open => (
            None,
            Proof {
                value: String::new(),
                until_s: None,
            },
        ),
        Challenge::Basic => {
            let (user, password) = who(look, line.place)?;
            let header = password.basic(&user);
            let value = header.reveal().to_owned();
            (Some(header), Proof { value, until_s: None })
        }
        Challenge::Bearer { realm, service } => {
            let proof = fetch(line, realm, service.as_deref(), &scopes)?;
            (Some(HeaderValue::secret(proof.value.clone(), TOKEN)), proof)
        }
    };
    look.remember(&key, &text(&proof));
    Ok(header)
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers")
}

fn recall(look: &Look<'_>, key: &str) -> Result<Option<Option<HeaderValue>>, Failure> {
    let Some(found) = look
        .recall(key)
        .and_then(|it| serde_json::from_str::<Proof>(&it).ok())
    else {
        return Ok(None);
    };
    if found
        .until_s
        .is_some_and(|it| crate::time::now_s().unwrap_or(it) >= it)
    {
        return Ok(None);
    }
    let header = Some(found.value).filter(|it| !it.is_empty());
    Ok(Some(header.map(|it| HeaderValue::secret(it, TOKEN))))
}

/// One lock for each token: many threads want the same one at the start, and one of them gets it for all.
fn lock(key: &str) -> Arc<Mutex<()>> {
    static LOCKS: Mutex<BTreeMap<String, Arc<Mutex<()>>>> = Mutex::new(BTreeMap::new());
    let mut locks = LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(locks.entry(key.to_owned()).or_default())
}

fn scopes(place: &Place, right: Right, also: Option<&str>) -> Vec<String> {
    let rights = match right {
        Right::Pull => "pull",
        Right::Push => "pull,push",
    };
    let mut scopes = vec![format!("repository:{}:{rights}", place.repository)];
    scopes.extend(also.map(|it| format!("repository:{it}:pull")));
    scopes
}

/// Asks the registry what it wants (distribution-spec, "Determining Support").
fn ping(look: &Look<'_>, registry: &str) -> Result<Challenge, Failure> {
    let request = Request::get(format!("{registry}/v2/"));
    let answer = look.ask(&request)?;
    match (answer.status, answer.header("www-authenticate")) {
        (200, _) => Ok(Challenge::Open),
        (401, Some(told)) => read(told),
        (401, None) => Err(failure(&request, &answer)
            .help("the registry does not say how to prove who asks: is the address right?")),
        _ => Err(failure(&request, &answer).help("is this the address of a registry of images?")),
    }
}

/// Reads `Bearer realm="…",service="…"` or `Basic realm="…"` (RFC 9110 §11.6.1).
fn read(told: &str) -> Result<Challenge, Failure> {
    let (scheme, rest) = told.trim().split_once(' ').unwrap_or((told.trim(), ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Ok(Challenge::Basic);
    }
    let parameters = parameters(rest);
    let get = |name: &str| parameters.iter().find(|it| it.0.eq_ignore_ascii_case(name));
    match get("realm") {
        Some((_, realm)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Challenge::Bearer {
            realm: realm.clone(),
            service: get("service").map(|it| it.1.clone()),
        }),
        _ => Err(Failure::new(format!(
            "the registry wants a proof of a kind that is not known here: `{told}`"
        ))),
    }
}

/// `a="b, \"c\"",d=e`: a comma or a quote may stand inside quotes.
fn parameters(text: &str) -> Vec<(String, String)> {
    let (mut found, mut letters) = (Vec::new(), text.chars().peekable());
    loop {
        while letters.next_if(|it| matches!(it, ' ' | ',')).is_some() {}
        let mut name = String::new();
        while let Some(it) = letters.next_if(|it| !matches!(it, '=' | ',')) {
            name.push(it);
        }
        if letters.next_if_eq(&'=').is_none() {
            return found;
        }
        let mut value = String::new();
        if letters.next_if_eq(&'"').is_some() {
            while let Some(it) = letters.next() {
                match it {
                    '"' => break,
                    '\\' => value.extend(letters.next()),
                    it => value.push(it),
                }
            }
        } else {
            while let Some(it) = letters.next_if(|it| *it != ',') {
                value.push(it);
            }
        }
        found.push((name.trim().to_owned(), value));
    }
}

/// Gets a token for rights.
fn fetch(line: &Line<'_>, realm: &str, service: Option<&str>, scopes: &[String]) -> Result<Proof, Failure> {
    if line.place.registry.starts_with("https:") && !realm.starts_with("https:") {
        return Err(Failure::new(format!(
            "the registry hands out tokens without TLS, at `{realm}`"
        )));
    }
    let mark = if realm.contains('?') { '&' } else { '?' };
    let service = service
        .map(|it| format!("service={}&", escape(it)))
        .unwrap_or_default();
    let scopes: Vec<String> = scopes.iter().map(|it| format!("scope={}", escape(it))).collect();
    let request = Request::get(format!("{realm}{mark}{service}{}", scopes.join("&")));
    let request = match who(line.look, line.place) {
        Ok((user, password)) => request.secret("authorization", password.basic(&user)),
        // Everybody may read what is public, with a token that says no more than that.
        Err(_) => request,
    };
    let answer = line.look.ask(&request)?;
    if answer.status != 200 {
        let failure = failure(&request, &answer);
        return Err(failure.help("the user name or the token is wrong, has ended, or may not do this"));
    }
    let document: Value = answer.json().map_err(answer::of_trouble)?;
    let token = ["token", "access_token"]
        .iter()
        .find_map(|it| document[*it].as_str());
    let token = token.ok_or_else(|| {
        Failure::new(format!(
            "`{realm}` was asked for a token and gave none: {}",
            words(&answer)
        ))
    })?;
    let secret = Secret::minted(TOKEN, token);
    let lasts_s = document["expires_in"].as_i64().unwrap_or(LASTS_S);
    Ok(Proof {
        value: secret.header("Bearer").reveal().to_owned(),
        until_s: Some(crate::time::now_s()? + (lasts_s - SPARE_S).max(lasts_s / 2)),
    })
}

/// User name and password. Where the variables name no user, such as with a token of GitHub, its registry takes any.
fn who(look: &Look<'_>, place: &Place) -> Result<(String, Secret), Failure> {
    let credential = look.credential()?;
    let owner = || place.repository.split('/').next().unwrap_or_default();
    let user = match credential.all() {
        [user, _] => user.reveal().trim(),
        _ => owner(),
    };
    Ok((user.to_owned(), credential.token().clone()))
}

/// Whether the registry lets us push, as far as its token says: Docker Hub's is a document that names the rights it gives.
/// `None` where the token says nothing, or none is needed.
pub fn granted(look: &Look<'_>, place: &Place) -> Result<Option<bool>, Failure> {
    let line = Line::new(look, place, Right::Push);
    let Some(header) = proof(&line, None)? else {
        return Ok(None);
    };
    let token = header.reveal().strip_prefix("Bearer ").unwrap_or_default();
    Ok(rights(token, &place.repository).map(|it| it.iter().any(|it| it == "push")))
}

/// The rights on a repository that a JSON web token names (RFC 7519; the token specification, `access`).
fn rights(token: &str, repository: &str) -> Option<Vec<String>> {
    let payload = token.split('.').nth(1)?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
    let document: Value = serde_json::from_slice(&bytes).ok()?;
    let access = document["access"].as_array()?;
    let own = access.iter().filter(|it| it["name"] == repository);
    let actions = own.flat_map(|it| it["actions"].as_array().into_iter().flatten());
    Some(actions.filter_map(|it| it.as_str().map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let bearer = |realm: &str, service: Option<&str>| Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
        };
        let check = |told, expected| assert_eq!(read(told).unwrap(), expected, "{told}");
        check(
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io""#,
            bearer("https://auth.docker.io/token", Some("registry.docker.io")),
        );
        check(
            r#"bearer service="a, \"b\"", realm=https://x.example/t , scope="repository:x:pull,push""#,
            bearer("https://x.example/t ", Some("a, \"b\"")),
        );
        check("Basic realm=\"x\"", Challenge::Basic);
        check("basic", Challenge::Basic);
        assert!(read("Negotiate").is_err() && read("Bearer service=\"x\"").is_err());
    }

    #[test]
    fn rights_stand_in_the_token() {
        let payload = r#"{"access":[{"type":"repository","name":"a/b","actions":["pull"]}]}"#;
        let token = format!("x.{}.y", BASE64_URL_SAFE_NO_PAD.encode(payload));
        assert_eq!(rights(&token, "a/b"), Some(vec!["pull".to_owned()]));
        assert_eq!(rights(&token, "a/c"), Some(Vec::new()));
        assert_eq!(rights("opaque", "a/b"), None);
    }
}
