//! `cargo xtask setup`: shows what is missing for some targets, and installs it on request.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::build::Builder;
use crate::cli::Global;
use crate::config::Config;
use crate::dist::plan::{self, Request};
use crate::effect::report::Report;
use crate::setup::{self, Need};
use crate::target::Target;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// Options of `setup`.
#[derive(Debug, Args)]
pub struct Options {
    /// A target to make ready for; may be repeated [default: all targets of the settings]
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<String>,
    /// Make ready for all targets of the settings
    #[arg(long, conflicts_with = "targets")]
    all: bool,
    /// Install what is missing: Rust targets with rustup, tools of pinned versions into `.tools/`
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
}

/// Runs it. Missing things are findings (exit code 1) until they are installed.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let config = Config::load(&workspace.root)?;
    let toolchain = Toolchain::load(&workspace)?;
    let all = options.all || options.targets.is_empty();
    let request = Request {
        targets: options.targets.clone(),
        all,
        ..Request::default()
    };
    let targets = plan::targets(&request, &config, &toolchain)?;
    let parts: Vec<(&'static Target, Builder)> = targets
        .iter()
        .flat_map(|it| it.compiled())
        .map(|it| (it, Builder::choose(it, &toolchain.host, false)))
        .collect();
    let missing = || {
        let mut needs = setup::missing(&workspace, &toolchain, &parts);
        needs.extend(setup::damaged(&workspace, &parts));
        unique(needs)
    };
    let mut needs = missing();
    if options.install {
        setup::install(&workspace, &needs, report)?;
        needs = missing();
    }
    let targets = targets.iter().map(|it| it.triple).collect();
    let missing: Vec<String> = needs.iter().map(Need::line).collect();
    if options.json {
        report.json(&Document {
            schema: 1,
            targets,
            missing,
        })?;
    } else {
        for line in &missing {
            report.data(format_args!("missing {line}"));
        }
        match missing.len() {
            0 => report.step("Ready", format_args!("for {}", targets.join(", "))),
            _ if options.install => {}
            _ => report.say("help: the same command with `--install` gets what rustup and pip can get"),
        }
    }
    Ok(if needs.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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
