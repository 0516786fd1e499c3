//! Replaces secrets by `***` in all that is printed, and in texts that are kept: receipts and errors.

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Report;
use crate::effect::environment;

/// What stands in the place of a secret; GitHub Actions writes the same.
const MASK: &str = "***";

/// Shorter values are words that any text holds, and masking them would hide the text instead.
const SHORTEST: usize = 4;

/// A line of a key in several lines is masked by itself from this length on: `-----END` is no secret.
const SHORTEST_LINE: usize = 16;

/// All forms of all secrets, the longest first, so that no part of a longer one is left.
static FORMS: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// What a URL may hold unescaped (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Masks a value from now on, in the forms that texts, URLs, headers and documents give it.
pub fn add(value: &str) {
    let mut all = FORMS.write().unwrap_or_else(PoisonError::into_inner);
    for form in forms(value) {
        if !all.contains(&form) {
            all.push(form);
        }
    }
    all.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
}

/// Tells GitHub Actions to hide a value that it does not know as a secret.
pub(crate) fn announce(value: &str) {
    if environment::is_github() {
        // The one line that is not cleaned: the runner must see what to hide, and does not log this line.
        for line in value.lines().filter(|it| it.trim().len() >= SHORTEST) {
            Report::raw(format_args!("::add-mask::{line}"));
        }
    }
}

/// The text with every secret replaced.
pub fn clean(text: &str) -> String {
    let all = FORMS.read().unwrap_or_else(PoisonError::into_inner);
    all.iter().fold(text.to_owned(), |text, form| {
        if text.contains(form.as_str()) {
            text.replace(form.as_str(), MASK)
        } else {
            text
        }
    })
}

/// The bytes with every secret replaced.
pub(super) fn clean_bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    let all = FORMS.read().unwrap_or_else(PoisonError::into_inner);
    all.iter().fold(Cow::Borrowed(bytes), |bytes, form| {
        let finder = memchr::memmem::Finder::new(form.as_bytes());
        if finder.find(&bytes).is_none() {
            return bytes;
        }
        let mut cleaned = Vec::with_capacity(bytes.len());
        let mut from = 0;
        for at in finder.find_iter(&bytes) {
            cleaned.extend_from_slice(&bytes[from..at]);
            cleaned.extend_from_slice(MASK.as_bytes());
            from = at + form.len();
        }
        cleaned.extend_from_slice(&bytes[from..]);
        Cow::Owned(cleaned)
    })
}

/// Prints panics as Rust does, with the secrets replaced: what an `unwrap` prints may hold a header.
pub fn clean_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("<unnamed>");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let words = panic.payload_as_str().unwrap_or("a value that is no text");
        Report::line(format_args!("thread '{name}' panicked at {place}:\n{words}"));
        let trace = std::backtrace::Backtrace::capture();
        if trace.status() == std::backtrace::BacktraceStatus::Captured {
            Report::line(format_args!("stack backtrace:\n{trace}"));
        } else {
            Report::line("note: run with `RUST_BACKTRACE=1` to see where it came from");
        }
    }));
}

/// The value and what it looks like in a URL, a header, a JSON document or a Rust literal.
fn forms(value: &str) -> Vec<String> {
    let trimmed = value.trim();
    let mut forms = Vec::new();
    for whole in [value, trimmed] {
        forms.push(whole.to_owned());
        forms.push(BASE64_STANDARD.encode(whole));
        forms.push(BASE64_URL_SAFE_NO_PAD.encode(whole));
    }
    let lines = trimmed.lines().map(str::trim);
    forms.extend(lines.filter(|it| it.len() >= SHORTEST_LINE).map(str::to_owned));
    for plain in forms.clone() {
        forms.push(utf8_percent_encode(&plain, ESCAPED).to_string());
        forms.push(plain.escape_debug().to_string());
        let json = serde_json::Value::String(plain).to_string();
        forms.push(json[1..json.len() - 1].to_owned());
    }
    // Judged by the value itself: the forms of a short one are longer.
    if trimmed.len() < SHORTEST {
        forms.clear();
    }
    forms.retain(|it| it.trim().len() >= SHORTEST);
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::process::Program;
    use crate::effect::report::{Report, Volume};
    use crate::effect::secret::Secret;

    /// Set in the process that prints.
    const PRINTS: &str = "XTASK_TEST_PRINTS_A_SECRET";

    /// Prints a secret in every way that there is, the last of which is a panic.
    fn print(name: &str) {
        let value = format!("canary-{name}");
        Secret::minted("MASK_TEST", &value);
        clean_panics();
        let report = Report::new(Volume::Verbose);
        report.data(&value);
        report.bytes(format!("{value}\n").as_bytes()).unwrap();
        report.json(&[&value]).unwrap();
        report.step("Sending", &value);
        report.detail(&value);
        report.say(&value);
        report.warn(&value);
        report.error(&anyhow::anyhow!(value.clone()).context("it failed"));
        report.group(&value, || ());
        panic!("{value}");
    }

    #[test]
    fn nothing_that_is_printed_holds_a_secret() {
        if let Some(name) = environment::var(PRINTS) {
            print(&name);
        }
        let run = |is_github: &str| {
            let name = std::thread::current().name().unwrap().to_owned();
            let outcome = Program::new(environment::this_program().unwrap())
                .args(["--exact", &name, "--nocapture"])
                .env(PRINTS, "printed")
                .env("GITHUB_ACTIONS", is_github)
                .output(None)
                .unwrap();
            assert!(!outcome.is_success());
            let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
            text(&outcome.stdout) + &text(&outcome.stderr)
        };
        let plain = run("false");
        assert!(!plain.contains("canary"), "{plain}");
        assert_eq!(plain.matches("***").count(), 9, "{plain}");
        let github = run("true");
        let announced = "::add-mask::canary-printed\n";
        assert!(github.contains(announced), "{github}");
        assert!(!github.replacen(announced, "", 1).contains("canary"), "{github}");
        assert_eq!(github.matches("***").count(), 10, "{github}");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(clean(text), expected);
        assert_eq!(clean_bytes(text.as_bytes()), expected.as_bytes());
    }

    #[test]
    fn every_form_of_a_secret_is_replaced() {
        add("mask/test \"one\"+x");
        check(
            "it is mask/test \"one\"+x, twice: mask/test \"one\"+x",
            "it is ***, twice: ***",
        );
        check("?key=mask%2Ftest%20%22one%22%2Bx&a=b", "?key=***&a=b");
        check(r#"{"echo":"mask/test \"one\"+x"}"#, r#"{"echo":"***"}"#);
        check(&BASE64_STANDARD.encode("mask/test \"one\"+x"), "***");
        check("mask/test is no secret", "mask/test is no secret");
    }

    #[test]
    fn the_longest_is_replaced_first() {
        add("mask-prefix");
        add("mask-prefix-and-more");
        check("mask-prefix-and-more mask-prefix", "*** ***");
    }

    #[test]
    fn short_values_are_no_secrets_and_lines_of_keys_are() {
        add("tru");
        check("true", "true");
        add("-----BEGIN KEY-----\nbWFzayB0ZXN0IGtleSBsaW5l\nc2hvcnQ=\n-----END-----\n");
        check(
            "found bWFzayB0ZXN0IGtleSBsaW5l in c2hvcnQ=",
            "found *** in c2hvcnQ=",
        );
        check("-----END-----", "-----END-----");
    }
}
