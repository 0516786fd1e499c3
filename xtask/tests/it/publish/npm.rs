//! npm: our publisher against the twin, with and without faults.

mod clients;
mod github;
mod seed;
mod trusted;
mod verdaccio;

use xtask::twin::Twin;
use xtask::twin::server::Logged;

use crate::channels::fixture::judge;
use crate::publish::fixture::Shop;
use crate::support::{Run, run};

/// The packages of the demo, the root last.
const NAMES: &[&str] = &[
    "demo-darwin-arm64",
    "demo-darwin-x64",
    "demo-linux-arm64",
    "demo-linux-arm64-musl",
    "demo-linux-x64",
    "demo-linux-x64-musl",
    "demo-win32-arm64",
    "demo-win32-x64",
    "demo",
];

/// The shop, where npm is here.
#[track_caller]
fn open(test: &str) -> Option<Shop> {
    let shop = Shop::open(test)?;
    judge("npm", test, shop.scratch.path())?;
    Some(shop)
}

/// What reached the only registry of a twin.
fn log(twin: &Twin) -> Vec<Logged> {
    twin.servers[0].server.log()
}

/// The names of the packages that were sent and taken, in the order of the answers.
fn taken(log: &[Logged]) -> Vec<&str> {
    let is_taken = |it: &&Logged| {
        let is_stored = it.status == 200 || it.fault.contains("stored");
        it.method == "PUT" && is_stored
    };
    log.iter()
        .filter(is_taken)
        .map(|it| it.path.trim_start_matches('/'))
        .collect()
}

/// Fails unless each package was taken once, and the root last.
#[track_caller]
fn each_once(log: &[Logged]) {
    let mut found = taken(log);
    assert_eq!(found.last(), Some(&"demo"), "{found:?}");
    found.pop();
    found.sort_unstable();
    assert_eq!(found, NAMES[..NAMES.len() - 1]);
}

/// The line of a channel in the table at the end.
fn row(run: &Run) -> String {
    run.text().lines().next().unwrap_or_default().to_owned()
}

#[test]
fn what_is_planned_is_done_once() {
    let test = "publish::npm::what_is_planned_is_done_once";
    let Some(mut shop) = open(test) else { return };
    let twin = shop.twin(&["npm"], &[]);
    let planned = shop.planned(&["npm"]);
    assert_eq!(planned.len(), NAMES.len());
    assert!(log(&twin).is_empty(), "a plan asks nobody");
    let first = shop.publish(&["npm"]).ends(0);
    assert!(row(&first).contains("live"), "{}", first.text());
    for step in &planned {
        assert!(first.stderr.contains(step.as_str()), "{step}\n{}", first.stderr);
    }
    let before = log(&twin);
    each_once(&before);

    let again = shop.publish(&["npm"]).ends(0);
    assert!(row(&again).contains("already there"), "{}", again.text());
    let asked = &log(&twin)[before.len()..];
    assert!(asked.iter().all(|it| it.method == "GET"), "{asked:?}");

    // What users get, and since when: read by the same code as `status`.
    let status = run(&shop.command(&["status", "--channel", "npm", "--json"]))
        .ends(0)
        .text();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let row = &status["channels"][0];
    assert_eq!(row["version"], "1.2.3", "{status}");
    assert!(row["since_s"].is_number(), "{status}");
    assert!(row["deadline"].to_string().contains("npm unpublish"), "{status}");
}

#[test]
fn other_bytes_are_never_overwritten() {
    let test = "publish::npm::other_bytes_are_never_overwritten";
    let Some(mut shop) = open(test) else { return };
    let twin = shop.twin(&["npm"], &[]);
    let base = twin.base("npm", "npm").unwrap();
    let integrity = seed::put(&base, "demo-win32-x64", "1.2.3");
    let before = log(&twin).len();
    let refused = shop.publish(&["npm"]).ends(1);
    let ours = seed::integrity_of(&shop.dist.join("channels/npm/demo-win32-x64-1.2.3.tgz"));
    for digest in [&integrity, &ours] {
        assert!(
            refused.stderr.contains(digest.as_str()),
            "{digest}\n{}",
            refused.stderr
        );
    }
    assert!(log(&twin)[before..].iter().all(|it| it.method == "GET"));
}

#[test]
fn a_run_goes_on_where_one_has_ended_and_latest_stays_where_it_is() {
    let test = "publish::npm::a_run_goes_on_where_one_has_ended_and_latest_stays_where_it_is";
    let Some(mut shop) = open(test) else { return };
    let twin = shop.twin(&["npm"], &[("npm", "PUT:/demo-win32-x64:422@2")]);
    let base = twin.base("npm", "npm").unwrap();
    for name in NAMES {
        seed::put(&base, name, "2.0.0");
    }
    let before = log(&twin).len();
    let first = shop.publish(&["npm"]).ends(1);
    assert!(row(&first).contains("failed"), "{}", first.text());
    assert!(first.text().contains("E422"), "{}", first.text());
    let half = log(&twin);
    assert_eq!(
        taken(&half[before..]).len(),
        NAMES.len() - 2,
        "neither that package nor the root"
    );

    shop.publish(&["npm"]).ends(0);
    assert_eq!(taken(&log(&twin)[half.len()..]), ["demo-win32-x64", "demo"]);
    let tags = seed::tags(&base, "demo");
    assert_eq!(tags["latest"], "2.0.0");
    assert_eq!(tags["release-1.x"], "1.2.3");
}

#[test]
fn what_may_pass_is_tried_again_and_nothing_is_sent_twice() {
    let test = "publish::npm::what_may_pass_is_tried_again_and_nothing_is_sent_twice";
    let Some(mut shop) = open(test) else { return };
    let faults = "PUT:503@1,PUT:reset@2,PUT:truncate@3,PUT:stored502@4,PUT:429@5:retry-after=1,PUT:timeout@6,PUT:500@8,\
                  PUT:504@9,PUT:/demo-linux-x64:early503@3,GET:502@3,GET:reset@5,GET:429@8:retry-after=0,GET:truncate@30";
    let twin = shop.twin(&["npm"], &[("npm", faults)]);
    let done = run(&shop.publishing(&["npm"]).args(["--answer-s", "3"])).ends(0);
    assert!(row(&done).contains("live"), "{}", done.text());
    let log = log(&twin);
    each_once(&log);
    let hit = log.iter().filter(|it| !it.fault.is_empty()).count();
    assert!(hit >= 10, "{hit} faults have hit");
}

#[test]
fn what_stays_ends_with_the_words_of_the_registry() {
    let test = "publish::npm::what_stays_ends_with_the_words_of_the_registry";
    let Some(mut shop) = open(test) else { return };
    let rows = [
        ("demo-darwin-arm64", "401", "code E401"),
        ("demo-darwin-x64", "403", "code E403"),
        ("demo-linux-arm64", "404", "code E404"),
        ("demo-linux-x64", "409", "409 Conflict"),
        ("demo-win32-arm64", "redirect", "maximum redirect"),
    ];
    // The paths of two packages begin alike, so each fault hits the second one of them, too.
    let faults: Vec<String> = rows
        .iter()
        .map(|(name, what, _)| format!("PUT:/{name}:{what}@1*"))
        .collect();
    let twin = shop.twin(&["npm"], &[("npm", &faults.join(","))]);
    let failed = shop.publish(&["npm"]).ends(1);
    for (name, _, words) in rows {
        let is_it = |it: &&str| it.contains("Failed npm: ") && it.contains(&format!(" as {name}@"));
        let line = failed.stderr.lines().find(is_it);
        let line = line.unwrap_or_else(|| panic!("{name}\n{}", failed.stderr));
        assert!(line.contains(words), "{line}");
    }
    assert_eq!(taken(&log(&twin)), ["demo-win32-x64"]);
    assert!(
        failed
            .text()
            .contains("next: the token is wrong, was revoked, or has expired"),
        "{}",
        failed.text()
    );
}

#[test]
fn a_registry_that_cannot_be_read_stops_it_before_the_first_change() {
    let test = "publish::npm::a_registry_that_cannot_be_read_stops_it_before_the_first_change";
    let Some(mut shop) = open(test) else { return };
    for (fault, words) in [
        ("GET:401@1*", "401"),
        ("GET:403@1*", "403"),
        ("GET:422@1*", "422"),
        ("GET:503@1*", "503"),
        ("GET:redirect@1*", "redirects"),
    ] {
        let twin = shop.twin(&["npm"], &[("npm", fault)]);
        let failed = shop.publish(&["npm"]).ends(1);
        assert!(failed.stderr.contains(words), "{fault}\n{}", failed.stderr);
        assert!(log(&twin).iter().all(|it| it.method == "GET"), "{fault}");
    }
    // Digests of something else, once it is there.
    let twin = shop.twin(&["npm"], &[("npm", "GET:/demo-win32-x64:digest@1*")]);
    let failed = shop.publish(&["npm"]).ends(1);
    assert!(
        failed
            .text()
            .contains("demo-win32-x64@1.2.3 is there with sha512-"),
        "{}",
        failed.text()
    );
    assert!(!taken(&log(&twin)).contains(&"demo"));
}
