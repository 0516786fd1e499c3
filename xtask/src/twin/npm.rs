//! A registry of npm packages: the public one, and GitHub's, which takes only its owners' scopes and asks readers, too.

mod manage;
mod package;
mod take;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::twin::server::{Incoming, Reply, Site};
use crate::twin::{World, credential, identity};

use package::Package;

/// Which of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Npm,
    Github { owner: String },
}

/// The registry.
struct Registry {
    kind: Kind,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    packages: BTreeMap<String, Package>,
    /// Names with versions that were there and are not given out again.
    burnt: BTreeSet<(String, String)>,
    /// Tokens that were exchanged for an identity, with the package that each is good for.
    exchanged: BTreeMap<String, String>,
    /// The numbers of the identities that were exchanged.
    used: BTreeSet<String>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Caller {
    Nobody,
    /// With a token that is none of ours.
    Stranger,
    User,
    /// A workflow that may publish this package.
    Workflow(String),
}

/// The account that a rehearsal's tokens belong to.
const USER: &str = "rehearsal";

/// Opens the public one, empty.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the table asks each registry whether it opens"
)]
pub(super) fn open(_: &World) -> anyhow::Result<Arc<dyn Site>> {
    Ok(site(Kind::Npm))
}

/// Opens GitHub's, empty.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the table asks each registry whether it opens"
)]
pub(super) fn open_github(world: &World) -> anyhow::Result<Arc<dyn Site>> {
    let owner = world.repository.0.to_lowercase();
    Ok(site(Kind::Github { owner }))
}

fn site(kind: Kind) -> Arc<dyn Site> {
    let state = Mutex::default();
    Arc::new(Registry { kind, state })
}

/// A refusal. npm shows what stands under `error`.
fn refuse(status: u16, error: impl Into<String>) -> Reply {
    Reply::json(status, &json!({"error": error.into()}))
}

fn not_found() -> Reply {
    refuse(404, "Not found")
}

impl Site for Registry {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        if request.path == identity::PATH {
            return identity::answer(request);
        }
        let segments = joined(request.segments());
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let caller = self.caller(request);
        let method = if request.method == "HEAD" {
            "GET"
        } else {
            &request.method
        };
        if let Some(refusal) = self.bars(&caller, &words) {
            return refusal;
        }
        match (method, words.as_slice()) {
            ("GET", ["-", "whoami"]) => match caller {
                Caller::User => Reply::json(200, &json!({"username": USER})),
                _ => refuse(401, "Unauthorized"),
            },
            // What `npm install` asks about known holes: there are none.
            ("GET", ["-", "ping"]) | ("POST", ["-", "npm", "v1", "security", ..]) => {
                Reply::json(200, &json!({}))
            }
            ("POST", ["-", "npm", "v1", "oidc", "token", "exchange", "package", name]) => {
                self.exchange(request, name, base)
            }
            ("GET", ["-", "package", name, "visibility"]) => self.with(name, |_| {
                let is_public = self.kind == Kind::Npm;
                Reply::json(200, &json!({"public": is_public}))
            }),
            ("GET", ["-", "package", name, "dist-tags"]) => self.with(name, |it| Reply::json(200, &it.tags)),
            ("PUT" | "POST", ["-", "package", name, "dist-tags", tag]) => {
                self.change(&caller, name, |it| manage::set_tag(it, tag, &request.body))
            }
            ("DELETE", ["-", "package", name, "dist-tags", tag]) => {
                self.change(&caller, name, |it| manage::remove_tag(it, tag))
            }
            ("GET", [name]) if *name != "-" => self.with(name, |it| it.answer(request, base)),
            ("GET", [name, "-", file]) => self.with(name, |it| it.tarball(file)),
            ("GET", [name, version]) => self.with(name, |it| it.version(version, base)),
            ("PUT", [name]) if *name != "-" => self.put(&caller, request, name),
            ("PUT", [name, "-rev", revision]) => {
                let kept = self.change(&caller, name, |it| manage::keep(it, revision, &request.body));
                self.burn(name);
                kept
            }
            ("DELETE", [name, "-rev", revision]) => self.remove(&caller, name, revision),
            // The tarball goes with its version.
            ("DELETE", [_, "-", _, "-rev", _]) => Reply::json(201, &json!({"ok": true})),
            _ => not_found(),
        }
    }
}

impl Registry {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The variables whose tokens it takes.
    fn variables(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Npm => &["NODE_AUTH_TOKEN", "NPM_TOKEN"],
            Kind::Github { .. } => &["GITHUB_TOKEN", "GH_TOKEN"],
        }
    }

    fn caller(&self, request: &Incoming) -> Caller {
        let Some(token) = request.bearer() else {
            return Caller::Nobody;
        };
        if credential::is_one_of(token, self.variables()) {
            return Caller::User;
        }
        match self.state().exchanged.get(token) {
            Some(name) => Caller::Workflow(name.clone()),
            None => Caller::Stranger,
        }
    }

    /// What is refused before anything is looked at: GitHub shows nothing to nobody (G3).
    fn bars(&self, caller: &Caller, words: &[&str]) -> Option<Reply> {
        if self.kind == Kind::Npm || words.first() == Some(&"-") {
            return None;
        }
        match caller {
            Caller::Nobody => Some(refuse(401, "authentication token not provided")),
            Caller::Stranger => Some(refuse(
                401,
                "unauthenticated: User cannot be authenticated with the token provided.",
            )),
            _ => None,
        }
    }

    fn with(&self, name: &str, then: impl FnOnce(&Package) -> Reply) -> Reply {
        self.state().packages.get(name).map_or_else(not_found, then)
    }

    /// Why a caller may not change a package; `None` when it may.
    fn forbids(caller: &Caller, name: &str) -> Option<Reply> {
        match caller {
            Caller::Nobody => Some(refuse(401, "You must be logged in to publish packages.")),
            Caller::Stranger => Some(refuse(401, "Unauthorized: the token is invalid, or has expired")),
            Caller::Workflow(own) if own != name => Some(refuse(
                403,
                format!(
                    "You do not have permission to publish \"{name}\". Are you logged in as the correct user?"
                ),
            )),
            Caller::User | Caller::Workflow(_) => None,
        }
    }

    fn change(&self, caller: &Caller, name: &str, then: impl FnOnce(&mut Package) -> Reply) -> Reply {
        if let Some(refusal) = Self::forbids(caller, name) {
            return refusal;
        }
        self.state().packages.get_mut(name).map_or_else(not_found, then)
    }

    /// A new version, or a package with changed words.
    fn put(&self, caller: &Caller, request: &Incoming, name: &str) -> Reply {
        if let Some(refusal) = Self::forbids(caller, name).or_else(|| self.scope(name)) {
            return refusal;
        }
        let is_json = request
            .header("content-type")
            .is_some_and(|it| it.starts_with("application/json"));
        if !is_json {
            return refuse(
                415,
                "Unsupported Media Type: a package is sent as application/json",
            );
        }
        let Ok(document) = serde_json::from_slice::<Value>(&request.body) else {
            return refuse(400, "the body is no JSON document");
        };
        if document["_attachments"].is_object() {
            let taken = take::check(&document, name, self.kind == Kind::Npm);
            return taken.map_or_else(|it| it, |taken| self.store(name, taken));
        }
        self.change(caller, name, |it| manage::words(it, &document))
    }

    /// GitHub's names are those of its owners.
    fn scope(&self, name: &str) -> Option<Reply> {
        let Kind::Github { owner } = &self.kind else {
            return None;
        };
        match name.strip_prefix('@').and_then(|it| it.split_once('/')) {
            None => Some(refuse(
                405,
                "Method Not Allowed: only packages with a scope are taken",
            )),
            Some((scope, _)) if scope != owner => Some(refuse(404, "owner not found")),
            Some(_) => None,
        }
    }

    fn store(&self, name: &str, taken: take::Taken) -> Reply {
        let mut state = self.state();
        let is_there = state
            .packages
            .get(name)
            .is_some_and(|it| it.versions.contains_key(&taken.version));
        if is_there || state.burnt.contains(&(name.to_owned(), taken.version.clone())) {
            return match self.kind {
                Kind::Npm => refuse(
                    403,
                    format!(
                        "You cannot publish over the previously published versions: {}.",
                        taken.version
                    ),
                ),
                Kind::Github { .. } => refuse(409, "Cannot publish over existing version"),
            };
        }
        let package = state
            .packages
            .entry(name.to_owned())
            .or_insert_with(|| Package::new(name));
        package.add(taken);
        Reply::json(200, &json!({"success": true}))
    }

    /// Versions that have gone are not given out again.
    fn burn(&self, name: &str) {
        let mut state = self.state();
        let gone = state
            .packages
            .get_mut(name)
            .map(|it| std::mem::take(&mut it.gone));
        let gone = gone
            .into_iter()
            .flatten()
            .map(|version| (name.to_owned(), version));
        let gone: Vec<(String, String)> = gone.collect();
        state.burnt.extend(gone);
    }

    fn remove(&self, caller: &Caller, name: &str, revision: &str) -> Reply {
        if let Some(refusal) = Self::forbids(caller, name) {
            return refusal;
        }
        let mut state = self.state();
        match state.packages.get(name) {
            None => return not_found(),
            Some(it) if it.revision() != revision => return refuse(409, "Document update conflict."),
            Some(_) => {}
        }
        let package = state.packages.remove(name).expect("it was there");
        let versions = package.versions.into_keys().map(|it| (name.to_owned(), it));
        state.burnt.extend(versions);
        Reply::json(200, &json!({"ok": true}))
    }

    /// Gives a token for one package in the place of an identity. Only a package that exists has a trusted publisher.
    fn exchange(&self, request: &Incoming, name: &str, base: &str) -> Reply {
        let audience = base
            .trim_start_matches("http://")
            .split(':')
            .next()
            .unwrap_or_default();
        let number = match identity::read(request.bearer().unwrap_or_default(), &format!("npm:{audience}")) {
            Ok(number) => number,
            Err(why) => {
                return Reply::json(401, &json!({"message": format!("OIDC token is invalid: {why}")}));
            }
        };
        let mut state = self.state();
        if self.kind != Kind::Npm || !state.packages.contains_key(name) {
            let why = "OIDC token exchange error - package not found";
            return Reply::json(404, &json!({"message": why}));
        }
        if !state.used.insert(number.clone()) {
            return Reply::json(401, &json!({"message": "OIDC token has been used already"}));
        }
        let token = format!("npm_exchanged_{number}");
        state.exchanged.insert(token.clone(), name.to_owned());
        Reply::json(201, &json!({"token": token}))
    }
}

/// The segments of a path with the two parts of a name with a scope put together: both `@a%2fb` and `@a/b` are seen.
fn joined(segments: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for segment in segments {
        match joined.last_mut() {
            Some(last) if last.starts_with('@') && !last.contains('/') => {
                last.push('/');
                last.push_str(&segment);
            }
            _ => joined.push(segment),
        }
    }
    joined
}
