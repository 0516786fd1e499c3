//! The installers: a template filled with the archives of the release.

use anyhow::Context;

use super::{CHANNEL, Format, asset};
use crate::artifact::Artifact;
use crate::config::Dotted;
use crate::edition::{Build, Edition};
use crate::pack::Mode;
use crate::render::Output;
use crate::render::language::Language;
use crate::render::template::{Value, Values, Word};
use crate::target::{Abi, Os};

/// The builds of a machine for Windows, the best first.
const WINDOWS: &[(&str, &[&str])] = &[
    (
        "aarch64",
        &["aarch64-pc-windows-msvc", "aarch64-pc-windows-gnullvm"],
    ),
    (
        "x86_64",
        &[
            "x86_64-pc-windows-msvc",
            "x86_64-pc-windows-gnullvm",
            "x86_64-pc-windows-gnu",
        ],
    ),
];

/// Whether there is something for the installer of Linux and macOS.
pub(super) fn has_shell(edition: &Edition) -> bool {
    edition.builds().iter().any(|it| it.target.os != Os::Windows)
}

/// Whether there is something for the installer of Windows.
pub(super) fn has_power_shell(edition: &Edition) -> bool {
    !windows(edition).is_empty()
}

fn windows(edition: &Edition) -> Vec<(&'static str, &Build)> {
    let of = |row: &(&'static str, &[&str])| Some((row.0, edition.first_of(row.1)?));
    WINDOWS.iter().filter_map(of).collect()
}

/// The script for Linux and macOS.
pub(super) fn shell(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    if !has_shell(edition) {
        output.gap(
            "no build for Linux or macOS",
            "no installer for them",
            "cargo xtask dist --target x86_64-unknown-linux-musl",
        );
        return Ok(());
    }
    let mut rows = Vec::new();
    for build in edition.builds().iter().filter(|it| it.target.os != Os::Windows) {
        rows.push(row(build)?);
    }
    let programs = edition.builds().iter().find(|it| it.target.os != Os::Windows);
    let Some(mut values) = values(edition, programs, output, Format::Sh)? else {
        return Ok(());
    };
    let variable = variable(edition)?;
    values.extend([
        ("builds", Value::code(rows.join("\n"))),
        ("mirror", Value::code(format!("base=${{{variable}:-}}"))),
        ("variable", Value::word(&variable)?),
    ]);
    put(edition, output, Format::Sh, &values)
}

/// The script for Windows.
pub(super) fn power_shell(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let builds = windows(edition);
    if builds.is_empty() {
        output.gap(
            "no build for Windows",
            "no installer for it",
            "cargo xtask dist --target x86_64-pc-windows-gnullvm",
        );
        return Ok(());
    }
    let Some(mut values) = values(edition, Some(builds[0].1), output, Format::Ps1)? else {
        return Ok(());
    };
    let of = |(machine, build): &(&str, &Build)| {
        let text = |it: &str| Language::PowerShell.literal(it);
        format!(
            "@{{ Machine = {}; Archive = {}; Sha256 = {} }}",
            text(machine),
            text(&build.archive.name),
            text(&build.archive.digests.sha256.to_string())
        )
    };
    let rows: Vec<String> = builds.iter().map(of).collect();
    values.extend([
        ("builds", Value::code(rows.join("\n"))),
        ("variable", Value::text(variable(edition)?)),
    ]);
    put(edition, output, Format::Ps1, &values)
}

/// What both scripts are filled with; `None`, and a gap, where nobody knows where the archives lie.
fn values(
    edition: &Edition,
    build: Option<&Build>,
    output: &mut Output,
    format: Format,
) -> anyhow::Result<Option<Values>> {
    let Some(base) = edition
        .url("x")
        .and_then(|it| it.strip_suffix("/x").map(str::to_owned))
    else {
        output.gap(
            "no address of the downloads",
            format!("no `{}`", asset::installer(&asset::name(edition)?, format)),
            "write `repository` into `Cargo.toml`, or set `[product] download-url`",
        );
        return Ok(None);
    };
    let build = build.context("there is a build")?;
    let programs = build.binaries().iter().map(|it| build.file_name(it));
    Ok(Some(Values::from([
        ("name", Value::text(asset::name(edition)?)),
        ("version", Value::text(edition.version().to_string())),
        ("programs", Value::list(programs)),
        ("base", Value::text(base)),
    ])))
}

fn put(edition: &Edition, output: &mut Output, format: Format, values: &Values) -> anyhow::Result<()> {
    let template = if format == Format::Ps1 {
        "installer.ps1"
    } else {
        "installer.sh"
    };
    let text = edition.fill(&CHANNEL, template, values)?;
    let path = asset::installer(&asset::name(edition)?, format);
    let mode = if format == Format::Ps1 {
        Mode::Plain
    } else {
        Mode::Executable
    };
    output.file(path, mode, text.into_bytes());
    Ok(())
}

/// `DEMO_DOWNLOAD_URL`: a name that every shell takes for one of a variable.
fn variable(edition: &Edition) -> anyhow::Result<String> {
    let name = asset::name(edition)?.to_ascii_uppercase();
    let name = name.replace(|it: char| !it.is_ascii_alphanumeric(), "_");
    // A variable must not begin with a digit.
    let before = if name.starts_with(|it: char| it.is_ascii_digit()) {
        "GET_"
    } else {
        ""
    };
    Ok(format!("{before}{name}_DOWNLOAD_URL"))
}

/// System, machine, C library, the oldest version of that or of the system, archive, SHA-256.
fn row(build: &Build) -> anyhow::Result<String> {
    let target = build.target;
    let newest = |of: fn(&crate::inspect::Facts) -> Option<&Dotted>| {
        let all = build.binaries().iter().filter_map(|it| of(&it.facts));
        all.max_by(|a, b| a.0.cmp(&b.0))
    };
    let (system, library, oldest) = match (target.os, target.abi) {
        (Os::Macos, _) => ("macos", "system", newest(|it| it.minimum_os.as_ref())),
        (_, Abi::Musl) => ("linux", "musl", None),
        _ => ("linux", "glibc", newest(|it| it.glibc.as_ref())),
    };
    let machine = target.triple.split('-').next().unwrap_or_default();
    let oldest = oldest.map_or_else(|| "-".to_owned(), Dotted::to_string);
    let Artifact { name, digests, .. } = &build.archive;
    // The script takes the line apart at its spaces.
    Word::parse(name)?;
    Ok(format!(
        "{system} {machine} {library} {oldest} {name} {}",
        digests.sha256
    ))
}
