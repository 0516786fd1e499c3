//! The packages of a release for a registry that speaks npm's protocol; how they are named there is data.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::ensure;
use serde::Serialize;

use crate::channel::companion;
use crate::edition::{Build, Edition, Listing};
use crate::pack::npm::{MANIFEST, file_name, tarball};
use crate::pack::{File, Mode};
use crate::problem::Problem;
use crate::render::language::Language;
use crate::render::template::{Value, Values};
use crate::render::{Output, json};

use super::manifest::{Manifest, Part};
use super::platform::{Platform, platforms};
use super::{CHANNEL, name};

/// The oldest Node that the launcher runs on.
const NODE: &str = ">=14";

/// How the packages are named, and where they go.
#[derive(Clone, Debug)]
pub(in crate::channel) struct Scheme {
    /// What is said about the product.
    pub(in crate::channel) listing: Listing,
    /// The version, as npm has it.
    pub(in crate::channel) version: String,
    /// The name of the root package.
    pub(in crate::channel) root: String,
    /// What the names of the platforms' packages begin with.
    pub(in crate::channel) prefix: String,
    /// The channel's own text for the page of the root package, in Markdown.
    pub(in crate::channel) page: Option<String>,
    /// The folder of the tarballs, empty or with a `/` at its end.
    pub(in crate::channel) folder: &'static str,
    /// How they are published.
    pub(in crate::channel) publish: Publish,
}

/// `publishConfig`: what `npm publish` does without being told.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::channel) struct Publish {
    /// `public` or `restricted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::channel) access: Option<String>,
    /// The registry, where it is not npm's own default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::channel) registry: Option<String>,
    /// The dist-tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::channel) tag: Option<String>,
}

impl Scheme {
    /// The name of a platform's package.
    fn package(&self, platform: &Platform) -> String {
        format!("{}-{}", self.prefix, platform.key)
    }

    /// The path of a package's tarball.
    fn path(&self, package: &str) -> String {
        format!("{}{}", self.folder, file_name(package, &self.version))
    }

    /// The tarballs of the platforms with the targets that serve them, and the root's without one.
    pub(in crate::channel) fn tarballs(&self, edition: &Edition) -> Vec<(String, Option<&'static str>)> {
        let platforms = platforms(edition);
        let of = |it: &Platform| (self.path(&self.package(it)), Some(it.triple));
        let root = (!platforms.is_empty()).then(|| (self.path(&self.root), None));
        platforms.iter().map(of).chain(root).collect()
    }

    /// The names of the packages, the root's last.
    pub(in crate::channel) fn names(&self, edition: &Edition) -> Vec<String> {
        let platforms = platforms(edition);
        let names = platforms.iter().map(|it| self.package(it));
        names.chain([self.root.clone()]).collect()
    }

    /// Names that the registry does not take are errors, all at once.
    fn check(&self, platforms: &[Platform], setting: &str) -> anyhow::Result<()> {
        let names = platforms.iter().map(|it| self.package(it));
        let flaws: Vec<String> = std::iter::once(self.root.clone())
            .chain(names)
            .filter_map(|it| name::flaw(&it))
            .collect();
        ensure!(
            flaws.is_empty(),
            Problem::new(format!("cannot name the packages: {}", flaws.join("; ")))
                .help(format!("choose another name with `{setting}`"))
        );
        if let Some(flaw) = self.publish.tag.as_deref().and_then(name::tag_flaw) {
            return Err(Problem::new(flaw)
                .help("a dist-tag is a word such as `latest`, `next` or `release-1.x`")
                .into());
        }
        Ok(())
    }
}

/// Renders one tarball a platform, and the root's.
pub(in crate::channel) fn render(
    edition: &Edition,
    scheme: &Scheme,
    setting: &str,
    output: &mut Output,
) -> anyhow::Result<()> {
    companion::systems_without_build(edition, "package", output);
    let platforms = platforms(edition);
    if platforms.is_empty() {
        return Ok(());
    }
    scheme.check(&platforms, setting)?;
    for platform in &platforms {
        let (edition, scheme, platform) = (edition.clone(), scheme.clone(), *platform);
        output.package(scheme.path(&scheme.package(&platform)), move || {
            platform_package(&edition, &scheme, &platform)
        });
    }
    let launcher = launcher(edition, scheme, &platforms)?;
    let (edition, scheme) = (edition.clone(), scheme.clone());
    output.package(scheme.path(&scheme.root), move || {
        root_package(&edition, &scheme, &platforms, launcher)
    });
    Ok(())
}

fn plain(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> (String, File) {
    file(path, Mode::Plain, bytes)
}

fn file(path: impl Into<String>, mode: Mode, bytes: impl Into<Vec<u8>>) -> (String, File) {
    let bytes = bytes.into();
    (path.into(), File { mode, bytes })
}

fn licences(edition: &Edition) -> anyhow::Result<Vec<(String, File)>> {
    let licences = edition.licences()?.into_iter();
    Ok(licences
        .map(|it| plain(it.path.clone(), it.bytes.clone()))
        .collect())
}

fn packed(
    edition: &Edition,
    manifest: &Manifest<'_>,
    mut files: Vec<(String, File)>,
) -> anyhow::Result<Vec<u8>> {
    files.push(plain(MANIFEST, json::document(manifest, "  ")?));
    tarball(&files, edition.time_s())
}

fn platform_package(edition: &Edition, scheme: &Scheme, platform: &Platform) -> anyhow::Result<Vec<u8>> {
    let build = edition
        .build(platform.triple)
        .expect("it was there when this was planned");
    let name = scheme.package(platform);
    let words = platform.words();
    let mut files = licences(edition)?;
    for binary in build.binaries() {
        let path = format!("bin/{}", build.file_name(binary));
        files.push(file(path, Mode::Executable, build.program(binary)?));
    }
    if let Some(bytes) = build.sbom_bytes()? {
        files.push(plain("sbom.cdx.json", bytes));
    }
    let values = Values::from([
        ("name", Value::text(&scheme.root)),
        ("package", Value::text(&name)),
        ("platform", Value::text(&words)),
        ("summary", Value::text(&scheme.listing.summary)),
        // A name that was checked has nothing that Markdown or a shell could take for more.
        (
            "install",
            Value::code(format!("npm install --global {}", scheme.root)),
        ),
    ]);
    files.push(plain(
        "README.md",
        edition.fill(&CHANNEL, "platform.md", &values)?,
    ));
    let description = format!("{}, for {words}", scheme.listing.summary);
    let manifest = Manifest::new(scheme, name, description, Part::of(platform), &files);
    packed(edition, &manifest, files)
}

/// The names of the programs, as cargo knows them.
fn programs(build: &Build) -> impl Iterator<Item = &str> {
    build.binaries().iter().map(|it| it.name.as_str())
}

/// The page of the root package: the channel's own text, else the product's readme, else what is said about it.
fn readme(edition: &Edition, scheme: &Scheme) -> anyhow::Result<(String, File)> {
    const NAME: &str = "README.md";
    if let Some(text) = &scheme.page {
        return Ok(plain(NAME, format!("{}\n", text.trim())));
    }
    if let Some(readme) = companion::readme(edition)? {
        return Ok(plain(readme.path.clone(), readme.bytes.clone()));
    }
    let [title, text] =
        [&scheme.listing.title, &scheme.listing.description].map(|it| Language::Markdown.literal(it));
    Ok(plain(NAME, format!("# {title}\n\n{text}\n")))
}

fn root_package(
    edition: &Edition,
    scheme: &Scheme,
    platforms: &[Platform],
    launcher: String,
) -> anyhow::Result<Vec<u8>> {
    let mut files = licences(edition)?;
    files.push(readme(edition, scheme)?);
    let mut man = Vec::new();
    for page in edition
        .documents()?
        .iter()
        .filter(|it| it.path.starts_with("man/"))
    {
        if companion::share(&page.path).is_some() {
            man.push(page.path.clone());
            files.push(plain(page.path.clone(), page.bytes.clone()));
        }
    }
    let mut bin = BTreeMap::new();
    for name in edition.builds().first().into_iter().flat_map(programs) {
        let path = format!("bin/{name}.js");
        let literal = Language::Json.literal(name);
        let text = format!(
            "#!/usr/bin/env node\n\"use strict\";\n\nrequire(\"../lib/launch.js\").launch({literal});\n"
        );
        files.push(file(path.clone(), Mode::Executable, text));
        bin.insert(name.to_owned(), path);
    }
    files.push(plain("lib/launch.js", launcher));
    let dependencies = platforms
        .iter()
        .map(|it| (scheme.package(it), scheme.version.clone()));
    let part = Part::Root {
        r#type: "commonjs",
        bin,
        man,
        engines: BTreeMap::from([("node", NODE)]),
        optional_dependencies: dependencies.collect(),
    };
    let (name, description) = (scheme.root.clone(), scheme.listing.summary.clone());
    let manifest = Manifest::new(scheme, name, description, part, &files);
    packed(edition, &manifest, files)
}

/// What the launcher knows of a platform.
#[derive(Serialize)]
struct Row<'a> {
    package: String,
    #[serde(flatten)]
    platform: &'a Platform,
    words: String,
}

fn launcher(edition: &Edition, scheme: &Scheme, platforms: &[Platform]) -> anyhow::Result<String> {
    let mut rows = String::from("[\n");
    for platform in platforms {
        let row = Row {
            package: scheme.package(platform),
            platform,
            words: platform.words(),
        };
        let row = json::visible(&serde_json::to_string(&row)?);
        writeln!(rows, "  {row},")?;
    }
    rows.push(']');
    let values = Values::from([
        ("name", Value::text(&scheme.root)),
        ("version", Value::text(&scheme.version)),
        ("platforms", Value::code(rows)),
    ]);
    edition.fill(&CHANNEL, "launch.js", &values)
}
