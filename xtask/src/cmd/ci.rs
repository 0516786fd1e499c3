//! `cargo xtask ci`: every check that the project demands, the same on a laptop as in CI.

mod generate;
mod plan;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::ci::table::SECTIONS;
use crate::ci::{self, Choice, Job, Outcome, Section};
use crate::cli::Global;
use crate::effect::environment;
use crate::effect::report::Report;
use crate::workspace::Workspace;

/// What `--help` adds to the options.
const MORE: &str = "\
All sections run, also after one has failed, and one table on standard output ends the run. A section whose program
is missing, or that finds nothing to check, is skipped with the reason, and never counted as passed. Where the
variable CI is set, a missing program is a failure, unless --list shows the section as optional.

Exit codes: 0 no section failed, 1 a section failed, 2 wrong usage. The JSON document is described in docs/api/ci.md.";

/// Runs the sections of the table on a workspace, or does what the workflow that releases needs.
#[derive(Debug, Args)]
#[command(after_long_help = MORE, args_conflicts_with_subcommands = true)]
pub struct Options {
    /// Something else than the checks.
    #[command(subcommand)]
    task: Option<Task>,
    /// Run only these sections; may be repeated
    #[arg(long, value_name = "SECTION", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave these sections out; may be repeated
    #[arg(long, value_name = "SECTION", value_delimiter = ',')]
    skip: Vec<String>,
    /// Show the sections and end
    #[arg(long)]
    list: bool,
    /// Print one JSON document on standard output
    #[arg(long)]
    json: bool,
}

/// What the workflow that releases needs.
#[derive(Debug, Subcommand)]
enum Task {
    /// Show which machine builds which targets: the matrix of the workflow that releases
    Plan(plan::Options),
    /// Write the workflow that releases, `.github/workflows/release.yml`
    Generate(generate::Options),
}

/// Runs the sections, or shows them.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    match &options.task {
        Some(Task::Plan(options)) => plan::run(global, options, report),
        Some(Task::Generate(options)) => generate::run(global, options, report),
        None => check(global, options, report),
    }
}

fn check(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let choice = Choice {
        only: options.only.clone(),
        skip: options.skip.clone(),
    };
    let chosen = choice.of(SECTIONS)?;
    if options.list {
        list(&chosen, options.json, report)?;
        return Ok(ExitCode::SUCCESS);
    }
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let job = Job {
        workspace: &workspace,
        report,
        is_quiet: global.quiet,
    };
    let summary = ci::run(&job, &chosen, environment::is_ci(), |section, outcome| {
        tell(report, section, outcome);
    });
    if options.json {
        report.json(&summary.document())?;
    } else {
        for line in summary.table() {
            report.data(line);
        }
    }
    Ok(match summary.problem() {
        None => ExitCode::SUCCESS,
        Some(problem) => {
            report.error(&problem.into());
            ExitCode::FAILURE
        }
    })
}

fn tell(report: Report, section: &Section, outcome: &Outcome) {
    match outcome {
        Outcome::Passed => {}
        Outcome::Failed { error, .. } => report.findings(section.name, error),
        Outcome::Skipped { reason, install } => {
            report.warn(format_args!("section `{}` is skipped: {reason}", section.name));
            for command in install {
                report.say(format_args!("help: install it: {command}"));
            }
        }
    }
}

/// A section as `--list --json` shows it.
#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    checks: &'static str,
    needs: Vec<NeedRow>,
    optional: bool,
}

#[derive(Debug, Serialize)]
struct NeedRow {
    program: String,
    install: &'static str,
}

fn list(chosen: &[(&Section, bool)], as_json: bool, report: Report) -> anyhow::Result<()> {
    let sections = || chosen.iter().filter(|(_, runs)| *runs).map(|(it, _)| it);
    if as_json {
        let rows: Vec<Row> = sections().map(|it| row(it)).collect();
        return report.json(&rows);
    }
    let width = sections().map(|it| it.name.len()).max().unwrap_or(0);
    for section in sections() {
        let optional = if section.is_optional { " (optional)" } else { "" };
        report.data(format_args!(
            "{:width$}  {}{optional}",
            section.name, section.checks
        ));
        for need in section.needs {
            report.data(format_args!(
                "{:width$}  needs `{}`: {}",
                "",
                need.name(),
                need.install()
            ));
        }
    }
    Ok(())
}

fn row(section: &Section) -> Row {
    let need = |it: &ci::need::Need| NeedRow {
        program: it.name(),
        install: it.install(),
    };
    Row {
        name: section.name,
        checks: section.checks,
        needs: section.needs.iter().map(need).collect(),
        optional: section.is_optional,
    }
}
