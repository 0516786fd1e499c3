//! A registry of images (OCI distribution-spec 1.1): tokens, uploads, manifests, tags, and what is attached.

mod blob;
mod error;
mod manifest;
mod store;
mod token;

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use crate::twin::World;
use crate::twin::server::{Incoming, Reply, Site};
use error::Code;
use store::Store;
use token::Desk;

/// In what the registries of images differ.
#[derive(Debug)]
struct Rules {
    /// Its name where tokens are handed out.
    service: &'static str,
    /// The one user that there is; `None` where a token is enough and any name is taken.
    user: Option<&'static str>,
    /// The variables whose values are the password.
    variables: &'static [&'static str],
    /// How many parts a name has; `None` for any number.
    parts: Option<usize>,
    /// Whether a token is a document that tells what it gives.
    tokens_tell: bool,
    /// Whether nobody sees a package whose owner has not made it public.
    is_private: bool,
    /// What is said to those who may not push.
    denied: &'static str,
    /// Whether that is a 401 with a challenge, or a 403.
    denies_with_challenge: bool,
    /// Whether an address for uploading is whole and has a state in its query that changes, or is a path.
    has_state: bool,
    /// The largest piece of an upload in pieces, in bytes.
    piece_limit: Option<usize>,
    /// Whether it keeps the list of what is attached.
    has_referrers: bool,
}

/// Docker Hub.
const DOCKER_HUB: Rules = Rules {
    service: "registry.docker.io",
    user: Some("rehearsal"),
    variables: &["DOCKERHUB_TOKEN", "DOCKER_PASSWORD"],
    parts: Some(2),
    tokens_tell: true,
    is_private: false,
    denied: "requested access to the resource is denied",
    denies_with_challenge: true,
    has_state: true,
    piece_limit: None,
    has_referrers: true,
};

/// GitHub's.
const GHCR: Rules = Rules {
    service: "ghcr.io",
    user: None,
    variables: &["GITHUB_TOKEN", "GH_TOKEN"],
    parts: None,
    tokens_tell: false,
    is_private: true,
    denied: "permission_denied: write_package",
    denies_with_challenge: false,
    has_state: false,
    piece_limit: Some(4 << 20),
    has_referrers: false,
};

/// Opens Docker Hub's, empty.
pub(super) fn docker_hub(_: &World) -> anyhow::Result<Arc<dyn Site>> {
    Ok(Arc::new(Registry::new(&DOCKER_HUB)))
}

/// Opens GitHub's, empty.
pub(super) fn ghcr(_: &World) -> anyhow::Result<Arc<dyn Site>> {
    Ok(Arc::new(Registry::new(&GHCR)))
}

/// The registry.
struct Registry {
    rules: &'static Rules,
    desk: Desk,
    store: Mutex<Store>,
}

/// What a path names in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Uploads,
    Upload(String),
    Blob(String),
    Manifest(String),
    Tags,
    Referrers(String),
}

/// A request to a repository that may be made.
struct Visit<'a> {
    rules: &'static Rules,
    request: &'a Incoming,
    base: &'a str,
    name: &'a str,
}

impl Registry {
    fn new(rules: &'static Rules) -> Registry {
        Registry {
            rules,
            desk: Desk::default(),
            store: Mutex::default(),
        }
    }

    fn visit(&self, request: &Incoming, base: &str) -> Result<Reply, Reply> {
        let segments = request.segments();
        match segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["token"] => return self.desk.hand_out(self.rules, request),
            ["v2"] => {
                self.desk.check(self.rules, request, base, None)?;
                return Ok(Reply::json(200, &json!({})));
            }
            ["v2", ..] => {}
            _ => return Err(Reply::text(404, "404 page not found\n")),
        }
        let (name, target) =
            target(&segments[1..]).ok_or_else(|| Reply::text(404, "404 page not found\n"))?;
        check_name(self.rules, &name)?;
        let action = match (request.method.as_str(), &target) {
            ("GET", Target::Upload(_)) => "push",
            ("GET" | "HEAD", _) => "pull",
            ("DELETE", Target::Blob(_) | Target::Manifest(_)) => "delete",
            _ => "push",
        };
        self.desk
            .check(self.rules, request, base, Some((&name, action)))?;
        let visit = Visit {
            rules: self.rules,
            request,
            base,
            name: &name,
        };
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        match (request.method.as_str(), target) {
            ("POST", Target::Uploads) => {
                let mount = request.argument("mount").zip(request.argument("from"));
                let may_read = |it: &str| self.desk.gives(request, it, "pull");
                let mount = mount.filter(|(_, from)| may_read(from));
                blob::begin(&mut store, &visit, mount)
            }
            ("GET", Target::Upload(id)) => blob::state(&store, &visit, &id),
            ("PATCH", Target::Upload(id)) => blob::append(&mut store, &visit, &id),
            ("PUT", Target::Upload(id)) => blob::close(&mut store, &visit, &id),
            ("DELETE", Target::Upload(id)) => blob::cancel(&mut store, &visit, &id),
            ("GET" | "HEAD", Target::Blob(digest)) => blob::get(&store, &visit, &digest),
            ("DELETE", Target::Blob(digest)) => blob::delete(&mut store, &visit, &digest),
            ("GET" | "HEAD", Target::Manifest(reference)) => manifest::get(&store, &visit, &reference),
            ("PUT", Target::Manifest(reference)) => manifest::put(&mut store, &visit, &reference),
            ("DELETE", Target::Manifest(reference)) => manifest::delete(&mut store, &visit, &reference),
            ("GET" | "HEAD", Target::Tags) => manifest::tags(&store, &visit),
            ("GET" | "HEAD", Target::Referrers(digest)) => manifest::referrers(&store, &visit, &digest),
            _ => Err(Code::Unsupported.reply()),
        }
    }
}

impl Site for Registry {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        let reply = self.visit(request, base).unwrap_or_else(|refusal| refusal);
        reply.with("docker-distribution-api-version", "registry/2.0")
    }
}

/// The repository and what is asked of it: a name may have any number of parts, so the end is looked at.
fn target(segments: &[String]) -> Option<(String, Target)> {
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (name, target) = match words.as_slice() {
        [name @ .., "blobs", "uploads"] => (name, Target::Uploads),
        [name @ .., "blobs", "uploads", id] => (name, Target::Upload((*id).to_owned())),
        [name @ .., "blobs", digest] => (name, Target::Blob((*digest).to_owned())),
        [name @ .., "manifests", reference] => (name, Target::Manifest((*reference).to_owned())),
        [name @ .., "tags", "list"] => (name, Target::Tags),
        [name @ .., "referrers", digest] => (name, Target::Referrers((*digest).to_owned())),
        _ => return None,
    };
    (!name.is_empty()).then(|| (name.join("/"), target))
}

/// Names of repositories (distribution-spec, "Pulling manifests").
fn check_name(rules: &Rules, name: &str) -> Result<(), Reply> {
    let is_fine = name.len() <= 255 && name.split('/').all(is_part);
    let parts = name.split('/').count();
    if is_fine && rules.parts.is_none_or(|it| it == parts) {
        Ok(())
    } else {
        Err(Code::NameInvalid.with(&json!({ "name": name })))
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_part(part: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let bytes = part.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    let separators = part.split(|it: char| it.is_ascii() && is_letter(it as u8));
    ends.iter().all(|it| it.is_some_and(|it| is_letter(*it)))
        && separators
            .into_iter()
            .all(|it| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|it| it == b'-'))
}

#[cfg(test)]
mod tests;
