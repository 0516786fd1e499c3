//! Rules that hold a package base against the release that it is of.

use crate::channel::aur::lint::sources::{Source, arrays};
use crate::channel::aur::lint::{is_prebuilt, pkgbuilds};
use crate::channel::aur::pkgbuild::Pkgbuild;
use crate::channel::aur::{MACHINES, builds};
use crate::channel::version;
use crate::edition::Edition;
use crate::lint::{Flaw, Subject};

pub(super) fn version_agrees(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let Ok(expected) = version::pkgver(edition.version()) else {
        return Vec::new();
    };
    pkgbuilds(subject)
        .filter(|(_, read)| read.value("pkgver") != Some(&expected))
        .map(|(file, read)| {
            let found = read.value("pkgver").unwrap_or_default();
            let what = format!("`pkgver` is `{found}`, the release is `{expected}`");
            Flaw::line(file, read.line("pkgver"), what)
        })
        .collect()
}

pub(super) fn hash_of_url(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let mut flaws = Vec::new();
    for (file, read) in pkgbuilds(subject) {
        for (name, suffix, values) in arrays(&read) {
            let sums = read.values(&format!("sha256sums{suffix}"));
            for (value, sum) in values.iter().zip(sums) {
                let address = Source::of(value).address;
                let artifacts = &edition.release.artifacts;
                let named = artifacts
                    .iter()
                    .find(|it| edition.url(&it.name).as_deref() == Some(address));
                let line = read.line(name);
                match named {
                    // A download of another project is that project's.
                    None if edition.url("").is_some_and(|it| address.starts_with(&it)) => {
                        flaws.push(Flaw::line(file, line, format!("`{address}` was not built")));
                    }
                    Some(artifact) if artifact.digests.sha256.to_string() != sum.to_lowercase() => {
                        let what = format!(
                            "`{}` has the SHA-256 `{}`, not `{sum}`",
                            artifact.name, artifact.digests.sha256
                        );
                        flaws.push(Flaw::line(file, line, what));
                    }
                    _ => {}
                }
            }
        }
    }
    flaws
}

/// The edition's own prebuilt package: of the others of a release the listing is not at hand.
fn is_own(read: &Pkgbuild, edition: &Edition) -> bool {
    is_prebuilt(read) && read.value("pkgname") == Some(&format!("{}-bin", super::super::name(edition)))
}

pub(super) fn all_machines(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let mut flaws = Vec::new();
    for (file, read) in pkgbuilds(subject).filter(|(_, it)| is_own(it, edition)) {
        for (machine, _) in builds(edition) {
            if !read.values("arch").iter().any(|it| it == machine) {
                let what = format!("`arch` lacks `{machine}`, which was built");
                flaws.push(Flaw::line(file, read.line("arch"), what));
            }
        }
        for machine in read.values("arch") {
            let known = MACHINES.iter().find(|it| it.0 == machine);
            if known.is_none_or(|it| edition.first_of(it.1).is_none()) {
                let what = format!("`arch` has `{machine}`, for which nothing was built");
                flaws.push(Flaw::line(file, read.line("arch"), what));
            }
        }
    }
    flaws
}

/// Looks at the words behind `install`: what is no option, no expansion and not the last one is a file of the archive.
pub(super) fn installed_is_there(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let mut flaws = Vec::new();
    for (file, read) in pkgbuilds(subject).filter(|(_, it)| is_own(it, edition)) {
        let Some(function) = read.function("package") else {
            continue;
        };
        for (machine, build) in builds(edition) {
            let holds = |path: &str| {
                let whole = format!("{}/{path}", build.top());
                build.archive.entries.iter().any(|it| it.path == whole)
            };
            let mut installed = Vec::new();
            for (at, line) in function.body.lines().enumerate() {
                let Some(path) = line.trim().strip_prefix("install ").and_then(installs) else {
                    continue;
                };
                if !holds(&path) {
                    let what = format!("the archive for {machine} holds no `{path}`");
                    flaws.push(Flaw::line(file, function.line + at, what));
                }
                installed.push(path);
            }
            for binary in build.binaries() {
                let name = build.file_name(binary);
                if !installed.is_empty() && !installed.contains(&name) {
                    let what = format!("the program `{name}` is not installed");
                    flaws.push(Flaw::line(file, function.line, what));
                }
            }
        }
    }
    flaws.dedup();
    flaws
}

/// The first file of an `install` line in the form that is rendered: `-Dm755 FILE …`, FILE in single quotes or a word.
fn installs(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches(|it: char| it.is_whitespace());
    let (_, rest) = rest.strip_prefix("-D").and_then(|it| it.split_once(' '))?;
    let word = Pkgbuild::read(&format!("a=({rest})"));
    let first = rest.trim_start();
    let path = word.values("a").first()?.clone();
    (!first.starts_with(['"', '$', '-'])).then_some(path)
}
