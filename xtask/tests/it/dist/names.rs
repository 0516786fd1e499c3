//! What unusual names and links become in the source archive.

#[cfg(unix)]
use std::path::Path;

#[cfg(unix)]
use xtask::effect::files;

use super::fixture::Place;
#[cfg(target_os = "linux")]
use super::fixture::QUICK;
use crate::support::{is_here, put};

#[test]
fn names_of_every_kind() {
    if !is_here("git", "names_of_every_kind") {
        return;
    }
    let long = format!("{}/{}/x", "a".repeat(120), "b".repeat(140));
    let names = [
        "grüße dich.txt",
        "-dash",
        "'quote'",
        "tab\there",
        "line\nend",
        "[glob]*?",
        ".hidden/x",
        "…",
        &long,
    ];
    let place = Place::app(&[]);
    for name in names
        .iter()
        .filter(|it| cfg!(unix) || !it.contains(['\t', '\n', '*']))
    {
        put(&place.root, name, name);
    }
    place.commit("");
    place.dist("").ends(0);
    let packed = place.shelf().source_files();
    for name in names
        .iter()
        .filter(|it| cfg!(unix) || !it.contains(['\t', '\n', '*']))
    {
        assert_eq!(packed[*name].bytes, name.as_bytes(), "{name}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_other_systems_lose_are_told_before_anything_is_built() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::app(&[
        ("data/README", "1\n"),
        ("data/readme", "2\n"),
        ("a:b", ""),
        (r"a\b", ""),
    ]);
    let strange = std::ffi::OsStr::from_bytes(b"data/\xff");
    put(&place.root, Path::new(strange), "");
    let said = place.dist("").ends(1).stderr;
    for line in [
        "error: cannot pack `data/readme` with the source: `data/README` is there already\n",
        "error: cannot pack `a:b` with the source: Windows takes a `\\` or a `:`",
        "error: cannot pack `a\\b` with the source: Windows takes a `\\` or a `:`",
        "error: cannot pack `data/\u{fffd}` with the source: its name is not UTF-8\n",
        "help: or release without a source archive: `source = false` under `[dist]`\n",
    ] {
        assert!(said.contains(line), "{line}\nis not in\n{said}");
    }
    assert!(!place.root.join("dist").exists() && !place.root.join("target").exists());
    place.put(
        "packaging/release.toml",
        &format!("[dist]\nsource = false\n{QUICK}"),
    );
    place.dist("").ends(0);
}

#[cfg(unix)]
#[test]
fn links_are_packed_as_what_they_point_to() {
    let place = Place::app(&[
        ("docs/one/a.md", "a\n"),
        ("docs/one/deep/b.md", "b\n"),
        ("run.sh", ""),
    ]);
    files::set_mode(&place.root.join("run.sh"), 0o755).unwrap();
    put(place.above(), "NEWS", "news\n");
    put(place.above(), "secret", "1\n");
    let link = |aim: &str, at: &str| files::link_folder(Path::new(aim), &place.root.join(at)).unwrap();
    link("run.sh", "start");
    link("one", "docs/latest");
    link("..", "docs/one/up");
    link("latest/deep/b.md", "docs/b.md");
    link("../NEWS", "CHANGELOG.md");
    link("../secret", "outside");
    link("no/where", "nowhere");
    link("target", "built");
    let said = place.dist("--prove").ends(0).stderr;
    let packed = place.shelf().source_files();
    let found: Vec<(&str, &[u8], u32)> = packed
        .iter()
        .filter(|(path, _)| {
            !["Cargo", "packaging", "rust-", "src"]
                .iter()
                .any(|it| path.starts_with(it))
        })
        .map(|(path, it)| (path.as_str(), it.bytes.as_slice(), it.mode))
        .collect();
    let expected: [(&str, &[u8], u32); 8] = [
        ("CHANGELOG.md", b"news\n", 0o644),
        ("docs/b.md", b"b\n", 0o644),
        ("docs/latest/a.md", b"a\n", 0o644),
        ("docs/latest/deep/b.md", b"b\n", 0o644),
        ("docs/one/a.md", b"a\n", 0o644),
        ("docs/one/deep/b.md", b"b\n", 0o644),
        ("run.sh", b"", 0o755),
        ("start", b"", 0o755),
    ];
    assert_eq!(found, expected);
    let warning =
        "the source archive leaves out `built`, `docs/latest/up`, `docs/one/up`, `nowhere`, `outside`: links";
    assert!(said.contains(warning), "{said}");
    // What a link points to counts as the link does.
    place.put("docs/one/a.md", "A\n");
    place.dist("").ends(0);
    assert_eq!(place.shelf().source_files()["docs/latest/a.md"].bytes, b"A\n");
}
