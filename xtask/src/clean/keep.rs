//! The names that no rule touches: what visitors, hosts of repositories and tools look for where it stands.

mod names;

use std::sync::OnceLock;

use crate::clean::matcher::index::Index;
use crate::clean::path::name_of;
use crate::clean::pattern::Pattern;

pub use names::{BACKUPS, DOCUMENTS, FOLDERS, FORMS, GROUPS, Group, LANGUAGES};

/// Whether a file keeps its place whatever a rule says.
///
/// A copy such as `README.md.orig` does not: nothing looks for it.
pub fn is_kept(path: &[u8]) -> bool {
    static NAMES: OnceLock<Index> = OnceLock::new();
    let name = name_of(path);
    if is_backup(name) {
        return false;
    }
    let names = NAMES.get_or_init(|| index(GROUPS.iter().flat_map(|it| words(it.names))));
    is_document(name) || names.any(path)
}

/// Whether a folder keeps its place whatever a rule says.
pub fn is_kept_folder(path: &[u8]) -> bool {
    words(FOLDERS).any(|it| name_of(path).eq_ignore_ascii_case(it.as_bytes()))
}

/// Whether a name ends as copies of files do.
pub fn is_backup(name: &[u8]) -> bool {
    words(BACKUPS).any(|it| {
        let it = it.as_bytes();
        name.len() > it.len() && name[name.len() - it.len()..].eq_ignore_ascii_case(it)
    })
}

/// Whether it is one of the documents, in any form and language: `INSTALL`, `Install.rst`, `INSTALL_zh-CN.md`.
fn is_document(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else {
        return false;
    };
    let name = name.to_ascii_uppercase().replace('-', "_");
    let stem = words(FORMS).find_map(|it| name.strip_suffix(it)).unwrap_or(&name);
    words(DOCUMENTS).any(|it| {
        stem.strip_prefix(it)
            .is_some_and(|rest| rest.is_empty() || is_language(rest))
    })
}

/// Whether this is a separator and the code of a language, perhaps with one of a region: `.DE`, `_ZH_CN`.
fn is_language(text: &str) -> bool {
    let codes = text.strip_prefix(['_', '.']).unwrap_or_default();
    codes.len() <= "zh_hans".len()
        && codes
            .split(['_', '.'])
            .all(|code| words(LANGUAGES).any(|it| it == code))
}

/// The words of a list.
fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split_ascii_whitespace()
}

fn index(texts: impl Iterator<Item = &'static str>) -> Index {
    let patterns: Vec<Pattern> = texts
        .map(|it| Pattern::parse(it).expect("the table holds patterns"))
        .collect();
    Index::new(patterns.iter().map(|it| (0, it)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: bool) {
        for name in names {
            assert_eq!(is_kept(name.as_bytes()), expected, "{name}");
            assert_eq!(is_kept(format!("a/{name}").as_bytes()), expected, "a/{name}");
        }
    }

    #[test]
    fn what_people_and_hosts_look_for() {
        check(
            &[
                "README",
                "readme.md",
                "README_CN.md",
                "README-DEV.rst",
                "CHANGELOG.md",
                "ChangeLog-2019",
                "LICENSE",
                "LICENSE-MIT",
                "licence.txt",
                "COPYING.LESSER",
                "NOTICE",
                "CONTRIBUTING.zh-CN.md",
                "SECURITY.md",
                "CODE_OF_CONDUCT.md",
                "code-of-conduct.md",
                "ROADMAP.md",
                "ARCHITECTURE.md",
                "AUTHORS",
                "MAINTAINERS.md",
                "GOVERNANCE.md",
                "SUPPORT.md",
                "CODEOWNERS",
                "RELEASE_NOTES.md",
                "RELEASE_NOTES_v2.md",
                "UPGRADING.md",
                "MIGRATION.md",
                "INSTALL",
                "INSTALL.de.md",
                "CITATION.cff",
            ],
            true,
        );
    }

    #[test]
    fn what_tools_read() {
        check(
            &[
                "CLAUDE.md",
                "AGENTS.md",
                "GEMINI.md",
                "llms.txt",
                "llms-full.txt",
                "Makefile",
                "makefile",
                "Dockerfile",
                "Dockerfile.dev",
                "package.json",
                "package-lock.json",
                "pyproject.toml",
                "go.mod",
                "go.sum",
                "requirements.txt",
                "requirements-dev.txt",
                "CMakeLists.txt",
                "robots.txt",
                "mkdocs.yml",
                "index.md",
                "SUMMARY.md",
                "codecov.yml",
                ".coveragerc",
                ".gitignore",
                "Cargo.lock",
                "cliff.toml",
                "tox.ini",
                "PULL_REQUEST_TEMPLATE.md",
                "index.html",
                "dictionary.txt",
            ],
            true,
        );
    }

    #[test]
    fn what_is_not_kept() {
        check(
            &[
                "DEPLOYMENT_GUIDE.md",
                "V1038_PLAN.md",
                "MIGRATION_PLAN.md",
                "SECURITY_AUDIT_2024.md",
                "INSTALL_STATUS.md",
                "RELEASE_QA_PLAN.md",
                "DEPLOYMENT_QA.md",
                "TEST_SUMMARY.md",
                "RELEASE_CHECKLIST.md",
                "ARCHITECTURE_REVIEW.md",
                "coverage.out",
                "README.md.bak",
                "Makefile.orig",
                "package.json~",
                "coverage.html",
                "a.out",
                "jobs.json",
                "nohup.out",
            ],
            false,
        );
    }

    #[test]
    fn folders_and_odd_names() {
        assert!(is_kept_folder(b"x/.git"));
        assert!(!is_kept_folder(b"node_modules"));
        assert!(!is_kept(b"\xff\xfe"));
        assert!(!is_kept(b""));
    }

    #[test]
    fn the_tables_are_sorted_and_parse() {
        let is_sorted = |it: &'static str| words(it).is_sorted_by(|one, next| one < next);
        for list in [DOCUMENTS, FOLDERS, BACKUPS, FORMS, LANGUAGES] {
            assert!(is_sorted(list), "{list}");
        }
        for group in GROUPS {
            assert!(is_sorted(group.names), "{}", group.what);
            assert!(words(group.names).all(|it| Pattern::parse(it).is_ok()));
        }
    }
}
