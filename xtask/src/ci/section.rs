//! A section: a row of facts and one function, and what can become of it.

use crate::ci::need::Need;
use crate::effect::process::Program;
use crate::effect::report::{Report, Volume};
use crate::problem::Problem;
use crate::workspace::Workspace;

/// One thing that is checked. No defaults: a new question is asked of every section, by the compiler.
#[derive(Debug)]
pub struct Section {
    /// The word for `--only` and `--skip`.
    pub name: &'static str,
    /// What it checks, in one line.
    pub checks: &'static str,
    /// The programs it cannot do without.
    pub needs: &'static [Need],
    /// Whether a missing program skips it even where `CI` is set.
    pub is_optional: bool,
    /// Whether there is something to check in this workspace; else the reason why not.
    pub applies: fn(&Workspace) -> Result<(), String>,
    /// Checks; the error holds all findings.
    pub run: fn(&Job<'_>) -> anyhow::Result<()>,
}

/// What a section gets to work with.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// What is checked.
    pub workspace: &'a Workspace,
    /// Where progress goes.
    pub report: Report,
    /// Whether only what went wrong is shown.
    pub is_quiet: bool,
}

impl Job<'_> {
    /// Runs a program with its output shown as it comes.
    ///
    /// With `--quiet` the standard output is kept back and shown only if the program fails.
    pub fn run(&self, program: &Program) -> anyhow::Result<()> {
        let mut kept = Vec::new();
        let status = program.for_each_line(self.report, |line| {
            if self.is_quiet {
                kept.push(line.to_owned());
            } else {
                self.report.say(line);
            }
        })?;
        if status.success() {
            return Ok(());
        }
        for line in kept {
            Report::new(Volume::Normal).say(line);
        }
        Err(Problem::new(format!("`{}` failed with {status}", program.shown())).into())
    }

    /// A cargo for the workspace, which keeps to errors and warnings when `--quiet` is given.
    pub fn cargo(&self) -> Program {
        let cargo = self.workspace.cargo();
        if self.is_quiet {
            cargo.env("CARGO_TERM_QUIET", "true")
        } else {
            cargo
        }
    }
}

/// What became of a section.
#[derive(Debug)]
pub enum Outcome {
    /// It ran and found nothing.
    Passed,
    /// It ran and found something, or could not run although it had to.
    Failed {
        /// The findings.
        error: anyhow::Error,
        /// Commands that install what was missing.
        install: Vec<String>,
    },
    /// It did not run: neither passed nor failed.
    Skipped {
        /// Why.
        reason: String,
        /// Commands that install what was missing; empty when there is nothing to check.
        install: Vec<String>,
    },
}

impl Outcome {
    /// Skipped since there is nothing to check or nobody wants it.
    pub fn skipped(reason: impl Into<String>) -> Outcome {
        Outcome::Skipped {
            reason: reason.into(),
            install: Vec::new(),
        }
    }

    /// Skipped for want of programs.
    pub fn missing(needs: &[&Need]) -> Outcome {
        let names: Vec<String> = needs.iter().map(|it| format!("`{}`", it.name())).collect();
        Outcome::Skipped {
            reason: match names.as_slice() {
                [one] => format!("{one} is not installed"),
                many => format!("{} are not installed", many.join(" and ")),
            },
            install: needs.iter().map(|it| it.install().to_owned()).collect(),
        }
    }

    /// The word for tables and documents: `passed`, `failed` or `skipped`.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed { .. } => "failed",
            Outcome::Skipped { .. } => "skipped",
        }
    }
}
