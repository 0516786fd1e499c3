//! Rules about `meta`.

use crate::channel::nix::lint::{expressions, is_for_nixpkgs, is_package};
use crate::channel::nix::reader::{Expression, Token};
use crate::lint::{File, Flaw, Subject};

/// The order in which nixpkgs' own packages have them.
const ORDER: &[&str] = &[
    "description",
    "longDescription",
    "homepage",
    "downloadPage",
    "changelog",
    "license",
    "sourceProvenance",
    "maintainers",
    "teams",
    "mainProgram",
    "platforms",
    "badPlatforms",
];

pub(super) fn required(file: &File, read: &Expression) -> Vec<Flaw> {
    if !is_package(file) {
        return Vec::new();
    }
    ["description", "homepage", "license", "maintainers"]
        .iter()
        .filter(|it| read.at(&["meta", it]).is_none())
        .map(|it| Flaw::file(file, format!("there is no `meta.{it}`")))
        .collect()
}

pub(super) fn description_style(file: &File, read: &Expression) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for attribute in read.ending(&["meta", "description"]) {
        let Some(text) = read.text(attribute) else {
            continue;
        };
        let around = &attribute.path[..attribute.path.len() - 2];
        let beside = |name: &str| {
            let path: Vec<&str> = around.iter().map(String::as_str).chain([name]).collect();
            let attribute = read.at(&path);
            attribute.and_then(|it| read.text(it)).unwrap_or_default()
        };
        let first = text.split_whitespace().next().unwrap_or_default();
        let name = beside("pname");
        let mut say = |what: &str| {
            flaws.push(Flaw::line(
                file,
                attribute.line,
                format!("the description {what}"),
            ));
        };
        if text.is_empty() {
            say("is empty");
        }
        if text.trim() != text || text.contains('\n') {
            say("has blanks at its ends, or several lines");
        }
        if text.starts_with(|it: char| it.is_lowercase()) {
            say("does not begin with a capital");
        }
        if ["a", "an", "the"].contains(&first.to_lowercase().as_str()) {
            say("begins with an article");
        }
        if !name.is_empty() && first.trim_end_matches([':', ',']).eq_ignore_ascii_case(name) {
            say("begins with the package's name");
        }
        if text.ends_with('.') && !text.ends_with("...") && !text.ends_with("etc.") {
            say("ends with a full stop");
        }
    }
    flaws
}

pub(super) fn main_program(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (file, read) in expressions(subject) {
        if is_package(file) && read.at(&["meta", "mainProgram"]).is_none() {
            flaws.push(Flaw::file(file, "there is no `meta.mainProgram`"));
        }
        for attribute in read.ending(&["meta", "mainProgram"]) {
            let text = read.text(attribute).filter(|it| !it.contains("${"));
            let Some(text) = text else {
                flaws.push(Flaw::line(file, attribute.line, "`mainProgram` is no literal"));
                continue;
            };
            let Some(edition) = &subject.edition else {
                continue;
            };
            let mut programs = edition.release.artifacts.iter().flat_map(|it| &it.binaries);
            if !programs.any(|it| it.name == text) {
                flaws.push(Flaw::line(
                    file,
                    attribute.line,
                    format!("no program `{text}` was built"),
                ));
            }
        }
    }
    flaws
}

/// What was rendered here says an empty list as a gap, with the setting that fills it.
pub(super) fn maintainers(subject: &Subject) -> Vec<Flaw> {
    if subject.edition.is_some() {
        return Vec::new();
    }
    let mut flaws = Vec::new();
    for (file, read) in expressions(subject).filter(|(file, _)| is_for_nixpkgs(file)) {
        let Some(attribute) = read.at(&["meta", "maintainers"]) else {
            continue;
        };
        let value = read.value(attribute);
        let is_empty = matches!(value, [.., (_, Token::Mark("[")), (_, Token::Mark("]"))]);
        if is_empty {
            flaws.push(Flaw::line(file, attribute.line, "`maintainers` is empty"));
        }
    }
    flaws
}

pub(super) fn order(file: &File, read: &Expression) -> Vec<Flaw> {
    if !is_package(file) {
        return Vec::new();
    }
    let mut flaws = Vec::new();
    // The attributes come in the order in which they end, so those of one set in the order in which they stand.
    let outer: Vec<_> = read
        .attributes
        .iter()
        .filter(|it| it.path.len() == 1 || it.path[0] == "meta")
        .collect();
    let last = outer.last().map(|it| it.path[0].as_str());
    if outer.iter().any(|it| it.path[0] == "meta") && last != Some("meta") {
        let line = outer.last().map_or(1, |it| it.line);
        let what = format!("`{}` stands after `meta`", last.unwrap_or_default());
        flaws.push(Flaw::line(file, line, what));
    }
    let mut highest: Option<(usize, &str)> = None;
    for attribute in outer.iter().filter(|it| it.path.len() == 2) {
        let name = attribute.path[1].as_str();
        let Some(rank) = ORDER.iter().position(|it| *it == name) else {
            continue;
        };
        match highest {
            Some((best, before)) if best > rank => {
                let what = format!("`{name}` stands after `{before}`");
                flaws.push(Flaw::line(file, attribute.line, what));
            }
            _ => highest = Some((rank, name)),
        }
    }
    flaws
}

pub(super) fn provenance(file: &File, read: &Expression) -> Vec<Flaw> {
    // The triples of Rust stand in the names of what was built.
    const MARKS: &[&str] = &["-unknown-linux-", "-apple-darwin", "-linux-gnu", "-linux-musl"];
    let is_built = read
        .ending(&["url"])
        .filter_map(|it| read.text(it))
        .any(|it| MARKS.iter().any(|mark| it.contains(mark)));
    if !is_built || read.ending(&["meta", "sourceProvenance"]).next().is_some() {
        return Vec::new();
    }
    vec![Flaw::at(
        file,
        "meta",
        "`meta` does not say that the programs were built elsewhere",
    )]
}
