//! An index follows its folder: what is new, changed, gone, ignored, skipped.

use std::fs;
use std::path::Path;
use std::time::Duration;

use contextlite_core::{Error, Index, Report, Skip, Update, default_database, find_database, update};
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    folder
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(folder: &TempDir) -> Report {
    update(&Update::new(folder.path())).unwrap()
}

/// Added, updated, unchanged, removed, skipped.
#[track_caller]
fn check(folder: &TempDir, expected: [u64; 5]) {
    let it = run(folder);
    let skipped = u64::try_from(it.skipped.len()).unwrap();
    assert_eq!(
        [it.added, it.updated, it.unchanged, it.removed, skipped],
        expected
    );
}

#[track_caller]
fn check_found(folder: &TempDir, query: &str, expected: &[&str]) {
    let index = Index::open(default_database(folder.path())).unwrap();
    let mut paths: Vec<_> = index
        .query(query, 10_000)
        .unwrap()
        .passages
        .into_iter()
        .map(|it| it.path)
        .collect();
    paths.sort();
    assert_eq!(paths, expected, "{query}");
}

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

#[test]
fn a_database_named_by_hand_keeps_to_its_folder() {
    let one = folder(&[("one.md", "alpha")]);
    let two = folder(&[("two.md", "beta")]);
    let place = tempfile::tempdir().unwrap();
    let database = place.path().join("shared.db");
    let request = |folder: &TempDir| Update {
        database: Some(database.clone()),
        ..Update::new(folder.path())
    };
    update(&request(&one)).unwrap();
    let error = update(&request(&two)).unwrap_err();
    assert!(matches!(&error, Error::OtherFolder { .. }), "{error}");
    assert_eq!(update(&request(&one)).unwrap().unchanged, 1);
    // The folder is gone, so it was moved: the index follows.
    drop(one);
    let report = update(&request(&two)).unwrap();
    assert_eq!((report.added, report.removed), (1, 1));
}

#[test]
fn the_index_of_a_folder_above_is_found() {
    let folder = folder(&[("sub/deep/one.md", "alpha")]);
    let deep = folder.path().join("sub/deep");
    assert!(matches!(find_database(&deep), Err(Error::NoIndex { .. })));
    run(&folder);
    let found = find_database(&deep).unwrap();
    assert_eq!(found, default_database(&folder.path().canonicalize().unwrap()));
}

#[test]
fn a_locked_index_is_an_error_that_says_so() {
    let folder = folder(&[("one.md", "alpha")]);
    let database = run(&folder).database;
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let request = Update {
        wait: Duration::ZERO,
        ..Update::new(folder.path())
    };
    let error = update(&request).unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    check_found(&folder, "alpha", &["one.md"]);
    drop(other);
    check(&folder, [0, 0, 1, 0, 0]);
}

#[test]
fn files_that_are_no_index_are_refused_and_left_alone() {
    let folder = folder(&[("one.md", "alpha")]);
    let refused = |text: &[u8], is: fn(&Error) -> bool| {
        let database = folder.path().join(".given.db");
        if !text.is_empty() {
            fs::write(&database, text).unwrap();
        }
        let before = fs::read(&database).unwrap();
        let request = Update {
            database: Some(database.clone()),
            ..Update::new(folder.path())
        };
        for error in [update(&request).unwrap_err(), Index::open(&database).unwrap_err()] {
            assert!(is(&error), "{error:?}");
            assert!(error.help().is_some());
        }
        assert_eq!(fs::read(&database).unwrap(), before);
        fs::remove_file(database).unwrap();
    };
    refused(&b"this is a text, not a database\n".repeat(100), |it| {
        matches!(it, Error::Damaged { .. })
    });
    let make = |sql: &str| {
        rusqlite::Connection::open(folder.path().join(".given.db"))
            .unwrap()
            .execute_batch(sql)
            .unwrap();
    };
    make("CREATE TABLE bookmarks (url TEXT)");
    refused(b"", |it| matches!(it, Error::Foreign { .. }));
    make("PRAGMA user_version = 7");
    refused(b"", |it| matches!(it, Error::Foreign { .. }));
    fs::copy(run(&folder).database, folder.path().join(".given.db")).unwrap();
    make("PRAGMA user_version = 99");
    refused(b"", |it| matches!(it, Error::Schema { found: 99, .. }));
}

#[test]
fn an_empty_file_becomes_an_index() {
    let folder = folder(&[("one.md", "alpha"), (".empty.db", "")]);
    let database = folder.path().join(".empty.db");
    assert!(matches!(Index::open(&database), Err(Error::NoIndex { .. })));
    let request = Update {
        database: Some(database.clone()),
        ..Update::new(folder.path())
    };
    assert_eq!(update(&request).unwrap().added, 1);
    assert_eq!(Index::open(&database).unwrap().status().unwrap().files, 1);
}

#[test]
fn a_run_that_was_stopped_half_way_changes_nothing() {
    let folder = folder(&[("one.md", "alpha")]);
    let database = run(&folder).database;
    let other = rusqlite::Connection::open(&database).unwrap();
    // What a killed run leaves: changed pages in the file, and the journal to take them back.
    other
        .execute_batch(
            "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE; DELETE FROM passages;",
        )
        .unwrap();
    let mut insert = other.prepare("INSERT INTO facts VALUES (?1, ?2)").unwrap();
    for number in 0..200 {
        insert.execute((number.to_string(), "x".repeat(4_000))).unwrap();
    }
    let (left, left_journal) = (
        folder.path().join("left.db"),
        folder.path().join("left.db-journal"),
    );
    fs::copy(&database, &left).unwrap();
    fs::copy(database.with_file_name("index.db-journal"), left_journal).unwrap();
    let index = Index::open(&left).unwrap();
    assert_eq!(index.query("alpha", 10).unwrap().passages.len(), 1);
    assert_eq!(index.status().unwrap().passages, 1);
}
