//! The command itself: exit codes, documents, locks, unfinished runs, what is taken back, and secrets.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use xtask::clean::plan::Wish;
use xtask::effect::files;

use crate::support::{Run, clean, run, xtask};

use super::fixture::{PROFILE, Repo, rules};
use super::meddler::Meddler;

const PLAN: &str = "# Plan\n";

#[track_caller]
fn says(run: &Run, pieces: &[&str]) {
    for piece in pieces {
        assert!(run.stderr.contains(piece), "no `{piece}` in:\n{}", run.stderr);
    }
}

#[test]
fn check_fails_for_what_there_is_to_do() {
    let check = |files: &[(&str, &str)], code: i32, pieces: &[&str]| {
        for is_git in [true, false] {
            let repo = Repo::of(is_git, files.iter().copied());
            let before = repo.picture();
            let run = repo.clean(["--check"]).ends(code);
            says(&run, pieces);
            assert_eq!(repo.picture(), before);
            assert!(!repo.has(".xtask-clean"));
        }
    };
    check(
        &[("src/main.c", "x\n")],
        0,
        &["nothing lies where it does not belong"],
    );
    check(
        &[("c.out", PROFILE)],
        1,
        &[
            "error: `c.out`: a cover profile is the output of one test run (go-profiles)\nhelp: run `cargo xtask clean-repo`\n",
        ],
    );
    check(
        &[("a.c", "x\n"), ("a.c.bak", "y\n"), ("A_PLAN.md", PLAN)],
        1,
        &[
            "error: `a.c.bak`: ",
            "help: run `cargo xtask clean-repo --delete`\n",
            "error: `A_PLAN.md`: ",
        ],
    );
    check(
        &[("A_PLAN.md", PLAN), ("a.sh", "cat A_PLAN.md\n")],
        1,
        &["error: `A_PLAN.md` is litter (planning-documents) and stays: named by a.sh:1; "],
    );
    // What only has the name of litter is reported, and nothing to fail for.
    check(&[("x.out", "words\n")], 0, &[]);
}

#[test]
fn check_annotates_in_github_actions() {
    let repo = Repo::of(
        true,
        [("c.out", PROFILE), ("a,b.out", PROFILE), ("src/a.c", "x\n")],
    );
    let at_github = |checkout: &std::path::Path| {
        let program = clean(env!("CARGO_BIN_EXE_xtask"), &repo.root.join("src"));
        let program = program
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", checkout);
        run(&program.args(["clean-repo", "--check"])).ends(1)
    };
    says(
        &at_github(&repo.root),
        &[
            "::error file=c.out::`c.out`: a cover profile",
            "::error file=a%2Cb.out::",
        ],
    );
    says(
        &at_github(repo.root.parent().unwrap()),
        &["::error file=tree/c.out::`c.out`: a cover profile"],
    );
}

/// The items of a plan by their paths, without what `check` of the document itself looks at.
fn items(document: &Value) -> BTreeMap<String, Value> {
    let rules = document["rules"].as_array().unwrap();
    let items = rules.iter().flat_map(|it| it["items"].as_array().unwrap());
    items
        .map(|it| (it["path"].as_str().unwrap().to_owned(), it.clone()))
        .collect()
}

#[test]
fn the_plan_as_a_document() {
    let repo = Repo::of(
        true,
        [
            (".gitignore", "/ignored.out\n"),
            ("ignored.out", PROFILE),
            ("c.out", PROFILE),
            ("twin.out", PROFILE),
            ("coverage/twin.out", PROFILE),
            ("full.out", PROFILE),
            ("coverage/full.out", ""),
            ("x.out", "words\n"),
            ("a.c", "x\n"),
            ("a.c.bak", "y\n"),
            ("A_PLAN.md", PLAN),
            ("B_PLAN.md", PLAN),
            ("run.sh", "cat B_PLAN.md\n"),
            ("README.md", "[a](A_PLAN.md)\n"),
            ("node_modules/p/package.json", "{\"name\": \"p\"}\n"),
        ],
    );
    repo.put("tab\t.out", PROFILE);
    let dry = repo.clean(["--dry-run", "--json"]).ends(0).json();
    let item = |extra: Value| {
        let mut it =
            json!({ "kind": "file", "standing": "tracked", "files": 1, "size_bytes": PROFILE.len() });
        it.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        it
    };
    let stays = "its content is not what its name says";
    let expected = [
        item(json!({"path": "c.out", "verdict": "move", "to": "coverage/c.out", "performed": false})),
        item(
            json!({"path": "ignored.out", "standing": "ignored", "verdict": "move", "to": "coverage/ignored.out",
            "performed": false}),
        ),
        item(
            json!({"path": "tab\\t.out", "path_encoded": "tab%09.out", "standing": "untracked", "verdict": "move",
            "to": "coverage/tab\\t.out", "performed": false}),
        ),
        item(
            json!({"path": "twin.out", "verdict": "duplicate", "same_as": "coverage/twin.out", "performed": false}),
        ),
        item(
            json!({"path": "full.out", "verdict": "move", "to": "coverage/full.out",
            "aside": "coverage/full-2.out", "performed": false}),
        ),
        item(
            json!({"path": "x.out", "size_bytes": 6, "verdict": "unrecognised", "why": stays, "performed": false}),
        ),
        item(json!({"path": "a.c.bak", "size_bytes": 2, "verdict": "delete", "performed": false})),
        item(
            json!({"path": "A_PLAN.md", "size_bytes": PLAN.len(), "verdict": "move",
            "to": "docs/planning/A_PLAN.md", "performed": false}),
        ),
        item(
            json!({"path": "B_PLAN.md", "size_bytes": PLAN.len(), "verdict": "referenced", "performed": false,
            "why": "named by run.sh:1; `--force` does it all the same",
            "references": [{"path": "run.sh", "line": 1}]}),
        ),
        item(
            json!({"path": "node_modules", "kind": "folder", "size_bytes": 14, "verdict": "untrack",
            "performed": false}),
        ),
    ];
    let found = items(&dry);
    for it in &expected {
        assert_eq!(Some(it), found.get(it["path"].as_str().unwrap()), "{it}");
    }
    assert_eq!(found.len(), expected.len());
    for (key, value) in [
        ("schema", json!(1)),
        ("root", json!(repo.root.to_str())),
        ("git", json!(true)),
        ("run", Value::Null),
        ("rewrites", json!([{"path": "README.md", "lines": 1}])),
        ("secrets", json!([])),
        ("unsearched", json!([])),
        ("warnings", json!([])),
        ("skipped", json!([])),
    ] {
        assert_eq!(dry[key], value, "{key}");
    }
    let names = |key: &str| {
        dry[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_str().unwrap())
            .collect::<Vec<_>>()
    };
    assert!(names("gitignore").contains(&"node_modules/"));
    assert!(names("root_before").contains(&"c.out") && !names("root_after").contains(&"c.out"));
    assert!(names("root_after").contains(&"docs/"));
    // The real run says the same, with its name.
    let mut real = repo.clean(["--json"]).ends(0).json();
    let id = repo.store().journal(None).unwrap().id;
    assert_eq!(real["run"], json!(id));
    real["run"] = Value::Null;
    for item in real["rules"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .flat_map(|it| it["items"].as_array_mut().unwrap())
    {
        let is_done = matches!(item["verdict"].as_str(), Some("move" | "duplicate"));
        assert_eq!(item["performed"], json!(is_done), "{item}");
        item["performed"] = json!(false);
    }
    assert_eq!(real, dry);
    let back = repo.clean(["--undo", "--json"]).ends(0).json();
    assert_eq!((&back["schema"], &back["run"]), (&json!(1), &json!(id)));
    assert!(
        back["steps"]
            .as_array()
            .unwrap()
            .contains(&json!("coverage/c.out -> c.out"))
    );
}

#[test]
fn rules_are_explained() {
    let settings =
        "[clean.rules.mine]\nnames = [\"*.x\"]\naction = \"report\"\n[clean.rules.lcov]\nto = \"cov\"\n";
    let repo = Repo::of(false, [("packaging/release.toml", settings)]);
    let text = repo.clean(["--rules"]).ends(0).text();
    for piece in [
        "mine: the settings say so\n  does      report\n  names     files everywhere: *.x\n  content   any: the name decides\n  \
         from      packaging/release.toml\n",
        "go-profiles: a cover profile is the output of one test run\n  does      move to coverage/\n  names     files \
         in the root, and below it what git does not track, ignored ones too: *.out ",
        "  content   go-profile: `mode: set`",
        "  from      shipped with the toolkit\n",
        "  from      shipped, changed in packaging/release.toml\n",
    ] {
        assert!(text.contains(piece), "no `{piece}` in:\n{text}");
    }
    let one = repo.clean(["--rules", "--only", "lcov"]).ends(0).text();
    assert!(one.starts_with("lcov: ") && !one.contains("go-profiles"), "{one}");
    repo.clean(["--rules", "--only", "lcof"]).ends(2);
    let document = repo.clean(["--rules", "--json"]).ends(0).json();
    assert_eq!(document["schema"], 1);
    let rules = document["rules"].as_array().unwrap();
    assert_eq!(
        rules[0],
        json!({"name": "mine", "reason": "the settings say so", "names": ["*.x"], "except": [], "kind": "file",
            "place": "everywhere", "content": [], "ignored": false, "remade": false, "action": "report",
            "gitignore": [], "origin": "settings"})
    );
    let lcov = rules.iter().find(|it| it["name"] == "lcov").unwrap();
    assert_eq!((&lcov["to"], &lcov["origin"]), (&json!("cov"), &json!("changed")));
    assert!(
        rules
            .iter()
            .filter(|it| it["action"] == "move")
            .all(|it| it["to"].is_string())
    );
    assert!(!repo.has(".xtask-clean"));
}

#[test]
fn a_second_run_at_the_same_time_is_kept_away() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("c.out", PROFILE)]);
        let lock = repo.store().lock().unwrap();
        for words in [&[][..], &["--undo"], &["--forget", "all"]] {
            let kept = repo.clean(words.iter().copied()).ends(1);
            says(
                &kept,
                &[
                    "error: another `cargo xtask clean-repo` works on this tree\nhelp: wait until it has ended",
                ],
            );
            assert!(repo.has("c.out"));
        }
        // Who only looks does not have to wait.
        repo.clean(["--dry-run"]).ends(0);
        repo.clean(["--check"]).ends(1);
        repo.clean(["--rules"]).ends(0);
        drop(lock);
        repo.clean([]).ends(0);
        assert!(repo.has("coverage/c.out"));
    }
}

/// A tree in which a run was killed after its journal stood and its first folder was made.
fn cut(is_git: bool) -> Repo {
    let repo = Repo::of(
        is_git,
        [
            ("c.out", PROFILE),
            ("A_PLAN.md", PLAN),
            ("README.md", "A_PLAN.md\n"),
        ],
    );
    let mut disk = Meddler::new(|| std::panic::resume_unwind(Box::new(())));
    let work = || repo.apply(&rules(""), &Wish::default(), &mut disk);
    assert!(catch_unwind(AssertUnwindSafe(work)).is_err());
    repo
}

#[test]
fn an_unfinished_run_is_seen_and_completed() {
    for is_git in [true, false] {
        let repo = cut(is_git);
        let before = repo.picture();
        let id = repo.store().unfinished().unwrap().unwrap().id;
        let what = format!("the run {id} was cut off half way");
        says(&repo.clean(["--dry-run"]).ends(0), &[&format!("warning: {what}")]);
        says(
            &repo.clean(["--check"]).ends(1),
            &[&format!(
                "error: {what}\nhelp: run `cargo xtask clean-repo` to complete it, or "
            )],
        );
        says(
            &repo.clean(["--forget", "all"]).ends(1),
            &[&format!("error: the run {id} is not at its end")],
        );
        assert_eq!(repo.picture(), before);
        let done = repo.clean([]).ends(0);
        says(&done, &[&format!("Completing the run {id}, which was cut off")]);
        assert!(repo.has("coverage/c.out") && repo.has("docs/planning/A_PLAN.md"));
        assert_eq!(repo.text("README.md"), "docs/planning/A_PLAN.md\n");
        repo.clean(["--undo", &id]).ends(0);
        assert_eq!(repo.picture().files(), before.files());
    }
}

#[test]
fn an_unfinished_run_is_taken_back() {
    for is_git in [true, false] {
        let repo = cut(is_git);
        repo.clean(["--undo"]).ends(0);
        assert_eq!(repo.picture().files().len(), 3);
        assert_eq!(
            repo.clean(["--dry-run"])
                .ends(0)
                .stderr
                .matches("warning")
                .count(),
            0
        );
        assert!(!repo.has("coverage") && !repo.has(".xtask-clean"));
    }
}

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

/// Letters and digits that look random, of which no part stands in this file.
fn letters(seed: u64, count: usize) -> String {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(state >> 33).unwrap() % 62;
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[at])
    };
    (0..count).map(|_| next()).collect()
}

/// `text` in base64, without the `=` at its end.
fn base64(text: &str) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = text
        .bytes()
        .flat_map(|it| (0..8).rev().map(move |at| it >> at & 1))
        .collect();
    let number = |it: &[u8]| {
        it.iter()
            .chain(&[0; 6])
            .take(6)
            .fold(0, |all, bit| all * 2 + usize::from(*bit))
    };
    bits.chunks(6).map(|it| char::from(digits[number(it)])).collect()
}

#[test]
fn secrets_are_named_and_neither_shown_nor_kept() {
    let (token, password, body) = (
        format!("gh{}_{}", 'p', letters(1, 36)),
        letters(2, 24),
        letters(3, 64),
    );
    let rows: String = (0..8).map(|it| letters(10 + it, 64) + "\n").collect();
    let (begin, end) = (
        ["-----BEGIN", "PRIVATE KEY-----"].join(" "),
        ["-----END", "PRIVATE KEY-----"].join(" "),
    );
    let pem = format!("{begin}\n{body}\n{rows}{end}\n");
    let encoded = base64(&pem);
    let repo = Repo::git();
    repo.put("A_PLAN.md", format!("# Plan\n\nlog in with {token}\n"))
        .put("B_PLAN.md", PLAN)
        .put("a.c", "x\n")
        .put("a.c.bak", format!("// {token}\n"))
        .put("deploy/.env", format!("DB_PASSWORD={password}\n"))
        .put("deploy/server.pem", &pem)
        .put("key.txt", format!("KEY={encoded}\n"))
        .put("sub/notes.md", "none here\n")
        .put("hidden/.env", format!("DB_PASSWORD={password}\n"))
        .put(".gitignore", "/hidden/\n")
        .commit();
    let secrets = [&token, &password, &body, &encoded[40..100].to_owned()];
    let kinds = [
        ("A_PLAN.md", "token of GitHub"),
        ("a.c.bak", "token of GitHub"),
        ("deploy/.env", "values in an environment file"),
        ("deploy/server.pem", "private key (PEM)"),
        ("key.txt", "private key (base64 of PEM)"),
    ];
    for words in [
        &["--dry-run", "--delete"][..],
        &["--check"],
        &["--dry-run", "--json"],
        &["--delete", "--verbose"],
        &["--delete", "--json"],
    ] {
        let run = repo.clean(words.iter().copied()).ends(1);
        let all = format!("{}{}", run.text(), run.stderr);
        assert!(
            secrets.iter().all(|it| !all.contains(&it[..])),
            "{words:?}: {all}"
        );
        for (path, kind) in kinds {
            let error =
                format!("error: `{path}` holds a secret ({kind})\nhelp: revoke it and make a new one");
            says(&run, &[&error]);
        }
        assert_eq!(
            run.stderr.matches("holds a secret").count(),
            kinds.len(),
            "{}",
            run.stderr
        );
        if words.contains(&"--json") {
            let told: Vec<Value> = kinds
                .iter()
                .map(|(path, kind)| json!({"path": path, "kinds": [kind]}))
                .collect();
            assert_eq!(run.json()["secrets"], Value::from(told));
            assert_eq!(items(&run.json())["A_PLAN.md"]["verdict"], "secret");
        } else if !words.contains(&"--check") {
            assert!(
                run.text()
                    .contains("  A_PLAN.md stays: it holds a secret (token of GitHub)\n"),
                "{}",
                run.text()
            );
        }
    }
    // The others went on, and nothing of the store has seen a secret.
    assert!(repo.has("docs/planning/B_PLAN.md") && repo.has("A_PLAN.md") && repo.has("a.c.bak"));
    let store = repo.store();
    let slots = store.slots(&store.journal(None).unwrap().id);
    for file in files::list(&slots).unwrap() {
        let text = String::from_utf8_lossy(&files::read(&file).unwrap()).into_owned();
        assert!(
            secrets.iter().all(|it| !text.contains(&it[..])),
            "{}",
            file.display()
        );
    }
    let settings = "[clean]\nexclude = [\"deploy/**\", \"key.txt\", \"*_PLAN.md\", \"*.bak\"]\n";
    repo.put("packaging/release.toml", settings);
    repo.clean([]).ends(0);
}

#[test]
fn wrong_words() {
    let repo = Repo::of(false, [("c.out", PROFILE)]);
    for words in [
        &["--check", "--dry-run"][..],
        &["--undo", "--delete"],
        &["--rules", "--ignore"],
        &["--forget"],
        &["--only"],
        &["--nonsense"],
    ] {
        repo.clean(words.iter().copied()).ends(2);
    }
    assert!(repo.has("c.out"));
    let nowhere = xtask(&repo.root, ["clean-repo", "-C", "nowhere"]);
    assert_ne!(nowhere.code, Some(0));
    assert!(nowhere.stderr.contains("`nowhere`"), "{}", nowhere.stderr);
}
