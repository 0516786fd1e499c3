//! Scoop's manifest.

use xtask::channel;
use xtask::edition::sample::Sample;
use xtask::effect::process::Program;
use xtask::lint::{File, Subject};
use xtask::target::Target;

use crate::channels::fixture::{
    Demo, Paper, all_rules_are_tried, findings, fits_schema, golden, judge, rule, rule_of, schema,
};
use crate::channels::wine::{Wine, unpack};
use crate::support::{put, run, scratch};

const PATH: &str = "bucket/demo.json";

#[track_caller]
fn targets(triples: &[&str]) -> Vec<&'static Target> {
    triples.iter().map(|it| Target::parse(it).unwrap()).collect()
}

fn parsed(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_manifest() {
    let paper = Paper::plain();
    golden("scoop", "demo.json", &paper.text("scoop", PATH));
    assert_eq!(paper.findings("scoop"), Vec::<String>::new());
    assert_eq!(paper.files("scoop"), paper.files("scoop"));
    let file = paper.put("scoop").join(PATH);
    fits_schema("scoop/schema.json", "scoop::the_manifest", &[&file]);
}

#[test]
fn everything_that_can_be_set() {
    let mut sample = Sample {
        binaries: vec!["demo".to_owned(), "demo-admin".to_owned()],
        settings: "[channel.scoop]\nname = \"words\"\nsummary = \"Another line\"\nbucket = \"org/bucket\"\n\
            depends = [\"main/git\"]\nnotes = [\"One.\", \"Two.\"]\npersist = [\"data\"]\n"
            .to_owned(),
        ..Sample::default()
    };
    sample.listing.homepage = Some("https://github.com/owner/demo".to_owned());
    sample.listing.license = Some("MIT AND (ISC OR Zlib)".to_owned());
    let paper = Paper::of(&sample);
    golden("scoop", "words.json", &paper.text("scoop", "bucket/words.json"));
    assert_eq!(paper.findings("scoop"), Vec::<String>::new());
    let channel = channel::find("scoop").unwrap();
    assert_eq!(
        (channel.install)(&paper.edition).unwrap(),
        "scoop bucket add org https://github.com/org/bucket\nscoop install org/words"
    );
    let file = paper.put("scoop").join("bucket/words.json");
    fits_schema("scoop/schema.json", "scoop::everything_that_can_be_set", &[&file]);
}

#[test]
fn what_the_release_has_is_offered() {
    let check = |triples: &[&str], expected: &[&str]| {
        let sample = Sample {
            targets: targets(triples),
            ..Sample::default()
        };
        let paper = Paper::of(&sample);
        let json = parsed(&paper.text("scoop", PATH));
        for of in [&json["architecture"], &json["autoupdate"]["architecture"]] {
            let found: Vec<&String> = of.as_object().unwrap().keys().collect();
            assert_eq!(found, expected);
        }
        assert_eq!(paper.findings("scoop"), Vec::<String>::new());
        json["architecture"][expected[0]]["url"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    check(&["aarch64-pc-windows-gnullvm"], &["arm64"]);
    let all = [
        "x86_64-pc-windows-gnu",
        "x86_64-pc-windows-gnullvm",
        "x86_64-pc-windows-msvc",
    ];
    assert!(check(&all, &["64bit"]).contains("msvc"));
    assert!(check(&all[..2], &["64bit"]).contains("gnullvm"));
    let sample = Sample {
        targets: targets(&["x86_64-unknown-linux-gnu"]),
        ..Sample::default()
    };
    let (files, gaps) = Paper::of(&sample).rendered("scoop");
    assert!(files.is_empty());
    assert_eq!(gaps[0].missing, "no build for Windows");
}

#[test]
fn versions() {
    let sample = |version: &str| Sample {
        version: version.parse().unwrap(),
        ..Sample::default()
    };
    let paper = Paper::of(&sample("1.2.3-rc.1"));
    let files = paper.files("scoop");
    assert_eq!(files.keys().collect::<Vec<_>>(), ["bucket/demo-preview.json"]);
    assert_eq!(paper.findings("scoop"), Vec::<String>::new());
    let paper = Paper::of(&sample("1.2.3+5"));
    let json = parsed(&paper.text("scoop", PATH));
    assert_eq!(json["version"], "1.2.3+5");
    let next = json["autoupdate"]["architecture"]["64bit"]["url"]
        .as_str()
        .unwrap();
    assert!(
        next.ends_with("/v$version/demo-$version-x86_64-pc-windows-gnullvm.zip"),
        "{next}"
    );
    assert_eq!(paper.findings("scoop"), Vec::<String>::new());
}

#[test]
fn texts_stay_texts() {
    let text = "Say \"hi\" to #{you} $version `x` </k> ${y} %z \u{202e}tfel \u{1f980} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \\";
    let mut sample = Sample::default();
    sample.listing.summary = text.to_owned();
    let paper = Paper::of(&sample);
    let written = paper.text("scoop", PATH);
    assert_eq!(parsed(&written)["description"], text);
    assert!(written.contains("\\u202e") && !written.contains('\u{202e}'));
    assert_eq!(paper.findings("scoop"), Vec::<String>::new());
    let file = paper.put("scoop").join(PATH);
    fits_schema("scoop/schema.json", "scoop::texts_stay_texts", &[&file]);
    sample.listing.summary = "a".repeat(10_000);
    let written = Paper::of(&sample).text("scoop", PATH);
    assert_eq!(parsed(&written)["description"], sample.listing.summary);
}

/// A rule, what is replaced in a good manifest, and whether the schema finds that bad too.
type Case = (&'static str, &'static str, &'static str, bool);

const CASES: &[Case] = &[
    ("scoop/json", "{", "", true),
    ("scoop/keys", "\"bin\"", "\"bins\"", true),
    ("scoop/keys", "\"64bit\"", "\"amd64\"", true),
    ("scoop/required", "\"homepage\"", "\"$schema\"", true),
    ("scoop/required", "\"license\"", "\"_comment\"", true),
    ("scoop/types", "\"bin\": \"demo.exe\"", "\"bin\": []", true),
    ("scoop/types", "\"bin\": \"demo.exe\"", "\"bin\": 1", true),
    ("scoop/version-form", "\"version\": \"", "\"version\": \"v", false),
    ("scoop/version-form", "\"version\": \"", "\"version\": \"~", true),
    ("scoop/hash-form", "\"hash\": \"", "\"hash\": \"0", true),
    (
        "scoop/hash-form",
        "\"hash\": \"",
        "\"extract_to\": \"x\", \"hash\": \"sha1:",
        true,
    ),
    (
        "scoop/url-form",
        "\"url\": \"https://github.com/owner/demo/releases/download/v1",
        "\"url\": \"https://github.com/owner/demo/releases/download/v$1",
        true,
    ),
    (
        "scoop/url-secure",
        "\"homepage\": \"https",
        "\"homepage\": \"http",
        false,
    ),
    (
        "scoop/license-form",
        "\"MIT|Apache-2.0\"",
        "\"MIT|Apache2\"",
        false,
    ),
    ("scoop/paths", "\"bin\": \"", "\"bin\": \"..\\\\", false),
    ("scoop/autoupdate-complete", "$version", "1.2.3", false),
    ("scoop/description", "\"Counts", "\"Demo counts", false),
    (
        "scoop/order",
        "    \"bin\": \"demo.exe\",\n",
        "    \"bin\": \"demo.exe\",\n    \"notes\": \"x\",\n",
        false,
    ),
    (
        "scoop/singletons",
        "\"bin\": \"demo.exe\"",
        "\"bin\": [\"demo.exe\"]",
        false,
    ),
    ("scoop/file-form", "    \"bin\"", "\t\"bin\"", false),
    ("scoop/file-form", "\"version\"", "\"version\" \n", false),
    ("scoop/file-form", "\n    \"bin\"", "\r\n    \"bin\"", false),
];

#[test]
fn rules() {
    let good = Paper::plain().text("scoop", PATH);
    let mut tried = Vec::new();
    let bad = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        let times = if from == "$version" { usize::MAX } else { 1 };
        good.replacen(from, to, times)
    };
    for (id, from, to, _) in CASES {
        rule(id, "demo.json", good.clone(), bad(from, to));
        tried.push(*id);
    }
    let named = |name| [(name, good.clone().into_bytes())];
    rule_of("scoop/name-form", &named("demo.json"), &named("Demo.json"));
    tried.push("scoop/name-form");
    for (id, from, to) in [
        ("scoop/platforms-complete", "\"arm64\"", "\"32bit\""),
        ("scoop/hash-of-url", "\"hash\": \"", "\"hash\": \"sha512:"),
        (
            "scoop/hash-of-url",
            "x86_64-pc-windows-gnullvm.zip",
            "aarch64-pc-windows-gnullvm.zip",
        ),
        (
            "scoop/path-in-archive",
            "\"extract_dir\": \"",
            "\"extract_dir\": \"x",
        ),
        ("scoop/path-in-archive", "demo.exe", "bin\\\\demo.exe"),
        (
            "scoop/version-of-release",
            "\"version\": \"1.2.3\"",
            "\"version\": \"1.2.4\"",
        ),
    ] {
        assert!(with_release(&good).is_empty());
        let found = with_release(&bad(from, to));
        assert!(
            found.iter().any(|it| it.starts_with(id)),
            "{id}: {from}: {found:?}"
        );
        tried.push(id);
    }
    all_rules_are_tried("scoop", &tried);
}

/// What the rules find in a manifest of the sample's release.
fn with_release(text: &str) -> Vec<String> {
    findings(&Subject {
        channel: channel::find("scoop").unwrap(),
        files: vec![File::new(PATH, text)],
        edition: Some(Paper::plain().edition),
        is_whole: true,
        rendered: None,
    })
}

#[test]
fn nothing_makes_a_rule_panic() {
    let hostile = [
        "null",
        "[]",
        "{\"architecture\": 1, \"autoupdate\": [], \"bin\": [[], [1], {}], \"url\": [null], \"hash\": {}}",
        "{\"license\": {\"identifier\": 3}, \"checkver\": null, \"version\": 1}",
        "{\"architecture\": {\"64bit\": null, \"\": \"\"}, \"autoupdate\": {\"architecture\": \"x\"}}",
        "\"",
        "\u{feff}{}",
    ];
    for text in hostile {
        with_release(text);
    }
}

#[test]
fn the_schema_and_the_rules_agree() {
    let test = "scoop::the_schema_and_the_rules_agree";
    let dir = scratch();
    let (Some(schema), Some(_)) = (
        schema("scoop/schema.json", test),
        judge("check-jsonschema", test, dir.path()),
    ) else {
        return;
    };
    let good = Paper::plain().text("scoop", PATH);
    // One run for all: each takes half a second. A file that is bad is named by what is said about it.
    let mut program: Program = judge("check-jsonschema", test, dir.path())
        .unwrap()
        .args(["--output-format", "json", "--schemafile"])
        .arg(schema);
    for (at, (_, from, to, _)) in CASES.iter().enumerate() {
        program = program.arg(put(
            dir.path(),
            format!("case-{at:02}.json"),
            &good.replacen(from, to, 1),
        ));
    }
    let said = run(&program.arg(put(dir.path(), "good.json", &good)))
        .ends(1)
        .text();
    assert!(!said.contains("good.json"), "{said}");
    for (at, (id, from, _, is_bad)) in CASES.iter().enumerate() {
        let is_named = said.contains(&format!("case-{at:02}.json"));
        assert_eq!(is_named, *is_bad, "{id}: {from}: {said}");
    }
}

#[test]
fn what_is_installed_runs() {
    let test = "scoop::what_is_installed_runs";
    let (Some(demo), Some(wine)) = (Demo::built(test), Wine::ready(test)) else {
        return;
    };
    let json = parsed(std::str::from_utf8(&demo.files("scoop")[PATH].bytes).unwrap());
    let offered = &json["architecture"]["64bit"];
    let build = demo.edition.build("x86_64-pc-windows-gnullvm").unwrap();
    assert_eq!(offered["hash"], build.archive.digests.sha256.to_string());
    // As the client does: the archive is unpacked, and what lies below `extract_dir` becomes the app's folder.
    let name = offered["url"].as_str().unwrap().rsplit('/').next().unwrap();
    let dir = scratch();
    unpack(&demo.edition.dist().join(name), dir.path());
    let app = dir.path().join(offered["extract_dir"].as_str().unwrap());
    let program = app.join(json["bin"].as_str().unwrap().replace('\\', "/"));
    let said = run(&wine.program(test, &program).arg("--version")).ends(0);
    assert_eq!(said.text().trim(), "demo 1.2.3");
}
