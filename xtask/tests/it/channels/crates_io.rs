//! The crates that cargo packs for its registry.

use std::path::Path;

use xtask::config::ArchiveForm;
use xtask::edition::Edition;
use xtask::effect::files;
use xtask::lint::{File, Subject};
use xtask::manifests::{self, Extent, Outcome};
use xtask::pack::{Mode, Tree, read};
use xtask::render::{Files, Gap};

use crate::channels::fixture::{Demo, Paper, all_rules_are_tried, findings, golden, rule, rule_of};
use crate::support::{clean, put, run, scratch};
use crate::version::fixture::git;

const CHANNEL: &str = "crates-io";

fn rendered(editions: &[Edition]) -> (Result<Files, String>, Vec<Gap>) {
    let channel = xtask::channel::find(CHANNEL).unwrap();
    let row = manifests::render(editions, &[channel], Extent::Everything).remove(0);
    let files = match row.outcome {
        Outcome::Files(_, files) => Ok(files),
        Outcome::Refused(why) => Err(why),
        Outcome::Failed(error) => Err(format!("{error:#}")),
    };
    (files, row.gaps)
}

/// What the rules find in what was rendered.
fn found(edition: &Edition, files: &Files) -> Vec<String> {
    findings(&Subject {
        channel: xtask::channel::find(CHANNEL).unwrap(),
        files: files.iter().map(|(path, file)| File::of(path, file)).collect(),
        edition: Some(edition.clone()),
        is_whole: true,
        rendered: None,
    })
}

/// Cargo with what it knows of registries, in a folder.
fn cargo(dir: &Path) -> xtask::effect::process::Program {
    let kept = ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];
    let kept = kept
        .iter()
        .filter_map(|it| Some((it, xtask::effect::environment::var(it)?)));
    clean("cargo", dir).envs(kept)
}

#[test]
fn without_a_workspace_there_is_nothing_to_pack() {
    let paper = Paper::plain();
    assert!(paper.files(CHANNEL).is_empty());
    assert_eq!(paper.findings(CHANNEL), Vec::<String>::new());
}

#[test]
fn a_real_crate_is_packed_the_same_twice_and_compiles() {
    let Some(demo) = Demo::built("crates_io::a_real_crate_is_packed_the_same_twice_and_compiles") else {
        return;
    };
    let files = demo.files(CHANNEL);
    assert_eq!(files, demo.files(CHANNEL));
    golden(
        CHANNEL,
        "order.json",
        std::str::from_utf8(&files["order.json"].bytes).unwrap(),
    );
    assert_eq!(found(&demo.edition, &files), Vec::<String>::new());
    let dir = scratch();
    let packed = read::files("demo.tar.gz", &files["demo-1.2.3.crate"].bytes).unwrap();
    for file in &packed {
        files::write(&dir.path().join(&file.path), &file.bytes).unwrap();
    }
    let listed = run(&cargo(&demo.root).args(["package", "--list", "--allow-dirty", "--quiet"])).ends(0);
    let mut names: Vec<&str> = packed
        .iter()
        .filter_map(|it| it.path.strip_prefix("demo-1.2.3/"))
        .collect();
    names.sort_unstable();
    let listed = listed.text();
    let mut expected: Vec<&str> = listed.lines().collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
    let source = dir.path().join("demo-1.2.3");
    run(&cargo(&source).args(["build", "--offline", "--quiet"])).ends(0);
    assert_eq!(
        run(&clean(source.join("target/debug/demo"), dir.path()))
            .ends(0)
            .text(),
        "demo 1.2.3\n"
    );
    let channel = xtask::channel::find(CHANNEL).unwrap();
    assert_eq!(
        (channel.install)(&demo.edition).as_deref(),
        Some("cargo install --locked demo")
    );
}

/// A workspace whose program depends on its library, which no registry has; released on paper.
fn pair(library: &str, program: &str) -> (files::Scratch, Edition) {
    let scratch = scratch();
    let root = scratch.path().join("pair");
    put(
        &root,
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"zlib-like\"]\n",
    );
    let package = |name: &str, more: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"1.2.3\"\nedition = \"2021\"\nlicense = \"MIT\"\n\
             description = \"Counts\"\n{more}"
        )
    };
    let needs = format!("[dependencies]\nzlib-like = {{ path = \"../zlib-like\"{program} }}\n");
    put(&root, "app/Cargo.toml", &package("app", &needs));
    put(&root, "app/src/main.rs", "fn main() {}\n");
    put(&root, "zlib-like/Cargo.toml", &package("zlib-like", library));
    put(&root, "zlib-like/src/lib.rs", "");
    put(&root, ".gitignore", "/target\n/dist\n/Cargo.lock\n");
    git(&root, "init --quiet");
    git(&root, "add --all .");
    git(&root, "commit --quiet --message first");
    let workspace = xtask::workspace::Workspace::load(Some(&root)).unwrap();
    let mut sample = xtask::edition::sample::Sample::default();
    "app".clone_into(&mut sample.listing.package);
    let paper = sample.write(&scratch.path().join("dist")).unwrap();
    let mut release = paper.release.clone();
    release.identity.commit = xtask::git::Git::find(&root).unwrap().unwrap().head().unwrap();
    let edition = Edition::new(
        release,
        paper.listing.clone(),
        paper.channels.clone(),
        std::collections::BTreeMap::new(),
        paper.shelf.clone(),
        None,
        Some(workspace),
    );
    (scratch, edition.unwrap())
}

#[test]
fn a_library_that_no_registry_has_comes_before_its_program() {
    let (_scratch, edition) = pair("", ", version = \"1.2.3\"");
    let (files, gaps) = rendered(std::slice::from_ref(&edition));
    let files = files.unwrap();
    assert_eq!(gaps, []);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["app-1.2.3.crate", "order.json", "zlib-like-1.2.3.crate"]);
    let order: serde_json::Value = serde_json::from_slice(&files["order.json"].bytes).unwrap();
    assert_eq!(order["crates"][0]["name"], "zlib-like");
    assert_eq!(order["crates"][1]["name"], "app");
    assert_eq!(found(&edition, &files), Vec::<String>::new());
}

#[test]
fn what_may_not_be_published_or_was_changed_is_said() {
    let (_scratch, edition) = pair("publish = false\n", ", version = \"1.2.3\"");
    let (files, gaps) = rendered(&[edition]);
    assert!(files.unwrap().is_empty());
    assert_eq!(gaps[0].missing, "`zlib-like` may not be published");

    // A tree that has changed since the release is cargo's to refuse.
    let (_scratch, edition) = pair("", ", version = \"1.2.3\"");
    put(
        &edition.workspace.as_ref().unwrap().root,
        "app/src/main.rs",
        "fn main() { }\n",
    );
    let error = rendered(&[edition]).0.unwrap_err();
    assert!(
        error.contains("cannot make `the crates`")
            && error.contains("uncommitted changes")
            && error.ends_with("`app/src/main.rs`"),
        "{error}"
    );
    // A dependency without a version too, before anything is sent.
    let (_scratch, edition) = pair("", "");
    let error = rendered(&[edition]).0.unwrap_err();
    assert!(error.contains("zlib-like"), "{error}");
}

/// The release of `pair` as it is after a commit that came later.
fn overtaken(edition: &Edition) {
    let root = &edition.workspace.as_ref().unwrap().root;
    put(root, "app/src/main.rs", "fn main() { }\n");
    git(root, "commit --quiet --all --message second");
}

#[test]
fn another_commit_than_that_of_the_release_is_not_packed() {
    let (_scratch, edition) = pair("", ", version = \"1.2.3\"");
    let (files, _) = rendered(std::slice::from_ref(&edition));
    let files = files.unwrap();
    let built = edition.release.identity.commit.clone().unwrap().id;
    overtaken(&edition);
    let root = &edition.workspace.as_ref().unwrap().root;
    let git = xtask::git::Git::find(root).unwrap().unwrap();
    let head = git.head().unwrap().unwrap();
    let error = rendered(std::slice::from_ref(&edition)).0.unwrap_err();
    assert!(error.contains(&built) && error.contains(&head.id), "{error}");

    // The crates of the one release in the other: the rule.
    assert_eq!(found(&edition, &files), Vec::<String>::new());
    let mut release = edition.release.clone();
    release.identity.commit = Some(head);
    let other = Edition::new(
        release,
        edition.listing.clone(),
        edition.channels.clone(),
        std::collections::BTreeMap::new(),
        edition.shelf.clone(),
        None,
        edition.workspace.clone(),
    );
    let found = found(&other.unwrap(), &files);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found.iter().all(|it| it.contains("crates-io/commit")),
        "{found:?}"
    );
}

#[test]
fn what_was_made_before_is_not_packed() {
    let scratch = scratch();
    let root = scratch.path().join("pair");
    let manifest = "[package]\nname = \"app\"\nversion = \"1.2.3\"\nedition = \"2021\"\nlicense = \"MIT\"\n\
                    description = \"Counts\"\n";
    put(&root, "Cargo.toml", manifest);
    put(&root, "src/main.rs", "fn main() {}\n");
    put(&root, ".gitignore", "/target\n/Cargo.lock\n");
    put(&root, "dist/app.tar.gz", "x");
    git(&root, "init --quiet");
    git(&root, "add Cargo.toml src .gitignore");
    git(&root, "commit --quiet --message first");
    let workspace = xtask::workspace::Workspace::load(Some(&root)).unwrap();
    let mut sample = xtask::edition::sample::Sample::default();
    "app".clone_into(&mut sample.listing.package);
    let paper = sample.write(&scratch.path().join("dist")).unwrap();
    let edition = |is_dirty| {
        let mut release = paper.release.clone();
        release.identity.commit = None;
        release.identity.is_dirty = is_dirty;
        Edition::new(
            release,
            paper.listing.clone(),
            paper.channels.clone(),
            std::collections::BTreeMap::new(),
            paper.shelf.clone(),
            None,
            Some(workspace.clone()),
        )
        .unwrap()
    };
    for is_dirty in [false, true] {
        let error = rendered(&[edition(is_dirty)]).0.unwrap_err();
        assert!(error.contains("it would hold `dist/`"), "{error}");
    }
    put(&root, ".gitignore", "/target\n/Cargo.lock\n/dist/\n");
    assert_eq!(rendered(&[edition(true)]).0.unwrap().len(), 2);

    // What an interrupted run has left goes.
    let left = workspace.state_dir().join("crates/.xtask-1-0.tmp");
    files::create_dir(&left).unwrap();
    rendered(&[edition(true)]).0.unwrap();
    assert!(!left.exists());
}

/// A crate with this manifest.
fn packed(stem: &str, manifest: &str) -> Vec<u8> {
    let mut tree = Tree::new(stem);
    for (path, text) in [("Cargo.toml", manifest), ("src/lib.rs", "x"), ("README.md", "x")] {
        tree.add(path, Mode::Plain, text.as_bytes().to_vec()).unwrap();
    }
    tree.archive(ArchiveForm::TarGz, 0).unwrap()
}

const MANIFEST: &str = "\
[package]
name = \"demo\"
version = \"1.2.3\"
description = \"Counts words\"
license = \"MIT OR Apache-2.0\"
keywords = [\"words\", \"c++\"]
categories = [\"command-line-utilities\", \"a::b-c\"]
homepage = \"https://demo.example\"
readme = \"README.md\"

[dependencies.other]
version = \"1.0\"
[target.'cfg(unix)'.dependencies.libc]
version = \"0.2\"
";

#[test]
fn rules() {
    let mut tried = Vec::new();
    let mut check = |id: &'static str, from: &str, to: &str| {
        assert!(MANIFEST.contains(from), "{from}");
        let bad = MANIFEST.replace(from, to);
        let path = "demo-1.2.3.crate";
        rule(
            id,
            path,
            packed("demo-1.2.3", MANIFEST),
            packed("demo-1.2.3", &bad),
        );
        tried.push(id);
    };
    check("crates-io/form", "1.2.3", "1.2.4");
    check("crates-io/form", "[package]", "[package");
    check("crates-io/name", "name = \"demo\"", "name = \"2demo\"");
    check("crates-io/name", "name = \"demo\"", "name = \"Proc-Macro\"");
    check("crates-io/version", "1.2.3", "1.2");
    check("crates-io/build-metadata", "1.2.3", "1.2.3+5");
    check("crates-io/description", "Counts words", " ");
    check("crates-io/description", "Counts words", &"x".repeat(1001));
    check("crates-io/license", "MIT OR", "MITT OR");
    check("crates-io/license", "license", "licence");
    check(
        "crates-io/license",
        "license = \"MIT OR Apache-2.0\"",
        "license-file = \"LICENSE\"",
    );
    check("crates-io/keywords", "\"words\"", "\"+words\"");
    check("crates-io/keywords", "\"words\"", "\"wordswordswordswordsw\"");
    check(
        "crates-io/keywords",
        "\"words\"",
        "\"a\", \"b\", \"c\", \"d\", \"e\"",
    );
    check("crates-io/categories", "a::b-c", "A::b");
    check("crates-io/categories", "a::b-c", "command-line-utilities");
    check("crates-io/urls", "https://", "ftp://");
    check(
        "crates-io/dependencies",
        "version = \"1.0\"",
        "path = \"../other\"",
    );
    check("crates-io/dependencies", "version = \"0.2\"", "version = \"*\"");
    check(
        "crates-io/dependencies",
        "version = \"0.2\"",
        "version = \"0.2\"\ngit = \"https://demo.example\"",
    );
    check("crates-io/files", "README.md", "readme.md");
    let many: Vec<String> = (0..301).map(|it| format!("f{it} = []\n")).collect();
    let many = many.concat();
    check(
        "crates-io/features",
        "[dependencies.other]",
        &format!("[features]\n{many}[dependencies.other]"),
    );

    // Random enough not to be compressed.
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(11 << 20)
    .collect();
    rule(
        "crates-io/size",
        "demo-1.2.3.crate",
        packed("demo-1.2.3", MANIFEST),
        noise,
    );
    tried.push("crates-io/size");

    let order = |names: [&str; 2]| {
        let row =
            |it: &str| format!("{{\"name\":\"{it}\",\"version\":\"1.2.3\",\"file\":\"{it}-1.2.3.crate\"}}");
        format!("{{\"schema\":1,\"crates\":[{}]}}", names.map(row).join(",")).into_bytes()
    };
    let other = MANIFEST
        .replace("name = \"demo\"", "name = \"other\"")
        .replace("dependencies.other", "dependencies.x");
    let with = |order: Vec<u8>| {
        vec![
            ("demo-1.2.3.crate", packed("demo-1.2.3", MANIFEST)),
            ("order.json", order),
            ("other-1.2.3.crate", packed("other-1.2.3", &other)),
        ]
    };
    rule_of(
        "crates-io/order",
        &with(order(["other", "demo"])),
        &with(order(["demo", "other"])),
    );
    rule_of(
        "crates-io/order",
        &with(order(["other", "demo"])),
        &with(order(["other", "other"])),
    );
    tried.push("crates-io/order");
    // Which the release decides: `another_commit_than_that_of_the_release_is_not_packed`.
    tried.push("crates-io/commit");
    all_rules_are_tried(CHANNEL, &tried);
}

#[test]
fn broken_crates_are_findings_and_no_panic() {
    let whole = packed("demo-1.2.3", MANIFEST);
    let channel = xtask::channel::find(CHANNEL).unwrap();
    let look = |bytes: Vec<u8>| {
        findings(&Subject {
            channel,
            files: vec![File::new("demo-1.2.3.crate", bytes)],
            edition: None,
            is_whole: false,
            rendered: None,
        })
    };
    assert_eq!(look(whole.clone()), Vec::<String>::new());
    for end in [0, 1, 10, 40, whole.len() / 2, whole.len() - 9] {
        assert!(!look(whole[..end].to_vec()).is_empty(), "{end}");
    }
    assert!((channel.recognises)(&File::new("x/demo-1.2.3.crate", "x")));
}
