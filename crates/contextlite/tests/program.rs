//! The program as people run it: what it prints, where, and how it ends.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

struct Fixture(TempDir);

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// The program in the folder, with nothing of the home of who runs the tests.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contextlite"));
        command.args(args).current_dir(self.path()).stdin(Stdio::null());
        command
            .env("HOME", self.path())
            .env("XDG_CONFIG_HOME", self.path().join(".config"));
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(args).output().unwrap())
    }
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Standard output of a run that went well.
    #[track_caller]
    fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    #[track_caller]
    fn json(self) -> Value {
        serde_json::from_str(&self.ok()).unwrap()
    }

    #[track_caller]
    fn fails(&self, code: i32, says: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{self:?}");
        for it in says {
            assert!(self.err.contains(it), "`{it}` in: {}", self.err);
        }
    }
}

fn harbour() -> Fixture {
    Fixture::new(&[
        (
            "guide/lighthouse.md",
            "# Lighthouse\n\nThe lamp is lit at dusk.\nIt turns every ten seconds.\n",
        ),
        (
            "guide/pier.md",
            "# Pier\n\nBoats land here, in sight of the lighthouse.\n",
        ),
        (
            "src/lamp.rs",
            "/// Turns the lamp on.\npub fn light(lamp: &mut Lamp) {\n    lamp.on = true;\n}\n",
        ),
    ])
}

#[test]
fn version_and_help() {
    let it = harbour();
    assert_eq!(
        it.run(&["--version"]).ok(),
        format!("contextlite {}\n", env!("CARGO_PKG_VERSION"))
    );
    let help = it.run(&["--help"]).ok();
    for command in ["index", "query", "status"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        assert!(it.run(&[command, "--help"]).ok().contains("Usage: contextlite"));
    }
}

#[test]
fn index_then_query_then_status() {
    let it = harbour();
    let out = it.run(&["index", "."]).ok();
    assert!(
        out.starts_with("3 added, 0 updated, 0 unchanged, 0 removed, 0 skipped\n3 files, 3 passages, "),
        "{out}"
    );

    let run = it.run(&["query", "when is the lamp lit?", "--budget", "20"]);
    let (out, err) = (run.out.clone(), run.err.clone());
    run.ok();
    let expected = "guide/lighthouse.md:1-4 (score 1.00, 17 tokens)\n\
                    # Lighthouse\n\nThe lamp is lit at dusk.\nIt turns every ten seconds.\n";
    assert_eq!(out, expected);
    assert_eq!(err, "17 of 20 tokens, 3 passages found\n");

    let out = it.run(&["status"]).ok();
    assert!(out.contains("\nfiles     3\npassages  3\n"), "{out}");
}

#[test]
fn json_documents() {
    let it = harbour();
    fs::write(it.path().join("picture"), b"\0\x01").unwrap();
    let index = it.run(&["index", ".", "--json"]).json();
    assert_eq!(
        (&index["format"], &index["added"], &index["passages"]),
        (&1.into(), &3.into(), &3.into())
    );
    assert_eq!(
        (&index["skipped"]["binary"], &index["skipped"]["too_large"]),
        (&1.into(), &0.into())
    );

    let query = it
        .run(&["query", "lighthouse", "--budget", "100", "--json"])
        .json();
    let keys: Vec<_> = query.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["budget", "format", "matched", "passages", "query", "tokens"]
    );
    assert_eq!(
        (&query["query"], &query["budget"], &query["matched"]),
        (&"lighthouse".into(), &100.into(), &2.into())
    );
    let passages = query["passages"].as_array().unwrap();
    let keys: Vec<_> = passages[0]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        ["end_line", "path", "score", "start_line", "text", "tokens"]
    );
    assert_eq!(passages[0]["path"], "guide/lighthouse.md");
    assert_eq!(passages[0]["score"], 1.0);
    let total: u64 = passages.iter().map(|it| it["tokens"].as_u64().unwrap()).sum();
    assert_eq!(query["tokens"], total);

    let status = it.run(&["status", "--json"]).json();
    assert_eq!((&status["files"], &status["schema"]), (&3.into(), &1.into()));
    assert_eq!(status["tokens"], index["tokens"]);
    let size = fs::metadata(it.path().join(".contextlite/index.db"))
        .unwrap()
        .len();
    assert_eq!(status["database_bytes"], size);
}

#[test]
fn skipped_files_are_counted_and_named() {
    let it = harbour();
    fs::write(it.path().join("picture"), b"\0\x01").unwrap();
    fs::write(it.path().join("latin1"), b"\xe9").unwrap();
    let run = it.run(&["index", ".", "--verbose", "--max-bytes", "60"]);
    let expected = "skipped `guide/lighthouse.md`: too large\nskipped `latin1`: not UTF-8\n\
                    skipped `picture`: binary\nskipped `src/lamp.rs`: too large\n";
    assert_eq!(run.err.replace('\\', "/"), expected);
    let out = run.ok();
    assert!(
        out.contains("4 skipped (1 binary, 2 too large, 1 not UTF-8)\n"),
        "{out}"
    );
}

#[test]
fn the_index_can_be_named_or_found() {
    let it = harbour();
    let apart = Fixture::new(&[]);
    let database = apart.path().join("harbour.db");
    let database = database.to_str().unwrap();
    it.run(&["index", ".", "--db", database]).ok();
    assert!(!it.path().join(".contextlite").exists());
    let query = ["query", "pier", "--budget", "50"];
    it.run(&query).fails(
        1,
        &["error: no index at ", "help: run `contextlite index .` first\n"],
    );
    let by_name = it.run(&[&query[..], &["--db", database]].concat()).ok();

    it.run(&["index", "."]).ok();
    assert_eq!(it.run(&query).ok(), by_name);
    assert_eq!(it.run(&[&query[..], &["--dir", "guide"]].concat()).ok(), by_name);
    let elsewhere = it.path().to_str().unwrap();
    assert_eq!(
        apart.run(&[&query[..], &["--dir", elsewhere]].concat()).ok(),
        by_name
    );
}

#[test]
fn nothing_found_is_no_failure() {
    let it = harbour();
    it.run(&["index", "."]).ok();
    let run = it.run(&["query", "zebra", "--budget", "50"]);
    assert_eq!(
        (run.code, run.out.as_str(), run.err.as_str()),
        (Some(0), "", "nothing found\n")
    );
    let run = it.run(&["query", "lighthouse", "--budget", "1"]);
    let err = "2 passages found, none fits 1 tokens\n";
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (Some(0), "", err));
}

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
fn a_query_may_begin_with_a_hyphen() {
    let it = Fixture::new(&[("arrow.rs", "fn one() -> u8 { 1 }\n")]);
    it.run(&["index", "."]).ok();
    for query in ["->", "-> u8"] {
        let out = it.run(&["query", query, "--budget", "50"]).ok();
        assert!(out.starts_with("arrow.rs:1-1 "), "{out}");
    }
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
