//! The pieces that mentions are made of: words, versions and requirements in running text.

use semver::{Version, VersionReq};

use super::Mention;
use crate::version::form::Form;

/// The first words of pre-releases. `tool-1.2.3-x86_64.tar.gz` holds none, though Semantic Versioning would see one.
const PRE_RELEASES: &[&str] = &[
    "alpha", "beta", "rc", "pre", "preview", "dev", "nightly", "canary", "next",
];

/// Where a word begins in a line: not inside a longer one.
pub(super) fn words(line: &str, word: &str) -> Vec<usize> {
    let is_part = |it: char| it.is_alphanumeric() || "-_.@".contains(it);
    line.match_indices(word)
        .filter(|(start, _)| !line[..*start].ends_with(is_part))
        .filter(|(start, _)| !line[start + word.len()..].starts_with(char::is_alphanumeric))
        .map(|(start, _)| start)
        .collect()
}

/// A version at this byte, after `v` or `name-v`, with at least so many numbers.
pub(super) fn number(line: &str, at: usize, least: usize) -> Option<Mention> {
    let at = at + usize::from(line[at..].starts_with('v'));
    let rest = &line[at..];
    let mut end = 0;
    let mut count = 0;
    loop {
        let digits = rest[end..].bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        end += digits;
        count += 1;
        let is_more =
            rest[end..].starts_with('.') && rest[end + 1..].starts_with(|it: char| it.is_ascii_digit());
        if !is_more {
            break;
        }
        end += 1;
    }
    if count > 3 || count < least {
        return None;
    }
    if count == 3 {
        end += pre_release(&rest[end..]);
        if let Some(build) = rest[end..].strip_prefix('+') {
            let length = build
                .bytes()
                .take_while(|it| it.is_ascii_alphanumeric() || b".-".contains(it))
                .count();
            end += 1 + length;
        }
    }
    if rest[end..].starts_with(|it: char| it.is_alphanumeric()) {
        return None;
    }
    let is_version = count < 3 || Version::parse(&rest[..end]).is_ok();
    is_version.then_some(Mention {
        span: at..at + end,
        form: Form::Number,
    })
}

/// How long a pre-release of a usual name is: `-rc.1`, `-beta2`.
fn pre_release(rest: &str) -> usize {
    let Some(pre) = rest.strip_prefix('-') else {
        return 0;
    };
    let word = pre.bytes().take_while(u8::is_ascii_alphabetic).count();
    if !PRE_RELEASES.contains(&&pre[..word]) {
        return 0;
    }
    let mut end = word + pre[word..].bytes().take_while(u8::is_ascii_digit).count();
    while let Some(next) = pre[end..].strip_prefix('.') {
        match next.bytes().take_while(u8::is_ascii_digit).count() {
            0 => break,
            digits => end += 1 + digits,
        }
    }
    end + 1
}

/// A Cargo requirement between quotes.
pub(super) fn requirement(line: &str, at: usize) -> Option<Mention> {
    let quote = line[at..].chars().next().filter(|it| "\"'".contains(*it))?;
    let text = line[at + 1..].split(quote).next()?;
    let span = at + 1..at + 1 + text.len();
    VersionReq::parse(text).ok().map(|_| Mention {
        span,
        form: Form::Requirement,
    })
}
