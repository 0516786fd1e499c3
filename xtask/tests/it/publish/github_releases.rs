//! Publishing to GitHub Releases: against real servers, the twin, and its faults.

mod faults;
mod judged;

use serde_json::{Value, json};
use xtask::effect::http::{Answer, Http, Method, Request};
use xtask::twin::server::Logged;
use xtask::twin::{Twin, credential};

use crate::publish::fixture::Shop;
use crate::support::Run;

pub(crate) const CHANNEL: &str = "github-releases";

/// GitHub as somebody with the token of a variable sees it.
pub(crate) struct Eye {
    http: Http,
    base: String,
    token: Option<String>,
}

impl Eye {
    /// As somebody with the token of a variable, or as nobody.
    pub(crate) fn new(twin: &Twin, variable: Option<&str>) -> Eye {
        Eye {
            http: Http::new(),
            base: twin.base("github", CHANNEL).unwrap(),
            token: variable.map(credential::of),
        }
    }

    fn ask(&self, method: Method, path: &str, document: Option<&Value>) -> Answer {
        let mut request = Request::new(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(document) = document {
            request = request.json(document);
        }
        self.http.send(&request).unwrap()
    }

    /// A path of the API, whose answer must be this.
    #[track_caller]
    pub(crate) fn api(&self, method: Method, path: &str, document: Option<&Value>, status: u16) -> Value {
        let answer = self.ask(method, &format!("/api/repos/owner/demo{path}"), document);
        assert_eq!(answer.status, status, "{}", answer.text());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// The status of a page.
    fn page(&self, path: &str) -> u16 {
        self.ask(Method::Get, path, None).status
    }
}

/// The requests that change something.
pub(crate) fn changes(twin: &Twin) -> Vec<Logged> {
    let log = twin.servers.iter().flat_map(|it| it.server.log());
    log.filter(|it| !matches!(it.method.as_str(), "GET" | "HEAD"))
        .collect()
}

#[track_caller]
fn outcome(run: &Run, expected: &str) {
    assert_eq!(
        run.code,
        Some(i32::from(expected == "failed")),
        "{}{}",
        run.text(),
        run.stderr
    );
    let text = run.text();
    let line = text
        .lines()
        .find(|it| it.starts_with(CHANNEL))
        .unwrap_or_default();
    assert!(line.contains(expected), "{text}{}", run.stderr);
}

#[test]
fn a_release_goes_out_once() {
    let Some(mut shop) = Shop::open("a_release_goes_out_once") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[]);
    let run = shop.publish(&[CHANNEL]);
    outcome(&run, "live");
    let planned = shop.planned(&[CHANNEL]);
    assert!(planned.len() > 20, "{planned:?}");
    for step in &planned {
        assert!(run.stderr.contains(step.as_str()), "{step}\n{}", run.stderr);
    }
    let sent = changes(&twin);
    assert_eq!(sent.len(), planned.len(), "each step is one request: {sent:?}");

    let release = Eye::new(&twin, None).api(Method::Get, "/releases/latest", None, 200);
    assert_eq!(release["tag_name"], "v1.2.3");
    assert_eq!(release["name"], "demo 1.2.3");
    assert_eq!(release["prerelease"], false);
    assert!(
        release["body"].as_str().unwrap().contains("The first release."),
        "{release}"
    );
    let assets = release["assets"].as_array().unwrap();
    assert_eq!(assets.len(), planned.len() - 2);

    let again = shop.publish(&[CHANNEL]);
    outcome(&again, "already there");
    assert_eq!(changes(&twin), sent, "nothing is sent twice");
}

#[test]
fn others_see_nothing_of_a_draft() {
    let Some(mut shop) = Shop::open("others_see_nothing_of_a_draft") else {
        return;
    };
    // The run ends when the publication is refused: everything is there, and a draft.
    let faults = "PATCH:422@1*";
    let twin = shop.twin(&[CHANNEL], &[(CHANNEL, faults)]);
    outcome(&shop.publish(&[CHANNEL]), "failed");
    let owner = Eye::new(&twin, Some("GITHUB_TOKEN"));
    let (stranger, nobody) = (
        Eye::new(&twin, Some("GITHUB_STRANGERS_TOKEN")),
        Eye::new(&twin, None),
    );
    let releases = owner.api(Method::Get, "/releases", None, 200);
    let draft = &releases[0];
    assert_eq!(draft["draft"], true);
    owner.api(Method::Get, "/releases/tags/v1.2.3", None, 404);
    for other in [&stranger, &nobody] {
        assert_eq!(other.api(Method::Get, "/releases", None, 200), json!([]));
        other.api(Method::Get, &format!("/releases/{}", draft["id"]), None, 404);
        other.api(Method::Get, "/releases/latest", None, 404);
    }
    let name = draft["assets"][0]["name"].as_str().unwrap();
    assert_eq!(
        nobody.page(&format!("/owner/demo/releases/download/v1.2.3/{name}")),
        404
    );
    owner.api(Method::Get, "/git/ref/tags/v1.2.3", None, 404);
}

#[test]
fn a_half_done_draft_is_resumed() {
    let Some(mut shop) = Shop::open("a_half_done_draft_is_resumed") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[(CHANNEL, "PATCH:422@1")]);
    outcome(&shop.publish(&[CHANNEL]), "failed");
    let owner = Eye::new(&twin, Some("GITHUB_TOKEN"));
    let draft = owner.api(Method::Get, "/releases", None, 200)[0].clone();
    // One asset is gone, and in the place of another lies something else.
    let (gone, other) = (&draft["assets"][0], &draft["assets"][1]);
    for asset in [gone, other] {
        owner.api(
            Method::Delete,
            &format!("/releases/assets/{}", asset["id"]),
            None,
            204,
        );
    }
    put_asset(&twin, &draft, other["name"].as_str().unwrap(), b"something else");
    let before = changes(&twin).len();
    outcome(&shop.publish(&[CHANNEL]), "live");
    let sent: Vec<String> = changes(&twin)[before..]
        .iter()
        .map(|it| it.method.clone())
        .collect();
    let count = |method: &str| sent.iter().filter(|it| *it == method).count();
    assert_eq!(
        (count("POST"), count("DELETE"), count("PATCH")),
        (2, 1, 1),
        "{sent:?}"
    );
    let release = owner.api(Method::Get, "/releases/tags/v1.2.3", None, 200);
    assert_eq!(release["id"], draft["id"], "no second release was made");
}

/// Sends an asset past the publisher.
fn put_asset(twin: &Twin, release: &Value, name: &str, bytes: &[u8]) {
    let url = format!(
        "{}/uploads/repos/owner/demo/releases/{}/assets?name={name}",
        twin.base("github", CHANNEL).unwrap(),
        release["id"]
    );
    let request = Request::post(url)
        .header(
            "authorization",
            format!("Bearer {}", credential::of("GITHUB_TOKEN")),
        )
        .bytes("application/octet-stream", bytes.to_vec());
    let answer = Http::new().send(&request).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
}

#[test]
fn other_bytes_under_a_published_name_are_left_alone() {
    let Some(mut shop) = Shop::open("other_bytes_under_a_published_name_are_left_alone") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[]);
    outcome(&shop.publish(&[CHANNEL]), "live");
    let owner = Eye::new(&twin, Some("GITHUB_TOKEN"));
    let release = owner.api(Method::Get, "/releases/latest", None, 200);
    let asset = &release["assets"][0];
    let (name, digest) = (asset["name"].as_str().unwrap(), asset["digest"].as_str().unwrap());
    owner.api(
        Method::Delete,
        &format!("/releases/assets/{}", asset["id"]),
        None,
        204,
    );

    // What is missing in a release that may be changed is added.
    let before = changes(&twin).len();
    outcome(&shop.publish(&[CHANNEL]), "live");
    assert_eq!(changes(&twin).len(), before + 1);

    let release = owner.api(Method::Get, "/releases/latest", None, 200);
    let there = release["assets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == name)
        .unwrap();
    owner.api(
        Method::Delete,
        &format!("/releases/assets/{}", there["id"]),
        None,
        204,
    );
    put_asset(&twin, &release, name, b"something else");
    let before = changes(&twin).len();
    let run = shop.publish(&[CHANNEL]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let other = format!("sha256:{}", xtask::digest::Sha256::of(b"something else"));
    for expected in [name, digest, other.as_str()] {
        assert!(run.stderr.contains(expected), "{expected}\n{}", run.stderr);
    }
    assert_eq!(changes(&twin).len(), before, "nothing was changed");
}

#[test]
fn an_immutable_release_stays_as_it_is() {
    let Some(mut shop) = Shop::open("an_immutable_release_stays_as_it_is") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[]);
    let owner = Eye::new(&twin, Some("GITHUB_TOKEN"));
    owner.api(Method::Put, "/immutable-releases", None, 204);
    // A release that somebody has published without one of the assets: nothing can be added any more.
    let commit = shop.world().commit.unwrap();
    let document = json!({ "tag_name": "v1.2.3", "target_commitish": commit, "draft": false });
    let release = owner.api(Method::Post, "/releases", Some(&document), 201);
    assert_eq!(release["immutable"], true);
    let before = changes(&twin).len();
    let run = shop.publish(&[CHANNEL]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("which is immutable: nothing can be added"),
        "{}",
        run.stderr
    );
    assert_eq!(changes(&twin).len(), before);
    // Nor can its tag be used again once it is gone.
    owner.api(Method::Delete, &format!("/releases/{}", release["id"]), None, 204);
    let run = shop.publish(&[CHANNEL]);
    outcome(&run, "failed");
    assert!(
        run.text().contains("tag_name was used by an immutable release"),
        "{}",
        run.text()
    );
    assert!(run.text().contains("publish the next version"), "{}", run.text());
}

#[test]
fn a_tag_at_another_commit_is_never_moved() {
    let Some(mut shop) = Shop::open("a_tag_at_another_commit_is_never_moved") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[]);
    let dir = twin.dir().join("github/owner/demo.git");
    let git = |words: &[&str]| {
        let program = xtask::effect::process::Program::new("git");
        program
            .env("GIT_DIR", &dir)
            .args(words)
            .read()
            .unwrap()
            .trim()
            .to_owned()
    };
    let tree = git(&["rev-parse", "main^{tree}"]);
    let identity = ["-c", "user.name=Demo", "-c", "user.email=demo@demo.example"];
    let commit = git(&[&identity[..], &["commit-tree", "-m", "Other", &tree]].concat());
    // An annotated tag: what it names is found through it.
    git(&[&identity[..], &["tag", "-a", "-m", "A tag", "v1.2.3", &commit]].concat());
    let run = shop.publish(&[CHANNEL]);
    assert_eq!(run.code, Some(1));
    for expected in [commit.as_str(), shop.world().commit.unwrap().as_str()] {
        assert!(run.stderr.contains(expected), "{expected}\n{}", run.stderr);
    }
    assert_eq!(changes(&twin), []);
}
