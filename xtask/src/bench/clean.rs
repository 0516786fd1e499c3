//! Measures `clean-repo --dry-run`, as the program that runs now, against `git status` in the same large tree.

use crate::bench::litter::{BUILT, DOCUMENTS, PROFILES, Shape, Tree};
use crate::bench::pair;
use crate::effect::environment;
use crate::effect::files::Scratch;
use crate::effect::process::Program;
use crate::effect::report::Report;

/// How often each is run.
const RUNS: usize = 7;

/// The most that a dry run may take, relative to `git status`.
const BOUND: f64 = 1.0;

/// Measures and prints: nothing to find, then litter in the root, then the same beside much build output.
pub fn clean(report: Report) -> anyhow::Result<()> {
    let scratch = Scratch::new(&environment::temp_dir())?;
    let count = Shape::LARGE.count();
    report.step(
        "Writing",
        format_args!("a git tree of {count} files to `{}`", scratch.path().display()),
    );
    let progress = report.progress("Writing", count as u64);
    let tree = Tree::make(&scratch.path().join("tree"), Shape::LARGE, &progress)?;
    drop(progress);
    report.data(format_args!(
        "clean-repo --dry-run against git status on {count} files, medians of {RUNS} runs in turns"
    ));
    row(&tree, "nothing to find", report)?;
    tree.litter()?;
    row(
        &tree,
        &format!("{PROFILES} cover profiles and {DOCUMENTS} documents"),
        report,
    )?;
    tree.build_output(BUILT)?;
    row(&tree, &format!("the same beside {BUILT} ignored files"), report)
}

fn row(tree: &Tree, what: &str, report: Report) -> anyhow::Result<()> {
    let status = tree.program().arg("status");
    let clean = Program::new(environment::this_program()?)
        .args(["clean-repo", "--dry-run", "-C"])
        .arg(tree.dir());
    let pair = pair(|| status.read().map(drop), || clean.read().map(drop), RUNS)?;
    let word = if pair.ratio <= BOUND { "met" } else { "MISSED" };
    report.data(format_args!(
        "{what:<40} git status {:>7.3} s   clean-repo {:>7.3} s   ratio {:.2} (bound {BOUND:.2} {word})",
        pair.first.as_secs_f64(),
        pair.second.as_secs_f64(),
        pair.ratio
    ));
    Ok(())
}
