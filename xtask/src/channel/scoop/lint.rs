//! What Scoop's schema, its tests and its contribution rules demand of a manifest.

use serde_json::Value;

use crate::lint::{File, Flaw, Rule, Severity, Subject};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "scoop/json",
        source: "S1",
        severity: Severity::Refused,
        demands: "a manifest is a JSON object",
        help: "mend the JSON where the reader stopped",
        check: |subject| {
            let wrong = |file: &File| match file.json() {
                Ok(Value::Object(_)) => None,
                Ok(_) => Some(Flaw::file(file, "it is no object")),
                Err(error) => Some(Flaw::file(file, format!("it is no JSON: {error}"))),
            };
            subject.ending(".json").filter_map(wrong).collect()
        },
    },
    Rule {
        id: "scoop/required",
        source: "S1",
        severity: Severity::Refused,
        demands: "version, homepage and license are there, and something to download",
        help: "add the key",
        check: |subject| each(subject, required),
    },
    Rule {
        id: "scoop/hash-form",
        source: "S1",
        severity: Severity::Refused,
        demands: "a hash is 64 hexadecimal digits, or an algorithm, a colon and its digits",
        help: "compute it from the file: `cargo xtask checksum FILE`",
        check: |subject| each(subject, hashes),
    },
    Rule {
        id: "scoop/version-form",
        source: "S1",
        severity: Severity::Refused,
        demands: "the version has letters, digits and `.-+_`, and no `v` in front",
        help: "write the bare version; the `v` belongs to the tag",
        check: |subject| each(subject, version),
    },
    Rule {
        id: "scoop/autoupdate-complete",
        source: "S2",
        severity: Severity::Warned,
        demands: "autoupdate has a URL with `$version` for each architecture",
        help: "add the architecture to `autoupdate`, with `$version` in the place of the number",
        check: |subject| each(subject, autoupdate),
    },
];

fn each(subject: &Subject, check: impl Fn(&File, &Value) -> Vec<Flaw>) -> Vec<Flaw> {
    let with = |file| Some((file, File::json(file).ok().filter(Value::is_object)?));
    let parsed = subject.ending(".json").filter_map(with);
    parsed.flat_map(|(file, json)| check(file, &json)).collect()
}

fn required(file: &File, json: &Value) -> Vec<Flaw> {
    let missing = ["version", "homepage", "license"]
        .into_iter()
        .filter(|key| json[*key].is_null())
        .map(|key| Flaw::file(file, format!("there is no `{key}`")));
    let mut flaws: Vec<Flaw> = missing.collect();
    let has_url = |it: &Value| !it["url"].is_null();
    if !has_url(json)
        && !json["architecture"]
            .as_object()
            .is_some_and(|it| it.values().any(has_url))
    {
        flaws.push(Flaw::file(file, "there is no `url` to download"));
    }
    flaws
}

fn hashes(file: &File, json: &Value) -> Vec<Flaw> {
    const LENGTHS: &[(&str, usize)] = &[("md5", 32), ("sha1", 40), ("sha256", 64), ("sha512", 128)];
    let nodes = std::iter::once(json).chain(
        json["architecture"]
            .as_object()
            .into_iter()
            .flat_map(|it| it.values()),
    );
    let mut flaws = Vec::new();
    for node in nodes {
        let hashes: Vec<&Value> = match &node["hash"] {
            Value::Array(list) => list.iter().collect(),
            Value::Null if node["url"].is_null() => Vec::new(),
            one => vec![one],
        };
        for hash in hashes {
            let text = hash.as_str().unwrap_or_default();
            let (algorithm, digits) = text.split_once(':').unwrap_or(("sha256", text));
            let length = LENGTHS.iter().find(|it| it.0 == algorithm).map(|it| it.1);
            if length != Some(digits.len()) || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
                flaws.push(Flaw::at(file, "\"hash\"", format!("`{text}` is no hash")));
            }
        }
    }
    flaws
}

fn version(file: &File, json: &Value) -> Vec<Flaw> {
    let Some(text) = json["version"].as_str() else {
        return Vec::new();
    };
    let is_fine = !text.is_empty()
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || ".-+_".contains(it));
    let has_v = text
        .strip_prefix('v')
        .is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()));
    if is_fine && !has_v {
        return Vec::new();
    }
    vec![Flaw::at(
        file,
        "\"version\"",
        format!("`{text}` is no version of Scoop's form"),
    )]
}

fn autoupdate(file: &File, json: &Value) -> Vec<Flaw> {
    let (Some(has), Some(_)) = (json["architecture"].as_object(), json["autoupdate"].as_object()) else {
        return Vec::new();
    };
    let update = &json["autoupdate"]["architecture"];
    has.keys()
        .filter(|key| {
            !update[key.as_str()]["url"]
                .as_str()
                .is_some_and(|it| it.contains("$version"))
        })
        .map(|key| {
            Flaw::at(
                file,
                "\"autoupdate\"",
                format!("`{key}` has no URL with `$version`"),
            )
        })
        .collect()
}
