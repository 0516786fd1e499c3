//! What desktops and editors leave behind, and copies beside their originals.

use super::Sample;
use super::text::lines;

/// A header and the allocator of a buddy store, in the words of those who took the format apart.
pub(super) fn is_ds_store(sample: &Sample<'_>) -> bool {
    sample.head().starts_with(b"\0\0\0\x01Bud1")
}

/// A compound file ([MS-CFB]) with a stream of Windows' thumbnails: `Catalog`, or since Vista its width and a hash.
pub(super) fn is_thumbs_db(sample: &Sample<'_>) -> bool {
    if !sample.head().starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return false;
    }
    let content = sample.content();
    ["Catalog", "256_", "96_", "48_", "32_"].iter().any(|name| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(content, &wide).is_some()
    })
}

/// A section that Windows' shell reads from the `desktop.ini` of a folder.
pub(super) fn is_desktop_ini(sample: &Sample<'_>) -> bool {
    let text = sample.head_text();
    lines(&text).map(<[u8]>::trim_ascii).any(|it| {
        [
            &b"[.ShellClassInfo]"[..],
            b"[LocalizedFileNames]",
            b"[ViewState]",
            b"[.ExeImageInfo]",
        ]
        .iter()
        .any(|section| it.eq_ignore_ascii_case(section))
    })
}

/// Magic, version 1 or 2, 16 bytes for the name of a file system, and at least one entry (RFC 1740).
pub(super) fn is_apple_double(sample: &Sample<'_>) -> bool {
    let head = sample.head();
    let is_version = matches!(head.get(4..8), Some(b"\0\x01\0\0" | b"\0\x02\0\0"));
    head.starts_with(b"\0\x05\x16\x07")
        && is_version
        && head.get(24..26).is_some_and(|it| it != [0, 0])
        && head.len() >= 38
}

/// The first block: `b0`, then `VIM` and the version (`memline.c`).
pub(super) fn is_vim_swap(sample: &Sample<'_>) -> bool {
    sample.head().starts_with(b"b0VIM ") && sample.size_bytes() >= 1024
}

pub(super) fn has_original(sample: &Sample<'_>) -> bool {
    originals(sample.path().name())
        .iter()
        .any(|it| sample.has_sibling(it))
}

/// What marks the copy of a file at the end of its name.
const ENDINGS: &[&str] = &[
    "backup", "bak", "broken", "copy", "disabled", "old", "orig", "original", "save",
];

/// The names of the files that a name says it is a copy of: `a.c` for `a.c.bak`, `a.c~`, `a.c.bak2`, `a.c.orig.1`,
/// `#a.c#` and `a.c.bak-2024-01-31`. A mark before the ending, as in `a_old.c`, is that of a file which may well be in
/// use.
pub fn originals(name: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    if let Some(rest) = name.strip_suffix(b"~") {
        // Emacs numbers its copies: `a.c.~3~`.
        let digits = rest.iter().rev().take_while(|it| it.is_ascii_digit()).count();
        let numbered = rest[..rest.len() - digits].strip_suffix(b".~");
        found.push(numbered.filter(|_| digits > 0).unwrap_or(rest).to_vec());
    }
    if let Some(rest) = name.strip_prefix(b"#").and_then(|it| it.strip_suffix(b"#")) {
        found.push(rest.to_vec());
    }
    let lower = name.to_ascii_lowercase();
    for ending in ENDINGS {
        for at in memchr::memmem::find_iter(&lower, ending.as_bytes()) {
            let after = &name[at + ending.len()..];
            let is_number = after
                .iter()
                .all(|it| it.is_ascii_digit() || b"._-:T".contains(it));
            if let Some(original) = name[..at].strip_suffix(b".").filter(|_| is_number) {
                found.push(original.to_vec());
            }
        }
    }
    found.retain(|it| !it.is_empty() && it != name);
    found
}
