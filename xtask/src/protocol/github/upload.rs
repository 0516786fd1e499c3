//! An asset of a release: sent as it lies in `dist/`, and compared by the digest that GitHub answers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::utf8_percent_encode;
use serde::Serialize;

use super::client::{self, Client, SEGMENT};
use super::place::Place;
use super::shelf::{self, Asset, Shelf};
use crate::effect::http::Method;
use crate::outside::{Act, Look};
use crate::plan::{Item, Verb};
use crate::standing::{Again, Failure, Standing};

/// The slowest line that an upload is given time for, in bytes a second.
const SLOWEST: f64 = 50_000.0;

/// How long an upload may take beside its bytes, in seconds: GitHub hashes what it got before it answers.
const SETTLE_S: f64 = 180.0;

/// Sends an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Upload {
    /// The repository.
    pub place: Place,
    /// The tag of the release.
    pub tag: String,
    /// The file; its last part is the asset's name.
    pub item: Item,
    /// What it is sent as.
    pub content_type: String,
    /// What the page of the release shows.
    pub label: String,
}

/// A file with its size and the begin of its digest.
pub(super) fn told(item: &Item) -> String {
    let digest = item.sha256.to_string();
    let size = crate::size::size(item.size_bytes);
    format!("{} ({size}, sha256 {}…)", item.name(), &digest[..8])
}

impl Verb for Upload {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let client = Client::new(look, &self.place.api)?;
        match shelf::known(look, &client, &self.place, &self.tag)? {
            Some(shelf) => self.standing(look, &client, &shelf),
            None => Ok(Standing::Absent),
        }
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let result = self.send(act);
        if result.is_err() {
            shelf::forget(act, &self.place, &self.tag);
        }
        result
    }

    fn item(&self) -> Option<&Item> {
        Some(&self.item)
    }

    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}

impl Upload {
    /// What stands on the shelf in the place of it.
    fn standing(&self, look: &Look<'_>, client: &Client<'_>, shelf: &Shelf) -> Result<Standing, Failure> {
        let (release, name) = (&shelf.release, self.item.name());
        let standing = match shelf.asset(name) {
            Some(asset) => Upload::compare(look, client, &self.place, asset, &self.item)?,
            None => Standing::Absent,
        };
        Ok(match standing {
            // Nobody has seen the draft: what an attempt of before left there makes room.
            Standing::Differs { .. } if release.draft => Standing::Absent,
            Standing::Absent if release.immutable => Standing::Differs {
                why: format!(
                    "`{name}` is not in the release `{}`, which is immutable: nothing can be added",
                    self.tag
                ),
            },
            other => other,
        })
    }

    /// Whether an asset is the file: by GitHub's digest, or by downloading what has none. What an upload left behind that
    /// did not come to its end counts as nothing.
    pub(super) fn compare(
        look: &Look<'_>,
        client: &Client<'_>,
        place: &Place,
        asset: &Asset,
        item: &Item,
    ) -> Result<Standing, Failure> {
        if asset.state != "uploaded" {
            return Ok(Standing::Absent);
        }
        let there = match &asset.digest {
            Some(digest) => digest.clone(),
            None => Upload::download(look, client, place, asset)?,
        };
        let ours = format!("sha256:{}", item.sha256);
        Ok(Standing::of_digest(
            Some(&there),
            &ours,
            &format!("`{}`", item.name()),
        ))
    }

    /// The digest of the bytes that an asset serves, drafts included.
    fn download(
        look: &Look<'_>,
        client: &Client<'_>,
        place: &Place,
        asset: &Asset,
    ) -> Result<String, Failure> {
        let key = format!("digest of asset {}", asset.id);
        if let Some(known) = look.recall(&key) {
            return Ok(known);
        }
        let path = place.path(&format!("/releases/assets/{}", asset.id));
        let request = client.request_for(Method::Get, &path, "application/octet-stream");
        let (_, digest) = look
            .digest_of(&request)?
            .ok_or_else(|| Failure::transient(format!("the asset `{}` is gone", asset.name)))?;
        let digest = format!("sha256:{digest}");
        look.remember(&key, &digest);
        Ok(digest)
    }

    fn send(&self, act: &Act<'_>) -> Result<(), Failure> {
        let client = Client::new(act, &self.place.api)?;
        let name = self.item.name();
        let shelf = shelf::known(act, &client, &self.place, &self.tag)?
            .ok_or_else(|| Failure::new(format!("there is no release `{}` to add to", self.tag)))?;
        if let Some(left) = shelf.asset(name) {
            self.remove(act, &client, &shelf, left)?;
        }
        let url = format!(
            "{}?name={}&label={}",
            shelf.release.upload_url.split('{').next().unwrap_or_default(),
            utf8_percent_encode(name, SEGMENT),
            utf8_percent_encode(&self.label, SEGMENT)
        );
        let size_bytes = self.item.size_bytes;
        let progress = act.report().progress("Uploading", size_bytes);
        #[expect(clippy::cast_precision_loss, reason = "a generous bound")]
        let wait_s = SETTLE_S + size_bytes as f64 / SLOWEST;
        let request = client
            .request(Method::Post, &url)
            .file(self.content_type.as_str(), act.path(&self.item))
            .progress(Arc::new(move |by| progress.advance(by)))
            .wait_s(wait_s);
        let answer = client.send(act, &request).map_err(|failure| {
            // It came in the meantime, or a part of an attempt of before did: another look tells.
            let is_taken = failure.what.contains("already_exists");
            Failure {
                again: if is_taken { Again::Soon } else { failure.again },
                ..failure
            }
        })?;
        let asset: Asset = client::read(&answer)?;
        self.check(act, &client, &asset)?;
        shelf::change(act, &self.place, &self.tag, |all| {
            all.retain(|it| it.name != asset.name);
            all.push(asset);
        });
        Ok(())
    }

    /// Whether the answer speaks of the file that was sent.
    fn check(&self, look: &Look<'_>, client: &Client<'_>, asset: &Asset) -> Result<(), Failure> {
        if asset.name != self.item.name() {
            return Err(Failure::new(format!(
                "GitHub has named `{}` `{}`: no link would find it",
                self.item.name(),
                asset.name
            )));
        }
        match Upload::compare(look, client, &self.place, asset, &self.item)? {
            Standing::Same => Ok(()),
            Standing::Differs { why } => Err(Failure::transient(why)),
            _ => Err(Failure::transient(format!(
                "`{}` has arrived in the state `{}`, not `uploaded`",
                asset.name, asset.state
            ))),
        }
    }

    /// Takes away what an attempt of before left in the way. What anybody can have downloaded is never touched.
    fn remove(&self, act: &Act<'_>, client: &Client<'_>, shelf: &Shelf, left: &Asset) -> Result<(), Failure> {
        if !shelf.release.draft && left.state == "uploaded" {
            return Err(Failure::transient(format!(
                "`{}` has come in the meantime",
                left.name
            )));
        }
        let path = self.place.path(&format!("/releases/assets/{}", left.id));
        let request = client.request(Method::Delete, &path);
        let answer = act.send(&request)?;
        // It may be gone: the answer to an earlier attempt was lost.
        if answer.is_success() || answer.status == 404 {
            shelf::change(act, &self.place, &self.tag, |all| {
                all.retain(|it| it.id != left.id);
            });
            return Ok(());
        }
        Err(client::failure(&request, &answer))
    }
}

impl fmt::Display for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "upload {} to the release {} of {}",
            told(&self.item),
            self.tag,
            self.place.repository
        )
    }
}
