//! `cargo xtask rehearse`: the whole release against local registries, then the real clients.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::channel::{self, CHANNELS, Channel};
use crate::cli::Global;
use crate::cmd::manifests::{chosen, dist_dir};
use crate::config::Config;
use crate::edition::Edition;
use crate::effect::files::Scratch;
use crate::effect::report::Report;
use crate::effect::{environment, files, interrupt};
use crate::problem::{Problem, Problems};
use crate::publish::outcome::{self, Outcome, Row};
use crate::rehearse::{self, ClientRow, Rehearsal};
use crate::twin::fault::Faults;
use crate::twin::{Twin, credential};
use crate::workspace::Workspace;

/// Options of `rehearse`.
#[derive(Debug, Args)]
pub struct Options {
    /// A channel to rehearse; may be repeated [default: every channel with a table in the settings]
    #[arg(long = "channel", value_name = "CHANNEL", value_parser = channel::parser::Name)]
    channels: Vec<&'static Channel>,
    /// A drill: what goes wrong in a channel, such as `npm=503@2,timeout@3,reset@4,slow`; may be repeated
    #[arg(long = "fault", value_name = "CHANNEL=FAULTS")]
    faults: Vec<String>,
    /// Keep the registries running afterwards, for looking around with the real clients, until Ctrl-C
    #[arg(long)]
    serve: bool,
    /// The port of the first registry, counted on from there [default: free ones]
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Do not install with the real clients
    #[arg(long)]
    no_clients: bool,
    /// Keep what the registries have on disk in this folder, which must be new or empty
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Rehearse the release in this folder instead of `dist/`
    #[arg(long, value_name = "DIR")]
    dist: Option<PathBuf>,
    /// Print a JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    passed: bool,
    version: String,
    channels: &'a [Row],
    clients: &'a [ClientRow],
}

/// Runs it. A channel that fails, or a client that gets another program than `dist/` has, fails the rehearsal.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let config = Config::load(&workspace.root)?;
    let channels = with_what_they_point_to(&chosen(&options.channels, &config)?);
    let faults = faults(&options.faults, &channels)?;
    let built = dist_dir(&workspace, options.dist.as_deref())?;
    let editions = Edition::load(&workspace, &config, &built)?;
    let scratch = Scratch::new(&environment::temp_dir())?;
    let dir = match &options.keep {
        Some(dir) => empty(&environment::current_dir()?.join(dir))?,
        None => scratch.path().to_owned(),
    };
    let rehearsal = Rehearsal::open(
        &workspace,
        &config,
        &editions,
        &channels,
        &faults,
        options.port,
        &dir,
        report,
    )?;
    let rows = rehearsal.publish(&editions, &config, &channels)?;
    let served: Vec<&'static Channel> = channels
        .iter()
        .copied()
        .filter(|it| {
            let row = rows.iter().find(|row| row.channel == it.name);
            // What waits for a moderator can be got by its version already.
            let is_there = |it: &Row| it.made + it.found > 0 || matches!(it.outcome, Outcome::Waiting { .. });
            row.is_some_and(|it| is_there(it) && !it.outcome.is_failure())
        })
        .collect();
    let clients = if options.no_clients {
        Vec::new()
    } else {
        let clients = dir.join("clients");
        rehearse::try_clients(&rehearsal, &editions, &config, &served, &clients)?
    };
    // In CI a part that silently does not happen would count as one that works.
    let is_skipped = |it: &Row| matches!(it.outcome, Outcome::Skipped { .. });
    let is_bad = |it: &Row| it.outcome.is_failure() || (environment::is_ci() && is_skipped(it));
    let passed = !rows.iter().any(is_bad) && !clients.iter().any(|it| it.outcome == "failed");
    for (channel, faults) in &faults {
        for fault in faults.idle() {
            report.warn(format_args!("the fault `{fault}` of `{channel}` hit no request"));
        }
    }
    let passed = passed && faults.values().all(|it| it.idle().is_empty());
    if options.json {
        report.json(&Document {
            schema: 1,
            passed,
            version: editions[0].version().to_string(),
            channels: &rows,
            clients: &clients,
        })?;
    } else {
        outcome::print(&rows, report);
        rehearse::print(&clients, report);
    }
    if options.serve {
        serve(&rehearsal.twin, report);
    }
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The channels, and those that must be served before them: alone they would point to nothing.
fn with_what_they_point_to(channels: &[&'static Channel]) -> Vec<&'static Channel> {
    let is_one = |it: &&'static Channel| channels.iter().any(|one| one.name == it.name);
    let is_before = |it: &&'static Channel| channels.iter().any(|one| one.after.contains(&it.name));
    let all = CHANNELS.into_iter();
    all.filter(|it| is_one(it) || is_before(it)).collect()
}

/// What goes wrong in which channel; all that is wrong with the words is found at once.
fn faults(texts: &[String], channels: &[&'static Channel]) -> anyhow::Result<BTreeMap<String, Faults>> {
    let mut problems = Problems::default();
    let mut all = BTreeMap::new();
    for text in texts {
        let Some((name, what)) = text.split_once('=') else {
            problems.push(
                Problem::usage(format!("`{text}` names no channel"))
                    .help("it is written `CHANNEL=FAULTS`, such as `npm=503@2,timeout@3`"),
            );
            continue;
        };
        match (channel::parse(name), Faults::parse(what)) {
            (Ok(channel), Ok(faults)) if channels.iter().any(|it| it.name == channel.name) => {
                all.insert(channel.name.to_owned(), faults);
            }
            (Ok(channel), Ok(_)) => problems.push(
                Problem::usage(format!("a fault for `{channel}`, which is not rehearsed"))
                    .help(format!("add `--channel {channel}`")),
            ),
            (channel, faults) => problems.0.extend(channel.err().into_iter().chain(faults.err())),
        }
    }
    problems.into_result()?;
    Ok(all)
}

/// A folder that nobody's files are in.
fn empty(dir: &std::path::Path) -> anyhow::Result<PathBuf> {
    if dir.exists() && !files::list(dir)?.is_empty() {
        return Err(Problem::usage(format!("`{}` is not empty", dir.display()))
            .help("name a folder that is new or empty")
            .into());
    }
    files::create_dir(dir)?;
    Ok(dir.to_owned())
}

/// Says where everything is and what opens it, and stays until Ctrl-C.
fn serve(twin: &Twin, report: Report) {
    report.data("the addresses, as `publish`, `status` and `doctor` take them:");
    for running in &twin.servers {
        for (name, form) in running.row.endpoints {
            let url = form.replace("{base}", &running.server.base());
            report.data(format_args!("  --endpoint {}.{name}={url}", running.channel));
        }
    }
    report.data("what opens them, and nothing else:");
    let channels = CHANNELS
        .iter()
        .filter(|it| twin.servers.iter().any(|one| one.channel == it.name));
    let names: BTreeSet<&str> = channels
        .flat_map(|it| it.credentials.iter().take(1))
        .flat_map(|it| it.iter().copied())
        .collect();
    for name in names {
        report.data(format_args!("  {name}={}", credential::of(name)));
    }
    report.say("the registries run until Ctrl-C");
    while !interrupt::came() {
        std::thread::sleep(Duration::from_millis(200));
    }
}
