//! AUR: the real program against the twin, and against a real sshd with the server's rules behind it.

mod faults;
mod rules;
mod ssh;

use std::path::PathBuf;
use std::sync::Arc;

use xtask::digest::Sha256;
use xtask::effect::files;
use xtask::twin::Twin;
use xtask::twin::fault::Faults;
use xtask::twin::git::Repositories;
use xtask::twin::server::{Incoming, Logged, Reply, Server, Site};

use crate::publish::fixture::Shop;
use crate::support::{Run, run};

/// The artifacts of a release at the addresses that recipes cite.
struct Downloads {
    dist: PathBuf,
}

impl Site for Downloads {
    fn answer(&self, request: &Incoming, _: &str) -> Reply {
        let name = request.segments().pop().unwrap_or_default();
        match files::read(&self.dist.join(name)) {
            Ok(bytes) => Reply::bytes(200, Some("application/octet-stream"), bytes),
            Err(_) => Reply::text(404, "Not Found"),
        }
    }
}

/// A shop and an AUR, with the release served to whoever downloads; `None` where the demo cannot be built.
#[track_caller]
pub(super) fn open(test: &str, faults: &str) -> Option<(Shop, Twin, Server)> {
    let mut shop = Shop::open(test)?;
    let downloads = Downloads {
        dist: shop.dist.clone(),
    };
    let twin = shop.twin(&["aur"], &[("aur", faults)]);
    let web = Server::start(Arc::new(downloads), 0, Faults::none()).unwrap();
    shop.endpoint("aur.github-web", &web.base());
    Some((shop, twin, web))
}

#[track_caller]
pub(super) fn published(shop: &Shop) -> Run {
    run(&shop.publishing(&["aur"]).arg("--json"))
}

/// How a run has ended for the channel.
#[track_caller]
pub(super) fn outcome(run: &Run) -> serde_json::Value {
    run.json()["channels"][0].clone()
}

/// The repositories of the twin.
pub(super) fn repositories(shop: &Shop) -> Repositories {
    Repositories::new(&shop.world().dir.join("aur")).unwrap()
}

/// The requests that reached the AUR.
pub(super) fn log(twin: &Twin) -> Vec<Logged> {
    let found = twin.servers.iter().find(|it| it.row.name == "aur").unwrap();
    found.server.log()
}

/// The requests that may change something.
pub(super) fn changing(log: &[Logged]) -> usize {
    let is_push = |it: &&Logged| it.method == "POST" && it.path.ends_with("/git-receive-pack");
    log.iter().filter(is_push).count()
}

pub(super) const BASES: &[&str] = &["demo", "demo-bin"];

/// Holds what the repositories have against what was rendered.
#[track_caller]
pub(super) fn assert_served(shop: &Shop) {
    let repositories = repositories(shop);
    for base in BASES {
        let dir = shop.dist.join("channels/aur").join(base);
        for path in files::list(&dir).unwrap() {
            let name = path.file_name().unwrap().to_str().unwrap();
            let there = repositories.read(base, "refs/heads/master", name).unwrap();
            let ours = files::read(&path).unwrap();
            assert_eq!(
                there.map(|it| Sha256::of(&it)),
                Some(Sha256::of(&ours)),
                "{base}/{name}"
            );
        }
    }
}

#[test]
fn a_release_goes_live_once() {
    const TEST: &str = "publish::aur::a_release_goes_live_once";
    let Some((shop, twin, _web)) = open(TEST, "") else {
        return;
    };
    let planned = shop.planned(&["aur"]);
    let commits = planned.iter().filter(|it| it.starts_with("aur: commit ")).count();
    assert_eq!(commits, BASES.len(), "{planned:?}");
    assert!(
        planned[planned.len() - commits - 1].contains("wait until "),
        "{planned:?}"
    );

    let first = published(&shop).ends(0);
    assert_eq!(outcome(&first)["outcome"], "live", "{}", first.stderr);
    for step in &planned {
        assert!(first.stderr.contains(step), "{step}\n{}", first.stderr);
    }
    assert_eq!(changing(&log(&twin)), BASES.len());
    assert_served(&shop);

    let before = log(&twin).len();
    let again = published(&shop).ends(0);
    assert_eq!(outcome(&again)["outcome"], "already-there", "{}", again.stderr);
    assert_eq!(changing(&log(&twin)[before..]), 0);
    let count = |base| {
        let git = repositories(&shop).git(base);
        git.args(["rev-list", "--count", "master"]).read().unwrap()
    };
    assert_eq!([count("demo"), count("demo-bin")], ["1", "1"]);
}

#[test]
fn half_of_it_is_completed() {
    const TEST: &str = "publish::aur::half_of_it_is_completed";
    let Some((shop, twin, _web)) = open(TEST, "") else {
        return;
    };
    // A run that ended after one of two repositories.
    published(&shop).ends(0);
    let git = repositories(&shop).git("demo-bin");
    git.args(["update-ref", "-d", "refs/heads/master"])
        .read()
        .unwrap();
    let before = log(&twin).len();
    let again = published(&shop).ends(0);
    let row = outcome(&again);
    assert_eq!(
        (&row["outcome"], &row["made"]),
        (&"live".into(), &1.into()),
        "{}",
        again.stderr
    );
    assert_eq!(changing(&log(&twin)[before..]), 1);
    assert_served(&shop);
}

#[test]
fn an_older_version_is_followed_and_a_newer_one_stays() {
    const TEST: &str = "publish::aur::an_older_version_is_followed_and_a_newer_one_stays";
    let Some((shop, twin, _web)) = open(TEST, "") else {
        return;
    };
    let at = |version: &str| {
        let info =
            format!("pkgbase = demo\n\tpkgver = {version}\n\tpkgrel = 1\n\tarch = any\n\npkgname = demo\n");
        let files: [(&str, Option<&[u8]>); 2] = [
            ("PKGBUILD", Some(b"# theirs\n")),
            (".SRCINFO", Some(info.as_bytes())),
        ];
        let repositories = repositories(&shop);
        repositories.create("demo", "master").unwrap();
        repositories
            .write("demo", "master", &files, "Somebody's")
            .unwrap();
    };
    at("1.2.2");
    let first = published(&shop).ends(0);
    assert_eq!(outcome(&first)["outcome"], "live", "{}", first.stderr);
    assert_served(&shop);

    at("1.3.0");
    let before = log(&twin).len();
    let refused = published(&shop).ends(1);
    assert!(
        refused
            .stderr
            .contains("is at 1.3.0-1 already, which is newer than 1.2.3-1"),
        "{}",
        refused.stderr
    );
    assert_eq!(changing(&log(&twin)[before..]), 0);
}

#[test]
fn the_same_version_with_another_content_wants_a_higher_pkgrel() {
    const TEST: &str = "publish::aur::the_same_version_with_another_content_wants_a_higher_pkgrel";
    let Some((shop, twin, _web)) = open(TEST, "") else {
        return;
    };
    published(&shop).ends(0);
    let repositories = repositories(&shop);
    let files: [(&str, Option<&[u8]>); 1] = [("PKGBUILD", Some(b"# another recipe\n"))];
    repositories
        .write("demo-bin", "master", &files, "Mended")
        .unwrap();
    let before = log(&twin).len();
    let refused = published(&shop).ends(1);
    assert!(
        refused
            .stderr
            .contains("demo-bin.git` is at 1.2.3-1 already, with other files: `PKGBUILD` is blob ")
            && refused
                .stderr
                .contains("a change of the recipe needs a higher `pkgrel`"),
        "{}",
        refused.stderr
    );
    assert_eq!(changing(&log(&twin)[before..]), 0);
}

#[test]
fn status_and_doctor_ask_the_interface() {
    const TEST: &str = "publish::aur::status_and_doctor_ask_the_interface";
    let Some((shop, twin, _web)) = open(TEST, "") else {
        return;
    };
    let status = || run(&shop.command(&["status", "--json", "--channel", "aur"]));
    let before = status();
    assert!(
        before.text().contains("\"aur\""),
        "{}{}",
        before.text(),
        before.stderr
    );
    published(&shop).ends(0);
    let text = status().text();
    assert!(text.contains("1.2.3"), "{text}");
    let is_rpc = |it: &Logged| it.path == "/rpc" && it.query.ends_with("=demo&arg%5B%5D=demo-bin");
    assert!(log(&twin).iter().any(is_rpc), "{:?}", log(&twin));

    let doctor = || run(&shop.command(&["doctor", "--channel", "aur"])).text();
    let told = doctor();
    assert!(
        told.contains("`demo-bin` is at 1.2.3-1, maintained by rehearsal"),
        "{told}"
    );
    assert!(told.contains("demo-bin.git` lets us push"), "{told}");
    let maintainer = repositories(&shop).dir_of("demo-bin").join("maintainer");
    files::write(&maintainer, b"somebody\n").unwrap();
    let told = doctor();
    assert!(
        told.contains("git-receive-pack: permission denied: rehearsal"),
        "{told}"
    );
    files::write(&maintainer, b"\n").unwrap();
    let told = doctor();
    assert!(told.contains("`demo-bin` is an orphan"), "{told}");
}
