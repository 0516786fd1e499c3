//! Measures what everyone pays on the first `cargo xtask`, and on every one after it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use cargo_metadata::Message;

use crate::bench::pair;
use crate::effect::environment;
use crate::effect::files::Scratch;
use crate::effect::process::{Program, children_cpu_s};
use crate::effect::report::Report;
use crate::workspace::clean_program;

/// How often the warm ones are repeated.
const RUNS: usize = 11;

/// Measures and prints: the toolkit compiled from nothing, then its help through cargo and by itself.
pub fn help(report: Report) -> anyhow::Result<()> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = Scratch::new(&environment::temp_dir())?;
    report.step("Measuring", "the toolkit compiled from nothing");
    let before = children_cpu_s();
    let mut packages = BTreeSet::new();
    let status = clean_program("cargo", home)
        .args([
            "build",
            "--quiet",
            "--package",
            "xtask",
            "--message-format",
            "json",
        ])
        .env("CARGO_TARGET_DIR", scratch.path())
        .for_each_line(report, |line| {
            if let Ok(Message::CompilerArtifact(it)) = serde_json::from_str(line) {
                packages.insert(it.package_id.repr);
            }
        })?;
    ensure!(status.success(), "the toolkit did not compile");
    report.data(format_args!(
        "cold packages  {:>8}   (bound: 180)",
        packages.len()
    ));
    match before.zip(children_cpu_s()) {
        Some((before, after)) => report.data(format_args!(
            "cold CPU       {:>8.1} s (bound: 100 s)",
            after - before
        )),
        None => report.data("cold CPU       not told by this system"),
    }
    let program = scratch
        .path()
        .join("debug")
        .join(format!("xtask{}", std::env::consts::EXE_SUFFIX));
    let through_cargo = clean_program("cargo", home)
        .args(["run", "--quiet", "--package", "xtask", "--", "--help"])
        .env("CARGO_TARGET_DIR", scratch.path());
    let by_itself = Program::new(program).arg("--help");
    let warm = pair(|| succeed(&through_cargo), || succeed(&by_itself), RUNS)?;
    row(report, "warm, cargo", warm.first, 300);
    row(report, "warm, itself", warm.second, 20);
    Ok(())
}

fn row(report: Report, what: &str, time: Duration, bound_ms: u32) {
    report.data(format_args!(
        "{what:<14} {:>8.1} ms (bound: {bound_ms} ms)",
        time.as_secs_f64() * 1000.0
    ));
}

fn succeed(program: &Program) -> anyhow::Result<()> {
    let outcome = program.output(None)?;
    ensure!(outcome.is_success(), "`{}` failed", program.shown());
    Ok(())
}
