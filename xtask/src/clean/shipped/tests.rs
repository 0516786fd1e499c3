//! The table itself, and which rules look at which names.

use std::collections::BTreeSet;

use super::*;
use crate::clean::evidence::EVIDENCES;
use crate::clean::keep;
use crate::clean::matcher::Matcher;
use crate::clean::pattern::Pattern;

#[test]
fn rows_are_whole() {
    let names: BTreeSet<&str> = rows().map(|it| it.name).collect();
    assert_eq!(names.len(), rows().count());
    for row in rows() {
        let is_word = |it: &str| it.bytes().all(|it| it.is_ascii_lowercase());
        assert!(row.name.split('-').all(is_word), "{}", row.name);
        assert!(
            !row.reason.is_empty() && !row.reason.ends_with('.') && !row.reason.contains('|'),
            "{}",
            row.name
        );
        assert!(
            !row.content.is_empty(),
            "{}: a name alone decides nothing here",
            row.name
        );
        assert!(
            row.content.iter().all(|it| it.facts().kind == row.kind),
            "{}",
            row.name
        );
        for pattern in row.names.iter().chain(row.except) {
            assert!(Pattern::parse(pattern).is_ok(), "{}: {pattern}", row.name);
        }
    }
}

#[test]
fn every_evidence_is_asked_for() {
    for facts in EVIDENCES {
        assert!(
            rows().any(|it| it.content.contains(&facts.evidence)),
            "{}",
            facts.name
        );
    }
}

/// A move to where git looks away is a deletion for everyone else.
#[test]
fn no_line_of_gitignore_hides_what_was_moved() {
    for row in rows() {
        if let Deed::Move(_) = row.action {
            assert!(row.ignore.iter().all(|it| it.starts_with('/')), "{}", row.name);
        }
        if row.place == Place::Root {
            assert!(row.ignore.iter().all(|it| it.starts_with('/')), "{}", row.name);
        }
        for to in ["coverage", "docs", "docs/planning"] {
            let hides = |it: &&str| {
                Pattern::parse(it.trim_end_matches('/'))
                    .unwrap()
                    .matches(to.as_bytes())
            };
            assert!(!row.ignore.iter().any(hides), "{} {to}", row.name);
        }
    }
}

/// Names of files that are looked at in every folder are told apart by their first or last byte.
#[test]
fn no_name_is_tried_for_every_path() {
    for row in rows().filter(|it| it.kind == Kind::File && it.place == Place::Everywhere) {
        for name in row.names {
            for (_, ends) in Pattern::parse(name).unwrap().plain() {
                assert!(
                    !ends.start.is_empty() || !ends.end.is_empty(),
                    "{}: {name}",
                    row.name
                );
            }
        }
    }
}

/// Each path, and the rules that look at it besides the one for programs, which looks at all of the root.
#[track_caller]
fn check(cases: &[(&str, &[&str])]) {
    let rules = rules();
    let matcher = Matcher::new(&rules, &[]);
    for (path, expected) in cases {
        let (files, found) = match path.strip_suffix('/') {
            Some(folder) => (false, matcher.folders(folder.as_bytes())),
            None => (true, matcher.files(path.as_bytes())),
        };
        let found: Vec<&str> = found
            .into_iter()
            .map(|it| &*rules[it].name)
            .filter(|it| *it != "binaries")
            .collect();
        assert_eq!(&found, expected, "{path}");
        if files && !path.contains('/') && !keep::is_kept(path.as_bytes()) {
            let all = matcher.files(path.as_bytes());
            assert!(all.iter().any(|it| rules[*it].name == "binaries"), "{path}");
        }
    }
}

#[test]
fn coverage() {
    check(&[
        ("coverage.out", &["go-profiles", "run-logs"]),
        ("pkg/c.out", &["go-profiles"]),
        ("unit_cover.txt", &["go-profiles"]),
        ("x.coverprofile", &["go-profiles"]),
        ("lcov.info", &["lcov"]),
        ("a/default_1.profraw", &["llvm-profiles"]),
        ("x.profdata", &["llvm-profiles"]),
        ("src/a.gcda", &["gcov"]),
        ("coverage.html", &["coverage-html"]),
        ("coverage.xml", &["coverage-xml"]),
        ("cobertura.xml", &["coverage-xml"]),
        ("coverage-final.json", &["coverage-json"]),
        (".nyc_output/1-2.json", &["coverage-json"]),
        ("tarpaulin-report.html", &["coverage-html"]),
        (".coverage", &["python-coverage"]),
        (".coverage.host.123", &["python-coverage"]),
        (".coveragerc", &[]),
        ("htmlcov/", &["coverage-folders"]),
        ("web/coverage/", &["coverage-folders"]),
        ("coverage/", &[]),
        ("coverage/coverage.out", &[]),
        ("testdata/coverage.out", &[]),
        ("a/fixtures/b/lcov.info", &[]),
        ("node_modules/x/lcov.info", &[]),
        ("target/debug/a.profraw", &[]),
        ("coverage_test.go", &[]),
        ("src/coverage.rs", &[]),
    ]);
}

#[test]
fn documents() {
    let planning: &[&str] = &["planning-documents"];
    for name in [
        "DEPLOYMENT_GUIDE.md",
        "DEPLOYMENT_READY.md",
        "V1038_RELEASE.md",
        "V1_0_NOTES.md",
        "MIGRATION_PLAN.md",
        "test-plan.md",
        "PROJECT_STATUS.md",
        "STATUS_2026.md",
        "SECURITY_AUDIT_2024.md",
        "CODE_AUDIT.md",
        "RELEASE_CHECKLIST.md",
        "IMPLEMENTATION_SUMMARY.md",
        "FINAL_REPORT.md",
        "GAP_ANALYSIS.md",
        "PROGRESS.md",
        "PHASE_2.md",
        "PHASE3_DONE.md",
        "SPRINT_12.md",
        "FIX_PLAN_V2.md",
        "PLAN.md",
        "ROLLOUT_PLAN.txt",
        "RELEASE_READINESS.md",
    ] {
        check(&[(name, planning)]);
        check(&[(&format!("docs/{name}"), &[])]);
    }
    for name in [
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CODE_OF_CONDUCT.md",
        "ROADMAP.md",
        "ARCHITECTURE.md",
        "CLAUDE.md",
        "AGENTS.md",
        "SUMMARY.md",
        "DEPLOYMENT.md",
        "STATUS.md",
        "README_STATUS.md",
        "RELEASE_NOTES_PLAN.md",
        "requirements_plan.txt",
        "API.md",
        "v2-api.md",
        "notes.md",
        "MANUAL.md",
        "DESIGN.md",
    ] {
        check(&[(name, &[])]);
    }
}

#[test]
fn what_may_go() {
    check(&[
        ("build.log", &["run-logs"]),
        ("nohup.out", &["go-profiles", "run-logs"]),
        ("src/build.log", &[]),
        ("test_output.txt", &["run-logs"]),
        ("jobs.json", &["api-dumps"]),
        ("run_123.json", &["api-dumps"]),
        ("package.json", &[]),
        ("renovate.json", &[]),
        ("bash.exe.stackdump", &["stack-dumps"]),
        ("core.1234", &["stack-dumps"]),
        ("hs_err_pid12.log", &["stack-dumps", "run-logs"]),
        ("a/.DS_Store", &["os-droppings"]),
        ("a/._x", &["os-droppings"]),
        ("a/.x.c.swp", &["editor-droppings"]),
        ("a/x.c.bak", &["backups"]),
        ("README.md.orig", &["backups"]),
        ("x.bak2", &["backups"]),
        ("x.bak-2026-01-31", &["backups"]),
        ("x.c~", &["backups"]),
        ("x.go.disabled", &["backups"]),
        ("a/x_old.go", &[]),
        ("a.out", &["go-profiles", "run-logs"]),
        ("release.tar.gz", &["archives"]),
        ("a/release.zip", &[]),
        ("a/x.pyc", &["python-bytecode"]),
        ("a/__pycache__/", &["python-caches"]),
        ("web/node_modules/", &["dependency-trees"]),
        (".venv/", &["dependency-trees"]),
        ("target/", &["build-folders"]),
        ("out/", &["build-folders"]),
        ("x.out/", &[]),
        (".git/", &[]),
    ]);
}

/// The page for readers, and the tables in it as the code has them.
#[test]
fn the_page_holds_the_tables() {
    let page = include_str!("../../../../docs/api/clean-repo.md");
    let code = |it: &[&str]| {
        it.iter()
            .map(|it| format!("`{it}`"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut lines = Vec::new();
    for row in rows() {
        let what = match (row.kind, row.place) {
            (Kind::File, Place::Root) => "files in the root",
            (Kind::File, Place::Everywhere) => "files",
            (Kind::File, Place::Loose) => "files, below the root untracked ones",
            (Kind::Folder, Place::Loose) => "folders, below the root untracked ones",
            (Kind::Folder, Place::Root) => "folders in the root",
            (Kind::Folder, Place::Everywhere) => "folders",
        };
        let action = match row.action {
            Deed::Move(to) => format!("move to `{to}/`"),
            Deed::Untrack => "untrack".to_owned(),
            Deed::Delete => "delete".to_owned(),
        };
        let ignored = if row.takes_ignored {
            ", ignored ones too"
        } else {
            ""
        };
        let content: Vec<&str> = row.content.iter().map(|it| it.facts().name).collect();
        let (name, reason) = (row.name, row.reason);
        lines.push(format!(
            "| `{name}` | {what}{ignored} | {} | {action} | {reason} |",
            code(&content)
        ));
        lines.push(format!("| `{name}` | {} |", code(row.names)));
    }
    for facts in EVIDENCES {
        let kind = match facts.kind {
            Kind::File => "file",
            Kind::Folder => "folder",
        };
        lines.push(format!(
            "| `{}` | {kind} | {} | {} |",
            facts.name, facts.about, facts.source
        ));
    }
    let words = |it: &'static str| code(&it.split_whitespace().collect::<Vec<_>>());
    lines.push(format!(
        "| documents, in any form and language | {} |",
        words(keep::DOCUMENTS)
    ));
    for group in keep::GROUPS {
        lines.push(format!("| {} | {} |", group.what, words(group.names)));
    }
    for line in lines {
        assert!(page.contains(&line), "docs/api/clean-repo.md lacks: {line}");
    }
}
