//! Secrets in files: found by their form, named by their kind, never shown.

mod key;
mod names;
mod pair;
mod token;
mod web;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::clean::path::TreePath;

pub use names::is_secret_name;

/// A kind of secret.
#[derive(Debug)]
struct Row {
    /// What it is called.
    kind: &'static str,
    /// Whether a file holds one.
    test: fn(&Text<'_>) -> bool,
}

/// A file that is searched.
struct Text<'a> {
    path: &'a TreePath,
    bytes: &'a [u8],
}

/// What is not told by the beginning of one word.
const ROWS: &[Row] = &[
    Row {
        kind: "private key (PEM)",
        test: |it| key::has_pem(it.bytes),
    },
    Row {
        kind: "private key (OpenSSH)",
        test: |it| key::has_openssh(it.bytes),
    },
    Row {
        kind: "private key (PGP)",
        test: |it| key::has_pgp(it.bytes),
    },
    Row {
        kind: "private key (PuTTY)",
        test: |it| key::has_putty(it.bytes),
    },
    Row {
        kind: "private key (base64 of PEM)",
        test: |it| key::has_base64_pem(it.bytes),
    },
    Row {
        kind: "private key (base64 of DER)",
        test: |it| key::has_base64_der(it.bytes),
    },
    Row {
        kind: "private key (DER)",
        test: |it| key::is_der(it.path, it.bytes),
    },
    Row {
        kind: "private key (PGP, binary)",
        test: |it| key::is_pgp_binary(it.path, it.bytes),
    },
    Row {
        kind: "key store",
        test: |it| key::is_store(it.path, it.bytes),
    },
    Row {
        kind: "JSON Web Token",
        test: |it| web::has_jwt(it.bytes),
    },
    Row {
        kind: "address of a Slack webhook",
        test: |it| web::has_slack_hook(it.bytes),
    },
    Row {
        kind: "password in an address",
        test: |it| web::has_password(it.bytes),
    },
    Row {
        kind: "values in an environment file",
        test: |it| pair::is_environment(it.path, it.bytes),
    },
    Row {
        kind: "secret access key of AWS",
        test: |it| pair::has_aws_secret(it.bytes),
    },
    Row {
        kind: "credentials of a client",
        test: |it| pair::has_login(it.path, it.bytes),
    },
];

/// The kinds of secrets that a file holds, sorted; the secrets themselves are not in them.
pub fn kinds(path: &TreePath, bytes: &[u8]) -> Vec<&'static str> {
    let bytes = narrow(bytes);
    let text = Text { path, bytes: &bytes };
    let told = ROWS.iter().filter(|it| (it.test)(&text)).map(|it| it.kind);
    let found: BTreeSet<&str> = told.chain(token::kinds(&bytes)).collect();
    found.into_iter().collect()
}

/// UTF-16, as PowerShell writes it, as bytes of which those of secrets are what they were.
fn narrow(bytes: &[u8]) -> Cow<'_, [u8]> {
    let low = match bytes {
        [0xff, 0xfe, ..] => 0,
        [0xfe, 0xff, ..] => 1,
        _ => return Cow::Borrowed(bytes),
    };
    Cow::Owned(bytes[2..].chunks_exact(2).map(|it| it[low]).collect())
}

/// Whether a value only stands for a secret: it repeats few letters, or counts, or says so.
fn is_placeholder(value: &[u8]) -> bool {
    /// What a long value holds by chance once in a thousand million files.
    const WORDS: &[&str] = &[
        "example",
        "placeholder",
        "changeme",
        "change_me",
        "change-me",
        "redacted",
        "0123456789",
        "1234567890",
        "abcdefgh",
    ];
    /// What a long value could hold by chance.
    const SHORT_WORDS: &[&str] = &[
        "dummy", "fake", "insert", "notreal", "not-real", "not_real", "replace", "xxxx", "your-", "your_",
    ];
    let mut seen = [false; 256];
    for byte in value {
        seen[usize::from(byte.to_ascii_lowercase())] = true;
    }
    let lower = value.to_ascii_lowercase();
    let says = |words: &[&str]| {
        words
            .iter()
            .any(|it| memchr::memmem::find(&lower, it.as_bytes()).is_some())
    };
    seen.iter().filter(|it| **it).count() <= 4 || says(WORDS) || value.len() < 100 && says(SHORT_WORDS)
}

#[cfg(test)]
mod tests;
