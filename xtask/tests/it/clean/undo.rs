//! Taking runs back, what stands in the way of that, and giving it up.

use xtask::effect::files;

use super::fixture::{PROFILE, Repo, says};

const PLAN: &str = "# Plan\n";

#[test]
fn nothing_to_take_back() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("a.c", "x\n")]);
        says(
            &repo.clean(["--undo"]).ends(1),
            &["error: there is no run to take back"],
        );
        says(
            &repo.clean(["--undo", "20200101T000000Z"]).ends(2),
            &["error: no run `20200101T000000Z`", "there is none"],
        );
        repo.clean(["--forget", "all"]).ends(0);
        says(
            &repo.clean(["--forget", "20200101T000000Z"]).ends(2),
            &["error: no run `20200101T000000Z`"],
        );
        assert!(!repo.has(".xtask-clean"));
        // A run that does nothing leaves nothing.
        repo.clean([]).ends(0);
        assert!(!repo.has(".xtask-clean"));
        says(&repo.clean(["--undo"]).ends(1), &["there is no run"]);
    }
}

#[test]
fn an_unknown_run_is_asked_back() {
    let repo = Repo::of(true, [("c.out", PROFILE)]);
    repo.clean([]).ends(0);
    let id = repo.store().journal(None).unwrap().id;
    let wrong = format!("{}X", &id[..id.len() - 1]);
    for words in [["--undo", &wrong], ["--forget", &wrong]] {
        let run = repo.clean(words).ends(2);
        says(
            &run,
            &[&format!(
                "error: no run `{wrong}`; did you mean `{id}`?\nhelp: the runs are {id}\n"
            )],
        );
    }
    assert!(repo.has("coverage/c.out"));
}

#[test]
fn a_moved_file_comes_back_with_what_was_written_into_it() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("A_PLAN.md", PLAN), ("c.out", PROFILE)]);
        repo.clean([]).ends(0);
        repo.put("docs/planning/A_PLAN.md", "# Better\n")
            .put("docs/planning/B.md", "x\n");
        repo.clean(["--undo"]).ends(0);
        assert_eq!(repo.text("A_PLAN.md"), "# Better\n");
        assert!(repo.has("docs/planning/B.md") && !repo.has("coverage"));
        if is_git {
            assert_eq!(repo.picture().status, " M A_PLAN.md\0?? docs/planning/B.md\0");
        }
    }
}

#[test]
fn what_stands_in_the_way_is_named_and_nothing_changes() {
    let files = [
        ("A_PLAN.md", PLAN),
        ("README.md", "[a](A_PLAN.md)\n"),
        ("c.out", PROFILE),
        ("d.out", "mode: count\n"),
        ("a.c", "x\n"),
        ("a.c.bak", "y\n"),
    ];
    for is_git in [true, false] {
        let repo = Repo::of(is_git, files);
        repo.clean(["--delete", "--ignore"]).ends(0);
        let readme = repo.text("README.md");
        repo.put("README.md", format!("{readme}more\n"))
            .put("c.out", "new\n")
            .put("a.c.bak", "new\n");
        files::remove(&repo.root.join("coverage/d.out")).unwrap();
        let before = repo.picture();
        for words in [&["--undo"][..], &["--undo", "--dry-run"]] {
            let refused = repo.clean(words.iter().copied()).ends(1);
            says(
                &refused,
                &[
                    "error: `README.md` was changed since: its old text cannot be put back\nhelp: save your change",
                    "error: `c.out` is in the way: something else has that name now\nhelp: move it, then run",
                    "error: `a.c.bak` is in the way",
                    "error: `coverage/d.out` is gone: it was moved or removed since",
                ],
            );
            assert_eq!(refused.stderr.matches("error:").count(), 4, "{}", refused.stderr);
            assert_eq!(repo.picture(), before);
        }
        // When all of it is settled, it goes on.
        repo.put("README.md", readme)
            .put("coverage/d.out", "mode: count\n");
        files::remove(&repo.root.join("c.out")).unwrap();
        files::remove(&repo.root.join("a.c.bak")).unwrap();
        repo.clean(["--undo"]).ends(0);
        let found = repo.picture().files();
        assert_eq!(found.len(), files.len());
        assert!(files.iter().all(|(path, text)| found[*path] == *text));
    }
}

#[test]
fn what_would_be_taken_back_is_told() {
    for is_git in [true, false] {
        let repo = Repo::of(
            is_git,
            [
                ("A_PLAN.md", PLAN),
                ("README.md", "A_PLAN.md\n"),
                ("a.c", ""),
                ("a.c.bak", "y\n"),
            ],
        );
        repo.clean(["--delete"]).ends(0);
        let before = repo.picture();
        let text = repo.clean(["--undo", "--dry-run"]).ends(0).text();
        let index = if is_git { "the index of git: 2 paths\n" } else { "" };
        assert_eq!(
            text,
            format!(
                "README.md gets its old text\n{index}a.c.bak comes back\ndocs/planning/A_PLAN.md -> A_PLAN.md\n"
            )
        );
        assert_eq!(repo.picture(), before);
        assert_eq!(repo.clean(["--undo"]).ends(0).text(), text);
    }
}

#[test]
fn two_runs_are_taken_back_in_either_order() {
    for (is_git, new, text) in [
        (true, "B_PLAN.md", PLAN),
        (false, "B_PLAN.md", PLAN),
        (true, "d.out", "mode: count\n"),
        (false, "d.out", "mode: count\n"),
    ] {
        for is_last_first in [true, false] {
            let repo = Repo::of(is_git, [("c.out", PROFILE), ("src/d.c", "x\n")]);
            let first = repo.picture();
            repo.clean([]).ends(0);
            let one = repo.store().journal(None).unwrap().id;
            repo.put(new, text);
            repo.clean([]).ends(0);
            let two = repo.store().journal(None).unwrap().id;
            assert!(one < two);
            let order = if is_last_first { [&two, &one] } else { [&one, &two] };
            for id in order {
                repo.clean(["--undo", id]).ends(0);
            }
            files::remove(&repo.root.join(new)).unwrap();
            assert_eq!(
                repo.picture(),
                first,
                "{new}, the last one first: {is_last_first}"
            );
        }
    }
}

#[test]
fn what_is_kept_can_be_given_up() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("a.c", "x\n"), ("a.c.bak", "y\n")]);
        repo.clean(["--delete"]).ends(0);
        let one = repo.store().journal(None).unwrap().id;
        repo.put("b.out", PROFILE);
        repo.clean([]).ends(0);
        let two = repo.store().journal(None).unwrap().id;
        let slots = repo.store().slots(&one);
        assert_eq!(files::read(&slots.join("0")).unwrap(), b"y\n");
        let told = repo.clean(["--forget", &one, "--dry-run"]).ends(0).text();
        assert!(slots.is_dir());
        assert_eq!(repo.clean(["--forget", &one]).ends(0).text(), told);
        assert!(!slots.exists());
        repo.clean(["--undo", &one]).ends(2);
        assert_eq!(
            repo.clean(["--forget", "all"]).ends(0).text(),
            format!("forgotten: the run {two}\n")
        );
        says(&repo.clean(["--undo"]).ends(1), &["there is no run to take back"]);
        assert!(repo.has("coverage/b.out") && !repo.has(".xtask-clean"));
    }
}
