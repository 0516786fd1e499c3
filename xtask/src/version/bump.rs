//! The next version, counted as npm and cargo-edit count it.

use anyhow::Context;
use semver::{BuildMetadata, Prerelease, Version};

use crate::problem::Problem;

/// What a first pre-release is called when nobody says.
pub const DEFAULT_PRE_ID: &str = "rc";

/// Which part of a version grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// 1.2.3 → 2.0.0, and 2.0.0-rc.1 → 2.0.0
    Major,
    /// 1.2.3 → 1.3.0, and 1.3.0-rc.1 → 1.3.0
    Minor,
    /// 1.2.3 → 1.2.4, and 1.2.4-rc.1 → 1.2.4
    Patch,
    /// 1.2.3 → 1.2.4-rc.1, and 1.2.4-rc.1 → 1.2.4-rc.2
    Pre,
}

/// The next version. `pre_id` names the pre-release (`rc`, `beta`); build metadata never survives.
///
/// A pre-release of the very version that a part would grow to becomes that version: it was announced already.
pub fn bump(version: &Version, part: Part, pre_id: Option<&str>) -> anyhow::Result<Version> {
    let is_pre = !version.pre.is_empty();
    let mut next = Version::new(version.major, version.minor, version.patch);
    match part {
        Part::Major if is_pre && next.minor == 0 && next.patch == 0 => {}
        Part::Major => next = Version::new(plus_one(next.major)?, 0, 0),
        Part::Minor if is_pre && next.patch == 0 => {}
        Part::Minor => next = Version::new(next.major, plus_one(next.minor)?, 0),
        Part::Patch if is_pre => {}
        Part::Patch => next.patch = plus_one(next.patch)?,
        Part::Pre if is_pre => next.pre = next_pre(&version.pre, pre_id)?,
        Part::Pre => {
            next.patch = plus_one(next.patch)?;
            next.pre = first_pre(pre_id.unwrap_or(DEFAULT_PRE_ID))?;
        }
    }
    next.build = BuildMetadata::EMPTY;
    Ok(next)
}

/// `rc.1` → `rc.2`, `rc` → `rc.1`, `rc1` → `rc2`; another id starts at 1.
fn next_pre(pre: &Prerelease, id: Option<&str>) -> anyhow::Result<Prerelease> {
    let text = pre.as_str();
    if let Some(id) = id
        && !(text == id || text.strip_prefix(id).is_some_and(|it| it.starts_with('.')))
    {
        return first_pre(id);
    }
    let digits = text.len() - text.trim_end_matches(|it: char| it.is_ascii_digit()).len();
    let (start, number) = text.split_at(text.len() - digits);
    let text = if number.is_empty() {
        format!("{text}.1")
    } else {
        let number: u64 = number
            .parse()
            .context("the number of the pre-release is too large")?;
        format!("{start}{}", plus_one(number)?)
    };
    Ok(Prerelease::new(&text)?)
}

fn first_pre(id: &str) -> anyhow::Result<Prerelease> {
    let error = match Prerelease::new(&format!("{id}.1")) {
        Ok(pre) => return Ok(pre),
        Err(error) => error,
    };
    Err(
        Problem::usage(format!("cannot call a pre-release `{id}`: {error}"))
            .help("use letters, digits and `-`, as in `--pre-id beta`")
            .into(),
    )
}

fn plus_one(number: u64) -> anyhow::Result<u64> {
    number
        .checked_add(1)
        .context("the version has no larger number left")
}

#[cfg(test)]
mod tests {
    use super::*;
    use Part::{Major, Minor, Patch, Pre};

    #[test]
    fn versions_grow_as_people_expect() {
        #[track_caller]
        fn check(version: &str, part: Part, pre_id: Option<&str>, expected: &str) {
            let version = Version::parse(version).unwrap();
            assert_eq!(bump(&version, part, pre_id).unwrap().to_string(), expected);
        }
        check("1.2.3", Patch, None, "1.2.4");
        check("1.2.3", Minor, None, "1.3.0");
        check("1.2.3", Major, None, "2.0.0");
        check("0.0.9", Patch, None, "0.0.10");
        check("1.2.3+build.7", Patch, None, "1.2.4");

        check("1.2.4-rc.1", Patch, None, "1.2.4");
        check("1.2.4-rc.1", Minor, None, "1.3.0");
        check("1.3.0-rc.1", Minor, None, "1.3.0");
        check("1.3.0-rc.1", Patch, None, "1.3.0");
        check("1.3.0-rc.1", Major, None, "2.0.0");
        check("2.0.0-rc.1", Major, None, "2.0.0");
        check("2.0.0-rc.1", Minor, None, "2.0.0");

        check("1.2.3", Pre, None, "1.2.4-rc.1");
        check("1.2.3", Pre, Some("beta"), "1.2.4-beta.1");
        check("1.2.4-rc.1", Pre, None, "1.2.4-rc.2");
        check("1.2.4-rc.9", Pre, Some("rc"), "1.2.4-rc.10");
        check("1.2.4-rc", Pre, None, "1.2.4-rc.1");
        check("1.2.4-rc1", Pre, None, "1.2.4-rc2");
        check("1.2.4-7", Pre, None, "1.2.4-8");
        check("1.2.4-alpha.3", Pre, Some("beta"), "1.2.4-beta.1");
        check("1.2.4-alpha.beta", Pre, Some("alpha"), "1.2.4-alpha.beta.1");
        check("1.2.4-beta.2", Pre, Some("be"), "1.2.4-be.1");
        check("1.2.4-rc.1+build", Pre, None, "1.2.4-rc.2");
    }

    #[test]
    fn what_cannot_grow_is_refused() {
        let version = Version::new(1, 2, u64::MAX);
        assert!(bump(&version, Patch, None).is_err());
        assert!(bump(&version, Minor, None).is_ok());
        for id in ["", "r c", "rc_1", "01"] {
            assert!(bump(&Version::new(1, 2, 3), Pre, Some(id)).is_err(), "{id}");
        }
    }
}
