//! What a run of `dist` did: the document of `--json`, and the table for people.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::artifact;
use crate::dist::prove::Proof;
use crate::effect::report::Report;
use crate::problem::Problem;
use crate::release::{self, Release};
use crate::size::size;

/// What became of a target.
#[derive(Clone, Debug, Serialize)]
pub struct TargetReport {
    /// The target.
    pub target: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How it was compiled.
    pub builder: String,
    /// Wall time of compiling it, in seconds.
    pub compile_s: f64,
    /// Wall time of checking and packing it, in seconds.
    pub pack_s: f64,
    /// Its files in `dist/`.
    pub artifacts: Vec<String>,
    /// What ran each binary to ask for its version, or why nothing did.
    pub version_checks: BTreeMap<String, String>,
    /// What failed.
    pub problems: Vec<String>,
}

/// What became of the source archive.
#[derive(Clone, Debug, Serialize)]
pub struct SourceReport {
    /// How it ended.
    pub outcome: Outcome,
    /// Wall time of packing it, in seconds.
    pub pack_s: f64,
    /// Its file in `dist/`.
    pub artifacts: Vec<String>,
    /// What failed.
    pub problems: Vec<String>,
}

impl SourceReport {
    /// A report of the file that is there, or of what failed.
    pub fn new(outcome: Outcome, pack_s: f64, result: Result<&str, &[Problem]>) -> SourceReport {
        SourceReport {
            outcome,
            pack_s,
            artifacts: result.iter().map(|it| (*it).to_owned()).collect(),
            problems: result
                .err()
                .into_iter()
                .flatten()
                .map(|it| it.what.clone())
                .collect(),
        }
    }
}

/// How a target ended, or the source archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was built from these very inputs before, and its files are whole.
    Fresh,
    /// It was built or packed now.
    Built,
    /// It could not be built, checked or packed.
    Failed,
}

/// The end of a run, for people as for machines.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The version of this document's form.
    pub schema: u32,
    /// The folder of the artifacts.
    pub dist: String,
    /// What became of each target that was asked for.
    pub targets: Vec<TargetReport>,
    /// What became of the source archive; `None` where the settings turn it off, or no target could be built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceReport>,
    /// Whether the release's own description was written, for people only.
    #[serde(skip)]
    pub is_written: bool,
}

/// What `--json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// What was done.
    #[serde(flatten)]
    pub summary: Summary,
    /// What a second build has shown, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

/// Prints the table at the end.
pub fn print(summary: &Summary, release: &Release, report: Report) {
    let targets = summary.targets.iter();
    let targets = targets.map(|it| (it.outcome, it.target.as_str(), &it.artifacts));
    let source = summary.source.iter();
    let source = source.map(|it| (it.outcome, artifact::SOURCE, &it.artifacts));
    for (outcome, what, artifacts) in targets.chain(source) {
        let mark = match outcome {
            Outcome::Fresh => "fresh",
            Outcome::Built => "built",
            Outcome::Failed => "FAILED",
        };
        if artifacts.is_empty() {
            report.data(format_args!("{mark:<7} {what}"));
        }
        for name in artifacts {
            let Some(artifact) = release.artifacts.iter().find(|it| it.name == *name) else {
                continue;
            };
            report.data(format_args!(
                "{mark:<7} {:>9}  {}/{name}",
                size(artifact.size_bytes),
                summary.dist
            ));
        }
    }
    if summary.is_written {
        report.step(
            "Wrote",
            format_args!("{}/{} and {}", summary.dist, release::FILE, release::SUMS_FILE),
        );
    }
}
