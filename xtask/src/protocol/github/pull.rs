//! A pull request: opened once, found again by its branch, and told apart by what became of it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::{Client, segment};
use super::place::Place;
use super::proposal::Proposal;
use crate::effect::http::Method;
use crate::outside::{Act, Look};
use crate::plan::{Item, Verb};
use crate::standing::{Again, Failure, Standing};

/// How long it may take until a pull request is in the list.
const PATIENCE: Duration = Duration::from_mins(1);

/// GitHub's words where another probe may find it settled: the branch does not show everywhere yet.
const PASSING: &[&str] = &["PullRequest head invalid", "head sha can't be blank"];

/// Another title where a folder or file is not there yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct First {
    /// What is looked for.
    pub path: String,
    /// The title where it is not there.
    pub title: String,
}

/// Opens the pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Open {
    /// The change.
    #[serde(flatten)]
    pub proposal: Proposal,
    /// The title.
    pub title: String,
    /// The title of a first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<First>,
    /// The text.
    pub body: String,
    /// What labels of the place mean, told beside them.
    #[serde(skip)]
    pub meanings: &'static [(&'static str, &'static str)],
}

/// A pull request, as lists and the search show it.
#[derive(Clone, Debug, Deserialize)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Its page.
    pub html_url: String,
    /// Its title.
    pub title: String,
    /// When it was last changed, in the form of RFC 3339.
    pub updated_at: String,
    state: String,
    #[serde(default)]
    merged_at: Option<String>,
    #[serde(default)]
    labels: Vec<Label>,
    user: Option<User>,
}

#[derive(Clone, Debug, Deserialize)]
struct Label {
    name: String,
}

#[derive(Clone, Debug, Deserialize)]
struct User {
    login: String,
}

#[derive(Debug, Deserialize)]
struct Found {
    items: Vec<Pull>,
}

/// What became of a pull request of ours.
#[derive(Clone, Debug)]
pub enum Own {
    /// It is open.
    Open(Pull),
    /// It was taken in.
    Merged(Pull),
    /// It was closed without that.
    Closed(Pull),
}

impl Pull {
    /// Whether it has a label.
    pub fn has_label(&self, name: &str) -> bool {
        self.labels.iter().any(|it| it.name == name)
    }

    /// In a line: number, page, labels and what they mean.
    pub fn told(&self, meanings: &[(&str, &str)]) -> String {
        let labels = self.labels.iter().map(|label| {
            let name = &label.name;
            let meaning = meanings.iter().find(|it| it.0 == name);
            meaning.map_or_else(|| name.clone(), |(_, meaning)| format!("{name} ({meaning})"))
        });
        let labels: Vec<String> = labels.collect();
        let tail = if labels.is_empty() {
            String::new()
        } else {
            format!(", {}", labels.join(", "))
        };
        format!("pull request #{}: {}{tail}", self.number, self.html_url)
    }

    /// The standing of one that was closed. Who closed it had a reason, so another one is a person's decision; other
    /// channels are not kept from going on by it.
    pub(super) fn closed(&self) -> Standing {
        Standing::Pending {
            why: format!(
                "pull request #{} was closed without being merged: {}; reopen it there, or let `--open-pr` open another one",
                self.number, self.html_url
            ),
        }
    }
}

/// The newest pull request from the branch: an open one, else one that was merged, else one that was closed.
pub fn own(proposal: &Proposal, client: &Client<'_>, fork: &Place) -> Result<Option<Own>, Failure> {
    let label = proposal.head(fork);
    let path = proposal.to.path(&format!(
        "/pulls?state=all&head={}&base={}",
        segment(&label),
        segment(&proposal.onto)
    ));
    let pulls: Option<Vec<Pull>> = client.list(&path, |_| true)?;
    let pulls = pulls.ok_or_else(|| {
        Failure::new(format!("there is no repository `{}`", proposal.to.repository)).help(
            "the first submission is a person's, and a repository that was renamed needs another setting",
        )
    })?;
    let find = |fits: fn(&Pull) -> bool| pulls.iter().find(|it| fits(it)).cloned();
    Ok(find(|it| it.state == "open")
        .map(Own::Open)
        .or_else(|| find(|it| it.merged_at.is_some()).map(Own::Merged))
        .or_else(|| find(|_| true).map(Own::Closed)))
}

/// Open pull requests whose titles hold all of some words.
pub fn named(client: &Client<'_>, to: &Place, words: &[String]) -> Result<Vec<Pull>, Failure> {
    let quoted: Vec<String> = words.iter().map(|it| format!("\"{it}\"")).collect();
    let query = format!(
        "repo:{} is:pr is:open in:title {}",
        to.repository,
        quoted.join(" ")
    );
    let found: Option<Found> = client.find(&format!("/search/issues?q={}&per_page=50", segment(&query)))?;
    // The search is fuzzy: `1.2` finds `1.2.3`.
    let pulls = found.map(|it| it.items).unwrap_or_default();
    let fits = |it: &Pull| it.state == "open" && words.iter().all(|word| holds(&it.title, word));
    Ok(pulls.into_iter().filter(fits).collect())
}

/// Whether a text holds a word by itself.
fn holds(text: &str, word: &str) -> bool {
    let is_end = |it: char| !(it.is_alphanumeric() || "-_+".contains(it));
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    text.match_indices(&word).any(|(at, _)| {
        let after = &text[at + word.len()..];
        let mut rest = after.chars();
        let ends = match rest.next() {
            None => true,
            // A full stop ends a sentence or goes on with a version.
            Some('.') => rest.next().is_none_or(char::is_whitespace),
            Some(letter) => is_end(letter),
        };
        ends && text[..at]
            .chars()
            .next_back()
            .is_none_or(|it| is_end(it) && it != '.')
    })
}

impl Open {
    /// An open pull request of somebody else for the same.
    fn others(&self, client: &Client<'_>, fork: &Place) -> Result<Option<Pull>, Failure> {
        if self.proposal.named.is_empty() {
            return Ok(None);
        }
        let ours = fork.repository.split('/').next().unwrap_or_default();
        let found = named(client, &self.proposal.to, &self.proposal.named)?;
        let is_ours = |it: &Pull| {
            it.user
                .as_ref()
                .is_some_and(|it| it.login.eq_ignore_ascii_case(ours))
        };
        Ok(found.into_iter().find(|it| !is_ours(it)))
    }

    /// The title, as it fits to what is there.
    fn title(&self, client: &Client<'_>) -> Result<&str, Failure> {
        Ok(match &self.first {
            Some(first) if !self.proposal.has(client, &first.path)? => &first.title,
            _ => &self.title,
        })
    }
}

impl Verb for Open {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let Open { proposal, .. } = self;
        let client = proposal.client(look)?;
        let fork = proposal.fork(look, &client)?;
        let closed = match own(proposal, &client, &fork)? {
            Some(Own::Open(pull)) => {
                let why = pull.told(self.meanings);
                return Ok(Standing::Pending { why });
            }
            Some(Own::Merged(_)) => return Ok(Standing::Same),
            Some(Own::Closed(pull)) => Some(pull),
            None => None,
        };
        // What is there by another way counts for more than a pull request that was closed.
        if let Some(landed) = proposal.landed(look, &client)? {
            return Ok(landed);
        }
        if let Some(pull) = closed.filter(|_| !proposal.again) {
            return Ok(pull.closed());
        }
        Ok(match self.others(&client, &fork)? {
            Some(pull) => Standing::Pending {
                why: format!(
                    "somebody else has opened {}, and a second one would be closed",
                    pull.told(self.meanings)
                ),
            },
            None => Standing::Absent,
        })
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let Open { proposal, body, .. } = self;
        let client = proposal.client(act)?;
        let fork = proposal.fork(act, &client)?;
        let document = json!({
            "title": self.title(&client)?,
            "head": proposal.head(&fork),
            "base": proposal.onto,
            "body": body,
            "maintainer_can_modify": true,
        });
        let request = client
            .request(Method::Post, &proposal.to.path("/pulls"))
            .json(&document);
        client.send(act, &request).map_err(|failure| Failure {
            again: if PASSING.iter().any(|it| failure.what.contains(it)) {
                Again::Soon
            } else {
                failure.again
            },
            ..failure
        })?;
        Ok(())
    }

    fn item(&self) -> Option<&Item> {
        None
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Proposal { to, onto, branch, .. } = &self.proposal;
        write!(
            f,
            "open the pull request `{}` from the branch {branch} to {onto} of {}",
            self.title, to.repository
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_themselves() {
        let check =
            |text: &str, word: &str, expected: bool| assert_eq!(holds(text, word), expected, "{text}");
        check("New version: Owner.Demo version 1.2.3", "Owner.Demo", true);
        check("New version: owner.demo version 1.2.3", "Owner.Demo", true);
        check("New version: Owner.Demo version 1.2.3", "1.2.3", true);
        check("New version: Owner.Demo version 1.2.3.", "1.2.3", true);
        check(
            "New version: Owner.Demo.Preview version 1.2.3",
            "Owner.Demo",
            false,
        );
        check("New version: My.Owner.Demo version 1.2.3", "Owner.Demo", false);
        check("New version: Owner.Demo version 1.2.3-rc.1", "1.2.3", false);
        check("New version: Owner.Demo version 1.2.3.4", "1.2.3", false);
        check("New version: Owner.Demo version 11.2.3", "1.2.3", false);
    }
}
