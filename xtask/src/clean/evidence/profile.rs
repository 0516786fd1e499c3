//! Coverage data as test runs leave it: Go, lcov, LLVM, gcov, coverage.py.

use super::Sample;
use super::text::{holds, lines, whole_lines};

/// `mode: set` in the first line, then lines `file:line.column,line.column statements count`. A merged profile has
/// the line of the mode several times, and the mode alone is what Go writes for a package without statements.
pub(super) fn is_go(sample: &Sample<'_>) -> bool {
    let is_mode = |line: &[u8]| matches!(line, b"mode: set" | b"mode: count" | b"mode: atomic");
    if !lines(&sample.head_text()).next().is_some_and(is_mode) {
        return false;
    }
    let text = sample.text();
    lines(whole_lines(&text, sample.is_cut()))
        .all(|it| it.is_empty() || is_mode(it) || is_block(it).is_some())
}

/// Read from the end, since a file's name may hold blanks and colons.
fn is_block(line: &[u8]) -> Option<()> {
    let (line, _count) = number_after(line, b' ')?;
    let (line, _statements) = number_after(line, b' ')?;
    let (line, _column) = number_after(line, b'.')?;
    let (line, _line) = number_after(line, b',')?;
    let (line, _column) = number_after(line, b'.')?;
    let (file, _line) = number_after(line, b':')?;
    (!file.is_empty()).then_some(())
}

/// Splits at the last separator, when only digits follow.
fn number_after(line: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memrchr(separator, line)?;
    let digits = &line[at + 1..];
    let is_number = !digits.is_empty() && digits.len() <= 20 && digits.iter().all(u8::is_ascii_digit);
    is_number.then_some((&line[..at], digits))
}

/// What a line of a tracefile can begin with, from geninfo(1) of lcov 1 and 2.
const LCOV_TAGS: &[&str] = &[
    "BRDA", "BRF", "BRH", "DA", "FN", "FNA", "FNDA", "FNF", "FNH", "FNL", "LF", "LH", "MCDC", "MCF", "MCH",
    "SF", "TN", "VER",
];

/// Records that begin with `TN:` or `SF:` and end with `end_of_record`, and nothing else.
pub(super) fn is_lcov(sample: &Sample<'_>) -> bool {
    let head = sample.head_text();
    let is_comment = |line: &[u8]| line.is_empty() || line.starts_with(b"#");
    let first = lines(&head).find(|it| !is_comment(it));
    if !first.is_some_and(|it| it.starts_with(b"TN:") || it.starts_with(b"SF:")) {
        return false;
    }
    let text = sample.text();
    let (mut files, mut last) = (0_u64, &b""[..]);
    for line in lines(whole_lines(&text, sample.is_cut())).filter(|it| !is_comment(it)) {
        let tag = memchr::memchr(b':', line).map_or(line, |at| &line[..at]);
        let is_known = line == b"end_of_record"
            || tag.len() < line.len() && LCOV_TAGS.iter().any(|it| it.as_bytes() == tag);
        if !is_known {
            return false;
        }
        files += u64::from(tag == b"SF");
        last = line;
    }
    files > 0 && (last == b"end_of_record" || sample.is_cut())
}

/// The magic numbers of `InstrProfData.inc` and `InstrProf.h`: raw profiles of programs of 64 and 32 bits in the byte
/// order of their machine, and indexed ones, which are always written from the low byte on.
const LLVM_MAGICS: &[&[u8; 8]] = &[
    b"\x81rforpl\xff",
    b"\xfflprofr\x81",
    b"\x81Rforpl\xff",
    b"\xfflprofR\x81",
    b"\xfflprofi\x81",
];

/// The magic number, and a version of which not all bytes are zero.
pub(super) fn is_llvm(sample: &Sample<'_>) -> bool {
    match sample.head().split_at_checked(8) {
        Some((magic, rest)) => {
            LLVM_MAGICS.iter().any(|it| it[..] == *magic)
                && rest.get(..8).is_some_and(|it| it.iter().any(|it| *it != 0))
        }
        None => false,
    }
}

/// `gcda` or `gcno` and the version of the compiler, in the byte order of the machine, with a stamp after them
/// (`gcov-io.h`); or the listing that gcov prints.
pub(super) fn is_gcov(sample: &Sample<'_>) -> bool {
    let head = sample.head();
    if head.starts_with(b"        -:    0:Source:") {
        return true;
    }
    let (Some(magic), Some(version), Some(_stamp)) = (head.get(..4), head.get(4..8), head.get(8..12)) else {
        return false;
    };
    let mut version = version.to_vec();
    match magic {
        b"adcg" | b"oncg" => version.reverse(),
        b"gcda" | b"gcno" => {}
        _ => return false,
    }
    let &[major, tens, units, status] = &version[..] else {
        return false;
    };
    major.is_ascii_alphanumeric()
        && tens.is_ascii_digit()
        && units.is_ascii_alphanumeric()
        && status.is_ascii_graphic()
}

/// SQLite with the tables of coverage.py since its version 5, or the marked JSON of those before.
pub(super) fn is_coverage_py(sample: &Sample<'_>) -> bool {
    let head = sample.head();
    head.starts_with(b"!coverage.py: ")
        || head.starts_with(b"SQLite format 3\0")
            && holds(head, "CREATE TABLE coverage_schema")
            && holds(head, "CREATE TABLE line_bits")
}
