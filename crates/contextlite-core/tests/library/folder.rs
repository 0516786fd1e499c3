//! A folder that changes, and its index.

use std::fs;
use std::path::Path;

use contextlite_core::{Index, Report, Update, default_database, update};
use tempfile::TempDir;

pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    folder
}

pub(crate) fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

pub(crate) fn run(folder: &TempDir) -> Report {
    update(&Update::new(folder.path())).unwrap()
}

/// Added, updated, unchanged, removed, skipped.
#[track_caller]
pub(crate) fn check(folder: &TempDir, expected: [u64; 5]) {
    let it = run(folder);
    let skipped = u64::try_from(it.skipped.len()).unwrap();
    assert_eq!(
        [it.added, it.updated, it.unchanged, it.removed, skipped],
        expected
    );
}

#[track_caller]
pub(crate) fn check_found(folder: &TempDir, query: &str, expected: &[&str]) {
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
