//! WinGet: what publishing changes there, what it serves, and what people need to know.

mod guide;

use std::collections::BTreeMap;

use semver::Version;

use super::{CHANNEL, builds, identifier};
use crate::edition::Edition;
use crate::outside::Look;
use crate::plan::{Item, Plan};
use crate::protocol::github::client::Client;
use crate::protocol::github::place::Place;
use crate::protocol::github::pull::{self, Own, Pull};
use crate::protocol::github::{Existing, First, Placed, Proposal, served};
use crate::publish::request::{Request, branch_name};
use crate::publish::{Finding, Live, Stock, Weight, request};
use crate::standing::Failure;

pub(super) use guide::GUIDE;

/// The community's repository.
const REPOSITORY: &str = "microsoft/winget-pkgs";

/// Its branch.
const BRANCH: &str = "master";

/// Where the agreement is read and signed.
const AGREEMENT: &str = "https://cla.opensource.microsoft.com/microsoft/winget-pkgs";

/// The label of a pull request whose author is waited for, and after how long it is closed (winget-pkgs, its policy for
/// stale pull requests).
const FEEDBACK: &str = "Needs-Author-Feedback";
const FEEDBACK_DAYS: i64 = 10;

/// Labels, with what they ask for (winget-pkgs, `doc/ValidationFailureGuide.md`).
const LABELS: &[(&str, &str)] = &[
    (FEEDBACK, "answer there: it is closed 10 days after"),
    (
        "Needs-CLA",
        "sign the contributor licence agreement once, as the comment there says",
    ),
    ("Manifest-Validation-Error", "a manifest breaks a rule"),
    ("Manifest-Path-Error", "a file lies in the wrong folder"),
    (
        "PullRequest-Error",
        "more than one version, or other files, in one pull request",
    ),
    (
        "Error-Hash-Mismatch",
        "the download has another SHA-256 than the manifest",
    ),
    ("Validation-Domain", "a person looks at where the downloads lie"),
    (
        "Binary-Validation-Error",
        "a scanner minds the program: see the comment there",
    ),
    ("URL-Validation-Error", "a link of the manifests does not answer"),
    ("Validation-Completed", "a moderator decides next"),
    ("Moderator-Approved", "it is merged soon"),
    ("Publish-Pipeline-Succeeded", "users get it"),
];

/// The steps: of each package one pull request with the three manifests of the version.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the row asks every channel for the same function"
)]
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    for (folder, files) in folders(stock) {
        let (id, version) = parts(&folder);
        let proposal = proposal(
            stock.endpoint("github").unwrap_or_default(),
            stock.settings().text("fork"),
            &folder,
            files,
            stock.wish.open_pr,
        );
        let page = stock.main().listing.repository.as_ref().map(|it| it.url.clone());
        let request = Request {
            message: format!("New version: {id} version {version}"),
            title: format!("New version: {id} version {version}"),
            first: Some(First {
                path: package_folder(&folder),
                title: format!("New package: {id} version {version}"),
            }),
            body: body(&id, &version, page.as_deref()),
            meanings: LABELS,
            proposal,
        };
        let of_id = |it: &&Edition| identifier::of(it, &it.listing_for(&CHANNEL)).is_ok_and(|it| it == id);
        let edition = stock.editions.iter().find(of_id).unwrap_or(stock.main());
        let archives: Vec<&str> = builds(edition)
            .iter()
            .map(|(_, it)| it.archive.name.as_str())
            .collect();
        request.add(plan, served(stock, &archives));
    }
    Ok(())
}

/// The rendered files by their folder, which is that of one version of one package.
fn folders(stock: &Stock<'_>) -> BTreeMap<String, Vec<Placed>> {
    let mut folders: BTreeMap<String, Vec<Placed>> = BTreeMap::new();
    for (path, item) in stock.files() {
        let Some((folder, _)) = path.rsplit_once('/').filter(|it| it.0.starts_with("manifests/")) else {
            continue;
        };
        let placed = Placed {
            to: path.clone(),
            item: Item::clone(item),
        };
        folders.entry(folder.to_owned()).or_default().push(placed);
    }
    folders
}

/// `manifests/o/Owner/Demo/1.2.3` → `Owner.Demo` and `1.2.3`.
fn parts(folder: &str) -> (String, String) {
    let (package, version) = folder.rsplit_once('/').unwrap_or((folder, ""));
    let id: Vec<&str> = package.split('/').skip(2).collect();
    (id.join("."), version.to_owned())
}

/// The folder of all versions of a package.
fn package_folder(folder: &str) -> String {
    folder.rsplit_once('/').map_or(folder, |it| it.0).to_owned()
}

fn proposal(api: &str, fork: Option<&str>, folder: &str, files: Vec<Placed>, again: bool) -> Proposal {
    let (id, version) = parts(folder);
    Proposal {
        to: Place {
            api: api.to_owned(),
            repository: REPOSITORY.to_owned(),
        },
        onto: BRANCH.to_owned(),
        fork: fork.map(str::to_owned),
        branch: branch_name(&format!("{id}-{version}")),
        files,
        folder: Some(folder.to_owned()),
        existing: Existing::Refused,
        named: vec![id, version],
        again,
        token: CHANNEL.credentials,
    }
}

/// The text: where it comes from. What the repository's checklist asks a person is for a person to tick.
fn body(id: &str, version: &str, page: Option<&str>) -> String {
    let from = page.map_or_else(String::new, |it| format!(" It is made at {it}."));
    format!(
        "{id} {version}.{from}\n\nThe manifests were written by the project's own release automation from the files of the \
         release: URLs and SHA-256 are those of the published assets, which were downloaded and compared before this was \
         opened. No other open pull request for this version was found.\n"
    )
}

/// What is served: the newest version in the repository, and what is asked to be taken in.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let listing = edition.listing_for(&CHANNEL);
    let id = identifier::of(edition, &listing)?;
    let folder = identifier::folder(&id, &edition.version().to_string());
    let api = look.endpoint("github").unwrap_or_default();
    let settings = edition.settings(&CHANNEL);
    let proposal = proposal(&api, settings.text("fork"), &folder, Vec::new(), false);
    let client = Client::visiting(look, &api);
    let package = package_folder(&folder);
    let names = proposal.names(&client, &package)?;
    // Packages whose identifiers go on are folders there too.
    let versions = names.iter().filter_map(|it| Version::parse(it).ok());
    let newest = versions.max().map(|it| it.to_string());
    let mut live = Live {
        version: newest.clone(),
        page: Some(format!("https://github.com/{REPOSITORY}/tree/{BRANCH}/{package}")),
        ..Live::default()
    };
    if let Some(pull) = pending(look, &client, &proposal)? {
        let version = pull.title.rsplit(' ').next().unwrap_or_default().to_owned();
        if newest.as_ref() != Some(&version) {
            live.deadline = deadline(&pull);
            live.pending = Some((version, pull.told(LABELS)));
        }
    }
    Ok(live)
}

/// The open pull request for this version, else the newest one for any: ours by its branch, and by the search for whoever
/// has no token.
fn pending(look: &Look<'_>, client: &Client<'_>, proposal: &Proposal) -> Result<Option<Pull>, Failure> {
    if let Some(login) = request::login(look, &proposal.to.api) {
        let fork = proposal.fork_of(&login);
        if let Some(Own::Open(pull)) = pull::own(proposal, client, &fork)? {
            return Ok(Some(pull));
        }
    }
    let found = pull::named(client, &proposal.to, &proposal.named[..1])?;
    Ok(found.into_iter().next())
}

/// Until when an answer is waited for. The label has no time of its own; the last change is not before it.
fn deadline(pull: &Pull) -> Option<(i64, String)> {
    let since_s = crate::time::of_rfc3339(&pull.updated_at).filter(|_| pull.has_label(FEEDBACK))?;
    let what = format!("an answer is waited for at pull request #{}", pull.number);
    Some((since_s + FEEDBACK_DAYS * 86_400, what))
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let listing = edition.listing_for(&CHANNEL);
    let id = match identifier::of(edition, &listing) {
        Ok(id) => id,
        Err(error) => return vec![Finding::new(Weight::Bad, format!("{error:#}"))],
    };
    let api = look.endpoint("github").unwrap_or_default();
    let folder = identifier::folder(&id, &edition.version().to_string());
    let settings = edition.settings(&CHANNEL);
    let proposal = proposal(&api, settings.text("fork"), &folder, Vec::new(), false);
    let mut found = request::examine(look, &proposal);
    let client = Client::visiting(look, &api);
    found.push(match proposal.names(&client, &package_folder(&folder)) {
        Ok(names) if names.is_empty() => Finding::new(
            Weight::Good,
            format!("the identifier `{id}` is free: the first pull request is `New package: …`"),
        ),
        Ok(names) => Finding::new(
            Weight::Good,
            format!("the identifier `{id}` is there with {} folders", names.len()),
        )
        .help(format!(
            "whether it is yours tells https://github.com/{REPOSITORY}/tree/{BRANCH}/{}",
            package_folder(&folder)
        )),
        Err(failure) => Finding::new(Weight::Unknown, failure.what),
    });
    if edition.is_main {
        found.push(
            Finding::new(
                Weight::Unknown,
                "whether the account has signed the contributor licence agreement is told at its pull requests alone",
            )
            .help(AGREEMENT),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_identifiers_and_versions() {
        let (id, version) = parts("manifests/o/Owner/Demo/Preview/1.2.3-rc.1");
        assert_eq!(
            (id.as_str(), version.as_str()),
            ("Owner.Demo.Preview", "1.2.3-rc.1")
        );
        assert_eq!(
            package_folder("manifests/o/Owner/Demo/1.2.3"),
            "manifests/o/Owner/Demo"
        );
    }

    #[test]
    fn labels_are_told_once_each() {
        let names: Vec<&str> = LABELS.iter().map(|it| it.0).collect();
        let mut unique = names.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), names.len());
    }
}
