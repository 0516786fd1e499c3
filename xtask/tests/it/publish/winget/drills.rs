//! Runs that were interrupted, others who are faster, and faults: the end is one pull request with three files.

use serde_json::json;
use xtask::effect::http::Method;

use super::{ALL, CHANNEL, OURS, TO, count, id, manifests, merge_first, others, pull};
use crate::publish::pulls::{Case, Released, STRANGER, base64, fork, git, on_disk, open, prepare};
use crate::support::run;

/// What somebody does at GitHub.
type Deed = fn(&Case);

#[test]
fn a_half_done_run_is_finished() {
    const TEST: &str = "a_half_done_run_is_finished";
    let Some(released) = Released::open(TEST) else {
        return;
    };
    // What an earlier run has left behind, and what is sent after it.
    let cases: [(&str, Deed, &[&str]); 5] = [
        (
            "a fork",
            |case| drop(fork(&case.hub(OURS), TO, "master")),
            &ALL[1..],
        ),
        ("a fork that is behind", behind, &["POST merge-upstream"]),
        ("a fork with commits of its own", ahead, &["POST merge-upstream"]),
        ("objects", objects, &ALL[1..]),
        (
            "a branch with other content",
            branch,
            &["PATCH heads%2FOwner.Demo-1.2.3"],
        ),
    ];
    for (name, left, expected) in cases {
        let case = released.case(TEST, CHANNEL, "");
        left(&case);
        let before = case.accepted().len();
        case.publishes("waiting", &[]);
        let sent = case.accepted().split_off(before);
        if expected.len() > 1 {
            assert_eq!(sent, expected, "{name}");
        } else {
            let expected = expected[0].replace("Owner.Demo", &id(&case));
            assert!(sent.contains(&expected), "{name}: {sent:?}");
        }
        assert_eq!(
            count(&case),
            1 + usize::from(name == "a fork that is behind"),
            "{name}"
        );
        let number = count(&case) as u64;
        assert_eq!(pull(&case, number)["changed_files"], 3, "{name}");
        let dir = on_disk(&case, "owner/winget-pkgs");
        let branch = format!("{}-1.2.3", id(&case));
        let base = git(&["-C", &dir, "rev-parse", &format!("{branch}^")]);
        let newest = git(&["-C", &on_disk(&case, TO), "rev-parse", "master"]);
        assert_eq!(
            base, newest,
            "{name}: it begins at the newest commit of the others"
        );
    }
}
/// The others go on after the fork was made.
fn behind(case: &Case) {
    fork(&case.hub(OURS), TO, "master");
    others(case);
    merge_first(case);
}

fn ahead(case: &Case) {
    let hub = case.hub(OURS);
    fork(&hub, TO, "master");
    let change = json!({ "message": "Mine", "content": base64("mine\n"), "branch": "master" });
    hub.ask(
        Method::Put,
        "/repos/owner/winget-pkgs/contents/mine",
        Some(&change),
        201,
    );
}

/// Objects without a branch: what a run leaves that ended before its last request.
fn objects(case: &Case) {
    let hub = case.hub(OURS);
    fork(&hub, TO, "master");
    for (_, text) in manifests(case) {
        let blob = json!({ "content": text, "encoding": "utf-8" });
        hub.ask(
            Method::Post,
            "/repos/owner/winget-pkgs/git/blobs",
            Some(&blob),
            201,
        );
    }
}

fn branch(case: &Case) {
    let hub = case.hub(OURS);
    fork(&hub, TO, "master");
    let head = hub.get("/repos/owner/winget-pkgs/git/ref/heads/master")["object"]["sha"].clone();
    let name = format!("{}-1.2.3", id(case));
    let made = json!({ "ref": format!("refs/heads/{name}"), "sha": head });
    hub.ask(
        Method::Post,
        "/repos/owner/winget-pkgs/git/refs",
        Some(&made),
        201,
    );
    let (path, _) = manifests(case).remove(0);
    let change = json!({ "message": "Old", "content": base64("old\n"), "branch": name });
    hub.ask(
        Method::Put,
        &format!("/repos/owner/winget-pkgs/contents/{path}"),
        Some(&change),
        201,
    );
}

#[test]
fn an_open_pull_request_follows_the_manifests() {
    const TEST: &str = "an_open_pull_request_follows_the_manifests";
    let Some(released) = Released::open(TEST) else {
        return;
    };
    let case = released.case(TEST, CHANNEL, "");
    case.publishes("waiting", &[]);
    // The branch gets another content and a file that is none of ours, as an older rendering would have left it.
    let hub = case.hub(OURS);
    let name = format!("{}-1.2.3", id(&case));
    let folder = manifests(&case)[0].0.rsplit_once('/').unwrap().0.to_owned();
    let change = json!({ "message": "Old", "content": base64("old\n"), "branch": name });
    let path = format!("/repos/owner/winget-pkgs/contents/{folder}/old.yaml");
    hub.ask(Method::Put, &path, Some(&change), 201);
    let before = case.accepted().len();
    let moved = hub.get(&format!("/repos/owner/winget-pkgs/git/ref/heads/{name}"));

    let done = case.publishes("waiting", &[]);
    assert!(done.text().contains("pull request #1: "), "{}", done.text());
    let sent = case.accepted().split_off(before);
    assert_eq!(sent.last().unwrap(), &format!("PATCH heads%2F{name}"), "{sent:?}");
    assert_eq!(count(&case), 1);
    assert_eq!(pull(&case, 1)["changed_files"], 3);
    let dir = on_disk(&case, "owner/winget-pkgs");
    let parent = git(&["-C", &dir, "rev-parse", &format!("{name}^")]);
    assert_eq!(
        parent,
        moved["object"]["sha"].as_str().unwrap(),
        "reviewers see a commit more"
    );
}
#[test]
fn faults_that_pass_are_waited_for_and_others_are_told() {
    const TEST: &str = "faults_that_pass_are_waited_for_and_others_are_told";
    let Some(released) = Released::open(TEST) else {
        return;
    };
    let api = "/api/repos/microsoft/winget-pkgs";
    let fork = "/api/repos/owner/winget-pkgs";
    // What goes wrong, and the words of the failure; none where it passes.
    let cases: &[(String, Option<&str>)] = &[
        (
            format!("POST:{api}/forks:503@1,POST:{fork}/git/blobs:stored502@1"),
            None,
        ),
        (
            format!("POST:{fork}/git/trees:reset@1,POST:{fork}/git/commits:truncate@1"),
            None,
        ),
        (
            format!("POST:{fork}/git/refs:stored502@1,POST:{api}/pulls:stored502@1"),
            None,
        ),
        (
            format!("POST:{api}/pulls:500@1,POST:{api}/forks:stored502@1"),
            None,
        ),
        (
            format!("POST:{fork}/git/:digest@1,POST:{fork}/git/refs:429@1:retry-after=0"),
            None,
        ),
        (
            format!("POST:{fork}/git/commits:digest@1,POST:{fork}/git/trees:429@1"),
            None,
        ),
        (
            format!("GET:{api}/pulls:503@1,GET:/api/search:403@1:retry-after=0,GET:/api/user:reset@1"),
            None,
        ),
        (
            format!("GET:{api}/contents:500@1,GET:{fork}:truncate@1,POST:{api}/pulls:reset@1"),
            None,
        ),
        (format!("POST:{api}/forks:403@1*"), Some("403")),
        (format!("POST:{fork}/git/blobs:422@1*"), Some("422")),
        (format!("POST:{fork}/git/refs:409@1*"), Some("409")),
        (format!("POST:{api}/pulls:404@1*"), Some("404")),
        (format!("POST:{api}/pulls:401@1*"), Some("401")),
        (format!("POST:{api}/pulls:redirect@1*"), Some("redirect")),
        (format!("POST:{api}/pulls:503@1*"), Some("503")),
    ];
    for (faults, words) in cases {
        let case = released.case(TEST, CHANNEL, faults);
        match words {
            None => {
                case.publishes("waiting", &[]);
                assert_eq!(count(&case), 1, "{faults}");
                assert_eq!(pull(&case, 1)["changed_files"], 3, "{faults}");
            }
            Some(words) => {
                let done = case.publishes("failed", &[]);
                assert!(
                    done.text().contains(words) || done.stderr.contains(words),
                    "{faults}: {}",
                    done.text()
                );
                assert_eq!(count(&case), 0, "{faults}");
            }
        }
        let dir = on_disk(&case, "owner/winget-pkgs");
        if words.is_none() {
            let branch = format!("{}-1.2.3", id(&case));
            let commits = git(&["-C", &dir, "rev-list", "--count", &format!("master..{branch}")]);
            assert_eq!(commits, "1", "{faults}");
        }
    }
}
#[test]
fn others_who_are_faster_do_no_harm() {
    const TEST: &str = "others_who_are_faster_do_no_harm";
    let Some(released) = Released::open(TEST) else {
        return;
    };
    // While the commit of ours is on its way, somebody does something.
    let late = "POST:/api/repos/owner/winget-pkgs/git/commits:slow=1500@1";
    let cases: [(&str, Deed, Deed, usize); 3] = [
        ("the branch is made with other content", |_| (), branch_again, 1),
        (
            "a pull request for the same version is opened",
            files_of_a_rival,
            rival,
            1,
        ),
        ("the others go on", others, merge_first, 2),
    ];
    for (name, before, then, expected) in cases {
        let case = released.case(TEST, CHANNEL, late);
        before(&case);
        let program = case.shop.publishing(&[CHANNEL]);
        let ended = std::thread::scope(|scope| {
            let ours = scope.spawn(|| run(&program));
            case.wait_for("POST", "/owner/winget-pkgs/git/trees");
            then(&case);
            ours.join().unwrap()
        });
        assert_eq!(ended.code, Some(0), "{name}: {}", ended.stderr);
        assert!(ended.text().contains("waiting"), "{name}: {}", ended.text());
        assert_eq!(count(&case), expected, "{name}");
        let is_rival = name.contains("same version");
        assert_eq!(
            ended.text().contains("somebody else has opened"),
            is_rival,
            "{name}: {}",
            ended.text()
        );
        if !is_rival {
            let number = count(&case) as u64;
            assert_eq!(pull(&case, number)["changed_files"], 3, "{name}");
        }
        let before = case.changes();
        case.publishes("waiting", &[]);
        assert_eq!(case.changes(), before, "{name}: nothing is sent twice");
    }
}

/// The same branch, made while the fork is there already.
fn branch_again(case: &Case) {
    let hub = case.hub(OURS);
    let head = hub.get("/repos/owner/winget-pkgs/git/ref/heads/master")["object"]["sha"].clone();
    let made = json!({ "ref": format!("refs/heads/{}-1.2.3", id(case)), "sha": head });
    hub.ask(
        Method::Post,
        "/repos/owner/winget-pkgs/git/refs",
        Some(&made),
        201,
    );
}

fn files_of_a_rival(case: &Case) {
    let (path, text) = manifests(case).remove(0);
    prepare(&case.hub(STRANGER), TO, "master", (&path, &text));
}

fn rival(case: &Case) {
    let title = format!("New package: {} version 1.2.3", id(case));
    open(&case.hub(STRANGER), TO, "master", "stranger/winget-pkgs", &title);
}
