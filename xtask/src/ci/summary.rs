//! The end of a run: one table for people, one document for programs.

use serde::Serialize;

use crate::ci::section::Outcome;
use crate::problem::{self, Problem};

/// The version of the document that `--json` prints; a field that changes its meaning raises it.
const SCHEMA: u32 = 1;

/// What became of every section.
#[derive(Debug)]
pub struct Summary {
    /// One line a section, in the order they ran.
    pub lines: Vec<Line>,
}

/// What became of one section.
#[derive(Debug)]
pub struct Line {
    /// Its name.
    pub section: &'static str,
    /// What became of it.
    pub outcome: Outcome,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Line {
    /// A line of the summary.
    pub fn new(section: &'static str, outcome: Outcome, seconds: f64) -> Line {
        Line {
            section,
            outcome,
            seconds,
        }
    }

    /// What a person wants to know beyond the outcome.
    fn note(&self) -> String {
        match &self.outcome {
            Outcome::Passed => String::new(),
            Outcome::Skipped { reason, install } if install.is_empty() => reason.clone(),
            Outcome::Skipped { reason, install } => {
                format!("{reason}; install it: {}", install.join(" && "))
            }
            Outcome::Failed { error, .. } => {
                let problems = problem::lines(error);
                match problems.as_slice() {
                    [one] => one.what.clone(),
                    many => format!("{} findings", many.len()),
                }
            }
        }
    }
}

impl Summary {
    /// Whether no section failed. A skipped section neither passes nor fails.
    pub fn is_success(&self) -> bool {
        self.count("failed") == 0
    }

    /// The table, a line each, and a last line that counts.
    pub fn table(&self) -> Vec<String> {
        let width = self
            .lines
            .iter()
            .map(|it| it.section.len())
            .max()
            .unwrap_or(0)
            .max(7);
        let row = |section: &str, outcome: &str, seconds: &str, note: &str| {
            format!("{section:width$}  {outcome:7}  {seconds:>7}  {note}")
                .trim_end()
                .to_owned()
        };
        let mut rows = vec![row("section", "outcome", "seconds", "")];
        rows.extend(self.lines.iter().map(|it| {
            row(
                it.section,
                it.outcome.word(),
                &format!("{:.1}", it.seconds),
                &it.note(),
            )
        }));
        let count = |word| format!("{} {word}", self.count(word));
        rows.push(format!(
            "{}, {}, {}",
            count("passed"),
            count("failed"),
            count("skipped")
        ));
        rows
    }

    /// What went wrong, in one line, with the command that runs it again.
    pub fn problem(&self) -> Option<Problem> {
        let failed: Vec<&str> = self
            .lines
            .iter()
            .filter(|it| it.outcome.word() == "failed")
            .map(|it| it.section)
            .collect();
        if failed.is_empty() {
            return None;
        }
        Some(
            Problem::new(format!(
                "{} of {} sections failed: {}",
                failed.len(),
                self.lines.len(),
                failed.join(", ")
            ))
            .help(format!(
                "run them again: cargo xtask ci --only {}",
                failed.join(",")
            )),
        )
    }

    /// The document for programs; `docs/api/ci.md` describes it.
    pub fn document(&self) -> Document {
        Document {
            schema: SCHEMA,
            passed: self.is_success(),
            sections: self.lines.iter().map(SectionDocument::of).collect(),
        }
    }

    fn count(&self, word: &str) -> usize {
        self.lines.iter().filter(|it| it.outcome.word() == word).count()
    }
}

/// What `cargo xtask ci --json` prints.
#[derive(Debug, Serialize)]
pub struct Document {
    schema: u32,
    passed: bool,
    sections: Vec<SectionDocument>,
}

#[derive(Debug, Serialize)]
struct SectionDocument {
    name: &'static str,
    outcome: &'static str,
    /// Rounded to milliseconds.
    seconds: f64,
    reason: Option<String>,
    findings: Vec<FindingDocument>,
    install: Vec<String>,
}

#[derive(Debug, Serialize)]
struct FindingDocument {
    what: String,
    help: Vec<String>,
    file: Option<String>,
    line: Option<usize>,
}

impl SectionDocument {
    fn of(line: &Line) -> SectionDocument {
        let (reason, findings, install) = match &line.outcome {
            Outcome::Passed => (None, Vec::new(), Vec::new()),
            Outcome::Skipped { reason, install } => (Some(reason.clone()), Vec::new(), install.clone()),
            Outcome::Failed { error, install } => (None, problem::lines(error), install.clone()),
        };
        let finding = |it: Problem| {
            let (file, line) = it.place.map_or((None, None), |it| (Some(it.file), it.line));
            FindingDocument {
                what: it.what,
                help: it.help,
                file,
                line,
            }
        };
        SectionDocument {
            name: line.section,
            outcome: line.outcome.word(),
            seconds: (line.seconds * 1000.0).round() / 1000.0,
            reason,
            findings: findings.into_iter().map(finding).collect(),
            install,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Place;

    fn summary() -> Summary {
        let missing = Outcome::Skipped {
            reason: "`x` is not installed".to_owned(),
            install: vec!["make x".to_owned()],
        };
        let failed = Outcome::Failed {
            error: Problem::at(Place::line("a.md", 7), "found `y`")
                .help("take it away")
                .into(),
            install: Vec::new(),
        };
        Summary {
            lines: vec![
                Line::new("fmt", Outcome::Passed, 0.26),
                Line::new("workflows", missing, 0.0),
                Line::new("tidy", failed, 12.3456),
                Line::new("deny", Outcome::skipped("there is no `deny.toml`"), 0.0),
            ],
        }
    }

    #[test]
    fn the_table_tells_why() {
        assert_eq!(
            summary().table().join("\n"),
            "\
section    outcome  seconds
fmt        passed       0.3
workflows  skipped      0.0  `x` is not installed; install it: make x
tidy       failed      12.3  a.md:7: found `y`
deny       skipped      0.0  there is no `deny.toml`
1 passed, 1 failed, 2 skipped"
        );
    }

    #[test]
    fn the_document_is_stable() {
        let document = serde_json::to_value(summary().document()).unwrap();
        let section = |name: &str| {
            let sections = document["sections"].as_array().unwrap();
            sections.iter().find(|it| it["name"] == name).unwrap().clone()
        };
        assert_eq!(document["schema"], 1);
        assert_eq!(document["passed"], false);
        assert_eq!(
            section("tidy"),
            serde_json::json!({
                "name": "tidy", "outcome": "failed", "seconds": 12.346, "reason": null,
                "findings": [{"what": "a.md:7: found `y`", "help": ["take it away"], "file": "a.md", "line": 7}],
                "install": [],
            })
        );
        assert_eq!(
            section("workflows"),
            serde_json::json!({
                "name": "workflows", "outcome": "skipped", "seconds": 0.0,
                "reason": "`x` is not installed", "findings": [], "install": ["make x"],
            })
        );
    }

    #[test]
    fn what_failed_can_be_run_again() {
        let problem = summary().problem().unwrap();
        assert_eq!(problem.what, "1 of 4 sections failed: tidy");
        assert_eq!(problem.help, ["run them again: cargo xtask ci --only tidy"]);
    }
}
