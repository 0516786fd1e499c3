//! The headings of a changelog: the newest release, the section of what is unreleased, and turning one into the other.

mod release;

use std::ops::Range;

use semver::Version;

pub use release::release;

/// The names a changelog goes by, the usual one first; letters of either case.
pub const FILES: &[&str] = &[
    "changelog.md",
    "changelog",
    "changes.md",
    "history.md",
    "releases.md",
    "news.md",
];

/// What a changelog says, in the order of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changelog {
    /// The bytes of the heading of the unreleased section, line end included.
    pub unreleased: Option<Range<usize>>,
    /// The headings of releases to come, such as `## 1.3.0 - Unreleased`.
    pub planned: Vec<Heading>,
    /// The headings of releases, newest first as <https://keepachangelog.com/en/1.1.0/> asks.
    pub releases: Vec<Heading>,
}

/// The heading of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The bytes of the line, line end included.
    pub line: Range<usize>,
    /// The bytes of the version in it, without `v`.
    pub span: Range<usize>,
    /// The version.
    pub version: Version,
}

/// Finds the headings; fenced code and HTML comments hold none. `names` are packages that may stand before a version.
pub fn read(text: &str, names: &[&str]) -> Changelog {
    let mut changelog = Changelog::default();
    let (mut at, mut is_code, mut is_comment) = (0, false, false);
    for line in text.split_inclusive('\n') {
        let span = at..at + line.len();
        at = span.end;
        let trimmed = line.trim();
        if is_comment || trimmed.starts_with("<!--") {
            is_comment = !trimmed.contains("-->");
            continue;
        }
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            is_code = !is_code;
        }
        let hashes = line.bytes().take_while(|it| *it == b'#').count();
        if is_code || !(1..=3).contains(&hashes) || !line[hashes..].starts_with([' ', '\t']) {
            continue;
        }
        let content = &line[hashes..];
        if is_unreleased(content) {
            changelog.unreleased.get_or_insert(span);
        } else if let Some((start, version)) = version(content, names) {
            let start = span.start + hashes + start;
            let heading = Heading {
                span: start..start + version.to_string().len(),
                line: span,
                version,
            };
            if planned_word(content).is_some() {
                changelog.planned.push(heading);
            } else {
                changelog.releases.push(heading);
            }
        }
    }
    changelog
}

/// Where the word stands that a heading has in the place of a date until the release.
fn planned_word(content: &str) -> Option<Range<usize>> {
    let lower = content.to_ascii_lowercase();
    ["unreleased", "tbd"]
        .iter()
        .find_map(|it| Some((lower.rfind(it)?, it.len())))
        .map(|(start, length)| start..start + length)
}

fn is_unreleased(content: &str) -> bool {
    let text = content.trim().trim_start_matches('[');
    let text = text.split(']').next().unwrap_or(text);
    text.trim().eq_ignore_ascii_case("unreleased")
}

/// The version that a heading begins with, after `v`, `Version` or a package's name, and where it starts.
fn version(content: &str, names: &[&str]) -> Option<(usize, Version)> {
    let is_gap = |it: char| it.is_whitespace() || "[](),".contains(it);
    let mut at = 0;
    for _ in 0..2 {
        at += content[at..].find(|it| !is_gap(it))?;
        let word = content[at..].split(is_gap).next()?.trim_end_matches([':', '.']);
        let bare = names
            .iter()
            .find_map(|it| word.strip_prefix(it)?.strip_prefix(['-', '/', '@']))
            .unwrap_or(word);
        let bare = bare.strip_prefix('v').unwrap_or(bare);
        if let Ok(version) = Version::parse(bare) {
            return Some((at + word.len() - bare.len(), version));
        }
        let is_prefix = ["version", "release"]
            .iter()
            .any(|it| word.eq_ignore_ascii_case(it));
        if !is_prefix && !names.contains(&word) {
            return None;
        }
        at += word.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["tool"];

    #[test]
    fn headings_of_releases_are_told_from_others() {
        #[track_caller]
        fn check(line: &str, expected: Option<&str>) {
            let text = format!("# Changelog\n\n{line}\n\ntext\n");
            let found = read(&text, NAMES);
            let shown = found.releases.first().map(|it| {
                assert_eq!(text[it.span.clone()], it.version.to_string());
                it.version.to_string()
            });
            assert_eq!(shown.as_deref(), expected, "{line}");
        }
        check("## [1.2.3] - 2026-01-02", Some("1.2.3"));
        check("## 1.2.3", Some("1.2.3"));
        check("## v1.2.3 (2026-01-02)", Some("1.2.3"));
        check("## [v1.2.3-rc.1]", Some("1.2.3-rc.1"));
        check(
            "# [1.2.3](https://git.example/compare/v1.2.2...v1.2.3) (2026-01-02)",
            Some("1.2.3"),
        );
        check("### 1.2.3 / 2026-01-02\r", Some("1.2.3"));
        check("## Version 1.2.3: title", Some("1.2.3"));
        check("## tool v1.2.3", Some("1.2.3"));
        check("## tool-v1.2.3", Some("1.2.3"));
        check("## [0.9.0] - 2026-01-02 [YANKED]", Some("0.9.0"));
        check("## [Unreleased]", None);
        check("## 2.0.0 - TBD", None);
        check("## [2.0.0] (unreleased)\n\n## 1.2.3", Some("1.2.3"));
        check("## Migrating from 1.2.3", None);
        check("## other 1.2.3", None);
        check("##1.2.3", None);
        check("#### 1.2.3", None);
        check("```\n## 1.2.3\n```", None);
        check("<!-- ## 9.9.9\n## 1.2.3\n-->", None);
        check("<!-- note -->\n## 1.2.3", Some("1.2.3"));
    }

    #[test]
    fn unreleased_is_a_section_and_no_version() {
        for line in [
            "## [Unreleased]",
            "## Unreleased",
            "# unreleased",
            "## [UNRELEASED](https://x.example)",
        ] {
            let found = read(line, NAMES);
            assert_eq!(
                (found.unreleased, found.releases),
                (Some(0..line.len()), Vec::new())
            );
        }
    }
}
