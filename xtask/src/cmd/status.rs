//! `cargo xtask status`: what all channels serve now, against the version of the workspace.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::channel::{self, Channel};
use crate::cli::Global;
use crate::cmd::manifests::{chosen, dist_dir};
use crate::cmd::publish::endpoints;
use crate::config::Config;
use crate::edition::Edition;
use crate::effect::interrupt;
use crate::effect::report::Report;
use crate::outside::{Credentials, Outside};
use crate::publish::survey::{self, Row};
use crate::workspace::Workspace;

/// Options of `status`.
#[derive(Debug, Args)]
pub struct Options {
    /// A channel to ask; may be repeated [default: every channel with a table in the settings]
    #[arg(long = "channel", value_name = "CHANNEL", value_parser = channel::parser::Name)]
    channels: Vec<&'static Channel>,
    /// Ask again every so many seconds until all channels serve the version or wait for others
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "30", value_parser = clap::value_parser!(u64).range(1..))]
    watch: Option<u64>,
    /// Speak to this address instead of a public one; `CHANNEL.NAME=URL` for one channel alone; may be repeated
    #[arg(long = "endpoint", value_name = "NAME=URL")]
    endpoints: Vec<String>,
    /// The folder of the release, whose receipts are read [default: `dist/`]
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
    live: usize,
    channels: &'a [Row],
}

/// Runs it. The exit code is for cron: 0 when every channel serves the version, waits for others or does not take it; 1
/// when one is behind, serves none, or did not answer.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let mut config = Config::load(&workspace.root)?;
    endpoints(&mut config, &options.endpoints)?;
    let channels = chosen(&options.channels, &config)?;
    let editions = Edition::unbuilt(&workspace, &config)?;
    let version = editions[0].version();
    let dist = dist_dir(&workspace, options.dist.as_deref())?;
    let mut before = String::new();
    loop {
        let outside = Outside::new(
            &dist,
            config.endpoints.clone(),
            Credentials::Environment,
            config.publish.tempo().hasty(),
            report,
        )?;
        let rows = survey::ask(&editions, &channels, &outside);
        let is_settled = rows.iter().all(|it| it.standing.is_settled());
        let is_last = is_settled || options.watch.is_none();
        if options.json && is_last {
            report.json(&Document {
                schema: 1,
                passed: is_settled,
                version: version.to_string(),
                live: rows
                    .iter()
                    .filter(|it| it.standing == survey::Place::Live)
                    .count(),
                channels: &rows,
            })?;
        } else if !options.json {
            let text = survey::table(&rows, version, crate::time::now_s()?);
            if text != before || is_last {
                survey::print(&text, report);
            }
            before = text;
        }
        if is_last || interrupt::came() {
            return Ok(if is_settled {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        std::thread::sleep(Duration::from_secs(options.watch.unwrap_or_default()));
    }
}
