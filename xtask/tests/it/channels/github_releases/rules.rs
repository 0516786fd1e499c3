//! Each rule of GitHub Releases with a file that breaks it beside one that does not.

use xtask::edition::sample::Sample;
use xtask::lint::{File, Subject};
use xtask::pack::rpm::{self, Role, tag};
use xtask::pack::{File as Content, Mode, deb};
use xtask::render::Files;

use super::CHANNEL;
use crate::channels::fixture::{Paper, all_rules_are_tried, findings, rule};

const CONTROL: &str = "Package: demo\nVersion: 1.2.3-1\nArchitecture: amd64\nMaintainer: A B <a@demo.example>\n\
                       Description: Counts words\n More.\n .\n Text.\n";

fn content(mode: Mode, text: &str) -> Content {
    Content {
        mode,
        bytes: text.as_bytes().to_vec(),
    }
}

fn tree() -> Files {
    Files::from([
        ("usr/bin/demo".to_owned(), content(Mode::Executable, "x")),
        (
            "usr/share/doc/demo/copyright".to_owned(),
            content(Mode::Plain, "x"),
        ),
        (
            "usr/share/doc/demo/changelog.gz".to_owned(),
            content(Mode::Plain, "x"),
        ),
    ])
}

fn package(control: &str) -> Vec<u8> {
    deb::write(control, &tree(), 0).unwrap()
}

fn rpm_with(changes: &[(u32, &str)]) -> Vec<u8> {
    let mut about: std::collections::BTreeMap<u32, String> = [
        (tag::NAME, "demo"),
        (tag::VERSION, "1.2.3"),
        (tag::RELEASE, "1"),
        (tag::SUMMARY, "Counts words"),
        (tag::DESCRIPTION, "More."),
        (tag::LICENSE, "MIT"),
    ]
    .map(|(tag, text)| (tag, text.to_owned()))
    .into();
    about.extend(changes.iter().map(|(tag, text)| (*tag, (*text).to_owned())));
    let package = rpm::Package {
        about,
        arch: "x86_64".to_owned(),
        requires: Vec::new(),
        files: tree()
            .into_iter()
            .map(|(path, file)| (path, (Role::Program, file)))
            .collect(),
        folders: Vec::new(),
    };
    rpm::write(&package, 0).unwrap()
}

#[test]
fn each_rule_catches_the_bad_and_leaves_the_good() {
    let paper = Paper::plain();
    let text = |name: &str| paper.text(CHANNEL, name);
    let mut tried = Vec::new();
    let mut check = |id: &'static str, path: &str, good: Vec<u8>, bad: Vec<u8>| {
        rule(id, path, good, bad);
        tried.push(id);
    };
    let list = text("assets.json");
    let changed = |from: &str, to: &str| {
        assert!(list.contains(from), "{from}");
        list.replacen(from, to, 1).into_bytes()
    };
    let good = || list.clone().into_bytes();
    check(
        "github-releases/asset-name",
        "assets.json",
        good(),
        changed("\"name\": \"demo_", "\"name\": \"~demo_"),
    );
    check(
        "github-releases/asset-limits",
        "assets.json",
        good(),
        changed("\"size_bytes\": ", "\"size_bytes\": 214748364"),
    );
    check(
        "github-releases/assets-listed",
        "assets.json",
        b"{\"schema\":1,\"tag\":\"v1\",\"assets\":[]}".to_vec(),
        b"{\"schema\":2,\"tag\":\"v1\",\"assets\":[]}".to_vec(),
    );
    check(
        "github-releases/tag",
        "assets.json",
        good(),
        changed("\"tag\": \"v", "\"tag\": \"v ~"),
    );
    let sums = text("SHA256SUMS");
    let backwards: Vec<&str> = sums.lines().rev().collect();
    check(
        "github-releases/sums",
        "SHA256SUMS",
        sums.lines().next().unwrap_or_default().as_bytes().to_vec(),
        backwards.join("\n").into_bytes(),
    );
    check(
        "github-releases/notes-length",
        "notes.md",
        "\u{fc}".repeat(125_000).into_bytes(),
        "x".repeat(125_001).into_bytes(),
    );

    let deb = |from: &str, to: &str| {
        assert!(CONTROL.contains(from), "{from}");
        package(&CONTROL.replace(from, to))
    };
    let good = || package(CONTROL);
    let name = "demo_1.2.3-1_amd64.deb";
    check("github-releases/deb-form", name, good(), good()[..200].to_vec());
    check(
        "github-releases/deb-control",
        name,
        good(),
        deb("Maintainer", "Author"),
    );
    for (from, to) in [
        ("Package: demo", "Package: Demo"),
        ("Version: 1.2.3-1", "Version: v1.2.3"),
        ("<a@demo.example>", ""),
        (" .\n", "\n"),
    ] {
        check("github-releases/deb-control", name, good(), deb(from, to));
    }
    check(
        "github-releases/deb-description",
        name,
        good(),
        deb("Counts words", "Counts words."),
    );
    check(
        "github-releases/deb-description",
        name,
        good(),
        deb(" More.\n .\n Text.\n", ""),
    );
    check(
        "github-releases/package-texts",
        name,
        good(),
        deb("words", "w\u{202e}ords"),
    );
    check(
        "github-releases/package-version",
        name,
        good(),
        deb("1.2.3-1", "1.2.3-rc.1-1"),
    );
    let mut local = tree();
    local.insert("usr/local/bin/demo".to_owned(), content(Mode::Executable, "x"));
    check(
        "github-releases/deb-files",
        name,
        good(),
        deb::write(CONTROL, &local, 0).unwrap(),
    );
    let mut none = tree();
    none.remove("usr/bin/demo");
    check(
        "github-releases/package-programs",
        name,
        good(),
        deb::write(CONTROL, &none, 0).unwrap(),
    );

    let name = "demo-1.2.3-1.x86_64.rpm";
    let good = || rpm_with(&[]);
    let mut broken = good();
    let summary = broken.windows(6).rposition(|it| it == b"Counts").unwrap();
    broken[summary] = b'D';
    check("github-releases/rpm-form", name, good(), broken);
    check(
        "github-releases/rpm-tags",
        name,
        good(),
        rpm_with(&[(tag::VERSION, "1.2-3")]),
    );
    check(
        "github-releases/rpm-tags",
        name,
        good(),
        rpm_with(&[(tag::LICENSE, "")]),
    );
    check(
        "github-releases/package-version",
        name,
        good(),
        rpm_with(&[(tag::VERSION, "1.2.3rc1")]),
    );

    let script = text("demo-installer.sh");
    let windows = text("demo-installer.ps1");
    let name = "demo-installer.sh";
    let with = |from: &str, to: &str| {
        assert!(script.contains(from), "{from}");
        script.replace(from, to).into_bytes()
    };
    let good = || script.clone().into_bytes();
    check(
        "github-releases/installer-checks",
        name,
        good(),
        with(
            "\nmain \"$@\"",
            "\ncurl \"$base/x.tar.gz\" | tar -xz\nmain \"$@\"",
        ),
    );
    check(
        "github-releases/installer-checks",
        name,
        good(),
        b"#!/bin/sh\ncurl -O https://x\n".to_vec(),
    );
    check(
        "github-releases/installer-https",
        name,
        good(),
        with("'https://github", "'http://github"),
    );
    check(
        "github-releases/installer-whole",
        name,
        good(),
        with("\nexit\n}", "\nexit\n}\necho done"),
    );
    check("github-releases/installer-form", name, good(), with("\n", "\r\n"));
    check(
        "github-releases/installer-archives",
        name,
        good(),
        script.replace(".tar", ".t").replace(".zip", ".z").into_bytes(),
    );
    let name = "demo-installer.ps1";
    let good = || windows.clone().into_bytes();
    check(
        "github-releases/installer-form",
        name,
        good(),
        windows.replace("Picks", "W\u{e4}hlt").into_bytes(),
    );
    check(
        "github-releases/installer-whole",
        name,
        good(),
        windows
            .replace("Install-Release -Dir", "Write-Output")
            .into_bytes(),
    );
    check(
        "github-releases/installer-checks",
        name,
        good(),
        windows.replace("Get-FileHash", "Get-Item").into_bytes(),
    );
    tried.push("github-releases/notes-channels");
    all_rules_are_tried(CHANNEL, &tried);
}

/// What is found when a file of a rendered release is changed.
fn changed(paper: &Paper, name: &str, change: impl Fn(&mut Vec<u8>)) -> Vec<String> {
    let mut files = paper.files(CHANNEL);
    change(&mut files.get_mut(name).unwrap().bytes);
    findings(&Subject {
        channel: xtask::channel::find(CHANNEL).unwrap(),
        files: files.iter().map(|(path, file)| File::of(path, file)).collect(),
        edition: Some(paper.edition.clone()),
        is_whole: true,
        rendered: None,
    })
}

#[track_caller]
fn holds(found: &[String], expected: &str) {
    assert!(
        found.iter().any(|it| it.starts_with(expected)),
        "{expected}: {found:?}"
    );
}

#[test]
fn what_is_rendered_is_held_against_the_release() {
    // Only this channel is on, so the notes may tell of no other.
    let paper = Paper::of(&Sample {
        settings: "[channel.github-releases]\n".to_owned(),
        ..Sample::default()
    });
    let replaced = |name: &str, from: &str, to: &str| {
        changed(&paper, name, |bytes| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(text.contains(from), "{from}");
            *bytes = text.replacen(from, to, 1).into_bytes();
        })
    };
    let notes = replaced(
        "notes.md",
        "## Downloads",
        "### Snap\n\n```\nsnap install demo\n```\n\n## Downloads",
    );
    holds(
        &notes,
        "github-releases/notes-channels: the channel `snap` has nothing to install",
    );
    let sums = replaced("SHA256SUMS", "  artifacts.json", "  artifact.json");
    holds(&sums, "github-releases/sums: there is no `artifact.json`");
    holds(&sums, "github-releases/sums: `artifacts.json` has no line");
    let list = replaced(
        "assets.json",
        "\"name\": \"demo-installer.sh\"",
        "\"name\": \"demo.sh\"",
    );
    holds(
        &list,
        "github-releases/assets-listed: `demo-installer.sh` is not listed",
    );
    let tag = replaced("assets.json", "\"tag\": \"v1.2.3\"", "\"tag\": \"v1.2.4\"");
    holds(&tag, "github-releases/tag: the tag of the release is `v1.2.3`");
    let script = replaced(
        "demo-installer.sh",
        "x86_64-unknown-linux-gnu.tar",
        "x86_64-unknown-linux-musl.tar",
    );
    holds(&script, "github-releases/installer-archives: ");
    holds(
        &script,
        "github-releases/sums: `demo-installer.sh` has the SHA-256 ",
    );

    let deb = changed(&paper, "demo_1.2.3-1_amd64.deb", |bytes| {
        *bytes = package(CONTROL);
    });
    holds(
        &deb,
        "github-releases/package-programs: `usr/bin/demo` is no program that was built",
    );
    let old = changed(&paper, "demo_1.2.3-1_amd64.deb", |bytes| {
        *bytes = package(&CONTROL.replace("1.2.3", "1.2.2"));
    });
    holds(
        &old,
        "github-releases/package-version: its version is `1.2.2-1`, not `1.2.3-1`",
    );
}

#[test]
fn broken_files_are_findings_and_no_panic() {
    let paper = Paper::plain();
    for name in ["demo_1.2.3-1_amd64.deb", "demo-1.2.3-1.x86_64.rpm"] {
        let length = paper.files(CHANNEL)[name].bytes.len();
        for end in [0, 1, 7, 60, 95, 97, 120, 300, length / 2, length - 1] {
            let found = changed(&paper, name, |bytes| bytes.truncate(end));
            assert!(!found.is_empty(), "{name} {end}");
        }
        for at in (0..length).step_by(length / 40) {
            changed(&paper, name, |bytes| bytes[at] ^= 0x80);
        }
    }
    for name in ["assets.json", "SHA256SUMS", "notes.md", "demo-installer.sh"] {
        let found = changed(&paper, name, |bytes| *bytes = vec![0xff, 0, 0x0a]);
        assert!(!found.is_empty(), "{name}");
    }
}

#[test]
fn finished_files_are_recognised() {
    let channel = xtask::channel::find(CHANNEL).unwrap();
    let is = |name: &str, text: &str| (channel.recognises)(&File::new(name, text));
    for name in ["a.deb", "a.rpm", "demo-installer.sh", "demo-installer.ps1"] {
        assert!(is(name, "x"), "{name}");
    }
    assert!(is("assets.json", "{\"tag\":\"v1\",\"assets\":[]}"));
    for name in [
        "assets.json",
        "package.json",
        "install.ps1",
        "notes.md",
        "demo.crate",
    ] {
        assert!(!is(name, "{\"name\":\"x\"}"), "{name}");
    }
}
