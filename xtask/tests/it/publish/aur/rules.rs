//! The rules of the twin's AUR, met with git alone: each push that the real one refuses is refused in its words.

use std::path::{Path, PathBuf};

use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::twin::{Twin, credential};

use super::{log, open};
use crate::support::{Run, clean, put, run, scratch};

/// A clone of a repository that was not there before.
struct Clone {
    dir: PathBuf,
    home: PathBuf,
}

/// The name of a repository, what is in its first commit beside a good recipe, and what the server says to it.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

const INFO: &str = "pkgbase = NAME\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n\npkgname = NAME\n";

impl Clone {
    fn of(twin: &Twin, name: &str, key: &str, place: &Path) -> Clone {
        let home = place.join("home");
        files::create_dir(&home).unwrap();
        let dir = place.join(name);
        let base = twin.base("aur", "aur").unwrap();
        let address = base.replace("http://", &format!("http://aur:{key}@"));
        let clone = Clone {
            dir: place.to_owned(),
            home,
        };
        clone
            .git()
            .args(["clone", "--quiet", &format!("{address}/git/{name}.git"), name])
            .read()
            .unwrap();
        let clone = Clone { dir, ..clone };
        for (key, value) in [("user.name", "Somebody"), ("user.email", "somebody@demo.example")] {
            clone.git().args(["config", key, value]).read().unwrap();
        }
        clone
            .git()
            .args(["checkout", "--quiet", "-B", "master"])
            .output(None)
            .unwrap();
        clone
    }

    fn git(&self) -> Program {
        clean("git", &self.dir)
            .env("HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
    }

    /// A commit with these files beside a good recipe; an empty text takes a file away.
    fn commit(&self, name: &str, files: &[(&str, &str)]) {
        put(&self.dir, "PKGBUILD", "# a recipe\n");
        put(&self.dir, ".SRCINFO", &INFO.replace("NAME", name));
        for (path, text) in files {
            if text.is_empty() {
                files::remove(&self.dir.join(path)).unwrap();
            } else {
                put(&self.dir, path, text);
            }
        }
        self.git().args(["add", "--all"]).read().unwrap();
        self.git().args(["commit", "--quiet", "-m", "x"]).read().unwrap();
    }

    fn push(&self, words: &[&str]) -> Run {
        run(&self.git().args(["push", "--quiet", "origin"]).args(words))
    }
}

#[test]
fn pushes_that_the_real_one_refuses_are_refused() {
    const TEST: &str = "publish::aur::rules::pushes_that_the_real_one_refuses_are_refused";
    let Some((_shop, twin, _web)) = open(TEST, "") else {
        return;
    };
    let key = credential::of("AUR_SSH_PRIVATE_KEY");
    let large = "x".repeat(256_001);
    let long = INFO
        .replace("NAME", "r-l")
        .replace("pkgver", &format!("pkgdesc = {}\n\tpkgver", "y".repeat(256)));
    let local = INFO
        .replace("NAME", "r-s")
        .replace("\n\npkgname", "\n\tsource = fix.patch\n\npkgname");
    let cases: &[Case<'_>] = &[
        ("r-a", &[("PKGBUILD", "")], "missing PKGBUILD"),
        ("r-b", &[(".SRCINFO", "")], "missing .SRCINFO"),
        (
            "r-c",
            &[("sub/file", "x")],
            "the repository must not contain subdirectories",
        ),
        (
            "r-d",
            &[("large", &large)],
            "maximum blob size (250.00KiB) exceeded",
        ),
        (
            "r-e",
            &[(".SRCINFO", &INFO.replace("NAME", "other"))],
            "invalid pkgbase: other, expected r-e",
        ),
        ("r-f", &[(".SRCINFO", "pkgver = 1\n")], "pkgbase is missing"),
        ("r-l", &[(".SRCINFO", &long)], "pkgdesc field too long: yyy"),
        ("r-s", &[(".SRCINFO", &local)], "missing source file: fix.patch"),
        ("ripgrep", &[], "package already provided by [extra]: ripgrep"),
        ("linux", &[], "package is blacklisted: linux"),
    ];
    for (name, files, words) in cases {
        let place = scratch();
        let clone = Clone::of(&twin, name, &key, place.path());
        clone.commit(name, files);
        let refused = clone.push(&["master"]);
        assert_ne!(refused.code, Some(0), "{name}");
        assert!(refused.stderr.contains(words), "{name}: {}", refused.stderr);
    }
}

#[test]
fn branches_histories_and_names_are_guarded() {
    const TEST: &str = "publish::aur::rules::branches_histories_and_names_are_guarded";
    let Some((_shop, twin, _web)) = open(TEST, "") else {
        return;
    };
    let key = credential::of("AUR_SSH_PRIVATE_KEY");
    let place = scratch();
    let clone = Clone::of(&twin, "first", &key, place.path());
    clone.commit("first", &[("keys/pgp/a.asc", "x")]);
    let refused = clone.push(&["master:main"]);
    assert!(
        refused
            .stderr
            .contains("pushing to a branch other than master is restricted"),
        "{}",
        refused.stderr
    );
    clone.push(&["master"]).ends(0);

    // The recipe alone changes: it is taken, and warned about.
    put(&clone.dir, "PKGBUILD", "# another\n");
    clone
        .git()
        .args(["commit", "--quiet", "-am", "y"])
        .read()
        .unwrap();
    let taken = clone.push(&["master"]).ends(0);
    assert!(
        taken
            .stderr
            .contains("warning: .SRCINFO unchanged. The package database will not be updated!"),
        "{}",
        taken.stderr
    );

    clone
        .git()
        .args(["commit", "--quiet", "--amend", "-m", "z"])
        .read()
        .unwrap();
    let refused = clone.push(&["--force", "master"]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("non-fast-forward"), "{}", refused.stderr);

    // Another base may not take a name that is given.
    let second = Clone::of(&twin, "second", &key, place.path());
    let info = INFO.replace("NAME", "second") + "\npkgname = first\n";
    second.commit("second", &[(".SRCINFO", &info)]);
    let refused = second.push(&["master"]);
    assert!(
        refused.stderr.contains("cannot overwrite package: first"),
        "{}",
        refused.stderr
    );

    let stranger = Clone::of(&twin, "third", "another-key", place.path());
    stranger.commit("third", &[]);
    let refused = stranger.push(&["master"]);
    assert!(
        refused.stderr.contains("Permission denied (publickey)")
            || refused.stderr.contains("Authentication failed"),
        "{}",
        refused.stderr
    );
    assert!(log(&twin).iter().any(|it| it.status == 401));
}
