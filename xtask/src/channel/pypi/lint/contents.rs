//! Rules of what is in a wheel: its folders, its own lists, its programs, its size.

use std::collections::BTreeMap;

use crate::lint::{Rule, Severity};
use crate::pack::wheel::{digest, fields};

use super::super::wheel_file::WheelFile;
use super::each;

pub(super) const STRUCTURE: Rule = Rule {
    id: "pypi/structure",
    source: "P1",
    severity: Severity::Refused,
    demands: "a wheel has one `.dist-info` of its own name with METADATA, WHEEL and RECORD, and no path leaves it",
    help: "pack it anew: `cargo xtask manifests`",
    check: |subject| each(subject, structure),
};

pub(super) const ORDER: Rule = Rule {
    id: "pypi/order",
    source: "P4",
    severity: Severity::Warned,
    demands: "the folder `.dist-info` comes last",
    help: "pack it anew: what is at the end of a zip can be changed and read without the rest",
    check: |subject| {
        each(subject, |wheel| {
            let Some(info) = wheel.info.as_deref() else {
                return Vec::new();
            };
            let mut rest = wheel.members.iter().skip_while(|it| !it.path.starts_with(info));
            let is_followed = rest.any(|it| !it.path.starts_with(info));
            is_followed
                .then(|| format!("something follows `{info}`"))
                .into_iter()
                .collect()
        })
    },
};

pub(super) const WHEEL: Rule = Rule {
    id: "pypi/wheel-file",
    source: "P4",
    severity: Severity::Refused,
    demands: "the file WHEEL has version 1.0, says that the wheel is for a platform, and lists the tags of the name",
    help: "write one `Tag:` for each combination of the tags in the name",
    check: |subject| each(subject, wheel),
};

pub(super) const RECORD: Rule = Rule {
    id: "pypi/record",
    source: "P4",
    severity: Severity::Refused,
    demands: "RECORD lists every file with its SHA-256 and size, and nothing else",
    help: "pack it anew: `cargo xtask manifests`",
    check: |subject| each(subject, record),
};

pub(super) const PROGRAM: Rule = Rule {
    id: "pypi/program",
    source: "P4",
    severity: Severity::Refused,
    demands: "a wheel for a platform has a program in `.data/scripts`, with mode 0755",
    help: "pack the program below `‹name›-‹version›.data/scripts/` and let everyone execute it",
    check: |subject| {
        each(subject, |wheel| {
            let is_bare = wheel.name.platform != "any" && wheel.name.abi == "none";
            let has_code = |it: &str| {
                [".so", ".pyd", ".dylib", ".py"]
                    .iter()
                    .any(|end| it.ends_with(end))
            };
            if is_bare
                && wheel.programs().next().is_none()
                && !wheel.members.iter().any(|it| has_code(&it.path))
            {
                return vec!["there is no program in it".to_owned()];
            }
            // Windows has no such bits.
            let is_windows = wheel.name.platform.starts_with("win");
            let closed = wheel
                .programs()
                .filter(|it| !is_windows && it.mode & 0o111 != 0o111);
            closed
                .map(|it| format!("`{}` has mode {:04o}, so nobody can start it", it.path, it.mode))
                .collect()
        })
    },
};

pub(super) const SIZE: Rule = Rule {
    id: "pypi/size",
    source: "P1",
    severity: Severity::Refused,
    demands: "a file has at most 100 MiB, unless the index was asked for more",
    help: "strip the program, or ask the index for a higher limit",
    check: |subject| {
        each(subject, |wheel| {
            const MOST_BYTES: usize = 100 << 20;
            let size = wheel.file.bytes.len();
            let is_large = size > MOST_BYTES;
            is_large
                .then(|| format!("it has {} MiB", size >> 20))
                .into_iter()
                .collect()
        })
    },
};

fn structure(wheel: &WheelFile<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let own = format!("{}-{}", wheel.name.distribution, wheel.name.version);
    let tops = wheel.members.iter().filter_map(|it| it.path.split('/').next());
    let mut infos: Vec<&str> = tops.filter(|it| it.ends_with(".dist-info")).collect();
    infos.dedup();
    infos.sort_unstable();
    infos.dedup();
    match infos.as_slice() {
        [] => found.push("there is no `.dist-info` folder".to_owned()),
        [info] if *info == format!("{own}.dist-info") => {}
        [info] => found.push(format!("`{info}` is not named after the file, `{own}.dist-info`")),
        several => found.push(format!(
            "there are several `.dist-info` folders: {}",
            several.join(", ")
        )),
    }
    if let Some(info) = &wheel.info {
        for name in ["METADATA", "WHEEL", "RECORD"] {
            if !wheel.members.iter().any(|it| it.path == format!("{info}/{name}")) {
                found.push(format!("there is no `{info}/{name}`"));
            }
        }
    }
    for member in &wheel.members {
        let path = &member.path;
        let leaves = path.split('/').any(|it| matches!(it, "" | "." | ".."));
        if leaves || path.contains(['\\', ':']) {
            found.push(format!("the path `{path}` leaves the wheel"));
        }
    }
    found
}

fn wheel(wheel: &WheelFile<'_>) -> Vec<String> {
    let Some(text) = wheel.info_text("WHEEL") else {
        return Vec::new(); // Another rule says so.
    };
    let rows: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|it| it.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    let get = |name: &str| rows.iter().find(|it| it.0 == name).map_or("", |it| it.1);
    let mut found = Vec::new();
    if get("Wheel-Version") != "1.0" {
        found.push(format!("WHEEL has version `{}`, not 1.0", get("Wheel-Version")));
    }
    let is_pure = get("Root-Is-Purelib").eq_ignore_ascii_case("true");
    if is_pure && wheel.name.platform != "any" {
        found.push("WHEEL says that a wheel for a platform is pure Python".to_owned());
    }
    let mut tags: Vec<String> = rows
        .iter()
        .filter(|it| it.0 == "Tag")
        .flat_map(|it| expanded(it.1))
        .collect();
    tags.sort();
    tags.dedup();
    if tags != wheel.name.tags() {
        found.push(format!(
            "WHEEL has the tags {}, the name has {}",
            tags.join(", "),
            wheel.name.tags().join(", ")
        ));
    }
    found
}

/// The tags of a row: some tools write them as in the name, several in one.
fn expanded(row: &str) -> Vec<String> {
    let mut tags = vec![String::new()];
    for (at, part) in row.splitn(3, '-').enumerate() {
        let mark = if at == 0 { "" } else { "-" };
        let longer = |tag: &String| {
            part.split('.')
                .map(move |it| format!("{tag}{mark}{it}"))
                .collect::<Vec<_>>()
        };
        tags = tags.iter().flat_map(longer).collect();
    }
    tags
}

fn record(wheel: &WheelFile<'_>) -> Vec<String> {
    let (Some(text), Some(info)) = (wheel.info_text("RECORD"), &wheel.info) else {
        return Vec::new();
    };
    let own = format!("{info}/RECORD");
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines().filter(|it| !it.is_empty()) {
        let fields = fields(line);
        rows.insert(fields[0].clone(), fields);
    }
    let mut found = Vec::new();
    for member in &wheel.members {
        let path = &member.path;
        let Some(row) = rows.remove(path) else {
            found.push(format!("RECORD does not list `{path}`"));
            continue;
        };
        // A signature of RECORD cannot stand in it.
        if *path == own || *path == format!("{own}.jws") || *path == format!("{own}.p7s") {
            continue;
        }
        let Ok(bytes) = member.read(&wheel.file.bytes) else {
            found.push(format!("`{path}` cannot be read"));
            continue;
        };
        let is_right = row.get(1).is_some_and(|it| *it == digest(&bytes))
            && row.get(2).is_some_and(|it| *it == bytes.len().to_string());
        if !is_right {
            found.push(format!("RECORD has another digest or size for `{path}`"));
        }
    }
    found.extend(
        rows.keys()
            .map(|it| format!("RECORD lists `{it}`, which is not there")),
    );
    found
}
