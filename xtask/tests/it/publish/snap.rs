//! Snap: the real program against the twin's store, with a stand-in for snapcraft and the real mksquashfs.

mod client;
mod faults;
mod rehearsal;

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
        let entry = map
            .iter()
            .find(|it| it["channel"]["architecture"] == machine)
            .unwrap();
        let url = entry["download"]["url"].as_str().unwrap();
        let answer = xtask::effect::http::Http::new()
            .send(&xtask::effect::http::Request::get(url))
            .unwrap();
        assert_eq!(
            entry["download"]["sha3-384"],
            xtask::digest::sha3_384(&answer.body)
        );
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
    let changing = log(&twin)[before..]
        .iter()
        .filter(|it| it.method != "GET")
        .count();
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
    assert!(
        refused.stderr.contains("is there as revision 1 with sha3-384 "),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains(", ours is "), "{}", refused.stderr);
    assert!(log(&twin)[before..].iter().all(|it| it.method == "GET"));
}

#[test]
fn the_same_content_is_ours_however_it_was_packed() {
    const TEST: &str = "publish::snap::the_same_content_is_ours_however_it_was_packed";
    let Some(mut shop) = open(TEST) else { return };
    let Some(unsquashfs) = judge("unsquashfs", TEST, shop.scratch.path()) else {
        return;
    };
    let twin = shop.twin(&["snap"], &[]);
    let store = foreign::of(&shop, &twin);
    for (at, path) in snaps(&shop).iter().enumerate() {
        // Another mksquashfs, or as here another time, makes other bytes.
        let (tree, snap) = (format!("tree-{at}"), format!("again-{at}.snap"));
        run(&unsquashfs
            .clone()
            .dir(&store.dir)
            .args(["-no-progress", "-d", &tree])
            .arg(path))
        .ends(0);
        store.pack(&tree, &snap, "1600000000");
        run(&store
            .snapcraft
            .clone()
            .args(["upload", "--release=stable", &snap]))
        .ends(0);
    }
    let before = log(&twin).len();
    let run = published(&shop).ends(0);
    assert_eq!(outcome(&run)["outcome"], "already-there", "{}", run.stderr);
    assert!(log(&twin)[before..].iter().all(|it| it.method == "GET"));
}

/// What snapd's own program makes of the same tree at the same time.
#[test]
fn what_is_sent_is_what_snap_pack_makes() {
    const TEST: &str = "publish::snap::what_is_sent_is_what_snap_pack_makes";
    let Some(mut shop) = open(TEST) else { return };
    let dir = shop.scratch.path().join("pack");
    files::create_dir(&dir).unwrap();
    let (Some(unsquashfs), Some(snap)) = (judge("unsquashfs", TEST, &dir), judge("snap", TEST, &dir)) else {
        return;
    };
    let twin = shop.twin(&["snap"], &[]);
    published(&shop).ends(0);
    let time_s = shop.demo.edition.time_s().to_string();
    let map = info(&twin)["channel-map"].clone();
    for path in snaps(&shop) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        run(&unsquashfs.clone().args(["-no-progress", "-d", &name]).arg(&path)).ends(0);
        let pack = snap.clone().args(["pack", &name, "out"]);
        run(&pack.env("HOME", &dir).env("SOURCE_DATE_EPOCH", &time_s)).ends(0);
        let packed = files::read(&dir.join("out").join(path.file_name().unwrap())).unwrap();
        let machine = name.rsplit('_').next().unwrap();
        let mut entries = map.as_array().unwrap().iter();
        let entry = entries
            .find(|it| it["channel"]["architecture"] == machine)
            .unwrap();
        assert_eq!(entry["download"]["sha3-384"], xtask::digest::sha3_384(&packed));
    }
}

#[test]
fn doctor_looks_into_the_login_and_the_name() {
    const TEST: &str = "publish::snap::doctor_looks_into_the_login_and_the_name";
    let Some(mut shop) = open(TEST) else { return };
    let twin = shop.twin(&["snap"], &[]);
    let doctor = |shop: &Shop| run(&shop.command(&["doctor", "--channel", "snap"])).text();
    let told = doctor(&shop);
    for words in [
        "logged in to the store as `rehearsal`",
        "the login holds until 2999-01-01T00:00:00Z",
        "the name `demo` is ours",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    assert!(log(&twin).iter().all(|it| it.method == "GET"));
    shop.variable("SNAPCRAFT_STORE_CREDENTIALS", "not-base64!");
    let told = doctor(&shop);
    assert!(told.contains("cannot be looked into: it is no base64"), "{told}");
    shop.variable("SNAPCRAFT_STORE_CREDENTIALS", client::OTHER);
    let told = doctor(&shop);
    assert!(
        told.contains("401: macaroon-permission-required: Authorization Required"),
        "{told}"
    );
}

#[test]
fn status_tells_what_waits_from_what_is_live() {
    const TEST: &str = "publish::snap::status_tells_what_waits_from_what_is_live";
    let Some(mut shop) = open(TEST) else { return };
    let twin = shop.twin(&["snap"], &[]);
    let store = foreign::of(&shop, &twin);
    store.upload("1.2.2", "amd64", "strict");
    store.upload("1.2.3", "amd64", "classic");
    let status =
        || run(&shop.command(&["status", "--json", "--channel", "snap"])).json()["channels"][0].clone();
    let row = status();
    assert_eq!(row["version"], "1.2.2", "{row}");
    assert_eq!(row["pending"][0], "1.2.3", "{row}");
    let base = twin.base("snap", "snap").unwrap();
    let approve = xtask::effect::http::Request::post(format!("{base}/twin/approve/demo/2"));
    assert_eq!(
        xtask::effect::http::Http::new().send(&approve).unwrap().status,
        200
    );
    let row = status();
    assert_eq!(
        (&row["version"], &row["pending"]),
        (&"1.2.3".into(), &serde_json::Value::Null),
        "{row}"
    );
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
    let released = log(&twin)
        .iter()
        .filter(|it| it.path == "/dev/api/snap-release/")
        .count();
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
        row["why"]
            .as_str()
            .unwrap()
            .contains("revision 1 is held for manual review (ManualReviewPending)"),
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
        refused
            .stderr
            .contains("resource-not-found: Snap not found for name=demo"),
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
    // snapcraft alone, and what the toolkit itself needs.
    let dir = shop.scratch.path().join("programs");
    for name in ["cargo", "git", "rustc"] {
        files::link_folder(&environment::find_program(name).unwrap(), &dir.join(name)).unwrap();
    }
    shop.variable("PATH", dir.to_str().unwrap());
    let refused = published(&shop);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(
        refused
            .stderr
            .contains("snap: needs `mksquashfs`, which is not there"),
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
        pub(super) dir: PathBuf,
        pub(super) snapcraft: Program,
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
            self.pack("tree", "demo.snap", "1700000000");
            let sent = run(&self
                .snapcraft
                .clone()
                .args(["upload", "--release=stable"])
                .arg(&snap));
            let is_held = confinement == "classic";
            assert_eq!(sent.code, Some(i32::from(is_held)), "{}", sent.stderr);
            assert_eq!(sent.stderr.contains("(NEEDS REVIEW)"), is_held, "{}", sent.stderr);
        }

        /// Packs as the store wants it.
        pub(super) fn pack(&self, tree: &str, snap: &str, time_s: &str) {
            let words = xtask::protocol::snapcraft::repack::WORDS;
            let pack = crate::support::clean("mksquashfs", &self.dir).env("SOURCE_DATE_EPOCH", time_s);
            run(&pack.args([tree, snap]).args(words)).ends(0);
        }

        /// Closes a channel.
        pub(super) fn close(&self, channel: &str) {
            run(&self.snapcraft.clone().args(["close", "demo", channel])).ends(0);
        }
    }
}
