//! What is done to a package after it was published: tags, words of deprecation, and taking versions back.

use serde_json::{Value, json};

use super::package::Package;
use super::refuse;
use crate::channel::npm::name;
use crate::protocol::npm::LATEST;
use crate::twin::server::Reply;

fn done() -> Reply {
    Reply::json(201, &json!({"ok": true}))
}

/// Points a tag to a version, which is the body, as a JSON text.
pub(super) fn set_tag(package: &mut Package, tag: &str, body: &[u8]) -> Reply {
    if let Some(flaw) = name::tag_flaw(tag) {
        return refuse(400, flaw);
    }
    let Ok(version) = serde_json::from_slice::<String>(body) else {
        return refuse(400, "the body is no version");
    };
    if !package.versions.contains_key(&version) {
        return refuse(404, format!("version not found: {version}"));
    }
    package.tags.insert(tag.to_owned(), version);
    package.changed();
    done()
}

/// Takes a tag away.
pub(super) fn remove_tag(package: &mut Package, tag: &str) -> Reply {
    if tag == LATEST {
        return refuse(400, "the tag `latest` cannot be removed");
    }
    if package.tags.remove(tag).is_none() {
        return refuse(404, format!("no tag `{tag}`"));
    }
    package.changed();
    done()
}

/// Takes over the words of deprecation from a document without tarballs.
pub(super) fn words(package: &mut Package, document: &Value) -> Reply {
    if let Some(conflict) = document["_rev"].as_str().and_then(|it| package.conflict(it)) {
        return conflict;
    }
    for (version, manifest) in document["versions"].as_object().into_iter().flatten() {
        let Some(release) = package.versions.get_mut(version) else {
            return refuse(400, format!("the version {version} comes without its tarball"));
        };
        match manifest["deprecated"].as_str() {
            Some(words) if !words.is_empty() => release.manifest["deprecated"] = Value::String(words.to_owned()),
            _ => {
                release.manifest.as_object_mut().map(|it| it.remove("deprecated"));
            }
        }
    }
    package.changed();
    Reply::json(200, &json!({"success": true}))
}

/// Keeps only the versions that a document still has.
pub(super) fn keep(package: &mut Package, revision: &str, body: &[u8]) -> Reply {
    if let Some(conflict) = package.conflict(revision) {
        return conflict;
    }
    let Ok(document) = serde_json::from_slice::<Value>(body) else {
        return refuse(400, "the body is no JSON document");
    };
    let gone: Vec<String> = package
        .versions
        .keys()
        .filter(|it| document["versions"].get(it.as_str()).is_none())
        .cloned()
        .collect();
    for version in gone {
        package.drop_version(&version);
    }
    package.changed();
    done()
}
