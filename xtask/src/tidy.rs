//! The rules of the tree that no compiler checks: a table, and one run that gives all findings at once.

mod docs;
mod house;
mod rust;
mod text;
mod tree;
mod workflow;

use crate::problem::{Place, Problem, Problems};

pub use tree::{File, Member, Tree};

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the root, with `/`.
    pub path: String,
    /// The line, counted from 1; 0 for the file as a whole.
    pub line: usize,
    /// What stands there, and what should.
    pub what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Finding {
        Finding {
            path: path.to_owned(),
            line,
            what: what.into(),
        }
    }
}

/// Where a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In every workspace that the toolkit is used on: what is broken or unsafe, not what is another style.
    Any,
    /// Only in the workspace that holds the toolkit: its layout and its manners.
    House,
}

/// A rule of the tree.
#[derive(Debug)]
pub struct Rule {
    /// The name that a finding ends with.
    pub name: &'static str,
    /// Where it holds.
    pub scope: Scope,
    /// What it demands, in one line for the documents.
    pub demands: &'static str,
    /// Finds what breaks it.
    check: fn(&Tree) -> Vec<Finding>,
}

/// A file that a rule of the house leaves alone.
#[derive(Debug)]
struct Exception {
    rule: &'static str,
    path: &'static str,
    reason: &'static str,
}

/// Every exception needs a reason, and one that is no longer needed is a finding itself.
const EXCEPTIONS: &[Exception] = &[Exception {
    rule: "machine-paths",
    path: "xtask/src/inspect/paths.rs",
    reason: "its tests look for the home folder of a made-up person in a binary",
}];

/// All rules, in the order of their names.
pub const RULES: &[Rule] = &[
    Rule {
        name: "allow-reason",
        scope: Scope::House,
        demands: "an `allow` or `expect` attribute in Rust says its `reason`",
        check: rust::allow_reason,
    },
    Rule {
        name: "commands",
        scope: Scope::House,
        demands: "each file of `xtask/src/cmd/` is a command in `xtask/src/cli.rs`",
        check: house::commands,
    },
    Rule {
        name: "dependencies",
        scope: Scope::House,
        demands: "xtask depends on no product crate, and no product crate on xtask",
        check: house::dependencies,
    },
    Rule {
        name: "docs-index",
        scope: Scope::House,
        demands: "each file below `docs/` is linked from `docs/README.md`",
        check: docs::index,
    },
    Rule {
        name: "file-size",
        scope: Scope::House,
        demands: "no file is larger than 256 KiB, `Cargo.lock` excepted",
        check: text::file_size,
    },
    Rule {
        name: "final-newline",
        scope: Scope::House,
        demands: "a text file ends with exactly one line end",
        check: text::final_newline,
    },
    Rule {
        name: "line-ends",
        scope: Scope::House,
        demands: "lines end with a line feed, without a carriage return",
        check: text::line_ends,
    },
    Rule {
        name: "links",
        scope: Scope::Any,
        demands: "a Markdown link to a file of the tree finds it",
        check: docs::links,
    },
    Rule {
        name: "machine-paths",
        scope: Scope::House,
        demands: "no path of one machine: a home folder, a folder for temporary files",
        check: text::machine_paths,
    },
    Rule {
        name: "markers",
        scope: Scope::House,
        demands: "no marker of unfinished work in code, no test that is switched off",
        check: rust::markers,
    },
    Rule {
        name: "mod-rs",
        scope: Scope::House,
        demands: "a module is `name.rs` beside `name/`, not `name/mod.rs`",
        check: rust::mod_rs,
    },
    Rule {
        name: "registry-hosts",
        scope: Scope::House,
        demands: "no host of a public package registry: the registry's own client knows it",
        check: text::registry_hosts,
    },
    Rule {
        name: "rust-length",
        scope: Scope::House,
        demands: "a Rust file has at most 400 lines, a file of tests 600",
        check: rust::length,
    },
    Rule {
        name: "rust-purpose",
        scope: Scope::House,
        demands: "a Rust file starts with `//!` and what it is for",
        check: rust::purpose,
    },
    Rule {
        name: "tabs",
        scope: Scope::House,
        demands: "no tab in Rust",
        check: rust::tabs,
    },
    Rule {
        name: "trailing-space",
        scope: Scope::House,
        demands: "no space or tab at the end of a line, Markdown's two for a line break excepted",
        check: text::trailing_space,
    },
    Rule {
        name: "workflow-permissions",
        scope: Scope::Any,
        demands: "a GitHub workflow says its `permissions:` at the top level",
        check: workflow::permissions,
    },
    Rule {
        name: "workflow-pins",
        scope: Scope::Any,
        demands: "an action in a GitHub workflow is pinned by its full commit",
        check: workflow::pins,
    },
    Rule {
        name: "workflow-runs",
        scope: Scope::House,
        demands: "a `run:` in a GitHub workflow is one `cargo xtask …` line or `.ci/run`",
        check: workflow::runs,
    },
];

/// Holds the rules against the tree.
pub fn check(tree: &Tree) -> Problems {
    check_except(tree, if tree.is_house() { EXCEPTIONS } else { &[] })
}

fn check_except(tree: &Tree, exceptions: &[Exception]) -> Problems {
    let mut found: Vec<(Finding, &str)> = Vec::new();
    for rule in RULES
        .iter()
        .filter(|it| it.scope == Scope::Any || tree.is_house())
    {
        found.extend(
            except(rule.name, (rule.check)(tree), exceptions)
                .into_iter()
                .map(|it| (it, rule.name)),
        );
    }
    found.sort();
    Problems(
        found
            .into_iter()
            .map(|(finding, rule)| problem(&finding, rule))
            .collect(),
    )
}

/// Takes out what the exceptions of a rule cover and adds the exceptions that cover nothing.
fn except(rule: &str, mut findings: Vec<Finding>, exceptions: &[Exception]) -> Vec<Finding> {
    for exception in exceptions.iter().filter(|it| it.rule == rule) {
        let before = findings.len();
        findings.retain(|it| it.path != exception.path);
        if findings.len() == before {
            findings.push(Finding::new(
                exception.path,
                0,
                format!("needs no exception any more (it was: {})", exception.reason),
            ));
        }
    }
    findings
}

fn problem(finding: &Finding, rule: &str) -> Problem {
    let Finding { path, line, what } = finding;
    let place = match *line {
        0 => Place::file(path),
        line => Place::line(path, line),
    };
    Problem::at(place, format_args!("{what} [{rule}]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_are_unique() {
        assert!(RULES.windows(2).all(|it| it[0].name < it[1].name));
    }

    #[test]
    fn exceptions_name_a_rule_and_a_reason() {
        for exception in EXCEPTIONS {
            assert!(RULES.iter().any(|it| it.name == exception.rule), "{exception:?}");
            assert!(!exception.reason.is_empty(), "{exception:?}");
        }
    }

    #[test]
    fn the_document_names_each_rule() {
        let document = include_str!("../../docs/api/ci.md");
        for rule in RULES {
            let row = format!("| `{}` | {} |", rule.name, rule.demands);
            assert!(document.contains(&row), "docs/api/ci.md lacks: {row}");
        }
    }

    #[test]
    fn an_exception_hides_its_findings_and_no_others() {
        let exceptions = [
            Exception {
                rule: "length",
                path: "a.rs",
                reason: "one table",
            },
            Exception {
                rule: "other",
                path: "b.rs",
                reason: "another rule",
            },
        ];
        let findings = vec![Finding::new("a.rs", 0, "long"), Finding::new("b.rs", 0, "long")];
        assert_eq!(
            except("length", findings, &exceptions),
            [Finding::new("b.rs", 0, "long")]
        );
    }

    #[test]
    fn an_exception_without_use_is_a_finding() {
        let exceptions = [Exception {
            rule: "length",
            path: "a.rs",
            reason: "one table",
        }];
        let found = except("length", Vec::new(), &exceptions);
        assert_eq!(
            found,
            [Finding::new(
                "a.rs",
                0,
                "needs no exception any more (it was: one table)"
            )]
        );
    }

    #[test]
    fn all_findings_come_at_once_with_their_place() {
        let house = ("xtask/src/tidy.rs", "//! The rules.\n");
        let tree = Tree::of(&[house, ("b.md", "text \n"), ("a.md", "[x](none.md)\n\n")]);
        let said: Vec<String> = check_except(&tree, &[]).0.into_iter().map(|it| it.what).collect();
        assert_eq!(
            said,
            [
                "a.md:1: the link to `none.md` leads to no file [links]",
                "a.md:2: empty lines at the end [final-newline]",
                "b.md:1: space at the end of the line [trailing-space]",
            ]
        );
    }

    #[test]
    fn a_guest_is_told_what_is_broken_and_not_how_to_write() {
        let unfinished = format!("fn f() {{\t{}!() }} \r\n", "todo");
        let files = [("src/lib.rs", unfinished.as_str()), ("a.md", "[x](none.md)")];
        let found = |tree: &Tree| -> Vec<String> {
            let names = check_except(tree, &[]).0.into_iter();
            names
                .map(|it| it.what.rsplit_once('[').unwrap().1.to_owned())
                .collect()
        };
        assert_eq!(found(&Tree::of(&files)), ["links]"]);
        let mut house = files.to_vec();
        house.push(("xtask/src/tidy.rs", "//! The rules.\n"));
        let found = found(&Tree::of(&house));
        for rule in [
            "links]",
            "final-newline]",
            "line-ends]",
            "markers]",
            "rust-purpose]",
            "tabs]",
        ] {
            assert!(found.contains(&rule.to_owned()), "{found:?}");
        }
    }
}
