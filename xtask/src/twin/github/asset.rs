//! Assets of releases: uploads, and what is told of each.

use std::sync::Arc;

use serde_json::{Value, json};

use super::account;
use super::download;
use super::refusal::{custom, flaw, invalid, not_found, refusal, requires_authentication};
use super::release::{page_name, sees_drafts};
use super::route::{Call, Handled, Route, route};
use super::state::{Asset, Release, State, now_s};
use crate::digest::Sha256;
use crate::time::rfc3339;
use crate::twin::server::Reply;

/// Its rows.
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/api/repos/{}/{}/releases/{}/assets", list),
    route("POST", UPLOADS, upload),
    route("GET", "/api/repos/{}/{}/releases/assets/{}", show),
    route("DELETE", "/api/repos/{}/{}/releases/assets/{}", delete),
];

/// Where uploads go: the real ones have a host of their own.
pub(super) const UPLOADS: &str = "/uploads/repos/{}/{}/releases/{}/assets";

/// An asset has fewer bytes (GitHub's documentation, about releases).
const LIMIT_BYTES: usize = 2 << 30;

/// How many assets a release has at most (there).
const MOST_ASSETS: usize = 1000;

pub(super) fn shown(asset: &Asset, release: &Release, call: &Call<'_>) -> Value {
    let (owner, name) = call.place();
    let id = asset.id;
    let (size, digest, state) = match &asset.content {
        Some((bytes, digest)) => (bytes.len(), Some(format!("sha256:{digest}")), "uploaded"),
        None => (0, None, "open"),
    };
    let page = page_name(release);
    json!({
        "url": format!("{}/repos/{owner}/{name}/releases/assets/{id}", call.api()),
        "id": id,
        "node_id": format!("RA_{id}"),
        "name": asset.name,
        "label": asset.label.as_deref().unwrap_or_default(),
        "uploader": account::shown(&asset.uploader, call.base),
        "content_type": asset.content_type,
        "state": state,
        "size": size,
        "digest": digest,
        "download_count": asset.downloads,
        "created_at": rfc3339(asset.created_s),
        "updated_at": rfc3339(asset.created_s),
        "browser_download_url": format!("{}/{owner}/{name}/releases/download/{page}/{}", call.base, asset.name),
    })
}

fn list(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let release = release(call, &mut state)?;
    let all: Vec<Value> = release.assets.iter().map(|it| shown(it, release, call)).collect();
    Ok(call.paged(&all))
}

/// The release in the third open place, as far as the visitor sees it.
fn release<'s>(call: &Call<'_>, state: &'s mut State) -> Result<&'s mut Release, Reply> {
    let repository = call.repository(state)?;
    let sees_drafts = sees_drafts(repository, call.visitor.as_ref());
    let release = repository
        .release(call.id(2)?)
        .filter(|it| !it.is_draft || sees_drafts);
    release.ok_or_else(not_found)
}

/// What an upload says of itself before its bytes come.
fn announced(call: &Call<'_>, state: &mut State) -> Result<Asset, Reply> {
    let visitor = call.visitor.as_ref().ok_or_else(requires_authentication)?;
    call.writable(state)?;
    let (id, created_s) = (state.id(), now_s());
    let release = release(call, state)?;
    if release.is_immutable {
        return Err(refusal(422, "Cannot upload assets to an immutable release."));
    }
    let given = call.request.argument("name").filter(|it| !it.is_empty());
    let name = renamed(given.ok_or_else(|| invalid(&[flaw("ReleaseAsset", "name", "missing_field")]))?);
    let Some(content_type) = call.request.header("content-type") else {
        return Err(invalid(&[flaw("ReleaseAsset", "content_type", "missing_field")]));
    };
    if release.assets.iter().any(|it| it.name == name) {
        return Err(invalid(&[flaw("ReleaseAsset", "name", "already_exists")]));
    }
    if release.assets.len() >= MOST_ASSETS {
        let why = format!("file count limited to {MOST_ASSETS} assets per release");
        return Err(invalid(&[custom("ReleaseAsset", "base", &why)]));
    }
    Ok(Asset {
        id,
        name,
        label: call.request.argument("label").map(str::to_owned),
        content_type: content_type.to_owned(),
        content: None,
        downloads: 0,
        created_s,
        uploader: visitor.login.clone(),
    })
}

fn upload(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let mut asset = announced(call, &mut state)?;
    let bytes = &call.request.body;
    if bytes.is_empty() {
        return Err(refusal(400, "Bad Content-Length"));
    }
    if bytes.len() >= LIMIT_BYTES {
        let why = format!("size must be less than {LIMIT_BYTES}");
        return Err(invalid(&[custom("ReleaseAsset", "size", &why)]));
    }
    asset.content = Some((Arc::new(bytes.clone()), Sha256::of(bytes)));
    let release = release(call, &mut state)?;
    let reply = Reply::json(201, &shown(&asset, release, call));
    release.assets.push(asset);
    Ok(reply)
}

/// What is left of an upload that broke off: its name is taken, and it has no bytes.
pub(super) fn cut(call: &Call<'_>) {
    let mut state = call.hub.state();
    let Ok(asset) = announced(call, &mut state) else {
        return;
    };
    if let Ok(release) = release(call, &mut state) {
        release.assets.push(asset);
    }
}

/// The name that GitHub gives an asset ("Upload a release asset": it renames those with special characters, and with a
/// period at an end). A `+` stays, as in `cpython-3.12.1+20240107-…`.
fn renamed(name: &str) -> String {
    let plain = |it: char| {
        if it.is_ascii_alphanumeric() || "._-+".contains(it) {
            it
        } else {
            '.'
        }
    };
    let name: String = name.chars().map(plain).collect();
    let trimmed = name.trim_matches('.');
    if name.starts_with('.') {
        format!("default.{trimmed}")
    } else {
        trimmed.to_owned()
    }
}

fn show(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state)?;
    let sees_drafts = sees_drafts(repository, call.visitor.as_ref());
    let id = call.id(2)?;
    let mut releases = repository
        .releases
        .iter()
        .filter(|it| !it.is_draft || sees_drafts);
    let found = releases.find_map(|release| Some((release, release.assets.iter().find(|it| it.id == id)?)));
    let (release, asset) = found.ok_or_else(not_found)?;
    if call
        .request
        .header("accept")
        .is_some_and(|it| it.contains("application/octet-stream"))
    {
        return download::to_object(asset, call);
    }
    Ok(Reply::json(200, &shown(asset, release, call)))
}

fn delete(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.writable(&mut state)?;
    let id = call.id(2)?;
    let mut releases = repository.releases.iter_mut();
    let release = releases
        .find(|it| it.assets.iter().any(|it| it.id == id))
        .ok_or_else(not_found)?;
    if release.is_immutable {
        return Err(refusal(422, "Cannot delete asset from an immutable release"));
    }
    release.assets.retain(|it| it.id != id);
    Ok(Reply::empty(204))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_rewritten() {
        let check = |name: &str, expected: &str| assert_eq!(renamed(name), expected);
        check("demo-1.2.3+a_b.tar.gz", "demo-1.2.3+a_b.tar.gz");
        check("demo 1~rc ü.zip", "demo.1.rc...zip");
        check(".hidden", "default.hidden");
        check("name.", "name");
    }
}
