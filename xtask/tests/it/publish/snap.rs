//! Snap: the real program against the twin's store, with a stand-in for snapcraft and the real mksquashfs.

mod client;
mod faults;

use std::path::PathBuf;

use xtask::effect::environment;
use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::pack::squashfs::read::Image;
use xtask::rehearse::programs;
use xtask::twin::Twin;
use xtask::twin::server::Logged;

use crate::channels::fixture::judge;
use crate::publish::fixture::Shop;
use crate::support::{Run, run};

/// A shop whose `snapcraft` is the stand-in, whatever this machine has; `None` where mksquashfs or the demo is missing.
#[track_caller]
pub(super) fn open(test: &str) -> Option<Shop> {
    let mut shop = Shop::open(test)?;
    judge("mksquashfs", test, shop.scratch.path())?;
    let dir = shop.scratch.path().join("programs");
    programs::write(&dir, env!("CARGO_BIN_EXE_xtask").as_ref(), |_| true).unwrap();
    let path = environment::path_with(&[dir]).unwrap();
    shop.variable("PATH", path.to_str().unwrap());
    Some(shop)
}

/// The requests that reached the store of snaps.
pub(super) fn log(twin: &Twin) -> Vec<Logged> {
    let store = twin.servers.iter().find(|it| it.row.name == "snap").unwrap();
    store.server.log()
}

/// How many pushes the store has taken.
pub(super) fn taken(twin: &Twin) -> usize {
    let is_taken = |it: &&Logged| it.path == "/unscanned-upload/" && it.status == 200;
    log(twin).iter().filter(is_taken).count()
}

/// How a run has ended for the channel.
#[track_caller]
pub(super) fn outcome(run: &Run) -> serde_json::Value {
    run.json()["channels"][0].clone()
}

#[track_caller]
pub(super) fn published(shop: &Shop) -> Run {
    run(&shop.publishing(&["snap"]).arg("--json"))
}

/// The name and file of each snap that was rendered.
fn snaps(shop: &Shop) -> Vec<PathBuf> {
    let all = files::list(&shop.dist.join("channels/snap")).unwrap();
    let is_snap = |it: &PathBuf| it.extension().is_some_and(|it| it == "snap");
    all.into_iter().filter(is_snap).collect()
}

/// What the store says of the demo to `snap`.
fn info(twin: &Twin) -> serde_json::Value {
    let base = twin.base("snap", "snap").unwrap();
    let request = xtask::effect::http::Request::get(format!("{base}/v2/snaps/info/demo"))
        .header("Snap-Device-Series", "16");
    let answer = xtask::effect::http::Http::new().send(&request).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json().unwrap()
}

#[test]
fn a_release_goes_live_once() {
    const TEST: &str = "publish::snap::a_release_goes_live_once";
    let Some(mut shop) = open(TEST) else { return };
    let twin = shop.twin(&["snap"], &[]);
    let planned = shop.planned(&["snap"]);
    assert_eq!(planned.len(), snaps(&shop).len());
    assert!(planned[0].ends_with("release it to latest/stable"), "{planned:?}");

    let first = published(&shop).ends(0);
    assert_eq!(outcome(&first)["outcome"], "live", "{}", first.stderr);
    for step in &planned {
        assert!(first.stderr.contains(step), "{step}\n{}", first.stderr);
    }
    assert_eq!(taken(&twin), planned.len());

    // What is served has the very files of `dist/`, packed by mksquashfs.
    for path in snaps(&shop) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let machine = name.rsplit('_').next().unwrap();
        let map = info(&twin)["channel-map"].as_array().unwrap().clone();
        let entry = map.iter().find(|it| it["channel"]["architecture"] == machine).unwrap();
        let url = entry["download"]["url"].as_str().unwrap();
        let answer = xtask::effect::http::Http::new()
            .send(&xtask::effect::http::Request::get(url))
            .unwrap();
        assert_eq!(entry["download"]["sha3-384"], xtask::digest::sha3_384(&answer.body));
        let ours = files::read(&path).unwrap();
        assert_ne!(ours, answer.body);
        let (ours, theirs) = (Image::read(&ours).unwrap(), Image::read(&answer.body).unwrap());
        assert_eq!(ours.entries.len(), theirs.entries.len());
        for (a, b) in ours.entries.iter().zip(&theirs.entries) {
            assert_eq!((&a.path, a.mode), (&b.path, b.mode));
            assert_eq!(ours.content(a).unwrap(), theirs.content(b).unwrap(), "{}", a.path);
            assert_eq!((b.owner, b.group, b.time_s), (0, 0, a.time_s), "{}", a.path);
        }
    }

    let before = log(&twin).len();
    let again = published(&shop).ends(0);
    assert_eq!(outcome(&again)["outcome"], "already-there", "{}", again.stderr);
    let changing = log(&twin)[before..].iter().filter(|it| it.method != "GET").count();
    assert_eq!(changing, 0);
}

#[test]
fn other_content_is_never_put_over_what_is_there() {
    const TEST: &str = "publish::snap::other_content_is_never_put_over_what_is_there";
    let Some(mut shop) = open(TEST) else { return };
    let twin = shop.twin(&["snap"], &[]);
    let store = foreign::of(&shop, &twin);
    store.upload("1.2.3", "amd64", "strict");
    let before = log(&twin).len();
    let refused = published(&shop).ends(1);
    assert!(refused.stderr.contains("is there as revision 1 with sha3-384 "), "{}", refused.stderr);
    assert!(refused.stderr.contains(", ours is "), "{}", refused.stderr);
    assert!(log(&twin)[before..].iter().all(|it| it.method == "GET"));
}

#[test]
fn a_revision_in_no_channel_is_released_and_not_sent_again() {
    const TEST: &str = "publish::snap::a_revision_in_no_channel_is_released_and_not_sent_again";
    let Some(mut shop) = open(TEST) else { return };
    let twin = shop.twin(&["snap"], &[]);
    // A run that ended between the upload of the first snap and its release.
    let first = published(&shop).ends(0);
    assert_eq!(outcome(&first)["outcome"], "live");
    let count = taken(&twin);
    foreign::of(&shop, &twin).close("stable");
    let again = published(&shop).ends(0);
    assert_eq!(outcome(&again)["outcome"], "live", "{}", again.stderr);
    assert_eq!(taken(&twin), count);
    let released = log(&twin).iter().filter(|it| it.path == "/dev/api/snap-release/").count();
    assert_eq!(released, count);
}

#[test]
fn what_people_look_at_waits_and_is_not_sent_again() {
    const TEST: &str = "publish::snap::what_people_look_at_waits_and_is_not_sent_again";
    let Some(mut shop) = open(TEST) else { return };
    let twin = shop.twin(&["snap"], &[]);
    let store = foreign::of(&shop, &twin);
    store.upload("1.2.3", "amd64", "classic");
    let first = published(&shop).ends(0);
    let row = outcome(&first);
    assert_eq!(row["outcome"], "waiting", "{}", first.stderr);
    assert!(
        row["why"].as_str().unwrap().contains("revision 1 is held for manual review (ManualReviewPending)"),
        "{row}"
    );
    // The others went through; what waits was sent by nobody else again.
    assert_eq!(taken(&twin), snaps(&shop).len());
}

#[test]
fn what_stands_in_the_queue_behind_another_one_waits() {
    const TEST: &str = "publish::snap::what_stands_in_the_queue_behind_another_one_waits";
    let Some(mut shop) = open(TEST) else { return };
    let twin = shop.twin(&["snap"], &[]);
    let store = foreign::of(&shop, &twin);
    store.upload("1.2.2", "amd64", "classic");
    let first = published(&shop).ends(0);
    let row = outcome(&first);
    assert_eq!(row["outcome"], "waiting", "{}", first.stderr);
    assert!(row["why"].as_str().unwrap().contains("(ReviewQueued)"), "{row}");
    let count = taken(&twin);
    let again = published(&shop).ends(0);
    assert_eq!(outcome(&again)["outcome"], "waiting");
    assert_eq!(taken(&twin), count, "what is in review is never sent again");
}

#[test]
fn an_unregistered_name_is_told_before_the_first_change() {
    const TEST: &str = "publish::snap::an_unregistered_name_is_told_before_the_first_change";
    let Some(mut shop) = open(TEST) else { return };
    let mut world = shop.world();
    world.names.clear();
    let twin = shop.twin_of(world, &["snap"], &[]);
    let refused = published(&shop).ends(1);
    assert!(
        refused.stderr.contains("resource-not-found: Snap not found for name=demo"),
        "{}",
        refused.stderr
    );
    assert!(log(&twin).iter().all(|it| it.method == "GET"));
}

#[test]
fn a_missing_mksquashfs_is_told_before_the_first_change() {
    const TEST: &str = "publish::snap::a_missing_mksquashfs_is_told_before_the_first_change";
    let Some(mut shop) = open(TEST) else { return };
    let twin = shop.twin(&["snap"], &[]);
    // snapcraft alone, and a git for the toolkit itself.
    let git = environment::find_program("git").unwrap();
    let dir = shop.scratch.path().join("programs");
    files::link_folder(&git, &dir.join("git")).unwrap();
    shop.variable("PATH", dir.to_str().unwrap());
    let refused = published(&shop);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("snap: needs `mksquashfs`, which is not there"),
        "{}",
        refused.stderr
    );
    assert_eq!(log(&twin), []);
}

/// Snaps of somebody else, sent with the stand-in as its user would.
mod foreign {
    use super::*;
    use crate::support::put;

    pub(super) struct Foreign {
        dir: PathBuf,
        snapcraft: Program,
    }

    pub(super) fn of(shop: &Shop, twin: &Twin) -> Foreign {
        let base = twin.base("snap", "snap").unwrap();
        let dir = shop.scratch.path().join("foreign");
        files::create_dir(&dir).unwrap();
        let name = "SNAPCRAFT_STORE_CREDENTIALS";
        let snapcraft = crate::support::clean(shop.scratch.path().join("programs/snapcraft"), &dir)
            .env("STORE_DASHBOARD_URL", &base)
            .env("STORE_UPLOAD_URL", &base)
            .env(name, xtask::twin::credential::of(name));
        Foreign { dir, snapcraft }
    }

    impl Foreign {
        /// A version of the demo with another content.
        pub(super) fn upload(&self, version: &str, machine: &str, confinement: &str) {
            let yaml = format!(
                "name: demo\nversion: \"{version}\"\nsummary: A demo\ndescription: A demo\ngrade: stable\n\
                 confinement: {confinement}\narchitectures: [{machine}]\nbase: core24\n"
            );
            put(&self.dir, "tree/meta/snap.yaml", &yaml);
            put(&self.dir, "tree/bin/demo", "of somebody else");
            let snap = self.dir.join("demo.snap");
            let words = xtask::protocol::snapcraft::repack::WORDS;
            let pack = crate::support::clean("mksquashfs", &self.dir);
            run(&pack.args(["tree", "demo.snap"]).args(words)).ends(0);
            let sent = run(&self.snapcraft.clone().args(["upload", "--release=stable"]).arg(&snap));
            let is_held = confinement == "classic";
            assert_eq!(sent.code, Some(i32::from(is_held)), "{}", sent.stderr);
            assert_eq!(sent.stderr.contains("(NEEDS REVIEW)"), is_held, "{}", sent.stderr);
        }

        /// Closes a channel.
        pub(super) fn close(&self, channel: &str) {
            run(&self.snapcraft.clone().args(["close", "demo", channel])).ends(0);
        }
    }
}
