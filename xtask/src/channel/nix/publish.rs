//! Nix: what publishing changes there, what it serves, and what people need to know.

mod nixpkgs;

use semver::Version;

use super::{CHANNEL, name};
use crate::channel::own_repository as own;
use crate::edition::Edition;
use crate::effect::files;
use crate::outside::Look;
use crate::plan::{Gate, Plan, Step};
use crate::problem::Problem;
use crate::protocol::git::{self, Form, Placed, Tag, Verb};
use crate::protocol::github;
use crate::publish::{Finding, Guide, Live, Stock, Trouble, Weight};
use crate::standing::Failure;

/// The flake, among what is rendered and in the repository.
const FLAKE: &str = "flake.nix";

/// The package of the programs that were built, among what is rendered.
const PREBUILT: &str = "bin";

/// A repository of packages of one's own.
pub(crate) fn collection(edition: &Edition) -> Option<String> {
    let set = edition.settings(&CHANNEL).text("collection")?;
    own::named(edition, Some(set), "")
}

/// The steps.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let edition = stock.main();
    let prebuilt: Vec<_> = stock.below(PREBUILT).collect();
    let sources: Vec<&str> = edition.source().iter().map(|it| it.name.as_str()).collect();
    let mut cited = own::cited(stock, prebuilt.iter().map(|it| it.1))?;
    cited.extend(sources.iter().filter(|it| edition.url(it).is_some()));
    plan.stage(Gate::Public, github::served(stock, &cited));
    let mut steps = vec![tag(stock)?];
    if let Some(collection) = collection(edition) {
        for (path, item) in prebuilt {
            steps.push(package(stock, plan, &collection, path, item));
        }
    }
    for step in steps {
        plan.stage(Gate::Public, [step]);
    }
    flake(stock, plan)?;
    nixpkgs::nixpkgs(stock, plan)
}

/// The tag of the product's repository: whoever names it gets the flake in that commit.
fn tag(stock: &Stock<'_>) -> anyhow::Result<Step> {
    let edition = stock.main();
    let (owner, repository) = stock.repository()?;
    let commit = edition.release.identity.commit.as_ref().ok_or_else(|| {
        Problem::new("the release was built outside git: there is no commit to tag")
            .help("put the workspace into git, then run `cargo xtask dist`")
    })?;
    let web = stock.endpoint("github-web").unwrap_or_default();
    Ok(Step::Git(Verb::Tag(Tag {
        remote: own::remote(web, &format!("{owner}/{repository}")),
        name: edition.tag(),
        commit: commit.id.clone(),
        root: edition
            .workspace
            .as_ref()
            .map(|it| it.root.clone())
            .unwrap_or_default(),
    })))
}

/// The package of a collection of one's own, as NUR lays them out: a folder a package.
fn package(stock: &Stock<'_>, plan: &Plan, collection: &str, path: &str, item: &crate::plan::Item) -> Step {
    // The main package lies in the folder itself, others each in one of their own.
    let own_name = path
        .rsplit_once('/')
        .map_or_else(|| name(stock.main()), |it| it.0.to_owned());
    let place = format!("pkgs/{own_name}/default.nix");
    own::commit(
        stock,
        collection,
        vec![Placed::new(place.as_str(), item)],
        Some((&place, Form::Nix)),
        format!("{own_name}: {}", plan.version),
    )
}

/// Whether the commit holds the flake. A person commits it: it is a part of the source.
fn flake(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let Some(item) = stock.file(FLAKE) else {
        return Ok(());
    };
    let Some(workspace) = &stock.main().workspace else {
        return Ok(());
    };
    let there = files::read_text_if_present(&workspace.root.join(FLAKE))?;
    let command = format!("`cp dist/{} {FLAKE}`, then commit it", item.path);
    match there {
        None => plan.note(format!(
            "the repository has no `{FLAKE}`, so `nix run` finds nothing at the tag: {command} before the \
             next release"
        )),
        Some(there) if there != stock.text(item)? => plan.note(format!(
            "`{FLAKE}` of the repository is not what is rendered now: {command}, unless a person changed it \
             on purpose"
        )),
        Some(_) => {}
    }
    Ok(())
}

/// What is served: the newest tag of a release. A tag that names no version is somebody's own.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let Some((owner, repository)) = edition
        .listing
        .repository
        .as_ref()
        .and_then(|it| it.github.clone())
    else {
        return Err(Failure::new("the product has no repository on GitHub")
            .help("write `repository` into `Cargo.toml`"));
    };
    let web = look.endpoint("github-web").unwrap_or_default();
    let remote = own::remote(&web, &format!("{owner}/{repository}"));
    let names = git::tags(look, &remote)?;
    let wants_preview = !edition.version().pre.is_empty();
    let prefix = edition.tag().replace(&edition.version().to_string(), "");
    let versions = names
        .iter()
        .filter_map(|it| Version::parse(it.strip_prefix(&prefix)?).ok());
    let offered = versions.filter(|it| wants_preview || it.pre.is_empty());
    let newest = offered.max_by(Version::cmp_precedence);
    Ok(Live {
        version: newest.map(|it| it.to_string()),
        page: Some(format!("{web}/{owner}/{repository}")),
        ..Live::default()
    })
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let github = edition
        .listing
        .repository
        .as_ref()
        .and_then(|it| it.github.as_ref());
    let repository = github.map(|(owner, name)| format!("{owner}/{name}"));
    let mut findings = own::examine(look, repository.as_deref());
    if let Some(collection) = collection(edition) {
        findings.extend(own::examine(look, Some(&collection)));
    }
    if let Some(workspace) = &edition.workspace {
        findings.push(if workspace.root.join(FLAKE).is_file() {
            Finding::new(Weight::Good, format!("the repository has a `{FLAKE}`"))
        } else {
            Finding::new(
                Weight::Warning,
                format!("the repository has no `{FLAKE}`, so `nix run` finds nothing at a tag"),
            )
            .help(format!(
                "`cargo xtask manifests --channel nix`, `cp dist/channels/nix/{FLAKE} {FLAKE}`, then commit it"
            ))
        });
    }
    findings
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[
        "Copy the rendered `flake.nix` to the top of the repository, run `nix flake lock`, and commit both: \
         Nix reads what git tracks.",
        "In CI give the job `contents: write`: its own `GITHUB_TOKEN` then pushes the tag.",
        "For a collection of packages of your own set `[channel.nix] collection`, and use a token that may \
         write to it as well.",
    ],
    credential: "https://github.com/settings/personal-access-tokens/new",
    first: &[
        "Publishing is pushing the tag: `nix profile install github:owner/repository/TAG` builds what that \
         commit holds.",
        "nixpkgs is asked for by a person, who says what automation was used for, and who keeps the package \
         from then on.",
    ],
    after: "Whoever names the tag has it at once; who follows the branch, with their next `nix flake update`.",
    troubles: &[
        Trouble {
            says: "/flake.nix' does not exist",
            means: "the commit that the tag names holds no flake",
            next: "commit `flake.nix` and publish another version: a tag is never moved",
        },
        Trouble {
            says: "hash mismatch in fixed-output derivation",
            means: "an asset was replaced after the expression was written, or `cargo-hash` is that of \
                another lock file",
            next: "publish another version, or write the hash that Nix names into `[channel.nix] cargo-hash`",
        },
        Trouble {
            says: "experimental Nix feature 'flakes' is disabled",
            means: "the user's Nix does not read flakes",
            next: "`nix --extra-experimental-features 'nix-command flakes' run …`",
        },
        Trouble {
            says: "does not provide attribute",
            means: "the flake has no package for the user's system",
            next: "add the system to `[channel.nix] systems`",
        },
        Trouble {
            says: "Permission to ",
            means: "the token may not push a tag to the product's repository",
            next: "give the job `contents: write`",
        },
    ],
    undo: &[
        "A tag that nobody uses yet can be deleted with `git push origin :refs/tags/TAG`; locks of users that \
         name its commit go on working as long as the commit is there.",
        "What is in nixpkgs is taken back by a pull request there.",
    ],
};
