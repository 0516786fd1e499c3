//! `cargo xtask dist`: builds, checks and packs the product.

use std::fs::File;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::Global;
use crate::dist::merge::Merge;
use crate::dist::plan::{Plan, Request};
use crate::dist::{self, prove, summary, zstandard};
use crate::effect::environment;
use crate::effect::files;
use crate::effect::report::Report;
use crate::problem::Problem;
use crate::release::Release;
use crate::workspace::Workspace;

/// Options of `dist`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of a command line"
)]
pub struct Options {
    /// A target to build for; may be repeated, or several with commas [default: this machine's own, with plain cargo]
    #[arg(long = "target", value_name = "TARGET", value_delimiter = ',')]
    targets: Vec<String>,
    /// Build for every target of the settings
    #[arg(long)]
    all: bool,
    /// A package to release; may be repeated [default: `[product] packages`, else every public package with a binary]
    #[arg(short, long = "package", value_name = "NAME")]
    packages: Vec<String>,
    /// How many jobs cargo may run at once
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Write there instead of into `dist/`
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Build a second time under changed conditions and name every byte that differs
    #[arg(long)]
    prove: bool,
    /// Build nothing: put together what other machines have built of this commit, from their `dist/` folders or a folder
    /// that holds several
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with_all = ["targets", "all", "jobs", "prove"])]
    merge: Vec<PathBuf>,
    /// Merge although a target of the settings was built by none
    #[arg(long, requires = "merge")]
    allow_missing: bool,
    /// Print a JSON document about what was done
    #[arg(long)]
    json: bool,
}

/// Runs it. Targets that failed are findings (exit code 1); the others are in `dist/`.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let here = environment::current_dir()?;
    let output = options.output.as_ref().map(|it| here.join(it));
    if !options.merge.is_empty() {
        let parts = options.merge.iter().map(|it| here.join(it)).collect();
        return merge(workspace, options, parts, output, report);
    }
    let request = Request {
        targets: options.targets.clone(),
        all: options.all,
        packages: options.packages.clone(),
        jobs: options.jobs.map(NonZeroUsize::get),
        output,
        parts: Vec::new(),
    };
    let plan = Plan::new(workspace, &request, report)?;
    if zstandard::needs_feature(&plan) {
        return zstandard::run_again_with_feature(&plan.workspace, report);
    }
    let lock = begin(&plan.workspace.state_dir())?;
    let (summary, mut problems) = dist::perform(&plan, report)?;
    let proof = if options.prove && problems.is_empty() {
        let (proof, found) = prove::prove(&plan, &request, report)?;
        problems.0.extend(found.0);
        Some(proof)
    } else {
        None
    };
    drop(lock);
    if options.json {
        report.json(&summary::Document { summary, proof })?;
    } else {
        summary::print(&summary, &Release::load(&plan.dist)?, report);
        if let Some(proof) = proof {
            prove::print(&proof, report);
        }
    }
    problems.into_result()?;
    Ok(ExitCode::SUCCESS)
}

/// Holds the workspace for as long as the value lives.
fn begin(state: &Path) -> anyhow::Result<File> {
    files::create_dir(state)?;
    let lock = files::lock(&state.join("dist.lock"))?;
    lock.ok_or_else(|| {
        Problem::new("cannot begin: another `cargo xtask dist` works on this workspace")
            .help("wait for it to end, then run the same command again")
            .into()
    })
}

/// Puts together what other machines have built. What is wrong with it is found before anything is written.
fn merge(
    workspace: Workspace,
    options: &Options,
    parts: Vec<PathBuf>,
    output: Option<PathBuf>,
    report: Report,
) -> anyhow::Result<ExitCode> {
    let request = Request {
        all: true,
        packages: options.packages.clone(),
        output,
        parts,
        ..Request::default()
    };
    let plan = Plan::without_tools(workspace, &request, report)?;
    let lock = begin(&plan.workspace.state_dir())?;
    let merge = Merge::of(&plan, &request.parts, options.allow_missing)?;
    merge.perform(&plan, report)?;
    drop(lock);
    if options.json {
        report.json(&merge.document(&plan))?;
    } else {
        merge.print(&plan, report);
    }
    Ok(ExitCode::SUCCESS)
}
