//! A registry of crates: a sparse index and the API for publishing.

mod elsewhere;
mod shelf;
mod trusted;
mod upload;

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::digest::Sha256;
use crate::protocol::cargo::index;
use crate::twin::World;
use crate::twin::credential;
use crate::twin::server::{Incoming, Reply, Site};
use elsewhere::Elsewhere;
use shelf::{Crate, Shelf};
use trusted::Trusted;

/// The one user of the twin.
const USER: &str = "rehearsal";

/// The variables whose rehearsal values it takes as tokens.
const TOKENS: &[&str] = &["CARGO_REGISTRY_TOKEN"];

/// Opens it, empty.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the table opens all registries by one signature"
)]
pub(super) fn open(world: &World) -> anyhow::Result<Arc<dyn Site>> {
    Ok(Arc::new(Crates {
        elsewhere: Elsewhere::of(world.root.as_deref()),
        state: Mutex::new(State {
            shelf: Shelf::default(),
            trusted: Trusted::new(&world.repository),
        }),
    }))
}

/// The registry.
struct Crates {
    elsewhere: Elsewhere,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    shelf: Shelf,
    trusted: Trusted,
}

/// Who asks for a change.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    /// The user of the twin.
    User,
    /// A workflow, by a token that was minted for it.
    Workflow,
}

/// A refusal in the form that cargo reads.
fn refused(status: u16, detail: impl Into<String>) -> Reply {
    Reply::json(status, &json!({ "errors": [{ "detail": detail.into() }] }))
}

impl Site for Crates {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        let segments = request.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        let method = request.method.as_str();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match (method, path.as_slice()) {
            ("GET" | "HEAD", ["index", "config.json"]) => {
                let config = json!({ "dl": format!("{base}/api/v1/crates"), "api": base });
                cached(request, config.to_string().into_bytes())
            }
            ("GET" | "HEAD", ["index", rest @ ..]) => self.index(&state, request, rest),
            ("PUT", ["api", "v1", "crates", "new"]) => match state.who(request) {
                Ok(who) => upload::publish(&mut state.shelf, &self.elsewhere, &who, &request.body, base),
                Err(reply) => reply,
            },
            ("POST", ["api", "v1", "trusted_publishing", "tokens"]) => state.trusted.exchange(request, base),
            ("DELETE", ["api", "v1", "trusted_publishing", "tokens"]) => state.trusted.give_back(request),
            ("GET", ["api", "v1", "me"]) => match state.who(request) {
                // Tokens open no page of the account.
                Ok(_) => refused(
                    403,
                    format!("this action can only be performed on the {base} website"),
                ),
                Err(reply) => reply,
            },
            ("GET", ["api", "v1", "crates"]) => search(&state.shelf, request),
            ("GET", ["api", "v1", "crates", name]) => match state.shelf.find(name) {
                Ok(found) => Reply::json(200, &found.document()),
                Err(reply) => reply,
            },
            ("GET", ["api", "v1", "crates", name, version, "download"]) => {
                self.download(&state, name, version)
            }
            (_, ["api", "v1", "crates", name, "owners"]) => owners(&mut state, request, name),
            ("GET", ["api", "v1", "crates", name, version]) => match state.shelf.version(name, version) {
                Ok((found, at)) => Reply::json(200, &json!({ "version": found.version_document(at) })),
                Err(reply) => reply,
            },
            ("DELETE", ["api", "v1", "crates", name, version, "yank"]) => {
                yank(&mut state, request, name, version, true)
            }
            ("PUT", ["api", "v1", "crates", name, version, "unyank"]) => {
                yank(&mut state, request, name, version, false)
            }
            _ => refused(404, "Not Found"),
        }
    }
}

impl Crates {
    /// The lines of a crate: what was published here, else what this machine's cargo knows of a crate that the workspace
    /// depends on.
    fn index(&self, state: &State, request: &Incoming, rest: &[&str]) -> Reply {
        let name = rest.last().copied().unwrap_or_default();
        if rest.join("/") != index::path(name) {
            return Reply::text(404, "no such file");
        }
        let lines = match state.shelf.find(name) {
            Ok(found) if found.name.to_lowercase() == name => found.lines(),
            _ => self.elsewhere.lines(name),
        };
        if lines.is_empty() {
            return Reply::text(404, "no such crate");
        }
        cached(request, (lines.join("\n") + "\n").into_bytes())
    }

    fn download(&self, state: &State, name: &str, version: &str) -> Reply {
        let here = state.shelf.version(name, version);
        let bytes = match &here {
            Ok((found, at)) => Some(found.versions[*at].bytes.clone()),
            Err(_) => self.elsewhere.file(name, version),
        };
        match bytes {
            Some(bytes) => Reply::bytes(200, Some("application/gzip"), bytes),
            None => here.err().unwrap_or_else(|| refused(404, "Not Found")),
        }
    }
}

impl State {
    /// Whose token it is. The scheme may be there or not, as cargo sends none.
    fn who(&self, request: &Incoming) -> Result<Who, Reply> {
        let Some(header) = request.header("authorization") else {
            return Err(refused(403, "this action requires authentication"));
        };
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            Some((scheme, _)) => {
                return Err(refused(
                    401,
                    format!(
                        "Invalid `Authorization` header: Found unexpected authentication scheme `{scheme}`"
                    ),
                ));
            }
            None => header,
        };
        if credential::is_one_of(token, TOKENS) {
            return Ok(Who::User);
        }
        if token.starts_with(trusted::PREFIX) {
            return if self.trusted.knows(token) {
                Ok(Who::Workflow)
            } else {
                Err(refused(403, "Invalid authentication token"))
            };
        }
        Err(refused(403, "authentication failed"))
    }

    /// Only the user, not a workflow.
    fn user(&self, request: &Incoming) -> Result<(), Reply> {
        match self.who(request)? {
            Who::User => Ok(()),
            Who::Workflow => Err(refused(403, "authentication failed")),
        }
    }
}

/// A file that clients keep: they ask whether it is still the same (RFC 9110, section 13.1.2).
fn cached(request: &Incoming, bytes: Vec<u8>) -> Reply {
    let tag = format!("\"{}\"", Sha256::of(&bytes));
    let is_same = request.header("if-none-match") == Some(tag.as_str());
    let reply = if is_same {
        Reply::empty(304)
    } else {
        Reply::bytes(200, Some("text/plain"), bytes)
    };
    reply.with("etag", tag).with("cache-control", "no-cache")
}

/// Names and descriptions that hold the words.
fn search(shelf: &Shelf, request: &Incoming) -> Reply {
    let words = request.argument("q").unwrap_or_default().to_lowercase();
    let most: usize = request
        .argument("per_page")
        .and_then(|it| it.parse().ok())
        .unwrap_or(10);
    let is_found = |it: &&Crate| it.name.to_lowercase().contains(&words) || it.description().contains(&words);
    let found: Vec<&Crate> = shelf.crates().filter(is_found).collect();
    let rows: Vec<Value> = found.iter().take(most).map(|it| it.row()).collect();
    Reply::json(200, &json!({ "crates": rows, "meta": { "total": found.len() } }))
}

fn yank(state: &mut State, request: &Incoming, name: &str, version: &str, is_yanked: bool) -> Reply {
    if let Err(reply) = state.user(request) {
        return reply;
    }
    let at = match state.shelf.version(name, version) {
        Ok((found, _)) if !found.owners.iter().any(|it| it == USER) => {
            return refused(403, "must already be an owner to yank or unyank");
        }
        Ok((_, at)) => at,
        Err(reply) => return reply,
    };
    let found = state.shelf.find_mut(name).expect("it was found a moment ago");
    found.versions[at].is_yanked = is_yanked;
    Reply::json(200, &json!({ "ok": true }))
}

fn owners(state: &mut State, request: &Incoming, name: &str) -> Reply {
    if let Err(reply) = state.shelf.find(name) {
        return reply;
    }
    if request.method == "GET" {
        let owners = &state.shelf.find(name).expect("it was found a moment ago").owners;
        let row = |(at, login): (usize, &String)| json!({ "id": at + 1, "login": login, "name": login });
        let rows: Vec<Value> = owners.iter().enumerate().map(row).collect();
        return Reply::json(200, &json!({ "users": rows }));
    }
    if let Err(reply) = state.user(request) {
        return reply;
    }
    let document: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let users: Option<Vec<&str>> = document["users"]
        .as_array()
        .map(|it| it.iter().filter_map(Value::as_str).collect());
    let Some(users) = users else {
        return refused(400, "invalid json request");
    };
    let found = state.shelf.find_mut(name).expect("it was found a moment ago");
    if !found.owners.iter().any(|it| it == USER) {
        return refused(403, "team members don't have permission to modify owners");
    }
    match request.method.as_str() {
        "PUT" => {
            found.owners.extend(users.iter().map(|it| (*it).to_owned()));
            found.owners.dedup();
            let told = users
                .iter()
                .map(|it| format!("user {it} has been invited to be an owner of crate {name}"));
            let told: Vec<String> = told.collect();
            Reply::json(200, &json!({ "ok": true, "msg": told.join(",") }))
        }
        "DELETE" => {
            let is_left = |it: &&String| !users.contains(&it.as_str());
            if !found.owners.iter().any(|it| is_left(&it)) {
                return refused(
                    400,
                    "cannot remove all individual owners of a crate. Team member don't have permission to modify owners, so \
                     at least one individual owner is required.",
                );
            }
            found.owners.retain(|it| is_left(&it));
            Reply::json(200, &json!({ "ok": true, "msg": "owners successfully removed" }))
        }
        _ => refused(405, "Method Not Allowed"),
    }
}
