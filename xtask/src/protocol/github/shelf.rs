//! A release with its assets, as GitHub has it now: looked up once for many steps.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::client::{Client, segment};
use super::place::Place;
use crate::outside::Look;
use crate::standing::Failure;

/// A release, as far as we ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Its number.
    pub id: u64,
    /// Its tag, which for a draft need not exist.
    pub tag_name: String,
    /// Whether nobody sees it but those who may push.
    pub draft: bool,
    /// Whether it is marked as a pre-release.
    #[serde(default)]
    pub prerelease: bool,
    /// Whether it can never be changed.
    #[serde(default)]
    pub immutable: bool,
    /// Where assets are sent, with a template of the query at its end.
    #[serde(default)]
    pub upload_url: String,
    /// Its page.
    #[serde(default)]
    pub html_url: String,
    /// When it was published.
    #[serde(default)]
    pub published_at: Option<String>,
}

/// An asset, as far as we ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its size.
    pub size: u64,
    /// `uploaded`; `open` or `starter` for what an upload left behind that did not come to its end.
    #[serde(default)]
    pub state: String,
    /// `sha256:` and its digest; assets of before June 2025 have none.
    #[serde(default)]
    pub digest: Option<String>,
}

/// A release with its assets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf {
    /// The release.
    pub release: Release,
    /// All its assets.
    pub assets: Vec<Asset>,
}

/// Who asks for the shelf does it alone: the others wait and read what was found.
static ASKING: Mutex<()> = Mutex::new(());

/// What is remembered when there is no release.
const NONE: &str = "null";

impl Shelf {
    /// The asset of a name.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.iter().find(|it| it.name == name)
    }
}

/// The release of a tag as it was found in this run, else as it is now.
pub fn known(
    look: &Look<'_>,
    client: &Client<'_>,
    place: &Place,
    tag: &str,
) -> Result<Option<Shelf>, Failure> {
    let _alone = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
    match look.recall(&key(place, tag)) {
        Some(text) => Ok(serde_json::from_str(&text).expect("it was written below")),
        None => ask(look, client, place, tag),
    }
}

/// The release of a tag as it is now: the published one, else a draft.
pub fn fresh(
    look: &Look<'_>,
    client: &Client<'_>,
    place: &Place,
    tag: &str,
) -> Result<Option<Shelf>, Failure> {
    let _alone = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
    ask(look, client, place, tag)
}

/// Remembers a release that was just made.
pub fn put(look: &Look<'_>, place: &Place, shelf: &Shelf) {
    let _alone = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
    keep(look, place, &shelf.release.tag_name, Some(shelf));
}

/// Changes what is remembered of the assets, after the server has said that it did.
pub fn change(look: &Look<'_>, place: &Place, tag: &str, change: impl FnOnce(&mut Vec<Asset>)) {
    let _alone = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
    let remembered = look.recall(&key(place, tag));
    let shelf: Option<Shelf> =
        remembered.and_then(|it| serde_json::from_str(&it).expect("it was written below"));
    if let Some(mut shelf) = shelf {
        change(&mut shelf.assets);
        keep(look, place, tag, Some(&shelf));
    }
}

/// Forgets it: after a failure nobody knows what arrived.
pub fn forget(look: &Look<'_>, place: &Place, tag: &str) {
    look.forget(&key(place, tag));
}

fn ask(look: &Look<'_>, client: &Client<'_>, place: &Place, tag: &str) -> Result<Option<Shelf>, Failure> {
    let Some(release) = find(client, place, tag)? else {
        keep(look, place, tag, None);
        return Ok(None);
    };
    // The list within the release is not said to be whole, this one is read page after page.
    let path = place.path(&format!("/releases/{}/assets", release.id));
    let assets = client.list(&path, |_| false)?.unwrap_or_default();
    let shelf = Shelf { release, assets };
    keep(look, place, tag, Some(&shelf));
    Ok(Some(shelf))
}

/// The published release of a tag, else the oldest draft: the look-up by tag does not know drafts.
fn find(client: &Client<'_>, place: &Place, tag: &str) -> Result<Option<Release>, Failure> {
    let published = client.find(&place.path(&format!("/releases/tags/{}", segment(tag))))?;
    if published.is_some() {
        return Ok(published);
    }
    let is_draft = |it: &Release| it.draft && it.tag_name == tag;
    let all = client.list(&place.path("/releases"), is_draft)?.ok_or_else(|| {
        Failure::new(format!(
            "there is no repository `{}`, or the token may not see it",
            place.repository
        ))
        .help("`repository` in `Cargo.toml` names it; the token needs `contents: write` there")
    })?;
    Ok(all.into_iter().filter(is_draft).min_by_key(|it| it.id))
}

fn keep(look: &Look<'_>, place: &Place, tag: &str, shelf: Option<&Shelf>) {
    let text = shelf.map_or_else(
        || NONE.to_owned(),
        |it| serde_json::to_string(it).expect("it is a plain document"),
    );
    look.remember(&key(place, tag), &text);
}

fn key(place: &Place, tag: &str) -> String {
    format!("shelf {} {tag}", place.repository)
}
