//! The command itself: exit codes, annotations, documents, locks, and runs that were cut off.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use xtask::clean::plan::Wish;

use crate::support::{clean, run, xtask};

use super::fixture::{PROFILE, Repo, rules, says};
use super::meddler::Meddler;

const PLAN: &str = "# Plan\n";

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

/// The items of a plan by their paths.
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
