//! Rules of the metainfo: what a software centre and Flathub's reviewers need of it.

use roxmltree::{Document, Node};
use semver::Version;

use crate::lint::{File, Flaw, Subject, licence};

/// The metainfo files.
pub(super) fn files(subject: &Subject) -> impl Iterator<Item = &File> {
    let is_one = |it: &&File| it.path.ends_with(".metainfo.xml") || it.path.ends_with(".appdata.xml");
    subject.files.iter().filter(is_one)
}

/// Looks at the component of each metainfo that can be read.
pub(super) fn each(subject: &Subject, check: impl Fn(&File, Node<'_, '_>) -> Vec<Flaw>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in files(subject) {
        if let Ok(document) = Document::parse(file.text().unwrap_or_default()) {
            let root = document.root_element();
            if root.has_tag_name("component") {
                flaws.extend(check(file, root));
            }
        }
    }
    flaws
}

/// XML with a component at its root.
pub(super) fn form(subject: &Subject) -> Vec<Flaw> {
    let wrong = |file: &File| match Document::parse(file.text().unwrap_or_default()) {
        Ok(it) if it.root_element().has_tag_name("component") => None,
        Ok(it) => {
            let name = it.root_element().tag_name().name().to_owned();
            Some(Flaw::file(file, format!("its root is `{name}`, not `component`")))
        }
        Err(error) => {
            let line = usize::try_from(error.pos().row).unwrap_or(1);
            Some(Flaw::line(file, line, format!("it is no XML: {error}")))
        }
    };
    files(subject).filter_map(wrong).collect()
}

/// The text of a child, without the white space around it.
pub(super) fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let child = node.children().find(|it| it.has_tag_name(name))?;
    Some(child.text().unwrap_or_default().trim()).filter(|it| !it.is_empty())
}

/// What must be there (F2; F3, `appstream-missing-*`).
pub(super) fn required(file: &File, root: Node<'_, '_>) -> Vec<Flaw> {
    let has = |name: &str| root.children().any(|it| it.has_tag_name(name));
    let texts = ["id", "name", "summary", "metadata_license", "project_license"];
    let missing = texts.into_iter().filter(|it| text(root, it).is_none());
    let lists = ["description", "content_rating", "releases"];
    let missing = missing.chain(lists.into_iter().filter(|it| !has(it)));
    let mut flaws: Vec<Flaw> = missing
        .map(|it| Flaw::file(file, format!("there is no `{it}`")))
        .collect();
    let developer = root.children().find(|it| it.has_tag_name("developer"));
    let is_named = developer.is_some_and(|it| it.has_attribute("id") && text(it, "name").is_some());
    if !is_named && text(root, "developer_name").is_none() {
        flaws.push(Flaw::file(file, "there is no `developer` with an id and a name"));
    }
    let is_home = |it: Node<'_, '_>| it.has_tag_name("url") && it.attribute("type") == Some("homepage");
    if !root.children().any(is_home) {
        flaws.push(Flaw::file(file, "there is no `url` of the type `homepage`"));
    }
    let provides = root.children().find(|it| it.has_tag_name("provides"));
    let is_console = root.attribute("type") == Some("console-application");
    if is_console && provides.is_none_or(|it| text(it, "binary").is_none()) {
        flaws.push(Flaw::file(file, "it provides no `binary`"));
    }
    if root.attribute("type").is_none() {
        flaws.push(Flaw::file(file, "the component has no `type`"));
    }
    flaws
}

/// The licences (F2): the metainfo's own is one that everyone may pass on, the project's is an SPDX expression.
pub(super) fn licences(file: &File, root: Node<'_, '_>) -> Vec<Flaw> {
    const FREE: &[&str] = &[
        "0BSD",
        "BSL-1.0",
        "CC-BY-3.0",
        "CC-BY-4.0",
        "CC-BY-SA-3.0",
        "CC-BY-SA-4.0",
        "CC0-1.0",
        "FSFAP",
        "FTL",
        "GFDL-1.1",
        "GFDL-1.2",
        "GFDL-1.3",
        "MIT",
    ];
    let mut flaws = Vec::new();
    if let Some(it) = text(root, "metadata_license").filter(|it| !FREE.contains(it)) {
        flaws.push(Flaw::at(
            file,
            "metadata_license",
            format!("metainfo must not be under `{it}`: take `CC0-1.0`"),
        ));
    }
    if let Some(it) = text(root, "project_license").filter(|it| !it.starts_with("LicenseRef-"))
        && let Some(why) = licence::mistake(it)
    {
        let what = format!("`{it}` is no SPDX expression: {why}");
        flaws.push(Flaw::at(file, "project_license", what));
    }
    flaws
}

/// Name and summary as a list in a software centre shows them (F2, quality guidelines).
pub(super) fn lines(file: &File, root: Node<'_, '_>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let name = text(root, "name").unwrap_or_default();
    let summary = text(root, "summary").unwrap_or_default();
    if name.chars().count() > 20 {
        flaws.push(Flaw::at(
            file,
            "<name>",
            format!("the name `{name}` has more than 20 characters"),
        ));
    }
    let length = summary.chars().count();
    if length > 35 {
        flaws.push(Flaw::at(
            file,
            "<summary>",
            format!("the summary has {length} characters, more than 35: set `[channel.flathub] summary`"),
        ));
    }
    let is_about = ["A ", "An ", "The "].iter().any(|it| summary.starts_with(it));
    if is_about {
        flaws.push(Flaw::at(file, "<summary>", "the summary begins with an article"));
    }
    if !name.is_empty()
        && summary
            .to_lowercase()
            .starts_with(&format!("{} ", name.to_lowercase()))
    {
        flaws.push(Flaw::at(file, "<summary>", "the summary repeats the name"));
    }
    if summary.ends_with('.') && !summary.ends_with("...") {
        flaws.push(Flaw::at(file, "<summary>", "the summary ends with a full stop"));
    }
    let releases = root.children().filter(|it| it.has_tag_name("releases"));
    let mut releases = releases.flat_map(|it| it.children());
    let tagged = releases.find_map(|it| it.attribute("version").filter(|it| it.starts_with('v')));
    if let Some(version) = tagged {
        let what = format!("the version `{version}` has the `v` of the tag");
        flaws.push(Flaw::at(file, "<release ", what));
    }
    flaws
}

/// What `appstreamcli` refuses of a summary.
pub(super) fn summary(file: &File, root: Node<'_, '_>) -> Vec<Flaw> {
    let summary = text(root, "summary").unwrap_or_default();
    let mut flaws = Vec::new();
    if summary.contains(['\n', '\t']) {
        flaws.push(Flaw::at(file, "<summary>", "the summary has more than one line"));
    }
    flaws
}

/// Releases: newest first, of days that are days, and the newest for everyone (F2).
pub(super) fn releases(file: &File, root: Node<'_, '_>) -> Vec<Flaw> {
    let Some(list) = root.children().find(|it| it.has_tag_name("releases")) else {
        return Vec::new();
    };
    let releases: Vec<Node<'_, '_>> = list.children().filter(|it| it.has_tag_name("release")).collect();
    let mut flaws = Vec::new();
    let mut push = |what: String| flaws.push(Flaw::at(file, "<release ", what));
    if releases.is_empty() && !list.has_attribute("url") {
        push("no release is listed".to_owned());
    }
    let mut last: Option<Version> = None;
    for (at, release) in releases.iter().enumerate() {
        let version = release.attribute("version").unwrap_or_default();
        if version.is_empty() {
            push("a release has no version".to_owned());
        }
        let is_day = release.attribute("date").is_some_and(is_day);
        let is_time = release
            .attribute("timestamp")
            .is_some_and(|it| it.parse::<u64>().is_ok());
        if !is_day && !is_time {
            push(format!(
                "the release `{version}` has no date such as `2026-01-02`"
            ));
        }
        let version = Version::parse(version).ok();
        let is_early = release.attribute("type") == Some("development")
            || version.as_ref().is_some_and(|it| !it.pre.is_empty());
        if at == 0 && is_early {
            push("the newest release is a pre-release".to_owned());
        }
        if let (Some(last), Some(version)) = (&last, &version)
            && version > last
        {
            push(format!(
                "`{version}` stands below `{last}`: the newest comes first"
            ));
        }
        last = version.or(last);
    }
    flaws
}

/// `2026-01-02`, perhaps with a time after it.
fn is_day(text: &str) -> bool {
    let day = text.get(..10).unwrap_or_default();
    let numbers: Vec<Option<u32>> = day.split('-').map(|it| it.parse().ok()).collect();
    let [Some(year), Some(month @ 1..=12), Some(date @ 1..=31)] = numbers[..] else {
        return false;
    };
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    };
    day.len() == 10 && date <= days && matches!(text.as_bytes().get(10), None | Some(b'T'))
}

/// Descriptions know paragraphs, lists, emphasis and code (AppStream 1.0).
pub(super) fn description(file: &File, root: Node<'_, '_>) -> Vec<Flaw> {
    const TAGS: &[&str] = &["description", "p", "ul", "ol", "li", "em", "code"];
    let mut flaws = Vec::new();
    for part in root.descendants().filter(|it| it.has_tag_name("description")) {
        for node in part.descendants() {
            let name = node.tag_name().name();
            if node.is_element() && !TAGS.contains(&name) {
                flaws.push(Flaw::at(
                    file,
                    &format!("<{name}"),
                    format!("a description has no `{name}`"),
                ));
            }
            let is_bare = node.is_text() && node.parent() == Some(part);
            if is_bare && !node.text().unwrap_or_default().trim().is_empty() {
                flaws.push(Flaw::at(
                    file,
                    "<description",
                    "a description's text stands in paragraphs",
                ));
            }
            if node.has_tag_name("p")
                && node.text().is_none_or(|it| it.trim().is_empty())
                && !node.has_children()
            {
                flaws.push(Flaw::at(file, "<p", "a paragraph is empty"));
            }
        }
    }
    flaws
}

/// Links are whole, and of a kind that AppStream knows.
pub(super) fn links(file: &File, root: Node<'_, '_>) -> Vec<Flaw> {
    const KINDS: &[&str] = &[
        "bugtracker",
        "contact",
        "contribute",
        "details",
        "donation",
        "faq",
        "help",
        "homepage",
        "translate",
        "vcs-browser",
    ];
    let mut flaws = Vec::new();
    for url in root.descendants().filter(|it| it.has_tag_name("url")) {
        let link = url.text().unwrap_or_default().trim();
        if !link.starts_with("https://") && !link.starts_with("http://") {
            flaws.push(Flaw::at(file, "<url", format!("`{link}` is no link")));
        }
        if let Some(kind) = url.attribute("type").filter(|it| !KINDS.contains(it)) {
            flaws.push(Flaw::at(
                file,
                "<url",
                format!("there is no kind of link `{kind}`"),
            ));
        }
    }
    flaws
}

/// The newest release is the one that was built.
pub(super) fn release(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    each(subject, |file, root| {
        let newest = root.descendants().find(|it| it.has_tag_name("release"));
        let version = newest.and_then(|it| it.attribute("version")).unwrap_or_default();
        if version == edition.version().to_string() {
            return Vec::new();
        }
        let what = format!(
            "the newest release is `{version}`, what was built is `{}`",
            edition.version()
        );
        vec![Flaw::at(file, "<release ", what)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for day in ["2026-01-02", "2024-02-29", "2026-01-02T03:04:05Z"] {
            assert!(is_day(day), "{day}");
        }
        for day in [
            "",
            "2026-1-2",
            "2026-02-29",
            "2026-13-01",
            "02-01-2026",
            "2026-01-02x",
            "2026-04-31",
        ] {
            assert!(!is_day(day), "{day}");
        }
    }
}
