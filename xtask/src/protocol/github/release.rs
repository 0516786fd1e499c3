//! A release: made as a draft that nobody sees, and published once all is there.

use std::fmt;
use std::time::Duration;

use semver::Version;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::{self, Client};
use super::place::Place;
use super::shelf::{self, Release, Shelf};
use super::upload::{Upload, told};
use crate::effect::files;
use crate::effect::http::Method;
use crate::outside::{Act, Look};
use crate::plan::{Item, Verb};
use crate::standing::{Failure, Standing};

/// What a release says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    /// Where it is.
    pub place: Place,
    /// Its tag.
    pub tag: String,
    /// The commit that was built: what the tag names, or will name.
    pub commit: String,
    /// Its title.
    pub name: String,
    /// The file with its text.
    pub notes: Item,
    /// The version, which says whether it is a pre-release.
    pub version: Version,
}

/// Makes the draft of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Draft(pub About);

/// Publishes a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publish {
    /// The release.
    #[serde(flatten)]
    pub about: About,
    /// All that must be there before.
    pub assets: Vec<Item>,
}

impl About {
    fn is_pre_release(&self) -> bool {
        !self.version.pre.is_empty()
    }

    /// What stands against a release of this commit: a tag at another one, or a commit that was not pushed.
    fn check_commit(&self, client: &Client<'_>) -> Result<Option<Standing>, Failure> {
        let About {
            place, tag, commit, ..
        } = self;
        match place.commit_of_tag(client, tag)? {
            Some(there) if there == *commit => Ok(None),
            Some(there) => Ok(Some(Standing::Differs {
                why: format!("the tag `{tag}` is at commit {there}, the release was built from {commit}"),
            })),
            None if place.has_commit(client, commit)? => Ok(None),
            None => Err(Failure::new(format!(
                "`{}` has no commit {commit}, which the release was built from",
                place.repository
            ))
            .help("push it: `git push`, or `git push origin TAG`")),
        }
    }

    /// What the release is to say.
    fn document(&self, act: &Act<'_>) -> Result<Value, Failure> {
        Ok(json!({
            "tag_name": self.tag,
            "target_commitish": self.commit,
            "name": self.name,
            "body": files::read_text(&act.path(&self.notes))?,
            "prerelease": self.is_pre_release(),
        }))
    }

    /// Whether it becomes what `/releases/latest` leads to, in GitHub's words. A pre-release never does, nor does a version
    /// of an older line. Where the latest release's tag is of another form, such as that of another product in the same
    /// repository, GitHub's own rule decides.
    fn make_latest(&self, client: &Client<'_>) -> Result<&'static str, Failure> {
        if self.is_pre_release() {
            return Ok("false");
        }
        let latest: Option<Release> = client.find(&self.place.path("/releases/latest"))?;
        Ok(latest.map_or("true", |it| rank(&self.tag, &self.version, &it.tag_name)))
    }
}

/// How a version stands to the latest release.
fn rank(tag: &str, version: &Version, latest: &str) -> &'static str {
    let start = tag.strip_suffix(&version.to_string()).unwrap_or_default();
    let there = latest.strip_prefix(start).and_then(|it| Version::parse(it).ok());
    match there {
        None => "legacy",
        Some(there) if there > *version => "false",
        Some(_) => "true",
    }
}

impl Verb for Draft {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let About { place, tag, .. } = &self.0;
        let client = Client::new(look, &place.api)?;
        let shelf = shelf::fresh(look, &client, place, tag)?;
        if let Some(standing) = self.0.check_commit(&client)? {
            return Ok(standing);
        }
        Ok(if shelf.is_some() {
            Standing::Same
        } else {
            Standing::Absent
        })
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let place = &self.0.place;
        let client = Client::new(act, &place.api)?;
        let mut document = self.0.document(act)?;
        document["draft"] = true.into();
        let request = client
            .request(Method::Post, &place.path("/releases"))
            .json(&document);
        let answer = client.send(act, &request)?;
        let release: Release = client::read(&answer)?;
        let assets = Vec::new();
        shelf::put(act, place, &Shelf { release, assets });
        Ok(())
    }

    fn item(&self) -> Option<&Item> {
        Some(&self.0.notes)
    }

    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}

impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let About {
            place,
            tag,
            commit,
            notes,
            ..
        } = &self.0;
        write!(
            f,
            "create the draft release {tag} of {} from commit {:.12}, with {}",
            place.repository,
            commit,
            told(notes)
        )
    }
}

impl Verb for Publish {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let About { place, tag, .. } = &self.about;
        let client = Client::new(look, &place.api)?;
        let shelf = shelf::known(look, &client, place, tag)?;
        Ok(match shelf {
            Some(shelf) if !shelf.release.draft => Standing::Same,
            _ => Standing::Absent,
        })
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let result = self.publish(act);
        shelf::forget(act, &self.about.place, &self.about.tag);
        result
    }

    fn item(&self) -> Option<&Item> {
        None
    }

    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}

impl Publish {
    fn publish(&self, act: &Act<'_>) -> Result<(), Failure> {
        let About { place, tag, .. } = &self.about;
        let client = Client::new(act, &place.api)?;
        let shelf = shelf::fresh(act, &client, place, tag)?
            .ok_or_else(|| Failure::transient(format!("there is no release `{tag}`")))?;
        if !shelf.release.draft {
            return Ok(());
        }
        self.check(act, &client, &shelf)?;
        let mut document = self.about.document(act)?;
        document["draft"] = false.into();
        document["make_latest"] = self.about.make_latest(&client)?.into();
        let path = place.path(&format!("/releases/{}", shelf.release.id));
        let request = client.request(Method::Patch, &path).json(&document);
        let release: Release = client::read(&client.send(act, &request)?)?;
        if release.draft {
            return Err(Failure::transient(format!(
                "the release `{tag}` is still a draft"
            )));
        }
        Ok(())
    }

    /// Whether all that is to be published is there as we have it: nobody can mend it afterwards.
    fn check(&self, act: &Act<'_>, client: &Client<'_>, shelf: &Shelf) -> Result<(), Failure> {
        for item in &self.assets {
            let found = shelf.asset(item.name());
            let standing = found.map_or(Ok(Standing::Absent), |it| {
                Upload::compare(act, client, &self.about.place, it, item)
            })?;
            match standing {
                Standing::Same => {}
                Standing::Differs { why } => return Err(Failure::new(why)),
                _ => return Err(Failure::new(format!("`{}` is not in the draft", item.name()))),
            }
        }
        let is_ours = |name: &str| self.assets.iter().any(|it| it.name() == name);
        for asset in shelf.assets.iter().filter(|it| !is_ours(&it.name)) {
            act.report().warn(format_args!(
                "the release holds `{}`, which is none of ours: it is published as it is",
                asset.name
            ));
        }
        Ok(())
    }
}

impl fmt::Display for Publish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let About { place, tag, .. } = &self.about;
        let rank = if self.about.is_pre_release() {
            "as a pre-release"
        } else {
            "as the latest unless a newer one is"
        };
        let count = self.assets.len();
        write!(
            f,
            "publish the release {tag} of {} with {count} assets, {rank}",
            place.repository
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_line_does_not_become_the_latest() {
        let check = |tag: &str, latest: &str, expected: &str| {
            let version = Version::parse(tag.trim_start_matches(|it: char| !it.is_ascii_digit())).unwrap();
            assert_eq!(rank(tag, &version, latest), expected, "{tag} {latest}");
        };
        check("v1.2.3", "v1.2.2", "true");
        check("v1.2.3", "v1.2.3", "true");
        check("v1.2.3", "v2.0.0", "false");
        check("demo-v1.2.3", "demo-v1.10.0", "false");
        check("demo-v1.2.3", "other-v1.10.0", "legacy");
        check("v1.2.3", "nightly", "legacy");
    }
}
