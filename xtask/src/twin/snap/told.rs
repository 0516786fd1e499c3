//! What the store tells of what it has: to `snap`, and to the publisher.

use serde_json::{Value, json};

use super::shelf::{Refused, Revision, Served, Shelf, id, parts};
use crate::time::rfc3339;

impl Shelf {
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
}
