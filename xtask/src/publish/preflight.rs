//! What is checked of all chosen channels before the first change: programs, credentials, and what stands there already.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::apply::OTHER_BYTES;
use crate::outside::Outside;
use crate::plan::{Plan, Step};
use crate::problem::{Problem, Problems};
use crate::publish::programs::alternatives;
use crate::standing::{Again, Failure, Standing};

/// How many probes of a channel run at the same time.
const SIDE_BY_SIDE: usize = 8;

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

/// A probe that stands against a run: the step, and why.
struct Against<'a> {
    step: &'a Step,
    problem: Problem,
}

fn probe(plans: &[Plan], outside: &Outside) -> anyhow::Result<Vec<Found>> {
    let results: Vec<Vec<Result<Standing, Against<'_>>>> = std::thread::scope(|scope| {
        let asked: Vec<_> = plans
            .iter()
            .map(|plan| scope.spawn(|| probes_of(plan, outside)))
            .collect();
        let joined = asked.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|it| it.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut problems = Problems::default();
    let mut all = Vec::new();
    for (plan, results) in plans.iter().zip(results) {
        let mut found = Vec::new();
        let mut against = Vec::new();
        for result in results {
            match result {
                Ok(standing) => found.push(standing),
                Err(one) => against.push(one),
            }
        }
        tell(plan, against, &mut problems);
        all.push(found);
    }
    problems.into_result()?;
    Ok(all)
}

/// The probes of a plan, in the order of its steps.
fn probes_of<'a>(plan: &'a Plan, outside: &Outside) -> Vec<Result<Standing, Against<'a>>> {
    let steps: Vec<&Step> = plan.steps().collect();
    let next = AtomicUsize::new(0);
    let found: Mutex<BTreeMap<usize, Result<Standing, Against<'_>>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE.min(steps.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(step) = steps.get(at).copied() else { break };
                    let result = judge(step.verb().probe(&outside.look(plan.channel)))
                        .map_err(|problem| Against { step, problem });
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    found.insert(at, result);
                }
            });
        }
    });
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.into_values().collect()
}

/// What a run can begin with.
fn judge(found: Result<Standing, Failure>) -> Result<Standing, Problem> {
    match found {
        Ok(Standing::Differs { why }) => Err(Problem::new(why).help(OTHER_BYTES)),
        Ok(Standing::Unknown { why }) => Err(Problem::new(why)),
        Ok(standing) => Ok(standing),
        Err(failure) => {
            let passing = if failure.again == Again::Never {
                ""
            } else {
                "; it may pass"
            };
            let problem = Problem::from(failure);
            Err(Problem {
                what: format!("{}{passing}", problem.what),
                ..problem
            })
        }
    }
}

/// Tells what stands against a channel, and what is the same for many steps once.
fn tell(plan: &Plan, against: Vec<Against<'_>>, problems: &mut Problems) {
    let mut told: Vec<(Against<'_>, usize)> = Vec::new();
    for one in against {
        match told
            .iter_mut()
            .find(|(it, _)| it.problem.what == one.problem.what)
        {
            Some((_, count)) => *count += 1,
            None => told.push((one, 1)),
        }
    }
    for (Against { step, problem }, count) in told {
        let others = match count - 1 {
            0 => String::new(),
            1 => " and one more step".to_owned(),
            more => format!(" and {more} more steps"),
        };
        problems.push(Problem {
            what: format!("{}: {step}{others}: {}", plan.channel, problem.what),
            ..problem
        });
    }
}
