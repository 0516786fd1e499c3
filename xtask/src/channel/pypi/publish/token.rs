//! What a token says of itself: the index writes what it is good for into it, readable by everybody who has it.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

/// What every token of the index begins with.
pub(super) const PREFIX: &str = "pypi-";

/// Caveats by their number (warehouse, `macaroons/caveats`): an end, and the names of projects.
const EXPIRES: u64 = 0;
const PROJECTS: u64 = 1;

/// What a token is good for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// The projects, normalised; `None` for all of the account's.
    pub(super) projects: Option<Vec<String>>,
    /// Until when, in seconds since 1970.
    pub(super) until_s: Option<i64>,
}

/// Reads a token; `None` when it does not have the form of one.
pub(super) fn read(token: &str) -> Option<Scope> {
    let body = token.trim().strip_prefix(PREFIX)?.trim_end_matches('=');
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(body).ok()?;
    let mut scope = Scope::default();
    // The caveats are JSON texts between binary fields, so each place where one may begin is tried.
    for at in (0..bytes.len()).filter(|at| matches!(bytes[*at], b'[' | b'{')) {
        let mut values = serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<Value>();
        let Some(Ok(caveat)) = values.next() else { continue };
        let list = |it: &Value| -> Option<Vec<String>> {
            let names = it.as_array()?.iter();
            names.map(|it| it.as_str().map(str::to_owned)).collect()
        };
        match caveat[0].as_u64() {
            Some(EXPIRES) => scope.until_s = caveat[1].as_i64().or(scope.until_s),
            Some(PROJECTS) => scope.projects = list(&caveat[1]).or(scope.projects),
            // The form of before 2022.
            _ => scope.projects = list(&caveat["permissions"]["projects"]).or(scope.projects),
        }
    }
    Some(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(caveats: &[&str]) -> String {
        let mut bytes = b"\x02\x01\x08registry\x02\x24identifier\x00".to_vec();
        for caveat in caveats {
            bytes.extend([0, 2, u8::try_from(caveat.len()).unwrap()]);
            bytes.extend(caveat.as_bytes());
        }
        bytes.extend(b"\x00\x06\x20{[signature");
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    #[test]
    fn caveats_are_found() {
        let check = |caveats: &[&str], projects: Option<&[&str]>, until_s| {
            let projects = projects.map(|it| it.iter().map(|it| (*it).to_owned()).collect());
            assert_eq!(read(&token(caveats)), Some(Scope { projects, until_s }));
        };
        check(&["[3, \"account\"]"], None, None);
        check(&["[1, [\"demo\", \"other\"]]"], Some(&["demo", "other"]), None);
        check(
            &["[0, 1700000000, 1600000000]", "[1,[\"demo\"]]"],
            Some(&["demo"]),
            Some(1_700_000_000),
        );
        check(
            &["{\"permissions\": {\"projects\": [\"demo\"]}, \"version\": 1}"],
            Some(&["demo"]),
            None,
        );
        assert_eq!(read("npm_x"), None);
        assert_eq!(read("pypi-?"), None);
    }
}
