//! The programs that run now: waited for without being held, so that Ctrl-C can end them all.

use std::collections::BTreeMap;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::effect::interrupt;
use crate::effect::process::POLL;

/// The programs that run now, by process id.
static RUNNING: Mutex<BTreeMap<u32, Arc<Mutex<Child>>>> = Mutex::new(BTreeMap::new());

/// Ends every program that runs.
pub fn end_all() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    for child in running.values() {
        let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }
}

pub(super) fn register(child: Child) -> Arc<Mutex<Child>> {
    let id = child.id();
    let shared = Arc::new(Mutex::new(child));
    RUNNING
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(id, Arc::clone(&shared));
    shared
}

pub(super) fn wait(child: Child, limit: Option<Duration>) -> anyhow::Result<Option<ExitStatus>> {
    wait_shared(&register(child), limit)
}

/// Waits by looking again and again, since a blocked `wait` would keep the handler of Ctrl-C from the child.
pub(super) fn wait_shared(
    shared: &Mutex<Child>,
    limit: Option<Duration>,
) -> anyhow::Result<Option<ExitStatus>> {
    let start = Instant::now();
    let (id, status) = loop {
        let mut child = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(status) = child.try_wait().context("cannot wait for a program")? {
            break (child.id(), Some(status));
        }
        if limit.is_some_and(|it| start.elapsed() > it) {
            let _ = child.kill();
            let _ = child.wait();
            break (child.id(), None);
        }
        drop(child);
        std::thread::sleep(POLL);
    };
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    // What Ctrl-C ended is no result to go on with: its handler is about to end this program too.
    while interrupt::came() {
        std::thread::park();
    }
    Ok(status)
}
