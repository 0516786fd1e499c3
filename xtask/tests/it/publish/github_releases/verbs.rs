//! The verbs by themselves: pre-releases, older lines, assets without a digest, and what an address serves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use semver::Version;
use serde_json::{Value, json};
use xtask::apply::{Done, apply};
use xtask::digest::Sha256;
use xtask::effect::files;
use xtask::effect::http::Method;
use xtask::effect::report::Report;
use xtask::effect::secret::Secret;
use xtask::outside::{Credentials, Outside, Tempo};
use xtask::plan::{Item, Verb};
use xtask::protocol::endpoint::Endpoints;
use xtask::protocol::github::place::Place;
use xtask::protocol::github::{About, Draft, Publish, Served, Upload};
use xtask::standing::Standing;
use xtask::twin::fault::Faults;
use xtask::twin::server::{Incoming, Reply, Server, Site};
use xtask::twin::{SITES, World, credential};

use super::CHANNEL;
use crate::support::scratch;

/// A local GitHub with a repository that was made up, and a release of one file.
struct Bench {
    server: Server,
    outside: Outside,
    commit: String,
    // It goes last.
    _scratch: files::Scratch,
}

/// A local GitHub as it was before June 2025: no asset has a digest.
struct Old(Arc<dyn Site>);

impl Site for Old {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        let mut reply = self.0.answer(request, base);
        if let Ok(mut document) = serde_json::from_slice::<Value>(&reply.body) {
            blank(&mut document);
            reply.body = serde_json::to_vec(&document).unwrap();
        }
        reply
    }
}

fn blank(document: &mut Value) {
    match document {
        Value::Array(all) => all.iter_mut().for_each(blank),
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "digest" {
                    *value = Value::Null;
                }
                blank(value);
            }
        }
        _ => {}
    }
}

impl Bench {
    fn new(wrap: impl FnOnce(Arc<dyn Site>) -> Arc<dyn Site>) -> Bench {
        let scratch = scratch();
        let dist = scratch.path().join("dist");
        files::write(&dist.join("notes.md"), b"What changed.\n").unwrap();
        files::write(&dist.join("demo.txt"), b"the file\n").unwrap();
        let world = World {
            dir: scratch.path().join("registries"),
            repository: ("owner".to_owned(), "demo".to_owned()),
            root: None,
            version: "1.2.3".to_owned(),
            names: Vec::new(),
            others: Vec::new(),
            commit: None,
        };
        let row = SITES.iter().find(|it| it.name == "github").unwrap();
        let server = Server::start(wrap((row.open)(&world).unwrap()), 0, Faults::none()).unwrap();
        let mut endpoints = Endpoints::default();
        endpoints.set("github", &format!("{}/api", server.base()));
        let token = Secret::new("GITHUB_TOKEN", &credential::of("GITHUB_TOKEN"));
        let tempo = Tempo {
            attempts: 3,
            first_wait: Duration::from_millis(1),
            ..Tempo::default()
        };
        let outside = Outside::new(
            &dist,
            endpoints,
            Credentials::Given(BTreeMap::from([("GITHUB_TOKEN", token)])),
            tempo,
            Report::quiet(),
        )
        .unwrap();
        let mut bench = Bench {
            server,
            outside,
            commit: String::new(),
            _scratch: scratch,
        };
        let head = bench.get("/git/ref/heads/main");
        head["object"]["sha"]
            .as_str()
            .unwrap()
            .clone_into(&mut bench.commit);
        bench
    }

    fn get(&self, path: &str) -> Value {
        let base = self.server.base();
        let (_, document) = super::ask(&base, Some("GITHUB_TOKEN"), Method::Get, path, None);
        document
    }

    fn item(&self, name: &str) -> Item {
        let bytes = files::read(&self.outside.dist.join(name)).unwrap();
        Item {
            path: name.to_owned(),
            size_bytes: bytes.len() as u64,
            sha256: Sha256::of(&bytes),
        }
    }

    fn about(&self, version: &str) -> About {
        About {
            place: Place {
                api: format!("{}/api", self.server.base()),
                repository: "owner/demo".to_owned(),
            },
            tag: format!("v{version}"),
            commit: self.commit.clone(),
            name: format!("demo {version}"),
            notes: self.item("notes.md"),
            version: Version::parse(version).unwrap(),
        }
    }

    fn upload(&self, version: &str) -> Upload {
        let about = self.about(version);
        Upload {
            place: about.place,
            tag: about.tag,
            item: self.item("demo.txt"),
            content_type: "text/plain".to_owned(),
            label: "A file".to_owned(),
        }
    }

    #[track_caller]
    fn does(&self, verb: &dyn Verb, expected: Done) {
        let act = self.outside.act(xtask::channel::find(CHANNEL).unwrap());
        assert_eq!(apply(verb, &act, None).map_err(|it| it.what), Ok(expected));
    }

    /// Publishes a version with one asset, each step of it.
    #[track_caller]
    fn release(&self, version: &str) {
        let about = self.about(version);
        let upload = self.upload(version);
        let assets = vec![upload.item.clone()];
        self.does(&Draft(about.clone()), Done::Made);
        self.does(&upload, Done::Made);
        self.does(&upload, Done::AlreadyThere);
        self.does(&Publish { about, assets }, Done::Made);
    }
}

#[test]
fn the_latest_is_the_newest_stable_version() {
    let bench = Bench::new(|it| it);
    let latest = || bench.get("/releases/latest")["tag_name"].clone();
    for (version, expected) in [
        ("1.2.3", "v1.2.3"),
        ("2.0.0-rc.1", "v1.2.3"),
        ("2.0.0", "v2.0.0"),
        // A mend of the older line.
        ("1.2.4", "v2.0.0"),
        ("2.0.1+build.5", "v2.0.1+build.5"),
    ] {
        bench.release(version);
        assert_eq!(latest(), expected, "{version}");
    }
    assert_eq!(bench.get("/releases/tags/v2.0.0-rc.1")["prerelease"], true);
}

#[test]
fn an_asset_without_a_digest_is_downloaded_and_hashed() {
    let bench = Bench::new(|it| Arc::new(Old(it)));
    bench.release("1.2.3");
    let fetched = |log: &[xtask::twin::server::Logged]| {
        log.iter().filter(|it| it.path.starts_with("/objects/")).count()
    };
    assert_eq!(fetched(&bench.server.log()), 1, "once is enough for a run");
    let asset = &bench.get("/releases/tags/v1.2.3")["assets"][0];
    assert_eq!(asset["digest"], Value::Null);
}

#[test]
fn what_an_address_serves_is_looked_at_and_remembered() {
    let bench = Bench::new(|it| it);
    let act = bench.outside.act(xtask::channel::find(CHANNEL).unwrap());
    let served = |item: Item| Served {
        url: format!(
            "{}/owner/demo/releases/download/v1.2.3/demo.txt",
            bench.server.base()
        ),
        item,
    };
    let ours = served(bench.item("demo.txt"));
    assert_eq!(ours.probe(&act), Ok(Standing::Absent));
    let failure = apply(&ours, &act, None).unwrap_err();
    assert!(
        failure.help[0].contains("--channel github-releases"),
        "{failure:?}"
    );

    bench.release("1.2.3");
    bench.does(&ours, Done::AlreadyThere);
    let count = || {
        bench
            .server
            .log()
            .iter()
            .filter(|it| it.path.starts_with("/objects/"))
            .count()
    };
    let before = count();
    bench.does(&ours, Done::AlreadyThere);
    assert_eq!(count(), before, "it is downloaded once");

    let other = bench.item("notes.md");
    let (there, wanted) = (ours.item.sha256.to_string(), other.sha256.to_string());
    match served(other).probe(&act).unwrap() {
        Standing::Differs { why } => assert!(why.contains(&there) && why.contains(&wanted), "{why}"),
        standing => panic!("{standing:?}"),
    }
}

#[test]
fn what_an_upload_left_behind_is_replaced() {
    let bench = Bench::new(|it| it);
    let about = bench.about("1.2.3");
    bench.does(&Draft(about.clone()), Done::Made);
    // The connection breaks after half of the bytes.
    let draft = &bench.get("/releases")[0];
    let path = format!(
        "/uploads/repos/owner/demo/releases/{}/assets?name=demo.txt",
        draft["id"]
    );
    super::break_off(&bench.server.base(), &path);
    let left = || bench.get("/releases")[0]["assets"].clone();
    while left() == json!([]) {
        // The server sees the end of the connection in a moment.
        std::thread::yield_now();
    }
    assert_eq!(left()[0]["state"], "open");
    bench.does(&bench.upload("1.2.3"), Done::Made);
    assert_eq!(left()[0]["state"], "uploaded");
}
