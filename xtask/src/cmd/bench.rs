//! `cargo xtask bench`: takes the numbers that the project claims, on this machine.

use std::process::ExitCode;

use clap::Args;

use crate::bench::{BENCHES, Bench};
use crate::cli::Global;
use crate::effect::report::Report;
use crate::problem::{Problem, Problems, nearest};

/// Measures the toolkit against other programs, and prints medians and ratios.
#[derive(Debug, Args)]
pub struct Options {
    /// What to measure; without a name the benchmarks are listed
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

/// Measures, one benchmark after the other.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    if options.names.is_empty() {
        for bench in BENCHES {
            report.data(format_args!("{:12} {}", bench.name, bench.about));
        }
    }
    for bench in chosen(&options.names)? {
        (bench.run)(global, report)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Bench>> {
    let mut problems = Problems::default();
    let mut chosen = Vec::new();
    for name in names {
        match BENCHES.iter().find(|it| it.name == name) {
            Some(bench) => chosen.push(bench),
            None => problems.push(unknown(name)),
        }
    }
    problems.into_result()?;
    Ok(chosen)
}

fn unknown(name: &str) -> Problem {
    let known: Vec<_> = BENCHES.iter().map(|it| it.name).collect();
    let meant = nearest(name, known.iter().copied());
    let meant = meant.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
    Problem::usage(format!("no benchmark `{name}`{meant}"))
        .help(format!("the benchmarks are {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem;

    #[test]
    fn all_mistyped_names_are_wrong_usage_with_the_nearest_name() {
        let names = ["chekcsum", "checksum", "other"].map(str::to_owned);
        let error = chosen(&names).unwrap_err();
        assert!(problem::is_usage(&error));
        let lines = problem::lines(&error);
        assert_eq!(lines[0].what, "no benchmark `chekcsum`; did you mean `checksum`?");
        assert_eq!(lines[1].what, "no benchmark `other`");
    }
}
