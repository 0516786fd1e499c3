//! The formula for homebrew-core: the source, compiled by Homebrew's own Rust.

use anyhow::Context;

use super::{CHANNEL, class, extras, is_preview, paragraph};
use crate::artifact::Artifact;
use crate::edition::{Edition, Listing};
use crate::render::Output;
use crate::render::language::Language;
use crate::render::template::Value;

/// The template.
pub(super) const TEMPLATE: &str = "core.rb";

pub(super) fn render(edition: &Edition, listing: &Listing, output: &mut Output) -> anyhow::Result<()> {
    const SO: &str = "no formula for homebrew-core";
    if is_preview(edition) {
        output.gap(
            format!("`{}` is a pre-release", edition.version()),
            SO,
            "homebrew-core takes stable versions only",
        );
        return Ok(());
    }
    let Some(source) = edition.source() else {
        output.gap("no source archive", SO, "set `source = true` under `[dist]`");
        return Ok(());
    };
    if listing.license.is_none() {
        output.gap("no license", SO, "write `license` into `Cargo.toml`");
        return Ok(());
    }
    let has_lock = source
        .entries
        .iter()
        .any(|it| it.path.split_once('/').is_some_and(|it| it.1 == "Cargo.lock"));
    if !has_lock {
        output.gap(
            "no `Cargo.lock` in the source archive",
            SO,
            "commit `Cargo.lock`: `cargo install --locked` needs it",
        );
        return Ok(());
    }
    let Some(build) = edition.builds().first() else {
        return Ok(());
    };
    let programs: Vec<String> = build.binaries().iter().map(|it| it.name.clone()).collect();
    let Some(main) = programs.first() else {
        return Ok(());
    };
    let url = edition
        .url(&source.name)
        .context("cannot tell where the assets lie: set `[product] download-url`")?;
    let mut values = super::common(listing);
    values.insert("class", class(&listing.name)?);
    values.insert("url", Value::text(url));
    values.insert("sha256", Value::text(source.digests.sha256.to_string()));
    values.insert("version", Value::code(super::version_line(edition, listing)));
    values.insert(
        "license",
        Value::code(super::license::line(listing.license.as_deref())),
    );
    values.insert("cargo-args", Value::code(cargo_args(edition)));
    values.insert("install", Value::code(install(edition, source, &programs)));
    values.insert("service", paragraph(&super::service(edition, main)));
    values.insert("test", Value::code(super::test_lines(&programs)));
    let text = edition.fill(&CHANNEL, TEMPLATE, &values)?;
    let name = &listing.name;
    let letter = name.chars().next().unwrap_or('x').to_lowercase();
    output.text(format!("core/{letter}/{name}.rb"), text);
    Ok(())
}

/// Homebrew's own words for `cargo install`, with the folder of the package where that is not the root.
fn cargo_args(edition: &Edition) -> String {
    match folder(edition) {
        Some(path) => format!("*std_cargo_args(path: {})", Language::Ruby.literal(&path)),
        None => "*std_cargo_args".to_owned(),
    }
}

/// The folder of the package below the workspace's root, with `/`; `None` where it is the root.
fn folder(edition: &Edition) -> Option<String> {
    let workspace = edition.workspace.as_ref()?;
    let package = workspace
        .members
        .iter()
        .find(|it| it.name.as_str() == edition.listing.package)?;
    let dir = package.manifest_path.as_std_path().parent()?;
    let below = dir.strip_prefix(&workspace.root).ok()?;
    let parts: Vec<String> = below.iter().map(|it| it.to_string_lossy().into_owned()).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// What is installed beside the programs: completions that a program prints, else those that lie in the source.
fn install(edition: &Edition, source: &Artifact, programs: &[String]) -> String {
    let generated =
        super::generated_completions(edition, &format!("bin/{}", Language::Ruby.literal(&programs[0])));
    let mut lines = Vec::new();
    for extra in extras::find(&source.entries, programs) {
        if generated.is_none() || !extra.is_completion() {
            lines.push(extra.of_formula());
        }
    }
    if let Some(words) = generated {
        lines.push(format!("generate_completions_from_executable({words})"));
    }
    lines.join("\n")
}
