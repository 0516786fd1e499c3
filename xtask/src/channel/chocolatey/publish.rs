//! Chocolatey: what publishing changes there, what it serves, and what people need to know.

use super::nuspec;
use crate::channel::version;
use crate::edition::Edition;
use crate::effect::http::Request;
use crate::outside::Look;
use crate::plan::{Gate, Plan, Step};
use crate::protocol::nuget::feed::{self, Entry};
use crate::protocol::nuget::{self, Verb};
use crate::publish::{Finding, Guide, Live, Stock, Trouble, Weight};
use crate::standing::Failure;
use crate::time;

/// After so many seconds without an answer of its maintainer a version is rejected: 20 days to the reminder, 15 more.
const WAITS_S: i64 = 35 * 86_400;

/// The steps: the package of each edition.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let address = |name: &str| stock.endpoint(name).unwrap_or_default().to_owned();
    let resubmits = stock.settings().flag("resubmit") == Some(true);
    let mut steps = Vec::new();
    for edition in stock.editions {
        let id = nuspec::id(edition);
        let number = version::nuget(edition.version()).map_err(anyhow::Error::msg)?;
        let Some(item) = stock.file(&format!("{id}.{number}.nupkg")) else {
            plan.note(format!(
                "no package of `{id}` was rendered: `cargo xtask manifests` says what the release lacks for it"
            ));
            continue;
        };
        steps.push(Step::Nuget(Verb::Push {
            id,
            version: number,
            item: item.clone(),
            push: address("chocolatey-push"),
            feed: address("chocolatey-feed"),
            resubmits,
        }));
    }
    if steps.is_empty() {
        plan.block("no package was rendered");
        return Ok(());
    }
    plan.stage(Gate::Public, steps);
    plan.note(
        "a moderator approves what was pushed before users get it; what is wrong with it comes by e-mail",
    );
    Ok(())
}

/// What is served.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let base = look.endpoint("chocolatey-feed").unwrap_or_default();
    let id = nuspec::id(edition);
    let shown = feed::versions(look, &base, &id)?;
    let approved = || shown.iter().filter(|it| it.is_approved());
    let newest = approved()
        .find(|it| it.is_latest)
        .or_else(|| approved().next_back());
    let mut found = Live {
        version: newest.map(|it| it.version.clone()),
        since_s: newest.and_then(|it| it.published.as_deref().and_then(time::of_rfc3339)),
        page: newest
            .and_then(|it| it.page.clone())
            .or_else(|| Some(format!("{base}/packages/{id}"))),
        ..Live::default()
    };
    if let Ok(number) = version::nuget(edition.version())
        && let Some(entry) = feed::version(look, &base, &id, &number)?
        && !entry.is_approved()
    {
        let state = if entry.is_rejected() {
            "rejected by a moderator".to_owned()
        } else {
            entry.state()
        };
        found.deadline = deadline(&entry);
        found.pending = Some((entry.version, state));
    }
    Ok(found)
}

/// Until when its maintainer has to answer.
fn deadline(entry: &Entry) -> Option<(i64, String)> {
    if entry.submitted.as_deref() != Some("Waiting") || entry.is_rejected() {
        return None;
    }
    let reviewed_s = time::of_rfc3339(entry.reviewed.as_deref()?)?;
    Some((
        reviewed_s + WAITS_S,
        "the version is rejected unless its maintainer answers".to_owned(),
    ))
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let id = nuspec::id(edition);
    let mut findings = Vec::new();
    if let Ok(credential) = look.credential() {
        let key = credential.token();
        if is_guid(key.reveal().trim()) {
            findings.push(verify(look, &id, edition));
        } else {
            findings.push(
                Finding::new(
                    Weight::Bad,
                    "`CHOCOLATEY_API_KEY` is no key, which has the form of a GUID",
                )
                .help(GUIDE.credential),
            );
        }
    }
    let base = look.endpoint("chocolatey-feed").unwrap_or_default();
    findings.push(match feed::versions(look, &base, &id) {
        Err(failure) => Finding::new(Weight::Unknown, failure.what),
        Ok(all) => whose(&all, &id, &base, edition),
    });
    findings
}

/// Asks whether the key may push the package; it changes nothing.
fn verify(look: &Look<'_>, id: &str, edition: &Edition) -> Finding {
    let base = look.endpoint("chocolatey-push").unwrap_or_default();
    let number = version::nuget(edition.version()).unwrap_or_default();
    let Ok(credential) = look.credential() else {
        return Finding::new(Weight::Unknown, "`CHOCOLATEY_API_KEY` is not set");
    };
    let request = Request::get(format!("{base}/api/v2/verifykey/{id}/{number}"))
        .secret("x-nuget-apikey", credential.token().header(""));
    match look.ask(&request) {
        Err(failure) => Finding::new(Weight::Unknown, failure.what),
        Ok(answer) => match answer.status {
            200 => Finding::new(Weight::Good, format!("the key may push `{id}`")),
            // The key is looked at before the version is looked for.
            404 if nuget::words(&answer).contains(id) => {
                Finding::new(Weight::Good, "the gallery knows the key")
            }
            400 | 401 | 403 => Finding::new(
                Weight::Bad,
                format!("the key may not push `{id}`: {}", nuget::words(&answer)),
            )
            .help(GUIDE.credential),
            status => Finding::new(
                Weight::Unknown,
                format!("whether the key may push `{id}`: the gallery answered {status}"),
            ),
        },
    }
}

/// Whether what is there is ours, as far as its own words tell.
fn whose(all: &[Entry], id: &str, base: &str, edition: &Edition) -> Finding {
    let Some(entry) = all.iter().find(|it| it.is_latest).or_else(|| all.last()) else {
        return Finding::new(
            Weight::Good,
            format!("the id `{id}` is free, or nothing of it was approved yet"),
        );
    };
    let tidy = |it: &str| it.trim_end_matches('/').to_lowercase();
    let listing = &edition.listing;
    let ours = [
        listing.homepage.clone(),
        listing.repository.as_ref().map(|it| it.url.clone()),
    ];
    let theirs = entry.project.as_deref().map(tidy);
    if theirs.is_some()
        && ours
            .iter()
            .flatten()
            .any(|it| theirs.as_deref() == Some(tidy(it).as_str()))
    {
        return Finding::new(Weight::Good, format!("`{id}` is there, for this product"));
    }
    let project = entry.project.as_deref().unwrap_or("no page of a product");
    Finding::new(
        Weight::Warning,
        format!("`{id}` is there, for another product: {project}"),
    )
    .help(format!(
        "{base}/packages/{id} names its maintainers; `[channel.chocolatey] name` chooses another id"
    ))
}

/// Whether a text is a GUID: 32 hexadecimal digits, parted as 8-4-4-4-12 or not at all.
fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lens: Vec<usize> = parts.iter().map(|it| it.len()).collect();
    (lens == [8, 4, 4, 4, 12] || lens == [32]) && parts.concat().bytes().all(|it| it.is_ascii_hexdigit())
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[
        "Make an account on <https://community.chocolatey.org> and confirm its e-mail address: moderators write to it.",
        "Copy the API key of the account's page into the secret `CHOCOLATEY_API_KEY` of the repository.",
        "Publish the GitHub release first: a package that downloads cites its files, and moderators look there.",
    ],
    credential: "the API key stands on <https://community.chocolatey.org/account>",
    first: &[
        "The first push takes the id for the account. While none of its versions is approved, no second version is taken.",
        "The first versions of a package wait for a person; how long depends on the moderators. Trusted packages skip that.",
    ],
    after: "Automatic validation, verification and a scan begin about half an hour after the push; then a moderator decides. \
            Until then a user gets the version only by its number (`choco install ID --version VERSION`).",
    troubles: &[
        Trouble {
            says: "previous version in a submitted state",
            means: "no version of the package is approved yet, and an earlier one waits",
            next: "wait until it is approved, or ask in its comments to have it rejected, then run the same command again",
        },
        Trouble {
            says: "versions in moderation at a time",
            means: "ten versions of the package wait for moderators",
            next: "wait until some are approved or rejected, then run the same command again",
        },
        Trouble {
            says: "already exists and cannot be modified",
            means: "an approved version is never replaced",
            next: "publish another version; a fix of the package alone takes a fourth number, such as `1.2.3.20261122`",
        },
        Trouble {
            says: "can no longer be submitted",
            means: "a moderator has rejected this version",
            next: "read why on the version's page, and publish another version",
        },
        Trouble {
            says: "does not provide the authority",
            means: "the gallery does not know the key, or the package belongs to somebody else",
            next: "copy the key again, or ask the maintainers of the package to be made one",
        },
        Trouble {
            says: "had an issue pushing",
            means: "the gallery could not keep the package, mostly since its title or description is too long",
            next: "shorten what the message names, and build the release again",
        },
        Trouble {
            says: "answered with 400",
            means: "the key is no GUID, or the version has leading zeros, fewer than three numbers, or a fourth that is 0",
            next: "copy the key whole from the account's page into `CHOCOLATEY_API_KEY`; `cargo xtask lint` checks the version",
        },
        Trouble {
            says: "answered with 413",
            means: "a package has at most 200 MB",
            next: "let it download the programs: `[channel.chocolatey] embed = false`",
        },
        Trouble {
            says: "answered with 500",
            means: "the gallery could not read the package: two of its files may have names that collide",
            next: "run `cargo xtask lint`; if it finds nothing, run the same command again later",
        },
    ],
    undo: &[
        "Unlist the version on its page: users get it by its number alone then. An approved version is never replaced.",
        "While nobody has approved it, other bytes can be pushed under the same version: `[channel.chocolatey] resubmit = \
         true`; or ask in its comments to have it rejected.",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_guids() {
        assert!(is_guid("00000000-0000-4000-8000-000000000000") && is_guid(&"aB".repeat(16)));
        for bad in [
            "",
            "x",
            "00000000-0000-4000-8000-00000000000g",
            "0000-00000000-4000-8000-000000000000",
        ] {
            assert!(!is_guid(bad), "{bad}");
        }
    }

    #[test]
    fn an_unanswered_moderator_sets_a_deadline() {
        let mut entry = Entry {
            submitted: Some("Waiting".to_owned()),
            reviewed: Some("2023-11-14T22:13:20.523".to_owned()),
            ..Entry::default()
        };
        assert_eq!(deadline(&entry).unwrap().0, 1_700_000_000 + WAITS_S);
        entry.submitted = Some("Ready".to_owned());
        assert_eq!(deadline(&entry), None);
    }
}
