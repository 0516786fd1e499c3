//! The product's version: reading one, the tags that name one, and every place of a workspace that carries it.

pub mod bump;
pub mod change;
pub mod changelog;
pub mod edit;
pub mod form;
pub mod lock;
pub mod manifest;
pub mod mention;
pub mod source;
pub mod survey;

mod tag;

use semver::Version;

use crate::problem::Problem;

pub use tag::check_tags;

/// Reads a version as Cargo does (Semantic Versioning 2.0.0), and says what to write instead when it is none.
pub fn parse(text: &str) -> anyhow::Result<Version> {
    let error = match Version::parse(text) {
        Ok(version) => return Ok(version),
        Err(error) => error,
    };
    let why = reason(text).map_or_else(|| error.to_string(), str::to_owned);
    let problem = Problem::new(format!("cannot read the version `{text}`: {why}"));
    Err(match mended(text) {
        Some(version) => problem.help(format!("write `{version}`")),
        None => problem
            .help("a version is three numbers and perhaps a pre-release, as in `1.2.3` or `1.2.3-rc.1`"),
    }
    .into())
}

/// What the `semver` crate's message would leave a reader guessing about.
fn reason(text: &str) -> Option<&'static str> {
    let numbers = text.trim().split(['-', '+']).next().unwrap_or_default();
    if text.is_empty() {
        Some("it is empty")
    } else if text.trim() != text {
        Some("there is a space around it")
    } else if text.starts_with(['v', 'V']) {
        Some("the `v` belongs to the tag, not to the version")
    } else if !numbers.split('.').all(is_number) {
        None
    } else if numbers.split('.').count() != 3 {
        Some("it needs exactly three numbers")
    } else if numbers.split('.').any(|it| it.len() > 1 && it.starts_with('0')) {
        Some("a number begins with a zero")
    } else {
        None
    }
}

/// The version that was probably meant: without space, `v` and leading zeros, and with the missing numbers.
fn mended(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let mut numbers: Vec<String> = numbers
        .split('.')
        .map(|it| {
            it.parse()
                .ok()
                .filter(|_| is_number(it))
                .map(|it: u64| it.to_string())
        })
        .collect::<Option<_>>()?;
    while numbers.len() < 3 {
        numbers.push("0".to_owned());
    }
    Version::parse(&format!("{}{rest}", numbers.join("."))).ok()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem;

    #[test]
    fn versions_are_read_as_they_stand() {
        for text in ["0.1.0", "1.2.3-rc.1", "1.0.0-alpha-2+build.5", "10.20.30"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_version_is_refused_with_what_to_write() {
        #[track_caller]
        fn check(text: &str, why: &str, help: &str) {
            let lines = problem::lines(&parse(text).unwrap_err());
            assert_eq!(lines[0].what, format!("cannot read the version `{text}`: {why}"));
            assert_eq!(lines[0].help, [help]);
        }
        let general = "a version is three numbers and perhaps a pre-release, as in `1.2.3` or `1.2.3-rc.1`";
        check(
            "v1.2.3",
            "the `v` belongs to the tag, not to the version",
            "write `1.2.3`",
        );
        check(
            "V1.2.3-rc.1",
            "the `v` belongs to the tag, not to the version",
            "write `1.2.3-rc.1`",
        );
        check(
            "v1.2",
            "the `v` belongs to the tag, not to the version",
            "write `1.2.0`",
        );
        check("1.2", "it needs exactly three numbers", "write `1.2.0`");
        check("7", "it needs exactly three numbers", "write `7.0.0`");
        check("1.2.3.4", "it needs exactly three numbers", general);
        check("01.2.3", "a number begins with a zero", "write `1.2.3`");
        check("1.02.3+b", "a number begins with a zero", "write `1.2.3+b`");
        check(" 1.2.3", "there is a space around it", "write `1.2.3`");
        check("", "it is empty", general);
        check(
            "latest",
            "unexpected character 'l' while parsing major version number",
            general,
        );
        check(
            "1.2.3-",
            "empty identifier segment in pre-release identifier",
            general,
        );
        check(
            "1.2.3-01",
            "invalid leading zero in pre-release identifier",
            general,
        );
    }
}
