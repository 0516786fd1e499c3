//! Rules of the nuspec.

use roxmltree::{Document, Node};

use crate::channel::chocolatey::lint::view::{View, each, metadata, nuspecs, text};
use crate::channel::chocolatey::nuspec::SHORTEST;
use crate::channel::version;
use crate::lint::{Flaw, Subject};

/// XML with the metadata of a package, in a namespace that Chocolatey reads, or in none (K1).
pub(super) fn form(subject: &Subject) -> Vec<Flaw> {
    const START: &str = "http://schemas.microsoft.com/packaging/";
    let mut flaws = Vec::new();
    for view in nuspecs(subject) {
        match Document::parse(&view.text) {
            Err(error) => flaws.push(view.flaw("", format!("it is no XML: {error}"))),
            Ok(document) => {
                let space = document.root_element().tag_name().namespace().unwrap_or_default();
                if metadata(&document).is_none() {
                    flaws.push(view.flaw("", "there is no `package` with `metadata`"));
                } else if !(space.is_empty() || space.starts_with(START) && space.ends_with("/nuspec.xsd")) {
                    flaws.push(view.flaw("xmlns", format!("`{space}` is no namespace of a nuspec")));
                }
            }
        }
    }
    flaws
}

/// What `choco pack` and moderation ask for (K1, K2).
pub(super) fn required(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    const FIELDS: &[&str] = &["id", "version", "authors", "description", "projectUrl", "tags"];
    let missing = FIELDS.iter().filter(|it| text(data, it).is_none());
    missing
        .map(|it| view.flaw("<metadata", format!("there is no `{it}`")))
        .collect()
}

/// The id (K1, K2).
pub(super) fn id(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    let Some(id) = text(data, "id") else {
        return Vec::new();
    };
    let is_letter = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    let lower = id.to_lowercase();
    let what = if !id.chars().all(is_letter) || id.starts_with(['.', '-']) || id.ends_with(['.', '-']) {
        "has other characters than letters, digits, `-`, `_` and `.`"
    } else if id.len() > 100 {
        "has more than 100 characters"
    } else if lower.ends_with(".config") {
        "ends in `.config`"
    } else if ["alpha", "beta", "prerelease"]
        .iter()
        .any(|word| lower.split(['-', '.']).any(|it| it == *word))
    {
        "says that it is a pre-release, which the version does"
    } else {
        return Vec::new();
    };
    vec![view.flaw("<id>", format!("the id `{id}` {what}"))]
}

/// How an id should look (K2, naming).
pub(super) fn id_style(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    let Some(id) = text(data, "id") else {
        return Vec::new();
    };
    let base = [".install", ".portable", ".extension", ".template"]
        .iter()
        .find_map(|it| id.strip_suffix(it))
        .unwrap_or(id);
    let mut flaws = Vec::new();
    let mut push = |what: &str| flaws.push(view.flaw("<id>", format!("the id `{id}` {what}")));
    if id.chars().any(|it| it.is_ascii_uppercase()) {
        push("is not in lower case");
    }
    if base.contains(['_', '.']) {
        push("parts its words by something else than `-`");
    }
    if base.len() > 25 && !base.contains('-') {
        push("is long and has no `-` between its words");
    }
    if text(data, "title") == Some(id) {
        flaws.push(view.flaw("<title>", "the title is the id: write it as people do"));
    }
    flaws
}

/// The version as the server keeps it (K3): any other form is answered with 400.
pub(super) fn version(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    let Some(version) = text(data, "version") else {
        return Vec::new();
    };
    let (numbers, pre) = parts(version);
    let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let what = if !numbers.iter().all(is_number) {
        "has another form than numbers with dots"
    } else if !(2..=4).contains(&numbers.len()) {
        "has not two to four numbers"
    } else if pre.is_some_and(|it| !it.starts_with(|it: char| it.is_ascii_alphabetic()) || it.len() > 20) {
        "has a pre-release that does not begin with a letter, or has more than 20 characters"
    } else if pre.is_some_and(|it| it.chars().any(|it| !it.is_ascii_alphanumeric() && it != '-')) {
        "has a pre-release of other characters than letters, digits and `-`"
    } else if let Some(what) = unusual(&numbers).filter(|_| view.inner.is_some()) {
        what
    } else {
        return Vec::new();
    };
    vec![view.flaw("<version>", format!("the version `{version}` {what}"))]
}

/// The same in a nuspec that is still to be packed: `choco pack` 2 puts it into this form by itself, and 1 does not.
pub(super) fn version_normal(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    let version = text(data, "version")
        .filter(|_| view.inner.is_none())
        .unwrap_or_default();
    let what = unusual(&parts(version).0);
    what.map(|it| view.flaw("<version>", format!("the version `{version}` {it}")))
        .into_iter()
        .collect()
}

/// The numbers of a version, and its pre-release.
fn parts(version: &str) -> (Vec<&str>, Option<&str>) {
    let (numbers, pre) = version
        .split_once('-')
        .map_or((version, None), |it| (it.0, Some(it.1)));
    (numbers.split('.').collect(), pre)
}

/// What the server would write in another way.
fn unusual(numbers: &[&str]) -> Option<&'static str> {
    if numbers.iter().any(|it| it.len() > 1 && it.starts_with('0')) {
        Some("has a number with a leading zero")
    } else if numbers.len() == 2 {
        Some("has two numbers, not three or four")
    } else if numbers.len() == 4 && numbers[3] == "0" {
        Some("has a fourth number that is 0")
    } else {
        None
    }
}

/// Elements that NuGet knows and `choco pack` refuses (K1), and elements that nobody knows.
pub(super) fn elements(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    const KNOWN: &[&str] = &[
        "authors",
        "bugTrackerUrl",
        "conflicts",
        "copyright",
        "dependencies",
        "description",
        "docsUrl",
        "frameworkAssemblies",
        "iconUrl",
        "id",
        "language",
        "licenseUrl",
        "mailingListUrl",
        "owners",
        "packageSourceUrl",
        "projectSourceUrl",
        "projectUrl",
        "provides",
        "releaseNotes",
        "replaces",
        "requireLicenseAcceptance",
        "summary",
        "tags",
        "title",
        "version",
    ];
    const INSTEAD: &[(&str, &str)] = &[
        ("icon", "iconUrl"),
        ("license", "licenseUrl"),
        ("readme", "docsUrl"),
        ("repository", "packageSourceUrl"),
    ];
    let mut flaws = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for element in data.children().filter(Node::is_element) {
        let name = element.tag_name().name();
        if !KNOWN.contains(&name) {
            let instead = INSTEAD.iter().find(|it| it.0 == name);
            let instead = instead
                .map(|it| format!(": write `{}`", it.1))
                .unwrap_or_default();
            flaws.push(view.flaw(
                &format!("<{name}"),
                format!("Chocolatey knows no `{name}`{instead}"),
            ));
        }
        if seen.contains(&name) {
            flaws.push(view.flaw(&format!("<{name}"), format!("`{name}` is there twice")));
        }
        seen.push(name);
        let is_empty = element.text().unwrap_or_default().trim().is_empty() && !element.has_children();
        let is_blank = is_empty
            || element
                .children()
                .all(|it| it.is_text() && it.text().unwrap_or_default().trim().is_empty());
        // An empty text is none, and `choco pack` reads it so; a link has to be one.
        if is_blank && name.ends_with("Url") {
            flaws.push(view.flaw(&format!("<{name}"), format!("`{name}` is empty: leave it out")));
        }
    }
    flaws
}

/// Links (K1): whole ones. Pictures come from a delivery network, not from a repository (K2).
pub(super) fn links(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for element in data.children().filter(|it| it.tag_name().name().ends_with("Url")) {
        let (name, link) = (
            element.tag_name().name(),
            element.text().unwrap_or_default().trim(),
        );
        let rest = link
            .strip_prefix("https://")
            .or_else(|| link.strip_prefix("http://"));
        let is_whole = rest.is_some_and(|it| {
            let host = it.split(['/', '?', '#']).next().unwrap_or_default();
            host.contains('.') && !it.contains(|it: char| it.is_whitespace() || "\"<>\\^`{|}".contains(it))
        });
        if !is_whole {
            flaws.push(view.flaw(&format!("<{name}"), format!("`{link}` is no link")));
        }
        let is_raw = link.contains("raw.githubusercontent.com")
            || link.contains("/raw/")
            || link.contains("rawgit.com");
        if name == "iconUrl" && is_raw {
            flaws.push(view.flaw(
                "<iconUrl",
                "the picture comes from a repository, not from a delivery network",
            ));
        }
    }
    let accepts = text(data, "requireLicenseAcceptance") == Some("true");
    if accepts && text(data, "licenseUrl").is_none() {
        flaws.push(view.flaw(
            "<requireLicenseAcceptance",
            "the licence is to be accepted, and has no `licenseUrl`",
        ));
    }
    let acceptance = text(data, "requireLicenseAcceptance");
    if let Some(it) = acceptance.filter(|it| !matches!(*it, "true" | "false")) {
        flaws.push(view.flaw(
            "<requireLicenseAcceptance",
            format!("`{it}` is neither `true` nor `false`"),
        ));
    }
    flaws
}

/// The description (K2): 30 to 4,000 characters of Markdown, whose headings have a space.
pub(super) fn description(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    let Some(words) = text(data, "description") else {
        return Vec::new();
    };
    let mut flaws = Vec::new();
    let length = words.chars().count();
    if length < SHORTEST {
        flaws.push(view.flaw(
            "<description",
            format!("the description has {length} characters, fewer than {SHORTEST}"),
        ));
    }
    if length > 4000 {
        let what = format!(
            "the description has {length} characters, more than 4000: set `[channel.chocolatey] description`"
        );
        flaws.push(view.flaw("<description", what));
    }
    let mut is_code = false;
    for line in words.lines() {
        is_code ^= line.trim_start().starts_with("```");
        let rest = line.trim_start_matches('#');
        if !is_code && rest.len() < line.len() && !rest.is_empty() && !rest.starts_with(' ') {
            flaws.push(view.flaw(
                line,
                format!("`{}` is no heading: a space follows `#`", first(line)),
            ));
        }
    }
    flaws
}

/// The start of a line, for a message.
fn first(line: &str) -> String {
    line.chars().take(40).collect()
}

/// Tags (K2): parted by spaces, not by commas; what every package there is goes without saying.
pub(super) fn tags(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    let Some(tags) = text(data, "tags") else {
        return Vec::new();
    };
    let mut flaws = Vec::new();
    if tags.contains([',', ';']) {
        flaws.push(view.flaw("<tags", "tags are parted by spaces alone"));
    }
    let words = || tags.split_whitespace();
    if words().any(|it| it.eq_ignore_ascii_case("chocolatey")) {
        flaws.push(view.flaw("<tags", "every package there is one of `chocolatey`"));
    }
    flaws
}

/// Names and rights (K2): no addresses, and a line of copyright that says something.
pub(super) fn people(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for name in ["authors", "owners", "copyright"] {
        let words = text(data, name).unwrap_or_default();
        let is_address = |it: &str| {
            it.split_once('@').is_some_and(|(user, host)| {
                !user.is_empty() && host.trim_end_matches(['>', ')']).contains('.')
            })
        };
        if words.split_whitespace().any(is_address) {
            flaws.push(view.flaw(&format!("<{name}"), format!("`{name}` holds an e-mail address")));
        }
    }
    if text(data, "copyright").is_some_and(|it| it.chars().count() < 4) {
        flaws.push(view.flaw(
            "<copyright",
            "the line of copyright has fewer than four characters",
        ));
    }
    flaws
}

/// Each tag once: nobody refuses another, and it is of no use.
pub(super) fn tags_once(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    let words: Vec<&str> = text(data, "tags")
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let twice = words
        .iter()
        .enumerate()
        .find(|(at, it)| words[..*at].contains(it));
    twice
        .map(|(_, it)| view.flaw("<tags", format!("the tag `{it}` is there twice")))
        .into_iter()
        .collect()
}

/// What reviewers like to see (K2, guidelines). A picture is one of them; a program of the console may have none.
pub(super) fn guidelines(view: &View<'_>, data: Node<'_, '_>) -> Vec<Flaw> {
    const FIELDS: &[&str] = &[
        "title",
        "summary",
        "licenseUrl",
        "packageSourceUrl",
        "releaseNotes",
    ];
    let missing = FIELDS.iter().filter(|it| text(data, it).is_none());
    let mut flaws: Vec<Flaw> = missing
        .map(|it| view.flaw("<metadata", format!("there is no `{it}`")))
        .collect();
    if text(data, "licenseUrl").is_some_and(|it| Some(it) == text(data, "projectUrl")) {
        flaws.push(view.flaw("<licenseUrl", "the link to the licence is that of the project"));
    }
    flaws
}

/// The version is that of the release, in Chocolatey's form; a fourth number is a mend of the package.
pub(super) fn release(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let Ok(expected) = version::nuget(edition.version()) else {
        return Vec::new();
    };
    each(subject, |view, data| {
        let found = text(data, "version").unwrap_or_default();
        let is_mend = found
            .strip_prefix(&expected)
            .is_some_and(|it| it.starts_with('.') && !it.contains('-'));
        if found == expected || is_mend {
            return Vec::new();
        }
        vec![view.flaw(
            "<version>",
            format!("the version is `{found}`, what was built is `{expected}`"),
        )]
    })
}
