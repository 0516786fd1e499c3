//! A library and a program that needs it: the one comes before the other, also when a run breaks off between them.

use std::path::{Path, PathBuf};

use xtask::effect::files::Scratch;
use xtask::effect::process::Program;
use xtask::twin::fault::Faults;
use xtask::twin::{Twin, World, credential};

use super::{CHANNEL, changes};
use crate::dist::fixture::program;
use crate::support::{Run, clean, is_here, put, run, scratch};
use crate::version::fixture::git;

/// The workspace, released for this machine.
struct Pair {
    scratch: Scratch,
    root: PathBuf,
}

impl Pair {
    fn new() -> Pair {
        let scratch = scratch();
        let root = scratch.path().join("pair");
        put(
            &root,
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"pair-app\", \"pair-lib\"]\n\n[workspace.package]\nversion = \"1.2.3\"\n",
        );
        let package = |name: &str, more: &str| {
            format!(
                "[package]\nname = \"{name}\"\nversion.workspace = true\nedition = \"2021\"\nlicense = \"MIT\"\n\
                 description = \"Counts\"\n{more}"
            )
        };
        let needs = "[dependencies]\npair-lib = { path = \"../pair-lib\", version = \"1.2.3\" }\n";
        put(&root, "pair-app/Cargo.toml", &package("pair-app", needs));
        put(
            &root,
            "pair-app/src/main.rs",
            "fn main() {\n    println!(\"pair-app {}\", pair_lib::version());\n}\n",
        );
        // One of the toolkit's own dependencies: this machine's cargo has it, and the twin takes it from there.
        let needs = "[dependencies]\nmemchr = \"2\"\n";
        put(&root, "pair-lib/Cargo.toml", &package("pair-lib", needs));
        put(
            &root,
            "pair-lib/src/lib.rs",
            "//! A library.\n\n/// Its version.\npub fn version() -> &'static str {\n    env!(\"CARGO_PKG_VERSION\")\n}\n",
        );
        put(&root, "packaging/release.toml", "[channel.crates-io]\n");
        put(&root, ".gitignore", "/target/\n/dist/\n");
        run(&program("cargo", &root).args(["generate-lockfile", "--quiet"])).ends(0);
        git(&root, "init --quiet");
        git(&root, "add --all .");
        git(&root, "commit --quiet --message first");
        let pair = Pair { scratch, root };
        pair.xtask(&["dist", "--quiet"]).ends(0);
        pair.xtask(&["manifests", "--quiet"]).ends(0);
        pair
    }

    fn xtask(&self, words: &[&str]) -> Run {
        run(&program(env!("CARGO_BIN_EXE_xtask"), &self.root)
            .args(words)
            .env("HOME", self.scratch.path()))
    }

    fn twin(&self, faults: &str) -> Twin {
        let world = World {
            dir: self.scratch.path().join("registries"),
            repository: ("owner".to_owned(), "pair".to_owned()),
            root: Some(self.root.clone()),
            version: "1.2.3".to_owned(),
            commit: None,
            others: Vec::new(),
            names: Vec::new(),
        };
        let faults = [(CHANNEL.to_owned(), Faults::parse(faults).unwrap())].into();
        Twin::start(world, &[CHANNEL], &faults, 0).unwrap()
    }

    fn publish(&self, twin: &Twin, more: &[&str]) -> Run {
        let base = twin.base("crates", CHANNEL).unwrap();
        run(&self
            .publishing(&base)
            .args(more)
            .env("CARGO_REGISTRY_TOKEN", credential::of("CARGO_REGISTRY_TOKEN")))
    }

    fn publishing(&self, base: &str) -> Program {
        program(env!("CARGO_BIN_EXE_xtask"), &self.root)
            .args(["publish", "--yes", "--allow-missing", "--channel", CHANNEL])
            .args(["--first-wait-ms", "10", "--patience-s", "20"])
            .args(["--endpoint", &format!("cargo=sparse+{base}/index/")])
            .env("HOME", self.scratch.path())
    }
}

/// The crates that an index has.
fn has(twin: &Twin, name: &str) -> bool {
    let path = format!("/api/v1/crates/{name}");
    let base = twin.base("crates", CHANNEL).unwrap();
    let request = xtask::effect::http::Request::get(format!("{base}{path}"));
    xtask::effect::http::Http::new().send(&request).unwrap().status == 200
}

/// Installs the program from the twin, which stands in for the public registry, and gives what it says.
fn install(twin: &Twin, dir: &Path) -> String {
    let base = twin.base("crates", CHANNEL).unwrap();
    let root = dir.join("root");
    run(&program("cargo", dir)
        .args([
            "install",
            "--locked",
            "--debug",
            "--quiet",
            "--registry",
            "twin",
            "pair-app",
            "--root",
        ])
        .arg(&root)
        .args(["--config", "source.crates-io.replace-with=\"twin\""])
        .env("CARGO_HOME", dir.join("cargo"))
        .env("CARGO_NET_OFFLINE", "false")
        .env("CARGO_REGISTRIES_TWIN_INDEX", format!("sparse+{base}/index/")))
    .ends(0);
    run(&clean(root.join("bin/pair-app"), dir)).ends(0).text()
}

#[test]
fn the_library_comes_first_and_a_broken_run_goes_on_after_it() {
    if !is_here("cc", "crates_io::pair") {
        return;
    }
    let pair = Pair::new();
    // The second upload is refused for good: the library stays.
    let twin = pair.twin("PUT:403@2");
    let dry = pair.publish(&twin, &["--dry-run"]).ends(0);
    let text = dry.text();
    let steps: Vec<&str> = text.lines().filter(|it| it.contains(": publish ")).collect();
    assert!(
        steps.len() == 2
            && steps[0].contains("pair-lib-1.2.3.crate")
            && steps[1].contains("pair-app-1.2.3.crate"),
        "{text}"
    );
    assert_eq!(changes(&twin), Vec::<String>::new());
    let broken = pair.publish(&twin, &[]).ends(1);
    assert!(broken.text().contains("a fault of the twin"), "{}", broken.text());
    assert!(has(&twin, "pair-lib") && !has(&twin, "pair-app"));

    // What is checked out by now is of no concern: the commit of the release is.
    put(&pair.root, "pair-lib/src/lib.rs", "//! Another library.\n");
    git(&pair.root, "commit --quiet --all --message second");
    let run = pair.publish(&twin, &[]).ends(0);
    assert!(run.text().contains("1 done, 1 found done"), "{}", run.text());
    let taken: Vec<String> = changes(&twin)
        .into_iter()
        .filter(|it| it.ends_with(" 200"))
        .collect();
    assert_eq!(taken.len(), 2, "{taken:?}");
    assert_eq!(install(&twin, pair.scratch.path()), "pair-app 1.2.3\n");
    assert!(pair.publish(&twin, &[]).ends(0).text().contains("already there"));
}

#[test]
fn bytes_that_no_commit_gives_are_not_sent() {
    if !is_here("cc", "crates_io::pair") {
        return;
    }
    let pair = Pair::new();
    // The commit of the release is gone, and another one is checked out.
    put(&pair.root, "pair-lib/src/lib.rs", "//! Another library.\n");
    git(&pair.root, "commit --quiet --all --amend --message other");
    git(&pair.root, "reflog expire --expire=now --all");
    git(&pair.root, "gc --quiet --prune=now");
    let twin = pair.twin("");
    let run = pair.publish(&twin, &[]).ends(1);
    assert!(
        run.stderr
            .contains("cargo would not send the crates that were rendered")
            && run.stderr.contains("the workspace is at"),
        "{}",
        run.stderr
    );
    assert_eq!(changes(&twin), Vec::<String>::new());
}
