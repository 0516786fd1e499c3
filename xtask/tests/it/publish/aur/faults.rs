//! What goes wrong on the way to the AUR: what may pass is tried again and committed once, what stays ends the run.

use super::{BASES, assert_served, open, outcome, published, repositories};

#[track_caller]
fn check(test: &str, faults: &str, ending: &str, words: &str) {
    let Some((shop, _twin, _web)) = open(test, faults) else {
        return;
    };
    let run = published(&shop);
    let told = format!("{faults}: {}{}", run.text(), run.stderr);
    if ending == "live" {
        assert_eq!(run.code, Some(0), "{told}");
        assert_eq!(outcome(&run)["outcome"], "live", "{told}");
        assert_served(&shop);
        for base in BASES {
            let git = repositories(&shop).git(base);
            let count = git.args(["rev-list", "--count", "master"]).read().unwrap();
            assert_eq!(count, "1", "{told}");
        }
    } else {
        assert_eq!(run.code, Some(1), "{told}");
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn what_may_pass_ends_live() {
    const TEST: &str = "publish::aur::faults::what_may_pass_ends_live";
    for faults in [
        "GET:/git/demo.git:503@1,GET:/git/demo-bin.git:reset@1",
        "POST:/git/demo.git/git-receive-pack:500@1,POST:/git/demo-bin.git/git-receive-pack:429@1",
        // The commit arrived, and nobody hears of it.
        "POST:/git/demo.git/git-receive-pack:stored502@1,POST:/git/demo-bin.git/git-receive-pack:truncate@1",
        "POST:/git/demo-bin.git/git-receive-pack:reset@1",
    ] {
        check(TEST, faults, "live", "");
    }
}

#[test]
fn what_stays_ends_the_run() {
    const TEST: &str = "publish::aur::faults::what_stays_ends_the_run";
    for (faults, words) in [
        (
            "GET:/git/demo.git:401@1*",
            "the server does not take the token (401)",
        ),
        ("GET:/git/demo.git:403@1*", "403"),
        (
            "GET:/git/demo.git:404@1*",
            "a fault of the twin: GET:/git/demo.git:404@1*",
        ),
        ("GET:/git/demo.git:redirect@1*", "demo.git"),
        ("POST:/git/demo.git/git-receive-pack:403@1*", "403"),
        ("POST:/git/demo.git/git-receive-pack:422@1*", "422"),
    ] {
        check(TEST, faults, "failed", words);
    }
}
