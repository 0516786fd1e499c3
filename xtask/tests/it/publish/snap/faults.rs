//! What goes wrong on the way to the store of snaps: what may pass is tried again and taken once, what stays ends the run.

use super::{log, open, outcome, published, taken};
use crate::publish::fixture::Shop;

/// Publishes the smallest snap alone: the others' manifests are taken out of the list.
#[track_caller]
fn check(test: &str, faults: &str, ending: &str, words: &str) {
    let Some(mut shop) = open(test) else { return };
    only_one(&shop);
    let twin = shop.twin(&["snap"], &[("snap", faults)]);
    let run = published(&shop);
    let is_good = ending == "live";
    let told = format!("{faults}: {}{}", run.text(), run.stderr);
    assert_eq!(run.code, Some(i32::from(!is_good)), "{told}");
    if is_good {
        assert_eq!(outcome(&run)["outcome"], "live", "{told}");
        let revisions = revisions(&twin);
        assert_eq!(revisions, 1, "{told}: {:?}", log(&twin));
    } else {
        assert!(run.stderr.contains(words) || run.text().contains(words), "{told}");
        assert!(taken(&twin) <= 1, "{told}");
    }
}

/// How many revisions the store has.
fn revisions(twin: &xtask::twin::Twin) -> usize {
    let base = twin.base("snap", "snap").unwrap();
    let name = "SNAPCRAFT_STORE_CREDENTIALS";
    let secret = xtask::effect::secret::Secret::new(name, &xtask::twin::credential::of(name));
    let header = xtask::protocol::snapcraft::store::header(&secret).unwrap();
    let request = xtask::effect::http::Request::get(format!("{base}/api/v2/snaps/demo/releases"))
        .secret("Authorization", header);
    let answer = xtask::effect::http::Http::new().send(&request).unwrap();
    let releases: serde_json::Value = answer.json().unwrap();
    releases["revisions"].as_array().unwrap().len()
}

/// Leaves one snap in the list of what was rendered.
fn only_one(shop: &Shop) {
    let list = shop
        .dist
        .join("channels/snap")
        .join(xtask::manifests::folder::LIST);
    let text = xtask::effect::files::read_text(&list).unwrap();
    let mut kept: serde_json::Value = serde_json::from_str(&text).unwrap();
    let files = kept["files"].as_object_mut().unwrap();
    files.remove("demo_1.2.3_amd64.snap").expect("it was rendered");
    assert!(files.contains_key("demo_1.2.3_arm64.snap"), "{text}");
    // The list is a link to the demo's own.
    xtask::effect::files::remove(&list).unwrap();
    xtask::effect::files::write(&list, kept.to_string().as_bytes()).unwrap();
}

#[test]
fn what_may_pass_ends_live() {
    const TEST: &str = "publish::snap::faults::what_may_pass_ends_live";
    for faults in [
        "GET:/v2/snaps/info:503@1,GET:/v2/snaps/info:reset@2,GET:/api/v2:429@1:retry-after=0",
        "POST:/unscanned-upload/:503@1,POST:/dev/api/snap-push/:500@1",
        "POST:/unscanned-upload/:reset@1,POST:/dev/api/snap-push/:truncate@1",
        // The store has it, and nobody hears of it.
        "POST:/dev/api/snap-push/:stored502@2",
        "GET:/dev/api/snaps:503@1,GET:/dev/api/snaps:reset@2",
        "POST:/dev/api/snap-push/:429@1",
    ] {
        check(TEST, faults, "live", "");
    }
}

#[test]
fn what_stays_ends_the_run_with_the_stores_words() {
    const TEST: &str = "publish::snap::faults::what_stays_ends_the_run_with_the_stores_words";
    for (faults, words) in [
        ("GET:/v2/snaps/info:403@1*", "403: a fault of the twin"),
        ("GET:/api/v2/snaps:401@1*", "401: a fault of the twin"),
        (
            "POST:/dev/api/snap-push/:401@1*",
            "Exported credentials are no longer valid",
        ),
        ("POST:/dev/api/snap-push/:403@1*", "[403] Forbidden"),
        ("POST:/dev/api/snap-push/:404@2*", "[404] Not Found"),
        ("POST:/dev/api/snap-push/:409@2*", "[409] Conflict"),
        ("POST:/unscanned-upload/:422@1*", "[422] Unprocessable Entity"),
        ("POST:/unscanned-upload/:redirect@1*", "redirect"),
        (
            "GET:/v2/snaps/info:digest@2*",
            "the store says that revision 1 has sha3-384 ",
        ),
    ] {
        check(TEST, faults, "failed", words);
    }
}
