//! Benchmarks: numbers that anybody can take again. They are printed and never asserted, since machines differ.

pub mod checksum;
pub mod clean;
pub mod dist;
pub mod help;
pub mod litter;
pub mod manifests;
pub mod publish;

use std::time::{Duration, Instant};

use crate::cli::Global;
use crate::effect::report::Report;

/// A row of the table of benchmarks.
#[derive(Debug)]
pub struct Bench {
    /// The name on the command line.
    pub name: &'static str,
    /// What it measures, in a line.
    pub about: &'static str,
    /// Measures and prints.
    pub run: fn(&Global, Report) -> anyhow::Result<()>,
}

/// The benchmarks, sorted by name.
pub const BENCHES: &[Bench] = &[
    Bench {
        name: "checksum",
        about: "`checksum` against `sha256sum`, `sha512sum`, `b2sum` and `openssl`: time, scaling, peak memory",
        run: |_, report| checksum::checksum(report),
    },
    Bench {
        name: "clean",
        about: "`clean-repo --dry-run` against `git status` on 100,000 files: with nothing to find, and with litter",
        run: |_, report| clean::clean(report),
    },
    Bench {
        name: "dist",
        about: "`dist` for this machine against the bare `cargo build`: cold, after an edit, with nothing to do",
        run: dist::dist,
    },
    Bench {
        name: "help",
        about: "`cargo xtask --help`: CPU seconds and packages from nothing, wall time afterwards",
        run: |_, report| help::help(report),
    },
    Bench {
        name: "manifests",
        about: "`manifests` for all channels: the texts alone, and packages against compressing the same bytes",
        run: |_, report| manifests::manifests(report),
    },
    Bench {
        name: "publish",
        about: "`publish` of all channels at once against the slowest alone, to local registries that answer 200 ms late",
        run: publish::publish,
    },
];

/// Two ways of doing the same, measured in turns, so that a change in the machine's mood meets both.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The median time of the first.
    pub first: Duration,
    /// The median time of the second.
    pub second: Duration,
    /// The median of the ratios, pair by pair, of second to first: above 1, the first is faster.
    pub ratio: f64,
}

/// Measures two ways `runs` times in turns, after one run of each that does not count.
pub fn pair(
    mut first: impl FnMut() -> anyhow::Result<()>,
    mut second: impl FnMut() -> anyhow::Result<()>,
    runs: usize,
) -> anyhow::Result<Pair> {
    first()?;
    second()?;
    let mut times = Vec::new();
    for _ in 0..runs.max(1) {
        times.push((timed(&mut first)?, timed(&mut second)?));
    }
    let ratios = times
        .iter()
        .map(|(first, second)| second.as_secs_f64() / first.as_secs_f64());
    Ok(Pair {
        first: Duration::from_secs_f64(median(times.iter().map(|it| it.0.as_secs_f64()))),
        second: Duration::from_secs_f64(median(times.iter().map(|it| it.1.as_secs_f64()))),
        ratio: median(ratios),
    })
}

/// How long one call takes.
pub fn timed(work: &mut impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

/// The middle value; of an even number, the mean of the two in the middle.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let check = |values: &[f64], expected: f64| {
            let found = median(values.iter().copied());
            assert!((found - expected).abs() < 1e-9, "{values:?}: {found}");
        };
        check(&[3.0], 3.0);
        check(&[9.0, 1.0, 2.0], 2.0);
        check(&[4.0, 1.0, 2.0, 100.0], 3.0);
    }

    #[test]
    fn two_ways_take_turns_after_one_run_that_does_not_count() {
        let calls = std::cell::RefCell::new(String::new());
        let call = |name| {
            calls.borrow_mut().push(name);
            Ok(())
        };
        pair(|| call('a'), || call('b'), 2).unwrap();
        assert_eq!(*calls.borrow(), "ababab");
    }

    #[test]
    fn the_table_is_sorted_and_unique() {
        assert!(BENCHES.is_sorted_by(|a, b| a.name < b.name));
    }
}
