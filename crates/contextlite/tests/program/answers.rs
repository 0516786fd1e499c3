//! What the commands print when all goes well.

use std::fs;

use crate::fixture::{Fixture, harbour};

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

#[cfg(unix)]
#[test]
fn a_database_behind_a_link_is_left_out_too() {
    let it = Fixture::new(&[("docs/lamp.md", "A lamp.\n")]);
    it.run(&["index", "docs", "--db", "docs/x.db"]).ok();
    std::os::unix::fs::symlink("docs/x.db", it.path().join("link.db")).unwrap();
    let out = it.run(&["index", "docs", "--db", "link.db"]).ok();
    assert!(
        out.starts_with("0 added, 0 updated, 1 unchanged, 0 removed, 0 skipped\n"),
        "{out}"
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
fn a_query_may_begin_with_a_hyphen() {
    let it = Fixture::new(&[("arrow.rs", "fn one() -> u8 { 1 }\n")]);
    it.run(&["index", "."]).ok();
    for query in ["->", "-> u8"] {
        let out = it.run(&["query", query, "--budget", "50"]).ok();
        assert!(out.starts_with("arrow.rs:1-1 "), "{out}");
    }
}
