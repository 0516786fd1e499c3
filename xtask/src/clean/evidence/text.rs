//! Text for people, and the lines of any text.

use super::Sample;

/// The lines of a text, without their ends.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text).filter(|it| !it.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let line = if let Some(at) = memchr::memchr(b'\n', text) {
            rest = Some(&text[at + 1..]).filter(|it| !it.is_empty());
            &text[..at]
        } else {
            rest = None;
            text
        };
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}

/// The text without a last line that the end of the sample may have cut.
pub(super) fn whole_lines(text: &[u8], is_cut: bool) -> &[u8] {
    match memchr::memrchr(b'\n', text) {
        Some(at) if is_cut => &text[..=at],
        _ => text,
    }
}

/// Whether a text holds a piece.
pub(super) fn holds(text: &[u8], piece: &str) -> bool {
    memchr::memmem::find(text, piece.as_bytes()).is_some()
}

/// Whether the text, after blank space, begins with a piece, whatever the case of its letters.
pub(super) fn begins(text: &[u8], piece: &str) -> bool {
    let text = text.trim_ascii_start();
    text.len() >= piece.len() && text[..piece.len()].eq_ignore_ascii_case(piece.as_bytes())
}

/// UTF-8, or an older encoding of Latin letters, with at least one letter in it.
pub(super) fn is_prose(sample: &Sample<'_>) -> bool {
    let text = sample.text();
    match std::str::from_utf8(&text) {
        Ok(text) => is_clean(text.as_bytes()) && text.chars().any(char::is_alphabetic),
        // The sample may end in the middle of a character.
        Err(error) if error.error_len().is_none() && sample.is_cut() => is_clean(&text),
        Err(_) => is_latin(&text),
    }
}

/// No control character that text does not use.
fn is_clean(text: &[u8]) -> bool {
    !text
        .iter()
        .any(|it| *it < b' ' && !matches!(it, b'\t' | b'\n' | b'\r' | b'\x0c' | b'\x1b'))
}

/// The bytes 0x80 to 0x9f are control characters in ISO 8859, and few of them letters in Windows' code pages; a
/// compressed or encrypted file has one in eight.
fn is_latin(text: &[u8]) -> bool {
    let high = text.iter().filter(|it| **it >= 0x80).count();
    let controls = text.iter().filter(|it| (0x80..0xa0).contains(*it)).count();
    is_clean(text) && high * 3 < text.len() && controls * 20 <= text.len()
}
