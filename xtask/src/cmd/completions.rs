//! `cargo xtask completions`: prints a script with which a shell completes `cargo xtask`.

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use crate::completions;
use crate::effect::report::Report;

/// What `--help` adds to the options.
const MORE: &str = "\
bash: put this line into ~/.bashrc, after what completes cargo:
  source <(cargo xtask completions bash)
zsh: write it where zsh looks for functions, before compinit runs, beside cargo's own _cargo:
  cargo xtask completions zsh > \"${fpath[1]}/_cargo-xtask\"
fish:
  cargo xtask completions fish > ~/.config/fish/conf.d/cargo-xtask.fish
PowerShell and elvish complete a function or alias `xtask` that you define.";

/// Prints a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_long_help = MORE)]
pub struct Options {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints it.
pub fn run(options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    report.bytes(&completions::script(options.shell))?;
    Ok(ExitCode::SUCCESS)
}
