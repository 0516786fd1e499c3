//! Spells a new path as the old one was spelled: its separators, its encoding, the `./` in front.

use crate::clean::reference::{Coding, Format, Front, Reading, escaped, must_be_encoded, percent_encoded};

/// Where a path stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Whether it is the target of a link.
    pub(super) is_link: bool,
    /// Whether `<` stands before it, where spaces need no encoding.
    pub(super) is_angled: bool,
    /// The format of the document.
    pub(super) format: Format,
}

/// Components in the spelling that `raw` has in this reading. Those at the end that stay the same keep their bytes.
pub(super) fn spelled(raw: &[u8], reading: &Reading, components: &[Vec<u8>], place: Place) -> Vec<u8> {
    let coding = reading.coding;
    let is_end = |it: &u8| *it == b'/' || *it == b'\\' && coding != Coding::Escaped;
    let old: Vec<&[u8]> = raw
        .split(is_end)
        .filter(|it| !matches!(*it, b"" | b"."))
        .collect();
    let is_same = |(old, new): &(&&[u8], &Vec<u8>)| {
        let decoded = coding.read(old);
        decoded.as_deref().unwrap_or(old) == &new[..]
    };
    let kept = old
        .iter()
        .rev()
        .zip(components.iter().rev())
        .take_while(is_same)
        .count();
    let is_ascii = raw.is_ascii();
    let (fresh, same) = components.split_at(components.len() - kept);
    let mut pieces: Vec<Vec<u8>> = fresh
        .iter()
        .map(|it| encoded(it, coding, place, is_ascii))
        .collect();
    pieces.extend(old[old.len() - same.len()..].iter().map(|it| it.to_vec()));
    let separator = separator(raw, coding);
    if pieces.is_empty() {
        return b".".to_vec();
    }
    if reading.front == Front::Relative && needs_dot(raw, &pieces[0], place) {
        pieces.insert(0, b".".to_vec());
    }
    pieces.join(separator)
}

/// Whether `.` comes first: it did before, or a way up has become one down, or the first name looks like a scheme.
fn needs_dot(raw: &[u8], first: &[u8], place: Place) -> bool {
    let was_dotted = raw.starts_with(b"./") || raw.starts_with(b".\\");
    let was_explicit = was_dotted || raw.starts_with(b"..") && !place.is_link;
    (was_explicit && first != b"..") || place.is_link && first.contains(&b':')
}

/// The first separator of a path; `\\` in strings of programs.
fn separator(raw: &[u8], coding: Coding) -> &'static [u8] {
    let is_backslash = coding != Coding::Escaped;
    match memchr::memchr2(b'/', b'\\', raw) {
        Some(at) if is_backslash && raw[at..].starts_with(b"\\\\") => b"\\\\",
        Some(at) if is_backslash && raw[at] == b'\\' => b"\\",
        _ => b"/",
    }
}

fn encoded(component: &[u8], coding: Coding, place: Place, is_ascii: bool) -> Vec<u8> {
    if component == b".." {
        return component.to_vec();
    }
    match coding {
        Coding::Percent => percent_encoded(
            component,
            |it| must_be_encoded(it) || is_ascii && !it.is_ascii(),
            false,
        ),
        Coding::Escaped => escaped(component),
        Coding::Raw if place.is_link && place.format == Format::Markdown => percent_encoded(
            component,
            |it| must_be_encoded(it) && !(it == b' ' && place.is_angled),
            false,
        ),
        Coding::Raw => component.to_vec(),
    }
}
