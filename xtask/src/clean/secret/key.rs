//! Private keys: in PEM and what resembles it, in base64 of it, in DER, and in key stores.

use memchr::memmem;

use super::is_placeholder;
use crate::clean::path::TreePath;

/// A key has more letters than this; less is a name in a program, or three dots.
const BODY_LEAST: usize = 40;

/// So long is a line of it, but for the last.
const LINE_LEAST: usize = 16;

/// The labels of private keys in PEM (RFC 7468 and OpenSSL): what may stand before `PRIVATE KEY-----`.
const LABELS: &[&str] = &[
    "",
    "RSA ",
    "EC ",
    "DSA ",
    "DH ",
    "ENCRYPTED ",
    "ANY ",
    "ED25519 ",
    "X25519 ",
    "SSH2 ENCRYPTED ",
];

/// What begins each of them, in pieces so that no search finds this file.
const BEGIN: &str = concat!("-----BE", "GIN ");
const PRIVATE: &str = concat!("PRIVATE ", "KEY-----");

pub(super) fn has_pem(bytes: &[u8]) -> bool {
    has_label(bytes, |label| {
        label
            .strip_suffix(PRIVATE.as_bytes())
            .is_some_and(|it| LABELS.iter().any(|known| known.as_bytes() == it))
    })
}

pub(super) fn has_openssh(bytes: &[u8]) -> bool {
    has_label(bytes, |label| label == [b"OPENSSH ", PRIVATE.as_bytes()].concat())
}

pub(super) fn has_pgp(bytes: &[u8]) -> bool {
    has_label(bytes, |label| {
        label == concat!("PGP PRIVATE ", "KEY BLOCK-----").as_bytes()
    })
}

/// Whether a fitting label has a body behind it.
fn has_label(bytes: &[u8], is_wanted: impl Fn(&[u8]) -> bool) -> bool {
    memmem::find_iter(bytes, BEGIN.as_bytes()).any(|at| {
        let rest = &bytes[at + BEGIN.len()..];
        let Some(end) = memmem::find(&rest[..rest.len().min(64)], b"-----").map(|it| it + 5) else {
            return false;
        };
        is_wanted(&rest[..end]) && has_body(&rest[end..])
    })
}

/// Whether base64 follows, perhaps after headers, with whatever a quotation in code puts between its lines.
fn has_body(bytes: &[u8]) -> bool {
    let mut rest = &bytes[..bytes.len().min(4096)];
    // `Proc-Type: 4,ENCRYPTED`, `Version: x`: a word, a colon, up to the end of the line.
    while let Some(after) = header(rest) {
        rest = after;
    }
    // Lines of a key are long; words of a sentence are not.
    let (mut body, mut line) = (Vec::new(), Vec::new());
    let mut letters = rest.iter().copied().chain([0]).peekable();
    while let Some(byte) = letters.next() {
        if byte.is_ascii_alphanumeric() || b"+/=".contains(&byte) {
            line.push(byte);
            continue;
        }
        if line.len() >= LINE_LEAST {
            body.append(&mut line);
        }
        line.clear();
        if byte == b'\\' && matches!(letters.peek(), Some(b'n' | b'r' | b't')) {
            letters.next();
        } else if !b"\n\r \t\"',\\`#*|>;.".contains(&byte) || body.len() > 256 {
            break;
        }
    }
    let has = |test: fn(&u8) -> bool| body.iter().any(test);
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    body.len() >= BODY_LEAST && is_mixed && !is_placeholder(&body)
}

/// What follows a line such as `DEK-Info: AES-128-CBC,1234`.
fn header(bytes: &[u8]) -> Option<&[u8]> {
    let mut start = bytes;
    loop {
        start = start.trim_ascii_start();
        match start.strip_prefix(b"\\n").or_else(|| start.strip_prefix(b"\\r")) {
            Some(rest) => start = rest,
            None => break,
        }
    }
    let word = start
        .iter()
        .take_while(|it| it.is_ascii_alphabetic() || **it == b'-')
        .count();
    if word == 0 || !start[word..].starts_with(b": ") {
        return None;
    }
    let end = start.iter().position(|it| matches!(it, b'\n' | b'\\'))?;
    Some(&start[end..])
}

pub(super) fn has_putty(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, concat!("PuTTY-User-", "Key-File-").as_bytes()).any(|at| {
        let rest = &bytes[at..];
        let lines = memmem::find(rest, b"Private-Lines: ").map(|at| &rest[at..]);
        let body = lines.and_then(|it| memchr::memchr(b'\n', it).map(|at| &it[at..]));
        body.is_some_and(has_body)
    })
}

/// The base64 of `---`. However many bytes come before the five dashes, a group of three begins within them.
const DASHES: &[u8] = b"LS0t";

/// Base64 of a private key in PEM, wherever the lines are broken: inside of YAML, of an environment, of code.
pub(super) fn has_base64_pem(bytes: &[u8]) -> bool {
    let mut next = 0;
    memmem::find_iter(bytes, DASHES).any(|at| {
        if at < next {
            return false;
        }
        // The label would stand right behind the dashes; what begins with more of them shows it later.
        let text = decoded(&bytes[at..], 128);
        let Some(label) = memmem::find(&text, PRIVATE.as_bytes()) else {
            next = at + 32;
            return false;
        };
        has_body(&decoded(&bytes[at..], 1024)[label + PRIVATE.len()..])
    })
}

/// The bytes that base64 stands for, up to so many letters; line ends, blanks, quotes and `\n` between them are
/// passed over.
pub(super) fn decoded(bytes: &[u8], limit: usize) -> Vec<u8> {
    let (mut text, mut group, mut count, mut taken) = (Vec::new(), 0_u32, 0, 0);
    let mut letters = bytes[..bytes.len().min(limit * 4)].iter().copied().peekable();
    while let Some(byte) = letters.next() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'\\' if matches!(letters.peek(), Some(b'n' | b'r')) => {
                letters.next();
                continue;
            }
            b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'\\' | b',' | b'#' | b'>' => continue,
            _ => break,
        };
        group = group << 6 | u32::from(value);
        count += 1;
        taken += 1;
        if count == 4 {
            text.extend_from_slice(&group.to_be_bytes()[1..]);
            (group, count) = (0, 0);
        }
        if taken >= limit {
            break;
        }
    }
    match count {
        3 => text.extend_from_slice(&(group << 6).to_be_bytes()[1..3]),
        2 => text.push((group << 12).to_be_bytes()[1]),
        _ => {}
    }
    text
}

/// Base64 of the headers that RSA and elliptic curves have in PKCS #8 (RFC 5208), from a byte on at which a group
/// begins; only the lengths before them differ.
const DER_HEADERS: &[&str] = &[
    concat!("ADANBgkqhkiG", "9w0BAQEFAAS"),
    concat!("MIGHAgEAMBMGByqGSM49", "AgEGCCqGSM49AwEHBG0wawIBAQQg"),
    concat!("MC4CAQAwBQYDK2Vw", "BCIEI"),
];

pub(super) fn has_base64_der(bytes: &[u8]) -> bool {
    DER_HEADERS.iter().any(|header| {
        memmem::find_iter(bytes, header.as_bytes()).any(|at| {
            // Behind the header of PEM it is found as that.
            let is_pem = memmem::rfind(&bytes[at.saturating_sub(64)..at], b"-----").is_some();
            let least = if header.starts_with("MC4C") {
                36
            } else {
                BODY_LEAST
            };
            let body: Vec<u8> = bytes[at + header.len()..]
                .iter()
                .copied()
                .take_while(|it| it.is_ascii_alphanumeric() || b"+/=\r\n".contains(it))
                .take(256)
                .collect();
            !is_pem && body.len() >= least && !is_placeholder(&body)
        })
    })
}

/// A sequence with the version 0, then an algorithm (PKCS #8) or a number (PKCS #1), or the version 1 and a string of
/// 32 bytes or more (RFC 5915), in a file with the name of a key.
pub(super) fn is_der(path: &TreePath, bytes: &[u8]) -> bool {
    let is_named = [".der", ".key", ".p8", ".pk8", ".pkcs8"]
        .iter()
        .any(|it| has_ending(path, it));
    let body = match bytes {
        [0x30, 0x82, _, _, rest @ ..] | [0x30, 0x81, _, rest @ ..] => rest,
        [0x30, length, rest @ ..] if *length < 0x80 => rest,
        _ => return false,
    };
    is_named
        && match body {
            [2, 1, 0, 0x30 | 2, rest @ ..] | [2, 1, 1, 4, rest @ ..] => rest.len() >= 32,
            _ => false,
        }
}

/// A packet of a secret key or subkey (RFC 4880, section 4.3: tags 5 and 7) at the start of a key file.
pub(super) fn is_pgp_binary(path: &TreePath, bytes: &[u8]) -> bool {
    let is_named = [".gpg", ".pgp", ".key"].iter().any(|it| has_ending(path, it));
    // An old packet with a length of two bytes, a new one with one or two, then the version.
    let version = match bytes {
        [0x95 | 0x9d, _, _, it, ..] | [0xc5 | 0xc7, 0..192, it, ..] | [0xc5 | 0xc7, 192..224, _, it, ..] => {
            *it
        }
        _ => return false,
    };
    is_named && (3..=6).contains(&version) && bytes.len() > 64
}

/// What key stores begin with, and how their files are called.
pub(super) fn is_store(path: &TreePath, bytes: &[u8]) -> bool {
    let named = |endings: &[&str]| endings.iter().any(|it| has_ending(path, it));
    // A PFX (RFC 7292): a sequence with the version 3 and contents of PKCS #7.
    let is_pfx = || {
        let head = &bytes[..bytes.len().min(32)];
        let version = memmem::find(head, &[2, 1, 3, 0x30]);
        head.first() == Some(&0x30) && version.is_some_and(|at| at <= 6) && bytes.len() > 64
    };
    let is_java = || bytes.starts_with(b"\xfe\xed\xfe\xed") || bytes.starts_with(b"\xce\xce\xce\xce");
    named(&[".p12", ".pfx", ".pkcs12"]) && is_pfx()
        || named(&[".jks", ".jceks", ".keystore", ".ks"]) && (is_java() || is_pfx())
        || named(&[".kdbx", ".kdb"]) && bytes.starts_with(b"\x03\xd9\xa2\x9a")
}

fn has_ending(path: &TreePath, ending: &str) -> bool {
    let (name, ending) = (path.name(), ending.as_bytes());
    name.len() > ending.len() && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
}
