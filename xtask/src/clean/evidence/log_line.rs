//! One line of a log, told from other text.

/// What a line says about the text it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// It is a line of a log.
    Log,
    /// It could stand anywhere.
    Nothing,
    /// It stands in other texts.
    Other,
}

/// Words for how bad it is.
const LEVELS: &[&str] = &[
    "trace", "debug", "info", "notice", "warn", "warning", "error", "fatal", "critical", "panic", "verbose",
    "severe",
];

/// How lines of test runners, builds, installers and CI begin.
const STARTS: &[&str] = &[
    // Go.
    "=== RUN",
    "=== PAUSE",
    "=== CONT",
    "=== NAME",
    "--- PASS",
    "--- FAIL",
    "--- SKIP",
    "--- BENCH",
    "ok  \t",
    "FAIL\t",
    "?   \t",
    "exit status ",
    "go: downloading ",
    "goroutine ",
    "panic: ",
    // Rust.
    "test result: ",
    "   Compiling ",
    "    Finished ",
    "     Running ",
    "   Doc-tests ",
    "    Checking ",
    "    Updating ",
    "  Downloaded ",
    " Downloading ",
    "     Locking ",
    "error[E",
    "failures:",
    // Python.
    "collected ",
    "collecting ",
    "Traceback (most recent call last)",
    "platform linux -- Python",
    "rootdir: ",
    "Collecting ",
    "Requirement already satisfied",
    "Successfully installed",
    // JavaScript.
    "npm ERR!",
    "npm WARN",
    "npm error",
    "npm warn",
    "PASS ",
    "FAIL ",
    "Test Suites: ",
    "Tests:  ",
    "Snapshots: ",
    "Ran all test suites",
    // TAP and CTest.
    "not ok ",
    "TAP version ",
    "Test project ",
    // Make, CMake, Gradle, Maven, Docker.
    "make: ",
    "make[",
    "-- Configuring done",
    "-- Generating done",
    "-- Build files ",
    "> Task :",
    "BUILD SUCCESS",
    "BUILD FAILED",
    "Step ",
    "nohup: ",
    // CI services.
    "##[",
    "::error",
    "::warning",
    "::group::",
    "::notice",
    // apt.
    "Get:",
    "Setting up ",
    "Unpacking ",
    "Preparing to unpack ",
    "Processing triggers for ",
    "Reading package lists...",
];

/// Lines that say this and no more.
const WHOLE: &[&str] = &[
    "PASS",
    "FAIL",
    "ok",
    "OK",
    "FAILED (errors=1)",
    "short test summary info",
];

/// Shapes of times: `d` a digit, `D` a digit or blank, `a` a letter, `L` the letter of a level, else itself.
const TIMES: &[&str] = &[
    "dddd-dd-ddTdd:dd:dd",
    "dddd-dd-dd dd:dd:dd",
    "dddd/dd/dd dd:dd:dd",
    "dd-dd dd:dd:dd.ddd",
    "aaa Dd dd:dd:dd",
    "aaa aaa Dd dd:dd:dd",
    "dd/aaa/dddd:dd:dd:dd",
    "dd/dd/dddd dd:dd:dd",
    "Ldddd dd:dd:dd.",
    "dd:dd:dd",
];

pub(super) fn weight(line: &[u8]) -> Weight {
    let line = without_color(line);
    if has_start(line)
        || has_time(line)
        || has_level(line)
        || is_npm(line)
        || is_result(line)
        || is_structured(line)
        || is_diagnostic(line)
    {
        return Weight::Log;
    }
    let is_indented = line.first().is_some_and(|it| matches!(it, b' ' | b'\t'));
    let is_ruler = !line.iter().any(u8::is_ascii_alphanumeric) && line.is_ascii();
    if is_indented || is_ruler {
        Weight::Nothing
    } else {
        Weight::Other
    }
}

/// Whether it is a command behind the `+` of `set -x`.
pub(super) fn is_trace(line: &[u8]) -> bool {
    let rest = line.iter().position(|it| *it != b'+').map(|at| (at, &line[at..]));
    match rest {
        Some((at, [b' ', first, ..])) if at > 0 => first.is_ascii_graphic(),
        _ => false,
    }
}

/// Whether it is a number and a level, as in the debug logs of npm: `12 verbose cli …`.
fn is_npm(line: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"silly", b"verbose", b"info", b"http", b"timing", b"notice", b"warn", b"error",
    ];
    let mut words = line.splitn(3, |it| *it == b' ');
    let number = words.next().unwrap_or_default();
    let is_number = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    is_number && words.next().is_some_and(|it| WORDS.contains(&it)) && words.next().is_some()
}

/// The line without escape sequences before its first letter.
fn without_color(mut line: &[u8]) -> &[u8] {
    while let Some(rest) = line.strip_prefix(b"\x1b[") {
        match rest.iter().position(u8::is_ascii_alphabetic) {
            Some(at) => line = &rest[at + 1..],
            None => return rest,
        }
    }
    line
}

fn has_start(line: &[u8]) -> bool {
    STARTS.iter().any(|it| line.starts_with(it.as_bytes())) || WHOLE.iter().any(|it| line == it.as_bytes())
}

/// A time, perhaps behind a bracket or the columns of `gh run view --log`, with something after it that makes it no
/// row of a table.
fn has_time(line: &[u8]) -> bool {
    let line = match line {
        [b'[' | b'(' | b'<', rest @ ..] => rest,
        _ => line,
    };
    let columns = line.splitn(3, |it| *it == b'\t').nth(2).unwrap_or_default();
    is_time(line) || is_time(columns) || is_kernel(line) || is_access(line)
}

fn is_time(line: &[u8]) -> bool {
    let Some(shape) = TIMES.iter().find(|it| fits(line, it)) else {
        return false;
    };
    let mut rest = &line[shape.len()..];
    let digits = |it: &[u8]| it.iter().take_while(|it| it.is_ascii_digit()).count();
    if let [b'.' | b',', after @ ..] = rest
        && digits(after) > 0
    {
        rest = &after[digits(after)..];
    } else {
        rest = &rest[digits(rest)..];
    }
    if let [b'Z', after @ ..] = rest {
        rest = after;
    }
    let zone = rest.strip_prefix(b" ").unwrap_or(rest);
    if let [b'+' | b'-', after @ ..] = zone
        && digits(after) >= 2
    {
        rest = after_digits(after);
    }
    let is_tab = rest.first() == Some(&b'\t');
    let rest = match rest {
        [b' ' | b']' | b')' | b'>' | b':' | b'|' | b'\t' | b'-', after @ ..] => after.trim_ascii_start(),
        _ => return false,
    };
    // A list of times to watch a film by (SRT) goes on with an arrow.
    !rest.is_empty() && !rest.starts_with(b"-->") && (!is_tab || has_level(rest))
}

/// What follows digits and colons.
fn after_digits(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|it| !it.is_ascii_digit() && *it != b':');
    &text[end.unwrap_or(text.len())..]
}

fn fits(line: &[u8], shape: &str) -> bool {
    line.len() >= shape.len()
        && shape.bytes().zip(line).all(|(wanted, byte)| match wanted {
            b'd' => byte.is_ascii_digit(),
            b'D' => byte.is_ascii_digit() || *byte == b' ',
            b'a' => byte.is_ascii_alphabetic(),
            b'L' => b"IWEFD".contains(byte),
            _ => wanted == *byte,
        })
}

/// `[   12.345678] text`, with the bracket already gone.
fn is_kernel(line: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b']', line) else {
        return false;
    };
    let number = line[..end].trim_ascii_start();
    (8..=16).contains(&end)
        && number.contains(&b'.')
        && number.iter().all(|it| it.is_ascii_digit() || *it == b'.')
}

/// `1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET /`.
fn is_access(line: &[u8]) -> bool {
    memchr::memmem::find(line, b" [").is_some_and(|at| fits(&line[at + 2..], "dd/aaa/dddd:dd:dd:dd"))
}

/// A level, in a bracket or before a separator. One in lowercase could be a word, and needs more than a blank.
fn has_level(line: &[u8]) -> bool {
    let (is_bracketed, rest) = match line {
        [b'[' | b'<', rest @ ..] => (true, rest.trim_ascii_start()),
        _ => (false, line),
    };
    let length = rest.iter().take_while(|it| it.is_ascii_alphabetic()).count();
    let (word, after) = rest.split_at(length);
    let is_level = LEVELS.iter().any(|it| it.as_bytes().eq_ignore_ascii_case(word));
    let is_loud = word.iter().all(u8::is_ascii_uppercase);
    is_level
        && match after.first() {
            Some(b']' | b'>') => is_bracketed,
            Some(b':') => after.get(1).is_none_or(|it| matches!(it, b' ' | b'\t')),
            Some(b' ' | b'\t' | b'[' | b'\x1b') => is_loud || is_bracketed,
            _ => false,
        }
}

/// A line with one test and what became of it.
fn is_result(line: &[u8]) -> bool {
    let ends = |it: &str| line.ends_with(it.as_bytes());
    let word = |it: &str| line.starts_with(it.as_bytes());
    let is_numbered = |it: &[u8]| it.first().is_some_and(u8::is_ascii_digit);
    let is_rust = word("test ")
        && [" ... ok", " ... FAILED", " ... ignored"]
            .iter()
            .any(|it| ends(it));
    let is_running = word("running ") && (ends(" tests") || ends(" test"));
    let is_pytest = ends("%]") || word("===") && ends("===") || ends(" PASSED") || ends(" FAILED");
    let is_unittest =
        ends(" ... ok") || ends(" ... FAIL") || ends(" ... ERROR") || word("Ran ") && line.contains(&b's');
    let is_tap = word("ok ") && is_numbered(&line[3..]);
    // BuildKit: `#5 [2/3] RUN make`, `#5 0.123 text`.
    let is_docker = word("#") && is_numbered(&line[1..]) && line.contains(&b' ');
    let is_mark = ["✓ ", "✕ ", "✔ ", "✗ ", "✖ "]
        .iter()
        .any(|it| line.trim_ascii_start().starts_with(it.as_bytes()));
    is_rust || is_running || is_pytest || is_unittest || is_tap || is_docker || is_mark
}

/// Lines for machines: logfmt, or one JSON object with a level.
fn is_structured(line: &[u8]) -> bool {
    let holds = |it: &str| memchr::memmem::find(line, it.as_bytes()).is_some();
    let is_object = line.starts_with(b"{") && line.ends_with(b"}");
    is_object
        && ["\"level\":", "\"severity\":", "\"lvl\":", "\"Action\":\""]
            .iter()
            .any(|it| holds(it))
        || holds("level=") && (holds("msg=") || holds("time=") || holds("ts="))
}

/// What compilers say: `file:12:3: error: text`, `file(12): error C2065: text`.
fn is_diagnostic(line: &[u8]) -> bool {
    [": error", ": warning", ": note", ": fatal error"]
        .iter()
        .any(|word| {
            memchr::memmem::find(line, word.as_bytes()).is_some_and(|at| {
                let place = line[..at].strip_suffix(b")").unwrap_or(&line[..at]);
                let digits = place.iter().rev().take_while(|it| it.is_ascii_digit()).count();
                let separator = place.len().checked_sub(digits + 1).map(|it| place[it]);
                digits > 0 && matches!(separator, Some(b':' | b'(' | b',')) && !place.contains(&b' ')
            })
        })
}
