//! What a probe of the outside found, and why something outside did not work.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::problem::Problem;

/// What a probe found of what a step would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum Standing {
    /// It is not there.
    Absent,
    /// It is there, as we would make it.
    Same,
    /// It was sent, and others decide.
    Pending {
        /// What is waited for.
        why: String,
    },
    /// Something else is in its place.
    Differs {
        /// What is there and what we have, with both digests.
        why: String,
    },
    /// It could not be told.
    Unknown {
        /// What stood in the way.
        why: String,
    },
}

impl Standing {
    /// The state of a thing that can be told apart by its digest: none is there, ours, or another one.
    pub fn of_digest(there: Option<&str>, ours: &str, what: &str) -> Standing {
        match there {
            None => Standing::Absent,
            Some(there) if there.eq_ignore_ascii_case(ours) => Standing::Same,
            Some(there) => Standing::Differs {
                why: format!("{what} is there with {there}, ours is {ours}"),
            },
        }
    }

    /// The same for people, in a word or two.
    pub fn word(&self) -> &'static str {
        match self {
            Standing::Absent => "absent",
            Standing::Same => "same",
            Standing::Pending { .. } => "pending",
            Standing::Differs { .. } => "differs",
            Standing::Unknown { .. } => "unknown",
        }
    }
}

/// Whether it makes sense to try again what failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The answer would be the same.
    Never,
    /// It may work in a moment.
    Soon,
    /// The server says when.
    After(Duration),
}

/// Something outside did not work: what was tried and found, in the server's own words, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was tried and what was found, in one line.
    pub what: String,
    /// What to do next, one line each.
    pub help: Vec<String>,
    /// Whether to try again.
    pub again: Again,
}

impl Failure {
    /// A failure that stays.
    pub fn new(what: impl Into<String>) -> Failure {
        Failure {
            what: what.into(),
            help: Vec::new(),
            again: Again::Never,
        }
    }

    /// A failure that may be gone in a moment.
    pub fn transient(what: impl Into<String>) -> Failure {
        Failure {
            again: Again::Soon,
            ..Failure::new(what)
        }
    }

    /// Adds a line of advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        self.help.push(help.into());
        self
    }

    /// Says what was being done, before what was found.
    #[must_use]
    pub fn context(mut self, doing: impl fmt::Display) -> Failure {
        self.what = format!("{doing}: {}", self.what);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failure {}

/// A mistake on our side of the wire, such as a file that cannot be read: it stays.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        let help = crate::problem::lines(&error).into_iter().flat_map(|it| it.help);
        Failure {
            help: help.collect(),
            ..Failure::new(format!("{error:#}"))
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        let problem = Problem::new(failure.what);
        failure.help.into_iter().fold(problem, Problem::help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_compared_in_either_case() {
        assert_eq!(Standing::of_digest(Some("AB"), "ab", "x"), Standing::Same);
        assert_eq!(Standing::of_digest(None, "ab", "x"), Standing::Absent);
        assert_eq!(
            Standing::of_digest(Some("cd"), "ab", "`x` 1.0.0"),
            Standing::Differs {
                why: "`x` 1.0.0 is there with cd, ours is ab".to_owned()
            }
        );
    }
}
