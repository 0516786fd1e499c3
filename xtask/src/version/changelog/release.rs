//! Turns the unreleased section of a changelog into a release, in the style of the file.

use std::ops::Range;

use semver::Version;

use super::{Heading, planned_word, read};
use crate::version::edit::replace;

/// The changelog with what is unreleased turned into the release of `version` on `date` (`2026-01-02`).
///
/// The heading looks like the newest one that is there. Links at the end of the file (`[Unreleased]: …/compare/…`)
/// go with it. A changelog that has the release already comes back unchanged.
pub fn release(text: &str, names: &[&str], version: &Version, date: &str) -> String {
    let changelog = read(text, names);
    if changelog.releases.iter().any(|it| it.version == *version) {
        return text.to_owned();
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let newest = changelog.releases.first();
    let heading = newest.map_or_else(
        || format!("## [{version}] - {date}"),
        |it| alike(&text[it.line.clone()], it, version, date),
    );
    let mut edits = Vec::new();
    let planned = changelog.planned.iter().find(|it| it.version == *version);
    let planned = planned.and_then(|it| {
        let word = planned_word(&text[it.line.clone()])?;
        Some(it.line.start + word.start..it.line.start + word.end)
    });
    match (&changelog.unreleased, newest) {
        _ if planned.is_some() => edits.extend(planned.map(|it| (it, date.to_owned()))),
        (Some(unreleased), _) => {
            let missing = if text[unreleased.clone()].ends_with('\n') {
                ""
            } else {
                end
            };
            let at = unreleased.end;
            edits.push((at..at, format!("{missing}{end}{heading}{end}")));
        }
        (None, Some(newest)) => {
            let at = newest.line.start;
            edits.push((at..at, format!("{heading}{end}{end}")));
        }
        (None, None) => {
            let at = text.len();
            let missing = if text.is_empty() || text.ends_with('\n') {
                ""
            } else {
                end
            };
            let gap = if text.is_empty() { "" } else { end };
            edits.push((at..at, format!("{missing}{gap}{heading}{end}")));
        }
    }
    edits.extend(link(text, version, end));
    replace(text, edits)
}

/// A heading in the style of an earlier one: the same level, brackets, `v`, and the date as it is set there.
fn alike(line: &str, earlier: &Heading, version: &Version, date: &str) -> String {
    let start = earlier.span.start - earlier.line.start;
    let before = &line[..start];
    let mut after = line[earlier.span.end - earlier.line.start..].trim_end();
    let bracket = if let Some(rest) = after.strip_prefix(']') {
        after = rest;
        "]"
    } else {
        ""
    };
    // A link behind the brackets compares the earlier versions.
    if bracket == "]" && after.starts_with('(') {
        after = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    let dated = date_in(after).map_or_else(String::new, |it| {
        let close = if after[it.end..].starts_with(')') { ")" } else { "" };
        format!("{}{date}{close}", &after[..it.start])
    });
    format!("{before}{version}{bracket}{dated}")
}

/// Where a date such as `2026-01-02` stands.
fn date_in(text: &str) -> Option<Range<usize>> {
    let is_date = |it: &[u8]| {
        it.iter().enumerate().all(|(index, it)| {
            if index == 4 || index == 7 {
                *it == b'-'
            } else {
                it.is_ascii_digit()
            }
        })
    };
    let start = text.as_bytes().windows(10).position(is_date)?;
    Some(start..start + 10)
}

/// The edit of `[Unreleased]: …/compare/v1.2.3...HEAD`: it starts at the new tag, and the release gets a line.
fn link(text: &str, version: &Version, end: &str) -> Option<(Range<usize>, String)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let span = at..at + line.trim_end().len();
        at += line.len();
        let Some((label, url)) = text[span.clone()].split_once("]:") else {
            continue;
        };
        if !label.eq_ignore_ascii_case("[unreleased") {
            continue;
        }
        let (base, range) = url.trim().rsplit_once("/compare/")?;
        let (from, to) = range.split_once("...")?;
        let digits = from.len() - from.trim_start_matches(|it: char| !it.is_ascii_digit()).len();
        let tag = match Version::parse(&from[digits..]) {
            Ok(_) => format!("{}{version}", &from[..digits]),
            Err(_) => format!("v{version}"),
        };
        let first = format!("{label}]: {base}/compare/{tag}...{to}");
        return Some((
            span,
            format!("{first}{end}[{version}]: {base}/compare/{from}...{tag}"),
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["tool"];

    #[track_caller]
    fn check_release(before: &str, after: &str) {
        let version = Version::new(1, 3, 0);
        assert_eq!(release(before, NAMES, &version, "2026-05-06"), after);
        // The second time there is nothing left to do.
        assert_eq!(release(after, NAMES, &version, "2030-01-01"), after);
    }

    #[test]
    fn what_is_unreleased_becomes_the_release() {
        check_release(
            "# Changelog\n\n## [Unreleased]\n\n- New.\n\n## [1.2.3] - 2026-01-02\n\n- Old.\n",
            "# Changelog\n\n## [Unreleased]\n\n## [1.3.0] - 2026-05-06\n\n- New.\n\n## [1.2.3] - 2026-01-02\n\n- Old.\n",
        );
        check_release("## Unreleased", "## Unreleased\n\n## [1.3.0] - 2026-05-06\n");
        check_release(
            "## Unreleased\r\n\r\n- New.\r\n",
            "## Unreleased\r\n\r\n## [1.3.0] - 2026-05-06\r\n\r\n- New.\r\n",
        );
        check_release("## [1.3.0] - Unreleased\n", "## [1.3.0] - 2026-05-06\n");
        check_release(
            "## 2.0.0 - TBD\n\n## Unreleased\n\n## 1.2.3\n",
            "## 2.0.0 - TBD\n\n## Unreleased\n\n## 1.3.0\n\n## 1.2.3\n",
        );
        check_release("## v1.2.3\n", "## v1.3.0\n\n## v1.2.3\n");
        check_release("# Changelog", "# Changelog\n\n## [1.3.0] - 2026-05-06\n");
        check_release("", "## [1.3.0] - 2026-05-06\n");
    }

    #[test]
    fn a_heading_looks_like_the_one_before() {
        #[track_caller]
        fn check(earlier: &str, expected: &str) {
            check_release(&format!("{earlier}\n"), &format!("{expected}\n\n{earlier}\n"));
        }
        check("## 1.2.3 (2026-01-02)", "## 1.3.0 (2026-05-06)");
        check("# [v1.2.3] – 2026-01-02", "# [v1.3.0] – 2026-05-06");
        check(
            "## [1.2.3](https://x.example/a...b) (2026-01-02)",
            "## [1.3.0] (2026-05-06)",
        );
        check("## Version 1.2.3: title", "## Version 1.3.0");
        check("## [0.9.0] - 2026-01-02 [YANKED]", "## [1.3.0] - 2026-05-06");
    }

    #[test]
    fn links_to_comparisons_follow() {
        check_release(
            "## [Unreleased]\n\n## [1.2.3]\n\n[unreleased]: https://x.example/compare/v1.2.3...HEAD\n[1.2.3]: https://x.example/v1.2.3\n",
            "## [Unreleased]\n\n## [1.3.0]\n\n## [1.2.3]\n\n[unreleased]: https://x.example/compare/v1.3.0...HEAD\n\
             [1.3.0]: https://x.example/compare/v1.2.3...v1.3.0\n[1.2.3]: https://x.example/v1.2.3\n",
        );
    }
}
