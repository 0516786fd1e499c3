//! Decides which machine builds which targets: the matrix of the release workflow.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::config::{Ci, Label};
use crate::target::Target;

/// The matrix, in the form that GitHub Actions takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// One entry for each machine, in the order of their names.
    pub include: Vec<Group>,
}

/// What one machine builds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The name of the job and of what it hands on: the runner, with a number where there are several of its kind.
    pub name: String,
    /// The label of the runner.
    pub runner: String,
    /// The targets, parted by commas as `dist --target` takes them.
    pub targets: String,
}

/// Targets that are compiled from common parts: apart, two machines would compile the same.
struct Cluster {
    targets: Vec<&'static Target>,
    parts: BTreeSet<&'static str>,
}

impl Matrix {
    /// Spreads targets over machines: by their runners, then by equal numbers of compilations.
    pub fn of(targets: &[&'static Target], ci: &Ci) -> Matrix {
        let runners: BTreeSet<&Label> = targets.iter().map(|it| ci.runner_of(it)).collect();
        let mut include = Vec::new();
        for runner in runners {
            let own: Vec<&'static Target> = targets
                .iter()
                .copied()
                .filter(|it| ci.runner_of(it) == runner)
                .collect();
            let groups = spread(clusters(&own), ci.groups.get());
            for (index, group) in groups.iter().enumerate() {
                let name = match groups.len() {
                    1 => runner.as_str().to_owned(),
                    _ => format!("{}-{}", runner.as_str(), index + 1),
                };
                include.push(Group {
                    name,
                    runner: runner.as_str().to_owned(),
                    targets: group.join(","),
                });
            }
        }
        Matrix { include }
    }
}

fn clusters(targets: &[&'static Target]) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for target in targets {
        let parts: BTreeSet<&str> = target.compiled().iter().map(|it| it.triple).collect();
        let (common, apart): (Vec<Cluster>, Vec<Cluster>) =
            clusters.into_iter().partition(|it| !it.parts.is_disjoint(&parts));
        clusters = apart;
        let mut cluster = Cluster {
            targets: vec![target],
            parts,
        };
        for it in common {
            cluster.targets.extend(it.targets);
            cluster.parts.extend(it.parts);
        }
        clusters.push(cluster);
    }
    clusters
}

/// At most `count` groups of triples: the largest cluster first, each to the group with the fewest compilations.
fn spread(mut clusters: Vec<Cluster>, count: usize) -> Vec<Vec<&'static str>> {
    // By their names too, so that the order of the targets in the settings changes nothing.
    clusters.sort_by_key(|it| {
        (
            usize::MAX - it.parts.len(),
            it.targets.iter().map(|it| it.triple).min(),
        )
    });
    let mut groups: Vec<(usize, Vec<&'static str>)> = vec![(0, Vec::new()); count.min(clusters.len())];
    for cluster in clusters {
        let smallest = groups
            .iter_mut()
            .min_by_key(|(parts, _)| *parts)
            .expect("there is a group where there is a cluster");
        smallest.0 += cluster.parts.len();
        smallest.1.extend(cluster.targets.iter().map(|it| it.triple));
    }
    for (_, group) in &mut groups {
        group.sort_unstable();
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::target::TARGETS;

    #[track_caller]
    fn check(targets: &[&str], settings: &str, expected: &[(&str, &str)]) {
        let ci = Config::parse(settings).unwrap().ci;
        let targets: Vec<&Target> = targets.iter().map(|it| Target::parse(it).unwrap()).collect();
        let matrix = Matrix::of(&targets, &ci);
        let found: Vec<(&str, &str)> = matrix
            .include
            .iter()
            .map(|it| (it.name.as_str(), it.targets.as_str()))
            .collect();
        assert_eq!(found, expected);
        let mut reversed = targets.clone();
        reversed.reverse();
        assert_eq!(
            Matrix::of(&reversed, &ci),
            matrix,
            "the order of the settings changes nothing"
        );
    }

    #[test]
    fn one_machine_has_no_number() {
        check(
            &["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"],
            "[ci]\ngroups = 1\n",
            &[(
                "ubuntu-24.04",
                "aarch64-unknown-linux-gnu,x86_64-unknown-linux-gnu",
            )],
        );
    }

    #[test]
    fn groups_are_balanced_and_what_shares_a_compilation_stays_together() {
        check(
            &[
                "aarch64-apple-darwin",
                "aarch64-unknown-linux-gnu",
                "universal-apple-darwin",
                "x86_64-apple-darwin",
                "x86_64-unknown-linux-gnu",
            ],
            "[ci]\ngroups = 2\n",
            &[
                (
                    "ubuntu-24.04-1",
                    "aarch64-apple-darwin,universal-apple-darwin,x86_64-apple-darwin",
                ),
                (
                    "ubuntu-24.04-2",
                    "aarch64-unknown-linux-gnu,x86_64-unknown-linux-gnu",
                ),
            ],
        );
        // The parts lie together although only the last target joins them.
        check(
            &["universal-apple-darwin", "aarch64-apple-darwin"],
            "",
            &[("ubuntu-24.04", "aarch64-apple-darwin,universal-apple-darwin")],
        );
    }

    #[test]
    fn targets_go_to_their_runners() {
        check(
            &["x86_64-pc-windows-msvc", "x86_64-unknown-linux-gnu"],
            "[ci.runners]\nx86_64-pc-windows-msvc = \"windows-2025\"\n",
            &[
                ("ubuntu-24.04", "x86_64-unknown-linux-gnu"),
                ("windows-2025", "x86_64-pc-windows-msvc"),
            ],
        );
    }

    #[test]
    fn every_target_is_built_once_in_any_number_of_groups() {
        let all: Vec<&Target> = TARGETS.iter().collect();
        for count in 1..20 {
            let ci = Config::parse(&format!("[ci]\ngroups = {count}\n")).unwrap().ci;
            let matrix = Matrix::of(&all, &ci);
            let mut built: Vec<&str> = matrix
                .include
                .iter()
                .flat_map(|it| it.targets.split(','))
                .collect();
            built.sort_unstable();
            let triples: Vec<&str> = TARGETS.iter().map(|it| it.triple).collect();
            assert_eq!(built, triples);
            assert!(matrix.include.len() <= count);
        }
    }
}
