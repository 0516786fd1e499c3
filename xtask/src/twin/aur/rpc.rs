//! The interface for questions (aurweb/rpc.py, version 5), answered from what was pushed.

use serde_json::{Value, json};

use super::Aur;
use crate::channel::aur::srcinfo::SrcInfo;
use crate::effect::files;
use crate::twin::server::{Incoming, Reply};

/// Answers `info`, which is all that publishing asks.
pub(super) fn answer(aur: &Aur, request: &Incoming, _: &str) -> anyhow::Result<Reply> {
    let error = |words: &str| {
        let document = json!({
            "version": 5, "type": "error", "resultcount": 0, "results": [], "error": words,
        });
        Ok(Reply::json(200, &document))
    };
    match request.argument("v") {
        Some("5") => {}
        Some(_) => return error("Invalid version specified."),
        None => return error("Please specify an API version."),
    }
    match request.argument("type") {
        Some("info" | "multiinfo") => {}
        Some(_) => return error("Incorrect request type specified."),
        None => return error("No request type/data specified."),
    }
    let names: Vec<&str> = request
        .query
        .iter()
        .filter(|it| matches!(it.0.as_str(), "arg[]" | "arg"))
        .map(|it| it.1.as_str())
        .collect();
    if names.is_empty() {
        return error("No request type/data specified.");
    }
    let mut results = packages(aur)?;
    results.retain(|it| names.contains(&it["Name"].as_str().unwrap_or_default()));
    let document = json!({
        "version": 5, "type": "multiinfo", "resultcount": results.len(), "results": results,
    });
    Ok(Reply::json(200, &document))
}

/// All packages of all package bases.
fn packages(aur: &Aur) -> anyhow::Result<Vec<Value>> {
    let mut found = Vec::new();
    for path in files::list(&aur.dir)? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let Some(base) = name.strip_suffix(".git") else {
            continue;
        };
        let Some(bytes) = aur.repositories.read(base, "refs/heads/master", ".SRCINFO")? else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let info = SrcInfo::read(&text);
        let first = |key: &str| info.values.get(key).and_then(|it| it.first()).cloned();
        let times = aur
            .repositories
            .git(base)
            .args(["log", "--format=%ct", "refs/heads/master"])
            .read()?;
        let times: Vec<i64> = times.lines().filter_map(|it| it.parse().ok()).collect();
        let maintainer = aur.maintainer(base)?;
        for (number, name) in info.names.iter().enumerate() {
            found.push(json!({
                "ID": number + 1,
                "Name": name,
                "PackageBaseID": 1,
                "PackageBase": base,
                "Version": version(&first),
                "Description": first("pkgdesc"),
                "URL": first("url"),
                "NumVotes": 0,
                "Popularity": 0,
                "OutOfDate": null,
                "Maintainer": maintainer,
                "Submitter": maintainer,
                "FirstSubmitted": times.last(),
                "LastModified": times.first(),
                "URLPath": format!("/cgit/aur.git/snapshot/{base}.tar.gz"),
                "License": info.values.get("license").cloned().unwrap_or_default(),
                "Keywords": [],
                "PendingRequests": 0,
            }));
        }
    }
    Ok(found)
}

/// `[epoch:]pkgver-pkgrel`.
fn version(first: &dyn Fn(&str) -> Option<String>) -> String {
    let epoch = first("epoch").map(|it| format!("{it}:")).unwrap_or_default();
    let part = |key| first(key).unwrap_or_default();
    format!("{epoch}{}-{}", part("pkgver"), part("pkgrel"))
}
