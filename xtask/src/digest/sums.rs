//! Sums files, as `sha256sum` and its relatives write and read them.
//!
//! The form is that of GNU coreutils ("cksum output modes" and "digest utilities" in its manual): a line is
//! `‹digest›  ‹name›`, or `‹digest› *‹name›`, or tagged `SHA256 (‹name›) = ‹digest›`; a line that begins with `\`
//! has `\\`, `\n` and `\r` in its name. Names are bytes, since Unix names are.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::digest::{ALGORITHMS, Algorithm, Checksum};

/// One line: a file and what its digest should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name as it stands after unescaping, with `/` between folders.
    pub name: Vec<u8>,
    /// The digest.
    pub checksum: Checksum,
    /// The line it stands in, from 1.
    pub line: usize,
}

/// A line that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// What a sums file says, with everything that is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The lines that can be used, in their order. A line that repeats an earlier one is left out.
    pub entries: Vec<Entry>,
    /// The lines that cannot, in their order.
    pub flaws: Vec<Flaw>,
}

/// Which algorithm a line without a tag is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guide {
    /// The length says it: SHA-256 or SHA-512.
    Length,
    /// The length says it, and where two algorithms share it, this one is meant: the file's name says so.
    Name(Algorithm),
    /// This one and no other: the user says so.
    Stated(Algorithm),
}

impl Guide {
    /// What the user says, else what the name of the sums file says, else the length alone.
    pub fn of(stated: Option<Algorithm>, sums_file: &Path) -> Guide {
        match (stated, Algorithm::of_sums_file(sums_file)) {
            (Some(stated), _) => Guide::Stated(stated),
            (None, Some(named)) => Guide::Name(named),
            (None, None) => Guide::Length,
        }
    }

    fn algorithm(self, hex_len: usize) -> Result<Algorithm, String> {
        let fits = |it: Algorithm| it.facts().size_bytes * 2 == hex_len;
        match self {
            Guide::Stated(it) => Ok(it),
            Guide::Name(it) if fits(it) => Ok(it),
            Guide::Name(_) | Guide::Length => {
                let row = ALGORITHMS.iter().find(|it| fits(it.algorithm));
                row.map(|it| it.algorithm)
                    .ok_or_else(|| format!("no algorithm here has digests of {hex_len} hex digits"))
            }
        }
    }
}

/// The form in which sums are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `‹digest›  ‹name›`, which every tool reads.
    Plain,
    /// `SHA256 (‹name›) = ‹digest›`, as `sha256sum --tag` writes it.
    Tagged,
}

/// Reads a sums file. Blank lines, lines that begin with `#`, a UTF-8 byte order mark and the ends of Windows
/// lines are passed over.
pub fn parse(text: &[u8], guide: Guide) -> Sums {
    let mut sums = Sums::default();
    if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") {
        sums.flaws.push(Flaw {
            line: 1,
            what: "the file is UTF-16, as PowerShell's `>` writes it; UTF-8 is needed".to_owned(),
        });
        return sums;
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut seen: HashMap<(Vec<u8>, Algorithm), (Checksum, usize)> = HashMap::new();
    for (at, content) in text.split(|it| *it == b'\n').enumerate() {
        let line = at + 1;
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        if content.trim_ascii().is_empty() || content.starts_with(b"#") {
            continue;
        }
        let (name, checksum) = match parse_line(content.trim_ascii_start(), guide) {
            Ok(found) => found,
            Err(what) => {
                sums.flaws.push(Flaw { line, what });
                continue;
            }
        };
        match seen.get(&(name.clone(), checksum.algorithm())) {
            None => {
                seen.insert((name.clone(), checksum.algorithm()), (checksum, line));
                sums.entries.push(Entry { name, checksum, line });
            }
            Some((first, _)) if *first == checksum => {}
            Some((_, first)) => sums.flaws.push(Flaw {
                line,
                what: format!(
                    "line {first} gives another {} for `{}`",
                    checksum.algorithm(),
                    shown(&name)
                ),
            }),
        }
    }
    sums
}

/// Writes a sums file that `sha256sum -c` accepts: sorted by the bytes of the names.
pub fn write<'a>(sums: impl IntoIterator<Item = (&'a [u8], &'a Checksum)>, form: Form) -> Vec<u8> {
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort();
    let mut text = Vec::new();
    for (name, checksum) in sums {
        let (mark, escaped) = escape(name);
        text.extend(mark);
        match form {
            Form::Plain => {
                text.extend(format!("{checksum}  ").bytes());
                text.extend(&*escaped);
            }
            Form::Tagged => {
                text.extend(format!("{} (", checksum.algorithm().facts().tag).bytes());
                text.extend(&*escaped);
                text.extend(format!(") = {checksum}").bytes());
            }
        }
        text.push(b'\n');
    }
    text
}

/// A name as it begins a line of its own: escaped, and then with a `\` before it.
pub fn escaped(name: &[u8]) -> Vec<u8> {
    let (mark, escaped) = escape(name);
    [mark, &escaped].concat()
}

/// A name for messages: escaped as in a sums file, and readable where it is not UTF-8.
pub fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(&escape(name).1).into_owned()
}

/// The path that a name means; `None` where this system has no such names.
pub fn path_of(name: &[u8]) -> Option<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Some(PathBuf::from(std::ffi::OsStr::from_bytes(name)))
    }
    #[cfg(not(unix))]
    {
        std::str::from_utf8(name).ok().map(PathBuf::from)
    }
}

/// The name of a path, with `/` between folders; `None` where it cannot be written down.
pub fn name_of(path: &Path) -> Option<Vec<u8>> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Some(path.as_os_str().as_bytes().to_vec())
    }
    #[cfg(not(unix))]
    {
        let name = path.to_str()?;
        Some(name.replace(std::path::MAIN_SEPARATOR, "/").into_bytes())
    }
}

fn parse_line(line: &[u8], guide: Guide) -> Result<(Vec<u8>, Checksum), String> {
    let (is_escaped, line) = line.strip_prefix(b"\\").map_or((false, line), |it| (true, it));
    let (name, checksum) = if let Some((hex, name)) = plain(line) {
        (name, Checksum::parse(guide.algorithm(hex.len())?, hex))
    } else {
        let (tag, name, hex) = tagged(line).ok_or_else(malformed)?;
        let algorithm = Algorithm::of_tag(tag).ok_or_else(|| unknown_tag(tag))?;
        if let Guide::Stated(stated) = guide
            && stated != algorithm
        {
            return Err(format!("the line is tagged {algorithm}, not {stated}"));
        }
        (name, Checksum::parse(algorithm, hex))
    };
    let checksum = checksum.map_err(|error| error.to_string())?;
    let name = if is_escaped {
        unescape(name)?
    } else {
        name.to_vec()
    };
    if name.is_empty() {
        return Err("the line names no file".to_owned());
    }
    if path_of(&name).is_none() {
        return Err(format!(
            "`{}` is not UTF-8, and this system has no such names",
            shown(&name)
        ));
    }
    Ok((name, checksum))
}

/// Digest and name of an untagged line. One space alone between them is what BSD's `-r` writes.
fn plain(line: &[u8]) -> Option<(&str, &[u8])> {
    let len = line.iter().position(|it| matches!(it, b' ' | b'\t'))?;
    let hex = std::str::from_utf8(&line[..len]).ok()?;
    if len == 0 || !hex.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    let name = &line[len + 1..];
    Some((
        hex,
        name.strip_prefix(b" ")
            .or_else(|| name.strip_prefix(b"*"))
            .unwrap_or(name),
    ))
}

/// Tag, name and digest of a tagged line. The spaces around the brackets and `=` may be missing, as OpenSSL leaves
/// them out.
fn tagged(line: &[u8]) -> Option<(&str, &[u8], &str)> {
    let open = line.iter().position(|it| *it == b'(')?;
    let close = line.iter().rposition(|it| *it == b')').filter(|it| *it > open)?;
    let tag = std::str::from_utf8(&line[..open]).ok()?;
    let tag = tag.strip_suffix(' ').unwrap_or(tag);
    if tag.is_empty()
        || !tag
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'/')
    {
        return None;
    }
    let hex = line[close + 1..].trim_ascii().strip_prefix(b"=")?;
    Some((
        tag,
        &line[open + 1..close],
        std::str::from_utf8(hex.trim_ascii_start()).ok()?,
    ))
}

fn malformed() -> String {
    "neither `‹digest›  ‹name›` nor `SHA256 (‹name›) = ‹digest›`".to_owned()
}

fn unknown_tag(tag: &str) -> String {
    let known = ALGORITHMS.map(|it| it.tag).join(", ");
    format!("no algorithm `{tag}`; the tags are {known}")
}

/// What begins the line, and the name in it.
fn escape(name: &[u8]) -> (&'static [u8], Cow<'_, [u8]>) {
    if !name.iter().any(|it| matches!(it, b'\\' | b'\n' | b'\r')) {
        return (b"", Cow::Borrowed(name));
    }
    let mut escaped = Vec::with_capacity(name.len() + 8);
    for byte in name {
        match byte {
            b'\\' => escaped.extend(br"\\"),
            b'\n' => escaped.extend(br"\n"),
            b'\r' => escaped.extend(br"\r"),
            other => escaped.push(*other),
        }
    }
    (br"\", Cow::Owned(escaped))
}

fn unescape(name: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = name.iter();
    let mut unescaped = Vec::with_capacity(name.len());
    while let Some(byte) = bytes.next() {
        unescaped.push(match (byte, byte == &b'\\') {
            (other, false) => *other,
            (_, true) => match bytes.next() {
                Some(b'\\') => b'\\',
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                _ => {
                    return Err(format!(
                        "`{}` holds a `\\` that escapes nothing",
                        String::from_utf8_lossy(name)
                    ));
                }
            },
        });
    }
    Ok(unescaped)
}

#[cfg(test)]
mod tests;
