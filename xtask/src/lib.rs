//! Build automation and releases for Rust products; `DESIGN` and the map of this house are in `ARCHITECTURE.md`.

pub mod apply;
pub mod artifact;
pub mod bench;
pub mod build;
pub mod channel;
pub mod ci;
pub mod clean;
pub mod cli;
pub mod cmd;
pub mod completions;
pub mod config;
pub mod coverage;
pub mod digest;
pub mod dist;
pub mod edition;
pub mod effect;
pub mod git;
pub mod init;
pub mod inputs;
pub mod inspect;
pub mod judges;
pub mod lint;
pub mod manifests;
pub mod outside;
pub mod pack;
pub mod plan;
pub mod problem;
pub mod product;
pub mod protocol;
pub mod publish;
pub mod receipt;
pub mod rehearse;
pub mod release;
pub mod render;
pub mod runner;
pub mod sbom;
pub mod setup;
pub mod size;
pub mod standing;
pub mod target;
pub mod tidy;
pub mod time;
pub mod toolchain;
pub mod tools;
pub mod twin;
pub mod version;
pub mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::effect::interrupt;
use crate::effect::report::{Report, mask};

/// Runs one command line, program name first, and gives the exit code: 0 done, 1 failed or findings, 2 wrong usage.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    mask::clean_panics();
    let cli = match cli::Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is the only way this fails, and then nobody reads.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let report = Report::new(cli.global.volume());
    let done = interrupt::install(report).and_then(|()| cmd::run(cli, report));
    match done.and_then(|code| report.delivered().map(|()| code)) {
        Ok(code) => code,
        Err(error) => {
            report.error(&error);
            ExitCode::from(if problem::is_usage(&error) { 2 } else { 1 })
        }
    }
}
