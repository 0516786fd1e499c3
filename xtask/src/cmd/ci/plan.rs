//! `cargo xtask ci plan`: which machine builds which targets.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::ci::matrix::{Group, Matrix};
use crate::cli::Global;
use crate::config::Config;
use crate::dist::plan::{self, Request};
use crate::effect::environment;
use crate::effect::files;
use crate::effect::report::Report;
use crate::problem::Problem;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// The variable that names the file of a step's outputs:
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>
const OUTPUT: &str = "GITHUB_OUTPUT";

/// Options of `ci plan`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Hand the matrix to the workflow, as the output `matrix` of its step
    #[arg(long)]
    github_output: bool,
    /// Print one JSON document on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    include: &'a [Group],
}

pub(super) fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let config = Config::load(&workspace.root)?;
    let request = Request {
        all: true,
        ..Request::default()
    };
    let targets = plan::targets(&request, &config, &Toolchain::load(&workspace)?)?;
    let matrix = Matrix::of(&targets, &config.ci);
    if options.github_output {
        let file = environment::path_var(OUTPUT).ok_or_else(|| {
            Problem::usage(format!(
                "cannot hand the matrix on: `{OUTPUT}` is not set, as it is in a step of GitHub Actions"
            ))
            .help("without `--github-output` the matrix is shown")
        })?;
        // One line: nothing in it can begin another output.
        files::append(
            &file,
            format!("matrix={}\n", serde_json::to_string(&matrix)?).as_bytes(),
        )?;
    }
    if options.json {
        report.json(&Document {
            schema: 1,
            include: &matrix.include,
        })?;
    } else {
        for group in &matrix.include {
            report.data(format_args!(
                "{} on {}: {}",
                group.name, group.runner, group.targets
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}
