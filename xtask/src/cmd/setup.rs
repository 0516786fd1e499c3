//! `cargo xtask setup`: shows what is missing for some targets or for the checks, and installs it on request.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::build::Builder;
use crate::cli::Global;
use crate::config::Config;
use crate::dist::plan::{self, Request};
use crate::effect::report::Report;
use crate::judges::fetch::{self, Origins};
use crate::judges::schemas::{SOURCES, Schema, Source};
use crate::judges::{JUDGES, Judge, Lack, install};
use crate::problem::{self, Problems};
use crate::publish::equipment::{self, Lack as Lacking};
use crate::setup::{self, Need};
use crate::target::Target;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// Options of `setup`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of a command line"
)]
pub struct Options {
    /// A target to make ready for; may be repeated, or several with commas [default: all targets of the settings,
    /// unless --judges is given]
    #[arg(long = "target", value_name = "TARGET", value_delimiter = ',')]
    targets: Vec<String>,
    /// Make ready for all targets of the settings
    #[arg(long, conflicts_with = "targets")]
    all: bool,
    /// Make ready for `ci` and the tests: the programs and official schemas that they ask
    #[arg(long)]
    judges: bool,
    /// Make ready for publishing: the programs that the channels run which are on
    #[arg(long)]
    publish: bool,
    /// Install what is missing: Rust targets with rustup, tools of pinned versions into `.tools/`, Debian's packages with
    /// apt-get, snapcraft with snap
    #[arg(long)]
    install: bool,
    /// Print a JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    targets: Vec<&'static str>,
    missing: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judges: Option<Vec<JudgeRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schemas: Option<Vec<SchemaRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    programs: Option<Vec<String>>,
}

#[derive(Serialize)]
struct JudgeRow {
    program: &'static str,
    judges: &'static str,
    outcome: &'static str,
    /// The version that is there instead of the pinned one.
    version: Option<String>,
    install: String,
}

#[derive(Serialize)]
struct SchemaRow {
    file: &'static str,
    repository: &'static str,
    commit: &'static str,
    path: &'static str,
    sha256: &'static str,
    outcome: &'static str,
}

/// What the judges lack on this machine.
#[derive(Default)]
struct Lacks {
    judges: Vec<(&'static Judge, Lack)>,
    schemas: Vec<(&'static Source, &'static Schema)>,
}

/// Runs it. Missing things are findings (exit code 1) until they are installed.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let is_building = !(options.judges || options.publish) || options.all || !options.targets.is_empty();
    // Judges first: with them comes a Python that has pip.
    let lacks = if options.judges {
        judges(&workspace, options, report)?
    } else {
        Lacks::default()
    };
    let programs = if options.publish {
        programs(&workspace, options, report)?
    } else {
        Vec::new()
    };
    let (targets, needs) = if is_building {
        targets(&workspace, options, report)?
    } else {
        Default::default()
    };
    let missing: Vec<String> = needs.iter().map(Need::line).collect();
    let count = missing.len() + lacks.judges.len() + lacks.schemas.len() + programs.len();
    if options.json {
        report.json(&Document {
            schema: 1,
            targets,
            missing,
            judges: options.judges.then(|| judge_rows(&lacks)),
            schemas: options.judges.then(|| schema_rows(&lacks)),
            programs: options
                .publish
                .then(|| programs.iter().map(Lacking::line).collect()),
        })?;
    } else {
        for (judge, lack) in &lacks.judges {
            let Judge { program, judges, .. } = judge;
            let install = judge.install();
            report.data(format_args!("{} {program}, {judges}: `{install}`", lack.word()));
        }
        for (source, schema) in &lacks.schemas {
            report.data(format_args!(
                "missing the schema {}, of {}",
                schema.file, source.repository
            ));
        }
        for lack in &programs {
            report.data(format_args!("missing {}", lack.line()));
        }
        for line in &missing {
            report.data(format_args!("missing {line}"));
        }
        let purposes = [
            options.judges.then(|| "the checks".to_owned()),
            options.publish.then(|| "publishing".to_owned()),
            is_building.then(|| targets.join(", ")),
        ];
        let purposes: Vec<String> = purposes.into_iter().flatten().collect();
        let ready = format!("for {}", purposes.join(" and "));
        match count {
            0 => report.step("Ready", ready),
            _ if options.install => {}
            _ => report.say(
                "help: the same command with `--install` gets what rustup, pip, npm, apt-get, snap and git can get",
            ),
        }
    }
    Ok(if count == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What publishing still lacks.
fn programs(workspace: &Workspace, options: &Options, report: Report) -> anyhow::Result<Vec<Lacking>> {
    let config = Config::load(&workspace.root)?;
    let lacks = equipment::lacks(workspace, &config);
    if !options.install || lacks.is_empty() {
        return Ok(lacks);
    }
    let lock = setup::begin(&workspace.tools_dir())?;
    let installed = equipment::install(workspace, &lacks, report);
    drop(lock);
    installed?;
    Ok(equipment::lacks(workspace, &config))
}

/// The targets that are asked for, and what is still missing for them.
fn targets(
    workspace: &Workspace,
    options: &Options,
    report: Report,
) -> anyhow::Result<(Vec<&'static str>, Vec<Need>)> {
    let config = Config::load(&workspace.root)?;
    let toolchain = Toolchain::load(workspace)?;
    let request = Request {
        targets: options.targets.clone(),
        all: options.all || options.targets.is_empty(),
        ..Request::default()
    };
    let targets = plan::targets(&request, &config, &toolchain)?;
    let parts: Vec<(&'static Target, Builder)> = targets
        .iter()
        .flat_map(|it| it.compiled())
        .map(|it| (it, Builder::choose(it, &toolchain.host, false)))
        .collect();
    let missing = || {
        let mut needs = setup::missing(workspace, &toolchain, &parts);
        needs.extend(setup::damaged(workspace, &parts));
        unique(needs)
    };
    let mut needs = missing();
    if options.install {
        setup::install(workspace, &needs, report)?;
        needs = missing();
    }
    Ok((targets.iter().map(|it| it.triple).collect(), needs))
}

/// What the judges still lack.
fn judges(workspace: &Workspace, options: &Options, report: Report) -> anyhow::Result<Lacks> {
    let mut lacks = lacks(workspace);
    if options.install && !(lacks.judges.is_empty() && lacks.schemas.is_empty()) {
        let lock = setup::begin(&workspace.tools_dir())?;
        let missing: Vec<&Judge> = lacks.judges.iter().map(|it| it.0).collect();
        let programs = install::install(workspace, &missing, report);
        let folder = fetch::folder(workspace);
        let schemas = fetch::fill(&folder, SOURCES, &Origins::of(workspace), report);
        drop(lock);
        let mut problems = Problems::default();
        for error in [programs, schemas].into_iter().filter_map(Result::err) {
            problems.0.extend(problem::lines(&error));
        }
        problems.into_result()?;
        lacks = self::lacks(workspace);
    }
    Ok(lacks)
}

fn lacks(workspace: &Workspace) -> Lacks {
    let folder = fetch::folder(workspace);
    let schemas = SOURCES
        .iter()
        .flat_map(|source| source.schemas.iter().map(move |it| (source, it)));
    Lacks {
        judges: JUDGES
            .iter()
            .filter_map(|it| Some((it, it.lack(workspace)?)))
            .collect(),
        schemas: schemas.filter(|(_, it)| !fetch::has(&folder, it)).collect(),
    }
}

fn judge_rows(lacks: &Lacks) -> Vec<JudgeRow> {
    let row = |judge: &'static Judge| {
        let lack = lacks.judges.iter().find(|it| it.0.program == judge.program);
        let (outcome, version) = match lack {
            None => ("present", None),
            Some((_, Lack::Missing)) => ("missing", None),
            Some((_, Lack::Other(version))) => ("other-version", Some(version.clone())),
        };
        JudgeRow {
            program: judge.program,
            judges: judge.judges,
            outcome,
            version,
            install: judge.install(),
        }
    };
    JUDGES.iter().map(row).collect()
}

fn schema_rows(lacks: &Lacks) -> Vec<SchemaRow> {
    let is_missing = |file| lacks.schemas.iter().any(|(_, it)| it.file == file);
    let rows = SOURCES.iter().flat_map(|source| {
        source.schemas.iter().map(move |it| SchemaRow {
            file: it.file,
            repository: source.repository,
            commit: source.commit,
            path: it.path,
            sha256: it.sha256,
            outcome: if is_missing(it.file) { "missing" } else { "present" },
        })
    });
    rows.collect()
}

/// A universal target and its parts ask for the same things.
fn unique(needs: Vec<Need>) -> Vec<Need> {
    let mut unique: Vec<Need> = Vec::new();
    for need in needs {
        if !unique.iter().any(|it| it.line() == need.line()) {
            unique.push(need);
        }
    }
    unique
}
