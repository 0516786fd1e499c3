//! Chocolatey: a package is pushed once, and moderation is no failure.

mod looks;
mod nuget;
mod real;

use std::path::PathBuf;

use xtask::apply::{Done, apply};
use xtask::digest::{Algorithm, Sha256, bytes};
use xtask::effect::files;
use xtask::effect::http::{Http, Part, PartContent, Request};
use xtask::effect::report::Report;
use xtask::outside::{Outside, Tempo};
use xtask::pack::nupkg::{self, Core};
use xtask::plan::Item;
use xtask::protocol::endpoint::Endpoints;
use xtask::protocol::nuget::Verb;
use xtask::twin::fault::Faults;
use xtask::twin::server::Server;
use xtask::twin::{SITES, World, credential};

use crate::publish::fixture::Shop;
use crate::support::Run;

const CHANNEL: &str = "chocolatey";
const FILE: &str = "channels/chocolatey/demo.1.2.3.nupkg";

/// The gallery alone: the channel's other registry, GitHub, is not asked for anything.
struct Gallery(Server);

impl Gallery {
    fn open(faults: &str) -> Gallery {
        let world = World {
            dir: PathBuf::new(),
            repository: ("owner".to_owned(), "demo".to_owned()),
            root: None,
            version: "1.2.3".to_owned(),
            commit: None,
            others: Vec::new(),
            names: Vec::new(),
        };
        let row = SITES.iter().find(|it| it.name == CHANNEL).unwrap();
        let site = (row.open)(&world).unwrap();
        Gallery(Server::start(site, 0, Faults::parse(faults).unwrap()).unwrap())
    }

    /// Opens it for a shop.
    fn of(shop: &mut Shop, faults: &str) -> Gallery {
        let gallery = Gallery::open(faults);
        shop.endpoint("chocolatey-push", &gallery.0.base());
        shop.endpoint("chocolatey-feed", &gallery.0.base());
        shop.variable("CHOCOLATEY_API_KEY", &key());
        gallery
    }
}

/// The requests that changed something, or tried to.
fn changes(twin: &Gallery) -> Vec<String> {
    let log = twin.0.log().into_iter();
    let log = log.filter(|it| !matches!(it.method.as_str(), "GET" | "HEAD"));
    log.map(|it| format!("{} {} {}", it.method, it.path, it.status))
        .collect()
}

fn base(twin: &Gallery) -> String {
    twin.0.base()
}

fn moderate(twin: &Gallery, version: &str, status: &str) {
    let request = Request::post(format!("{}/moderate/demo/{version}/{status}", base(twin)));
    assert_eq!(Http::new().send(&request).unwrap().status, 204);
}

/// SHA-512 of the rendered package, in base64.
fn rendered(shop: &Shop) -> String {
    use base64::Engine;
    let hash = bytes(&files::read(&shop.dist.join(FILE)).unwrap(), Algorithm::Sha512);
    base64::prelude::BASE64_STANDARD.encode(hash.bytes())
}

#[track_caller]
fn ends(run: &Run, outcome: &str, code: i32) {
    assert_eq!(run.code, Some(code), "{}\n{}", run.text(), run.stderr);
    let is_row = |it: &str| it.starts_with(CHANNEL) && it.contains(outcome);
    assert!(run.text().lines().any(is_row), "{outcome}: {}", run.text());
}

/// A package with nothing but its nuspec.
fn package(id: &str, version: &str) -> Vec<u8> {
    let core = Core {
        id: id.to_owned(),
        version: version.to_owned(),
        authors: "Somebody".to_owned(),
        description: "Another package".to_owned(),
        tags: "other".to_owned(),
    };
    let nuspec = format!(
        "<?xml version=\"1.0\"?>\n<package xmlns=\"http://schemas.microsoft.com/packaging/2015/06/nuspec.xsd\"><metadata>\
         <id>{id}</id><version>{version}</version><authors>Somebody</authors><description>Another package</description>\
         </metadata></package>\n"
    );
    nupkg::write(&core, &nuspec, Vec::new(), 0).unwrap()
}

/// Pushes bytes with a key, and gives the status and the words beside it.
fn push(base: &str, key: Option<&str>, bytes: Vec<u8>) -> (u16, String) {
    let part = Part {
        name: "package".to_owned(),
        file_name: Some("package.nupkg".to_owned()),
        content_type: Some("application/octet-stream".to_owned()),
        content: PartContent::Bytes(bytes),
    };
    let mut request = Request::put(format!("{base}/api/v2/package/")).multipart(vec![part]);
    if let Some(key) = key {
        request = request.header("x-nuget-apikey", key);
    }
    let answer = Http::new().send(&request).unwrap();
    (answer.status, answer.reason)
}

fn key() -> String {
    credential::of("CHOCOLATEY_API_KEY")
}

#[test]
fn it_is_pushed_once_and_waits_for_a_moderator() {
    let Some(mut shop) = Shop::open("chocolatey::it_is_pushed_once") else {
        return;
    };
    let twin = Gallery::of(&mut shop, "");
    let planned = shop.planned(&[CHANNEL]);
    assert_eq!(planned.len(), 1, "{planned:?}");
    assert!(
        planned[0].starts_with("chocolatey: push demo.1.2.3.nupkg ("),
        "{planned:?}"
    );
    let first = shop.publish(&[CHANNEL]);
    ends(&first, "waiting", 0);
    assert!(first.stderr.contains(&planned[0]), "{}", first.stderr);
    assert_eq!(changes(&twin), ["PUT /api/v2/package/ 201"]);
    // What is in review is not sent again, and what was approved is there.
    ends(&shop.publish(&[CHANNEL]), "waiting", 0);
    moderate(&twin, "1.2.3", "Approved");
    let served = Http::new()
        .send(&Request::get(format!(
            "{}/api/v2/FindPackagesById()?id='demo'",
            base(&twin)
        )))
        .unwrap();
    assert!(served.text().contains(&rendered(&shop)), "{}", served.text());
    ends(&shop.publish(&[CHANNEL]), "already there", 0);
    let pushes = changes(&twin).into_iter().filter(|it| it.starts_with("PUT"));
    assert_eq!(pushes.count(), 1);
    for text in [&first.stderr, &first.text()] {
        assert!(!text.contains(&key()), "{text}");
    }
    // Rejected: said, and not sent.
    moderate(&twin, "1.2.3", "Rejected");
    let run = shop.publish(&[CHANNEL]);
    assert!(
        run.code == Some(1) && run.stderr.contains("was rejected"),
        "{}",
        run.stderr
    );
}

#[test]
fn other_bytes_are_replaced_only_when_a_person_asks_and_nobody_has_approved_them() {
    let Some(mut shop) = Shop::open("chocolatey::other_bytes") else {
        return;
    };
    let twin = Gallery::of(&mut shop, "");
    let other = package("demo", "1.2.3");
    assert_eq!(push(&base(&twin), Some(&key()), other.clone()).0, 201);
    let run = shop.publish(&[CHANNEL]);
    assert_eq!(run.code, Some(1));
    let theirs = {
        use base64::Engine;
        base64::prelude::BASE64_STANDARD.encode(bytes(&other, Algorithm::Sha512).bytes())
    };
    for words in [theirs.as_str(), &rendered(&shop), "resubmit = true"] {
        assert!(run.stderr.contains(words), "{words}\n{}", run.stderr);
    }
    assert_eq!(changes(&twin).len(), 1);
    moderate(&twin, "1.2.3", "Approved");
    let run = shop.publish(&[CHANNEL]);
    assert!(
        run.code == Some(1) && !run.stderr.contains("resubmit = true"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_fix_takes_the_place_of_what_waits_when_a_person_asks() {
    let Some(mut shop) = Shop::open("chocolatey::a_fix") else {
        return;
    };
    let gallery = Gallery::of(&mut shop, "");
    assert_eq!(
        push(&base(&gallery), Some(&key()), package("demo", "1.2.3")).0,
        201
    );
    let bytes = files::read(&shop.dist.join(FILE)).unwrap();
    let verb = Verb::Push {
        id: "demo".to_owned(),
        version: "1.2.3".to_owned(),
        item: Item {
            path: FILE.to_owned(),
            size_bytes: bytes.len() as u64,
            sha256: Sha256::of(&bytes),
        },
        push: base(&gallery),
        feed: base(&gallery),
        resubmits: true,
    };
    let endpoints = Endpoints::default();
    let tempo = Tempo::default();
    let outside = Outside::new(&shop.dist, endpoints, credential::all(), tempo, Report::quiet()).unwrap();
    let channel = xtask::channel::find(CHANNEL).unwrap();
    let done = apply(&verb, &outside.act(channel), None);
    assert!(matches!(done, Ok(Done::Waiting(_))), "{done:?}");
    let again = apply(&verb, &outside.act(channel), None);
    assert!(matches!(again, Ok(Done::Waiting(_))), "{again:?}");
    assert_eq!(changes(&gallery).len(), 2);
    moderate(&gallery, "1.2.3", "Approved");
    ends(&shop.publish(&[CHANNEL]), "already there", 0);
}

#[test]
fn an_earlier_version_in_moderation_stands_in_the_way() {
    let Some(mut shop) = Shop::open("chocolatey::an_earlier_version") else {
        return;
    };
    let twin = Gallery::of(&mut shop, "");
    assert_eq!(push(&base(&twin), Some(&key()), package("demo", "1.2.2")).0, 201);
    let run = shop.publish(&[CHANNEL]);
    ends(&run, "failed", 1);
    for words in [
        "previous version in a submitted state",
        "wait until it is approved",
    ] {
        assert!(run.text().contains(words), "{words}\n{}", run.text());
    }
    moderate(&twin, "1.2.2", "Approved");
    ends(&shop.publish(&[CHANNEL]), "waiting", 0);
}

/// A fault, and the words with which the run ends; `None` where all is well in the end.
const FAULTS: &[(&str, Option<&str>)] = &[
    ("GET:503@1", None),
    ("GET:429@1:retry-after=0", None),
    ("GET:reset@1", None),
    ("GET:truncate@2", None),
    ("PUT:503@1", None),
    ("PUT:500@1,PUT:502@2", None),
    ("PUT:429@1:retry-after=1", None),
    ("PUT:429@1", None),
    ("PUT:stored502@1", None),
    ("PUT:reset@1", None),
    ("PUT:truncate@1", None),
    ("PUT:401@1", Some("401")),
    ("PUT:403@1", Some("a fault of the twin")),
    ("PUT:404@1", Some("404")),
    ("PUT:409@1", Some("409")),
    ("PUT:422@1", Some("422")),
    ("PUT:413@1", Some("at most 200 MB")),
    ("PUT:redirect@1", Some("redirects")),
    ("GET:403@1", Some("403")),
    ("GET:503@1*", Some("503")),
    ("GET:redirect@1*", Some("redirects")),
];

#[test]
fn what_may_pass_is_tried_again_and_what_stays_is_told() {
    let test = "chocolatey::faults";
    if Shop::open(test).is_none() {
        return;
    }
    for (fault, words) in FAULTS {
        let mut shop = Shop::open(test).unwrap();
        let twin = Gallery::of(&mut shop, fault);
        let run = shop.publish(&[CHANNEL]);
        let said = format!("{}{}", run.text(), run.stderr);
        let is_hit = twin.0.log().iter().any(|it| !it.fault.is_empty());
        assert!(is_hit, "{fault}: it hit nothing");
        let taken = changes(&twin).iter().filter(|it| it.ends_with(" 201")).count();
        match words {
            None => {
                assert_eq!(run.code, Some(0), "{fault}: {said}");
                ends(&run, "waiting", 0);
                let is_stored = fault.contains("stored");
                assert_eq!(taken + usize::from(is_stored), 1, "{fault}: {:?}", changes(&twin));
            }
            Some(words) => {
                assert_eq!(run.code, Some(1), "{fault}: {said}");
                assert!(said.contains(words), "{fault}: {said}");
                assert_eq!(taken, 0, "{fault}");
            }
        }
    }
}

#[test]
fn the_twin_refuses_what_the_gallery_refuses() {
    let gallery = Gallery::open("");
    let base = base(&gallery);
    let check = |key: Option<&str>, bytes: Vec<u8>, status: u16, words: &str| {
        let (found, reason) = push(&base, key, bytes);
        assert_eq!(found, status, "{words}: {reason}");
        assert!(reason.contains(words), "{words}: {reason}");
    };
    let good = package("demo", "1.2.3");
    check(None, good.clone(), 400, "GUID");
    check(Some("x"), good.clone(), 400, "GUID");
    let other = "11111111-0000-4000-8000-000000000000";
    check(
        Some(other),
        good.clone(),
        403,
        "does not provide the authority to push packages",
    );
    let key = key();
    let key = Some(key.as_str());
    check(key, good[..good.len() / 2].to_vec(), 500, "malformed");
    check(key, package("demo", "01.2.3"), 400, "is not normalized");
    check(key, package("demo", "1.2"), 400, "is not normalized");
    check(key, good.clone(), 201, "will show up once moderated");
    check(key, good.clone(), 201, "will show up once moderated");
    check(
        key,
        package("demo", "1.2.4"),
        403,
        "has a previous version in a submitted state",
    );
    let moderate = |status: &str| {
        let request = Request::post(format!("{base}/moderate/demo/1.2.3/{status}"));
        assert_eq!(Http::new().send(&request).unwrap().status, 204);
    };
    moderate("Rejected");
    check(key, good.clone(), 409, "can no longer be submitted");
    moderate("Approved");
    check(key, good, 409, "already exists and cannot be modified");
    check(key, package("demo", "1.2.4"), 201, "will show up once moderated");
    let get = |path: &str| {
        Http::new()
            .send(&Request::get(format!("{base}/api/v2/{path}")))
            .unwrap()
    };
    assert!(
        get("FindPackagesById()?id='demo'")
            .text()
            .contains("<d:Version>1.2.3<")
    );
    assert!(
        !get("FindPackagesById()?id='demo'")
            .text()
            .contains("<d:Version>1.2.4<")
    );
    assert!(
        get("Packages(Id='demo',Version='1.2.4')")
            .text()
            .contains(">Submitted<")
    );
    assert_eq!(get("Packages(Id='demo',Version='9.9.9')").status, 404);
    assert_eq!(get("verifykey/demo/1.2.3").status, 400);
}
