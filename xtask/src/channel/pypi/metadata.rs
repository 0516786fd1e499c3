//! Core metadata (PEP 566, 639 and 643): written for a release, and read from anybody's wheel.

use std::fmt::Write;

use anyhow::Context;

use crate::channel::companion;
use crate::edition::{Edition, Person};
use crate::target::Os;

use super::CHANNEL;

/// The first version with `License-Expression` and `License-File`.
const VERSION: &str = "2.4";

/// What a file says about itself, in the order of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// Name and value.
    pub(super) fields: Vec<(String, String)>,
    /// What stands below the empty line: the description.
    pub(super) body: String,
}

impl Metadata {
    /// The metadata of a release: the same in all of its wheels, since an index shows that of one of them.
    pub(super) fn of(edition: &Edition, version: &str) -> anyhow::Result<Metadata> {
        let listing = edition.listing_for(&CHANNEL);
        let settings = edition.settings(&CHANNEL);
        let (body, content_type) = description(edition)?;
        let mut metadata = Metadata {
            fields: Vec::new(),
            body,
        };
        let mut add = |name: &str, value: &str| {
            if !value.is_empty() {
                metadata.fields.push((name.to_owned(), value.to_owned()));
            }
        };
        add("Metadata-Version", VERSION);
        add("Name", &listing.name);
        add("Version", version);
        add("Summary", &listing.summary);
        add("Description-Content-Type", content_type);
        add("Keywords", &listing.keywords.join(","));
        people("Author", &listing.authors, &mut add);
        if !listing.authors.contains(&listing.maintainer) {
            people("Maintainer", std::slice::from_ref(&listing.maintainer), &mut add);
        }
        add(
            "License-Expression",
            listing.license.as_deref().unwrap_or_default(),
        );
        for file in edition.licences()? {
            add("License-File", &file.path);
        }
        let classifiers = match settings.list("classifiers") {
            Some(list) => list,
            None => classifiers(edition),
        };
        for classifier in classifiers {
            add("Classifier", classifier);
        }
        add(
            "Requires-Python",
            settings.text("requires-python").unwrap_or(">=3.7"),
        );
        // The labels are those that the index knows (packaging.python.org, well-known project URLs).
        let repository = listing.repository.as_ref();
        let source = repository.map(|it| it.url.clone());
        let notes = repository
            .filter(|it| it.github.is_some())
            .map(|it| format!("{}/releases", it.url));
        let urls = [
            (
                "Homepage",
                listing.homepage.filter(|it| Some(it) != source.as_ref()),
            ),
            ("Documentation", listing.documentation),
            ("Source", source),
            ("Release notes", notes),
        ];
        for (label, url) in urls {
            if let Some(url) = url {
                add("Project-URL", &format!("{label}, {url}"));
            }
        }
        Ok(metadata)
    }

    /// The text of `METADATA`. No value holds a line end: the listing has none, and the settings' are folded here.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.fields {
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            writeln!(text, "{name}: {value}").expect("a string takes everything");
        }
        text.push('\n');
        text.push_str(&self.body);
        text
    }

    /// Reads a text; a line that begins with white space continues the one before.
    pub(super) fn parse(text: &str) -> Metadata {
        let text = text.replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in head.lines() {
            if let Some(last) = fields.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
                last.1.push('\n');
                last.1.push_str(line.trim_start());
            } else {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                fields.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Metadata {
            fields,
            body: body.to_owned(),
        }
    }

    /// The first value of a field; names are compared without case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let is_it = |it: &&(String, String)| it.0.eq_ignore_ascii_case(name);
        self.fields.iter().find(is_it).map(|it| it.1.as_str())
    }

    /// Every value of a field.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let is_it = move |it: &&(String, String)| it.0.eq_ignore_ascii_case(name);
        self.fields.iter().filter(is_it).map(|it| it.1.as_str())
    }
}

/// What an index shows below the summary, and what it is written in: the channel's own text, else the readme, else the
/// product's description.
fn description(edition: &Edition) -> anyhow::Result<(String, &'static str)> {
    const MARKDOWN: &str = "text/markdown; charset=UTF-8; variant=GFM";
    const PLAIN: &str = "text/plain; charset=UTF-8";
    const ENDINGS: &[(&str, &str)] = &[
        (".md", MARKDOWN),
        (".markdown", MARKDOWN),
        (".rst", "text/x-rst; charset=UTF-8"),
    ];
    if let Some(text) = edition.settings(&CHANNEL).text("description") {
        return Ok((format!("{}\n", text.trim()), MARKDOWN));
    }
    let Some(readme) = companion::readme(edition)? else {
        return Ok((format!("{}\n", edition.listing.description), PLAIN));
    };
    let text = String::from_utf8(readme.bytes.clone()).with_context(|| {
        format!(
            "cannot show `{}` on the index: it is no UTF-8; `[channel.pypi] description` sets another text",
            readme.path
        )
    })?;
    let lower = readme.path.to_lowercase();
    let ending = ENDINGS.iter().find(|it| lower.ends_with(it.0));
    Ok((text.replace("\r\n", "\n"), ending.map_or(PLAIN, |it| it.1)))
}

/// `Author` has names, `Author-email` names with addresses; several are parted by commas.
fn people(role: &str, list: &[Person], add: &mut impl FnMut(&str, &str)) {
    let names = list.iter().filter(|it| it.email.is_none());
    let names: Vec<&str> = names.map(|it| it.name.as_str()).collect();
    add(role, &names.join(", "));
    let mailboxes = list.iter().filter_map(|it| Some((it, it.email.as_ref()?)));
    let mailboxes: Vec<String> = mailboxes
        .map(|(it, email)| match it.name.as_str() {
            "" => email.clone(),
            name => format!("{} <{email}>", phrase(name)),
        })
        .collect();
    add(&format!("{role}-email"), &mailboxes.join(", "));
}

/// The name before an address: in quotes where it holds what parts addresses (RFC 5322 § 3.2.4).
fn phrase(name: &str) -> String {
    if name.contains(|it: char| "()<>[]:;@\\,.\"".contains(it)) {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        name.to_owned()
    }
}

fn classifiers(edition: &Edition) -> Vec<&'static str> {
    const SYSTEMS: &[(Os, &str)] = &[
        (Os::Macos, "Operating System :: MacOS"),
        (Os::Windows, "Operating System :: Microsoft :: Windows"),
        (Os::Linux, "Operating System :: POSIX :: Linux"),
    ];
    let is_built = |os: Os| edition.builds().iter().any(|it| it.target.os == os);
    let systems = SYSTEMS.iter().filter(|it| is_built(it.0)).map(|it| it.1);
    let mut list = vec!["Environment :: Console"];
    list.extend(systems);
    list.push("Programming Language :: Rust");
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_by_what_is_known_of_them() {
        let check = |list: &[&str], expected: &[(&str, &str)]| {
            let list: Vec<Person> = list.iter().map(|it| Person::parse(it)).collect();
            let mut found = Vec::new();
            people("Author", &list, &mut |name: &str, value: &str| {
                if !value.is_empty() {
                    found.push((name.to_owned(), value.to_owned()));
                }
            });
            let found: Vec<(&str, &str)> = found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            assert_eq!(found, expected);
        };
        check(
            &["A B <a@demo.example>"],
            &[("Author-email", "A B <a@demo.example>")],
        );
        check(
            &["A", "B", "C, \"D\" <c@demo.example>", "E <e@demo.example>"],
            &[
                ("Author", "A, B"),
                (
                    "Author-email",
                    "\"C, \\\"D\\\"\" <c@demo.example>, E <e@demo.example>",
                ),
            ],
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let metadata = Metadata {
            fields: vec![
                ("Name".to_owned(), "demo".to_owned()),
                ("Classifier".to_owned(), "A :: B".to_owned()),
                ("Classifier".to_owned(), "C".to_owned()),
            ],
            body: "# Demo\n\nName: other\n".to_owned(),
        };
        let found = Metadata::parse(&metadata.text());
        assert_eq!(found, metadata);
        assert_eq!(found.get("name"), Some("demo"));
        assert_eq!(found.all("classifier").collect::<Vec<_>>(), ["A :: B", "C"]);
        let folded = Metadata::parse("A: b\n  c\n\n");
        assert_eq!(folded.get("A"), Some("b\nc"));
    }
}
