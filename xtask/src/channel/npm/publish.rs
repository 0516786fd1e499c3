//! npm: what publishing changes there, what it serves, and what is right and wrong with the access to it.

mod examine;
mod guide;
mod provenance;

use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::digest::Sha512;
use crate::edition::Edition;
use crate::effect::files;
use crate::outside::Look;
use crate::pack::npm::manifest;
use crate::plan::{Gate, Item, Plan, Step};
use crate::protocol::npm::{Detail, LATEST, Publish, Registry, Verb};
use crate::publish::{Live, Stock};
use crate::standing::Failure;

use super::{CHANNEL, TARBALL, scheme, tag};

pub(super) use examine::examine;
pub(in crate::channel) use examine::{access, names};
pub(super) use guide::GUIDE;

/// How long `npm unpublish` takes a version back without further conditions (M5).
const UNPUBLISH_S: i64 = 72 * 3600;

/// The steps.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let registry = registry(stock.endpoint("npm"), stock.main());
    let provenance = provenance::decide(stock, &registry);
    stages(stock, "", &registry, provenance.is_ok(), plan)?;
    if plan.steps().next().is_some() {
        plan.note(match provenance {
            Ok(()) => "each package gets a signed statement of where it was built (provenance)".to_owned(),
            Err(why) => format!("no provenance: {why}"),
        });
    }
    Ok(())
}

/// The registry: an endpoint, else the setting of the channel, else the one that npm itself knows.
fn registry(endpoint: Option<&str>, edition: &Edition) -> Registry {
    Registry::npm(endpoint.or_else(|| edition.settings(&CHANNEL).text("registry")))
}

/// The stages for the tarballs in a folder of the channel's, empty or with a `/` at its end: the platforms' packages side
/// by side, then the roots, each only once all that it depends on is there. The manifests in the tarballs say the rest.
pub(in crate::channel) fn stages(
    stock: &Stock<'_>,
    folder: &str,
    registry: &Registry,
    provenance: bool,
    plan: &mut Plan,
) -> anyhow::Result<()> {
    let (mut platforms, mut roots) = (Vec::new(), Vec::new());
    for (path, item) in stock.ending(TARBALL).filter(|it| it.0.starts_with(folder)) {
        let publish = step(stock, item, registry, provenance).with_context(|| format!("`{path}`"))?;
        if publish.needs.is_empty() {
            platforms.push(publish);
        } else {
            roots.push(publish);
        }
    }
    for stage in [platforms, roots] {
        plan.stage(
            Gate::Public,
            stage.into_iter().map(|it| Step::Npm(Verb::Publish(it))),
        );
    }
    Ok(())
}

fn step(stock: &Stock<'_>, item: &Item, registry: &Registry, provenance: bool) -> anyhow::Result<Publish> {
    let bytes = files::read(&stock.path(item))?;
    let json: Value = serde_json::from_slice(&manifest(&bytes)?)?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let needed = |key: &str| text(&json[key]).with_context(|| format!("its manifest has no `{key}`"));
    let version = needed("version")?;
    let tag = text(&json["publishConfig"]["tag"]).unwrap_or_else(|| LATEST.to_owned());
    let major = version.split('.').next().unwrap_or_default();
    let needs = json["optionalDependencies"].as_object();
    Ok(Publish {
        item: item.clone(),
        name: needed("name")?,
        integrity: format!("sha512-{}", BASE64_STANDARD.encode(Sha512::of(&bytes).bytes())),
        older_tag: (tag == LATEST).then(|| format!("release-{major}.x")),
        tag,
        access: text(&json["publishConfig"]["access"]),
        provenance,
        needs: needs.into_iter().flat_map(|it| it.keys().cloned()).collect(),
        registry: registry.clone(),
        version,
    })
}

/// What is served.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let registry = registry(look.endpoint("npm").as_deref(), edition);
    let root = scheme(edition)?.root;
    live_at(look, &registry, &root, &tag(edition, &CHANNEL))
}

/// What a registry serves of a package under a tag, or under `latest` where nothing has that tag.
pub(in crate::channel) fn live_at(
    look: &Look<'_>,
    registry: &Registry,
    name: &str,
    tag: &str,
) -> Result<Live, Failure> {
    let Some(found) = registry.packument(look, name, Detail::Whole)? else {
        return Ok(Live::default());
    };
    let Some(version) = found.dist_tags.get(tag).or_else(|| found.dist_tags.get(LATEST)) else {
        return Ok(Live::default());
    };
    let since_s = found.since_s(version);
    let end = since_s
        .map(|it| it + UNPUBLISH_S)
        .filter(|_| registry.takes_identity);
    let now_s = crate::time::now_s()?;
    Ok(Live {
        version: Some(version.clone()),
        since_s,
        deadline: end.filter(|it| *it > now_s).map(|it| {
            let what = "until then `npm unpublish` takes it back, where nothing depends on it";
            (it, what.to_owned())
        }),
        ..Live::default()
    })
}
