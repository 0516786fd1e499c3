//! What is checked of all chosen channels before the first change: programs, credentials, and what stands there already.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::outside::Outside;
use crate::plan::Plan;
use crate::problem::{Problem, Problems};
use crate::publish::programs::alternatives;
use crate::standing::{Again, Standing};

/// How many probes run at the same time.
const PROBES: usize = 16;

/// What stands where the steps of a plan would put something, in the order of the steps.
pub type Found = Vec<Standing>;

/// Asks for every step of every plan what is there. What stands against any of them is found at once, before the first
/// change: a missing program or credential, something else in the place of ours, a place that does not answer.
pub fn check(plans: &[Plan], outside: &Outside) -> anyhow::Result<Vec<Found>> {
    let mut problems = Problems::default();
    for plan in plans.iter().filter(|it| it.steps().next().is_some()) {
        equipment(plan, outside, &mut problems);
    }
    problems.into_result()?;
    probe(plans, outside)
}

/// Whether any step is left to be taken.
pub fn is_something_to_do(found: &[Found]) -> bool {
    found.iter().flatten().any(|it| *it == Standing::Absent)
}

/// The programs and credentials that a channel's row names.
fn equipment(plan: &Plan, outside: &Outside, problems: &mut Problems) {
    let look = outside.look(plan.channel);
    let channel = plan.channel;
    for program in channel.programs {
        let names = alternatives(program);
        if !names.iter().any(|it| look.has_program(it)) {
            problems.push(
                Problem::new(format!(
                    "{channel}: needs `{}`, which is not there",
                    names.join("` or `")
                ))
                .help(format!(
                    "`cargo xtask doctor --channel {channel}` says how to install it"
                )),
            );
        }
    }
    if let Err(failure) = look.credential() {
        let problem = Problem::from(failure);
        problems.push(Problem {
            what: format!("{channel}: {}", problem.what),
            ..problem
        });
    }
}

fn probe(plans: &[Plan], outside: &Outside) -> anyhow::Result<Vec<Found>> {
    let queue: Vec<(usize, usize, &Plan)> = plans
        .iter()
        .enumerate()
        .flat_map(|(at, plan)| (0..plan.steps().count()).map(move |step| (at, step, plan)))
        .collect();
    let next = AtomicUsize::new(0);
    let found: Mutex<BTreeMap<(usize, usize), Result<Standing, Problem>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..PROBES.min(queue.len()) {
            scope.spawn(|| {
                while let Some((at, number, plan)) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let step = plan.steps().nth(*number).expect("it was counted");
                    let result = step.verb().probe(&outside.look(plan.channel)).map_err(|failure| {
                        let passing = if failure.again == Again::Never { "" } else { "; it may pass" };
                        let problem = Problem::from(failure);
                        Problem {
                            what: format!("{}: {step}: {}{passing}", plan.channel, problem.what),
                            ..problem
                        }
                    });
                    let result = result.and_then(|standing| match standing {
                        Standing::Differs { why } => Err(Problem::new(format!("{}: {step}: {why}", plan.channel))
                            .help("nothing is ever overwritten with other bytes: publish another version, or build the commit that was published")),
                        Standing::Unknown { why } => Err(Problem::new(format!("{}: {step}: {why}", plan.channel))),
                        standing => Ok(standing),
                    });
                    let mut found = found.lock().expect("no probe panics with the lock held");
                    found.insert((*at, *number), result);
                }
            });
        }
    });
    let mut problems = Problems::default();
    let mut all: Vec<Found> = plans.iter().map(|_| Vec::new()).collect();
    for ((at, _), result) in found.into_inner().expect("all threads have ended") {
        match result {
            Ok(standing) => all[at].push(standing),
            Err(problem) => problems.push(problem),
        }
    }
    problems.into_result()?;
    Ok(all)
}
