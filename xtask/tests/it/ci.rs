//! `cargo xtask ci`, where its output goes through programs that it starts.

#[cfg(unix)]
mod act;
mod workflow;

use crate::dist::fixture::{Place, QUICK, program};
use crate::support::{Run, clean, is_here, put, run, scratch, skipped, xtask};

/// rustfmt colours its diff in pipes too, unless it is told not to.
#[test]
fn what_is_not_a_terminal_gets_no_colour() {
    let scratch = scratch();
    let dir = scratch.path();
    put(
        dir,
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    put(dir, "src/lib.rs", "pub fn a(){}\n");
    let run = xtask(dir, ["ci", "--only", "fmt"]);
    if run.text().contains("is not installed") {
        skipped("what_is_not_a_terminal_gets_no_colour", "rustfmt is not here");
        return;
    }
    let run = run.ends(1);
    assert!(run.stderr.contains("+pub fn a() {}"), "{}", run.stderr);
    assert!(!run.stderr.contains('\x1b'), "{}", run.stderr.escape_debug());
}

/// A workspace in a folder of the checkout, with a broken link and a wrong setting; GitHub counts from the checkout.
#[test]
fn github_is_led_to_the_line() {
    if !is_here("git", "github_is_led_to_the_line") {
        return;
    }
    let scratch = scratch();
    let dir = scratch.path().join("part, of it");
    put(
        &dir,
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    put(&dir, "src/lib.rs", "");
    put(&dir, "docs/a.md", "One\n\n[100%](none.md)\n");
    put(&dir, "packaging/release.toml", "[dist]\nglibc-flor = \"2.17\"\n");
    put(&dir, "CHANGELOG.md", "# Changelog\n\n## [9.9.9] - 2020-01-01\n");
    run(&clean("git", &dir).args(["init", "--quiet"])).ends(0);
    let checkout = scratch.path();
    let at_github = |words: &[&str]| {
        let program = clean(env!("CARGO_BIN_EXE_xtask"), checkout);
        let program = program.args(["-C", "part, of it"]).args(words);
        run(&program
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", checkout))
        .ends(1)
    };
    let check = |run: Run, expected: &str| {
        assert!(run.stderr.lines().any(|it| it == expected), "{}", run.stderr);
    };
    check(
        at_github(&["ci", "--only", "tidy"]),
        "::error file=part%2C of it/docs/a.md,line=3,title=tidy::docs/a.md:3: \
         the link to `none.md` leads to no file [links]",
    );
    check(
        at_github(&["dist"]),
        "::error file=part%2C of it/packaging/release.toml,line=2::packaging/release.toml:2: \
         no key `glibc-flor` here; did you mean `glibc-floor`?",
    );
    let version = at_github(&["version", "--check"]);
    let start = "::error file=part%2C of it/CHANGELOG.md,line=3::`CHANGELOG.md:3`: ";
    assert!(
        version.stderr.lines().any(|it| it.starts_with(start)),
        "{}",
        version.stderr
    );

    // Elsewhere the same is a line for people.
    let plain = xtask(&dir, ["ci", "--only", "tidy"]).ends(1);
    check(
        plain,
        "error: docs/a.md:3: the link to `none.md` leads to no file [links]",
    );
}

/// The channels' sections work on what this machine has built, and say so when there is none.
#[test]
fn manifests_and_lint_go_by_the_settings() {
    let place = Place::app(&[("packaging/release.toml", QUICK)]);
    let ci = |words: &str| {
        run(&program(env!("CARGO_BIN_EXE_xtask"), &place.root)
            .args(["ci", "--json", "--only"])
            .arg(words))
    };
    let outcomes = |run: &Run| -> Vec<String> {
        let document = run.json();
        let sections = document["sections"].as_array().unwrap();
        let word = |it: &serde_json::Value| format!("{} {}", it["name"], it["outcome"]).replace('"', "");
        sections.iter().map(word).collect()
    };
    let skipped = ci("manifests,lint").ends(0);
    assert_eq!(outcomes(&skipped), ["manifests skipped", "lint skipped"]);
    assert_eq!(
        skipped.json()["sections"][0]["reason"],
        "no channel is on: `packaging/release.toml` has no `[channel.…]` table"
    );

    place.put("packaging/release.toml", &format!("{QUICK}[channel.scoop]\n"));
    let failed = ci("manifests,lint").ends(1);
    assert_eq!(outcomes(&failed), ["manifests failed", "lint failed"]);
    let passed = ci("dist,manifests,lint").ends(0);
    assert_eq!(
        outcomes(&passed),
        ["dist passed", "manifests passed", "lint passed"]
    );
}
