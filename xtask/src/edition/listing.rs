//! What is said about a package, as a store lists it: taken from `Cargo.toml` and the settings, checked at this border.

use cargo_metadata::Package;
use semver::Version;

use crate::config::Config;
use crate::problem::{Problem, Problems};
use crate::render::language::is_deceptive;

/// What stores are told about a package. No text holds a control character other than the line feed, and one-line texts
/// not even that: three of the formats could not hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The cargo package.
    pub package: String,
    /// The name in the channel; the package's own unless the channel's settings say another.
    pub name: String,
    /// How people write the name.
    pub title: String,
    /// One line.
    pub summary: String,
    /// Paragraphs, parted by empty lines.
    pub description: String,
    /// The SPDX expression, with `OR` for the old `/`.
    pub license: Option<String>,
    /// The product's page; the repository where there is no other.
    pub homepage: Option<String>,
    /// The repository's page.
    pub repository: Option<Repository>,
    /// The page of the documentation.
    pub documentation: Option<String>,
    /// Words to be found by.
    pub keywords: Vec<String>,
    /// Categories as the registry of Rust crates has them.
    pub categories: Vec<String>,
    /// Who wrote it.
    pub authors: Vec<Person>,
    /// Who offers it.
    pub publisher: String,
    /// Who answers for the packages.
    pub maintainer: Person,
    /// The line of copyright.
    pub copyright: String,
    /// The folder of the assets, with `{tag}` and `{version}` in it.
    pub download_url: Option<String>,
    /// The Rust version that compiles it.
    pub rust_version: Option<Version>,
}

/// A person or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The address, without brackets.
    pub email: Option<String>,
}

impl Person {
    /// Reads `Name <address>` or `Name`.
    pub fn parse(text: &str) -> Person {
        let text = text.trim();
        match text.strip_suffix('>').and_then(|it| it.rsplit_once('<')) {
            Some((name, email)) => Person {
                name: name.trim().to_owned(),
                email: Some(email.trim().to_owned()).filter(|it| !it.is_empty()),
            },
            None => Person {
                name: text.to_owned(),
                email: None,
            },
        }
    }
}

/// Where the source lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The page, without `.git` and the last `/`.
    pub url: String,
    /// The owner and the name, when it lies on GitHub.
    pub github: Option<(String, String)>,
}

impl Repository {
    /// Reads a link to a repository.
    pub fn parse(url: &str) -> Repository {
        let url = url.trim().trim_end_matches('/');
        let url = url.strip_suffix(".git").unwrap_or(url);
        // What people copy from git, beside the page.
        let path = [
            "https://github.com/",
            "http://github.com/",
            "git@github.com:",
            "ssh://git@github.com/",
        ]
        .iter()
        .find_map(|it| url.strip_prefix(it));
        let github = path.and_then(|it| {
            let mut parts = it.split('/');
            let (owner, name) = (parts.next()?, parts.next()?);
            (!owner.is_empty() && !name.is_empty()).then(|| (owner.to_owned(), name.to_owned()))
        });
        let url = match &github {
            // A link into a folder of the repository is that of a package.
            Some((owner, name)) => format!("https://github.com/{owner}/{name}"),
            None => url.to_owned(),
        };
        Repository { url, github }
    }
}

impl Listing {
    /// The listing of a package; `[product]` speaks of the package `main`. All texts that no format could hold are found at
    /// once.
    pub fn of(package: &Package, config: &Config, main: &str) -> Result<Listing, Problems> {
        let settings = &config.product;
        let is_main = package.name.as_str() == main;
        let own = |text: &Option<String>| text.clone().filter(|it| is_main && !it.trim().is_empty());
        let authors: Vec<Person> = package.authors.iter().map(|it| Person::parse(it)).collect();
        let repository = package.repository.as_deref().map(Repository::parse);
        let owner = repository
            .as_ref()
            .and_then(|it| it.github.as_ref())
            .map(|it| it.0.clone());
        let publisher = own(&settings.publisher)
            .or_else(|| authors.first().map(|it| it.name.clone()))
            .or(owner)
            .unwrap_or_else(|| package.name.to_string());
        let summary = own(&settings.summary).or_else(|| package.description.clone());
        let summary = one_line(&summary.unwrap_or_default());
        let maintainer = settings.maintainer.as_deref().map(Person::parse);
        let email = authors
            .first()
            .filter(|it| it.name == publisher)
            .and_then(|it| it.email.clone());
        let download_url = settings.download_url.clone().or_else(|| {
            let repository = repository.as_ref().filter(|it| it.github.is_some())?;
            Some(format!("{}/releases/download/{{tag}}", repository.url))
        });
        let name = package.name.to_string();
        let listing = Listing {
            title: own(&settings.title).unwrap_or_else(|| name.clone()),
            description: own(&settings.description)
                .map_or_else(|| summary.clone(), |it| it.trim().replace("\r\n", "\n")),
            summary,
            license: package
                .license
                .as_deref()
                .map(|it| it.trim().replace('/', " OR ")),
            homepage: package
                .homepage
                .clone()
                .or_else(|| repository.as_ref().map(|it| it.url.clone())),
            documentation: package.documentation.clone(),
            keywords: package.keywords.clone(),
            categories: package.categories.clone(),
            maintainer: maintainer.unwrap_or_else(|| Person {
                name: publisher.clone(),
                email,
            }),
            copyright: own(&settings.copyright).unwrap_or_else(|| format!("Copyright (c) {publisher}")),
            download_url,
            rust_version: package.rust_version.clone(),
            package: name.clone(),
            name,
            repository,
            authors,
            publisher,
        };
        let problems = listing.unfit();
        if problems.is_empty() {
            Ok(listing)
        } else {
            Err(problems)
        }
    }

    /// The texts that could not be written in every format.
    fn unfit(&self) -> Problems {
        let mut problems = Problems::default();
        let lines = [
            ("title", Some(&self.title)),
            ("summary", Some(&self.summary)),
            ("license", self.license.as_ref()),
            ("homepage", self.homepage.as_ref()),
            ("documentation", self.documentation.as_ref()),
            ("publisher", Some(&self.publisher)),
            ("copyright", Some(&self.copyright)),
            ("maintainer", Some(&self.maintainer.name)),
        ];
        let lists = [&self.keywords, &self.categories]
            .into_iter()
            .flatten()
            .map(|it| ("keywords", it));
        let authors = self.authors.iter().map(|it| ("authors", &it.name));
        let lines = lines.into_iter().filter_map(|(name, it)| Some((name, it?)));
        for (name, text) in lines.chain(lists).chain(authors) {
            if let Some(letter) = text.chars().find(|it| it.is_control()) {
                problems.push(unfit(name, letter));
            }
        }
        if let Some(letter) = self
            .description
            .chars()
            .find(|it| it.is_control() && !matches!(it, '\n' | '\t'))
        {
            problems.push(unfit("description", letter));
        }
        let url = [
            ("homepage", &self.homepage),
            ("documentation", &self.documentation),
        ];
        for (name, text) in url {
            let is_odd = |it: char| it.is_whitespace() || is_deceptive(it) || "\"'<>`\\{}|^".contains(it);
            if let Some(text) = text.as_ref().filter(|it| it.contains(is_odd)) {
                problems.push(
                    Problem::new(format!("the {name} `{}` is no URL", text.escape_debug())).help(
                        "mend it in `Cargo.toml`; what a URL must escape is written as `%` and two digits",
                    ),
                );
            }
        }
        problems
    }
}

fn unfit(name: &str, letter: char) -> Problem {
    Problem::new(format!(
        "the {name} holds the control character `{}`, which no channel can show",
        letter.escape_default()
    ))
    .help("mend it in `Cargo.toml` or in `packaging/release.toml`")
}

/// White space folded into single spaces: nothing but line ends and indentation is lost.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The section of a version, without its heading and without the links at the end of the file.
pub(super) fn changes(text: &str, names: &[&str], version: &Version) -> Option<String> {
    let changelog = crate::version::changelog::read(text, names);
    let heading = changelog.releases.iter().find(|it| it.version == *version)?;
    let level = text[heading.line.clone()]
        .bytes()
        .take_while(|it| *it == b'#')
        .count();
    let rest = &text[heading.line.end..];
    let mut end = 0;
    let mut is_code = false;
    for line in rest.split_inclusive('\n') {
        let trimmed = line.trim_start();
        is_code ^= trimmed.starts_with("```") || trimmed.starts_with("~~~");
        let hashes = line.bytes().take_while(|it| *it == b'#').count();
        let is_heading = (1..=level).contains(&hashes) && line[hashes..].starts_with([' ', '\t']);
        // `[1.2.3]: https://…` defines a link and is not a part of what is told.
        let is_link = line.starts_with('[') && line.contains("]: ");
        if !is_code && (is_heading || is_link) {
            break;
        }
        end += line.len();
    }
    let found = rest[..end].trim();
    (!found.is_empty()).then(|| found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people() {
        let check = |text, name: &str, email: Option<&str>| {
            let person = Person::parse(text);
            assert_eq!((person.name.as_str(), person.email.as_deref()), (name, email));
        };
        check(
            "A Maintainer <a@registry.example>",
            "A Maintainer",
            Some("a@registry.example"),
        );
        check("The maintainers", "The maintainers", None);
        check("X <>", "X", None);
    }

    #[test]
    fn repositories() {
        let check = |url, expected: &str, github: Option<(&str, &str)>| {
            let found = Repository::parse(url);
            let names = found.github.as_ref().map(|it| (it.0.as_str(), it.1.as_str()));
            assert_eq!((found.url.as_str(), names), (expected, github));
        };
        check(
            "https://github.com/a/b.git",
            "https://github.com/a/b",
            Some(("a", "b")),
        );
        check(
            "https://github.com/a/b/tree/main/c/",
            "https://github.com/a/b",
            Some(("a", "b")),
        );
        check(
            "git@github.com:a/b.git",
            "https://github.com/a/b",
            Some(("a", "b")),
        );
        check(
            "ssh://git@github.com/a/b.git",
            "https://github.com/a/b",
            Some(("a", "b")),
        );
        check(
            "https://git.registry.example/a/",
            "https://git.registry.example/a",
            None,
        );
    }

    #[test]
    fn the_section_of_a_version() {
        let text = "# Changelog\n\n## [Unreleased]\n\n- x\n\n## [1.2.0] - 2026-01-02\n\n### Added\n\n- a\n\n## [1.1.0]\n\n- b\n\n[1.2.0]: https://registry.example\n";
        let check = |version: &str, expected: Option<&str>| {
            assert_eq!(
                changes(text, &[], &Version::parse(version).unwrap()).as_deref(),
                expected
            );
        };
        check("1.2.0", Some("### Added\n\n- a"));
        check("1.1.0", Some("- b"));
        check("1.0.0", None);
    }
}
