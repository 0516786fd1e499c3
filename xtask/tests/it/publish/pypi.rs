//! PyPI: our publisher, by uv and by twine, against the twin, with and without faults.

mod clients;
mod foreign;
mod seed;
mod trusted;

use xtask::effect::{environment, files};
use xtask::judges::Judge;
use xtask::twin::Twin;
use xtask::twin::server::Logged;

use crate::channels::fixture::{house, judge};
use crate::publish::fixture::Shop;
use crate::support::{Run, run};

/// The wheels of the demo.
const COUNT: usize = 8;

/// A shop in which the only client is this one, where it is here.
#[track_caller]
fn open(test: &str, client: &str) -> Option<Shop> {
    let mut shop = Shop::open(test)?;
    judge(client, test, shop.scratch.path())?;
    let bin = shop.scratch.path().join("bin");
    files::create_dir(&bin).unwrap();
    let program = Judge::find(client).unwrap().path(house()).unwrap();
    let link = bin.join(program.file_name().unwrap());
    #[cfg(unix)]
    std::os::unix::fs::symlink(&program, link).unwrap();
    #[cfg(not(unix))]
    files::copy(&program, &link).unwrap();
    let others = std::env::split_paths(&environment::path_var("PATH").unwrap())
        .filter(|it| ["uv", "twine"].iter().all(|name| !it.join(name).exists()))
        .collect::<Vec<_>>();
    let path = std::env::join_paths([bin].into_iter().chain(others)).unwrap();
    shop.variable("PATH", path.to_str().unwrap());
    Some(shop)
}

/// What reached the only index of a twin.
fn log(twin: &Twin) -> Vec<Logged> {
    twin.servers[0].server.log()
}

/// The uploads among that, with the status that each was answered with.
fn uploads(log: &[Logged]) -> Vec<u16> {
    log.iter()
        .filter(|it| it.method == "POST")
        .map(|it| it.status)
        .collect()
}

/// The line of a channel in the table at the end.
fn row(run: &Run) -> String {
    run.text().lines().next().unwrap_or_default().to_owned()
}

#[test]
fn what_is_planned_is_done_once() {
    let test = "publish::pypi::what_is_planned_is_done_once";
    for client in ["uv", "twine"] {
        let Some(mut shop) = open(test, client) else {
            return;
        };
        let twin = shop.twin(&["pypi"], &[]);
        let planned = shop.planned(&["pypi"]);
        assert_eq!(planned.len(), COUNT);
        assert!(log(&twin).is_empty(), "a plan asks nobody");
        let first = shop.publish(&["pypi"]).ends(0);
        assert!(row(&first).contains("live"), "{client}: {}", first.text());
        for step in &planned {
            assert!(first.stderr.contains(step.as_str()), "{step}\n{}", first.stderr);
        }
        let before = log(&twin);
        assert_eq!(uploads(&before), [200; COUNT]);
        let again = shop.publish(&["pypi"]).ends(0);
        assert!(row(&again).contains("already there"), "{}", again.text());
        let asked = &log(&twin)[before.len()..];
        assert!(asked.iter().all(|it| it.method == "GET"), "{asked:?}");

        let status = run(&shop.command(&["status", "--channel", "pypi", "--json"]))
            .ends(0)
            .text();
        let status: serde_json::Value = serde_json::from_str(&status).unwrap();
        let row = &status["channels"][0];
        assert_eq!(row["version"], "1.2.3", "{status}");
        assert!(
            row["deadline"].to_string().contains("files can be added"),
            "{status}"
        );
        assert!(row["page"].to_string().ends_with("/project/demo/\""), "{status}");
    }
}

#[test]
fn other_ways_to_prove_who_one_is() {
    let test = "publish::pypi::other_ways_to_prove_who_one_is";
    for (client, given) in [
        ("uv", &["TWINE_USERNAME", "TWINE_PASSWORD"][..]),
        ("uv", &["MATURIN_PYPI_TOKEN"]),
        ("twine", &["TWINE_USERNAME", "TWINE_PASSWORD"]),
    ] {
        let Some(mut shop) = open(test, client) else {
            return;
        };
        let _twin = shop.twin(&["pypi"], &[]);
        shop.variable("UV_PUBLISH_TOKEN", "");
        for name in given {
            shop.variable(name, &xtask::twin::credential::of(name));
        }
        let done = shop.publish(&["pypi"]).ends(0);
        assert!(row(&done).contains("live"), "{client} {given:?}: {}", done.text());
    }
}

#[test]
fn other_bytes_are_never_overwritten() {
    let test = "publish::pypi::other_bytes_are_never_overwritten";
    let Some(mut shop) = open(test, "uv") else { return };
    let twin = shop.twin(&["pypi"], &[]);
    let base = twin.base("pypi", "pypi").unwrap();
    let name = "demo-1.2.3-py3-none-win_amd64.whl";
    let theirs = seed::put(&base, &seed::wheel("win_amd64"), name);
    let before = log(&twin).len();
    let refused = shop.publish(&["pypi"]).ends(1);
    let ours = xtask::digest::Sha256::of(&files::read(&shop.dist.join("channels/pypi").join(name)).unwrap());
    for digest in [theirs, ours.to_string()] {
        assert!(refused.stderr.contains(&digest), "{digest}\n{}", refused.stderr);
    }
    assert!(log(&twin)[before..].iter().all(|it| it.method == "GET"));
}

#[test]
fn a_run_goes_on_where_one_has_ended() {
    let test = "publish::pypi::a_run_goes_on_where_one_has_ended";
    let Some(mut shop) = open(test, "uv") else { return };
    let twin = shop.twin(&["pypi"], &[("pypi", "POST:400@3,POST:403@5")]);
    let first = shop.publish(&["pypi"]).ends(1);
    assert!(row(&first).contains("failed"), "{}", first.text());
    let half = log(&twin);
    assert_eq!(uploads(&half).iter().filter(|it| **it == 200).count(), COUNT - 2);
    shop.publish(&["pypi"]).ends(0);
    assert_eq!(uploads(&log(&twin)[half.len()..]), [200, 200]);
}

#[test]
fn what_may_pass_is_tried_again_and_nothing_is_sent_twice() {
    let test = "publish::pypi::what_may_pass_is_tried_again_and_nothing_is_sent_twice";
    let faults = "POST:503@1,POST:reset@2,POST:truncate@3,POST:stored502@4,POST:429@5:retry-after=1,POST:500@7,POST:504@9,\
                  POST:early503@11,GET:502@3,GET:reset@5,GET:429@7:retry-after=0,GET:truncate@24";
    for (client, more) in [("uv", ",POST:timeout@6,POST:timeout@8"), ("twine", "")] {
        let Some(mut shop) = open(test, client) else {
            return;
        };
        let twin = shop.twin(&["pypi"], &[("pypi", &format!("{faults}{more}"))]);
        let done = run(&shop.publishing(&["pypi"]).args(["--answer-s", "2"])).ends(0);
        assert!(row(&done).contains("live"), "{client}: {}", done.text());
        let log = log(&twin);
        // Sent again by twine itself after a 5xx, the same file is no second one: the index answers 200 (P1).
        let is_stored =
            |it: &&Logged| it.method == "POST" && (it.status == 200 || it.fault.contains("stored"));
        let stored = log.iter().filter(is_stored).count();
        assert!(stored == COUNT || client == "twine", "{client}: {stored}");
        let hit = log.iter().filter(|it| !it.fault.is_empty()).count();
        assert!(hit >= 9, "{client}: {hit} faults have hit");
    }
}

#[test]
fn what_stays_ends_with_the_words_of_the_index() {
    let test = "publish::pypi::what_stays_ends_with_the_words_of_the_index";
    for (client, fault, words) in [
        ("uv", "POST:401@1*", "status code 401"),
        ("uv", "POST:403@1*", "status code 403"),
        ("uv", "POST:404@1*", "status code 404"),
        ("uv", "POST:422@1*", "status code 422"),
        ("uv", "POST:redirect@1*", "redirected"),
        ("uv", "POST:503@1*", "status code 503"),
        ("twine", "POST:403@1*", "HTTPError: 403"),
        ("twine", "POST:400@1*", "HTTPError: 400"),
    ] {
        let Some(mut shop) = open(test, client) else {
            return;
        };
        let twin = shop.twin(&["pypi"], &[("pypi", fault)]);
        let failed = shop.publish(&["pypi"]).ends(1);
        assert!(row(&failed).contains("failed"), "{fault}: {}", failed.text());
        assert!(failed.text().contains(words), "{fault}: {}", failed.text());
        let attempts = if fault.contains("503") { 5 } else { 1 };
        assert_eq!(uploads(&log(&twin)).len(), COUNT * attempts, "{fault}");
    }
}

#[test]
fn an_index_that_cannot_be_read_stops_it_before_the_first_change() {
    let test = "publish::pypi::an_index_that_cannot_be_read_stops_it_before_the_first_change";
    let Some(mut shop) = open(test, "uv") else { return };
    for (fault, words) in [
        ("GET:401@1*", "401"),
        ("GET:403@1*", "403"),
        ("GET:503@1*", "503"),
        ("GET:redirect@1*", "redirects"),
    ] {
        let twin = shop.twin(&["pypi"], &[("pypi", fault)]);
        let failed = shop.publish(&["pypi"]).ends(1);
        assert!(failed.stderr.contains(words), "{fault}\n{}", failed.stderr);
        assert!(log(&twin).iter().all(|it| it.method == "GET"), "{fault}");
    }
    let twin = shop.twin(&["pypi"], &[("pypi", "GET:digest@1*")]);
    let failed = shop.publish(&["pypi"]).ends(1);
    assert!(failed.text().contains(".whl is there with "), "{}", failed.text());
    assert!(uploads(&log(&twin)).len() <= COUNT);
}
