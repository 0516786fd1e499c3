//! The forms in which a text states a version, and what such a text must say for a given version.

use semver::{Op, Version, VersionReq};

use crate::problem::Problem;

/// How a text states a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The version itself: `1.2.3-rc.1`.
    Exact,
    /// As many numbers as stand there: `1.2.3`, or `1.2` of a moving image tag.
    Number,
    /// A Cargo requirement: `1.2`, `^1.2.3`, `=1.2.3`.
    Requirement,
    /// The version in the path of a static badge, where `-` is written `--`.
    Badge,
}

impl Form {
    /// What must stand in the place of `text` for `version`: the same operator, the same number of numbers.
    ///
    /// A text agrees with a version exactly when this gives it back unchanged.
    pub fn render(self, text: &str, version: &Version) -> Result<String, Problem> {
        match self {
            Form::Exact => Ok(version.to_string()),
            Form::Badge => Ok(version.to_string().replace('-', "--")),
            Form::Number => Ok(number(text, version)),
            Form::Requirement => requirement(text, version),
        }
    }
}

/// A moving tag such as `1.2` names releases only, so a pre-release leaves it alone.
fn number(text: &str, version: &Version) -> String {
    match text.split('.').count() {
        count if count >= 3 => version.to_string(),
        _ if !version.pre.is_empty() => text.to_owned(),
        count => numbers(version, count),
    }
}

/// Rewrites what has one operator that names a version; a range that holds the version is left to its author.
fn requirement(text: &str, version: &Version) -> Result<String, Problem> {
    let parsed = VersionReq::parse(text)
        .map_err(|error| Problem::new(format!("cannot read the requirement `{text}`: {error}")))?;
    let rewritten = match parsed.comparators.as_slice() {
        [one] if matches!(one.op, Op::Exact | Op::Caret | Op::Tilde) => Some(rewrite(text, version)),
        [one] if one.op == Op::Wildcard && version.pre.is_empty() => Some(rewrite(text, version)),
        _ => None,
    };
    let text = rewritten.as_deref().unwrap_or(text);
    // Whether `1.2.0-rc.1` is in a range depends on the range naming it, so Cargo's own rule is asked.
    if VersionReq::parse(text).is_ok_and(|it| it.matches(version)) {
        return Ok(text.to_owned());
    }
    Err(
        Problem::new(format!("the requirement `{text}` does not allow `{version}`")).help(format!(
            "write it with one operator that names a version, as in `={version}` or `^{version}`"
        )),
    )
}

/// Replaces the numbers between the operator and the end. A requirement has no build metadata.
fn rewrite(text: &str, version: &Version) -> String {
    let start = text.find(|it: char| it.is_ascii_digit()).unwrap_or(0);
    let end = text.trim_end().len();
    let old = &text[start..end];
    let count = old
        .split(['-', '+'])
        .next()
        .unwrap_or_default()
        .split('.')
        .filter(|it| it.bytes().all(|it| it.is_ascii_digit()))
        .count();
    let wildcards = old
        .find(".*")
        .or_else(|| old.find(".x"))
        .or_else(|| old.find(".X"));
    let new = if version.pre.is_empty() {
        numbers(version, count)
    } else {
        format!("{}-{}", numbers(version, 3), version.pre)
    };
    let rest = wildcards.map_or("", |it| &old[it..]);
    format!("{}{new}{rest}{}", &text[..start], &text[end..])
}

fn numbers(version: &Version, count: usize) -> String {
    let all = [version.major, version.minor, version.patch].map(|it| it.to_string());
    all[..count.clamp(1, 3)].join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: Form, text: &str, version: &str, expected: &str) {
        let version = Version::parse(version).unwrap();
        assert_eq!(form.render(text, &version).unwrap(), expected);
    }

    #[test]
    fn requirements_keep_operator_and_precision() {
        let check = |text, version, expected| check(Form::Requirement, text, version, expected);
        check("0.1.0", "0.2.0", "0.2.0");
        check("0.1.0", "0.1.1", "0.1.1");
        check("=0.1.0", "0.2.0", "=0.2.0");
        check("= 0.1.0", "0.2.0", "= 0.2.0");
        check("^0.1", "0.2.5", "^0.2");
        check("~1.2.3", "1.3.0", "~1.3.0");
        check("1", "1.9.0", "1");
        check("1", "2.0.0", "2");
        check("0.1.*", "0.2.7", "0.2.*");
        check("1.*.*", "2.1.0", "2.*.*");
        check("*", "3.0.0", "*");
        // Cargo matches a pre-release only when the requirement names one of the same three numbers.
        check("^0.1", "0.2.0-rc.1", "^0.2.0-rc.1");
        check("=0.2.0-rc.1", "0.2.0", "=0.2.0");
        check("0.1.0", "0.2.0+build.5", "0.2.0");
        // A range is somebody's decision.
        check(">=0.1.0", "0.2.0", ">=0.1.0");
        check(">=0.1, <0.3", "0.2.0", ">=0.1, <0.3");
    }

    #[test]
    fn requirements_that_cannot_hold_the_version_are_refused() {
        for (text, version) in [
            (">=0.1, <0.2", "0.2.0"),
            ("<1", "1.0.0"),
            ("*", "1.0.0-rc.1"),
            ("1.*", "2.0.0-rc.1"),
            ("none", "1.0.0"),
        ] {
            let version = Version::parse(version).unwrap();
            assert!(
                Form::Requirement.render(text, &version).is_err(),
                "{text} for {version}"
            );
        }
    }

    #[test]
    fn numbers_keep_their_precision_and_badges_their_dashes() {
        check(Form::Number, "1.2.3", "1.3.0-rc.1", "1.3.0-rc.1");
        check(Form::Number, "1.2", "1.3.1", "1.3");
        check(Form::Number, "1.2", "1.3.0-rc.1", "1.2");
        check(Form::Badge, "1.2.3", "1.3.0-rc.1", "1.3.0--rc.1");
        check(Form::Exact, "1.2.3", "1.3.0+5", "1.3.0+5");
    }
}
