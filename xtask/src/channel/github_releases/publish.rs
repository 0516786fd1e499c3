//! GitHub Releases: what publishing changes there, what it serves, and what people need to know.

mod examine;
mod guide;

use anyhow::Context;

use super::asset::{self, LIST, List};
use super::notes::NOTES;
use super::{CHANNEL, asset::Asset};
use crate::edition::Edition;
use crate::effect::files;
use crate::manifests::folder;
use crate::outside::Look;
use crate::plan::{Gate, Item, Plan, Step};
use crate::problem::{Problem, Problems};
use crate::protocol::github::client::Client;
use crate::protocol::github::place::Place;
use crate::protocol::github::shelf::{self, Release, Shelf};
use crate::protocol::github::{About, Draft, Publish, Upload, Verb};
use crate::publish::{Live, Stock};
use crate::standing::Failure;

pub(super) use examine::examine;
pub(super) use guide::GUIDE;

/// An asset has fewer bytes (GitHub's documentation, about releases).
const LIMIT_BYTES: u64 = 2 << 30;

/// How many assets a release has at most (there).
const MOST_ASSETS: usize = 1000;

/// The longest text of a release, in characters: GitHub answers `body is too long (maximum is 125000 characters)`.
const MOST_NOTES: usize = 125_000;

/// The steps: a draft that nobody sees, all assets at the same time, and publication once everything is there.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let main = stock.main();
    let listed = |name: &str| {
        stock.file(name).ok_or_else(|| {
            Problem::new(format!("`{name}` was not rendered")).help("run `cargo xtask manifests` first")
        })
    };
    let (list, notes) = (listed(LIST)?, listed(NOTES)?);
    let list: List = serde_json::from_str(&stock.text(list)?).context(format!("cannot read `{LIST}`"))?;
    check(&list.assets, &stock.text(notes)?)?;
    let commit = main.release.identity.commit.as_ref().ok_or_else(|| {
        Problem::new("the release was built outside git, so its tag could name no commit")
            .help("commit, then run `cargo xtask dist` and `cargo xtask manifests` again")
    })?;
    let (owner, name) = stock.repository()?;
    let about = About {
        place: Place {
            api: stock.endpoint("github").unwrap_or_default().to_owned(),
            repository: format!("{owner}/{name}"),
        },
        tag: list.tag.clone(),
        commit: commit.id.clone(),
        name: format!("{} {}", main.listing_for(&CHANNEL).title, main.version()),
        notes: notes.clone(),
        version: main.version().clone(),
    };
    let uploads = list.assets.iter().map(|asset| {
        Step::Github(Verb::Upload(Upload {
            place: about.place.clone(),
            tag: about.tag.clone(),
            item: item(asset),
            content_type: asset.content_type.clone(),
            label: asset.label.clone(),
        }))
    });
    plan.stage(Gate::Private, [Step::Github(Verb::Draft(Draft(about.clone())))]);
    plan.stage(Gate::Private, uploads);
    let assets = list.assets.iter().map(item).collect();
    plan.stage(
        Gate::Public,
        [Step::Github(Verb::Publish(Publish { about, assets }))],
    );
    if !main.version().pre.is_empty() {
        plan.note("a pre-release: `releases/latest` goes on leading to the stable one");
    }
    Ok(())
}

fn item(asset: &Asset) -> Item {
    Item {
        path: asset.path.clone(),
        size_bytes: asset.size_bytes,
        sha256: asset.sha256,
    }
}

/// What GitHub would refuse, all of it at once and before the first change.
fn check(assets: &[Asset], notes: &str) -> anyhow::Result<()> {
    let mut problems = Problems::default();
    for asset in assets {
        let name = &asset.name;
        if !asset::is_plain(name) {
            problems.push(Problem::new(format!("GitHub would rename the asset `{name}`")));
        }
        if asset.size_bytes == 0 || asset.size_bytes >= LIMIT_BYTES {
            let size = crate::size::size(asset.size_bytes);
            problems.push(Problem::new(format!(
                "the asset `{name}` has {size}: GitHub takes from 1 B to less than 2 GiB"
            )));
        }
        if item(asset).name() != name {
            problems.push(Problem::new(format!(
                "the asset `{name}` lies at `{}`",
                asset.path
            )));
        }
    }
    if assets.len() > MOST_ASSETS {
        let count = assets.len();
        problems.push(Problem::new(format!(
            "{count} assets: GitHub takes {MOST_ASSETS}"
        )));
    }
    let count = notes.chars().count();
    if count > MOST_NOTES {
        problems.push(
            Problem::new(format!(
                "`{NOTES}` has {count} characters: GitHub takes {MOST_NOTES}"
            ))
            .help("shorten the changelog's section, or the template `packaging/github-releases/notes.md`"),
        );
    }
    problems.into_result()
}

/// The product's repository, as the channel speaks to it.
fn place(look: &Look<'_>, edition: &Edition) -> Result<Place, Failure> {
    let repository = edition
        .listing
        .repository
        .as_ref()
        .and_then(|it| it.github.clone());
    let (owner, name) = repository.ok_or_else(|| {
        Failure::new("the product has no repository on GitHub").help("write `repository` into `Cargo.toml`")
    })?;
    Ok(Place {
        api: look.endpoint("github").unwrap_or_default(),
        repository: format!("{owner}/{name}"),
    })
}

/// What is served: the release that `releases/latest` leads to, or for a pre-release that of its tag. A draft of the version
/// and assets that are missing are told as pending, with what goes on from there.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let place = place(look, edition)?;
    let client = Client::visiting(look, &place.api);
    let (tag, version) = (edition.tag(), edition.version());
    let shelf = shelf::fresh(look, &client, &place, &tag)?;
    let own = shelf.as_ref().map(|it| &it.release).filter(|it| !it.draft);
    let latest: Option<Release> = client.find(&place.path("/releases/latest"))?;
    let newest = if version.pre.is_empty() {
        latest
    } else {
        own.cloned().or(latest)
    };
    let start = tag.strip_suffix(&version.to_string()).unwrap_or_default();
    let shown = |tag: &str| tag.strip_prefix(start).unwrap_or(tag).to_owned();
    let why = shelf.as_ref().and_then(|it| unfinished(look, it));
    Ok(Live {
        version: newest.as_ref().map(|it| shown(&it.tag_name)),
        pending: why.map(|why| (version.to_string(), why)),
        since_s: newest
            .as_ref()
            .and_then(|it| crate::time::of_rfc3339(it.published_at.as_deref()?)),
        deadline: None,
        page: newest.map(|it| it.html_url),
    })
}

/// What is left to be done for a release that was begun.
fn unfinished(look: &Look<'_>, shelf: &Shelf) -> Option<String> {
    let listed = wanted(look, &shelf.release.tag_name);
    let is_there = |it: &&Asset| shelf.asset(&it.name).is_some_and(|it| it.state == "uploaded");
    let there = listed.iter().filter(is_there).count();
    let next = "`cargo xtask publish --channel github-releases` goes on";
    if shelf.release.draft {
        let of = if listed.is_empty() {
            String::new()
        } else {
            format!(" of {}", listed.len())
        };
        let count = if listed.is_empty() {
            shelf.assets.len()
        } else {
            there
        };
        return Some(format!("a draft with {count}{of} assets: {next}"));
    }
    let missing = listed.len() - there;
    (missing > 0).then(|| format!("{missing} of {} assets are missing: {next}", listed.len()))
}

/// The assets of the release in `dist/`, if that is the one of the tag.
fn wanted(look: &Look<'_>, tag: &str) -> Vec<Asset> {
    let path = folder::of(look.dist(), &CHANNEL).join(LIST);
    let text = files::read_text_if_present(&path).ok().flatten();
    let list: Option<List> = text.and_then(|it| serde_json::from_str(&it).ok());
    list.filter(|it| it.tag == tag)
        .map_or_else(Vec::new, |it| it.assets)
}
