//! Wheels for PyPI.

mod judges;

use xtask::digest::Sha256;
use xtask::edition::sample::Sample;
use xtask::edition::{Edition, Person};
use xtask::lint::{File, Subject};
use xtask::pack::{Mode, read, zip};
use xtask::render::Files;
use xtask::target::{TARGETS, Target};

use crate::channels::fixture::{Paper, all_rules_are_tried, findings, golden, rule_of};

const LINUX: &str = "demo-1.2.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl";

/// Mode and path of each file in a wheel.
fn contents(files: &Files, name: &str) -> String {
    let wheel = files
        .get(name)
        .unwrap_or_else(|| panic!("no `{name}` in {:?}", files.keys()));
    let found = read::files(name, &wheel.bytes).unwrap();
    let line = |it: &read::Packed| format!("{:04o} {}\n", it.mode, it.path);
    found.iter().map(line).collect::<Vec<_>>().concat()
}

fn file_of(files: &Files, wheel: &str, end: &str) -> Vec<u8> {
    let found = read::files(wheel, &files[wheel].bytes).unwrap();
    let file = found.into_iter().find(|it| it.path.ends_with(end));
    file.unwrap_or_else(|| panic!("no `{end}` in `{wheel}`")).bytes
}

fn metadata(files: &Files) -> String {
    let (name, _) = files.iter().next().unwrap();
    String::from_utf8(file_of(files, name, ".dist-info/METADATA")).unwrap()
}

#[test]
fn one_wheel_a_platform() {
    let paper = Paper::plain();
    let (files, gaps) = paper.rendered("pypi");
    assert_eq!(gaps, []);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    golden("pypi", "wheels.txt", &(names.join("\n") + "\n"));
    golden("pypi", "linux.txt", &contents(&files, LINUX));
    golden("pypi", "METADATA", &metadata(&files));
    let wheel = file_of(&files, LINUX, ".dist-info/WHEEL");
    golden("pypi", "WHEEL", &String::from_utf8(wheel).unwrap());
    assert_eq!(paper.findings("pypi"), Vec::<String>::new());
    assert_eq!(files, paper.files("pypi"));
}

#[test]
fn every_wheel_holds_the_program_that_was_built() {
    let paper = Paper::plain();
    let files = paper.files("pypi");
    let programs: Vec<Sha256> = files
        .iter()
        .flat_map(|(name, file)| read::files(name, &file.bytes).unwrap())
        .filter(|it| it.path.contains("/scripts/"))
        .map(|it| Sha256::of(&it.bytes))
        .collect();
    assert_eq!(programs.len(), files.len());
    for build in paper.edition.builds() {
        // The universal program has no wheel of its own beside those of its parts.
        let program = Sha256::of(&build.program(&build.binaries()[0]).unwrap());
        assert_eq!(
            programs.contains(&program),
            !build.target.is_universal(),
            "{}",
            build.target
        );
    }
}

#[test]
fn what_is_not_built_is_a_gap() {
    let sample = Sample {
        targets: vec![Target::parse("x86_64-unknown-linux-musl").unwrap()],
        ..Sample::default()
    };
    let paper = Paper::of(&sample);
    let (files, gaps) = paper.rendered("pypi");
    let missing: Vec<&str> = gaps.iter().map(|it| it.missing.as_str()).collect();
    assert_eq!(missing, ["no build for macOS", "no build for Windows"]);
    assert_eq!(files.len(), 1);
    assert_eq!(paper.findings("pypi"), Vec::<String>::new());
    let all = Sample {
        targets: TARGETS.iter().collect(),
        ..Sample::default()
    };
    assert_eq!(Paper::of(&all).findings("pypi"), Vec::<String>::new());
}

#[test]
fn versions_in_the_form_of_the_index() {
    let install = |version: &str| {
        let sample = Sample {
            version: version.parse().unwrap(),
            ..Sample::default()
        };
        let paper = Paper::of(&sample);
        assert_eq!(paper.findings("pypi"), Vec::<String>::new());
        (xtask::channel::find("pypi").unwrap().install)(&paper.edition)
    };
    assert_eq!(
        install("1.2.3").as_deref(),
        Some("uv tool install demo\npipx install demo")
    );
    let rc = install("1.2.3-rc.1").unwrap();
    assert!(rc.starts_with("uv tool install demo==1.2.3rc1\n"), "{rc}");
    let form = xtask::channel::find("pypi").unwrap().version;
    assert!(form(&"1.2.3+5".parse().unwrap()).is_err());
}

#[test]
fn settings_say_otherwise() {
    let sample = Sample {
        settings:
            "[channel.pypi]\nname = \"Demo.Tool\"\nsummary = \"Counts\"\ndescription = \"**Counts**\"\n\
                   classifiers = [\"Topic :: Text Processing\"]\nrequires-python = \">=3.9\"\n"
                .to_owned(),
        ..Sample::default()
    };
    let paper = Paper::of(&sample);
    let files = paper.files("pypi");
    assert!(files.keys().all(|it| it.starts_with("demo_tool-1.2.3-py3-none-")));
    let text = metadata(&files);
    for part in [
        "Name: Demo.Tool\n",
        "Summary: Counts\n",
        "Classifier: Topic :: Text Processing\n",
        "Requires-Python: >=3.9\n",
        "\n\n**Counts**\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(text.matches("Classifier:").count(), 1);
    assert_eq!(paper.findings("pypi"), Vec::<String>::new());
}

/// A release whose texts try to be more than texts.
fn hostile() -> Paper {
    let mut sample = Sample::default();
    let text = "a \"b\" 'c' `d` $e ${f} #{g} %h \\i </j> m\u{202e}n \u{1f980} \u{5d0}";
    text.clone_into(&mut sample.listing.summary);
    sample.listing.authors = vec![Person {
        name: "A, \"B\" <C>".to_owned(),
        email: Some("a@demo.example".to_owned()),
    }];
    sample.listing.keywords = vec!["a b".to_owned(), "c:d".to_owned()];
    Paper::of(&sample)
}

#[test]
fn texts_stay_texts() {
    let paper = hostile();
    let text = metadata(&paper.files("pypi"));
    let head: Vec<&str> = text.split("\n\n").next().unwrap().lines().collect();
    assert!(head.iter().all(|it| it.contains(": ")), "{head:#?}");
    assert!(head.contains(&"Author-email: \"A, \\\"B\\\" <C>\" <a@demo.example>"));
    assert_eq!(paper.findings("pypi"), Vec::<String>::new());
    let mut sample = Sample::default();
    sample.listing.summary = "x".repeat(10_000);
    let findings = Paper::of(&sample).findings("pypi");
    assert!(
        findings[0].contains("pypi/summary: the summary has 10000 characters"),
        "{findings:?}"
    );
}

/// A wheel with changed files: the text of one replaced, RECORD left as it is unless it is the one.
fn changed(wheel: &[u8], end: &str, change: impl Fn(Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut list = Vec::new();
    for it in read::files("a.whl", wheel).unwrap() {
        let mode = if it.mode == 0o755 {
            Mode::Executable
        } else {
            Mode::Plain
        };
        let bytes = if it.path.ends_with(end) {
            change(it.bytes)
        } else {
            Some(it.bytes)
        };
        if let Some(bytes) = bytes {
            list.push((it.path, xtask::pack::File { mode, bytes }));
        }
    }
    zip::write_files(list.iter().map(|(path, file)| (path.clone(), file)), 0).unwrap()
}

#[test]
fn rules() {
    let paper = Paper::plain();
    let files = paper.files("pypi");
    let good = files[LINUX].bytes.clone();
    let mut tried = Vec::new();
    let mut check = |id: &'static str, name: &str, bad: Vec<u8>| {
        rule_of(id, &[(LINUX, good.clone())], &[(name, bad)]);
        tried.push(id);
    };
    let text = |end: &'static str, from: &'static str, to: &str| {
        changed(&good, end, |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(from), "{text}");
            Some(text.replacen(from, to, 1).into_bytes())
        })
    };
    let meta = |from: &'static str, to: &str| text("/METADATA", from, to);
    check("pypi/zip", LINUX, [good.as_slice(), b"x"].concat());
    check("pypi/zip", LINUX, b"no zip".to_vec());
    check("pypi/file-name", "Demo-1.2.3-py3-none-any.whl", good.clone());
    check("pypi/file-name", "demo-v1.2.3-py3-none-any.whl", good.clone());
    check("pypi/file-name", "demo-1.2.3.whl", good.clone());
    check(
        "pypi/file-name",
        "demo-1.2.3-py3-none-manylinux_2_17_x86_64.manylinux_2_17_x86_64.whl",
        good.clone(),
    );
    check(
        "pypi/platform-tag",
        "demo-1.2.3-py3-none-linux_x86_64.whl",
        good.clone(),
    );
    check(
        "pypi/structure",
        "demo-1.2.4-py3-none-manylinux_2_17_x86_64.whl",
        good.clone(),
    );
    check("pypi/structure", LINUX, changed(&good, "/WHEEL", |_| None));
    check("pypi/wheel-file", LINUX, text("/WHEEL", "Tag: py3", "Tag: py2"));
    check("pypi/wheel-file", LINUX, text("/WHEEL", "false", "true"));
    check(
        "pypi/record",
        LINUX,
        changed(&good, "scripts/demo", |_| Some(b"other".to_vec())),
    );
    check("pypi/record", LINUX, changed(&good, "LICENSE-MIT", |_| None));
    check("pypi/program", LINUX, changed(&good, "scripts/demo", |_| None));
    check(
        "pypi/metadata-version",
        LINUX,
        meta("Version: 2.4", "Version: 3.0"),
    );
    check(
        "pypi/metadata-agrees",
        LINUX,
        meta("\nVersion: 1.2.3", "\nVersion: 1.2.4"),
    );
    check("pypi/name", LINUX, meta("Name: demo", "Name: -demo"));
    check(
        "pypi/summary",
        LINUX,
        meta("Summary: ", &format!("Summary: {}", "x".repeat(513))),
    );
    check(
        "pypi/project-url",
        LINUX,
        meta("Source, https://", "Source, git@"),
    );
    check(
        "pypi/project-url",
        LINUX,
        meta("Source, ", &format!("{}, ", "x".repeat(33))),
    );
    check(
        "pypi/classifier",
        LINUX,
        meta("Classifier: Environment", "Classifier: Private"),
    );
    check("pypi/license", LINUX, meta("MIT OR", "MIT/"));
    check("pypi/license", LINUX, meta("Keywords:", "License:"));
    check(
        "pypi/license-classifier",
        LINUX,
        meta("Keywords:", "Classifier: License :: OSI Approved\nKeywords:"),
    );
    check(
        "pypi/license-file",
        LINUX,
        meta("License-File: LICENSE-MIT", "License-File: COPYING"),
    );
    check("pypi/description", LINUX, meta("text/markdown", "text/asciidoc"));
    check(
        "pypi/direct-url",
        LINUX,
        meta("Keywords:", "Requires-Dist: a @ https://a.example\nKeywords:"),
    );
    let bare = changed(&good, "/METADATA", |it| {
        let end = it.windows(2).position(|it| it == b"\n\n").unwrap();
        Some(it[..=end].to_vec())
    });
    check("pypi/page", LINUX, bare);
    // Nothing but a program that nobody can start has the mode of a text.
    let again = |is_reversed: bool| {
        let mut found = read::files("a.whl", &good).unwrap();
        if is_reversed {
            found.reverse();
        }
        let file = |bytes: &[u8]| xtask::pack::File {
            mode: Mode::Plain,
            bytes: bytes.to_vec(),
        };
        let list: Vec<_> = found
            .iter()
            .map(|it| (it.path.clone(), file(&it.bytes)))
            .collect();
        zip::write_files(list.iter().map(|(path, file)| (path.clone(), file)), 0).unwrap()
    };
    check("pypi/program", LINUX, again(false));
    check("pypi/order", LINUX, again(true));
    check("pypi/size", LINUX, large(&good));
    rules_of_several(&files, &mut tried);
    rules_of_the_release(&paper, &mut tried);
    // Those are tried on real programs.
    tried.extend(["pypi/program-fits", "pypi/libraries"]);
    all_rules_are_tried("pypi", &tried);
}

/// The same zip with 100 MiB of nothing before its list of files.
fn large(zip: &[u8]) -> Vec<u8> {
    const NOTHING: u32 = 100 << 20;
    let end = zip.len() - 22;
    let offset = u32::from_le_bytes(zip[end + 16..end + 20].try_into().unwrap());
    let at = offset as usize;
    let moved = (offset + NOTHING).to_le_bytes();
    let parts: [&[u8]; 5] = [
        &zip[..at],
        &vec![0; NOTHING as usize],
        &zip[at..end + 16],
        &moved,
        &zip[end + 20..],
    ];
    parts.concat()
}

/// What only a release can tell: a program of another build, and a platform that is left out.
fn rules_of_the_release(paper: &Paper, tried: &mut Vec<&'static str>) {
    let mut files = paper.files("pypi");
    let other = changed(&files[LINUX].bytes, "scripts/demo", |_| {
        Some(b"#!/bin/sh\n".to_vec())
    });
    files.get_mut(LINUX).unwrap().bytes = other;
    files.remove("demo-1.2.3-py3-none-win_amd64.whl").unwrap();
    let found = findings_of(&paper.edition, &files);
    for part in [
        "pypi/built: its programs are not those that were built",
        "pypi/complete: there is no `demo-1.2.3-py3-none-win_amd64.whl`",
    ] {
        assert!(found.iter().any(|it| it == part), "{part}: {found:?}");
    }
    tried.extend(["pypi/built", "pypi/complete"]);
}

fn findings_of(edition: &Edition, files: &Files) -> Vec<String> {
    findings(&Subject {
        channel: xtask::channel::find("pypi").unwrap(),
        files: files.iter().map(|(path, file)| File::of(path, file)).collect(),
        edition: Some(edition.clone()),
        is_whole: true,
        rendered: None,
    })
}

fn rules_of_several(files: &Files, tried: &mut Vec<&'static str>) {
    let good = &files[LINUX].bytes;
    let musl = "demo-1.2.3-py3-none-musllinux_1_2_x86_64.whl";
    let pair = [(LINUX, good.clone()), (musl, files[musl].bytes.clone())];
    let twice = [
        ("a/demo-1.2.3-py3-none-win32.whl", good.clone()),
        ("demo-1.2.3-py3-none-win32.whl", good.clone()),
    ];
    rule_of("pypi/tag-twice", &pair, &twice);
    let other = changed(good, "/METADATA", |mut it| {
        it.extend(b"more\n");
        Some(it)
    });
    rule_of("pypi/metadata-same", &pair, &[pair[1].clone(), (LINUX, other)]);
    tried.extend(["pypi/tag-twice", "pypi/metadata-same"]);
}
