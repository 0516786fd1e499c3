//! Flathub: what publishing changes there, what it serves, and what people need to know.

mod update;

use super::{CHANNEL, app_id};
use crate::channel::own_repository as own;
use crate::edition::Edition;
use crate::effect::http::Request;
use crate::outside::Look;
use crate::plan::{Gate, Plan};
use crate::problem::Problem;
use crate::protocol::git::{Form, Placed};
use crate::protocol::{answer, github};
use crate::publish::{Finding, Guide, Live, Stock, Trouble, Weight};
use crate::standing::Failure;

/// Where the manifest of the bundle lies among what is rendered.
const BUNDLE: &str = "bundle";

/// The rule of Flathub's that stands against every program of the command line (F1).
const CONSOLE: &str =
    "blocked by policy: console application; Flathub takes none, and nothing that an AI tool has submitted";

/// The repository of one's own that holds the manifest.
pub(crate) fn repository(edition: &Edition) -> Option<String> {
    let set = edition.settings(&CHANNEL).text("repository");
    own::named(edition, set, "flatpak")
}

/// The steps: those for the repository of one's own. To Flathub goes an update alone, when a person asks for it.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let files: Vec<_> = stock.below(BUNDLE).collect();
    if files.is_empty() {
        plan.block(format!("Flathub: {CONSOLE}"));
        plan.note(
            "no manifest of a bundle was rendered, so there is nothing for a repository of one's own either",
        );
        return Ok(());
    }
    let repository = repository(stock.main()).ok_or_else(|| {
        Problem::new("no repository for the Flatpak: the product has none on GitHub")
            .help("set `[channel.flathub] repository` to `owner/name`")
    })?;
    let cited = own::cited(stock, files.iter().map(|it| it.1))?;
    plan.stage(Gate::Public, github::served(stock, &cited));
    for id in stock.editions.iter().filter_map(app_id::of) {
        let own_files = files
            .iter()
            .filter(|it| it.0.strip_prefix(&id).is_some_and(|rest| rest.starts_with('.')));
        let placed: Vec<Placed> = own_files
            .map(|(name, item)| Placed::new(format!("{id}/{name}"), item))
            .collect();
        if placed.is_empty() {
            continue;
        }
        let step = own::commit(
            stock,
            &repository,
            placed,
            Some((&metainfo(&id), Form::Metainfo)),
            format!("{id} {}", plan.version),
        );
        plan.stage(Gate::Public, [step]);
    }
    update::update(stock, CONSOLE, plan);
    Ok(())
}

fn metainfo(id: &str) -> String {
    format!("{id}/{id}.metainfo.xml")
}

/// What is served: by Flathub where the settings say that users get it there, else by the repository of one's own.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let Some(id) = app_id::of(edition) else {
        return Err(Failure::new("the application has no id")
            .help("set `[channel.flathub] app-id` in `packaging/release.toml`"));
    };
    if edition.settings(&CHANNEL).text("remote") == Some("flathub") {
        return on_flathub(look, &id);
    }
    let path = metainfo(&id);
    own::live(look, repository(edition).as_deref(), &path, Form::Metainfo)
}

/// What Flathub shows of an application.
fn on_flathub(look: &Look<'_>, id: &str) -> Result<Live, Failure> {
    let base = look.endpoint("flathub").unwrap_or_default();
    let request = Request::get(format!("{base}/api/v2/appstream/{id}"));
    let answer = look.ask(&request)?;
    let page = Some(format!("{base}/apps/{id}"));
    match answer.status {
        200 => {}
        404 => {
            return Ok(Live {
                page,
                ..Live::default()
            });
        }
        _ => return Err(answer::failure(&request, &answer, &answer.text())),
    }
    let document: serde_json::Value = answer
        .json()
        .map_err(|error| Failure::transient(error.to_string()))?;
    let newest = &document["releases"][0];
    // The time is a number in a text.
    let since = newest["timestamp"].as_str().and_then(|it| it.parse().ok());
    Ok(Live {
        version: newest["version"].as_str().map(str::to_owned),
        since_s: since.or_else(|| newest["timestamp"].as_i64()),
        page,
        ..Live::default()
    })
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let mut findings = own::examine(look, repository(edition).as_deref());
    match app_id::of(edition) {
        Some(id) => findings.push(Finding::new(
            Weight::Good,
            format!("the application's id is `{id}`"),
        )),
        None => findings.push(
            Finding::new(Weight::Bad, "the application has no id")
                .help("set `[channel.flathub] app-id` in `packaging/release.toml`"),
        ),
    }
    findings.push(
        Finding::new(Weight::Warning, format!("Flathub: {CONSOLE}"))
            .help("the manifest goes to a repository of your own; a person may ask Flathub about tools for Flatpak itself"),
    );
    findings
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[
        "Make a public repository `flatpak` on GitHub for the manifest; an empty one is enough.",
        "Make a token with the right to write the contents of that repository, store it as a secret, and hand \
         it to the job as the variable `GH_TOKEN`, which comes first here: the job's own token cannot write there.",
        "Flathub itself takes no programs of the command line, save tools for Flatpak, and no submission that \
         an AI tool made, opened or helped with: nothing is sent there.",
    ],
    credential: "https://github.com/settings/personal-access-tokens/new",
    first: &[
        "The first commit begins an empty repository; each application has a folder of its id.",
        "Users build and install from it with `flatpak-builder --user --install build ID/ID.yml`; a \
         `.flatpak` bundle is made with `flatpak build-bundle`.",
        "An application that may go to Flathub is submitted by a person: a pull request to `flathub/flathub` \
         against the branch `new-pr`.",
    ],
    after: "The manifest is there at once; nothing is built by anybody else.",
    troubles: &[
        Trouble {
            says: "Wrong sha256 checksum for",
            means: "an asset was replaced after the manifest was written",
            next: "publish another version: an asset of a published release must never change",
        },
        Trouble {
            says: "Console softwares will not be accepted",
            means: "a rule of Flathub's for new submissions",
            next: "offer the manifest from a repository of your own, or a bundle on the release's page",
        },
        Trouble {
            says: "Permission to ",
            means: "the token may not write to the repository of the manifest",
            next: "give it the right to write the contents of that repository",
        },
        Trouble {
            says: "Repository not found",
            means: "there is no such repository, or it is private and the token does not see it",
            next: "make it, or correct `[channel.flathub] repository`",
        },
        Trouble {
            says: "appid-url-not-reachable",
            means: "Flathub's linter looks for the page that the application's id stands for",
            next: "make the repository of the id public, or set `[channel.flathub] app-id`",
        },
    ],
    undo: &[
        "Revert the commit in the repository of the manifest: `git revert HEAD`, then push.",
        "On Flathub a person reverts in `flathub/ID`, or marks the application as at its end of life in \
         `flathub.json`.",
    ],
};
