//! Secrets of each kind, made when the test runs so that no search finds them here, and what only looks like one.

mod keys;
mod pairs;
mod tokens;

use std::fmt::Write as _;

use super::*;

/// Letters that look random and are the same in every run.
fn letters(alphabet: &str, count: usize) -> String {
    let alphabet = alphabet.as_bytes();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % alphabet.len() as u64).unwrap()
    };
    (0..count).map(|_| char::from(alphabet[next()])).collect()
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number = group
            .iter()
            .chain(&[0; 2])
            .take(3)
            .fold(0_usize, |it, byte| it << 8 | usize::from(*byte));
        for place in 0..4 {
            let is_there = place <= group.len();
            text.push(if is_there {
                char::from(DIGITS[number >> (18 - 6 * place) & 63])
            } else {
                '='
            });
        }
    }
    text
}

#[track_caller]
fn check_in(path: &str, text: impl AsRef<[u8]>, expected: &[&str]) {
    let text = text.as_ref();
    assert_eq!(
        kinds(&TreePath::from(path), text),
        expected,
        "{path}: {}",
        String::from_utf8_lossy(text)
    );
}

#[track_caller]
fn check(text: impl AsRef<[u8]>, expected: &[&str]) {
    check_in("some/file.txt", text, expected);
}

#[test]
fn names_worth_a_search() {
    for (path, expected) in [
        (".env", true),
        ("a/.env.local", true),
        ("deploy/id_rsa", true),
        ("a/b/server.pem", true),
        ("x.P12", true),
        ("a/.docker/config.json", true),
        ("k8s/db-secret.yaml", true),
        ("terraform.tfstate", true),
        ("src/main.rs", false),
        ("config.json", false),
        ("secret.rs", false),
        ("docs/environment.md", false),
    ] {
        assert_eq!(is_secret_name(path.as_bytes()), expected, "{path}");
    }
}

#[test]
fn nothing_is_found_in_ordinary_text() {
    let mut log = String::new();
    for number in 0..2000_u64 {
        let hash = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let _ = writeln!(
            log,
            "2026-11-22 10:00:00 INFO https://acme.io/x?y={hash} sha256:{hash:064x} id={hash:032x} user@acme.io"
        );
    }
    check(&log, &[]);
    log.push_str(concat!("AKIA", "Q3EGUJ7TKW2XR5MZ"));
    check(&log, &["access key of AWS"]);
    check(b"\0\xff\xfe".repeat(1000), &[]);
    check("", &[]);
}

#[test]
fn the_page_names_the_kinds() {
    let page = include_str!("../../../../docs/api/clean-repo.md");
    let tokens = token::ROWS.iter().map(|it| it.kind).chain([token::AZURE]);
    let kinds: BTreeSet<&str> = ROWS.iter().map(|it| it.kind).chain(tokens).collect();
    for kind in kinds {
        assert!(
            page.contains(&format!("- {kind}\n")),
            "docs/api/clean-repo.md lacks: - {kind}"
        );
    }
}
