//! What goes wrong on the way to a registry of images, and what becomes of it.

use super::{NAME, TAGS, changes, log, raw, says};
use crate::publish::fixture::Shop;

/// A fault, and what the run ends with: what passes ends live, what stays ends with the server's words.
const CASES: &[(&str, Result<(), &str>)] = &[
    // Tokens: asked for again, or refused for good.
    ("/token:503@1", Ok(())),
    ("/token:401@1*", Err("401")),
    ("/token:403@1*", Err("403")),
    ("POST:401@1", Ok(())),
    ("POST:401@1*", Err("401")),
    // Questions.
    ("HEAD:503@1,HEAD:429@2:retry-after=0,HEAD:reset@3", Ok(())),
    ("HEAD:403@1*", Err("403")),
    ("HEAD:redirect@1*", Err("redirects")),
    ("HEAD:500@1*", Err("500")),
    ("GET:/v2/:truncate@1", Ok(())),
    // Uploads.
    ("POST:429@1:retry-after=0,POST:429@2,POST:500@3", Ok(())),
    ("POST:404@1", Err("404")),
    ("POST:403@1", Err("403")),
    ("PUT:stored502@1,PUT:503@2,PUT:reset@3,PUT:truncate@4", Ok(())),
    ("PUT:timeout@1,PUT:stall@2", Ok(())),
    ("PUT:413@1", Err("413")),
    // Manifests.
    (
        "PUT:/v2/owner/demo/manifests/:stored502@1,PUT:/v2/owner/demo/manifests/:408@3",
        Ok(()),
    ),
    ("PUT:/v2/owner/demo/manifests/1.2.3:stored502@1", Ok(())),
    ("PUT:/v2/owner/demo/manifests/:404@1", Err("404")),
    ("PUT:/v2/owner/demo/manifests/1.2:422@1", Err("422")),
    ("PUT:/v2/owner/demo/manifests/:redirect@1", Err("redirects")),
    // A digest that is not ours, once: the registry's own answer to the next question says that all is well.
    ("PUT:digest@1", Ok(())),
    ("PUT:digest@1*,HEAD:digest@1*", Err("says that it has sha256:")),
];

#[test]
fn what_passes_ends_live_and_what_stays_keeps_the_words() {
    const TEST: &str = "publish::docker_hub::faults::what_passes_ends_live_and_what_stays_keeps_the_words";
    // Most of a case is waiting for the disk.
    std::thread::scope(|scope| {
        for cases in CASES.chunks(CASES.len().div_ceil(6)) {
            scope.spawn(move || {
                for (fault, expected) in cases {
                    let Some(shop) = Shop::open(TEST) else { return };
                    drill(shop, fault, *expected);
                }
            });
        }
    });
}

#[track_caller]
fn drill(mut shop: Shop, fault: &str, expected: Result<(), &str>) {
    let twin = shop.twin(&[NAME], &[(NAME, fault)]);
    let run = shop.publish(&[NAME]);
    says(
        &run,
        i32::from(expected.is_err()),
        expected.err().unwrap_or("live"),
    );
    if expected.is_ok() {
        let there = raw(&twin);
        let exact = there.digest("1.2.3");
        assert!(
            exact.is_some() && TAGS.iter().all(|it| there.digest(it) == exact),
            "{fault}"
        );
    }
    let log = log(&twin, NAME);
    let hit = log.iter().filter(|it| !it.fault.is_empty()).count();
    assert!(hit > 0, "{fault} hit nothing");
    // What a server has answered with success is not sent again.
    let mut taken: Vec<String> = changes(&log)
        .iter()
        .filter(|it| it.method == "PUT" && it.status == 201)
        .map(|it| {
            it.query
                .split("digest=")
                .nth(1)
                .map_or_else(|| it.path.clone(), str::to_owned)
        })
        .collect();
    let before = taken.len();
    taken.sort_unstable();
    taken.dedup();
    assert_eq!(before, taken.len(), "{fault}: {taken:?}");
}
