//! Finds paths of the build machine inside a binary: they tell who built it, and differ from one machine to the next.

use std::collections::BTreeSet;
use std::path::Path;

use memchr::memmem;

use super::sections::section_at;
use crate::config::FILE;
use crate::problem::Problem;

/// Shorter needles are found by chance.
const NEEDLE_BYTES_MIN: usize = 4;
/// How much of the text around a finding is shown, and how much of that stands before it.
const SHOWN: usize = 80;
const SHOWN_BEFORE: usize = 16;

/// How a build machine writes its paths.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `/` parts names, and case counts.
    Unix,
    /// `/` and `\` part names, and case does not count.
    Windows,
}

/// A problem for each needle (the absolute path of a folder) that stands in the bytes, with its first place, the text
/// around that, and how often it is there. What lies in a nested needle is told of the innermost only. Texts are
/// searched as UTF-8, and in PE files as UTF-16 too.
///
/// A needle must be followed by a separator. One of several parts may also be followed by anything that no name of a
/// file goes on with: that is how `env!("CARGO_MANIFEST_DIR")` and the folder in debug information look.
pub fn machine_paths(bytes: &[u8], needles: &[impl AsRef<Path>]) -> Vec<Problem> {
    let style = if cfg!(windows) {
        Style::Windows
    } else {
        Style::Unix
    };
    find(bytes, needles, style)
}

/// A needle with its places.
struct Found {
    needle: String,
    offsets: Vec<usize>,
}

fn find(bytes: &[u8], needles: &[impl AsRef<Path>], style: Style) -> Vec<Problem> {
    let mut needles: Vec<String> = needles
        .iter()
        .filter_map(|it| needle(it.as_ref(), style))
        .collect();
    needles.sort();
    needles.dedup();
    // The innermost come first, so that theirs are taken when the outer ones look.
    needles.sort_by_key(|it| std::cmp::Reverse(it.len()));
    // The copy is made once for all needles, and only where it says something else than the bytes.
    let folded: Vec<u8>;
    let hay = match style {
        Style::Unix => bytes,
        Style::Windows => {
            folded = bytes.iter().map(|it| fold(*it)).collect();
            &folded
        }
    };
    let widths: &[usize] = if bytes.starts_with(b"MZ") { &[1, 2] } else { &[1] };
    let mut taken = BTreeSet::new();
    let mut found: Vec<Found> = Vec::new();
    for needle in needles {
        let mut offsets = Vec::new();
        for width in widths {
            for offset in occurrences(hay, &needle, *width) {
                if taken.insert(offset) {
                    offsets.push(offset);
                }
            }
        }
        offsets.sort_unstable();
        found.push(Found { needle, offsets });
    }
    found.sort_by(|a, b| a.needle.cmp(&b.needle));
    found
        .iter()
        .filter_map(|it| Some((it, *it.offsets.first()?)))
        .map(|(it, first)| problem(bytes, it, first))
        .collect()
}

fn problem(bytes: &[u8], found: &Found, first: usize) -> Problem {
    let times = match found.offsets.len() {
        1 => String::new(),
        count => format!(", {count} times in all"),
    };
    Problem::new(format!(
        "holds the path `{}` of the build machine at {first:#x} ({}): `{}`{times}",
        found.needle,
        section_at(bytes, first as u64),
        text_around(bytes, first)
    ))
    .help("the compiler leaves such paths out by `--remap-path-prefix`; a build script, `env!` or a C compiler may put them back")
    .help(format!(
        "to let it be: `check-paths = false` under `[dist]` in `{FILE}`"
    ))
}

/// What is searched for: without a separator at the end, and folded as the bytes are. `None` for what would be found
/// by chance.
fn needle(path: &Path, style: Style) -> Option<String> {
    let mut text = path.to_str()?.to_owned();
    if style == Style::Windows {
        // Canonical paths on Windows have a start that no compiler writes.
        text = text
            .trim_start_matches(r"\\?\")
            .bytes()
            .map(|it| fold(it) as char)
            .collect();
    }
    let text = text.trim_end_matches('/');
    let is_absolute = text.starts_with('/') || text.as_bytes().get(1..3) == Some(b":/");
    (is_absolute && text.len() >= NEEDLE_BYTES_MIN).then(|| text.to_owned())
}

fn fold(byte: u8) -> u8 {
    if byte == b'\\' {
        b'/'
    } else {
        byte.to_ascii_lowercase()
    }
}

/// The offsets of a needle whose characters have `width` bytes.
fn occurrences(hay: &[u8], needle: &str, width: usize) -> Vec<usize> {
    let pattern = if width == 1 {
        needle.as_bytes().to_vec()
    } else {
        needle.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let is_deep = needle.matches('/').count() > 1;
    memmem::find_iter(hay, &pattern)
        .filter(|offset| {
            let end = offset + pattern.len();
            let next = match hay.get(end..end + width) {
                // Beyond Latin-1 there are letters.
                Some([_, high]) if *high != 0 => b'x',
                Some([low, ..]) => *low,
                _ => 0,
            };
            let is_separator = next == b'/' || next == b'\\';
            is_separator || is_deep && !goes_on(next)
        })
        .collect()
}

/// Whether the name of a file could go on with a byte.
fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"-_.+~@".contains(&byte)
}

/// The printable text around an offset, be it UTF-8 or UTF-16.
fn text_around(bytes: &[u8], offset: usize) -> String {
    let width = if bytes.get(offset + 1) == Some(&0) { 2 } else { 1 };
    let is_text = |it: &[u8]| (b' '..=b'~').contains(&it[0]) && it[1..].iter().all(|it| *it == 0);
    let before = bytes[..offset]
        .rchunks_exact(width)
        .take(SHOWN_BEFORE)
        .take_while(|it| is_text(it))
        .count();
    bytes[offset - before * width..]
        .chunks_exact(width)
        .take(SHOWN)
        .take_while(|it| is_text(it))
        .map(|it| char::from(it[0]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], needles: &[&str], style: Style, expected: &[&str]) {
        let found: Vec<String> = find(bytes, needles, style)
            .into_iter()
            .map(|it| it.what)
            .collect();
        let expected: Vec<String> = expected.iter().map(|it| format!("holds the path {it}")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn whole_folders_only() {
        let unix =
            |bytes: &[u8], expected: &[&str]| check(bytes, &["/home/jo", "/src"], Style::Unix, expected);
        unix(
            b"\0\x01/home/jo/a.rs\0",
            &["`/home/jo` of the build machine at 0x2 (no known format): `/home/jo/a.rs`"],
        );
        unix(b"/home/jones/a.rs /src /srcs/x /home/jo-2/", &[]);
        unix(
            b"in /home/jo",
            &["`/home/jo` of the build machine at 0x3 (no known format): `in /home/jo`"],
        );
        unix(
            b"panicked at the/src/a.rs, /src/b.rs",
            &[
                "`/src` of the build machine at 0xf (no known format): `panicked at the/src/a.rs, /src/b.rs`, 2 times in all",
            ],
        );
    }

    #[test]
    fn the_innermost_folder_is_told() {
        check(
            b"/home/jo/.cargo/registry\0/home/jo/x\0",
            &["/home/jo", "/home/jo/.cargo/"],
            Style::Unix,
            &[
                "`/home/jo` of the build machine at 0x19 (no known format): `/home/jo/x`",
                "`/home/jo/.cargo` of the build machine at 0x0 (no known format): `/home/jo/.cargo/registry`",
            ],
        );
    }

    #[test]
    fn windows_takes_either_separator_and_case() {
        check(
            br"at c:\Users\Jo/x.rs",
            &[r"\\?\C:\Users\jo"],
            Style::Windows,
            &[r"`c:/users/jo` of the build machine at 0x3 (no known format): `at c:\Users\Jo/x.rs`"],
        );
    }

    #[test]
    fn wide_texts_are_searched_in_pe_files_only() {
        let wide: Vec<u8> = "C /home/jo/x!"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        check(&[b"XX", &wide[..]].concat(), &["/home/jo"], Style::Unix, &[]);
        check(
            &[b"MZ", &wide[..]].concat(),
            &["/home/jo"],
            Style::Unix,
            &["`/home/jo` of the build machine at 0x6 (no known format): `C /home/jo/x!`"],
        );
    }

    #[test]
    fn short_and_relative_needles_are_left_out() {
        check(b"/ /a/x rel/x", &["/", "/a", "rel", ""], Style::Unix, &[]);
    }

    #[test]
    fn long_texts_are_cut() {
        let bytes = format!("{}/home/jo/{}", "a".repeat(100), "b".repeat(100));
        let shown = text_around(bytes.as_bytes(), 100);
        assert_eq!(shown, format!("{}/home/jo/{}", "a".repeat(16), "b".repeat(55)));
    }
}
