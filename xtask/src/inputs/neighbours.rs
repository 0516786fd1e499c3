//! Packages that are no members of the workspace but reached by path: their source is source of the release too.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use cargo_metadata::{DependencyKind, Package};

use crate::workspace::{self, Workspace};

/// A package outside the workspace that its builds read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// The package as cargo describes it.
    pub package: Package,
    /// The folder of its manifest.
    pub folder: PathBuf,
    /// The manifest of its own workspace, from which it may inherit.
    pub root_manifest: PathBuf,
}

/// Every package that is reached by path, over any number of steps. What cannot be read is left to the build, where
/// cargo tells it in its own words.
pub fn find(workspace: &Workspace) -> Vec<Neighbour> {
    let mut found: BTreeMap<PathBuf, Neighbour> = BTreeMap::new();
    let is_member = |folder: &Path| workspace.members.iter().any(|it| folder_of(it) == folder);
    let mut next: Vec<PathBuf> = workspace.members.iter().flat_map(reached).collect();
    while let Some(folder) = next.pop() {
        if found.contains_key(&folder) || is_member(&folder) || !folder.is_dir() {
            continue;
        }
        let Ok(metadata) = workspace::metadata(&folder, &["--no-deps"]) else {
            continue;
        };
        let root_manifest = metadata.workspace_root.join("Cargo.toml").into_std_path_buf();
        let Some(package) = metadata.packages.into_iter().find(|it| folder_of(it) == folder) else {
            continue;
        };
        next.extend(reached(&package));
        let neighbour = Neighbour {
            package,
            folder: folder.clone(),
            root_manifest,
        };
        found.insert(folder, neighbour);
    }
    found.into_values().collect()
}

/// The folder of a package's manifest.
pub fn folder_of(package: &Package) -> &Path {
    let folder = package.manifest_path.parent();
    folder.expect("a manifest lies in a folder").as_std_path()
}

fn reached(package: &Package) -> Vec<PathBuf> {
    let built = package
        .dependencies
        .iter()
        .filter(|it| it.kind != DependencyKind::Development);
    built
        .filter_map(|it| it.path.as_ref())
        .map(|it| normal(it.as_std_path()))
        .collect()
}

/// A path without `.` and `..`, taken away by their names alone.
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// The path that leads from a folder to a file, with `/`: below it, or up and down again.
pub fn relative(folder: &Path, path: &Path) -> String {
    let path = normal(path);
    let shared = folder
        .components()
        .zip(path.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = path.components().skip(shared);
    let down = down.map(|it| it.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_from_a_folder() {
        let check = |path: &str, expected: &str| {
            assert_eq!(relative(Path::new("/a/b"), Path::new(path)), expected);
        };
        check("/a/b/c/d", "c/d");
        check("/a/b/c/../d", "d");
        check("/a/x/y", "../x/y");
        check("/a/b/../x", "../x");
        check("/z", "../../z");
    }
}
