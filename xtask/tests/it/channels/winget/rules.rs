//! Each rule with a bad manifest that it catches, and what the official schemas say of the same.

use xtask::channel;
use xtask::lint::{File, Subject};
use xtask::pack;

use super::{DIR, ID, judged, path, sample};
use crate::channels::fixture::{Paper, all_rules_are_tried, findings, rule_of};

/// A rule, the file, what is replaced in the good one, and whether the schema finds that bad too.
type Case = (&'static str, &'static str, &'static str, &'static str, bool);

const INSTALLER: &str = ".installer";
const LOCALE: &str = ".locale.en-US";
const VERSION: &str = "";

const CASES: &[Case] = &[
    (
        "winget/header",
        VERSION,
        "version.1.12.0",
        "version.1.10.0",
        false,
    ),
    (
        "winget/header",
        INSTALLER,
        "manifest.installer",
        "manifest.version",
        false,
    ),
    (
        "winget/header",
        LOCALE,
        "# yaml-language-server",
        "# language-server",
        false,
    ),
    ("winget/keys", LOCALE, "Author:", "Writer:", false),
    ("winget/keys", LOCALE, "Moniker:", "moniker:", false),
    (
        "winget/keys",
        INSTALLER,
        "PortableCommandAlias",
        "CommandAlias",
        false,
    ),
    (
        "winget/required",
        VERSION,
        "DefaultLocale:",
        "PackageLocale:",
        true,
    ),
    ("winget/required", LOCALE, "License:", "CopyrightUrl:", true),
    (
        "winget/required",
        INSTALLER,
        "InstallerSha256:",
        "SignatureSha256:",
        true,
    ),
    ("winget/required", INSTALLER, "Installers:", "Platform:", true),
    (
        "winget/lengths",
        LOCALE,
        "ShortDescription: Counts the words of a text",
        "ShortDescription: A",
        true,
    ),
    (
        "winget/lengths",
        LOCALE,
        "- words",
        "- wooooooooooooooooooooooooooooooooooooooooords",
        true,
    ),
    (
        "winget/identifier-form",
        VERSION,
        "TheDemoMaintainers.Demo",
        "Demo",
        true,
    ),
    (
        "winget/identifier-form",
        VERSION,
        "TheDemoMaintainers.Demo",
        "The Demo.Demo",
        true,
    ),
    (
        "winget/version-form",
        VERSION,
        "PackageVersion: \"1.2.3\"",
        "PackageVersion: \"1:2\"",
        true,
    ),
    (
        "winget/version-bare",
        VERSION,
        "PackageVersion: \"1.2.3\"",
        "PackageVersion: v1.2.3",
        false,
    ),
    (
        "winget/url-form",
        INSTALLER,
        "InstallerUrl: https://",
        "InstallerUrl: ",
        true,
    ),
    (
        "winget/url-form",
        LOCALE,
        "PackageUrl: https://",
        "PackageUrl: ftp://",
        true,
    ),
    (
        "winget/url-secure",
        INSTALLER,
        "InstallerUrl: https",
        "InstallerUrl: http",
        false,
    ),
    (
        "winget/values",
        INSTALLER,
        "Architecture: x64",
        "Architecture: amd64",
        true,
    ),
    (
        "winget/values",
        INSTALLER,
        "InstallerType: zip",
        "InstallerType: tar",
        true,
    ),
    ("winget/values", INSTALLER, "uninstallPrevious", "replace", true),
    ("winget/date-form", INSTALLER, "2026-01-02", "2026-02-30", true),
    ("winget/date-form", INSTALLER, "2026-01-02", "02.01.2026", true),
    (
        "winget/locale-form",
        VERSION,
        "DefaultLocale: en-US",
        "DefaultLocale: en_US",
        true,
    ),
    ("winget/tags", LOCALE, "- count", "- words", true),
    (
        "winget/nested",
        INSTALLER,
        "RelativeFilePath: demo",
        "RelativeFilePath: ..\\demo",
        false,
    ),
    ("winget/nested", INSTALLER, "demo.exe", "demo.cmd", false),
    (
        "winget/nested",
        INSTALLER,
        "NestedInstallerType: portable\n",
        "",
        false,
    ),
    (
        "winget/installers-unique",
        INSTALLER,
        "Architecture: arm64",
        "Architecture: x64",
        false,
    ),
    (
        "winget/scope-portable",
        INSTALLER,
        "UpgradeBehavior",
        "Scope: user\nUpgradeBehavior",
        false,
    ),
    (
        "winget/community",
        INSTALLER,
        "UpgradeBehavior",
        "Channel: beta\nUpgradeBehavior",
        false,
    ),
    ("winget/community", LOCALE, "Moniker", "Icons: []\nMoniker", false),
    (
        "winget/agree",
        VERSION,
        "PackageVersion: \"1.2.3\"",
        "PackageVersion: \"1.2.4\"",
        false,
    ),
    (
        "winget/agree",
        VERSION,
        "DefaultLocale: en-US",
        "DefaultLocale: de-DE",
        false,
    ),
    (
        "winget/path",
        INSTALLER,
        "TheDemoMaintainers.Demo",
        "TheDemoMaintainers.demo",
        false,
    ),
    (
        "winget/path",
        LOCALE,
        "PackageLocale: en-US",
        "PackageLocale: en-GB",
        false,
    ),
];

/// What only the rules know: the schema cannot even be chosen, or the release is asked.
const MORE: &[(&str, &str, &str, &str)] = &[
    (
        "winget/yaml",
        VERSION,
        "DefaultLocale: en-US",
        "DefaultLocale: en-US\nDefaultLocale: en-US",
    ),
    ("winget/yaml", LOCALE, "Author:", "Author: ["),
    (
        "winget/manifest-version",
        VERSION,
        "ManifestVersion: \"1.12.0\"",
        "ManifestVersion: \"1.6.0\"",
    ),
    (
        "winget/manifest-version",
        VERSION,
        "ManifestVersion: \"1.12.0\"",
        "ManifestVersion: new",
    ),
    (
        "winget/platforms-complete",
        INSTALLER,
        "Architecture: arm64",
        "Architecture: arm",
    ),
    (
        "winget/hash-of-url",
        INSTALLER,
        "x86_64-pc-windows-gnullvm.zip",
        "aarch64-pc-windows-gnullvm.zip",
    ),
    (
        "winget/path-in-archive",
        INSTALLER,
        "gnullvm\\demo.exe",
        "gnullvm\\bin\\demo.exe",
    ),
    (
        "winget/runtime-declared",
        INSTALLER,
        "- Architecture: x64",
        "- Dependencies:\n    PackageDependencies:\n    - PackageIdentifier: Microsoft.VCRedist.2015+.x64\n  Architecture: x64",
    ),
    (
        "winget/version-of-release",
        INSTALLER,
        "PackageVersion: \"1.2.3\"",
        "PackageVersion: \"1.2.4\"",
    ),
];

fn good(paper: &Paper) -> Vec<(String, String)> {
    let files = paper.files("winget");
    let text = |it: &pack::File| String::from_utf8(it.bytes.clone()).unwrap();
    files.iter().map(|(path, it)| (path.clone(), text(it))).collect()
}

/// The good files with one text replaced in one of them.
#[track_caller]
fn bad(good: &[(String, String)], kind: &str, from: &str, to: &str) -> Vec<(String, String)> {
    let mut files = good.to_vec();
    let file = files.iter_mut().find(|it| it.0 == path(kind)).unwrap();
    assert!(file.1.contains(from), "{kind}: {from}");
    file.1 = file.1.replacen(from, to, 1);
    files
}

fn bytes(files: &[(String, String)]) -> Vec<(&str, Vec<u8>)> {
    files
        .iter()
        .map(|it| (it.0.as_str(), it.1.clone().into_bytes()))
        .collect()
}

fn with_release(paper: &Paper, files: &[(String, String)]) -> Vec<String> {
    findings(&Subject {
        channel: channel::find("winget").unwrap(),
        files: files
            .iter()
            .map(|it| File::new(it.0.as_str(), it.1.as_str()))
            .collect(),
        edition: Some(paper.edition.clone()),
        is_whole: true,
        rendered: None,
    })
}

#[test]
fn each_rule() {
    let paper = Paper::plain();
    let good = good(&paper);
    let mut tried = Vec::new();
    for (id, kind, from, to, _) in CASES {
        rule_of(id, &bytes(&good), &bytes(&bad(&good, kind, from, to)));
        tried.push(*id);
    }
    assert_eq!(with_release(&paper, &good), Vec::<String>::new());
    for (id, kind, from, to) in MORE {
        let found = with_release(&paper, &bad(&good, kind, from, to));
        assert!(
            found.iter().any(|it| it.starts_with(id)),
            "{id}: {from}: {found:?}"
        );
        tried.push(id);
    }
    let installer = &good.iter().find(|it| it.0 == path(INSTALLER)).unwrap().1;
    let at = installer.find("InstallerSha256: ").unwrap() + "InstallerSha256: ".len();
    let sum = installer[at..]
        .lines()
        .next()
        .unwrap()
        .trim_matches('"')
        .to_owned();
    for (id, to) in [
        ("winget/hash-form", format!("{sum}0")),
        ("winget/hash-case", sum.to_lowercase()),
    ] {
        rule_of(id, &bytes(&good), &bytes(&bad(&good, INSTALLER, &sum, &to)));
        tried.push(id);
    }
    rule_of("winget/complete", &bytes(&good), &bytes(&good[..2]));
    tried.push("winget/complete");
    let mut elsewhere = good.clone();
    for file in &mut elsewhere {
        file.0 = file.0.replace("/t/", "/T/");
    }
    rule_of("winget/path", &bytes(&good), &bytes(&elsewhere));
    all_rules_are_tried("winget", &tried);
}

#[test]
fn the_schemas_and_the_rules_agree() {
    let test = "winget::the_schemas_and_the_rules_agree";
    let good = good(&Paper::plain());
    // One run for all: the name of each file says the case.
    let mut files = xtask::render::Files::new();
    for (at, (_, kind, from, to, _)) in CASES.iter().enumerate() {
        let changed = bad(&good, kind, from, to);
        let text = &changed.iter().find(|it| it.0 == path(kind)).unwrap().1;
        let file = pack::File {
            mode: pack::Mode::Plain,
            bytes: text.clone().into_bytes(),
        };
        files.insert(format!("case-{at:02}.yaml"), file);
    }
    let Some(said) = judged(test, &files) else { return };
    for (at, (id, _, from, to, is_bad)) in CASES.iter().enumerate() {
        let wrong = &said[format!("case-{at:02}.yaml")]["wrong"];
        let is_found = !wrong.as_array().unwrap().is_empty();
        assert_eq!(is_found, *is_bad, "{id}: {from} -> {to}: {wrong}");
    }
}

#[test]
fn what_other_tools_write_is_read() {
    // As it often comes: CRLF, a byte order mark, remarks before the schema, plain scalars, keys of all installers above.
    let text = "\u{feff}# Created by hand\r\n# yaml-language-server: $schema=https://aka.ms/winget-manifest.installer.1.10.0.schema.json\r\n\r\n\
        PackageIdentifier: Owner.Tool\r\nPackageVersion: 1.10\r\nInstallerType: zip\r\nNestedInstallerType: portable\r\n\
        NestedInstallerFiles:\r\n- RelativeFilePath: tool.exe\r\nReleaseDate: 2026-01-02\r\nInstallers:\r\n- Architecture: x64\r\n  \
        InstallerUrl: https://demo.example/tool.zip\r\n  InstallerSha256: \
        0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\r\nManifestType: installer\r\nManifestVersion: 1.10.0\r\n";
    let file = File::new("Owner.Tool.installer.yaml", text);
    let channel = channel::find("winget").unwrap();
    assert!((channel.recognises)(&file));
    let found = findings(&Subject {
        channel,
        files: vec![file],
        edition: None,
        is_whole: false,
        rendered: None,
    });
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn nothing_makes_a_rule_panic() {
    let hostile = [
        "",
        "- a\n- b\n",
        "PackageIdentifier: [a]\nInstallers: x\nTags: {a: b}\nManifestType: {}\n",
        "Installers:\n- - a\n- b: c\n- InstallerType: zip\n  NestedInstallerFiles:\n  - x\n  - RelativeFilePath: []\n",
        "ManifestType: installer\nInstallers:\n- Dependencies: 1\n  NestedInstallerFiles: {}\n",
        "\u{feff}",
        "a: &a [*a]\n",
        "PackageVersion: \u{1f980}\nPackageLocale: \u{1f980}\nReleaseDate: \u{1f980}-\u{1f980}-\u{1f980}\n",
    ];
    let paper = Paper::of(&sample(""));
    for text in hostile {
        for path in ["x.yaml", DIR, &format!("{DIR}/{ID}.yaml")] {
            let path = format!("{path}.yaml");
            with_release(&paper, &[(path, text.to_owned())]);
        }
    }
}
