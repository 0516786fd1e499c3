//! The values of a manifest.

use serde_json::Value;

use super::{places, programs, texts};
use crate::lint::{File, Flaw};

pub(super) fn version(file: &File, json: &Value) -> Vec<Flaw> {
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

pub(super) fn hashes(file: &File, json: &Value) -> Vec<Flaw> {
    const LENGTHS: &[(&str, usize)] = &[("md5", 32), ("sha1", 40), ("sha256", 64), ("sha512", 128)];
    let mut flaws = Vec::new();
    for (name, place) in places(json) {
        let (urls, hashes) = (texts(&place["url"]), texts(&place["hash"]));
        if urls.len() != hashes.len() {
            let name = name.map(|it| format!(" for `{it}`")).unwrap_or_default();
            flaws.push(Flaw::at(
                file,
                "\"hash\"",
                format!("there are {} URLs{name}, and {} hashes", urls.len(), hashes.len()),
            ));
        }
        for text in hashes {
            let (algorithm, digits) = text.split_once(':').unwrap_or(("sha256", text));
            let length = LENGTHS.iter().find(|it| it.0 == algorithm).map(|it| it.1);
            if length != Some(digits.len()) || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
                flaws.push(Flaw::at(file, "\"hash\"", format!("`{text}` is no hash")));
            }
        }
    }
    flaws
}

/// The URLs by which something is downloaded, and the homepage.
fn all_urls(json: &Value) -> Vec<&str> {
    let downloads = places(json).into_iter().flat_map(|it| texts(&it.1["url"]));
    downloads.chain(json["homepage"].as_str()).collect()
}

pub(super) fn urls(file: &File, json: &Value) -> Vec<Flaw> {
    let is_whole = |url: &str| {
        let rest = ["https://", "http://", "ftp://"]
            .iter()
            .find_map(|it| url.strip_prefix(it));
        let is_odd = |it: char| it.is_whitespace() || it.is_control() || "$\"'<>`\\{}|^".contains(it);
        rest.is_some_and(|it| it.starts_with(|it: char| it.is_alphanumeric() || it == '['))
            && !url.contains(is_odd)
    };
    let wrong = all_urls(json).into_iter().filter(|it| !is_whole(it));
    wrong
        .map(|it| Flaw::at(file, it, format!("`{it}` is no URL to download from")))
        .collect()
}

pub(super) fn secure(file: &File, json: &Value) -> Vec<Flaw> {
    let open = all_urls(json)
        .into_iter()
        .filter(|it| it.starts_with("http://") || it.starts_with("ftp://"));
    open.map(|it| Flaw::at(file, it, format!("`{it}` does not begin with `https://`")))
        .collect()
}

pub(super) fn license(file: &File, json: &Value) -> Vec<Flaw> {
    /// What the schema's examples have beside SPDX.
    const WORDS: &[&str] = &[
        "Freeware",
        "Proprietary",
        "Public Domain",
        "Shareware",
        "Unknown",
        "...",
    ];
    let license = &json["license"];
    let Some(text) = license.as_str().or(license["identifier"].as_str()) else {
        return Vec::new();
    };
    let is_known = |it: &str| WORDS.contains(&it) || spdx::Expression::parse(it).is_ok();
    text.split(['|', ','])
        .map(str::trim)
        .filter(|it| !is_known(it))
        .map(|it| Flaw::at(file, "\"license\"", format!("`{it}` is no licence of SPDX")))
        .collect()
}

pub(super) fn paths(file: &File, json: &Value) -> Vec<Flaw> {
    let leaves = |path: &str| {
        path.is_empty()
            || path.starts_with(['/', '\\'])
            || path.contains(':')
            || path.split(['/', '\\']).any(|it| it == "..")
    };
    let mut found = Vec::new();
    for (_, place) in places(json) {
        let bins = programs(&place["bin"]).into_iter().map(|it| ("bin", it));
        let dirs = texts(&place["extract_dir"])
            .into_iter()
            .map(|it| ("extract_dir", it));
        let kept = programs(&place["persist"]).into_iter().map(|it| ("persist", it));
        for (key, path) in bins.chain(dirs).chain(kept) {
            if leaves(path) {
                found.push(Flaw::at(
                    file,
                    &format!("\"{key}\""),
                    format!("the path `{path}` leaves the app's folder"),
                ));
            }
        }
    }
    found
}

pub(super) fn autoupdate(file: &File, json: &Value) -> Vec<Flaw> {
    let (Some(has), Some(_)) = (json["architecture"].as_object(), json["autoupdate"].as_object()) else {
        return Vec::new();
    };
    let update = &json["autoupdate"]["architecture"];
    let version = json["version"].as_str().unwrap_or_default();
    let mut flaws = Vec::new();
    for key in has.keys() {
        let urls = texts(&update[key.as_str()]["url"]);
        let all = texts(&json["autoupdate"]["url"]);
        let urls = if urls.is_empty() { all } else { urls };
        if urls.is_empty() || !urls.iter().any(|it| it.contains("$version")) {
            flaws.push(Flaw::at(
                file,
                "\"autoupdate\"",
                format!("`{key}` has no URL with `$version`"),
            ));
        } else if !version.is_empty() && urls.iter().any(|it| it.contains(version)) {
            flaws.push(Flaw::at(
                file,
                "\"autoupdate\"",
                format!("the URL for `{key}` holds `{version}`, which is of this version only"),
            ));
        }
    }
    flaws
}

pub(super) fn description(file: &File, json: &Value) -> Vec<Flaw> {
    let Some(text) = json["description"].as_str().filter(|it| !it.trim().is_empty()) else {
        return vec![Flaw::file(file, "there is no `description`")];
    };
    let app = file.name().trim_end_matches(".json").to_lowercase();
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    if first.trim_end_matches([',', ':']) == app {
        return vec![Flaw::at(
            file,
            "\"description\"",
            format!("the description begins with the app's name `{app}`"),
        )];
    }
    Vec::new()
}
