//! Rehearsing a release: the twin's registries, the run against them, and then the real clients that are found here.

pub mod clients;
pub mod programs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::channel::Channel;
use crate::config::Config;
use crate::digest::Sha256;
use crate::edition::Edition;
use crate::effect::report::Report;
use crate::outside::Outside;
use crate::publish::Stock;
use crate::twin::Twin;

/// What a client is given.
pub struct Scene<'a> {
    /// The twin, which serves the release by now.
    pub twin: &'a Twin,
    /// The outside of the rehearsal: addresses, credentials and programs.
    pub outside: &'a Outside,
    /// The channel whose packages are installed.
    pub channel: &'static Channel,
    /// What was published to it.
    pub stock: &'a Stock<'a>,
    /// A folder for this client alone.
    pub dir: &'a Path,
}

/// What a client did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It installed what the twin serves; the program that came out is the one of `dist/`. In a few words, how it was told.
    Installed(String),
    /// It took what the twin serves apart and compared, since it cannot be installed on this system: the reason.
    Compared(String),
    /// It could not be tried here, for this reason.
    Skipped(String),
}

/// A real client.
pub struct Client {
    /// What it is called in the table: the program's name.
    pub name: &'static str,
    /// The channel that it installs from.
    pub channel: &'static str,
    /// The programs that must be there; all of them.
    pub programs: &'static [&'static str],
    /// The command that installs them.
    pub install: &'static str,
    /// Installs and compares. An error is a finding.
    pub run: fn(&Scene<'_>) -> anyhow::Result<Tried>,
}

/// A row of the table at the end.
#[derive(Clone, Debug, Serialize)]
pub struct ClientRow {
    /// The channel.
    pub channel: &'static str,
    /// The client.
    pub client: &'static str,
    /// `installed`, `compared`, `skipped` or `failed`.
    pub outcome: &'static str,
    /// In a few words.
    pub detail: String,
}

impl Scene<'_> {
    /// The program of a target, as `dist/` has it: its name and digest.
    pub fn program(&self, triple: &str) -> Option<(String, Sha256)> {
        let build = self.stock.main().build(triple)?;
        let binary = build.archive.binaries.first()?;
        let entry = build.archive.entries.iter().find(|it| it.path == binary.path)?;
        Some((binary.name.clone(), entry.sha256))
    }

    /// The first build whose program this machine can execute.
    pub fn native(&self) -> Option<&'static str> {
        let triples: &[&str] = match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "x86_64") => &["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"],
            ("linux", "aarch64") => &["aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl"],
            ("macos", "x86_64") => &["x86_64-apple-darwin", "universal-apple-darwin"],
            ("macos", "aarch64") => &["aarch64-apple-darwin", "universal-apple-darwin"],
            ("windows", "x86_64") => &[
                "x86_64-pc-windows-msvc",
                "x86_64-pc-windows-gnullvm",
                "x86_64-pc-windows-gnu",
            ],
            _ => &[],
        };
        triples
            .iter()
            .copied()
            .find(|it| self.stock.main().build(it).is_some())
    }
}

/// Tries the clients of the channels that were rehearsed.
pub fn try_clients(
    twin: &Twin,
    outside: &Outside,
    editions: &[Edition],
    config: &Config,
    channels: &[&'static Channel],
    dir: &Path,
) -> anyhow::Result<Vec<ClientRow>> {
    let wish = crate::publish::Wish::default();
    let mut stocks: BTreeMap<&str, Stock<'_>> = BTreeMap::new();
    for channel in channels {
        let stock = Stock::load(editions, config, &outside.endpoints, channel, &wish)?;
        stocks.insert(channel.name, stock);
    }
    let mut rows = Vec::new();
    for client in clients::CLIENTS {
        let Some(stock) = stocks.get(client.channel) else {
            continue;
        };
        let row = |outcome, detail| ClientRow {
            channel: client.channel,
            client: client.name,
            outcome,
            detail,
        };
        let missing: Vec<&str> = client
            .programs
            .iter()
            .copied()
            .filter(|it| !outside.look(stock.channel).has_program(it))
            .collect();
        if !missing.is_empty() {
            let detail = format!("{} is not here: {}", missing.join(", "), client.install);
            rows.push(row("skipped", detail));
            continue;
        }
        let own: PathBuf = dir.join(format!("{}-{}", client.channel, client.name));
        crate::effect::files::create_dir(&own)?;
        let scene = Scene {
            twin,
            outside,
            channel: stock.channel,
            stock,
            dir: &own,
        };
        rows.push(match (client.run)(&scene) {
            Ok(Tried::Installed(how)) => row("installed", how),
            Ok(Tried::Compared(how)) => row("compared", how),
            Ok(Tried::Skipped(why)) => row("skipped", why),
            Err(error) => row("failed", format!("{error:#}")),
        });
    }
    Ok(rows)
}

/// Prints what the clients did.
pub fn print(rows: &[ClientRow], report: Report) {
    let width = rows.iter().map(|it| it.channel.len()).max().unwrap_or_default();
    let clients = rows.iter().map(|it| it.client.len()).max().unwrap_or_default();
    for row in rows {
        report.data(format_args!(
            "{:<width$}  {:<clients$}  {:<9}  {}",
            row.channel, row.client, row.outcome, row.detail
        ));
    }
}
