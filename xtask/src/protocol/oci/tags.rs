//! Tags: which versions are served, and moving `latest`, `1` and `1.2` forward and never back.

use semver::Version;
use serde_json::Value;

use super::manifest::{digest, document};
use super::wire::{Line, Right, failure};
use super::{Load, Place, wire};
use crate::effect::http::Request;
use crate::outside::Look;
use crate::protocol::answer;
use crate::standing::{Failure, Standing};

/// The annotation, and the label, that holds the version of an image.
const VERSION: &str = "org.opencontainers.image.version";

/// The annotation that holds where the source of an image is.
const SOURCE: &str = "org.opencontainers.image.source";

/// How many tags are asked for at a time.
const PAGE: u32 = 100;

/// How many pages of tags are looked at.
const PAGES: u32 = 100;

/// Where a moving tag is. One that stands at a newer version stays there, which is said: a correction of an old line of
/// versions must not take `latest` with it.
pub(super) fn probe(look: &Look<'_>, load: &Load, tag: &str, version: &Version) -> Result<Standing, Failure> {
    let line = Line::new(look, &load.place, Right::Push);
    match digest(&line, tag)? {
        None => Ok(Standing::Absent),
        Some(there) if there == load.digest() => Ok(Standing::Same),
        Some(_) => match note(&line, tag, VERSION)?.and_then(|it| Version::parse(&it).ok()) {
            Some(newer) if newer > *version => {
                look.report().say(format_args!(
                    "{}: the tag `{tag}` stays at {newer} in {}, which is newer than {version}",
                    look.channel, load.place
                ));
                Ok(Standing::Same)
            }
            _ => Ok(Standing::Absent),
        },
    }
}

/// What the image under a tag says of itself: an annotation of its index or manifest, else a label of the first image.
fn note(line: &Line<'_>, tag: &str, key: &str) -> Result<Option<String>, Failure> {
    let Some(mut found) = document(line, tag)? else {
        return Ok(None);
    };
    let annotation = |it: &Value| it["annotations"][key].as_str().map(str::to_owned);
    if let Some(note) = annotation(&found) {
        return Ok(Some(note));
    }
    if let Some(first) = found["manifests"][0]["digest"].as_str() {
        let Some(child) = document(line, first)? else {
            return Ok(None);
        };
        if let Some(note) = annotation(&child) {
            return Ok(Some(note));
        }
        found = child;
    }
    let Some(config) = found["config"]["digest"].as_str() else {
        return Ok(None);
    };
    let request = Request::get(line.url(&format!("blobs/{config}")));
    let answer = line.ask(request.clone())?;
    match answer.status {
        200 => {
            let config: Value = answer.json().map_err(answer::of_trouble)?;
            Ok(config["config"]["Labels"][key].as_str().map(str::to_owned))
        }
        404 => Ok(None),
        _ => Err(failure(&request, &answer)),
    }
}

/// What a repository serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// All tags.
    pub tags: Vec<String>,
    /// The version that users get who name none: that of `latest`, else the newest that is a tag.
    pub newest: Option<Version>,
    /// Where its source is, as the image says.
    pub source: Option<String>,
}

/// What a repository serves; `None` where there is no such repository.
pub fn served(look: &Look<'_>, place: &Place, right: Right) -> Result<Option<Served>, Failure> {
    let line = Line::new(look, place, right);
    let Some(tags) = list(&line)? else {
        return Ok(None);
    };
    // What users get who name no tag is `latest`, whatever other tags there are.
    let latest = note(&line, "latest", VERSION)?.and_then(|it| Version::parse(&it).ok());
    let exact = tags.iter().filter_map(|it| Version::parse(it).ok());
    let (releases, others): (Vec<Version>, Vec<Version>) = exact.partition(|it| it.pre.is_empty());
    let newest = latest
        .or_else(|| releases.into_iter().max())
        .or_else(|| others.into_iter().max());
    let sample = tags.iter().find(|it| *it == "latest").or(tags.first());
    let source = sample.map(|it| note(&line, it, SOURCE)).transpose()?.flatten();
    Ok(Some(Served { tags, newest, source }))
}

/// All tags, page by page (distribution-spec, "Listing Tags").
fn list(line: &Line<'_>) -> Result<Option<Vec<String>>, Failure> {
    let mut url = line.url(&format!("tags/list?n={PAGE}"));
    let mut tags = Vec::new();
    for _ in 0..PAGES {
        let request = Request::get(&url);
        let answer = line.ask(request.clone())?;
        match answer.status {
            200 => {}
            404 => return Ok(None),
            _ => return Err(failure(&request, &answer)),
        }
        let document: Value = answer.json().map_err(answer::of_trouble)?;
        // A repository without tags has `null` there.
        let page = document["tags"].as_array().into_iter().flatten();
        tags.extend(page.filter_map(|it| it.as_str().map(str::to_owned)));
        match answer.header("link").and_then(next) {
            Some(next) => url = wire::join(&url, next),
            None => return Ok(Some(tags)),
        }
    }
    Ok(Some(tags))
}

/// The address in `<…>; rel="next"` (RFC 8288).
fn next(link: &str) -> Option<&str> {
    let (address, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
    rest.contains("next").then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found() {
        assert_eq!(
            next("</v2/a/tags/list?last=x&n=2>; rel=\"next\""),
            Some("/v2/a/tags/list?last=x&n=2")
        );
        assert_eq!(next("</v2/a>; rel=\"first\""), None);
        assert_eq!(next(""), None);
    }
}
