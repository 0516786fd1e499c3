//! An edition: one package of a release, with all that is said about it. What every channel renders from.

mod build;
pub mod licence;
mod listing;
pub mod registry;
pub mod sample;
mod shelf;
mod templates;
mod unbuilt;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use semver::Version;

use crate::artifact::{Artifact, Kind};
use crate::channel::{CHANNELS, Channel};
use crate::config::{Channels, Config, Settings};
use crate::effect::{environment, files};
use crate::pack::read::Packed;
use crate::problem::{Problem, Problems};
use crate::release::Release;
use crate::render::template::{self, Values};
use crate::workspace::Workspace;

pub use build::Build;
pub use listing::{Listing, Person, Repository};
pub use registry::Registries;
pub use shelf::Shelf;

/// One package of a release. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Edition(Arc<Inner>);

/// What an edition is made of.
#[derive(Debug)]
pub struct Inner {
    /// The release in `dist/`.
    pub release: Release,
    /// What is said about the package.
    pub listing: Listing,
    /// The settings of the channels.
    pub channels: Channels,
    /// The templates that people have put into `packaging/`, by path below it, with `/`.
    pub templates: BTreeMap<String, String>,
    /// The files of `dist/`.
    pub shelf: Shelf,
    /// The text of `Cargo.lock`.
    pub lock: Option<String>,
    /// Where the crates of the lock file are downloaded from, as far as cargo knows.
    pub registries: Registries,
    /// The workspace, for the one channel whose package cargo makes.
    pub workspace: Option<Workspace>,
    /// Whether it is the first package of the release, which speaks for all.
    pub is_main: bool,
    builds: Vec<Build>,
    documents: OnceLock<Vec<Packed>>,
}

impl Deref for Edition {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Where the templates lie, below the workspace's root.
pub const TEMPLATES: &str = "packaging";

impl Edition {
    /// Puts an edition together. The package is that of the listing.
    pub fn new(
        release: Release,
        listing: Listing,
        channels: Channels,
        templates: BTreeMap<String, String>,
        shelf: Shelf,
        lock: Option<String>,
        workspace: Option<Workspace>,
    ) -> anyhow::Result<Edition> {
        let builds = Build::all(&release, &listing, &shelf)?;
        Ok(Edition(Arc::new(Inner {
            is_main: release.identity.product == listing.package,
            release,
            listing,
            channels,
            templates,
            shelf,
            lock,
            registries: Registries::default(),
            workspace,
            builds,
            documents: OnceLock::new(),
        })))
    }

    /// The edition with the registries that its crates come from.
    #[must_use]
    pub fn with_registries(mut self, registries: Registries) -> Edition {
        let inner = Arc::get_mut(&mut self.0).expect("an edition is completed before it is given away");
        inner.registries = registries;
        self
    }

    /// The editions of the release that lies in a workspace's `dist/`, one a package, the first package first.
    pub fn load(workspace: &Workspace, config: &Config, dist: &Path) -> anyhow::Result<Vec<Edition>> {
        let release = Release::load(dist)?;
        let identity = &release.identity;
        let mut problems = Problems::default();
        let mut listings = Vec::new();
        for name in &identity.packages {
            let Some(package) = workspace.members.iter().find(|it| it.name.as_str() == name) else {
                problems.push(
                    Problem::new(format!(
                        "`dist/` holds the package `{name}`, which the workspace does not have"
                    ))
                    .help("run `cargo xtask dist` to build what the workspace has now"),
                );
                continue;
            };
            if package.version != identity.version {
                problems.push(
                    Problem::new(format!(
                        "`dist/` holds `{name}` {}, but the workspace has {}",
                        identity.version, package.version
                    ))
                    .help("run `cargo xtask dist` to build what the workspace has now"),
                );
                continue;
            }
            match Listing::of(package, config, &identity.product) {
                Ok(listing) => listings.push(listing),
                Err(found) => problems.0.extend(found.0),
            }
        }
        problems.into_result()?;
        shelf::check(dist, &release)?;
        let templates = templates::read(&workspace.root)?;
        let lock = files::read_text_if_present(&workspace.root.join("Cargo.lock"))?;
        let shelf = Shelf::new(dist);
        let registries = environment::cargo_home()
            .zip(lock.as_deref())
            .map(|(home, lock)| Registries::load(&home, lock))
            .unwrap_or_default();
        listings
            .into_iter()
            .map(|listing| {
                let edition = Edition::new(
                    release.clone(),
                    listing,
                    config.channel.clone(),
                    templates.clone(),
                    shelf.clone(),
                    lock.clone(),
                    Some(workspace.clone()),
                )?;
                Ok(edition.with_registries(registries.clone()))
            })
            .collect()
    }

    /// The version as Cargo.toml has it; [`Channel::version`] gives a channel's form.
    pub fn version(&self) -> &Version {
        &self.release.identity.version
    }

    /// The tag that names the version: the commit's own, else `v` and the version.
    pub fn tag(&self) -> String {
        let identity = &self.release.identity;
        identity
            .tag
            .clone()
            .unwrap_or_else(|| format!("v{}", identity.version))
    }

    /// The time that all files carry, in seconds since 1970.
    pub fn time_s(&self) -> i64 {
        self.release.identity.time_s
    }

    /// The day of the release, `2026-01-02`, in UTC.
    pub fn date(&self) -> String {
        crate::time::Date::of(self.time_s()).to_string()
    }

    /// What was built for this package, in the order of the targets' names.
    pub fn builds(&self) -> &[Build] {
        &self.builds
    }

    /// The build for a Rust triple.
    pub fn build(&self, triple: &str) -> Option<&Build> {
        self.builds.iter().find(|it| it.target.triple == triple)
    }

    /// The first build of a list of triples that is there: what a channel prefers stands first.
    pub fn first_of(&self, triples: &[&str]) -> Option<&Build> {
        triples.iter().find_map(|it| self.build(it))
    }

    /// Where an asset of the release is downloaded from; `None` without a repository on GitHub or a `download-url`.
    /// A `+` of a version is escaped, as GitHub's own links do.
    pub fn url(&self, name: &str) -> Option<String> {
        let version = self.version().to_string();
        Some(self.url_of(&version, name)?.replace('+', "%2B"))
    }

    /// The same with a word in the place of the version, such as `$version` for a robot that updates the file: in the
    /// tag and in the asset's name, and nowhere else, though an owner or a host may hold the same digits.
    pub fn url_of(&self, word: &str, name: &str) -> Option<String> {
        let base = self.listing.download_url.as_deref()?;
        let version = self.version().to_string();
        let tag = self.tag();
        let tag = tag
            .strip_suffix(&version)
            .map_or(tag.clone(), |it| format!("{it}{word}"));
        let base = base.replace("{tag}", &tag).replace("{version}", word);
        Some(format!(
            "{}/{}",
            base.trim_end_matches('/'),
            self.name_of(word, name)
        ))
    }

    /// The name of an asset, or of the folder in it, with a word in the place of the version.
    pub fn name_of(&self, word: &str, name: &str) -> String {
        let stem = |word: &str| format!("{}-{word}", self.listing.package);
        let version = self.version().to_string();
        let rest = name.strip_prefix(&stem(&version));
        rest.map_or_else(|| name.to_owned(), |rest| format!("{}{rest}", stem(word)))
    }

    /// The settings of a channel.
    pub fn settings(&self, channel: &'static Channel) -> Settings<'_> {
        self.channels.of(channel)
    }

    /// What is said about the package in a channel: the listing with the channel's own name and texts.
    pub fn listing_for(&self, channel: &'static Channel) -> Listing {
        let settings = self.settings(channel);
        let mut listing = self.listing.clone();
        if self.is_main
            && let Some(name) = settings.text("name")
        {
            name.clone_into(&mut listing.name);
        }
        if let Some(summary) = settings.text("summary") {
            listing.summary = listing::one_line(summary);
        }
        if let Some(description) = settings.text("description") {
            description.trim().clone_into(&mut listing.description);
        }
        listing
    }

    /// A channel's template, filled: the one in `packaging/<channel>/`, else the built-in one.
    pub fn fill(&self, channel: &'static Channel, name: &str, values: &Values) -> anyhow::Result<String> {
        let file = channel.templates.iter().find(|it| it.name == name);
        let file = file.unwrap_or_else(|| panic!("`{}` has no template `{name}`", channel.name));
        let path = format!("{}/{name}", channel.name);
        let own = self.templates.get(&path);
        let origin = format!("{TEMPLATES}/{path}");
        template::fill(
            own.map_or(file.text, String::as_str),
            file.language,
            &origin,
            values,
        )
    }

    /// The documents of the package as the archives hold them: readme, licences, changelog, completions, man pages; by
    /// path below the top folder. They are the same in every archive; the programs are left out.
    pub fn documents(&self) -> anyhow::Result<&[Packed]> {
        if let Some(found) = self.documents.get() {
            return Ok(found);
        }
        let mut found = Vec::new();
        if let Some(build) = self.builds.first() {
            let programs: Vec<&str> = build.archive.binaries.iter().map(|it| it.path.as_str()).collect();
            for file in build.files()?.iter() {
                if !programs.contains(&file.path.as_str()) {
                    let path = file.path.split_once('/').map_or(file.path.as_str(), |it| it.1);
                    found.push(Packed {
                        path: path.to_owned(),
                        ..file.clone()
                    });
                }
            }
        }
        Ok(self.documents.get_or_init(|| found))
    }

    /// The licence files among the documents.
    pub fn licences(&self) -> anyhow::Result<Vec<&Packed>> {
        Ok(self
            .documents()?
            .iter()
            .filter(|it| licence::is_licence(&it.path))
            .collect())
    }

    /// The text of the changelog among the documents, with line feeds.
    pub fn changelog(&self) -> anyhow::Result<Option<String>> {
        use crate::version::changelog::FILES;
        let is_it = |it: &&Packed| FILES.contains(&it.path.to_lowercase().as_str());
        let document = self.documents()?.iter().find(is_it);
        Ok(document.map(|it| String::from_utf8_lossy(&it.bytes).replace("\r\n", "\n")))
    }

    /// What the changelog says about this version, without its heading; `None` when it says nothing.
    pub fn changes(&self) -> anyhow::Result<Option<String>> {
        let packages = self.packages();
        Ok(self
            .changelog()?
            .and_then(|it| listing::changes(&it, &packages, self.version())))
    }

    /// The names of the packages of the release.
    pub fn packages(&self) -> Vec<&str> {
        self.release
            .identity
            .packages
            .iter()
            .map(String::as_str)
            .collect()
    }

    /// The other files of the release that are for this package, or for all.
    pub fn artifacts(&self, kind: Kind) -> impl Iterator<Item = &Artifact> {
        let package = &self.0.listing.package;
        self.0
            .release
            .artifacts
            .iter()
            .filter(move |it| it.kind == kind && it.package == *package)
    }

    /// The archive of the source, for packages that are built from it.
    pub fn source(&self) -> Option<&Artifact> {
        self.0.release.source()
    }

    /// The channels that are served, in the order of the table.
    pub fn channels_on(&self) -> impl Iterator<Item = &'static Channel> + '_ {
        CHANNELS.iter().copied().filter(|it| self.0.channels.is_on(it))
    }

    /// Where `dist/` lies.
    pub fn dist(&self) -> PathBuf {
        self.shelf.dir().to_owned()
    }
}
