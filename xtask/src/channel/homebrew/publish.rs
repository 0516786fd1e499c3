//! Homebrew: what publishing changes there, what it serves, and what people need to know.

mod core;

use super::{CHANNEL, formula_name};
use crate::channel::own_repository as own;
use crate::edition::Edition;
use crate::effect::http::Request;
use crate::outside::Look;
use crate::plan::{Gate, Plan};
use crate::problem::Problem;
use crate::protocol::git::{Form, Placed};
use crate::protocol::github;
use crate::publish::{Finding, Guide, Live, Stock, Trouble, Weight};
use crate::standing::Failure;

/// Where the files of the tap lie among those that are rendered.
const TAP: &str = "tap";

/// The repository of the tap. Users leave the `homebrew-` out, and so may the settings.
pub(crate) fn repository(edition: &Edition) -> Option<String> {
    let set = edition.settings(&CHANNEL).text("tap");
    let (owner, name) = own::named(edition, set, "homebrew-tap").and_then(|it| {
        let (owner, name) = it.split_once('/')?;
        Some((owner.to_owned(), name.to_owned()))
    })?;
    let name = name.strip_prefix("homebrew-").unwrap_or(&name);
    Some(format!("{owner}/homebrew-{name}"))
}

/// The steps.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    tap(stock, plan)?;
    core::core(stock, plan)
}

/// The formula and the cask of each package: one commit a package, as `brew` itself makes them.
fn tap(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let files: Vec<_> = stock.below(TAP).collect();
    if files.is_empty() {
        plan.block("no formula was rendered for a tap");
        return Ok(());
    }
    let repository = repository(stock.main()).ok_or_else(|| {
        Problem::new("no repository for the tap: the product has none on GitHub")
            .help("set `[channel.homebrew] tap` to `owner/homebrew-name`")
    })?;
    let cited = own::cited(stock, files.iter().map(|it| it.1))?;
    plan.stage(Gate::Public, github::served(stock, &cited));
    for (name, group) in own::by_stem(files.into_iter()) {
        let stated = group.first().map(|it| (it.0.to_owned(), Form::Ruby));
        let placed = group
            .iter()
            .map(|(path, item)| Placed::new(*path, item))
            .collect();
        let step = own::commit(
            stock,
            &repository,
            placed,
            stated.as_ref().map(|it| (it.0.as_str(), it.1)),
            format!("{name} {}", plan.version),
        );
        // One after the other: two pushes to one branch would only be in each other's way.
        plan.stage(Gate::Public, [step]);
    }
    Ok(())
}

/// What is served.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let name = formula_name(edition, &edition.listing_for(&CHANNEL));
    let path = format!("Formula/{name}.rb");
    own::live(look, repository(edition).as_deref(), &path, Form::Ruby)
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let repository = repository(edition);
    let mut findings = own::examine(look, repository.as_deref());
    if let Some(repository) = repository {
        findings.push(in_core(look, edition, &repository));
    }
    findings
}

/// A formula of homebrew-core wins over one of a tap for whoever types the short name.
fn in_core(look: &Look<'_>, edition: &Edition, tap: &str) -> Finding {
    let name = formula_name(edition, &edition.listing_for(&CHANNEL));
    let base = look.endpoint("homebrew-core").unwrap_or_default();
    let request = Request::get(format!("{base}/api/formula/{name}.json"));
    let tap = tap.replacen("/homebrew-", "/", 1);
    match look.ask(&request).map(|it| (it.status, it.text())) {
        Ok((404, _)) => Finding::new(Weight::Good, format!("no formula `{name}` in homebrew-core")),
        Ok((200, text)) if is_ours(&text, edition) => Finding::new(
            Weight::Good,
            format!("`{name}` is in homebrew-core, and it is ours"),
        ),
        Ok((200, _)) => Finding::new(
            Weight::Warning,
            format!("homebrew-core has another formula `{name}`, which `brew install {name}` takes"),
        )
        .help(format!(
            "users must type `brew install {tap}/{name}`; or set `[channel.homebrew] name`"
        )),
        Ok((status, _)) => Finding::new(
            Weight::Unknown,
            format!("cannot tell whether homebrew-core has `{name}`: it answered with {status}"),
        ),
        Err(failure) => Finding::new(Weight::Unknown, failure.what),
    }
}

/// Whether a formula of homebrew-core is built from the product's repository.
fn is_ours(json: &str, edition: &Edition) -> bool {
    let github = edition
        .listing
        .repository
        .as_ref()
        .and_then(|it| it.github.as_ref());
    github.is_some_and(|(owner, name)| json.contains(&format!("github.com/{owner}/{name}/")))
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[
        "Make a public repository `homebrew-tap` on GitHub; `brew tap-new owner/tap` makes one with checks, \
         an empty one is enough.",
        "Make a token with the right to write the contents of that repository alone: a job's own \
         `GITHUB_TOKEN` cannot.",
        "Store it as the secret `HOMEBREW_TAP_TOKEN` of the product's repository.",
    ],
    credential: "https://github.com/settings/personal-access-tokens/new",
    first: &[
        "The first commit begins an empty repository with the branch `main`.",
        "Users install by the whole name, `brew install owner/tap/name`: since Homebrew 6 a tap outside the \
         project must be trusted, and the whole name trusts that formula alone.",
        "homebrew-core is asked for by a person: 30 forks, 30 watchers or 75 stars are needed, three times \
         that when the owner asks.",
    ],
    after: "Users have it with their next `brew update`: Homebrew reads the head of the tap.",
    troubles: &[
        Trouble {
            says: "from untrusted tap",
            means: "since Homebrew 6 formulae of other taps are loaded only when they are trusted",
            next: "document `brew install owner/tap/name`, which trusts that formula alone, or `brew trust \
                owner/tap`",
        },
        Trouble {
            says: "Permission to ",
            means: "the token may not write to the tap",
            next: "give it the right to write the contents of the tap's repository, and store it as \
                `HOMEBREW_TAP_TOKEN`",
        },
        Trouble {
            says: "Authentication failed",
            means: "GitHub does not know the token: it has expired or was revoked",
            next: "make a new one and store it as `HOMEBREW_TAP_TOKEN`",
        },
        Trouble {
            says: "Repository not found",
            means: "there is no such tap, or it is private and the token does not see it",
            next: "make the repository, or correct `[channel.homebrew] tap`",
        },
        Trouble {
            says: "GH006: Protected branch update failed",
            means: "the tap's default branch takes no direct pushes",
            next: "let the token's owner bypass the rule, or lift it: a tap of one's own needs none",
        },
        Trouble {
            says: "SHA256 mismatch",
            means: "an asset was replaced after the formula was written",
            next: "publish another version: an asset of a published release must never change",
        },
        Trouble {
            says: "not notable enough",
            means: "homebrew-core wants 30 forks, 30 watchers or 75 stars; of the owner 90, 90 or 225",
            next: "stay with the tap until then",
        },
    ],
    undo: &[
        "Revert the commit in the tap: `git revert HEAD`, then push.",
        "Who has the version already keeps it: Homebrew never goes back by itself, so publish a newer one.",
    ],
};
