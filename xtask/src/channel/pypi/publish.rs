//! PyPI: what publishing changes there, what it serves, and what is right and wrong with the access to it.

mod examine;
mod guide;
mod order;
mod token;

use std::collections::BTreeMap;

use anyhow::Context;

use crate::edition::Edition;
use crate::effect::http::Request;
use crate::outside::Look;
use crate::pack::wheel::normalised;
use crate::plan::{Gate, Plan, Step};
use crate::protocol::pypi::{Index, Listing, Upload, Verb};
use crate::publish::{Live, Stock};
use crate::standing::Failure;

use super::wheel_file::Name;
use super::{CHANNEL, WHEEL};

pub(super) use examine::examine;
pub(super) use guide::GUIDE;

use order::Order;

/// What the file name of a source distribution ends with.
const SDIST: &str = ".tar.gz";

/// How long a release takes new files (P2).
const OPEN_S: i64 = 14 * 24 * 3600;

/// The steps.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let index = Index::new(stock.endpoint("pypi-simple"), stock.endpoint("pypi-upload"));
    let mut steps = Vec::new();
    for (path, item) in stock.ending(WHEEL).chain(stock.ending(SDIST)) {
        let (project, _) =
            parts(item.name()).with_context(|| format!("`{path}` has no name of a distribution"))?;
        steps.push(Step::Pypi(Verb::Upload(Upload {
            item: item.clone(),
            project,
            index: index.clone(),
        })));
    }
    if !steps.is_empty() {
        plan.note("the release takes new files for 14 days from its first one on");
    }
    plan.stage(Gate::Public, steps);
    Ok(())
}

/// The project, normalised, and the version in the name of a file.
fn parts(name: &str) -> Option<(String, String)> {
    if let Some(stem) = name.strip_suffix(SDIST) {
        let (project, version) = stem.rsplit_once('-')?;
        return Some((normalised(project), version.to_owned()));
    }
    let name = Name::parse(name)?;
    Some((normalised(name.distribution), name.version.to_owned()))
}

fn index(look: &Look<'_>) -> Index {
    let url = |name: &str| look.endpoint(name);
    Index::new(url("pypi-simple").as_deref(), url("pypi-upload").as_deref())
}

fn project(edition: &Edition) -> String {
    normalised(&edition.listing_for(&CHANNEL).name)
}

/// What is served.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let (index, project) = (index(look), project(edition));
    let Some(listing) = index.listing(look, &project)? else {
        return Ok(Live::default());
    };
    let Some((version, since_s)) = newest(&listing, !edition.version().pre.is_empty()) else {
        return Ok(Live::default());
    };
    let now_s = crate::time::now_s()?;
    let end = since_s.map(|it| it + OPEN_S).filter(|it| *it > now_s);
    Ok(Live {
        version: Some(version),
        since_s,
        deadline: end.map(|it| (it, "until then files can be added to the release".to_owned())),
        page: page(look, &index, &project),
        ..Live::default()
    })
}

/// The version that installers choose, and when its first file came: the highest that is not withdrawn, and no
/// pre-release unless those are wanted or there is nothing else (PEP 440, handling of pre-releases).
fn newest(listing: &Listing, with_pre: bool) -> Option<(String, Option<i64>)> {
    let mut versions: BTreeMap<Order, (String, Option<i64>)> = BTreeMap::new();
    for entry in listing.entries.iter().filter(|it| !it.is_yanked) {
        let Some((_, version)) = parts(&entry.name) else {
            continue;
        };
        let Some(order) = Order::of(&version) else {
            continue;
        };
        let (_, since_s) = versions.entry(order).or_insert((version, entry.since_s));
        *since_s = (*since_s).min(entry.since_s).or(*since_s);
    }
    let stable = versions.iter().rev().find(|it| with_pre || !it.0.is_pre());
    stable
        .or_else(|| versions.iter().next_back())
        .map(|it| it.1.clone())
}

/// The project's page, where the index has the interface that tells it.
fn page(look: &Look<'_>, index: &Index, project: &str) -> Option<String> {
    let simple = index.address(look).ok()?;
    let base = simple.strip_suffix("/simple")?;
    let request = Request::get(format!("{base}/pypi/{project}/json")).accept("application/json");
    let answer = look.ask(&request).ok().filter(|it| it.status == 200)?;
    let document: serde_json::Value = answer.json().ok()?;
    document["info"]["package_url"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::pypi::Entry;

    #[test]
    fn the_newest_version_is_what_installers_choose() {
        let check = |with_pre: bool, files: &[(&str, i64, bool)], expected: Option<(&str, i64)>| {
            let of = |(name, since_s, is_yanked): &(&str, i64, bool)| Entry {
                name: (*name).to_owned(),
                since_s: Some(*since_s),
                is_yanked: *is_yanked,
                ..Entry::default()
            };
            let listing = Listing {
                entries: files.iter().map(of).collect(),
            };
            let expected = expected.map(|it| (it.0.to_owned(), Some(it.1)));
            assert_eq!(newest(&listing, with_pre), expected);
        };
        let files = [
            ("demo-1.9.0-py3-none-any.whl", 1, false),
            ("demo-1.10.0-py3-none-win32.whl", 3, false),
            ("demo-1.10.0.tar.gz", 2, false),
            ("demo-2.0.0rc1-py3-none-any.whl", 4, false),
            ("demo-3.0.0-py3-none-any.whl", 5, true),
            ("odd.txt", 6, false),
        ];
        check(false, &files, Some(("1.10.0", 2)));
        check(true, &files, Some(("2.0.0rc1", 4)));
        check(false, &files[3..], Some(("2.0.0rc1", 4)));
        check(false, &files[4..], None);
    }

    #[test]
    fn names_of_files() {
        let check = |name, expected: Option<(&str, &str)>| {
            assert_eq!(parts(name), expected.map(|it| (it.0.to_owned(), it.1.to_owned())));
        };
        check("a_b-1.2-py3-none-any.whl", Some(("a-b", "1.2")));
        check("a-b-1.2.tar.gz", Some(("a-b", "1.2")));
        check("a.whl", None);
    }
}
