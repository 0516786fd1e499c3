//! Setting the version: refuses what goes back, and computes every edit before the first is written.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use semver::Version;

use super::changelog;
use super::edit::{Edit, replace};
use super::lock::Lock;
use super::survey::{IsOurs, Survey};
use crate::problem::{Problem, Problems};

/// Whether a version may become lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Only up.
    Up,
    /// Down too.
    Any,
}

/// Refuses a version that does not come after the present one (<https://semver.org/#spec-item-11>).
///
/// The very same version is fine: setting it brings stragglers in line.
pub fn check_direction(from: &Version, to: &Version, direction: Direction) -> Result<(), Problem> {
    if from == to || direction == Direction::Any {
        return Ok(());
    }
    let why = match to.cmp_precedence(from) {
        Ordering::Greater => return Ok(()),
        Ordering::Less => "lower",
        Ordering::Equal => "no higher, for build metadata has no precedence",
    };
    Err(
        Problem::new(format!("cannot go from version `{from}` to `{to}`: it is {why}"))
            .help("`--allow-downgrade` sets it all the same"),
    )
}

/// The edits that make everything carry `to`, sorted by file; `date` asks for a heading in the changelog too.
pub fn edits(survey: &Survey, to: &Version, date: Option<&str>) -> anyhow::Result<Vec<Edit>> {
    let mut problems = Problems::default();
    let mut by_file: BTreeMap<PathBuf, Vec<(Range<usize>, String)>> = BTreeMap::new();
    for place in &survey.places {
        let text = &survey.texts[&place.path];
        match place.form.render(&text[place.span.clone()], to) {
            Ok(new) => by_file
                .entry(place.path.clone())
                .or_default()
                .push((place.span.clone(), new)),
            Err(problem) => {
                let line = text[..place.span.start].matches('\n').count() + 1;
                let what = format!("`{}:{line}`: {}", survey.shown(&place.path), problem.what);
                problems.push(Problem { what, ..problem });
            }
        }
    }
    let mut after: BTreeMap<PathBuf, String> = by_file
        .into_iter()
        .map(|(path, edits)| {
            let text = replace(&survey.texts[&path], edits);
            (path, text)
        })
        .collect();
    if let Some(path) = &survey.lock {
        let lock = Lock::parse(&survey.texts[path])?;
        after.insert(path.clone(), lock.with_versions(&versions(survey, to)));
    }
    match (date, &survey.changelog) {
        (None, _) => {}
        (Some(date), Some(path)) => {
            let names: Vec<&str> = survey.names.iter().map(String::as_str).collect();
            let text = changelog::release(&survey.texts[path], &names, to, date);
            after.insert(path.clone(), text);
        }
        (Some(_), None) => problems.push(
            Problem::new("cannot write a release into the changelog: there is none")
                .help("write a `CHANGELOG.md` with a section `## [Unreleased]`, or leave `--changelog` away"),
        ),
    }
    problems.into_result()?;
    Ok(after
        .into_iter()
        .filter(|(path, text)| *text != survey.texts[path])
        .map(|(path, after)| Edit {
            file: survey.shown(&path),
            before: survey.texts[&path].clone(),
            path,
            after,
        })
        .collect())
}

/// For each member the version it has and the one it gets; those with their own get what their manifest says.
fn versions(survey: &Survey, to: &Version) -> BTreeMap<String, (Version, Version)> {
    let member = |(name, from, is_ours): &(String, Version, IsOurs)| {
        let to = if *is_ours == IsOurs::Ours { to } else { from };
        (name.clone(), (from.clone(), to.clone()))
    };
    survey.members.iter().map(member).collect()
}

/// The day of a release as `2026-01-02`, in UTC: that of `SOURCE_DATE_EPOCH` if given, else today.
///
/// Elsewhere the commit's time is the time of everything. Here there is no commit yet: this edit will be in it.
pub fn date(source_date_epoch: Option<&str>) -> anyhow::Result<String> {
    let time = match source_date_epoch {
        Some(text) => {
            let seconds = text.trim().parse().map(Duration::from_secs);
            seconds
                .with_context(|| format!("cannot read `SOURCE_DATE_EPOCH={text}` as seconds since 1970"))?
        }
        None => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .context("the clock is set before 1970")?,
    };
    Ok(day(time.as_secs() / 86_400))
}

/// The date so many days after 1970-01-01 in the Gregorian calendar.
fn day(mut days: u64) -> String {
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    // Whole cycles of 400 years have 146,097 days, which keeps the loops short for any number.
    let mut year = 1970 + days / 146_097 * 400;
    days %= 146_097;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_only_go_up() {
        #[track_caller]
        fn check(from: &str, to: &str, expected: Option<&str>) {
            let (from, to) = (Version::parse(from).unwrap(), Version::parse(to).unwrap());
            let found = check_direction(&from, &to, Direction::Up).map_err(|it| it.what);
            let expected =
                expected.map(|why| format!("cannot go from version `{from}` to `{to}`: it is {why}"));
            assert_eq!(found.err(), expected);
            assert_eq!(check_direction(&from, &to, Direction::Any), Ok(()));
        }
        check("1.2.3", "1.2.4", None);
        check("1.2.3", "1.2.3", None);
        check("1.2.3-rc.9", "1.2.3-rc.10", None);
        check("1.2.3-rc.1", "1.2.3", None);
        check("1.2.3", "1.2.3-rc.1", Some("lower"));
        check("1.10.0", "1.9.0", Some("lower"));
        check("1.2.4-rc9", "1.2.4-rc10", Some("lower"));
        check(
            "1.2.3+a",
            "1.2.3+b",
            Some("no higher, for build metadata has no precedence"),
        );
    }

    #[test]
    fn days_are_dates() {
        #[track_caller]
        fn check(seconds: &str, expected: &str) {
            assert_eq!(date(Some(seconds)).unwrap(), expected);
        }
        check("0", "1970-01-01");
        check("86399", "1970-01-01");
        check("951782400", "2000-02-29");
        check("1709251199", "2024-02-29");
        check("1709251200", "2024-03-01");
        check("1735689599", "2024-12-31");
        check("4107542400", "2100-03-01");
        check("1700000000", "2023-11-14");
        assert!(date(Some("yesterday")).is_err());
    }
}
