//! `cargo xtask lint`: checks manifests and packages by the rules of the stores, before the stores do.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::channel::{self, CHANNELS, Channel};
use crate::cli::Global;
use crate::cmd::manifests::{chosen, dist_dir};
use crate::config::Config;
use crate::edition::Edition;
use crate::effect::files;
use crate::effect::report::{Level, Report};
use crate::lint::{self, File, Finding, Severity, Subject, source};
use crate::manifests::folder;
use crate::problem::{Place, Problem, Problems};
use crate::workspace::Workspace;

/// Options of `lint`.
#[derive(Debug, Args)]
pub struct Options {
    /// A manifest, a package, or a folder of them, whoever wrote it [default: what `manifests` has written]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A channel to check for; may be repeated [default: every channel with a table in the settings; for a PATH, what it
    /// looks like]
    #[arg(long = "channel", value_name = "CHANNEL", value_parser = channel::parser::Name)]
    channels: Vec<&'static Channel>,
    /// Fail for what stores warn of or do not want, too
    #[arg(long)]
    strict: bool,
    /// Check the manifests of the release in this folder instead of `dist/`
    #[arg(long, value_name = "DIR", conflicts_with = "paths")]
    dist: Option<PathBuf>,
    /// List the rules and check nothing
    #[arg(long, conflicts_with_all = ["paths", "strict", "dist"])]
    rules: bool,
    /// Print a JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    passed: bool,
    checked: Vec<Checked>,
    findings: Vec<Row>,
}

#[derive(Serialize)]
struct Checked {
    channel: &'static str,
    root: String,
    files: usize,
}

#[derive(Serialize)]
struct Row {
    channel: &'static str,
    rule: &'static str,
    severity: Severity,
    file: Option<String>,
    line: Option<usize>,
    what: String,
    help: &'static str,
    source: &'static str,
}

#[derive(Serialize)]
struct RuleRow {
    channel: Option<&'static str>,
    rule: &'static str,
    severity: Severity,
    demands: &'static str,
    help: &'static str,
    source: &'static str,
}

/// What is checked, and where it lies for a reader.
struct Look {
    root: String,
    subject: Subject,
    /// The packages of the release; of files that another tool wrote none.
    editions: Vec<Edition>,
}

/// Runs it. What a store would refuse is a finding (exit code 1); with `--strict` everything is.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    if options.rules {
        list(options, report)?;
        return Ok(ExitCode::SUCCESS);
    }
    let looks = if options.paths.is_empty() {
        rendered(global, options, report)?
    } else {
        named(options)?
    };
    let findings: Vec<(&Look, Finding)> = looks
        .iter()
        .flat_map(|look| {
            lint::check_all(&look.subject, &look.editions)
                .into_iter()
                .map(move |it| (look, it))
        })
        .collect();
    unknown(&looks, &findings)?;
    let fails = |it: &Finding| options.strict || it.rule.severity == Severity::Refused;
    let passed = !findings.iter().any(|(_, it)| fails(it));
    if options.json {
        report.json(&Document {
            schema: 1,
            passed,
            checked: looks
                .iter()
                .map(|it| Checked {
                    channel: it.subject.channel.name,
                    root: it.root.clone(),
                    files: it.subject.files.len(),
                })
                .collect(),
            findings: findings.iter().map(|(look, it)| row(look, it)).collect(),
        })?;
    } else {
        print(&looks, &findings, report);
    }
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What `manifests` has written for the chosen channels.
fn rendered(global: &Global, options: &Options, report: Report) -> anyhow::Result<Vec<Look>> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let config = Config::load(&workspace.root)?;
    let channels = chosen(&options.channels, &config)?;
    let dist = dist_dir(&workspace, options.dist.as_deref())?;
    let editions = Edition::load(&workspace, &config, &dist)?;
    let mut problems = Problems::default();
    let mut looks = Vec::new();
    for channel in channels {
        let dir = folder::of(&dist, channel);
        let root = workspace.shown(&dir);
        if let Err(reason) = (channel.version)(editions[0].version()) {
            report.say(format_args!("{channel}: not rendered: {reason}"));
            continue;
        }
        if !dir.join(folder::LIST).is_file() {
            problems.push(
                Problem::new(format!(
                    "cannot check `{channel}`: nothing was rendered into `{root}`"
                ))
                .help("run `cargo xtask manifests` first"),
            );
            continue;
        }
        looks.push(Look {
            subject: Subject {
                channel,
                files: read_folder(&dir)?,
                edition: None,
                is_whole: true,
                rendered: Some(folder::list(&dir)?),
            },
            root,
            editions: editions.clone(),
        });
    }
    problems.into_result()?;
    Ok(looks)
}

/// What the command line names, whoever wrote it; every path that no channel knows is found at once.
fn named(options: &Options) -> anyhow::Result<Vec<Look>> {
    let mut problems = Problems::default();
    let mut looks = Vec::new();
    for path in &options.paths {
        let root = path.to_string_lossy().replace('\\', "/");
        let is_folder = path.is_dir();
        let files = if is_folder {
            read_folder(path)
        } else {
            read_file(path)
        };
        let files = match files {
            Ok(files) => files,
            Err(error) => {
                problems.push(Problem::new(format!("{error:#}")));
                continue;
            }
        };
        let channels: Vec<&'static Channel> = if options.channels.is_empty() {
            let knows = |channel: &&Channel| files.iter().any(|it| (channel.recognises)(it));
            CHANNELS.into_iter().filter(knows).collect()
        } else {
            options.channels.clone()
        };
        if channels.is_empty() {
            problems.push(if files.iter().all(|it| it.bytes.is_empty()) {
                Problem::new(format!("`{root}` holds nothing to check"))
            } else {
                Problem::new(format!("cannot tell for which channel `{root}` is"))
                    .help("name it: `--channel CHANNEL`")
            });
        }
        looks.extend(channels.into_iter().map(|channel| Look {
            root: if is_folder { root.clone() } else { parent(&root) },
            subject: Subject {
                channel,
                files: files.clone(),
                edition: None,
                is_whole: is_folder,
                rendered: None,
            },
            editions: Vec::new(),
        }));
    }
    problems.into_result()?;
    Ok(looks)
}

/// What a channel that the command line names does not know, and no rule finds anything in, was not checked at all.
fn unknown(looks: &[Look], findings: &[(&Look, Finding)]) -> anyhow::Result<()> {
    let mut problems = Problems::default();
    for look in looks {
        let subject = &look.subject;
        let is_known =
            subject.rendered.is_some() || subject.files.iter().any(|it| (subject.channel.recognises)(it));
        if !is_known && !findings.iter().any(|(it, _)| std::ptr::eq(*it, look)) {
            let names: Vec<String> = subject
                .files
                .iter()
                .take(3)
                .map(|it| format!("`{}`", it.path))
                .collect();
            let what = match names.as_slice() {
                [] => format!("cannot check for `{}`: there is no file", subject.channel),
                names => format!(
                    "cannot check {} for `{}`: it is nothing of that channel",
                    names.join(", "),
                    subject.channel
                ),
            };
            problems
                .push(Problem::new(what).help("without `--channel`, the channel follows from the content"));
        }
    }
    problems.into_result()
}

fn parent(root: &str) -> String {
    root.rsplit_once('/').map_or(String::new(), |it| it.0.to_owned())
}

fn read_file(path: &Path) -> anyhow::Result<Vec<File>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // A pipe would be waited for, and a device has no end.
    if path.exists() && !path.is_file() {
        anyhow::bail!("cannot read `{}`: it is no regular file", path.display());
    }
    Ok(vec![File::new(name, files::read(path)?)])
}

/// The files below a folder, in the order of their paths; the list of what was rendered is ours, and git's folder is git's.
fn read_folder(dir: &Path) -> anyhow::Result<Vec<File>> {
    let mut found = Vec::new();
    let entries = walkdir::WalkDir::new(dir)
        .into_iter()
        .filter_entry(|it| it.file_name() != ".git");
    for entry in entries {
        let entry = entry?;
        let below = entry.path().strip_prefix(dir).unwrap_or(entry.path());
        let path = below.to_string_lossy().replace('\\', "/");
        if entry.file_type().is_file() && path != folder::LIST {
            found.push(File::new(path, files::read(entry.path())?));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn place(look: &Look, finding: &Finding) -> Option<Place> {
    let path = finding.flaw.path.as_ref()?;
    let file = if look.root.is_empty() {
        path.clone()
    } else {
        format!("{}/{path}", look.root)
    };
    Some(Place {
        file,
        line: finding.flaw.line,
    })
}

fn row(look: &Look, finding: &Finding) -> Row {
    let place = place(look, finding);
    Row {
        channel: finding.channel.name,
        rule: finding.rule.id,
        severity: finding.rule.severity,
        line: finding.flaw.line,
        file: place.map(|it| it.file),
        what: finding.flaw.what.clone(),
        help: finding.rule.help,
        source: finding.rule.source,
    }
}

fn print(looks: &[Look], findings: &[(&Look, Finding)], report: Report) {
    for (look, finding) in findings {
        let level = match finding.rule.severity {
            Severity::Refused => Level::Error,
            Severity::Warned | Severity::Policy => Level::Warning,
        };
        let what = format!("{} [{}]", shown(&finding.flaw.what), finding.rule.id);
        let place = place(look, finding).unwrap_or_else(|| Place::file(look.root.clone()));
        report.annotate(level, &place, Some(finding.channel.title), what);
        report.say(format_args!("help: {}", finding.rule.help));
    }
    let width = looks
        .iter()
        .map(|it| it.subject.channel.name.len())
        .max()
        .unwrap_or_default();
    for look in looks {
        let name = look.subject.channel.name;
        let count = |severity| {
            let own = findings.iter().filter(|(it, _)| std::ptr::eq(*it, look));
            own.filter(|(_, it)| it.rule.severity == severity).count()
        };
        let counts: Vec<String> = [Severity::Refused, Severity::Warned, Severity::Policy]
            .into_iter()
            .filter(|it| count(*it) > 0)
            .map(|it| format!("{} {}", count(it), it.word()))
            .collect();
        let found = if counts.is_empty() {
            "fine".to_owned()
        } else {
            counts.join(", ")
        };
        let files = look.subject.files.len();
        let rules = lint::rules(look.subject.channel).count();
        report.data(format_args!(
            "{name:<width$}  {files:>4} files  {rules:>3} rules  {found}"
        ));
    }
}

/// What a checked file says must not steer the terminal.
fn shown(text: &str) -> String {
    text.chars()
        .map(|it| {
            if it.is_control() {
                it.escape_default().to_string()
            } else {
                it.to_string()
            }
        })
        .collect()
}

fn list(options: &Options, report: Report) -> anyhow::Result<()> {
    let is_chosen =
        |it: &Channel| options.channels.is_empty() || options.channels.iter().any(|one| one.name == it.name);
    let own = CHANNELS.iter().filter(|it| is_chosen(it)).flat_map(|channel| {
        let of = move |rule| (Some(channel.name), rule);
        channel.rules.iter().map(of)
    });
    let all = lint::common::RULES.iter().map(|it| (None, it));
    let rows: Vec<(Option<&'static str>, &'static lint::Rule)> = all.chain(own).collect();
    if options.json {
        let rows: Vec<RuleRow> = rows
            .iter()
            .map(|(channel, rule)| RuleRow {
                channel: *channel,
                rule: rule.id,
                severity: rule.severity,
                demands: rule.demands,
                help: rule.help,
                source: rule.source,
            })
            .collect();
        return report.json(&rows);
    }
    for (_, rule) in rows {
        let source = source::find(rule.source).map_or("", |it| it.title);
        report.data(format_args!("{}  ({})", rule.id, rule.severity.word()));
        report.data(format_args!("    demands: {}", rule.demands));
        report.data(format_args!("    help:    {}", rule.help));
        report.data(format_args!("    source:  {} {source}", rule.source));
    }
    Ok(())
}
