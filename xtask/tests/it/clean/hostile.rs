//! Names and files that nobody would make, and a disk that changes while it is cleaned.

use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use xtask::clean::act::Disk;
use xtask::clean::path::TreePath;
use xtask::clean::plan::Wish;
use xtask::effect::files;

use crate::support::{clean, run, skipped};

use super::fixture::{PROFILE, REPORT, Repo, rules};
use super::meddler::Meddler;

const NAMES: &[&[u8]] = &[
    b"with spaces ",
    b" ",
    b"line\nend",
    b"carriage\rreturn",
    b"tab\tand\x1b[31mcolour",
    b"-",
    b"--",
    b"-rf",
    b"--delete",
    b"..x",
    b"...",
    b"%41",
    b"%",
    b"%0",
    b"'single' \"double\" `back`",
    b"back\\slash",
    b"*?[a-z]{b,c}",
    b":(exclude)x",
    b"$HOME ~ !x #y",
    #[cfg(target_os = "linux")]
    b"not \xff\xfe utf-8 \xc3",
    b"\xe2\x80\xaeright to left",
    "e\u{301} \u{e9} ﬀ 🦀".as_bytes(),
    b"NUL",
    b"C:",
    b"@{u}",
];

#[test]
fn names_of_any_bytes() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, []);
        let name = |it: &[u8]| [it, b".out"].concat();
        for (number, it) in NAMES.iter().enumerate() {
            let text = format!("mode: set\na.go:{number}.1,2.2 1 1\n");
            repo.put_bytes(&name(it), &text);
            repo.put_bytes(&[b"in/", *it, b"/deep/c.out"].concat(), &text);
            repo.put_bytes(&[*it, b".c"].concat(), "x\n");
            repo.put_bytes(&[*it, b".c.bak"].concat(), "y\n");
        }
        if is_git {
            repo.commit();
            repo.put("untracked\nnew.out", PROFILE);
        }
        let cleaned = repo.cleaned(&["--delete", "--ignore", "--force"]);
        let has = |it: &[u8]| cleaned.picture.things.contains_key(&TreePath::new(it));
        for it in NAMES {
            let shown = String::from_utf8_lossy(it);
            assert!(has(&[b"coverage/", &name(it)[..]].concat()), "{shown}");
            assert!(has(&[b"coverage/in/", *it, b"/deep/c.out"].concat()), "{shown}");
            assert!(!has(&name(it)) && !has(&[*it, b".c.bak"].concat()), "{shown}");
        }
        assert!(!has(b"in"));
        for bad in ['\x1b', '\r', '\u{202e}'] {
            assert!(!cleaned.said.contains(bad), "{}", cleaned.said.escape_debug());
        }
    }
}

#[test]
fn the_longest_names() {
    let long = |length: usize, end: &str| "n".repeat(length - end.len()) + end;
    let other = "mode: count\n";
    for is_git in [true, false] {
        let (name, plan) = (long(255, ".out"), long(255, "_PLAN.md"));
        let repo = Repo::of(
            is_git,
            [
                (&name[..], PROFILE),
                (&format!("coverage/{name}"), other),
                (&plan, "# Plan\n\n[r](README.md)\n"),
                ("README.md", &format!("[p]({plan})\n")),
            ],
        );
        let cleaned = repo.cleaned(&[]);
        let suffixed = "n".repeat(249) + "-2.out";
        assert_eq!(cleaned.files[&format!("coverage/{suffixed}")], PROFILE);
        assert_eq!(cleaned.files[&format!("coverage/{name}")], other);
        assert_eq!(cleaned.files["README.md"], format!("[p](docs/planning/{plan})\n"));
    }
}

#[test]
fn links_are_not_followed_and_do_not_move() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("real.out", PROFILE), ("data/x.out", PROFILE)]);
        let outside = repo.beside("outside");
        files::write(&outside.join("secret.out"), PROFILE.as_bytes()).unwrap();
        for (name, aim) in [
            ("file.out", Path::new("data/x.out")),
            ("dangling.out", Path::new("nowhere")),
            ("round.out", Path::new("round.out")),
            ("folder", Path::new("data")),
            ("htmlcov", Path::new("data")),
            ("X_PLAN.md", Path::new("data/x.out")),
            ("outside", &outside),
            ("outside.out", &outside.join("secret.out")),
            ("null.out", Path::new("/dev/null")),
        ] {
            symlink(aim, repo.root.join(name)).unwrap();
        }
        if is_git {
            repo.commit();
        }
        symlink("data/x.out", repo.root.join("new.out")).unwrap();
        let cleaned = repo.cleaned(&["--delete", "--force"]);
        for name in [
            "file.out",
            "dangling.out",
            "round.out",
            "folder",
            "htmlcov",
            "X_PLAN.md",
            "outside",
            "outside.out",
            "null.out",
            "new.out",
        ] {
            assert!(
                cleaned.picture.things[&name.into()].0.starts_with("Link"),
                "{name}"
            );
        }
        assert!(
            cleaned.files.contains_key("coverage/data/x.out")
                && cleaned.files.contains_key("coverage/real.out")
        );
        assert!(!cleaned.said.contains("secret"), "{}", cleaned.said);
        assert!(outside.join("secret.out").is_file());
    }
}

#[test]
fn a_folder_that_moves_takes_its_links_along() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("htmlcov/index.html", REPORT)]);
        symlink("index.html", repo.root.join("htmlcov/first")).unwrap();
        symlink("../../none", repo.root.join("htmlcov/dangling")).unwrap();
        if is_git {
            repo.commit();
        }
        let cleaned = repo.cleaned(&[]);
        assert_eq!(cleaned.files["coverage/htmlcov/first"], "index.html");
        assert_eq!(cleaned.files["coverage/htmlcov/dangling"], "../../none");
    }
}

/// What is a link names its aim: after a move it would lead nowhere.
#[test]
fn a_link_holds_what_it_leads_to() {
    let repo = Repo::of(
        true,
        [
            ("A_PLAN.md", "# A\n"),
            ("B_PLAN.md", "# B\n"),
            ("docs/x.md", "x\n"),
        ],
    );
    symlink("../A_PLAN.md", repo.root.join("docs/plan.md")).unwrap();
    repo.commit();
    symlink("B_PLAN.md", repo.root.join("newest")).unwrap();
    let cleaned = repo.cleaned(&[]);
    cleaned.says(&[
        "A_PLAN.md stays: named by docs/plan.md:1; ",
        "B_PLAN.md stays: named by newest:1; ",
    ]);
}

#[test]
fn hard_links_stay_one_file() {
    for is_git in [true, false] {
        let repo = Repo::of(
            is_git,
            [
                ("a.out", PROFILE),
                ("README.md", "[p](A_PLAN.md)\n"),
                ("A_PLAN.md", "# A\n"),
            ],
        );
        files::create_dir(&repo.root.join("coverage")).unwrap();
        files::create_dir(&repo.root.join("doc")).unwrap();
        let link =
            |from: &str, to: &str| std::fs::hard_link(repo.root.join(from), repo.root.join(to)).unwrap();
        link("a.out", "b.out");
        link("a.out", "c.out");
        link("a.out", "coverage/c.out");
        link("README.md", "doc/README.md");
        if is_git {
            repo.commit();
        }
        let inode = |it: &str| repo.root.join(it).symlink_metadata().unwrap().ino();
        let number = inode("a.out");
        let cleaned = repo.cleaned(&[]);
        let names: Vec<&String> = cleaned.files.keys().filter(|it| it.contains(".out")).collect();
        assert_eq!(names, ["coverage/a.out", "coverage/b.out", "coverage/c.out"]);
        assert_eq!(cleaned.files["README.md"], "[p](docs/planning/A_PLAN.md)\n");
        assert_eq!(cleaned.files["doc/README.md"], "[p](docs/planning/A_PLAN.md)\n");
        for name in ["a.out", "b.out", "c.out", "coverage/c.out"] {
            assert_eq!(inode(name), number, "{name}");
        }
        assert_eq!(inode("README.md"), inode("doc/README.md"));
    }
}

#[test]
fn pipes_are_not_opened_and_do_not_move() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("c.out", PROFILE), ("htmlcov/index.html", REPORT)]);
        let pipes = [
            "x.out",
            "A_PLAN.md",
            ".env",
            "coverage.html",
            "htmlcov/pipe",
            "notes.md",
        ];
        run(&clean("mkfifo", &repo.root).args(pipes)).ends(0);
        let cleaned = repo.cleaned(&["--delete", "--ignore"]);
        for pipe in pipes.map(|it| it.replace("htmlcov/", "coverage/htmlcov/")) {
            assert!(
                cleaned.picture.things[&pipe[..].into()].0.starts_with("Special"),
                "{pipe}"
            );
        }
    }
}

#[test]
fn what_cannot_be_read_stays_and_is_named() {
    let repo = Repo::of(
        false,
        [
            ("c.out", PROFILE),
            ("closed.out", PROFILE),
            ("closed/x.out", PROFILE),
            ("d.out", PROFILE),
            ("coverage/d.out", PROFILE),
            ("htmlcov/index.html", REPORT),
            ("htmlcov/closed/x", "x\n"),
            ("README.md", "words\n"),
            ("A_PLAN.md", "# A\n"),
        ],
    );
    let close = |mode: u32| {
        for path in [
            "closed.out",
            "closed",
            "htmlcov/closed",
            "README.md",
            "coverage/d.out",
        ] {
            let mode = if repo.root.join(path).is_dir() {
                mode | (mode & 0o444) >> 2
            } else {
                mode
            };
            files::set_mode(&repo.root.join(path), mode).unwrap();
        }
    };
    close(0);
    if files::read(&repo.root.join("closed.out")).is_ok() {
        close(0o644);
        return skipped("what_cannot_be_read_stays_and_is_named", "root reads everything");
    }
    let done = repo.clean([]);
    close(0o644);
    let done = done.ends(0);
    for piece in [
        "closed.out stays: it cannot be read",
        "htmlcov/ stays: it cannot be read: a folder in it cannot be read",
        "c.out -> coverage/c.out",
        "d.out -> coverage/d-2.out",
    ] {
        assert!(done.text().contains(piece), "no `{piece}` in {}", done.text());
    }
    for piece in [
        "could not look into `closed`",
        "`README.md` was not searched for references",
    ] {
        assert!(done.stderr.contains(piece), "no `{piece}` in {}", done.stderr);
    }
    assert!(repo.has("closed.out") && repo.has("closed/x.out") && repo.has("coverage/c.out"));
    repo.clean(["--undo"]).ends(0);
    assert!(repo.has("c.out"));
}

#[test]
fn a_destination_that_cannot_be_written() {
    for is_git in [true, false] {
        let repo = Repo::of(
            is_git,
            [("c.out", PROFILE), ("coverage/x", "x\n"), ("A_PLAN.md", "# A\n")],
        );
        let before = repo.picture();
        let folder = repo.root.join("coverage");
        files::set_mode(&folder, 0o555).unwrap();
        if files::check_writable(&folder).is_ok() {
            files::set_mode(&folder, 0o755).unwrap();
            return skipped("a_destination_that_cannot_be_written", "root writes everywhere");
        }
        let done = repo.clean([]);
        files::set_mode(&folder, 0o755).unwrap();
        let done = done.ends(1);
        assert!(
            done.stderr.contains("warning: left out: cannot move"),
            "{}",
            done.stderr
        );
        assert!(
            repo.has("c.out") && repo.has("docs/planning/A_PLAN.md"),
            "the others go on"
        );
        repo.clean(["--undo"]).ends(0);
        assert_eq!(repo.picture(), before);
    }
}

/// Folders of a path that is so many bytes long, a `/` before each.
#[cfg(target_os = "linux")]
fn deep(mut bytes: usize) -> String {
    let mut path = String::new();
    while bytes > 0 {
        let mut length = bytes.min(200);
        // No folder has an empty name.
        length -= usize::from(bytes - length == 1);
        path.push('/');
        path.push_str(&"n".repeat(length - 1));
        bytes -= length;
    }
    path
}

/// Longer than any path that a program can name at once.
#[test]
#[cfg(target_os = "linux")]
fn the_longest_paths() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("c.out", PROFILE), ("A_PLAN.md", "# A\n")]);
        let (upper, lower) = (format!("upper{}", deep(3000)), format!("lower{}", deep(3000)));
        repo.put(&format!("{upper}/above.out"), PROFILE)
            .put(&format!("{lower}/below.out"), PROFILE);
        let inside = repo.root.join(&upper).join("lower");
        files::rename(&repo.root.join("lower"), &inside).unwrap();
        let done = repo.clean([]).ends(0);
        assert!(repo.has("coverage/c.out") && repo.has(&format!("coverage/{upper}/above.out")));
        if !is_git {
            // Git takes what it cannot name for empty.
            assert!(
                done.stderr.contains("warning: could not look into `upper/"),
                "{}",
                done.stderr
            );
        }
        repo.clean(["--undo"]).ends(0);
        assert!(repo.has("c.out") && repo.has(&format!("{upper}/above.out")) && !repo.has("coverage"));
        files::rename(&inside, &repo.root.join("lower")).unwrap();
        assert_eq!(repo.text(&format!("{lower}/below.out")), PROFILE);
    }
}

/// A path that can be named where it is, and not where it would go.
#[test]
#[cfg(target_os = "linux")]
fn a_path_that_grows_too_long() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("c.out", PROFILE)]);
        let room = 4095 - repo.root.as_os_str().len() - "/x.out".len();
        let long = format!("{}/x.out", &deep(room)[1..]);
        repo.put(&long, PROFILE);
        let cleaned = repo.cleaned(&[]);
        cleaned.says(&["x.out stays: its new folder cannot be made: "]);
        assert!(cleaned.files.contains_key("coverage/c.out") && cleaned.files.contains_key(&long));
    }
}

/// Performs what was planned while something happens, and gives why steps were left out.
#[track_caller]
fn meddled(repo: &Repo, deed: impl FnOnce(&Repo)) -> Vec<String> {
    let mut disk = Meddler::new(|| deed(repo));
    let journal = repo.apply(&rules(""), &Wish::default(), &mut disk).unwrap();
    journal.skipped.into_iter().map(|it| it.why).collect()
}

#[test]
fn a_file_that_vanishes() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("a.out", PROFILE), ("b.out", "mode: count\n")]);
        let said = meddled(&repo, |repo| files::remove(&repo.root.join("a.out")).unwrap());
        assert_eq!(said, ["`a.out` is gone: it was moved or removed since"]);
        assert!(repo.has("coverage/b.out") && !repo.has("coverage/a.out"));
        repo.undo(&mut Disk);
        assert_eq!(repo.text("b.out"), "mode: count\n");
        if is_git {
            assert_eq!(repo.picture().status, " D a.out\0");
        }
    }
}

#[test]
fn a_destination_that_appears() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("a.out", PROFILE), ("b.out", "mode: count\n")]);
        let said = meddled(&repo, |repo| {
            repo.put("coverage/a.out", "theirs\n");
        });
        assert_eq!(said, ["`a.out` stays: something else has its new name"]);
        assert_eq!(
            (&repo.text("a.out")[..], &repo.text("coverage/a.out")[..]),
            (PROFILE, "theirs\n")
        );
        repo.undo(&mut Disk);
        let files = repo.picture().files();
        let names: Vec<&String> = files.keys().collect();
        assert_eq!(names, ["a.out", "b.out", "coverage/a.out"]);
        if is_git {
            assert_eq!(repo.picture().status, "?? coverage/a.out\0");
        }
    }
}

#[test]
fn a_source_that_is_replaced() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("a.out", PROFILE)]);
        let said = meddled(&repo, |repo| {
            repo.put("a.out", "mine\n");
        });
        assert_eq!(said, Vec::<String>::new());
        assert_eq!(repo.text("coverage/a.out"), "mine\n");
        repo.undo(&mut Disk);
        assert_eq!(repo.text("a.out"), "mine\n");
    }
}

#[test]
fn a_duplicate_that_is_none_any_more() {
    for (changed, expected) in [
        ("a.out", ["mine\n", PROFILE]),
        ("coverage/a.out", [PROFILE, "mine\n"]),
    ] {
        for is_git in [true, false] {
            let files = [
                ("a.out", PROFILE),
                ("coverage/a.out", PROFILE),
                ("b.out", "mode: set\n"),
            ];
            let repo = Repo::of(is_git, files);
            let said = meddled(&repo, |repo| {
                repo.put(changed, "mine\n");
            });
            assert_eq!(said, ["`a.out` is no longer the same as `coverage/a.out`"]);
            let after = |repo: &Repo| assert_eq!([repo.text("a.out"), repo.text("coverage/a.out")], expected);
            after(&repo);
            repo.undo(&mut Disk);
            after(&repo);
            if is_git {
                assert_eq!(repo.picture().status, format!(" M {changed}\0"));
            }
        }
    }
}

#[test]
fn a_folder_that_gets_a_file_meanwhile() {
    for is_git in [true, false] {
        let repo = Repo::of(is_git, [("a/b/c.out", PROFILE), ("htmlcov/index.html", REPORT)]);
        let said = meddled(&repo, |repo| {
            repo.put("a/b/new.c", "x\n").put("htmlcov/new.css", "y\n");
        });
        assert_eq!(said, Vec::<String>::new());
        assert_eq!(repo.text("a/b/new.c"), "x\n");
        assert_eq!(repo.text("coverage/htmlcov/new.css"), "y\n");
        repo.undo(&mut Disk);
        let files = repo.picture().files();
        let names: Vec<&String> = files.keys().collect();
        assert_eq!(
            names,
            ["a/b/c.out", "a/b/new.c", "htmlcov/index.html", "htmlcov/new.css"]
        );
    }
}

#[test]
fn many_files() {
    let repo = Repo::git();
    for number in 0..5000 {
        let folder = number / 100;
        repo.put(
            &format!("f{folder}/run-{number}.out"),
            format!("mode: set\na.go:{number}.1,2.2 1 1\n"),
        );
    }
    repo.put("main.c", "int main;\n").commit();
    let cleaned = repo.cleaned(&["--force"]);
    assert_eq!(cleaned.picture.status.matches("R  coverage/f").count(), 5000);
    cleaned.says(&["go-profiles: a cover profile is the output of one test run (5000 files, "]);
}
