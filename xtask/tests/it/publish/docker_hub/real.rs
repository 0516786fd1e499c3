//! Registries and clients that nobody here wrote: Debian's docker-registry, skopeo and podman.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use xtask::apply::{Done, apply};
use xtask::channel;
use xtask::digest::Sha256;
use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::effect::report::Report;
use xtask::outside::{Outside, Tempo};
use xtask::plan::Item;
use xtask::protocol::endpoint::Endpoints;
use xtask::protocol::oci::{Load, Place, Verb};
use xtask::publish::Weight;

use super::raw::Raw;
use super::{NAME, TAGS, changes, log, raw, says};
use crate::channels::docker_hub::run::Registry;
use crate::channels::fixture::judge;
use crate::publish::fixture::Shop;
use crate::support::{Run, run, scratch};

/// `user:secret`, hashed with the least work that there is.
const LOGINS: &str = "user:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

fn skopeo(program: &Program, words: &[&str]) -> Run {
    run(&program.clone().arg("--insecure-policy").args(words)).ends(0)
}

/// The digest under which the release has its index.
fn ours(shop: &Shop) -> String {
    let list = shop.dist.join("channels/docker-hub/demo/index.json");
    let list: Value = serde_json::from_slice(&files::read(&list).unwrap()).unwrap();
    list["manifests"][0]["digest"].as_str().unwrap().to_owned()
}

/// Pulls a tag with all machines, and gives the digest that came.
fn pulled(program: &Program, dir: &Path, image: &str, words: &[&str]) -> String {
    let layout = dir.join(format!("pulled-{}", image.rsplit_once(':').unwrap().1));
    let to = format!("oci:{}:x", layout.display());
    let copy = ["copy", "--all", "--preserve-digests", "--src-tls-verify=false"];
    let words: Vec<&str> = copy.iter().chain(words).copied().chain([image, &to]).collect();
    skopeo(program, &words);
    let list: Value = serde_json::from_slice(&files::read(&layout.join("index.json")).unwrap()).unwrap();
    list["manifests"][0]["digest"].as_str().unwrap().to_owned()
}

/// What is common to a registry that is open and one with a login.
fn goes_to_docker_registry(test: &str, login: Option<(&str, &str)>) {
    let Some(mut shop) = Shop::open(test) else { return };
    let dir = shop.scratch.path().to_owned();
    let (Some(program), Some(_)) = (judge("skopeo", test, &dir), judge("docker-registry", test, &dir)) else {
        return;
    };
    let program = program.env("HOME", &dir);
    let (user, password) = login.unwrap_or(("nobody", "nothing"));
    let more = login.map(|_| {
        let path = dir.join("logins");
        files::write(&path, LOGINS.as_bytes()).unwrap();
        format!("auth: {{htpasswd: {{realm: x, path: {}}}}}\n", path.display())
    });
    let registry = Registry::with(&dir, more.as_deref().unwrap_or_default());
    let host = format!("127.0.0.1:{}", registry.port);
    shop.endpoint(NAME, &format!("http://{host}"));
    shop.variable("DOCKERHUB_USERNAME", user);
    shop.variable("DOCKERHUB_TOKEN", "not-it");
    if login.is_some() {
        says(&shop.publish(&[NAME]), 1, "authentication required");
    }
    shop.variable("DOCKERHUB_TOKEN", password);
    says(&shop.publish(&[NAME]), 0, "live");
    says(&shop.publish(&[NAME]), 0, "already there");
    let ours = ours(&shop);
    let pair = format!("{user}:{password}");
    for tag in TAGS {
        let image = format!("docker://{host}/owner/demo:{tag}");
        assert_eq!(
            pulled(&program, &dir, &image, &["--src-creds", &pair]),
            ours,
            "{tag}"
        );
    }
    // This registry is older than the list of what is attached, so a tag holds it for each image.
    let listed = skopeo(
        &program,
        &[
            "list-tags",
            "--tls-verify=false",
            "--creds",
            &pair,
            &format!("docker://{host}/owner/demo"),
        ],
    );
    let tags: Vec<String> = serde_json::from_value(listed.json()["Tags"].clone()).unwrap();
    let lists: Vec<&String> = tags.iter().filter(|it| it.starts_with("sha256-")).collect();
    assert_eq!(
        (tags.len(), lists.is_empty()),
        (TAGS.len() + lists.len(), false),
        "{tags:?}"
    );
    let list = format!("docker://{host}/owner/demo:{}", lists[0]);
    let raw = skopeo(
        &program,
        &["inspect", "--raw", "--tls-verify=false", "--creds", &pair, &list],
    )
    .json();
    assert_eq!(
        raw["manifests"][0]["artifactType"], "application/vnd.cyclonedx+json",
        "{raw}"
    );
}

#[test]
fn an_open_docker_registry_takes_it_and_skopeo_pulls_the_same() {
    const TEST: &str =
        "publish::docker_hub::real::an_open_docker_registry_takes_it_and_skopeo_pulls_the_same";
    goes_to_docker_registry(TEST, None);
}

#[test]
fn a_docker_registry_with_a_login_takes_it() {
    const TEST: &str = "publish::docker_hub::real::a_docker_registry_with_a_login_takes_it";
    goes_to_docker_registry(TEST, Some(("user", "secret")));
}

/// The outside of a test in this process, without a release.
fn outside(dir: &Path, shop: &Shop, registry: &str) -> Outside {
    let credentials = xtask::twin::credential::all();
    let mut endpoints = Endpoints::default();
    endpoints.set(NAME, registry);
    let tempo = Tempo {
        first_wait: Duration::from_millis(10),
        ..Tempo::default()
    };
    let mut outside = Outside::new(&shop.dist, endpoints, credentials, tempo, Report::quiet()).unwrap();
    dir.clone_into(&mut outside.dist);
    outside
}

/// A blob that is larger than what goes in one request, and the step that brings it to a registry.
fn large(dir: &Path, registry: &str) -> Verb {
    let bytes: Vec<u8> = (0_u32..9 << 20)
        .flat_map(|it| it.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    files::write(&dir.join("large"), &bytes).unwrap();
    Verb::Blob {
        load: Box::new(Load {
            place: Place {
                registry: registry.to_owned(),
                repository: "owner/demo".to_owned(),
            },
            item: Item {
                path: "large".to_owned(),
                size_bytes: bytes.len() as u64,
                sha256: Sha256::of(&bytes),
            },
            what: "the layer".to_owned(),
            media_type: "application/vnd.oci.image.layer.v1.tar".to_owned(),
        }),
        from: None,
    }
}

#[test]
fn a_large_blob_goes_in_pieces_and_on_from_where_it_broke() {
    const TEST: &str = "publish::docker_hub::real::a_large_blob_goes_in_pieces_and_on_from_where_it_broke";
    let Some(mut shop) = Shop::open(TEST) else { return };
    let dir = scratch();
    let channel = channel::find(NAME).unwrap();
    if judge("docker-registry", TEST, dir.path()).is_some() {
        let registry = Registry::start(dir.path());
        let base = format!("http://127.0.0.1:{}", registry.port);
        let verb = large(dir.path(), &base);
        let outside = outside(dir.path(), &shop, &base);
        assert_eq!(apply(&verb, &outside.act(channel), None).unwrap(), Done::Made);
        assert_eq!(
            apply(&verb, &outside.act(channel), None).unwrap(),
            Done::AlreadyThere
        );
    }
    let twin = shop.twin(&[NAME], &[(NAME, "PATCH:reset@3,PATCH:stored502@6,PATCH:503@8")]);
    let base = twin.base(NAME, NAME).unwrap();
    let verb = large(dir.path(), &base);
    let outside = outside(dir.path(), &shop, &base);
    assert_eq!(apply(&verb, &outside.act(channel), None).unwrap(), Done::Made);
    let log = log(&twin, NAME);
    let pieces = log.iter().filter(|it| it.method == "PATCH").count();
    // Nine pieces of 4 MiB; two were lost, and one was kept although the answer was not.
    assert_eq!(pieces, 9 + 2, "{log:#?}");
    assert_eq!(
        log.iter().filter(|it| it.method == "POST").count(),
        1,
        "one upload that goes on"
    );
    assert_eq!(changes(&log).last().unwrap().status, 201);
}

/// A small blob for a repository, which another may have.
fn small(dir: &Path, registry: &str, repository: &str, from: Option<&str>) -> Verb {
    let bytes = b"what two images have in common";
    files::write(&dir.join("small"), bytes).unwrap();
    Verb::Blob {
        load: Box::new(Load {
            place: Place {
                registry: registry.to_owned(),
                repository: repository.to_owned(),
            },
            item: Item {
                path: "small".to_owned(),
                size_bytes: bytes.len() as u64,
                sha256: Sha256::of(bytes),
            },
            what: "the layer".to_owned(),
            media_type: "application/vnd.oci.image.layer.v1.tar".to_owned(),
        }),
        from: from.map(str::to_owned),
    }
}

#[test]
fn a_blob_of_another_repository_is_taken_over_or_sent() {
    const TEST: &str = "publish::docker_hub::real::a_blob_of_another_repository_is_taken_over_or_sent";
    let Some(mut shop) = Shop::open(TEST) else { return };
    let dir = scratch();
    let channel = channel::find(NAME).unwrap();
    let twin = shop.twin(&[NAME], &[]);
    let registry = judge("docker-registry", TEST, dir.path()).map(|_| Registry::start(dir.path()));
    let real = registry
        .as_ref()
        .map(|it| format!("http://127.0.0.1:{}", it.port));
    for base in real.into_iter().chain(twin.base(NAME, NAME)) {
        let outside = outside(dir.path(), &shop, &base);
        let made = |repository: &str, from: Option<&str>| {
            let verb = small(dir.path(), &base, repository, from);
            assert_eq!(
                apply(&verb, &outside.act(channel), None).unwrap(),
                Done::Made,
                "{repository}"
            );
            assert_eq!(
                apply(&verb, &outside.act(channel), None).unwrap(),
                Done::AlreadyThere
            );
        };
        // Where the other repository does not have it, it is sent.
        made("owner/demo", Some("owner/empty"));
        made("owner/other", Some("owner/demo"));
    }
    let log = log(&twin, NAME);
    let found: Vec<(&str, u16)> = changes(&log)
        .iter()
        .map(|it| (it.method.as_str(), it.status))
        .collect();
    assert_eq!(found, [("POST", 202), ("PUT", 201), ("POST", 201)]);
}

#[test]
fn the_twin_tells_what_is_served_and_who_may_push() {
    const TEST: &str = "publish::docker_hub::real::the_twin_tells_what_is_served_and_who_may_push";
    let Some(mut shop) = Shop::open(TEST) else { return };
    let twin = shop.twin(&[NAME], &[]);
    let channel = channel::find(NAME).unwrap();
    let outside = outside(&shop.dist, &shop, &twin.base(NAME, NAME).unwrap());
    let look = outside.look(channel);
    let live = || (channel.live)(&look, &shop.demo.edition).unwrap().version;
    let words = |weight: Weight| -> Vec<String> {
        let found = (channel.examine)(&look, &shop.demo.edition);
        found
            .into_iter()
            .filter(|it| it.weight == weight)
            .map(|it| it.what)
            .collect()
    };
    assert_eq!(live(), None);
    assert!(
        words(Weight::Good)
            .iter()
            .any(|it| it.ends_with("is free: the first push makes it"))
    );
    assert!(
        words(Weight::Good)
            .iter()
            .any(|it| it.starts_with("the token may push to"))
    );
    let there = raw(&twin);
    there.image("1.3.0", "1.3.0", true);
    there.image("1.4.0-rc.1", "1.4.0-rc.1", false);
    assert_eq!(live().as_deref(), Some("1.3.0"));
    there.image("latest", "1.2.0", true);
    assert_eq!(live().as_deref(), Some("1.2.0"));
    says(&shop.publish(&[NAME]), 0, "live");
    assert_eq!(live().as_deref(), Some("1.2.3"));
    assert!(words(Weight::Good).iter().any(|it| it.ends_with("is ours")));
    // Nobody is told that nothing is there by a registry that does not answer.
    drop(twin);
    assert!((channel.live)(&look, &shop.demo.edition).is_err());
}

#[test]
fn skopeo_and_podman_speak_to_the_twin() {
    const TEST: &str = "publish::docker_hub::real::skopeo_and_podman_speak_to_the_twin";
    let Some(mut shop) = Shop::open(TEST) else { return };
    let dir = shop.scratch.path().to_owned();
    let Some(program) = judge("skopeo", TEST, &dir) else {
        return;
    };
    let program = program.env("HOME", &dir);
    let twin = shop.twin(&[NAME], &[]);
    let base = twin.base(NAME, NAME).unwrap();
    let host = base.trim_start_matches("http://");
    let layout = shop.dist.join("channels/docker-hub/demo");
    let image = format!("docker://{host}/owner/other:1.2.3");
    let from = format!("oci:{}:1.2.3", layout.display());
    let login = "rehearsal:rehearsal-dockerhub-token";
    let push = [
        "copy",
        "--all",
        "--preserve-digests",
        "--dest-tls-verify=false",
        "--dest-creds",
        login,
    ];
    skopeo(&program, &[&push[..], &[&from, &image]].concat());
    assert_eq!(pulled(&program, &dir, &image, &[]), ours(&shop));
    let raw = skopeo(&program, &["inspect", "--raw", "--tls-verify=false", &image]).stdout;
    assert_eq!(format!("sha256:{}", Sha256::of(&raw)), ours(&shop));
    // A second image finds its blobs in the first.
    let other = format!("docker://{host}/owner/third:1.2.3");
    let copy = [
        "copy",
        "--all",
        "--preserve-digests",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
    ];
    let words = ["--src-creds", login, "--dest-creds", login, &image, &other];
    skopeo(&program, &[&copy[..], &words].concat());
    // Who has no login may read, and no more.
    let refused = run(&program.clone().args([
        "--insecure-policy",
        "copy",
        "--dest-tls-verify=false",
        &from,
        &image,
    ]));
    assert!(
        refused.code != Some(0) && refused.stderr.contains("denied"),
        "{}",
        refused.stderr
    );
    skopeo(
        &program,
        &["delete", "--tls-verify=false", "--creds", login, &image],
    );
    let gone = run(&program
        .clone()
        .args(["--insecure-policy", "inspect", "--tls-verify=false", &image]));
    assert!(gone.stderr.contains("manifest unknown"), "{}", gone.stderr);

    let Some(podman) = judge("podman", TEST, &dir) else {
        return;
    };
    // podman refuses a `--runroot` of more than 50 letters.
    let short = scratch();
    let store = short.path();
    let podman = podman
        .env("HOME", &dir)
        .env("XDG_RUNTIME_DIR", store)
        .arg("--root")
        .arg(store.join("root"))
        .arg("--runroot")
        .arg(store.join("run"))
        .args(["--storage-driver", "vfs"]);
    let pull = format!("{host}/owner/third:1.2.3");
    let pulled = run(&podman
        .clone()
        .args(["pull", "--quiet", "--tls-verify=false", &pull]));
    if pulled.stderr.contains("not permitted") || pulled.stderr.contains("newuidmap") {
        return crate::support::skipped(
            TEST,
            &format!("podman may not work here: {}", pulled.stderr.trim()),
        );
    }
    pulled.ends(0);
    let to = format!("docker://{host}/owner/fourth:1.2.3");
    run(&podman.args([
        "push",
        "--quiet",
        "--tls-verify=false",
        "--creds",
        login,
        &pull,
        &to,
    ]))
    .ends(0);
    let mine = raw_of(&twin, "owner/fourth");
    assert!(mine.digest("1.2.3").is_some());
}

fn raw_of(twin: &xtask::twin::Twin, repository: &str) -> Raw {
    let base = twin.base(NAME, NAME).unwrap();
    Raw::login(
        &base,
        "registry.docker.io",
        "rehearsal",
        "rehearsal-dockerhub-token",
        repository,
    )
}

#[test]
fn a_rehearsal_installs_with_the_clients_that_are_here() {
    const TEST: &str = "publish::docker_hub::real::a_rehearsal_installs_with_the_clients_that_are_here";
    let Some(shop) = Shop::open(TEST) else { return };
    if judge("skopeo", TEST, shop.scratch.path()).is_none() {
        return;
    }
    let run = run(&shop.command(&["rehearse", "--channel", NAME, "--json"])).ends(0);
    let document = run.json();
    assert_eq!(document["channels"][0]["outcome"], "live", "{document}");
    let clients = document["clients"].as_array().unwrap();
    let of = |name: &str| clients.iter().find(|it| it["client"] == name).unwrap();
    assert_eq!(of("skopeo")["outcome"], "installed", "{document}");
    assert!(
        of("skopeo")["detail"].as_str().unwrap().contains("linux/arm64"),
        "{document}"
    );
    assert_ne!(of("podman")["outcome"], "failed", "{document}");
}
