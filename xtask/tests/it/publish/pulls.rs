//! Pull requests at repositories of others: what all channels that open them share, and the local GitHub's side of it.

use serde_json::{Value, json};
use xtask::effect::http::{Answer, Http, Method, Request};
use xtask::effect::process::Program;
use xtask::twin::server::Logged;
use xtask::twin::{Twin, credential};

use crate::publish::fixture::Shop;
use crate::support::Run;

/// The release, published once for many tests of channels that point to it.
pub(crate) struct Released {
    _shop: Shop,
    web: String,
    _twin: Twin,
}

impl Released {
    /// A release that the public can download; `None` where the demo cannot be built.
    #[track_caller]
    pub(crate) fn open(test: &str) -> Option<Released> {
        let mut shop = Shop::open(test)?;
        let twin = shop.twin(&["github-releases"], &[]);
        let run = shop.publish(&["github-releases"]);
        assert_eq!(run.code, Some(0), "{}{}", run.text(), run.stderr);
        let web = twin.base("github", "github-releases").unwrap();
        Some(Released {
            _shop: shop,
            web,
            _twin: twin,
        })
    }

    /// Where it is downloaded from.
    pub(crate) fn web(&self) -> &str {
        &self.web
    }

    /// A shop with a GitHub of its own for one channel, which downloads the release from here.
    #[track_caller]
    pub(crate) fn case(&self, test: &str, channel: &'static str, faults: &str) -> Case {
        let mut shop = Shop::open(test).unwrap();
        let twin = shop.twin(&[channel], &[(channel, faults)]);
        shop.endpoint(&format!("{channel}.github-web"), &self.web);
        Case { shop, twin, channel }
    }
}

/// A shop, its twin, and the channel that is looked at.
pub(crate) struct Case {
    pub(crate) shop: Shop,
    pub(crate) twin: Twin,
    pub(crate) channel: &'static str,
}

impl Case {
    /// The API of the local GitHub with the token of a variable.
    pub(crate) fn hub(&self, variable: &str) -> Hub {
        Hub::new(&self.twin.base("github", self.channel).unwrap(), variable)
    }

    /// Waits until a request of this method whose path ends so was answered.
    pub(crate) fn wait_for(&self, method: &str, end: &str) {
        let is_it = |it: &Logged| it.method == method && it.path.ends_with(end);
        while !self.changes().iter().any(is_it) {
            std::thread::yield_now();
        }
    }

    /// Publishes, and expects this word in the table.
    #[track_caller]
    pub(crate) fn publishes(&self, expected: &str, more: &[&str]) -> Run {
        let run = crate::support::run(&self.shop.publishing(&[self.channel]).args(more));
        let text = run.text();
        let line = text.lines().find(|it| it.starts_with(self.channel));
        assert!(
            line.is_some_and(|it| it.contains(expected)),
            "not {expected}: {text}{}",
            run.stderr
        );
        assert_eq!(
            run.code,
            Some(i32::from(expected == "failed")),
            "{text}{}",
            run.stderr
        );
        run
    }

    /// The requests that change something, in their order, without those that were answered with an error.
    pub(crate) fn changes(&self) -> Vec<Logged> {
        let log = self.twin.servers.iter().flat_map(|it| it.server.log());
        log.filter(|it| !matches!(it.method.as_str(), "GET" | "HEAD"))
            .collect()
    }

    /// The methods and last segments of those that were accepted.
    pub(crate) fn accepted(&self) -> Vec<String> {
        let changes = self.changes().into_iter();
        let accepted = changes.filter(|it| (200..300).contains(&it.status));
        accepted
            .map(|it| format!("{} {}", it.method, it.path.rsplit('/').next().unwrap_or_default()))
            .collect()
    }
}

/// GitHub as somebody sees it.
pub(crate) struct Hub {
    http: Http,
    pub(crate) base: String,
    token: String,
}

impl Hub {
    /// The API below an address, with the token of a variable.
    pub(crate) fn new(base: &str, variable: &str) -> Hub {
        Hub {
            http: Http::new(),
            base: base.to_owned(),
            token: credential::of(variable),
        }
    }

    pub(crate) fn send(&self, method: Method, path: &str, document: Option<&Value>) -> Answer {
        let mut request = Request::new(method, format!("{}/api{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .accept("application/vnd.github+json");
        if let Some(document) = document {
            request = request.json(document);
        }
        self.http.send(&request).unwrap()
    }

    /// The document at a path, with this status.
    #[track_caller]
    pub(crate) fn ask(&self, method: Method, path: &str, document: Option<&Value>, status: u16) -> Value {
        let answer = self.send(method, path, document);
        assert_eq!(answer.status, status, "{method:?} {path}: {}", answer.text());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        self.ask(Method::Get, path, None, 200)
    }

    /// The message and texts of a refusal.
    #[track_caller]
    fn refused(&self, method: Method, path: &str, document: &Value, status: u16) -> String {
        let refusal = self.ask(method, path, Some(document), status);
        format!(
            "{} {}",
            refusal["message"].as_str().unwrap_or_default(),
            refusal["errors"]
        )
    }
}

/// Git without the settings of whoever runs the tests.
pub(crate) fn git(words: &[&str]) -> String {
    let outcome = Program::new("git")
        .args(words)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_NAME", "Somebody")
        .env("GIT_AUTHOR_EMAIL", "somebody@git.example")
        .env("GIT_COMMITTER_NAME", "Somebody")
        .env("GIT_COMMITTER_EMAIL", "somebody@git.example")
        .output(None)
        .unwrap();
    assert!(
        outcome.is_success(),
        "git {words:?}: {}",
        String::from_utf8_lossy(&outcome.stderr)
    );
    String::from_utf8(outcome.stdout).unwrap().trim().to_owned()
}

/// Where the twin keeps a repository.
pub(crate) fn on_disk(case: &Case, full: &str) -> String {
    let dir = case.twin.dir().join("github").join(format!("{full}.git"));
    dir.to_str().unwrap().to_owned()
}

/// The account of a rehearsal's tokens, and somebody else.
const OURS: &str = "WINGET_CREATE_GITHUB_TOKEN";
pub(crate) const STRANGER: &str = "GITHUB_STRANGERS_TOKEN";
pub(crate) const UPSTREAM: &str = "GITHUB_UPSTREAM_TOKEN";

/// The case of tests that need no release.
#[track_caller]
fn case(test: &str) -> Option<Case> {
    let mut shop = Shop::open(test)?;
    let twin = shop.twin(&["winget"], &[]);
    Some(Case {
        shop,
        twin,
        channel: "winget",
    })
}

/// Asks for a fork until it has its content.
#[track_caller]
pub(crate) fn fork(hub: &Hub, to: &str, branch: &str) -> String {
    let fork = hub.ask(Method::Post, &format!("/repos/{to}/forks"), None, 202);
    let full = fork["full_name"].as_str().unwrap().to_owned();
    let path = format!("/repos/{full}/git/ref/heads%2F{branch}");
    let statuses: Vec<u16> = (0..3)
        .map(|_| hub.send(Method::Get, &path, None).status)
        .collect();
    assert_eq!(statuses, [409, 409, 200], "a fork has its content after a while");
    full
}

/// Puts a file on the branch `topic` of a fork.
#[track_caller]
pub(crate) fn prepare(hub: &Hub, to: &str, onto: &str, file: (&str, &str)) -> String {
    let full = fork(hub, to, onto);
    let head = hub.get(&format!("/repos/{full}/git/ref/heads%2F{onto}"));
    let ours = json!({ "ref": "refs/heads/topic", "sha": head["object"]["sha"] });
    hub.ask(Method::Post, &format!("/repos/{full}/git/refs"), Some(&ours), 201);
    let content = base64(file.1);
    let change = json!({ "message": "A file", "content": content, "branch": "topic" });
    let path = xtask::protocol::github::client::segment(file.0);
    hub.ask(
        Method::Put,
        &format!("/repos/{full}/contents/{path}"),
        Some(&change),
        201,
    );
    full
}

/// Opens a pull request from the branch `topic` of a fork.
#[track_caller]
pub(crate) fn open(hub: &Hub, to: &str, onto: &str, full: &str, title: &str) -> Value {
    let owner = full.split('/').next().unwrap();
    let pull = json!({ "title": title, "head": format!("{owner}:topic"), "base": onto });
    hub.ask(Method::Post, &format!("/repos/{to}/pulls"), Some(&pull), 201)
}

/// Both.
#[track_caller]
pub(crate) fn propose(hub: &Hub, to: &str, onto: &str, file: (&str, &str), title: &str) -> Value {
    let full = prepare(hub, to, onto, file);
    open(hub, to, onto, &full, title)
}

pub(crate) fn base64(text: &str) -> String {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.encode(text)
}

#[test]
fn the_api_and_git_see_the_same_objects() {
    let Some(case) = case("the_api_and_git_see_the_same_objects") else {
        return;
    };
    let hub = case.hub(OURS);
    let full = fork(&hub, "microsoft/winget-pkgs", "master");
    let api = format!("/repos/{full}");
    let post =
        |rest: &str, document: &Value| hub.ask(Method::Post, &format!("{api}{rest}"), Some(document), 201);

    let blob = post(
        "/git/blobs",
        &json!({ "content": base64("hello\n"), "encoding": "base64" }),
    );
    assert_eq!(blob["sha"], "ce013625030ba8dba906f756967f9e9ca394464a");
    let head = hub.get(&format!("{api}/git/ref/heads%2Fmaster"))["object"]["sha"].clone();
    let commit = hub.get(&format!("{api}/git/commits/{}", head.as_str().unwrap()));
    let entry = json!({ "path": "a/hello", "mode": "100755", "type": "blob", "sha": blob["sha"] });
    let inline = json!({ "path": "b.txt", "mode": "100644", "type": "blob", "content": "b\n" });
    let gone = json!({ "path": "README.md", "mode": "100644", "type": "blob", "sha": null });
    let tree = json!({ "base_tree": commit["tree"]["sha"], "tree": [entry, inline, gone] });
    let tree = post("/git/trees", &tree);
    let message = "One\n\nTwo \u{fc}";
    let commit = json!({ "message": message, "tree": tree["sha"], "parents": [head] });
    let commit = post("/git/commits", &commit);
    post(
        "/git/refs",
        &json!({ "ref": "refs/heads/x/y", "sha": commit["sha"] }),
    );

    let dir = on_disk(&case, &full);
    let clone = case.shop.scratch.path().join("clone");
    let clone = clone.to_str().unwrap();
    git(&["clone", "--quiet", "--branch", "x/y", &dir, clone]);
    assert_eq!(
        git(&["-C", clone, "rev-parse", "HEAD"]),
        commit["sha"].as_str().unwrap()
    );
    assert_eq!(
        git(&["-C", clone, "rev-parse", "HEAD^{tree}"]),
        tree["sha"].as_str().unwrap()
    );
    assert_eq!(git(&["-C", clone, "log", "-1", "--format=%B"]), message);
    let listed = git(&["-C", clone, "ls-tree", "-r", "HEAD"]);
    assert!(
        listed.contains("100755 blob ce013625030ba8dba906f756967f9e9ca394464a\ta/hello"),
        "{listed}"
    );
    assert!(
        listed.contains("\tb.txt") && !listed.contains("README.md"),
        "{listed}"
    );
    git(&["-C", &dir, "fsck", "--strict"]);

    // And the other way: what git pushes, the API shows.
    git(&["-C", clone, "commit", "--quiet", "--allow-empty", "-m", "Three"]);
    git(&["-C", clone, "push", "--quiet", "origin", "HEAD"]);
    let pushed = git(&["-C", clone, "rev-parse", "HEAD"]);
    let shown = hub.get(&format!("{api}/git/ref/heads/x/y"));
    assert_eq!(shown["object"]["sha"], pushed);
    let shown = hub.get(&format!("{api}/contents/a%2Fhello?ref=x%2Fy"));
    assert_eq!(shown["content"], "aGVsbG8K\n");
}

#[test]
fn bad_objects_and_refs_are_refused() {
    let Some(case) = case("bad_objects_and_refs_are_refused") else {
        return;
    };
    let hub = case.hub(OURS);
    let full = fork(&hub, "microsoft/winget-pkgs", "master");
    let path = |rest: &str| format!("/repos/{full}{rest}");
    let zeros = "0".repeat(40);
    let head = hub.get(&path("/git/ref/heads/master"))["object"]["sha"].clone();
    let post = Method::Post;
    let cases = [
        (
            post,
            "/git/blobs",
            json!({ "content": "?", "encoding": "base64" }),
            "not valid Base64",
        ),
        (
            post,
            "/git/trees",
            json!({ "base_tree": zeros, "tree": [] }),
            "base_tree is not a valid tree oid",
        ),
        (
            post,
            "/git/trees",
            json!({ "tree": [{ "path": "x", "mode": "100644", "type": "blob", "sha": zeros }] }),
            "is not a valid blob",
        ),
        (
            post,
            "/git/trees",
            json!({ "tree": [{ "path": "../x", "mode": "100644", "type": "blob", "content": "" }] }),
            "malformed path",
        ),
        (
            post,
            "/git/commits",
            json!({ "message": "x", "tree": zeros, "parents": [] }),
            "Tree SHA does not exist",
        ),
        (
            post,
            "/git/refs",
            json!({ "ref": "refs/heads/x", "sha": zeros }),
            "Object does not exist",
        ),
        (
            post,
            "/git/refs",
            json!({ "ref": "heads/x", "sha": head }),
            "not a valid ref name",
        ),
        (
            post,
            "/git/refs",
            json!({ "ref": "refs/heads/a..b", "sha": head }),
            "not a valid ref name",
        ),
        (
            post,
            "/git/refs",
            json!({ "ref": "refs/heads/master", "sha": head }),
            "Reference already exists",
        ),
        (
            Method::Patch,
            "/git/refs/heads/none",
            json!({ "sha": head }),
            "Reference does not exist",
        ),
        (
            Method::Put,
            "/contents/README.md",
            json!({ "message": "x", "content": "" }),
            "\"sha\" wasn't supplied",
        ),
    ];
    for (method, rest, document, words) in cases {
        let said = hub.refused(method, &path(rest), &document, 422);
        assert!(said.contains(words), "{rest}: {said}");
    }
    let stale = json!({ "message": "x", "content": "", "sha": zeros });
    let said = hub.refused(Method::Put, &path("/contents/README.md"), &stale, 409);
    assert!(said.contains("README.md does not match"), "{said}");

    // What is no fast forward is only taken by force.
    let own = json!({ "message": "Ours", "content": base64("x"), "branch": "master" });
    let made = hub.ask(Method::Put, &path("/contents/x"), Some(&own), 201);
    let back = json!({ "sha": head });
    let said = hub.refused(Method::Patch, &path("/git/refs/heads/master"), &back, 422);
    assert!(said.contains("Update is not a fast forward"), "{said}");
    assert_eq!(
        hub.get(&path("/git/ref/heads/master"))["object"]["sha"],
        made["commit"]["sha"]
    );
    let forced = json!({ "sha": head, "force": true });
    hub.ask(Method::Patch, &path("/git/refs/heads/master"), Some(&forced), 200);

    // Nobody writes to what is not theirs, or without the permission.
    let blob = json!({ "content": "x" });
    case.hub(STRANGER).refused(post, &path("/git/blobs"), &blob, 404);
    case.hub("GITHUB_READ_ONLY_TOKEN")
        .refused(post, &path("/git/blobs"), &blob, 403);
    hub.refused(post, "/repos/microsoft/winget-pkgs/git/blobs", &blob, 404);
}

#[test]
fn pull_requests_live_and_end() {
    let Some(case) = case("pull_requests_live_and_end") else {
        return;
    };
    let (to, hub, upstream) = ("microsoft/winget-pkgs", case.hub(STRANGER), case.hub(UPSTREAM));
    let file = ("manifests/b/B/B/1.0.0/B.B.yaml", "b\n");
    let pull = propose(&hub, to, "master", file, "New version: B.B version 1.0.0");
    assert_eq!((&pull["number"], &pull["state"]), (&json!(1), &json!("open")));
    assert_eq!(pull["labels"][0]["name"], "New-Package");
    let pulls = format!("/repos/{to}/pulls");

    let open = |document: &Value| hub.refused(Method::Post, &pulls, document, 422);
    let mut wish = json!({ "title": "x", "head": "stranger:topic", "base": "master" });
    assert!(open(&wish).contains("A pull request already exists for stranger:topic."));
    wish["head"] = json!("stranger:none");
    assert!(open(&wish).contains("\"field\":\"head\""), "{}", open(&wish));
    wish["head"] = json!("stranger:master");
    assert!(open(&wish).contains("No commits between microsoft:master and stranger:master"));
    wish["base"] = json!("none");
    assert!(open(&wish).contains("\"field\":\"base\""));
    wish["title"] = json!("");
    assert!(open(&wish).contains("missing_field"));

    let label = json!({ "labels": ["Needs-Author-Feedback"] });
    let labels = format!("/repos/{to}/issues/1/labels");
    hub.refused(Method::Post, &labels, &label, 404);
    upstream.ask(Method::Post, &labels, Some(&label), 200);
    let query = "repo%3Amicrosoft%2Fwinget-pkgs%20is%3Apr%20is%3Aopen%20in%3Atitle%20%22B.B%22";
    let found = hub.get(&format!("/search/issues?q={query}"));
    assert_eq!(found["items"][0]["labels"][1]["name"], "Needs-Author-Feedback");

    hub.ask(
        Method::Patch,
        &format!("{pulls}/1"),
        Some(&json!({ "state": "closed" })),
        200,
    );
    assert_eq!(hub.get(&pulls), json!([]));
    hub.ask(
        Method::Patch,
        &format!("{pulls}/1"),
        Some(&json!({ "state": "open" })),
        200,
    );
    hub.refused(Method::Put, &format!("{pulls}/1/merge"), &json!({}), 404);
    upstream.ask(Method::Put, &format!("{pulls}/1/merge"), Some(&json!({})), 200);
    let pull = hub.get(&format!("{pulls}/1"));
    assert_eq!(
        (&pull["merged"], &pull["state"]),
        (&json!(true), &json!("closed"))
    );
    let there = hub.get(&format!("/repos/{to}/contents/{}", file.0));
    assert_eq!(there["content"], "Ygo=\n");
    upstream.refused(Method::Put, &format!("{pulls}/1/merge"), &json!({}), 405);

    // The fork is behind now, and catches up; with commits of its own they are joined.
    let sync = json!({ "branch": "master" });
    let path = "/repos/stranger/winget-pkgs/merge-upstream";
    assert_eq!(
        hub.ask(Method::Post, path, Some(&sync), 200)["merge_type"],
        "fast-forward"
    );
    assert_eq!(
        hub.ask(Method::Post, path, Some(&sync), 200)["merge_type"],
        "none"
    );
}

#[test]
fn homebrew_core_is_asked_when_a_person_wants_it() {
    const TEST: &str = "homebrew_core_is_asked_when_a_person_wants_it";
    const TOKEN: &str = "HOMEBREW_GITHUB_API_TOKEN";
    let Some(released) = Released::open(TEST) else {
        return;
    };
    let mut case = released.case(
        TEST,
        "homebrew",
        "POST:/api/repos/Homebrew/homebrew-core/pulls:stored502@1",
    );
    case.shop.variable(TOKEN, &credential::of(TOKEN));
    // Without the wish the tap alone is served, and the note says what a person does.
    let done = case.publishes("live", &[]);
    assert!(
        done.text().contains("demo 1.2.3 (new formula)"),
        "{}",
        done.text()
    );
    assert!(done.text().contains("--open-pr"), "{}", done.text());
    assert_eq!(
        case.hub(TOKEN).get("/repos/Homebrew/homebrew-core/pulls"),
        json!([])
    );

    let done = case.publishes("waiting", &["--open-pr"]);
    assert!(done.text().contains("homebrew-core/pull/1"), "{}", done.text());
    let pull = case.hub(TOKEN).get("/repos/Homebrew/homebrew-core/pulls/1");
    assert_eq!(pull["title"], "demo 1.2.3 (new formula)");
    assert_eq!(
        (&pull["base"]["ref"], &pull["changed_files"]),
        (&json!("main"), &json!(1))
    );
    let body = pull["body"].as_str().unwrap();
    assert!(
        body.contains("- [ ] AI was used") && !body.contains("[x]"),
        "{body}"
    );
    let dir = on_disk(&case, "owner/homebrew-core");
    let there = git(&["-C", &dir, "show", "demo-1.2.3:Formula/d/demo.rb"]);
    let ours = case.shop.dist.join("channels/homebrew/core/d/demo.rb");
    assert_eq!(there, xtask::effect::files::read_text(&ours).unwrap().trim());
    assert_eq!(
        git(&["-C", &dir, "log", "-1", "--format=%s", "demo-1.2.3"]),
        "demo 1.2.3 (new formula)"
    );
    let before = case.changes();
    case.publishes("waiting", &["--open-pr"]);
    assert_eq!(case.changes(), before, "nothing is sent twice");

    // Where the formula is there already, BrewTestBot asks for new versions.
    let mut case = released.case(TEST, "homebrew", "");
    case.shop.variable(TOKEN, &credential::of(TOKEN));
    let repositories = crate::publish::own_repository::repositories(&case.twin);
    let change = [("Formula/d/demo.rb", Some(&b"class Demo < Formula\nend\n"[..]))];
    repositories
        .write("Homebrew/homebrew-core", "main", &change, "demo 1.2.2")
        .unwrap();
    let done = case.publishes("waiting", &["--open-pr"]);
    assert!(done.text().contains("its own automation"), "{}", done.text());
    assert!(
        !case
            .accepted()
            .iter()
            .any(|it| it.contains("forks") || it.contains("pulls"))
    );
}

#[test]
fn what_may_not_be_sent_is_blocked_with_the_reason() {
    let Some(mut shop) = Shop::open("what_may_not_be_sent_is_blocked_with_the_reason") else {
        return;
    };
    let _twin = shop.twin(&["flathub", "nix"], &[]);
    let dry = ["--dry-run", "--open-pr"];
    let plan = crate::support::run(&shop.publishing(&["flathub", "nix"]).args(dry)).text();
    for words in [
        "blocked: nixpkgs: `pkgs/by-name/de/demo/package.nix` is not sent: its `cargoHash` is a fake",
        "blocked: nixpkgs: `pkgs/by-name/de/demo/package.nix` is not sent: it has no maintainer",
        "blocked: Flathub: blocked by policy: console application",
        "note: Flathub: the first submission is a person's",
    ] {
        assert!(plan.contains(words), "{words}\n{plan}");
    }
    assert!(!plan.contains("open the pull request"), "{plan}");
}
