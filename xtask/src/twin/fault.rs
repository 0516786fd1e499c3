//! Faults that a local server makes on purpose, as `--fault` names them: `503@2,PUT:timeout@3,slow=500`.

mod spoil;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::problem::{Problem, nearest};

pub use spoil::{spoil, spoil_text};

/// How long `slow` delays an answer when it does not say, in milliseconds.
const SLOW_MS: u64 = 200;

/// The words without a number in them.
const WORDS: &[(&str, What)] = &[
    ("digest", What::Digest),
    ("redirect", What::Redirect),
    ("reset", What::Reset),
    ("slow", What::Slow(Duration::from_millis(SLOW_MS))),
    ("stall", What::Stall),
    ("timeout", What::Timeout),
    ("truncate", What::Truncate),
];

/// Makes a fault of a status.
type OfStatus = fn(u16) -> What;

/// The words that a status follows.
const STATUS_WORDS: &[(&str, OfStatus)] = &[
    ("", What::Status),
    ("after", What::After),
    ("stored", What::After),
    ("early", What::Early),
];

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The body is read, nothing is done, and this status is the answer.
    Status(u16),
    /// What was asked is done, and then this status is the answer.
    After(u16),
    /// This status is the answer before the body was read, and the connection is closed.
    Early(u16),
    /// No answer comes; the connection stays open until the server stops.
    Timeout,
    /// The connection is closed after half of the request's body, or half of the answer when there is none.
    Reset,
    /// Half of the request's body is read and then nothing; the connection stays open until the server stops.
    Stall,
    /// The answer stops in the middle of what its length promises.
    Truncate,
    /// The answer is a redirect to itself, for ever.
    Redirect,
    /// The digests in the answer are those of something else.
    Digest,
    /// The answer is late.
    Slow(Duration),
}

/// A fault, and which requests it hits.
#[derive(Debug)]
struct Fault {
    /// As it was written.
    text: String,
    what: What,
    /// Headers of the answer, such as `retry-after`.
    details: Vec<(String, String)>,
    method: Option<String>,
    path: Option<String>,
    /// The first request that it hits, counted from 1 among those that method and path let through.
    first: u64,
    /// Whether it hits those after that too.
    goes_on: bool,
    seen: AtomicU64,
    hits: AtomicU64,
}

/// The faults of one server. Threads share them, and each hits exactly as often as was said.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Vec<Fault>>);

/// What hits one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hit {
    /// How late the answer is.
    pub delay: Duration,
    /// What else goes wrong.
    pub what: Option<What>,
    /// Headers of an answer that is made up.
    pub details: Vec<(String, String)>,
    /// The faults as they were written, for the log.
    pub text: Vec<String>,
}

impl Faults {
    /// A server without faults.
    pub fn none() -> Faults {
        Faults::default()
    }

    /// Reads a list such as `503@2,429@1:retry-after=1,PUT:reset@4,/v2/:503@1*,slow=500`.
    pub fn parse(text: &str) -> Result<Faults, Problem> {
        text.split(',')
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(Fault::parse)
            .collect::<Result<_, _>>()
            .map(|it| Faults(Arc::new(it)))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that have hit no request, as they were written: a drill with one of them has drilled nothing.
    pub fn idle(&self) -> Vec<&str> {
        let idle = self.0.iter().filter(|it| it.hits.load(Ordering::SeqCst) == 0);
        idle.map(|it| it.text.as_str()).collect()
    }

    /// What hits the next request. It counts: ask once a request.
    pub fn hit(&self, method: &str, path: &str) -> Hit {
        let mut hit = Hit::default();
        for fault in self.0.iter().filter(|it| it.concerns(method, path)) {
            let number = fault.seen.fetch_add(1, Ordering::SeqCst) + 1;
            let is_hit = number == fault.first || (fault.goes_on && number > fault.first);
            if is_hit {
                fault.hits.fetch_add(1, Ordering::SeqCst);
            }
            match fault.what {
                _ if !is_hit => continue,
                What::Slow(delay) => hit.delay += delay,
                // Of two at once the one that was written first counts.
                _ if hit.what.is_some() => continue,
                what => {
                    hit.what = Some(what);
                    hit.details.clone_from(&fault.details);
                }
            }
            hit.text.push(fault.text.clone());
        }
        hit
    }
}

impl Fault {
    fn parse(text: &str) -> Result<Fault, Problem> {
        let mut pieces = text.split(':').peekable();
        let is_method = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_uppercase());
        let method = pieces.next_if(|it| is_method(it)).map(str::to_owned);
        let path = pieces.next_if(|it| it.starts_with('/')).map(str::to_owned);
        let bad = |why: String| {
            Problem::usage(format!("the fault `{text}` {why}")).help(
                "a fault is `WORD@N` for the N-th request, `WORD@N*` from the N-th on, with `METHOD:` or `/PATH:` before it \
                 and `:header=value` after it",
            )
        };
        let core = pieces.next().ok_or_else(|| bad("has no word".to_owned()))?;
        let (word, count) = match core.split_once('@') {
            Some((word, count)) => (word, Some(count)),
            None => (core, None),
        };
        let what = read_word(word).ok_or_else(|| unknown(text, word))?;
        // What is only slow stays a server that works, so it needs no end.
        let count = match (count, what) {
            (None, What::Slow(_)) => "1*",
            (None, _) => return Err(bad("does not say which request it hits".to_owned())),
            (Some(count), _) => count,
        };
        let goes_on = count.ends_with('*');
        let first = (count.strip_suffix('*').unwrap_or(count))
            .parse()
            .ok()
            .filter(|it| *it > 0)
            .ok_or_else(|| bad(format!("has `{count}` where a number from 1 on should stand")))?;
        let mut details = Vec::new();
        for piece in pieces {
            let is_name =
                |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
            let is_value = |it: &str| !it.contains(char::is_control);
            let detail = piece
                .split_once('=')
                .filter(|(name, value)| is_name(name) && is_value(value));
            let (name, value) =
                detail.ok_or_else(|| bad(format!("has `{piece}` where a header should stand")))?;
            details.push((name.to_owned(), value.to_owned()));
        }
        Ok(Fault {
            text: text.to_owned(),
            what,
            details,
            method,
            path,
            first,
            goes_on,
            seen: AtomicU64::new(0),
            hits: AtomicU64::new(0),
        })
    }

    fn concerns(&self, method: &str, path: &str) -> bool {
        self.method.as_ref().is_none_or(|it| it == method)
            && self.path.as_ref().is_none_or(|it| path.starts_with(it.as_str()))
    }
}

fn read_word(word: &str) -> Option<What> {
    if let Some(ms) = word.strip_prefix("slow=") {
        return ms.parse().ok().map(|it| What::Slow(Duration::from_millis(it)));
    }
    if let Some((_, what)) = WORDS.iter().find(|(it, _)| *it == word) {
        return Some(*what);
    }
    STATUS_WORDS.iter().find_map(|(start, make)| {
        let digits = word.strip_prefix(start)?;
        let status = digits.parse().ok().filter(|it| (400..600).contains(it))?;
        (digits.len() == 3).then(|| make(status))
    })
}

fn unknown(text: &str, word: &str) -> Problem {
    let letters = word.split('=').next().unwrap_or_default();
    let letters = letters.trim_end_matches(|it: char| it.is_ascii_digit());
    let mut known: Vec<&str> = WORDS.iter().map(|(it, _)| *it).collect();
    known.extend(STATUS_WORDS.iter().map(|(it, _)| *it).filter(|it| !it.is_empty()));
    let near = nearest(letters, known.iter().copied());
    let guess = near.map_or(String::new(), |it| format!("; did you mean `{it}`?"));
    let known = known.join("`, `");
    Problem::usage(format!("no fault `{word}` in `{text}`{guess}"))
        .help(format!(
            "the faults are a status from 400 to 599, and `{known}`; a status follows `after`, `stored` and `early`"
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(text: &str, requests: &[(&str, &str)]) -> Vec<Option<What>> {
        let faults = Faults::parse(text).unwrap();
        requests
            .iter()
            .map(|(method, path)| faults.hit(method, path).what)
            .collect()
    }

    #[test]
    fn each_hits_the_request_that_it_names() {
        let get = [("GET", "/a"); 4];
        let no = None;
        assert_eq!(hits("503@2", &get), [no, Some(What::Status(503)), no, no]);
        let late = Some(What::After(502));
        assert_eq!(hits("stored502@3*", &get), [no, no, late, late]);
        assert_eq!(hits("after502@4", &get), [no, no, no, late]);
        let both = [Some(What::Reset), Some(What::Early(413)), no, Some(What::Digest)];
        assert_eq!(hits("reset@1,early413@2,digest@4,timeout@1", &get), both);
        let mixed = [
            ("GET", "/v2/x"),
            ("PUT", "/v2/x"),
            ("PUT", "/v3/x"),
            ("PUT", "/v2/y"),
        ];
        assert_eq!(
            hits("PUT:/v2/:timeout@2", &mixed),
            [no, no, no, Some(What::Timeout)]
        );
        assert_eq!(hits("PUT:truncate@1", &mixed), [no, Some(What::Truncate), no, no]);
        assert_eq!(hits("/v3:redirect@1", &mixed), [no, no, Some(What::Redirect), no]);
    }

    #[test]
    fn details_and_delays_are_read() {
        let faults = Faults::parse(" slow=7, slow@2 ,429@2:retry-after=1:x=y").unwrap();
        let first = faults.hit("GET", "/");
        assert_eq!((first.delay, first.what), (Duration::from_millis(7), None));
        let second = faults.hit("GET", "/");
        assert_eq!(second.delay, Duration::from_millis(7 + SLOW_MS));
        assert_eq!(second.what, Some(What::Status(429)));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(second.details, [pair("retry-after", "1"), pair("x", "y")]);
        assert_eq!(second.text, ["slow=7", "slow@2", "429@2:retry-after=1:x=y"]);
    }

    #[test]
    fn each_hits_once_however_many_threads_ask() {
        let faults = Faults::parse("503@5,502@7").unwrap();
        let count = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        let is_hit = faults.hit("GET", "/").what.is_some();
                        count.fetch_add(u64::from(is_hit), Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(count.into_inner(), 2);
    }

    #[test]
    fn slips_are_told_with_the_nearest_word_and_the_list() {
        let check = |text: &str, expected: &str| {
            let problem = Faults::parse(text).unwrap_err();
            assert!(problem.is_usage);
            assert_eq!(problem.what, expected);
            problem.help.join("\n")
        };
        let help = check(
            "tiemout@3",
            "no fault `tiemout` in `tiemout@3`; did you mean `timeout`?",
        );
        assert!(help.contains("`digest`, `redirect`, `reset`"), "{help}");
        check(
            "stord502@3",
            "no fault `stord502` in `stord502@3`; did you mean `stored`?",
        );
        check("200@1", "no fault `200` in `200@1`");
        check(
            "slow=much",
            "no fault `slow=much` in `slow=much`; did you mean `slow`?",
        );
        check("503", "the fault `503` does not say which request it hits");
        check(
            "503@0",
            "the fault `503@0` has `0` where a number from 1 on should stand",
        );
        check(
            "503@x",
            "the fault `503@x` has `x` where a number from 1 on should stand",
        );
        check(
            "503@1:x",
            "the fault `503@1:x` has `x` where a header should stand",
        );
        check("PUT:", "no fault `` in `PUT:`");
        assert!(Faults::parse("").unwrap().is_empty());
    }
}
