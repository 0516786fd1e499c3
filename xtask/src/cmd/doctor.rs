//! `cargo xtask doctor`: what stands in the way of publishing, all at once, with what mends it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::channel::{self, Channel};
use crate::cli::Global;
use crate::cmd::manifests::{chosen, dist_dir};
use crate::cmd::publish::endpoints;
use crate::config::Config;
use crate::edition::Edition;
use crate::effect::report::Report;
use crate::outside::{Credentials, Outside};
use crate::publish::Weight;
use crate::publish::doctor::{self, Chapter};
use crate::publish::equipment;
use crate::workspace::Workspace;

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct Options {
    /// A channel to look at; may be repeated [default: every channel with a table in the settings]
    #[arg(long = "channel", value_name = "CHANNEL", value_parser = channel::parser::Name)]
    channels: Vec<&'static Channel>,
    /// Speak to this address instead of a public one; `CHANNEL.NAME=URL` for one channel alone; may be repeated
    #[arg(long = "endpoint", value_name = "NAME=URL")]
    endpoints: Vec<String>,
    /// Look at the release in this folder instead of `dist/`
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
    chapters: &'a [Chapter],
}

/// Runs it. Exit code 1 when something would make publishing fail.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let mut config = Config::load(&workspace.root)?;
    endpoints(&mut config, &options.endpoints)?;
    let channels = chosen(&options.channels, &config)?;
    let editions = Edition::unbuilt(&workspace, &config)?;
    let mut outside = Outside::new(
        &dist_dir(&workspace, options.dist.as_deref())?,
        config.endpoints.clone(),
        Credentials::Environment,
        config.publish.tempo().hasty(),
        report,
    )?;
    outside.programs = equipment::own(&workspace);
    let chapters = doctor::examine(&workspace, &config, &editions, &channels, &outside);
    let passed = !chapters
        .iter()
        .flat_map(|it| &it.findings)
        .any(|it| it.weight == Weight::Bad);
    if options.json {
        report.json(&Document {
            schema: 1,
            passed,
            chapters: &chapters,
        })?;
    } else {
        doctor::print(&chapters, report);
    }
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
