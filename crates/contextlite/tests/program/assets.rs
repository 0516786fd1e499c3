//! The completions and man pages that the build script leaves in its output folder for the release archives.

use std::fs;
use std::path::Path;

#[track_caller]
fn check(folder: &str, files: &[(&str, &str)]) {
    let folder = Path::new(env!("OUT_DIR")).join(folder);
    let mut found: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, files.iter().map(|it| it.0).collect::<Vec<_>>());
    for (name, holds) in files {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        assert!(text.contains(holds), "`{holds}` in {name}");
        assert!(
            !text.contains(env!("CARGO_MANIFEST_DIR")),
            "no path of the build in {name}"
        );
    }
}

#[test]
fn completions() {
    check(
        "completions",
        &[
            ("_contextlite", "#compdef contextlite"),
            ("_contextlite.ps1", "--budget"),
            ("contextlite.bash", "--budget"),
            ("contextlite.elv", "--budget"),
            ("contextlite.fish", "complete -c contextlite"),
        ],
    );
}

#[test]
fn man_pages() {
    // The date, third in the title line, is empty: it would make each day's build another.
    let title = concat!(
        r#".TH contextlite 1  "contextlite "#,
        env!("CARGO_PKG_VERSION"),
        '"'
    );
    check(
        "man",
        &[
            ("contextlite-index.1", r"\-\-max\-bytes"),
            ("contextlite-query.1", r"\-\-budget"),
            ("contextlite-status.1", r"\-\-json"),
            ("contextlite.1", title),
        ],
    );
}
