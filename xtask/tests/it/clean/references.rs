//! Who names what moves: documents follow, everything else holds it where it is.

use xtask::clean::act::Disk;
use xtask::clean::plan::Wish;
use xtask::effect::files;

use super::fixture::{PROFILE, Repo, rules};
use super::meddler::Meddler;

/// Cleans one tree in which each row has a document of its own, for which `@` stands in the text; the document stays
/// where a row says in which line it is named, and moves where it does not.
#[track_caller]
fn check(rows: &[(&str, &str, Option<usize>)]) {
    let repo = Repo::git();
    let name = |number: usize| format!("N{number}_PLAN.md");
    for (number, (file, text, _)) in rows.iter().enumerate() {
        repo.put(&name(number), format!("# Plan {number}\n"));
        repo.put(file, text.replace('@', &name(number)));
    }
    repo.commit();
    let cleaned = repo.cleaned(&[]);
    for (number, (file, text, line)) in rows.iter().enumerate() {
        let name = name(number);
        let expected = match line {
            Some(line) => format!("  {name} stays: named by {file}:{line}; `--force` does it all the same"),
            None => format!("  {name} -> docs/planning/{name}"),
        };
        let found = cleaned
            .said
            .lines()
            .find(|it| it.starts_with(&format!("  {name} ")));
        assert_eq!(found, Some(&expected[..]), "{file}: {text}");
        let place = if line.is_some() {
            name
        } else {
            format!("docs/planning/{name}")
        };
        assert!(cleaned.files.contains_key(&place), "{place}");
    }
}

#[test]
fn what_programs_read_holds_a_file() {
    check(&[
        ("Makefile", "all:\n\techo\n\ndocs:\n\tpandoc @\n", Some(5)),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n    - run: cat @\n",
            Some(4),
        ),
        (".github/CODEOWNERS", "/@ someone\n", Some(1)),
        ("run.sh", "#!/bin/sh\ncat ./@ | wc\n", Some(2)),
        ("tools/run.sh", "cat ../@\n", Some(1)),
        ("tools/from-root.sh", "cat ./@\n", Some(1)),
        ("tools/root.sh", "cd ..\ncat @\n", Some(2)),
        ("tools/dir.sh", "cat \"$(dirname \"$0\")/../@\"\n", Some(1)),
        ("tools/var.sh", "cat \"${ROOT}/@\"\n", Some(1)),
        (
            "src/main.rs",
            "const A: &str = include_str!(\"../@\");\n",
            Some(1),
        ),
        ("src/joined.py", "open(\"@\")\n", Some(1)),
        ("package.json", "{\"files\": [\"@\"]}\n", Some(1)),
        ("Dockerfile", "FROM x\nCOPY @ /app/\n", Some(2)),
        ("mkdocs.yml", "nav:\n- Plan: @\n", Some(2)),
        ("Cargo.toml", "[package]\nreadme = \"@\"\n", Some(2)),
        ("tests/golden/a.md", "[plan](../../@)\n", Some(1)),
        ("requirements.txt", "-r @\n", Some(1)),
        ("build.bat", "echo off\r\ntype %~dp0@\r\n", Some(2)),
    ]);
}

#[test]
fn what_only_looks_like_a_name_holds_nothing() {
    check(&[
        ("a.sh", "cat /tmp/@\n", None),
        ("b.sh", "cat ~/@ $HOME/@ \"$TMPDIR/@\"\n", None),
        ("c.sh", "curl https://example.com/@\n", None),
        ("d.sh", "cat my@ @x @.html old-@ x@\n", None),
        ("e.sh", "cat other/@ other/more/@\n", None),
        ("f.bat", "type C:\\@\r\n", None),
        (".gitignore", "/@\n!/@\n", None),
        ("Cargo.lock", "# @\n", None),
        (
            "h.log",
            "2026-01-01T00:00:00Z INFO read @\n2026-01-01T00:00:00Z INFO read @\n",
            None,
        ),
    ]);
}

/// An answer of GitHub's API about jobs.
const JOBS: &str = r#"{"total_count": 1, "jobs": [{"id": 7, "run_id": 8, "node_id": "x",
 "url": "https://api.github.com/repos/a/b/actions/jobs/7", "html_url": "https://github.com/a/b/actions/runs/8/job/7",
 "status": "completed"}]}
"#;

#[test]
fn whole_paths_only() {
    let deleted = |script: &str| {
        let repo = Repo::of(true, [("jobs.json", JOBS), ("a.sh", script)]);
        let cleaned = repo.cleaned(&["--delete"]);
        !cleaned.files.contains_key("jobs.json")
    };
    assert!(deleted("echo\n"));
    assert!(deleted("gh api jobs > /tmp/jobs.json\njq . /tmp/jobs.json\n"));
    assert!(deleted("jq . myjobs.json jobs.json5 jobs.json.gz\n"));
    assert!(!deleted("jq . jobs.json\n"));
    assert!(!deleted("jq . \"$PWD/jobs.json\"\n"));
}

#[test]
fn force_moves_what_is_named() {
    let repo = Repo::of(
        true,
        [("A_PLAN.md", "# A\n"), ("Makefile", "a:\n\tcat A_PLAN.md\n")],
    );
    let cleaned = repo.cleaned(&["--force"]);
    assert!(cleaned.files.contains_key("docs/planning/A_PLAN.md"));
    assert_eq!(cleaned.files["Makefile"], "a:\n\tcat A_PLAN.md\n");
}

#[test]
fn many_places_are_counted() {
    let repo = Repo::of(
        true,
        [("A_PLAN.md", "# A\n"), ("a.sh", &"cat A_PLAN.md\n".repeat(7))],
    );
    repo.cleaned(&[])
        .says(&["A_PLAN.md stays: named by a.sh:1, a.sh:2, a.sh:3, a.sh:4 and 3 more; `--force`"]);
}

#[test]
fn a_profile_that_a_makefile_names_is_held() {
    let repo = Repo::of(
        true,
        [
            ("c.out", PROFILE),
            ("Makefile", "t:\n\tgo test -coverprofile=c.out\n"),
        ],
    );
    repo.cleaned(&[])
        .says(&["  c.out stays: named by Makefile:2; `--force` does it all the same\n"]);
}

#[test]
fn a_deletion_is_held_by_documents_too() {
    let repo = Repo::of(
        true,
        [
            ("a.c", "x\n"),
            ("a.c.bak", "y\n"),
            ("README.md", "One\n\nThe old one is [here](a.c.bak).\n"),
        ],
    );
    let cleaned = repo.cleaned(&["--delete"]);
    cleaned.says(&["a.c.bak stays: named by README.md:3; "]);
    assert!(cleaned.files.contains_key("a.c.bak"));
}

#[test]
fn what_goes_too_does_not_hold() {
    let files = [
        ("a.sh", "x\n"),
        ("a.sh.bak", "cat b.sh.bak\n"),
        ("b.sh", "x\n"),
        ("b.sh.bak", "y\n"),
    ];
    let repo = Repo::of(true, files);
    let cleaned = repo.cleaned(&["--delete"]);
    assert!(!cleaned.files.contains_key("a.sh.bak") && !cleaned.files.contains_key("b.sh.bak"));
    // Held itself, it holds the other.
    repo.put("run.sh", "sh a.sh.bak\n").commit();
    let cleaned = repo.cleaned(&["--delete"]);
    cleaned.says(&[
        "a.sh.bak stays: named by run.sh:1",
        "b.sh.bak stays: named by a.sh.bak:1",
    ]);
}

/// Cleans a tree of documents, and compares those that have other texts then.
#[track_caller]
fn check_texts(before: &[(&str, &str)], after: &[(&str, &str)]) {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, before.iter().copied());
        let cleaned = repo.cleaned(&[]);
        let files = cleaned.files.iter().map(|(path, text)| (&path[..], &text[..]));
        let changed: Vec<(&str, &str)> = files.filter(|it| !before.contains(it)).collect();
        assert_eq!(changed, after, "{}", cleaned.said);
    }
}

#[test]
fn links_of_other_documents_follow() {
    check_texts(
        &[
            ("A_PLAN.md", "# A\n"),
            (
                "README.md",
                "[a](A_PLAN.md) [b](./A_PLAN.md#top \"t\") ![c](<A_PLAN.md>) [d][d] `A_PLAN.md` MY_A_PLAN.md\n\
                 https://example.com/A_PLAN.md /tmp/A_PLAN.md\n\n[d]: A_PLAN.md\n",
            ),
            ("docs/guide.md", "[a](../A_PLAN.md) and ../A_PLAN.md\r\nmore\r\n"),
            ("docs/planning/old.md", "[a](../../A_PLAN.md)\n"),
            ("notes.txt", "see A_PLAN.md, then rest\n"),
            ("index.rst", "`plan <A_PLAN.md>`_\n"),
        ],
        &[
            (
                "README.md",
                "[a](docs/planning/A_PLAN.md) [b](./docs/planning/A_PLAN.md#top \"t\") ![c](<docs/planning/A_PLAN.md>) \
                 [d][d] `docs/planning/A_PLAN.md` MY_A_PLAN.md\n\
                 https://example.com/A_PLAN.md /tmp/A_PLAN.md\n\n[d]: docs/planning/A_PLAN.md\n",
            ),
            (
                "docs/guide.md",
                "[a](planning/A_PLAN.md) and ./planning/A_PLAN.md\r\nmore\r\n",
            ),
            ("docs/planning/A_PLAN.md", "# A\n"),
            ("docs/planning/old.md", "[a](A_PLAN.md)\n"),
            ("index.rst", "`plan <docs/planning/A_PLAN.md>`_\n"),
            ("notes.txt", "see docs/planning/A_PLAN.md, then rest\n"),
        ],
    );
}

#[test]
fn links_of_the_moved_document_lead_where_they_led() {
    check_texts(
        &[
            (
                "A_PLAN.md",
                "# A\n\n[r](README.md) [s](src/a.c#L3) [w](https://example.com/README.md) [t](#a) [n](none.md)\n\
                 ![p](docs/p.png) [old](docs/planning/old.md)\n",
            ),
            ("README.md", "# It\n"),
            ("src/a.c", "x\n"),
            ("docs/p.png", "\u{1}\n"),
            ("docs/planning/old.md", "old\n"),
        ],
        &[(
            "docs/planning/A_PLAN.md",
            "# A\n\n[r](../../README.md) [s](../../src/a.c#L3) [w](https://example.com/README.md) [t](#a) [n](none.md)\n\
             ![p](../p.png) [old](old.md)\n",
        )],
    );
}

#[test]
fn moved_documents_that_name_each_other() {
    check_texts(
        &[
            (
                "A_PLAN.md",
                "# A\n\n[b](B_STATUS.md), B_STATUS.md, [a](A_PLAN.md)\n",
            ),
            ("B_STATUS.md", "# B\n\n[a](./A_PLAN.md) and `A_PLAN.md`\n"),
            ("README.md", "A_PLAN.md B_STATUS.md\n"),
        ],
        &[
            ("README.md", "docs/planning/A_PLAN.md docs/planning/B_STATUS.md\n"),
            (
                "docs/planning/A_PLAN.md",
                "# A\n\n[b](B_STATUS.md), B_STATUS.md, [a](A_PLAN.md)\n",
            ),
            (
                "docs/planning/B_STATUS.md",
                "# B\n\n[a](./A_PLAN.md) and `A_PLAN.md`\n",
            ),
        ],
    );
}

#[test]
fn a_dropped_duplicate_is_followed_too() {
    check_texts(
        &[
            ("A_PLAN.md", "# A\n"),
            ("docs/planning/A_PLAN.md", "# A\n"),
            ("README.md", "[a](A_PLAN.md)\n"),
        ],
        &[("README.md", "[a](docs/planning/A_PLAN.md)\n")],
    );
}

#[test]
fn a_suffixed_name_is_followed_too() {
    check_texts(
        &[
            ("A_PLAN.md", "# A\n"),
            ("docs/planning/A_PLAN.md", "# Another\n"),
            ("README.md", "[a](A_PLAN.md) [b](docs/planning/A_PLAN.md)\n"),
        ],
        &[
            (
                "README.md",
                "[a](docs/planning/A_PLAN-2.md) [b](docs/planning/A_PLAN.md)\n",
            ),
            ("docs/planning/A_PLAN-2.md", "# A\n"),
        ],
    );
}

#[test]
fn an_excluded_document_is_not_rewritten_so_it_holds() {
    let settings = "[clean]\nexclude = [\"README.md\"]\n";
    let repo = Repo::of(
        true,
        [
            ("packaging/release.toml", settings),
            ("A_PLAN.md", "# A\n"),
            ("README.md", "[a](A_PLAN.md)\n"),
        ],
    );
    repo.cleaned(&[])
        .says(&["A_PLAN.md stays: named by README.md:1; "]);
}

#[test]
fn modes_of_rewritten_documents_are_kept_and_the_change_is_not_staged() {
    let repo = Repo::of(true, [("A_PLAN.md", "# A\n"), ("README.md", "[a](A_PLAN.md)\n")]);
    files::set_mode(&repo.root.join("README.md"), 0o755).unwrap();
    repo.commit();
    let cleaned = repo.cleaned(&[]);
    assert_eq!(
        cleaned.picture.status,
        " M README.md\0R  docs/planning/A_PLAN.md\0A_PLAN.md\0"
    );
    #[cfg(unix)]
    assert_eq!(cleaned.picture.things[&"README.md".into()].0, "File 755");
    cleaned.says(&["links and paths follow in 1 document\n  README.md (1 line)\n"]);
}

#[test]
fn a_document_that_changes_meanwhile_keeps_its_change() {
    let files = [
        ("A_PLAN.md", "# A\n\n[r](README.md)\n"),
        ("README.md", "[a](A_PLAN.md)\n"),
    ];
    for (changed, left, why) in [
        ("README.md", "README.md", "`README.md` changed meanwhile"),
        (
            "A_PLAN.md",
            "docs/planning/A_PLAN.md",
            "`docs/planning/A_PLAN.md` changed meanwhile",
        ),
    ] {
        let repo = Repo::of(true, files);
        let file = repo.root.join(changed);
        let mut meddler = Meddler::new(|| files::write_unsynced(&file, b"mine\n").unwrap());
        let journal = repo.apply(&rules(""), &Wish::default(), &mut meddler).unwrap();
        let said: Vec<&str> = journal.skipped.iter().map(|it| &it.why[..]).collect();
        assert_eq!(said, [why]);
        assert_eq!(repo.text(left), "mine\n");
        repo.undo(&mut Disk);
        assert_eq!(repo.text(changed), "mine\n");
        let other = files.iter().find(|it| it.0 != changed).unwrap();
        assert_eq!(repo.text(other.0), other.1);
    }
}
