//! Commits and tags against real git servers: what is there already, who is faster, what breaks on the way.

mod elsewhere;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use xtask::apply::{Done, apply};
use xtask::channel::{self, Channel};
use xtask::digest::{Algorithm, Checksum};
use xtask::effect::files::{self, Scratch};
use xtask::effect::report::Report;
use xtask::effect::secret::Secret;
use xtask::outside::{Credentials, Outside, Tempo};
use xtask::plan::{Item, Verb as _};
use xtask::protocol::endpoint::Endpoints;
use xtask::protocol::git::{self, Commit, Form, Placed, Remote, Stated, Tag, Verb};
use xtask::standing::{Failure, Standing};
use xtask::twin::fault::Faults;
use xtask::twin::git::{Repositories, Service, asked, unauthorized};
use xtask::twin::server::{Incoming, Reply, Server, Site};

use crate::support::scratch;

const TOKEN: &str = "canary-of-the-tap";

/// Somebody else's push, in the middle of ours.
struct Elsewhere {
    /// The part of ours before which it comes.
    before: &'static str,
    path: &'static str,
    text: &'static str,
}

/// A server of repositories that takes one token.
struct Forge {
    repositories: Repositories,
    elsewhere: Mutex<Vec<Elsewhere>>,
}

impl Site for Forge {
    fn answer(&self, request: &Incoming, _: &str) -> Reply {
        let Some(asked) = asked(request, "") else {
            return Reply::text(404, "Not Found");
        };
        match request.basic() {
            None => return unauthorized("Repository not found."),
            Some((_, password)) if password != TOKEN => return unauthorized("Bad credentials"),
            Some(_) => {}
        }
        if !self.repositories.has(&asked.name) {
            return Reply::text(404, "Repository not found.");
        }
        if asked.service == Service::Push {
            let mut elsewhere = self.elsewhere.lock().unwrap();
            if elsewhere
                .first()
                .is_some_and(|it| request.path.ends_with(it.before))
            {
                let it = elsewhere.remove(0);
                let changes = [(it.path, Some(it.text.as_bytes()))];
                self.repositories
                    .write(&asked.name, "main", &changes, "somebody else's")
                    .unwrap();
            }
        }
        self.repositories.serve(request, &asked)
    }
}

/// A release of one file, a server, and what reaches it.
pub(crate) struct Bench {
    pub(crate) scratch: Scratch,
    pub(crate) outside: Outside,
    forge: Arc<Forge>,
    server: Server,
}

fn channel() -> &'static Channel {
    channel::find("homebrew").unwrap()
}

impl Bench {
    fn new(faults: &str) -> Bench {
        Bench::with(faults, TOKEN)
    }

    fn with(faults: &str, token: &str) -> Bench {
        let scratch = scratch();
        let repositories = Repositories::new(&scratch.path().join("repositories")).unwrap();
        repositories.create("owner/homebrew-tap", "main").unwrap();
        let forge = Arc::new(Forge {
            repositories,
            elsewhere: Mutex::default(),
        });
        let site: Arc<dyn Site> = Arc::clone(&forge) as Arc<dyn Site>;
        let server = Server::start(site, 0, Faults::parse(faults).unwrap()).unwrap();
        let given = BTreeMap::from([("HOMEBREW_TAP_TOKEN", Secret::new("HOMEBREW_TAP_TOKEN", token))]);
        let outside = outside(&scratch, Credentials::Given(given));
        Bench {
            scratch,
            outside,
            forge,
            server,
        }
    }

    fn remote(&self) -> Remote {
        Remote::new(format!("{}/owner/homebrew-tap.git", self.server.base()))
    }

    /// A formula of a version, as a file of the release.
    pub(crate) fn item(&self, text: &str) -> Item {
        let path = PathBuf::from("manifests/homebrew/tap/Formula/demo.rb");
        let whole = self.outside.dist.join(&path);
        files::write(&whole, text.as_bytes()).unwrap();
        let Checksum::Sha256(sha256) = xtask::digest::file(&whole, Algorithm::Sha256).unwrap() else {
            unreachable!("asked for SHA-256")
        };
        Item {
            path: path.to_string_lossy().into_owned(),
            size_bytes: text.len() as u64,
            sha256,
        }
    }

    /// The commit that brings a formula of version 1.2.3.
    pub(crate) fn commit(&self, remote: Remote, text: &str) -> Commit {
        Commit {
            remote,
            branch: None,
            files: vec![
                Placed::new("Formula/demo.rb", &self.item(text)),
                Placed::when_none(".gitattributes", "* text=auto\n"),
            ],
            without: Vec::new(),
            stated: Some(Stated {
                path: "Formula/demo.rb".to_owned(),
                form: Form::Ruby,
                version: "1.2.3".to_owned(),
            }),
            message: "demo 1.2.3".to_owned(),
            author: Some("The Demo maintainers <demo@demo.example>".to_owned()),
            time_s: 1_800_000_000,
        }
    }

    pub(crate) fn apply(&self, verb: Verb) -> Result<Done, Failure> {
        apply(&verb, &self.outside.act(channel()), None)
    }

    pub(crate) fn probe(&self, verb: &Verb) -> Result<Standing, Failure> {
        verb.probe(&self.outside.look(channel()))
    }

    /// A file at the head of the tap.
    fn served(&self, path: &str) -> Option<String> {
        let bytes = self.forge.repositories.read("owner/homebrew-tap", "main", path);
        bytes.unwrap().map(|it| String::from_utf8(it).unwrap())
    }

    fn put(&self, path: &str, text: &str) {
        let changes = [(path, Some(text.as_bytes()))];
        let done = self
            .forge
            .repositories
            .write("owner/homebrew-tap", "main", &changes, "by hand");
        done.unwrap();
    }

    /// The subjects of the commits, the newest first.
    fn subjects(&self) -> Vec<String> {
        let text = self
            .forge
            .repositories
            .git("owner/homebrew-tap")
            .args(["log", "--format=%s", "main"])
            .read()
            .unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// How often something was pushed.
    fn pushes(&self) -> usize {
        let log = self.server.log();
        let is_push = |it: &&xtask::twin::server::Logged| it.path.ends_with("/git-receive-pack");
        log.iter().filter(is_push).count()
    }
}

pub(crate) fn outside(scratch: &Scratch, credentials: Credentials) -> Outside {
    let dist = scratch.path().join("dist");
    files::create_dir(&dist).unwrap();
    let tempo = Tempo {
        attempts: 4,
        first_wait: Duration::from_millis(4),
        most_patience: Duration::from_secs(5),
        most_answer: Duration::from_secs(1),
        ..Tempo::default()
    };
    Outside::new(&dist, Endpoints::default(), credentials, tempo, Report::quiet()).unwrap()
}

/// A formula that says its version by the address of its download.
pub(crate) fn formula(version: &str) -> String {
    format!(
        "class Demo < Formula\n  url \"https://github.com/owner/demo/releases/download/v{version}/demo.tar.gz\"\nend\n"
    )
}

#[test]
fn a_repository_is_begun_updated_and_left_alone() {
    let bench = Bench::new("");
    let ours = formula("1.2.3");
    let verb = Verb::Commit(bench.commit(bench.remote(), &ours));
    assert_eq!(bench.probe(&verb), Ok(Standing::Absent));
    assert_eq!(bench.apply(verb.clone()), Ok(Done::Made));
    assert_eq!(bench.served("Formula/demo.rb").as_deref(), Some(ours.as_str()));
    assert_eq!(bench.served(".gitattributes").as_deref(), Some("* text=auto\n"));
    assert_eq!(bench.apply(verb.clone()), Ok(Done::AlreadyThere));
    assert_eq!(bench.pushes(), 1);

    // What people have put there stays, and our own earlier version goes.
    bench.put("Formula/demo.rb", &formula("1.2.2"));
    bench.put("README.md", "A tap.\n");
    bench.put(".gitattributes", "*.rb text\n");
    assert_eq!(bench.apply(verb), Ok(Done::Made));
    assert_eq!(bench.served("Formula/demo.rb"), Some(ours));
    assert_eq!(bench.served("README.md").as_deref(), Some("A tap.\n"));
    assert_eq!(bench.served(".gitattributes").as_deref(), Some("*.rb text\n"));
    assert_eq!(bench.subjects()[0], "demo 1.2.3");
    assert_eq!(bench.subjects().len(), 5);

    // Rendered anew, of the same version: it is our own file.
    let other = Verb::Commit(bench.commit(bench.remote(), &format!("{}# more\n", formula("1.2.3"))));
    assert_eq!(bench.apply(other), Ok(Done::Made));
}

#[test]
fn the_commit_is_the_users_and_of_the_releases_time() {
    let bench = Bench::new("");
    let verb = Verb::Commit(bench.commit(bench.remote(), &formula("1.2.3")));
    bench.apply(verb).unwrap();
    let git = || bench.forge.repositories.git("owner/homebrew-tap");
    let shown = git()
        .args(["log", "-1", "--format=%at %ct%n%B", "main"])
        .read()
        .unwrap();
    assert_eq!(shown.trim_end(), "1800000000 1800000000\ndemo 1.2.3");
    let mode = git().args(["ls-tree", "main", "Formula/demo.rb"]).read().unwrap();
    assert!(mode.starts_with("100644 blob "), "{mode}");
}

#[test]
fn a_newer_version_is_never_replaced() {
    let bench = Bench::new("");
    bench.put("Formula/demo.rb", &formula("1.10.0"));
    let verb = Verb::Commit(bench.commit(bench.remote(), &formula("1.2.3")));
    let url = bench.remote().url;
    let why = format!("`Formula/demo.rb` of `{url}` is at 1.10.0 already, which is newer than 1.2.3");
    assert_eq!(bench.probe(&verb), Ok(Standing::Differs { why: why.clone() }));
    assert_eq!(bench.apply(verb).unwrap_err().what, why);
    assert_eq!(bench.served("Formula/demo.rb"), Some(formula("1.10.0")));
    assert_eq!(bench.pushes(), 0);
}

#[test]
fn files_that_must_be_gone_go() {
    let bench = Bench::new("");
    bench.put("old.install", "x\n");
    bench.put("kept.install", "x\n");
    let commit = Commit {
        without: vec!["old.install".to_owned(), "never-there".to_owned()],
        ..bench.commit(bench.remote(), &formula("1.2.3"))
    };
    let verb = Verb::Commit(commit);
    assert_eq!(bench.apply(verb.clone()), Ok(Done::Made));
    assert_eq!(bench.served("old.install"), None);
    assert_eq!(bench.served("kept.install").as_deref(), Some("x\n"));
    assert_eq!(bench.apply(verb), Ok(Done::AlreadyThere));
}

#[test]
fn who_is_faster_is_built_upon() {
    // Before the server tells where the branch stands it is noticed here; after that, by the server alone.
    for before in ["/info/refs", "/git-receive-pack"] {
        for times in 1..=3 {
            let bench = Bench::new("");
            bench.put("README.md", "A tap.\n");
            let others = ["Formula/a.rb", "Formula/b.rb", "Formula/c.rb"];
            bench
                .forge
                .elsewhere
                .lock()
                .unwrap()
                .extend((0..times).map(|it| Elsewhere {
                    before,
                    path: others[it],
                    text: "theirs\n",
                }));
            let verb = Verb::Commit(bench.commit(bench.remote(), &formula("1.2.3")));
            assert_eq!(bench.apply(verb), Ok(Done::Made), "{before} {times}");
            assert_eq!(bench.served("Formula/demo.rb"), Some(formula("1.2.3")));
            for other in &others[..times] {
                assert_eq!(bench.served(other).as_deref(), Some("theirs\n"));
            }
            assert_eq!(bench.subjects().len(), times + 2, "one commit of ours");
        }
    }
}

#[test]
fn who_is_faster_with_a_newer_version_wins() {
    let bench = Bench::new("");
    bench.put("README.md", "A tap.\n");
    bench.forge.elsewhere.lock().unwrap().push(Elsewhere {
        before: "/git-receive-pack",
        path: "Formula/demo.rb",
        text: "class Demo < Formula\n  version \"2.0.0\"\nend\n",
    });
    let verb = Verb::Commit(bench.commit(bench.remote(), &formula("1.2.3")));
    let failure = bench.apply(verb).unwrap_err();
    assert!(failure.what.contains("is at 2.0.0 already"), "{failure}");
    assert!(bench.served("Formula/demo.rb").unwrap().contains("2.0.0"));
}

#[test]
fn what_breaks_on_the_way_is_tried_again_and_done_once() {
    for fault in [
        "GET:503@1",
        "GET:503@2,GET:429@3:retry-after=1",
        "GET:reset@3",
        "GET:truncate@2",
        "GET:timeout@1",
        "POST:500@1",
        "POST:502@2",
        "POST:stored502@3",
        "POST:stored502@2",
        "POST:reset@3",
        "POST:truncate@1",
        "POST:truncate@3",
        "POST:408@2",
    ] {
        let bench = Bench::new(fault);
        bench.put("README.md", "A tap.\n");
        let verb = Verb::Commit(bench.commit(bench.remote(), &formula("1.2.3")));
        assert_eq!(bench.apply(verb), Ok(Done::Made), "{fault}");
        assert_eq!(bench.subjects(), ["demo 1.2.3", "by hand"], "{fault}");
        let hit: Vec<_> = bench
            .server
            .log()
            .into_iter()
            .filter(|it| !it.fault.is_empty())
            .collect();
        assert!(!hit.is_empty(), "{fault} hit nothing");
    }
}

#[test]
fn what_stays_wrong_ends_with_the_servers_words() {
    for (fault, part) in [
        ("GET:403@1*", "403"),
        ("GET:404@1*", "not found"),
        ("GET:422@1*", "422"),
        ("GET:redirect@1*", "302"),
        ("POST:403@3*", "403"),
        ("POST:409@3*", "409"),
        ("GET:503@1*", "503"),
    ] {
        let bench = Bench::new(fault);
        bench.put("README.md", "A tap.\n");
        let verb = Verb::Commit(bench.commit(bench.remote(), &formula("1.2.3")));
        let failure = bench.apply(verb).unwrap_err();
        assert!(failure.what.contains(part), "{fault}: {failure}");
        assert_eq!(bench.subjects(), ["by hand"], "{fault}");
    }
}

#[test]
fn a_wrong_token_is_told_and_shown_nowhere() {
    let bench = Bench::with("", "another-canary-token");
    let verb = Verb::Commit(bench.commit(bench.remote(), &formula("1.2.3")));
    let failure = bench.probe(&verb).unwrap_err();
    assert!(failure.what.contains("Authentication failed"), "{failure}");
    assert!(
        failure.help[0].starts_with("the token or key has expired"),
        "{:?}",
        failure.help
    );
    let all = format!("{failure:?} {verb} {}", serde_json::to_string(&verb).unwrap());
    assert!(!all.contains("another-canary"), "{all}");
    let finding = git::can_push(&bench.outside.look(channel()), &bench.remote());
    assert_eq!(finding.weight, xtask::publish::Weight::Bad, "{finding:?}");
}

#[test]
fn the_right_to_push_is_told_without_a_change() {
    let bench = Bench::new("");
    let finding = git::can_push(&bench.outside.look(channel()), &bench.remote());
    assert_eq!(finding.weight, xtask::publish::Weight::Good, "{finding:?}");
    assert_eq!(bench.pushes(), 0);
    let missing = Remote::new(format!("{}/owner/none.git", bench.server.base()));
    let finding = git::can_push(&bench.outside.look(channel()), &missing);
    assert_eq!(finding.weight, xtask::publish::Weight::Bad);
    assert!(finding.what.contains("not found"), "{finding:?}");
}

#[test]
fn a_hooks_words_are_kept() {
    let bench = Bench::new("");
    let script = "#!/bin/sh\necho 'error: GH013: Repository rule violations found' >&2\nexit 1\n";
    let done = bench
        .forge
        .repositories
        .hook("owner/homebrew-tap", "pre-receive", script);
    done.unwrap();
    let verb = Verb::Commit(bench.commit(bench.remote(), &formula("1.2.3")));
    let failure = bench.apply(verb).unwrap_err();
    assert!(
        failure.what.contains("GH013: Repository rule violations found"),
        "{failure}"
    );
    assert!(
        failure.help[0].starts_with("a rule of the repository"),
        "{:?}",
        failure.help
    );
    assert_eq!(bench.pushes(), 1, "a rule is not tried again");
}

#[test]
fn what_a_branch_offers_is_read() {
    let bench = Bench::new("");
    let look = bench.outside.look(channel());
    let remote = bench.remote();
    assert_eq!(git::text_at(&look, &remote, None, "Formula/demo.rb"), Ok(None));
    bench.put("Formula/demo.rb", &formula("1.0.0"));
    let text = git::text_at(&look, &remote, None, "Formula/demo.rb")
        .unwrap()
        .unwrap();
    assert_eq!(Form::Ruby.read(&text).as_deref(), Some("1.0.0"));
    assert_eq!(
        git::text_at(&look, &remote, Some("gone"), "Formula/demo.rb"),
        Ok(None)
    );
    let head = git::head(&look, &remote, None).unwrap();
    assert_eq!(head.branch, "main");
    assert!(head.commit.is_some());
}

#[test]
fn a_tag_names_the_released_commit_or_nothing() {
    let bench = Bench::new("");
    let root = bench.scratch.path().join("work");
    files::create_dir(&root).unwrap();
    let git = |words: &[&str]| {
        let git = xtask::git::program().dir(&root).args(words);
        let git = git
            .env("GIT_AUTHOR_NAME", "N")
            .env("GIT_AUTHOR_EMAIL", "n@git.example");
        let git = git
            .env("GIT_COMMITTER_NAME", "N")
            .env("GIT_COMMITTER_EMAIL", "n@git.example");
        git.read().unwrap()
    };
    git(&["init", "--quiet", "."]);
    git(&["commit", "--quiet", "--allow-empty", "-m", "first"]);
    let first = git(&["rev-parse", "HEAD"]);
    git(&["commit", "--quiet", "--allow-empty", "-m", "second"]);
    let second = git(&["rev-parse", "HEAD"]);
    let tag = |name: &str, commit: &str| {
        Verb::Tag(Tag {
            remote: bench.remote(),
            name: name.to_owned(),
            commit: commit.to_owned(),
            root: root.clone(),
        })
    };
    assert_eq!(bench.probe(&tag("v1.2.3", &first)), Ok(Standing::Absent));
    assert_eq!(bench.apply(tag("v1.2.3", &first)), Ok(Done::Made));
    assert_eq!(bench.apply(tag("v1.2.3", &first)), Ok(Done::AlreadyThere));
    let failure = bench.apply(tag("v1.2.3", &second)).unwrap_err();
    assert!(
        failure.what.contains(&first) && failure.what.contains(&second),
        "{failure}"
    );

    // The tag that a person made goes up as it is.
    git(&["tag", "--annotate", "--message", "Released", "v1.2.4", &second]);
    assert_eq!(bench.apply(tag("v1.2.4", &second)), Ok(Done::Made));
    let repositories = &bench.forge.repositories;
    let kind = repositories
        .git("owner/homebrew-tap")
        .args(["cat-file", "-t", "v1.2.4"]);
    assert_eq!(kind.read().unwrap(), "tag");
    assert_eq!(bench.apply(tag("v1.2.4", &second)), Ok(Done::AlreadyThere));
}
