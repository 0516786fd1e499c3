//! Any tree, any rules: nothing is lost, a second run finds nothing, and undo gives the very tree back.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use xtask::clean::act::Disk;
use xtask::clean::journal::{Journal, kept};
use xtask::clean::plan::Wish;
use xtask::clean::rules::RuleSet;
use xtask::clean::step::Step;
use xtask::digest::{self, Algorithm};
use xtask::effect::files;
use xtask::effect::relocate::{Thing, look};

use super::fixture::{REPORT, Repo, rules};
use crate::dice::{Dice, seeds};

const FOLDERS: &[&str] = &[
    "",
    "",
    "",
    "a/",
    "a/b/",
    "docs/",
    "docs/planning/",
    "coverage/",
    "Coverage/",
    "we ird/",
    "out/",
    "x.out/",
    "..a/",
    "node_modules/p/",
    "htmlcov/",
    "logs/deep/er/",
];

const NAMES: &[&str] = &[
    "a.out",
    "A.OUT",
    "b.out",
    "coverage.out",
    "cover.info",
    "X_PLAN.md",
    "x_plan.md",
    "OLD_STATUS.md",
    "README.md",
    "run.log",
    "data.json",
    "x.bak",
    "main.c",
    "-rf.out",
    "..out",
    "sp ace.out",
    "line\nend.out",
    "ünï.out",
    "index.html",
    "dump.txt",
    "core",
    "a.out.bak",
    "q'uote\".out",
    "%41.out",
    "Makefile",
];

const TEXTS: &[&str] = &[
    "",
    "",
    " \n",
    "mode: set\n",
    "mode: count\na.go:1.1,2.2 3 4\n",
    "mode: atomic\r\nb.go:1.1,2.2 3 4\r\n",
    "# Plan\n\nsee [x](X_PLAN.md), a/b/OLD_STATUS.md and [self](../README.md)\n",
    "[p](docs/planning/X_PLAN.md) `OLD_STATUS.md` <a href=\"x_plan.md\">\n",
    "all:\n\tgo test -coverprofile=coverage.out\n",
    "TN:\nSF:a.c\nDA:1,1\nend_of_record\n",
    "int main(void) { return 0; }\n",
    "2026-01-01T00:00:00Z INFO started\n2026-01-01T00:00:01Z INFO done\n",
    REPORT,
];

const PATTERNS: &[&str] = &[
    "*.out",
    "*",
    "*.md",
    "X_*",
    "*.{log,bak,txt}",
    "co*",
    "?.out",
    "[a-c]*",
    "index.html",
];

const AIMS: &[&str] = &["coverage", "docs/planning", "a/b/c", "old stuff", "COVERAGE", "x"];

fn settings(dice: &mut Dice) -> String {
    let mut text = String::from("[clean]\n");
    if dice.is(3) {
        text.push_str("exclude = [\"a/b/**\", \"main.c\"]\n");
    }
    for number in 0..dice.below(5) {
        let _ = writeln!(text, "[clean.rules.own-{number}]");
        let has_content = dice.is(2);
        let pattern = |dice: &mut Dice| {
            let pattern = dice.one_of(PATTERNS);
            // Without content every file would go.
            if pattern == "*" && !has_content {
                "?*.???"
            } else {
                pattern
            }
        };
        let _ = writeln!(text, "names = [{:?}, {:?}]", pattern(dice), pattern(dice));
        let _ = writeln!(text, "place = {:?}", dice.one_of(&["root", "everywhere"]));
        let _ = writeln!(text, "ignored = {}", dice.is(2));
        if has_content {
            let _ = writeln!(
                text,
                "content = [{:?}]",
                dice.one_of(&["go-profile", "prose", "lcov"])
            );
        }
        if !has_content && dice.is(3) {
            text.push_str("kind = \"folder\"\n");
        }
        let action = dice.one_of(&["move", "move", "move", "untrack", "delete", "report"]);
        let _ = writeln!(text, "action = {action:?}");
        if action == "move" {
            let _ = writeln!(text, "to = {:?}", dice.one_of(AIMS));
        }
    }
    text
}

fn tree(dice: &mut Dice) -> Repo {
    let repo = if dice.is(4) { Repo::plain() } else { Repo::git() };
    let is_git = repo.has(".git");
    if dice.is(2) {
        repo.put(
            ".gitignore",
            dice.one_of(&[
                "*.out\n",
                "coverage/\n",
                "/docs/planning\n*.log\n",
                "htmlcov\n*.bak\n",
            ]),
        );
    }
    let fill = |dice: &mut Dice, files: usize| {
        for _ in 0..files {
            let path = format!("{}{}", dice.one_of(FOLDERS), dice.one_of(NAMES));
            let is_free = repo
                .root
                .join(&path)
                .parent()
                .is_none_or(|it| it.is_dir() || !it.exists());
            if is_free && !repo.root.join(&path).is_dir() {
                repo.put(&path, dice.one_of(TEXTS));
            }
        }
    };
    let files = dice.below(25);
    fill(dice, files);
    // Folders that go as one, which names by chance hardly make.
    for (path, text) in [
        ("htmlcov/index.html", REPORT),
        ("a/htmlcov/index.html", REPORT),
        ("coverage/htmlcov/index.html", REPORT),
        ("node_modules/p/package.json", "{\"name\": \"p\"}\n"),
        (
            "out/CACHEDIR.TAG",
            "Signature: 8a477f597d28d172789f06886806bc55\n",
        ),
    ] {
        if dice.is(5) {
            repo.put(path, text);
        }
    }
    if is_git {
        repo.commit();
        // Staged, changed after that, and new.
        fill(dice, 4);
        repo.run_git(["add", "--all"]);
        fill(dice, 6);
        if dice.is(3) {
            let tracked = repo.run_git(["ls-files", "-z"]);
            if let Some(some) = tracked.split('\0').find(|it| it.contains(".out")) {
                repo.run_git(["update-index", "--assume-unchanged", "--", some]);
            }
        }
    }
    #[cfg(unix)]
    if dice.is(2) && !repo.has("link.out") {
        std::os::unix::fs::symlink("a.out", repo.root.join("link.out")).unwrap();
        if repo.root.join("a.out").is_file() {
            files::set_mode(&repo.root.join("a.out"), 0o640).unwrap();
        }
    }
    repo
}

/// Adds what a slot keeps: a file, or all files of a folder.
fn add(path: &std::path::Path, contents: &mut BTreeMap<Vec<u8>, usize>) {
    match look(path).unwrap() {
        Some(Thing::Folder) => files::list(path).unwrap().iter().for_each(|it| add(it, contents)),
        Some(Thing::File) => *contents.entry(files::read(path).unwrap()).or_default() += 1,
        Some(Thing::Link) => {
            let aim = path.read_link().unwrap();
            *contents.entry(xtask::clean::path::bytes_of(&aim)).or_default() += 1;
        }
        Some(Thing::Special) | None => {}
    }
}

/// What the tree and the store hold, without the texts that the run itself wrote.
fn all_contents(repo: &Repo, journal: &Journal) -> BTreeMap<Vec<u8>, usize> {
    let mut contents = repo.contents();
    let slots = repo.store().slots(&journal.id);
    for step in &journal.steps {
        match step {
            Step::Store { slot, .. } => add(&kept(&slots, *slot), &mut contents),
            Step::Write { slot, after, .. } => {
                add(&kept(&slots, *slot), &mut contents);
                let written = contents
                    .iter_mut()
                    .find(|(text, _)| digest::bytes(text, Algorithm::Sha256).to_string() == *after);
                *written.expect("the new text is in the tree").1 -= 1;
            }
            _ => {}
        }
    }
    contents.retain(|_, count| *count > 0);
    contents
}

#[track_caller]
fn check(seed: u64) {
    let mut dice = Dice::new(seed);
    let settings = settings(&mut dice);
    let rules: RuleSet = rules(&settings);
    let repo = tree(&mut dice);
    let wish = Wish {
        only: Vec::new(),
        is_forced: dice.is(2),
        deletes: dice.is(2),
        ignores: dice.is(2),
    };
    let (before, contents) = (repo.picture(), repo.contents());
    let Some(journal) = repo.apply(&rules, &wish, &mut Disk) else {
        assert_eq!(repo.picture(), before, "seed {seed}: no steps, no change");
        return;
    };
    assert_eq!(journal.skipped, [], "seed {seed}\n{settings}");
    assert_eq!(
        all_contents(&repo, &journal),
        contents,
        "seed {seed}: contents\n{settings}"
    );
    let after = repo.picture();
    let second = repo.apply(&rules, &wish, &mut Disk);
    assert!(
        second.is_none(),
        "seed {seed}: a second run did {second:#?}\n{settings}\n{journal:#?}"
    );
    assert_eq!(
        repo.picture(),
        after,
        "seed {seed}: a second run changed the tree"
    );
    repo.undo(&mut Disk);
    assert_eq!(
        repo.picture(),
        before,
        "seed {seed}: undo\n{settings}\n{journal:#?}"
    );
}

#[test]
fn nothing_is_lost_and_undo_gives_everything_back() {
    for seed in seeds(100) {
        check(seed);
    }
}
