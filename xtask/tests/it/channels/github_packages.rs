//! npm packages for GitHub Packages.

use xtask::edition::Repository;
use xtask::edition::sample::Sample;
use xtask::lint::File;

use crate::channels::docker_hub::rules;
use crate::channels::fixture::{Demo, Paper, all_rules_are_tried, golden, rule_of};
use crate::channels::npm::{edited, json, other_program, shared_rules, text};

const ROOT: &str = "npm/owner-demo-1.2.3.tgz";
const LINUX: &str = "npm/owner-demo-linux-x64-1.2.3.tgz";

#[test]
fn the_packages_have_the_scope_of_the_owner() {
    let paper = Paper::plain();
    let (files, gaps) = paper.rendered("github-packages");
    assert_eq!(gaps, []);
    golden(
        "github-packages",
        "root.json",
        &text(&files, ROOT, "package.json"),
    );
    golden(
        "github-packages",
        "linux.json",
        &text(&files, LINUX, "package.json"),
    );
    let launcher = text(&files, ROOT, "lib/launch.js");
    let root = json(&files, ROOT);
    for name in root["optionalDependencies"].as_object().unwrap().keys() {
        assert!(
            name.starts_with("@owner/demo-") && launcher.contains(&format!("\"{name}\"")),
            "{name}"
        );
    }
    assert_eq!(paper.findings("github-packages"), Vec::<String>::new());
    assert_eq!(files, paper.files("github-packages"));
}

#[test]
fn the_image_is_that_of_docker_hub_under_its_own_name() {
    let paper = Paper::plain();
    let (own, other) = (paper.files("github-packages"), paper.files("docker-hub"));
    let blobs = other.iter().filter(|it| it.0.contains("/blobs/"));
    let mut count = 0;
    for (path, file) in blobs {
        assert!(own[&format!("container/{path}")] == *file, "{path}");
        count += 1;
    }
    assert_eq!(
        own.keys().filter(|it| it.starts_with("container/")).count(),
        count + 2
    );
    let list: serde_json::Value = serde_json::from_slice(&own["container/demo/index.json"].bytes).unwrap();
    assert_eq!(
        list["manifests"][0]["annotations"]["io.containerd.image.name"],
        "ghcr.io/owner/demo:1.2.3"
    );
    let knows = |files: &xtask::render::Files, path: &str| {
        let channel = xtask::channel::find("github-packages").unwrap();
        (channel.recognises)(&File::of(path, &files[path]))
    };
    assert!(knows(&own, "container/demo/index.json"));
    assert!(!knows(&other, "demo/index.json"));
}

#[test]
fn owners_are_lower_case() {
    let mut sample = Sample::default();
    sample.listing.repository = Some(Repository::parse("https://github.com/Some-Org/Demo"));
    sample.listing.name = "Demo".to_owned();
    let paper = Paper::of(&sample);
    let files = paper.files("github-packages");
    let root = json(&files, "npm/some-org-demo-1.2.3.tgz");
    assert_eq!(root["name"], "@some-org/demo");
    // The repository keeps its case, which provenance compares.
    assert_eq!(
        root["repository"]["url"],
        "git+https://github.com/Some-Org/Demo.git"
    );
    assert_eq!(paper.findings("github-packages"), Vec::<String>::new());
    let install = (xtask::channel::find("github-packages").unwrap().install)(&paper.edition).unwrap();
    assert!(
        install.ends_with("\nnpm install --global @some-org/demo"),
        "{install}"
    );
}

#[test]
fn another_owner_and_registry() {
    let mut sample = Sample {
        settings:
            "[channel.github-packages]\nowner = \"Words\"\nregistry = \"https://npm.registry.example\"\n"
                .to_owned(),
        ..Sample::default()
    };
    sample.listing.repository = None;
    let files = Paper::of(&sample).files("github-packages");
    let root = json(&files, "npm/words-demo-1.2.3.tgz");
    assert_eq!(root["publishConfig"]["registry"], "https://npm.registry.example");
    sample.settings = String::new();
    let (files, gaps) = Paper::of(&sample).rendered("github-packages");
    assert!(files.is_empty());
    assert_eq!(gaps[0].missing, "no owner on GitHub");
}

#[test]
fn finished_files_are_told_apart() {
    let paper = Paper::plain();
    for (channel, other) in [("npm", "github-packages"), ("github-packages", "npm")] {
        let files = paper.files(channel).into_iter();
        for (path, file) in files.filter(|it| !it.0.starts_with("container/")) {
            let file = File::of(&path, &file);
            let knows = |name| (xtask::channel::find(name).unwrap().recognises)(&file);
            assert!(knows(channel) && !knows(other), "{channel}: {path}");
        }
    }
    let npm = xtask::channel::find("npm").unwrap();
    for (name, bytes) in [("a.tgz", &b"x"[..]), ("package.json", b"{}"), ("a.tar.gz", b"")] {
        assert!(!(npm.recognises)(&File::new(name, bytes)), "{name}");
    }
}

#[test]
fn rules() {
    let paper = Paper::plain();
    let files = paper.files("github-packages");
    let mut tried: Vec<String> = shared_rules("github-packages", &files, ROOT, LINUX)
        .into_iter()
        .map(|it| format!("github-packages/{it}"))
        .collect();
    let good = &files[ROOT].bytes;
    let mut check = |id: &str, bad: Vec<u8>| {
        rule_of(id, &[(ROOT, good.clone())], &[(ROOT, bad)]);
        tried.push(id.to_owned());
    };
    check(
        "github-packages/scope",
        edited(good, "\"@owner/demo\"", "\"demo\""),
    );
    check(
        "github-packages/scope",
        edited(good, "\"@owner/demo\"", "\"@Owner/demo\""),
    );
    check(
        "github-packages/registry",
        edited(good, "\"registry\"", "\"registri\""),
    );
    check(
        "github-packages/repository",
        edited(good, "github.com/owner/demo.git", "github.com/other/demo.git"),
    );
    check(
        "github-packages/size",
        [good.as_slice(), &vec![0; 256_000_000]].concat(),
    );
    let found = other_program(&paper, "github-packages", LINUX);
    assert!(
        found.iter().any(|it| it.starts_with("github-packages/built: ")),
        "{found:?}"
    );
    tried.push("github-packages/built".to_owned());
    let Some(demo) = Demo::built("github_packages::rules") else {
        return;
    };
    tried.extend(rules::tried(demo, "github-packages/image-"));
    let tried: Vec<&str> = tried.iter().map(String::as_str).collect();
    all_rules_are_tried("github-packages", &tried);
}
