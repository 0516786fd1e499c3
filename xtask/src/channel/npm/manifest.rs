//! `package.json`: of the root package and of those of the platforms.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::edition::{Listing, Person};
use crate::pack::File;

use super::packages::{Publish, Scheme};
use super::platform::Platform;

/// The keys in the order that people are used to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest<'a> {
    name: String,
    version: &'a str,
    description: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    keywords: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bugs: Option<Bugs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<Author<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contributors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<Repository>,
    #[serde(flatten)]
    part: Part,
    files: Vec<String>,
    publish_config: &'a Publish,
}

#[derive(Debug, Serialize)]
struct Bugs {
    url: String,
}

#[derive(Debug, Serialize)]
struct Author<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Repository {
    r#type: &'static str,
    url: String,
}

/// What the root has and the platforms have not, and the other way round.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Part {
    Root {
        r#type: &'static str,
        bin: BTreeMap<String, String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        man: Vec<String>,
        engines: BTreeMap<&'static str, &'static str>,
        optional_dependencies: BTreeMap<String, String>,
    },
    Platform {
        os: [&'static str; 1],
        cpu: [&'static str; 1],
        #[serde(skip_serializing_if = "Option::is_none")]
        libc: Option<[&'static str; 1]>,
        /// Yarn would leave the program in a zip, where nothing can start it.
        prefer_unplugged: bool,
    },
}

impl Part {
    /// The part of a platform.
    pub(super) fn of(platform: &Platform) -> Part {
        Part::Platform {
            os: [platform.os],
            cpu: [platform.cpu],
            libc: platform.libc.map(|it| [it]),
            prefer_unplugged: true,
        }
    }
}

impl<'a> Manifest<'a> {
    /// The manifest of a package that holds these files.
    pub(super) fn new(
        scheme: &'a Scheme,
        name: String,
        description: String,
        part: Part,
        files: &[(String, File)],
    ) -> Manifest<'a> {
        let listing = &scheme.listing;
        let author = |it: &'a Person| Author {
            name: &it.name,
            email: it.email.as_deref(),
        };
        let mut people = listing.authors.iter().map(author);
        let github = listing.repository.as_ref().filter(|it| it.github.is_some());
        Manifest {
            name,
            version: &scheme.version,
            description,
            keywords: &listing.keywords,
            homepage: listing.homepage.as_deref(),
            bugs: github.map(|it| Bugs {
                url: format!("{}/issues", it.url),
            }),
            license: license(listing, files),
            author: people.next(),
            contributors: people.collect(),
            repository: listing.repository.as_ref().map(|it| Repository {
                r#type: "git",
                url: match it.github {
                    Some(_) => format!("git+{}.git", it.url),
                    None => it.url.clone(),
                },
            }),
            part,
            files: tops(files),
            publish_config: &scheme.publish,
        }
    }
}

/// The SPDX expression; else the file that says it.
fn license(listing: &Listing, files: &[(String, File)]) -> Option<String> {
    let file = || {
        let mut paths = files.iter().map(|it| &it.0);
        let found = paths.find(|it| it.to_lowercase().starts_with("licen") && !it.contains('/'))?;
        Some(format!("SEE LICENSE IN {found}"))
    };
    listing.license.clone().or_else(file)
}

/// What the package holds, by the names at its top: whoever packs the folder anew packs the same.
fn tops(files: &[(String, File)]) -> Vec<String> {
    let tops = files
        .iter()
        .map(|(path, _)| path.split('/').next().unwrap_or(path));
    let tops: BTreeSet<String> = tops.map(str::to_owned).collect();
    tops.into_iter().collect()
}
