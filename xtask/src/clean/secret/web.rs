//! Secrets that travel in requests: web tokens, addresses that let whoever knows them in.

use memchr::memmem;

use super::is_placeholder;
use super::token::{Alphabet, is_word};

/// Three parts of base64 with dots between them, of which the first two are JSON (RFC 7519), and a signature.
pub(super) fn has_jwt(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, b"eyJ").any(|at| {
        // What stands inside of a word was seen with it.
        if at > 0 && (is_word(bytes[at - 1]) || b"-.".contains(&bytes[at - 1])) {
            return false;
        }
        let rest = &bytes[at..];
        let length = rest
            .iter()
            .take(8192)
            .take_while(|it| it.is_ascii_alphanumeric() || b"-_.".contains(it))
            .count();
        let parts: Vec<&[u8]> = rest[..length].split(|it| *it == b'.').collect();
        match &parts[..] {
            [head, claims, signature, ..] => {
                head.len() >= 16
                    && claims.starts_with(b"eyJ")
                    && claims.len() >= 10
                    && signature.len() >= 20
                    && !is_known(signature)
                    && !is_placeholder(signature)
            }
            _ => false,
        }
    })
}

/// The signature of the example that every introduction shows.
fn is_known(signature: &[u8]) -> bool {
    signature.starts_with(concat!("SflKxwRJSMeK", "KF2QT4fwpMeJf36POk6yJV").as_bytes())
}

pub(super) fn has_slack_hook(bytes: &[u8]) -> bool {
    let start = b"hooks.slack.com/services/T";
    memmem::find_iter(bytes, start).any(|at| {
        let rest = &bytes[at + start.len()..];
        let path: Vec<u8> = rest
            .iter()
            .copied()
            .take(80)
            .take_while(|it| it.is_ascii_alphanumeric() || *it == b'/')
            .collect();
        let parts: Vec<&[u8]> = path.split(|it| *it == b'/').collect();
        matches!(parts[..], [_, _, last] if last.len() >= 20 && !is_placeholder(last))
    })
}

/// `scheme://user:password@host`: the host is one of the internet and no example, the password has eight letters or
/// more with a digit, and neither is a variable.
pub(super) fn has_password(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, b"://").any(|at| {
        let rest = &bytes[at + 3..];
        let length = rest
            .iter()
            .take(256)
            .take_while(|it| it.is_ascii_graphic() && !b"/\"'`<>{}$?#\\".contains(it))
            .count();
        let authority = &rest[..length];
        let Some(host) = memchr::memrchr(b'@', authority) else {
            return false;
        };
        let (login, host) = (&authority[..host], &authority[host + 1..]);
        let Some(colon) = memchr::memchr(b':', login) else {
            return false;
        };
        let password = &login[colon + 1..];
        let is_scheme = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
        // What has no dot is a machine of one's own, or a service of a compose file.
        let is_public = host.contains(&b'.')
            && ![&b"127."[..], b"0.0.0.0", b"10.", b"192.168."]
                .iter()
                .any(|it| host.starts_with(it))
            && ![&b"example"[..], b".local", b".internal", b".test", b".invalid"]
                .iter()
                .any(|it| memmem::find(host, it).is_some());
        is_scheme
            && is_public
            && password.len() >= 8
            && password.iter().any(u8::is_ascii_digit)
            && password.iter().any(u8::is_ascii_alphabetic)
            && memmem::find(password, b"password").is_none()
            && !is_placeholder(password)
    })
}

/// Whether a value looks like a token of no known kind: long, letters of both kinds and digits, no words between
/// marks.
pub(super) fn is_opaque(value: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    Alphabet::Wide
        .run(value, (20, 4096))
        .is_some_and(|it| it.len() == value.len())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !value.contains(&b'.')
}
