//! The command line: clap types only; the doc comments are the help.

pub mod document;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::cmd::{
    bench, checksum, ci, clean_repo, completions, coverage, dist, doctor, init, lint, manifests, publish,
    rehearse, setup, stand_in, status, version,
};
use crate::effect::report::Volume;

/// Build automation and releases for Rust products.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    propagate_version = false
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "With every command")]
pub struct Global {
    /// The workspace to work on [default: the one that holds the current folder]
    #[arg(short = 'C', long = "workspace", value_name = "DIR", global = true)]
    pub workspace: Option<PathBuf>,
    /// Say only warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show commands and reasons too
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

impl Global {
    /// How much is said on standard error.
    pub fn volume(&self) -> Volume {
        match (self.quiet, self.verbose) {
            (true, _) => Volume::Quiet,
            (false, true) => Volume::Verbose,
            (false, false) => Volume::Normal,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write commented settings and the templates of all channels, and nothing over what is there
    Init(init::Options),
    /// Build the product for one or all platforms and leave a complete, checked `dist/`
    Dist(dist::Options),
    /// Render what the channels want from the release in `dist/`
    Manifests(manifests::Options),
    /// Check manifests and packages by the rules of the stores, before the stores do
    Lint(lint::Options),
    /// Take the release in `dist/` to the channels: only what is missing there, and never other bytes over ours
    Publish(publish::Options),
    /// Show what stands in the way of publishing, all at once, with the command or page that mends it
    Doctor(doctor::Options),
    /// Show what all channels serve now, against the version of the workspace
    Status(status::Options),
    /// Publish to local registries that are as strict as the real ones, then install from them with the real clients
    Rehearse(rehearse::Options),
    /// Show what is missing for building, and install it on request
    Setup(setup::Options),
    /// Measure the toolkit against other programs
    Bench(bench::Options),
    /// Write or verify checksums of files
    Checksum(checksum::Options),
    /// Show, check or change the version and everything that carries it
    Version(version::Options),
    /// Run the tests with coverage and write the reports into `coverage/`
    Coverage(coverage::Options),
    /// Put what litters a repository where it belongs, and take that back
    CleanRepo(clean_repo::Options),
    /// Run every check that the project demands, on a laptop as in CI
    Ci(ci::Options),
    /// Print a script with which a shell completes `cargo xtask`
    Completions(completions::Options),
    /// Speak for another program in a rehearsal
    #[command(hide = true)]
    StandIn(stand_in::Options),
}
