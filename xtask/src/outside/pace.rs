//! The limits that registries set on how much may be sent: so many at once, then one every so often.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Tempo;

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// What is limited; one bucket for all that have the name.
    pub name: &'static str,
    /// How many may go at once.
    pub burst: u32,
    /// After which time there is room for one more.
    pub every: Duration,
    /// The rule, after `since`, with its source.
    pub why: &'static str,
}

/// The buckets of a run: when the next one may go.
#[derive(Debug, Default)]
pub struct Paces(Mutex<BTreeMap<&'static str, Instant>>);

impl Paces {
    /// Takes one from the bucket, and says how long to wait before it may go. The clock of the bucket runs ahead of ours by
    /// what was taken, at most a burst (the generic cell rate algorithm of ITU-T I.371).
    pub fn take(&self, pace: &Pace, tempo: &Tempo) -> Duration {
        let now = Instant::now();
        let every = pace.every.min(tempo.most_asked);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = buckets.entry(pace.name).or_insert(now);
        let start = (*next).max(now);
        *next = start + every;
        let ahead = every * pace.burst.saturating_sub(1);
        start.saturating_duration_since(now).saturating_sub(ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_goes_at_once_and_the_rest_waits() {
        let pace = Pace {
            name: "crates",
            burst: 3,
            every: Duration::from_mins(1),
            why: "",
        };
        let paces = Paces::default();
        let waits: Vec<f64> = (0..5)
            .map(|_| paces.take(&pace, &Tempo::default()).as_secs_f64().round())
            .collect();
        assert_eq!(waits, [0.0, 0.0, 0.0, 60.0, 120.0]);
    }
}
