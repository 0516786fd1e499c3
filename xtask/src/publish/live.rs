//! What a channel serves now, and what `doctor` finds out about it.

use serde::Serialize;

/// What a channel serves of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Live {
    /// The newest version that users get, in the channel's form; `None` when none is offered.
    pub version: Option<String>,
    /// A version that was sent and that others have to let through, with what is waited for.
    pub pending: Option<(String, String)>,
    /// Since when the newest is there, in seconds since 1970, where the channel tells.
    pub since_s: Option<i64>,
    /// Until when something has to be done or can be undone, in seconds since 1970, and what.
    pub deadline: Option<(i64, String)>,
    /// The page for people.
    pub page: Option<String>,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// As it should be.
    Good,
    /// It could not be told, for this reason.
    Unknown,
    /// It works, but a person should know.
    Warning,
    /// Publishing would fail.
    Bad,
}

/// A finding of `doctor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub weight: Weight,
    /// What was looked at and what was found.
    pub what: String,
    /// The command or page that mends it.
    pub help: Option<String>,
}

impl Finding {
    /// A finding without advice.
    pub fn new(weight: Weight, what: impl Into<String>) -> Finding {
        Finding {
            weight,
            what: what.into(),
            help: None,
        }
    }

    /// Adds the command or page that mends it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }
}
