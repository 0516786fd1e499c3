//! Puts files of other bytes into an index, by the form that clients send.

use xtask::digest::Sha256;
use xtask::effect::files::{self, Scratch};
use xtask::effect::http::{Answer, Http, Part, Request};
use xtask::effect::secret::Secret;
use xtask::pack::wheel::Wheel;
use xtask::pack::{File, Mode};
use xtask::twin::credential;

/// A wheel of the demo's name and version with another program in it, for one platform.
pub(super) fn wheel(platform: &str) -> Vec<u8> {
    let mode = Mode::Executable;
    let bytes = b"#!/bin/sh\necho another\n".to_vec();
    Wheel {
        name: "demo".to_owned(),
        version: "1.2.3".to_owned(),
        platforms: vec![platform.to_owned()],
        metadata: "Metadata-Version: 2.1\nName: demo\nVersion: 1.2.3\nSummary: Another\n\n".to_owned(),
        data: vec![("scripts/demo".to_owned(), File { mode, bytes })],
        info: Vec::new(),
    }
    .write(0)
    .unwrap()
}

/// The fields of a form, without its file.
pub(super) type Fields = Vec<(&'static str, String)>;

/// The fields of the form for a wheel.
pub(super) fn fields(bytes: &[u8]) -> Fields {
    vec![
        (":action", "file_upload".to_owned()),
        ("protocol_version", "1".to_owned()),
        ("metadata_version", "2.1".to_owned()),
        ("name", "demo".to_owned()),
        ("version", "1.2.3".to_owned()),
        ("summary", "Another".to_owned()),
        ("filetype", "bdist_wheel".to_owned()),
        ("pyversion", "py3".to_owned()),
        ("sha256_digest", Sha256::of(bytes).to_string()),
    ]
}

/// Sends a form with a file, as the account of the rehearsal.
pub(super) fn send(base: &str, fields: Fields, bytes: &[u8], name: &str) -> Answer {
    let scratch = Scratch::new(&xtask::effect::environment::temp_dir()).unwrap();
    let path = scratch.path().join("content");
    files::write(&path, bytes).unwrap();
    let mut parts: Vec<Part> = fields
        .into_iter()
        .map(|(name, value)| Part::text(name, value))
        .collect();
    parts.push(Part::file("content", name, "application/octet-stream", path));
    let token = Secret::new("UV_PUBLISH_TOKEN", &credential::of("UV_PUBLISH_TOKEN"));
    let request = Request::post(format!("{base}/legacy/"))
        .accept("application/json")
        .secret("authorization", token.basic("__token__"))
        .multipart(parts);
    Http::new().send(&request).unwrap()
}

/// Uploads a file of other bytes, and gives its digest.
#[track_caller]
pub(super) fn put(base: &str, bytes: &[u8], name: &str) -> String {
    let answer = send(base, fields(bytes), bytes, name);
    assert_eq!(answer.status, 200, "{}", answer.text());
    Sha256::of(bytes).to_string()
}
