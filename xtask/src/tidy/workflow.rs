//! Rules for GitHub workflows: pinned actions, declared permissions, and no work outside of `cargo xtask`.

use super::text::numbered;
use super::{File, Finding, Tree};

pub(super) fn pins(tree: &Tree) -> Vec<Finding> {
    each_value(tree, "uses")
        .filter(|(_, _, action)| !is_pinned(action))
        .map(|(file, line, action)| {
            Finding::new(
                &file.path,
                line,
                format!("`{action}` is not pinned by a full commit"),
            )
        })
        .collect()
}

pub(super) fn permissions(tree: &Tree) -> Vec<Finding> {
    workflows(tree)
        .filter(|(_, text)| !text.lines().any(|it| it.starts_with("permissions:")))
        .map(|(file, _)| {
            Finding::new(
                &file.path,
                0,
                "no `permissions:` at the top level: the default is the token's full power",
            )
        })
        .collect()
}

pub(super) fn runs(tree: &Tree) -> Vec<Finding> {
    each_value(tree, "run")
        .filter(|(_, _, line)| !is_one_command(line))
        .map(|(file, line, _)| {
            Finding::new(
                &file.path,
                line,
                "`run:` is not one `cargo xtask …` line or `.ci/run`",
            )
        })
        .collect()
}

fn workflows(tree: &Tree) -> impl Iterator<Item = (&File, &str)> {
    tree.texts_of(&["yml", "yaml"])
        .filter(|(file, _)| file.path.starts_with(".github/workflows/"))
}

/// The values of a key of steps and jobs in all workflows, with file and line.
fn each_value<'a>(tree: &'a Tree, key: &'a str) -> impl Iterator<Item = (&'a File, usize, &'a str)> {
    workflows(tree).flat_map(move |(file, text)| {
        numbered(text).filter_map(move |(number, line)| {
            let line = line.trim_start();
            let line = line.strip_prefix("- ").map_or(line, str::trim_start);
            let value = line.strip_prefix(key)?.strip_prefix(':')?;
            Some((file, number, without_comment(value)))
        })
    })
}

fn without_comment(value: &str) -> &str {
    let value = value.split(" #").next().unwrap_or(value).trim();
    let quoted = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    quoted('"').or_else(|| quoted('\'')).unwrap_or(value)
}

/// Pinned are a folder of this repository, a full commit, and an image by its digest.
fn is_pinned(action: &str) -> bool {
    let is_hex = |text: &str, length| text.len() == length && text.chars().all(|it| it.is_ascii_hexdigit());
    action.starts_with("./")
        || action.split_once('@').is_some_and(|(_, reference)| {
            is_hex(reference, 40) || reference.strip_prefix("sha256:").is_some_and(|it| is_hex(it, 64))
        })
}

fn is_one_command(line: &str) -> bool {
    let is_ours = line == ".ci/run" || line == "cargo xtask" || line.starts_with("cargo xtask ");
    let words: Vec<&str> = line.split(' ').filter(|it| !is_variable(it)).collect();
    is_ours && !words.concat().contains(['|', ';', '&', '>', '`', '$'])
}

/// A variable of the environment as one word, whatever it holds: `"$NAME"`.
fn is_variable(word: &str) -> bool {
    let name = word.strip_prefix("\"$").and_then(|it| it.strip_suffix('"'));
    name.is_some_and(|it| !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || it == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: fn(&Tree) -> Vec<Finding>, text: &str, lines: &[usize]) {
        let found = |path: &str| -> Vec<usize> {
            rule(&Tree::of(&[(path, text)]))
                .iter()
                .map(|it| it.line)
                .collect()
        };
        assert_eq!(found(".github/workflows/a.yml"), lines, "{text:?}");
        assert_eq!(found("a.yml"), [0; 0], "only workflows are looked at");
    }

    #[test]
    fn actions_are_pinned() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        check(pins, &format!("  - uses: a/b@{commit} # v1.2.3\n"), &[]);
        check(pins, &format!("  - uses: \"a/b/c@{commit}\"\n"), &[]);
        check(pins, "  - uses: ./.github/actions/x\n", &[]);
        check(
            pins,
            &format!("  - uses: docker://a/b@sha256:{}\n", "0f".repeat(32)),
            &[],
        );
        check(
            pins,
            "steps:\n  - uses: a/b@v1\n  - name: x\n    uses: a/b@main # why\n",
            &[2, 4],
        );
        check(
            pins,
            &format!("  - uses: a/b@{}\n  - uses: a/b\n", &commit[1..]),
            &[1, 2],
        );
    }

    #[test]
    fn permissions_are_said() {
        check(permissions, "on: push\npermissions: {}\n", &[]);
        check(permissions, "permissions:\n  contents: read\n", &[]);
        check(permissions, "jobs:\n  a:\n    permissions: {}\n", &[0]);
    }

    #[test]
    fn a_run_is_one_command() {
        check(
            runs,
            "  - run: cargo xtask ci --only test\n  - run: .ci/run\n",
            &[],
        );
        check(runs, "  - run: cargo xtask ci # all of it\n", &[]);
        check(runs, "  - run: cargo xtask dist --target \"$TARGETS\"\n", &[]);
        check(runs, "  - run: cargo xtask dist --target $TARGETS\n", &[1]);
        check(runs, "  - run: cargo xtask dist \"$(make)\" \"$A$B\"\n", &[1]);
        check(runs, "  - run: |\n      cargo xtask ci\n", &[1]);
        check(runs, "  - run: make\n    run: cargo xtask ci && make\n", &[1, 2]);
        check(runs, "  - run: cargo xtasks\n", &[1]);
    }
}
