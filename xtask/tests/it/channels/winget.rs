//! WinGet's manifests.

mod rules;

use std::path::PathBuf;

use serde_json::Value;
use xtask::channel;
use xtask::edition::Edition;
use xtask::edition::sample::Sample;
use xtask::render::Files;
use xtask::target::Target;

use crate::channels::fixture::{Demo, Paper, golden, house, judge, put_files, schema};
use crate::channels::wine::{Wine, unpack};
use crate::support::{clean, put, run, scratch, skipped};

const DIR: &str = "manifests/t/TheDemoMaintainers/Demo/1.2.3";
const ID: &str = "TheDemoMaintainers.Demo";

/// Holds manifests against the official schemas.
const JUDGE: &str = include_str!("winget/judge.py");

fn path(kind: &str) -> String {
    format!("{DIR}/{ID}{kind}.yaml")
}

/// What the schemas say of the files of a version: by file name what is wrong, what is no text, and the content. Nothing
/// where the judge is not installed.
#[track_caller]
fn judged(test: &str, files: &Files) -> Option<Value> {
    let dir = scratch();
    let schema = schema("winget/manifest.version.1.12.0.json", test)?;
    judge("check-jsonschema", test, dir.path())?;
    let python = house().tools_dir().join("venv/bin/python3");
    if !python.is_file() {
        skipped(test, "`check-jsonschema` is not in `.tools/venv`");
        return None;
    }
    put_files(dir.path(), files);
    let paths: Vec<PathBuf> = files.keys().map(|it| dir.path().join(it)).collect();
    let script = put(dir.path(), "judge.py", JUDGE);
    let said = run(&clean(python, dir.path())
        .arg(script)
        .arg(schema.parent().unwrap())
        .args(paths))
    .ends(0);
    Some(said.json())
}

/// Fails unless the schemas take the files, and every scalar is a text to every reader.
#[track_caller]
fn fits(test: &str, files: &Files) -> Option<Value> {
    let said = judged(test, files)?;
    for (name, it) in said.as_object().unwrap() {
        assert_eq!(it["wrong"], serde_json::json!([]), "{name}");
        assert_eq!(it["no-text"], serde_json::json!([]), "{name}");
    }
    Some(said)
}

fn sample(settings: &str) -> Sample {
    Sample {
        settings: format!("[channel.winget]\n{settings}"),
        ..Sample::default()
    }
}

fn targets(triples: &[&str]) -> Vec<&'static Target> {
    triples.iter().map(|it| Target::parse(it).unwrap()).collect()
}

#[test]
fn the_three_manifests() {
    let test = "winget::the_three_manifests";
    let paper = Paper::plain();
    let files = paper.files("winget");
    let expected = [".installer", ".locale.en-US", ""].map(path);
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
    for (kind, name) in [
        ("", "version.yaml"),
        (".installer", "installer.yaml"),
        (".locale.en-US", "locale.yaml"),
    ] {
        golden("winget", name, &paper.text("winget", &path(kind)));
    }
    assert_eq!(paper.findings("winget"), Vec::<String>::new());
    assert_eq!(files, paper.files("winget"));
    fits(test, &files);
    let channel = channel::find("winget").unwrap();
    assert_eq!(
        (channel.install)(&paper.edition).unwrap(),
        "winget install --exact --id TheDemoMaintainers.Demo"
    );
}

#[test]
fn everything_that_can_be_set() {
    let test = "winget::everything_that_can_be_set";
    let mut sample = Sample {
        binaries: vec!["demo".to_owned(), "demo-admin".to_owned()],
        ..sample(
            "identifier = \"Org.Words.Cli\"\nmoniker = \"words\"\ntags = [\"1.0\", \"no\"]\npublisher = \"Org\"\n\
             publisher-url = \"https://org.example\"\nsupport-url = \"https://org.example/help\"\n\
             license-url = \"https://org.example/license\"\nnotes = \"One.\\n\\nTwo.\"\nlocale = \"de-DE\"\n\
             manifest-version = \"1.28.0\"\nsummary = \"W\u{f6}rter\"\ndescription = \"Lang\"\n",
        )
    };
    sample.version = "1.10.0".parse().unwrap();
    let paper = Paper::of(&sample);
    assert_eq!(paper.findings("winget"), Vec::<String>::new());
    let files = paper.files("winget");
    let name = "manifests/o/Org/Words/Cli/1.10.0/Org.Words.Cli.locale.de-DE.yaml";
    golden("winget", "everything.yaml", &paper.text("winget", name));
    let Some(said) = fits(test, &files) else { return };
    let installer = &said["Org.Words.Cli.installer.yaml"]["content"];
    assert_eq!(installer["PackageVersion"], "1.10.0");
    let nested = &installer["Installers"][0]["NestedInstallerFiles"][1];
    assert_eq!(
        nested["RelativeFilePath"],
        "demo-1.10.0-x86_64-pc-windows-gnullvm\\demo-admin.exe"
    );
    assert_eq!(nested["PortableCommandAlias"], "demo-admin");
    let older = Paper::of(&super::winget::sample("manifest-version = \"1.10.0\"\n"));
    fits(test, &older.files("winget"));
    assert_eq!(older.findings("winget"), Vec::<String>::new());
}

#[test]
fn what_the_release_has_is_offered() {
    let test = "winget::what_the_release_has_is_offered";
    let check = |triples: &[&str], machine: &str, expected: &str| {
        let paper = Paper::of(&Sample {
            targets: targets(triples),
            ..Sample::default()
        });
        assert_eq!(paper.findings("winget"), Vec::<String>::new());
        let Some(said) = fits(test, &paper.files("winget")) else {
            return;
        };
        let installers = said[format!("{ID}.installer.yaml")]["content"]["Installers"].clone();
        assert_eq!(installers.as_array().unwrap().len(), 1);
        assert_eq!(installers[0]["Architecture"], machine);
        is_artifact(&paper.edition, &installers[0], expected);
    };
    let all = [
        "x86_64-pc-windows-gnu",
        "x86_64-pc-windows-gnullvm",
        "x86_64-pc-windows-msvc",
    ];
    check(&all, "x64", "x86_64-pc-windows-msvc");
    check(&all[..2], "x64", "x86_64-pc-windows-gnullvm");
    check(&all[..1], "x64", "x86_64-pc-windows-gnu");
    check(
        &["aarch64-pc-windows-gnullvm"],
        "arm64",
        "aarch64-pc-windows-gnullvm",
    );
    let paper = Paper::of(&Sample {
        targets: targets(&["x86_64-apple-darwin"]),
        ..Sample::default()
    });
    let (files, gaps) = paper.rendered("winget");
    assert!(files.is_empty());
    assert_eq!(gaps[0].missing, "no build for Windows");
    assert!((channel::find("winget").unwrap().install)(&paper.edition).is_none());
    let mut sample = Sample::default();
    sample.listing.license = None;
    assert_eq!(Paper::of(&sample).rendered("winget").1[0].missing, "no license");
}

#[track_caller]
fn is_artifact(edition: &Edition, installer: &Value, triple: &str) {
    let build = edition.build(triple).unwrap();
    assert_eq!(
        installer["InstallerUrl"],
        edition.url(&build.archive.name).unwrap()
    );
    let sum = build.archive.digests.sha256.to_string();
    assert_eq!(installer["InstallerSha256"], sum.to_uppercase());
    let nested = &installer["NestedInstallerFiles"][0];
    assert_eq!(
        nested["RelativeFilePath"],
        build.binaries()[0].path.replace('/', "\\")
    );
}

#[test]
fn versions() {
    let test = "winget::versions";
    for (version, id) in [
        ("1.2.3-rc.1", "TheDemoMaintainers.Demo.Preview"),
        ("1.2.3+5", ID),
        ("1.10.0", ID),
    ] {
        let paper = Paper::of(&Sample {
            version: version.parse().unwrap(),
            ..Sample::default()
        });
        let files = paper.files("winget");
        let dir = format!("manifests/t/{}/{version}", id.replace('.', "/"));
        assert!(
            files.contains_key(&format!("{dir}/{id}.yaml")),
            "{:?}",
            files.keys()
        );
        assert_eq!(paper.findings("winget"), Vec::<String>::new());
        if let Some(said) = fits(test, &files) {
            assert_eq!(said[format!("{id}.yaml")]["content"]["PackageVersion"], version);
        }
    }
}

#[test]
fn texts_stay_texts() {
    let test = "winget::texts_stay_texts";
    let hostile = [
        "Say \"hi\" to #{you} $x `x` </k> ${y} %z: - \u{202e}tfel \u{1f980} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \\ # x",
        "1.10",
        "null",
        "2026-01-02",
        "- a: *b",
        "&a !!str |",
        "...",
        "0x1F",
        "1_000",
        "12:30:00",
    ];
    // One run of the judge for all.
    let mut files = Files::new();
    let describe = |text: &str| format!("{text}\n\n  {text}\n---\n{text}");
    for (at, text) in hostile.iter().enumerate() {
        let mut sample = Sample::default();
        let listing = &mut sample.listing;
        listing.summary = (*text).to_owned();
        listing.description = describe(text);
        listing.keywords = vec![text.chars().take(40).collect()];
        listing.copyright = (*text).to_owned();
        let paper = Paper::of(&sample);
        assert_eq!(paper.findings("winget"), Vec::<String>::new());
        let file = paper.files("winget")[&path(".locale.en-US")].clone();
        files.insert(format!("case-{at}.yaml"), file);
    }
    let Some(said) = fits(test, &files) else { return };
    for (at, text) in hostile.iter().enumerate() {
        let content = &said[format!("case-{at}.yaml")]["content"];
        assert_eq!(content["ShortDescription"], *text);
        assert_eq!(content["Description"], describe(text));
        assert_eq!(content["Copyright"], *text);
    }
}

#[test]
fn what_is_too_long_is_found_and_not_cut() {
    let mut sample = Sample::default();
    sample.listing.summary = "A".repeat(257);
    sample.listing.description = "B".repeat(10_001);
    sample.listing.keywords = (0..17).map(|it| format!("word-{it}")).collect();
    let paper = Paper::of(&sample);
    let text = paper.text("winget", &path(".locale.en-US"));
    assert!(text.contains(&sample.listing.summary) && text.contains(&sample.listing.description));
    let found = paper.findings("winget");
    for part in ["257 characters", "10001 characters", "17 entries"] {
        assert!(found.iter().any(|it| it.contains(part)), "{part}: {found:?}");
    }
    let mut sample = Sample::default();
    sample.listing.publisher = "A".repeat(33);
    let channel = channel::find("winget").unwrap();
    let error =
        (channel.render)(&Paper::of(&sample).edition, &mut xtask::render::Output::default()).unwrap_err();
    assert!(error.to_string().contains("32 in a part"), "{error}");
    sample.settings = "[channel.winget]\nidentifier = \"A.B\"\n".to_owned();
    Paper::of(&sample).files("winget");
}

#[test]
fn microsofts_runtime_is_declared_where_it_is_needed() {
    let test = "winget::microsofts_runtime";
    let paper = Paper::of(&Sample {
        targets: targets(&["x86_64-pc-windows-msvc"]),
        ..Sample::default()
    });
    let mut release = paper.edition.release.clone();
    for binary in release.artifacts.iter_mut().flat_map(|it| &mut it.binaries) {
        binary.facts.libraries.push("VCRUNTIME140.dll".to_owned());
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
    let mut output = xtask::render::Output::default();
    (channel::find("winget").unwrap().render)(&edition, &mut output).unwrap();
    let files = output.texts().unwrap();
    let Some(said) = fits(test, &files) else { return };
    let installer = &said[format!("{ID}.installer.yaml")]["content"]["Installers"][0];
    assert_eq!(
        installer["Dependencies"]["PackageDependencies"][0]["PackageIdentifier"],
        "Microsoft.VCRedist.2015+.x64"
    );
}

#[test]
fn what_is_installed_runs() {
    let test = "winget::what_is_installed_runs";
    let (Some(demo), Some(wine)) = (Demo::built(test), Wine::ready(test)) else {
        return;
    };
    let Some(said) = fits(test, &demo.files("winget")) else {
        return;
    };
    let content = &said[format!("{ID}.installer.yaml")]["content"];
    let installer = content["Installers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["Architecture"] == "x64")
        .unwrap();
    is_artifact(&demo.edition, installer, "x86_64-pc-windows-gnullvm");
    // As the client does: the archive is unpacked, and the very path of the manifest is linked to.
    let name = installer["InstallerUrl"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap();
    let dir = scratch();
    unpack(&demo.edition.dist().join(name), dir.path());
    let path = installer["NestedInstallerFiles"][0]["RelativeFilePath"]
        .as_str()
        .unwrap();
    let program = dir.path().join(path.replace('\\', "/"));
    let said = run(&wine.program(test, &program).arg("--version")).ends(0);
    assert_eq!(said.text().trim(), "demo 1.2.3");
    let locale = demo.files("winget");
    let locale = locale
        .iter()
        .find(|it| it.0.ends_with(".locale.en-US.yaml"))
        .unwrap();
    let text = std::str::from_utf8(&locale.1.bytes).unwrap();
    assert!(
        text.contains("LicenseUrl: https://github.com/owner/demo/blob/v1.2.3/LICENSE\n"),
        "{text}"
    );
}
