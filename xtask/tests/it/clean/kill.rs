//! A kill at every step: what is left is completed by the next run, or taken back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use xtask::clean::act::{Act, Disk};
use xtask::clean::plan::Wish;
use xtask::git::Git;

use super::fixture::{PROFILE, REPORT, Repo, rules};

/// The disk, until a number of verbs have been done; the last of them is cut in the middle where it has one.
struct Dying {
    left: usize,
    is_half: bool,
}

struct Killed;

impl Dying {
    /// Counts a verb; `half` is what of it is done when it is cut in the middle.
    fn turn(&mut self, half: impl FnOnce()) {
        if self.left == 0 {
            if self.is_half {
                half();
            }
            std::panic::resume_unwind(Box::new(Killed));
        }
        self.left -= 1;
    }
}

impl Act for Dying {
    fn relocate(&mut self, from: &Path, to: &Path) -> anyhow::Result<()> {
        // The new name that a file is given before its old one is taken away; a folder has one or the other.
        self.turn(|| {
            if from.is_file() {
                std::fs::hard_link(from, to).unwrap();
            }
        });
        Disk.relocate(from, to)
    }

    fn keep(&mut self, file: &Path, name: &Path) -> anyhow::Result<()> {
        self.turn(|| {});
        Disk.keep(file, name)
    }

    fn replace(&mut self, from: &Path, to: &Path) -> anyhow::Result<()> {
        self.turn(|| {});
        Disk.replace(from, to)
    }

    fn remove(&mut self, path: &Path) -> anyhow::Result<()> {
        self.turn(|| {});
        Disk.remove(path)
    }

    fn make_folder(&mut self, path: &Path, mode: Option<u32>) -> anyhow::Result<()> {
        self.turn(|| {});
        Disk.make_folder(path, mode)
    }

    fn remove_folder(&mut self, path: &Path) -> anyhow::Result<()> {
        self.turn(|| {});
        Disk.remove_folder(path)
    }

    fn update_index(&mut self, git: &Git, lines: Vec<u8>, assumed: &[&[u8]]) -> anyhow::Result<()> {
        self.turn(|| {});
        Disk.update_index(git, lines, assumed)
    }

    fn record(&mut self, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        self.turn(|| {});
        Disk.record(path, bytes)
    }
}

/// Does something until it is done or killed; says whether it was killed.
fn is_killed(work: impl FnOnce()) -> bool {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(()) => false,
        Err(why) if why.is::<Killed>() => true,
        Err(why) => std::panic::resume_unwind(why),
    }
}

/// A tree in which a run does everything that it can do.
fn repo(is_git: bool) -> Repo {
    let repo = if is_git { Repo::git() } else { Repo::plain() };
    repo.put("a.out", PROFILE)
        .put("deep/er/b.out", PROFILE)
        .put("twin.out", "mode: count\n")
        .put("coverage/twin.out", "mode: count\n")
        .put("other.out", "mode: atomic\n")
        .put("coverage/other.out", "something else\n")
        .put("coverage/empty.out", "")
        .put("empty.out", "mode: set\n")
        .put("htmlcov/index.html", REPORT)
        .put("htmlcov/style.css", "p {}\n")
        .put(
            "RELEASE_PLAN.md",
            "# Plan\n\nSee [the guide](guide.md) and [a](OLD_STATUS.md).\n",
        )
        .put("OLD_STATUS.md", "# Status\n\nSee RELEASE_PLAN.md.\n")
        .put("guide.md", "[plan](RELEASE_PLAN.md)\n")
        .put("src/main.c.bak", "int main;\n");
    if is_git {
        repo.commit();
        repo.put("new.out", PROFILE)
            .put("RELEASE_PLAN.md", "# Staged\n\n[guide](guide.md)\n");
        repo.run_git(["add", "RELEASE_PLAN.md"]);
        repo.put("RELEASE_PLAN.md", "# Not staged\n\n[guide](guide.md)\n");
    }
    repo
}

const WISH: Wish = Wish {
    only: Vec::new(),
    is_forced: true,
    deletes: true,
    ignores: true,
};

/// Kills the run at each of its verbs, before it or in its middle, and looks at what `then` makes of the rest.
#[track_caller]
fn at_every_verb(is_git: bool, then: impl Fn(&Repo)) {
    let rules = rules("");
    for is_half in [false, true] {
        for left in 0.. {
            let repo = repo(is_git);
            let before = repo.picture();
            let killed = is_killed(|| {
                repo.apply(&rules, &WISH, &mut Dying { left, is_half });
            });
            then(&repo);
            repo.undo(&mut Disk);
            assert_eq!(repo.picture(), before, "killed at verb {left}, half: {is_half}");
            if !killed {
                assert!(left > 15, "the run had only {left} verbs");
                break;
            }
        }
    }
}

#[test]
fn a_killed_run_is_taken_back() {
    at_every_verb(true, |_| {});
    at_every_verb(false, |_| {});
}

#[test]
fn a_killed_run_is_completed_as_if_nothing_had_happened() {
    let rules = rules("");
    for is_git in [true, false] {
        let whole = repo(is_git);
        whole.apply(&rules, &WISH, &mut Disk);
        let expected = whole.picture();
        at_every_verb(is_git, |repo| {
            if repo.store().unfinished().unwrap().is_none() {
                // Killed before the journal stood, or not at all.
                repo.apply(&rules, &WISH, &mut Disk);
            }
            repo.complete(&mut Disk);
            assert_eq!(repo.picture(), expected);
            assert!(
                repo.apply(&rules, &WISH, &mut Disk).is_none(),
                "a second run finds nothing"
            );
        });
    }
}

#[test]
fn a_killed_undo_goes_on() {
    let rules = rules("");
    for (is_git, is_half) in [(true, false), (true, true), (false, false), (false, true)] {
        for left in 0.. {
            let repo = repo(is_git);
            let before = repo.picture();
            repo.apply(&rules, &WISH, &mut Disk);
            let killed = is_killed(|| repo.undo(&mut Dying { left, is_half }));
            repo.undo(&mut Disk);
            assert_eq!(repo.picture(), before, "killed at verb {left}, half: {is_half}");
            if !killed {
                break;
            }
        }
    }
}

/// The real program, killed by the system at moments that nobody chose.
#[test]
#[cfg(unix)]
fn the_program_may_be_killed_at_any_time() {
    use std::time::Duration;
    let repo = Repo::git();
    for number in 0..400 {
        repo.put(
            &format!("run-{number}.out"),
            format!("mode: set\na.go:{number}.1,2.2 1 1\n"),
        );
    }
    repo.commit();
    let before = repo.picture();
    let program =
        crate::support::clean(env!("CARGO_BIN_EXE_xtask"), &repo.root).args(["clean-repo", "--quiet"]);
    for round in 0..12_u64 {
        // Ended by force unless it is done before: what a run of this size takes is between the two ends.
        program
            .output(Some(Duration::from_millis(10 + 12 * round)))
            .unwrap();
        if round % 2 == 0 {
            repo.clean(["--quiet"]).ends(0);
            assert!(!repo.has("run-0.out") && repo.has("coverage/run-399.out"));
        }
        while repo.has(".git/xtask-clean") && repo.store().journal(None).is_ok() {
            repo.clean(["--undo"]).ends(0);
        }
        assert_eq!(repo.picture(), before, "round {round}");
    }
}
