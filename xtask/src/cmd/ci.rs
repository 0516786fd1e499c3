//! PLACEHOLDER

use std::process::ExitCode;

use clap::Args;

use crate::cli::Global;
use crate::effect::report::Report;

/// Options.
#[derive(Debug, Args)]
pub struct Options {}

/// Runs it.
pub fn run(_global: &Global, _options: &Options, _report: Report) -> anyhow::Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
