//! Tokens that are minted for a workflow which shows an identity token (C3).

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::refused;
use crate::digest::Sha256;
use crate::twin::server::{Incoming, Reply};

/// What such a token begins with.
pub(super) const PREFIX: &str = "cio_tp_";

/// Events from which no workflow is trusted.
const EVENTS: &[&str] = &["pull_request_target", "workflow_run"];

/// The tokens that are out, and the identities that were shown.
#[derive(Debug)]
pub(super) struct Trusted {
    /// The repository that every crate of the twin trusts.
    repository: String,
    tokens: BTreeSet<String>,
    shown: BTreeSet<String>,
}

impl Trusted {
    pub(super) fn new((owner, name): &(String, String)) -> Trusted {
        Trusted {
            repository: format!("{owner}/{name}"),
            tokens: BTreeSet::new(),
            shown: BTreeSet::new(),
        }
    }

    pub(super) fn knows(&self, token: &str) -> bool {
        self.tokens.contains(token)
    }

    /// Mints a token. Who signed the identity is not checked: the twin has no keys of an issuer.
    pub(super) fn exchange(&mut self, request: &Incoming, base: &str) -> Reply {
        let document: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let claims = document["jwt"].as_str().and_then(claims);
        let Some(claims) = claims else {
            return refused(400, "Failed to decode JWT");
        };
        let host = base
            .trim_start_matches("http://")
            .split(':')
            .next()
            .unwrap_or_default();
        let text = |key: &str| claims[key].as_str().unwrap_or_default();
        if text("aud") != host || text("jti").is_empty() {
            return refused(400, "Failed to decode JWT");
        }
        if !self.shown.insert(text("jti").to_owned()) {
            return refused(400, "JWT has already been used");
        }
        if let Some(event) = EVENTS.iter().find(|it| **it == text("event_name")) {
            return refused(
                400,
                format!(
                    "Trusted Publishing does not support the `{event}` event trigger due to security concerns. Please use a \
                     different trigger such as `push`, `release`, or `workflow_dispatch`."
                ),
            );
        }
        if text("repository") != self.repository {
            let detail = format!(
                "No Trusted Publishing config found for repository `{}`.",
                text("repository")
            );
            return refused(400, detail);
        }
        let token = format!(
            "{PREFIX}{}",
            &Sha256::of(text("jti").as_bytes()).to_string()[..32]
        );
        self.tokens.insert(token.clone());
        Reply::json(200, &json!({ "token": token }))
    }

    /// Takes a token back.
    pub(super) fn give_back(&mut self, request: &Incoming) -> Reply {
        match request.bearer() {
            Some(token) if token.starts_with(PREFIX) => {
                self.tokens.remove(token);
                Reply::empty(204)
            }
            Some(_) => refused(401, "Invalid `Authorization` header: Failed to parse token"),
            None => refused(401, "Missing `Authorization` header"),
        }
    }
}

/// What an identity token says (RFC 7519).
fn claims(jwt: &str) -> Option<Value> {
    let parts: Vec<&str> = jwt.split('.').collect();
    let [_, payload, _] = parts.as_slice() else {
        return None;
    };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok()
}
