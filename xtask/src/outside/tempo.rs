//! How patiently something is tried again: back-off with jitter, under a bound.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::standing::Again;

/// How often and after which waits something is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tempo {
    /// How often a thing is tried in all.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles from there.
    pub first_wait: Duration,
    /// The longest wait that we choose by ourselves.
    pub most_wait: Duration,
    /// The longest wait that a server may ask for; when it asks for more, the run ends with what it said.
    pub most_asked: Duration,
    /// How long it is waited at most until what was sent shows, whatever a step would grant.
    pub most_patience: Duration,
    /// How long an answer is waited for at most, whatever a request would grant.
    pub most_answer: Duration,
}

impl Default for Tempo {
    fn default() -> Tempo {
        Tempo {
            attempts: 6,
            first_wait: Duration::from_secs(1),
            most_wait: Duration::from_mins(1),
            most_asked: Duration::from_mins(15),
            most_patience: Duration::from_mins(15),
            most_answer: Duration::from_hours(1),
        }
    }
}

impl Tempo {
    /// The same for whoever only looks: a place that does not answer twice is told at once.
    #[must_use]
    pub fn hasty(self) -> Tempo {
        Tempo {
            attempts: self.attempts.min(2),
            ..self
        }
    }

    /// The wait after the attempt of this number, counted from 1; `None` when there is no sense in another one.
    pub fn wait_before(&self, turn: u32, again: Again) -> Option<Duration> {
        if turn >= self.attempts {
            return None;
        }
        match again {
            Again::Never => None,
            Again::After(asked) if asked > self.most_asked => None,
            Again::After(asked) => Some(asked.max(self.first_wait.min(Duration::from_millis(10)))),
            Again::Soon => Some(self.back_off(turn)),
        }
    }

    /// Half of the doubled wait and a random part of the other half: many that failed together do not come back together.
    fn back_off(&self, turn: u32) -> Duration {
        let whole = self
            .first_wait
            .saturating_mul(1 << (turn - 1).min(16))
            .min(self.most_wait);
        // A hasher with random keys is the one source of chance in std.
        let chance = RandomState::new().hash_one(turn) % 1000;
        let half = whole / 2;
        half + half * u32::try_from(chance).unwrap_or_default() / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_end() {
        let tempo = Tempo {
            attempts: 5,
            first_wait: Duration::from_secs(1),
            most_wait: Duration::from_secs(3),
            ..Tempo::default()
        };
        for (turn, least_ms, most_ms) in [(1, 500, 1000), (2, 1000, 2000), (3, 1500, 3000), (4, 1500, 3000)] {
            let wait = tempo.wait_before(turn, Again::Soon).unwrap().as_millis();
            assert!((least_ms..=most_ms).contains(&wait), "{turn}: {wait}");
        }
        assert_eq!(tempo.wait_before(5, Again::Soon), None);
    }

    #[test]
    fn a_server_may_ask_for_a_wait_up_to_a_bound() {
        let tempo = Tempo::default();
        let asked = Duration::from_mins(2);
        assert_eq!(tempo.wait_before(1, Again::After(asked)), Some(asked));
        assert_eq!(tempo.wait_before(1, Again::After(Duration::from_hours(1))), None);
        assert_eq!(tempo.wait_before(1, Again::Never), None);
    }
}
