//! The places of a text that may lead to something that is about to move.

use std::ops::Range;

use super::kind::{FileKind, Format};
use super::letter::{first_letter, run};
use super::link;
use super::needle::{Hit, Needles};
use super::reading::{Reading, of_link, of_plain};

/// A path in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// Its bytes, what stands around it perhaps included.
    pub(crate) span: Range<usize>,
    /// What it can be read as, the likeliest first.
    pub(crate) readings: Vec<Reading>,
    /// Whether it is the target of a link, and thus always relative to the file.
    pub(crate) is_link: bool,
}

/// The paths in a text in which a name was found, in order; they do not overlap.
pub(crate) fn mentions(text: &[u8], format: Format, needles: &Needles) -> Vec<Mention> {
    let hits = needles.hits(text).filter(|it| may_be_path(text, it, format));
    around(text, format, hits)
}

/// The paths around names.
pub(super) fn around(text: &[u8], format: Format, hits: impl Iterator<Item = Hit>) -> Vec<Mention> {
    let links = match format.kind() {
        FileKind::Document => link::targets(text, format),
        FileKind::Code => Vec::new(),
    };
    let mut found: Vec<Mention> = Vec::new();
    for hit in hits {
        let span = &hit.span;
        if found.last().is_some_and(|it| span.start < it.span.end) {
            continue;
        }
        let link = links
            .get(links.partition_point(|it| it.end <= span.start))
            .filter(|it| it.start <= span.start && span.end <= it.end);
        match link {
            Some(link) => found.push(of_link_at(text, link, format)),
            None => found.extend(plain(text, &hit, format)),
        }
    }
    found
}

/// A quick look at what stands around a name, for short names are in many words.
fn may_be_path(text: &[u8], hit: &Hit, format: Format) -> bool {
    let before = &text[..hit.span.start];
    let last = before.last().copied().unwrap_or(b' ');
    let next = text.get(hit.span.end).copied().unwrap_or(b' ');
    // A component goes on there. Emphasis is in documents only.
    let goes_on = |it: u8| {
        it.is_ascii_alphanumeric()
            || matches!(it, b'%' | b'+' | b'-' | b'@')
            || format == Format::Code && matches!(it, b'_' | b'~')
    };
    if goes_on(next) {
        return false;
    }
    if last == b'.' || goes_on(last) {
        // A response file, a default in a shell, a short option, the escape of a line end, the folder of a batch file.
        return last == b'@'
            || matches!(before, [.., b'-' | b'\\', letter] if letter.is_ascii_alphabetic())
            || [&b":-"[..], b":+", b"%~dp0"]
                .iter()
                .any(|it| before.ends_with(it));
    }
    let is_alone = is_end(last) && is_end(next);
    // In a document it may be the target of a link.
    !(hit.is_word && is_alone && format == Format::Code)
        || last == next && matches!(last, b'"' | b'\'' | b'`')
}

fn is_end(byte: u8) -> bool {
    byte.is_ascii() && first_letter(&[byte]) == 0
}

/// All links of a document, in order.
pub(crate) fn links(text: &[u8], format: Format) -> Vec<Mention> {
    let targets = link::targets(text, format);
    targets.iter().map(|it| of_link_at(text, it, format)).collect()
}

fn of_link_at(text: &[u8], span: &Range<usize>, format: Format) -> Mention {
    Mention {
        span: span.clone(),
        readings: of_link(text, span, format),
        is_link: true,
    }
}

/// The path around a name.
fn plain(text: &[u8], hit: &Hit, format: Format) -> Option<Mention> {
    let narrow = run(text, &hit.span);
    let wide = run(text, &(hit.start..hit.span.end));
    let mut readings = Vec::new();
    if wide != narrow {
        readings = of_plain(text, wide.clone(), &hit.span, format);
    }
    readings.extend(of_plain(text, narrow, &hit.span, format));
    (!readings.is_empty()).then_some(Mention {
        span: wide,
        readings,
        is_link: false,
    })
}
