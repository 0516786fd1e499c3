//! Which version of a judge the tool folder holds, told from what pip and npm leave beside it, without starting it.

use std::path::{Path, PathBuf};

use crate::effect::files;
use crate::judges::{From, Judge};
use crate::workspace::Workspace;

/// What the tool folder holds of a judge's packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing, or not all of them.
    Nothing,
    /// All in their pinned versions.
    Right,
    /// One of them in this version.
    Other(String),
}

impl Found {
    /// Whether all are there in their versions.
    pub fn is_right(&self) -> bool {
        *self == Found::Right
    }
}

/// The virtual environment of Python.
pub fn venv(workspace: &Workspace) -> PathBuf {
    workspace.tools_dir().join("venv")
}

/// The folder of npm's packages.
pub fn npm(workspace: &Workspace) -> PathBuf {
    workspace.tools_dir().join("npm")
}

/// What the tool folder holds of a judge; `None` for Debian's, whose version is Debian's.
pub fn of(workspace: &Workspace, judge: &Judge) -> Option<Found> {
    match judge.from {
        From::Python(words) => Some(all(words, "==", |name| python(&venv(workspace), name))),
        From::Npm(words) => Some(all(words, "@", |name| node(&npm(workspace), name))),
        From::Debian(_) => None,
    }
}

/// What there is of `name‹sign›version` words.
fn all(words: &str, sign: &str, version: impl Fn(&str) -> Option<String>) -> Found {
    let mut found = Found::Right;
    for word in words.split_whitespace() {
        // The `@` in front of a scope parts nothing: the last one does.
        let (name, wanted) = word.rsplit_once(sign).unwrap_or((word, ""));
        match version(name) {
            None => found = Found::Nothing,
            Some(other) if other != wanted => return Found::Other(other),
            Some(_) => {}
        }
    }
    found
}

/// The version of a Python package in an environment, as the name of its `.dist-info` folder says it.
fn python(venv: &Path, name: &str) -> Option<String> {
    let name = normal(name.split('[').next().unwrap_or(name));
    site_packages(venv).into_iter().find_map(|it| {
        let folder = it.file_name()?.to_str()?.strip_suffix(".dist-info")?;
        let (package, version) = folder.split_once('-')?;
        (normal(package) == name).then(|| version.to_owned())
    })
}

/// What lies in the folder of packages: `lib/python3.11/site-packages`, on Windows `Lib/site-packages`.
fn site_packages(venv: &Path) -> Vec<PathBuf> {
    let list = |dir: PathBuf| files::list(&dir).unwrap_or_default();
    let mut found = list(venv.join("Lib").join("site-packages"));
    for dir in list(venv.join("lib")) {
        found.extend(list(dir.join("site-packages")));
    }
    found
}

/// Names of Python packages are the same whatever the case, with `-`, `_` or `.`
/// (<https://packaging.python.org/en/latest/specifications/name-normalization/>).
fn normal(name: &str) -> String {
    name.to_lowercase().replace(['-', '.'], "_")
}

/// The version of an npm package, as its own manifest says it.
fn node(npm: &Path, name: &str) -> Option<String> {
    let manifest = npm.join("node_modules").join(name).join("package.json");
    let manifest: serde_json::Value = serde_json::from_slice(&files::read(&manifest).ok()?).ok()?;
    manifest["version"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;

    #[test]
    fn versions_are_told_from_what_the_installers_leave() {
        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let workspace = Workspace {
            root: scratch.path().to_owned(),
            target_dir: scratch.path().join("target"),
            members: Vec::new(),
        };
        let check = |from: From, expected: Option<Found>| {
            let judge = Judge {
                program: "judge",
                places: &[],
                module: None,
                from,
                judges: "",
            };
            assert_eq!(of(&workspace, &judge), expected, "{from:?}");
        };
        let pair = From::Python("one==1.2 two-Parts[more]==3");
        check(pair, Some(Found::Nothing));
        let put = |path: &str, text: &str| {
            files::write(&workspace.tools_dir().join(path), text.as_bytes()).unwrap();
        };
        put("venv/lib/python3.11/site-packages/One-1.2.dist-info/METADATA", "");
        check(pair, Some(Found::Nothing));
        put(
            "venv/lib/python3.11/site-packages/two_parts-3.dist-info/METADATA",
            "",
        );
        check(pair, Some(Found::Right));
        check(
            From::Python("one==1.3 none==1"),
            Some(Found::Other("1.2".to_owned())),
        );
        put("npm/node_modules/@a/b/package.json", "{\"version\": \"2.0.0\"}");
        check(From::Npm("@a/b@2.0.0"), Some(Found::Right));
        check(From::Npm("@a/b@2.1.0"), Some(Found::Other("2.0.0".to_owned())));
        check(From::Npm("c@1.0.0"), Some(Found::Nothing));
        check(From::Debian(&["x"]), None);
    }
}
