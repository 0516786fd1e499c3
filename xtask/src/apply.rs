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

/// What to do where something else stands in the place of ours.
pub const OTHER_BYTES: &str = "nothing is ever overwritten with other bytes: publish another version, or build the commit \
    that was published";

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
        Standing::Differs { why } => Err(Failure::new(why).help(OTHER_BYTES)),
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

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::fmt;
    use std::sync::Mutex;

    use super::*;
    use crate::channel;
    use crate::effect::environment;
    use crate::effect::report::Report;
    use crate::outside::{Credentials, Look, Outside, Tempo};
    use crate::plan::Item;
    use crate::protocol::endpoint::Endpoints;

    /// A verb that answers by a script, and writes down what it was asked.
    struct Script {
        probes: Mutex<VecDeque<Result<Standing, Failure>>>,
        performs: Mutex<VecDeque<Result<(), Failure>>>,
        asked: Mutex<String>,
    }

    impl fmt::Display for Script {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("send it")
        }
    }

    impl Verb for Script {
        fn probe(&self, _: &Look<'_>) -> Result<Standing, Failure> {
            self.asked.lock().unwrap().push('?');
            let mut probes = self.probes.lock().unwrap();
            probes.pop_front().expect("no probe more than was planned")
        }

        fn perform(&self, _: &Act<'_>) -> Result<(), Failure> {
            self.asked.lock().unwrap().push('!');
            let mut performs = self.performs.lock().unwrap();
            performs.pop_front().expect("no change more than was planned")
        }

        fn item(&self) -> Option<&Item> {
            None
        }

        fn patience(&self) -> Duration {
            Duration::from_millis(200)
        }
    }

    /// Takes the step, and says in which order it probed (`?`) and changed (`!`).
    #[track_caller]
    fn check(
        probes: Vec<Result<Standing, Failure>>,
        performs: Vec<Result<(), Failure>>,
        expected: &Result<Done, &str>,
        order: &str,
    ) {
        let tempo = Tempo {
            attempts: 3,
            first_wait: Duration::from_millis(1),
            ..Tempo::default()
        };
        let outside = Outside::new(
            &environment::temp_dir(),
            Endpoints::default(),
            Credentials::Environment,
            tempo,
            Report::quiet(),
        )
        .unwrap();
        let script = Script {
            probes: Mutex::new(probes.into()),
            performs: Mutex::new(performs.into()),
            asked: Mutex::default(),
        };
        let found = apply(&script, &outside.act(channel::CHANNELS[0]), None);
        match (&found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(found), Err(expected)) => assert!(found.what.contains(expected), "{found}"),
            _ => panic!("{found:?}, expected {expected:?}"),
        }
        assert_eq!(*script.asked.lock().unwrap(), order);
    }

    fn differs() -> Standing {
        Standing::Differs {
            why: "it is there with cd, ours is ab".to_owned(),
        }
    }

    fn pending() -> Standing {
        Standing::Pending {
            why: "moderation".to_owned(),
        }
    }

    #[test]
    fn what_is_there_is_not_sent() {
        check(vec![Ok(Standing::Same)], vec![], &Ok(Done::AlreadyThere), "?");
        check(
            vec![Ok(pending())],
            vec![],
            &Ok(Done::Waiting("moderation".to_owned())),
            "?",
        );
        check(vec![Ok(differs())], vec![], &Err("ours is ab"), "?");
        let unknown = Standing::Unknown {
            why: "no route".to_owned(),
        };
        check(vec![Ok(unknown)], vec![], &Err("no route"), "?");
    }

    #[test]
    fn what_is_absent_is_sent_once_and_waited_for() {
        let absent = || Ok(Standing::Absent);
        check(
            vec![absent(), Ok(Standing::Same)],
            vec![Ok(())],
            &Ok(Done::Made),
            "?!?",
        );
        check(
            vec![
                absent(),
                absent(),
                Err(Failure::transient("503")),
                Ok(Standing::Same),
            ],
            vec![Ok(())],
            &Ok(Done::Made),
            "?!???",
        );
        check(
            vec![absent(), Ok(pending())],
            vec![Ok(())],
            &Ok(Done::Waiting("moderation".to_owned())),
            "?!?",
        );
    }

    #[test]
    fn after_a_failure_that_may_pass_it_is_asked_before_it_is_sent_again() {
        let absent = || Ok(Standing::Absent);
        let broken = || Err(Failure::transient("the connection broke"));
        // It had arrived.
        check(
            vec![absent(), Ok(Standing::Same)],
            vec![broken()],
            &Ok(Done::Made),
            "?!?",
        );
        // It had not.
        check(
            vec![absent(), absent(), Ok(Standing::Same)],
            vec![broken(), Ok(())],
            &Ok(Done::Made),
            "?!?!?",
        );
        check(
            vec![absent(), absent(), absent(), absent()],
            vec![broken(), broken(), broken()],
            &Err("the connection broke"),
            "?!?!?!?",
        );
    }

    #[test]
    fn a_refusal_is_final_unless_it_is_about_our_own() {
        let absent = || Ok(Standing::Absent);
        let refused = || Err(Failure::new("403: no right to that name"));
        check(vec![absent(), absent()], vec![refused()], &Err("no right"), "?!?");
        let taken = || Err(Failure::new("409: exists"));
        check(
            vec![absent(), Ok(Standing::Same)],
            vec![taken()],
            &Ok(Done::Made),
            "?!?",
        );
        check(
            vec![absent(), Ok(differs())],
            vec![taken()],
            &Err("ours is ab (after: 409: exists)"),
            "?!?",
        );
    }

    #[test]
    fn what_does_not_show_in_time_is_a_failure_that_says_so() {
        let absent: Vec<_> = (0..12).map(|_| Ok(Standing::Absent)).collect();
        let outside = Outside::new(
            &environment::temp_dir(),
            Endpoints::default(),
            Credentials::Environment,
            Tempo::default(),
            Report::quiet(),
        )
        .unwrap();
        let script = Script {
            probes: Mutex::new(absent.into()),
            performs: Mutex::new(VecDeque::from([Ok(())])),
            asked: Mutex::default(),
        };
        let failure = apply(&script, &outside.act(channel::CHANNELS[0]), None).unwrap_err();
        assert!(
            failure.what.starts_with("it was accepted, and did not show"),
            "{failure}"
        );
        assert_eq!(script.asked.lock().unwrap().matches('!').count(), 1);
    }
}
