//! Editions of what the workspace would release now, with nothing built: for asking what is served.

use std::collections::BTreeMap;

use super::{Edition, Listing, Shelf};
use crate::config::Config;
use crate::digest::Sha256;
use crate::git::Git;
use crate::problem::Problems;
use crate::product;
use crate::release::{Identity, Release, Toolchain};
use crate::workspace::Workspace;

impl Edition {
    /// The editions of what the workspace would release now, with nothing built: for asking what is served.
    pub fn unbuilt(workspace: &Workspace, config: &Config) -> anyhow::Result<Vec<Edition>> {
        let products = product::select(workspace, config, &[])?;
        let first = &products[0];
        let git = Git::find(&workspace.root)?;
        let commit = git.as_ref().map(Git::head).transpose()?.flatten();
        let release = Release::new(
            Identity {
                product: first.name().to_owned(),
                version: first.version().clone(),
                packages: products.iter().map(|it| it.name().to_owned()).collect(),
                tag: None,
                is_dirty: false,
                time_s: commit.as_ref().map_or(0, |it| it.time_s),
                commit,
                source: Sha256::of(b""),
                toolchain: Toolchain {
                    rustc: String::new(),
                    host: String::new(),
                    llvm: String::new(),
                },
            },
            Vec::new(),
        );
        let mut problems = Problems::default();
        let mut editions = Vec::new();
        for product in &products {
            match Listing::of(&product.package, config, first.name()) {
                Ok(listing) => editions.push(Edition::new(
                    release.clone(),
                    listing,
                    config.channel.clone(),
                    BTreeMap::new(),
                    Shelf::new(&workspace.dist_dir()),
                    None,
                    Some(workspace.clone()),
                )?),
                Err(found) => problems.0.extend(found.0),
            }
        }
        problems.into_result()?;
        Ok(editions)
    }
}
