//! What the index checks of a wheel, and what an installer would stumble over after it was let in.

mod contents;
mod fields;
mod tags;

use std::collections::BTreeMap;

use crate::digest::Sha256;
use crate::lint::{Flaw, Rule, Severity, Subject};
use crate::pack::wheel::{faults, normalised};

use super::wheel_file::{Name, WheelFile};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "pypi/zip",
        source: "P1",
        severity: Severity::Refused,
        demands: "a wheel is a zip with stored or deflated files, each once, and nothing after its end",
        help: "pack it anew: `cargo xtask manifests`",
        check: zip,
    },
    Rule {
        id: "pypi/file-name",
        source: "P4",
        severity: Severity::Refused,
        demands: "the name of a wheel has the normalised name, a normal version and three tags, parted by `-`",
        help: "name it `‹name›-‹version›-py3-none-‹platform›.whl`, with `_` for `-` in the name",
        check: file_name,
    },
    tags::PLATFORM,
    tags::TWICE,
    tags::FITS,
    tags::LIBRARIES,
    contents::STRUCTURE,
    contents::ORDER,
    contents::WHEEL,
    contents::RECORD,
    contents::PROGRAM,
    contents::SIZE,
    fields::VERSION_KNOWN,
    fields::AGREES,
    fields::NAME,
    fields::SUMMARY,
    fields::URL,
    fields::CLASSIFIER,
    fields::LICENSE,
    fields::LICENSE_CLASSIFIER,
    fields::LICENSE_FILE,
    fields::DESCRIPTION,
    fields::PAGE,
    fields::DIRECT,
    fields::SAME,
    Rule {
        id: "pypi/built",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "every wheel is one of the release, and its programs are those that were built",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: built,
    },
    Rule {
        id: "pypi/complete",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "every platform that was built has its wheel",
        help: "render them anew from `dist/`: `cargo xtask manifests`",
        check: complete,
    },
];

/// What a check finds in each wheel that can be read.
fn each(subject: &Subject, check: impl Fn(&WheelFile<'_>) -> Vec<String>) -> Vec<Flaw> {
    let wheels = WheelFile::all(subject);
    let of = |it: &WheelFile<'_>| -> Vec<Flaw> {
        let found = check(it).into_iter();
        found.map(|what| Flaw::file(it.file, what)).collect()
    };
    wheels.iter().flat_map(of).collect()
}

fn zip(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.ending(".whl") {
        match faults(&file.bytes) {
            Ok(list) => flaws.extend(list.into_iter().map(|what| Flaw::file(file, what))),
            Err(error) => flaws.push(Flaw::file(file, format!("it is no zip: {error}"))),
        }
    }
    flaws
}

fn file_name(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.ending(".whl") {
        let Some(name) = Name::parse(file.name()) else {
            flaws.push(Flaw::file(
                file,
                "the name does not have the five or six parts of a wheel's",
            ));
            continue;
        };
        let expected = normalised(name.distribution).replace('-', "_");
        if name.distribution != expected {
            flaws.push(Flaw::file(
                file,
                format!("the name begins with `{}`, not `{expected}`", name.distribution),
            ));
        }
        if !super::wheel_file::is_normal_version(name.version) {
            flaws.push(Flaw::file(
                file,
                format!(
                    "`{}` is no version in PEP 440's normal form, or a local one",
                    name.version
                ),
            ));
        }
        // The specification sorts them; most tools do not, and the index takes both.
        let mut once = name.platforms();
        once.sort_unstable();
        once.dedup();
        if once.len() != name.platforms().len() {
            flaws.push(Flaw::file(
                file,
                format!("a platform of `{}` is there twice", name.platform),
            ));
        }
    }
    flaws
}

/// The digests of the programs of each wheel that the release has, by file name.
fn expected(subject: &Subject) -> Option<BTreeMap<String, Vec<Sha256>>> {
    let edition = subject.edition.as_ref()?;
    let of = |(wheel, build): (crate::pack::wheel::Wheel, &crate::edition::Build)| {
        let programs = build.binaries().iter().map(|it| it.path.as_str());
        let entries = programs.filter_map(|path| build.archive.entries.iter().find(|it| it.path == path));
        (wheel.file_name(), entries.map(|it| it.sha256).collect())
    };
    Some(super::wheels(edition).ok()?.into_iter().map(of).collect())
}

fn built(subject: &Subject) -> Vec<Flaw> {
    let (Some(expected), Some(edition)) = (expected(subject), &subject.edition) else {
        return Vec::new();
    };
    let own = super::distribution(edition);
    each(subject, |wheel| {
        // The rules see the first package of a release; the wheels of others are not told here.
        if wheel.name.distribution != own {
            return Vec::new();
        }
        let Some(digests) = expected.get(wheel.file.name()) else {
            return vec!["the release has no wheel of this name".to_owned()];
        };
        let mut found: Vec<Sha256> = wheel
            .programs()
            .filter_map(|it| Some(Sha256::of(&it.read(&wheel.file.bytes).ok()?)))
            .collect();
        let mut digests = digests.clone();
        found.sort();
        digests.sort();
        if found == digests {
            Vec::new()
        } else {
            vec!["its programs are not those that were built".to_owned()]
        }
    })
}

fn complete(subject: &Subject) -> Vec<Flaw> {
    let Some(expected) = expected(subject).filter(|_| subject.is_whole) else {
        return Vec::new();
    };
    let is_there = |name: &String| subject.files.iter().any(|it| it.name() == name);
    let missing = expected.into_keys().filter(|it| !is_there(it));
    missing
        .map(|it| Flaw::all(format!("there is no `{it}`")))
        .collect()
}
