//! Reads the store: what users get, which revisions there are, and what a login may do.

use serde::Deserialize;

use crate::channel;
use crate::effect::http::{Answer, HeaderValue, Request};
use crate::effect::secret::Secret;
use crate::outside::Look;
use crate::protocol::answer;
use crate::protocol::snapcraft::macaroon;
use crate::standing::Failure;

/// The variable that snapcraft reads.
pub const CREDENTIALS: &str = "SNAPCRAFT_STORE_CREDENTIALS";

/// The series that the store asks for, since 2016 and for ever.
const SERIES: &str = "16";

/// What is asked of a snap. Without the word for a field the store leaves it out.
const FIELDS: &str = "architectures,channel-map,created-at,download,revision,version";

/// What the store says of a snap to everybody.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Info {
    /// What each channel serves for each machine.
    #[serde(rename = "channel-map", default)]
    pub map: Vec<Mapped>,
}

/// What a channel serves for a machine.
#[derive(Clone, Debug, Deserialize)]
pub struct Mapped {
    /// The channel.
    pub channel: Channel,
    /// Where the file is.
    pub download: Download,
    /// The revision.
    pub revision: u64,
    /// The version, as the snap says it.
    pub version: String,
}

/// A channel for a machine.
#[derive(Clone, Debug, Deserialize)]
pub struct Channel {
    /// The machine.
    pub architecture: String,
    /// The track.
    pub track: String,
    /// The risk.
    pub risk: String,
    /// The name; that of the track `latest` is the risk alone.
    pub name: String,
    /// Since when, in the form of RFC 3339.
    #[serde(rename = "released-at")]
    pub released_at: Option<String>,
}

/// A file of the store.
#[derive(Clone, Debug, Deserialize)]
pub struct Download {
    /// Its digest.
    #[serde(rename = "sha3-384")]
    pub sha3_384: String,
    /// Its address.
    pub url: String,
}

impl Channel {
    /// Whether it is the channel of this name, which may leave out the track `latest`.
    pub fn is(&self, name: &str) -> bool {
        whole(&self.name) == whole(name)
    }
}

/// The name of a channel with its track.
pub fn whole(name: &str) -> String {
    const RISKS: &[&str] = &["stable", "candidate", "beta", "edge"];
    let first = name.split('/').next().unwrap_or_default();
    if RISKS.contains(&first) {
        format!("latest/{name}")
    } else {
        name.to_owned()
    }
}

/// What the publisher is told.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Releases {
    /// All revisions, the newest first.
    pub revisions: Vec<Revision>,
}

/// A revision of a snap.
#[derive(Clone, Debug, Deserialize)]
pub struct Revision {
    /// Its number.
    pub revision: u64,
    /// The version, as the snap says it.
    pub version: String,
    /// The machines.
    pub architectures: Vec<String>,
    /// Where it is between upload and publication.
    pub status: String,
    /// Its digest.
    pub sha3_384: String,
}

/// Statuses in which people or programs of the store still look at a revision (snapcraft/models/releases.py).
const IN_REVIEW: &[&str] = &[
    "ManualReviewPending",
    "NeedsInformation",
    "ReviewInProgress",
    "ReviewQueued",
];
const REJECTED: &[&str] = &["AutomaticallyRejected", "Rejected"];

impl Revision {
    /// Whether the store has not decided yet.
    pub fn is_in_review(&self) -> bool {
        IN_REVIEW.contains(&self.status.as_str())
    }

    /// Whether the store has decided against it.
    pub fn is_rejected(&self) -> bool {
        REJECTED.contains(&self.status.as_str())
    }
}

/// What a login may do.
#[derive(Clone, Debug, Deserialize)]
pub struct Login {
    /// Whose it is.
    pub account: Account,
    /// The channels that it may release to; all when there are none.
    pub channels: Option<Vec<String>>,
    /// The snaps that it may touch; all when there are none.
    pub packages: Option<Vec<Package>>,
    /// What it may do; everything when there is none.
    pub permissions: Option<Vec<String>>,
    /// Until when, in UTC.
    pub expires: Option<String>,
}

/// An account.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    /// Its name.
    pub username: String,
}

/// A snap that a login may touch.
#[derive(Clone, Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
}

/// What the store serves of a snap; `None` where it knows none of this name, or none that is released.
pub fn info(look: &Look<'_>, api: &str, name: &str) -> Result<Option<Info>, Failure> {
    let url = format!("{api}/v2/snaps/info/{name}?fields={FIELDS}");
    let request = Request::get(url).header("Snap-Device-Series", SERIES);
    let answer = look.ask(&request)?;
    match answer.status {
        200 => answer.json().map(Some).map_err(answer::of_trouble),
        404 if words(&answer).contains("resource-not-found") => Ok(None),
        _ => Err(failed(&request, &answer)),
    }
}

/// The revisions of a snap, for its publisher; `None` where there is no login that can be read here.
pub fn releases(look: &Look<'_>, dashboard: &str, name: &str) -> Result<Option<Releases>, Failure> {
    asked(look, &format!("{dashboard}/api/v2/snaps/{name}/releases"))
}

/// What the login may do; `None` where there is none that can be read here.
pub fn login(look: &Look<'_>, dashboard: &str) -> Result<Option<Login>, Failure> {
    asked(look, &format!("{dashboard}/api/v2/tokens/whoami"))
}

fn asked<T: serde::de::DeserializeOwned>(look: &Look<'_>, url: &str) -> Result<Option<T>, Failure> {
    let Ok(credential) = look.credential_of(channel::snap::CHANNEL.credentials) else {
        return Ok(None);
    };
    let Ok(header) = header(credential.token()) else {
        return Ok(None);
    };
    let request = Request::get(url)
        .accept("application/json")
        .secret("Authorization", header);
    let answer = look.ask(&request)?;
    if answer.status != 200 {
        return Err(failed(&request, &answer));
    }
    answer.json().map(Some).map_err(answer::of_trouble)
}

/// The header that proves who we are, or why the credentials cannot be read here.
pub fn header(credentials: &Secret) -> Result<HeaderValue, &'static str> {
    let value = macaroon::authorization(credentials.reveal())?;
    // Each macaroon is a secret of its own, should a server echo one.
    for part in value.split([' ', '=', ',']).filter(|it| it.len() > 32) {
        Secret::new(CREDENTIALS, part);
    }
    Ok(Secret::new(CREDENTIALS, &value).header(""))
}

/// The failure that an answer is, in the store's own words.
fn failed(request: &Request, answer: &Answer) -> Failure {
    answer::failure(request, answer, &words(answer))
}

/// The errors in an answer, one after the other: the older half of the store has `error_list`, the newer `error-list`.
pub fn words(answer: &Answer) -> String {
    #[derive(Deserialize)]
    struct Errors {
        #[serde(alias = "error-list", default)]
        error_list: Vec<Told>,
    }
    #[derive(Deserialize)]
    struct Told {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    let Ok(errors) = answer.json::<Errors>() else {
        return answer.text();
    };
    let lines = errors
        .error_list
        .iter()
        .map(|it| format!("{}: {}", it.code, it.message));
    lines.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_without_a_track_is_one_of_latest() {
        let check = |name, expected: &str| assert_eq!(whole(name), expected);
        check("stable", "latest/stable");
        check("edge/fix-1", "latest/edge/fix-1");
        check("latest/stable", "latest/stable");
        check("2.0/beta", "2.0/beta");
        check("lts", "lts");
    }

    #[test]
    fn both_kinds_of_errors_are_read() {
        let check = |body: &str, expected: &str| {
            let answer = Answer {
                status: 404,
                reason: String::new(),
                headers: Vec::new(),
                body: body.as_bytes().to_vec(),
                url: String::new(),
            };
            assert_eq!(words(&answer), expected);
        };
        check(r#"{"error_list":[{"code":"a","message":"b"}]}"#, "a: b");
        check(
            r#"{"error-list":[{"code":"a","message":"b"},{"message":"c"}]}"#,
            "a: b; : c",
        );
        check("not found", "not found");
    }
}
