//! The hidden command by which this program speaks for another one in a rehearsal.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;

use crate::effect::report::Report;
use crate::rehearse::programs;

/// Options of the hidden command.
#[derive(Debug, Args)]
pub struct Options {
    /// The program that it stands in for
    program: String,
    /// The words that the program was called with
    #[arg(last = true)]
    words: Vec<OsString>,
}

/// Runs it, with the exit code of that program.
pub fn run(options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    programs::run(&options.program, &options.words, report).map(ExitCode::from)
}
