//! PyPI: distributions go to an index by uv or twine.

mod client;
mod index;
mod listing;
mod mint;

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::effect::http::Request;
use crate::outside::{Act, Look};
use crate::plan::{self, Item};
use crate::size::size;
use crate::standing::{Failure, Standing};

pub use index::Index;
pub use listing::{Entry, Listing};

/// How long an index may take to show a file: its pages are cached in front of it.
const PATIENCE: Duration = Duration::from_mins(10);

/// A change by this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
    /// Uploads a file.
    Upload(Upload),
}

/// A file for a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Upload {
    /// The file.
    pub item: Item,
    /// The project's name, normalised.
    pub project: String,
    /// Where it goes.
    pub index: Index,
}

impl plan::Verb for Verb {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        match self {
            Verb::Upload(it) => it.probe(look),
        }
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        match self {
            Verb::Upload(it) => client::upload(it, act),
        }
    }

    fn item(&self) -> Option<&Item> {
        match self {
            Verb::Upload(it) => Some(&it.item),
        }
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verb::Upload(it) => it.fmt(f),
        }
    }
}

impl fmt::Display for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = self.item.sha256.to_string();
        write!(
            f,
            "upload {} ({}, sha256 {}…) to {} for the project {}",
            self.item.name(),
            size(self.item.size_bytes),
            &digest[..8],
            self.index,
            self.project
        )
    }
}

impl Upload {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let Some(listing) = self.index.listing(look, &self.project)? else {
            return Ok(Standing::Absent);
        };
        let Some(entry) = listing.entries.iter().find(|it| it.name == self.item.name()) else {
            return Ok(Standing::Absent);
        };
        let there = if let Some(there) = &entry.sha256 {
            there.clone()
        } else if let Some((_, digest)) = look.digest_of(&Request::get(&entry.url))? {
            digest.to_string()
        } else {
            let why = format!("{} is listed, and cannot be downloaded", entry.name);
            return Ok(Standing::Unknown { why });
        };
        Ok(Standing::of_digest(
            Some(&there),
            &self.item.sha256.to_string(),
            &entry.name,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_goes_where() {
        let upload = |index| {
            Verb::Upload(Upload {
                item: Item {
                    path: "manifests/pypi/demo-1.2.3-py3-none-win_amd64.whl".to_owned(),
                    size_bytes: 3 << 20,
                    sha256: crate::digest::Sha256::of(b"x"),
                },
                project: "demo".to_owned(),
                index,
            })
        };
        assert_eq!(
            upload(Index::default()).to_string(),
            "upload demo-1.2.3-py3-none-win_amd64.whl (3.0 MiB, sha256 2d711642…) to PyPI for the project demo"
        );
        let own = Index::new(
            Some("http://127.0.0.1:1/simple/"),
            Some("http://127.0.0.1:1/legacy/"),
        );
        assert!(
            upload(own)
                .to_string()
                .contains(" to http://127.0.0.1:1/legacy for ")
        );
    }
}
