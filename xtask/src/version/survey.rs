//! Everything of a workspace that carries the version: read once, each with its line and whether it agrees.

mod history;
mod manifests;
mod readme;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use semver::Version;
use serde::Serialize;

use super::form::Form;
use super::manifest::Manifest;
use super::source;
use crate::problem::{self, Problem};
use crate::workspace::Workspace;

/// What kind of thing carries a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The one key that everything else follows.
    Source,
    /// A member's `[package] version`.
    Member,
    /// A requirement on a member that lies at a path.
    Requirement,
    /// A member's entry in `Cargo.lock`.
    Lock,
    /// The newest release of the changelog.
    Changelog,
    /// A tag on the commit that is checked out.
    Tag,
    /// A line of a README.
    Readme,
}

/// How a carrier stands to the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is the version that the others are compared with.
    Source,
    /// It says the same.
    Agrees,
    /// It has no version of its own.
    Inherits,
    /// It need not agree: a private package with a version of its own, and what follows that.
    Independent,
    /// It names the last release while the version is on its way to the next.
    LastRelease,
    /// It says something else.
    Differs,
}

/// One place that carries a version.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// What it is.
    pub kind: Kind,
    /// The package it is about, where there is one.
    pub package: Option<String>,
    /// The file as a person names it: from the root, with `/`; `.git` for a tag.
    pub file: String,
    /// The line, counted from 1; `None` for a tag and for what is missing.
    pub line: Option<usize>,
    /// The dotted key or a word for what it is.
    pub key: String,
    /// What it says.
    pub text: String,
    /// How it stands to the version.
    pub standing: Standing,
    /// What is wrong, when it differs.
    pub problem: Option<Problem>,
}

/// A piece of a file that follows the version when it is set.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// Its bytes there.
    pub span: Range<usize>,
    /// How they state the version.
    pub form: Form,
}

/// Everything that carries the version.
#[derive(Debug)]
pub struct Survey {
    /// The version of the product.
    pub version: Version,
    /// What carries it, in the order of the kinds.
    pub carriers: Vec<Carrier>,
    /// What a workspace may have and this one has not: `lock file`, `changelog`, `git`, `readme`.
    pub absent: Vec<&'static str>,
    /// What follows the version.
    pub places: Vec<Place>,
    /// The texts of all files that were read.
    pub texts: BTreeMap<PathBuf, String>,
    /// The names of the packages that carry the product's version.
    pub names: Vec<String>,
    /// The members with the version that each should have in the lock file.
    pub members: Vec<(String, Version, IsOurs)>,
    /// The lock file, when there is one.
    pub lock: Option<PathBuf>,
    /// The changelog, when there is one.
    pub changelog: Option<PathBuf>,
    root: PathBuf,
}

/// Whether a member carries the product's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsOurs {
    /// It inherits the version, is its source, or repeats it.
    Ours,
    /// It has a version of its own.
    Independent,
}

impl Survey {
    /// Reads the workspace. Only what cannot be read is an error; what disagrees is in the carriers.
    pub fn read(workspace: &Workspace) -> anyhow::Result<Survey> {
        let root_path = workspace.root.join("Cargo.toml");
        let root = Manifest::read(&root_path)?;
        let mut manifests: Vec<(Option<&Package>, Manifest)> = Vec::new();
        for package in &workspace.members {
            let path = package.manifest_path.as_std_path();
            let manifest = if path == root_path {
                Manifest::parse(path, root.text.clone())
            } else {
                Manifest::read(path)
            };
            manifests.push((Some(package), manifest?));
        }
        if !manifests.iter().any(|(_, it)| it.path == root_path) {
            manifests.insert(0, (None, root));
        }
        let source = source::find(workspace, &manifests)?;
        let mut survey = Survey {
            version: source.version.clone(),
            carriers: Vec::new(),
            absent: Vec::new(),
            places: Vec::new(),
            texts: BTreeMap::new(),
            names: Vec::new(),
            members: Vec::new(),
            lock: None,
            changelog: None,
            root: workspace.root.clone(),
        };
        for (_, manifest) in &manifests {
            survey.texts.insert(manifest.path.clone(), manifest.text.clone());
        }
        survey.read_packages(&source, &manifests);
        survey.read_requirements(workspace, &manifests);
        survey.read_lock()?;
        let tag = survey.read_tags(&source)?;
        let last_release = survey.read_changelog(tag.as_deref())?;
        survey.read_readmes(workspace, last_release.filter(|_| tag.is_none()).as_ref())?;
        survey.carriers.sort_by_key(|it| it.kind);
        Ok(survey)
    }

    /// What disagrees.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.carriers.iter().filter_map(|it| it.problem.as_ref())
    }

    /// A path as a person reads it: from the root, with `/`.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/")
    }

    /// The file of the root whose name, in lower case, ranks first.
    fn find_file(&self, rank: impl Fn(&str) -> Option<usize>) -> Option<PathBuf> {
        let entries = self
            .root
            .read_dir()
            .ok()?
            .flatten()
            .filter(|it| it.path().is_file());
        let ranked =
            entries.filter_map(|it| Some((rank(&it.file_name().to_str()?.to_lowercase())?, it.path())));
        ranked.min().map(|(_, path)| path)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is a column of the table, said once by each caller"
    )]
    fn push(
        &mut self,
        kind: Kind,
        package: Option<&str>,
        path: &Path,
        at: usize,
        key: &str,
        text: &str,
        standing: Standing,
    ) {
        let line = self.texts[path][..at].matches('\n').count() + 1;
        self.carriers.push(Carrier {
            kind,
            package: package.map(str::to_owned),
            file: self.shown(path),
            line: Some(line),
            key: key.to_owned(),
            text: text.to_owned(),
            standing,
            problem: None,
        });
    }

    fn push_missing(&mut self, kind: Kind, package: &str, file: &str, key: &str) {
        self.carriers.push(Carrier {
            kind,
            package: Some(package.to_owned()).filter(|it| !it.is_empty()),
            file: file.to_owned(),
            line: None,
            key: key.to_owned(),
            text: String::new(),
            standing: Standing::Differs,
            problem: None,
        });
    }

    fn follow(&mut self, path: &Path, span: &Range<usize>, form: Form) {
        self.places.push(Place {
            path: path.to_owned(),
            span: span.clone(),
            form,
        });
    }

    /// Says what is wrong with the carrier that was pushed last.
    fn found(&mut self, what: impl Display, help: &[&str]) {
        let carrier = self.carriers.last_mut().expect("a carrier was pushed");
        let line = carrier.line.map_or_else(String::new, |it| format!(":{it}"));
        let mut problem = Problem::new(format!("`{}{line}`: {what}", carrier.file));
        // A tag is in no file that a person could be led to.
        problem.place = (carrier.kind != Kind::Tag).then(|| problem::Place {
            file: carrier.file.clone(),
            line: carrier.line,
        });
        carrier.problem = Some(help.iter().fold(problem, |problem, it| problem.help(*it)));
    }

    fn found_settable(&mut self, what: impl Display) {
        let help = format!("run `cargo xtask version set {}`", self.version);
        self.found(what, &[&help]);
    }
}
