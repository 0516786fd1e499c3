//! The `contextlite` program: index files, then ask for the best context that fits a token budget.
//!
//! ```console
//! $ contextlite index my-project
//! $ cd my-project
//! $ contextlite query "where is the budget checked?" --budget 2000
//! ```
//!
//! Here the command line is read and answers are printed; everything else is in `contextlite-core`. The commands and
//! their JSON documents are described in `docs/api/contextlite.md`.

mod cli;
mod output;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use contextlite_core::{Error, Index, Update, find_database, update};

use cli::{Cli, Command, Place};

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| advised(error).exit());
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has read enough: `contextlite query … | head`.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Index(args) => {
            let request = Update {
                folder: args.dir,
                database: args.db,
                max_bytes: args.max_bytes,
                wait: Duration::from_secs(args.wait.into()),
            };
            let report = update(&request)?;
            if args.verbose {
                output::skipped(&report);
            }
            let status = Index::open(&report.database)?.status()?;
            if args.json {
                output::json(&output::IndexDocument::new(&report, &status))
            } else {
                output::report(&report, &status)
            }
        }
        Command::Query(args) => {
            let index = Index::open(database(args.place)?)?;
            let context = index.query(&args.text, args.budget)?;
            if args.json {
                output::json(&output::Document::new(&context))
            } else {
                output::context(&context)
            }
        }
        Command::Status(args) => {
            let database = database(args.place)?;
            let status = Index::open(&database)?.status()?;
            if args.json {
                output::json(&output::StatusDocument::new(&database, &status))
            } else {
                output::status(&database, &status)
            }
        }
    }
}

/// Adds to a word too many what its writer may have meant.
fn advised(mut error: clap::Error) -> clap::Error {
    let is_word = matches!(
        error.get(ContextKind::InvalidArg),
        Some(ContextValue::String(word)) if !word.starts_with('-')
    );
    if error.kind() == ErrorKind::UnknownArgument && is_word {
        let advice = match std::env::args_os().nth(1) {
            Some(command) if command == "query" => "put a query of several words in quotes",
            Some(command) if command == "status" => "name the folder with '--dir'",
            _ => return error,
        };
        let advice = ContextValue::StyledStrs(vec![advice.into()]);
        error.insert(ContextKind::Suggested, advice);
    }
    error
}

fn database(place: Place) -> Result<PathBuf, Error> {
    match (place.db, place.dir) {
        (Some(database), _) => Ok(database),
        (None, Some(dir)) => find_database(&dir),
        (None, None) => find_database(Path::new(".")),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|it| it.kind() == io::ErrorKind::BrokenPipe)
}
