//! A change that is proposed to a repository of others: what it puts where, and how far that has come.

use serde::{Deserialize, Serialize};

use super::client::{self, Client, segment};
use super::place::Place;
use super::pull::{self, Own};
use crate::digest;
use crate::effect::files;
use crate::effect::http::Method;
use crate::outside::Look;
use crate::plan::Item;
use crate::standing::{Failure, Standing};

/// A file and where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// The path in the repository.
    pub to: String,
    /// The file of the release.
    pub item: Item,
}

/// What becomes of other content that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Existing {
    /// The place is taken: it is an error.
    Refused,
    /// It is changed to ours.
    Replaced,
    /// It stays: the repository's own automation sees to new versions.
    Kept,
}

/// Files for a repository of others, on a branch of a fork of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The repository of others.
    pub to: Place,
    /// Its branch.
    pub onto: String,
    /// The fork, as owner and name with a `/` between them; `None` for one of the token's account, of the same name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fork: Option<String>,
    /// The branch of the fork.
    pub branch: String,
    /// What is put there.
    pub files: Vec<Placed>,
    /// The folder that holds these files and no others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// What becomes of other content.
    pub existing: Existing,
    /// Words that the title of somebody else's pull request for the same would have; empty where nobody is asked.
    pub named: Vec<String>,
    /// Whether another pull request is opened after one of ours was closed without being merged.
    pub again: bool,
    /// The variables that may hold the token: the channel's own may be one for another repository.
    #[serde(skip)]
    pub token: &'static [&'static [&'static str]],
}

/// What a repository has in the place of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing.
    None,
    /// The same.
    Ours,
    /// Something else.
    Other(String),
}

#[derive(Debug, Deserialize)]
struct User {
    login: String,
}

/// A file of a repository, or one of a folder's list.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) path: String,
    #[serde(rename = "type")]
    kind: String,
    sha: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Shown {
    Folder(Vec<Entry>),
    File(Entry),
}

/// The name that git gives a file's content.
pub(super) fn blob_id(bytes: &[u8]) -> String {
    let mut whole = format!("blob {}\0", bytes.len()).into_bytes();
    whole.extend_from_slice(bytes);
    digest::hex(&digest::sha1(&whole))
}

/// The path of a file or folder in the API. Its slashes are escaped, as GitHub's own library does it: the path is one
/// parameter.
fn contents(place: &Place, path: &str, reference: &str) -> String {
    let path = format!("/contents/{}?ref={}", segment(path), segment(reference));
    place.path(&path)
}

/// The entries of a folder, or the one of a file; none when nothing is there.
pub(super) fn list(
    client: &Client<'_>,
    place: &Place,
    path: &str,
    reference: &str,
) -> Result<Vec<Entry>, Failure> {
    let shown: Option<Shown> = client.find(&contents(place, path, reference))?;
    Ok(match shown {
        None => Vec::new(),
        Some(Shown::File(entry)) => vec![entry],
        Some(Shown::Folder(entries)) => entries,
    })
}

/// The login that a token stands for.
pub fn login(look: &Look<'_>, client: &Client<'_>) -> Result<String, Failure> {
    const KEY: &str = "github login";
    if let Some(known) = look.recall(KEY) {
        return Ok(known);
    }
    let request = client.request(Method::Get, "/user");
    let answer = client.ask(&request)?;
    let user: User = match answer.status {
        200 => client::read(&answer)?,
        // The token of a job in GitHub Actions is an app's: it belongs to no account, and only opens its own repository.
        403 => {
            return Err(client::failure(&request, &answer).help(
                "the token of a job cannot write to repositories of others: make a classic token of an account, with the \
                 scope `public_repo`",
            ));
        }
        _ => return Err(client::failure(&request, &answer)),
    };
    look.remember(KEY, &user.login);
    Ok(user.login)
}

impl Proposal {
    /// GitHub as the account that proposes.
    pub(super) fn client<'a>(&'a self, look: &'a Look<'a>) -> Result<Client<'a>, Failure> {
        Client::with(look, &self.to.api, self.token)
    }

    /// The fork.
    pub(super) fn fork(&self, look: &Look<'_>, client: &Client<'_>) -> Result<Place, Failure> {
        let login = match &self.fork {
            // Its owner stands in the settings.
            Some(_) => String::new(),
            None => login(look, client)?,
        };
        Ok(self.fork_of(&login))
    }

    /// The fork that an account has.
    pub fn fork_of(&self, login: &str) -> Place {
        let name = self.to.repository.rsplit('/').next().unwrap_or_default();
        Place {
            api: self.to.api.clone(),
            repository: self.fork.clone().unwrap_or_else(|| format!("{login}/{name}")),
        }
    }

    /// The branch as a pull request names it, and as people read it: `owner:branch`.
    pub(super) fn head(&self, fork: &Place) -> String {
        let owner = fork.repository.split('/').next().unwrap_or_default();
        format!("{owner}:{}", self.branch)
    }

    /// What a branch, tag or commit of a repository has in the place of the files.
    pub(super) fn content(
        &self,
        look: &Look<'_>,
        client: &Client<'_>,
        place: &Place,
        reference: &str,
    ) -> Result<Content, Failure> {
        let mut there = Vec::new();
        if let Some(folder) = &self.folder {
            there = list(client, place, folder, reference)?;
        } else {
            for file in &self.files {
                there.extend(list(client, place, &file.to, reference)?);
            }
        }
        if there.is_empty() {
            return Ok(Content::None);
        }
        for Placed { to, item } in &self.files {
            let ours = blob_id(&files::read(&look.path(item))?);
            let found = there.iter().find(|it| it.path == *to);
            let at = format!("`{to}` of {} at `{reference}`", place.repository);
            match found {
                None => return Ok(Content::Other(format!("{at} is not there, other files are"))),
                Some(it) if it.kind == "file" && it.sha == ours => {}
                Some(it) => {
                    let why = format!("{at} is there as {}, ours is {ours}", it.sha);
                    return Ok(Content::Other(why));
                }
            }
        }
        let is_ours = |it: &Entry| self.files.iter().any(|file| file.to == it.path);
        Ok(match there.iter().find(|it| !is_ours(it)) {
            Some(other) => Content::Other(format!(
                "`{}` of {} is there, and is none of ours",
                other.path, place.repository
            )),
            None => Content::Ours,
        })
    }

    /// The names in a folder of the repository of others; none when it is not there.
    pub fn names(&self, client: &Client<'_>, folder: &str) -> Result<Vec<String>, Failure> {
        let entries = list(client, &self.to, folder, &self.onto)?;
        let name = |it: Entry| it.path.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(entries.into_iter().map(name).collect())
    }

    /// Whether a folder or file of the repository of others is there.
    pub(super) fn has(&self, client: &Client<'_>, path: &str) -> Result<bool, Failure> {
        Ok(!list(client, &self.to, path, &self.onto)?.is_empty())
    }

    /// How the repository of others itself stands to the change.
    pub(super) fn landed(&self, look: &Look<'_>, client: &Client<'_>) -> Result<Option<Standing>, Failure> {
        let content = self.content(look, client, &self.to, &self.onto)?;
        Ok(match (content, self.existing) {
            (Content::Ours, _) => Some(Standing::Same),
            (Content::Other(why), Existing::Refused) => Some(Standing::Differs { why }),
            (Content::Other(_), Existing::Kept) => Some(Standing::Pending {
                why: format!(
                    "{} has it already, and its own automation asks for new versions to be taken in",
                    self.to.repository
                ),
            }),
            (Content::Other(_), Existing::Replaced) | (Content::None, _) => None,
        })
    }

    /// What was decided elsewhere, so that neither fork nor branch is needed: it was taken in, or closed. What was found to
    /// be undecided is not asked again in this run.
    pub(super) fn settled(&self, look: &Look<'_>, client: &Client<'_>) -> Result<Option<Standing>, Failure> {
        let key = format!("undecided {} {}", self.to.repository, self.branch);
        if look.recall(&key).is_some() {
            return Ok(None);
        }
        match self.landed(look, client)? {
            // The step that opens the pull request says so, and once is enough.
            Some(Standing::Differs { .. }) => return Ok(None),
            Some(landed) => return Ok(Some(landed)),
            None => {}
        }
        let fork = self.fork(look, client)?;
        let settled = match pull::own(self, client, &fork)? {
            Some(Own::Merged(_)) => Some(Standing::Same),
            Some(Own::Closed(pull)) if !self.again => Some(pull.closed()),
            _ => None,
        };
        if settled.is_none() {
            look.remember(&key, "yes");
        }
        Ok(settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_have_the_names_that_git_gives_them() {
        // As `git hash-object --stdin` says.
        assert_eq!(blob_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(blob_id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn paths_are_one_parameter() {
        let place = Place {
            api: String::new(),
            repository: "o/r".to_owned(),
        };
        assert_eq!(
            contents(&place, "a/b c.yaml", "x/y"),
            "/repos/o/r/contents/a%2Fb%20c.yaml?ref=x%2Fy"
        );
    }
}
