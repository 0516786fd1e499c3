//! Ctrl-C: ends the programs we started, removes temporary files, and says how to go on.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place that ends the process from outside `main`"
)]

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

use crate::effect::report::Report;
use crate::effect::{files, process};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// What a shell reports for a program that Ctrl-C ended: 128 + SIGINT.
const EXIT_CODE: i32 = 130;

/// Installs the handler; call it once.
pub fn install(report: Report) -> anyhow::Result<()> {
    ctrlc::set_handler(move || {
        INTERRUPTED.store(true, Ordering::SeqCst);
        process::end_all();
        files::remove_temporaries();
        report.warn("interrupted: no file was left half written; the same command goes on from here");
        std::process::exit(EXIT_CODE);
    })
    .context("cannot listen for Ctrl-C")
}

/// Whether Ctrl-C came: a child that failed meanwhile is no finding of its own.
pub fn came() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}
