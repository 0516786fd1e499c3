//! Settings that change, add and turn off rules, and everything that can be wrong in them.

use super::*;
use crate::clean::path::TreePath;
use crate::clean::rule::{Action, Kind, Origin, Place as Where};
use crate::config::Config;

fn read(text: &str) -> Result<RuleSet, Problems> {
    rules(&Config::parse(text).unwrap().clean)
}

#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    let found: Vec<String> = match read(text) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.0.into_iter().map(|it| it.what).collect(),
    };
    let expected: Vec<String> = expected
        .iter()
        .map(|it| format!("packaging/release.toml: {it}"))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn without_settings_the_shipped_rules_hold() {
    assert_eq!(read("").unwrap().rules, shipped::rules());
}

#[test]
fn own_rules_come_first_by_name() {
    let set = read(
        "[clean.rules.zz]\nnames = [\"*.zz\"]\naction = \"delete\"\n\
         [clean.rules.aa]\nnames = [\"*.aa\"]\naction = \"move\"\nto = \"docs/aa/\"\nkind = \"folder\"\nplace = \"root\"\n\
         except = [\"x.aa\"]\nignored = true\nremade = true\nreason = \"so\"\ngitignore = [\"/*.aa\"]\ncontent = [\"build-folder\"]\n",
    )
    .unwrap();
    let names: Vec<&str> = set.rules[..3].iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["aa", "zz", "go-profiles"]);
    let rule = &set.rules[0];
    let to = TreePath::from("docs/aa");
    assert_eq!(
        (rule.kind, rule.place, &rule.action),
        (Kind::Folder, Where::Root, &Action::Move { to })
    );
    assert_eq!(
        (rule.takes_ignored, rule.is_remade, &rule.origin),
        (true, true, &Origin::Settings)
    );
    assert_eq!(rule.ignore, ["/*.aa"]);
    let rule = &set.rules[1];
    assert_eq!(
        (rule.kind, rule.place, &rule.action),
        (Kind::File, Where::Everywhere, &Action::Delete)
    );
    assert_eq!(set.matcher.files(b"x/a.zz"), [1]);
}

#[test]
fn shipped_rules_change_by_key() {
    let set = read(
        "[clean]\noff = [\"binaries\"]\nexclude = [\"legacy\"]\n\
         [clean.rules.go-profiles]\nto = \"reports\"\n[clean.rules.run-logs]\naction = \"report\"\n",
    )
    .unwrap();
    let find = |name: &str| set.rules.iter().find(|it| it.name == name);
    let shipped = shipped::rules();
    let profiles = find("go-profiles").unwrap();
    let to = TreePath::from("reports");
    assert_eq!(
        (&profiles.action, &profiles.origin),
        (&Action::Move { to }, &Origin::Changed)
    );
    assert_eq!(profiles.names, shipped[0].names);
    assert_eq!(find("run-logs").unwrap().action, Action::Report);
    assert_eq!(find("binaries"), None);
    assert_eq!(find("gcov").unwrap().origin, Origin::Shipped);
    assert!(set.matcher.is_excluded(b"legacy/x"));
    assert!(set.matcher.is_home(0, b"reports/x.out"));
    assert!(!set.matcher.is_home(0, b"coverage/x.out"));
}

#[test]
fn everything_wrong_is_found_at_once() {
    refused(
        "[clean]\noff = [\"binarys\"]\nexclude = [\"*\", \"a[\"]\n\
         [clean.rules.go-profiles]\ncontent = [\"go-profil\", \"build-folder\"]\nnames = []\n\
         [clean.rules.My]\nto = \"x\"\n\
         [clean.rules.all]\nnames = [\"*\"]\naction = \"delete\"\n\
         [clean.rules.way]\nnames = [\"{a\"]\naction = \"move\"\nreason = \"a\\nb\"\ngitignore = [\"\"]\n",
        &[
            "`clean.rules.My` is no name of a rule",
            "`clean.rules.My.names` is missing",
            "`clean.rules.My.action` is missing",
            "`clean.rules.all.names` has a pattern that takes every name, and no `content` decides",
            "`clean.rules.go-profiles.names` is empty",
            "`clean.rules.go-profiles.content` has no evidence `go-profil`; did you mean `go-profile`?",
            "`clean.rules.go-profiles.content` has `build-folder`, which is told of folders, but the rule is about files",
            "`clean.rules.way.names` is wrong: the pattern `{a` has a `{` without its `}`",
            "`clean.rules.way.reason` is not one line of text",
            "`clean.rules.way.gitignore` has an entry that is not one line",
            "`clean.rules.way.to` is missing",
            "`clean.off` has no rule `binarys`; did you mean `binaries`?",
            "`clean.exclude` has the pattern `*`, which leaves nothing to clean",
            "`clean.exclude` is wrong: the pattern `a[` has a `[` without its `]`",
        ],
    );
}

#[test]
fn a_move_stays_in_the_repository() {
    for (to, why) in [
        ("/abs", "is not a folder of the repository"),
        ("C:/x", "is not a folder of the repository"),
        ("~/x", "is not a folder of the repository"),
        ("a/../../b", "leaves the repository"),
        (".git/x", "is a folder of git"),
        ("a//b", "has an empty part, or is the root itself"),
        (".", "has an empty part, or is the root itself"),
        ("", "has an empty part, or is the root itself"),
        ("a\\\\b", "has a `\\` or a line end in it"),
    ] {
        refused(
            &format!("[clean.rules.go-profiles]\nto = \"{to}\"\n"),
            &[&format!("`clean.rules.go-profiles.to` is `{to}`, which {why}")],
        );
    }
    refused(
        "[clean.rules.run-logs]\nto = \"logs\"\n",
        &["`clean.rules.run-logs.to` stands without a move"],
    );
    assert!(read("[clean.rules.run-logs]\naction = \"move\"\nto = \"logs\"\n").is_ok());
}

#[test]
fn unknown_keys_and_actions_are_refused_with_their_line() {
    let what = |text: &str| Config::parse(text).unwrap_err().0[0].what.clone();
    assert_eq!(
        what("[clean.rules.x]\nname = []\n"),
        "packaging/release.toml:2: no key `name` here; did you mean `names`?"
    );
    assert_eq!(
        what("[clean.rules.x]\naction = \"remove\"\n"),
        "packaging/release.toml:2: no value `remove` here; did you mean `move`?"
    );
    assert_eq!(
        what("[clean]\nofff = []\n"),
        "packaging/release.toml:2: no key `offf` here; did you mean `off`?"
    );
}

#[test]
fn rules_are_chosen_by_name() {
    let set = read("").unwrap();
    let names = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<String>>();
    assert_eq!(set.chosen(&[]).unwrap().len(), set.rules.len());
    assert_eq!(set.chosen(&names(&["lcov", "go-profiles"])).unwrap(), [0, 1]);
    let error = set.chosen(&names(&["go-profile", "zzz"])).unwrap_err();
    assert!(crate::problem::is_usage(&error));
    assert_eq!(
        error.to_string(),
        "no rule `go-profile`; did you mean `go-profiles`?; no rule `zzz`"
    );
}

#[test]
fn the_example_of_the_settings_page_holds() {
    let page = include_str!("../../../../docs/settings.md");
    let mut blocks = page
        .split("```toml\n")
        .skip(1)
        .map(|it| it.split("```").next().unwrap());
    let block = blocks.find(|it| it.starts_with("[clean]")).unwrap();
    let set = read(block).unwrap();
    assert_eq!(set.rules[0].name, "scratch-files");
    assert!(set.rules.iter().all(|it| it.name != "archives"));
    // Every key is shown.
    let shown =
        toml::Value::try_from(Config::parse(block).unwrap().clean.rules["scratch-files"].clone()).unwrap();
    assert_eq!(shown.as_table().unwrap().len(), 11);
}
