//! Publishing to Docker Hub: against real servers, the twin, and its faults.

mod faults;
pub(crate) mod raw;
mod real;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use raw::Raw;
use xtask::twin::Twin;
use xtask::twin::server::Logged;

use super::fixture::Shop;
use crate::support::{Run, put};

const NAME: &str = "docker-hub";

/// The tags of a release, the exact one first.
const TAGS: &[&str] = &["1.2.3", "1.2", "1", "latest"];

/// Who may do everything in the repository of the demo.
fn raw(twin: &Twin) -> Raw {
    let base = twin.base(NAME, NAME).unwrap();
    let (user, password) = ("rehearsal", "rehearsal-dockerhub-token");
    Raw::login(&base, "registry.docker.io", user, password, "owner/demo")
}

/// What a registry of the twin was asked.
pub(crate) fn log(twin: &Twin, name: &str) -> Vec<Logged> {
    let found = twin.servers.iter().find(|it| it.row.name == name).unwrap();
    found.server.log()
}

/// The requests that change something.
pub(crate) fn changes(log: &[Logged]) -> Vec<&Logged> {
    log.iter()
        .filter(|it| !matches!(it.method.as_str(), "GET" | "HEAD"))
        .collect()
}

#[track_caller]
pub(crate) fn says(run: &Run, code: i32, words: &str) {
    assert_eq!(run.code, Some(code), "{}{}", run.text(), run.stderr);
    assert!(
        run.text().contains(words) || run.stderr.contains(words),
        "{words}: {}{}",
        run.text(),
        run.stderr
    );
}

#[test]
fn a_release_goes_out_as_the_dry_run_says_and_only_once() {
    let Some(mut shop) =
        Shop::open("publish::docker_hub::a_release_goes_out_as_the_dry_run_says_and_only_once")
    else {
        return;
    };
    let twin = shop.twin(&[NAME], &[]);
    let planned = shop.planned(&[NAME]);
    assert!(log(&twin, NAME).is_empty(), "a dry run asks nobody");
    let run = shop.publish(&[NAME]);
    says(&run, 0, "live");
    assert!(planned.len() > 10);
    for step in &planned {
        assert!(run.stderr.contains(step.as_str()), "{step}: {}", run.stderr);
    }
    let first = log(&twin, NAME);
    // What points comes after what it points to: blobs, manifests by digest, the exact tag, the others.
    let puts: Vec<&str> = first
        .iter()
        .filter(|it| it.method == "PUT")
        .map(|it| it.path.as_str())
        .collect();
    let rank = |path: &str| match path.rsplit_once("/manifests/") {
        None => 0,
        Some((_, it)) if it.starts_with("sha256:") => 1,
        Some((_, "1.2.3")) => 2,
        Some(_) => 3,
    };
    assert!(puts.is_sorted_by_key(|it| rank(it)), "{puts:?}");
    assert!(
        changes(&first).iter().all(|it| matches!(it.status, 201 | 202)),
        "{first:?}"
    );
    assert_eq!(
        first.iter().filter(|it| it.path == "/token").count(),
        1,
        "one token for the run"
    );
    let there = raw(&twin);
    let exact = there.digest("1.2.3");
    assert!(exact.is_some() && TAGS.iter().all(|it| there.digest(it) == exact));
    // The list of what is attached is the registry's own: no tag stands in for it.
    assert_eq!(there.tags(), ["1", "1.2", "1.2.3", "latest"]);

    let seen = log(&twin, NAME).len();
    let again = shop.publish(&[NAME]);
    says(&again, 0, "already there");
    let second = log(&twin, NAME).split_off(seen);
    assert_eq!(changes(&second), Vec::<&Logged>::new());
}

#[test]
fn other_bytes_under_the_exact_tag_stop_it() {
    let Some(mut shop) = Shop::open("publish::docker_hub::other_bytes_under_the_exact_tag_stop_it") else {
        return;
    };
    let twin = shop.twin(&[NAME], &[]);
    let there = raw(&twin).image("1.2.3", "1.2.3", false);
    let seen = log(&twin, NAME).len();
    let run = shop.publish(&[NAME]);
    says(&run, 1, &format!("is there with {there}, ours is sha256:"));
    assert_eq!(changes(&log(&twin, NAME).split_off(seen)), Vec::<&Logged>::new());
    assert_eq!(raw(&twin).digest("1.2.3"), Some(there));
}

#[test]
fn tags_move_forward_and_never_back() {
    let Some(mut shop) = Shop::open("publish::docker_hub::tags_move_forward_and_never_back") else {
        return;
    };
    let twin = shop.twin(&[NAME], &[]);
    let newer = raw(&twin).image("1.2", "1.2.9", false);
    let newest = raw(&twin).image("latest", "2.0.0", true);
    let older = raw(&twin).image("1", "1.2.2", true);
    let run = shop.publish(&[NAME]);
    says(&run, 0, "live");
    assert!(
        run.stderr.contains("the tag `1.2` stays at 1.2.9"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("the tag `latest` stays at 2.0.0"),
        "{}",
        run.stderr
    );
    let there = raw(&twin);
    assert_eq!(
        (there.digest("1.2"), there.digest("latest")),
        (Some(newer), Some(newest))
    );
    assert_eq!(there.digest("1"), there.digest("1.2.3"));
    assert_ne!(there.digest("1"), Some(older));
}

#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    let Some(mut shop) = Shop::open("publish::docker_hub::an_interrupted_run_goes_on_where_it_was") else {
        return;
    };
    let twin = shop.twin(
        &[NAME],
        &[(NAME, "PUT:403@4,PUT:/v2/owner/demo/manifests/1.2.3:409@1")],
    );
    let uploads = |log: &[Logged]| -> Vec<String> {
        let done = log.iter().filter(|it| it.method == "PUT" && it.status == 201);
        done.map(|it| format!("{}{}", it.path, it.query)).collect()
    };
    says(&shop.publish(&[NAME]), 1, "PUT");
    says(&shop.publish(&[NAME]), 1, "409");
    says(&shop.publish(&[NAME]), 0, "live");
    let all = uploads(&log(&twin, NAME));
    let digests: Vec<&str> = all
        .iter()
        .map(|it| it.rsplit_once("digest=").map_or(it.as_str(), |it| it.1))
        .collect();
    let mut once = digests.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), digests.len(), "{all:?}");
}

#[test]
fn a_login_of_docker_stands_in_for_the_variables() {
    let Some(mut shop) = Shop::open("publish::docker_hub::a_login_of_docker_stands_in_for_the_variables")
    else {
        return;
    };
    let twin = shop.twin(&[NAME], &[]);
    for variable in ["DOCKERHUB_USERNAME", "DOCKERHUB_TOKEN"] {
        shop.variable(variable, "");
    }
    says(
        &shop.publish(&[NAME]),
        1,
        "no credential: `DOCKERHUB_USERNAME` with `DOCKERHUB_TOKEN`",
    );
    assert!(log(&twin, NAME).is_empty());
    let pair = BASE64_STANDARD.encode("rehearsal:rehearsal-dockerhub-token");
    let logins = format!("{{\"auths\":{{\"https://index.docker.io/v1/\":{{\"auth\":\"{pair}\"}}}}}}");
    put(&shop.scratch.path().join("home/.docker"), "config.json", &logins);
    says(&shop.publish(&[NAME]), 0, "live");
}
