//! Files and folders on disk: links, pipes, rights, and what vanishes.

use std::path::Path;

use super::*;
use crate::effect::{environment, files};

/// A folder with these files in it.
fn tree(entries: &[(&str, &[u8])]) -> files::Scratch {
    let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
    for (path, bytes) in entries {
        files::write(&scratch.path().join(path), bytes).unwrap();
    }
    scratch
}

fn ask(root: &Path, path: &str, evidence: Evidence) -> Answer {
    evidence.test(&Sample::new(root, &TreePath::from(path)))
}

fn answer(is_so: bool) -> Answer {
    if is_so { Answer::Yes } else { Answer::No }
}

#[track_caller]
fn check(evidence: Evidence, entries: &[(&str, &[u8])], expected: bool) {
    let tree = tree(entries);
    assert_eq!(ask(tree.path(), "x", evidence), answer(expected), "{entries:?}");
}

const PYC: &[u8] = b"\xa7\x0d\x0d\x0a\0\0\0\0#n\x03k%\0\0\0\xe3\0\0\0";
const REPORT: &[u8] =
    b"<!doctype html><html><h2>Coverage Report</h2><h4>Created: now</h4><i class='column-entry'></i></html>";

#[test]
fn compiled_python_needs_its_source_beside_it() {
    let it = Evidence::PythonBytecode;
    let files: &[(&str, &[u8])] = &[
        ("a.pyc", PYC),
        ("a.py", b"pass\n"),
        ("alone.pyc", PYC),
        ("__pycache__/b.cpython-311.pyc", PYC),
    ];
    let tree = tree(files);
    let ask = |path: &str| ask(tree.path(), path, it);
    assert_eq!(ask("a.pyc"), Answer::Yes);
    assert_eq!(ask("alone.pyc"), Answer::No);
    assert_eq!(ask("__pycache__/b.cpython-311.pyc"), Answer::Yes);
}

#[test]
fn caches_of_python() {
    let it = Evidence::PythonCache;
    check(it, &[("x/a.cpython-311.pyc", PYC)], true);
    check(it, &[("x/a.pyc", PYC), ("x/a.pyc.1234", b"")], true);
    check(it, &[("x/a.pyc", PYC), ("x/a.py", b"")], false);
    check(it, &[("x/a.pyc", b"text")], false);
    check(it, &[("x/sub/a.pyc", PYC)], false);
    check(it, &[("x", PYC)], false);
}

#[test]
fn trees_of_dependencies() {
    let it = Evidence::DependencyTree;
    check(it, &[("x/.package-lock.json", b"{}")], true);
    check(it, &[("x/left/package.json", b"{\"name\":\"left\"}")], true);
    check(it, &[("x/@a/left/package.json", b"{\"name\":\"@a/left\"}")], true);
    check(it, &[("x/pyvenv.cfg", b"home = /usr/bin\n")], true);
    check(it, &[("x/pyvenv.cfg", b"")], false);
    check(it, &[("x/package.json", b"{\"name\":\"left\"}")], false);
    check(it, &[("x/left/index.js", b"")], false);
    check(it, &[("x/left/package.json", b"")], false);
}

#[test]
fn folders_of_builds() {
    let it = Evidence::BuildFolder;
    check(
        it,
        &[(
            "x/CACHEDIR.TAG",
            b"Signature: 8a477f597d28d172789f06886806bc55\n# x\n",
        )],
        true,
    );
    check(
        it,
        &[("x/CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f0688")],
        false,
    );
    check(it, &[("x/CACHEDIR.TAG", b"")], false);
    check(it, &[("x/.rustc_info.json", b"{\"rustc_fingerprint\":1}")], true);
    check(
        it,
        &[("x/CMakeCache.txt", b"# This is the CMakeCache file.\n")],
        true,
    );
    check(it, &[("x/a.o", b"")], false);
    check(
        it,
        &[("x", b"Signature: 8a477f597d28d172789f06886806bc55")],
        false,
    );
}

#[test]
fn folders_of_reports() {
    let it = Evidence::CoverageFolder;
    check(it, &[("x/index.html", REPORT)], true);
    check(it, &[("x/lcov-report/index.html", REPORT)], true);
    check(
        it,
        &[("x/index.html", b"<!doctype html><html>Hello</html>")],
        false,
    );
    check(it, &[("x/index.html", b"")], false);
    check(it, &[("x/report.html", REPORT)], false);
}

#[test]
fn copies_beside_their_originals() {
    let beside = |copy: &str, entries: &[&str]| {
        let entries: Vec<(&str, &[u8])> = entries.iter().chain([&copy]).map(|it| (*it, &b""[..])).collect();
        ask(tree(&entries).path(), copy, Evidence::OriginalBeside) == Answer::Yes
    };
    for copy in [
        "a.c.bak",
        "a.c~",
        "a.c.orig",
        "a.c.backup",
        "a.c.broken",
        "a.c.disabled",
        "a.c.old",
        "a.c.BAK",
        "a.c.bak2",
        "a.c.bak.1",
        "a.c.bak-2026-11-22",
        "#a.c#",
        "a.c.~3~",
    ] {
        assert!(beside(copy, &["a.c"]), "{copy}");
        assert!(!beside(copy, &["b.c"]), "{copy}");
    }
    assert!(beside("d/a.c.bak", &["d/a.c"]));
    assert!(!beside("d/a.c.bak", &["a.c"]));
    assert!(!beside("a.c", &["a.c.bak"]));
    assert!(!beside("old.c", &["c"]));
    assert!(!beside("a_old.c", &["a.c"]));
    assert!(!beside("a.bak.c", &["a.c"]));
    assert!(!beside("threshold.c", &["thresh.c"]));
}

#[test]
fn large_files_are_judged_by_what_is_read() {
    let long = [
        &b"mode: set\n"[..],
        &b"a.go:1.2,3.4 5 1\n".repeat(8000),
        b"what is this\n",
    ]
    .concat();
    assert!(long.len() as u64 > HEAD_BYTES);
    let tree = tree(&[("x", &long), ("y", &long[..long.len() - 13])]);
    assert_eq!(ask(tree.path(), "x", Evidence::GoProfile), Answer::No);
    assert_eq!(ask(tree.path(), "y", Evidence::GoProfile), Answer::Yes);
}

#[test]
fn what_is_gone_is_not_false() {
    let tree = tree(&[("x", b"mode: set\n"), ("y/z", b"")]);
    assert_eq!(ask(tree.path(), "none", Evidence::Log), Answer::Gone);
    for name in ["x", "y"] {
        let path = TreePath::from(name);
        let sample = Sample::new(tree.path(), &path);
        let kind = sample.kind();
        files::remove(&tree.path().join("x")).unwrap();
        files::remove_dir(&tree.path().join("y")).unwrap();
        let evidence = [Evidence::GoProfile, Evidence::PythonCache][usize::from(kind == Some(Kind::Folder))];
        assert_eq!(evidence.test(&sample), Answer::Gone, "{name}");
        files::write(&tree.path().join("y/z"), b"").unwrap();
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed() {
    use crate::effect::process::Program;

    let tree = tree(&[
        ("real", b"mode: set\n"),
        ("dir/CACHEDIR.TAG", b""),
        ("later", b"x"),
        ("c.bak", b""),
    ]);
    let at = |name: &str| tree.path().join(name);
    files::link_folder(&at("real"), &at("link")).unwrap();
    files::link_folder(&at("dir"), &at("folder-link")).unwrap();
    files::link_folder(&at("real"), &at("c")).unwrap();
    Program::new("mkfifo").arg(at("pipe")).read().unwrap();
    for name in ["link", "folder-link", "pipe"] {
        assert_eq!(
            ask(tree.path(), name, Evidence::GoProfile),
            Answer::Gone,
            "{name}"
        );
    }
    assert_eq!(ask(tree.path(), "c.bak", Evidence::OriginalBeside), Answer::No);

    // What stood there when it was looked at is replaced before it is opened.
    let path = TreePath::from("later");
    let sample = Sample::new(tree.path(), &path);
    assert_eq!(sample.kind(), Some(Kind::File));
    files::remove(&at("later")).unwrap();
    Program::new("mkfifo").arg(at("later")).read().unwrap();
    assert_eq!(Evidence::GoProfile.test(&sample), Answer::Gone);
}
