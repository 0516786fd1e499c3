//! The remains of programs that have crashed.

use super::Sample;
use super::binary::{elf_type, macho_type};
use super::text::{begins, holds, lines};

/// A core file of ELF.
const ELF_CORE: u16 = 4;

/// A core file of Mach-O.
const MACHO_CORE: u32 = 4;

/// What dumps of bytes begin with.
const MAGICS: &[&[u8]] = &[
    // The minidump of Windows, which Breakpad and Crashpad write too: signature and version.
    b"MDMP\x93\xa7",
    // A full dump of Windows' kernel.
    b"PAGEDU64",
    b"PAGEDUMP",
    // A heap dump of the JVM.
    b"JAVA PROFILE 1.0.",
];

/// How dumps in text begin.
const STARTS: &[&str] = &[
    // Cygwin and MSYS.
    "Exception: STATUS_",
    "Stack trace:\nFrame         Function",
    "Stack trace:\r\nFrame         Function",
    // The JVM: `hs_err_pid1.log`.
    "#\n# A fatal error has been detected by the Java Runtime Environment:",
    "#\n# There is insufficient memory for the Java Runtime Environment to continue.",
    "#\r\n# A fatal error has been detected by the Java Runtime Environment:",
    // Erlang.
    "=erl_crash_dump:",
    // The faulthandler of Python.
    "Fatal Python error: ",
];

pub(super) fn is_dump(sample: &Sample<'_>) -> bool {
    let head = sample.head();
    if elf_type(head) == Some(ELF_CORE) || macho_type(head) == Some(MACHO_CORE) {
        return true;
    }
    if MAGICS.iter().any(|it| head.starts_with(it)) {
        return true;
    }
    let text = sample.head_text();
    STARTS.iter().any(|it| text.starts_with(it.as_bytes()))
        || is_go_panic(&text)
        || is_rust_panic(&text)
        || is_apple_report(&text)
        || is_node_report(&text)
}

/// `panic: …`, `fatal error: …` or a signal, then the goroutines with what they were doing.
fn is_go_panic(text: &[u8]) -> bool {
    let first = lines(text).find(|it| !it.is_empty()).unwrap_or_default();
    let is_start = [
        "panic: ",
        "fatal error: ",
        "SIG",
        "unexpected fault address ",
        "runtime: ",
    ]
    .iter()
    .any(|it| first.starts_with(it.as_bytes()));
    let is_goroutine = |it: &[u8]| it.starts_with(b"goroutine ") && it.ends_with(b"]:") && it.contains(&b'[');
    is_start && lines(text).any(is_goroutine)
}

/// What rustc leaves of an internal error, or any Rust program with its backtrace.
fn is_rust_panic(text: &[u8]) -> bool {
    let first = lines(text).find(|it| !it.is_empty()).unwrap_or_default();
    first.starts_with(b"thread '") && holds(first, " panicked at ") && holds(text, "stack backtrace:")
}

/// A crash report of macOS, in text or, since macOS 12, as two JSON documents (`.ips`).
fn is_apple_report(text: &[u8]) -> bool {
    text.starts_with(b"Process:  ") && holds(text, "\nException Type:")
        || text.starts_with(b"{\"app_name\":") && holds(text, "\"bug_type\":")
}

/// A diagnostic report of Node.js.
fn is_node_report(text: &[u8]) -> bool {
    begins(text, "{") && holds(text, "\"reportVersion\":") && holds(text, "\"javascriptStack\":")
}
