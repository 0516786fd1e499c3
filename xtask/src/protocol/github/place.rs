//! A repository on GitHub, and what its git objects say.

use serde::{Deserialize, Serialize};

use super::client::{Client, segment};
use crate::standing::Failure;

/// A repository at an address of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The address of the API, without a `/` at the end.
    pub api: String,
    /// Owner and name, with a `/` between them.
    pub repository: String,
}

/// What a ref or a tag object points to.
#[derive(Debug, Deserialize)]
struct Pointer {
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Object {
    #[serde(rename = "type")]
    kind: String,
    sha: String,
}

/// A tag of a tag of a tag is somebody's joke.
const MOST_TAGS: usize = 5;

impl Place {
    /// A path of the API below the repository; `rest` begins with a `/`.
    pub fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.repository)
    }

    /// The commit that a tag names, through annotated tags; `None` when there is no such tag.
    pub fn commit_of_tag(&self, client: &Client<'_>, tag: &str) -> Result<Option<String>, Failure> {
        // The slash is escaped, as GitHub's own library does: a ref is one parameter of the path.
        let path = self.path(&format!("/git/ref/{}", segment(&format!("tags/{tag}"))));
        let mut found: Option<Pointer> = client.find(&path)?;
        for _ in 0..MOST_TAGS {
            match found {
                Some(Pointer { object }) if object.kind == "tag" => {
                    found = client.find(&self.path(&format!("/git/tags/{}", object.sha)))?;
                }
                other => return Ok(other.map(|it| it.object.sha)),
            }
        }
        Err(Failure::new(format!("the tag `{tag}` names tags of tags")))
    }

    /// Whether a commit was pushed.
    pub fn has_commit(&self, client: &Client<'_>, commit: &str) -> Result<bool, Failure> {
        let path = self.path(&format!("/git/commits/{commit}"));
        let found: Option<serde_json::Value> = client.find(&path)?;
        Ok(found.is_some())
    }
}
