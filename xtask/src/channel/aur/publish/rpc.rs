//! The AUR's interface for questions (aurweb, doc/rpc.txt, version 5).

use serde::Deserialize;

use crate::effect::http::Request;
use crate::outside::Look;
use crate::protocol::answer;
use crate::standing::Failure;

/// A package as the AUR shows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Package {
    /// Its name.
    pub(super) name: String,
    /// The package base that it is built with.
    #[serde(rename = "PackageBase")]
    pub(super) base: String,
    /// `[epoch:]pkgver-pkgrel`.
    pub(super) version: String,
    /// The account that maintains it; none for an orphan.
    pub(super) maintainer: Option<String>,
    /// Since when it is flagged as out of date.
    pub(super) out_of_date: Option<i64>,
    /// When it was pushed last.
    pub(super) last_modified: i64,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<Package>,
    error: Option<String>,
}

/// The packages of these names that there are.
pub(super) fn info(look: &Look<'_>, address: &str, names: &[String]) -> Result<Vec<Package>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    // Names of packages need no escape but that of `+`, which would be a space.
    let arguments: Vec<String> = names
        .iter()
        .map(|it| format!("&arg%5B%5D={}", it.replace('+', "%2B")))
        .collect();
    let request = Request::get(format!("{address}/rpc?v=5&type=info{}", arguments.concat()));
    let found = look.ask(&request)?;
    if found.status != 200 {
        return Err(answer::failure(&request, &found, &found.text()));
    }
    let answer: Answer = found.json().map_err(answer::of_trouble)?;
    match answer.error {
        // The interface says what is wrong with a question with the status of success.
        Some(error) => Err(Failure::new(format!("`{address}/rpc` does not answer: {error}"))),
        None => Ok(answer.results),
    }
}
