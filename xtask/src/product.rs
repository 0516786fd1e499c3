//! What a workspace releases: its packages with binaries, their version, and the files that go with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cargo_metadata::{Package, TargetKind};
use semver::Version;

use crate::config::Config;
use crate::problem::{Problem, Problems, nearest};
use crate::workspace::{Workspace, binaries};

/// Documents that go into every archive when they are there, by the start of their names in lower case.
const DOCUMENTS: &[&str] = &[
    "readme",
    "license",
    "licence",
    "copying",
    "notice",
    "unlicense",
    "changelog",
    "changes",
];

/// Document endings that are no documents for readers of an archive.
const NOT_DOCUMENTS: &[&str] = &[
    "rs", "toml", "json", "yml", "yaml", "in", "tmpl", "tpl", "py", "sh",
];

/// A package that is released.
#[derive(Clone, Debug)]
pub struct Product {
    /// The package as cargo describes it.
    pub package: Package,
    /// Its binaries, in byte order.
    pub binaries: Vec<String>,
}

impl Product {
    /// The package's name.
    pub fn name(&self) -> &str {
        self.package.name.as_str()
    }

    /// The package's version.
    pub fn version(&self) -> &Version {
        &self.package.version
    }

    /// Readme, licences and changelog: of the package's folder, and of the workspace's root where the package has
    /// none of that name. Path in the archive and file.
    pub fn documents(&self, workspace: &Workspace) -> anyhow::Result<BTreeMap<String, PathBuf>> {
        let folder = self.folder();
        let mut found = documents_in(&workspace.root)?;
        found.extend(documents_in(folder)?);
        for named in [&self.package.readme, &self.package.license_file]
            .into_iter()
            .flatten()
        {
            let path = folder.join(named);
            let name = path
                .file_name()
                .map(|it| it.to_string_lossy().into_owned())
                .unwrap_or_default();
            if path.is_file() {
                found.insert(name, path);
            }
        }
        Ok(found)
    }

    /// The folder of the package's manifest.
    pub fn folder(&self) -> &Path {
        self.package
            .manifest_path
            .parent()
            .expect("a manifest lies in a folder")
            .as_std_path()
    }
}

fn documents_in(folder: &Path) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    for path in crate::effect::files::list(folder)? {
        let Some(name) = path.file_name().and_then(|it| it.to_str()) else {
            continue;
        };
        let lower = name.to_lowercase();
        let ending = lower.rsplit_once('.').map_or("", |it| it.1);
        let is_document =
            DOCUMENTS.iter().any(|it| lower.starts_with(it)) && !NOT_DOCUMENTS.contains(&ending);
        if is_document && path.is_file() {
            found.insert(name.to_owned(), path);
        }
    }
    Ok(found)
}

/// The products of a workspace: those that `only` or the settings name, else every member that has a binary and may
/// be published, else every member that has a binary. `xtask` is a product only by name. All findings at once.
pub fn select(workspace: &Workspace, config: &Config, only: &[String]) -> anyhow::Result<Vec<Product>> {
    let named: Option<&[String]> = if only.is_empty() {
        config.product.packages.as_deref()
    } else {
        Some(only)
    };
    let members = || workspace.members.iter();
    let mut problems = Problems::default();
    let chosen: Vec<&Package> = if let Some(names) = named {
        let found = names.iter().map(|it| member(workspace, it));
        found
            .filter_map(|it| it.map_err(|it| problems.push(it)).ok())
            .collect()
    } else {
        let with_binary = || members().filter(|it| !binaries(it).is_empty() && it.name.as_str() != "xtask");
        let public: Vec<&Package> = with_binary().filter(|it| may_be_published(it)).collect();
        if public.is_empty() {
            with_binary().collect()
        } else {
            public
        }
    };
    if named.is_none() && chosen.is_empty() {
        problems.push(
            Problem::new(format!(
                "cannot tell what to release: no package of `{}` has a binary",
                workspace.root.display()
            ))
            .help("`dist` packs programs; add `src/main.rs` or a `[[bin]]` to a package")
            .help("or work on another workspace with `-C DIR`"),
        );
    }
    let mut products: Vec<Product> = chosen
        .into_iter()
        .map(|package| {
            let mut names: Vec<String> = binaries(package).into_iter().map(str::to_owned).collect();
            names.sort();
            Product {
                package: package.clone(),
                binaries: names,
            }
        })
        .collect();
    products.sort_by(|a, b| a.name().cmp(b.name()));
    products.dedup_by(|a, b| a.name() == b.name());
    for product in &products {
        check(product, &mut problems);
    }
    check_together(&products, &mut problems);
    problems.into_result()?;
    Ok(products)
}

fn may_be_published(package: &Package) -> bool {
    package.publish.as_ref().is_none_or(|it| !it.is_empty())
}

fn member<'a>(workspace: &'a Workspace, name: &str) -> Result<&'a Package, Problem> {
    let names = || workspace.members.iter().map(|it| it.name.as_str());
    workspace
        .members
        .iter()
        .find(|it| it.name.as_str() == name)
        .ok_or_else(|| {
            let guess = nearest(name, names())
                .map(|it| format!("; did you mean `{it}`?"))
                .unwrap_or_default();
            Problem::usage(format!("no package `{name}` in the workspace{guess}")).help(format!(
                "the packages are {}",
                names().collect::<Vec<_>>().join(", ")
            ))
        })
}

fn check(product: &Product, problems: &mut Problems) {
    let name = product.name();
    if product.binaries.is_empty() {
        problems.push(Problem::new(format!(
            "cannot release the package `{name}`: it has no binary"
        )));
    }
    for binary in &product.binaries {
        // Cargo allows more in the name of a binary than a file name of three systems may hold.
        let is_plain = |it: char| it.is_alphanumeric() || "-_.+".contains(it);
        if !binary.chars().all(is_plain) || binary.starts_with('.') || binary.starts_with('-') {
            problems.push(
                Problem::new(format!(
                    "cannot pack the binary `{binary}` of `{name}`: the name could leave its folder"
                ))
                .help("letters, digits, `-`, `_`, `+` and `.` are fine, the last not in front"),
            );
        }
    }
    if let Some(file) = &product.package.license_file
        && !product.folder().join(file).is_file()
    {
        problems.push(
            Problem::new(format!(
                "cannot find the licence file `{file}` that `{}` names",
                product.package.manifest_path
            ))
            .help("mend `license-file` in the manifest, or add the file"),
        );
    }
}

fn check_together(products: &[Product], problems: &mut Problems) {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for product in products {
        for binary in &product.binaries {
            // Case is ignored: two systems of three do so with file names.
            if let Some(other) = owners.insert(binary.to_lowercase(), product.name()) {
                problems.push(
                    Problem::new(format!(
                        "two binaries are named `{binary}`: of the packages `{other}` and `{}`",
                        product.name()
                    ))
                    .help("rename one with `[[bin]] name = …`, or choose with `--package` or `[product] packages`"),
                );
            }
        }
    }
    if let Some((first, rest)) = products.split_first()
        && let Some(other) = rest.iter().find(|it| it.version() != first.version())
    {
        problems.push(
            Problem::new(format!(
                "one release has one version, but `{}` is {} and `{}` is {}",
                first.name(),
                first.version(),
                other.name(),
                other.version()
            ))
            .help("choose with `--package NAME` or `[product] packages`, or let them share `[workspace.package] version`"),
        );
    }
}

/// Whether a package runs code at build time, so that any file of its folder may matter.
pub fn has_build_script(package: &Package) -> bool {
    package
        .targets
        .iter()
        .any(|it| it.kind.contains(&TargetKind::CustomBuild))
}
