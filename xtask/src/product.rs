//! What a workspace releases: its packages with binaries, their version, and the files that go with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{Package, TargetKind};
use semver::Version;

use crate::config::{Config, Dist};
use crate::inputs::Source;
use crate::problem::{Problem, Problems, nearest};
use crate::workspace::Workspace;

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
    /// Its binaries that cargo does not build, with the first of their `required-features` that is off.
    pub left_out: BTreeMap<String, String>,
}

impl Product {
    fn new(package: &Package, dist: &Dist) -> Product {
        let on = features_on(package, dist);
        let is_off = |it: &&String| package.features.contains_key(*it) && !on.contains(it.as_str());
        let (mut names, mut left_out) = (Vec::new(), BTreeMap::new());
        let is_binary = |it: &&cargo_metadata::Target| it.kind.contains(&TargetKind::Bin);
        for target in package.targets.iter().filter(is_binary) {
            match target.required_features.iter().find(is_off) {
                Some(feature) => drop(left_out.insert(target.name.clone(), feature.clone())),
                None => names.push(target.name.clone()),
            }
        }
        names.sort();
        Product {
            package: package.clone(),
            binaries: names,
            left_out,
        }
    }

    /// The package's name.
    pub fn name(&self) -> &str {
        self.package.name.as_str()
    }

    /// The package's version.
    pub fn version(&self) -> &Version {
        &self.package.version
    }

    /// Readme, licences and changelog: of the package's folder, and of the workspace's root where the package has
    /// none of that name. Only files of the source: what editors and merges leave beside them is in nobody else's
    /// checkout. Path in the archive and file.
    pub fn documents(
        &self,
        workspace: &Workspace,
        source: &Source,
    ) -> anyhow::Result<BTreeMap<String, PathBuf>> {
        let beside = [documents_in(&workspace.root)?, documents_in(self.folder())?];
        let beside = beside
            .into_iter()
            .flatten()
            .filter(|it| source.has(workspace, it));
        // By the name in lower case, since two systems of three do not tell `README` from `readme`.
        let mut found: BTreeMap<String, (String, PathBuf)> = BTreeMap::new();
        for path in beside.chain(self.named_documents()) {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            found.insert(name.to_lowercase(), (name, path));
        }
        Ok(found.into_values().collect())
    }

    /// The readme and the licence file that the manifest names, where they are there.
    pub fn named_documents(&self) -> impl Iterator<Item = PathBuf> {
        let named = [&self.package.readme, &self.package.license_file];
        let paths = named.into_iter().flatten().map(|it| self.folder().join(it));
        paths.filter(|it| it.is_file())
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

/// Whether a file is a document for readers of an archive, by its name.
pub fn is_document(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|it| it.to_str()) else {
        return false;
    };
    let lower = name.to_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |it| it.1);
    DOCUMENTS.iter().any(|it| lower.starts_with(it)) && !NOT_DOCUMENTS.contains(&ending) && path.is_file()
}

fn documents_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = crate::effect::files::list(folder)?;
    found.retain(|it| is_document(it));
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
        let has_binary = |it: &&Package| !Product::new(it, &config.dist).binaries.is_empty();
        let with_binary = || {
            members()
                .filter(has_binary)
                .filter(|it| it.name.as_str() != "xtask")
        };
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
        .map(|it| Product::new(it, &config.dist))
        .collect();
    products.sort_by(|a, b| a.name().cmp(b.name()));
    products.dedup_by(|a, b| a.name() == b.name());
    for product in &products {
        check(workspace, product, &mut problems);
    }
    check_features(&products, config, &mut problems);
    check_together(&products, &mut problems);
    problems.into_result()?;
    Ok(products)
}

/// The features of a package that a build turns on by the settings, with those that they turn on in turn.
fn features_on<'a>(package: &'a Package, dist: &'a Dist) -> BTreeSet<&'a str> {
    let all = || package.features.keys().map(String::as_str);
    let mut next: Vec<&str> = dist.features.iter().map(String::as_str).collect();
    if dist.all_features {
        next.extend(all());
    }
    if !dist.no_default_features {
        next.push("default");
    }
    let own = format!("{}/", package.name);
    let mut on = BTreeSet::new();
    while let Some(name) = next.pop() {
        let name = name.strip_prefix(&own).unwrap_or(name);
        // `dependency/feature` turns on the feature that an optional dependency is, too.
        let name = name.split_once('/').map_or(name, |(it, _)| it);
        if on.insert(name) {
            next.extend(
                package
                    .features
                    .get(name)
                    .into_iter()
                    .flatten()
                    .map(String::as_str),
            );
        }
    }
    on
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

fn check(workspace: &Workspace, product: &Product, problems: &mut Problems) {
    let name = product.name();
    if product.binaries.is_empty() {
        let mut problem = Problem::new(format!("cannot release the package `{name}`: it has no binary"));
        for (binary, feature) in &product.left_out {
            problem = problem.help(format!(
                "`{binary}` needs the feature `{feature}`, which `[dist] features` turns on"
            ));
        }
        problems.push(problem);
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
                workspace.shown(product.package.manifest_path.as_std_path())
            ))
            .help("mend `license-file` in the manifest, or add the file"),
        );
    }
}

/// A feature of the settings that no product has. Those of dependencies, `serde/derive`, are cargo's to judge.
fn check_features(products: &[Product], config: &Config, problems: &mut Problems) {
    let known = || products.iter().flat_map(|it| it.package.features.keys());
    let asked = config.dist.features.iter().filter(|it| !it.contains('/'));
    for name in asked.filter(|name| !products.is_empty() && !known().any(|it| it == *name)) {
        let guess = nearest(name, known().map(String::as_str))
            .map(|it| format!("; did you mean `{it}`?"))
            .unwrap_or_default();
        let names: BTreeSet<&str> = known().map(String::as_str).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let help = match names.len() {
            0 => "the packages have no features".to_owned(),
            _ => format!("the features are {}", names.join(", ")),
        };
        problems.push(
            Problem::new(format!(
                "no feature `{name}` of `[dist] features` in what is released{guess}"
            ))
            .help(help),
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
