//! The checks that the project demands: a table of sections, run one after another, all of them, to one summary.

pub mod matrix;
pub mod need;
pub mod section;
pub mod summary;
pub mod table;
pub mod workflow;

mod checks;

use std::time::Instant;

use crate::problem::{Problem, Problems, nearest};

pub use section::{Job, Outcome, Section};
pub use summary::{Line, Summary};

/// Which sections a command line asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only these; empty for all.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
}

impl Choice {
    /// The sections to look at, in the order of the table, each with whether it is to be run.
    ///
    /// Every name that is no section is found at once; nothing left to run is an error too.
    pub fn of<'a>(&self, table: &'a [Section]) -> anyhow::Result<Vec<(&'a Section, bool)>> {
        let mut problems = Problems::default();
        let names: Vec<&str> = table.iter().map(|it| it.name).collect();
        for name in self.only.iter().chain(&self.skip) {
            if !names.contains(&name.as_str()) {
                problems.push(unknown(name, &names));
            }
        }
        problems.into_result()?;
        let has = |list: &[String], name: &str| list.iter().any(|it| it == name);
        let chosen: Vec<(&Section, bool)> = table
            .iter()
            .filter(|it| self.only.is_empty() || has(&self.only, it.name))
            .map(|it| (it, !has(&self.skip, it.name)))
            .collect();
        if chosen.iter().all(|(_, runs)| !runs) {
            return Err(Problem::usage("no section is left to run: `--skip` takes away all of them").into());
        }
        Ok(chosen)
    }
}

/// Runs the chosen sections, every one, whatever became of those before it.
///
/// With `is_ci`, a missing program fails its section unless the table calls the section optional: a check that
/// silently does not happen is the worst kind of green. `tell` hears what became of a section before the next one.
pub fn run(
    job: &Job<'_>,
    chosen: &[(&Section, bool)],
    is_ci: bool,
    tell: impl Fn(&Section, &Outcome),
) -> Summary {
    let lines = chosen.iter().map(|(section, runs)| {
        if !runs {
            return Line::new(section.name, Outcome::skipped("left out by `--skip`"), 0.0);
        }
        let start = Instant::now();
        let title = format!("{}: {}", section.name, section.checks);
        let outcome = job.report.group(&title, || {
            job.report.step("Section", &title);
            let outcome = settle(section, run_one(job, section), is_ci);
            tell(section, &outcome);
            outcome
        });
        Line::new(section.name, outcome, start.elapsed().as_secs_f64())
    });
    Summary {
        lines: lines.collect(),
    }
}

fn run_one(job: &Job<'_>, section: &Section) -> Outcome {
    if let Err(reason) = (section.applies)(job.workspace) {
        return Outcome::skipped(reason);
    }
    let missing: Vec<_> = section
        .needs
        .iter()
        .filter(|it| !it.is_there(job.workspace))
        .collect();
    if !missing.is_empty() {
        return Outcome::missing(&missing);
    }
    match (section.run)(job) {
        Ok(()) => Outcome::Passed,
        Err(error) => Outcome::Failed {
            error,
            install: Vec::new(),
        },
    }
}

/// Turns a skip for want of a program into a failure where nobody would read the skip.
fn settle(section: &Section, outcome: Outcome, is_ci: bool) -> Outcome {
    match outcome {
        Outcome::Skipped { reason, install } if is_ci && !section.is_optional && !install.is_empty() => {
            let problem = Problem::new(format!("{reason}, and `CI` is set, where this section must run"));
            let problem = install
                .iter()
                .fold(problem, |problem, it| problem.help(format!("install it: {it}")));
            Outcome::Failed {
                error: problem.into(),
                install,
            }
        }
        outcome => outcome,
    }
}

fn unknown(name: &str, names: &[&str]) -> Problem {
    let guess = nearest(name, names.iter().copied())
        .map(|it| format!("; did you mean `{it}`?"))
        .unwrap_or_default();
    Problem::usage(format!("no section `{name}`{guess}"))
        .help(format!("the sections are {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::need::Need;
    use super::*;
    use crate::effect::report::Report;
    use crate::workspace::Workspace;

    const NOWHERE: Need = Need::Program {
        name: "no-such-program-here",
        install: "make it",
    };

    fn section(name: &'static str, run: fn(&Job<'_>) -> anyhow::Result<()>) -> Section {
        Section {
            name,
            checks: "what a test needs",
            needs: &[],
            is_optional: false,
            applies: |_| Ok(()),
            run,
        }
    }

    fn table() -> Vec<Section> {
        vec![
            section("bad", |_| anyhow::bail!("found `x`")),
            section("good", |_| Ok(())),
            Section {
                needs: &[NOWHERE],
                ..section("poor", |_| panic!("its program is missing"))
            },
            Section {
                needs: &[NOWHERE],
                is_optional: true,
                ..section("spare", |_| panic!("its program is missing"))
            },
            Section {
                needs: &[NOWHERE],
                applies: |_| Err("no `x` here".to_owned()),
                ..section("void", |_| panic!("there is nothing to check"))
            },
        ]
    }

    #[track_caller]
    fn check(choice: &Choice, is_ci: bool, expected: &[(&str, &str)]) {
        let workspace = Workspace {
            root: PathBuf::from("."),
            target_dir: PathBuf::from("target"),
            members: Vec::new(),
        };
        let job = Job {
            workspace: &workspace,
            report: Report::quiet(),
            is_quiet: true,
        };
        let table = table();
        let summary = run(&job, &choice.of(&table).unwrap(), is_ci, |_, _| {});
        let found: Vec<(&str, &str)> = summary
            .lines
            .iter()
            .map(|it| (it.section, it.outcome.word()))
            .collect();
        assert_eq!(found, expected);
    }

    fn words(names: &[&str]) -> Vec<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn every_section_runs_whatever_became_of_those_before() {
        check(
            &Choice::default(),
            false,
            &[
                ("bad", "failed"),
                ("good", "passed"),
                ("poor", "skipped"),
                ("spare", "skipped"),
                ("void", "skipped"),
            ],
        );
    }

    #[test]
    fn a_missing_program_fails_in_ci_unless_the_section_is_optional() {
        check(
            &Choice::default(),
            true,
            &[
                ("bad", "failed"),
                ("good", "passed"),
                ("poor", "failed"),
                ("spare", "skipped"),
                ("void", "skipped"),
            ],
        );
    }

    #[test]
    fn a_choice_keeps_the_order_of_the_table() {
        let choice = Choice {
            only: words(&["good", "bad", "good"]),
            skip: Vec::new(),
        };
        check(&choice, false, &[("bad", "failed"), ("good", "passed")]);
        let choice = Choice {
            only: words(&["good", "bad"]),
            skip: words(&["bad"]),
        };
        check(&choice, true, &[("bad", "skipped"), ("good", "passed")]);
    }

    #[test]
    fn unknown_names_are_told_all_at_once_with_the_nearest() {
        let choice = Choice {
            only: words(&["god"]),
            skip: words(&["other-thing"]),
        };
        let error = choice.of(&table()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no section `god`; did you mean `good`?; no section `other-thing`"
        );
        assert!(crate::problem::is_usage(&error));
    }

    #[test]
    fn nothing_to_run_is_a_mistake() {
        let choice = Choice {
            only: words(&["good"]),
            skip: words(&["good"]),
        };
        assert!(crate::problem::is_usage(&choice.of(&table()).unwrap_err()));
    }
}
