//! Where tokens are handed out and looked at (distribution's token specification).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Rules;
use super::error::Code;
use crate::digest::Sha256;
use crate::twin::credential;
use crate::twin::server::{Incoming, Reply};

/// How long a token lasts. Docker Hub's are as short.
const LASTS: Duration = Duration::from_secs(300);

/// What a token gives: a repository and what may be done there.
type Grants = BTreeSet<(String, String)>;

/// The desk where tokens are handed out.
#[derive(Default)]
pub(super) struct Desk(Mutex<BTreeMap<String, (Grants, Instant)>>);

impl Desk {
    /// Hands out a token for what is asked and may be given.
    pub(super) fn hand_out(&self, rules: &Rules, request: &Incoming) -> Result<Reply, Reply> {
        if request.method != "GET" {
            return Err(Reply::empty(405));
        }
        let is_known = match (request.header("authorization"), request.basic()) {
            (None, _) => false,
            (Some(_), Some((user, password)))
                if rules.user.is_none_or(|it| it == user)
                    && credential::is_one_of(&password, rules.variables) =>
            {
                true
            }
            _ if rules.is_private => return Err(Code::Denied.say("denied", &Value::Null)),
            _ => {
                return Err(Reply::json(
                    401,
                    &json!({ "details": "incorrect username or password" }),
                ));
            }
        };
        if !is_known && rules.is_private {
            return Err(Code::Unauthorized.reply());
        }
        if request.argument("service") != Some(rules.service) {
            let details = format!("the service is {}", rules.service);
            return Err(Reply::json(400, &json!({ "details": details })));
        }
        let asked = request
            .query
            .iter()
            .filter(|it| it.0 == "scope")
            .flat_map(|it| it.1.split(' '));
        let grants: Grants = asked.filter_map(|it| grant(it, is_known)).flatten().collect();
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let token = write(rules, &grants, tokens.len());
        tokens.insert(token.clone(), (grants, Instant::now() + LASTS));
        Ok(Reply::json(
            200,
            &json!({ "token": token, "access_token": token, "expires_in": LASTS.as_secs() }),
        ))
    }

    /// Whether a request has a token for what it does; `None` for any token.
    pub(super) fn check(
        &self,
        rules: &Rules,
        request: &Incoming,
        base: &str,
        wanted: Option<(&str, &str)>,
    ) -> Result<(), Reply> {
        let scope = wanted.map(|(name, action)| {
            let actions = if action == "pull" {
                "pull".to_owned()
            } else {
                format!("pull,{action}")
            };
            format!(",scope=\"repository:{name}:{actions}\"")
        });
        let challenge = |error: &str| {
            let scope = scope.as_deref().unwrap_or_default();
            format!(
                "Bearer realm=\"{base}/token\",service=\"{}\"{scope}{error}",
                rules.service
            )
        };
        let detail = wanted.map_or(
            Value::Null,
            |(name, action)| json!([{ "Type": "repository", "Class": "", "Name": name, "Action": action }]),
        );
        let refuse =
            |error| Code::Unauthorized.as_challenge("authentication required", &challenge(error), &detail);
        let Some(token) = request.bearer() else {
            return Err(refuse(""));
        };
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((grants, _)) = tokens.get(token).filter(|(_, until)| *until > Instant::now()) else {
            return Err(refuse(",error=\"invalid_token\""));
        };
        let has = |(name, action): (&str, &str)| grants.contains(&(name.to_owned(), action.to_owned()));
        match wanted {
            Some(wanted) if !has(wanted) && rules.denies_with_challenge => Err(Code::Denied.as_challenge(
                rules.denied,
                &challenge(",error=\"insufficient_scope\""),
                &detail,
            )),
            Some(wanted) if !has(wanted) => Err(Code::Denied.say(rules.denied, &Value::Null)),
            _ => Ok(()),
        }
    }

    /// Whether the token of a request gives this too.
    pub(super) fn gives(&self, request: &Incoming, name: &str, action: &str) -> bool {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let token = request.bearer().and_then(|it| tokens.get(it));
        token.is_some_and(|(grants, _)| grants.contains(&(name.to_owned(), action.to_owned())))
    }
}

/// What `repository:owner/demo:pull,push` gives. Who is not known may read.
fn grant(scope: &str, is_known: bool) -> Option<Vec<(String, String)>> {
    let (kind, rest) = scope.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    if kind != "repository" {
        return None;
    }
    let all = ["delete", "pull", "push"];
    let wanted: Vec<&str> = actions.split(',').collect();
    let given = all
        .iter()
        .filter(|it| wanted.contains(&"*") || wanted.contains(it));
    let given = given.filter(|it| is_known || **it == "pull");
    Some(given.map(|it| (name.to_owned(), (*it).to_owned())).collect())
}

/// A token: a document between a head and a signature that nobody checks, or an opaque word.
fn write(rules: &Rules, grants: &Grants, number: usize) -> String {
    let seal = Sha256::of(format!("{} {number}", rules.service).as_bytes()).to_string();
    if !rules.tokens_tell {
        return BASE64_URL_SAFE_NO_PAD.encode(seal);
    }
    let names: BTreeSet<&String> = grants.iter().map(|it| &it.0).collect();
    let access = names.into_iter().map(|name| {
        let actions: Vec<&String> = grants.iter().filter(|it| it.0 == *name).map(|it| &it.1).collect();
        json!({ "type": "repository", "name": name, "actions": actions })
    });
    let access: Vec<Value> = access.collect();
    let encode = |it: &Value| BASE64_URL_SAFE_NO_PAD.encode(it.to_string());
    let head = encode(&json!({ "alg": "none", "typ": "JWT" }));
    let payload = encode(&json!({ "access": access, "jti": number }));
    format!("{head}.{payload}.{seal}")
}
