//! Scoop: what publishing changes there, what it serves, and what people need to know.

use super::{CHANNEL, app};
use crate::channel::own_repository as own;
use crate::edition::Edition;
use crate::outside::Look;
use crate::plan::{Gate, Plan};
use crate::problem::Problem;
use crate::protocol::git::{Form, Placed};
use crate::protocol::github;
use crate::publish::{Finding, Guide, Live, Stock, Trouble};
use crate::standing::Failure;

/// Where manifests lie in a bucket.
const FOLDER: &str = "bucket";

/// What keeps LF in git and gives CRLF to work trees, as Scoop's own tests of buckets want it (ScoopInstaller/Main).
const ATTRIBUTES: &str = "* text=auto eol=crlf\n";

/// The repository of the bucket.
pub(crate) fn repository(edition: &Edition) -> Option<String> {
    let set = edition.settings(&CHANNEL).text("bucket");
    own::named(edition, set, "scoop-bucket")
}

/// The steps.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let files: Vec<_> = stock.below(FOLDER).collect();
    if files.is_empty() {
        plan.block("no manifest was rendered: the release has no build for Windows");
        return Ok(());
    }
    let repository = repository(stock.main()).ok_or_else(|| {
        Problem::new("no repository for the bucket: the product has none on GitHub")
            .help("set `[channel.scoop] bucket` to `owner/name`")
    })?;
    let cited = own::cited(stock, files.iter().map(|it| it.1))?;
    plan.stage(Gate::Public, github::served(stock, &cited));
    for (app, group) in own::by_stem(files.into_iter()) {
        let path = format!("{FOLDER}/{app}.json");
        let mut placed: Vec<Placed> = group
            .iter()
            .map(|(name, item)| Placed::new(format!("{FOLDER}/{name}"), item))
            .collect();
        placed.push(Placed::when_none(".gitattributes", ATTRIBUTES));
        let step = own::commit(
            stock,
            &repository,
            placed,
            Some((&path, Form::Json)),
            // As Scoop's own robot writes it.
            format!("{app}: Update to version {}", plan.version),
        );
        plan.stage(Gate::Public, [step]);
    }
    Ok(())
}

/// What is served.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let path = format!("{FOLDER}/{}.json", app(edition));
    own::live(look, repository(edition).as_deref(), &path, Form::Json)
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    own::examine(look, repository(edition).as_deref())
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[
        "Make a public repository `scoop-bucket` on GitHub; an empty one is enough, and the topic \
         `scoop-bucket` lets others find it.",
        "Make a token with the right to write the contents of that repository alone: a job's own \
         `GITHUB_TOKEN` cannot.",
        "Store it as the secret `SCOOP_BUCKET_TOKEN` of the product's repository.",
    ],
    credential: "https://github.com/settings/personal-access-tokens/new",
    first: &[
        "The first commit begins an empty repository, with the `.gitattributes` that Scoop's tests of buckets \
         want; one that is there stays.",
        "Users add the bucket once: `scoop bucket add NAME https://github.com/owner/scoop-bucket`.",
    ],
    after: "Users have it with their next `scoop update`, which pulls the bucket.",
    troubles: &[
        Trouble {
            says: "Hash check failed",
            means: "an asset was replaced after the manifest was written",
            next: "publish another version: an asset of a published release must never change",
        },
        Trouble {
            says: "Couldn't find manifest for",
            means: "the user's bucket is not added, or older than the app",
            next: "`scoop bucket add`, then `scoop update`",
        },
        Trouble {
            says: "Permission to ",
            means: "the token may not write to the bucket",
            next: "give it the right to write the contents of the bucket's repository, and store it as \
                `SCOOP_BUCKET_TOKEN`",
        },
        Trouble {
            says: "Authentication failed",
            means: "GitHub does not know the token: it has expired or was revoked",
            next: "make a new one and store it as `SCOOP_BUCKET_TOKEN`",
        },
        Trouble {
            says: "Repository not found",
            means: "there is no such bucket, or it is private and the token does not see it",
            next: "make the repository, or correct `[channel.scoop] bucket`",
        },
    ],
    undo: &[
        "Revert the commit in the bucket: `git revert HEAD`, then push.",
        "Who has the version already keeps it: Scoop does not go back by itself, so publish a newer one.",
    ],
};
