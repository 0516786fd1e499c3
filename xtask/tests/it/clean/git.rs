//! What git knows stays what it was: history, what is staged, modes, marks; and repositories of every kind.

use std::path::Path;

use xtask::effect::files::{self, Scratch};

use crate::support::{clean, run, skipped, xtask};

use super::fixture::{PROFILE, REPORT, Repo, git};

const PLAN: &str = "# Plan\n\nOne\n\nTwo\n\nThree\n";

/// A document and a profile in the root, and one that is committed.
fn repo() -> Repo {
    Repo::of(
        true,
        [
            ("A_PLAN.md", PLAN),
            ("c.out", PROFILE),
            ("src/main.c", "int main;\n"),
        ],
    )
}

/// What git says when both have moved.
const MOVED: &str = "R  coverage/c.out\0c.out\0";

#[test]
fn history_follows() {
    let repo = repo();
    repo.clean([]).ends(0);
    repo.commit();
    for path in ["docs/planning/A_PLAN.md", "coverage/c.out"] {
        let log = repo.run_git(["log", "--follow", "--format=%s", "--name-status", "--", path]);
        assert!(log.contains("R100") && log.contains("\nA\t"), "{log}");
    }
}

#[test]
fn what_is_staged_stays_so_and_what_is_not_too() {
    let repo = repo();
    repo.put("B_PLAN.md", PLAN)
        .put("C_PLAN.md", PLAN)
        .put("D_PLAN.md", PLAN)
        .commit();
    let staged = PLAN.replace("One", "One, staged");
    let unstaged = PLAN.replace("Three", "Three, not staged");
    repo.put("A_PLAN.md", &staged)
        .put("B_PLAN.md", &staged)
        .put("NEW_PLAN.md", &staged);
    repo.run_git(["add", "A_PLAN.md", "B_PLAN.md", "NEW_PLAN.md"]);
    repo.put("B_PLAN.md", &unstaged)
        .put("C_PLAN.md", &unstaged)
        .put("ODD_PLAN.md", PLAN);
    files::remove(&repo.root.join("D_PLAN.md")).unwrap();
    let cleaned = repo.cleaned(&[]);
    let lines: Vec<&str> = cleaned.picture.status.split_terminator('\0').collect();
    assert_eq!(
        lines,
        [
            " D D_PLAN.md",
            "R  coverage/c.out",
            "c.out",
            "R  docs/planning/A_PLAN.md",
            "A_PLAN.md",
            "RM docs/planning/B_PLAN.md",
            "B_PLAN.md",
            "RM docs/planning/C_PLAN.md",
            "C_PLAN.md",
            "A  docs/planning/NEW_PLAN.md",
            "?? docs/planning/ODD_PLAN.md",
        ]
    );
    repo.clean([]).ends(0);
    assert_eq!(repo.run_git(["show", ":docs/planning/B_PLAN.md"]), staged);
    assert_eq!(repo.text("docs/planning/B_PLAN.md"), unstaged);
    assert_eq!(repo.run_git(["show", ":docs/planning/C_PLAN.md"]), PLAN);
}

#[test]
fn modes_and_marks_are_kept() {
    let repo = repo();
    files::set_mode(&repo.root.join("c.out"), 0o755).unwrap();
    repo.commit();
    repo.run_git(["update-index", "--assume-unchanged", "A_PLAN.md"]);
    let cleaned = repo.cleaned(&[]);
    let lines: Vec<&str> = cleaned.picture.index.split_terminator('\0').collect();
    let has = |start: &str, path: &str| {
        assert!(
            lines.iter().any(|it| it.starts_with(start) && it.ends_with(path)),
            "{lines:?}"
        );
    };
    has("h 100644 ", "\tdocs/planning/A_PLAN.md");
    has("H 100755 ", "\tcoverage/c.out");
    #[cfg(unix)]
    assert_eq!(cleaned.picture.things[&"coverage/c.out".into()].0, "File 755");
}

#[test]
fn what_is_only_intended_stays() {
    let repo = repo();
    repo.put("NEW_PLAN.md", PLAN).put("coverage.txt", PROFILE);
    repo.run_git(["add", "--intent-to-add", "NEW_PLAN.md", "coverage.txt"]);
    let cleaned = repo.cleaned(&[]);
    cleaned.says(&[
        "NEW_PLAN.md stays: it is added with intent only (`git add --intent-to-add`); add it or reset it\n",
        "coverage.txt stays: it is added with intent only",
    ]);
    assert!(cleaned.files.contains_key("NEW_PLAN.md"));
}

#[test]
fn what_waits_for_a_merge_stays() {
    let repo = repo();
    repo.run_git(["switch", "--quiet", "--create", "side"]);
    repo.put("A_PLAN.md", "# Theirs\n").commit();
    repo.run_git(["switch", "--quiet", "main"]);
    repo.put("A_PLAN.md", "# Ours\n").commit();
    run(&git(&repo.root).args(["merge", "side"])).ends(1);
    let cleaned = repo.cleaned(&[]);
    cleaned.says(&["A_PLAN.md stays: it waits for a merge to be settled\n"]);
    assert!(cleaned.files["A_PLAN.md"].contains("<<<<<<<"));
    assert!(cleaned.files.contains_key("coverage/c.out"), "the others go on");
}

#[test]
fn a_place_that_git_ignores_is_for_untracked_files_only() {
    for ignored in [
        "coverage/\n",
        "/coverage\n",
        "coverage/*\n",
        "*.out\n",
        "/coverage/c.out\n",
    ] {
        let repo = repo();
        repo.put(".gitignore", ignored).commit();
        repo.put("new.out", "mode: count\n");
        let cleaned = repo.cleaned(&[]);
        cleaned.says(&[
            "c.out stays: git ignores `coverage/c.out`, so the move would delete it for everyone else",
        ]);
        let names: Vec<&String> = cleaned.files.keys().filter(|it| it.contains(".out")).collect();
        assert_eq!(names, ["c.out", "coverage/new.out"], "{ignored}");
    }
}

#[test]
fn a_sub_folder_is_not_the_whole_tree() {
    let repo = repo();
    repo.put(
        "src/packaging/release.toml",
        "[clean]\nexclude = [\"A_PLAN.md\"]\n",
    )
    .commit();
    let before = repo.picture();
    let in_folder = xtask(&repo.root.join("src"), ["clean-repo"]).ends(0);
    assert_eq!(
        repo.picture().status,
        MOVED,
        "the settings nearest to the folder are asked"
    );
    repo.clean(["--undo"]).ends(0);
    let elsewhere = xtask(repo.root.parent().unwrap(), ["clean-repo", "-C", "tree/src"]).ends(0);
    assert_eq!(elsewhere.text(), in_folder.text());
    assert_eq!(repo.picture().status, MOVED);
    xtask(&repo.root.join("src"), ["clean-repo", "--undo"]).ends(0);
    assert_eq!(repo.picture(), before);
}

#[test]
fn a_worktree_has_its_own_journal() {
    let repo = repo();
    repo.run_git(["worktree", "add", "--quiet", "../second", "-b", "second"]);
    let second = repo.other(repo.beside("second"));
    let before = (repo.picture(), second.picture());
    second.cleaned(&[]);
    second.clean([]).ends(0);
    assert_eq!(repo.picture(), before.0);
    assert!(repo.has(".git/worktrees/second/xtask-clean") && second.has("coverage/c.out"));
    let nothing = repo.clean(["--undo"]).ends(1);
    assert!(
        nothing.stderr.contains("there is no run to take back"),
        "{}",
        nothing.stderr
    );
    repo.clean([]).ends(0);
    second.clean(["--undo"]).ends(0);
    assert_eq!(second.picture(), before.1);
    assert!(repo.has("coverage/c.out"));
}

#[test]
fn other_repositories_are_never_entered() {
    let library = repo();
    let repo = repo();
    repo.run_git([
        "-c".as_ref(),
        "protocol.file.allow=always".as_ref(),
        "submodule".as_ref(),
        "--quiet".as_ref(),
        "add".as_ref(),
        library.root.as_os_str(),
        "library".as_ref(),
    ]);
    repo.commit();
    repo.put("nested/c.out", PROFILE)
        .put("htmlcov/inner/c.out", PROFILE);
    repo.put("htmlcov/index.html", REPORT);
    for dir in ["nested", "htmlcov/inner"] {
        run(&git(&repo.root.join(dir)).args(["init", "--quiet"])).ends(0);
    }
    repo.put("coverage/.git", "gitdir: nowhere\n");
    let cleaned = repo.cleaned(&[]);
    for path in [
        "library/c.out",
        "library/A_PLAN.md",
        "nested/c.out",
        "htmlcov/inner/c.out",
        "c.out",
    ] {
        assert!(cleaned.files.contains_key(path), "{path}: {}", cleaned.said);
    }
    cleaned.says(&[
        "htmlcov/ stays: it holds a repository of its own\n",
        "c.out stays: its new folder cannot be made: `coverage` is a repository of its own\n",
    ]);
    // Without git too.
    let cleaned = repo.cleaned(&["--no-git"]);
    assert!(cleaned.files.contains_key("library/c.out") && cleaned.files.contains_key("nested/c.out"));
}

#[test]
fn a_sparse_checkout_keeps_what_it_leaves_out() {
    let repo = repo();
    repo.put("docs/planning/old.md", "old\n")
        .put("api/x.out", PROFILE)
        .commit();
    repo.run_git(["sparse-checkout", "set", "--cone", "src"]);
    assert!(!repo.has("docs"));
    repo.put("new.out", PROFILE);
    let cleaned = repo.cleaned(&[]);
    cleaned.says(&[
        "A_PLAN.md stays: the sparse checkout leaves `docs/planning/A_PLAN.md` out\n",
        "c.out stays: the sparse checkout leaves `coverage/c.out` out\n",
        "new.out -> coverage/new.out\n",
    ]);
    assert_eq!(cleaned.picture.status, "?? coverage/new.out\0");
    repo.run_git(["sparse-checkout", "add", "coverage"]);
    let cleaned = repo.cleaned(&[]);
    assert_eq!(
        cleaned.picture.status,
        "R  coverage/c.out\0c.out\0?? coverage/new.out\0"
    );
}

#[test]
fn a_file_that_is_said_not_to_be_here_stays() {
    let repo = repo();
    repo.run_git(["update-index", "--skip-worktree", "c.out"]);
    repo.cleaned(&[])
        .says(&["c.out stays: git was told that it is not here"]);
}

#[test]
fn a_detached_head() {
    let repo = repo();
    repo.run_git(["switch", "--quiet", "--detach"]);
    repo.cleaned(&[]);
    repo.clean([]).ends(0);
    repo.commit();
    assert_eq!(repo.run_git(["branch", "--show-current"]), "");
}

#[test]
fn before_the_first_commit() {
    let repo = Repo::git();
    repo.put("c.out", PROFILE)
        .put("A_PLAN.md", PLAN)
        .put("new.out", PROFILE);
    repo.run_git(["add", "c.out", "A_PLAN.md"]);
    let cleaned = repo.cleaned(&[]);
    assert_eq!(
        cleaned.picture.status,
        "A  coverage/c.out\0A  docs/planning/A_PLAN.md\0?? coverage/new.out\0"
    );
}

/// Moves into the store are copies then, compared before the original goes.
#[test]
fn a_store_on_another_file_system() {
    let test = "a_store_on_another_file_system";
    let Ok(other) = Scratch::new(Path::new("/dev/shm")) else {
        return skipped(test, "`/dev/shm` cannot be written");
    };
    let repo = Repo::plain();
    let probe = repo.root.join("probe");
    if std::fs::hard_link(other.path(), &probe).err().map(|it| it.kind())
        != Some(std::io::ErrorKind::CrossesDevices)
    {
        return skipped(test, "`/dev/shm` is on the same file system");
    }
    repo.run_git([
        "init".as_ref(),
        "--quiet".as_ref(),
        "--separate-git-dir".as_ref(),
        other.path().join("git").as_os_str(),
    ]);
    repo.put("src/main.c", "int main;\n")
        .put("src/main.c.bak", "int man;\n")
        .put("A_PLAN.md", PLAN);
    repo.put("README.md", "[plan](A_PLAN.md)\n")
        .put("c.out", PROFILE)
        .put("coverage/c.out", PROFILE);
    repo.put(
        "a/__pycache__/m.cpython-313.pyc",
        b"\xcb\x0d\x0d\x0a\0\0\0\0\0\0\0\0\0\0\0\0\xe3\0\0\0",
    );
    files::set_mode(&repo.root.join("src/main.c.bak"), 0o640).unwrap();
    repo.commit();
    let cleaned = repo.cleaned(&["--delete", "--ignore"]);
    let names: Vec<&String> = cleaned.files.keys().collect();
    assert_eq!(
        names,
        [
            ".gitignore",
            "README.md",
            "coverage/c.out",
            "docs/planning/A_PLAN.md",
            "src/main.c"
        ]
    );
}

#[test]
fn no_working_tree_is_an_error() {
    let repo = repo();
    let bare = repo.beside("bare.git");
    repo.run_git(["clone", "--quiet", "--bare", ".", "../bare.git"]);
    for dir in [bare.as_path(), &repo.root.join(".git"), &bare.join("refs")] {
        let run = xtask(dir, ["clean-repo"]).ends(1);
        assert!(
            run.stderr.contains(
                "it lies in a repository but in no working tree\nhelp: name a clone or a worktree of it"
            ),
            "{}: {}",
            dir.display(),
            run.stderr
        );
    }
}

#[test]
fn without_git_inside_of_a_repository() {
    let repo = repo();
    repo.put(".gitignore", "/tmp\n")
        .put("tmp/c.out", PROFILE)
        .commit();
    let cleaned = repo.cleaned(&["--no-git"]);
    assert_eq!(
        cleaned.picture.status,
        " D A_PLAN.md\0 D c.out\0?? coverage/c.out\0?? coverage/tmp/c.out\0?? docs/planning/A_PLAN.md\0"
    );
    assert!(!repo.has(".git/xtask-clean") && !repo.has(".xtask-clean"));
    repo.clean(["--no-git"]).ends(0);
    assert_eq!(
        repo.picture().status,
        cleaned.picture.status,
        "the store is not seen by git"
    );
    repo.clean(["--undo"]).ends(1);
    repo.clean(["--undo", "--no-git"]).ends(0);
    assert_eq!(repo.picture().status, "");
}

#[test]
fn the_variables_of_a_hook_name_another_repository() {
    let (repo, other) = (repo(), repo());
    let before = other.picture();
    let program = clean(env!("CARGO_BIN_EXE_xtask"), &repo.root)
        .env("GIT_DIR", other.root.join(".git"))
        .env("GIT_WORK_TREE", &other.root)
        .env("GIT_INDEX_FILE", other.root.join(".git/index"))
        .env("GIT_PREFIX", "src/");
    run(&program.args(["clean-repo"])).ends(0);
    assert_eq!(
        repo.picture().status,
        "R  coverage/c.out\0c.out\0R  docs/planning/A_PLAN.md\0A_PLAN.md\0"
    );
    assert_eq!(other.picture(), before);
}

#[test]
fn a_repository_of_longer_names() {
    let repo = Repo::plain();
    repo.run_git(["init", "--quiet", "--object-format=sha256"]);
    repo.put("c.out", PROFILE)
        .put("A_PLAN.md", PLAN)
        .put("a.c", "x\n")
        .put("a.c.bak", "y\n")
        .commit();
    repo.put("new.txt", "").put("NEW_PLAN.md", "# New\n");
    repo.run_git(["add", "--intent-to-add", "NEW_PLAN.md"]);
    let cleaned = repo.cleaned(&["--delete"]);
    cleaned.says(&["NEW_PLAN.md stays: it is added with intent only"]);
    assert!(
        cleaned.picture.status.contains("D  a.c.bak\0"),
        "{}",
        cleaned.picture.status
    );
}

#[test]
fn a_lock_of_git_in_the_way() {
    let repo = repo();
    let before = repo.picture();
    let lock = repo.root.join(".git/index.lock");
    files::write_unsynced(&lock, b"").unwrap();
    let cut = repo.clean([]).ends(1);
    for piece in [
        "index.lock",
        "end what else works on the repository, then run the same command again",
    ] {
        assert!(cut.stderr.contains(piece), "no `{piece}` in {}", cut.stderr);
    }
    files::remove(&lock).unwrap();
    repo.clean([]).ends(0);
    assert_eq!(
        repo.picture().status,
        "R  coverage/c.out\0c.out\0R  docs/planning/A_PLAN.md\0A_PLAN.md\0"
    );
    files::write_unsynced(&lock, b"").unwrap();
    let cut = repo.clean(["--undo"]).ends(1);
    assert!(cut.stderr.contains("index.lock"), "{}", cut.stderr);
    files::remove(&lock).unwrap();
    repo.clean(["--undo"]).ends(0);
    assert_eq!(repo.picture(), before);
}

#[test]
fn names_that_git_quotes() {
    for quotes in ["true", "false"] {
        let repo = repo();
        repo.put("ü \"x\".out", PROFILE)
            .put("tab\t.out", PROFILE)
            .put("ÖL_PLAN.md", PLAN);
        repo.run_git(["config", "core.quotePath", quotes]);
        repo.commit();
        let cleaned = repo.cleaned(&[]);
        for path in ["coverage/ü \"x\".out", "docs/planning/ÖL_PLAN.md"] {
            assert!(cleaned.files.contains_key(path), "{:?}", cleaned.files.keys());
        }
        assert!(
            !cleaned.picture.status.contains("??"),
            "{}",
            cleaned.picture.status
        );
    }
}

#[test]
fn line_ends_that_git_converts() {
    let repo = Repo::git();
    repo.put(".gitattributes", "*.md text eol=crlf\n*.out text eol=crlf\n");
    repo.put("A_PLAN.md", PLAN.replace('\n', "\r\n"))
        .put("c.out", PROFILE.replace('\n', "\r\n"))
        .commit();
    assert_eq!(repo.picture().status, "");
    let cleaned = repo.cleaned(&[]);
    assert_eq!(
        cleaned.picture.status,
        "R  coverage/c.out\0c.out\0R  docs/planning/A_PLAN.md\0A_PLAN.md\0"
    );
    assert_eq!(
        cleaned.files["docs/planning/A_PLAN.md"],
        PLAN.replace('\n', "\r\n")
    );
}
