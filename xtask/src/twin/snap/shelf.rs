//! What the store has: names, uploads, revisions, and what each channel serves.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::review::Reviewed;
use crate::digest::sha3_384;
use crate::protocol::snapcraft::store::whole;
use crate::time::{now_s, rfc3339};

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
struct Revision {
    number: u64,
    bytes: Vec<u8>,
    sha3_384: String,
    reviewed: Reviewed,
    status: &'static str,
    /// Where it goes once people have let it through.
    wanted: Vec<String>,
    created_s: i64,
}

/// What a channel serves for a machine.
struct Served {
    channel: String,
    machine: String,
    revision: u64,
    when_s: i64,
}

/// A snap.
#[derive(Default)]
struct Snap {
    revisions: Vec<Revision>,
    served: Vec<Served>,
}

/// All of it.
pub(super) struct Shelf {
    snaps: BTreeMap<String, Snap>,
    uploads: BTreeMap<String, Vec<u8>>,
    /// What became of each push, and how often that was asked.
    builds: Vec<(Value, bool)>,
}

/// The address of a snap that never changes.
fn id(name: &str) -> String {
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

    fn snap(&self, name: &str) -> Result<&Snap, Refused> {
        let found = self.snaps.get(name);
        found.map_or_else(|| refused(404, "resource-not-found", not_found(name)), Ok)
    }

    pub(super) fn may_push(&self, name: &str) -> Result<(), Refused> {
        self.snap(name).map(drop)
    }

    pub(super) fn register(&mut self, name: &str) -> Result<Value, Refused> {
        if self.snaps.contains_key(name) {
            return refused(409, "already_owned", format!("You already own the name '{name}'."));
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

    pub(super) fn release(&mut self, name: &str, revision: u64, channels: &[String]) -> Result<Value, Refused> {
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

    /// What `snap` is told; nothing where nothing is released.
    pub(super) fn info(&self, name: &str, base: &str) -> Option<Value> {
        let snap = self.snaps.get(name).filter(|it| !it.served.is_empty())?;
        let entry = |served: &Served| {
            let revision = snap.revision(served.revision)?;
            let (track, risk) = parts(&served.channel);
            let facts = &revision.reviewed.facts;
            let short = served.channel.strip_prefix("latest/").unwrap_or(&served.channel);
            Some(json!({
                "architectures": facts.architectures,
                "base": facts.base,
                "channel": {
                    "architecture": served.machine,
                    "name": short,
                    "released-at": rfc3339(served.when_s),
                    "risk": risk,
                    "track": track,
                },
                "confinement": facts.confinement,
                "created-at": rfc3339(revision.created_s),
                "download": {
                    "deltas": [],
                    "sha3-384": revision.sha3_384,
                    "size": revision.bytes.len(),
                    "url": format!("{base}/api/v1/snaps/download/{}_{}.snap", id(name), revision.number),
                },
                "grade": facts.grade,
                "revision": revision.number,
                "type": "app",
                "version": facts.version,
            }))
        };
        let map: Vec<Value> = snap.served.iter().filter_map(entry).collect();
        let newest = snap.revisions.last().map(|it| &it.reviewed.facts);
        Some(json!({
            "channel-map": map,
            "default-track": null,
            "name": name,
            "snap": {
                "name": name,
                "snap-id": id(name),
                "title": newest.map(|it| &it.title),
                "summary": newest.map(|it| &it.summary),
                "publisher": {"id": "rehearsal", "username": "rehearsal", "validation": "unproven"},
            },
            "snap-id": id(name),
        }))
    }

    pub(super) fn releases(&self, name: &str) -> Result<Value, Refused> {
        let snap = self.snap(name)?;
        let revision = |it: &Revision| {
            json!({
                "architectures": it.reviewed.facts.architectures,
                "attributes": {},
                "base": it.reviewed.facts.base,
                "build_url": null,
                "confinement": it.reviewed.facts.confinement,
                "created_at": rfc3339(it.created_s),
                "epoch": {"read": [0], "write": [0]},
                "grade": it.reviewed.facts.grade,
                "revision": it.number,
                "sha3_384": it.sha3_384,
                "size": it.bytes.len(),
                "status": it.status,
                "version": it.reviewed.facts.version,
            })
        };
        let release = |it: &Served| {
            let (track, risk) = parts(&it.channel);
            json!({
                "architecture": it.machine,
                "branch": null,
                "channel": it.channel,
                "expiration-date": null,
                "revision": it.revision,
                "risk": risk,
                "track": track,
                "when": rfc3339(it.when_s),
            })
        };
        Ok(json!({
            "releases": snap.served.iter().rev().map(release).collect::<Vec<_>>(),
            "revisions": snap.revisions.iter().rev().map(revision).collect::<Vec<_>>(),
        }))
    }

    pub(super) fn channel_map(&self, name: &str) -> Result<Value, Refused> {
        let releases = self.releases(name)?;
        let snap = self.snap(name)?;
        let mapped = |it: &Served| {
            json!({
                "architecture": it.machine,
                "channel": it.channel,
                "expiration-date": null,
                "progressive": {"paused": null, "percentage": null, "current-percentage": null},
                "revision": it.revision,
                "when": rfc3339(it.when_s),
            })
        };
        let channels: Vec<Value> = ["stable", "candidate", "beta", "edge"]
            .into_iter()
            .map(|risk| {
                json!({"branch": null, "fallback": null, "name": format!("latest/{risk}"), "risk": risk, "track": "latest"})
            })
            .collect();
        Ok(json!({
            "channel-map": snap.served.iter().map(mapped).collect::<Vec<_>>(),
            "revisions": releases["revisions"],
            "snap": {
                "channels": channels,
                "default-track": null,
                "id": id(name),
                "name": name,
                "private": false,
                "tracks": [{"creation-date": null, "name": "latest", "status": "default", "version-pattern": null}],
            },
        }))
    }

    pub(super) fn account(&self) -> Value {
        let snap = |name: &String| {
            let entry = json!({
                "private": false, "since": "2026-01-01T00:00:00Z", "snap-id": id(name), "status": "Approved",
            });
            (name.clone(), entry)
        };
        let snaps: serde_json::Map<String, Value> = self.snaps.keys().map(snap).collect();
        json!({"account_id": "rehearsal", "snaps": {"16": snaps}})
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
fn parts(channel: &str) -> (&str, &str) {
    let mut parts = channel.split('/');
    (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    )
}

impl Snap {
    fn revision(&self, number: u64) -> Option<&Revision> {
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
            Ok(()) => json!({"code": "ready_to_release", "processed": true, "can_release": true, "revision": number}),
            Err(refused) => failed(&[refused.message]),
        }
    }

    fn release(&mut self, number: u64, channels: &[String]) -> Result<(), Refused> {
        let Some(revision) = self.revision(number) else {
            return refused(400, "invalid-field", format!("Revision {number} does not exist"));
        };
        if !["Unpublished", "Published"].contains(&revision.status) {
            let status = revision.status;
            return refused(400, "invalid-field", format!("Revision {number} cannot be released: {status}"));
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
