//! The local GitHub refuses what the real one refuses, in its words.

use serde_json::{Value, json};
use xtask::effect::http::{Http, Method, Request};
use xtask::twin::fault::Faults;
use xtask::twin::server::Server;
use xtask::twin::{SITES, World, credential};

use crate::support::scratch;

/// A local GitHub with a repository that was made up.
fn server(dir: &std::path::Path) -> Server {
    let world = World {
        dir: dir.to_owned(),
        repository: ("owner".to_owned(), "demo".to_owned()),
        root: None,
        version: "1.2.3".to_owned(),
        names: Vec::new(),
        others: Vec::new(),
        commit: None,
    };
    let row = SITES.iter().find(|it| it.name == "github").unwrap();
    Server::start((row.open)(&world).unwrap(), 0, Faults::none()).unwrap()
}

#[test]
fn releases() {
    let scratch = scratch();
    let server = server(scratch.path());
    let post = |variable: Option<&str>, document: &Value| {
        super::ask(
            &server.base(),
            variable,
            Method::Post,
            "/releases",
            Some(document),
        )
    };
    let owner = Some("GITHUB_TOKEN");
    assert_eq!(post(owner, &json!({ "tag_name": "v1.0.0" })).0, 201);
    let flaw = |field: &str, code: &str| json!([{ "resource": "Release", "code": code, "field": field }]);
    let words = |field: &str, words: &str| json!([{ "resource": "Release", "code": "custom", "field": field, "message": words }]);
    for (document, errors) in [
        (
            json!({ "tag_name": "v1.0.0" }),
            flaw("tag_name", "already_exists"),
        ),
        (
            json!({ "tag_name": "v1.0.0", "draft": true }),
            flaw("tag_name", "already_exists"),
        ),
        (
            json!({ "tag_name": "a b" }),
            words("tag_name", "tag_name is not well-formed"),
        ),
        (
            json!({ "tag_name": "v2.0.0", "target_commitish": "0".repeat(40) }),
            flaw("target_commitish", "invalid"),
        ),
        (
            json!({ "tag_name": "v2.0.0", "make_latest": "no" }),
            flaw("make_latest", "invalid"),
        ),
        (
            json!({ "tag_name": "v2.0.0", "body": "x".repeat(125_001) }),
            words("body", "body is too long (maximum is 125000 characters)"),
        ),
        (
            json!({ "tag_name": "v2.0.0", "prerelease": true, "make_latest": "true" }),
            words("make_latest", "Latest release cannot be draft or prerelease"),
        ),
    ] {
        let (status, answer) = post(owner, &document);
        assert_eq!(
            (status, &answer["message"]),
            (422, &json!("Validation Failed")),
            "{answer}"
        );
        assert_eq!(answer["errors"], errors);
    }
    let document = json!({ "tag_name": "v2.0.0" });
    for (variable, document, status, message) in [
        (
            owner,
            &json!({}),
            422,
            "Invalid request.\n\n\"tag_name\" wasn't supplied.",
        ),
        (
            owner,
            &json!({ "tag_name": "v2.0.0", "make_latest": true }),
            422,
            "Invalid request.\n\nFor 'properties/make_latest', true is not a string.",
        ),
        (None, &document, 404, "Not Found"),
        (Some("GITHUB_STRANGERS_TOKEN"), &document, 404, "Not Found"),
        (
            Some("GITHUB_READ_ONLY_TOKEN"),
            &document,
            403,
            "Resource not accessible by personal access token",
        ),
        (Some("NO_TOKEN_OF_ANYBODY"), &document, 401, "Bad credentials"),
    ] {
        let (found, answer) = post(variable, document);
        assert_eq!((found, answer["message"].as_str()), (status, Some(message)));
    }
}

#[test]
fn uploads() {
    let scratch = scratch();
    let server = server(scratch.path());
    let base = server.base();
    let document = json!({ "tag_name": "v1.0.0", "draft": true });
    let (_, draft) = super::ask(
        &base,
        Some("GITHUB_TOKEN"),
        Method::Post,
        "/releases",
        Some(&document),
    );
    let send = |query: &str, bytes: &[u8]| {
        let url = format!(
            "{base}/uploads/repos/owner/demo/releases/{}/assets{query}",
            draft["id"]
        );
        let request = Request::post(url)
            .header("authorization", format!("token {}", credential::of("GH_TOKEN")))
            .bytes("text/plain", bytes.to_vec());
        let answer = Http::new().send(&request).unwrap();
        (answer.status, answer.json::<Value>().unwrap())
    };
    let (status, asset) = send("?name=a%20b~c.txt&label=A%20file", b"bytes");
    assert_eq!((status, asset["name"].as_str()), (201, Some("a.b.c.txt")));
    assert_eq!(
        (asset["label"].as_str(), asset["size"].as_u64()),
        (Some("A file"), Some(5))
    );
    let digest = format!("sha256:{}", xtask::digest::Sha256::of(b"bytes"));
    assert_eq!(asset["digest"], json!(digest));
    for (query, bytes, status, expected) in [
        ("?name=a.b.c.txt", &b"x"[..], 422, "already_exists"),
        ("", b"x", 422, "missing_field"),
        ("?name=empty.txt", b"", 400, "Bad Content-Length"),
    ] {
        let (found, answer) = send(query, bytes);
        assert_eq!(found, status, "{answer}");
        assert!(answer.to_string().contains(expected), "{answer}");
    }
}

#[test]
fn lists_have_pages_and_limits_are_told() {
    let scratch = scratch();
    let server = server(scratch.path());
    let base = server.base();
    for number in 0..5 {
        let document = json!({ "tag_name": format!("v1.0.{number}"), "draft": true });
        super::ask(
            &base,
            Some("GITHUB_TOKEN"),
            Method::Post,
            "/releases",
            Some(&document),
        );
    }
    let request = Request::get(format!("{base}/api/repos/owner/demo/releases?per_page=2&page=2")).header(
        "authorization",
        format!("Bearer {}", credential::of("GITHUB_TOKEN")),
    );
    let answer = Http::new().send(&request).unwrap();
    assert_eq!(answer.json::<Vec<Value>>().unwrap().len(), 2);
    let link = answer.header("link").unwrap();
    for rel in ["rel=\"prev\"", "rel=\"next\"", "rel=\"last\"", "rel=\"first\""] {
        assert!(link.contains(rel), "{link}");
    }
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("4994"));
    // Without a token it is sixty an hour.
    let statuses: Vec<u16> = (0..61)
        .map(|_| super::ask(&base, None, Method::Get, "", None).0)
        .collect();
    assert_eq!((statuses[59], statuses[60]), (200, 403));
}
