//! A gallery of NuGet packages with moderation, as Chocolatey's community has it: pushes, and the feed (OData, version 2).

mod feed;
mod push;

use std::sync::{Arc, Mutex, PoisonError};

use crate::twin::World;
use crate::twin::credential;
use crate::twin::server::{Incoming, Reply, Site};

/// The variables whose rehearsal values it takes as keys.
const KEYS: &[&str] = &["CHOCOLATEY_API_KEY"];

/// Opens it, empty.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the table opens all registries by one signature"
)]
pub(super) fn open(_: &World) -> anyhow::Result<Arc<dyn Site>> {
    Ok(Arc::new(Gallery::default()))
}

/// The gallery.
#[derive(Debug, Default)]
struct Gallery(Mutex<Vec<Package>>);

/// A version of a package.
#[derive(Clone, Debug)]
struct Package {
    /// What its nuspec says, by the names of its elements.
    nuspec: Vec<(String, String)>,
    id: String,
    version: String,
    status: Status,
    /// Whether its maintainer has taken it from the lists.
    is_unlisted: bool,
    bytes: Vec<u8>,
    time_s: i64,
}

/// What moderation has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Submitted,
    Approved,
    Rejected,
    Exempted,
}

/// The words for them.
const STATUSES: &[(&str, Status)] = &[
    ("Approved", Status::Approved),
    ("Exempted", Status::Exempted),
    ("Rejected", Status::Rejected),
    ("Submitted", Status::Submitted),
];

impl Status {
    fn word(self) -> &'static str {
        let row = STATUSES.iter().find(|it| it.1 == self);
        row.map_or("Unknown", |it| it.0)
    }
}

impl Package {
    fn is(&self, id: &str, version: &str) -> bool {
        self.id.eq_ignore_ascii_case(id) && self.version.eq_ignore_ascii_case(version)
    }

    fn is_prerelease(&self) -> bool {
        self.version.contains('-')
    }

    /// Whether lists show it.
    fn is_listed(&self) -> bool {
        matches!(self.status, Status::Approved | Status::Exempted) && !self.is_unlisted
    }

    fn text(&self, name: &str) -> &str {
        let found = self.nuspec.iter().find(|it| it.0 == name);
        found.map_or("", |it| it.1.as_str())
    }
}

/// A refusal: the gallery puts its words beside the status.
fn refused(status: u16, words: impl Into<String>) -> Reply {
    let words = words.into();
    Reply::text(status, words.clone()).because(words)
}

/// Whether a text is a GUID.
fn is_guid(text: &str) -> bool {
    let lens: Vec<usize> = text.split('-').map(str::len).collect();
    let is_parted = lens == [8, 4, 4, 4, 12] || lens == [32];
    is_parted && text.bytes().all(|it| it == b'-' || it.is_ascii_hexdigit())
}

/// Whether the key of a request may do this to packages.
fn check_key(request: &Incoming, what: &str) -> Result<(), Reply> {
    let key = request.header("x-nuget-apikey").unwrap_or_default();
    if !is_guid(key) {
        return Err(refused(400, "The specified API key is no GUID."));
    }
    if !credential::is_one_of(key, KEYS) {
        let words = format!("The specified API key does not provide the authority to {what} packages.");
        return Err(refused(403, words));
    }
    Ok(())
}

fn unknown(id: &str, version: &str) -> Reply {
    refused(
        404,
        format!("A package with id '{id}' and version '{version}' does not exist."),
    )
}

impl Site for Gallery {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        let segments = request.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        let mut packages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (request.method.as_str(), path.as_slice()) {
            ("PUT" | "POST", ["api", "v2", "package"]) => match check_key(request, "push") {
                Ok(()) => push::push(&mut packages, request),
                Err(reply) => reply,
            },
            ("DELETE", ["api", "v2", "package", id, version]) => match check_key(request, "delete") {
                Ok(()) => unlist(&mut packages, id, version),
                Err(reply) => reply,
            },
            ("GET", ["api", "v2", "verifykey", rest @ ..]) => verify(&packages, request, rest),
            ("GET" | "HEAD", ["api", "v2", "package", id, version]) => {
                match packages.iter().find(|it| it.is(id, version)) {
                    Some(found) => Reply::bytes(200, Some("application/zip"), found.bytes.clone()),
                    None => unknown(id, version),
                }
            }
            // A moderator, whom nobody else plays here: `POST /moderate/ID/VERSION/Approved`.
            ("POST", ["moderate", id, version, status]) => moderate(&mut packages, id, version, status),
            ("GET" | "HEAD", ["packages", id, version]) => {
                match packages.iter().find(|it| it.is(id, version)) {
                    Some(found) => Reply::text(
                        200,
                        format!("{} {}: {}", found.id, found.version, found.status.word()),
                    ),
                    None => Reply::text(404, "no such page"),
                }
            }
            ("GET" | "HEAD", ["api", "v2", rest @ ..]) => feed::answer(&packages, request, rest, base),
            _ => Reply::text(404, "no such page"),
        }
    }
}

fn verify(packages: &[Package], request: &Incoming, rest: &[&str]) -> Reply {
    if let Err(reply) = check_key(request, "push") {
        return reply;
    }
    match rest {
        [] => Reply::empty(200),
        [id, version] if packages.iter().any(|it| it.is(id, version)) => Reply::empty(200),
        [id, version] => unknown(id, version),
        _ => Reply::text(404, "no such page"),
    }
}

/// Takes a version from the lists; it stays.
fn unlist(packages: &mut [Package], id: &str, version: &str) -> Reply {
    match packages.iter_mut().find(|it| it.is(id, version)) {
        Some(found) => {
            found.is_unlisted = true;
            Reply::empty(200)
        }
        None => unknown(id, version),
    }
}

fn moderate(packages: &mut [Package], id: &str, version: &str, status: &str) -> Reply {
    let wanted = STATUSES.iter().find(|it| it.0 == status);
    match (packages.iter_mut().find(|it| it.is(id, version)), wanted) {
        (Some(found), Some((_, status))) => {
            found.status = *status;
            Reply::empty(204)
        }
        (None, _) => unknown(id, version),
        (_, None) => Reply::text(400, "no such status"),
    }
}
