//! All fourteen channels at once: the same words in dry and live runs, nothing twice, killed and resumed, no secret seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use xtask::channel::CHANNELS;
use xtask::effect::{environment, files};
use xtask::rehearse::programs;
use xtask::twin::server::Logged;
use xtask::twin::{Twin, credential};

use super::fixture::Shop;
use crate::channels::fixture::{house, judge};
use crate::dice::{Dice, seeds};
use crate::support::{Run, run};

/// Paths of requests that ask by another method than GET.
const ASKING: &[&str] = &["/git-upload-pack", "/token", "/mint-token"];

/// The programs that the fourteen need beside those of every test. `snapcraft` is the toolkit's own stand-in.
const PROGRAMS: &[&str] = &["mksquashfs", "npm", "uv"];

/// A shop with every program that the fourteen need; `None` where one is missing, which is said.
#[track_caller]
fn open(test: &str) -> Option<Shop> {
    let mut shop = Shop::open(test)?;
    let dir = shop.scratch.path().join("stand-ins");
    programs::write(&dir, env!("CARGO_BIN_EXE_xtask").as_ref(), |_| true).unwrap();
    let mut dirs = vec![dir];
    for name in PROGRAMS {
        judge(name, test, shop.scratch.path())?;
        let path = xtask::ci::need::find(house(), name).expect("it was just found");
        dirs.push(path.parent().expect("a file lies in a folder").to_owned());
    }
    let path = environment::path_with(&dirs).unwrap();
    shop.variable("PATH", path.to_str().unwrap());
    Some(shop)
}

fn names() -> Vec<&'static str> {
    CHANNELS.iter().map(|it| it.name).collect()
}

/// The requests that would change something, of all registries.
fn changes(twin: &Twin) -> Vec<(&'static str, Logged)> {
    let of = |row: &'static str, log: Vec<Logged>| log.into_iter().map(move |it| (row, it));
    let all = twin
        .servers
        .iter()
        .flat_map(|it| of(it.row.name, it.server.log()));
    all.filter(|(_, it)| {
        let is_read = matches!(it.method.as_str(), "GET" | "HEAD");
        !is_read && !ASKING.iter().any(|path| it.path.ends_with(path))
    })
    .collect()
}

/// What was accepted, and how often. Names that a server makes up for a moment are left out.
fn accepted(twin: &Twin) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (row, it) in changes(twin) {
        if (200..300).contains(&it.status) && is_final(&it) {
            let key = format!("{row} {} {} {}", it.method, plain(&it.path), plain(&it.query));
            *counts.entry(key).or_default() += 1;
        }
    }
    counts
}

/// Whether a request is the one by which a registry takes something for good. An upload session, a blob or a tree of git that
/// nothing points to may be begun anew.
fn is_final(it: &Logged) -> bool {
    let is_begin = it.method == "POST" && it.path.ends_with("/blobs/uploads/");
    let is_piece = it.method == "PATCH" && it.path.contains("/blobs/uploads/");
    let is_object = ["/git/blobs", "/git/trees", "/git/commits"]
        .iter()
        .any(|path| it.path.ends_with(path));
    !is_begin && !is_piece && !is_object && it.method != "DELETE"
}

/// A path without what a server has made up: numbers and long words of hexadecimal digits after an `uploads/`.
fn plain(path: &str) -> String {
    let is_made_up = |it: &&str| it.len() >= 24 && it.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-');
    let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    path.split('/')
        .map(|it| {
            if is_made_up(&it) || is_number(&it) {
                "*"
            } else {
                it
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// The steps that a run says it has ended, with the words of its lines after the verb.
fn ended(run: &Run) -> BTreeSet<String> {
    let verbs = ["Done ", "Already ", "Waiting ", "Failed "];
    run.stderr
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            verbs.iter().find_map(|verb| line.strip_prefix(verb))
        })
        .map(str::to_owned)
        .collect()
}

#[track_caller]
fn outcomes(run: &Run) -> BTreeMap<String, String> {
    let json = run.json();
    let rows = json["channels"].as_array().expect("rows");
    let pair = |row: &serde_json::Value| {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        (text("channel"), text("outcome"))
    };
    rows.iter().map(pair).collect()
}

#[test]
fn fourteen_channels_at_once_and_again() {
    let Some(mut shop) = open("fourteen_channels_at_once_and_again") else {
        return;
    };
    let twin = shop.twin(&names(), &[]);
    let planned = shop.planned(&names());
    let first = run(&shop.publishing(&["all"]).arg("--json")).ends(0);

    // Each step that the dry run printed was taken, in the same words, and no other.
    let ended = ended(&first);
    for step in &planned {
        let is_it = |it: &String| it == step || it.starts_with(&format!("{step}: "));
        assert!(ended.iter().any(is_it), "not taken: {step}\n{}", first.stderr);
    }
    for step in &ended {
        let is_it = |it: &String| step == it || step.starts_with(&format!("{it}: "));
        assert!(planned.iter().any(is_it), "not planned: {step}");
    }
    let ends = outcomes(&first);
    assert_eq!(ends.len(), CHANNELS.len());
    for (channel, outcome) in &ends {
        let row = xtask::channel::find(channel).unwrap();
        let expected: &[&str] = if row.is_reviewed {
            &["live", "waiting", "blocked"]
        } else {
            &["live"]
        };
        assert!(
            expected.contains(&outcome.as_str()),
            "{channel}: {outcome}\n{}",
            first.text()
        );
    }

    // Again: everything is found, and nothing is sent.
    let before = changes(&twin).len();
    let second = run(&shop.publishing(&["all"]).arg("--json")).ends(0);
    for (channel, outcome) in outcomes(&second) {
        assert!(
            ["already-there", "waiting", "blocked"].contains(&outcome.as_str()),
            "{channel}: {outcome}"
        );
    }
    let after: Vec<_> = changes(&twin).split_off(before);
    assert!(after.is_empty(), "{after:?}");

    // Receipts hold every step, with the digest of what it carried.
    for channel in CHANNELS {
        let receipt = xtask::receipt::read(&shop.dist.join("receipts"), channel.name).unwrap();
        let steps = receipt.map(|it| it.steps).unwrap_or_default();
        let of_channel = planned
            .iter()
            .filter(|it| it.starts_with(&format!("{channel}: ")));
        assert_eq!(steps.len(), of_channel.count(), "{channel}");
        assert!(steps.iter().all(|it| it.outcome != "failed"), "{channel}");
    }

    // What is served is told by all of them.
    let status = run(&shop.command(&["status", "--json"]));
    let json = status.json();
    for row in json["channels"].as_array().unwrap() {
        let standing = row["standing"].as_str().unwrap();
        assert!(!["absent", "unknown", "behind"].contains(&standing), "{row}");
    }
}

/// Starts a run as a process of which the number is known, and kills it as soon as the registries have seen so many changes,
/// however far it is with the next. `None` when it ended before.
fn killed_after(shop: &Shop, twin: &Twin, more: usize) -> Option<()> {
    let words = shop.publishing_to_be_killed(&["all"]);
    let goal = changes(twin).len() + more;
    std::thread::scope(|scope| {
        let child = scope.spawn(|| run(&words));
        while !child.is_finished() {
            if changes(twin).len() >= goal {
                shop.kill();
                let end = child.join().unwrap();
                return (end.code != Some(0)).then_some(());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let end = child.join().unwrap();
        let said = || files::read_text(&shop.scratch.path().join("said")).unwrap();
        assert_eq!(end.code, Some(0), "{}", said());
        None
    })
}

#[test]
fn killed_anywhere_and_resumed_it_ends_like_an_undisturbed_run() {
    let test = "killed_anywhere_and_resumed_it_ends_like_an_undisturbed_run";
    let Some(mut quiet) = open(test) else {
        return;
    };
    let undisturbed = {
        let twin = quiet.twin(&names(), &[]);
        quiet.publish(&["all"]).ends(0);
        accepted(&twin)
    };
    for seed in seeds(1) {
        let mut dice = Dice::new(seed);
        let mut shop = open(test).unwrap();
        let twin = shop.twin(&names(), &[]);
        let mut kills = 0;
        while killed_after(&shop, &twin, 1 + dice.below(12)).is_some() {
            kills += 1;
            assert!(kills < 200, "seed {seed}: it makes no progress");
        }
        assert!(kills >= 3, "seed {seed}: it was killed {kills} times only");
        let last = run(&shop.publishing(&["all"]).arg("--json")).ends(0);
        for (channel, outcome) in outcomes(&last) {
            assert!(
                ["already-there", "waiting", "blocked"].contains(&outcome.as_str()),
                "seed {seed}: {channel}: {outcome}"
            );
        }
        let found = accepted(&twin);
        for (what, count) in &found {
            assert_eq!(undisturbed.get(what), Some(count), "seed {seed}: {what}");
        }
        for what in undisturbed.keys() {
            assert!(found.contains_key(what), "seed {seed}: {what}");
        }
    }
}

#[test]
fn killed_inside_an_upload_it_goes_on() {
    let test = "killed_inside_an_upload_it_goes_on";
    let uploads = [
        ("docker-hub", "PUT:/v2/:stall@2"),
        ("github-releases", "POST:/uploads/:stall@2"),
        ("chocolatey", "PUT:stall@1"),
        ("npm", "PUT:stall@2"),
        ("pypi", "POST:/legacy:stall@2"),
        ("crates-io", "PUT:stall@1"),
    ];
    for (channel, fault) in uploads {
        let Some(mut shop) = open(test) else {
            return;
        };
        let twin = shop.twin(&[channel], &[(channel, fault)]);
        let words = shop.publishing_to_be_killed(&[channel]);
        let stalled = || {
            let logs = twin.servers.iter().flat_map(|it| it.server.log());
            logs.filter(|it| it.fault.contains("stall")).count() > 0
        };
        std::thread::scope(|scope| {
            let child = scope.spawn(|| run(&words));
            while !stalled() {
                assert!(!child.is_finished(), "{channel}: no upload was stalled");
                std::thread::sleep(Duration::from_millis(2));
            }
            shop.kill();
            child.join().unwrap();
        });
        let again = run(&shop.publishing(&[channel]).arg("--json")).ends(0);
        let ends = outcomes(&again);
        assert!(
            ["live", "waiting"].contains(&ends[channel].as_str()),
            "{channel}: {ends:?}"
        );
        let found = accepted(&twin);
        let mut other = open(test).unwrap();
        let twin = other.twin(&[channel], &[]);
        other.publish(&[channel]).ends(0);
        assert_eq!(found, accepted(&twin), "{channel}");
    }
}

#[test]
fn one_channels_failure_stops_only_what_points_to_it() {
    let Some(mut shop) = open("one_channels_failure_stops_only_what_points_to_it") else {
        return;
    };
    let channels = ["docker-hub", "github-releases", "homebrew", "scoop"];
    let _twin = shop.twin(&channels, &[("github-releases", "POST:/uploads/:422@1*")]);
    let run = run(&shop.publishing(&channels).arg("--json")).ends(1);
    let ends = outcomes(&run);
    assert_eq!(ends["docker-hub"], "live");
    assert_eq!(ends["github-releases"], "failed");
    assert_eq!(ends["homebrew"], "not-tried");
    assert_eq!(ends["scoop"], "not-tried");
    let failed = &run.json()["channels"];
    let row = failed
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["channel"] == "github-releases");
    let next = row.unwrap()["next"].to_string();
    assert!(
        next.contains("cargo xtask publish --channel github-releases"),
        "{next}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn no_secret_is_seen_anywhere() {
    let Some(mut shop) = open("no_secret_is_seen_anywhere") else {
        return;
    };
    // Some go wrong, so that errors are looked at, too.
    let faults = [
        ("npm", "PUT:403@1*"),
        ("homebrew", "401@3*"),
        ("chocolatey", "PUT:500@1*"),
    ];
    let _twin = shop.twin(&names(), &faults);
    let secrets: BTreeSet<String> = CHANNELS
        .iter()
        .filter_map(|it| it.credentials.first())
        .flat_map(|it| it.iter())
        .filter(|it| !it.ends_with("USERNAME"))
        .map(|it| credential::of(it))
        .collect();
    let seen = |text: &[u8]| -> Vec<&String> {
        let is_in = |it: &&String| memchr::memmem::find(text, it.as_bytes()).is_some();
        secrets.iter().filter(is_in).collect()
    };
    let program = shop.publishing(&["all"]).args(["--verbose", "--json"]);
    let mut arguments: BTreeSet<String> = BTreeSet::new();
    let run = std::thread::scope(|scope| {
        let child = scope.spawn(|| run(&program));
        while !child.is_finished() {
            for line in command_lines() {
                let found = seen(&line);
                if !found.is_empty() {
                    arguments.insert(format!("{found:?} in {}", String::from_utf8_lossy(&line)));
                }
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        child.join().unwrap()
    });
    assert!(arguments.is_empty(), "{arguments:?}");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(seen(&run.stdout).is_empty() && seen(run.stderr.as_bytes()).is_empty());
    for path in files::list(&shop.dist.join("receipts")).unwrap() {
        assert!(
            seen(&files::read(&path).unwrap()).is_empty(),
            "{}",
            path.display()
        );
    }
    let plan = crate::support::run(&shop.publishing(&["all"]).args(["--dry-run", "--json"])).ends(0);
    assert!(seen(&plan.stdout).is_empty() && seen(plan.stderr.as_bytes()).is_empty());
    // Nothing of the run is left behind in its user's folders either.
    for entry in walkdir::WalkDir::new(shop.scratch.path()) {
        let entry = entry.unwrap();
        let is_ours = entry.path().starts_with(shop.scratch.path().join("home"));
        if is_ours && entry.file_type().is_file() {
            let bytes = files::read(entry.path()).unwrap();
            assert!(seen(&bytes).is_empty(), "{}", entry.path().display());
        }
    }
}

/// The words of every process that may be looked at.
#[cfg(target_os = "linux")]
fn command_lines() -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(Path::new("/proc"))
        .into_iter()
        .flatten()
        .flatten();
    entries
        .filter(|it| {
            it.file_name()
                .to_string_lossy()
                .bytes()
                .all(|it| it.is_ascii_digit())
        })
        .filter_map(|it| files::read(&it.path().join("cmdline")).ok())
        .filter(|it| !it.is_empty())
        .collect()
}
