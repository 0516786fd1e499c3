//! One loop for all steps: probe, perform when nothing is there, probe again until it shows.

use std::time::{Duration, Instant};

use crate::outside::Act;
use crate::plan::Verb;
use crate::standing::{Again, Failure, Standing};

/// How a step has ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was made, and shows.
    Made,
    /// It was there already, as we would have made it.
    AlreadyThere,
    /// It was sent, now or before, and others decide.
    Waiting(String),
}

/// The first wait between two looks for what was sent; it doubles from there.
const FIRST_LOOK: Duration = Duration::from_millis(50);

/// The longest such wait.
const MOST_LOOK: Duration = Duration::from_secs(10);

/// Takes a step. `known` is what a probe found a moment ago, if one did.
///
/// A crash at any point is harmless: whoever comes next probes first. For the same reason nothing is sent twice: after a
/// failure that may pass, a probe tells whether the thing arrived all the same.
pub fn apply(verb: &dyn Verb, act: &Act<'_>, known: Option<Standing>) -> Result<Done, Failure> {
    let standing = match known {
        Some(known) => known,
        None => verb.probe(act)?,
    };
    if let Some(end) = end_of(standing, Done::AlreadyThere)? {
        return Ok(end);
    }
    let mut turn = 1;
    while let Err(failure) = verb.perform(act) {
        let wait = act.tempo().wait_before(turn, failure.again);
        if let Some(wait) = wait {
            act.report().say(format_args!(
                "{}: {failure}; tried again in {wait:.1?}",
                act.channel
            ));
            std::thread::sleep(wait);
        }
        // Also after a final refusal: "exists already" may be our own, sent a moment ago and answered by a broken line.
        let found = verb.probe(act);
        match found {
            Ok(Standing::Absent) | Err(_) if wait.is_none() => return Err(failure),
            Ok(standing) => {
                if let Some(end) = end_of(standing, Done::Made).map_err(|it| with_words(it, &failure))? {
                    return Ok(end);
                }
            }
            Err(_) => {}
        }
        turn += 1;
    }
    show(verb, act)
}

/// How a standing ends a step; `None` when there is something to do.
fn end_of(standing: Standing, same: Done) -> Result<Option<Done>, Failure> {
    match standing {
        Standing::Absent => Ok(None),
        Standing::Same => Ok(Some(same)),
        Standing::Pending { why } => Ok(Some(Done::Waiting(why))),
        Standing::Differs { why } => Err(Failure::new(why)
            .help("nothing is ever overwritten with other bytes: publish another version, or build the commit that was published")),
        Standing::Unknown { why } => Err(Failure::new(why)),
    }
}

/// What the probe found, with what the server had said to the attempt.
fn with_words(found: Failure, said: &Failure) -> Failure {
    Failure {
        what: format!("{} (after: {})", found.what, said.what),
        ..found
    }
}

/// Waits until what was sent shows. A probe that fails meanwhile is asked again.
fn show(verb: &dyn Verb, act: &Act<'_>) -> Result<Done, Failure> {
    let patience = verb.patience().min(act.tempo().most_patience);
    if patience.is_zero() {
        return Ok(Done::Made);
    }
    let start = Instant::now();
    let mut wait = FIRST_LOOK;
    loop {
        let found = match verb.probe(act) {
            Ok(standing) => end_of(standing, Done::Made)?,
            Err(failure) if failure.again == Again::Never => return Err(failure),
            Err(_) => None,
        };
        if let Some(end) = found {
            return Ok(end);
        }
        if start.elapsed() >= patience {
            return Err(Failure::new(format!(
                "it was accepted, and did not show within {} s",
                patience.as_secs()
            ))
            .help("run the same command again in a while: what is there by then is not sent again"));
        }
        std::thread::sleep(wait.min(patience.saturating_sub(start.elapsed())));
        wait = (wait * 2).min(MOST_LOOK);
    }
}
