//! `cargo xtask init`: writes commented settings and the templates of all channels, and nothing over what is there.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::cli::Global;
use crate::effect::files;
use crate::effect::report::Report;
use crate::git::Git;
use crate::init::{Entry, Plan, Row, Standing};
use crate::problem::{Problem, Problems};
use crate::workspace::Workspace;

/// Options of `init`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of a command line"
)]
pub struct Options {
    /// Put templates that somebody has changed back to their built-in text; settings are never overwritten
    #[arg(long)]
    force: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write nothing: fail if something that `init` would write is missing, and show which templates were changed
    #[arg(long, conflicts_with_all = ["force", "dry_run"])]
    check: bool,
    /// Print a JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    files: Vec<FileRow>,
    channels: Vec<Row>,
}

#[derive(Serialize)]
struct FileRow {
    path: String,
    standing: Standing,
    outcome: Outcome,
}

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    /// It is written, or would be.
    Written,
    /// The tables of channels are added to it, or would be.
    Appended,
    /// Its built-in text is put back, or would be.
    Replaced,
    /// It stays as it is.
    Kept,
}

impl Outcome {
    fn of(entry: &Entry, is_forced: bool) -> Outcome {
        match entry.standing {
            Standing::Missing => Outcome::Written,
            Standing::Incomplete => Outcome::Appended,
            Standing::Differs if is_forced && entry.is_template => Outcome::Replaced,
            Standing::Same | Standing::Differs => Outcome::Kept,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Outcome::Written => "written",
            Outcome::Appended => "appended",
            Outcome::Replaced => "replaced",
            Outcome::Kept => "kept",
        }
    }
}

/// Runs it. With `--check`, what is missing is a finding (exit code 1).
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let plan = Plan::of(&workspace)?;
    let is_writing = !options.check && !options.dry_run;
    let mut rows = Vec::new();
    let mut problems = Problems::default();
    for entry in &plan.entries {
        let outcome = if options.check {
            Outcome::Kept
        } else {
            Outcome::of(entry, options.force)
        };
        if is_writing && outcome != Outcome::Kept {
            files::write(&workspace.root.join(&entry.path), entry.text.as_bytes())?;
        }
        let lacks = match entry.standing {
            Standing::Missing => Some("is not there"),
            Standing::Incomplete => Some("lacks the tables of some channels"),
            Standing::Same | Standing::Differs => None,
        };
        if options.check
            && let Some(lacks) = lacks
        {
            problems
                .push(Problem::new(format!("`{}` {lacks}", entry.path)).help("write it: `cargo xtask init`"));
        }
        rows.push(FileRow {
            path: entry.path.clone(),
            standing: entry.standing,
            outcome,
        });
    }
    if options.json {
        report.json(&Document {
            schema: 1,
            files: rows,
            channels: plan.channels,
        })?;
    } else {
        print(&rows, &plan, options, report);
        if !options.check && is_dist_kept(&workspace)? {
            report.say("help: write `/dist/` into `.gitignore`: what is built there belongs into no commit and no crate");
        }
    }
    problems.into_result()?;
    Ok(ExitCode::SUCCESS)
}

/// Whether git would take what `dist` builds for a part of the tree.
fn is_dist_kept(workspace: &Workspace) -> anyhow::Result<bool> {
    let probe = b"dist/artifacts.json".as_slice();
    let git = Git::find(&workspace.root)?;
    let ignored = git.map(|it| it.ignored(&[probe])).transpose()?;
    Ok(ignored.is_some_and(|it| it.is_empty()))
}

fn print(rows: &[FileRow], plan: &Plan, options: &Options, report: Report) {
    for (row, entry) in rows.iter().zip(&plan.entries) {
        let note = match (row.standing, row.outcome) {
            (Standing::Differs, Outcome::Kept) if entry.is_template => ", it differs from the built-in text",
            (Standing::Incomplete, Outcome::Appended) => ", the tables of channels that were not in it",
            _ => "",
        };
        // Whether something is missing is what `--check` says; a list of all else would hide it.
        if !options.check || !note.is_empty() {
            report.data(format_args!("{:<8}  {}{note}", row.outcome.word(), row.path));
        }
    }
    let is_new = |it: &&Row| !it.is_there && !options.check;
    for row in plan.channels.iter().filter(is_new) {
        if let Some(why) = &row.off {
            report.data(format_args!("off       {}: {why}", row.channel));
        }
    }
    if options.dry_run {
        report.say("nothing was written: this was a dry run");
    } else if !options.check {
        report.say("help: `cargo xtask dist`, then `cargo xtask manifests` and `cargo xtask lint`");
    }
}
