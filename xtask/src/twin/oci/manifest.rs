//! Manifests of the twin's registry: put under tags and digests, read, deleted, listed, and found by what they belong to.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Visit;
use super::blob::check_digest;
use super::error::Code;
use super::store::{Kept, Store};
use crate::digest::Sha256;
use crate::pack::oci::{INDEX, MANIFEST};
use crate::twin::server::Reply;

/// The largest manifest, in bytes (distribution-spec, "Pushing Manifests": registries should take at least 4 MiB).
const LIMIT_BYTES: usize = 4 << 20;

/// What may be put, and the words for a client that does not take it.
const TYPES: &[(&str, &str)] = &[
    (
        INDEX,
        "OCI index found, but accept header does not support OCI indexes",
    ),
    (
        MANIFEST,
        "OCI manifest found, but accept header does not support OCI manifests",
    ),
    (
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "manifest unknown",
    ),
    (
        "application/vnd.docker.distribution.manifest.v2+json",
        "manifest unknown",
    ),
];

/// How many tags a page has when nobody says.
const PAGE: usize = 1000;

/// A manifest, by tag or digest.
pub(super) fn get(store: &Store, visit: &Visit<'_>, reference: &str) -> Result<Reply, Reply> {
    check_reference(reference)?;
    let unknown = || Code::ManifestUnknown.with(&json!({ "name": visit.name, "reference": reference }));
    let (digest, kept) = store.manifest(visit.name, reference).ok_or_else(unknown)?;
    let accepted = visit
        .request
        .headers
        .iter()
        .filter(|it| it.0 == "accept")
        .flat_map(|it| it.1.split(','));
    let accepted = accepted.map(|it| it.split(';').next().unwrap_or_default().trim());
    if !accepted
        .into_iter()
        .any(|it| it == kept.media_type || it == "*/*")
    {
        let words = TYPES
            .iter()
            .find(|it| it.0 == kept.media_type)
            .map_or("manifest unknown", |it| it.1);
        return Err(Code::ManifestUnknown.say(words, &json!(null)));
    }
    Ok(Reply::bytes(200, Some(&kept.media_type), kept.bytes.to_vec())
        .with("docker-content-digest", digest)
        .with("etag", format!("\"{digest}\"")))
}

/// Takes a manifest, when all that it names is there.
pub(super) fn put(store: &mut Store, visit: &Visit<'_>, reference: &str) -> Result<Reply, Reply> {
    check_reference(reference)?;
    let body = &visit.request.body;
    if body.len() > LIMIT_BYTES {
        return Err(Reply::empty(413));
    }
    let invalid = |why: &str| Code::ManifestInvalid.with(&json!(why));
    let media_type = visit
        .request
        .header("content-type")
        .unwrap_or_default()
        .to_owned();
    if !TYPES.iter().any(|it| it.0 == media_type) {
        return Err(invalid(&format!(
            "unsupported manifest media type '{media_type}'"
        )));
    }
    let document: Value = serde_json::from_slice(body).map_err(|error| invalid(&error.to_string()))?;
    if document["schemaVersion"] != 2 {
        return Err(invalid("unrecognized manifest schema version"));
    }
    if document["mediaType"].as_str().is_some_and(|it| it != media_type) {
        return Err(invalid("mediaType in manifest does not match the content type"));
    }
    let digest = format!("sha256:{}", Sha256::of(body));
    if reference.contains(':') && reference != digest {
        return Err(Code::DigestInvalid.reply());
    }
    check_contents(
        store,
        visit,
        &document,
        media_type.contains("index") || media_type.contains("list"),
    )?;
    let subject = document["subject"]["digest"].as_str().map(str::to_owned);
    let repository = store.repositories.entry(visit.name.to_owned()).or_default();
    let bytes = Arc::from(body.as_slice());
    repository
        .manifests
        .insert(digest.clone(), Kept { media_type, bytes });
    if reference != digest {
        repository.tags.insert(reference.to_owned(), digest.clone());
    }
    let reply = Reply::empty(201)
        .with("location", format!("/v2/{}/manifests/{digest}", visit.name))
        .with("docker-content-digest", &digest);
    Ok(match subject {
        Some(subject) if visit.rules.has_referrers => reply.with("oci-subject", subject),
        _ => reply,
    })
}

/// All that a manifest names is there with the size that it says.
fn check_contents(store: &Store, visit: &Visit<'_>, document: &Value, is_index: bool) -> Result<(), Reply> {
    let invalid = |why: &str| Code::ManifestInvalid.with(&json!(why));
    let list = |key: &str| document[key].as_array().cloned();
    let parts: Vec<Value> = if is_index {
        list("manifests").ok_or_else(|| invalid("an index has manifests"))?
    } else {
        let config = document["config"].is_object().then(|| document["config"].clone());
        let config = config.ok_or_else(|| invalid("a manifest has a config"))?;
        let layers = list("layers").ok_or_else(|| invalid("a manifest has layers"))?;
        std::iter::once(config).chain(layers).collect()
    };
    for part in parts {
        let digest = part["digest"]
            .as_str()
            .ok_or_else(|| invalid("a descriptor has a digest"))?;
        check_digest(digest)?;
        let found = if is_index {
            store.manifest(visit.name, digest).map(|it| it.1.bytes.len())
        } else {
            store.blob(visit.name, digest).map(|it| it.len())
        };
        match found {
            None => return Err(Code::ManifestBlobUnknown.with(&json!({ "digest": digest }))),
            Some(size) if part["size"] != size => {
                return Err(invalid("a descriptor has another size than its blob"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Takes a tag away, or a manifest with all its tags.
pub(super) fn delete(store: &mut Store, visit: &Visit<'_>, reference: &str) -> Result<Reply, Reply> {
    check_reference(reference)?;
    let repository = store
        .repositories
        .get_mut(visit.name)
        .ok_or_else(|| Code::NameUnknown.reply())?;
    let is_gone = if reference.contains(':') {
        repository.tags.retain(|_, it| it != reference);
        repository.manifests.remove(reference).is_some()
    } else {
        repository.tags.remove(reference).is_some()
    };
    if is_gone {
        Ok(Reply::empty(202))
    } else {
        Err(Code::ManifestUnknown.reply())
    }
}

/// The tags in the order of their letters, page by page.
pub(super) fn tags(store: &Store, visit: &Visit<'_>) -> Result<Reply, Reply> {
    let unknown = || Code::NameUnknown.with(&json!({ "name": visit.name }));
    let repository = store.repositories.get(visit.name).ok_or_else(unknown)?;
    let count = match visit.request.argument("n") {
        None => PAGE,
        Some(text) => text
            .parse()
            .map_err(|_| Code::PaginationNumberInvalid.with(&json!({ "n": text })))?,
    };
    let last = visit.request.argument("last").unwrap_or_default();
    let mut after = repository.tags.keys().filter(|it| it.as_str() > last);
    let page: Vec<&String> = after.by_ref().take(count).collect();
    let reply = Reply::json(200, &json!({ "name": visit.name, "tags": page }));
    Ok(match (page.last(), after.next()) {
        (Some(last), Some(_)) => {
            let next = format!(
                "</v2/{}/tags/list?last={last}&n={count}>; rel=\"next\"",
                visit.name
            );
            reply.with("link", next)
        }
        _ => reply,
    })
}

/// The list of what belongs to a manifest.
pub(super) fn referrers(store: &Store, visit: &Visit<'_>, subject: &str) -> Result<Reply, Reply> {
    if !visit.rules.has_referrers {
        return Err(Reply::text(404, "404 page not found\n"));
    }
    check_digest(subject)?;
    let wanted = visit.request.argument("artifactType");
    let mut found = Vec::new();
    let manifests = store.repositories.get(visit.name).map(|it| &it.manifests);
    for (digest, kept) in manifests.into_iter().flatten() {
        let document: Value = serde_json::from_slice(&kept.bytes).unwrap_or_default();
        let config = &document["config"]["mediaType"];
        let artifact_type = document["artifactType"]
            .as_str()
            .or(config.as_str())
            .unwrap_or_default();
        if document["subject"]["digest"] == subject && wanted.is_none_or(|it| it == artifact_type) {
            found.push(json!({
                "mediaType": kept.media_type,
                "digest": digest,
                "size": kept.bytes.len(),
                "artifactType": artifact_type,
                "annotations": document["annotations"],
            }));
        }
    }
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": found });
    let reply = Reply::bytes(200, Some(INDEX), index.to_string().into_bytes());
    Ok(if wanted.is_some() {
        reply.with("oci-filters-applied", "artifactType")
    } else {
        reply
    })
}

/// A digest, or a tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
fn check_reference(reference: &str) -> Result<(), Reply> {
    if reference.contains(':') {
        return check_digest(reference);
    }
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    let mut bytes = reference.bytes();
    let is_fine = reference.len() <= 128
        && bytes.next().is_some_and(is_letter)
        && bytes.all(|it| is_letter(it) || it == b'.' || it == b'-');
    if is_fine {
        Ok(())
    } else {
        Err(Code::TagInvalid.with(&json!({ "tag": reference })))
    }
}
