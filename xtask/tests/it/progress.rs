//! The line of progress, on a terminal as Python's `pty` makes one.

use crate::support::{clean, is_here, put, run, scratch};

/// Runs a program on a terminal, feeds its standard input until the terminal shows a word, though not for ever, and
/// prints what the terminal was given.
const TERMINAL: &str = "
import os, pty, select, sys
word, program = sys.argv[1].encode(), sys.argv[2:]
given, feed = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.close(feed)
    os.dup2(given, 0)
    os.execv(program[0], program)
os.close(given)
os.set_blocking(feed, False)
seen, fed = b'', 0
while True:
    writing = [feed] if feed else []
    readable, writable, _ = select.select([terminal], writing, [])
    if readable:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            piece = b''
        if not piece:
            break
        seen += piece
    if feed and (word in seen or fed > 1 << 32):
        os.close(feed)
        feed = None
    elif writable:
        try:
            fed += os.write(feed, b'0' * 4096)
        except BlockingIOError:
            pass
os.waitpid(child, 0)
sys.stdout.buffer.write(seen)
";

#[test]
fn a_line_of_progress_is_gone_when_the_result_comes() {
    if !is_here("python3", "a_line_of_progress_is_gone_when_the_result_comes") {
        return;
    }
    let scratch = scratch();
    let dir = scratch.path();
    put(dir, "file", "text");
    let terminal = |quiet: &[&str]| {
        let python =
            clean("python3", dir).args(["-c", TERMINAL, if quiet.is_empty() { "Hashing" } else { "" }]);
        let xtask = python.arg(env!("CARGO_BIN_EXE_xtask"));
        run(&xtask.args(["checksum", "-", "file"]).args(quiet))
            .ends(0)
            .text()
    };
    let seen = terminal(&[]);
    let (progress, result) = seen.rsplit_once("\r\x1b[K").expect("the line is wiped");
    assert!(
        progress.contains("Hashing") && progress.contains("100 %"),
        "{seen:?}"
    );
    assert_eq!(result.lines().count(), 2, "{seen:?}");
    assert!(result.trim_end().ends_with("  file"), "{seen:?}");

    let quiet = terminal(&["--quiet"]);
    assert!(
        !quiet.contains("Hashing") && quiet.trim_end().ends_with("  file"),
        "{quiet:?}"
    );
}
