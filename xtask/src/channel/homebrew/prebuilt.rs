//! The formula for a tap: the programs that were built, for each system and processor.

use anyhow::Context;

use super::{CHANNEL, class, extras, formula_name, is_preview, paragraph};
use crate::config::Dotted;
use crate::edition::{Build, Edition, Listing};
use crate::render::Output;
use crate::render::language::Language;
use crate::render::template::Value;

/// The template.
pub(super) const TEMPLATE: &str = "formula.rb";

/// A system and a processor that Homebrew runs on.
pub(super) struct Platform {
    /// The block for the system.
    pub(super) system: &'static str,
    /// The block for the processor.
    pub(super) machine: &'static str,
    /// What people call it.
    title: &'static str,
    /// The targets that serve it, the best first.
    triples: &'static [&'static str],
}

/// The platforms, in the order of the blocks.
pub(super) const PLATFORMS: &[Platform] = &[
    Platform {
        system: "on_macos",
        machine: "on_arm",
        title: "macOS on arm64",
        triples: &["aarch64-apple-darwin", "universal-apple-darwin"],
    },
    Platform {
        system: "on_macos",
        machine: "on_intel",
        title: "macOS on x86_64",
        triples: &["x86_64-apple-darwin", "universal-apple-darwin"],
    },
    Platform {
        system: "on_linux",
        machine: "on_arm",
        title: "Linux on arm64",
        triples: &["aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl"],
    },
    Platform {
        system: "on_linux",
        machine: "on_intel",
        title: "Linux on x86_64",
        triples: &["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"],
    },
];

/// The newest glibc that a build for Linux may ask for without losing systems. Homebrew runs down to 2.13 by bringing a
/// glibc of its own (Support-Tiers, Homebrew/brew aad366f), but a program that was built elsewhere is started by the
/// system's: 2.17 is the oldest that is still met, and what `dist` builds for by default.
const GLIBC: &[u32] = &[2, 17];

/// The build for a platform. A static build for musl runs everywhere, but looks up hosts and users without the system's
/// plugins, and allocates slowly: so a build for glibc goes first, unless it is for newer systems only.
pub(super) fn build_for<'a>(edition: &'a Edition, platform: &Platform) -> Option<&'a Build> {
    let runs_everywhere = |it: &&Build| {
        let floor = it
            .binaries()
            .iter()
            .filter_map(|it| it.facts.glibc.as_ref())
            .max();
        floor.is_none_or(|it| *it <= Dotted(GLIBC.to_vec()))
    };
    let found = || platform.triples.iter().filter_map(|it| edition.build(it));
    found()
        .find(runs_everywhere)
        .or_else(|| edition.first_of(platform.triples))
}

/// What the formula offers.
pub(super) fn offered(edition: &Edition) -> Vec<(&'static Platform, &Build)> {
    PLATFORMS
        .iter()
        .filter_map(|it| Some((it, build_for(edition, it)?)))
        .collect()
}

pub(super) fn render(edition: &Edition, listing: &Listing, output: &mut Output) -> anyhow::Result<()> {
    let offered = offered(edition);
    if offered.is_empty() {
        output.gap(
            "no build for macOS or Linux",
            "no formula for a tap",
            "cargo xtask dist --target aarch64-apple-darwin",
        );
        return Ok(());
    }
    for platform in PLATFORMS {
        if !offered.iter().any(|(it, _)| std::ptr::eq(*it, platform)) {
            output.gap(
                format!("no build for {}", platform.title),
                "the tap's formula cannot be installed there",
                format!("cargo xtask dist --target {}", platform.triples[0]),
            );
        }
    }
    let name = formula_name(edition, listing);
    let mut values = super::common(listing);
    let programs = programs(&offered);
    values.insert("class", class(&name)?);
    values.insert("version", Value::code(super::version_line(edition, listing)));
    values.insert(
        "license",
        Value::code(super::license::line(listing.license.as_deref())),
    );
    values.insert("depends", paragraph(depends(&offered)));
    values.insert("platforms", Value::code(platforms(edition, &offered)?));
    values.insert("conflicts", paragraph(&conflicts(edition, listing)));
    values.insert("install", Value::code(install(edition, &offered)));
    values.insert("caveats", paragraph(&caveats(edition)));
    values.insert("service", paragraph(&super::service(edition, &programs[0])));
    values.insert("test", Value::code(super::test_lines(&programs)));
    let text = edition.fill(&CHANNEL, TEMPLATE, &values)?;
    output.text(format!("tap/Formula/{name}.rb"), text);
    Ok(())
}

/// The file names of the programs.
fn programs(offered: &[(&Platform, &Build)]) -> Vec<String> {
    let (_, build) = offered[0];
    build.binaries().iter().map(|it| build.file_name(it)).collect()
}

/// A formula without a URL for a system says which one it is for.
fn depends(offered: &[(&Platform, &Build)]) -> &'static str {
    let has = |system: &str| offered.iter().any(|it| it.0.system == system);
    match (has("on_macos"), has("on_linux")) {
        (true, false) => "depends_on :macos",
        (false, true) => "depends_on :linux",
        _ => "",
    }
}

/// A block for each system holds one for each processor: directly in a block of the class Homebrew allows no URL
/// (rubocops/components_order.rb).
fn platforms(edition: &Edition, offered: &[(&Platform, &Build)]) -> anyhow::Result<String> {
    let mut blocks = Vec::new();
    for system in ["on_macos", "on_linux"] {
        let mut inner = Vec::new();
        for (platform, build) in offered.iter().filter(|it| it.0.system == system) {
            let url = edition
                .url(&build.archive.name)
                .context("cannot tell where the assets lie: set `[product] download-url`")?;
            inner.push(format!(
                "  {} do\n    url {}\n    sha256 {}\n  end\n",
                platform.machine,
                Language::Ruby.literal(&url),
                Language::Ruby.literal(&build.archive.digests.sha256.to_string())
            ));
        }
        if !inner.is_empty() {
            blocks.push(format!("{system} do\n{}end\n", inner.concat()));
        }
    }
    Ok(blocks.join("\n"))
}

fn conflicts(edition: &Edition, listing: &Listing) -> String {
    if !is_preview(edition) {
        return String::new();
    }
    let tap = super::tap(edition, listing);
    let name = tap.map_or_else(|| listing.name.clone(), |it| format!("{it}/{}", listing.name));
    format!(
        "conflicts_with {}, because: \"both install the same programs\"",
        Language::Ruby.literal(&name)
    )
}

/// The lines of `def install`. What lies beside the programs is installed if every archive has it.
fn install(edition: &Edition, offered: &[(&Platform, &Build)]) -> String {
    let (_, first) = offered[0];
    let paths: Vec<&str> = first
        .binaries()
        .iter()
        .map(|it| first.path_below_top(it))
        .collect();
    let list: Vec<String> = paths.iter().map(|it| Language::Ruby.literal(it)).collect();
    let mut lines = vec![format!("bin.install {}", list.join(", "))];
    let programs = programs(offered);
    let has = |build: &Build, path: &str| {
        let whole = format!("{}/{path}", build.top());
        build.archive.entries.iter().any(|it| it.path == whole)
    };
    let generated =
        super::generated_completions(edition, &format!("bin/{}", Language::Ruby.literal(&programs[0])));
    for extra in extras::find(&first.archive.entries, &programs) {
        let is_replaced = generated.is_some() && extra.is_completion();
        if !is_replaced && offered.iter().all(|(_, it)| has(it, extra.path())) {
            lines.push(extra.of_formula());
        }
    }
    if let Some(words) = generated {
        lines.push(format!("generate_completions_from_executable({words})"));
    }
    lines.join("\n")
}

fn caveats(edition: &Edition) -> String {
    let text = edition.settings(&CHANNEL).text("caveats");
    text.map(|it| format!("def caveats\n  {}\nend", Language::Ruby.literal(it)))
        .unwrap_or_default()
}
