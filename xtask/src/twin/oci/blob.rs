//! Blobs of the twin's registry: begun, appended to, closed, mounted, read and deleted.

use std::sync::Arc;

use serde_json::json;

use super::Visit;
use super::error::Code;
use super::store::{Store, Upload};
use crate::digest::Sha256;
use crate::twin::server::Reply;

/// Begins an upload, takes a blob whole, or mounts one of another repository.
pub(super) fn begin(
    store: &mut Store,
    visit: &Visit<'_>,
    mount: Option<(&str, &str)>,
) -> Result<Reply, Reply> {
    if let Some((digest, from)) = mount
        && let Some(bytes) = store.blob(from, digest).cloned()
    {
        store.keep(visit.name, digest, bytes);
        return Ok(made(visit, digest));
    }
    if let Some(digest) = visit.request.argument("digest") {
        return keep(store, visit, digest, visit.request.body.clone());
    }
    store.next += 1;
    let id = Sha256::of(format!("{} {}", visit.name, store.next).as_bytes()).to_string();
    let upload = Upload {
        name: visit.name.to_owned(),
        bytes: Vec::new(),
        state: 0,
    };
    let reply = on_its_way(visit, 202, &id, &upload);
    store.uploads.insert(id, upload);
    Ok(reply)
}

/// How far an upload is.
pub(super) fn state(store: &Store, visit: &Visit<'_>, id: &str) -> Result<Reply, Reply> {
    let upload = store.uploads.get(id).filter(|it| it.name == visit.name);
    let upload = upload.ok_or_else(|| Code::BlobUploadUnknown.reply())?;
    Ok(on_its_way(visit, 204, id, upload))
}

/// Takes a piece.
pub(super) fn append(store: &mut Store, visit: &Visit<'_>, id: &str) -> Result<Reply, Reply> {
    let upload = open(store, visit, id)?;
    if visit
        .request
        .header("content-type")
        .is_some_and(|it| it != "application/octet-stream")
    {
        return Err(
            Code::BlobUploadInvalid.say("the content type must be application/octet-stream", &json!(null))
        );
    }
    take(visit, id, upload)?;
    Ok(on_its_way(visit, 202, id, upload))
}

/// Takes the last piece, or all, and closes the upload.
pub(super) fn close(store: &mut Store, visit: &Visit<'_>, id: &str) -> Result<Reply, Reply> {
    let upload = open(store, visit, id)?;
    let digest = visit
        .request
        .argument("digest")
        .ok_or_else(|| Code::DigestInvalid.say("digest missing", &json!(null)))?;
    take(visit, id, upload)?;
    // Whatever comes of it, the upload is over.
    let upload = store
        .uploads
        .remove(id)
        .ok_or_else(|| Code::BlobUploadUnknown.reply())?;
    keep(store, visit, digest, upload.bytes)
}

/// Drops an upload.
pub(super) fn cancel(store: &mut Store, visit: &Visit<'_>, id: &str) -> Result<Reply, Reply> {
    open(store, visit, id)?;
    store.uploads.remove(id);
    Ok(Reply::empty(204))
}

/// A blob, or a range of it.
pub(super) fn get(store: &Store, visit: &Visit<'_>, digest: &str) -> Result<Reply, Reply> {
    check_digest(digest)?;
    let bytes = store
        .blob(visit.name, digest)
        .ok_or_else(|| Code::BlobUnknown.with(&json!({ "digest": digest })))?;
    let reply = |status, bytes: &[u8]| {
        Reply::bytes(status, Some("application/octet-stream"), bytes.to_vec())
            .with("docker-content-digest", digest)
            .with("accept-ranges", "bytes")
    };
    match visit.request.header("range").map(|it| range(it, bytes.len())) {
        None => Ok(reply(200, bytes)),
        Some(Some((first, last))) => {
            let told = format!("bytes {first}-{last}/{}", bytes.len());
            Ok(reply(206, &bytes[first..=last]).with("content-range", told))
        }
        Some(None) => Err(Code::RangeInvalid.reply()),
    }
}

/// Takes a blob out of a repository.
pub(super) fn delete(store: &mut Store, visit: &Visit<'_>, digest: &str) -> Result<Reply, Reply> {
    check_digest(digest)?;
    let repository = store
        .repositories
        .get_mut(visit.name)
        .ok_or_else(|| Code::NameUnknown.reply())?;
    if repository.blobs.remove(digest) {
        Ok(Reply::empty(202))
    } else {
        Err(Code::BlobUnknown.with(&json!({ "digest": digest })))
    }
}

/// Only SHA-256 is taken, as `sha256:` and 64 lower-case digits.
pub(super) fn check_digest(digest: &str) -> Result<(), Reply> {
    let hex = digest.strip_prefix("sha256:").unwrap_or_default();
    let is_fine = hex.len() == 64 && hex.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    if is_fine {
        Ok(())
    } else {
        Err(Code::DigestInvalid.say("invalid digest format", &json!({ "digest": digest })))
    }
}

/// An upload that a request may change. Its address must be the one that the last answer gave.
fn open<'s>(store: &'s mut Store, visit: &Visit<'_>, id: &str) -> Result<&'s mut Upload, Reply> {
    let upload = store.uploads.get_mut(id).filter(|it| it.name == visit.name);
    let upload = upload.ok_or_else(|| Code::BlobUploadUnknown.reply())?;
    let state = visit.request.argument("_state");
    if visit.rules.has_state && state != Some(upload.state.to_string().as_str()) {
        return Err(
            Code::BlobUploadInvalid.say("the address is not the one that was answered last", &json!(null))
        );
    }
    Ok(upload)
}

/// Appends the body of a request, which must begin where the last one ended.
fn take(visit: &Visit<'_>, id: &str, upload: &mut Upload) -> Result<(), Reply> {
    let body = &visit.request.body;
    if let Some(told) = visit.request.header("content-range") {
        let out_of_order = || {
            Code::RangeInvalid
                .reply()
                .with("range", had(upload))
                .with("location", address(visit, id, upload))
        };
        let (first, last) = told.split_once('-').ok_or_else(out_of_order)?;
        let (first, last): (usize, usize) = first
            .parse()
            .ok()
            .zip(last.parse().ok())
            .ok_or_else(out_of_order)?;
        if first != upload.bytes.len() || last < first {
            return Err(out_of_order());
        }
        if last - first + 1 != body.len() {
            return Err(Code::SizeInvalid.reply());
        }
        if visit.rules.piece_limit.is_some_and(|it| body.len() > it) {
            let limit = "the request body is too large and exceeds the maximum permissible limit of 4.00MiB";
            return Err(Code::RangeInvalid.say(limit, &json!(null)));
        }
    }
    upload.bytes.extend_from_slice(body);
    upload.state += 1;
    Ok(())
}

fn keep(store: &mut Store, visit: &Visit<'_>, digest: &str, bytes: Vec<u8>) -> Result<Reply, Reply> {
    check_digest(digest)?;
    if digest != format!("sha256:{}", Sha256::of(&bytes)) {
        return Err(Code::DigestInvalid.with(&json!({ "Digest": digest })));
    }
    store.keep(visit.name, digest, Arc::from(bytes));
    Ok(made(visit, digest))
}

fn made(visit: &Visit<'_>, digest: &str) -> Reply {
    Reply::empty(201)
        .with("location", format!("/v2/{}/blobs/{digest}", visit.name))
        .with("docker-content-digest", digest)
}

/// `0-99`; nothing yet is `0-0`, as distribution has it.
fn had(upload: &Upload) -> String {
    format!("0-{}", upload.bytes.len().saturating_sub(1))
}

fn address(visit: &Visit<'_>, id: &str, upload: &Upload) -> String {
    let path = format!("/v2/{}/blobs/uploads/{id}", visit.name);
    if visit.rules.has_state {
        format!("{}{path}?_state={}", visit.base, upload.state)
    } else {
        path
    }
}

fn on_its_way(visit: &Visit<'_>, status: u16, id: &str, upload: &Upload) -> Reply {
    Reply::empty(status)
        .with("location", address(visit, id, upload))
        .with("range", had(upload))
        .with("docker-upload-uuid", id)
}

/// `bytes=0-99`, `bytes=100-` or `bytes=-100` of so many (RFC 9110 §14.1.2).
fn range(text: &str, len: usize) -> Option<(usize, usize)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let end = len.checked_sub(1)?;
    let (first, last) = match (first, last) {
        ("", last) => (len.checked_sub(last.parse().ok()?)?, end),
        (first, "") => (first.parse().ok()?, end),
        (first, last) => (first.parse().ok()?, last.parse::<usize>().ok()?.min(end)),
    };
    (first <= last).then_some((first, last))
}
