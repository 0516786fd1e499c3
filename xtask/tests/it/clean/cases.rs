//! The dangerous cases, one by one: what lies in a tree, and where it lies when it was cleaned.

use crate::support::skipped;

use super::fixture::{Cleaned, PROFILE, REPORT, Repo};

const LOG: &str = "2026-01-01T00:00:00Z INFO started\n2026-01-01T00:00:01Z INFO done\n";
const OTHER_PROFILE: &str = "mode: count\nexample.com/m/b.go:1.1,2.2 3 4\n";
const PLAN: &str = "# Plan\n\nFirst this, then that.\n";

/// Cleans a tree of files with a text and a place where they lie afterwards (nothing for those that go), with git and
/// without, and with all that holds of every run.
#[track_caller]
fn check(words: &[&str], rows: &[(&str, &str, &str)]) {
    for is_git in [true, false] {
        check_one(is_git, words, rows);
    }
}

/// The same in one kind of tree, and what became of it.
#[track_caller]
fn check_one(is_git: bool, words: &[&str], rows: &[(&str, &str, &str)]) -> Cleaned {
    let repo = Repo::of(is_git, rows.iter().map(|it| (it.0, it.1)));
    let cleaned = repo.cleaned(words);
    let expected = rows.iter().filter(|it| !it.2.is_empty());
    let expected: std::collections::BTreeMap<String, String> =
        expected.map(|it| (it.2.to_owned(), it.1.to_owned())).collect();
    assert_eq!(cleaned.files, expected, "{}", cleaned.said);
    cleaned
}

/// The header of a program for Linux on x86-64.
fn elf() -> String {
    let mut head = vec![0_u8; 64];
    head[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    (head[16], head[18], head[52]) = (2, 62, 64);
    String::from_utf8(head).unwrap()
}

#[test]
fn an_out_file_is_what_its_content_says() {
    check(
        &[],
        &[
            ("a.out", &elf(), "a.out"),
            (
                "bom.out",
                "\u{feff}mode: set\r\na.go:1.1,2.2 1 1\r\n",
                "coverage/bom.out",
            ),
            ("empty.out", "", "empty.out"),
            (
                "merged.out",
                "mode: set\na.go:1.1,2.2 1 1\nmode: set\nb.go:1.1,2.2 1 0\n",
                "coverage/merged.out",
            ),
            ("nothing.out", "mode: atomic\n", "coverage/nothing.out"),
            ("run_test.out", LOG, "run_test.out"),
            ("said.out", "mode: set to nothing\n", "said.out"),
            ("truncated.out", "mode: set\na.go:1.1,2.", "truncated.out"),
            (
                "blanks.out",
                "mode: count\nC:/a b.go:1.1,2.2 1 1\n\n",
                "coverage/blanks.out",
            ),
        ],
    );
}

#[test]
fn what_is_not_recognised_is_named() {
    let repo = Repo::of(
        true,
        [
            ("a.out", &elf()[..]),
            ("e.out", ""),
            ("l.out", LOG),
            ("x.out", "words\n"),
        ],
    );
    repo.cleaned(&[]).says(&[
        "binaries: ",
        "  a.out is deleted with `--delete`\n",
        "  e.out stays: its content is not what its name says\n",
        "  l.out is deleted with `--delete`\n",
        "  x.out stays: its content is not what its name says\n",
    ]);
}

#[test]
fn folders_that_are_named_as_files() {
    check(
        &["--delete", "--force"],
        &[
            ("out/a.out", PROFILE, "coverage/out/a.out"),
            ("out/main.c", "int main;\n", "out/main.c"),
            ("x.out/b.out", PROFILE, "coverage/x.out/b.out"),
            ("x.out/c.out", "words\n", "x.out/c.out"),
            ("y.bak/c.txt", "words\n", "y.bak/c.txt"),
            ("y/c.txt", "words\n", "y/c.txt"),
            ("core/d.out", OTHER_PROFILE, "coverage/core/d.out"),
            ("htmlcov/e.out", "mode: set\n", "coverage/htmlcov/e.out"),
            ("build.log/f.txt", "words\n", "build.log/f.txt"),
        ],
    );
}

#[test]
fn the_same_name_in_both_places() {
    // Another text: both are kept.
    check(
        &[],
        &[
            ("c.out", PROFILE, "coverage/c-2.out"),
            ("coverage/c.out", OTHER_PROFILE, "coverage/c.out"),
        ],
    );
    check(
        &[],
        &[
            ("c.out", PROFILE, "coverage/c-3.out"),
            ("coverage/c.out", OTHER_PROFILE, "coverage/c.out"),
            ("coverage/c-2.out", "mode: set\n", "coverage/c-2.out"),
        ],
    );
    // The same text: one is enough.
    check(
        &[],
        &[
            ("c.out", PROFILE, ""),
            ("coverage/c.out", PROFILE, "coverage/c.out"),
        ],
    );
    check(
        &[],
        &[
            ("X_PLAN.md", PLAN, ""),
            ("docs/planning/X_PLAN.md", PLAN, "docs/planning/X_PLAN.md"),
        ],
    );
}

#[test]
fn the_emptier_one_never_wins() {
    check(
        &[],
        &[
            ("c.out", PROFILE, "coverage/c.out"),
            ("coverage/c.out", "", "coverage/c-2.out"),
        ],
    );
    check(
        &[],
        &[
            ("X_PLAN.md", PLAN, "docs/planning/X_PLAN.md"),
            ("docs/planning/X_PLAN.md", " \n\n", "docs/planning/X_PLAN-2.md"),
        ],
    );
    check(
        &[],
        &[
            ("c.out", "", "c.out"),
            ("coverage/c.out", PROFILE, "coverage/c.out"),
        ],
    );
    let settings = "[clean.rules.all-tmp]\nnames = [\"*.tmp\"]\naction = \"move\"\nto = \"tmp\"\n";
    check(
        &[],
        &[
            ("a.tmp", "", "tmp/a-2.tmp"),
            ("tmp/a.tmp", "full\n", "tmp/a.tmp"),
            ("b.tmp", "", ""),
            ("tmp/b.tmp", "", "tmp/b.tmp"),
            ("packaging/release.toml", settings, "packaging/release.toml"),
        ],
    );
}

#[test]
fn names_that_differ_in_case_only() {
    if Repo::of(false, [("a", "")]).has("A") {
        return skipped(
            "names_that_differ_in_case_only",
            "they are one on this file system",
        );
    }
    check(
        &["--force"],
        &[
            ("C.out", PROFILE, "coverage/C.out"),
            ("c.out", OTHER_PROFILE, "coverage/c-2.out"),
        ],
    );
    check(
        &["--force"],
        &[
            ("c.out", PROFILE, "coverage/c-2.out"),
            ("coverage/C.OUT", OTHER_PROFILE, "coverage/C.OUT"),
        ],
    );
    // Even of the same content: on this system they are two, and which one would win is nobody's guess.
    check(
        &["--force"],
        &[
            ("c.out", PROFILE, "coverage/c-2.out"),
            ("coverage/C.out", PROFILE, "coverage/C.out"),
        ],
    );
    check(
        &["--force"],
        &[
            ("A/c.out", PROFILE, "coverage/A/c.out"),
            ("a/c.out", OTHER_PROFILE, "coverage/A/c-2.out"),
        ],
    );
    check(
        &["--force"],
        &[
            ("ÄRGER.out", PROFILE, "coverage/ÄRGER.out"),
            ("ärger.out", OTHER_PROFILE, "coverage/ärger-2.out"),
        ],
    );
}

#[test]
fn the_destination_as_it_is_spelled() {
    check(
        &[],
        &[
            ("Coverage/README.md", "What is here\n", "Coverage/README.md"),
            ("c.out", PROFILE, "Coverage/c.out"),
        ],
    );
    check(
        &[],
        &[
            ("Docs/Planning/old.md", "words\n", "Docs/Planning/old.md"),
            ("X_PLAN.md", PLAN, "Docs/Planning/X_PLAN.md"),
        ],
    );
}

#[test]
fn a_destination_that_is_no_folder() {
    check(
        &[],
        &[("coverage", "words\n", "coverage"), ("c.out", PROFILE, "c.out")],
    );
    check(
        &[],
        &[
            ("coverage/a", "words\n", "coverage/a"),
            ("a/c.out", PROFILE, "a/c.out"),
            ("c.out", PROFILE, "coverage/c.out"),
        ],
    );
    check(
        &[],
        &[("docs", "words\n", "docs"), ("X_PLAN.md", PLAN, "X_PLAN.md")],
    );
}

#[test]
#[cfg(unix)]
fn a_destination_that_is_a_link() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("c.out", PROFILE), ("elsewhere/x", "words\n")]);
        std::os::unix::fs::symlink("elsewhere", repo.root.join("coverage")).unwrap();
        let cleaned = repo.cleaned(&[]);
        cleaned.says(&[
            "c.out stays: its new folder cannot be made: `coverage` is a link, which is not followed",
        ]);
        assert!(cleaned.files.contains_key("c.out"));
    }
}

#[test]
fn one_name_in_many_folders() {
    check(
        &["--force"],
        &[
            ("c.out", PROFILE, "coverage/c.out"),
            ("a/c.out", PROFILE, "coverage/a/c.out"),
            ("b/c.out", OTHER_PROFILE, "coverage/b/c.out"),
            ("b/b/c.out", OTHER_PROFILE, "coverage/b/b/c.out"),
        ],
    );
}

#[test]
fn what_is_deleted_only_on_request() {
    let rows = |is_deleted: bool| {
        let place = |it: &'static str| if is_deleted { "" } else { it };
        vec![
            ("main.c", "int main;\n", "main.c"),
            ("main.c.bak", "int man;\n", place("main.c.bak")),
            ("src/a.go", "package a\n", "src/a.go"),
            ("src/a.go.orig", "package b\n", place("src/a.go.orig")),
            ("src/alone.bak", "words\n", "src/alone.bak"),
            ("README.md", "# It\n", "README.md"),
            ("README.md~", "# I\n", place("README.md~")),
            ("build.log", LOG, place("build.log")),
            ("src/build.log", LOG, "src/build.log"),
            ("notes.log", "Dear diary, all is well with me\n", "notes.log"),
            ("core.out", LOG, place("core.out")),
        ]
    };
    check(&[], &rows(false));
    check(&["--delete"], &rows(true));
}

#[test]
fn folders_are_taken_whole() {
    check(
        &["--force"],
        &[
            ("htmlcov/index.html", REPORT, "coverage/htmlcov/index.html"),
            ("htmlcov/a/style.css", "p {}\n", "coverage/htmlcov/a/style.css"),
            ("htmlcov/c.out", PROFILE, "coverage/htmlcov/c.out"),
            (
                "web/htmlcov/index.html",
                REPORT,
                "coverage/web/htmlcov/index.html",
            ),
        ],
    );
    // One of them is there with the same in it, one with other things.
    check(
        &["--force"],
        &[
            ("htmlcov/index.html", REPORT, ""),
            (
                "coverage/htmlcov/index.html",
                REPORT,
                "coverage/htmlcov/index.html",
            ),
            ("a/htmlcov/index.html", REPORT, "coverage/a/htmlcov-2/index.html"),
            (
                "coverage/a/htmlcov/index.html",
                "other\n",
                "coverage/a/htmlcov/index.html",
            ),
        ],
    );
}

const PYC: &[u8] = b"\xcb\x0d\x0d\x0a\0\0\0\0\0\0\0\0\0\0\0\0\xe3\0\0\0";

#[test]
fn dependencies_and_caches() {
    let repo = Repo::of(
        true,
        [
            ("node_modules/p/package.json", "{\"name\": \"p\"}\n"),
            ("node_modules/p/index.js", "x\n"),
            ("web/node_modules/.package-lock.json", "{}\n"),
        ],
    );
    repo.put_bytes(b"a/__pycache__/m.cpython-313.pyc", PYC)
        .put("venv/pyvenv.cfg", "home = /usr/bin\n");
    repo.cleaned(&[]).says(&[
        "node_modules/ is forgotten by git and stays on disk with `--delete`\n",
        "a/__pycache__/ is deleted with `--delete`\n",
        "venv/ should be ignored by git\n",
        ".gitignore lacks, and gets with `--ignore`\n",
        "  __pycache__/\n",
        "  /venv/\n",
        "  node_modules/\n",
    ]);
    let cleaned = repo.cleaned(&["--delete"]);
    assert!(cleaned.files.contains_key("node_modules/p/index.js"));
    assert!(!cleaned.files.contains_key("a/__pycache__/m.cpython-313.pyc"));
    assert_eq!(cleaned.picture.index, "", "git has forgotten all of it");
    let cleaned = repo.cleaned(&["--delete", "--ignore"]);
    assert_eq!(
        cleaned.picture.status,
        "D  node_modules/p/index.js\0D  node_modules/p/package.json\0D  web/node_modules/.package-lock.json\0?? .gitignore\0"
    );
}

#[test]
fn only_one_rule() {
    let files = [
        ("c.out", PROFILE),
        ("X_PLAN.md", PLAN),
        ("a.c", ""),
        ("a.c.bak", "x\n"),
    ];
    for (words, expected) in [
        (
            &["--only", "go-profiles"][..],
            &["X_PLAN.md", "a.c", "a.c.bak", "coverage/c.out"][..],
        ),
        (&["--only", "backups", "--delete"], &["X_PLAN.md", "a.c", "c.out"]),
        (
            &["--only", "go-profiles", "--only", "planning-documents"],
            &["a.c", "a.c.bak", "coverage/c.out", "docs/planning/X_PLAN.md"],
        ),
    ] {
        let cleaned = Repo::of(true, files).cleaned(words);
        let names: Vec<&String> = cleaned.files.keys().collect();
        assert_eq!(names, expected, "{words:?}");
    }
    let repo = Repo::of(false, files);
    let run = repo.clean(["--only", "go-profile", "--only", "nonsense"]).ends(2);
    assert!(
        run.stderr
            .contains("no rule `go-profile`; did you mean `go-profiles`?"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("no rule `nonsense`\n"), "{}", run.stderr);
    assert!(repo.has("c.out") && !repo.has(".xtask-clean"));
}

#[test]
fn ignore_lines_are_added_once_and_in_the_form_of_the_file() {
    let check = |before: Option<&str>, after: &str| {
        let repo = Repo::of(true, [("x/.DS_Store", "\0\0\0\u{1}Bud1\0\0")]);
        if let Some(before) = before {
            repo.put(".gitignore", before).commit();
        }
        let cleaned = repo.cleaned(&["--delete", "--ignore"]);
        assert_eq!(cleaned.files[".gitignore"], after);
        // When only the litter is back, there is nothing to add.
        repo.clean(["--delete", "--ignore"]).ends(0);
        repo.put("x/Thumbs.db", "no thumbs\n");
        repo.clean(["--delete", "--ignore"]).ends(0);
        assert_eq!(repo.text(".gitignore"), after);
    };
    check(None, ".DS_Store\n");
    check(Some("*.o"), "*.o\n.DS_Store\n");
    check(Some("*.o\r\n/bin\r\n"), "*.o\r\n/bin\r\n.DS_Store\r\n");
    check(Some("Thumbs.db\n.DS_Store\n"), "Thumbs.db\n.DS_Store\n");
}

#[test]
fn rules_of_the_settings() {
    let settings = "\
[clean]
off = [\"backups\"]
exclude = [\"keep/**\", \"C_PLAN.md\"]

[clean.rules.sketches]
reason = \"sketches are drawn elsewhere\"
names = [\"*.sketch\"]
place = \"everywhere\"
action = \"move\"
to = \"art/sketches\"

[clean.rules.go-profiles]
to = \"build/profiles\"
";
    check(
        &["--delete"],
        &[
            ("packaging/release.toml", settings, "packaging/release.toml"),
            ("a.sketch", "x\n", "art/sketches/a.sketch"),
            ("b/c.sketch", "x\n", "art/sketches/b/c.sketch"),
            ("keep/d.sketch", "x\n", "keep/d.sketch"),
            ("keep/e.out", PROFILE, "keep/e.out"),
            ("f.out", PROFILE, "build/profiles/f.out"),
            ("g.c", "x\n", "g.c"),
            ("g.c.bak", "x\n", "g.c.bak"),
            ("B_PLAN.md", PLAN, "docs/planning/B_PLAN.md"),
            ("C_PLAN.md", PLAN, "C_PLAN.md"),
        ],
    );
    let repo = Repo::of(true, [("packaging/release.toml", settings), ("a.sketch", "x\n")]);
    repo.cleaned(&["--only", "sketches"])
        .says(&["sketches: sketches are drawn elsewhere (1 file, 2 B)\n"]);
    let run = repo.clean(["--only", "backups"]).ends(2);
    assert!(run.stderr.contains("no rule `backups`"), "{}", run.stderr);
}

#[test]
fn settings_that_are_wrong_stop_everything_and_are_all_named() {
    let settings = "\
[clean]
off = [\"go-profile\"]
exclude = [\"**\"]

[clean.rules.mine]
names = [\"[\"]
content = [\"go-profil\"]
action = \"move\"
";
    let repo = Repo::of(true, [("packaging/release.toml", settings), ("c.out", PROFILE)]);
    let run = repo.clean([]).ends(1);
    for piece in [
        "did you mean `go-profiles`?",
        "`clean.exclude`",
        "`clean.rules.mine.names`",
        "did you mean `go-profile`?",
        "`clean.rules.mine.to`",
    ] {
        assert!(run.stderr.contains(piece), "no `{piece}` in {}", run.stderr);
    }
    assert!(repo.has("c.out"));
}

#[test]
fn names_that_people_and_tools_look_for_stay() {
    let mut rows = Vec::new();
    for name in [
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "LICENSE-MIT",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CODE_OF_CONDUCT.md",
        "ROADMAP.md",
        "ARCHITECTURE.md",
        "CLAUDE.md",
        "AGENTS.md",
        "RELEASE_NOTES.md",
        "requirements-report.txt",
        "CMakeLists.txt",
    ] {
        rows.push((name, PLAN, name));
    }
    rows.extend([
        ("DEPLOYMENT_GUIDE.md", PLAN, "docs/planning/DEPLOYMENT_GUIDE.md"),
        ("V1038_NOTES.md", PLAN, "docs/planning/V1038_NOTES.md"),
        ("RELEASE_PLAN.md", PLAN, "docs/planning/RELEASE_PLAN.md"),
        ("TEST_STATUS.md", PLAN, "docs/planning/TEST_STATUS.md"),
        ("CODE_AUDIT_2.md", PLAN, "docs/planning/CODE_AUDIT_2.md"),
        ("SHIP_CHECKLIST.md", PLAN, "docs/planning/SHIP_CHECKLIST.md"),
        ("docs/OLD_PLAN.md", PLAN, "docs/OLD_PLAN.md"),
    ]);
    check(&[], &rows);
}

#[test]
fn ignored_files_move_only_when_the_rule_says_so() {
    check_one(
        true,
        &["--delete"],
        &[
            (".gitignore", "*.out\n*.log\n/X_PLAN.md\n*.bak\n", ".gitignore"),
            ("c.out", PROFILE, "coverage/c.out"),
            ("a/b/c.out", PROFILE, "coverage/a/b/c.out"),
            ("l.out", LOG, "l.out"),
            ("x.log", LOG, "x.log"),
            ("X_PLAN.md", PLAN, "X_PLAN.md"),
            ("main.c", "x\n", "main.c"),
            ("main.c.bak", "x\n", "main.c.bak"),
        ],
    );
    // What is ignored as a whole is not entered.
    check_one(
        true,
        &[],
        &[
            (".gitignore", "/tmp\nhtmlcov/\n", ".gitignore"),
            ("tmp/c.out", PROFILE, "tmp/c.out"),
            ("htmlcov/index.html", REPORT, "coverage/htmlcov/index.html"),
        ],
    );
}

#[test]
fn folders_left_empty_go_and_others_stay() {
    let repo = Repo::of(
        true,
        [("a/b/c.out", PROFILE), ("d/e.out", PROFILE), ("d/f.c", "x\n")],
    );
    xtask::effect::files::create_dir(&repo.root.join("empty/of/old")).unwrap();
    let cleaned = repo.cleaned(&["--force"]);
    let has = |it: &str| cleaned.picture.things.contains_key(&it.into());
    assert!(!has("a") && has("d/f.c") && has("empty/of/old"));
    cleaned.says(&["root: 3 names before, 3 after\n  before:\n    a/      d/      empty/\n  after:\n"]);
}
