//! The Cargo registry: crates go out by cargo, and the rendered bytes are what is served.

mod clients;
mod faults;
mod looks;
mod pair;
mod real;

use std::sync::atomic::{AtomicU64, Ordering};

use xtask::config::ArchiveForm;
use xtask::digest::Sha256;
use xtask::effect::files;
use xtask::effect::http::{Http, Request};
use xtask::pack::{Mode, Tree};
use xtask::twin::server::{Incoming, Reply, Server, Site};
use xtask::twin::{Twin, credential, fault::Faults};

use crate::publish::fixture::Shop;
use crate::support::Run;

const CHANNEL: &str = "crates-io";

/// The requests that changed something, or tried to.
fn changes(twin: &Twin) -> Vec<String> {
    let log = twin.servers[0].server.log().into_iter();
    let log = log.filter(|it| !matches!(it.method.as_str(), "GET" | "HEAD"));
    log.map(|it| format!("{} {} {}", it.method, it.path, it.status))
        .collect()
}

/// The digest of the rendered crate.
fn rendered(shop: &Shop) -> Sha256 {
    let path = shop.dist.join("channels/crates-io/demo-1.2.3.crate");
    Sha256::of(&files::read(&path).unwrap())
}

/// What the twin's index says of the demo; empty when it has none.
fn index(twin: &Twin) -> String {
    let base = twin.base("crates", CHANNEL).unwrap();
    let answer = Http::new()
        .send(&Request::get(format!("{base}/index/de/mo/demo")))
        .unwrap();
    if answer.status == 200 {
        answer.text()
    } else {
        String::new()
    }
}

#[track_caller]
fn ends(run: &Run, outcome: &str, code: i32) {
    assert_eq!(run.code, Some(code), "{}\n{}", run.text(), run.stderr);
    assert!(
        run.text().lines().any(|it| it.contains(outcome)),
        "{outcome}: {}",
        run.text()
    );
}

/// What cargo sends to a registry, made by hand: a crate `demo` of this text.
fn upload(name: &str, manifest: &str) -> Vec<u8> {
    let mut tree = Tree::new("demo-1.2.3");
    tree.add("Cargo.toml", Mode::Plain, manifest.as_bytes().to_vec())
        .unwrap();
    tree.add("src/lib.rs", Mode::Plain, Vec::new()).unwrap();
    let bytes = tree.archive(ArchiveForm::TarGz, 0).unwrap();
    let document =
        serde_json::json!({ "name": name, "vers": "1.2.3", "deps": [], "features": {} }).to_string();
    let length = |it: &[u8]| u32::try_from(it.len()).unwrap().to_le_bytes();
    [
        &length(document.as_bytes())[..],
        document.as_bytes(),
        &length(&bytes)[..],
        &bytes,
    ]
    .concat()
}

const MANIFEST: &str =
    "[package]\nname = \"demo\"\nversion = \"1.2.3\"\ndescription = \"Another\"\nlicense = \"MIT\"\n";

fn put(base: &str, token: Option<&str>, body: Vec<u8>) -> (u16, String) {
    let mut request =
        Request::put(format!("{base}/api/v1/crates/new")).bytes("application/octet-stream", body);
    if let Some(token) = token {
        request = request.header("authorization", token);
    }
    let answer = Http::new().send(&request).unwrap();
    (answer.status, answer.text())
}

#[test]
fn it_is_published_once_and_what_is_served_is_what_was_rendered() {
    let Some(mut shop) = Shop::open("crates_io::it_is_published_once") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[]);
    let planned = shop.planned(&[CHANNEL]);
    assert_eq!(planned.len(), 1, "{planned:?}");
    assert!(
        planned[0].starts_with("crates-io: publish demo-1.2.3.crate ("),
        "{planned:?}"
    );
    assert_eq!(index(&twin), "");
    let run = shop.publish(&[CHANNEL]);
    ends(&run, "live", 0);
    for step in &planned {
        assert!(run.stderr.contains(step), "{step}\n{}", run.stderr);
    }
    let line: serde_json::Value = serde_json::from_str(index(&twin).trim()).unwrap();
    assert_eq!(line["cksum"], rendered(&shop).to_string());
    let first = changes(&twin);
    assert_eq!(first, ["PUT /api/v1/crates/new 200"]);

    let again = shop.publish(&[CHANNEL]);
    ends(&again, "already there", 0);
    assert_eq!(changes(&twin), first);
    let receipt = files::read_text(&shop.dist.join("receipts/crates-io.json")).unwrap();
    assert!(receipt.contains(&rendered(&shop).to_string()), "{receipt}");
    let token = credential::of("CARGO_REGISTRY_TOKEN");
    for text in [&run.stderr, &again.stderr, &receipt] {
        assert!(!text.contains(&token), "{text}");
    }
}

#[test]
fn other_bytes_in_its_place_are_told_before_anything_is_sent() {
    let Some(mut shop) = Shop::open("crates_io::other_bytes") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[]);
    let base = twin.base("crates", CHANNEL).unwrap();
    let token = credential::of("CARGO_REGISTRY_TOKEN");
    assert_eq!(put(&base, Some(&token), upload("demo", MANIFEST)).0, 200);
    let theirs: serde_json::Value = serde_json::from_str(index(&twin).trim()).unwrap();
    let before = changes(&twin);
    let run = shop.publish(&[CHANNEL]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    for digest in [theirs["cksum"].as_str().unwrap(), &rendered(&shop).to_string()] {
        assert!(run.stderr.contains(digest), "{digest}\n{}", run.stderr);
    }
    assert_eq!(changes(&twin), before);

    // The same bytes, but yanked: nobody new would get them.
    let mut other = Shop::open("crates_io::other_bytes").unwrap();
    let twin = other.twin(&[CHANNEL], &[]);
    ends(&other.publish(&[CHANNEL]), "live", 0);
    let base = twin.base("crates", CHANNEL).unwrap();
    let yank =
        Request::delete(format!("{base}/api/v1/crates/demo/1.2.3/yank")).header("authorization", token);
    assert_eq!(Http::new().send(&yank).unwrap().status, 200);
    let run = other.publish(&[CHANNEL]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("cargo yank --undo demo@1.2.3"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_twin_refuses_what_the_registry_refuses() {
    let world = xtask::twin::World {
        dir: crate::support::scratch().path().to_owned(),
        repository: ("owner".to_owned(), "demo".to_owned()),
        others: Vec::new(),
        names: Vec::new(),
        root: None,
        version: "1.2.3".to_owned(),
        commit: None,
    };
    let twin = Twin::start(world, &[CHANNEL], &std::collections::BTreeMap::new(), 0).unwrap();
    let base = twin.base("crates", CHANNEL).unwrap();
    let token = credential::of("CARGO_REGISTRY_TOKEN");
    let check = |token: Option<&str>, body: Vec<u8>, status: u16, words: &str| {
        let (found, text) = put(&base, token, body);
        assert_eq!(found, status, "{words}: {text}");
        assert!(text.contains(words), "{words}: {text}");
    };
    let good = || upload("demo", MANIFEST);
    let with = |from: &str, to: &str| {
        assert!(MANIFEST.contains(from));
        upload("demo", &MANIFEST.replace(from, to))
    };
    check(None, good(), 403, "this action requires authentication");
    check(Some("other"), good(), 403, "authentication failed");
    check(Some("Basic x"), good(), 401, "unexpected authentication scheme");
    check(Some("cio_tp_other"), good(), 403, "Invalid authentication token");
    let token = Some(token.as_str());
    check(token, b"x".to_vec(), 400, "invalid metadata length");
    check(token, vec![0xff; 8], 413, "JSON metadata blob too large");
    check(token, good()[..120].to_vec(), 400, "invalid tarball length");
    check(token, upload("0demo", MANIFEST), 400, "cannot start with a digit");
    check(token, upload("other", MANIFEST), 400, "invalid path found");
    check(
        token,
        with("1.2.3", "1.2.4"),
        400,
        "does not match manifest version",
    );
    check(
        token,
        with("description = \"Another\"\nlicense = \"MIT\"\n", ""),
        400,
        "missing or empty metadata fields: description, license",
    );
    check(
        token,
        with("MIT", "Mine"),
        400,
        "unknown or invalid license expression",
    );
    let more = |text: &str| upload("demo", &format!("{MANIFEST}{text}\n"));
    check(
        token,
        more("homepage = \"x\""),
        400,
        "must begin with http:// or https://",
    );
    check(
        token,
        more("keywords = [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\"]"),
        400,
        "expected at most 5 keywords per crate",
    );
    check(token, more("keywords = [\"a b\"]"), 400, "is an invalid keyword");
    check(
        token,
        more("[dependencies]\nx = { path = \"../x\" }"),
        400,
        "wildcard (`*`) dependency constraints",
    );
    check(
        token,
        more("[target.x.dependencies.y]\nversion = \"1\"\nregistry-index = \"http://x\""),
        400,
        "Cross-registry dependencies are not permitted",
    );
    check(token, good(), 200, "\"warnings\"");
    check(token, good(), 400, "crate version `1.2.3` is already uploaded");
    let logged = twin.servers[0].server.log();
    assert!(logged.len() > 15);
    let get = |path: &str| Http::new().send(&Request::get(format!("{base}{path}"))).unwrap();
    let first = get("/index/de/mo/demo");
    let tag = first.header("etag").unwrap().to_owned();
    let again = Request::get(format!("{base}/index/de/mo/demo")).header("if-none-match", tag);
    assert_eq!(Http::new().send(&again).unwrap().status, 304);
    assert_eq!(get("/index/de/mo/other").status, 404);
    assert!(
        get("/api/v1/crates/demo/9.9.9")
            .text()
            .contains("does not have a version `9.9.9`")
    );
    assert!(
        get("/api/v1/crates/other")
            .text()
            .contains("crate `other` does not exist")
    );
}

/// The number of the next identity token: each is good for one exchange.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// An issuer of identity tokens, as GitHub Actions has one. Who signed them is not checked by the twin.
struct Issuer;

impl Site for Issuer {
    fn answer(&self, request: &Incoming, _: &str) -> Reply {
        use base64::Engine;
        use base64::prelude::BASE64_URL_SAFE_NO_PAD;
        if request.bearer() != Some("canary-of-the-job") {
            return Reply::text(401, "no");
        }
        let claims = serde_json::json!({
            "aud": request.argument("audience"),
            "jti": NEXT.fetch_add(1, Ordering::SeqCst).to_string(),
            "repository": "owner/demo",
            "event_name": "push",
        });
        let part = |it: &str| BASE64_URL_SAFE_NO_PAD.encode(it);
        let jwt = format!("{}.{}.{}", part("{}"), part(&claims.to_string()), part("x"));
        Reply::json(200, &serde_json::json!({ "value": jwt }))
    }
}

#[test]
fn trusted_publishing_takes_the_place_of_a_token() {
    let Some(mut shop) = Shop::open("crates_io::trusted_publishing") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[]);
    let issuer = Server::start(std::sync::Arc::new(Issuer), 0, Faults::none()).unwrap();
    shop.variable("CARGO_REGISTRY_TOKEN", "");
    shop.variable(
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        &format!("{}/?api=2", issuer.base()),
    );
    shop.variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-of-the-job");
    let run = shop.publish(&[CHANNEL]);
    ends(&run, "failed", 1);
    assert!(
        run.text().contains("do not support creating new crates"),
        "{}",
        run.text()
    );
    // An earlier version, by a token.
    let base = twin.base("crates", CHANNEL).unwrap();
    let manifest = MANIFEST.replace("1.2.3", "1.2.2");
    let mut tree = Tree::new("demo-1.2.2");
    tree.add("Cargo.toml", Mode::Plain, manifest.into_bytes())
        .unwrap();
    let bytes = tree.archive(ArchiveForm::TarGz, 0).unwrap();
    let document = br#"{"name":"demo","vers":"1.2.2","deps":[],"features":{}}"#;
    let length = |it: &[u8]| u32::try_from(it.len()).unwrap().to_le_bytes();
    let body = [&length(document)[..], document, &length(&bytes)[..], &bytes].concat();
    let token = credential::of("CARGO_REGISTRY_TOKEN");
    assert_eq!(put(&base, Some(&token), body).0, 200);
    let run = shop.publish(&[CHANNEL]);
    ends(&run, "live", 0);
    let log = changes(&twin);
    let tail: Vec<&str> = log.iter().rev().take(3).map(String::as_str).collect();
    assert_eq!(
        tail,
        [
            "DELETE /api/v1/trusted_publishing/tokens 204",
            "PUT /api/v1/crates/new 200",
            "POST /api/v1/trusted_publishing/tokens 200",
        ]
    );
    assert!(!run.stderr.contains("canary-of-the-job") && !run.stderr.contains("cio_tp_"));
}

#[test]
fn the_public_registry_is_known_by_cargo_alone() {
    let Some(mut shop) = Shop::open("crates_io::the_public_registry") else {
        return;
    };
    // Cargo's own tests put another address in the place of the public one by this variable.
    let twin = shop.twin(&[CHANNEL], &[]);
    let base = twin.base("crates", CHANNEL).unwrap();
    let mut public = Shop::open("crates_io::the_public_registry").unwrap();
    public.variable(
        "__CARGO_TEST_CRATES_IO_URL_DO_NOT_USE_THIS",
        &format!("sparse+{base}/index/"),
    );
    public.variable("CARGO_REGISTRY_TOKEN", &credential::of("CARGO_REGISTRY_TOKEN"));
    let planned = public.planned(&[CHANNEL]);
    assert!(
        planned[0].ends_with("by cargo to the public registry of crates"),
        "{planned:?}"
    );
    let run = public.publish(&[CHANNEL]);
    ends(&run, "live", 0);
    let line: serde_json::Value = serde_json::from_str(index(&twin).trim()).unwrap();
    assert_eq!(line["cksum"], rendered(&public).to_string());
    ends(&public.publish(&[CHANNEL]), "already there", 0);
}
