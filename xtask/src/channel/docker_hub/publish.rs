//! Docker Hub: what publishing changes there, what it serves, and what people need to know.

use crate::channel::docker_hub::{CHANNEL, repository};
use crate::channel::version;
use crate::edition::Edition;
use crate::outside::Look;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::protocol::oci::{self, Image, Place, Right};
use crate::publish::{Finding, Guide, Live, Stock, Trouble, Weight};
use crate::standing::Failure;

/// Where images go.
const ENDPOINT: &str = "docker-hub";

/// How the tokens of Docker Hub begin: a person's, and an organization's.
const TOKENS: &[&str] = &["dckr_pat_", "dckr_oat_"];

/// The steps.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let registry = stock.endpoint(ENDPOINT).unwrap_or_default();
    let mut images = Vec::new();
    for edition in stock.editions {
        let folder = edition.listing_for(&CHANNEL).name.to_lowercase();
        if stock.below(&folder).next().is_none() {
            continue;
        }
        let repository = repository(edition).ok_or_else(|| {
            Problem::new(format!("nothing says where the image `{folder}` goes"))
                .help("write `repository` into `Cargo.toml`, or set `[channel.docker-hub] repository`")
        })?;
        images.push(image(edition, folder, registry, &repository)?);
    }
    oci::stages(stock, &images, plan)
}

/// An image of a package, and where it goes.
pub(in crate::channel) fn image(
    edition: &Edition,
    folder: String,
    registry: &str,
    repository: &str,
) -> anyhow::Result<Image> {
    Ok(Image {
        folder,
        place: Place {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
        },
        exact: version::oci(edition.version()).map_err(Problem::new)?,
        version: edition.version().clone(),
    })
}

fn place(look: &Look<'_>, edition: &Edition) -> Result<Place, Failure> {
    let repository = repository(edition).ok_or_else(|| {
        Failure::new("nothing says where the image is").help("set `[channel.docker-hub] repository`")
    })?;
    Ok(Place {
        registry: look.endpoint(ENDPOINT).unwrap_or_default(),
        repository,
    })
}

/// What is served.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let place = place(look, edition)?;
    let served = oci::served(look, &place, Right::Pull)?;
    Ok(Live {
        version: served.and_then(|it| it.newest).map(|it| it.to_string()),
        page: Some(format!("https://hub.docker.com/r/{}", place.repository)),
        ..Live::default()
    })
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let place = match place(look, edition) {
        Ok(place) => place,
        Err(failure) => return vec![bad(&failure)],
    };
    let mut found = vec![namespace(&place.repository)];
    match look.credential() {
        Ok(credential) => {
            let token = credential.token();
            let is_token = TOKENS.iter().any(|it| token.reveal().starts_with(it));
            found.push(if is_token {
                Finding::new(Weight::Good, format!("`{}` is an access token", token.name()))
            } else {
                Finding::new(Weight::Warning, format!("`{}` does not begin like an access token", token.name()))
                    .help("a token can be taken back without a new password: https://app.docker.com/settings/personal-access-tokens")
            });
            found.push(may_push(look, &place));
        }
        Err(failure) => {
            found.push(bad(&failure).help(format!("{} shows where it is made", GUIDE.credential)))
        }
    }
    found.push(taken(look, edition, &place));
    found
}

/// A failure as a finding: what may pass says nothing yet.
pub(in crate::channel) fn bad(failure: &Failure) -> Finding {
    let weight = match failure.again {
        crate::standing::Again::Never => Weight::Bad,
        _ => Weight::Unknown,
    };
    let finding = Finding::new(weight, failure.what.clone());
    match failure.help.first() {
        Some(help) => finding.help(help.clone()),
        None => finding,
    }
}

/// The form of a Docker ID: 4 to 30 lower-case letters and digits (Docker's documentation, "Create an account").
fn namespace(repository: &str) -> Finding {
    let namespace = repository.split('/').next().unwrap_or_default();
    let is_fine = (4..=30).contains(&namespace.len())
        && namespace
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    if is_fine {
        return Finding::new(Weight::Good, format!("images go to `{repository}`"));
    }
    Finding::new(
        Weight::Warning,
        format!("`{namespace}` is no name that Docker Hub gives to an account today"),
    )
    .help("set `[channel.docker-hub] repository`, such as \"owner/demo\"")
}

/// Whether the registry would let us push, asked without pushing.
pub(in crate::channel) fn may_push(look: &Look<'_>, place: &Place) -> Finding {
    match oci::granted(look, place) {
        Ok(Some(true)) => Finding::new(Weight::Good, format!("the token may push to {place}")),
        Ok(Some(false)) => Finding::new(Weight::Bad, format!("the token may not push to {place}"))
            .help("make one with the right to read and write, for a member of the namespace"),
        Ok(None) => Finding::new(
            Weight::Unknown,
            format!("{place} takes the credential and does not tell whether it may push"),
        ),
        Err(failure) => bad(&failure),
    }
}

/// Whether the name is free, ours, or somebody else's.
pub(in crate::channel) fn taken(look: &Look<'_>, edition: &Edition, place: &Place) -> Finding {
    let right = if look.credential().is_ok() {
        Right::Push
    } else {
        Right::Pull
    };
    let own = edition.listing.repository.as_ref().map(|it| it.url.clone());
    let page = |it: &str| it.trim_end_matches(".git").trim_end_matches('/').to_lowercase();
    match oci::served(look, place, right) {
        Ok(None) => Finding::new(Weight::Good, format!("{place} is free: the first push makes it")),
        Ok(Some(served)) => match (&served.source, &own) {
            (Some(there), Some(own)) if page(there) != page(own) => Finding::new(
                Weight::Warning,
                format!("{place} is there, and says that its source is {there}, not {own}"),
            )
            .help("is the name that of another product?"),
            (Some(_), Some(_)) => Finding::new(Weight::Good, format!("{place} is ours")),
            _ => Finding::new(
                Weight::Good,
                format!("{place} is there, with {} tags", served.tags.len()),
            ),
        },
        Err(failure) => bad(&failure),
    }
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[
        "Make an account at https://hub.docker.com, or an organization that the account is a member of: its name is the \
         first part of every image's.",
        "Make an access token with *Read & Write* and put it into the secret `DOCKERHUB_TOKEN`, and the name of the account \
         into `DOCKERHUB_USERNAME`. An organization's token has the organization's name as its user.",
        "Where no variable is set, a login that `docker login` has written into `~/.docker/config.json` is used; what a \
         credential helper keeps is not.",
    ],
    credential: "https://app.docker.com/settings/personal-access-tokens",
    first: &[
        "The first push makes the repository, public or private as the namespace's *default privacy* says: look at it before.",
        "Description and categories of the page are written on the page; they are no part of an image.",
    ],
    after: "Users can pull at once: the index is the last thing that is sent, and its tags come after it.",
    troubles: &[
        Trouble {
            says: "incorrect username or password",
            means: "the user name, or the token, is not one that Docker Hub knows",
            next: "compare `DOCKERHUB_USERNAME` with the name of the account, and make a new token",
        },
        Trouble {
            says: "requested access to the resource is denied",
            means: "the namespace is wrong, or the token may only read",
            next: "look at `[channel.docker-hub] repository`, and make a token with *Read & Write*",
        },
        Trouble {
            says: "toomanyrequests",
            means: "Docker Hub counts what an account asks for, and it was too much",
            next: "wait for an hour, or log in with an account that may ask for more",
        },
        Trouble {
            says: "manifest_blob_unknown",
            means: "a blob that a manifest names is not in the repository, although it was sent",
            next: "run the same command again: it sends what is missing",
        },
        Trouble {
            says: "digest_invalid",
            means: "what came there is not what was sent: a proxy on the way changed it",
            next: "publish over another line",
        },
        Trouble {
            says: "name_invalid",
            means: "a repository is called `namespace/name`, in lower-case letters and digits",
            next: "set `[channel.docker-hub] repository`",
        },
    ],
    undo: &[
        "Delete the tag on the page of the repository, under *Tags*; the registry itself deletes nothing on Docker Hub.",
        "Then publish the version before once more: the tags `latest`, `1` and `1.2` do not move back by themselves.",
        "Whoever has pulled the image keeps it.",
    ],
};
