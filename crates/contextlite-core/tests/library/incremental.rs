//! An index follows its folder: what is new, changed, gone, ignored, skipped.

use std::fs;

use contextlite_core::{Index, Skip, Update, default_database, update};
use tempfile::TempDir;

use crate::folder::{check, check_found, folder, run, write};

#[test]
fn new_edited_and_deleted_files() {
    let folder = folder(&[("one.md", "alpha"), ("sub/two.md", "beta")]);
    check(&folder, [2, 0, 0, 0, 0]);
    check(&folder, [0, 0, 2, 0, 0]);

    write(folder.path(), "one.md", "gamma");
    check(&folder, [0, 1, 1, 0, 0]);
    check_found(&folder, "alpha", &[]);
    check_found(&folder, "gamma", &["one.md"]);

    fs::remove_file(folder.path().join("sub/two.md")).unwrap();
    check(&folder, [0, 0, 1, 1, 0]);
    check_found(&folder, "beta", &[]);
}

#[test]
fn a_renamed_file_is_found_at_its_new_place_only() {
    let folder = folder(&[("old.md", "alpha")]);
    run(&folder);
    fs::rename(folder.path().join("old.md"), folder.path().join("new.md")).unwrap();
    check(&folder, [1, 0, 0, 1, 0]);
    check_found(&folder, "alpha", &["new.md"]);
}

#[test]
fn a_touched_file_is_unchanged() {
    let folder = folder(&[("one.md", "alpha")]);
    run(&folder);
    write(folder.path(), "one.md", "alpha");
    check(&folder, [0, 0, 1, 0, 0]);
}

#[test]
fn ignore_files_count_without_a_repository() {
    let folder = folder(&[
        ("one.md", "alpha"),
        ("target/two.md", "alpha"),
        ("three.md", "alpha"),
        (".hidden.md", "alpha"),
        ("sub/four.md", "alpha"),
    ]);
    check(&folder, [4, 0, 0, 0, 0]);
    write(folder.path(), ".gitignore", "target/\n");
    check(&folder, [0, 0, 3, 1, 0]);
    write(folder.path(), ".ignore", "three.md\n");
    check(&folder, [0, 0, 2, 1, 0]);
    write(folder.path(), "sub/.gitignore", "*.md\n");
    check(&folder, [0, 0, 1, 1, 0]);
    check_found(&folder, "alpha", &["one.md"]);
}

#[test]
fn only_a_repository_reaches_above_the_folder() {
    let above = folder(&[(".gitignore", "*\n"), ("inner/one.md", "alpha")]);
    let inner = Update::new(above.path().join("inner"));
    assert_eq!(update(&inner).unwrap().added, 1);
    fs::create_dir(above.path().join(".git")).unwrap();
    assert_eq!(update(&inner).unwrap().removed, 1);
}

#[test]
fn the_index_never_indexes_itself() {
    let folder = folder(&[
        ("one.md", "alpha"),
        (".gitignore", "!.contextlite\n!.contextlite/**\n"),
    ]);
    check(&folder, [1, 0, 0, 0, 0]);
    check(&folder, [0, 0, 1, 0, 0]);
    let ignore = folder.path().join(".contextlite/.gitignore");
    assert_eq!(fs::read_to_string(ignore).unwrap(), "*\n");

    let mut request = Update::new(folder.path());
    request.database = Some(folder.path().join("visible.db"));
    for _ in 0..2 {
        let report = update(&request).unwrap();
        assert_eq!((report.added + report.unchanged, report.skipped), (1, vec![]));
    }
}

#[test]
fn what_is_not_text_is_skipped_with_a_reason() {
    let folder = folder(&[("one.md", "alpha")]);
    write(folder.path(), "binary", b"\x7fELF\0\0");
    write(folder.path(), "latin1.txt", b"caf\xe9");
    write(folder.path(), "utf16.txt", b"\xff\xfea\0");
    write(folder.path(), "large.txt", "a".repeat(101));
    write(folder.path(), "fits.txt", "a".repeat(100));
    write(folder.path(), "empty.txt", "");
    write(folder.path(), "bom.txt", "\u{feff}beta");
    let mut request = Update::new(folder.path());
    request.max_bytes = 100;
    let report = update(&request).unwrap();
    assert_eq!(report.added, 4);
    let skipped: Vec<_> = report
        .skipped
        .iter()
        .map(|it| (it.path.to_str().unwrap(), it.skip))
        .collect();
    let expected = [
        ("binary", Skip::Binary),
        ("large.txt", Skip::TooLarge),
        ("latin1.txt", Skip::NotUtf8),
        ("utf16.txt", Skip::Binary),
    ];
    assert_eq!(skipped, expected);
    let index = Index::open(&report.database).unwrap();
    assert_eq!(index.query("beta", 10).unwrap().passages[0].text, "beta");
}

#[test]
fn a_file_that_became_binary_leaves_the_index() {
    let folder = folder(&[("one.md", "alpha")]);
    run(&folder);
    write(folder.path(), "one.md", "alpha\0");
    check(&folder, [0, 0, 0, 1, 1]);
    check_found(&folder, "alpha", &[]);
}

#[cfg(unix)]
#[test]
fn odd_files_do_not_stop_a_run() {
    use std::os::unix::ffi::OsStrExt as _;

    let folder = folder(&[
        ("one.md", "alpha"),
        ("with\nline end.md", "beta"),
        ("sub/x.md", "gamma"),
    ]);
    std::os::unix::fs::symlink("one.md", folder.path().join("link.md")).unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("sub/loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket"));
    let odd = folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.md"));
    // Some file systems refuse such a name, and then there is nothing to skip.
    let odd = u64::from(fs::write(odd, "delta").is_ok());
    check(&folder, [3, 0, 0, 0, odd]);
    drop(socket);
}

#[test]
fn answers_do_not_depend_on_how_the_index_came_about() {
    let files: Vec<(String, String)> = (0..40)
        .map(|it| (format!("{it:02}.md"), format!("common words, number {}", it % 7)))
        .collect();
    let at_once = tempfile::tempdir().unwrap();
    let bit_by_bit = tempfile::tempdir().unwrap();
    for (name, text) in files.iter().rev() {
        write(bit_by_bit.path(), name, "common words, to be replaced");
        run(&bit_by_bit);
        write(bit_by_bit.path(), name, text);
        write(at_once.path(), name, text);
    }
    run(&bit_by_bit);
    run(&at_once);
    let ask = |folder: &TempDir, query| {
        Index::open(default_database(folder.path()))
            .unwrap()
            .query(query, 60)
            .unwrap()
    };
    for query in ["common words", "number 3", "words,"] {
        assert_eq!(ask(&at_once, query), ask(&bit_by_bit, query));
    }
}

#[test]
fn a_run_with_nothing_to_do_does_not_touch_the_file() {
    let folder = folder(&[("one.md", "alpha")]);
    let database = run(&folder).database;
    let before = fs::read(&database).unwrap();
    run(&folder);
    assert_eq!(fs::read(&database).unwrap(), before);
}
