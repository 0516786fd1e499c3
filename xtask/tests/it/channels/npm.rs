//! Packages for npm.

mod install;
mod launch;

use serde_json::Value;

use xtask::digest::Sha256;
use xtask::edition::sample::Sample;
use xtask::pack::{self, Mode, npm};
use xtask::render::Files;
use xtask::target::{TARGETS, Target};

use crate::channels::fixture::{Paper, all_rules_are_tried, golden, rule_of};

pub(crate) const ROOT: &str = "demo-1.2.3.tgz";
pub(crate) const LINUX: &str = "demo-linux-x64-1.2.3.tgz";

/// Mode and path of each file in a tarball.
fn contents(files: &Files, name: &str) -> String {
    let found = npm::files(&files[name].bytes).unwrap();
    let line = |it: &pack::read::Packed| format!("{:04o} {}\n", it.mode, it.path);
    found.iter().map(line).collect()
}

/// The text of a file in a tarball.
pub(crate) fn text(files: &Files, name: &str, path: &str) -> String {
    let found = npm::files(&files[name].bytes).unwrap();
    let file = found.into_iter().find(|it| it.path == format!("package/{path}"));
    String::from_utf8(file.unwrap_or_else(|| panic!("no `{path}` in `{name}`")).bytes).unwrap()
}

pub(crate) fn json(files: &Files, name: &str) -> Value {
    serde_json::from_str(&text(files, name, "package.json")).unwrap()
}

#[test]
fn a_root_and_a_package_a_platform() {
    let paper = Paper::plain();
    let (files, gaps) = paper.rendered("npm");
    assert_eq!(gaps, []);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    golden("npm", "packages.txt", &(names.join("\n") + "\n"));
    golden("npm", "root.txt", &contents(&files, ROOT));
    golden("npm", "root.json", &text(&files, ROOT, "package.json"));
    golden("npm", "demo.js", &text(&files, ROOT, "bin/demo.js"));
    golden("npm", "launch.js", &text(&files, ROOT, "lib/launch.js"));
    golden("npm", "linux.txt", &contents(&files, LINUX));
    golden("npm", "linux.json", &text(&files, LINUX, "package.json"));
    golden("npm", "linux.md", &text(&files, LINUX, "README.md"));
    assert_eq!(paper.findings("npm"), Vec::<String>::new());
    assert_eq!(files, paper.files("npm"));
}

#[test]
fn every_package_holds_the_program_that_was_built() {
    let paper = Paper::plain();
    let files = paper.files("npm");
    let programs: Vec<Sha256> = files
        .iter()
        .filter(|(name, _)| *name != ROOT)
        .flat_map(|(_, file)| npm::files(&file.bytes).unwrap())
        .filter(|it| it.path.starts_with("package/bin/"))
        .map(|it| Sha256::of(&it.bytes))
        .collect();
    assert_eq!(programs.len(), files.len() - 1);
    for build in paper.edition.builds() {
        let program = Sha256::of(&build.program(&build.binaries()[0]).unwrap());
        // The universal program has no package beside those of its parts.
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
    let (files, gaps) = paper.rendered("npm");
    let missing: Vec<&str> = gaps.iter().map(|it| it.missing.as_str()).collect();
    assert_eq!(missing, ["no build for macOS", "no build for Windows"]);
    // A static program serves every Linux.
    assert_eq!(json(&files, "demo-linux-x64-musl-1.2.3.tgz")["libc"], Value::Null);
    assert_eq!(paper.findings("npm"), Vec::<String>::new());
    let all = Sample {
        targets: TARGETS.iter().collect(),
        ..Sample::default()
    };
    assert_eq!(Paper::of(&all).findings("npm"), Vec::<String>::new());
    let none = Sample {
        targets: Vec::new(),
        ..Sample::default()
    };
    let (files, gaps) = Paper::of(&none).rendered("npm");
    assert_eq!((files.len(), gaps.len()), (0, 3));
}

#[test]
fn versions_and_their_tags() {
    let check = |version: &str, file: &str, tag: &str, install: &str| {
        let sample = Sample {
            version: version.parse().unwrap(),
            ..Sample::default()
        };
        let paper = Paper::of(&sample);
        let files = paper.files("npm");
        assert_eq!(json(&files, file)["publishConfig"]["tag"], tag, "{version}");
        let found = (xtask::channel::find("npm").unwrap().install)(&paper.edition);
        assert_eq!(found.as_deref(), Some(install));
        assert_eq!(paper.findings("npm"), Vec::<String>::new());
    };
    check("1.2.3", ROOT, "latest", "npm install --global demo");
    check(
        "1.2.3-rc.1",
        "demo-1.2.3-rc.1.tgz",
        "rc",
        "npm install --global demo@1.2.3-rc.1",
    );
    // npm drops what stands after the `+`.
    check("1.2.3+5", ROOT, "latest", "npm install --global demo");
}

#[test]
fn settings_say_otherwise() {
    let of = |settings: &str| {
        Paper::of(&Sample {
            settings: format!("[channel.npm]\n{settings}"),
            binaries: vec!["demo".to_owned(), "demo-server".to_owned()],
            templates: vec![("npm/platform.md".to_owned(), "{{package}} by us\n".to_owned())],
            ..Sample::default()
        })
    };
    let paper = of(
        "scope = \"@words\"\ntag = \"release-1.x\"\naccess = \"restricted\"\n\
                    registry = \"https://npm.registry.example\"\nsummary = \"Counts\"\n\
                    description = \"**Counts**\"\n",
    );
    let files = paper.files("npm");
    let linux = "words-demo-linux-x64-1.2.3.tgz";
    assert_eq!(
        text(&files, linux, "README.md"),
        "\\@words/demo-linux-x64 by us\n"
    );
    let root = json(&files, ROOT);
    assert_eq!(root["description"], "Counts");
    assert_eq!(text(&files, ROOT, "README.md"), "**Counts**\n");
    assert_eq!(root["bin"]["demo-server"], "bin/demo-server.js");
    assert_eq!(root["optionalDependencies"]["@words/demo-linux-x64"], "1.2.3");
    let publish = serde_json::json!({
        "access": "restricted", "registry": "https://npm.registry.example", "tag": "release-1.x"
    });
    assert_eq!(root["publishConfig"], publish);
    assert!(contents(&files, linux).contains("0755 package/bin/demo-server\n"));
    assert_eq!(paper.findings("npm"), Vec::<String>::new());
    // A scope of the name is that of the platforms, too.
    let files = of("name = \"@words/count\"\n").files("npm");
    assert!(
        files.contains_key("words-count-linux-x64-1.2.3.tgz"),
        "{:?}",
        files.keys()
    );
}

#[test]
fn names_and_tags_that_npm_refuses_are_errors() {
    let check = |settings: &str, part: &str| {
        let sample = Sample {
            settings: format!("[channel.npm]\n{settings}\n"),
            ..Sample::default()
        };
        let paper = Paper::of(&sample);
        let channel = xtask::channel::find("npm").unwrap();
        let error = (channel.render)(&paper.edition, &mut xtask::render::Output::default()).unwrap_err();
        assert!(format!("{error:#}").contains(part), "{error:#}");
    };
    check("name = \"Demo\"", "`Demo` has capital letters");
    check("name = \"a/../b\"", "`a/../b` has characters");
    check("tag = \"1.x\"", "reads as a range");
}

#[test]
fn texts_stay_texts() {
    let mut sample = Sample::default();
    let hostile = "a \"b\" 'c' `d` $e ${f} #{g} %h \\i </j> m\u{202e}n \u{1f980} \u{5d0} \u{2028} */";
    hostile.clone_into(&mut sample.listing.summary);
    let paper = Paper::of(&sample);
    let files = paper.files("npm");
    assert_eq!(json(&files, ROOT)["description"], hostile);
    assert_eq!(
        json(&files, LINUX)["description"],
        format!("{hostile}, for Linux x64 (glibc)")
    );
    assert_eq!(paper.findings("npm"), Vec::<String>::new());
    sample.listing.summary = "x".repeat(10_000);
    let files = Paper::of(&sample).files("npm");
    assert_eq!(json(&files, ROOT)["description"], "x".repeat(10_000));
}

/// A tarball with changed files.
pub(crate) fn changed(
    tarball: &[u8],
    change: impl Fn(&str, Vec<u8>, Mode) -> Option<(Vec<u8>, Mode)>,
) -> Vec<u8> {
    let mut list = Vec::new();
    for it in npm::files(tarball).unwrap() {
        let mode = if it.mode == 0o755 {
            Mode::Executable
        } else {
            Mode::Plain
        };
        let path = it.path.strip_prefix("package/").unwrap().to_owned();
        if let Some((bytes, mode)) = change(&path, it.bytes, mode) {
            list.push((path, pack::File { mode, bytes }));
        }
    }
    npm::tarball(&list, 0).unwrap()
}

/// A tarball whose manifest has a text changed.
pub(crate) fn edited(tarball: &[u8], from: &str, to: &str) -> Vec<u8> {
    changed(tarball, |path, bytes, mode| {
        if path != "package.json" {
            return Some((bytes, mode));
        }
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(from), "{from}: {text}");
        Some((text.replacen(from, to, 1).into_bytes(), mode))
    })
}

/// Tries the rules that npm and GitHub Packages share.
pub(crate) fn shared_rules(channel: &str, files: &Files, root: &str, linux: &str) -> Vec<&'static str> {
    let (good_root, good_linux) = (&files[root].bytes, &files[linux].bytes);
    let all: Vec<(&str, Vec<u8>)> = files
        .iter()
        .map(|(path, it)| (path.as_str(), it.bytes.clone()))
        .collect();
    let mut tried = Vec::new();
    let mut check = |rule: &'static str, path: &str, bad: Vec<u8>| {
        let replaced = all.iter().map(|(it, bytes)| {
            let bytes = if *it == path { bad.clone() } else { bytes.clone() };
            (*it, bytes)
        });
        rule_of(&format!("{channel}/{rule}"), &all, &replaced.collect::<Vec<_>>());
        tried.push(rule);
    };
    let without = |tarball: &[u8], end: &str| {
        changed(tarball, |path, bytes, mode| {
            (!path.ends_with(end)).then_some((bytes, mode))
        })
    };
    let closed = |tarball: &[u8]| changed(tarball, |_, bytes, _| Some((bytes, Mode::Plain)));
    let version = "\"version\": \"1.2.3\"";
    check("tarball", root, b"no tarball".to_vec());
    check("json", root, edited(good_root, "{", "["));
    check("json", root, edited(good_root, "\"version\"", "\"versions\""));
    check("name", root, edited(good_root, "demo\"", "Demo\""));
    check(
        "version",
        root,
        edited(good_root, version, "\"version\": \"v1.2.3\""),
    );
    check(
        "version",
        root,
        edited(good_root, version, "\"version\": \"1.2.3+5\""),
    );
    check(
        "private",
        root,
        edited(good_root, version, &format!("\"private\": true, {version}")),
    );
    check("tag", root, edited(good_root, "\"latest\"", "\"1.x\""));
    check(
        "latest",
        root,
        edited(good_root, version, "\"version\": \"1.2.3-rc.1\""),
    );
    check("platform", linux, edited(good_linux, "\"linux\"", "\"Linux\""));
    check("platform", linux, edited(good_linux, "\"x64\"", "\"x86_64\""));
    check("platform", linux, edited(good_linux, "\"linux\"", "\"darwin\""));
    check("license", root, edited(good_root, "MIT OR", "MIT/"));
    let remote = "\"optionalDependencies\": {\"x\": \"git+https://a.example/x.git\",";
    check(
        "remote",
        root,
        edited(good_root, "\"optionalDependencies\": {", remote),
    );
    let script = format!("\"scripts\": {{\"postinstall\": \"node x\"}}, {version}");
    check("scripts", root, edited(good_root, version, &script));
    check("bin", root, edited(good_root, "bin/demo.js", "bin/other.js"));
    check("bin-mode", root, closed(good_root));
    check("executable", linux, closed(good_linux));
    check("executable", linux, without(good_linux, "bin/demo"));
    check("files", root, edited(good_root, "\"lib\"", "\"other\""));
    check("readme", root, without(good_root, "README.md"));
    check(
        "file-name",
        root,
        edited(good_root, version, "\"version\": \"1.2.4\""),
    );
    check(
        "version-skew",
        linux,
        edited(good_linux, version, "\"version\": \"1.2.4\""),
    );
    check(
        "version-skew",
        root,
        edited(good_root, "linux-x64\": \"1.2.3\"", "linux-x64\": \"^1.2.3\""),
    );
    check("launcher", root, edited(good_root, "linux-x64\"", "linux-x65\""));
    check(
        "complete",
        linux,
        edited(good_linux, "linux-x64\"", "linux-x65\""),
    );
    tried
}

#[test]
fn rules() {
    let paper = Paper::plain();
    let files = paper.files("npm");
    let mut tried: Vec<String> = shared_rules("npm", &files, ROOT, LINUX)
        .into_iter()
        .map(|it| format!("npm/{it}"))
        .collect();
    let good = &files[ROOT].bytes;
    let mut check = |id: &str, bad: Vec<u8>| {
        rule_of(id, &[(ROOT, good.clone())], &[(ROOT, bad)]);
        tried.push(id.to_owned());
    };
    check("npm/access", edited(good, "\"public\"", "\"everyone\""));
    check(
        "npm/repository",
        edited(good, "git+https://github.com/owner/demo.git", "owner"),
    );
    let found = other_program(&paper, "npm", LINUX);
    assert!(
        found
            .iter()
            .any(|it| it.starts_with("npm/built: its program `demo`")),
        "{found:?}"
    );
    tried.push("npm/built".to_owned());
    let tried: Vec<&str> = tried.iter().map(String::as_str).collect();
    all_rules_are_tried("npm", &tried);
}

/// What the rules say when a package holds another program than the one that was built.
pub(crate) fn other_program(paper: &Paper, channel: &str, name: &str) -> Vec<String> {
    let mut files = paper.files(channel);
    let file = files.get_mut(name).unwrap();
    file.bytes = changed(&file.bytes, |path, bytes, mode| {
        let bytes = if path == "bin/demo" {
            b"#!/bin/sh\n".to_vec()
        } else {
            bytes
        };
        Some((bytes, mode))
    });
    crate::channels::fixture::findings(&xtask::lint::Subject {
        channel: xtask::channel::find(channel).unwrap(),
        files: files
            .iter()
            .map(|(path, file)| xtask::lint::File::of(path, file))
            .collect(),
        edition: Some(paper.edition.clone()),
        is_whole: true,
        rendered: None,
    })
}

/// A tarball with a link beside its manifest, as no tool of ours writes one.
fn with_link() -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(2);
    builder
        .append_data(&mut header, "package/package.json", &b"{}"[..])
        .unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder
        .append_link(&mut header, "package/bin/demo", "/bin/sh")
        .unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &builder.into_inner().unwrap()).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn links_are_found() {
    let good = npm::tarball(
        &[(
            "package.json".to_owned(),
            pack::File {
                mode: Mode::Plain,
                bytes: b"{}".to_vec(),
            },
        )],
        0,
    );
    rule_of(
        "npm/tarball",
        &[("a.tgz", good.unwrap())],
        &[("a.tgz", with_link())],
    );
}

#[test]
fn broken_tarballs_are_findings_and_no_panics() {
    let good = Paper::plain().files("npm")[ROOT].bytes.clone();
    for cut in (0..good.len()).step_by(97) {
        for bytes in [&good[..cut], &good[cut..]] {
            let found = crate::channels::fixture::findings(&xtask::lint::Subject {
                channel: xtask::channel::find("npm").unwrap(),
                files: vec![xtask::lint::File::new(ROOT, bytes)],
                edition: None,
                is_whole: true,
                rendered: None,
            });
            assert!(cut == 0 || !found.is_empty(), "{cut}");
        }
    }
}
