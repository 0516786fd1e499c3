//! The targets of links in Markdown, and in the HTML that stands in it.

use std::ops::Range;

use super::lines;

/// The targets of links and images that are not in code.
pub(super) fn targets(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut fence: Option<(u8, usize)> = None;
    for span in lines(text) {
        let line = &text[span.clone()];
        if is_fenced(line, &mut fence) {
            continue;
        }
        let code = code_spans(line);
        let mut push = |it: Range<usize>| {
            if !code.iter().any(|code| code.contains(&it.start)) {
                found.push(span.start + it.start..span.start + it.end);
            }
        };
        definition(line).into_iter().for_each(&mut push);
        inline(line).into_iter().for_each(&mut push);
        attributes(line).into_iter().for_each(&mut push);
    }
    found
}

/// Whether a line is a fence or stands between two; `open` is the fence that is open: its character and length.
fn is_fenced(line: &[u8], open: &mut Option<(u8, usize)>) -> bool {
    // A fence may stand in a quotation or a list.
    let line = line.trim_ascii_start();
    let line = line.strip_prefix(b">").unwrap_or(line).trim_ascii();
    let mark = line.first().copied().unwrap_or_default();
    let length = line.iter().take_while(|it| **it == mark).count();
    let is_fence = matches!(mark, b'`' | b'~') && length >= 3;
    match *open {
        Some((opened, least)) => {
            if is_fence && mark == opened && length >= least && length == line.len() {
                *open = None;
            }
            true
        }
        // Backticks that are closed in the same line are a span of code.
        None if is_fence && !(mark == b'`' && line[length..].contains(&mark)) => {
            *open = Some((mark, length));
            true
        }
        None => false,
    }
}

/// The spans of code in a line: between runs of backticks of one length.
fn code_spans(line: &[u8]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in memchr::memchr_iter(b'`', line) {
        match runs.last_mut() {
            Some(last) if last.end == at => last.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    let mut found = Vec::new();
    let mut rest = &runs[..];
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if let Some(close) = after.iter().position(|it| it.len() == first.len()) {
            found.push(first.start..after[close].end);
            rest = &after[close + 1..];
        }
    }
    found
}

/// `[name]: target "title"`
fn definition(line: &[u8]) -> Option<Range<usize>> {
    let trimmed = line.trim_ascii_start();
    let trimmed = trimmed.strip_prefix(b">").unwrap_or(trimmed).trim_ascii_start();
    // `[^1]: …` is a footnote.
    if !trimmed.starts_with(b"[") || trimmed.starts_with(b"[^") {
        return None;
    }
    let colon = memchr::memmem::find(trimmed, b"]:")?;
    if memchr::memchr(b']', trimmed) != Some(colon) {
        return None;
    }
    target(line, line.len() - trimmed.len() + colon + 2, false)
}

/// `[text](target "title")`, images the same, `[text](<target>)`.
fn inline(line: &[u8]) -> Vec<Range<usize>> {
    memchr::memmem::find_iter(line, b"](")
        .filter_map(|it| target(line, it + 2, true))
        .collect()
}

/// The target that begins at a place or after spaces; in brackets it ends with them.
fn target(line: &[u8], at: usize, is_in_brackets: bool) -> Option<Range<usize>> {
    let start = at
        + line[at..]
            .iter()
            .take_while(|it| matches!(it, b' ' | b'\t'))
            .count();
    if line[start..].starts_with(b"<") {
        let end = start + memchr::memchr(b'>', &line[start..])?;
        return Some(start + 1..end);
    }
    let mut end = start;
    let mut depth = 0;
    while let Some(byte) = line.get(end) {
        match byte {
            b' ' | b'\t' => break,
            b'\\' if line.get(end + 1).is_some_and(u8::is_ascii_punctuation) => end += 1,
            b'(' => depth += 1,
            b')' if depth == 0 && is_in_brackets => break,
            b')' => depth -= 1,
            _ => {}
        }
        end += 1;
    }
    let next = line[end..].trim_ascii_start().first();
    // Anything but a title behind it: a target with spaces, which is no link.
    let is_whole = matches!(next, None | Some(b')' | b'"' | b'\'' | b'('));
    (is_whole && end > start).then_some(start..end)
}

/// `href="target"`, `src='target'`
fn attributes(line: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for equals in memchr::memchr_iter(b'=', line) {
        let before = line[..equals].trim_ascii_end();
        let name = before
            .iter()
            .rev()
            .take_while(|it| it.is_ascii_alphabetic())
            .count();
        let (before, name) = before.split_at(before.len() - name);
        let is_attribute = name.eq_ignore_ascii_case(b"href") || name.eq_ignore_ascii_case(b"src");
        // `data-src` is another attribute.
        let is_apart = before
            .last()
            .is_none_or(|it| it.is_ascii_whitespace() || matches!(it, b'"' | b'\''));
        let rest = line[equals + 1..].trim_ascii_start();
        let Some((quote @ (b'"' | b'\''), value)) = rest.split_first() else {
            continue;
        };
        if let Some(length) = memchr::memchr(*quote, value).filter(|_| is_attribute && is_apart) {
            let start = line.len() - value.len();
            found.push(start..start + length);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut found = targets(text.as_bytes());
        found.sort_by_key(|it| it.start);
        let found: Vec<&str> = found.into_iter().map(|it| &text[it]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn links_and_images() {
        check(
            "[a](b.md) ![c]( d.png \"t\") [e](<f g.md> 't')",
            &["b.md", "d.png", "f g.md"],
        );
        check("[![a](b.png)](c.md)", &["b.png", "c.md"]);
        check(
            "[a](b(1).md) [a](b\\).md) ([a](c.md))",
            &["b(1).md", "b\\).md", "c.md"],
        );
        check("[a](b.md\r\n\"title\")", &["b.md"]);
        check("[a](b c.md) [a]() [a](", &[]);
    }

    #[test]
    fn definitions() {
        check(
            "[a]: b.md\n  [c d]: <e f.md> \"t\"\n> [g]: h(1).md",
            &["b.md", "e f.md", "h(1).md"],
        );
        check("[^1]: b.md\n[a] b]: c.md\n[a]: b and more", &[]);
    }

    #[test]
    fn html() {
        check(
            "<a class=\"x\" HREF = \"b.md\"><img src='c.png'>",
            &["b.md", "c.png"],
        );
        check("<a data-src=\"b.md\" href=c.md title=\"d\">", &[]);
        check("<img\n  src=\"b.png\"/>", &["b.png"]);
    }

    #[test]
    fn code_is_left_out() {
        check("`[a](b.md)` [c](d.md) `` `[e](f.md) ``", &["d.md"]);
        check("```md\n[a](b.md)\n~~~\n```\n[c](d.md)", &["d.md"]);
        check("~~~~\n[a](b.md)\n~~~\n[a](b.md)\n~~~~\n[c](d.md)", &["d.md"]);
        check("> ```\n> [a](b.md)\n> ```\n> [c](d.md)", &["d.md"]);
        check("```[a](b.md)``` [c](d.md)", &["d.md"]);
        check("`unclosed [c](d.md)", &["d.md"]);
    }
}
