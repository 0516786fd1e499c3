//! AUR: what publishing changes there, what it serves, and what people need to know.

mod key;
mod rpc;

use crate::channel::aur::{builds, is_on, name, packages};
use crate::channel::version;
use crate::edition::Edition;
use crate::outside::Look;
use crate::plan::{Gate, Plan, Step};
use crate::problem::Problem;
use crate::protocol::git::{self, Commit, Form, Placed, Remote, Stated, compare, host_keys};
use crate::publish::{Finding, Guide, Live, Stock, Trouble, Weight};
use crate::standing::Failure;

/// The one branch that the server takes (aurweb/git/update.py).
const BRANCH: &str = "master";

/// The host whose keys are known here; any other is the user's to know.
const HOST: &str = "aur.archlinux.org";

/// The steps: a commit for each package base that was rendered.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let mut steps = Vec::new();
    for edition in stock.editions {
        for base in bases(edition) {
            let files: Vec<Placed> = stock
                .below(&base)
                .map(|(path, item)| Placed::new(path, item))
                .collect();
            let Some(srcinfo) = stock.file(&format!("{base}/.SRCINFO")) else {
                continue;
            };
            let version = Form::Srcinfo.read(&stock.text(srcinfo)?).ok_or_else(|| {
                Problem::new(format!("`{base}/.SRCINFO` says no version"))
                    .help("run `cargo xtask manifests` to write it anew")
            })?;
            steps.push(Step::Git(git::Verb::Commit(Commit {
                remote: remote(stock.endpoint("aur-git").unwrap_or_default(), &base),
                branch: Some(BRANCH.to_owned()),
                files,
                without: Vec::new(),
                stated: Some(Stated {
                    path: ".SRCINFO".to_owned(),
                    form: Form::Srcinfo,
                    version: version.clone(),
                }),
                message: format!("Update to {version}"),
                author: packages::maintainers(edition).into_iter().next(),
                time_s: edition.time_s(),
            })));
        }
    }
    plan.stage(Gate::Public, steps);
    Ok(())
}

/// The package bases of an edition: compiled from source, and built already.
fn bases(edition: &Edition) -> Vec<String> {
    let name = name(edition);
    let prebuilt = format!("{name}-bin");
    let mut bases = Vec::new();
    if is_on(edition, "from-source") && edition.source().is_some() {
        bases.push(name);
    }
    if is_on(edition, "prebuilt") && !builds(edition).is_empty() {
        bases.push(prebuilt);
    }
    bases
}

/// The repository of a package base. Arch Linux publishes the keys of its server; they are held against the one that answers.
fn remote(address: &str, base: &str) -> Remote {
    let mut remote = Remote::new(format!("{address}/{base}.git"));
    let place = address.strip_prefix("ssh://").unwrap_or_default();
    if place.rsplit_once('@').map_or(place, |it| it.1) == HOST {
        remote.host_keys = host_keys::AUR.iter().map(|it| (*it).to_owned()).collect();
    }
    remote
}

fn endpoint(look: &Look<'_>, name: &str) -> String {
    look.endpoint(name).expect("the AUR's addresses are public")
}

/// What is served: of two packages the one that is further behind.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let bases = bases(edition);
    let found = rpc::info(look, &endpoint(look, "aur-rpc"), &bases)?;
    let page = bases.last().map(|it| format!("https://{HOST}/packages/{it}"));
    let oldest = found
        .iter()
        .min_by(|a, b| compare(Form::Srcinfo, &a.version, &b.version));
    let is_whole = found.len() == bases.len();
    Ok(Live {
        version: oldest.filter(|_| is_whole).map(|it| pkgver(&it.version).to_owned()),
        pending: None,
        since_s: oldest.map(|it| it.last_modified),
        deadline: None,
        page,
    })
}

/// The version without epoch and number of the recipe.
fn pkgver(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |it| it.1);
    version.rsplit_once('-').map_or(version, |it| it.0)
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let mut findings = Vec::new();
    let address = endpoint(look, "aur-git");
    let credential = look.credential().ok();
    let is_ssh = address.starts_with("ssh:");
    if let Some(credential) = credential.as_ref().filter(|_| is_ssh) {
        findings.push(key::examine(credential.token()));
    }
    let bases = bases(edition);
    match rpc::info(look, &endpoint(look, "aur-rpc"), &bases) {
        Ok(found) => {
            let ours = version::pkgver(edition.version()).unwrap_or_default();
            findings.extend(bases.iter().map(|base| of_base(base, &found, &ours)));
            findings.extend(found.iter().filter_map(flagged));
        }
        Err(failure) => findings.push(Finding::new(Weight::Unknown, failure.what)),
    }
    if credential.is_some() {
        findings.extend(bases.iter().map(|it| git::can_push(look, &remote(&address, it))));
    }
    findings
}

/// Whose the name of a package base is.
fn of_base(base: &str, found: &[rpc::Package], ours: &str) -> Finding {
    let page = format!("https://{HOST}/packages/{base}");
    let Some(package) = found.iter().find(|it| it.name == base) else {
        return Finding::new(
            Weight::Good,
            format!("the name `{base}` is free in the AUR: the first push takes it"),
        )
        .help(format!(
            "see that Arch Linux itself has none: https://archlinux.org/packages/?q={base}"
        ));
    };
    match &package.maintainer {
        None => Finding::new(Weight::Bad, format!("`{base}` is an orphan"))
            .help(format!("ask for its adoption on {page}; a package maintainer grants it")),
        Some(_) if package.base != base => Finding::new(
            Weight::Bad,
            format!("`{base}` belongs to the package base `{}`", package.base),
        )
        .help(page),
        Some(maintainer) => {
            let what = format!("`{base}` is at {}, maintained by {maintainer}", package.version);
            let is_newer = compare(Form::Srcinfo, pkgver(&package.version), ours).is_gt();
            Finding::new(if is_newer { Weight::Warning } else { Weight::Good }, what)
        }
    }
}

fn flagged(package: &rpc::Package) -> Option<Finding> {
    let since = package.out_of_date?;
    let when = crate::time::Date::of(since);
    let what = format!("`{}` is flagged as out of date since {when}", package.name);
    Some(Finding::new(Weight::Warning, what).help("the next push takes the flag away"))
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[
        "Make an account at <https://aur.archlinux.org/register> and answer the mail that verifies its address: nothing can be \
         pushed before.",
        "Make a key for this alone, without a passphrase: `ssh-keygen -t ed25519 -N '' -f aur`. Put `aur.pub` into *My Account* \
         under *SSH Public Key*, and the whole text of `aur` into the secret `AUR_SSH_PRIVATE_KEY`.",
        "See that neither the official repositories nor the AUR have the product under another name.",
    ],
    credential: "https://aur.archlinux.org/account/",
    first: &["The first push to a name makes the package base, and its maintainer whoever pushed. Nobody looks at it before."],
    after: "At once: `git clone` gives the new recipe, and the page shows it.",
    troubles: &[
        Trouble {
            says: "permission denied (publickey",
            means: "the key is in no account of the AUR",
            next: "put the public half of `AUR_SSH_PRIVATE_KEY` into *My Account*",
        },
        Trouble {
            says: "email is not verified",
            means: "the account's address is not verified",
            next: "answer the mail of the AUR, or have it sent again from the profile",
        },
        Trouble {
            says: "is orphaned",
            means: "nobody maintains the package base, and pushing no longer adopts it",
            next: "ask for the adoption on its page and wait until a package maintainer has granted it",
        },
        Trouble {
            says: "git-receive-pack: permission denied",
            means: "the package base belongs to somebody else",
            next: "ask its maintainer to add you as a co-maintainer, or set `name` under `[channel.aur]`",
        },
        Trouble {
            says: "package already provided by",
            means: "the official repositories have a package of this name",
            next: "the AUR takes no duplicates: turn the channel off, or leave out the package with `from-source = false`",
        },
        Trouble {
            says: "is blacklisted",
            means: "the name is on the AUR's list of those that it never takes",
            next: "set another `name` under `[channel.aur]`",
        },
        Trouble {
            says: "cannot overwrite package",
            means: "another package base has a package of this name",
            next: "set another `name` under `[channel.aur]`",
        },
        Trouble {
            says: "missing .SRCINFO",
            means: "a commit of the push has no `.SRCINFO`",
            next: "run `cargo xtask manifests`, and look into the repository's history",
        },
        Trouble {
            says: "invalid pkgbase",
            means: "the `.SRCINFO` names another package base than the repository",
            next: "set `pkgname` and `pkgbase` of the edited template to the folder's name",
        },
        Trouble {
            says: "maximum blob size",
            means: "a file is larger than 250 KiB",
            next: "download it as a `source` instead of putting it beside the PKGBUILD",
        },
        Trouble {
            says: ".SRCINFO unchanged",
            means: "the push changed the recipe and not its `.SRCINFO`, so users see no new version",
            next: "run `cargo xtask manifests` and raise `pkgrel` under `[channel.aur]`",
        },
        Trouble {
            says: "host key verification failed",
            means: "the server is not the one whose keys Arch Linux has published",
            next: "compare the fingerprints on <https://aur.archlinux.org> before anything else",
        },
        Trouble {
            says: "down due to maintenance",
            means: "the AUR is being worked on",
            next: "run the same command again later",
        },
    ],
    undo: &[
        "Push a commit that goes back; pacman takes an older version for older, so it needs `epoch` under `[channel.aur]`, which \
         stays for ever.",
        "A package base is deleted on request only: *Submit Request* on its page.",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_lose_what_is_the_recipes() {
        let check = |text, expected| assert_eq!(pkgver(text), expected);
        check("1.2.3-1", "1.2.3");
        check("2:1.2.3rc.1-2", "1.2.3rc.1");
    }

    #[test]
    fn the_keys_of_the_known_server_are_pinned() {
        let known = remote("ssh://aur@aur.archlinux.org", "demo-bin");
        assert_eq!(known.url, "ssh://aur@aur.archlinux.org/demo-bin.git");
        assert_eq!(known.host_keys.len(), host_keys::AUR.len());
        for other in ["ssh://aur@aur.archlinux.org.example", "http://127.0.0.1:1/git"] {
            assert_eq!(remote(other, "demo").host_keys, Vec::<String>::new());
        }
    }
}
