//! `cargo xtask ci`, where its output goes through programs that it starts.

use crate::support::{put, scratch, skipped, xtask};

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
