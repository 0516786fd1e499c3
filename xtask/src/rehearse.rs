//! Rehearsing a release: the twin's registries, the run against them, and then the real clients that are found here.

pub mod clients;
pub mod programs;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::channel::{self, CHANNELS, Channel};
use crate::ci::need;
use crate::config::Config;
use crate::digest::Sha256;
use crate::edition::Edition;
use crate::effect::report::Report;
use crate::outside::{Outside, Tempo};
use crate::publish::equipment;
use crate::publish::outcome::{Outcome, Row};
use crate::publish::programs::{alternatives, find};
use crate::publish::{self, Stock, Wish, preflight, run};
use crate::twin::fault::Faults;
use crate::twin::{Twin, World};
use crate::workspace::Workspace;

/// A rehearsal: the registries, and an outside that leads to them.
pub struct Rehearsal {
    /// The registries.
    pub twin: Twin,
    /// Their addresses, the credentials that they take, and stand-ins for programs.
    pub outside: Outside,
    /// The programs that others of our own stand in for.
    pub stand_ins: BTreeSet<String>,
}

/// Waits of a rehearsal: the registries are near, and nobody else uses them.
fn tempo() -> Tempo {
    Tempo {
        attempts: 6,
        first_wait: Duration::from_millis(50),
        most_wait: Duration::from_secs(1),
        most_asked: Duration::from_secs(5),
        most_patience: Duration::from_secs(30),
        most_answer: Duration::from_secs(10),
    }
}

impl Rehearsal {
    /// Starts the registries for channels. What they have on disk, receipts and stand-ins lie in `dir`.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is another fact that a rehearsal is made of"
    )]
    pub fn open(
        workspace: &Workspace,
        config: &Config,
        editions: &[Edition],
        channels: &[&'static Channel],
        faults: &BTreeMap<String, Faults>,
        port: u16,
        dir: &Path,
        report: Report,
    ) -> anyhow::Result<Rehearsal> {
        let first = &editions[0];
        let github = first.listing.repository.as_ref().and_then(|it| it.github.clone());
        let identity = &first.release.identity;
        let world = World {
            dir: dir.join("registries"),
            repository: github.unwrap_or_else(|| ("owner".to_owned(), first.listing.package.clone())),
            others: channel::repositories(first),
            root: Some(workspace.root.clone()),
            version: identity.version.to_string(),
            commit: identity.commit.as_ref().map(|it| it.id.clone()),
            names: names_of(editions),
        };
        let names: Vec<&str> = channels.iter().map(|it| it.name).collect();
        let twin = Twin::start(world, &names, faults, port)?;
        let mut endpoints = config.endpoints.clone();
        twin.stand_in(&mut endpoints);
        let mut outside = Outside::new(&first.dist(), endpoints, twin.credentials(), tempo(), report)?;
        outside.programs = equipment::own(workspace);
        // What is in `.tools` comes before what is on `PATH`, for clients as for what publishing runs.
        for name in clients::CLIENTS.iter().flat_map(|it| it.programs) {
            if let Some(path) = need::find(workspace, name) {
                outside.programs.entry((*name).to_owned()).or_insert(path);
            }
        }
        let mut stand_ins = BTreeSet::new();
        for (name, path) in programs::stand_ins(&dir.join("programs"))? {
            if let Entry::Vacant(place) = outside.programs.entry(name) {
                stand_ins.insert(place.key().clone());
                place.insert(path);
            }
        }
        outside.receipts = dir.join("receipts");
        outside.command = "rehearse";
        Ok(Rehearsal {
            twin,
            outside,
            stand_ins,
        })
    }

    /// What publishing to a channel needs and this machine lacks, with the command that installs it.
    fn lacks(&self, channel: &'static Channel) -> Option<String> {
        let look = self.outside.look(channel);
        let has = |word: &&'static str| alternatives(word).iter().any(|it| look.has_program(it));
        let missing = channel.programs.iter().copied().filter(|it| !has(it));
        let told: Vec<String> = missing
            .flat_map(alternatives)
            .filter_map(|it| Some(format!("`{it}` is not here: {}", find(it)?.install)))
            .collect();
        (!told.is_empty()).then(|| told.join(", or "))
    }

    /// That a program was not here, and another one spoke for it.
    fn stood_in(&self, channel: &str) -> Option<String> {
        let programs = channel::find(channel)?.programs;
        let names = programs.iter().copied().flat_map(alternatives);
        let stood: Vec<&str> = names.filter(|it| self.stand_ins.contains(*it)).collect();
        (!stood.is_empty()).then(|| {
            format!(
                "`{}` is not here: a stand-in of this program spoke to the registry in its place",
                stood.join("`, `")
            )
        })
    }

    /// Publishes by the code that publishes to the public registries. A channel whose programs are missing is skipped.
    pub fn publish(
        &self,
        editions: &[Edition],
        config: &Config,
        channels: &[&'static Channel],
    ) -> anyhow::Result<Vec<Row>> {
        let version = editions[0].version().to_string();
        let mut skipped = Vec::new();
        let mut ready = Vec::new();
        for channel in channels {
            match self.lacks(channel) {
                Some(why) => skipped.push(Row::unbegun(
                    channel.name,
                    version.clone(),
                    Outcome::Skipped { why },
                )),
                None => ready.push(*channel),
            }
        }
        let channels = &ready;
        let mut plans = publish::plans(
            editions,
            config,
            &self.outside.endpoints,
            channels,
            &Wish::default(),
        )?;
        publish::order(&mut plans);
        let found = preflight::check(&plans, &self.outside)?;
        let mut rows = run::run(&plans, &found, &self.outside);
        for row in &mut rows {
            row.notes.extend(self.stood_in(row.channel));
        }
        rows.extend(skipped);
        Ok(rows)
    }
}

/// The names of the packages in all channels, each once.
fn names_of(editions: &[Edition]) -> Vec<String> {
    let all = editions.iter().flat_map(|edition| {
        let name = |channel: &'static Channel| edition.listing_for(channel).name;
        CHANNELS.into_iter().map(name)
    });
    all.collect::<BTreeSet<String>>().into_iter().collect()
}

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

    /// The programs of a target, of all packages, with their digests.
    pub fn programs(&self, triple: &str) -> Vec<(String, Sha256)> {
        let builds = self.stock.editions.iter().filter_map(|it| it.build(triple));
        builds
            .flat_map(|build| {
                let archive = &build.archive;
                archive.binaries.iter().filter_map(|binary| {
                    let entry = archive.entries.iter().find(|it| it.path == binary.path)?;
                    Some((binary.name.clone(), entry.sha256))
                })
            })
            .collect()
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
    rehearsal: &Rehearsal,
    editions: &[Edition],
    config: &Config,
    channels: &[&'static Channel],
    dir: &Path,
) -> anyhow::Result<Vec<ClientRow>> {
    let Rehearsal { twin, outside, .. } = rehearsal;
    let wish = Wish::default();
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
