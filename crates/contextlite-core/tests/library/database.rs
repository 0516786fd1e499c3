//! The database file: whose it is, who may use it, and what is left of it after harm.

use std::fs;
use std::time::Duration;

use contextlite_core::{Error, Index, Update, default_database, find_database, update};
use tempfile::TempDir;

use crate::folder::{check, check_found, folder, run};

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

#[test]
fn damage_gives_an_error_or_an_answer_within_the_budget() {
    let text = "The lamp is lit at dusk, and the boats come home.\n".repeat(40);
    let folder = folder(&[
        ("one.md", &text),
        ("two.md", "Another lamp.\n"),
        ("three.md", "Boats.\n"),
    ]);
    let database = run(&folder).database;
    let whole = fs::read(&database).unwrap();
    let mut seed = 3_u64;
    let mut next = |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    let mut errors = 0;
    for round in 0..150 {
        let mut bytes = whole.clone();
        if round % 10 == 0 {
            bytes.truncate(next(whole.len()));
        }
        for _ in 0..=next(40) {
            let at = next(bytes.len().max(1));
            if let Some(byte) = bytes.get_mut(at) {
                *byte = u8::try_from(next(256)).unwrap();
            }
        }
        let damaged = folder.path().join(".damaged.db");
        fs::write(&damaged, bytes).unwrap();
        for query in ["lamp boats", "->", "home."] {
            match Index::open(&damaged).and_then(|it| it.query(query, 100)) {
                Ok(context) => assert!(context.tokens <= 100),
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    errors += 1;
                }
            }
        }
        let request = Update {
            database: Some(damaged),
            ..Update::new(folder.path())
        };
        if let Ok(report) = update(&request) {
            assert_eq!(report.added + report.updated + report.unchanged, 3);
        }
    }
    assert!(errors > 0, "some damage is noticed");
}
