//! What refers to a file and what does not, as lists.

mod disk;

use super::*;

/// The files of the tree that most cases are about.
const TREE: &[&str] = &[
    "jobs.json",
    "core/lib.rs",
    "log",
    "my file.md",
    "A_PLAN.md",
    "src/main.rs",
    "src/jobs.json",
    "src/deep/x.rs",
    "docs/guide.md",
    "docs/my notes/b.md",
    "scripts/run.sh",
    "out/report/r.html",
    ".cache/x",
];

fn exists(path: &TreePath) -> bool {
    TREE.iter()
        .map(|it| TreePath::from(*it))
        .any(|it| it == *path || it.is_below(path))
}

/// The lines of a file that refer to a target; a folder's path ends with `/` here.
fn lines(file: &str, text: &[u8], target: &str) -> Vec<usize> {
    let sought = Sought::new(vec![Target {
        path: TreePath::from(target.trim_end_matches('/')),
        is_folder: target.ends_with('/'),
    }]);
    let format = format_of(file.as_bytes()).unwrap();
    let found = sought.in_text(&TreePath::from(file), format, text, &exists);
    found.iter().map(|it| it.line).collect()
}

#[track_caller]
fn check_all(is_reference: bool, file: &str, target: &str, cases: &[&str]) {
    for text in cases {
        let expected: &[usize] = if is_reference { &[1] } else { &[] };
        assert_eq!(
            lines(file, text.as_bytes(), target),
            expected,
            "`{target}` in {file}: {text}"
        );
    }
}

#[test]
fn paths_of_a_file_in_the_root() {
    let cases = [
        "jobs.json",
        "./jobs.json",
        "cat jobs.json.",
        "cat jobs.json...",
        "open(\"jobs.json\")",
        "jobs.json:12: wrong",
        "go test -coverprofile=jobs.json ./...",
        "-f jobs.json",
        "see (jobs.json)",
        "a=jobs.json;",
        "jobs.json#L3",
        "jobs.json?raw=1",
        "['a','jobs.json']",
        "$(ROOT)/jobs.json",
        "${ROOT}/jobs.json",
        "$ROOT/jobs.json",
        "{{ root }}/jobs.json",
        "${{ github.workspace }}/jobs.json",
        "%ROOT%\\jobs.json",
        "file:jobs.json",
        "${FILE:-jobs.json}",
        "gcc -fjobs.json",
        "cmd.exe %~dp0jobs.json",
        "x = \"a\\njobs.json\"",
        "HEAD:jobs.json",
        "/jobs.json @owner",
        "a/../jobs.json",
        "curl -d @jobs.json",
        "printf \"jobs.json\\n\"",
        "\"cat \\\"jobs.json\\\"\"",
        "jobs.json\\",
        "<jobs.json",
        "jobs.json|x",
        "jobs.json's",
        "| jobs.json |",
        "«jobs.json»",
        "\u{feff}jobs.json",
    ];
    check_all(true, "Makefile", "jobs.json", &cases);
    check_all(
        true,
        "scripts/run.sh",
        "jobs.json",
        &["../jobs.json", "jobs.json"],
    );
    check_all(true, "src/deep/x.rs", "jobs.json", &["../../jobs.json"]);
}

#[test]
fn other_paths() {
    let cases = [
        "/tmp/jobs.json",
        "jobs.json.bak",
        "jobs.jsonl",
        "my-jobs.json",
        "my_jobs.json",
        "xjobs.json",
        "jobs.json-old",
        "jobs.json~",
        "jobs.json/",
        "src/jobs.json",
        "other/jobs.json",
        "../jobs.json",
        "~/jobs.json",
        "$HOME/jobs.json",
        "%TEMP%\\jobs.json",
        "https://a.example/jobs.json",
        "https://a.example/me/it/blob/main/jobs.json",
        "file:///jobs.json",
        "C:\\jobs.json",
        "dist/${X}/jobs.json",
        "Jobs.json",
        "ajobs.json",
        "..jobs.json",
        "x-ajobs.json",
        "jobs.json@2",
        "jobs.json+1",
        "üjobs.json",
        "jobs.jsonü",
        "a.html#jobs.json",
    ];
    check_all(false, "Makefile", "jobs.json", &cases);
    // There is a nearer one.
    check_all(false, "src/main.rs", "jobs.json", &["jobs.json", "./jobs.json"]);
    check_all(
        false,
        "src/deep/x.rs",
        "jobs.json",
        &["../jobs.json", "jobs.json"],
    );
}

#[test]
fn a_file_below_the_root() {
    check_all(
        true,
        "Makefile",
        "src/jobs.json",
        &[
            "src/jobs.json",
            "src\\jobs.json",
            "src\\\\jobs.json",
            "./src/./jobs.json",
            "docs/../src/jobs.json",
            "/src/jobs.json",
            "$X/src/jobs.json",
        ],
    );
    check_all(
        true,
        "src/main.rs",
        "src/jobs.json",
        &["jobs.json", "src/jobs.json", "$X/jobs.json"],
    );
    check_all(true, "src/deep/x.rs", "src/jobs.json", &["../jobs.json"]);
    check_all(
        false,
        "Makefile",
        "src/jobs.json",
        &["jobs.json", "/jobs.json", "src.jobs.json"],
    );
}

#[test]
fn folders() {
    check_all(
        true,
        "Makefile",
        "out/report/",
        &[
            "out/report",
            "out/report/",
            "out/report/r.html",
            "out/report/new.html",
            "rm -rf out/report/*",
            "$X/out/report/$Y",
            "out\\report\\r.html",
        ],
    );
    check_all(
        true,
        "Makefile",
        "out/",
        &["out/", "\"out\"", "out/report/r.html"],
    );
    check_all(
        false,
        "Makefile",
        "out/report/",
        &[
            "out",
            "report/r.html",
            "out/reports",
            "out/report.html",
            "\"report\"",
        ],
    );
    check_all(false, "Makefile", "out/", &["x/out/", "out = 1", "in/out"]);
}

#[test]
fn words() {
    check_all(
        true,
        "src/main.rs",
        "log",
        &["\"log\"", "./../log", "`log`", "$X/log", "/log"],
    );
    check_all(
        false,
        "src/main.rs",
        "log",
        &[
            "log",
            "log::info!()",
            "the log.",
            "console.log(x)",
            "log/",
            "(log)",
        ],
    );
    check_all(
        true,
        "Makefile",
        "core/",
        &["./core", "cd core/", "core/lib.rs", "'core'"],
    );
    check_all(false, "Makefile", "core/", &["core", "use core::fmt", "bin/core"]);
    check_all(true, "README.md", "core/", &["[x](core)", "[x]: core"]);
    check_all(true, "Makefile", ".cache/", &["rm -r .cache", ".cache/y"]);
    check_all(false, "Makefile", ".cache/", &["x.cache", "  .cache()"]);
}

#[test]
fn odd_names() {
    check_all(
        true,
        "README.md",
        "my file.md",
        &[
            "[x](my%20file.md)",
            "[x](<my file.md>)",
            "see my file.md.",
            "my%20file.md",
        ],
    );
    check_all(
        true,
        "Makefile",
        "my file.md",
        &["cat 'my file.md'", "x/../my file.md"],
    );
    check_all(false, "Makefile", "my file.md", &["my%20file.md", "file.md"]);
    check_all(
        true,
        "README.md",
        "A_PLAN.md",
        &["A\\_PLAN.md", "_see A_PLAN.md_", "~~A_PLAN.md~~"],
    );
    check_all(
        true,
        "Makefile",
        "docs/my notes/b.md",
        &["cat \"docs/my notes/b.md\"", "\"$X/docs/my notes/b.md\""],
    );
    check_all(
        false,
        "Makefile",
        "docs/my notes/b.md",
        &["notes/b.md", "/opt/docs/my notes/b.md"],
    );
    check_all(
        true,
        "README.md",
        "docs/my notes/b.md",
        &["[x](docs/my%20notes/b.md#y)"],
    );
}

#[test]
fn bytes_that_are_no_text() {
    let target = TreePath::new(*b"caf\xe9.md");
    let sought = Sought::new(vec![Target {
        path: target,
        is_folder: false,
    }]);
    let is_there = |it: &TreePath| it.bytes() == b"caf\xe9.md";
    for (text, count) in [
        (&b"\xff caf\xe9.md \xfe"[..], 1),
        (b"\xffcaf\xe9.md", 0),
        (b"[x](caf%E9.md)", 1),
    ] {
        let found = sought.in_text(&TreePath::from("a.md"), Format::Markdown, text, &is_there);
        assert_eq!(found.len(), count, "{text:?}");
    }
}

#[test]
fn lines_are_counted() {
    assert_eq!(
        lines(
            "Makefile",
            b"\n\njobs.json jobs.json\r\n\r\n./jobs.json",
            "jobs.json"
        ),
        [3, 3, 5]
    );
    assert!(lines("jobs.json", b"jobs.json", "jobs.json").is_empty());
}

/// What may stand at one side of a name.
const SIDES: &[&str] = &[
    "", " ", "\n", "\"", "'", "`", "/", "./", "../", "src/", "\\", "\\\\", "\\n", "\\t", ".", "..", "-",
    "-I", "-f", ":-", ":+", ":", "@", "~", "~/", "~~", "_", "__", "%", "%~dp0", "%20", "$", "${X}", "$X/",
    "%X%\\", "#", "](", "](<", ")", ">", "<", "[a]: ", "x", "7", "é", "“", "\u{feff}", "*", "=", ",", "|",
    "://a/", "(",
];

#[test]
fn the_quick_look_at_a_name_overlooks_no_reference() {
    let mut found = 0;
    for name in ["jobs.json", "log", "core", "my file.md", "my%20file.md", ".cache"] {
        let sought = Sought::new(
            ["jobs.json", "log", "core", "my file.md", ".cache"]
                .map(|path| Target {
                    path: TreePath::from(path),
                    is_folder: matches!(path, "core" | ".cache"),
                })
                .to_vec(),
        );
        for (before, after) in SIDES.iter().flat_map(|a| SIDES.iter().map(move |b| (a, b))) {
            let text = format!("a {before}{name}{after}");
            let text = text.as_bytes();
            for format in [Format::Code, Format::Markdown] {
                let folder = TreePath::default();
                let leads = |it: &Mention| {
                    let all = meanings(&it.readings, &folder, &exists);
                    let mut all = all
                        .iter()
                        .map(|it| sought.owners.of(&it.path, it.reading.is_folder));
                    all.any(|it| !it.is_empty())
                };
                let mut slow = mention::around(text, format, sought.needles.hits(text));
                let mut quick = mentions(text, format, &sought.needles);
                slow.retain(leads);
                quick.retain(leads);
                assert_eq!(slow, quick, "{format:?}: {}", String::from_utf8_lossy(text));
                found += slow.len();
            }
        }
    }
    assert!(found > 3000, "only {found} references");
}
