//! Manifests and indexes: put under a digest or a tag, and attached to an image.

use serde_json::{Value, json};

use super::Load;
use super::upload::{is_ours, said};
use super::wire::{Line, Right, failure, has_code};
use crate::digest::Sha256;
use crate::effect::http::{Answer, Request};
use crate::outside::{Act, Look};
use crate::pack::oci::{INDEX, MANIFEST};
use crate::protocol::answer;
use crate::standing::{Again, Failure, Standing};

/// All that may stand under a tag. Without it a registry gives an old form, which has another digest.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// Whether a manifest stands under a tag or a digest.
pub(super) fn probe(look: &Look<'_>, load: &Load, reference: &str) -> Result<Standing, Failure> {
    let line = Line::new(look, &load.place, Right::Push);
    let there = digest(&line, reference)?;
    let what = format!("`{reference}` in {}", load.place);
    Ok(Standing::of_digest(there.as_deref(), &load.digest(), &what))
}

/// The digest of what stands under a tag or a digest; `None` when nothing does.
pub(super) fn digest(line: &Line<'_>, reference: &str) -> Result<Option<String>, Failure> {
    let request = Request::head(line.url(&format!("manifests/{reference}"))).accept(ACCEPT);
    let answer = line.ask(&request)?;
    match answer.status {
        200 => {
            let told = answer
                .header("docker-content-digest")
                .filter(|it| it.starts_with("sha256:"));
            match told {
                Some(told) => Ok(Some(told.to_owned())),
                // Registries may leave it out of the answer: then the bytes themselves tell.
                None => Ok(get(line, reference)?.map(|it| digest_of(&it))),
            }
        }
        404 => Ok(None),
        _ => Err(said(line, &request, &answer)),
    }
}

fn digest_of(answer: &Answer) -> String {
    format!("sha256:{}", Sha256::of(&answer.body))
}

/// What stands under a tag or a digest; `None` when nothing does.
pub(super) fn get(line: &Line<'_>, reference: &str) -> Result<Option<Answer>, Failure> {
    let request = Request::get(line.url(&format!("manifests/{reference}"))).accept(ACCEPT);
    let answer = line.ask(&request)?;
    match answer.status {
        200 => Ok(Some(answer)),
        404 => Ok(None),
        _ => Err(failure(&request, &answer)),
    }
}

/// The same, read.
pub(super) fn document(line: &Line<'_>, reference: &str) -> Result<Option<Value>, Failure> {
    let answer = get(line, reference)?;
    answer.map(|it| it.json().map_err(answer::of_trouble)).transpose()
}

/// Puts a manifest under a tag or its digest.
pub(super) fn put(act: &Act<'_>, load: &Load, reference: &str) -> Result<Answer, Failure> {
    let line = Line::new(act, &load.place, Right::Push);
    let request = Request::put(line.url(&format!("manifests/{reference}")))
        .file(&load.media_type, act.path(&load.item));
    let answer = line.send(act, &request)?;
    if answer.is_success() {
        is_ours(load, &answer)?;
        return Ok(answer);
    }
    let failure = failure(&request, &answer);
    // All that it names was accepted a moment ago; parts of a large registry learn of it at different times.
    let is_late = has_code(&answer, "MANIFEST_BLOB_UNKNOWN");
    Err(Failure {
        again: if is_late { Again::Soon } else { failure.again },
        ..failure
    })
}

/// Whether a manifest is there and is found by those who ask what is attached to its subject.
pub(super) fn probe_attached(look: &Look<'_>, load: &Load, subject: &str) -> Result<Standing, Failure> {
    let standing = probe(look, load, &load.digest())?;
    if standing != Standing::Same {
        return Ok(standing);
    }
    let line = Line::new(look, &load.place, Right::Push);
    let request = Request::get(line.url(&format!("referrers/{subject}"))).accept(INDEX);
    let answer = line.ask(&request)?;
    let list = match answer.status {
        200 => answer.json().map(Some).map_err(answer::of_trouble)?,
        // Registries older than distribution-spec 1.1 have no such list.
        404 | 405 => document(&line, &fallback(subject))?,
        _ => return Err(failure(&request, &answer)),
    };
    let is_listed = list.is_some_and(|it| lists(&it, &load.digest()));
    Ok(if is_listed {
        Standing::Same
    } else {
        Standing::Absent
    })
}

/// Puts a manifest that belongs to another, and sees to it that it is found.
pub(super) fn attach(act: &Act<'_>, load: &Load, subject: &str, artifact_type: &str) -> Result<(), Failure> {
    let line = Line::new(act, &load.place, Right::Push);
    // A run that was broken off may have come so far.
    let keeps_list = if digest(&line, &load.digest())?.is_some() {
        let request = Request::get(line.url(&format!("referrers/{subject}"))).accept(INDEX);
        line.ask(&request)?.status == 200
    } else {
        // The registry says so when it keeps the list itself (distribution-spec, "Pushing Manifests with Subject").
        put(act, load, &load.digest())?.header("oci-subject").is_some()
    };
    if keeps_list {
        return Ok(());
    }
    let tag = fallback(subject);
    let mut list = document(&line, &tag)?
        .filter(|it| it["manifests"].is_array())
        .unwrap_or_else(|| json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [] }));
    if lists(&list, &load.digest()) {
        return Ok(());
    }
    let own = json!({
        "mediaType": MANIFEST,
        "digest": load.digest(),
        "size": load.item.size_bytes,
        "artifactType": artifact_type,
    });
    list["manifests"]
        .as_array_mut()
        .expect("it was looked at")
        .push(own);
    let request =
        Request::put(line.url(&format!("manifests/{tag}"))).bytes(INDEX, list.to_string().into_bytes());
    let answer = line.send(act, &request)?;
    if answer.is_success() {
        Ok(())
    } else {
        Err(failure(&request, &answer))
    }
}

/// The tag that holds the list where the registry keeps none (distribution-spec, "Referrers Tag Schema").
fn fallback(subject: &str) -> String {
    subject.replace(':', "-")
}

fn lists(index: &Value, digest: &str) -> bool {
    let manifests = index["manifests"].as_array();
    manifests.into_iter().flatten().any(|it| it["digest"] == digest)
}
