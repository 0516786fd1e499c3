//! Wrong usage, failures, closed pipes, runs at the same time, killed runs.

use std::fs;
use std::io::Read as _;
use std::process::Stdio;

use crate::fixture::{Fixture, Run, harbour};

#[test]
fn wrong_usage_is_2() {
    let it = harbour();
    it.run(&[]).fails(2, &["Usage: contextlite"]);
    it.run(&["indx", "."]).fails(2, &["'indx'", "'index'"]);
    it.run(&["query", "pier"]).fails(2, &["--budget <TOKENS>"]);
    it.run(&["query", "pier", "--budget", "0"]).fails(2, &["'0'"]);
    it.run(&["query", "pier", "--budget", "many"])
        .fails(2, &["'many'"]);
    it.run(&["query", "pier", "--budget", "5", "--db", "a", "--dir", "b"])
        .fails(2, &["--dir"]);
    for empty in ["", "  ", "\n"] {
        it.run(&["query", empty, "--budget", "5"])
            .fails(2, &["the query is empty"]);
    }
}

#[test]
fn failures_say_what_to_do() {
    let it = harbour();
    it.run(&["index", "nowhere"])
        .fails(1, &["error: cannot index `nowhere`: no such file or folder\n"]);
    it.run(&["index", "src/lamp.rs"])
        .fails(1, &["error: cannot index `src/lamp.rs`: not a folder\n"]);
    it.run(&["index", ".", "--db", "no/where.db"])
        .fails(1, &["error: cannot open `no`: no such file or folder\n"]);
    let db = ["status", "--db", "given.db"];
    it.run(&db)
        .fails(1, &["error: no index at `given.db`\n", "help: "]);
    fs::write(
        it.path().join("given.db"),
        "not a database, though it is long enough to be one. ".repeat(40),
    )
    .unwrap();
    it.run(&db).fails(
        1,
        &[
            "error: cannot read `given.db`: not a database, or damaged",
            "help: ",
        ],
    );
    it.run(&["index", ".", "--db", "given.db"])
        .fails(1, &["error: cannot read `given.db`", "help: "]);
}

#[test]
fn a_damaged_database_is_named_once_with_its_reason() {
    let it = Fixture::new(&[("given.db", &"long enough to be a database, and none. ".repeat(40))]);
    it.run(&["status", "--db", "given.db"]).fails(
        1,
        &[
            "error: cannot read `given.db`: not a database, or damaged (file is not a database)\n",
            "help: if `given.db` was an index, delete it",
            "else name another file with `--db`\n",
        ],
    );
}

#[test]
fn a_folder_in_place_of_the_database_is_called_a_folder() {
    let it = Fixture::new(&[("lamp.md", "A lamp.\n"), (".contextlite/index.db/x", "")]);
    let given =
        "error: cannot use `.contextlite`: it is a folder, not a file\nhelp: name a file with `--db`\n";
    it.run(&["status", "--db", ".contextlite"]).fails(1, &[given]);
    it.run(&["index", ".", "--db", ".contextlite"]).fails(1, &[given]);
    it.run(&["index", "."])
        .fails(1, &["index.db`: it is a folder", "help: name a file"]);
}

#[test]
fn a_file_in_place_of_the_folder_of_the_index_is_left() {
    let it = Fixture::new(&[(".contextlite", "mine\n")]);
    it.run(&["index", "."]).fails(
        1,
        &[
            ".contextlite`: it is there, and is no folder\n",
            "help: name a database elsewhere with `--db FILE`\n",
        ],
    );
    let left = fs::read_to_string(it.path().join(".contextlite")).unwrap();
    assert_eq!(left, "mine\n");
}

/// Nothing is refused to the superuser, for whom this test ends early.
#[cfg(unix)]
#[test]
fn what_may_not_be_read_or_written_is_not_called_absent() {
    use std::os::unix::fs::PermissionsExt as _;

    let it = harbour();
    it.run(&["index", "."]).ok();
    let inside = it.path().join(".contextlite");
    let allow = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(&inside, 0o000);
    if fs::read_dir(&inside).is_ok() {
        allow(&inside, 0o755);
        return;
    }
    for words in [
        &["status"][..],
        &["status", "--db", ".contextlite/index.db"],
        &["query", "pier", "--budget", "9"],
    ] {
        it.run(words).fails(
            1,
            &["index.db`: permission denied\n", "help: check the owner and mode"],
        );
    }
    allow(&inside, 0o755);
    allow(&inside.join("index.db"), 0o444);
    fs::write(it.path().join("new.md"), "A new pier.\n").unwrap();
    it.run(&["index", "."])
        .fails(1, &["help: the database and its folder must allow writing"]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_a_failure_with_its_reason() {
    let it = harbour();
    it.run(&["index", "."]).ok();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = it.command(&["status"]).stdout(full).output().unwrap();
    Run::of(output).fails(
        1,
        &["error: cannot write to standard output: No space left on device"],
    );
}

#[test]
fn a_word_too_many_gets_advice() {
    let it = harbour();
    it.run(&["query", "where", "is", "the", "lamp", "--budget", "9"])
        .fails(2, &["'is'", "put a query of several words in quotes"]);
    it.run(&["status", "src"])
        .fails(2, &["'src'", "name the folder with '--dir'"]);
    it.run(&["query", "lamp", "--budget", "-1"])
        .fails(2, &["invalid value '-1' for '--budget <TOKENS>'"]);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut seed = 1_u32;
    let mut word = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x4e00 + (seed >> 8) % 20_000).unwrap()
    };
    // No two lines alike, or most were left out as copies.
    let text: String = (0..8_000)
        .map(|_| format!("sea {} {} {}\n", word(), word(), word()))
        .collect::<Vec<_>>()
        .concat();
    let it = Fixture::new(&[("sea.txt", &text)]);
    it.run(&["index", "."]).ok();
    let query = ["query", "sea", "--budget", "1000000", "--json"];
    // More than a pipe holds on any system.
    assert!(it.run(&query).ok().len() > 100_000);
    let mut child = it
        .command(&query)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    // The pipe is closed now.
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), String::from_utf8(output.stderr).unwrap()),
        (Some(0), String::new())
    );
}

#[test]
fn runs_at_the_same_time_end_well() {
    let files: Vec<(String, String)> = (0..200)
        .map(|it| (format!("{it}.txt"), format!("boat number {it}\n")))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let it = Fixture::new(&files);
    let start = || {
        let mut command = it.command(&["index", ".", "--wait", "60"]);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    let mut added = 0;
    for child in children {
        let out = Run::of(child.wait_with_output().unwrap()).ok();
        added += u32::from(out.starts_with("200 added"));
        assert!(
            out.starts_with("200 added") || out.starts_with("0 added, 0 updated, 200 unchanged"),
            "{out}"
        );
    }
    assert_eq!(added, 1);
}

#[test]
fn a_killed_run_leaves_the_old_index_or_the_new() {
    let it = Fixture::new(&[("old.txt", "the old boat\n")]);
    it.run(&["index", "."]).ok();
    fs::remove_file(it.path().join("old.txt")).unwrap();
    for number in 0..500 {
        fs::write(
            it.path().join(format!("{number}.txt")),
            format!("new boat {number}\n"),
        )
        .unwrap();
    }
    let mut child = it.command(&["index", "."]).stdout(Stdio::null()).spawn().unwrap();
    let journal = it.path().join(".contextlite/index.db-journal");
    while !journal.exists() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let files = it.run(&["status", "--json"]).json()["files"].as_u64().unwrap();
    assert!([1, 500].contains(&files), "{files}");
    it.run(&["index", "."]).ok();
    assert_eq!(it.run(&["status", "--json"]).json()["files"], 500);
}
