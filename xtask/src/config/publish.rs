//! `[publish]`: how patiently it is published.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::outside::Tempo;

/// How often and how long something outside is tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Publish {
    /// How often a thing that may pass is tried in all.
    pub attempts: u32,
    /// The wait before the second attempt, in milliseconds; it doubles from there, to a minute at most.
    pub first_wait_ms: u64,
    /// The longest wait that a server may ask for, in seconds.
    pub most_asked_s: u64,
    /// How long it is waited at most until a registry shows what was sent, in seconds.
    pub patience_s: u64,
    /// How long an answer is waited for at most, in seconds.
    pub answer_s: u64,
}

impl Default for Publish {
    fn default() -> Publish {
        let tempo = Tempo::default();
        Publish {
            attempts: tempo.attempts,
            first_wait_ms: u64::try_from(tempo.first_wait.as_millis()).unwrap_or(u64::MAX),
            most_asked_s: tempo.most_asked.as_secs(),
            patience_s: tempo.most_patience.as_secs(),
            answer_s: tempo.most_answer.as_secs(),
        }
    }
}

impl Publish {
    /// The tempo that these settings stand for.
    pub fn tempo(&self) -> Tempo {
        Tempo {
            attempts: self.attempts.max(1),
            first_wait: Duration::from_millis(self.first_wait_ms),
            most_asked: Duration::from_secs(self.most_asked_s),
            most_patience: Duration::from_secs(self.patience_s),
            most_answer: Duration::from_secs(self.answer_s),
            ..Tempo::default()
        }
    }
}
