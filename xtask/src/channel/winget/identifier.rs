//! The identifier of a package, and the folder that follows from it.

use anyhow::ensure;

use super::CHANNEL;
use crate::edition::{Edition, Listing};
use crate::problem::Problem;

/// Characters that a part of an identifier or a version cannot have: the schema's pattern.
fn is_forbidden(letter: char) -> bool {
    letter.is_control() || "\\/:*?\"<>|".contains(letter)
}

/// What is wrong with an identifier.
pub(super) fn flaw(id: &str) -> Option<&'static str> {
    let parts: Vec<&str> = id.split('.').collect();
    if !(2..=8).contains(&parts.len()) {
        return Some("has not 2 to 8 parts with dots between them");
    }
    if id.chars().count() > 128 || parts.iter().any(|it| it.chars().count() > 32) {
        return Some("has more than 128 characters, or more than 32 in a part");
    }
    if parts.iter().any(|it| it.is_empty()) {
        return Some("has an empty part");
    }
    if id.contains(|it: char| is_forbidden(it) || it.is_whitespace()) {
        return Some("has white space or one of `\\/:*?\"<>|`");
    }
    None
}

/// What is wrong with a version.
pub(super) fn version_flaw(version: &str) -> Option<&'static str> {
    if version.is_empty() || version.chars().count() > 128 {
        return Some("has not 1 to 128 characters");
    }
    if version.contains(is_forbidden) {
        return Some("has one of `\\/:*?\"<>|`");
    }
    None
}

/// The identifier of the package of an edition. Who upgrades gets the highest version that there is, so pre-releases are
/// a package of their own.
pub(super) fn of(edition: &Edition, listing: &Listing) -> anyhow::Result<String> {
    let settings = edition.settings(&CHANNEL);
    let set = settings.text("identifier").filter(|_| edition.is_main);
    let publisher = settings.text("publisher").unwrap_or(&listing.publisher);
    let mut id = match set {
        Some(id) => id.to_owned(),
        None => format!("{}.{}", part(publisher), part(&listing.title)),
    };
    if !edition.version().pre.is_empty() {
        id.push_str(".Preview");
    }
    let flaw = flaw(&id);
    ensure!(
        flaw.is_none(),
        Problem::new(format!(
            "cannot name the package `{}`: the identifier {}",
            id.escape_debug(),
            flaw.unwrap_or_default()
        ))
        .help("set it: `[channel.winget] identifier`, such as `Owner.Demo`")
    );
    Ok(id)
}

/// A name as a part: letters and digits of every script, and what joins them; words in CamelCase.
fn part(name: &str) -> String {
    let words = name.split(|it: char| !it.is_alphanumeric() && !matches!(it, '-' | '_' | '+'));
    words
        .map(|word| {
            let mut letters = word.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            first + letters.as_str()
        })
        .collect()
}

/// The folder of a version in the community's repository: case matters.
pub(super) fn folder(id: &str, version: &str) -> String {
    let letter: String = id.chars().take(1).flat_map(char::to_lowercase).collect();
    format!("manifests/{letter}/{}/{version}", id.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for id in [
            "Owner.Demo",
            "a.b",
            "A.B.C.D.E.F.G.H",
            "M\u{fc}ller.D\u{e4}mo-1_2+",
        ] {
            assert_eq!(flaw(id), None, "{id}");
        }
        let long = format!("A.{}", "b".repeat(33));
        for id in [
            "Demo",
            "",
            "A..B",
            "A.",
            "A.B C",
            "A.B/C",
            "A.B\"",
            long.as_str(),
            "A.B.C.D.E.F.G.H.I",
        ] {
            assert!(flaw(id).is_some(), "{id}");
        }
        assert_eq!(version_flaw("1.2.3-rc.1+5"), None);
        assert!(version_flaw("1:2").is_some() && version_flaw("").is_some());
    }

    #[test]
    fn names_become_parts() {
        assert_eq!(part("The Demo maintainers"), "TheDemoMaintainers");
        assert_eq!(part("demo-cli"), "Demo-cli");
        assert_eq!(part("A. B. \"C\" & Co."), "ABCCo");
        assert_eq!(folder("Owner.Demo", "1.2.3"), "manifests/o/Owner/Demo/1.2.3");
    }
}
