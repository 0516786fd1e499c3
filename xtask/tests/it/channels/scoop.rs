//! Scoop's manifest.

use xtask::edition::sample::Sample;
use xtask::target::Target;

use crate::channels::fixture::{Demo, Paper, all_rules_are_tried, fits_schema, golden, rule};

#[test]
fn the_manifest() {
    let paper = Paper::plain();
    golden("scoop", "demo.json", &paper.text("scoop", "bucket/demo.json"));
    assert_eq!(paper.findings("scoop"), Vec::<String>::new());
    let file = paper.put("scoop").join("bucket/demo.json");
    fits_schema("scoop/schema.json", "scoop::the_manifest", &[&file]);
}

#[test]
fn a_release_without_windows_is_a_gap() {
    let sample = Sample {
        targets: vec![Target::parse("x86_64-unknown-linux-gnu").unwrap()],
        ..Sample::default()
    };
    let (files, gaps) = Paper::of(&sample).rendered("scoop");
    assert!(files.is_empty());
    assert_eq!(gaps[0].missing, "no build for Windows");
}

#[test]
fn rules() {
    let good = Paper::plain().text("scoop", "bucket/demo.json");
    let mut tried = Vec::new();
    let mut check = |id: &'static str, from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        rule(id, "demo.json", good.clone(), good.replace(from, to));
        tried.push(id);
    };
    check("scoop/json", "{", "");
    check("scoop/required", "\"homepage\"", "\"home\"");
    check("scoop/hash-form", "\"hash\": \"", "\"hash\": \"sha1:");
    check("scoop/version-form", "\"version\": \"", "\"version\": \"v");
    check("scoop/autoupdate-complete", "$version", "1.2.3");
    all_rules_are_tried("scoop", &tried);
}

#[test]
fn a_real_release_is_served() {
    let Some(demo) = Demo::built("scoop::a_real_release_is_served") else {
        return;
    };
    let files = demo.files("scoop");
    let json: serde_json::Value = serde_json::from_slice(&files["bucket/demo.json"].bytes).unwrap();
    let build = demo.edition.build("x86_64-pc-windows-gnullvm").unwrap();
    assert_eq!(
        json["architecture"]["64bit"]["hash"],
        build.archive.digests.sha256.to_string()
    );
}
