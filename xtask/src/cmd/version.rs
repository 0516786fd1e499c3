//! `cargo xtask version`: shows, checks or changes the version and everything that carries it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use semver::Version;
use serde_json::{Value, json};

use crate::cli::Global;
use crate::effect::environment;
use crate::effect::report::Report;
use crate::problem::{Problem, Problems};
use crate::version::bump::{Part, bump};
use crate::version::change::{self, Direction};
use crate::version::edit::{self, Edit, Hunk};
use crate::version::survey::{Carrier, Standing, Survey};
use crate::workspace::Workspace;

/// Options of `cargo xtask version`.
#[derive(Debug, Args)]
pub struct Options {
    /// Fail when anything disagrees, and name every place that does
    #[arg(long)]
    check: bool,
    /// Print a JSON document
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    change: Option<Change>,
}

/// What to make of the version.
#[derive(Debug, Subcommand)]
enum Change {
    /// Set the version, and with it requirements on members, the lock file and our lines of READMEs
    Set {
        /// The version, as in 1.2.3 or 1.2.3-rc.1; the present one brings stragglers in line
        version: String,
        #[command(flatten)]
        how: How,
    },
    /// Go to the next version
    Bump {
        /// The part that grows
        part: Part,
        /// What a pre-release is called [default: as before, else rc]
        #[arg(long, value_name = "ID")]
        pre_id: Option<String>,
        #[command(flatten)]
        how: How,
    },
}

/// Options of every change.
#[derive(Debug, Args)]
struct How {
    /// Print the edits and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Turn what is unreleased in the changelog into this release, dated today or by SOURCE_DATE_EPOCH
    #[arg(long)]
    changelog: bool,
    /// Allow a version that is not higher than the present one
    #[arg(long)]
    allow_downgrade: bool,
}

/// Runs the command.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    if options.check && options.change.is_some() {
        return Err(Problem::usage("cannot check and change the version at once")
            .help("run `cargo xtask version --check` after the change")
            .into());
    }
    // What is wrong in the words is said before the workspace is read.
    let wanted = match &options.change {
        Some(Change::Set { version, .. }) => Some(parse(version)?),
        Some(Change::Bump {
            part,
            pre_id: Some(_),
            ..
        }) if *part != Part::Pre => {
            return Err(
                Problem::usage("`--pre-id` names a pre-release, and this bump makes none")
                    .help("run `cargo xtask version bump pre --pre-id ID`")
                    .into(),
            );
        }
        _ => None,
    };
    let read = || {
        let workspace = Workspace::load(global.workspace.as_deref())?;
        report.places_from(&workspace.root);
        Survey::read(&workspace)
    };
    let survey = read()?;
    let (to, how) = match &options.change {
        None => return show(&survey, options, report),
        Some(Change::Set { how, .. }) => (wanted.expect("parsed above"), how),
        Some(Change::Bump { part, pre_id, how }) => (bump(&survey.version, *part, pre_id.as_deref())?, how),
    };
    if change(&survey, &to, how, options.json, report)? == Changed::Yes {
        // What cannot be read any more now was read a moment ago, and the change itself is done.
        tell_disagreement(&read()?, report);
    }
    Ok(ExitCode::SUCCESS)
}

/// A version of the command line; one that is none is wrong usage.
fn parse(text: &str) -> anyhow::Result<Version> {
    crate::version::parse(text).map_err(|error| match error.downcast::<Problem>() {
        Ok(problem) => Problem {
            is_usage: true,
            ..problem
        }
        .into(),
        Err(error) => error,
    })
}

fn show(survey: &Survey, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    if options.json {
        report.json(&document(survey))?;
    } else if options.check {
        report.detail(format_args!("{} places carry a version", survey.carriers.len()));
    } else {
        for line in table(survey) {
            report.data(line);
        }
        for absent in &survey.absent {
            report.say(format_args!("absent: {absent}"));
        }
    }
    let mut problems: Vec<Problem> = survey.problems().cloned().collect();
    // A line of a README may say the same thing twice.
    problems.dedup();
    let problems = Problems(problems);
    if options.check {
        problems.into_result()?;
        report.step(
            "Checked",
            format_args!("everything that carries version {} agrees", survey.version),
        );
    } else {
        tell_disagreement(survey, report);
    }
    Ok(ExitCode::SUCCESS)
}

/// A change reaches what follows the version; what contradicts it by itself is for its maintainer to settle.
fn tell_disagreement(survey: &Survey, report: Report) {
    if survey.problems().next().is_some() {
        report.warn("not everything agrees: `cargo xtask version --check` says what to do");
    }
}

/// Whether files may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changed {
    Yes,
    No,
}

fn change(
    survey: &Survey,
    to: &Version,
    how: &How,
    is_json: bool,
    report: Report,
) -> anyhow::Result<Changed> {
    let direction = if how.allow_downgrade {
        Direction::Any
    } else {
        Direction::Up
    };
    change::check_direction(&survey.version, to, direction)?;
    let date = if how.changelog {
        Some(change::date(environment::var("SOURCE_DATE_EPOCH").as_deref())?)
    } else {
        None
    };
    let edits = change::edits(survey, to, date.as_deref())?;
    if is_json {
        report.json(&changes(survey, to, &edits))?;
    } else {
        for edit in &edits {
            report.data(edit);
        }
    }
    if edits.is_empty() {
        report.say(format_args!(
            "the version is `{to}` already, and everything that follows it says so"
        ));
        tell_disagreement(survey, report);
        return Ok(Changed::No);
    }
    let files = match edits.len() {
        1 => "1 file".to_owned(),
        many => format!("{many} files"),
    };
    if how.dry_run {
        report.step(
            "Would set",
            format_args!("version {to} in {files}, and changed nothing"),
        );
        return Ok(Changed::No);
    }
    edit::write_all(&edits)?;
    report.step("Set", format_args!("version {to} in {files}"));
    Ok(Changed::Yes)
}

/// The table for people: where, what, what it says, how it stands.
fn table(survey: &Survey) -> Vec<String> {
    let rows: Vec<[String; 4]> = survey.carriers.iter().map(row).collect();
    let width = |column: usize| {
        rows.iter()
            .map(|it| it[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2)];
    let line = |[place, what, text, standing]: &[String; 4]| {
        format!(
            "{place:0$}  {what:1$}  {text:2$}  {standing}",
            widths[0], widths[1], widths[2]
        )
    };
    std::iter::once(format!("version {}", survey.version))
        .chain(rows.iter().map(line))
        .collect()
}

fn row(carrier: &Carrier) -> [String; 4] {
    let line = carrier.line.map_or_else(String::new, |it| format!(":{it}"));
    let what = match &carrier.package {
        Some(package) if !names(&carrier.key, package) => format!("{} of {package}", carrier.key),
        _ => carrier.key.clone(),
    };
    [
        format!("{}{line}", carrier.file),
        what,
        carrier.text.clone(),
        word(carrier.standing).to_owned(),
    ]
}

/// Whether a dotted key has the package as one of its parts.
fn names(key: &str, package: &str) -> bool {
    let mut parts = key.split('.').map(|it| it.trim_matches(['\'', '"']));
    parts.any(|it| it == package)
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Source => "source",
        Standing::Agrees => "agrees",
        Standing::Inherits => "inherits",
        Standing::Independent => "independent",
        Standing::LastRelease => "last release",
        Standing::Differs => "differs",
    }
}

/// The document of `--json`, described in `docs/api/version.md`.
fn document(survey: &Survey) -> Value {
    let carrier = |it: &Carrier| {
        json!({
            "kind": it.kind,
            "package": it.package,
            "file": it.file,
            "line": it.line,
            "key": it.key,
            "text": it.text,
            "standing": it.standing,
            "problem": it.problem.as_ref().map(|it| &it.what),
            "help": it.problem.as_ref().map_or(&[][..], |it| &it.help),
        })
    };
    json!({
        "schema": 1,
        "version": survey.version,
        "agrees": survey.problems().next().is_none(),
        "carriers": survey.carriers.iter().map(carrier).collect::<Vec<_>>(),
        "absent": survey.absent,
    })
}

/// The document of `set --json` and `bump --json`, described in `docs/api/version.md`.
fn changes(survey: &Survey, to: &Version, edits: &[Edit]) -> Value {
    let hunk = |it: Hunk| {
        let bare = |lines: Vec<String>| -> Vec<String> {
            lines
                .iter()
                .map(|it| it.trim_end_matches(['\r', '\n']).to_owned())
                .collect()
        };
        json!({ "line": it.line_before, "removed": bare(it.removed), "added": bare(it.added) })
    };
    let edit = |it: &Edit| {
        let hunks: Vec<Value> = it.hunks().into_iter().map(hunk).collect();
        json!({ "file": it.file, "hunks": hunks })
    };
    json!({
        "schema": 1,
        "from": survey.version,
        "to": to,
        "edits": edits.iter().map(edit).collect::<Vec<_>>(),
    })
}
