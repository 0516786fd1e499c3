//! `cargo xtask publish`: takes the release in `dist/` to the channels.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::channel::{self, CHANNELS, Channel};
use crate::cli::Global;
use crate::cmd::manifests::{chosen, dist_dir};
use crate::config::Config;
use crate::edition::Edition;
use crate::effect::report::Report;
use crate::effect::{environment, files};
use crate::outside::{Credentials, Outside};
use crate::plan::{Gate, Plan, Step};
use crate::problem::{Problem, Problems};
use crate::publish::outcome::Row;
use crate::publish::{self, Wish, equipment, preflight, run};
use crate::release::Release;
use crate::workspace::Workspace;

/// Options of `publish`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of its own on the command line"
)]
pub struct Options {
    /// A channel to publish to; may be repeated; `all` for every channel with a table in the settings
    #[arg(long = "channel", value_name = "CHANNEL", required = true)]
    channels: Vec<String>,
    /// A channel to leave out of `all`; may be repeated
    #[arg(long, value_name = "CHANNEL", value_parser = channel::parser::Name)]
    without: Vec<&'static Channel>,
    /// Print the plan and change nothing; it needs no credentials and no network
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before the first change; CI does not ask either
    #[arg(short, long)]
    yes: bool,
    /// Open pull requests at homebrew-core, nixpkgs and Flathub, where a person answers for each
    #[arg(long)]
    open_pr: bool,
    /// Publish a release that was built from a tree with changes, or outside git
    #[arg(long)]
    allow_dirty: bool,
    /// Publish a release that lacks targets which `[dist] targets` wants
    #[arg(long)]
    allow_missing: bool,
    /// Speak to this address instead of a public one; `CHANNEL.NAME=URL` for one channel alone; may be repeated
    #[arg(long = "endpoint", value_name = "NAME=URL")]
    endpoints: Vec<String>,
    /// How often a thing that may pass is tried in all [default: `[publish] attempts`, 6]
    #[arg(long, value_name = "N", overrides_with = "attempts")]
    attempts: Option<u32>,
    /// The wait before the second attempt in milliseconds; it doubles from there [default: `[publish] first-wait-ms`, 1000]
    #[arg(long, value_name = "MS", overrides_with = "first_wait_ms")]
    first_wait_ms: Option<u64>,
    /// How long it is waited until a registry shows what was sent, in seconds [default: `[publish] patience-s`, 900]
    #[arg(long, value_name = "S", overrides_with = "patience_s")]
    patience_s: Option<u64>,
    /// How long an answer is waited for at most, in seconds [default: `[publish] answer-s`, 3600]
    #[arg(long, value_name = "S", overrides_with = "answer_s")]
    answer_s: Option<u64>,
    /// Publish the release in this folder instead of `dist/`
    #[arg(long, value_name = "DIR")]
    dist: Option<PathBuf>,
    /// Print a JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct PlanDocument<'a> {
    schema: u32,
    version: String,
    plans: Vec<PlanRow<'a>>,
}

#[derive(Serialize)]
struct PlanRow<'a> {
    channel: &'static str,
    version: &'a str,
    after: &'static [&'static str],
    credentials: &'static [&'static [&'static str]],
    blocked: &'a [String],
    notes: &'a [String],
    stages: Vec<StageRow<'a>>,
}

#[derive(Serialize)]
struct StageRow<'a> {
    gate: Gate,
    steps: Vec<StepRow<'a>>,
}

#[derive(Serialize)]
struct StepRow<'a> {
    text: String,
    #[serde(flatten)]
    step: &'a Step,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    passed: bool,
    version: String,
    channels: &'a [Row],
}

/// Runs it. Waiting for review and blocked by a rule of the place are no failures.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let mut config = Config::load(&workspace.root)?;
    endpoints(&mut config, &options.endpoints)?;
    let given = &mut config.publish;
    given.attempts = options.attempts.unwrap_or(given.attempts);
    given.first_wait_ms = options.first_wait_ms.unwrap_or(given.first_wait_ms);
    given.patience_s = options.patience_s.unwrap_or(given.patience_s);
    given.answer_s = options.answer_s.unwrap_or(given.answer_s);
    let channels = named(options, &config)?;
    let dist = dist_dir(&workspace, options.dist.as_deref())?;
    let editions = Edition::load(&workspace, &config, &dist)?;
    let wish = Wish {
        open_pr: options.open_pr,
    };
    let mut plans = publish::plans(&editions, &config, &config.endpoints, &channels, &wish)?;
    publish::order(&mut plans);
    let release = &editions[0].release;
    let unbuilt = publish::unbuilt(release, &config);
    if options.dry_run {
        if !unbuilt.is_empty() {
            report.warn(format_args!(
                "the release is not whole: it lacks {}",
                unbuilt.join(", ")
            ));
        }
        return show(&plans, options.json, report);
    }
    check_state(release, &unbuilt, options)?;
    let _lock = lock(&dist)?;
    let mut outside = Outside::new(
        &dist,
        config.endpoints.clone(),
        Credentials::Environment,
        config.publish.tempo(),
        report,
    )?;
    outside.programs = equipment::own(&workspace);
    report.step(
        "Checking",
        format_args!("{} before the first change", count(plans.len())),
    );
    let found = preflight::check(&plans, &outside)?;
    if !options.yes && !environment::is_ci() && preflight::is_something_to_do(&found) {
        show(&plans, false, report)?;
        confirm(&plans, release)?;
    }
    let rows = run::run(&plans, &found, &outside);
    finish(&rows, &release.identity.version.to_string(), options.json, report)
}

/// Puts the addresses of the command line over those of the settings; all that are wrong are found at once.
pub(super) fn endpoints(config: &mut Config, texts: &[String]) -> anyhow::Result<()> {
    let mut problems = Problems::default();
    for text in texts {
        if let Err(problem) = config.endpoints.take(text) {
            problems.push(problem);
        }
    }
    problems.into_result()
}

/// What the command line names, in the order of the table.
fn named(options: &Options, config: &Config) -> anyhow::Result<Vec<&'static Channel>> {
    let mut problems = Problems::default();
    let mut found: Vec<&'static Channel> = Vec::new();
    for name in &options.channels {
        if name == "all" {
            found.extend(chosen(&[], config)?);
        } else {
            match channel::parse(name) {
                Ok(channel) => found.push(channel),
                Err(problem) => problems.push(problem),
            }
        }
    }
    problems.into_result()?;
    let is_wanted = |it: &&Channel| {
        let is = |list: &[&'static Channel]| list.iter().any(|one| one.name == it.name);
        is(&found) && !is(&options.without)
    };
    let wanted: Vec<&'static Channel> = CHANNELS.into_iter().filter(is_wanted).collect();
    if wanted.is_empty() {
        return Err(
            Problem::usage("no channel is left: `--without` takes all that `--channel` names").into(),
        );
    }
    Ok(wanted)
}

/// A release that nobody can build again, or that lacks what some users need, is not published by mistake: it cannot be
/// taken back everywhere.
fn check_state(release: &Release, unbuilt: &[String], options: &Options) -> anyhow::Result<()> {
    let identity = &release.identity;
    let mut problems = Problems::default();
    let dirt = match &identity.commit {
        None => Some("it was built outside git"),
        Some(_) if identity.is_dirty => Some("it was built from a tree with changes that are in no commit"),
        Some(_) => None,
    };
    if let Some(what) = dirt.filter(|_| !options.allow_dirty) {
        problems.push(
            Problem::new(format!("cannot publish `dist/`: {what}"))
                .help("commit, then run `cargo xtask dist` and `cargo xtask manifests` again")
                .help("`--allow-dirty` publishes it all the same"),
        );
    }
    if !unbuilt.is_empty() && !options.allow_missing {
        problems.push(
            Problem::new(format!("cannot publish `dist/`: it lacks {}", unbuilt.join(", ")))
                .help("build them: `cargo xtask dist --all`, then `cargo xtask manifests`; or name what you want in `[dist] targets`")
                .help("`--allow-missing` publishes it all the same"),
        );
    }
    problems.into_result()
}

/// Two runs over one release would race for the same places.
fn lock(dist: &std::path::Path) -> anyhow::Result<std::fs::File> {
    let dir = dist.join(crate::receipt::FOLDER);
    files::create_dir(&dir)?;
    files::lock(&dir.join(".lock"))?.ok_or_else(|| {
        Problem::new("another `cargo xtask publish` is at work on this release")
            .help("wait for its end: what it did is not done again")
            .into()
    })
}

fn count(channels: usize) -> String {
    if channels == 1 {
        "one channel".to_owned()
    } else {
        format!("{channels} channels")
    }
}

/// The names of the channels, unless they are many.
fn named_few(plans: &[Plan]) -> String {
    const FEW: usize = 4;
    if plans.len() > FEW {
        return count(plans.len());
    }
    let names: Vec<&str> = plans.iter().map(|it| it.channel.name).collect();
    names.join(", ")
}

/// Asks once.
fn confirm(plans: &[Plan], release: &Release) -> anyhow::Result<()> {
    if !std::io::stdin().is_terminal() {
        return Err(
            Problem::usage("cannot ask before the first change: this is no terminal")
                .help("`--yes` says that it was decided; `--dry-run` shows the plan")
                .into(),
        );
    }
    let identity = &release.identity;
    let question = format!(
        "Publish {} {} to {}? [y/N] ",
        identity.packages.join(" and "),
        identity.version,
        named_few(plans)
    );
    if environment::ask(&question)?.eq_ignore_ascii_case("y") {
        return Ok(());
    }
    Err(Problem::new("not published: the question was not answered with `y`").into())
}

/// Prints the plan: the same words that the real run prints with each step.
fn show(plans: &[Plan], is_json: bool, report: Report) -> anyhow::Result<ExitCode> {
    if is_json {
        report.json(&PlanDocument {
            schema: 1,
            version: plans.first().map_or_else(String::new, |it| it.version.clone()),
            plans: plans.iter().map(row).collect(),
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    for plan in plans {
        let after = match plan.channel.after {
            [] => String::new(),
            names => format!(", after {}", names.join(", ")),
        };
        report.data(format_args!("{} {}{after}", plan.channel, plan.version));
        for step in plan.steps() {
            report.data(format_args!("  {}: {step}", plan.channel));
        }
        for why in &plan.blocked {
            report.data(format_args!("  blocked: {why}"));
        }
        for note in &plan.notes {
            report.data(format_args!("  note: {note}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(plan: &Plan) -> PlanRow<'_> {
    let stages = plan.stages.iter().map(|stage| StageRow {
        gate: stage.gate,
        steps: stage
            .steps
            .iter()
            .map(|step| StepRow {
                text: step.to_string(),
                step,
            })
            .collect(),
    });
    PlanRow {
        channel: plan.channel.name,
        version: &plan.version,
        after: plan.channel.after,
        credentials: plan.channel.credentials,
        blocked: &plan.blocked,
        notes: &plan.notes,
        stages: stages.collect(),
    }
}

/// Tells how all channels have ended.
fn finish(rows: &[Row], version: &str, is_json: bool, report: Report) -> anyhow::Result<ExitCode> {
    let passed = !rows.iter().any(|it| it.outcome.is_failure());
    if is_json {
        report.json(&Document {
            schema: 1,
            passed,
            version: version.to_owned(),
            channels: rows,
        })?;
    } else {
        publish::outcome::print(rows, report);
    }
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
