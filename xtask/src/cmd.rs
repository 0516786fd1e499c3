//! The commands, one file each.

pub mod bench;
pub mod checksum;
pub mod ci;
pub mod clean_repo;
pub mod completions;
pub mod coverage;
pub mod dist;
pub mod doctor;
pub mod init;
pub mod lint;
pub mod manifests;
pub mod publish;
pub mod rehearse;
pub mod setup;
pub mod stand_in;
pub mod status;
pub mod version;

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::effect::report::Report;

/// Runs the command of a parsed command line.
pub fn run(cli: Cli, report: Report) -> anyhow::Result<ExitCode> {
    let global = &cli.global;
    match cli.command {
        Command::Init(options) => init::run(global, &options, report),
        Command::Dist(options) => dist::run(global, &options, report),
        Command::Manifests(options) => manifests::run(global, &options, report),
        Command::Lint(options) => lint::run(global, &options, report),
        Command::Publish(options) => publish::run(global, &options, report),
        Command::Doctor(options) => doctor::run(global, &options, report),
        Command::Status(options) => status::run(global, &options, report),
        Command::Rehearse(options) => rehearse::run(global, &options, report),
        Command::Setup(options) => setup::run(global, &options, report),
        Command::Bench(options) => bench::run(global, &options, report),
        Command::Checksum(options) => checksum::run(global, &options, report),
        Command::Version(options) => version::run(global, &options, report),
        Command::Coverage(options) => coverage::run(global, &options, report),
        Command::CleanRepo(options) => clean_repo::run(global, &options, report),
        Command::Ci(options) => ci::run(global, &options, report),
        Command::Completions(options) => completions::run(&options, report),
        Command::StandIn(options) => stand_in::run(&options, report),
    }
}
