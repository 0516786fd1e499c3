//! What Scoop's schema, its tests and its contribution rules demand of a manifest.

mod form;
mod release;
mod value;

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
        id: "scoop/keys",
        source: "S1",
        severity: Severity::Refused,
        demands: "no key is unknown to the schema",
        help: "remove the key, or mend its name",
        check: |subject| each(subject, form::keys),
    },
    Rule {
        id: "scoop/required",
        source: "S1",
        severity: Severity::Refused,
        demands: "version, homepage and license are there, and something to download",
        help: "add the key",
        check: |subject| each(subject, form::required),
    },
    Rule {
        id: "scoop/types",
        source: "S1",
        severity: Severity::Refused,
        demands: "each value is of the type that the schema wants",
        help: "write a string, or an array of strings that is not empty",
        check: |subject| each(subject, form::types),
    },
    Rule {
        id: "scoop/version-form",
        source: "S1",
        severity: Severity::Refused,
        demands: "the version has letters, digits and `.-+_`, and no `v` in front",
        help: "write the bare version; the `v` belongs to the tag",
        check: |subject| each(subject, value::version),
    },
    Rule {
        id: "scoop/hash-form",
        source: "S1",
        severity: Severity::Refused,
        demands: "each URL has a hash of 64 hexadecimal digits, or of an algorithm, a colon and its digits",
        help: "compute it from the file: `cargo xtask checksum FILE`",
        check: |subject| each(subject, value::hashes),
    },
    Rule {
        id: "scoop/url-form",
        source: "S1",
        severity: Severity::Refused,
        demands: "what is downloaded has a whole URL without `$`, white space and quotes",
        help: "write the URL of this version; `$version` belongs to `autoupdate`",
        check: |subject| each(subject, value::urls),
    },
    Rule {
        id: "scoop/url-secure",
        source: "S2",
        severity: Severity::Warned,
        demands: "URLs begin with `https`",
        help: "use the address with `https://`",
        check: |subject| each(subject, value::secure),
    },
    Rule {
        id: "scoop/license-form",
        source: "S2",
        severity: Severity::Warned,
        demands: "the license is an identifier of SPDX, or `Freeware`, `Proprietary`, `Public Domain`, `Shareware`, \
            `Unknown`; `|` parts a choice, `,` parts that hold together",
        help: "mend `license` in `Cargo.toml`",
        check: |subject| each(subject, value::license),
    },
    Rule {
        id: "scoop/paths",
        source: "S1",
        severity: Severity::Refused,
        demands: "`bin`, `extract_dir` and `persist` stay inside the app's folder",
        help: "write a relative path without `..`",
        check: |subject| each(subject, value::paths),
    },
    Rule {
        id: "scoop/autoupdate-complete",
        source: "S2",
        severity: Severity::Warned,
        demands: "autoupdate has a URL with `$version` for each architecture, and not the version itself",
        help: "add the architecture to `autoupdate`, with `$version` in the place of the number",
        check: |subject| each(subject, value::autoupdate),
    },
    Rule {
        id: "scoop/description",
        source: "S2",
        severity: Severity::Warned,
        demands: "a description is there, and does not begin with the app's name",
        help: "say it another way: `[channel.scoop] summary`",
        check: |subject| each(subject, value::description),
    },
    Rule {
        id: "scoop/name-form",
        source: "S2",
        severity: Severity::Warned,
        demands: "the file is named after the app, in lower case",
        help: "name it: `[channel.scoop] name`",
        check: |subject| each(subject, form::name),
    },
    Rule {
        id: "scoop/order",
        source: "S2",
        severity: Severity::Warned,
        demands: "keys stand in the order of the contribution rules",
        help: "version, description, homepage, license, notes, depends, suggest, architecture, bin, checkver, autoupdate",
        check: |subject| each(subject, form::order),
    },
    Rule {
        id: "scoop/singletons",
        source: "S2",
        severity: Severity::Warned,
        demands: "an array of one element is written as that element",
        help: "take the brackets away",
        check: |subject| each(subject, form::singletons),
    },
    Rule {
        id: "scoop/file-form",
        source: "S3",
        severity: Severity::Warned,
        demands: "a file has no byte order mark, no tab and no space at a line's end, one kind of line ends, and ends with one",
        help: "render it anew: `cargo xtask manifests`; CRLF is made by the bucket's `.gitattributes`",
        check: |subject| subject.ending(".json").flat_map(form::file).collect(),
    },
    Rule {
        id: "scoop/platforms-complete",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "every build for Windows is offered",
        help: "render it anew: `cargo xtask manifests`",
        check: release::platforms,
    },
    Rule {
        id: "scoop/hash-of-url",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "a hash is that of the file of the release which its URL names",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::hashes,
    },
    Rule {
        id: "scoop/path-in-archive",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "`bin` is in the archive, below `extract_dir`",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::paths,
    },
    Rule {
        id: "scoop/version-of-release",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "the version is that of the release",
        help: "render it anew: `cargo xtask manifests`",
        check: release::version,
    },
];

fn each(subject: &Subject, check: impl Fn(&File, &Value) -> Vec<Flaw>) -> Vec<Flaw> {
    objects(subject)
        .into_iter()
        .flat_map(|(file, json)| check(file, &json))
        .collect()
}

/// The manifests that can be read.
fn objects(subject: &Subject) -> Vec<(&File, Value)> {
    let with = |file| Some((file, File::json(file).ok().filter(Value::is_object)?));
    subject.ending(".json").filter_map(with).collect()
}

/// The places that can say what is downloaded, with the name of the architecture: each of them, and the root.
fn places(json: &Value) -> Vec<(Option<&str>, &Value)> {
    let mut found = vec![(None, json)];
    let architectures = json["architecture"].as_object();
    found.extend(
        architectures
            .into_iter()
            .flatten()
            .map(|(name, it)| (Some(name.as_str()), it)),
    );
    found
}

/// The strings of a string, or of an array of strings.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// The files that a `bin` names: strings, and the first of each inner array.
fn programs(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(list) => list
            .iter()
            .filter_map(|it| match it {
                Value::Array(parts) => parts.first().and_then(Value::as_str),
                one => one.as_str(),
            })
            .collect(),
        one => one.as_str().into_iter().collect(),
    }
}
