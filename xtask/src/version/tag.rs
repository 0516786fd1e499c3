//! Git tags that name a version, and whether those on a commit agree with it.

use semver::Version;

use crate::problem::Problem;

/// What may stand between a package's name and its version: `name-v1.2.3`, `name/1.2.3`, `name@1.2.3`.
const SEPARATORS: &[char] = &['-', '/', '@', '_'];

/// The tag, of those on the checked-out commit, that names the release of `version`.
///
/// A tag names a release of this product when it is `v1.2.3` or `1.2.3`, or that after one of the package names and
/// a separator (`name-v1.2.3`, `name/1.2.3`, `name@1.2.3`). Every other tag is none of our business: `v1`,
/// `nightly`, `other-v2.0.0`. When several name the version, the shortest form is taken, `v1.2.3` before
/// `name-v1.2.3`. A problem, when there are tags of this product and none of them names the version.
pub fn check_tags(
    version: &Version,
    tags: &[String],
    package_names: &[&str],
) -> Result<Option<String>, Problem> {
    let ours: Vec<(&str, Version)> = tags
        .iter()
        .filter_map(|tag| Some((tag.as_str(), tagged(tag, package_names)?)))
        .collect();
    let matching = ours.iter().filter(|(_, it)| it == version).map(|(tag, _)| *tag);
    if let Some(tag) = matching.min_by_key(|tag| (!is_plain(tag), tag.len(), *tag)) {
        return Ok(Some(tag.to_owned()));
    }
    if ours.is_empty() {
        return Ok(None);
    }
    let names: Vec<String> = ours.iter().map(|(tag, _)| format!("`{tag}`")).collect();
    let (tag, tagged) = &ours[0];
    Err(Problem::new(format!(
        "the commit is tagged {}, but the version is `{version}`",
        names.join(", ")
    ))
    .help(format!(
        "run `cargo xtask version set {tagged}` and move the tag to the commit that holds the change"
    ))
    .help(format!("or take the tag away with `git tag --delete {tag}`")))
}

/// The version that a tag names, if it is a tag of one of these packages or of none in particular.
pub(super) fn tagged(tag: &str, package_names: &[&str]) -> Option<Version> {
    let read = |it: &str| Version::parse(it.strip_prefix('v').unwrap_or(it)).ok();
    read(tag).or_else(|| {
        package_names
            .iter()
            .filter_map(|name| tag.strip_prefix(name)?.strip_prefix(SEPARATORS))
            .find_map(read)
    })
}

/// Whether a tag is a version and nothing else.
fn is_plain(tag: &str) -> bool {
    tagged(tag, &[]).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["tool", "tool-core"];

    fn tags(words: &str) -> Vec<String> {
        words.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_tag_of_the_release_is_found_among_others() {
        #[track_caller]
        fn check(version: &str, words: &str, expected: Option<&str>) {
            let version = Version::parse(version).unwrap();
            let found = check_tags(&version, &tags(words), NAMES);
            assert_eq!(found, Ok(expected.map(str::to_owned)), "{words}");
        }
        check("1.2.3", "", None);
        check("1.2.3", "v1.2.3", Some("v1.2.3"));
        check("1.2.3", "1.2.3", Some("1.2.3"));
        check("1.2.3", "tool-v1.2.3", Some("tool-v1.2.3"));
        check("1.2.3", "tool/1.2.3", Some("tool/1.2.3"));
        check("1.2.3", "tool@1.2.3", Some("tool@1.2.3"));
        check("1.2.3", "tool-core-v1.2.3", Some("tool-core-v1.2.3"));
        check("1.2.3-rc.1", "v1.2.3-rc.1", Some("v1.2.3-rc.1"));
        // Moving tags, words and other products' tags say nothing about ours.
        check(
            "1.2.3",
            "v1 v1.2 latest nightly-2026 other-v9.9.9 toolbox-v2.0.0",
            None,
        );
        // One of several is enough: a release candidate may have become the release without a new commit.
        check("1.2.3", "tool-v1.2.3 v1.2.3-rc.4 v1.2.3 v1", Some("v1.2.3"));
    }

    #[test]
    fn a_tag_of_another_version_is_a_problem_that_names_all() {
        #[track_caller]
        fn check(version: &str, words: &str, what: &str) {
            let version = Version::parse(version).unwrap();
            let problem = check_tags(&version, &tags(words), NAMES).unwrap_err();
            assert_eq!(problem.what, what);
            assert_eq!(problem.help.len(), 2);
        }
        check(
            "1.2.3",
            "v1.2.4",
            "the commit is tagged `v1.2.4`, but the version is `1.2.3`",
        );
        check(
            "1.2.3",
            "v1.2.3-rc.1 tool/1.2.4 nightly",
            "the commit is tagged `v1.2.3-rc.1`, `tool/1.2.4`, but the version is `1.2.3`",
        );
        // The build is part of what the tag names, though it has no precedence.
        check(
            "1.2.3+5",
            "v1.2.3",
            "the commit is tagged `v1.2.3`, but the version is `1.2.3+5`",
        );
    }
}
