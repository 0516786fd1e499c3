//! Measures `dist` for this machine, as the program that runs now, against the bare `cargo build` of the same flags.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::bench::{pair, timed};
use crate::build::{self, Builder};
use crate::cli::Global;
use crate::dist::plan::{Plan, Request};
use crate::dist::prove::copy_source;
use crate::effect::process::Program;
use crate::effect::report::Report;
use crate::effect::{environment, files};
use crate::target::Target;
use crate::workspace::Workspace;

/// How often the quick ones are repeated.
const RUNS: usize = 5;

/// Measures and prints: cold, after an edit of the product, and with nothing to do.
pub fn dist(global: &Global, report: Report) -> anyhow::Result<()> {
    let plan = Plan::new(
        Workspace::load(global.workspace.as_deref())?,
        &Request::default(),
        report,
    )?;
    let base = plan.workspace.state_dir().join("bench");
    files::remove_dir(&base)?;
    let root = copy_source(&plan, &base.join("source"))?;
    let ours = environment::this_program()?;
    let dist = |target_dir: &Path| {
        Program::new(&ours)
            .arg("-C")
            .arg(&root)
            .args(["dist", "--quiet"])
            .env("CARGO_TARGET_DIR", target_dir)
    };
    let bare_dir = base.join("bare");
    let bare = bare_command(&root, &bare_dir, report)?;
    let bare = || succeed(&bare);
    let dist = || succeed(&dist(&base.join("dist")));

    report.step(
        "Measuring",
        "both from nothing, then after an edit, then with nothing to do",
    );
    let cold = (timed(&mut { bare })?, timed(&mut { dist })?);
    row(report, "cold", cold.0, cold.1, Some("bound: 1.05"));
    let sources = main_files(&plan, &root)?;
    let mut edits = Vec::new();
    for _ in 0..3 {
        for source in &sources {
            let text = files::read_text(source)?;
            files::write(source, format!("{text}// An edit.\n").as_bytes())?;
        }
        edits.push((timed(&mut { bare })?, timed(&mut { dist })?));
    }
    edits.sort();
    row(
        report,
        "after an edit",
        edits[1].0,
        edits[1].1,
        Some("bound: 1.05"),
    );
    let idle = pair(bare, dist, RUNS)?;
    row(
        report,
        "nothing to do",
        idle.first,
        idle.second,
        Some("bound: 0.5 s"),
    );
    files::remove_dir(&base)
}

fn row(report: Report, what: &str, bare: Duration, dist: Duration, bound: Option<&str>) {
    let ratio = dist.as_secs_f64() / bare.as_secs_f64();
    report.data(format_args!(
        "{what:<14} cargo build {:>8.3} s   dist {:>8.3} s   ratio {ratio:.3}   ({})",
        bare.as_secs_f64(),
        dist.as_secs_f64(),
        bound.unwrap_or("no bound"),
    ));
}

/// The very command that `dist` gives to cargo, in a target folder of its own.
fn bare_command(root: &Path, target_dir: &Path, report: Report) -> anyhow::Result<Program> {
    let workspace = Workspace {
        target_dir: target_dir.to_owned(),
        ..Workspace::load(Some(root))?
    };
    let plan = Plan::new(workspace, &Request::default(), report)?;
    let target = Target::parse(&plan.toolchain.host)?;
    build::program(&plan.batch(), target, Builder::Cargo)
}

fn main_files(plan: &Plan, root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let targets = plan.products.iter().flat_map(|it| &it.package.targets);
    let files: Vec<PathBuf> = targets
        .filter(|it| it.is_bin())
        .map(|it| Ok(root.join(it.src_path.as_std_path().strip_prefix(&plan.workspace.root)?)))
        .collect::<anyhow::Result<_>>()
        .context("a program's source lies outside of the workspace")?;
    ensure!(!files.is_empty(), "there is no program to edit");
    Ok(files)
}

fn succeed(program: &Program) -> anyhow::Result<()> {
    let outcome = program.output(None)?;
    let said = String::from_utf8_lossy(&outcome.stderr);
    ensure!(
        outcome.is_success(),
        "`{}` failed: {}",
        program.shown(),
        said.trim()
    );
    Ok(())
}
