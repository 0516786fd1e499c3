//! git: commits and tags go to repositories by git itself, whoever serves them.

mod client;
mod commit;
pub mod host_keys;
mod identity;
mod saying;
mod stated;
mod tag;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::outside::{Act, Look};
use crate::plan::{self, Item};
use crate::size::size;
use crate::standing::{Failure, Standing};

pub use client::can_push;
pub use commit::{Head, head, text_at};
pub use stated::{Form, compare};
pub use tag::tags;

/// How long a server may take to show what it has accepted. GitHub shows it at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// A repository elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remote {
    /// `https://…`, `ssh://user@host/…` or `file://…`, without a secret. The channel's token goes along with the first,
    /// its key with the second.
    pub url: String,
    /// The public keys of an ssh server, such as `ssh-ed25519 AAAA…`. Without any, the user's own `known_hosts` decides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub host_keys: Vec<String>,
}

/// A change by this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
    /// Brings files of the release to a branch.
    Commit(Commit),
    /// Names a commit.
    Tag(Tag),
}

/// One commit on top of a branch. Nothing is committed when the branch holds all of it already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Commit {
    /// The repository; one without any commit is begun.
    pub remote: Remote,
    /// The branch; `None` for the one that the server itself shows first.
    pub branch: Option<String>,
    /// The files. All others in the repository stay as they are.
    pub files: Vec<Placed>,
    /// Files that must be gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Where the version is read that the branch offers. A newer one there is never replaced by ours.
    pub stated: Option<Stated>,
    /// The message: a line, and a body after an empty line.
    pub message: String,
    /// Who has made it, as `Name <address>`, where git itself does not know.
    pub author: Option<String>,
    /// When, in seconds since 1970: the time of the release's own commit, so that two runs make the same commit.
    pub time_s: i64,
}

/// A file and its place in the repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// Its path in the repository, with `/`.
    pub path: String,
    /// What comes there.
    pub content: Content,
    /// Whether it replaces what is there.
    pub rule: Rule,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// A file of the release.
    Item(Item),
    /// A text that does not depend on it, such as `.gitattributes`.
    Text(String),
}

/// Whether a file replaces what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The branch holds exactly this.
    Replace,
    /// What is there belongs to people and stays.
    KeepTheirs,
}

/// Where a version is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stated {
    /// The file in the repository.
    pub path: String,
    /// How the file says it.
    pub form: Form,
    /// Ours.
    pub version: String,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// The repository.
    pub remote: Remote,
    /// Its name.
    pub name: String,
    /// The commit that it names.
    pub commit: String,
    /// The workspace, which has the commit and, where a person made it, the tag.
    #[serde(skip)]
    pub root: PathBuf,
}

impl Placed {
    /// A file of the release, which replaces what is there.
    pub fn new(path: impl Into<String>, item: &Item) -> Placed {
        Placed {
            path: path.into(),
            content: Content::Item(item.clone()),
            rule: Rule::Replace,
        }
    }

    /// A text for a repository that does not have one at this path.
    pub fn when_none(path: impl Into<String>, text: impl Into<String>) -> Placed {
        Placed {
            path: path.into(),
            content: Content::Text(text.into()),
            rule: Rule::KeepTheirs,
        }
    }
}

impl Remote {
    /// A repository whose server is known by its certificate, or by the user.
    pub fn new(url: impl Into<String>) -> Remote {
        Remote {
            url: url.into(),
            host_keys: Vec::new(),
        }
    }
}

impl plan::Verb for Verb {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        match self {
            Verb::Commit(it) => commit::probe(it, look),
            Verb::Tag(it) => tag::probe(it, look),
        }
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        match self {
            Verb::Commit(it) => commit::perform(it, act),
            Verb::Tag(it) => tag::perform(it, act),
        }
    }

    fn item(&self) -> Option<&Item> {
        match self {
            Verb::Commit(it) => it.files.iter().find_map(|it| match &it.content {
                Content::Item(item) => Some(item),
                Content::Text(_) => None,
            }),
            Verb::Tag(_) => None,
        }
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verb::Commit(it) => it.fmt(f),
            Verb::Tag(it) => {
                let short = it.commit.get(..12).unwrap_or(&it.commit);
                write!(
                    f,
                    "push the tag {} of commit {short} to {}",
                    it.name, it.remote.url
                )
            }
        }
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: Vec<String> = self.files.iter().map(Placed::to_string).collect();
        let subject = self.message.lines().next().unwrap_or_default();
        write!(f, "commit {} as `{subject}`", files.join(", "))?;
        if !self.without.is_empty() {
            write!(f, " without {}", self.without.join(", "))?;
        }
        match &self.branch {
            Some(branch) => write!(f, " to the branch {branch} of {}", self.remote.url),
            None => write!(f, " to {}", self.remote.url),
        }
    }
}

impl fmt::Display for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        match &self.content {
            Content::Item(item) => {
                let digest = item.sha256.to_string();
                write!(f, " ({}, sha256 {}…)", size(item.size_bytes), &digest[..8])?;
            }
            Content::Text(text) => write!(f, " ({})", size(text.len() as u64))?,
        }
        match self.rule {
            Rule::Replace => Ok(()),
            Rule::KeepTheirs => f.write_str(" unless there is one"),
        }
    }
}
