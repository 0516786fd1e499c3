//! What a workspace says about itself, as far as the settings depend on it.

use crate::config::Config;
use crate::edition::Listing;
use crate::problem::{self, Problem};
use crate::product::{self, Product};
use crate::target::{Os, TARGETS, Target};
use crate::workspace::Workspace;

/// The facts.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The packages that are released, the main one first; none where there is nothing to release.
    pub packages: Vec<String>,
    /// What is said about the main one.
    pub listing: Option<Listing>,
    /// Why not all packages with a program are released, or why none is.
    pub why_not_all: Option<String>,
    /// Whether cargo may publish one of them, or why not.
    pub registry: Result<(), String>,
    /// The systems of the targets.
    pub systems: Vec<Os>,
}

impl Facts {
    /// Reads them.
    pub fn of(workspace: &Workspace, config: &Config) -> anyhow::Result<Facts> {
        let (products, why_not_all) = products(workspace, config);
        let listing = products
            .first()
            .map(|it| Listing::of(&it.package, config, it.name()))
            .transpose()?;
        Ok(Facts {
            packages: products.iter().map(|it| it.name().to_owned()).collect(),
            listing,
            why_not_all,
            registry: registry(&products),
            systems: systems(config)?,
        })
    }
}

/// What `dist` would release; where it cannot take all packages that have a program, those that have the version of the
/// first one.
fn products(workspace: &Workspace, config: &Config) -> (Vec<Product>, Option<String>) {
    let error = match product::select(workspace, config, &[]) {
        Ok(products) => return (products, None),
        Err(error) => error,
    };
    let lines = problem::lines(&error);
    let why = lines.first().map(|it: &Problem| it.what.clone());
    // One by one, since the packages are fine and only do not go together.
    let alone = |name: &str| product::select(workspace, config, &[name.to_owned()]).ok();
    let names = workspace.members.iter().map(|it| it.name.as_str());
    let fine: Vec<Product> = names
        .filter(|it| *it != "xtask")
        .filter_map(alone)
        .flatten()
        .collect();
    let Some(first) = fine.first() else {
        return (Vec::new(), why);
    };
    let same = fine.iter().filter(|it| it.version() == first.version());
    let names: Vec<String> = same.map(|it| it.name().to_owned()).collect();
    let together = product::select(workspace, config, &names);
    (together.unwrap_or_else(|_| vec![first.clone()]), why)
}

/// The first reason why cargo publishes none of the packages.
fn registry(products: &[Product]) -> Result<(), String> {
    let mut why = None;
    for product in products {
        match product.package.publish.as_deref() {
            None => return Ok(()),
            Some([]) => why = why.or(Some(format!("`{}` has `publish = false`", product.name()))),
            Some(registries) => {
                why = why.or(Some(format!(
                    "`{}` may be published to `{}` alone",
                    product.name(),
                    registries.join("`, `")
                )));
            }
        }
    }
    why.map_or(Ok(()), Err)
}

fn systems(config: &Config) -> anyhow::Result<Vec<Os>> {
    let targets: Vec<&Target> = match &config.dist.targets {
        Some(names) => names
            .iter()
            .map(|it| Target::parse(it).map_err(Into::into))
            .collect::<anyhow::Result<_>>()?,
        None => TARGETS.iter().filter(|it| it.is_default).collect(),
    };
    let all = [Os::Linux, Os::Windows, Os::Macos];
    Ok(all
        .into_iter()
        .filter(|os| targets.iter().any(|it| it.os == *os))
        .collect())
}
