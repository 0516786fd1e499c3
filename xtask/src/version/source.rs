//! The one key of a workspace that the product's version is read from and written to.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cargo_metadata::Package;
use semver::Version;

use super::manifest::{Manifest, PackageVersion, Stated};
use crate::problem::Problem;
use crate::workspace::Workspace;

/// Which members with a version of their own must repeat the product's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeating {
    /// There is a version to inherit, so a published member that states another one is a slip.
    Published,
    /// There is none to inherit: members of the same version go together, others have their own life.
    Same,
    /// No member is published, and all state one version.
    All,
}

/// Where the version stands.
#[derive(Clone, Debug)]
pub struct Source {
    /// The manifest.
    pub path: PathBuf,
    /// The key, and its value's bytes.
    pub stated: Stated,
    /// The version.
    pub version: Version,
    /// Which members with a version of their own must repeat this one.
    pub repeating: Repeating,
}

/// Finds the source: `[workspace.package] version`, else the root package's, else what all members repeat.
///
/// Of members that each state a version, those that are published count; all of them when none is.
pub fn find(workspace: &Workspace, manifests: &[(Option<&Package>, Manifest)]) -> anyhow::Result<Source> {
    let root = workspace.root.join("Cargo.toml");
    let root_manifest = manifests.iter().map(|(_, it)| it).find(|it| it.path == root);
    if let Some(stated) = root_manifest.and_then(Manifest::workspace_version) {
        return source(root, stated, Repeating::Published);
    }
    if let Some(PackageVersion::Own(stated)) = root_manifest.and_then(Manifest::package_version) {
        return source(root, stated, Repeating::Same);
    }
    let own = |is_wanted: &dyn Fn(&Package) -> bool| -> Vec<(&Manifest, Stated)> {
        let wanted = manifests
            .iter()
            .filter(|(package, _)| package.is_some_and(is_wanted));
        wanted
            .filter_map(|(_, manifest)| match manifest.package_version()? {
                PackageVersion::Own(stated) => Some((manifest, stated)),
                _ => None,
            })
            .collect()
    };
    let published = own(&|it| !it.publish.as_ref().is_some_and(Vec::is_empty));
    let is_private = published.is_empty();
    let candidates = if is_private { own(&|_| true) } else { published };
    let Some((manifest, stated)) = candidates.first() else {
        return Err(Problem::new(format!("no package of `{}` states a version", workspace.root.display()))
            .help("write `version = \"0.1.0\"` under `[workspace.package]`, and `version.workspace = true` in the members")
            .into());
    };
    if candidates.iter().all(|(_, it)| it.text == stated.text) {
        let repeating = if is_private {
            Repeating::All
        } else {
            Repeating::Same
        };
        return source(manifest.path.clone(), stated.clone(), repeating);
    }
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (manifest, stated) in &candidates {
        let file = workspace.shown(&manifest.path);
        files.entry(&stated.text).or_default().push(file);
    }
    let list: Vec<String> = files
        .iter()
        .map(|(version, files)| match files.as_slice() {
            [file] => format!("`{file}` says `{version}`"),
            [file, others @ ..] => format!("`{file}` and {} more say `{version}`", others.len()),
            [] => unreachable!("each version comes from a file"),
        })
        .collect();
    Err(Problem::new(format!(
        "cannot tell the version of the product: {}",
        list.join(", ")
    ))
    .help("write it once, under `[workspace.package]`, and `version.workspace = true` in the members")
    .help("or mark with `publish = false` the members that are no part of the release")
    .into())
}

fn source(path: PathBuf, stated: Stated, repeating: Repeating) -> anyhow::Result<Source> {
    let version = super::parse(&stated.text)?;
    Ok(Source {
        path,
        stated,
        version,
        repeating,
    })
}
