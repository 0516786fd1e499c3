//! Puts packages of other bytes into a registry, by the documents that npm sends.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use xtask::digest::{Sha512, hex, sha1};
use xtask::effect::files;
use xtask::effect::http::{Http, Request};
use xtask::effect::secret::Secret;
use xtask::pack::npm::tarball;
use xtask::pack::{File, Mode};
use xtask::twin::credential;

/// The digest of bytes as npm states it.
fn integrity(bytes: &[u8]) -> String {
    format!("sha512-{}", BASE64_STANDARD.encode(Sha512::of(bytes).bytes()))
}

/// The digest of a file as npm states it.
pub(super) fn integrity_of(path: &Path) -> String {
    integrity(&files::read(path).unwrap())
}

/// A package that holds nothing but its manifest, as a document, and its digest.
pub(super) fn document(name: &str, version: &str) -> (Value, String) {
    let manifest = json!({"name": name, "version": version, "description": "Another one"});
    let bytes = manifest.to_string().into_bytes();
    let mode = Mode::Plain;
    let bytes = tarball(&[("package.json".to_owned(), File { mode, bytes })], 0).unwrap();
    let integrity = integrity(&bytes);
    let mut manifest = manifest;
    manifest["dist"] = json!({"integrity": integrity, "shasum": hex(&sha1(&bytes))});
    let key = format!("{name}-{version}.tgz");
    let document = json!({
        "_id": name,
        "name": name,
        "access": "public",
        "dist-tags": {"latest": version},
        "versions": {version: manifest},
        "_attachments": {key: {
            "content_type": "application/octet-stream",
            "data": BASE64_STANDARD.encode(&bytes),
            "length": bytes.len(),
        }},
    });
    (document, integrity)
}

/// Sends a document with a token, and gives the status and the words of the answer.
pub(super) fn send(base: &str, name: &str, document: &Value, token: &str) -> (u16, String) {
    let secret = Secret::new("NODE_AUTH_TOKEN", token);
    let request = Request::put(format!("{base}/{}", name.replace('/', "%2f")))
        .json(document)
        .secret("authorization", secret.header("Bearer"));
    let answer = Http::new().send(&request).unwrap();
    (answer.status, answer.text())
}

/// Publishes a package of other bytes, and gives its digest.
#[track_caller]
pub(super) fn put(base: &str, name: &str, version: &str) -> String {
    let (document, integrity) = document(name, version);
    let (status, words) = send(base, name, &document, &credential::of("NODE_AUTH_TOKEN"));
    assert_eq!(status, 200, "{words}");
    integrity
}

/// The tags of a package.
pub(super) fn tags(base: &str, name: &str) -> Value {
    let answer = Http::new().send(&Request::get(format!("{base}/{name}"))).unwrap();
    let document: Value = answer.json().unwrap();
    document["dist-tags"].clone()
}
