//! The ways in which a name is spelled in a text: as it is, percent-encoded as in a URL, escaped as in Markdown.

use std::borrow::Cow;

/// How a path is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// In its bytes.
    Raw,
    /// With `%` and two hex digits for some bytes.
    Percent,
    /// With a backslash in front of punctuation.
    Escaped,
}

impl Coding {
    /// The bytes that a spelling stands for; `None` when nothing in it is spelled in this way.
    pub(crate) fn read(self, written: &[u8]) -> Option<Cow<'_, [u8]>> {
        match self {
            Coding::Raw => Some(Cow::Borrowed(written)),
            Coding::Percent => percent_decoded(written).map(Cow::Owned),
            Coding::Escaped => unescaped(written).map(Cow::Owned),
        }
    }
}

/// The spellings of a name that a document may hold, each once, the name itself first.
pub(crate) fn spellings(name: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![name.to_vec()];
    let mut add = |it: Vec<u8>| {
        if !all.contains(&it) {
            all.push(it);
        }
    };
    let is_reserved: [fn(u8) -> bool; 4] = [
        |it| it == b' ',
        must_be_encoded,
        |it| must_be_encoded(it) || !it.is_ascii(),
        |it| !(it.is_ascii_alphanumeric() || b"-._~".contains(&it)),
    ];
    for reserved in is_reserved {
        add(percent_encoded(name, reserved, false));
        add(percent_encoded(name, reserved, true));
    }
    if name.contains(&b'_') {
        add(escaped(name));
    }
    all
}

/// Whether a byte of a name cannot stand in a link of Markdown as it is.
pub(crate) fn must_be_encoded(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f || b"\"#%()<>?[\\]^`{|}".contains(&byte)
}

/// Bytes with `%` and two hex digits for those that `reserved` names.
pub(crate) fn percent_encoded(name: &[u8], reserved: impl Fn(u8) -> bool, is_lower: bool) -> Vec<u8> {
    let digits = if is_lower {
        b"0123456789abcdef"
    } else {
        b"0123456789ABCDEF"
    };
    let mut written = Vec::with_capacity(name.len());
    for byte in name {
        if reserved(*byte) {
            let digit = |it: u8| digits[usize::from(it)];
            written.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        } else {
            written.push(*byte);
        }
    }
    written
}

/// A name with a backslash before what Markdown could take for emphasis.
pub(crate) fn escaped(name: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(name.len());
    for byte in name {
        if matches!(byte, b'_' | b'*') {
            written.push(b'\\');
        }
        written.push(*byte);
    }
    written
}

fn percent_decoded(written: &[u8]) -> Option<Vec<u8>> {
    let mut name = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let code = (*first == b'%').then(|| after.get(..2)).flatten().and_then(hex);
        match code {
            // A name holds no NUL, and a separator is never meant by what stands for its byte.
            Some(0 | b'/') => return None,
            Some(byte) => {
                name.push(byte);
                rest = &after[2..];
            }
            None => name.push(*first),
        }
    }
    (name.len() < written.len()).then_some(name)
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |it: u8| char::from(it).to_digit(16);
    u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()
}

fn unescaped(written: &[u8]) -> Option<Vec<u8>> {
    let mut name = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((first, after)) = rest.split_first() {
        let next = after.first().copied().unwrap_or_default();
        rest = after;
        if *first == b'\\' && next.is_ascii_punctuation() {
            name.push(next);
            rest = &after[1..];
        } else {
            name.push(*first);
        }
    }
    (name.len() < written.len()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(coding: Coding, written: &str, expected: Option<&[u8]>) {
        assert_eq!(coding.read(written.as_bytes()).as_deref(), expected, "{written}");
    }

    #[test]
    fn reading() {
        check(Coding::Raw, "a%20b", Some(b"a%20b"));
        check(Coding::Percent, "a%20b", Some(b"a b"));
        check(Coding::Percent, "a%fcb%C3%BC", Some(b"a\xfcb\xc3\xbc"));
        check(Coding::Percent, "100%", None);
        check(Coding::Percent, "100%zz%2", None);
        check(Coding::Percent, "100%20%2", Some(b"100 %2"));
        check(Coding::Percent, "a%00b", None);
        check(Coding::Percent, "a%2Fb", None);
        check(Coding::Escaped, "A\\_B\\_C.md", Some(b"A_B_C.md"));
        check(Coding::Escaped, "docs\\x", None);
        check(Coding::Escaped, "x\\", None);
    }

    #[test]
    fn each_spelling_is_one_needle_and_reads_back() {
        for (name, count) in [
            ("jobs.json", 1),
            ("A_PLAN.md", 2),
            ("my file.md", 2),
            ("grün.md", 3),
            ("a b/ü", 6),
        ] {
            let all = spellings(name.as_bytes());
            assert_eq!(all.len(), count, "{name}: {all:?}");
            for written in &all[1..] {
                let is_read = [Coding::Percent, Coding::Escaped]
                    .iter()
                    .any(|it| it.read(written).as_deref() == Some(name.as_bytes()));
                assert!(is_read || name.contains('/'), "{written:?}");
            }
        }
    }
}
