//! The run over all channels: side by side where they do not point to each other, one after the other where they do.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

use crate::apply::{Done, apply};
use crate::outside::Outside;
use crate::plan::{Gate, Plan, Stage, Step};
use crate::publish::outcome::{Outcome, Row};
use crate::publish::preflight::Found;
use crate::receipt::Book;
use crate::standing::{Failure, Standing};

/// How many steps of a stage are taken at the same time.
const SIDE_BY_SIDE: usize = 8;

/// How far the channels have come.
#[derive(Default)]
struct Board {
    progress: Mutex<BTreeMap<&'static str, Progress>>,
    changed: Condvar,
}

/// How far a channel has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// All that is not public is done.
    Ready,
    /// It has ended; whether what points to it may go on.
    Ended { is_good: bool },
}

/// Takes all steps of all plans. One channel's failure stops only the channels that point to it.
pub fn run(plans: &[Plan], found: &[Found], outside: &Outside) -> Vec<Row> {
    let board = Board::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = plans
            .iter()
            .zip(found)
            .map(|(plan, found)| scope.spawn(|| channel(plan, found, plans, outside, &board)))
            .collect();
        let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|it| it.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Says that a channel has ended when it goes, also by a panic: nobody may wait for ever.
struct Ending<'a> {
    board: &'a Board,
    channel: &'static str,
    is_good: bool,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let is_good = self.is_good;
        self.board.put(self.channel, Progress::Ended { is_good });
    }
}

fn channel(plan: &Plan, found: &Found, plans: &[Plan], outside: &Outside, board: &Board) -> Row {
    let start = Instant::now();
    let mut ending = Ending {
        board,
        channel: plan.channel.name,
        is_good: false,
    };
    let mut counts = Counts::default();
    let outcome = stages(plan, found, plans, outside, board, &mut counts);
    ending.is_good = !outcome.is_failure();
    Row {
        channel: plan.channel.name,
        version: plan.version.clone(),
        outcome,
        made: counts.made,
        found: counts.found,
        notes: notes(plan),
        wall_s: start.elapsed().as_secs_f64(),
    }
}

/// What a person has to do or to know. Where there are steps all the same, this is the place for what is against others.
fn notes(plan: &Plan) -> Vec<String> {
    let has_steps = plan.steps().next().is_some();
    let blocked = plan.blocked.iter().filter(|_| has_steps);
    let blocked = blocked.map(|it| format!("blocked: {it}"));
    blocked.chain(plan.notes.iter().cloned()).collect()
}

/// What the steps of a channel have come to.
#[derive(Default)]
struct Counts {
    made: usize,
    found: usize,
    waiting: Option<String>,
}

fn stages(
    plan: &Plan,
    found: &Found,
    plans: &[Plan],
    outside: &Outside,
    board: &Board,
    counts: &mut Counts,
) -> Outcome {
    if plan.steps().next().is_none() {
        return Outcome::Blocked {
            why: plan.blocked.join("; "),
        };
    }
    let book = match Book::open(&outside.receipts, plan) {
        Ok(book) => book,
        Err(error) => return failed("open the receipt", &Failure::from(error), plan, outside),
    };
    let mut first = 0;
    for stage in &plan.stages {
        if stage.gate == Gate::Public
            && let Some(because) = board.wait_for(plan, plans)
        {
            return Outcome::NotTried { because };
        }
        let known = &found[first..first + stage.steps.len()];
        first += stage.steps.len();
        for ((step, result), known) in take(stage, known, plan, outside, &book).into_iter().zip(known) {
            match result {
                Ok(Done::Made) => counts.made += 1,
                // Another channel of this run has made it, such as the tag of a release, or a download public.
                Ok(Done::AlreadyThere) if *known == Standing::Absent => counts.made += 1,
                Ok(Done::AlreadyThere) => counts.found += 1,
                Ok(Done::Waiting(why)) => counts.waiting = Some(why),
                // The others of the stage have ended, too; the next stage points to all of them.
                Err(failure) => return failed(&step.to_string(), &failure, plan, outside),
            }
        }
    }
    match &counts.waiting {
        Some(why) => Outcome::Waiting { why: why.clone() },
        None if counts.made == 0 => Outcome::AlreadyThere,
        None => Outcome::Live,
    }
}

impl Board {
    fn put(&self, channel: &'static str, progress: Progress) {
        let mut all = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(channel, progress);
        self.changed.notify_all();
    }

    /// Waits until a plan may become public: the channels that it points to, as far as they are part of the run, have
    /// ended, and before what can never be taken back all others have done what can fail in private, apart from those that
    /// people review. Names a channel that it points to and that failed.
    fn wait_for(&self, plan: &Plan, plans: &[Plan]) -> Option<String> {
        let names = || plans.iter().map(|it| it.channel.name);
        // What people review is not served at the end of the run anyway.
        let unreviewed = || {
            let plans = plans.iter().filter(|it| !it.channel.is_reviewed);
            plans.map(|it| it.channel.name)
        };
        let before: Vec<&str> = plan
            .channel
            .after
            .iter()
            .copied()
            .filter(|name| names().any(|it| it == *name))
            .collect();
        let mut all = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(plan.channel.name).or_insert(Progress::Ready);
        self.changed.notify_all();
        loop {
            let has_ended = |it: &&str| matches!(all.get(it), Some(Progress::Ended { .. }));
            let is_turn = !plan.channel.is_final || unreviewed().all(|it| all.contains_key(it));
            if is_turn && before.iter().all(has_ended) {
                break;
            }
            all = self.changed.wait(all).unwrap_or_else(PoisonError::into_inner);
        }
        let has_failed = |it: &&str| all.get(it) == Some(&Progress::Ended { is_good: false });
        before.into_iter().find(has_failed).map(str::to_owned)
    }
}

fn failed(step: &str, failure: &Failure, plan: &Plan, outside: &Outside) -> Outcome {
    let mut next = failure.help.clone();
    if let Some(trouble) = plan.channel.guide.trouble(&failure.what) {
        next.push(format!("{}: {}", trouble.means, trouble.next));
    }
    next.push(format!(
        "`{}` goes on from here",
        outside.look(plan.channel).command(&[plan.channel.name])
    ));
    Outcome::Failed {
        step: step.to_owned(),
        why: failure.what.clone(),
        next,
    }
}

/// Takes the steps of a stage side by side, and gives their results in the order of the steps.
fn take<'a>(
    stage: &'a Stage,
    known: &[Standing],
    plan: &Plan,
    outside: &Outside,
    book: &Book,
) -> Vec<(&'a Step, Result<Done, Failure>)> {
    let next = AtomicUsize::new(0);
    let results: Mutex<BTreeMap<usize, Result<Done, Failure>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE.min(stage.steps.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(step) = stage.steps.get(at) else { break };
                    let result = one(step, known[at].clone(), plan, outside, book);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results.insert(at, result);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    stage.steps.iter().zip(results.into_values()).collect()
}

fn one(step: &Step, known: Standing, plan: &Plan, outside: &Outside, book: &Book) -> Result<Done, Failure> {
    let act = outside.act(plan.channel);
    let report = outside.report;
    report.detail(format_args!("{}: {step}: begun", plan.channel));
    // What was there before the first change is there now; what was not may have come since.
    let known = Some(known).filter(|it| matches!(it, Standing::Same | Standing::Pending { .. }));
    let result = apply(step.verb(), &act, known);
    let (word, outcome, why) = match &result {
        Ok(Done::Made) => ("Done", "done", None),
        Ok(Done::AlreadyThere) => ("Already", "already-there", None),
        Ok(Done::Waiting(why)) => ("Waiting", "waiting", Some(why.clone())),
        Err(failure) => ("Failed", "failed", Some(failure.to_string())),
    };
    let tail = why.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
    if result.is_ok() {
        report.step(word, format_args!("{}: {step}{tail}", plan.channel));
    } else {
        report.misstep(word, format_args!("{}: {step}{tail}", plan.channel));
    }
    book.write(step, outcome, why.as_deref())?;
    result
}
