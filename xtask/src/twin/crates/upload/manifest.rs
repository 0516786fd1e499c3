//! What the registry reads in a `.crate`: its files, and the `Cargo.toml` among them.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::{Refusal, bad};
use crate::pack::read;

/// The most characters of a name.
const MOST_NAME: usize = 64;

/// The most bytes of a description.
const MOST_DESCRIPTION: usize = 1000;

/// How many keywords and categories a crate may have, and how long a keyword may be.
const MOST_WORDS: usize = 5;
const MOST_KEYWORD: usize = 20;

/// How many features and dependencies a crate may have.
const MOST_FEATURES: usize = 300;
const MOST_DEPENDENCIES: usize = 500;

/// The tables that list dependencies.
const TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

/// What is said of a tarball that cannot be read.
const MALFORMED: &str = "uploaded tarball is malformed or too large when decompressed";

/// Checks a name.
pub(super) fn name(what: &str, name: &str) -> Result<(), Refusal> {
    if name.chars().count() > MOST_NAME {
        return Err(bad(format!(
            "the {what} name `{name}` is too long (max {MOST_NAME} characters)"
        )));
    }
    let Some(first) = name.chars().next() else {
        return Err(bad(format!("{what} name cannot be empty")));
    };
    if first.is_ascii_digit() {
        return Err(bad(format!(
            "the name `{name}` cannot be used as a {what} name, the name cannot start with a digit"
        )));
    }
    if !first.is_ascii_alphabetic() {
        return Err(bad(format!(
            "invalid character `{first}` in {what} name: `{name}`, the first character must be an ASCII character"
        )));
    }
    let is_odd = |it: &char| !(it.is_ascii_alphanumeric() || matches!(it, '-' | '_'));
    match name.chars().find(is_odd) {
        None => Ok(()),
        Some(odd) => Err(bad(format!(
            "invalid character `{odd}` in {what} name: `{name}`, characters must be an ASCII alphanumeric characters, `-`, \
             or `_`"
        ))),
    }
}

/// Checks a crate, and gives what it says for people.
pub(super) fn check(bytes: &[u8], name: &str, version: &str, most_unpacked: usize) -> Result<Value, Refusal> {
    let manifest = manifest(bytes, name, version, most_unpacked)?;
    let Some(package) = manifest.get("package").and_then(toml::Value::as_table) else {
        return Err(bad(
            "failed to parse `Cargo.toml` manifest file\n\nmissing field `package`",
        ));
    };
    let said = |key: &str| package.get(key).and_then(toml::Value::as_str);
    let text = |key: &str| said(key).unwrap_or_default();
    for (key, sent) in [("name", name), ("version", version)] {
        if text(key) != sent {
            return Err(bad(format!(
                "metadata {key} `{sent}` does not match manifest {key} `{}`",
                text(key)
            )));
        }
    }
    let is_missing = [
        ("description", text("description").is_empty()),
        (
            "license",
            text("license").is_empty() && text("license-file").is_empty(),
        ),
    ];
    let missing: Vec<&str> = is_missing.iter().filter(|it| it.1).map(|it| it.0).collect();
    if !missing.is_empty() {
        return Err(bad(format!(
            "missing or empty metadata fields: {}. Please see \
             https://doc.rust-lang.org/cargo/reference/manifest.html for more information on configuring these fields",
            missing.join(", ")
        )));
    }
    if text("description").len() > MOST_DESCRIPTION {
        return Err(bad(format!(
            "The `description` is too long. A maximum of {MOST_DESCRIPTION} characters are currently allowed."
        )));
    }
    let license = text("license").replace('/', " OR ");
    if !license.is_empty()
        && let Err(error) = spdx::Expression::parse(&license)
    {
        return Err(bad(format!(
            "unknown or invalid license expression; see http://opensource.org/licenses for options, and \
             http://spdx.org/licenses/ for their identifiers\n{error}"
        )));
    }
    for key in ["homepage", "documentation", "repository"] {
        let url = text(key);
        if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(bad(format!(
                "URL for field `{key}` must begin with http:// or https:// (url: {url})"
            )));
        }
    }
    words(package)?;
    features(&manifest)?;
    dependencies(&manifest)?;
    Ok(json!({
        "description": said("description"),
        "homepage": said("homepage"),
        "documentation": said("documentation"),
        "repository": said("repository"),
    }))
}

/// The manifest in the tarball, whose files all lie in one folder.
fn manifest(bytes: &[u8], name: &str, version: &str, most_unpacked: usize) -> Result<toml::Table, Refusal> {
    let mut unpacked = Vec::new();
    let most = u64::try_from(most_unpacked).unwrap_or(u64::MAX);
    let read = GzDecoder::new(bytes).take(most + 1).read_to_end(&mut unpacked);
    if read.is_err() || unpacked.len() > most_unpacked {
        return Err(bad(MALFORMED));
    }
    let files = read::tar(unpacked.as_slice()).map_err(|_| bad(MALFORMED))?;
    let top = format!("{name}-{version}/");
    if let Some(stray) = files.iter().find(|it| !it.path.starts_with(&top)) {
        return Err(bad(format!("invalid path found: {}", stray.path)));
    }
    let Some(file) = files.iter().find(|it| it.path == format!("{top}Cargo.toml")) else {
        return Err(bad("uploaded tarball is missing a `Cargo.toml` manifest file"));
    };
    let text = String::from_utf8_lossy(&file.bytes);
    text.parse()
        .map_err(|error| bad(format!("failed to parse `Cargo.toml` manifest file\n\n{error}")))
}

fn words(package: &toml::Table) -> Result<(), Refusal> {
    let list = |key: &str| -> Vec<&str> {
        let array = package.get(key).and_then(toml::Value::as_array);
        let words = array.into_iter().flatten();
        words.filter_map(toml::Value::as_str).collect()
    };
    for key in ["keywords", "categories"] {
        if list(key).len() > MOST_WORDS {
            return Err(bad(format!("expected at most {MOST_WORDS} {key} per crate")));
        }
    }
    for keyword in list("keywords") {
        if keyword.len() > MOST_KEYWORD {
            return Err(bad(format!(
                "\"{keyword}\" is an invalid keyword (keywords must have less than {MOST_KEYWORD} characters)"
            )));
        }
        let is_first = keyword.starts_with(|it: char| it.is_ascii_alphanumeric());
        let is_fit = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '+');
        if !is_first || !keyword.chars().all(is_fit) {
            return Err(bad(format!("\"{keyword}\" is an invalid keyword")));
        }
    }
    Ok(())
}

fn features(manifest: &toml::Table) -> Result<(), Refusal> {
    let features = manifest.get("features").and_then(toml::Value::as_table);
    let count = features.map_or(0, toml::Table::len);
    if count > MOST_FEATURES {
        return Err(bad(format!(
            "{{registry}} only allows a maximum number of {MOST_FEATURES} features, but your crate is declaring {count} \
             features."
        )));
    }
    Ok(())
}

fn dependencies(manifest: &toml::Table) -> Result<(), Refusal> {
    let of_targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = of_targets.into_iter().flat_map(toml::Table::values);
    let places = std::iter::once(manifest).chain(targets.filter_map(toml::Value::as_table));
    let tables = places.flat_map(|place| TABLES.iter().filter_map(|it| place.get(*it)?.as_table()));
    let all: Vec<(&String, &toml::Value)> = tables.flatten().collect();
    if all.len() > MOST_DEPENDENCIES {
        return Err(bad(format!(
            "{{registry}} only allows a maximum number of {MOST_DEPENDENCIES} dependencies."
        )));
    }
    for (key, value) in all {
        let text = |key: &str| value.get(key).and_then(toml::Value::as_str);
        let package = text("package").unwrap_or(key);
        name("dependency", package)?;
        let registry = text("registry-index").or_else(|| text("registry"));
        if registry.is_some_and(|it| !it.is_empty()) {
            return Err(bad(format!(
                "Dependency `{package}` is hosted on another registry. Cross-registry dependencies are not permitted on \
                 {{registry}}."
            )));
        }
        let wanted = value.as_str().or_else(|| text("version")).unwrap_or("*");
        match semver::VersionReq::parse(wanted) {
            Err(_) => return Err(bad(format!("\"{wanted}\" is an invalid version requirement"))),
            Ok(parsed) if parsed == semver::VersionReq::STAR => {
                return Err(bad(format!(
                    "wildcard (`*`) dependency constraints are not allowed on {{registry}}. Crate with this problem: \
                     `{package}`"
                )));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}
