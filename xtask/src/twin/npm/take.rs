//! Whether a registry takes a package: the document, its one tarball, and whether the two say the same.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use semver::Version;
use serde_json::Value;

use super::refuse;
use crate::channel::npm::name;
use crate::digest::{Sha512, hex, sha1};
use crate::pack::npm::manifest;
use crate::twin::server::Reply;

/// A version that is taken.
pub(super) struct Taken {
    pub(super) version: String,
    pub(super) tags: Vec<String>,
    pub(super) manifest: Value,
    pub(super) tarball: Vec<u8>,
}

/// Checks a document that came for a name. `is_public` is whether a private package costs money.
pub(super) fn check(document: &Value, name: &str, is_public: bool) -> Result<Taken, Reply> {
    let bad = |what: String| Err(refuse(400, what));
    if let Some(flaw) = name::flaw(name) {
        return bad(flaw);
    }
    if document["_id"] != name || document["name"] != name {
        return bad(format!("the document is of {}, not of `{name}`", document["_id"]));
    }
    let is_private =
        document["access"] == "restricted" || (name.starts_with('@') && document["access"].is_null());
    if is_public && is_private {
        return Err(refuse(402, "You must sign up for private packages"));
    }
    let versions = document["versions"].as_object();
    let mut versions = versions.into_iter().flatten();
    let (Some((version, manifest)), None) = (versions.next(), versions.next()) else {
        return bad("a document brings one version".to_owned());
    };
    if Version::parse(version).is_err() {
        return bad(format!("Invalid version: {version}"));
    }
    if manifest["name"] != name || manifest["version"] != version.as_str() {
        return bad("the manifest is of another name or version".to_owned());
    }
    if manifest["private"] == true {
        return bad("This package has been marked as private".to_owned());
    }
    let mut tags = Vec::new();
    for (tag, aim) in document["dist-tags"].as_object().into_iter().flatten() {
        if aim != version.as_str() {
            return bad(format!("the tag `{tag}` points to {aim}"));
        }
        if let Some(flaw) = name::tag_flaw(tag) {
            return bad(flaw);
        }
        tags.push(tag.clone());
    }
    if tags.is_empty() {
        return bad("no dist-tag".to_owned());
    }
    let tarball = tarball(document, name, version)?;
    fits(&tarball, manifest, name, version)?;
    Ok(Taken {
        version: version.clone(),
        tags,
        manifest: manifest.clone(),
        tarball,
    })
}

/// The bytes of the tarball; a statement of where it was built may come beside it.
fn tarball(document: &Value, name: &str, version: &str) -> Result<Vec<u8>, Reply> {
    let bad = |what: String| refuse(400, what);
    let key = format!("{name}-{version}.tgz");
    let statement = format!("{name}-{version}.sigstore");
    let attachments = document["_attachments"].as_object();
    let odd = attachments.into_iter().flat_map(|it| it.keys());
    if let Some(odd) = odd.clone().find(|it| **it != key && **it != statement) {
        return Err(bad(format!("the attachment `{odd}` is none of `{key}`")));
    }
    let attachment = &document["_attachments"][&key];
    let data = attachment["data"].as_str().unwrap_or_default();
    let bytes = BASE64_STANDARD
        .decode(data)
        .map_err(|_| bad("the attachment is no base64".to_owned()))?;
    if bytes.is_empty() {
        return Err(bad(format!("no attachment `{key}`")));
    }
    if attachment["length"].as_u64() != Some(bytes.len() as u64) {
        return Err(bad("the attachment has another length than it says".to_owned()));
    }
    Ok(bytes)
}

/// Whether the digests are those of the tarball, and what is in it is what the document says.
fn fits(tarball: &[u8], manifest_of: &Value, name: &str, version: &str) -> Result<(), Reply> {
    let bad = |what: String| Err(refuse(400, what));
    let dist = &manifest_of["dist"];
    let integrity = format!("sha512-{}", BASE64_STANDARD.encode(Sha512::of(tarball).bytes()));
    if dist["integrity"] != integrity.as_str() {
        return bad(format!(
            "the tarball has the integrity {integrity}, not {}",
            dist["integrity"]
        ));
    }
    let shasum = hex(&sha1(tarball));
    if dist["shasum"] != shasum.as_str() {
        return bad(format!(
            "the tarball has the shasum {shasum}, not {}",
            dist["shasum"]
        ));
    }
    let Some(inside) = manifest(tarball)
        .ok()
        .and_then(|it| serde_json::from_slice::<Value>(&it).ok())
    else {
        return bad("the tarball has no package.json".to_owned());
    };
    if inside["name"] != name || inside["version"] != version {
        return bad(format!(
            "package.json in the tarball is of {}@{}",
            inside["name"].as_str().unwrap_or_default(),
            inside["version"].as_str().unwrap_or_default()
        ));
    }
    Ok(())
}
