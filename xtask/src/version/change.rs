//! Setting the version: refuses what goes back, and computes every edit before the first is written.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use anyhow::Context;
use semver::Version;

use super::changelog;
use super::edit::{Edit, replace};
use super::lock::Lock;
use super::survey::{IsOurs, Survey};
use crate::problem::{Problem, Problems};
use crate::time;
use crate::time::Date;

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
    let time_s = match source_date_epoch {
        Some(text) => text
            .trim()
            .parse()
            .with_context(|| format!("cannot read `SOURCE_DATE_EPOCH={text}` as seconds since 1970"))?,
        None => time::now_s()?,
    };
    Ok(Date::of(time_s).to_string())
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
    fn a_given_time_is_the_date() {
        assert_eq!(date(Some("1700000000")).unwrap(), "2023-11-14");
        assert!(date(Some("yesterday")).is_err());
    }
}
