//! `cargo xtask manifests`: renders what the channels want from the release in `dist/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::channel::{self, CHANNELS, Channel};
use crate::cli::Global;
use crate::config::Config;
use crate::dist::zstandard;
use crate::edition::Edition;
use crate::effect::environment;
use crate::effect::report::Report;
use crate::git::Git;
use crate::manifests::folder::{self, Change};
use crate::manifests::{self, Extent, Outcome, Rendered, difference};
use crate::problem::{self, Problem, Problems};
use crate::render::Gap;
use crate::size;
use crate::workspace::Workspace;

/// Options of `manifests`.
#[derive(Debug, Args)]
pub struct Options {
    /// A channel to render for; may be repeated [default: every channel with a table in the settings]
    #[arg(long = "channel", value_name = "CHANNEL", value_parser = channel::parser::Name)]
    channels: Vec<&'static Channel>,
    /// Write nothing: compare with what stands in `dist/channels/` and print the difference
    #[arg(long)]
    check: bool,
    /// Overwrite files in `dist/channels/` that somebody has changed
    #[arg(long, conflicts_with = "check")]
    force: bool,
    /// Render from the release in this folder instead of `dist/`
    #[arg(long, value_name = "DIR")]
    dist: Option<PathBuf>,
    /// Print a JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    product: String,
    version: String,
    channels: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    channel: &'static str,
    outcome: &'static str,
    /// The version in the channel's form.
    version: Option<String>,
    /// Why the channel takes nothing, or what went wrong.
    reason: Option<String>,
    files: Vec<FileRow>,
    changes: BTreeMap<String, Change>,
    gaps: Vec<Gap>,
}

#[derive(Serialize)]
struct FileRow {
    path: String,
    size_bytes: usize,
    sha256: crate::digest::Sha256,
}

/// Runs it. What could not be rendered, and with `--check` what differs, are findings (exit code 1).
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let config = Config::load(&workspace.root)?;
    let channels = chosen(&options.channels, &config)?;
    let dist = dist_dir(&workspace, options.dist.as_deref())?;
    let editions = Edition::load(&workspace, &config, &dist)?;
    if zstandard::holds_what_needs_feature(&editions[0].release) {
        return zstandard::run_again_with_feature(&workspace, report);
    }
    warn_of_another_state(&workspace, &editions, report);
    if options.channels.is_empty() {
        warn_of_what_is_not_served(&config, &dist, report);
    }
    let rendered = manifests::render(&editions, &channels, Extent::Everything);
    let mut problems = Problems::default();
    let mut rows = Vec::new();
    for it in &rendered {
        let row = settle(it, &dist, options, report, &mut problems)?;
        rows.push(row);
    }
    if options.json {
        report.json(&Document {
            schema: 1,
            product: editions[0].release.identity.product.clone(),
            version: editions[0].version().to_string(),
            channels: rows,
        })?;
    } else {
        print(&rows, options.check, &workspace.shown(&dist), report);
    }
    problems.into_result()?;
    Ok(ExitCode::SUCCESS)
}

/// The channels that a command line asks for, in the order of the table; without any, those of the settings.
pub(super) fn chosen(named: &[&'static Channel], config: &Config) -> anyhow::Result<Vec<&'static Channel>> {
    let chosen: Vec<&Channel> = CHANNELS
        .into_iter()
        .filter(|it| match named {
            [] => config.channel.is_on(it),
            named => named.iter().any(|one| one.name == it.name),
        })
        .collect();
    if chosen.is_empty() {
        let problem = if CHANNELS.iter().any(|it| config.channel.has(it)) {
            Problem::new("no channel is served: every `[channel.…]` table of `packaging/release.toml` says `enabled = false`")
                .help("remove that line from the tables of those that you want")
        } else {
            Problem::new("no channel is served: `packaging/release.toml` has no `[channel.…]` table")
                .help("`cargo xtask init` writes one for each channel, with what `Cargo.toml` says")
        };
        return Err(problem.help("or name one: `--channel scoop`").into());
    }
    Ok(chosen)
}

/// The folder of the release.
pub(super) fn dist_dir(workspace: &Workspace, named: Option<&Path>) -> anyhow::Result<PathBuf> {
    Ok(match named {
        Some(dir) => environment::current_dir()?.join(dir),
        None => workspace.dist_dir(),
    })
}

/// What is said about the product comes from the workspace as it is now, which may be another state than was built.
fn warn_of_another_state(workspace: &Workspace, editions: &[Edition], report: Report) {
    let head = || Git::find(&workspace.root).ok()??.head().ok()?;
    let built = editions.first().and_then(|it| it.release.identity.commit.clone());
    if let (Some(head), Some(built)) = (head(), built)
        && head.id != built.id
    {
        report.warn(format_args!(
            "`dist/` was built from the commit {}, the workspace is at {}",
            &built.id[..built.id.len().min(12)],
            &head.id[..head.id.len().min(12)],
        ));
    }
}

/// What a channel that is off was given once would otherwise lie there for ever.
fn warn_of_what_is_not_served(config: &Config, dist: &Path, report: Report) {
    for channel in CHANNELS.iter().filter(|it| !config.channel.is_on(it)) {
        let folder = folder::of(dist, channel);
        if folder.join(folder::LIST).is_file() {
            report.warn(format_args!(
                "`{}` is of an earlier run: the settings do not serve `{channel}`",
                folder.display()
            ));
        }
    }
}

fn settle(
    it: &Rendered,
    dist: &Path,
    options: &Options,
    report: Report,
    problems: &mut Problems,
) -> anyhow::Result<Row> {
    let mut row = Row {
        channel: it.channel.name,
        outcome: it.outcome.word(),
        version: None,
        reason: None,
        files: Vec::new(),
        changes: BTreeMap::new(),
        gaps: it.gaps.clone(),
    };
    match &it.outcome {
        Outcome::Refused(reason) => row.reason = Some(reason.clone()),
        Outcome::Failed(error) => {
            row.reason = Some(format!("{error:#}"));
            problems
                .0
                .extend(problem::lines(error).into_iter().map(|found| Problem {
                    what: format!("{}: {}", it.channel, found.what),
                    ..found
                }));
        }
        Outcome::Files(version, files) => {
            row.version = Some(version.clone());
            row.files = files
                .iter()
                .map(|(path, file)| FileRow {
                    path: path.clone(),
                    size_bytes: file.bytes.len(),
                    sha256: crate::digest::Sha256::of(&file.bytes),
                })
                .collect();
            let folder = folder::of(dist, it.channel);
            if options.check {
                row.changes = folder::changes(&folder, files)?;
                for (path, change) in &row.changes {
                    if !options.json {
                        difference::print(&folder, path, *change, files.get(path), report)?;
                    }
                    problems.push(
                        Problem::new(format!("{}: `{path}` {}", it.channel, change.sentence()))
                            .help("write it: `cargo xtask manifests`"),
                    );
                }
            } else {
                match folder::write(&folder, files, options.force) {
                    Ok(changes) => row.changes = changes,
                    Err(error) => {
                        row.outcome = "kept";
                        row.reason = Some(format!("{error:#}"));
                        row.changes = folder::changes(&folder, files)?;
                        problems.0.extend(problem::lines(&error));
                    }
                }
            }
        }
    }
    Ok(row)
}

fn print(rows: &[Row], is_check: bool, dist: &str, report: Report) {
    let width = rows.iter().map(|it| it.channel.len()).max().unwrap_or_default();
    for row in rows {
        let what = match (&row.version, &row.reason) {
            (Some(version), _) if row.files.is_empty() => format!("{version:<12} nothing to render"),
            (Some(version), _) => {
                let bytes: usize = row.files.iter().map(|it| it.size_bytes).sum();
                let files = match row.files.len() {
                    1 => "1 file".to_owned(),
                    count => format!("{count} files"),
                };
                let changed = match (row.changes.len(), is_check) {
                    (0, _) => "as before".to_owned(),
                    (count, true) => format!("{count} differ"),
                    (_, false) if row.reason.is_some() => "nothing written".to_owned(),
                    (count, false) => format!("{count} written"),
                };
                format!(
                    "{version:<12} {files:>9} {:>10}  {changed}",
                    size::size(bytes as u64)
                )
            }
            (None, reason) => format!("{}: {}", row.outcome, reason.as_deref().unwrap_or_default()),
        };
        report.data(format_args!("{:<width$}  {what}", row.channel));
        for gap in &row.gaps {
            report.data(format_args!(
                "{:<width$}    {}: {} ({})",
                "", gap.missing, gap.so, gap.help
            ));
        }
    }
    if !is_check && rows.iter().any(|it| !it.files.is_empty()) {
        report.step("Rendered", format_args!("into {dist}/{}", folder::FOLDER));
    }
}
