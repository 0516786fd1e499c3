//! A line on the terminal that says how far a long loop has come, and is gone when anything else is said.
#![expect(clippy::disallowed_methods, reason = "it is a part of the home of printing")]

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Whether the line stands on the terminal now. Who holds the lock prints, so that two lines do not mix.
static IS_SHOWN: Mutex<bool> = Mutex::new(false);

/// Whether some loop has the line: a loop within it goes without.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// What is done sooner needs no line, which would only flicker.
const FIRST_MS: u64 = 200;

/// How long a line stands at least before it is drawn again.
const BETWEEN_MS: u64 = 50;

/// How wide the bar is. The whole line has 46 columns, which any terminal has.
const BAR_COLUMNS: u64 = 25;

/// How far a loop has come. Threads may share it. It wipes its line when it goes.
#[derive(Debug)]
pub struct Progress(Option<Shown>);

#[derive(Debug)]
struct Shown {
    /// What is done, padded and coloured.
    verb: String,
    /// How much there is to do; 0 when nobody knows.
    total: u64,
    done: AtomicU64,
    start: Instant,
    /// When it is drawn next, in milliseconds since the start.
    next_ms: AtomicU64,
}

impl Progress {
    /// A loop that nobody watches.
    pub fn hidden() -> Progress {
        Progress(None)
    }

    /// A loop that is shown, unless another one is.
    pub(super) fn shown(verb: String, total: u64) -> Progress {
        if IS_TAKEN.swap(true, Ordering::SeqCst) {
            return Progress::hidden();
        }
        Progress(Some(Shown {
            verb,
            total,
            done: AtomicU64::new(0),
            start: Instant::now(),
            next_ms: AtomicU64::new(FIRST_MS),
        }))
    }

    /// So much more is done.
    pub fn advance(&self, by: u64) {
        let Some(shown) = &self.0 else { return };
        let done = shown.done.fetch_add(by, Ordering::Relaxed) + by;
        let now_ms = u64::try_from(shown.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let next_ms = shown.next_ms.load(Ordering::Relaxed);
        let is_due = now_ms >= next_ms
            // Of several threads one draws.
            && (shown.next_ms)
                .compare_exchange(
                    next_ms,
                    now_ms + BETWEEN_MS,
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                )
                .is_ok();
        if is_due {
            let mut is_shown = IS_SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
            let line = line(&shown.verb, done, shown.total);
            let mut out = std::io::stderr().lock();
            let _ = write!(out, "\r{line}\x1b[K").and_then(|()| out.flush());
            *is_shown = true;
        }
    }

    /// A reader whose bytes are what is done.
    pub fn count<R: Read>(&self, inner: R) -> impl Read {
        Counted {
            progress: self,
            inner,
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.0.is_some() {
            aside(|| ());
            IS_TAKEN.store(false, Ordering::SeqCst);
        }
    }
}

/// Prints something else: the line of progress, if there is one, is wiped before and comes back with its next step.
pub(super) fn aside<T>(print: impl FnOnce() -> T) -> T {
    let mut is_shown = IS_SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if std::mem::take(&mut *is_shown) {
        let mut out = std::io::stderr().lock();
        let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
    }
    print()
}

fn line(verb: &str, done: u64, total: u64) -> String {
    let done_part = |whole: u64| u128::from(done.min(total)) * u128::from(whole) / u128::from(total.max(1));
    if total == 0 {
        return format!("{verb} {done}");
    }
    let (bar, percent) = (done_part(BAR_COLUMNS), done_part(100));
    let columns = usize::try_from(BAR_COLUMNS).unwrap_or_default();
    let bar = "=".repeat(usize::try_from(bar).unwrap_or_default());
    format!("{verb} [{bar:<columns$}] {percent:>3} %")
}

struct Counted<'a, R> {
    progress: &'a Progress,
    inner: R,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.inner.read(buffer)?;
        self.progress.advance(len as u64);
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_short_and_says_how_far() {
        let check = |done, total, expected: &str| assert_eq!(line("Hashing", done, total), expected);
        check(0, 8, "Hashing [                         ]   0 %");
        check(3, 8, "Hashing [=========                ]  37 %");
        check(8, 8, "Hashing [=========================] 100 %");
        // A file that grows meanwhile.
        check(9, 8, "Hashing [=========================] 100 %");
        check(u64::MAX, u64::MAX, "Hashing [=========================] 100 %");
        check(1234, 0, "Hashing 1234");
        assert_eq!(line("     Hashing", 1, 1).len(), 46);
    }

    #[test]
    fn a_loop_within_a_loop_goes_without() {
        let outer = Progress::shown("Outer".to_owned(), 1);
        let inner = Progress::shown("Inner".to_owned(), 1);
        assert!(outer.0.is_some() && inner.0.is_none());
        drop(inner);
        assert!(Progress::shown("Inner".to_owned(), 1).0.is_none());
        drop(outer);
        assert!(Progress::shown("Next".to_owned(), 1).0.is_some());
    }

    #[test]
    fn bytes_are_counted_on_their_way() {
        let progress = Progress(Some(Shown {
            verb: String::new(),
            total: 5,
            done: AtomicU64::new(0),
            start: Instant::now(),
            next_ms: AtomicU64::new(u64::MAX),
        }));
        let mut read = Vec::new();
        std::thread::scope(|scope| {
            scope.spawn(|| progress.advance(2));
            progress.count(&b"bytes"[..]).read_to_end(&mut read).unwrap();
        });
        assert_eq!(read, b"bytes");
        assert_eq!(progress.0.as_ref().unwrap().done.load(Ordering::Relaxed), 7);
    }
}
