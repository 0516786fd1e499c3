//! Measures publishing: all channels at once against the slowest alone, with registries that answer late.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context, ensure};

use crate::channel::{CHANNELS, Channel};
use crate::cli::Global;
use crate::config::Config;
use crate::edition::Edition;
use crate::effect::environment;
use crate::effect::files::Scratch;
use crate::effect::report::Report;
use crate::rehearse::Rehearsal;
use crate::twin::fault::Faults;
use crate::workspace::Workspace;

/// How late each answer of a registry is.
const LATE: &str = "slow=200";

/// Measures and prints, with the release in `dist/`.
pub fn publish(global: &Global, report: Report) -> anyhow::Result<()> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    let config = Config::load(&workspace.root)?;
    let editions = Edition::load(&workspace, &config, &workspace.dist_dir())?;
    let channels: Vec<&'static Channel> = CHANNELS
        .into_iter()
        .filter(|it| config.channel.is_on(it))
        .collect();
    ensure!(!channels.is_empty(), "no channel is served");
    let once = |channels: &[&'static Channel]| -> anyhow::Result<f64> {
        let scratch = Scratch::new(&environment::temp_dir())?;
        // What a channel points to is there before, and does not count.
        let is_before = |it: &&&'static Channel| channels.iter().any(|one| one.after.contains(&it.name));
        let is_measured = |it: &&'static Channel| channels.iter().any(|one| one.name == it.name);
        let before: Vec<&'static Channel> = CHANNELS
            .iter()
            .filter(is_before)
            .copied()
            .filter(|it| !is_measured(it))
            .collect();
        let all: Vec<&'static Channel> = before.iter().chain(channels).copied().collect();
        let faults = all
            .iter()
            .map(|it| Ok((it.name.to_owned(), Faults::parse(LATE)?)))
            .collect::<anyhow::Result<BTreeMap<_, _>>>()?;
        let quiet = Report::quiet();
        let rehearsal = Rehearsal::open(
            &workspace,
            &config,
            &editions,
            &all,
            &faults,
            0,
            scratch.path(),
            quiet,
        )?;
        rehearsal.publish(&editions, &config, &before)?;
        let start = Instant::now();
        let rows = rehearsal.publish(&editions, &config, channels)?;
        let wall_s = start.elapsed().as_secs_f64();
        for row in rows {
            ensure!(
                !row.outcome.is_failure(),
                "{}: {}",
                row.channel,
                row.outcome.detail()
            );
        }
        Ok(wall_s)
    };
    report.step(
        "Measuring",
        "each channel alone, then all at once, 200 ms late each answer",
    );
    let mut alone = Vec::new();
    for channel in &channels {
        let wall_s = once(&[channel])?;
        report.data(format_args!("{:<16} {wall_s:>7.1} s", channel.name));
        alone.push((channel.name, wall_s));
    }
    let together_s = once(&channels)?;
    let slowest = alone.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let (name, slowest_s) = slowest.context("at least one channel was measured")?;
    let sum_s: f64 = alone.iter().map(|it| it.1).sum();
    report.data(format_args!(
        "{} channels at once {together_s:.1} s; the slowest alone ({name}) {slowest_s:.1} s: ratio {:.2} (bound: 1.2); one \
         after the other {sum_s:.1} s",
        channels.len(),
        together_s / slowest_s
    ));
    Ok(())
}
