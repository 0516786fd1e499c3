//! Homebrew's formulae and its cask.

mod rules;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use xtask::channel;
use xtask::config::Dotted;
use xtask::edition::Edition;
use xtask::edition::sample::Sample;
use xtask::effect::process::Program;
use xtask::target::Target;

use crate::channels::fixture::{Demo, Paper, golden, house, judge};
use crate::channels::wine::unpack;
use crate::support::{put, run, scratch};

const TAP: &str = "tap/Formula/demo.rb";
const CORE: &str = "core/d/demo.rb";
const CASK: &str = "tap/Casks/demo.rb";

/// Evaluates a formula or a cask as Homebrew does, for each system and processor.
const STUB: &str = include_str!("homebrew/stub.rb");

/// Everything that can be set.
const SETTINGS: &str = "[channel.homebrew]\ntap = \"org/homebrew-words\"\ncask = true\nservice = [\"serve\", \"--port=1\"]\n\
    completions = [\"completions\"]\ncaveats = \"One.\\nTwo.\"\n";

fn sample(settings: &str) -> Sample {
    Sample {
        settings: format!("[channel.homebrew]\n{settings}"),
        ..Sample::default()
    }
}

fn with_cask() -> Paper {
    Paper::of(&sample("cask = true\n"))
}

#[track_caller]
fn ruby(test: &str, dir: &Path) -> Option<Program> {
    judge("ruby", test, dir)
}

/// What the stub says of a text: a row for each system and processor.
#[track_caller]
fn loaded(test: &str, name: &str, text: &str) -> Option<Vec<Value>> {
    let dir = scratch();
    let file = put(dir.path(), name, text);
    let stub = put(dir.path(), "stub.rb", STUB);
    run(&ruby(test, dir.path())?.arg("-c").arg(&file)).ends(0);
    let said = run(&ruby(test, dir.path())?.arg(stub).arg("read").arg(file)).ends(0);
    Some(said.json().as_array().unwrap().clone())
}

#[track_caller]
fn row<'a>(rows: &'a [Value], os: &str, arch: &str) -> &'a Value {
    rows.iter()
        .find(|it| it["os"] == os && it["arch"] == arch)
        .unwrap()
}

#[track_caller]
fn is_artifact(edition: &Edition, row: &Value, triple: &str) {
    let build = edition.build(triple).unwrap();
    assert_eq!(row["url"], edition.url(&build.archive.name).unwrap(), "{triple}");
    assert_eq!(
        row["sha256"],
        build.archive.digests.sha256.to_string(),
        "{triple}"
    );
    assert_eq!(row["version"], edition.version().to_string());
}

#[test]
fn what_is_rendered() {
    let paper = with_cask();
    let files = paper.files("homebrew");
    assert_eq!(files.keys().collect::<Vec<_>>(), [CORE, CASK, TAP]);
    for (path, name) in [(TAP, "formula.rb"), (CORE, "core.rb"), (CASK, "cask.rb")] {
        golden("homebrew", name, &paper.text("homebrew", path));
    }
    assert_eq!(paper.findings("homebrew"), Vec::<String>::new());
    assert_eq!(files, paper.files("homebrew"));
    let channel = channel::find("homebrew").unwrap();
    assert_eq!(
        (channel.install)(&paper.edition).unwrap(),
        "brew install owner/tap/demo"
    );
}

#[test]
fn homebrew_reads_what_was_built() {
    let test = "homebrew::homebrew_reads_what_was_built";
    let paper = with_cask();
    let edition = &paper.edition;
    let text = |path| paper.text("homebrew", path);
    let Some(rows) = loaded(test, "demo.rb", &text(TAP)) else {
        return;
    };
    for (os, arch, triple) in [
        ("macos", "arm", "aarch64-apple-darwin"),
        ("macos", "intel", "x86_64-apple-darwin"),
        ("linux", "arm", "aarch64-unknown-linux-gnu"),
        ("linux", "intel", "x86_64-unknown-linux-gnu"),
    ] {
        let row = row(&rows, os, arch);
        is_artifact(edition, row, triple);
        assert_eq!(row["class"], "Demo");
        assert_eq!(row["desc"], "Counts the words of a text");
        assert_eq!(row["license"], json!({ "any_of": ["MIT", "Apache-2.0"] }));
        assert_eq!(
            row["commands"],
            json!([["prefix/bin/demo --version"], ["matched", "1.2.3"]])
        );
        assert_eq!(row["installed"][0], json!(["demo", "prefix/bin/demo"]));
        assert_eq!(
            row["installed"][1],
            json!(["completions/demo.bash", "prefix/etc/bash_completion.d/demo"])
        );
    }
    for row in &loaded(test, "demo.rb", &text(CORE)).unwrap() {
        let source = edition.source().unwrap();
        assert_eq!(row["url"], edition.url(&source.name).unwrap());
        assert_eq!(row["sha256"], source.digests.sha256.to_string());
        assert_eq!(row["depends_on"], json!([{ "rust": "build" }]));
        let expected = json!([
            ["cargo", "fetch", "--locked"],
            ["cargo", "install", "--locked", "--path=."],
            ["prefix/bin/demo --version"],
            ["matched", "1.2.3"]
        ]);
        assert_eq!(row["commands"], expected);
    }
    let rows = loaded(test, "demo.rb", &text(CASK)).unwrap();
    for (arch, triple) in [("arm", "aarch64-apple-darwin"), ("intel", "x86_64-apple-darwin")] {
        let row = row(&rows, "macos", arch);
        is_artifact(edition, row, triple);
        let build = edition.build(triple).unwrap();
        assert_eq!(row["binary"], json!([build.binaries()[0].path]));
        assert_eq!(row["manpage"], format!("{}/man/demo.1", build.top()));
        assert_eq!(row["depends_on"], json!([{ "macos": "big_sur" }]));
        assert_eq!(
            row["livecheck"],
            json!({ "url": "url", "strategy": "github_latest" })
        );
    }
}

#[test]
fn everything_that_can_be_set() {
    let test = "homebrew::everything_that_can_be_set";
    let mut sample = Sample {
        binaries: vec!["demo".to_owned(), "demo-admin".to_owned()],
        settings: SETTINGS.to_owned(),
        ..Sample::default()
    };
    sample.listing.summary = "counts words.".to_owned();
    let paper = Paper::of(&sample);
    assert_eq!(paper.findings("homebrew"), Vec::<String>::new());
    golden("homebrew", "everything.rb", &paper.text("homebrew", TAP));
    let channel = channel::find("homebrew").unwrap();
    assert_eq!(
        (channel.install)(&paper.edition).unwrap(),
        "brew install org/words/demo"
    );
    let Some(rows) = loaded(test, "demo.rb", &paper.text("homebrew", TAP)) else {
        return;
    };
    for row in &rows {
        assert_eq!(row["desc"], "Counts words");
        assert_eq!(row["caveats"], "One.\nTwo.");
        assert_eq!(
            row["service"]["run"],
            json!(["opt_bin/demo", "serve", "--port=1"])
        );
        assert_eq!(
            row["commands"][0],
            json!(["completions", "prefix/bin/demo", "completions"])
        );
        assert_eq!(row["commands"].as_array().unwrap().len(), 5);
        assert_eq!(row["installed"][1][1], "prefix/bin/demo-admin");
    }
    let rows = loaded(test, "demo.rb", &paper.text("homebrew", CASK)).unwrap();
    let arm = row(&rows, "macos", "arm");
    assert_eq!(arm["caveats"], "One.\nTwo.");
    assert_eq!(arm["binary"].as_array().unwrap().len(), 2);
    assert!(arm["bash_completion"].is_null());
}

#[test]
fn what_the_release_has_is_offered() {
    let test = "homebrew::what_the_release_has_is_offered";
    let check = |triples: &[&str], expected: [Option<&str>; 4], gaps: usize| {
        let targets = triples.iter().map(|it| Target::parse(it).unwrap()).collect();
        let paper = Paper::of(&Sample {
            targets,
            ..sample("cask = true\n")
        });
        let (_, found) = paper.rendered("homebrew");
        assert_eq!(found.len(), gaps, "{triples:?}: {found:?}");
        assert_eq!(paper.findings("homebrew"), Vec::<String>::new());
        let Some(rows) = loaded(test, "demo.rb", &paper.text("homebrew", TAP)) else {
            return;
        };
        let places = [
            ("macos", "arm"),
            ("macos", "intel"),
            ("linux", "arm"),
            ("linux", "intel"),
        ];
        for ((os, arch), expected) in places.into_iter().zip(expected) {
            match expected {
                Some(triple) => is_artifact(&paper.edition, row(&rows, os, arch), triple),
                None => assert!(row(&rows, os, arch)["url"].is_null(), "{os} {arch}"),
            }
        }
    };
    let universal = Some("universal-apple-darwin");
    check(&["universal-apple-darwin"], [universal, universal, None, None], 2);
    check(
        &["aarch64-apple-darwin", "universal-apple-darwin"],
        [Some("aarch64-apple-darwin"), universal, None, None],
        2,
    );
    let musl = Some("x86_64-unknown-linux-musl");
    check(&["x86_64-unknown-linux-musl"], [None, None, None, musl], 4);
    check(
        &["aarch64-apple-darwin", "aarch64-unknown-linux-musl"],
        [
            Some("aarch64-apple-darwin"),
            None,
            Some("aarch64-unknown-linux-musl"),
            None,
        ],
        2,
    );
    let paper = Paper::of(&Sample {
        targets: vec![Target::parse("x86_64-pc-windows-gnullvm").unwrap()],
        ..Sample::default()
    });
    let (files, gaps) = paper.rendered("homebrew");
    assert_eq!(files.keys().collect::<Vec<_>>(), [CORE]);
    assert_eq!(gaps[0].missing, "no build for macOS or Linux");
    assert!((channel::find("homebrew").unwrap().install)(&paper.edition).is_none());
}

#[test]
fn one_cask_for_each_kind_of_build() {
    let test = "homebrew::one_cask_for_each_kind_of_build";
    for (triple, machine) in [
        ("universal-apple-darwin", None),
        ("aarch64-apple-darwin", Some("arm64")),
        ("x86_64-apple-darwin", Some("x86_64")),
    ] {
        let paper = Paper::of(&Sample {
            targets: vec![Target::parse(triple).unwrap()],
            ..sample("cask = true\n")
        });
        assert_eq!(paper.findings("homebrew"), Vec::<String>::new());
        let Some(rows) = loaded(test, "demo.rb", &paper.text("homebrew", CASK)) else {
            return;
        };
        let row = row(&rows, "macos", "intel");
        is_artifact(&paper.edition, row, triple);
        let depends = row["depends_on"].as_array().unwrap();
        assert_eq!(depends.len(), 1 + usize::from(machine.is_some()));
        if let Some(machine) = machine {
            assert_eq!(depends[0], json!({ "arch": machine }));
        }
    }
}

#[test]
fn a_build_for_newer_systems_gives_way_to_the_static_one() {
    let paper = Paper::plain();
    let mut release = paper.edition.release.clone();
    for artifact in &mut release.artifacts {
        for binary in &mut artifact.binaries {
            binary.facts.glibc = binary.facts.glibc.as_ref().map(|_| Dotted(vec![2, 34]));
        }
    }
    let edition = Edition::new(
        release,
        paper.edition.listing.clone(),
        paper.edition.channels.clone(),
        paper.edition.templates.clone(),
        paper.edition.shelf.clone(),
        None,
        None,
    )
    .unwrap();
    let channel = channel::find("homebrew").unwrap();
    let mut output = xtask::render::Output::default();
    (channel.render)(&edition, &mut output).unwrap();
    let text = String::from_utf8(output.texts().unwrap()[TAP].bytes.clone()).unwrap();
    assert!(
        text.contains("linux-musl") && !text.contains("linux-gnu"),
        "{text}"
    );
}

#[test]
fn versions() {
    let test = "homebrew::versions";
    let paper = Paper::of(&Sample {
        version: "1.2.3-rc.1".parse().unwrap(),
        ..sample("cask = true\n")
    });
    let (files, gaps) = paper.rendered("homebrew");
    let (cask, formula) = ("tap/Casks/demo@preview.rb", "tap/Formula/demo-preview.rb");
    assert_eq!(files.keys().collect::<Vec<_>>(), [cask, formula]);
    assert_eq!(gaps[0].missing, "`1.2.3-rc.1` is a pre-release");
    assert_eq!(paper.findings("homebrew"), Vec::<String>::new());
    let Some(rows) = loaded(test, "demo-preview.rb", &paper.text("homebrew", formula)) else {
        return;
    };
    let row = row(&rows, "macos", "arm");
    is_artifact(&paper.edition, row, "aarch64-apple-darwin");
    assert_eq!(row["class"], "DemoPreview");
    assert_eq!(row["conflicts_with"][0], "owner/tap/demo");
    let version = channel::find("homebrew").unwrap().version;
    assert!(version(&"1.2.3+5".parse().unwrap()).is_err());
    // A release elsewhere than on GitHub does not say its version in a way that Homebrew is sure to read.
    let mut sample = Sample::default();
    sample.listing.download_url = Some("https://demo.example/files".to_owned());
    let paper = Paper::of(&sample);
    assert!(paper.text("homebrew", TAP).contains("  version \"1.2.3\"\n"));
    assert!(paper.text("homebrew", CORE).contains("  version \"1.2.3\"\n"));
    assert_eq!(paper.findings("homebrew"), Vec::<String>::new());
}

#[test]
fn texts_stay_texts() {
    let test = "homebrew::texts_stay_texts";
    let hostile = [
        "Say \"hi\" to #{`touch pwned`} #$x #@y `x` \\ %{z} </k> ${y} \u{202e}tfel \u{1f980} \u{5e9}\u{5dc}\u{5d5}\u{5dd}",
        "\\\"; system \"touch pwned\" #",
        "' end end; exit #",
        "EOS",
        "A#",
    ];
    for text in hostile {
        let quoted = Value::from(text).to_string();
        let mut sample = sample(&format!(
            "cask = true\ncaveats = {quoted}\nservice = [{quoted}]\ncompletions = [{quoted}]\n"
        ));
        sample.listing.summary = text.to_owned();
        sample.listing.title = text.to_owned();
        let paper = Paper::of(&sample);
        for path in [TAP, CORE, CASK] {
            let written = paper.text("homebrew", path);
            assert!(!written.contains('\u{202e}'));
            let Some(rows) = loaded(test, "demo.rb", &written) else {
                return;
            };
            for row in &rows {
                assert_eq!(row["desc"], *text, "{path}");
                if path != CORE {
                    assert_eq!(row["caveats"], *text);
                }
                if path != CASK {
                    assert_eq!(row["service"]["run"], json!(["opt_bin/demo", text]));
                }
            }
        }
    }
}

#[test]
fn what_is_too_long_is_found_and_not_cut() {
    let mut sample = Sample::default();
    sample.listing.summary = "A".repeat(10_000);
    let paper = Paper::of(&sample);
    assert!(paper.text("homebrew", TAP).contains(&sample.listing.summary));
    let found = paper.findings("homebrew");
    assert!(
        found
            .iter()
            .any(|it| it.starts_with("homebrew/desc-form") && it.contains("10000")),
        "{found:?}"
    );
    let rule = channel::find("homebrew")
        .unwrap()
        .rules
        .iter()
        .find(|it| it.id == "homebrew/desc-form");
    assert!(rule.unwrap().help.contains("[channel.homebrew] summary"));
}

#[test]
fn a_template_can_be_edited() {
    let own = "{{! mine }}\nclass {{class}} < Formula\n  desc {{desc}}\n  homepage {{homepage}}\n  {{platforms}}\n\n  \
        def install\n    {{install}}\n  end\nend\n";
    let mut sample = Sample {
        templates: vec![("homebrew/formula.rb".to_owned(), own.to_owned())],
        ..Sample::default()
    };
    let text = Paper::of(&sample).text("homebrew", TAP);
    assert!(text.starts_with("class Demo < Formula\n  desc \"Counts"));
    // Without its blocks the formula would be for no system: that cannot go out unseen.
    sample.templates[0].1 = own.replace("{{platforms}}", "url \"https://demo.example/x\"");
    let found = Paper::of(&sample).findings("homebrew");
    for id in ["platforms-complete", "hash-of-url", "sha256-form"] {
        assert!(
            found.iter().any(|it| it.starts_with(&format!("homebrew/{id}"))),
            "{id}: {found:?}"
        );
    }
}

#[test]
fn a_package_below_the_root_is_compiled_in_its_folder() {
    let mut sample = Sample::default();
    sample.listing.package = "contextlite".to_owned();
    let edition = Paper::of(&sample).edition;
    let edition = Edition::new(
        edition.release.clone(),
        edition.listing.clone(),
        edition.channels.clone(),
        edition.templates.clone(),
        edition.shelf.clone(),
        None,
        Some(house().clone()),
    )
    .unwrap();
    let mut output = xtask::render::Output::default();
    (channel::find("homebrew").unwrap().render)(&edition, &mut output).unwrap();
    let text = String::from_utf8(output.texts().unwrap()[CORE].bytes.clone()).unwrap();
    assert!(
        text.contains("*std_cargo_args(path: \"crates/contextlite\")"),
        "{text}"
    );
}

#[test]
fn a_name_without_a_class_is_refused() {
    let mut sample = Sample::default();
    sample.listing.name = "1demo".to_owned();
    let paper = Paper::of(&sample);
    let channel = channel::find("homebrew").unwrap();
    let error = (channel.render)(&paper.edition, &mut xtask::render::Output::default()).unwrap_err();
    assert!(
        error.to_string().contains("cannot name a formula `1demo`"),
        "{error}"
    );
}

#[test]
fn what_is_installed_runs() {
    let test = "homebrew::what_is_installed_runs";
    let Some(demo) = Demo::built(test) else { return };
    let files = demo.files("homebrew");
    let text = std::str::from_utf8(&files[TAP].bytes).unwrap();
    let Some(rows) = loaded(test, "demo.rb", text) else {
        return;
    };
    let row = row(&rows, "linux", "intel");
    is_artifact(&demo.edition, row, "x86_64-unknown-linux-gnu");
    // As Homebrew does: the archive is unpacked, its one folder entered, and the formula's own test is run.
    let dir = scratch();
    let name = row["url"].as_str().unwrap().rsplit('/').next().unwrap();
    unpack(&demo.edition.dist().join(name), dir.path());
    let top: PathBuf = dir
        .path()
        .join(demo.edition.build("x86_64-unknown-linux-gnu").unwrap().top());
    let (file, stub) = (put(dir.path(), "demo.rb", text), put(dir.path(), "stub.rb", STUB));
    let prefix = dir.path().join("prefix");
    run(&ruby(test, dir.path())
        .unwrap()
        .arg(stub)
        .arg("install")
        .arg(file)
        .args([&top, &prefix]))
    .ends(0);
    assert!(prefix.join("bin/demo").is_file());
}
