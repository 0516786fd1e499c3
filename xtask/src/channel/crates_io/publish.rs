//! Cargo registry: what publishing changes there, what it serves, and what people need to know.

use std::sync::Arc;

use semver::Version;

use super::{ORDER, Order, members};
use crate::edition::Edition;
use crate::outside::Look;
use crate::plan::{Gate, Plan, Step};
use crate::problem::Problem;
use crate::protocol::cargo::pack::View;
use crate::protocol::cargo::registry::Shelf;
use crate::protocol::cargo::{Registry, Source, Verb};
use crate::protocol::oidc;
use crate::publish::{Finding, Guide, Live, Stock, Trouble, Weight};
use crate::standing::Failure;
use crate::time;

/// The steps: one crate after the other, each after those that it depends on.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let Some(list) = stock.file(ORDER) else {
        plan.block(
            "no package of the release may be published: each has `publish = false`, or needs one that has",
        );
        return Ok(());
    };
    let main = stock.main();
    let Some(workspace) = &main.workspace else {
        anyhow::bail!("cargo publishes from a workspace, and the release is not read from one");
    };
    let order: Order = serde_json::from_str(&stock.text(list)?)?;
    let mut registry = Registry::at(stock.endpoint("cargo"));
    registry.stands_in = registry.index.is_some() && order.crates.len() > 1;
    let mut items = Vec::new();
    for row in &order.crates {
        let item = stock.file(&row.file).ok_or_else(|| {
            Problem::new(format!("`{ORDER}` names `{}`, which is not there", row.file))
                .help("run `cargo xtask manifests` to write it anew")
        })?;
        items.push((row, item));
    }
    let identity = &main.release.identity;
    let source = Arc::new(Source {
        root: workspace.root.clone(),
        commit: identity.commit.as_ref().map(|it| it.id.clone()),
        view: View {
            is_dirty: identity.is_dirty,
            has_lock: main.lock.is_some(),
        },
        crates: (items.iter())
            .map(|(row, item)| (row.name.clone(), row.file.clone(), item.sha256))
            .collect(),
    });
    for (row, item) in items {
        let verb = Verb::Publish {
            name: row.name.clone(),
            version: row.version.clone(),
            item: item.clone(),
            registry: registry.clone(),
            source: Arc::clone(&source),
        };
        plan.stage(Gate::Public, [Step::Cargo(verb)]);
    }
    plan.note(
        "cargo packs the crates again and must come to the rendered bytes; it does not compile them (`--no-verify`), since \
         `dist` has compiled the same source",
    );
    if registry.stands_in {
        plan.note("crates of the release that depend on each other are looked for in this registry, and so is all else that they depend on");
    }
    Ok(())
}

/// What is served.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let name = &edition.listing.package;
    let registry = Registry::at(look.endpoint("cargo").as_deref());
    let shelf = registry.ask(look, name, None)?;
    let offered = shelf.lines.iter().filter(|it| !it.yanked);
    let offered = offered.filter_map(|it| Some((Version::parse(&it.vers).ok()?, it)));
    // Without a version cargo takes a pre-release only where there is nothing else.
    let newest = offered.max_by(|(a, _), (b, _)| {
        let key = |it: &Version| (it.pre.is_empty(), it.clone());
        key(a).cmp(&key(b))
    });
    let Some((version, line)) = newest else {
        return Ok(Live::default());
    };
    Ok(Live {
        version: Some(version.to_string()),
        since_s: line.pubtime.as_deref().and_then(time::of_rfc3339),
        page: page(&shelf, name),
        ..Live::default()
    })
}

/// The page for people, which cargo names for the public registry alone.
fn page(shelf: &Shelf, name: &str) -> Option<String> {
    let links = shelf.text.lines().filter_map(|it| it.split_once(": "));
    let (_, link) = links
        .map(|(key, link)| (key, link.trim()))
        .find(|(_, link)| link.contains(&format!("/crates/{name}")))?;
    let (start, _) = link.split_once(&format!("/crates/{name}"))?;
    Some(format!("{start}/crates/{name}"))
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let registry = Registry::at(look.endpoint("cargo").as_deref());
    let credential = look.credential().ok();
    let is_trusted = credential.as_ref().is_some_and(oidc::is_offered);
    let mut findings = Vec::new();
    if let Some(credential) = credential.as_ref().filter(|_| !is_trusted) {
        findings.push(form(&registry, credential.token().reveal().trim()));
        findings.push(Finding::new(
            Weight::Unknown,
            "whether the token may publish: the registry answers that to an upload alone",
        ));
    }
    for name in names(edition) {
        findings.push(match registry.ask(look, &name, None) {
            Err(failure) => Finding::new(Weight::Unknown, failure.what),
            Ok(shelf) if shelf.lines.is_empty() && shelf.text.is_empty() => {
                free(&registry, &name, is_trusted)
            }
            Ok(shelf) => whose(&shelf, &name, edition),
        });
    }
    findings
}

/// The crates of the release: a program brings the libraries that it needs.
fn names(edition: &Edition) -> Vec<String> {
    let packages = &edition.release.identity.packages;
    let Some(workspace) = edition.workspace.as_ref().filter(|_| edition.is_main) else {
        return vec![edition.listing.package.clone()];
    };
    let members = members::in_order(workspace, packages);
    members.iter().map(|it| it.name.to_string()).collect()
}

fn free(registry: &Registry, name: &str, is_trusted: bool) -> Finding {
    if is_trusted {
        return Finding::new(
            Weight::Bad,
            format!("`{name}` is not in {registry}, and trusted publishing makes no new crates"),
        )
        .help("publish the first version with a token: set `CARGO_REGISTRY_TOKEN`");
    }
    Finding::new(Weight::Good, format!("the name `{name}` is free in {registry}"))
}

/// Whether the token has the form of the public registry's (C3).
fn form(registry: &Registry, token: &str) -> Finding {
    let variable = registry.token_variable();
    if registry.index.is_some() || (token.starts_with("cio") && token.len() >= 32) {
        return Finding::new(Weight::Good, format!("`{variable}` has the form of a token"));
    }
    Finding::new(
        Weight::Bad,
        format!("`{variable}` has not the form of a token, which begins with `cio`"),
    )
    .help(GUIDE.credential)
}

/// Whether what is there is ours, as far as its own words tell.
fn whose(shelf: &Shelf, name: &str, edition: &Edition) -> Finding {
    let tidy = |it: &str| it.trim_end_matches('/').trim_end_matches(".git").to_lowercase();
    let said = shelf.text.lines().find_map(|it| it.strip_prefix("repository: "));
    let ours = edition.listing.repository.as_ref().map(|it| tidy(&it.url));
    match said {
        Some(said) if ours.as_deref() == Some(tidy(said).as_str()) => {
            Finding::new(Weight::Good, format!("`{name}` is there, from this repository"))
        }
        Some(said) => Finding::new(
            Weight::Warning,
            format!("`{name}` is there, from another repository: {said}"),
        )
        .help(format!(
            "`cargo owner --list {name}` says whose it is; a taken name needs another one in `Cargo.toml`"
        )),
        None => Finding::new(
            Weight::Unknown,
            format!("`{name}` is there, and says nothing of its repository"),
        )
        .help(format!("`cargo owner --list {name}` says whose it is")),
    }
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[
        "Log in to the registry with a GitHub account and confirm the e-mail address in the account's settings: without it \
         every upload is refused.",
        "Make a token with the scopes `publish-new` and `publish-update`, for these crates alone, with an end.",
        "Put it into the secret `CARGO_REGISTRY_TOKEN` of the repository.",
        "After the first publication, trusted publishing can take the token's place: name the repository, the workflow's file \
         and its environment in the crate's settings, give the job `permissions: id-token: write`, and leave \
         `CARGO_REGISTRY_TOKEN` unset.",
    ],
    credential: "a token is made in the account's settings under API Tokens; `cargo login` shows the address",
    first: &[
        "A new name needs a token with the scope `publish-new`; trusted publishing makes no new crates.",
        "Of new names 5 are taken at once and then one every ten minutes; a run waits for its turn.",
    ],
    after: "Users get it at once: the index shows it within a minute.",
    troubles: &[
        Trouble {
            says: "is already uploaded",
            means: "this version is taken for ever, yanked or not, whatever its build metadata",
            next: "publish another version; if it was yanked by mistake, `cargo yank --undo NAME@VERSION` offers it again",
        },
        Trouble {
            says: "missing or empty metadata fields",
            means: "the crate's `Cargo.toml` lacks what the registry asks for",
            next: "add `description` and `license`, commit, and build the release again",
        },
        Trouble {
            says: "unknown or invalid license expression",
            means: "`license` is no SPDX expression",
            next: "write it with `OR` and `AND`, such as `MIT OR Apache-2.0`",
        },
        Trouble {
            says: "verified email address is required",
            means: "the account has no confirmed e-mail address",
            next: "confirm it in the account's settings, then run the same command again",
        },
        Trouble {
            says: "crate was previously named",
            means: "`-`, `_` and capitals make no new name",
            next: "write the name as it was first published",
        },
        Trouble {
            says: "cannot upload a crate with a reserved name",
            means: "the name belongs to Rust itself or to Windows",
            next: "choose another name",
        },
        Trouble {
            says: "was recently deleted",
            means: "a crate of this name was deleted, and the name rests for a time",
            next: "wait until the date in the message, or choose another name",
        },
        Trouble {
            says: "don't seem to be an owner",
            means: "the token belongs to somebody who does not own the crate",
            next: "ask an owner for `cargo owner --add LOGIN`, and accept the invitation",
        },
        Trouble {
            says: "does not have the required permissions",
            means: "the token's scopes or crates do not cover this",
            next: "make a token with `publish-update` (and `publish-new` for a new name) that covers the crate",
        },
        Trouble {
            says: "authentication failed",
            means: "the registry does not know the token: it was revoked, has ended, or was cut while copying",
            next: "make a new one and set `CARGO_REGISTRY_TOKEN`",
        },
        Trouble {
            says: "do not support creating new crates",
            means: "trusted publishing works from the second version on",
            next: "publish the first version with a token",
        },
        Trouble {
            says: "can only be published using Trusted Publishing",
            means: "the crate's owners allow no tokens",
            next: "publish from the workflow that the crate's settings name, with `CARGO_REGISTRY_TOKEN` unset",
        },
        Trouble {
            says: "too many new crates",
            means: "new names: 5 at once, then one every ten minutes",
            next: "run the same command again after the time in the message",
        },
        Trouble {
            says: "in a short period of time",
            means: "versions: 30 at once, then one a minute",
            next: "run the same command again after the time in the message",
        },
        Trouble {
            says: "max upload size",
            means: "a `.crate` has at most 10 MiB",
            next: "leave files out by `exclude` in `Cargo.toml`, or ask the registry's team for more",
        },
        Trouble {
            says: "not listed in the `package.publish` value",
            means: "`publish` in `Cargo.toml` names the registries that may have it, and this one is another",
            next: "for a registry of your own, name it `xtask` in that list, or leave `publish` out",
        },
        Trouble {
            says: "Cross-registry dependencies are not permitted",
            means: "the crate depends on one in another registry",
            next: "publish that crate here too, or do without it",
        },
    ],
    undo: &[
        "`cargo yank NAME@VERSION` keeps new users away from a version; who has it in a lock file goes on getting it. `cargo \
         yank --undo NAME@VERSION` takes that back. Both need a token with the scope `yank`.",
        "A version is never replaced, and its number never used again. Its sole owner can delete a whole crate within 72 hours, \
         or later while hardly anybody uses it.",
    ],
};
