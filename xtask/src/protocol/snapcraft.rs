//! snapcraft: snaps go to the store by snapcraft; what is there is asked of the store itself.

pub mod macaroon;
pub mod repack;
pub mod said;
pub mod store;

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::effect::http::Request;
use crate::effect::process::Program;
use crate::outside::{Act, Look};
use crate::plan::{self, Item};
use crate::protocol::answer;
use crate::size::size;
use crate::standing::{Failure, Standing};
use said::Said;
use store::{Mapped, Revision};

/// A change by this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
    /// Sends a snap, to be released once the store has let it through.
    Upload(Upload),
}

/// A snap that goes to the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Upload {
    /// The snap as it was rendered. What is sent has the same content, packed as the store packs it.
    pub item: Item,
    /// The name that is registered.
    pub name: String,
    /// The version that the snap says.
    pub version: String,
    /// The machine, in the words of snaps.
    pub machine: String,
    /// The channels that it is released to.
    pub channels: Vec<String>,
    /// The time of every entry of the snap, in seconds since 1970.
    pub time_s: i64,
    /// Where the store is read by everybody.
    pub api: String,
    /// The store's side for publishers.
    pub dashboard: String,
    /// Where the store takes files.
    pub storage: String,
}

/// What stands behind a probe, for the attempt that follows it.
enum Next {
    /// Nothing of ours is there.
    Upload,
    /// This revision is ours, and only in no channel.
    Release(u64),
}

impl Upload {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let info = store::info(look, &self.api, &self.name)?.unwrap_or_default();
        let is_ours = |it: &&Mapped| it.channel.architecture == self.machine && it.version == self.version;
        let served: Vec<&Mapped> = self
            .channels
            .iter()
            .filter_map(|name| info.map.iter().filter(is_ours).find(|it| it.channel.is(name)))
            .collect();
        if let Some(why) = self.other(look, &served)? {
            return Ok(Standing::Differs { why });
        }
        if served.len() == self.channels.len() {
            return Ok(Standing::Same);
        }
        let Some(releases) = store::releases(look, &self.dashboard, &self.name)? else {
            // The store tells it to nobody else; what snapcraft said in this run is known all the same.
            let held = look.recall(&self.key("held"));
            return Ok(held.map_or(Standing::Absent, |why| Standing::Pending { why }));
        };
        let is_it = |it: &&Revision| it.version == self.version && it.architectures.contains(&self.machine);
        let revisions: Vec<&Revision> = releases.revisions.iter().filter(is_it).collect();
        self.standing(look, &revisions)
    }

    /// What is served in place of ours, if it is another one: both digests, and what differs.
    fn other(&self, look: &Look<'_>, served: &[&Mapped]) -> Result<Option<String>, Failure> {
        for one in served {
            let packed = repack::packed(look, &self.item, self.time_s)?;
            let there = &one.download.sha3_384;
            if there.eq_ignore_ascii_case(&packed.sha3_384) {
                continue;
            }
            // Another mksquashfs makes other bytes of the same content.
            let request = Request::get(&one.download.url);
            let answer = look.ask(&request)?;
            if answer.status != 200 {
                return Err(answer::failure(&request, &answer, &answer.text()));
            }
            let found = crate::digest::sha3_384(&answer.body);
            if !there.eq_ignore_ascii_case(&found) {
                return Err(Failure::new(format!(
                    "{}: the store says that revision {} has sha3-384 {there}, and serves {found}",
                    self.named(),
                    one.revision
                )));
            }
            let ours = crate::effect::files::read(&look.path(&self.item))?;
            if let Some(what) = repack::difference(&ours, &answer.body)? {
                return Ok(Some(format!(
                    "{} is there as revision {} with sha3-384 {there}, ours is {}: {what}",
                    self.named(),
                    one.revision,
                    packed.sha3_384
                )));
            }
        }
        Ok(None)
    }

    /// The standing by what the store has received of this version for this machine.
    fn standing(&self, look: &Look<'_>, revisions: &[&Revision]) -> Result<Standing, Failure> {
        let key = self.key("revision");
        look.forget(&key);
        if let Some(held) = revisions.iter().find(|it| it.is_in_review()) {
            return Ok(Standing::Pending {
                why: format!(
                    "revision {} is held for manual review ({}): https://dashboard.snapcraft.io/snaps/{}/",
                    held.revision, held.status, self.name
                ),
            });
        }
        if revisions.is_empty() {
            return Ok(Standing::Absent);
        }
        let packed = repack::packed(look, &self.item, self.time_s)?;
        let ours = revisions
            .iter()
            .filter(|it| it.sha3_384.eq_ignore_ascii_case(&packed.sha3_384));
        match ours.max_by_key(|it| it.revision) {
            Some(it) if it.is_rejected() => Err(Failure::new(format!(
                "the store has rejected revision {} with these very bytes ({})",
                it.revision, it.status
            ))
            .help(format!(
                "https://dashboard.snapcraft.io/snaps/{}/ says why; the same bytes are never taken again",
                self.name
            ))),
            Some(it) => {
                look.remember(&key, &it.revision.to_string());
                Ok(Standing::Absent)
            }
            None => Ok(Standing::Absent),
        }
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let channels = self.channels.join(",");
        let program = match self.next(act) {
            Next::Release(revision) => {
                let revision = revision.to_string();
                self.snapcraft(act)?
                    .args(["release", &self.name, &revision, &channels])
            }
            Next::Upload => {
                let packed = repack::packed(act, &self.item, self.time_s)?;
                self.snapcraft(act)?
                    .arg("upload")
                    .arg(format!("--release={channels}"))
                    .arg(&packed.path)
            }
        };
        match said::read(&act.run(&program)?, &format!("upload {}", self.item.name()))? {
            Said::Done => {}
            Said::Held(words) => act.remember(&self.key("held"), &format!("held for manual review: {words}")),
        }
        Ok(())
    }

    fn next(&self, look: &Look<'_>) -> Next {
        let revision = look.recall(&self.key("revision"));
        let revision = revision.and_then(|it| it.parse().ok());
        revision.map_or(Next::Upload, Next::Release)
    }

    /// The program with the addresses (snapcraft/store/client.py reads these two) and the login.
    fn snapcraft(&self, act: &Act<'_>) -> Result<Program, Failure> {
        let credential = act.credential()?;
        Ok(act
            .program("snapcraft")
            .env("STORE_DASHBOARD_URL", &self.dashboard)
            .env("STORE_UPLOAD_URL", &self.storage)
            .env(store::CREDENTIALS, credential.token().reveal()))
    }

    fn key(&self, what: &str) -> String {
        format!("{what} {}", self.item.path)
    }

    fn named(&self) -> String {
        format!("`{}` {} for {}", self.name, self.version, self.machine)
    }
}

impl plan::Verb for Verb {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let Verb::Upload(upload) = self;
        upload.probe(look)
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let Verb::Upload(upload) = self;
        upload.perform(act)
    }

    fn item(&self) -> Option<&Item> {
        let Verb::Upload(upload) = self;
        Some(&upload.item)
    }

    /// The store shows a release some seconds after it has taken it; its caches take up to minutes.
    fn patience(&self) -> Duration {
        Duration::from_secs(5 * 60)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verb::Upload(upload) = self;
        let digest = upload.item.sha256.to_string();
        write!(
            f,
            "upload {} ({}, sha256 {}…) to the store, packed as its review packs it, and release it to {}",
            upload.item.name(),
            size(upload.item.size_bytes),
            &digest[..8],
            upload.channels.join(" and ")
        )
    }
}
