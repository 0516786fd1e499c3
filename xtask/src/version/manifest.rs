//! The keys of a `Cargo.toml` that state a version, each with the very bytes of its value.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, TableLike};

use crate::effect::files;
use crate::problem::Problem;

/// The tables of dependencies; the ones with `_` are the old spelling that Cargo still reads.
const DEPENDENCIES: &[&str] = &[
    "dependencies",
    "dev-dependencies",
    "dev_dependencies",
    "build-dependencies",
    "build_dependencies",
];

/// A `Cargo.toml`, parsed with the places of its values.
#[derive(Debug)]
pub struct Manifest {
    /// Where it lies.
    pub path: PathBuf,
    /// Its text, byte for byte.
    pub text: String,
    document: Document<String>,
}

/// A string value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The dotted key, as in `workspace.package.version`.
    pub key: String,
    /// The bytes between the quotes.
    pub span: Range<usize>,
    /// The value.
    pub text: String,
}

/// What a package says about its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageVersion {
    /// `version.workspace = true`, at this byte.
    Inherits(usize),
    /// A version of its own.
    Own(Stated),
    /// No `version` key; Cargo takes `0.0.0` and does not publish it.
    None,
}

/// A requirement on a package that lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathRequirement {
    /// The folder of the package, as Cargo would look for it.
    pub dir: PathBuf,
    /// The requirement.
    pub stated: Stated,
}

impl Manifest {
    /// Reads and parses a manifest.
    pub fn read(path: &Path) -> anyhow::Result<Manifest> {
        Manifest::parse(path, files::read_text(path)?)
    }

    /// Parses the text of a manifest.
    pub fn parse(path: &Path, text: String) -> anyhow::Result<Manifest> {
        let document = Document::parse(text.clone()).map_err(|error| {
            Problem::new(format!("cannot parse `{}`: {}", path.display(), error.message()))
        })?;
        Ok(Manifest {
            path: path.to_owned(),
            text,
            document,
        })
    }

    /// `[workspace.package] version`.
    pub fn workspace_version(&self) -> Option<Stated> {
        let package = table(table(self.root().get("workspace")?)?.get("package")?)?;
        self.stated("workspace.package.version", package.get("version")?)
    }

    /// `[package] version`; `None` when the manifest describes no package.
    pub fn package_version(&self) -> Option<PackageVersion> {
        let package = table(self.root().get("package")?)?;
        let Some(version) = package.get("version") else {
            return Some(PackageVersion::None);
        };
        if let Some(stated) = self.stated("package.version", version) {
            return Some(PackageVersion::Own(stated));
        }
        let at = table(version)
            .and_then(|it| it.get("workspace"))
            .and_then(Item::span)
            .map_or(0, |it| it.start);
        Some(PackageVersion::Inherits(at))
    }

    /// The requirements that stand beside a `path`, in every table of dependencies.
    pub fn path_requirements(&self) -> Vec<PathRequirement> {
        let mut found = Vec::new();
        let root = self.root();
        self.collect("", root, &mut found);
        if let Some(workspace) = root.get("workspace").and_then(table) {
            self.collect("workspace.", workspace, &mut found);
        }
        for (platform, item) in root
            .get("target")
            .and_then(table)
            .into_iter()
            .flat_map(TableLike::iter)
        {
            if let Some(platform_table) = table(item) {
                self.collect(&format!("target.'{platform}'."), platform_table, &mut found);
            }
        }
        // A patch by path may state a version too, and Cargo ignores the patch when it is another one.
        for (registry, item) in root
            .get("patch")
            .and_then(table)
            .into_iter()
            .flat_map(TableLike::iter)
        {
            if let Some(patches) = table(item) {
                self.collect_table(&format!("patch.{registry}"), patches, &mut found);
            }
        }
        found
    }

    fn root(&self) -> &dyn TableLike {
        self.document.as_table()
    }

    fn collect(&self, prefix: &str, parent: &dyn TableLike, found: &mut Vec<PathRequirement>) {
        for name in DEPENDENCIES {
            if let Some(dependencies) = parent.get(name).and_then(table) {
                self.collect_table(&format!("{prefix}{name}"), dependencies, found);
            }
        }
    }

    fn collect_table(&self, prefix: &str, dependencies: &dyn TableLike, found: &mut Vec<PathRequirement>) {
        let dir = self.path.parent().unwrap_or(Path::new(""));
        for (name, item) in dependencies.iter() {
            let Some(dependency) = table(item) else { continue };
            let path = dependency.get("path").and_then(Item::as_str);
            let stated = dependency
                .get("version")
                .and_then(|it| self.stated(&format!("{prefix}.{name}.version"), it));
            if let (Some(path), Some(stated)) = (path, stated) {
                let dir = dir.join(path);
                found.push(PathRequirement { dir, stated });
            }
        }
    }

    fn stated(&self, key: &str, item: &Item) -> Option<Stated> {
        let text = item.as_str()?.to_owned();
        let span = inside_quotes(&self.text, item.span()?);
        let key = key.to_owned();
        Some(Stated { key, span, text })
    }
}

fn table(item: &Item) -> Option<&dyn TableLike> {
    item.as_table_like()
}

/// The bytes between the quotes of a TOML string of any of the four kinds.
pub fn inside_quotes(text: &str, span: Range<usize>) -> Range<usize> {
    let literal = &text[span.clone()];
    let width = if literal.starts_with("\"\"\"") || literal.starts_with("'''") {
        3
    } else {
        1
    };
    span.start + width..span.end - width
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Manifest {
        Manifest::parse(Path::new("root/Cargo.toml"), text.to_owned()).unwrap()
    }

    #[test]
    fn the_version_of_the_workspace_is_found_in_every_spelling() {
        #[track_caller]
        fn check(text: &str) {
            let manifest = manifest(text);
            let stated = manifest.workspace_version().unwrap();
            assert_eq!(&manifest.text[stated.span.clone()], "1.2.3");
            assert_eq!(stated.text, "1.2.3");
        }
        check("[workspace.package]\nversion = \"1.2.3\"\n");
        check("[workspace]\npackage.version = '1.2.3'");
        check("[workspace]\r\npackage = { edition = \"2024\", version = \"1.2.3\" }\r\n");
        check("workspace.package.version = \"\"\"1.2.3\"\"\"");
        check("\u{feff}[workspace.package]\n# é\nversion = \"1.2.3\" # version = \"9.9.9\"\n");
    }

    #[test]
    fn packages_inherit_own_or_lack_a_version() {
        #[track_caller]
        fn check(text: &str, expected: Option<&str>) {
            let found = manifest(text).package_version().map(|it| match it {
                PackageVersion::Inherits(_) => "inherits".to_owned(),
                PackageVersion::Own(stated) => stated.text,
                PackageVersion::None => "none".to_owned(),
            });
            assert_eq!(found.as_deref(), expected);
        }
        check("[package]\nname = \"a\"\nversion = \"1.2.3\"", Some("1.2.3"));
        check("package.version = \"1.2.3\"", Some("1.2.3"));
        check("package = { name = \"a\", version = \"1.2.3\" }", Some("1.2.3"));
        check("[package]\nversion.workspace = true", Some("inherits"));
        check("[package]\nversion = { workspace = true }", Some("inherits"));
        check("[package.version]\nworkspace = true", Some("inherits"));
        check("[package]\nname = \"a\"", Some("none"));
        check("[workspace]\nmembers = []", None);
    }

    #[test]
    fn requirements_beside_a_path_are_found_in_every_table() {
        let manifest = manifest(
            r#"
            [workspace.dependencies]
            one = { version = "1", path = "one" }
            foreign = { version = "9" }
            [dependencies]
            two = { path = "../two", version = "=2" }
            plain = "9"
            unversioned = { path = "p" }
            inherited.workspace = true
            [dependencies.three]
            package = "three-package"
            path = "three"
            version = '3'
            [dev-dependencies]
            four.path = "four"
            four.version = "4"
            [build_dependencies]
            five = { path = "five", version = "5" }
            [target.'cfg(unix)'.dependencies]
            six = { path = "six", version = "6" }
            [patch.example]
            seven = { path = "seven", version = "7" }
            [package.metadata.dependencies]
            eight = { path = "eight", version = "8" }
            "#,
        );
        let found = manifest.path_requirements();
        let mut shown: Vec<String> = found
            .iter()
            .map(|it| {
                assert_eq!(manifest.text[it.stated.span.clone()], it.stated.text);
                format!("{} {} {}", it.stated.key, it.stated.text, it.dir.display())
            })
            .collect();
        shown.sort();
        assert_eq!(
            shown,
            [
                "build_dependencies.five.version 5 root/five",
                "dependencies.three.version 3 root/three",
                "dependencies.two.version =2 root/../two",
                "dev-dependencies.four.version 4 root/four",
                "patch.example.seven.version 7 root/seven",
                "target.'cfg(unix)'.dependencies.six.version 6 root/six",
                "workspace.dependencies.one.version 1 root/one",
            ]
        );
    }
}
