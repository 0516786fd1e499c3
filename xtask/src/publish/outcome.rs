//! How publishing to a channel has ended: one table for all.

use serde::Serialize;

use crate::effect::report::Report;

/// How a channel has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// It serves the release, and did not before.
    Live,
    /// It served the release already.
    AlreadyThere,
    /// It was sent, and others decide.
    Waiting {
        /// What is waited for.
        why: String,
    },
    /// A rule of the place stands against it.
    Blocked {
        /// The rule.
        why: String,
    },
    /// It failed.
    Failed {
        /// The step, as the plan words it.
        step: String,
        /// What was tried and found, in the server's own words.
        why: String,
        /// What to do next.
        next: Vec<String>,
    },
    /// It could not be tried on this machine.
    Skipped {
        /// What is missing, and the command that installs it.
        why: String,
    },
    /// It was not tried, since a channel that it points to failed.
    NotTried {
        /// That channel.
        because: String,
    },
}

impl Outcome {
    /// The word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Live => "live",
            Outcome::AlreadyThere => "already there",
            Outcome::Waiting { .. } => "waiting",
            Outcome::Blocked { .. } => "blocked",
            Outcome::Failed { .. } => "failed",
            Outcome::Skipped { .. } => "skipped",
            Outcome::NotTried { .. } => "not tried",
        }
    }

    /// Whether the run as a whole has failed by it.
    pub fn is_failure(&self) -> bool {
        matches!(self, Outcome::Failed { .. } | Outcome::NotTried { .. })
    }

    /// What is told beside the word.
    pub fn detail(&self) -> String {
        match self {
            Outcome::Live | Outcome::AlreadyThere => String::new(),
            Outcome::Waiting { why } | Outcome::Blocked { why } | Outcome::Skipped { why } => why.clone(),
            Outcome::Failed { step, why, .. } => format!("{step}: {why}"),
            Outcome::NotTried { because } => format!("`{because}` must be served first"),
        }
    }
}

/// The end of a channel.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The channel.
    pub channel: &'static str,
    /// The version, in the channel's form.
    pub version: String,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How many steps were taken, and how many were found done.
    pub made: usize,
    /// How many steps were found done.
    pub found: usize,
    /// What a person has to do or to know.
    pub notes: Vec<String>,
    /// How long it took.
    pub wall_s: f64,
}

impl Row {
    /// The row of a channel that was not begun.
    pub fn unbegun(channel: &'static str, version: String, outcome: Outcome) -> Row {
        Row {
            channel,
            version,
            outcome,
            made: 0,
            found: 0,
            notes: Vec::new(),
            wall_s: 0.0,
        }
    }
}

/// Prints the table of outcomes, with what to do next after each that failed.
pub fn print(rows: &[Row], report: Report) {
    let width = rows.iter().map(|it| it.channel.len()).max().unwrap_or_default();
    let words = rows
        .iter()
        .map(|it| it.outcome.word().len())
        .max()
        .unwrap_or_default();
    let versions = rows.iter().map(|it| it.version.len()).max().unwrap_or_default();
    for row in rows {
        let steps = match (row.made, row.found) {
            (0, 0) => String::new(),
            (made, 0) => format!("{made} done"),
            (0, found) => format!("{found} found done"),
            (made, found) => format!("{made} done, {found} found done"),
        };
        let line = format!(
            "{:<width$}  {:<versions$}  {:<words$}  {steps}",
            row.channel,
            row.version,
            row.outcome.word(),
        );
        report.data(line.trim_end());
        let mut texts: Vec<String> = Vec::new();
        texts.extend(Some(row.outcome.detail()).filter(|it| !it.is_empty()));
        texts.extend(row.notes.iter().map(|it| format!("note: {it}")));
        if let Outcome::Failed { next, .. } = &row.outcome {
            texts.extend(next.iter().map(|it| format!("next: {it}")));
        }
        // What a server says may be long: a table would be torn apart by it. In one line it can be searched and copied.
        for text in texts {
            report.data(format_args!("    {text}"));
        }
    }
}
