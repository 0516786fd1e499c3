//! `cargo xtask dist`: builds, checks and packs the product.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::Args;

use crate::cli::Global;
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
pub struct Options {
    /// A target to build for; may be repeated [default: this machine's own, with plain cargo]
    #[arg(long = "target", value_name = "TARGET")]
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
    output: Option<std::path::PathBuf>,
    /// Build a second time under changed conditions and name every byte that differs
    #[arg(long)]
    prove: bool,
    /// Print a JSON document about what was done
    #[arg(long)]
    json: bool,
}

/// Runs it. Targets that failed are findings (exit code 1); the others are in `dist/`.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let output = match &options.output {
        Some(dir) => Some(environment::current_dir()?.join(dir)),
        None => None,
    };
    let request = Request {
        targets: options.targets.clone(),
        all: options.all,
        packages: options.packages.clone(),
        jobs: options.jobs.map(NonZeroUsize::get),
        output,
    };
    let plan = Plan::new(workspace, &request, report)?;
    if zstandard::needs_feature(&plan) {
        return zstandard::run_again_with_feature(&plan.workspace, report);
    }
    let state = plan.workspace.state_dir();
    files::create_dir(&state)?;
    let lock = files::lock(&state.join("dist.lock"))?.ok_or_else(|| {
        Problem::new("cannot begin: another `cargo xtask dist` works on this workspace")
            .help("wait for it to end, then run the same command again")
    })?;
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
