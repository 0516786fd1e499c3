//! An index of Python packages: it takes uploads, shows pages, and gives tokens in the place of identities.

mod form;
mod pages;
mod upload;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::pack::wheel::normalised;
use crate::twin::server::{Incoming, Reply, Site};
use crate::twin::{World, credential, identity};

use upload::{Refusal, Stored};

/// What an identity must be for (the index's documentation, trusted publishing).
const AUDIENCE: &str = "pypi";

/// How long a token that was given for an identity is good, in seconds.
const MINTED_S: i64 = 15 * 60;

/// The index.
#[derive(Default)]
struct Index(Mutex<State>);

#[derive(Default)]
struct State {
    /// By normalised name.
    projects: BTreeMap<String, Vec<Stored>>,
    /// Tokens that were given for identities, and until when each is good.
    minted: BTreeMap<String, i64>,
    /// The numbers of the identities that were used.
    used: BTreeSet<String>,
}

/// Opens it, empty.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the table asks each registry whether it opens"
)]
pub(super) fn open(_: &World) -> anyhow::Result<Arc<dyn Site>> {
    Ok(Arc::new(Index::default()))
}

impl Site for Index {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        if request.path == identity::PATH {
            return identity::answer(request);
        }
        let segments = request.segments();
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let method = if request.method == "HEAD" {
            "GET"
        } else {
            &request.method
        };
        match (method, words.as_slice()) {
            ("GET", ["_", "oidc", "audience"]) => Reply::json(200, &json!({"audience": AUDIENCE})),
            ("POST", ["_", "oidc", "mint-token"]) => self.mint(request),
            ("POST", ["legacy"]) => self.upload(request),
            ("GET", ["simple"]) => pages::all(self.state().projects.keys(), request),
            ("GET", ["simple", name]) => self.project(name, request, base),
            ("GET", ["pypi", name, "json"]) => self.json(name, None, base),
            ("GET", ["pypi", name, version, "json"]) => self.json(name, Some(version), base),
            ("GET", ["files", digest, name]) => self.file(digest, name),
            _ => Reply::text(404, "Not Found"),
        }
    }
}

impl Index {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody may upload: a user with a token of the rehearsal, or a workflow with one that was given to it.
    fn is_allowed(&self, request: &Incoming) -> bool {
        let Some((user, token)) = request.basic() else {
            return false;
        };
        let names = ["UV_PUBLISH_TOKEN", "TWINE_PASSWORD", "MATURIN_PYPI_TOKEN"];
        let now_s = crate::time::now_s().unwrap_or_default();
        user == "__token__"
            && (credential::is_one_of(&token, &names)
                || self
                    .state()
                    .minted
                    .get(&token)
                    .is_some_and(|until_s| *until_s > now_s))
    }

    fn upload(&self, request: &Incoming) -> Reply {
        let stored = if self.is_allowed(request) {
            upload::read(request)
        } else {
            Err(Refusal::new(
                403,
                "Invalid or non-existent authentication information.",
            ))
        };
        let stored = stored.and_then(|stored| {
            let mut state = self.state();
            let there = state.projects.get(&stored.project).map_or(&[][..], Vec::as_slice);
            if upload::fits(&stored, there, crate::time::now_s().unwrap_or_default())? {
                state
                    .projects
                    .entry(stored.project.clone())
                    .or_default()
                    .push(stored);
            }
            Ok(())
        });
        match stored {
            Ok(()) => Reply::empty(200),
            Err(refusal) => refusal.reply(request),
        }
    }

    fn project(&self, name: &str, request: &Incoming, base: &str) -> Reply {
        let normal = normalised(name);
        if normal != name {
            return Reply::empty(301).with("location", format!("/simple/{normal}/"));
        }
        match self.state().projects.get(name) {
            Some(files) => pages::project(name, files, request, base),
            None => Reply::text(404, "404 Not Found"),
        }
    }

    fn json(&self, name: &str, version: Option<&str>, base: &str) -> Reply {
        let state = self.state();
        let found = state.projects.get(&normalised(name));
        let document = found.and_then(|it| pages::document(it, version, base));
        document.map_or_else(
            || Reply::json(404, &json!({"message": "Not Found"})),
            |it| Reply::json(200, &it),
        )
    }

    fn file(&self, digest: &str, name: &str) -> Reply {
        let state = self.state();
        let mut files = state.projects.values().flatten();
        match files.find(|it| it.name == name && it.sha256 == digest) {
            Some(file) => Reply::bytes(200, Some("application/octet-stream"), file.bytes.clone()),
            None => Reply::text(404, "Not Found"),
        }
    }

    /// Gives a token for an identity, once.
    fn mint(&self, request: &Incoming) -> Reply {
        let refuse = |code: &str, description: String| {
            let errors = json!([{"code": code, "description": description}]);
            Reply::json(422, &json!({"message": "Token request failed", "errors": errors}))
        };
        let payload: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let Some(token) = payload["token"].as_str() else {
            return refuse("invalid-payload", "body is missing the field `token`".to_owned());
        };
        let number = match identity::read(token, AUDIENCE) {
            Ok(number) => number,
            Err(why) => return refuse("invalid-token", format!("malformed or invalid token: {why}")),
        };
        let mut state = self.state();
        if !state.used.insert(number.clone()) {
            return refuse("invalid-reuse-token", "invalid token: already used".to_owned());
        }
        let token = format!("pypi-minted-{number}");
        let expires = crate::time::now_s().unwrap_or_default() + MINTED_S;
        state.minted.insert(token.clone(), expires);
        Reply::json(200, &json!({"success": true, "token": token, "expires": expires}))
    }
}
