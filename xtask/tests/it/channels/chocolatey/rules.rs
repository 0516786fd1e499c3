//! Each rule of Chocolatey, with a bad file that it catches and the good one beside it.

use xtask::channel;
use xtask::lint::{File, Subject};
use xtask::pack::nupkg::{self, Core};
use xtask::pack::{self, Mode};

use crate::channels::chocolatey::{PACKAGE, text, unpacked, with_settings};
use crate::channels::fixture::{Paper, all_rules_are_tried, findings, rule, rule_of};

fn plain(bytes: &[u8]) -> pack::File {
    pack::File {
        mode: Mode::Plain,
        bytes: bytes.to_vec(),
    }
}

/// A package of these files, with this nuspec.
fn package(nuspec: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let core = Core {
        id: "demo".to_owned(),
        version: "1.2.3".to_owned(),
        authors: "a".to_owned(),
        description: "d".to_owned(),
        tags: "t".to_owned(),
    };
    let files = files
        .iter()
        .map(|(path, bytes)| ((*path).to_owned(), plain(bytes)));
    nupkg::write(&core, nuspec, files.collect(), 1_700_000_000).unwrap()
}

const LEGAL: [(&str, &[u8]); 2] = [
    ("tools/LICENSE.txt", b"The text of the licence.\n"),
    ("tools/VERIFICATION.txt", b"Download, unpack, compare.\n"),
];

#[test]
fn each_catches_the_bad_and_leaves_the_good() {
    let paper = Paper::plain();
    let nuspec = paper.text("chocolatey", "demo.nuspec");
    let files = unpacked(&paper, PACKAGE);
    let installs = text(&files, "tools/chocolateyinstall.ps1");
    let mut sample = with_settings("embed = false");
    sample
        .targets
        .retain(|it| it.triple == "x86_64-pc-windows-gnullvm");
    let downloading = Paper::of(&sample);
    let downloads = text(&unpacked(&downloading, PACKAGE), "tools/chocolateyinstall.ps1");
    let mut tried = Vec::new();
    let mut check = |id: &'static str, path: &str, good: &str, changes: &[(&str, &str)]| {
        for (from, to) in changes {
            assert!(good.contains(from), "{id}: {from}");
            rule(id, path, good, good.replacen(from, to, 1));
        }
        tried.push(id);
    };
    let long = "x".repeat(101);
    let mut of_nuspec = |id, changes: &[(&str, &str)]| check(id, "demo.nuspec", &nuspec, changes);
    of_nuspec(
        "chocolatey/nuspec",
        &[
            ("</id>", ""),
            ("<package ", "<pack "),
            ("2015/06/nuspec.xsd", "2015/06"),
            ("http://schemas.m", "urn:"),
        ],
    );
    of_nuspec(
        "chocolatey/required",
        &[
            ("<tags>words count text</tags>", ""),
            ("<projectUrl>https://demo.example</projectUrl>", ""),
            ("<authors>The Demo maintainers<", "<authors><"),
        ],
    );
    of_nuspec(
        "chocolatey/id",
        &[
            ("<id>demo", "<id>de mo"),
            ("<id>demo", "<id>demo.config"),
            ("<id>demo", "<id>demo-beta"),
            ("<id>demo", &format!("<id>{long}")),
        ],
    );
    of_nuspec(
        "chocolatey/id-style",
        &[
            ("<id>demo", "<id>Demo"),
            ("<id>demo", "<id>de_mo"),
            ("<id>demo", "<id>de.mo"),
            ("<id>demo", "<id>demooftwentyfivelettersormore"),
            ("<title>Demo", "<title>demo"),
        ],
    );
    of_nuspec(
        "chocolatey/version",
        &[
            ("<version>1.2.3", "<version>v1.2.3"),
            ("<version>1.2.3", "<version>1"),
            ("<version>1.2.3", "<version>1.2.3-rc.1"),
            ("<version>1.2.3", "<version>1.2.3-1"),
            ("<version>1.2.3", "<version>1.2.3+5"),
        ],
    );
    of_nuspec(
        "chocolatey/version-normal",
        &[
            ("<version>1.2.3", "<version>1.2"),
            ("<version>1.2.3", "<version>1.2.3.0"),
            ("<version>1.2.3", "<version>1.02.3"),
        ],
    );
    of_nuspec("chocolatey/tags-once", &[("words count", "words words")]);
    of_nuspec(
        "chocolatey/elements",
        &[
            ("<summary>", "<icon>a.png</icon><summary>"),
            ("<summary>", "<license type=\"expression\">MIT</license><summary>"),
            ("<summary>", "<repository url=\"https://x.example\" /><summary>"),
            ("<summary>", "<iconUrl /><summary>"),
            ("<summary>", "<tags>a</tags><summary>"),
        ],
    );
    of_nuspec(
        "chocolatey/links",
        &[
            ("https://demo.example<", "demo.example<"),
            ("https://demo.example<", "https://demo<"),
            (
                "<summary>",
                "<iconUrl>https://raw.githubusercontent.com/o/d/icon.png</iconUrl><summary>",
            ),
            ("<requireLicenseAcceptance>false", "<requireLicenseAcceptance>no"),
        ],
    );
    of_nuspec(
        "chocolatey/description",
        &[
            ("<description>", "<description>#Demo\n"),
            (
                "<description>Demo counts the words of a text.\n\nIt reads files and standard input, and says how many words each of them has.",
                "<description>Short.",
            ),
            ("<description>", &format!("<description>{}", "long ".repeat(800))),
        ],
    );
    of_nuspec(
        "chocolatey/tags",
        &[
            ("words count", "words,count"),
            ("words count", "words chocolatey"),
        ],
    );
    of_nuspec(
        "chocolatey/people",
        &[
            ("<authors>The", "<authors>the@demo.example The"),
            ("<copyright>Copyright (c) The Demo maintainers", "<copyright>Me"),
        ],
    );
    of_nuspec(
        "chocolatey/guidelines",
        &[
            ("<summary>Counts the words of a text</summary>", ""),
            (
                "<licenseUrl>https://github.com/owner/demo/blob/v1.2.3/LICENSE-MIT",
                "<licenseUrl>https://demo.example",
            ),
        ],
    );
    let mut of_script =
        |id, good: &str, changes: &[(&str, &str)]| check(id, "chocolateyinstall.ps1", good, changes);
    of_script(
        "chocolatey/checksum",
        &downloads,
        &[
            ("ChecksumType64 = 'sha256'", ""),
            ("Checksum64 = '", "Checksum64 = 'x"),
            ("Checksum64 =", "Sum64 ="),
        ],
    );
    of_script("chocolatey/https", &downloads, &[("https://", "http://")]);
    of_script(
        "chocolatey/own",
        &installs,
        &[
            ("$folder =", "choco install other\n$folder ="),
            ("$folder =", "$nugetPath\n$folder ="),
        ],
    );
    of_script(
        "chocolatey/powershell",
        &installs,
        &[
            ("$folder =", "iwr $x\n$folder ="),
            ("$folder =", "$x | % { $_ }\n$folder ="),
            ("Split-Path -Parent $My", "$PSScriptRoot; $My"),
        ],
    );
    of_script("chocolatey/stop", &installs, &[("'Stop'", "'Continue'")]);
    of_script(
        "chocolatey/left-over",
        &installs,
        &[("$folder =", "# 1. See the _TODO.md\n$folder =")],
    );

    let marked = format!("\u{feff}# \u{fc}\n{installs}");
    rule(
        "chocolatey/encoding",
        "chocolateyinstall.ps1",
        marked.clone(),
        marked.trim_start_matches('\u{feff}'),
    );
    rule(
        "chocolatey/encoding",
        "chocolateyinstall.ps1",
        marked,
        b"# \xfc\n".to_vec(),
    );
    let uninstalls = text(&files, "tools/chocolateyuninstall.ps1");
    let pair = |second: &str| {
        vec![
            ("tools/chocolateyinstall.ps1", installs.clone().into_bytes()),
            ("tools/chocolateyuninstall.ps1", second.as_bytes().to_vec()),
        ]
    };
    rule_of(
        "chocolatey/uninstall",
        &pair(&uninstalls),
        &pair("$ErrorActionPreference = 'Stop'\n"),
    );

    let good = package(&nuspec, &LEGAL);
    rule(
        "chocolatey/package",
        PACKAGE,
        good.clone(),
        good[..good.len() - 30].to_vec(),
    );
    let file = plain(nuspec.as_bytes());
    let bare = pack::zip::write_files([("demo.nuspec".to_owned(), &file)], 1_700_000_000).unwrap();
    rule("chocolatey/package", PACKAGE, good.clone(), bare);
    rule(
        "chocolatey/package",
        PACKAGE,
        good.clone(),
        package(&nuspec, &[("other.nuspec", b"<package/>")]),
    );
    rule(
        "chocolatey/version",
        PACKAGE,
        good.clone(),
        package(&nuspec.replace("1.2.3", "1.2"), &[]),
    );
    rule(
        "chocolatey/name",
        PACKAGE,
        good.clone(),
        package(&nuspec.replace("1.2.3", "1.2.4"), &[]),
    );
    rule(
        "chocolatey/name",
        "demo.nuspec",
        nuspec.clone(),
        nuspec.replace("<id>demo", "<id>other"),
    );
    let twins = |beside: String| vec![(PACKAGE, good.clone()), ("demo.nuspec", beside.into_bytes())];
    rule_of(
        "chocolatey/twins",
        &twins(nuspec.clone()),
        &twins(nuspec.replace("words", "letters")),
    );
    for path in ["tools/.DS_Store", ".git/config", "tools/Thumbs.db"] {
        rule(
            "chocolatey/litter",
            PACKAGE,
            good.clone(),
            package(&nuspec, &[(path, b"x")]),
        );
    }
    let program: (&str, &[u8]) = ("tools/demo.exe", b"MZ");
    let whole = package(&nuspec, &[LEGAL[0], LEGAL[1], program]);
    rule(
        "chocolatey/legal",
        PACKAGE,
        whole.clone(),
        package(&nuspec, &[LEGAL[0], program]),
    );
    rule(
        "chocolatey/legal",
        PACKAGE,
        whole,
        package(&nuspec, &[LEGAL[0], ("tools/VERIFICATION.txt", b"\n"), program]),
    );
    tried.extend([
        "chocolatey/encoding",
        "chocolatey/uninstall",
        "chocolatey/package",
        "chocolatey/name",
        "chocolatey/twins",
        "chocolatey/litter",
        "chocolatey/legal",
        // In the test below: they hold files against the release.
        "chocolatey/release-version",
        "chocolatey/programs",
        "chocolatey/downloads",
    ]);
    all_rules_are_tried("chocolatey", &tried);
}

#[test]
fn what_is_not_that_of_the_release_is_found() {
    let paper = Paper::plain();
    let of = |paper: &Paper, path: &str, bytes: Vec<u8>| {
        findings(&Subject {
            channel: channel::find("chocolatey").unwrap(),
            files: vec![File::new(path, bytes)],
            edition: Some(paper.edition.clone()),
            is_whole: false,
            rendered: None,
        })
    };
    let nuspec = paper.text("chocolatey", "demo.nuspec");
    let found = of(
        &paper,
        "demo.nuspec",
        nuspec.replace("<version>1.2.3", "<version>1.2.4").into_bytes(),
    );
    assert!(found[0].starts_with("chocolatey/release-version: "), "{found:?}");
    let mended = nuspec
        .replace("<version>1.2.3", "<version>1.2.3.20260102")
        .into_bytes();
    assert_eq!(of(&paper, "demo.nuspec", mended), Vec::<String>::new());

    let build = paper.edition.build("x86_64-pc-windows-gnullvm").unwrap();
    let program = build.program(&build.binaries()[0]).unwrap();
    let found = of(
        &paper,
        PACKAGE,
        package(&nuspec, &[LEGAL[0], LEGAL[1], ("tools/demo.exe", &program)]),
    );
    assert_eq!(
        found,
        ["chocolatey/programs: the programs for `aarch64` are not there"]
    );
    let found = of(
        &paper,
        PACKAGE,
        package(&nuspec, &[LEGAL[0], LEGAL[1], ("tools/demo.exe", b"MZ")]),
    );
    assert!(found[0].contains("is no program that was built"), "{found:?}");
    let twice = [
        LEGAL[0],
        LEGAL[1],
        ("tools/a/demo.exe", &program[..]),
        ("tools/b/demo.exe", &program[..]),
    ];
    let found = of(&paper, PACKAGE, package(&nuspec, &twice));
    assert!(found.iter().any(|it| it.contains("gets a shim")), "{found:?}");

    let downloading = Paper::of(&with_settings("embed = false"));
    let script = text(&unpacked(&downloading, PACKAGE), "tools/chocolateyinstall.ps1");
    let sum = build.archive.digests.sha256.to_string();
    let bad = script.replace(&sum, &sum.chars().rev().collect::<String>());
    let found = of(&downloading, "chocolateyinstall.ps1", bad.into_bytes());
    assert!(
        found.iter().any(|it| it.starts_with("chocolatey/downloads: ")),
        "{found:?}"
    );
    let bad = script.replace("-aarch64-pc-windows", "-other-pc-windows");
    let found = of(&downloading, "chocolateyinstall.ps1", bad.into_bytes());
    let left_out = "chocolatey/downloads: the programs for `aarch64` are not downloaded";
    assert!(found.iter().any(|it| it == left_out), "{found:?}");
}

#[test]
fn broken_files_are_findings_and_no_more() {
    let of = |name: &str, bytes: &[u8]| {
        findings(&Subject {
            channel: channel::find("chocolatey").unwrap(),
            files: vec![File::new(name, bytes)],
            edition: Some(Paper::plain().edition.clone()),
            is_whole: true,
            rendered: None,
        })
    };
    let good = package("<package/>", &LEGAL);
    for bytes in [
        &b"\xff\xfe\0"[..],
        b"",
        b"<package",
        b"<package><metadata><id/></metadata></package>",
        &good[..60],
        &good[40..],
    ] {
        for name in [PACKAGE, "demo.nuspec", "chocolateyinstall.ps1"] {
            let _ = of(name, bytes);
        }
        assert_ne!(of(PACKAGE, bytes), Vec::<String>::new());
    }
    assert_ne!(of("demo.nuspec", b"<package"), Vec::<String>::new());
}

#[test]
fn files_of_this_channel_are_recognised() {
    let chocolatey = channel::find("chocolatey").unwrap();
    let is_ours = |name: &str| (chocolatey.recognises)(&File::new(name, "x"));
    for name in ["a/demo.nuspec", "demo.1.2.3.nupkg", "tools/chocolateyInstall.ps1"] {
        assert!(is_ours(name), "{name}");
    }
    for name in ["demo.json", "install.ps1", "demo.exe", "demo.xml"] {
        assert!(!is_ours(name), "{name}");
    }
}
