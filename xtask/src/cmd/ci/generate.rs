//! `cargo xtask ci generate`: writes the workflow that releases, or tells how the one that is there differs.

use std::process::ExitCode;

use clap::Args;

use crate::ci::workflow::{self, FILE, Grant};
use crate::cli::Global;
use crate::config::Config;
use crate::effect::files;
use crate::effect::report::Report;
use crate::git::Git;
use crate::manifests::difference;
use crate::problem::{Place, Problem};
use crate::workspace::Workspace;

/// What `--help` adds to the options.
const MORE: &str = "\
The workflow is made from the channels that are on and from `[ci]` of `packaging/release.toml`; it is not to be edited.
Of each channel it hands over the credentials that docs/channels.md names first, as secrets of GitHub's environment,
but none of a channel with trusted publishing, unless `[ci] tokens` names it.";

/// Options of `ci generate`.
#[derive(Debug, Args)]
#[command(after_long_help = MORE)]
pub(super) struct Options {
    /// Write nothing; end with exit code 1 and the difference when the file is another
    #[arg(long)]
    check: bool,
}

pub(super) fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(global.workspace.as_deref())?;
    report.places_from(&workspace.root);
    let config = Config::load(&workspace.root)?;
    let text = workflow::text(&config)?;
    in_the_root(&workspace)?;
    let path = workspace.root.join(FILE);
    let found = files::read_text_if_present(&path)?;
    if found.as_deref() == Some(&text) {
        report.step("Fresh", FILE);
        return Ok(ExitCode::SUCCESS);
    }
    if options.check {
        report.data(format_args!("--- {FILE}"));
        report.data(format_args!("+++ generated"));
        for line in difference::lines(found.as_deref().unwrap_or_default(), &text) {
            report.data(line);
        }
        let what = if found.is_some() {
            "differs from"
        } else {
            "is not there, unlike"
        };
        return Err(Problem::at(
            Place::file(FILE),
            format_args!("it {what} what the settings and channels give"),
        )
        .help("run `cargo xtask ci generate`; what should be otherwise is a setting of `[ci]`")
        .into());
    }
    files::write(&path, text.as_bytes())?;
    report.step("Written", FILE);
    tell(&Grant::of(&config), &config, report);
    Ok(ExitCode::SUCCESS)
}

/// GitHub looks for workflows in the root of the repository, and the lines of ours run there.
fn in_the_root(workspace: &Workspace) -> anyhow::Result<()> {
    let Some(git) = Git::find(&workspace.root)? else {
        return Ok(());
    };
    let is_root = git.top_level()?.canonicalize().ok() == workspace.root.canonicalize().ok();
    if is_root {
        return Ok(());
    }
    Err(Problem::new(format!(
        "cannot make `{FILE}`: the workspace is a folder of its repository, and GitHub reads workflows in the root only"
    ))
    .help("take the lines of a generated workflow with `cargo xtask -C DIR …` into one of your own")
    .into())
}

/// What somebody must set up before the workflow can publish.
fn tell(grant: &Grant, config: &Config, report: Report) {
    let environment = config.ci.environment.as_str();
    for (name, channels) in grant.to_set() {
        report.say(format_args!(
            "help: set the secret {name} of the environment `{environment}`, for {}",
            channels.join(", ")
        ));
    }
    for (channel, set_up) in &grant.trusted {
        report.say(format_args!(
            "help: set up trusted publishing for {channel} with the workflow `release.yml` and the environment \
             `{environment}`: {set_up}"
        ));
    }
}
