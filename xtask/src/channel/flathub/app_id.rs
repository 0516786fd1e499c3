//! The id of an application: reverse DNS, as Flathub wants it.

use crate::channel::flathub::CHANNEL;
use crate::edition::Edition;

/// Where a product's code may lie, and how the id of such a product begins (F1).
const HOSTS: &[(&str, &str)] = &[
    ("https://github.com/", "io.github"),
    ("https://gitlab.com/", "io.gitlab"),
    ("https://codeberg.org/", "page.codeberg"),
];

/// The id of an edition; `None` where neither a setting nor a link says what it could be. A further package of the
/// release gets its own name at the end.
pub(super) fn of(edition: &Edition) -> Option<String> {
    let listing = edition.listing_for(&CHANNEL);
    let base = match edition.settings(&CHANNEL).text("app-id") {
        Some(id) => id.to_owned(),
        None => by_repository(edition).or_else(|| {
            let page = listing.homepage.as_deref()?.split_once("://")?.1;
            let host = page.split(['/', ':', '?', '#']).next()?;
            let parts: Vec<String> = host.split('.').rev().map(domain).collect();
            (parts.len() >= 2).then(|| format!("{}.{}", parts.join("."), last(&listing.name)))
        })?,
    };
    Some(if edition.is_main {
        base
    } else {
        format!("{base}.{}", last(&listing.name))
    })
}

fn by_repository(edition: &Edition) -> Option<String> {
    let url = &edition.listing.repository.as_ref()?.url;
    let (path, start) = HOSTS
        .iter()
        .find_map(|(host, start)| Some((url.strip_prefix(host)?, start)))?;
    let (owner, name) = path.split_once('/')?;
    Some(format!("{start}.{}.{}", domain(owner), last(name)))
}

/// The id of whoever offers it: that of the application without its last part.
pub(super) fn developer(id: &str) -> &str {
    id.rsplit_once('.').map_or(id, |it| it.0)
}

/// A part of a domain: lower case, `_` for `-`.
fn domain(text: &str) -> String {
    last(&text.to_lowercase()).replace('-', "_")
}

/// A part of an id: letters, digits, `_` and, in the last part alone, `-`; none begins with a digit.
fn last(text: &str) -> String {
    let is_fine = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
    let text: String = text
        .chars()
        .map(|it| if is_fine(it) { it } else { '_' })
        .collect();
    if text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_') {
        text
    } else {
        format!("_{text}")
    }
}

/// What is wrong with an id (F1; F3, `appid-*`).
pub(super) fn flaw(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('.').collect();
    let (tld, host) = (parts[0].to_lowercase(), parts.get(1).map(|it| it.to_lowercase()));
    let is_part = |it: &str| {
        it.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
            && it
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-'))
    };
    let home = match host.as_deref() {
        Some("github" | "gitlab") => Some("io"),
        Some("codeberg") => Some("page"),
        _ => None,
    };
    if id.len() > 255 {
        return Some(format!("it has {} characters, at most 255 are allowed", id.len()));
    }
    if !(3..=5).contains(&parts.len()) {
        return Some(format!("`{id}` has {} parts, 3 to 5 are allowed", parts.len()));
    }
    if let Some(part) = parts.iter().find(|it| !is_part(it)) {
        return Some(format!(
            "the part `{part}` of `{id}` has another form than a letter or `_`, then letters, digits and `_`"
        ));
    }
    let (end, start) = parts.split_last()?;
    if start.iter().any(|it| it.contains('-')) {
        return Some(format!("`{id}` has a `-` before its last part: write `_`"));
    }
    if start[..2]
        .iter()
        .any(|it| it.chars().any(|it| it.is_ascii_uppercase()))
    {
        return Some(format!("the domain at the start of `{id}` is not in lower case"));
    }
    if matches!(*end, "desktop" | "app" | "linux") {
        return Some(format!("`{id}` ends in `.{end}`"));
    }
    match home {
        Some(home) if tld != home => Some(format!(
            "`{id}` would be a product of the host of code itself: it begins with `{home}.{}`",
            parts[1]
        )),
        Some(_) if parts.len() < 4 => Some(format!("`{id}` lacks the owner or the name of the repository")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        assert_eq!(domain("7-Zip"), "_7_zip");
        assert_eq!(last("my-tool.rs"), "my-tool_rs");
    }

    #[test]
    fn ids() {
        for id in ["io.github.owner.my-tool", "org.registry.Tool", "org._7_zip.Tool"] {
            assert_eq!(flaw(id), None, "{id}");
        }
        for id in [
            "",
            "org.tool",
            "a.b.c.d.e.f",
            "org.7zip.Tool",
            "org.my-tool.Tool",
            "Org.registry.Tool",
            "org.registry.desktop",
            "com.github.owner.tool",
            "io.github.tool",
            "org.registry.t\u{fc}r",
            "org..tool",
        ] {
            assert!(flaw(id).is_some(), "{id}");
        }
    }
}
