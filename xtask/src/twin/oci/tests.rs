//! The twin's registry of images, request by request.

mod manifests;

use serde_json::{Value, json};

use super::*;
use crate::digest::Sha256;
use crate::pack::oci::{CONFIG, MANIFEST};
use crate::twin::credential;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

const BASE: &str = "http://127.0.0.1:1";

/// A registry, and who speaks to it.
struct Talk {
    registry: Registry,
    token: Option<String>,
}

impl Talk {
    fn new(rules: &'static Rules) -> Talk {
        Talk {
            registry: Registry::new(rules),
            token: None,
        }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pairs = query.split('&').filter(|it| !it.is_empty());
        let mut request = Incoming {
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs
                .map(|it| it.split_once('=').unwrap_or((it, "")))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: body.to_vec(),
            ..Incoming::default()
        };
        let token = self.token.as_ref().map(|it| format!("Bearer {it}"));
        request
            .headers
            .extend(token.map(|it| ("authorization".to_owned(), it)));
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        request.headers.extend(headers);
        self.registry.answer(&request, BASE)
    }

    /// Logs in for a scope.
    fn login(&mut self, user: &str, variable: &str, scope: &str) {
        let pair = BASE64_STANDARD.encode(format!("{user}:{}", credential::of(variable)));
        let service = self.registry.rules.service;
        self.token = None;
        let reply = self.send(
            "GET",
            &format!("/token?service={service}&scope={scope}"),
            &[("authorization", &format!("Basic {pair}"))],
            b"",
        );
        assert_eq!(reply.status, 200);
        self.token = json(&reply)["token"].as_str().map(str::to_owned);
    }

    fn hub() -> Talk {
        let mut talk = Talk::new(&DOCKER_HUB);
        talk.login("rehearsal", "DOCKERHUB_TOKEN", "repository:owner/demo:*");
        talk
    }

    #[track_caller]
    fn refused(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        status: u16,
        code: &str,
    ) {
        let reply = self.send(method, path, headers, body);
        assert_eq!(
            (reply.status, json(&reply)["errors"][0]["code"].as_str()),
            (status, Some(code)),
            "{path}"
        );
    }

    /// Uploads a blob whole, and gives its digest.
    fn blob(&self, bytes: &[u8]) -> String {
        let digest = digest(bytes);
        let begun = self.send("POST", "/v2/owner/demo/blobs/uploads/", &[], b"");
        assert_eq!(begun.status, 202);
        let location = begun.header("location").unwrap().replace(BASE, "");
        let mark = if location.contains('?') { '&' } else { '?' };
        let done = self.send("PUT", &format!("{location}{mark}digest={digest}"), &[], bytes);
        assert_eq!(done.status, 201);
        digest
    }
}

fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_default()
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", Sha256::of(bytes))
}

fn manifest(config: &str, size: usize) -> Vec<u8> {
    let config = json!({ "mediaType": CONFIG, "digest": config, "size": size });
    let whole = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [] });
    whole.to_string().into_bytes()
}

#[test]
fn a_token_is_wanted_and_gives_what_was_asked() {
    let mut talk = Talk::new(&DOCKER_HUB);
    let reply = talk.send("GET", "/v2/", &[], b"");
    assert_eq!(
        (reply.status, reply.header("www-authenticate")),
        (
            401,
            Some("Bearer realm=\"http://127.0.0.1:1/token\",service=\"registry.docker.io\"")
        )
    );
    let wrong = talk.send(
        "GET",
        "/token?service=registry.docker.io",
        &[("authorization", "Basic dTpw")],
        b"",
    );
    assert_eq!(json(&wrong)["details"], "incorrect username or password");
    talk.token = Some("made-up".to_owned());
    assert!(
        talk.send("GET", "/v2/", &[], b"")
            .header("www-authenticate")
            .unwrap()
            .ends_with("error=\"invalid_token\"")
    );
    talk.login("rehearsal", "DOCKERHUB_TOKEN", "repository:owner/demo:pull");
    talk.refused("POST", "/v2/owner/demo/blobs/uploads/", &[], b"", 401, "DENIED");
    talk.refused("GET", "/v2/owner/other/tags/list", &[], b"", 401, "DENIED");
    talk.refused("GET", "/v2/owner/demo/tags/list", &[], b"", 404, "NAME_UNKNOWN");
    // Everybody reads what is public; on GitHub's nothing is, at first.
    talk.token = None;
    let open = talk.send(
        "GET",
        "/token?service=registry.docker.io&scope=repository:owner/demo:pull,push",
        &[],
        b"",
    );
    talk.token = json(&open)["token"].as_str().map(str::to_owned);
    talk.refused(
        "GET",
        "/v2/owner/demo/manifests/1",
        &[],
        b"",
        404,
        "MANIFEST_UNKNOWN",
    );
    talk.refused("POST", "/v2/owner/demo/blobs/uploads/", &[], b"", 401, "DENIED");
    let mut private = Talk::new(&GHCR);
    private.refused(
        "GET",
        "/token?service=ghcr.io&scope=repository:owner/demo:pull",
        &[],
        b"",
        401,
        "UNAUTHORIZED",
    );
    private.login("anybody", "GITHUB_TOKEN", "repository:owner/demo:pull");
    let reply = private.send("POST", "/v2/owner/demo/blobs/uploads/", &[], b"");
    assert_eq!(
        (reply.status, json(&reply)["errors"][0]["message"].as_str()),
        (403, Some("permission_denied: write_package"))
    );
}

#[test]
fn names_have_a_form() {
    for good in ["a/b", "a.b/c_d", "a__b/c--d"] {
        assert!(check_name(&DOCKER_HUB, good).is_ok(), "{good}");
    }
    for bad in [
        "A/b", "a", "a/b/c", "a./b", "a..b/c", "a___b/c", "-a/b", "a/", "a/b.-c", "é/b",
    ] {
        assert!(check_name(&DOCKER_HUB, bad).is_err(), "{bad}");
    }
    assert!(check_name(&GHCR, "a/b/c").is_ok());
    Talk::hub().refused("GET", "/v2/Owner/demo/tags/list", &[], b"", 400, "NAME_INVALID");
}

#[test]
fn uploads_are_in_order_and_of_their_digest() {
    let talk = Talk::hub();
    let begun = talk.send("POST", "/v2/owner/demo/blobs/uploads/", &[], b"");
    let first = begun.header("location").unwrap().replace(BASE, "");
    let reply = talk.send("PATCH", &first, &[("content-range", "0-2")], b"abc");
    assert_eq!((reply.status, reply.header("range")), (202, Some("0-2")));
    let second = reply.header("location").unwrap().replace(BASE, "");
    talk.refused(
        "PATCH",
        &first,
        &[("content-range", "3-5")],
        b"def",
        400,
        "BLOB_UPLOAD_INVALID",
    );
    let late = talk.send("PATCH", &second, &[("content-range", "6-8")], b"ghi");
    assert_eq!((late.status, late.header("range")), (416, Some("0-2")));
    talk.refused(
        "PATCH",
        &second,
        &[("content-range", "3-9")],
        b"def",
        400,
        "SIZE_INVALID",
    );
    let state = talk.send("GET", &first, &[], b"");
    assert_eq!((state.status, state.header("range")), (204, Some("0-2")));
    let done = talk.send(
        "PUT",
        &format!("{second}&digest={}", digest(b"abcdef")),
        &[],
        b"def",
    );
    assert_eq!(
        done.header("docker-content-digest"),
        Some(digest(b"abcdef").as_str())
    );
    talk.refused("GET", &second, &[], b"", 404, "BLOB_UPLOAD_UNKNOWN");
    let path = format!("/v2/owner/demo/blobs/{}", digest(b"abcdef"));
    let part = talk.send("GET", &path, &[("range", "bytes=2-3")], b"");
    assert_eq!((part.status, part.body.as_slice()), (206, b"cd".as_slice()));
    talk.refused("GET", &path, &[("range", "bytes=9-")], b"", 416, "RANGE_INVALID");
    let begun = talk.send("POST", "/v2/owner/demo/blobs/uploads/", &[], b"");
    let other = begun.header("location").unwrap().replace(BASE, "");
    talk.refused(
        "PUT",
        &format!("{other}&digest={}", digest(b"x")),
        &[],
        b"y",
        400,
        "DIGEST_INVALID",
    );
    talk.refused(
        "GET",
        &format!("/v2/owner/demo/blobs/{}", digest(b"y")),
        &[],
        b"",
        404,
        "BLOB_UNKNOWN",
    );
    assert_eq!(talk.send("DELETE", &path, &[], b"").status, 202);
    talk.refused("HEAD", &path, &[], b"", 404, "BLOB_UNKNOWN");
    talk.refused(
        "GET",
        "/v2/owner/demo/blobs/sha256:ab",
        &[],
        b"",
        400,
        "DIGEST_INVALID",
    );
}

#[test]
fn blobs_are_mounted_for_those_who_may_read_them() {
    let mut talk = Talk::hub();
    let digest = talk.blob(b"x");
    let path = format!("/v2/owner/other/blobs/uploads/?mount={digest}&from=owner/demo");
    talk.login("rehearsal", "DOCKERHUB_TOKEN", "repository:owner/other:push,pull");
    assert_eq!(talk.send("POST", &path, &[], b"").status, 202);
    talk.login(
        "rehearsal",
        "DOCKERHUB_TOKEN",
        "repository:owner/other:push,pull repository:owner/demo:pull",
    );
    let mounted = talk.send("POST", &path, &[], b"");
    assert_eq!(
        (mounted.status, mounted.header("docker-content-digest")),
        (201, Some(digest.as_str()))
    );
    assert_eq!(
        talk.send("HEAD", &format!("/v2/owner/other/blobs/{digest}"), &[], b"")
            .status,
        200
    );
}
