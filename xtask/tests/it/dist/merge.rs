//! `cargo xtask dist --merge`: the work of several machines becomes what one machine would have made, or nothing does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use xtask::effect::files;
use xtask::release::Release;
use xtask::tools::TOOLS_VARIABLE;

use super::cross;
use super::fixture::{Place, QUICK, Shelf, program};
use crate::support::{Run, is_here, run};
use crate::version::fixture::git;

/// The target of this machine, so that a test needs no cross-compiler.
fn host() -> String {
    let said = run(&program("rustc", Path::new(env!("CARGO_MANIFEST_DIR"))).arg("-vV"))
        .ends(0)
        .text();
    let line = said.lines().find_map(|it| it.strip_prefix("host: "));
    line.unwrap().to_owned()
}

/// A workspace of a commit, whose settings want these targets.
fn place(targets: &[&str]) -> Place {
    let list: Vec<String> = targets.iter().map(|it| format!("\"{it}\"")).collect();
    let settings = format!("[dist]\ntargets = [{}]\n{QUICK}", list.join(", "));
    let place = Place::app(&[("packaging/release.toml", &settings)]);
    place.commit("");
    place
}

/// The files of a folder with their bytes.
fn bytes(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = files::list(dir).unwrap().into_iter().filter(|it| it.is_file());
    files
        .map(|it| {
            (
                it.strip_prefix(dir).unwrap().to_owned(),
                files::read(&it).unwrap(),
            )
        })
        .collect()
}

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in bytes(from) {
        files::write(&to.join(name), &bytes).unwrap();
    }
}

/// Changes the description of a folder, and the sums with it, so that nothing but the change can be found.
fn describe(dir: &Path, change: impl Fn(&mut Release)) {
    let mut release = Release::load(dir).unwrap();
    change(&mut release);
    files::write(&dir.join("artifacts.json"), release.text().unwrap().as_bytes()).unwrap();
    files::write(&dir.join("SHA256SUMS"), &release.sums().unwrap()).unwrap();
}

/// Three targets on one machine, and one on each of three with other folders: the same bytes, `artifacts.json` included.
#[test]
fn many_machines_make_what_one_makes() {
    const NAME: &str = "many_machines_make_what_one_makes";
    const TARGETS: [&str; 3] = [
        "aarch64-unknown-linux-musl",
        "x86_64-unknown-linux-gnu",
        "x86_64-unknown-linux-musl",
    ];
    let Some(tools) = cross::tools(NAME).filter(|_| is_here("git", NAME)) else {
        return;
    };
    let place = place(&TARGETS);
    let dist = |root: &Path, words: &str| {
        let words = words.split_whitespace();
        let program = program(env!("CARGO_BIN_EXE_xtask"), root).arg("dist").args(words);
        run(&program.envs(cross::caches()).env(TOOLS_VARIABLE, &tools)).ends(0)
    };
    dist(&place.root, "--all");
    let one = bytes(&place.shelf().dir);
    for target in TARGETS {
        let machine = place.above().join(format!("machines/{target}"));
        git(place.above(), &format!("clone --quiet work machines/{target}"));
        dist(
            &machine,
            &format!("--target {target} --output ../../parts/{target}"),
        );
    }
    let merging = place.above().join("merging");
    git(place.above(), "clone --quiet work merging");
    let merged = dist(&merging, "--merge ../parts --json").json();
    assert_eq!(merged["missing"], serde_json::json!([]));
    assert_eq!(merged["artifacts"].as_array().unwrap().len(), 7);
    assert_eq!(bytes(&Shelf::whole(&merging.join("dist")).dir), one);

    // Once more, in another order and over what is there: nothing changes.
    let parts = TARGETS.map(|it| format!("../parts/{it}"));
    dist(
        &merging,
        &format!("--merge {} {} {} dist", parts[2], parts[0], parts[1]),
    );
    assert_eq!(bytes(&merging.join("dist")), one);
}

/// A release of this machine's own target, copied into folders that are damaged one way or another.
struct Bench {
    place: Place,
    built: PathBuf,
}

impl Bench {
    fn new() -> Bench {
        let place = place(&[&host()]);
        place.dist("").ends(0);
        let built = place.above().join("built");
        copy(&place.root.join("dist"), &built);
        Bench { place, built }
    }

    /// A fresh copy of the release.
    fn part(&self, name: &str) -> PathBuf {
        let dir = self.place.above().join(name);
        files::remove_dir(&dir).unwrap();
        copy(&self.built, &dir);
        dir
    }

    fn merge(&self, words: &str) -> Run {
        self.place.dist(&format!("--merge {words}"))
    }

    /// Merges, which must fail with these words, and must not touch `dist/`.
    #[track_caller]
    fn refuses(&self, words: &str, expected: &[&str]) {
        let before = bytes(&self.place.root.join("dist"));
        let said = self.merge(words).ends(1).stderr;
        for it in expected {
            assert!(said.contains(it), "{it}\n{said}");
        }
        let errors = said.lines().filter(|it| it.starts_with("error: ")).count();
        assert_eq!(errors, expected.len(), "{said}");
        assert_eq!(bytes(&self.place.root.join("dist")), before);
    }

    fn archive(&self) -> String {
        let release = Release::load(&self.built).unwrap();
        let is_it = |it: &&xtask::artifact::Artifact| !it.binaries.is_empty();
        release.artifacts.iter().find(is_it).unwrap().name.clone()
    }
}

#[test]
fn what_is_no_part_of_the_release_is_refused_and_nothing_changes() {
    if !is_here(
        "git",
        "what_is_no_part_of_the_release_is_refused_and_nothing_changes",
    ) {
        return;
    }
    let bench = Bench::new();
    let archive = bench.archive();
    let part = bench.part("part");
    let file = part.join(&archive);

    // No release, or half of one.
    bench.refuses(
        "../nowhere",
        &[
            "nowhere`: no such folder",
            "no folder holds `app-1.2.3-",
            "no folder holds `app-1.2.3-source",
        ],
    );
    bench.refuses(
        "src --allow-missing",
        &["cannot merge `src`: it holds no `artifacts.json`, nor does a folder in it"],
    );
    copy(&bench.built, &bench.place.above().join("parts/whole"));
    files::write(&bench.place.above().join("parts/half").join(&archive), b"x").unwrap();
    bench.refuses("../parts", &["parts/half`: it holds no `artifacts.json`"]);
    files::remove(&part.join("SHA256SUMS")).unwrap();
    bench.refuses(
        "../part",
        &["part`: `SHA256SUMS` is not there beside `artifacts.json`"],
    );
    files::remove(&bench.part("part").join(&archive)).unwrap();
    bench.refuses("../part", &["`artifacts.json` names it, and it is not there"]);

    // Other bytes than its description says.
    bench.part("part");
    let good = files::read(&file).unwrap();
    files::write(&file, b"other").unwrap();
    bench.refuses("../part", &["its SHA-256 is d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa, `artifacts.json` says "]);

    // Another state: everything that differs, in one finding for each folder.
    bench.part("part");
    describe(&part, |it| {
        it.identity.version = "1.2.4".parse().unwrap();
        it.identity.toolchain.rustc = "rustc 1.0.0".to_owned();
    });
    bench.refuses(
        "../part",
        &["another release: its version is `1.2.4`, this workspace's is `1.2.3`; its compiler is `rustc 1.0.0 with LLVM "],
    );
    bench.part("part");
    describe(&part, |it| it.identity.is_dirty = true);
    bench.refuses(
        "../part",
        &["part`: files differed from the commit where it was built"],
    );

    // Rows that this state does not give.
    bench.part("part");
    describe(&part, |it| it.artifacts[0].name = "../app".to_owned());
    bench.refuses(
        "../part --allow-missing",
        &["no artifact of this release has that name"],
    );
    bench.part("part");
    describe(&part, |it| {
        it.artifacts[0].inputs = xtask::digest::Sha256::of(b"settings");
    });
    bench.refuses("../part", &["by another toolkit, other tools or settings"]);

    // Two machines that do not agree: both folders and both digests.
    bench.part("part");
    files::write(&file, b"other").unwrap();
    let other = xtask::digest::digests_of_bytes(b"other");
    describe(&part, |it| {
        let row = it.artifacts.iter_mut().find(|it| it.name == archive).unwrap();
        row.size_bytes = 5;
        row.digests = other;
    });
    let first = xtask::digest::digests_of_bytes(&good).sha256;
    bench.refuses(
        "../built ../part",
        &[&format!("cannot merge `{archive}`: its SHA-256 is {first} in `")],
    );

    // The same bytes, and two words about them.
    bench.part("part");
    describe(&part, |it| {
        let row = it.artifacts.iter_mut().find(|it| it.name == archive).unwrap();
        row.entries.pop();
    });
    bench.refuses(
        "../built ../part",
        &["hold the same bytes and describe them differently"],
    );

    // A place that cannot be taken, while others could.
    let last = bench.place.root.join("dist/SHA256SUMS");
    files::remove(&last).unwrap();
    files::create_dir(&last).unwrap();
    bench.refuses(
        "../built",
        &["cannot write `dist/SHA256SUMS`: a folder is in the way"],
    );
    files::remove_dir(&last).unwrap();

    // A tree that is none of a commit.
    bench.place.put("src/main.rs", "fn main() {}\n");
    bench.refuses(
        "../built",
        &[
            "cannot merge into this workspace: some files differ from the commit",
            "another release: its source is `",
        ],
    );
}

#[test]
fn what_nobody_built_is_an_error_unless_it_may_be_missing() {
    if !is_here("git", "what_nobody_built_is_an_error_unless_it_may_be_missing") {
        return;
    }
    let place = place(&[&host(), "universal-apple-darwin"]);
    place.dist("--output ../part").ends(0);
    let said = place.dist("--merge ../part").ends(1).stderr;
    assert!(
        said.contains(
            "error: cannot merge a whole release: no folder holds `app-1.2.3-universal-apple-darwin.cdx.json` and \
             `app-1.2.3-universal-apple-darwin.tar.gz` of the target `universal-apple-darwin`"
        ),
        "{said}"
    );
    assert!(!place.root.join("dist/artifacts.json").exists());
    let said = place.dist("--merge ../part --allow-missing").ends(0).stderr;
    assert!(
        said.contains("warning: no folder holds `app-1.2.3-universal-apple-darwin.tar.gz`"),
        "{said}"
    );
    assert_eq!(place.shelf().names().len(), 3);
}

/// Some targets can be built on one system only, so machines may differ; the rows of the fewer say so.
#[test]
fn machines_of_several_kinds_are_told_apart() {
    if !is_here("git", "machines_of_several_kinds_are_told_apart") {
        return;
    }
    let bench = Bench::new();
    let part = bench.part("part");
    // A machine of another kind that made the same bytes of other inputs, its own kind being one of them.
    let elsewhere = "aarch64-apple-darwin";
    describe(&part, |it| {
        it.identity.toolchain.host = elsewhere.to_owned();
        it.artifacts.retain(|it| it.binaries.is_empty());
    });
    bench.refuses(
        "../built ../part",
        &["by another toolkit, other tools or settings"],
    );
    let plan = |host: &str| {
        let workspace = xtask::workspace::Workspace::load(Some(&bench.place.root)).unwrap();
        let request = xtask::dist::plan::Request::default();
        let plan = xtask::dist::plan::Plan::new(workspace, &request, xtask::effect::report::Report::quiet())
            .unwrap();
        let rows = Release::load(&bench.built).unwrap().artifacts;
        let with_host = |it: &xtask::artifact::Artifact| xtask::artifact::Artifact {
            host: Some(host.to_owned()),
            ..it.clone()
        };
        rows.iter()
            .map(|it| (it.name.clone(), plan.inputs_of(&with_host(it)).unwrap()))
            .collect::<BTreeMap<_, _>>()
    };
    let inputs = plan(elsewhere);
    describe(&part, |it| {
        for row in &mut it.artifacts {
            row.inputs = inputs[&row.name];
        }
    });
    // The bill of materials comes from both, and one row stays: that of the first host by name.
    for order in ["../built ../part", "../part ../built"] {
        bench.merge(order).ends(0);
        let shelf = bench.place.shelf();
        let own = host();
        let hosts: Vec<(&str, Option<&str>)> = shelf
            .release
            .artifacts
            .iter()
            .map(|it| (it.name.rsplit('.').next().unwrap(), it.host.as_deref()))
            .collect();
        assert_eq!(shelf.host(), elsewhere.min(own.as_str()), "{hosts:?}");
        let others: Vec<_> = hosts.iter().filter(|it| it.1.is_some()).collect();
        assert_eq!(others.len(), 1, "{hosts:?}");
    }
}
