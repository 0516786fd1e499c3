//! NuGet push: packages for Chocolatey, and their moderation.

pub mod feed;

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::digest::{self, Algorithm, Checksum};
use crate::effect::http::{Answer, Part, Request};
use crate::outside::{Act, Look};
use crate::plan::{self, Item};
use crate::protocol::answer;
use crate::standing::{Failure, Standing};
use feed::Entry;

/// A change by this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
    /// Pushes a package.
    Push {
        /// The id of the package.
        id: String,
        /// Its version in NuGet's form.
        version: String,
        /// The `.nupkg`.
        item: Item,
        /// Where packages are taken.
        push: String,
        /// Where they are served.
        feed: String,
        /// Whether ours may take the place of other bytes that nobody has approved yet.
        resubmits: bool,
    },
}

/// How long the feed may take to show what was pushed.
const PATIENCE: Duration = Duration::from_mins(5);

/// The slowest line on which an upload is waited for, in bytes a second.
const SLOWEST: f64 = 100_000.0;

impl plan::Verb for Verb {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let Verb::Push {
            id,
            version,
            item,
            feed,
            resubmits,
            ..
        } = self;
        let Some(entry) = feed::version(look, feed, id, version)? else {
            // The feed may hide what nobody has approved; the answer to the push was not lost.
            return Ok(match look.recall(&self.key()) {
                Some(_) => Standing::Pending {
                    why: format!("`{id}` {version} was taken, and the feed does not show it yet"),
                },
                None => Standing::Absent,
            });
        };
        let path = look.path(item);
        let (same, theirs, ours) = if let Some((algorithm, theirs)) = entry.hash() {
            let ours = base64(&digest::file(&path, algorithm)?);
            (theirs == ours, theirs.to_owned(), ours)
        } else {
            let served = feed::download(look, feed, id, version)?;
            let ours = item.sha256.to_string();
            (served.as_ref() == Some(&ours), served.unwrap_or_default(), ours)
        };
        Ok(standing(&entry, same, *resubmits, &theirs, &ours))
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let Verb::Push { item, push, .. } = self;
        let key = act.credential()?;
        let part = Part::file("package", item.name(), "application/octet-stream", act.path(item));
        #[expect(clippy::cast_precision_loss, reason = "no package has that many bytes")]
        let wait_s = 120.0 + item.size_bytes as f64 / SLOWEST;
        let request = Request::put(format!("{push}/api/v2/package/"))
            .secret("x-nuget-apikey", key.token().header(""))
            .multipart(vec![part])
            .wait_s(wait_s);
        let answer = act.send(&request)?;
        if !answer.is_success() {
            return Err(answer::failure(&request, &answer, &words(&answer)));
        }
        act.remember(&self.key(), "taken");
        Ok(())
    }

    fn item(&self) -> Option<&Item> {
        let Verb::Push { item, .. } = self;
        Some(item)
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

impl Verb {
    fn key(&self) -> String {
        let Verb::Push { id, version, .. } = self;
        format!("pushed/{id}/{version}")
    }
}

/// What a version in the feed means for ours.
fn standing(entry: &Entry, same: bool, resubmits: bool, theirs: &str, ours: &str) -> Standing {
    let what = format!("`{}` {}", entry.id, entry.version);
    let differs = format!("{what} is there with {theirs}, ours is {ours}");
    match (same, entry.is_approved(), entry.is_rejected()) {
        (true, true, _) => Standing::Same,
        (true, false, true) => Standing::Unknown {
            why: format!("{what} is there with our bytes, and was rejected: its page says why"),
        },
        (true, false, false) => Standing::Pending {
            why: format!("{what} is {}", entry.state()),
        },
        (false, false, false) if resubmits => Standing::Absent,
        (false, false, false) => Standing::Differs {
            why: format!(
                "{differs}; nobody has approved it yet, and `[channel.chocolatey] resubmit = true` sends ours in its place"
            ),
        },
        (false, ..) => Standing::Differs { why: differs },
    }
}

/// The server's words: the gallery puts them beside the status, and sometimes more of them into the body.
pub fn words(answer: &Answer) -> String {
    let body = answer.text();
    let body = body.trim();
    let is_page = body.starts_with('<') || body.is_empty() || body == answer.reason;
    if is_page {
        answer.reason.clone()
    } else {
        format!("{}: {body}", answer.reason)
    }
}

/// A digest as the feed writes it.
fn base64(checksum: &Checksum) -> String {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.encode(checksum.bytes())
}

/// The algorithm of a name in the feed.
fn algorithm(name: &str) -> Option<Algorithm> {
    match name.to_uppercase().replace('-', "").as_str() {
        "SHA512" => Some(Algorithm::Sha512),
        "SHA256" => Some(Algorithm::Sha256),
        _ => None,
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verb::Push {
            item,
            push,
            resubmits,
            ..
        } = self;
        let size = crate::size::size(item.size_bytes);
        let digest = item.sha256.to_string();
        let place = if *resubmits {
            ", in the place of one that waits for approval"
        } else {
            ""
        };
        write!(
            f,
            "push {} ({size}, sha256 {}…) to {push}{place}",
            item.name(),
            &digest[..8]
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(status: Option<&str>) -> Entry {
        Entry {
            id: "demo".to_owned(),
            version: "1.2.3".to_owned(),
            approved: status.map(|it| it == "Approved"),
            status: status.map(str::to_owned),
            ..Entry::default()
        }
    }

    #[test]
    fn moderation_decides_what_a_version_means() {
        let check = |status: Option<&str>, same: bool, resubmits: bool, expected: &str| {
            let found = standing(&entry(status), same, resubmits, "aa", "bb");
            assert_eq!(found.word(), expected, "{status:?} {same} {resubmits}: {found:?}");
        };
        check(Some("Approved"), true, false, "same");
        check(Some("Approved"), false, true, "differs");
        check(Some("Exempted"), true, false, "same");
        check(Some("Submitted"), true, true, "pending");
        check(Some("Submitted"), false, false, "differs");
        check(Some("Submitted"), false, true, "absent");
        check(Some("Rejected"), true, true, "unknown");
        check(Some("Rejected"), false, true, "differs");
        // A feed without moderation.
        check(None, true, false, "same");
        check(None, false, true, "differs");
    }
}
