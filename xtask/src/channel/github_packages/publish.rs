//! GitHub Packages: what publishing changes there, what it serves, and what people need to know.

use crate::channel::docker_hub::publish as hub;
use crate::channel::github_packages::{CHANNEL, IMAGE_FOLDER, owner};
use crate::edition::Edition;
use crate::outside::Look;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::protocol::oci::{self, Place, Right};
use crate::publish::{Finding, Guide, Live, Stock, Trouble, Weight};
use crate::standing::Failure;

/// Where images go.
const ENDPOINT: &str = "ghcr";

/// How GitHub's tokens begin: a classic one, a job's, and that of an app that acts for a person.
const TOKENS: &[&str] = &["ghp_", "ghs_", "gho_", "ghu_"];

/// How a fine-grained token begins.
const FINE_GRAINED: &str = "github_pat_";

/// The steps: the images, then the npm packages.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    images(stock, plan)
}

/// The images.
fn images(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let registry = stock.endpoint(ENDPOINT).unwrap_or_default();
    let mut images = Vec::new();
    for edition in stock.editions {
        let folder = format!("{IMAGE_FOLDER}/{}", name(edition));
        if stock.below(&folder).next().is_none() {
            continue;
        }
        let repository = repository(edition).ok_or_else(|| {
            Problem::new(format!("nothing says who owns the image `{folder}`"))
                .help("write `repository` into `Cargo.toml`, or set `[channel.github-packages] owner`")
        })?;
        images.push(hub::image(edition, folder, registry, &repository)?);
    }
    if !images.is_empty() {
        plan.note("a package is private after its first push: make it public once, on its page under *Package settings*");
    }
    oci::stages(stock, &images, plan)
}

/// The name of an image, in lower case as the registry wants it.
fn name(edition: &Edition) -> String {
    let listing = edition.listing_for(&CHANNEL);
    listing.name.rsplit('/').next().unwrap_or_default().to_lowercase()
}

fn repository(edition: &Edition) -> Option<String> {
    Some(format!("{}/{}", owner(edition)?, name(edition)))
}

fn place(look: &Look<'_>, edition: &Edition) -> Result<Place, Failure> {
    let repository = repository(edition).ok_or_else(|| {
        Failure::new("nothing says who owns the packages").help("set `[channel.github-packages] owner`")
    })?;
    Ok(Place {
        registry: look.endpoint(ENDPOINT).unwrap_or_default(),
        repository,
    })
}

/// What is served: the version of the image.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let place = place(look, edition)?;
    let served = oci::served(look, &place, Right::Pull)?;
    let page = edition
        .listing
        .repository
        .as_ref()
        .and_then(|it| it.github.as_ref());
    Ok(Live {
        version: served.and_then(|it| it.newest).map(|it| it.to_string()),
        page: page.map(|(owner, repository)| {
            format!(
                "https://github.com/{owner}/{repository}/pkgs/container/{}",
                name(edition)
            )
        }),
        ..Live::default()
    })
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let place = match place(look, edition) {
        Ok(place) => place,
        Err(failure) => return vec![hub::bad(&failure)],
    };
    let mut found = Vec::new();
    match look.credential() {
        Ok(credential) => {
            let token = credential.token();
            found.push(form(token.name(), token.reveal()));
            found.push(hub::may_push(look, &place));
        }
        Err(failure) => {
            found.push(hub::bad(&failure).help(format!("{} shows where it is made", GUIDE.credential)));
        }
    }
    found.push(hub::taken(look, edition, &place));
    found
}

/// What the form of a token tells.
fn form(name: &str, token: &str) -> Finding {
    if token.starts_with(FINE_GRAINED) {
        return Finding::new(Weight::Bad, format!("`{name}` is a fine-grained token, which GitHub Packages does not take"))
            .help("make a classic token with `write:packages`, or use the job's own with `permissions: packages: write`");
    }
    if TOKENS.iter().any(|it| token.starts_with(it)) {
        return Finding::new(Weight::Good, format!("`{name}` is a token of GitHub"));
    }
    Finding::new(
        Weight::Warning,
        format!("`{name}` does not begin like a token of GitHub"),
    )
    .help("classic tokens begin with `ghp_`, those of a job with `ghs_`")
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[
        "In GitHub Actions the job's own `GITHUB_TOKEN` is enough, with `permissions: packages: write`.",
        "Elsewhere make a classic token with `write:packages` and put it into `GITHUB_TOKEN`; a fine-grained token is not \
         taken.",
        "The image carries the label `org.opencontainers.image.source` with the repository's address, which ties the package \
         to the repository and gives its jobs the right to push.",
    ],
    credential: "https://github.com/settings/tokens/new?scopes=write:packages",
    first: &[
        "The first push makes the package, and it is private: make it public once, on its page under *Package settings*, \
         *Change visibility*. That cannot be undone.",
        "A package that was pushed by hand before belongs to no repository: connect it under *Package settings*, *Manage \
         Actions access*, with the role *Write*.",
    ],
    after: "Users can pull at once: the index is the last thing that is sent, and its tags come after it.",
    troubles: &[
        Trouble {
            says: "permission_denied: write_package",
            means: "the token may not push to this package: the job lacks `packages: write`, or the package belongs to no \
                    repository or another one",
            next: "set `permissions: packages: write`, and on the package's page under *Manage Actions access* add the \
                   repository with the role *Write*",
        },
        Trouble {
            says: "permission_denied",
            means: "the token lacks a right on the package",
            next: "a classic token wants `write:packages`; one of an organization with single sign-on must be authorized for it",
        },
        Trouble {
            says: "denied: denied",
            means: "the token has ended or is not one of GitHub's",
            next: "make a new one",
        },
        Trouble {
            says: "unauthorized",
            means: "the token is not taken",
            next: "make a classic token with `write:packages`, or give the job `packages: write`",
        },
        Trouble {
            says: "exceeds the maximum permissible limit",
            means: "GitHub's registry takes pieces of at most 4 MiB of an upload in pieces, and layers of at most 10 GB",
            next: "make the layer smaller",
        },
    ],
    undo: &[
        "Delete the version on the package's page, or by `DELETE /user/packages/container/{name}/versions/{id}`; it can be \
         restored for 30 days.",
        "A public package with more than 5000 downloads is deleted by GitHub's support alone.",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_apart_by_their_form() {
        let check = |token, weight| assert_eq!(form("GITHUB_TOKEN", token).weight, weight, "{token}");
        check("ghp_x", Weight::Good);
        check("ghs_x", Weight::Good);
        check("github_pat_x", Weight::Bad);
        check("x", Weight::Warning);
    }
}
