//! `cargo xtask coverage`: runs the tests with coverage and writes the reports into `coverage/`.

use std::process::ExitCode;

use clap::Args;

use crate::cli::Global;
use crate::coverage::summary::Percent;
use crate::coverage::{self, Request};
use crate::effect::report::Report;
use crate::workspace::Workspace;

/// What `--help` adds to the options.
const MORE: &str = "\
Writes coverage/lcov.info, coverage/html/, coverage/summary.txt and coverage/summary.json; whatever else lies in
coverage/ stays. When a test fails, the reports of the run before are left as they were.

Exit codes: 0 done, 1 a test failed, something is missing or the bound is not met, 2 wrong usage. The JSON document
is described in docs/api/coverage.md.";

/// Options of `coverage`.
#[derive(Debug, Args)]
#[command(after_long_help = MORE)]
pub struct Options {
    /// A package to test and to report on; may be repeated [default: all]
    #[arg(short, long = "package", value_name = "NAME")]
    packages: Vec<String>,
    /// Fail, with the reports written, when the tests reach fewer of the lines
    #[arg(long, value_name = "PERCENT", value_parser = Percent::parse)]
    fail_under_lines: Option<Percent>,
    /// Print the summary as a JSON document
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    let request = Request {
        packages: options.packages.clone(),
        is_quiet: global.quiet,
    };
    let summary = coverage::measure(&workspace, &request, report)?;
    if options.json {
        report.json(&summary)?;
    } else {
        for line in summary.table() {
            report.data(line);
        }
    }
    if let Some(least) = options.fail_under_lines {
        summary.check_lines(least)?;
    }
    let html = workspace.coverage_dir().join("html").join("index.html");
    report.step("Written", format_args!("`{}`", workspace.shown(&html)));
    Ok(ExitCode::SUCCESS)
}
