//! Folders that programs fill: caches, installed dependencies, what a build has made.

use super::Sample;
use super::binary::is_pyc;
use super::text::{holds, lines};

/// A folder of which each entry is compiled Python.
pub(super) fn is_python_cache(sample: &Sample<'_>) -> bool {
    let entries = sample.entries();
    // `.nbi` and `.nbc` are those of numba, and a number follows while Python writes.
    let is_compiled = |it: &[u8]| {
        [&b".pyc"[..], b".pyo", b".nbi", b".nbc"]
            .iter()
            .any(|end| it.ends_with(end))
            || memchr::memmem::find(it, b".pyc.").is_some()
    };
    let first = entries
        .iter()
        .find(|(name, _)| name.ends_with(b".pyc") || name.ends_with(b".pyo"));
    entries
        .iter()
        .all(|(name, is_folder)| !is_folder && is_compiled(name))
        && first.is_some_and(|(name, _)| sample.entry_head(name).is_some_and(|it| is_pyc(&it)))
}

/// What npm, yarn and pnpm leave in a `node_modules` that they have filled.
const NODE_MARKS: &[&[u8]] = &[
    b".package-lock.json",
    b".yarn-integrity",
    b".yarn-state.yml",
    b".modules.yaml",
];

/// So many folders are looked into before it is said that there is no package.
const PACKAGES_LIMIT: usize = 100;

/// `node_modules` with packages, or a virtual environment of Python with the `pyvenv.cfg` of PEP 405.
pub(super) fn is_dependencies(sample: &Sample<'_>) -> bool {
    // GitHub runs an action of JavaScript from its repository as it is, so there they are committed on purpose.
    let is_action = [&b"action.yml"[..], b"action.yaml"]
        .iter()
        .any(|it| sample.has_sibling(it));
    !is_action && has_dependencies(sample)
}

fn has_dependencies(sample: &Sample<'_>) -> bool {
    is_virtualenv(sample)
        || NODE_MARKS.iter().any(|it| sample.entry_head(it).is_some())
        || has_packages(sample)
}

fn is_virtualenv(sample: &Sample<'_>) -> bool {
    let is_home = |line: &[u8]| {
        line.split(|it| *it == b'=')
            .next()
            .unwrap_or_default()
            .trim_ascii()
            == b"home"
    };
    sample
        .entry_head(b"pyvenv.cfg")
        .is_some_and(|it| lines(&it).any(|line| line.contains(&b'=') && is_home(line)))
}

fn has_packages(sample: &Sample<'_>) -> bool {
    let folders = sample.entries().into_iter().filter(|(_, is_folder)| *is_folder);
    let is_package = |name: &[u8]| {
        [&b"/package.json"[..], b"/.bower.json"].iter().any(|file| {
            sample
                .entry_head(&[name, file].concat())
                .is_some_and(|it| holds(&it, "\"name\""))
        })
    };
    folders.take(PACKAGES_LIMIT).any(|(name, _)| {
        if name.starts_with(b"@") {
            let inner = sample
                .entries_of(&name)
                .into_iter()
                .filter(|(_, is_folder)| *is_folder);
            inner
                .take(PACKAGES_LIMIT)
                .any(|(package, _)| is_package(&[&name[..], b"/", &package[..]].concat()))
        } else {
            is_package(&name)
        }
    })
}

/// A file that a program puts into a folder of its own, and what the file begins with.
const BUILD_MARKS: &[(&[u8], &[u8])] = &[
    // The Cache Directory Tagging Specification, bford.info/cachedir: cargo, pytest, mypy, ruff and others.
    (b"CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55"),
    // cargo.
    (b".rustc_info.json", b"{\"rustc_fingerprint\":"),
    (b"CMakeCache.txt", b"# This is the CMakeCache file."),
    (b".ninja_log", b"# ninja log v"),
    (b"meson-info/meson-info.json", b"{"),
];

pub(super) fn is_build(sample: &Sample<'_>) -> bool {
    BUILD_MARKS
        .iter()
        .any(|(file, start)| sample.entry_head(file).is_some_and(|it| it.starts_with(start)))
}
