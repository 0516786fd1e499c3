//! The search of a tree on disk.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::effect::environment;
use crate::effect::files::{Scratch, write};

fn target(path: &str) -> Target {
    Target {
        path: TreePath::from(path),
        is_folder: false,
    }
}

#[test]
fn a_tree_is_searched() {
    let scratch = Scratch::new(&environment::temp_dir()).unwrap();
    let mut names = BTreeSet::new();
    for (name, text) in [
        ("jobs.json", &b"jobs.json"[..]),
        ("b.txt", b"x"),
        ("README.md", b"x\n[b](b.txt) and b.txt\njobs.json"),
        ("a/run.sh", b"cat ../jobs.json"),
        (".gitignore", b"jobs.json"),
        ("Cargo.lock", b"jobs.json"),
        ("binary", b"\0jobs.json"),
    ] {
        write(&scratch.path().join(name), text).unwrap();
        names.insert(name.to_owned());
    }
    for number in 0..600 {
        let name = format!("many/{number}.py");
        let text = if number % 100 == 7 { "jobs.json" } else { "jobs" };
        write(&scratch.path().join(&name), text.as_bytes()).unwrap();
        names.insert(name);
    }
    names.insert("gone.txt".to_owned());
    let files: Vec<&[u8]> = names.iter().map(String::as_bytes).collect();
    let done = AtomicUsize::new(0);
    let progress = |more| {
        done.fetch_add(more, Ordering::Relaxed);
    };
    let found = search(
        scratch.path(),
        &files,
        &[target("jobs.json"), target("b.txt")],
        &progress,
    );
    let shown: Vec<String> = found
        .references
        .iter()
        .map(|it| format!("{} {}:{} {:?}", it.target, it.file, it.line, it.kind))
        .collect();
    let expected = [
        "0 README.md:3 Document",
        "0 a/run.sh:1 Code",
        "0 many/107.py:1 Code",
        "0 many/207.py:1 Code",
        "0 many/307.py:1 Code",
        "0 many/407.py:1 Code",
        "0 many/507.py:1 Code",
        "0 many/7.py:1 Code",
        "1 README.md:2 Document",
    ];
    assert_eq!(shown, expected);
    assert!(found.unsearched.is_empty());
    assert_eq!(done.into_inner(), files.len());
    let nothing = search(scratch.path(), &files, &[], &|_| {});
    assert_eq!(nothing, Found::default());
}

#[test]
fn what_cannot_be_searched_is_named() {
    let scratch = Scratch::new(&environment::temp_dir()).unwrap();
    write(&scratch.path().join("large.sql"), &vec![b'x'; MOST_BYTES + 1]).unwrap();
    write(
        &scratch.path().join("image"),
        &[&[0], &vec![b'x'; MOST_BYTES][..]].concat(),
    )
    .unwrap();
    let found = search(
        scratch.path(),
        &[b"image", b"large.sql"],
        &[target("jobs.json")],
        &|_| {},
    );
    let why = "it is larger than 32 MiB".to_owned();
    assert_eq!(found.unsearched, [(TreePath::from("large.sql"), why)]);
    assert!(found.references.is_empty());
}
