//! Rules for Rust files: the first line, length, names, and what must not be left behind.

use super::text::numbered;
use super::{File, Finding, Tree};

/// Files settle between 80 and 300 lines; beyond this one they hold two ideas.
const LENGTH_LIMIT: usize = 400;

/// Cases of one command read well as one list, so a file in a folder `tests` may be longer.
const TESTS_LENGTH_LIMIT: usize = 600;

/// Marks of unfinished work, in parts, so that this file does not hold them.
const MARKERS: &[&str] = &[
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("db", "g!"),
    concat!("#[ign", "ore"),
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("XX", "X"),
];

/// Files in which a marker is left-over work; documents may speak of one.
const CODE: &[&str] = &["rs", "sh", "toml", "yml", "yaml"];

/// A script without an ending of its name.
const SCRIPT: &str = ".ci/run";

const RUST: &[&str] = &["rs"];

/// The attributes that switch a lint, in parts as above.
const SWITCHES: &[&str] = &[concat!("[al", "low("), concat!("[exp", "ect(")];

pub(super) fn purpose(tree: &Tree) -> Vec<Finding> {
    tree.texts_of(RUST)
        .filter(|(_, text)| text.strip_prefix("//! ").is_none_or(|it| it.starts_with('\n')))
        .map(|(file, _)| Finding::new(&file.path, 1, "does not start with `//!` and what it is for"))
        .collect()
}

pub(super) fn length(tree: &Tree) -> Vec<Finding> {
    let limit = |path: &str| {
        if path.split('/').any(|it| it == "tests") {
            TESTS_LENGTH_LIMIT
        } else {
            LENGTH_LIMIT
        }
    };
    tree.texts_of(RUST)
        .map(|(file, text)| (file, text.lines().count(), limit(&file.path)))
        .filter(|(_, lines, limit)| lines > limit)
        .map(|(file, lines, limit)| {
            Finding::new(&file.path, 0, format!("{lines} lines, the limit is {limit}"))
        })
        .collect()
}

pub(super) fn mod_rs(tree: &Tree) -> Vec<Finding> {
    tree.texts_of(RUST)
        .filter_map(|(file, _)| {
            let dir = file.path.strip_suffix("/mod.rs")?;
            Some(Finding::new(&file.path, 0, format!("belongs to `{dir}.rs`")))
        })
        .collect()
}

pub(super) fn tabs(tree: &Tree) -> Vec<Finding> {
    tree.texts_of(RUST)
        .filter_map(|(file, text)| {
            let (line, _) = numbered(text).find(|(_, line)| line.contains('\t'))?;
            Some(Finding::new(&file.path, line, "holds a tab"))
        })
        .collect()
}

pub(super) fn markers(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let is_code = |file: &File| file.is_kind(CODE) || file.path == SCRIPT;
    for (file, text) in tree.texts().filter(|(it, _)| is_code(it)) {
        for (number, line) in numbered(text) {
            for marker in MARKERS.iter().filter(|it| has_word(line, it)) {
                found.push(Finding::new(
                    &file.path,
                    number,
                    format!("`{marker}` is left in the code"),
                ));
            }
        }
    }
    found
}

pub(super) fn allow_reason(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, text) in tree.texts_of(RUST) {
        for switch in SWITCHES {
            for (at, _) in text.match_indices(switch) {
                let line = text[..at].rsplit('\n').next().unwrap_or_default();
                let is_attribute = matches!(line.trim_start(), "#" | "#!");
                let body = text[at..].split(")]").next().unwrap_or_default();
                if is_attribute && !body.contains("reason") {
                    let number = 1 + text[..at].matches('\n').count();
                    found.push(Finding::new(
                        &file.path,
                        number,
                        "switches a lint without a `reason`",
                    ));
                }
            }
        }
    }
    found
}

/// Whether the marker stands there as a word of its own, not as a part of a longer name.
fn has_word(line: &str, marker: &str) -> bool {
    let is_name = |it: char| it.is_alphanumeric() || it == '_';
    line.match_indices(marker).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + marker.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: fn(&Tree) -> Vec<Finding>, path: &str, text: &str, lines: &[usize]) {
        let found: Vec<usize> = rule(&Tree::of(&[(path, text)]))
            .iter()
            .map(|it| it.line)
            .collect();
        assert_eq!(found, lines, "{text:?}");
    }

    #[test]
    fn the_first_line() {
        check(purpose, "a.rs", "//! Adds numbers.\n", &[]);
        check(purpose, "a.rs", "// Adds numbers.\n", &[1]);
        check(purpose, "a.rs", "//! \nmod a;\n", &[1]);
        check(purpose, "a.rs", "", &[1]);
        check(purpose, "tests/fixtures/a.rs", "fn main() {}\n", &[]);
    }

    #[test]
    fn lines() {
        check(length, "a.rs", &"x\n".repeat(401), &[0]);
        check(length, "a.rs", &"x\n".repeat(400), &[]);
        check(length, "a.md", &"x\n".repeat(401), &[]);
        check(length, "a/tests/it/a.rs", &"x\n".repeat(600), &[]);
        check(length, "a/tests/it/a.rs", &"x\n".repeat(601), &[0]);
    }

    #[test]
    fn module_files() {
        check(mod_rs, "src/net/mod.rs", "", &[0]);
        check(mod_rs, "src/net.rs", "", &[]);
        check(mod_rs, "src/remod.rs", "", &[]);
    }

    #[test]
    fn tab() {
        check(tabs, "a.rs", "x\n\ty\n", &[2]);
        check(tabs, "a.rs", "x\n    y\n", &[]);
        check(tabs, "Makefile", "\tx\n", &[]);
    }

    #[test]
    fn unfinished_work() {
        for marker in MARKERS {
            check(markers, "a.rs", &format!("x\n {marker} y\n"), &[2]);
            check(markers, "a.md", &format!("{marker}\n"), &[]);
            check(markers, "a.toml", &format!("{marker}ABLE = a{marker}\n"), &[]);
        }
    }

    #[test]
    fn reasons() {
        for switch in SWITCHES {
            check(allow_reason, "a.rs", &format!("x\n#{switch}dead_code)]\n"), &[2]);
            check(allow_reason, "a.rs", &format!("#!{switch}dead_code)]\n"), &[1]);
            check(
                allow_reason,
                "a.rs",
                &format!("#{switch}\n    dead_code,\n    reason = \"x\"\n)]\n"),
                &[],
            );
            check(
                allow_reason,
                "a.rs",
                &format!("// not #{switch}dead_code)]\n"),
                &[],
            );
        }
    }
}
