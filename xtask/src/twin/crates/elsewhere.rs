//! Crates of the public registry that the workspace depends on, as far as this machine's cargo has them: a registry that
//! stands in for the public one is asked for them too.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::edition::registry::locked;
use crate::effect::{environment, files};
use crate::protocol::cargo::index;

/// What is known of them.
#[derive(Debug)]
pub(super) struct Elsewhere {
    /// Cargo's folder of registries.
    registry: Option<PathBuf>,
    /// The names in the lock file that come from a registry.
    names: BTreeSet<String>,
}

impl Elsewhere {
    /// Those of a workspace.
    pub(super) fn of(root: Option<&Path>) -> Elsewhere {
        let lock = root.and_then(|it| files::read_text_if_present(&it.join("Cargo.lock")).ok().flatten());
        let is_registry = |it: &str| it.starts_with("registry+") || it.starts_with("sparse+");
        let packages = locked(&lock.unwrap_or_default()).into_iter();
        Elsewhere {
            registry: environment::cargo_home().map(|it| it.join("registry")),
            names: packages
                .filter(|it| it.source.as_deref().is_some_and(is_registry))
                .map(|it| it.name)
                .collect(),
        }
    }

    /// Whether the workspace gets a crate of this name from a registry.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The lines of its index.
    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        let Some(name) = self.names.iter().find(|it| it.to_lowercase() == name) else {
            return Vec::new();
        };
        let path = Path::new(".cache").join(index::path(name));
        let kept = self
            .dirs("index")
            .map(|it| it.join(&path))
            .find(|it| it.is_file());
        let bytes = kept.and_then(|it| files::read(&it).ok()).unwrap_or_default();
        index::kept(&bytes).into_iter().map(str::to_owned).collect()
    }

    /// The `.crate` of a version.
    pub(super) fn file(&self, name: &str, version: &str) -> Option<Vec<u8>> {
        if !self.has(name) {
            return None;
        }
        let file = format!("{name}-{version}.crate");
        let kept = self
            .dirs("cache")
            .map(|it| it.join(&file))
            .find(|it| it.is_file());
        files::read(&kept?).ok()
    }

    fn dirs(&self, folder: &str) -> impl Iterator<Item = PathBuf> {
        let dir = self.registry.as_ref().map(|it| it.join(folder));
        let dirs = dir.and_then(|it| files::list(&it).ok()).unwrap_or_default();
        dirs.into_iter().filter(|it| it.is_dir())
    }
}
