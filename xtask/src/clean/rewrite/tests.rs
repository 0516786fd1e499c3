//! Documents before and after moves, as lists.

mod property;

use super::*;
use crate::clean::reference::Target;

const TREE: &[&str] = &[
    "A_PLAN.md",
    "B_PLAN.md",
    "README.md",
    "jobs.json",
    "my file.md",
    "src/main.rs",
    "docs/guide.md",
    "docs/README.md",
    "docs/deep/page.md",
    "old/x.md",
    "old/sub/y.png",
];

/// What the cases move; folders end with `/`.
const MOVES: &[(&str, &str)] = &[
    ("A_PLAN.md", "docs/planning/A_PLAN.md"),
    ("B_PLAN.md", "docs/planning/B_PLAN.md"),
    ("jobs.json", "docs/api/jobs.json"),
    ("my file.md", "docs/planning/my file.md"),
    ("docs/deep/page.md", "pages (1)/page-2.md"),
    ("old/", "archive/old/"),
];

fn moves(rows: &[(&str, &str)]) -> Moves {
    let row = |(from, to): &(&str, &str)| {
        let target = Target {
            path: TreePath::from(from.trim_end_matches('/')),
            is_folder: from.ends_with('/'),
        };
        (target, TreePath::from(to.trim_end_matches('/')))
    };
    Moves::new(rows.iter().map(row).collect())
}

fn exists(path: &TreePath) -> bool {
    TREE.iter()
        .map(|it| TreePath::from(*it))
        .any(|it| it == *path || it.is_below(path))
}

/// Checks what becomes of a line in a document, and that it then stays so.
#[track_caller]
fn check_in(document: &str, line: &str, expected: &str) {
    let moves = moves(MOVES);
    let old = TreePath::from(document);
    let new = moves.of(&old).unwrap_or_else(|| old.clone());
    for (before, after) in [("", ""), ("\u{feff}", "\r\n"), ("x\r\n\u{e4} ", "\nß")] {
        let text = format!("{before}{line}{after}");
        let changed = rewrite(&old, &new, text.as_bytes(), &moves, &exists);
        let shown = changed.as_deref().unwrap_or(text.as_bytes());
        assert_eq!(
            String::from_utf8_lossy(shown),
            format!("{before}{expected}{after}"),
            "{line} in {document}"
        );
        assert_eq!(changed.is_none(), line == expected);
        let exists_now = |it: &TreePath| moves.exists_after(it, &exists);
        let again = rewrite(&new, &new, shown, &moves, &exists_now);
        assert_eq!(again.map(|it| String::from_utf8_lossy(&it).into_owned()), None);
    }
}

#[test]
fn links_of_a_document_that_stays() {
    let check = |line: &str, expected: &str| check_in("README.md", line, expected);
    check("[a](A_PLAN.md)", "[a](docs/planning/A_PLAN.md)");
    check("[a](./A_PLAN.md#x)", "[a](./docs/planning/A_PLAN.md#x)");
    check("[a](/A_PLAN.md?x)", "[a](/docs/planning/A_PLAN.md?x)");
    check(
        "![a](<A_PLAN.md> \"A_PLAN\")",
        "![a](<docs/planning/A_PLAN.md> \"A_PLAN\")",
    );
    check("[a]: A_PLAN.md 'x'", "[a]: docs/planning/A_PLAN.md 'x'");
    check("<a href=\"A_PLAN.md\">", "<a href=\"docs/planning/A_PLAN.md\">");
    check("<img src='old/sub/y.png'>", "<img src='archive/old/sub/y.png'>");
    check("[a](my%20file.md)", "[a](docs/planning/my%20file.md)");
    check("[a](<my file.md>)", "[a](<docs/planning/my file.md>)");
    check(
        "[docs/deep/page.md](docs/deep/page.md)",
        "[pages (1)/page-2.md](pages%20%281%29/page-2.md)",
    );
    check("[a](<docs/deep/page.md>)", "[a](<pages %281%29/page-2.md>)");
    check("[a](A\\_PLAN.md)", "[a](docs/planning/A\\_PLAN.md)");
    check("[a](old/) [b](old)", "[a](archive/old/) [b](archive/old)");
    check("[a](old/new.md)", "[a](archive/old/new.md)");
    check(
        "[a](docs/deep/page.md) [b](src/main.rs)",
        "[a](pages%20%281%29/page-2.md) [b](src/main.rs)",
    );
}

#[test]
fn links_from_a_folder() {
    let check = |line: &str, expected: &str| check_in("docs/guide.md", line, expected);
    check("[a](../A_PLAN.md)", "[a](planning/A_PLAN.md)");
    check("[a](deep/page.md)", "[a](../pages%20%281%29/page-2.md)");
    check("[a](./deep/page.md)", "[a](../pages%20%281%29/page-2.md)");
    check("[a](../old/x.md)", "[a](../archive/old/x.md)");
    check("[a](..\\A_PLAN.md)", "[a](planning\\A_PLAN.md)");
    // Broken, and read from the root as a person would.
    check("[a](A_PLAN.md)", "[a](docs/planning/A_PLAN.md)");
}

#[test]
fn plain_paths() {
    let check = |line: &str, expected: &str| check_in("docs/guide.md", line, expected);
    check("see A_PLAN.md.", "see docs/planning/A_PLAN.md.");
    check("see `../A_PLAN.md`", "see `./planning/A_PLAN.md`");
    check(
        "/jobs.json, $ROOT/jobs.json",
        "/docs/api/jobs.json, $ROOT/docs/api/jobs.json",
    );
    check("%ROOT%\\jobs.json", "%ROOT%\\docs/api/jobs.json");
    check(".\\..\\jobs.json", ".\\api\\jobs.json");
    check("old\\sub\\y.png", "archive\\old\\sub\\y.png");
    check("old\\\\sub", "archive\\\\old\\\\sub");
    check(
        "_see A_PLAN.md_ and A\\_PLAN.md",
        "_see docs/planning/A_PLAN.md_ and docs/planning/A\\_PLAN.md",
    );
    check("curl -d @jobs.json", "curl -d @docs/api/jobs.json");
    check("`[a](A_PLAN.md)`", "`[a](docs/planning/A_PLAN.md)`");
    check("`old` is old", "`archive/old` is old");
    check_in("README.md", "`./old/`:3", "`./archive/old/`:3");
}

#[test]
fn what_stays() {
    for line in [
        "/tmp/jobs.json",
        "https://a.example/blob/main/A_PLAN.md",
        "[a](https://a.example/A_PLAN.md)",
        "jobs.json.bak",
        "[a](#A_PLAN.md)",
        "[a](gone.md)",
        "[a](mailto:jobs.json@a.example)",
        "src/main.rs",
        "the old one",
    ] {
        check_in("README.md", line, line);
    }
    let moves = moves(MOVES);
    for path in ["run.sh", "Cargo.lock", ".gitignore", "cover.out"] {
        let path = TreePath::from(path);
        assert_eq!(rewrite(&path, &path, b"jobs.json", &moves, &exists), None);
    }
}

#[test]
fn a_document_that_moves() {
    let check = |line: &str, expected: &str| check_in("A_PLAN.md", line, expected);
    check("[a](README.md)", "[a](../../README.md)");
    check("[a](./src/main.rs#L1)", "[a](../../src/main.rs#L1)");
    check("[a](src/) [b](docs)", "[a](../../src/) [b](..)");
    check("[a](/README.md)", "[a](/README.md)");
    check("[a](docs/guide.md)", "[a](../guide.md)");
    check("[a](B_PLAN.md) [b](#top)", "[a](B_PLAN.md) [b](#top)");
    check("[a](A_PLAN.md)", "[a](A_PLAN.md)");
    check("[a](jobs.json)", "[a](../api/jobs.json)");
    check(
        "[a](gone.md) [b](https://a.example)",
        "[a](gone.md) [b](https://a.example)",
    );
    check("[a](.)", "[a](../..)");
    // Running text is read from the root as well: what still leads there is kept.
    check("see B_PLAN.md and src/main.rs", "see B_PLAN.md and src/main.rs");
    check("run `jobs.json`", "run `docs/api/jobs.json`");
    check("run `./jobs.json`", "run `../api/jobs.json`");
    check_in("docs/deep/page.md", "[a](../guide.md)", "[a](../docs/guide.md)");
    check_in(
        "old/x.md",
        "[a](sub/y.png) [b](../README.md)",
        "[a](sub/y.png) [b](../../README.md)",
    );
}

#[test]
fn a_nearer_file_of_the_same_path_is_not_met() {
    let tree = ["docs/guide.md", "docs/docs/A.md", "A.md"];
    let exists = |path: &TreePath| {
        let mut all = tree.iter().map(|it| TreePath::from(*it));
        all.any(|it| it == *path || it.is_below(path))
    };
    let moves = moves(&[("A.md", "docs/A.md")]);
    let guide = TreePath::from("docs/guide.md");
    // `docs/A.md` would mean `docs/docs/A.md`, and `A.md` already leads to where the file will be.
    assert_eq!(rewrite(&guide, &guide, b"see A.md", &moves, &exists), None);
    let changed = rewrite(&guide, &guide, b"see ../A.md and /A.md", &moves, &exists);
    assert_eq!(changed.as_deref(), Some(&b"see ./A.md and /docs/A.md"[..]));
}

#[test]
fn other_formats() {
    let check = |document: &str, line: &str, expected: &str| {
        let path = TreePath::from(document);
        let changed = rewrite(&path, &path, line.as_bytes(), &moves(MOVES), &exists).unwrap();
        assert_eq!(String::from_utf8(changed).unwrap(), expected);
    };
    check("docs/a.rst", "`A <../A_PLAN.md>`_", "`A <planning/A_PLAN.md>`_");
    check(
        "docs/a.rst",
        ".. image:: ../old/sub/y.png",
        ".. image:: ../archive/old/sub/y.png",
    );
    check(
        "docs/a.adoc",
        "link:../A_PLAN.md[A]",
        "link:planning/A_PLAN.md[A]",
    );
    check(
        "docs/a.org",
        "[[file:../A_PLAN.md][A]]",
        "[[file:planning/A_PLAN.md][A]]",
    );
    check("docs/README", "see ../A_PLAN.md", "see ./planning/A_PLAN.md");
}

#[test]
fn bytes_around_are_kept() {
    let path = TreePath::from("README.md");
    let changed = rewrite(
        &path,
        &path,
        b"\xff\xfe [a](A_PLAN.md) \0\r\r\n\xc3",
        &moves(MOVES),
        &exists,
    );
    assert_eq!(
        changed.as_deref(),
        Some(&b"\xff\xfe [a](docs/planning/A_PLAN.md) \0\r\r\n\xc3"[..])
    );
}
