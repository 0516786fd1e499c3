//! Repositories of one's own that users of a channel install from: a tap, a bucket, a collection of packages.

use std::collections::BTreeMap;

use crate::channel::nix::sri;
use crate::edition::Edition;
use crate::effect::environment;
use crate::outside::Look;
use crate::plan::{Item, Step};
use crate::protocol::git::{self, Commit, Form, Placed, Remote, Stated, Verb};
use crate::publish::{Finding, Live, Stock, Weight};
use crate::standing::Failure;

/// The repository `owner/name` at GitHub, or what stands in for it.
pub(in crate::channel) fn remote(web: &str, repository: &str) -> Remote {
    Remote::new(format!("{web}/{repository}.git"))
}

/// The repository of a key of the settings, else one of the product's owner; `None` where there is no owner either.
pub(in crate::channel) fn named(edition: &Edition, own: Option<&str>, default: &str) -> Option<String> {
    let owner = edition
        .listing
        .repository
        .as_ref()
        .and_then(|it| it.github.as_ref());
    match own {
        Some(text) => text.contains('/').then(|| text.to_owned()),
        None => owner.map(|it| format!("{}/{default}", it.0)),
    }
}

/// Who answers for the package, where git does not know who commits.
pub(in crate::channel) fn author(edition: &Edition) -> Option<String> {
    let person = &edition.listing.maintainer;
    let email = person.email.as_ref()?;
    Some(format!("{} <{email}>", person.name))
}

/// The step that brings files to a repository of one's own.
pub(in crate::channel) fn commit(
    stock: &Stock<'_>,
    repository: &str,
    files: Vec<Placed>,
    stated: Option<(&str, Form)>,
    message: String,
) -> Step {
    let edition = stock.main();
    let web = stock.endpoint("github-web").unwrap_or_default();
    Step::Git(Verb::Commit(Commit {
        remote: remote(web, repository),
        branch: None,
        files,
        without: Vec::new(),
        stated: stated.map(|(path, form)| Stated {
            path: path.to_owned(),
            form,
            version: edition.version().to_string(),
        }),
        message,
        author: author(edition),
        time_s: edition.time_s(),
    }))
}

/// The artifacts of the release whose digests stand in files, in hexadecimal or as Nix writes them.
pub(in crate::channel) fn cited<'a>(
    stock: &Stock<'a>,
    items: impl IntoIterator<Item = &'a Item>,
) -> anyhow::Result<Vec<&'a str>> {
    let mut texts = Vec::new();
    for item in items {
        texts.push(stock.text(item)?);
    }
    let artifacts = &stock.main().release.artifacts;
    let is_cited = |sha256: crate::digest::Sha256| {
        let forms = [sha256.to_string(), sri(sha256)];
        texts.iter().any(|text| forms.iter().any(|it| text.contains(it)))
    };
    let cited = artifacts.iter().filter(|it| is_cited(it.digests.sha256));
    Ok(cited.map(|it| it.name.as_str()).collect())
}

/// Files by the last part of their names without its ending: what belongs to one package is committed together.
pub(in crate::channel) fn by_stem<'a>(
    files: impl Iterator<Item = (&'a str, &'a Item)>,
) -> BTreeMap<String, Vec<(&'a str, &'a Item)>> {
    let mut groups: BTreeMap<String, Vec<(&str, &Item)>> = BTreeMap::new();
    for (path, item) in files {
        let name = item.name();
        let stem = name.rsplit_once('.').map_or(name, |it| it.0);
        groups.entry(stem.to_owned()).or_default().push((path, item));
    }
    groups
}

/// What a file at the head of a repository offers.
pub(in crate::channel) fn live(
    look: &Look<'_>,
    repository: Option<&str>,
    path: &str,
    form: Form,
) -> Result<Live, Failure> {
    let Some(repository) = repository else {
        return Err(
            Failure::new("the product has no repository on GitHub, and none is named")
                .help("write `repository` into `Cargo.toml`"),
        );
    };
    let web = look.endpoint("github-web").unwrap_or_default();
    let text = git::text_at(look, &remote(&web, repository), None, path)?;
    Ok(Live {
        version: text.and_then(|it| form.read(&it)),
        page: Some(format!("{web}/{repository}")),
        ..Live::default()
    })
}

/// What is right and wrong with a repository and the token for it.
pub(in crate::channel) fn examine(look: &Look<'_>, repository: Option<&str>) -> Vec<Finding> {
    let Some(repository) = repository else {
        let what = "no repository to publish to: the product has none on GitHub, and none is named";
        return vec![Finding::new(Weight::Bad, what).help("write `repository` into `Cargo.toml`")];
    };
    let credential = match look.credential() {
        Ok(credential) => credential,
        Err(failure) => {
            let page = look.channel.guide.credential;
            return vec![Finding::new(Weight::Bad, failure.what).help(format!("it is made at {page}"))];
        }
    };
    let mut findings = Vec::new();
    let token = credential.token();
    let own = environment::var("GITHUB_REPOSITORY").filter(|_| environment::is_github());
    if token.name() == "GITHUB_TOKEN" && own.is_some_and(|it| !it.eq_ignore_ascii_case(repository)) {
        findings.push(
            Finding::new(
                Weight::Warning,
                format!("`GITHUB_TOKEN` is the job's own here, and cannot write to `{repository}`"),
            )
            .help(format!(
                "set `{}` to a token that can",
                look.channel.credentials[0][0]
            )),
        );
    }
    let web = look.endpoint("github-web").unwrap_or_default();
    findings.push(git::can_push(look, &remote(&web, repository)));
    findings
}
