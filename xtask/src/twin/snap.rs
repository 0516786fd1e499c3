//! The store of snaps: uploads, its review, channels, and what `snap` is told.

mod form;
mod review;
mod shelf;
mod told;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::protocol::snapcraft::macaroon;
use crate::twin::World;
use crate::twin::credential;
use crate::twin::server::{Incoming, Reply, Site};
use shelf::{Refused, Shelf};

/// The store. One site speaks for its three addresses.
struct Store {
    /// The header that proves who we are: made of the credentials of a rehearsal.
    authorization: String,
    /// Where the review unpacks.
    dir: PathBuf,
    shelf: Mutex<Shelf>,
}

/// Opens it with the names of the product registered, which a person has to do in the real one.
pub(super) fn open(world: &World) -> anyhow::Result<Arc<dyn Site>> {
    let credentials = credential::of("SNAPCRAFT_STORE_CREDENTIALS");
    let authorization = macaroon::authorization(&credentials).map_err(anyhow::Error::msg)?;
    let names = world.names.iter().map(|it| it.to_lowercase().replace('_', "-"));
    Ok(Arc::new(Store {
        authorization,
        dir: world.dir.join("snap"),
        shelf: Mutex::new(Shelf::new(names)),
    }))
}

/// What `snap-push` is sent.
#[derive(Deserialize)]
struct Push {
    name: String,
    #[serde(default)]
    dry_run: bool,
    series: Option<String>,
    updown_id: Option<String>,
    binary_filesize: Option<u64>,
    #[serde(default)]
    channels: Vec<String>,
}

/// What `snap-release` is sent.
#[derive(Deserialize)]
struct Release {
    name: String,
    revision: String,
    channels: Vec<String>,
}

/// What `close` is sent.
#[derive(Deserialize)]
struct Close {
    channels: Vec<String>,
}

/// What `register-name` is sent.
#[derive(Deserialize)]
struct Register {
    snap_name: String,
}

impl Site for Store {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        let segments = request.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (request.method.as_str(), path.as_slice()) {
            ("GET", ["v2", "snaps", "info", name]) => self.info(request, name, base),
            ("GET", ["api", "v1", "snaps", "download", file]) => match self.shelf().file(file) {
                Some(bytes) => Reply::bytes(200, Some("application/octet-stream"), bytes),
                None => Reply::empty(404),
            },
            ("POST", ["unscanned-upload"]) => self.take(request),
            // The people of the store, who are not there in a rehearsal.
            ("POST", ["twin", "approve", name, revision]) => {
                let revision = revision.parse().unwrap_or_default();
                reply(
                    self.shelf()
                        .approve(name, revision)
                        .map(|()| json!({"success": true})),
                )
            }
            _ if request.header("authorization") != Some(&self.authorization) => unauthorized(),
            ("GET", ["api", "v2", "tokens", "whoami"]) => Reply::json(200, &whoami()),
            ("GET", ["dev", "api", "account"]) => Reply::json(200, &self.shelf().account()),
            ("GET", ["api", "v2", "snaps", name, "releases"]) => reply(self.shelf().releases(name)),
            ("GET", ["api", "v2", "snaps", name, "channel-map"]) => reply(self.shelf().channel_map(name)),
            ("GET", ["dev", "api", "snaps", _, "builds", number, "status"]) => {
                let status = self.shelf().status(number.parse().unwrap_or_default());
                status.map_or_else(|| Reply::empty(404), |it| Reply::json(200, &it))
            }
            ("POST", ["dev", "api", "snaps", address, "close"]) => body(request, |it: Close| {
                reply(self.shelf().close(address, &it.channels))
            }),
            ("POST", ["dev", "api", "register-name"]) => body(request, |it: Register| {
                reply(self.shelf().register(&it.snap_name))
            }),
            ("POST", ["dev", "api", "snap-push"]) => body(request, |it: Push| self.push(&it, base)),
            ("POST", ["dev", "api", "snap-release"]) => body(request, |it: Release| {
                let revision = it.revision.parse().unwrap_or_default();
                reply(self.shelf().release(&it.name, revision, &it.channels))
            }),
            _ => Reply::json(
                404,
                &errors("resource-not-found", &format!("{} is not here", request.path)),
            ),
        }
    }
}

impl Store {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn info(&self, request: &Incoming, name: &str, base: &str) -> Reply {
        if request.header("snap-device-series") != Some("16") {
            let message = "Snap-Device-Series header is required.";
            return Reply::json(400, &newer("missing-header", message));
        }
        match self.shelf().info(name, base) {
            Some(info) => Reply::json(200, &info),
            None => Reply::json(
                404,
                &newer(
                    "resource-not-found",
                    &format!("No snap named '{name}' found in series '16'."),
                ),
            ),
        }
    }

    fn take(&self, request: &Incoming) -> Reply {
        match form::file(request, "binary") {
            Ok(bytes) => {
                let id = self.shelf().take(bytes);
                Reply::json(200, &json!({"successful": true, "upload_id": id}))
            }
            Err(why) => Reply::json(400, &json!({"successful": false, "error": why})),
        }
    }

    fn push(&self, push: &Push, base: &str) -> Reply {
        if let Err(refused) = self.shelf().may_push(&push.name) {
            return refuse(&refused);
        }
        if push.dry_run {
            return Reply::json(202, &json!({"success": true}));
        }
        let bytes = push.updown_id.as_ref().and_then(|it| self.shelf().upload(it));
        let (Some(bytes), Some("16")) = (bytes, push.series.as_deref()) else {
            let message = "The upload with the given id does not exist";
            return Reply::json(400, &errors("invalid-field", message));
        };
        if push.binary_filesize != Some(bytes.len() as u64) {
            let message = "binary_filesize: the size does not match the uploaded file";
            return Reply::json(400, &errors("invalid-field", message));
        }
        // The review takes its time: nobody waits for it with the lock held.
        let reviewed = review::review(&push.name, &bytes, &self.dir);
        let (id, number) = self.shelf().put(&push.name, bytes, reviewed, &push.channels);
        let url = format!("{base}/dev/api/snaps/{id}/builds/{number}/status");
        Reply::json(202, &json!({"success": true, "status_details_url": url}))
    }
}

fn whoami() -> Value {
    json!({
        "account": {"email": "rehearsal@twin.example", "username": "rehearsal", "id": "rehearsal", "name": "Rehearsal"},
        "channels": null,
        "packages": null,
        "permissions": ["package_access", "package_push", "package_release", "package_update"],
        "store_ids": null,
        "expires": "2999-01-01T00:00:00.000000",
    })
}

/// A body of JSON; anything else is refused.
fn body<T: for<'de> Deserialize<'de>>(request: &Incoming, then: impl FnOnce(T) -> Reply) -> Reply {
    let is_json = request
        .header("content-type")
        .is_some_and(|it| it.starts_with("application/json"));
    match serde_json::from_slice(&request.body) {
        Ok(body) if is_json => then(body),
        Ok(_) => Reply::json(
            415,
            &errors("unsupported-media-type", "Content-Type must be application/json"),
        ),
        Err(error) => Reply::json(400, &errors("invalid-request", &error.to_string())),
    }
}

fn reply(result: Result<Value, Refused>) -> Reply {
    match result {
        Ok(value) => Reply::json(200, &value),
        Err(refused) => refuse(&refused),
    }
}

fn refuse(refused: &Refused) -> Reply {
    Reply::json(refused.status, &errors(refused.code, &refused.message))
}

fn unauthorized() -> Reply {
    Reply::json(
        401,
        &errors("macaroon-permission-required", "Authorization Required"),
    )
    .with("www-authenticate", "Macaroon realm=\"Software Center Agent\"")
}

/// Errors in the form of the publishers' side.
fn errors(code: &str, message: &str) -> Value {
    json!({"error_list": [{"code": code, "message": message}]})
}

/// Errors in the form of the side that `snap` reads.
fn newer(code: &str, message: &str) -> Value {
    json!({"error-list": [{"code": code, "message": message}]})
}
