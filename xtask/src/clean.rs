//! Puts what litters a repository where it belongs: rules decide, a journal remembers, nothing is lost.

pub mod act;
pub mod document;
pub mod evidence;
pub mod index;
pub mod journal;
pub mod keep;
pub mod matcher;
pub mod path;
pub mod pattern;
pub mod perform;
pub mod plan;
pub mod reference;
pub mod rewrite;
pub mod rule;
pub mod rules;
pub mod secret;
pub mod shipped;
pub mod step;
pub mod steps;
pub mod tell;
pub mod tree;

use std::path::Path;

use crate::clean::plan::{Plan, Wish};
use crate::clean::tree::Tree;
use crate::config::{self, Config};
use crate::problem::Problems;

/// The settings nearest above a folder, up to the root of its tree.
pub fn settings(dir: &Path, root: &Path) -> anyhow::Result<Config> {
    let nearest = dir
        .ancestors()
        .take_while(|it| it.starts_with(root))
        .find(|it| it.join(config::FILE).is_file());
    Config::load(nearest.unwrap_or(root))
}

/// What `cargo xtask clean-repo --check` finds in the tree that holds a folder.
pub fn findings(dir: &Path) -> anyhow::Result<Problems> {
    let dir = dir.canonicalize()?;
    let (root, git) = Tree::root(&dir, true)?;
    let rules = rules::rules(&settings(&dir, &root)?.clean)?;
    let tree = Tree::read(&root, git)?;
    let plan = Plan::make(&tree, &rules, &Wish::default(), &|_| {})?;
    Ok(tell::findings(&plan))
}
