//! Publishing to WinGet: a pull request without a clone, against the local GitHub and GitHub's own description.

mod drills;

use std::path::Path;

use serde_json::{Value, json};
use xtask::effect::files;
use xtask::effect::http::Method;
use xtask::twin::credential;

use crate::publish::fixture::Shop;
use crate::publish::judged::Judged;
use crate::publish::pulls::{Case, Hub, Released, STRANGER, UPSTREAM, base64, fork, git, on_disk, propose};
use crate::support::run;

const CHANNEL: &str = "winget";
const TO: &str = "microsoft/winget-pkgs";
const OURS: &str = "WINGET_CREATE_GITHUB_TOKEN";
/// What an undisturbed run sends, in this order.
const ALL: &[&str] = &[
    "POST forks",
    "POST blobs",
    "POST blobs",
    "POST blobs",
    "POST trees",
    "POST commits",
    "POST refs",
    "POST pulls",
];

fn pull(case: &Case, number: u64) -> Value {
    case.hub(OURS).get(&format!("/repos/{TO}/pulls/{number}"))
}

/// How many pull requests there are in all.
fn count(case: &Case) -> usize {
    let all = case
        .hub(OURS)
        .get(&format!("/repos/{TO}/pulls?state=all&per_page=100"));
    all.as_array().unwrap().len()
}

/// The rendered manifests: paths in the repository and texts.
fn manifests(case: &Case) -> Vec<(String, String)> {
    let root = case.shop.dist.join("channels/winget");
    let mut found = Vec::new();
    walk(&root.join("manifests"), &root, &mut found);
    found.sort();
    assert_eq!(found.len(), 3, "{found:?}");
    found
}

fn walk(dir: &Path, root: &Path, found: &mut Vec<(String, String)>) {
    for path in files::list(dir).unwrap() {
        if path.is_dir() {
            walk(&path, root, found);
        } else {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            found.push((name, files::read_text(&path).unwrap()));
        }
    }
}

#[test]
fn a_version_is_proposed_once() {
    let Some(released) = Released::open("a_version_is_proposed_once") else {
        return;
    };
    let case = released.case("a_version_is_proposed_once", CHANNEL, "");
    let planned = case.shop.planned(&[CHANNEL]);
    let done = case.publishes("waiting", &[]);
    for step in &planned {
        assert!(done.stderr.contains(step.as_str()), "{step}\n{}", done.stderr);
    }
    assert_eq!(case.accepted(), ALL);
    assert!(done.text().contains("pull request #1: "), "{}", done.text());
    assert!(done.text().contains("New-Package"), "{}", done.text());

    let pull = pull(&case, 1);
    let manifests = manifests(&case);
    let (first, _) = &manifests[0];
    let folder = first.rsplit_once('/').unwrap().0;
    let parts: Vec<&str> = folder.split('/').skip(2).collect();
    let (version, id) = parts.split_last().unwrap();
    let id = id.join(".");
    assert_eq!(pull["title"], format!("New package: {id} version {version}"));
    assert_eq!(pull["head"]["label"], format!("owner:{id}-{version}"));
    assert_eq!(pull["base"]["ref"], "master");
    assert_eq!(pull["changed_files"], 3);

    // Real git gets the very files, as one commit on top of the others' newest.
    let clone = case.shop.scratch.path().join("clone");
    let clone = clone.to_str().unwrap();
    let dir = on_disk(&case, "owner/winget-pkgs");
    git(&[
        "clone",
        "--quiet",
        "--branch",
        &format!("{id}-{version}"),
        &dir,
        clone,
    ]);
    git(&["-C", &dir, "fsck", "--strict"]);
    for (path, text) in &manifests {
        assert_eq!(&files::read_text(&Path::new(clone).join(path)).unwrap(), text);
    }
    let changed = git(&["-C", clone, "diff", "--name-status", "origin/master", "HEAD"]);
    let expected: Vec<String> = manifests.iter().map(|it| format!("A\t{}", it.0)).collect();
    assert_eq!(changed.lines().collect::<Vec<_>>(), expected);
    let commits = git(&["-C", clone, "rev-list", "--count", "origin/master..HEAD"]);
    assert_eq!(commits, "1");

    let before = case.changes();
    case.publishes("waiting", &[]);
    assert_eq!(case.changes(), before, "nothing is sent twice");

    // Once it is merged there is nothing to do, not even when the fork is gone.
    case.hub(UPSTREAM).ask(
        Method::Put,
        &format!("/repos/{TO}/pulls/1/merge"),
        Some(&json!({})),
        200,
    );
    let before = case.changes();
    case.publishes("already there", &[]);
    assert_eq!(case.changes(), before);
}

#[test]
fn what_others_have_done_is_respected() {
    const TEST: &str = "what_others_have_done_is_respected";
    let Some(released) = Released::open(TEST) else {
        return;
    };

    // Somebody else's open pull request for the same version: ours is not opened.
    let case = released.case(TEST, CHANNEL, "");
    let (path, text) = manifests(&case).remove(0);
    let folder = path.rsplit_once('/').unwrap().0.to_owned();
    let parts: Vec<&str> = folder.split('/').skip(2).collect();
    let id = parts[..parts.len() - 1].join(".");
    let title = format!("New version: {id} version 1.2.3");
    propose(&case.hub(STRANGER), TO, "master", (&path, &text), &title);
    let done = case.publishes("waiting", &[]);
    assert!(
        done.text().contains("somebody else has opened pull request #1"),
        "{}",
        done.text()
    );
    assert_eq!(count(&case), 1);

    // It is merged: the version is there with other content. That is an error before any change.
    case.hub(UPSTREAM).ask(
        Method::Put,
        &format!("/repos/{TO}/pulls/1/merge"),
        Some(&json!({})),
        200,
    );
    let before = case.changes();
    let refused = case.shop.publish(&[CHANNEL]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("is not there, other files are"),
        "{}",
        refused.stderr
    );
    assert_eq!(case.changes(), before);

    // A file of ours with another content names both.
    let case = released.case(TEST, CHANNEL, "");
    propose(&case.hub(STRANGER), TO, "master", (&path, "other\n"), "Anything");
    case.hub(UPSTREAM).ask(
        Method::Put,
        &format!("/repos/{TO}/pulls/1/merge"),
        Some(&json!({})),
        200,
    );
    let refused = case.shop.publish(&[CHANNEL]);
    let other = "e45c9c2666d44e0327c1f9c239a74c508336053e";
    assert!(
        refused.stderr.contains(&format!("is there as {other}, ours is ")),
        "{}",
        refused.stderr
    );

    // A pull request of ours that was closed: another one is a person's decision.
    let case = released.case(TEST, CHANNEL, "");
    case.publishes("waiting", &[]);
    let close = json!({ "state": "closed" });
    case.hub(UPSTREAM)
        .ask(Method::Patch, &format!("/repos/{TO}/pulls/1"), Some(&close), 200);
    let before = case.changes();
    let done = case.publishes("waiting", &[]);
    assert!(
        done.text()
            .contains("pull request #1 was closed without being merged"),
        "{}",
        done.text()
    );
    assert_eq!(case.changes(), before);
    let done = case.publishes("waiting", &["--open-pr"]);
    assert!(done.text().contains("pull request #2: "), "{}", done.text());
    // Labels are told with what they ask for.
    let label = json!({ "labels": ["Needs-Author-Feedback"] });
    case.hub(UPSTREAM).ask(
        Method::Post,
        &format!("/repos/{TO}/issues/2/labels"),
        Some(&label),
        200,
    );
    let done = case.publishes("waiting", &[]);
    assert!(
        done.text().contains("it is closed 10 days after"),
        "{}",
        done.text()
    );
}

fn id(case: &Case) -> String {
    let (path, _) = manifests(case).remove(0);
    let parts: Vec<&str> = path.split('/').skip(2).collect();
    parts[..parts.len() - 2].join(".")
}

fn others(case: &Case) {
    let file = ("manifests/b/B/B/1.0.0/B.B.yaml", "b\n");
    propose(
        &case.hub(STRANGER),
        TO,
        "master",
        file,
        "New version: B.B version 1.0.0",
    );
}

fn merge_first(case: &Case) {
    case.hub(UPSTREAM).ask(
        Method::Put,
        &format!("/repos/{TO}/pulls/1/merge"),
        Some(&json!({})),
        200,
    );
}

#[test]
fn tokens_that_cannot_do_it_are_told() {
    const TEST: &str = "tokens_that_cannot_do_it_are_told";
    let Some(released) = Released::open(TEST) else {
        return;
    };
    let mut case = released.case(TEST, CHANNEL, "GET:/api/user:403@1*");
    let done = case.shop.publish(&[CHANNEL]);
    assert_eq!(done.code, Some(1));
    assert!(
        done.stderr.contains("make a classic token of an account"),
        "{}",
        done.stderr
    );
    assert!(case.changes().is_empty());
    case.shop.variable(OURS, "ghs_nobodys");
    let done = case.shop.publish(&[CHANNEL]);
    assert!(done.stderr.contains("Bad credentials"), "{}", done.stderr);
    assert!(!done.stderr.contains("ghs_nobodys"));
}

#[test]
fn all_that_is_asked_is_as_github_describes_it() {
    const TEST: &str = "all_that_is_asked_is_as_github_describes_it";
    let Some(released) = Released::open(TEST) else {
        return;
    };
    let mut shop = Shop::open(TEST).unwrap();
    let Some(judged) = Judged::open(&shop.world(), TEST) else {
        return;
    };
    let base = judged.base();
    shop.endpoint("winget.github", &format!("{base}/api"));
    shop.endpoint("winget.github-web", released.web());
    shop.variable(OURS, &credential::of(OURS));
    let publishes = || {
        let done = run(&shop.publishing(&[CHANNEL]));
        assert_eq!(judged.complaints(), Vec::<String>::new());
        assert!(done.ends(0).text().contains("waiting"));
    };
    // A fork that is behind, one that is made, and one that is there.
    let (ours, stranger) = (Hub::new(&base, OURS), Hub::new(&base, STRANGER));
    fork(&ours, TO, "master");
    let file = ("manifests/b/B/B/1.0.0/B.B.yaml", "b\n");
    propose(&stranger, TO, "master", file, "New version: B.B version 1.0.0");
    publishes();
    publishes();
    let hub = Hub::new(&base, OURS);
    let all = hub.get(&format!("/repos/{TO}/pulls?state=all"));
    assert_eq!(all.as_array().unwrap().len(), 2);
    hub.get(&format!("/repos/{TO}/pulls/2"));
    // Another content in the branch is replaced by one more commit.
    let branch = all[0]["head"]["ref"].as_str().unwrap();
    let listed = hub.get(&format!(
        "/repos/owner/winget-pkgs/git/trees/{branch}?recursive=1"
    ));
    let tree = listed["tree"].as_array().unwrap();
    let old = tree
        .iter()
        .find(|it| it["path"].as_str().unwrap().ends_with(".installer.yaml"))
        .unwrap();
    let change = json!({
        "message": "Old", "content": base64("old\n"), "branch": branch, "sha": old["sha"],
    });
    let path = xtask::protocol::github::client::segment(old["path"].as_str().unwrap());
    hub.ask(
        Method::Put,
        &format!("/repos/owner/winget-pkgs/contents/{path}"),
        Some(&change),
        200,
    );
    publishes();
    assert_eq!(judged.complaints(), Vec::<String>::new());
    assert!(
        judged.passed() > 60,
        "{} requests were looked at",
        judged.passed()
    );
}

#[test]
fn status_and_doctor_tell_what_is_there() {
    const TEST: &str = "status_and_doctor_tell_what_is_there";
    let Some(released) = Released::open(TEST) else {
        return;
    };
    let case = released.case(TEST, CHANNEL, "");
    let doctor = |expected: &[&str]| {
        let told = run(&case.shop.command(&["doctor", "--channel", CHANNEL])).text();
        for words in expected {
            assert!(told.contains(words), "{words}\n{told}");
        }
    };
    let id = id(&case);
    doctor(&[
        "the repository `microsoft/winget-pkgs` is there",
        "the token is that of the account `owner`",
        "there is no fork `owner/winget-pkgs` yet",
        &format!("the identifier `{id}` is free"),
        "contributor licence agreement",
    ]);
    case.publishes("waiting", &[]);
    let status = || {
        let program = case.shop.command(&["status", "--channel", CHANNEL, "--json"]);
        let told = run(&program);
        serde_json::from_str::<Value>(&told.text())
            .unwrap_or_else(|_| panic!("{}{}", told.text(), told.stderr))
    };
    let label = json!({ "labels": ["Needs-Author-Feedback"] });
    case.hub(UPSTREAM).ask(
        Method::Post,
        &format!("/repos/{TO}/issues/1/labels"),
        Some(&label),
        200,
    );
    let told = status().to_string();
    assert!(
        told.contains("pull request #1: ") && told.contains("1.2.3"),
        "{told}"
    );
    assert!(
        told.contains("an answer is waited for at pull request #1"),
        "{told}"
    );
    doctor(&["the fork `owner/winget-pkgs` is there and can be written to"]);
    case.hub(UPSTREAM).ask(
        Method::Put,
        &format!("/repos/{TO}/pulls/1/merge"),
        Some(&json!({})),
        200,
    );
    let told = status().to_string();
    assert!(
        told.contains("1.2.3") && !told.contains("pull request #1"),
        "{told}"
    );
}

#[test]
fn a_rehearsal_clones_the_pull_request_and_compares_its_installers() {
    let Some(shop) = Shop::open("a_rehearsal_clones_the_pull_request_and_compares_its_installers") else {
        return;
    };
    let words = ["--channel", "github-releases", "--channel", CHANNEL];
    let told = run(&shop.command(&["rehearse", "--json"]).args(words)).ends(0);
    let document: Value = serde_json::from_str(&told.text()).unwrap();
    let clients = document["clients"].as_array().unwrap();
    let row = clients.iter().find(|it| it["channel"] == CHANNEL).unwrap();
    assert_eq!(row["outcome"], "compared", "{row}");
    assert!(row["detail"].as_str().unwrap().contains("installers"), "{row}");
}
