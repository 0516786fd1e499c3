//! The targets of links in documents that may lead to files, as each format writes them.

mod markdown;

use std::ops::Range;

use super::kind::Format;

/// The paths that links in a document lead to, without `#…` and `?…` behind them, in order; they do not overlap.
/// Addresses with a scheme are none, and neither is what a template makes.
pub(crate) fn targets(text: &[u8], format: Format) -> Vec<Range<usize>> {
    let in_line: fn(&[u8]) -> Vec<Range<usize>> = match format {
        Format::Markdown => return sorted(markdown::targets(text), text),
        Format::RestructuredText => restructured_text,
        Format::Asciidoc => asciidoc,
        Format::Org => org,
        Format::Plain | Format::Code => return Vec::new(),
    };
    let found = lines(text)
        .flat_map(|line| {
            let spans = in_line(&text[line.clone()]).into_iter();
            spans.map(move |it| line.start + it.start..line.start + it.end)
        })
        .collect();
    sorted(found, text)
}

/// The lines of a text, without their ends.
fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    ends.scan(0, move |start, end| {
        let line = *start..end;
        *start = end + 1;
        let is_crlf = text[line.clone()].ends_with(b"\r");
        Some(line.start..line.end - usize::from(is_crlf))
    })
}

fn sorted(found: Vec<Range<usize>>, text: &[u8]) -> Vec<Range<usize>> {
    let mut paths: Vec<Range<usize>> = found.into_iter().filter_map(|it| path_of(text, it)).collect();
    paths.sort_by_key(|it| (it.start, it.end));
    paths.dedup_by(|next, last| next.start < last.end);
    paths
}

/// The path in the target of a link; `None` when it is not one.
fn path_of(text: &[u8], span: Range<usize>) -> Option<Range<usize>> {
    let raw = &text[span.clone()];
    let length = raw
        .iter()
        .position(|it| matches!(it, b'#' | b'?'))
        .unwrap_or(raw.len());
    let path = &raw[..length];
    let is_made = path.iter().any(|it| b"{}$<>|*\0\n".contains(it));
    let is_address = path.starts_with(b"//") || path.starts_with(b"\\\\") || has_scheme(path);
    let is_root = path.iter().all(|it| *it == b'/');
    (!is_made && !is_address && !is_root).then_some(span.start..span.start + length)
}

/// Whether a target begins with `mailto:`, `https:` and the like, or with a drive.
fn has_scheme(path: &[u8]) -> bool {
    let end = path
        .iter()
        .position(|it| !(it.is_ascii_alphanumeric() || b"+.-".contains(it)));
    end.is_some_and(|it| it > 0 && path[it] == b':' && path[0].is_ascii_alphabetic())
}

/// `` `text <target>`_ ``, `.. image:: target`, `.. _name: target`, `:target: target`.
fn restructured_text(line: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for end in memchr::memmem::find_iter(line, b">`") {
        if let Some(start) = memchr::memrchr(b'<', &line[..end]) {
            found.push(start + 1..end);
        }
    }
    let trimmed = line.trim_ascii_start();
    let is_role = trimmed.starts_with(b":target: ");
    let after = if trimmed.starts_with(b".. _") || is_role {
        memchr::memmem::find(trimmed, b": ").map(|it| it + 2)
    } else if trimmed.starts_with(b".. ") {
        let names = [&b"image:: "[..], b"figure:: ", b"include:: "];
        let mut ends = names
            .iter()
            .filter_map(|it| memchr::memmem::find(trimmed, it).map(|at| at + it.len()));
        ends.next()
    } else {
        None
    };
    if let Some(after) = after {
        let rest = trimmed[after..].trim_ascii_start();
        let start = line.len() - rest.len();
        found.push(start..start + rest.trim_ascii_end().len());
    }
    found
}

/// `link:target[…]`, `xref:target[…]`, `image::target[…]`, `include::target[…]`.
fn asciidoc(line: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for open in memchr::memchr_iter(b'[', line) {
        let start = line[..open]
            .iter()
            .rposition(|it| it.is_ascii_whitespace() || *it == b':')
            .map_or(0, |it| it + 1);
        let before = &line[..start];
        let name = before
            .strip_suffix(b":")
            .map(|it| it.strip_suffix(b":").unwrap_or(it));
        let names = [&b"link"[..], b"xref", b"image", b"include", b"video", b"audio"];
        if name.is_some_and(|name| names.iter().any(|it| name.ends_with(it))) {
            found.push(start..open);
        }
    }
    found
}

/// `[[file:target]]`, `[[./target][text]]`.
fn org(line: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for open in memchr::memmem::find_iter(line, b"[[") {
        let inner = &line[open + 2..];
        let inner = &inner[..memchr::memchr(b']', inner).unwrap_or(0)];
        let target = match inner.strip_prefix(b"file:") {
            Some(rest) => rest,
            // Without a slash it is the name of a heading.
            None if inner.starts_with(b".") || inner.starts_with(b"/") => inner,
            None => continue,
        };
        let start = open + 2 + inner.len() - target.len();
        let length = memchr::memmem::find(target, b"::").unwrap_or(target.len());
        found.push(start..start + length);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: Format, text: &str, expected: &[&str]) {
        let found: Vec<&str> = targets(text.as_bytes(), format)
            .into_iter()
            .map(|it| &text[it])
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn what_is_no_path() {
        for target in [
            "#top",
            "https://a.example/x",
            "mailto:a@b.example",
            "//a.example/x",
            "/",
            "?x",
            "{{ url }}",
            "C:\\x",
        ] {
            check(Format::Markdown, &format!("[x]({target})"), &[]);
        }
        check(
            Format::Markdown,
            "[x](a.md#b) [x](a.md?b#c) [x](./a:b.md)",
            &["a.md", "a.md", "./a:b.md"],
        );
    }

    #[test]
    fn of_restructured_text() {
        check(
            Format::RestructuredText,
            "`A <a.rst>`_ and `B <b.rst#x>`__, :download:`c <c.txt>`\r\n.. image:: d.png\n   :target: e.rst \n\
             .. |x| image:: f.png\n.. _g: g.rst\n.. include:: h.rst\n.. note:: i.rst",
            &[
                "a.rst", "b.rst", "c.txt", "d.png", "e.rst", "f.png", "g.rst", "h.rst",
            ],
        );
    }

    #[test]
    fn of_asciidoc() {
        check(
            Format::Asciidoc,
            "see link:a.adoc[A], xref:b.adoc#x[B]\nimage::c d.png[] image::e.png[]\ninclude::f.adoc[]\nx[1] y:z[2]",
            &["a.adoc", "b.adoc", "e.png", "f.adoc"],
        );
    }

    #[test]
    fn of_org() {
        check(
            Format::Org,
            "[[file:a.org][A]] [[./b.org]] [[Heading]] [[file:c.org::*x][C]] [[https://a.example]] [[",
            &["a.org", "./b.org", "c.org"],
        );
    }
}
