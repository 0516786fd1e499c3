//! Which characters make up a path that is written in a text, and which end it.

use std::ops::Range;

/// The longest text that is looked through for the ends of a path, in bytes: lines of data have no end.
const REACH_BYTES: usize = 4096;

/// Whether a byte separates components, as `/` does everywhere and `\` on Windows.
pub(crate) fn is_separator(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}

/// The whole path around a piece of it: on to both sides as far as characters of paths go.
pub(crate) fn run(text: &[u8], piece: &Range<usize>) -> Range<usize> {
    run_start(text, piece.start)..run_end(text, piece.end)
}

/// Where the path begins that reaches up to a place.
pub(crate) fn run_start(text: &[u8], end: usize) -> usize {
    let floor = end.saturating_sub(REACH_BYTES);
    let mut at = end;
    while at > floor {
        let length = last_letter(&text[floor..at]);
        if length == 0 {
            break;
        }
        at -= length;
    }
    at
}

/// Where the path ends that goes on from a place.
pub(crate) fn run_end(text: &[u8], start: usize) -> usize {
    let limit = text.len().min(start + REACH_BYTES);
    let mut at = start;
    while at < limit {
        let length = first_letter(&text[at..limit]);
        if length == 0 {
            break;
        }
        at += length;
    }
    at
}

/// How many bytes the path character takes that a text ends with; 0 when it ends with another.
pub(crate) fn last_letter(text: &[u8]) -> usize {
    let Some(last) = text.last() else { return 0 };
    if last.is_ascii() {
        return usize::from(is_ascii_letter(*last));
    }
    let tail = &text[text.len().saturating_sub(4)..];
    for length in 2..=tail.len() {
        if let Ok(letter) = std::str::from_utf8(&tail[tail.len() - length..]) {
            return if letter.chars().any(ends_path) { 0 } else { length };
        }
    }
    // Not UTF-8: a name in an older encoding.
    1
}

/// How many bytes the path character takes that a text begins with; 0 when it begins with another.
pub(crate) fn first_letter(text: &[u8]) -> usize {
    let Some(first) = text.first() else { return 0 };
    if first.is_ascii() {
        return usize::from(is_ascii_letter(*first));
    }
    let head = &text[..text.len().min(4)];
    let Some(chunk) = head.utf8_chunks().next() else {
        return 0;
    };
    match chunk.valid().chars().next() {
        Some(letter) if ends_path(letter) => 0,
        Some(letter) => letter.len_utf8(),
        None => chunk.invalid().len(),
    }
}

fn is_ascii_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'.' | b'_' | b'-' | b'+' | b'@' | b'~' | b'%' | b'/' | b'\\'
        )
}

/// Whether a character beyond ASCII ends a path: spaces, quotes, dashes, brackets, arrows, the lines of drawn trees.
fn ends_path(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter,
            '\u{a1}' | '\u{ab}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
            // General punctuation with the invisible marks in it, arrows, box drawing.
            | '\u{200b}'..='\u{206f}' | '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{257f}'
            // The punctuation of Chinese, Japanese and Korean, and wide forms of ASCII's.
            | '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}'
            | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}'
            // A byte-order mark.
            | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        check_bytes(text.as_bytes(), expected.as_bytes());
    }

    #[track_caller]
    fn check_bytes(text: &[u8], expected: &[u8]) {
        let at = memchr::memmem::find(text, b"NAME").unwrap();
        let found = &text[run(text, &(at..at + 4))];
        assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(text));
    }

    #[test]
    fn a_path_ends_where_no_path_goes_on() {
        check("see a/b/NAME.md now", "a/b/NAME.md");
        check("x=../NAME:12", "../NAME");
        check("(NAME)", "NAME");
        check("[\"NAME\",1]", "NAME");
        check("a\\NAME\\b", "a\\NAME\\b");
        check("@a+b~c%20/NAME", "@a+b~c%20/NAME");
    }

    #[test]
    fn letters_of_any_language_go_on() {
        check("größe/NAMEö x", "größe/NAMEö");
        check("日本/NAME語", "日本/NAME語");
        check_bytes(b"a \xe4\xf6/NAME\xff z", b"\xe4\xf6/NAME\xff");
    }

    #[test]
    fn punctuation_beyond_ascii_ends() {
        check("\u{feff}NAME", "NAME");
        check("«NAME»", "NAME");
        check("“NAME”", "NAME");
        check("a—NAME…", "NAME");
        check("└─NAME", "NAME");
        check("「NAME」。", "NAME");
        check("a\u{a0}NAME\u{2028}b", "NAME");
    }

    #[test]
    fn lines_without_end_are_not_walked() {
        let text = format!("{0}NAME{0}", "a".repeat(10_000));
        let found = run(text.as_bytes(), &(10_000..10_004));
        assert_eq!(found.len(), 4 + 2 * REACH_BYTES);
    }
}
