//! What the store has: names, uploads, revisions, and what each channel serves.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::review::Reviewed;
use crate::digest::sha3_384;
use crate::protocol::snapcraft::store::whole;
use crate::time::now_s;

/// Why something is not done.
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

fn refused<T>(status: u16, code: &'static str, message: impl Into<String>) -> Result<T, Refused> {
    Err(Refused {
        status,
        code,
        message: message.into(),
    })
}

/// A revision of a snap.
pub(super) struct Revision {
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) sha3_384: String,
    pub(super) reviewed: Reviewed,
    pub(super) status: &'static str,
    /// Where it goes once people have let it through.
    wanted: Vec<String>,
    pub(super) created_s: i64,
}

/// What a channel serves for a machine.
pub(super) struct Served {
    pub(super) channel: String,
    pub(super) machine: String,
    pub(super) revision: u64,
    pub(super) when_s: i64,
}

/// A snap.
#[derive(Default)]
pub(super) struct Snap {
    pub(super) revisions: Vec<Revision>,
    pub(super) served: Vec<Served>,
}

/// All of it.
pub(super) struct Shelf {
    pub(super) snaps: BTreeMap<String, Snap>,
    uploads: BTreeMap<String, Vec<u8>>,
    /// What became of each push, and how often that was asked.
    builds: Vec<(Value, bool)>,
}

/// The address of a snap that never changes.
pub(super) fn id(name: &str) -> String {
    format!("{:.32}", sha3_384(name.as_bytes()))
}

impl Shelf {
    pub(super) fn new(names: impl Iterator<Item = String>) -> Shelf {
        Shelf {
            snaps: names.map(|it| (it, Snap::default())).collect(),
            uploads: BTreeMap::new(),
            builds: Vec::new(),
        }
    }

    pub(super) fn snap(&self, name: &str) -> Result<&Snap, Refused> {
        let found = self.snaps.get(name);
        found.map_or_else(|| refused(404, "resource-not-found", not_found(name)), Ok)
    }

    pub(super) fn may_push(&self, name: &str) -> Result<(), Refused> {
        self.snap(name).map(drop)
    }

    pub(super) fn register(&mut self, name: &str) -> Result<Value, Refused> {
        if self.snaps.contains_key(name) {
            return refused(
                409,
                "already_owned",
                format!("You already own the name '{name}'."),
            );
        }
        self.snaps.insert(name.to_owned(), Snap::default());
        Ok(json!({"snap_id": id(name)}))
    }

    pub(super) fn take(&mut self, bytes: Vec<u8>) -> String {
        let number = self.uploads.len() + 1;
        let id = format!("00000000-0000-4000-8000-{number:012}");
        self.uploads.insert(id.clone(), bytes);
        id
    }

    pub(super) fn upload(&self, id: &str) -> Option<Vec<u8>> {
        self.uploads.get(id).cloned()
    }

    /// Takes a reviewed upload as a revision. Gives the snap's address and the number under which its status is asked.
    pub(super) fn put(
        &mut self,
        name: &str,
        bytes: Vec<u8>,
        reviewed: Reviewed,
        channels: &[String],
    ) -> (String, usize) {
        let snap = self.snaps.entry(name.to_owned()).or_default();
        let status = snap.put(bytes, reviewed, channels);
        self.builds.push((status, false));
        (id(name), self.builds.len())
    }

    /// The status of a push: processing at first, as the store takes some seconds.
    pub(super) fn status(&mut self, number: usize) -> Option<Value> {
        let (status, was_asked) = self.builds.get_mut(number.checked_sub(1)?)?;
        if !std::mem::replace(was_asked, true) {
            return Some(json!({"code": "being_processed", "processed": false, "can_release": false}));
        }
        Some(status.clone())
    }

    pub(super) fn release(
        &mut self,
        name: &str,
        revision: u64,
        channels: &[String],
    ) -> Result<Value, Refused> {
        self.snap(name)?;
        let snap = self.snaps.get_mut(name).expect("it was found");
        snap.release(revision, channels)?;
        Ok(json!({"success": true, "opened_channels": channels, "channel_map": []}))
    }

    /// Closes channels: they serve nothing of their own any more.
    pub(super) fn close(&mut self, address: &str, channels: &[String]) -> Result<Value, Refused> {
        let Some((_, snap)) = self.snaps.iter_mut().find(|(name, _)| id(name) == address) else {
            return refused(404, "resource-not-found", "Snap not found");
        };
        let closed: Vec<String> = channels.iter().map(|it| whole(it)).collect();
        snap.served.retain(|it| !closed.contains(&it.channel));
        Ok(json!({"closed_channels": channels, "channel_map_tree": {}}))
    }

    /// People let a revision through.
    pub(super) fn approve(&mut self, name: &str, revision: u64) -> Result<(), Refused> {
        self.snap(name)?;
        let snap = self.snaps.get_mut(name).expect("it was found");
        let found = snap.revisions.iter_mut().find(|it| it.number == revision);
        let Some(held) = found.filter(|it| it.status == "ManualReviewPending") else {
            return refused(409, "invalid-revision", "nothing of that number is held");
        };
        held.status = "Unpublished";
        let wanted = held.wanted.clone();
        snap.release(revision, &wanted)
    }

    /// The bytes of a file such as `‹address›_3.snap`.
    pub(super) fn file(&self, name: &str) -> Option<Vec<u8>> {
        let (address, number) = name.strip_suffix(".snap")?.rsplit_once('_')?;
        let (_, snap) = self.snaps.iter().find(|(name, _)| id(name) == address)?;
        let revision = snap.revision(number.parse().ok()?)?;
        Some(revision.bytes.clone())
    }
}

fn not_found(name: &str) -> String {
    format!("Snap not found for name={name}")
}

/// Track and risk.
pub(super) fn parts(channel: &str) -> (&str, &str) {
    let mut parts = channel.split('/');
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

impl Snap {
    pub(super) fn revision(&self, number: u64) -> Option<&Revision> {
        self.revisions.iter().find(|it| it.number == number)
    }

    /// Takes a revision, and says what the status of its push is.
    fn put(&mut self, bytes: Vec<u8>, reviewed: Reviewed, channels: &[String]) -> Value {
        let errors = |list: &[String]| list.iter().map(|it| json!({"message": it})).collect::<Vec<_>>();
        let failed = |list: &[String]| {
            json!({
                "code": "processing_error", "processed": true, "can_release": false, "errors": errors(list),
            })
        };
        let sha3_384 = sha3_384(&bytes);
        if self.revisions.iter().any(|it| it.sha3_384 == sha3_384) {
            let why = "binary_sha3_384: A file with this exact same content has already been uploaded";
            return failed(&[why.to_owned()]);
        }
        let is_queued = |it: &Revision| {
            it.status == "ManualReviewPending"
                && it.reviewed.facts.architectures == reviewed.facts.architectures
        };
        let queued = self.revisions.iter().any(is_queued).then(|| {
            let why = "Waiting for previous upload(s) to complete their review process. If you want to prioritize this last \
                       one, go to the other upload(s) page in https://dashboard.snapcraft.io/ and click on the 'Reject and \
                       remove from review queue' button.";
            why.to_owned()
        });
        let number = self.revisions.last().map_or(1, |it| it.number + 1);
        let (is_bad, is_held) = (!reviewed.errors.is_empty(), !reviewed.held.is_empty());
        let told = [reviewed.errors.clone(), reviewed.held.clone()].concat();
        self.revisions.push(Revision {
            number,
            bytes,
            sha3_384,
            reviewed,
            status: match (is_bad, is_held, &queued) {
                (true, _, _) => "AutomaticallyRejected",
                (false, true, _) => "ManualReviewPending",
                (false, false, Some(_)) => "ReviewQueued",
                (false, false, None) => "Unpublished",
            },
            wanted: channels.to_vec(),
            created_s: now_s().unwrap_or_default(),
        });
        if is_bad {
            return failed(&told);
        }
        if let Some(why) = queued {
            return failed(&[why]);
        }
        if is_held {
            return json!({
                "code": "need_manual_review", "processed": true, "can_release": false, "revision": number,
                "errors": errors(&told),
            });
        }
        match self.release(number, channels) {
            Ok(()) => {
                json!({"code": "ready_to_release", "processed": true, "can_release": true, "revision": number})
            }
            Err(refused) => failed(&[refused.message]),
        }
    }

    fn release(&mut self, number: u64, channels: &[String]) -> Result<(), Refused> {
        let Some(revision) = self.revision(number) else {
            return refused(400, "invalid-field", format!("Revision {number} does not exist"));
        };
        if !["Unpublished", "Published"].contains(&revision.status) {
            let status = revision.status;
            return refused(
                400,
                "invalid-field",
                format!("Revision {number} cannot be released: {status}"),
            );
        }
        let facts = revision.reviewed.facts.clone();
        for channel in channels {
            let channel = whole(channel);
            let (_, risk) = parts(&channel);
            let is_good = ["stable", "candidate"].contains(&risk);
            if is_good && (facts.grade == "devel" || facts.confinement == "devmode") {
                let message = format!(
                    "Revision {number} ({}) cannot target a stable channel ({risk}, grade: {})",
                    facts.confinement, facts.grade
                );
                return refused(400, "invalid-field", message);
            }
        }
        let when_s = now_s().unwrap_or_default();
        for channel in channels.iter().map(|it| whole(it)) {
            for machine in &facts.architectures {
                self.served
                    .retain(|it| (&it.channel, &it.machine) != (&channel, machine));
                self.served.push(Served {
                    channel: channel.clone(),
                    machine: machine.clone(),
                    revision: number,
                    when_s,
                });
            }
        }
        if let Some(revision) = self.revisions.iter_mut().find(|it| it.number == number)
            && !channels.is_empty()
        {
            revision.status = "Published";
        }
        Ok(())
    }
}
