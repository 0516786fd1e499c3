//! `cargo xtask coverage` with the real tool, on a workspace of a few lines.

use std::path::Path;

use walkdir::WalkDir;
use xtask::effect::files::{self, Scratch};
use xtask::effect::process::Program;

use crate::support::{Run, clean, is_here, put, run, scratch, skipped, xtask};

/// Whether the tool and the component are here; says which test goes without them when they are not.
fn is_ready(test: &str) -> bool {
    if !is_here("cargo-llvm-cov", test) {
        return false;
    }
    let rustc = |words: &[&str]| Program::new("rustc").args(words).read().expect("rustc is here");
    let facts = rustc(&["-vV"]);
    let host = facts
        .lines()
        .find_map(|it| it.strip_prefix("host: "))
        .expect("it says its host");
    let bin = Path::new(&rustc(&["--print", "sysroot"]))
        .join("lib/rustlib")
        .join(host)
        .join("bin");
    let is_ready = bin
        .join(format!("llvm-cov{}", std::env::consts::EXE_SUFFIX))
        .is_file();
    if !is_ready {
        skipped(test, "the component `llvm-tools` is not here");
    }
    is_ready
}

/// Two packages: a library of which half is reached, and a program that a test starts with an empty environment.
fn fixture() -> Scratch {
    let scratch = scratch();
    let dir = scratch.path();
    put(
        dir,
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"part\"]\ndefault-members = [\"app\"]\nresolver = \"3\"\n",
    );
    for name in ["app", "part"] {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        put(dir, format!("{name}/Cargo.toml"), &manifest);
    }
    put(dir, "part/src/lib.rs", PART);
    put(
        dir,
        "app/src/main.rs",
        "fn main() {\n    println!(\"hello\");\n}\n",
    );
    put(
        dir,
        "app/tests/start.rs",
        "#[test]\nfn starts() {\n    let app = env!(\"CARGO_BIN_EXE_app\");\n    \
         assert!(std::process::Command::new(app).env_clear().status().unwrap().success());\n}\n",
    );
    scratch
}

const PART: &str = "\
pub fn reached() -> u8 {
    1
}
pub fn never() -> u8 {
    2
}
#[test]
fn reaches() {
    assert_eq!(reached(), 1);
}
";

fn coverage(dir: &Path, words: &[&str]) -> Run {
    run(&program(dir).args(words))
}

fn program(dir: &Path) -> Program {
    clean(env!("CARGO_BIN_EXE_xtask"), dir).arg("coverage")
}

/// The files of a folder, from it, without the target folder and the lock file.
fn tree(dir: &Path) -> Vec<String> {
    let files = WalkDir::new(dir).sort_by_file_name().into_iter();
    files
        .filter_entry(|it| it.depth() != 1 || it.file_name() != "target")
        .map(|it| it.expect("it can be read"))
        .filter(|it| it.file_type().is_file())
        .map(|it| {
            it.path()
                .strip_prefix(dir)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/")
        })
        .filter(|it| it != "Cargo.lock")
        .collect()
}

fn text(dir: &Path, name: &str) -> String {
    files::read_text(&dir.join(name)).expect("it is there")
}

#[test]
fn reports_come_into_their_folder_and_nowhere_else() {
    if !is_ready("reports_come_into_their_folder_and_nowhere_else") {
        return;
    }
    let scratch = fixture();
    let dir = scratch.path();
    put(dir, "coverage/go/unit.out", "mode: set\n");
    put(dir, "part/default_1_0_1.profraw", "of somebody else\n");
    let before = tree(dir);

    let first = coverage(dir, &["--json", "--fail-under-lines", "50"]).ends(0);
    let document = first.json();
    assert_eq!(text(dir, "coverage/summary.json"), first.text());
    assert_eq!(document["schema"], 1);
    let lines = |at: usize| document["packages"][at]["lines"]["percent"].as_f64().unwrap();
    // The program ran only with an empty environment: its profile was found where it had left it.
    assert_eq!(document["packages"][0]["name"], "app");
    assert!((lines(0) - 100.0).abs() < 0.01, "{document}");
    assert_eq!(document["packages"][1]["files"][0]["path"], "part/src/lib.rs");
    assert!(lines(1) > 0.0 && lines(1) < 100.0, "{document}");

    let lcov = text(dir, "coverage/lcov.info");
    assert!(
        lcov.contains("SF:app/src/main.rs\n") && lcov.contains("SF:part/src/lib.rs\n"),
        "{lcov}"
    );
    assert!(text(dir, "coverage/html/index.html").contains("lib.rs"));
    assert!(text(dir, "coverage/summary.txt").contains("part/src/lib.rs"));
    let new = |it: &String| !before.contains(it) && !it.starts_with("coverage/html/");
    let mut after = tree(dir);
    assert!(before.iter().all(|it| after.contains(it)), "{after:?}");
    after.retain(new);
    assert_eq!(
        after,
        [
            "coverage/lcov.info",
            "coverage/summary.json",
            "coverage/summary.txt"
        ]
    );

    // A second run replaces what is ours whole, here for one package, and names the bound that is not met.
    put(dir, "coverage/html/old.html", "");
    let second = coverage(dir, &["-p", "part", "--fail-under-lines", "100"]).ends(1);
    assert!(
        second.stderr.contains("100.00 % are demanded"),
        "{}",
        second.stderr
    );
    assert!(
        second.text().contains("part ") && !second.text().contains("app"),
        "{}",
        second.text()
    );
    assert!(!text(dir, "coverage/lcov.info").contains("app/src"));
    let after = tree(dir);
    assert!(after.contains(&"coverage/go/unit.out".to_owned()), "{after:?}");
    assert!(!after.contains(&"coverage/html/old.html".to_owned()), "{after:?}");
}

#[test]
fn a_test_that_fails_is_named_and_leaves_the_reports_as_they_were() {
    if !is_ready("a_test_that_fails_is_named_and_leaves_the_reports_as_they_were") {
        return;
    }
    let scratch = fixture();
    let dir = scratch.path();
    let old = format!("{{\"made_by\": \"{}\"}}\n", "cargo xtask coverage");
    put(dir, "coverage/summary.json", &old);
    put(dir, "coverage/lcov.info", "old\n");
    put(
        dir,
        "part/src/lib.rs",
        &PART.replace("reached(), 1", "reached(), 3"),
    );
    let before = tree(dir);
    let run = coverage(dir, &[]).ends(1);
    assert!(
        run.stderr.contains("error: test `reaches` failed\n"),
        "{}",
        run.stderr
    );
    // The others ran all the same.
    assert!(run.stderr.contains("test starts ... ok"), "{}", run.stderr);
    assert_eq!(run.text(), "");
    assert_eq!(text(dir, "coverage/summary.json"), old);
    assert_eq!(tree(dir), before);
}

#[test]
fn wrong_words_are_wrong_usage() {
    let scratch = fixture();
    let dir = scratch.path();
    let run = coverage(dir, &["-p", "prat", "-p", "appp"]).ends(2);
    assert!(
        run.stderr
            .contains("no package `prat` in this workspace; did you mean `part`?"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("did you mean `app`?"), "{}", run.stderr);
    let run = coverage(dir, &["--fail-under-lines", "101"]).ends(2);
    assert!(run.stderr.contains("`101` is no percentage"), "{}", run.stderr);
    xtask(dir, ["coverage", "-C", "nowhere"]).ends(2);
}

/// A search path with cargo and a compiler without the component, and nothing else.
#[cfg(unix)]
#[test]
fn everything_missing_is_named_at_once() {
    use xtask::effect::environment;
    let scratch = fixture();
    let dir = scratch.path();
    let bin = dir.join("target/bin");
    files::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(environment::find_program("cargo").unwrap(), bin.join("cargo")).unwrap();
    let compiler = format!(
        "#!/bin/sh\ncase $1 in\n-vV) echo 'rustc 1.95.0'; echo 'commit-hash: 0'; echo 'host: h'; \
         echo 'LLVM version: 21.1';;\n*) echo {}/toolchain;;\nesac\n",
        bin.display()
    );
    let rustc = put(&bin, "rustc", &compiler);
    files::set_mode(&rustc, 0o755).unwrap();
    let run = run(&program(dir).env("PATH", &bin));
    let run = run.ends(1);
    for expected in [
        "cannot find `cargo-llvm-cov`",
        "cargo install --locked cargo-llvm-cov",
        "cannot find the component `llvm-tools` of the toolchain `toolchain`",
        "rustup component add llvm-tools",
        "of LLVM 21.1",
    ] {
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
    assert!(!dir.join("coverage").exists());
}

#[test]
fn the_reports_of_another_tool_are_never_replaced() {
    if !is_ready("the_reports_of_another_tool_are_never_replaced") {
        return;
    }
    let scratch = fixture();
    let dir = scratch.path();
    put(dir, "coverage/lcov.info", "TN:\n");
    let run = coverage(dir, &[]).ends(1);
    assert!(
        run.stderr.contains("cannot replace `coverage/lcov.info`"),
        "{}",
        run.stderr
    );
    assert_eq!(text(dir, "coverage/lcov.info"), "TN:\n");
    assert!(!dir.join("target/llvm-cov-target").exists());
}
