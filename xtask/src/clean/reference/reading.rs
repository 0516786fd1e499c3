//! What a piece of text can be read as: the parts of a path, in each spelling that is possible there.

use std::ops::Range;

use super::coding::Coding;
use super::front::{Front, front};
use super::kind::{FileKind, Format};
use super::letter::is_separator;

/// One way to read a piece of text as a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The bytes of its relative part, without separators before and after it.
    pub(crate) span: Range<usize>,
    /// What stands in front of that part.
    pub(crate) front: Front,
    /// How it is spelled.
    pub(crate) coding: Coding,
    /// The components, `..` among them, `.` not.
    pub(crate) components: Vec<Vec<u8>>,
    /// Whether a `/` at its end says that it is a folder.
    pub(crate) is_folder: bool,
}

/// The readings of the target of a link.
pub(crate) fn of_link(text: &[u8], span: &Range<usize>, format: Format) -> Vec<Reading> {
    let raw = &text[span.clone()];
    let separators = raw.iter().take_while(|it| is_separator(**it)).count();
    let front = if separators > 0 {
        Front::Root
    } else {
        Front::Relative
    };
    spelled(text, span.start + separators..span.end, front, format)
}

/// The readings of a path in running text, which was found by a name in it.
pub(crate) fn of_plain(text: &[u8], token: Range<usize>, hit: &Range<usize>, format: Format) -> Vec<Reading> {
    let token = token.start..without_full_stop(text, &token, hit.end);
    let Some((start, at)) = front(text, token.start, token.end, format) else {
        return Vec::new();
    };
    // The name may be that of the variable in front.
    if start > hit.start {
        return Vec::new();
    }
    let mut spans = vec![(start..token.end, at)];
    // A file has nothing below it: this is the end of a string, as in `"name\n"`.
    if matches!(&text[hit.end..token.end], [b'\\', b'n' | b'r' | b't' | b'0', ..]) {
        spans.push((start..hit.end, at));
    }
    // The same at its start; only in code, for documents speak of `docs\names` too.
    let is_escape = matches!(&text[token.start..hit.start], [.., b'\\', b'n' | b'r' | b't']);
    if is_escape && format == Format::Code {
        spans.push((hit.start..token.end, Front::Relative));
    }
    if at == Front::Relative {
        spans.extend(inner(text, start..token.end, hit, format));
    }
    spans
        .into_iter()
        .flat_map(|(span, front)| spelled(text, span, front, format))
        .filter(|it| is_path(text, it))
        .collect()
}

/// Where a path ends when the dots at its end are those of a sentence.
fn without_full_stop(text: &[u8], token: &Range<usize>, least: usize) -> usize {
    let dots = text[least..token.end]
        .iter()
        .rev()
        .take_while(|it| **it == b'.')
        .count();
    let end = token.end - dots;
    let is_component = end > 0 && is_separator(text[end - 1]);
    if is_component { token.end } else { end }
}

/// Shorter paths in a relative one: without the mark of a response file or of a default, a
/// short option, the marks of emphasis.
fn inner(text: &[u8], span: Range<usize>, hit: &Range<usize>, format: Format) -> Vec<(Range<usize>, Front)> {
    let mut found = Vec::new();
    let raw = &text[span.clone()];
    let skipped = match raw {
        [b'@', ..] => 1,
        // `${NAME:-path}`
        [b'-' | b'+', ..] if text[..span.start].ends_with(b":") => 1,
        [b'-', letter, ..] if letter.is_ascii_alphabetic() => 2,
        _ => 0,
    };
    if skipped > 0 {
        let rest = &raw[skipped..];
        let separators = rest.iter().take_while(|it| is_separator(**it)).count();
        let front = if separators > 0 {
            Front::Root
        } else {
            Front::Relative
        };
        found.push((span.start + skipped + separators..span.end, front));
    }
    if format.kind() == FileKind::Document {
        let is_mark = |it: &&u8| matches!(**it, b'_' | b'~');
        let before = raw.iter().take_while(is_mark).count().min(hit.start - span.start);
        let after = raw.iter().rev().take_while(is_mark).count();
        let end = (span.end - after).max(hit.end);
        if before > 0 || end < span.end {
            let start = span.start + before;
            let end = without_full_stop(text, &(start..end), hit.end);
            found.push((start..end, Front::Relative));
        }
    }
    found
}

/// The readings of a relative part, in each spelling that fits.
fn spelled(text: &[u8], span: Range<usize>, front: Front, format: Format) -> Vec<Reading> {
    let raw = &text[span.clone()];
    let after = raw.iter().rev().take_while(|it| is_separator(**it)).count();
    let span = span.start..span.end - after;
    let raw = &raw[..span.len()];
    let codings: &[Coding] = match format {
        Format::Code => &[Coding::Raw],
        Format::Markdown => &[Coding::Raw, Coding::Percent, Coding::Escaped],
        _ => &[Coding::Raw, Coding::Percent],
    };
    let readings = codings.iter().filter_map(|coding| {
        let decoded = coding.read(raw)?;
        let is_end = |it: &u8| *it == b'/' || *it == b'\\' && *coding != Coding::Escaped;
        let components = decoded.split(is_end).filter(|it| !matches!(*it, b"" | b"."));
        Some(Reading {
            span: span.clone(),
            front,
            coding: *coding,
            components: components.map(<[u8]>::to_vec).collect(),
            is_folder: text[span.end..].starts_with(b"/"),
        })
    });
    readings.collect()
}

/// Whether a reading of running text is meant as a path. A name without a dot is a word like any other, unless it is
/// quoted or has a separator at one of its sides.
fn is_path(text: &[u8], reading: &Reading) -> bool {
    let [name] = &reading.components[..] else {
        return !reading.components.is_empty();
    };
    let span = &reading.span;
    let after = text.get(span.end).copied();
    let has_separator = reading.front != Front::Relative
        || after == Some(b'/')
        || text[span.clone()].iter().any(|it| is_separator(*it));
    if has_separator {
        return true;
    }
    match memchr::memrchr(b'.', name) {
        // `.name(…)` is the call of a method.
        Some(0) => after != Some(b'('),
        Some(_) => true,
        None => {
            let before = span.start.checked_sub(1).map(|it| text[it]);
            before == after && matches!(before, Some(b'"' | b'\'' | b'`'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::reference::letter::run;

    /// What each reading spans, for the path around the name, in a file of a format.
    #[track_caller]
    fn check(format: Format, name: &str, line: &str, expected: &[&str]) {
        let at = line.find(name).unwrap();
        let hit = at..at + name.len();
        let readings = of_plain(line.as_bytes(), run(line.as_bytes(), &hit), &hit, format);
        let found: Vec<&str> = readings.iter().map(|it| &line[it.span.clone()]).collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn the_end_of_a_path() {
        let check = |line: &str, expected: &[&str]| check(Format::Code, "a.md", line, expected);
        check("see x/a.md.", &["x/a.md"]);
        check("see x/a.md...", &["x/a.md"]);
        check("a.md.bak", &["a.md.bak"]);
        check("a.md:12", &["a.md"]);
        check("a.md/x/", &["a.md/x"]);
        check("a.md/..", &["a.md/.."]);
        check("printf \"a.md\\n\"", &["a.md\\n", "a.md"]);
        check("say \\\"a.md\\\"", &["a.md"]);
        check("\"xy:\\na.md\"", &["na.md", "a.md"]);
    }

    #[test]
    fn marks_in_front() {
        check(Format::Code, "a.md", "curl -d @x/a.md", &["@x/a.md", "x/a.md"]);
        check(Format::Code, "a.md", "${X:-a.md}", &["-a.md", "a.md"]);
        check(Format::Code, "a.md", "cc -Ix/a.md", &["-Ix/a.md", "x/a.md"]);
        check(Format::Code, "a.md", "cc -I/x/a.md", &["-I/x/a.md", "x/a.md"]);
        check(
            Format::Markdown,
            "a.md",
            "_see a.md_ ~~a.md~~",
            &["a.md_", "a.md"],
        );
        check(Format::Markdown, "a.md", "__a.md.__", &["__a.md.__", "a.md"]);
        check(Format::Code, "a.md", "_a.md_", &["_a.md_"]);
    }

    #[test]
    fn words_are_no_paths() {
        let check = |line: &str, is_one: bool| {
            check(
                Format::Markdown,
                "core",
                line,
                if is_one { &["core"] } else { &[] },
            );
        };
        for line in [
            "the core of it",
            "core::fmt",
            "(core)",
            "core.",
            "'core\"",
            "x=core",
        ] {
            check(line, false);
        }
        for line in ["`core`", "\"core\"", "'core'", "core/", "/core", "$X/core"] {
            check(line, true);
        }
    }

    #[test]
    fn methods_are_no_paths() {
        check(Format::Code, ".cache", "  .cache()", &[]);
        check(Format::Code, ".cache", "rm -r .cache", &[".cache"]);
    }

    #[test]
    fn links_have_spellings() {
        let line = "/a/b%20c\\_d/#x";
        let readings = of_link(line.as_bytes(), &(0..line.len() - 2), Format::Markdown);
        let found: Vec<_> = readings.iter().map(|it| it.components.join(&b'|')).collect();
        assert_eq!(found, [&b"a|b%20c|_d"[..], b"a|b c|_d", b"a|b%20c_d"]);
        assert!(
            readings
                .iter()
                .all(|it| it.is_folder && it.front == Front::Root && it.span == (1..11))
        );
    }
}
