//! The shape of a manifest: its keys, their types and order, and the file itself.

use serde_json::Value;

use crate::lint::{File, Flaw};
use crate::problem::nearest;

/// What a value of a key may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Texts,
    /// An array whose elements are strings or arrays of strings.
    Deep,
    Object,
    Flag,
    Any,
}

/// The keys of the schema's root, in the order that the contribution rules ask for.
const KEYS: &[(&str, Type)] = &[
    ("$schema", Type::Text),
    ("##", Type::Texts),
    ("_comment", Type::Texts),
    ("version", Type::Text),
    ("description", Type::Text),
    ("homepage", Type::Text),
    ("license", Type::Any),
    ("notes", Type::Texts),
    ("depends", Type::Texts),
    ("suggest", Type::Object),
    ("cookie", Type::Object),
    ("architecture", Type::Object),
    ("url", Type::Texts),
    ("hash", Type::Texts),
    ("extract_dir", Type::Texts),
    ("extract_to", Type::Texts),
    ("innosetup", Type::Flag),
    ("pre_install", Type::Texts),
    ("installer", Type::Object),
    ("post_install", Type::Texts),
    ("pre_uninstall", Type::Texts),
    ("uninstaller", Type::Object),
    ("post_uninstall", Type::Texts),
    ("env_add_path", Type::Texts),
    ("env_set", Type::Object),
    ("bin", Type::Deep),
    ("shortcuts", Type::Deep),
    ("persist", Type::Deep),
    ("psmodule", Type::Object),
    ("checkver", Type::Any),
    ("autoupdate", Type::Object),
];

/// The keys of an architecture.
const OF_MACHINE: &[&str] = &[
    "bin",
    "checkver",
    "env_add_path",
    "env_set",
    "extract_dir",
    "hash",
    "installer",
    "post_install",
    "post_uninstall",
    "pre_install",
    "pre_uninstall",
    "shortcuts",
    "uninstaller",
    "url",
];

/// The keys of `autoupdate`, and of an architecture in it.
const OF_UPDATE: &[&str] = &[
    "architecture",
    "bin",
    "env_add_path",
    "env_set",
    "extract_dir",
    "hash",
    "installer",
    "license",
    "notes",
    "persist",
    "psmodule",
    "shortcuts",
    "url",
];

const OF_MACHINES_UPDATE: &[&str] = &[
    "bin",
    "env_add_path",
    "env_set",
    "extract_dir",
    "hash",
    "installer",
    "shortcuts",
    "url",
];

/// The machines.
const MACHINES: &[&str] = &["32bit", "64bit", "arm64"];

pub(super) fn keys(file: &File, json: &Value) -> Vec<Flaw> {
    let root: Vec<&str> = KEYS.iter().map(|it| it.0).collect();
    let mut flaws = Vec::new();
    let mut look = |place: &str, value: &Value, known: &[&str]| {
        for key in value.as_object().into_iter().flat_map(|it| it.keys()) {
            if !known.contains(&key.as_str()) {
                let guess = nearest(key, known.iter().copied())
                    .map(|it| format!("; did you mean `{it}`?"))
                    .unwrap_or_default();
                flaws.push(Flaw::at(
                    file,
                    &format!("\"{key}\""),
                    format!("no key `{key}` is known {place}{guess}"),
                ));
            }
        }
    };
    look("here", json, &root);
    look("in `architecture`", &json["architecture"], MACHINES);
    look("in `autoupdate`", &json["autoupdate"], OF_UPDATE);
    look(
        "in `autoupdate.architecture`",
        &json["autoupdate"]["architecture"],
        MACHINES,
    );
    for machine in MACHINES {
        look(
            &format!("in `architecture.{machine}`"),
            &json["architecture"][*machine],
            OF_MACHINE,
        );
        look(
            &format!("in `autoupdate.architecture.{machine}`"),
            &json["autoupdate"]["architecture"][*machine],
            OF_MACHINES_UPDATE,
        );
    }
    flaws
}

pub(super) fn required(file: &File, json: &Value) -> Vec<Flaw> {
    let missing = ["version", "homepage", "license"]
        .into_iter()
        .filter(|key| json[*key].is_null())
        .map(|key| Flaw::file(file, format!("there is no `{key}`")));
    let mut flaws: Vec<Flaw> = missing.collect();
    let has_url = |it: &Value| !it["url"].is_null();
    let mut machines = json["architecture"].as_object().into_iter().flatten();
    if !has_url(json) && !machines.any(|(_, it)| has_url(it)) {
        flaws.push(Flaw::file(file, "there is no `url` to download"));
    }
    flaws
}

pub(super) fn types(file: &File, json: &Value) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut look = |place: &str, value: &Value| {
        for (key, value) in value.as_object().into_iter().flatten() {
            let row = KEYS.iter().find(|it| it.0 == key);
            if let Some(what) = row.and_then(|it| unlike(it.1, value)) {
                flaws.push(Flaw::at(
                    file,
                    &format!("\"{key}\""),
                    format!("`{place}{key}` is no {what}"),
                ));
            }
        }
    };
    look("", json);
    for (name, value) in json["architecture"].as_object().into_iter().flatten() {
        look(&format!("architecture.{name}."), value);
    }
    let license = &json["license"];
    if !license.is_null() && !license.is_string() && !license["identifier"].is_string() {
        flaws.push(Flaw::at(
            file,
            "\"license\"",
            "`license` is neither a string nor an object with an `identifier`",
        ));
    }
    flaws
}

/// The words for a type that a value is not of.
fn unlike(kind: Type, value: &Value) -> Option<&'static str> {
    let is_texts = |it: &Value| {
        it.as_array()
            .is_some_and(|it| !it.is_empty() && it.iter().all(Value::is_string))
    };
    let (is_fine, what) = match kind {
        Type::Text => (value.is_string(), "string"),
        Type::Texts => (value.is_string() || is_texts(value), "string or array of strings"),
        Type::Deep => (
            value.is_string()
                || value
                    .as_array()
                    .is_some_and(|it| !it.is_empty() && it.iter().all(|it| it.is_string() || is_texts(it))),
            "string or array of strings and of arrays of strings",
        ),
        Type::Object => (value.is_object(), "object"),
        Type::Flag => (value.is_boolean(), "`true` or `false`"),
        Type::Any => (true, ""),
    };
    (!is_fine).then_some(what)
}

/// The file must carry the name of the app, which `scoop install` takes.
pub(super) fn name(file: &File, _: &Value) -> Vec<Flaw> {
    let name = file.name().trim_end_matches(".json");
    let is_fine = name.starts_with(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit())
        && name
            .chars()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "._-+@".contains(it));
    if is_fine {
        return Vec::new();
    }
    vec![Flaw::file(file, format!("`{name}` is no name of an app"))]
}

/// `serde_json` sorts the keys of objects, so the order is read from the text: keys of the root stand at the least
/// indentation.
pub(super) fn order(file: &File, _: &Value) -> Vec<Flaw> {
    let keys: Vec<(usize, usize, &str)> = file
        .lines()
        .filter_map(|(line, text)| {
            let inner = text.trim_start_matches([' ', '\t']);
            let (key, _) = inner.strip_prefix('"')?.split_once("\":")?;
            Some((text.len() - inner.len(), line, key))
        })
        .collect();
    let Some(least) = keys.iter().map(|it| it.0).min() else {
        return Vec::new();
    };
    let rank = |key: &str| KEYS.iter().position(|it| it.0 == key);
    let mut before: Option<(usize, &str)> = None;
    for (_, line, key) in keys.iter().filter(|it| it.0 == least) {
        let Some(rank) = rank(key) else { continue };
        if let Some((highest, name)) = before
            && rank < highest
        {
            return vec![Flaw::line(file, *line, format!("`{key}` stands behind `{name}`"))];
        }
        before = Some((rank, key));
    }
    Vec::new()
}

pub(super) fn singletons(file: &File, json: &Value) -> Vec<Flaw> {
    let mut found = Vec::new();
    for (_, place) in super::places(json) {
        for (key, value) in place.as_object().into_iter().flatten() {
            let is_one = value
                .as_array()
                .is_some_and(|it| it.len() == 1 && it[0].is_string());
            if is_one {
                found.push(Flaw::at(
                    file,
                    &format!("\"{key}\""),
                    format!("`{key}` is an array of one element"),
                ));
            }
        }
    }
    found
}

pub(super) fn file(file: &File) -> Vec<Flaw> {
    let Some(text) = file.text() else {
        return vec![Flaw::file(file, "it is no UTF-8")];
    };
    let mut flaws = Vec::new();
    if text.starts_with('\u{feff}') {
        flaws.push(Flaw::line(file, 1, "it begins with a byte order mark"));
    }
    if !text.ends_with('\n') {
        flaws.push(Flaw::file(file, "the last line has no end"));
    }
    let ends = text.matches('\n').count();
    if ![0, ends].contains(&text.matches("\r\n").count()) {
        flaws.push(Flaw::file(file, "some lines end with CRLF and some with LF"));
    }
    for (line, text) in file.lines() {
        if text.ends_with([' ', '\t']) {
            flaws.push(Flaw::line(file, line, "a space stands at the end of the line"));
        } else if text.contains('\t') {
            flaws.push(Flaw::line(file, line, "a tab stands in the line"));
        }
    }
    flaws
}
