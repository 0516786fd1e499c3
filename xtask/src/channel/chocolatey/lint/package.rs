//! Rules of the package: its form, its name, what must and must not lie in it.

use roxmltree::Document;

use crate::artifact::Artifact;
use crate::channel::chocolatey::lint::view::{all_nuspecs, each_script, metadata, packages, text, unpacked};
use crate::digest::Sha256;
use crate::lint::{Flaw, Subject};
use crate::pack::read;
use crate::target::Os;

/// A package that anybody may push is at most this large.
const LARGEST_BYTES: usize = 200 * 1024 * 1024;

/// How the triples of the machines begin that Chocolatey runs on.
const MACHINES: &[&str] = &["x86_64", "i686", "aarch64"];

/// The parts of the form, one nuspec at the root that the relationships name, a type for each part.
pub(super) fn form(subject: &Subject) -> Vec<Flaw> {
    let is_small = |path: &str| path == "_rels/.rels" || path == "[Content_Types].xml";
    let mut flaws = Vec::new();
    for file in packages(subject) {
        let parts = match read::zip(&file.bytes, &is_small) {
            Ok(parts) => parts,
            Err(error) => {
                flaws.push(Flaw::file(file, format!("it is no zip: {error:#}")));
                continue;
            }
        };
        let mut push = |what: String| flaws.push(Flaw::file(file, what));
        let part = |path: &str| parts.iter().find(|it| it.path == path);
        let xml = |path: &str| part(path).map(|it| String::from_utf8_lossy(&it.bytes).into_owned());
        let at_root = |it: &&read::Packed| it.path.ends_with(".nuspec") && !it.path.contains('/');
        let nuspecs: Vec<&str> = parts.iter().filter(at_root).map(|it| it.path.as_str()).collect();
        if nuspecs.len() != 1 {
            push(format!("it has {} nuspecs at its root, not one", nuspecs.len()));
        }
        match xml("_rels/.rels") {
            None => push("there is no `_rels/.rels`".to_owned()),
            Some(rels) => {
                let document = Document::parse(&rels);
                let targets = document
                    .iter()
                    .flat_map(|it| it.descendants().filter_map(|it| it.attribute("Target")));
                let targets: Vec<&str> = targets.map(|it| it.trim_start_matches('/')).collect();
                if !nuspecs.iter().all(|it| targets.contains(it)) {
                    push("`_rels/.rels` does not name the nuspec".to_owned());
                }
                if let Some(missing) = targets.iter().find(|it| part(it).is_none()) {
                    push(format!("`_rels/.rels` names `{missing}`, which is not there"));
                }
            }
        }
        match xml("[Content_Types].xml") {
            None => push("there is no `[Content_Types].xml`".to_owned()),
            Some(types) => {
                let known = types.to_lowercase();
                let is_untyped = |it: &&read::Packed| {
                    let name = it.path.rsplit('/').next().unwrap_or_default().to_lowercase();
                    let end = name.rsplit_once('.').map_or("", |it| it.1);
                    let has = |text: String| known.contains(&text);
                    !is_small(&it.path)
                        && !has(format!("extension=\"{end}\""))
                        && !has(format!("partname=\"/{}\"", it.path.to_lowercase()))
                };
                if let Some(part) = parts.iter().find(is_untyped) {
                    push(format!("`[Content_Types].xml` has no type for `{}`", part.path));
                }
            }
        }
        if file.bytes.len() > LARGEST_BYTES {
            push(format!(
                "it has {} bytes, more than {LARGEST_BYTES}",
                file.bytes.len()
            ));
        }
    }
    flaws
}

/// `‹id›.‹version›.nupkg`, of the nuspec in it.
pub(super) fn name(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for view in all_nuspecs(subject) {
        let Ok(document) = Document::parse(&view.text) else {
            continue;
        };
        let Some(data) = metadata(&document) else { continue };
        let (id, version) = (
            text(data, "id").unwrap_or_default(),
            text(data, "version").unwrap_or_default(),
        );
        let expected = match view.inner {
            Some(_) => format!("{id}.{version}.nupkg"),
            None => format!("{id}.nuspec"),
        };
        // Windows tells no capitals from others, and `choco pack` calls the nuspec as the id is written.
        let is_named = match view.inner {
            Some(_) => view.file.name() == expected,
            None => view.file.name().eq_ignore_ascii_case(&expected),
        };
        if !is_named {
            flaws.push(Flaw::file(view.file, format!("its name would be `{expected}`")));
        }
    }
    flaws
}

/// The nuspec beside a package is the one in it.
pub(super) fn twins(subject: &Subject) -> Vec<Flaw> {
    let views = all_nuspecs(subject);
    let mut flaws = Vec::new();
    for inner in views.iter().filter(|it| it.inner.is_some()) {
        let name = inner.inner.as_deref().unwrap_or_default();
        let outer = views
            .iter()
            .find(|it| it.inner.is_none() && it.file.name() == name);
        if outer.is_some_and(|it| it.text != inner.text) {
            flaws.push(Flaw::file(
                inner.file,
                format!("its `{name}` is another than the one beside it"),
            ));
        }
    }
    flaws
}

/// Files of a system or of source control, and paths that leave the folder (K2).
pub(super) fn litter(subject: &Subject) -> Vec<Flaw> {
    const NAMES: &[&str] = &[
        ".ds_store",
        "thumbs.db",
        "desktop.ini",
        "__macosx",
        ".git",
        ".gitignore",
        ".gitattributes",
        ".svn",
        ".hg",
        ".bzr",
    ];
    let mut flaws = Vec::new();
    for file in packages(subject) {
        for part in unpacked(file, &|_| false) {
            let lower = part.path.to_lowercase();
            if let Some(name) = lower.split('/').find(|it| NAMES.contains(it)) {
                flaws.push(Flaw::file(
                    file,
                    format!("`{}` is of a system or of source control: `{name}`", part.path),
                ));
            }
            if part.path.starts_with('/')
                || part.path.contains(['\\', ':'])
                || lower.split('/').any(|it| it == "..")
            {
                flaws.push(Flaw::file(
                    file,
                    format!("`{}` leaves the folder of the package", part.path),
                ));
            }
        }
    }
    flaws
}

fn is_program(path: &str) -> bool {
    [".exe", ".dll", ".msi", ".zip", ".7z"]
        .iter()
        .any(|it| path.to_lowercase().ends_with(it))
}

/// What holds a program says under which licence, and how to get the same bytes (K2).
pub(super) fn legal(subject: &Subject) -> Vec<Flaw> {
    let is_legal = |path: &str| path.to_lowercase().ends_with(".txt");
    let mut flaws = Vec::new();
    for file in packages(subject) {
        let parts = unpacked(file, &is_legal);
        if !parts.iter().any(|it| is_program(&it.path)) {
            continue;
        }
        for name in ["license.txt", "verification.txt"] {
            let found = parts.iter().find(|it| it.path.to_lowercase().ends_with(name));
            match found {
                None => flaws.push(Flaw::file(
                    file,
                    format!("it holds a program, and no `{}`", name.to_uppercase()),
                )),
                Some(it) if it.bytes.len() < 20 => {
                    flaws.push(Flaw::file(file, format!("`{}` says nothing", it.path)));
                }
                Some(_) => {}
            }
        }
    }
    flaws
}

/// Every program is one that was built, every build for Windows is there, and where there are several, each has the mark
/// that keeps Chocolatey from making a shim of it.
pub(super) fn programs(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let builds: Vec<_> = edition
        .builds()
        .iter()
        .filter(|it| it.target.os == Os::Windows)
        .collect();
    let is_exe = |path: &str| path.to_lowercase().ends_with(".exe");
    let mut flaws = Vec::new();
    for file in packages(subject) {
        let parts = unpacked(file, &is_exe);
        let programs: Vec<_> = parts.iter().filter(|it| is_exe(&it.path)).collect();
        if programs.is_empty() {
            continue;
        }
        let entries = || edition.release.artifacts.iter().flat_map(|it| &it.entries);
        let sums: Vec<Sha256> = programs.iter().map(|it| Sha256::of(&it.bytes)).collect();
        for (program, sum) in programs.iter().zip(&sums) {
            if !entries().any(|it| it.sha256 == *sum) {
                flaws.push(Flaw::file(
                    file,
                    format!("`{}` is no program that was built", program.path),
                ));
            }
        }
        for machine in MACHINES {
            let of = || builds.iter().filter(|it| it.target.triple.starts_with(machine));
            let has = |artifact: &Artifact| artifact.entries.iter().any(|it| sums.contains(&it.sha256));
            if of().next().is_some() && !of().any(|it| has(&it.archive)) {
                flaws.push(Flaw::file(
                    file,
                    format!("the programs for `{machine}` are not there"),
                ));
            }
        }
        let names: Vec<String> = programs.iter().map(|it| file_name(&it.path)).collect();
        for (at, program) in programs.iter().enumerate() {
            let is_twice = names.iter().filter(|it| **it == names[at]).count() > 1;
            let mark = format!("{}.ignore", program.path);
            if is_twice && !parts.iter().any(|it| it.path == mark) {
                flaws.push(Flaw::file(
                    file,
                    format!(
                        "`{}` gets a shim, and so does its twin: add `{mark}`",
                        program.path
                    ),
                ));
            }
        }
    }
    flaws
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_lowercase()
}

/// A script that downloads the release names the digest of each archive, and leaves no machine out.
pub(super) fn downloads(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    each_script(subject, |view, code| {
        let is_named = |artifact: &Artifact| edition.url(&artifact.name).is_some_and(|it| code.contains(&it));
        let mut flaws = Vec::new();
        for artifact in edition.release.artifacts.iter().filter(|it| is_named(it)) {
            let sum = artifact.digests.sha256.to_string();
            if !code.to_lowercase().contains(&sum) {
                flaws.push(view.flaw(
                    &artifact.name,
                    format!("the digest of `{}` is {sum}", artifact.name),
                ));
            }
        }
        let windows = || edition.builds().iter().filter(|it| it.target.os == Os::Windows);
        let is_download = windows().any(|it| is_named(&it.archive));
        for machine in MACHINES.iter().filter(|_| is_download) {
            let of = || windows().filter(|it| it.target.triple.starts_with(machine));
            if of().next().is_some() && !of().any(|it| is_named(&it.archive)) {
                flaws.push(view.flaw("", format!("the programs for `{machine}` are not downloaded")));
            }
        }
        flaws
    })
}
