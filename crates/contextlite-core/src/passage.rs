//! Cuts a text into passages: pieces small enough to choose between, cut where a reader would.

use crate::tokens::{quarters, quarters_of};

/// No passage is estimated at more tokens than this: some thirty lines of code, a few paragraphs of prose.
pub const MAX_PASSAGE_TOKENS: u64 = 256;

const MAX_QUARTERS: u64 = MAX_PASSAGE_TOKENS * 4;
/// A good place to cut is only looked for once a passage is this full, or a file full of short paragraphs would
/// become a heap of crumbs that say nothing alone.
const MIN_QUARTERS: u64 = MAX_QUARTERS / 3;

/// A piece of a text with the lines it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// Its place among the pieces of the text; neighbours have neighbouring numbers.
    pub(crate) ordinal: u32,
    /// The first line, from 1.
    pub(crate) start_line: u32,
    /// The last line, from 1, inclusive.
    pub(crate) end_line: u32,
    /// The text, verbatim, line ends included.
    pub(crate) text: &'a str,
}

/// How good it is to cut before a line. The order of the variants is the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    /// Amid a block.
    Anywhere,
    /// The line is not indented.
    Outdented,
    /// A blank line stands before it.
    Paragraph,
    /// A blank line stands before it and it is not indented: a new function, a new section.
    Section,
    /// A Markdown heading after a blank line.
    Heading,
}

struct Line<'a> {
    number: u32,
    text: &'a str,
    /// The byte at which it starts.
    start: usize,
    quarters: u64,
    cut: Cut,
}

/// Cuts `text` into pieces of at most [`MAX_PASSAGE_TOKENS`]. Joined in order they are the text, except that pieces
/// of nothing but white space are left out (their ordinal stays unused).
pub(crate) fn split(text: &str) -> Vec<Piece<'_>> {
    let lines = lines(text);
    let mut pieces = Vec::new();
    let mut ordinal = 0;
    let mut rest = lines.as_slice();
    while let Some(first) = rest.first() {
        let count = next_cut(rest);
        let (taken, after) = rest.split_at(count);
        rest = after;
        let end = after.first().map_or(text.len(), |it| it.start);
        let last = taken.last().unwrap_or(first);
        for part in bounded(&text[first.start..end]) {
            if !part.trim().is_empty() {
                pieces.push(Piece {
                    ordinal,
                    start_line: first.number,
                    end_line: last.number,
                    text: part,
                });
            }
            ordinal += 1;
        }
    }
    pieces
}

/// How many of `lines` the next piece takes: at least one, and more only if they fit.
fn next_cut(lines: &[Line<'_>]) -> usize {
    let mut used = 0;
    let mut best = (Cut::Anywhere, 1);
    for (count, line) in lines.iter().enumerate() {
        // Before a longer line than fits is always a place to cut; it is cut by itself.
        if count > 0 && used >= MIN_QUARTERS && line.cut >= best.0 {
            best = (line.cut, count);
        }
        if used + line.quarters > MAX_QUARTERS {
            return if used < MIN_QUARTERS { count.max(1) } else { best.1 };
        }
        used += line.quarters;
    }
    lines.len()
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut after_blank = false;
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let blank = line.trim().is_empty();
        let outdented = !blank && !line.starts_with([' ', '\t', '}', ')', ']']);
        let cut = match (after_blank, outdented) {
            _ if blank => Cut::Anywhere,
            (true, _) if is_heading(line) => Cut::Heading,
            (true, true) => Cut::Section,
            (true, false) => Cut::Paragraph,
            (false, true) => Cut::Outdented,
            (false, false) => Cut::Anywhere,
        };
        lines.push(Line {
            number,
            text: line,
            start,
            quarters: quarters(line),
            cut,
        });
        start += line.len();
        after_blank = blank;
    }
    debug_assert!(lines.iter().all(|it| text[it.start..].starts_with(it.text)));
    lines
}

/// `# Title` to `###### Title`.
fn is_heading(line: &str) -> bool {
    let marks = line.bytes().take_while(|it| *it == b'#').count();
    (1..=6).contains(&marks) && line[marks..].starts_with(' ')
}

/// Cuts a piece that is too large, which is one overlong line, between characters, after white space if it can.
fn bounded(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while quarters(rest) > MAX_QUARTERS {
        let mut used = 0;
        let mut end = 0;
        let mut after_space = None;
        for (at, it) in rest.char_indices() {
            used += quarters_of(it);
            if used > MAX_QUARTERS {
                break;
            }
            end = at + it.len_utf8();
            if it.is_whitespace() && used >= MIN_QUARTERS {
                after_space = Some(end);
            }
        }
        let (part, after) = rest.split_at(after_space.unwrap_or(end));
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::estimate_tokens;

    #[track_caller]
    fn check(text: &str, expected: &[(u32, u32)]) {
        let pieces = split(text);
        let ranges: Vec<_> = pieces.iter().map(|it| (it.start_line, it.end_line)).collect();
        assert_eq!(ranges, expected);
    }

    fn numbered(lines: usize, line: &str) -> String {
        (0..lines).fold(String::new(), |mut text, number| {
            let _ = writeln!(text, "{line} {number}");
            text
        })
    }

    #[test]
    fn small_texts_stay_whole() {
        check("", &[]);
        check(" \n\t\n", &[]);
        check("one line", &[(1, 1)]);
        check("one\n\ntwo\n", &[(1, 3)]);
        check("one\r\n\r\ntwo\r\n", &[(1, 3)]);
    }

    #[test]
    fn cuts_before_sections() {
        let block = numbered(12, "    let value = compute(input);");
        let text =
            format!("fn first() {{\n{block}}}\n\nfn second() {{\n{block}}}\n\nfn third() {{\n{block}}}\n");
        check(&text, &[(1, 30), (31, 44)]);
    }

    #[test]
    fn cuts_before_a_heading_rather_than_a_paragraph() {
        let words = "some words that make the paragraph long enough to matter here\n".repeat(8);
        let text = format!("# One\n\n{words}\n## Two\n\n{words}\nlast paragraph {words}");
        check(&text, &[(1, 11), (12, 30)]);
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let text = format!("short\n{}\nshort again\n", "日本語".repeat(400));
        let pieces = split(&text);
        assert_eq!(pieces[0].end_line, 1);
        assert!(
            pieces[1..pieces.len() - 1]
                .iter()
                .all(|it| (it.start_line, it.end_line) == (2, 2))
        );
        assert_eq!(pieces.iter().map(|it| it.text).collect::<String>(), text);
    }

    #[test]
    fn joined_they_are_the_text_and_none_is_too_large() {
        let mut seed = 7_u32;
        let mut next = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        for _ in 0..300 {
            let mut text = String::new();
            for _ in 0..next(120) {
                match next(7) {
                    0 => text.push('\n'),
                    1 => text.push_str("# heading\n"),
                    2 => text.push_str(&"日本語 ".repeat(next(200) as usize)),
                    3 => text.push_str(&"x".repeat(next(3_000) as usize)),
                    4 => text.push_str("\tindented line of code();\n"),
                    5 => text.push_str("plain line\r\n"),
                    _ => text.push_str("🦀 emoji and words\n"),
                }
            }
            text.push('.');
            let pieces = split(&text);
            let mut from = 0;
            for (number, piece) in pieces.iter().enumerate() {
                assert!(estimate_tokens(piece.text) <= MAX_PASSAGE_TOKENS);
                assert!(piece.start_line <= piece.end_line);
                let at = from + text[from..].find(piece.text).unwrap();
                assert!(text[from..at].trim().is_empty(), "only white space is left out");
                let line = u32::try_from(text[..at].matches('\n').count()).unwrap() + 1;
                assert_eq!(piece.start_line, line, "piece {number}");
                from = at + piece.text.len();
            }
            assert_eq!(from, text.len());
        }
    }
}
