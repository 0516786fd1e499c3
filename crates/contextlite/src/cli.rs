//! The command line of `contextlite`: types only. The build script reads this file too, for completions and man pages.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Index files, then ask for the passages that say most about a question and fit a token budget.
///
/// Everything happens on this machine: the index is one SQLite file, and there is no server, model or network.
#[derive(Debug, Parser)]
#[command(
    name = "contextlite",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Exit status: 0 done (finding nothing included), 1 failed, 2 wrong usage."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Index(Index),
    Query(Query),
    Status(Status),
}

/// Bring the index of a folder up to date, or make it
///
/// Text files below DIR are indexed, except hidden ones and what `.gitignore` and `.ignore` name. Only files whose
/// content has changed are indexed anew. A run that fails or is stopped leaves the index as it was.
#[derive(Debug, Args)]
pub(crate) struct Index {
    /// The folder to index
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,

    /// The database file [default: DIR/.contextlite/index.db]
    #[arg(long, value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,

    /// Skip files that are larger
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = 1_048_576,
        allow_negative_numbers = true
    )]
    pub(crate) max_bytes: u64,

    /// How long to wait for another process that is writing to the index
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 5,
        allow_negative_numbers = true
    )]
    pub(crate) wait: u32,

    /// Name each skipped file on standard error
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print the passages that say most about a question, within a token budget
///
/// Any text is a question: words, an error message, a piece of code. No character has a special meaning; a phrase in
/// double quotes counts more where it stands literally.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// What to look for
    #[arg(value_name = "TEXT", value_parser = question, allow_hyphen_values = true)]
    pub(crate) text: String,

    /// The most tokens that the passages may have together, by estimate
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u64).range(1..), allow_negative_numbers = true)]
    pub(crate) budget: u64,

    #[command(flatten)]
    pub(crate) place: Place,

    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Say how much an index holds
#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) place: Place,

    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which index to read.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The database file
    #[arg(long, value_name = "FILE", conflicts_with = "dir")]
    pub(crate) db: Option<PathBuf>,

    /// The indexed folder, or one inside it [default: the current folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

fn question(text: &str) -> Result<String, String> {
    if text.chars().all(|it| it.is_whitespace() || it.is_control()) {
        return Err("the query is empty; say what to look for".to_owned());
    }
    Ok(text.to_owned())
}
