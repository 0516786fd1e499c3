//! The names of the assets, and what is told of each.

use serde::{Deserialize, Serialize};

use super::{CHANNEL, Format};
use crate::artifact::{Artifact, Kind};
use crate::digest::Sha256;
use crate::edition::Edition;
use crate::lint::File;
use crate::problem::Problem;
use crate::target::{Abi, Os, Target};

/// The file that lists what is uploaded.
pub(super) const LIST: &str = "assets.json";

/// The form of that file.
pub(super) const SCHEMA: u32 = 1;

/// The assets of a release.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct List {
    pub(super) schema: u32,
    pub(super) tag: String,
    pub(super) assets: Vec<Asset>,
}

/// An asset.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Asset {
    /// The name that it is downloaded by.
    pub(super) name: String,
    /// Where it lies below `dist/`.
    pub(super) path: String,
    pub(super) size_bytes: u64,
    pub(super) sha256: Sha256,
    pub(super) content_type: String,
    /// What the page of the release shows.
    pub(super) label: String,
}

/// What the name of an asset may hold. GitHub writes `.` for any other character, and then no link finds it.
pub(super) fn is_plain(name: &str) -> bool {
    let is_inside = |it: char| it.is_ascii_alphanumeric() || "._-+".contains(it);
    !name.is_empty() && name.chars().all(is_inside) && !name.starts_with('.') && !name.ends_with('.')
}

/// What the files of a package are named after.
pub(super) fn name(edition: &Edition) -> anyhow::Result<String> {
    let name = edition.listing_for(&CHANNEL).name;
    if is_plain(&name) && name.starts_with(|it: char| it.is_ascii_alphanumeric()) {
        return Ok(name);
    }
    Err(
        Problem::new(format!("no asset can be named `{}`", name.escape_debug()))
            .help(format!(
                "GitHub keeps ASCII letters, digits and `.-_+` of a name: set `[channel.{}] name`",
                CHANNEL.name
            ))
            .into(),
    )
}

/// The name of an installer.
pub(super) fn installer(name: &str, format: Format) -> String {
    let end = if format == Format::Ps1 { "ps1" } else { "sh" };
    format!("{name}-installer.{end}")
}

/// The version as it stands in the name of a package: packages write `~` before a pre-release, which an asset cannot.
pub(super) fn version(edition: &Edition) -> String {
    edition.version().to_string()
}

/// What a file is sent as.
pub(super) fn content_type(name: &str) -> &'static str {
    const TYPES: &[(&str, &str)] = &[
        (".tar.gz", "application/gzip"),
        (".tar.xz", "application/x-xz"),
        (".tar.zst", "application/zstd"),
        (".zip", "application/zip"),
        (".deb", "application/vnd.debian.binary-package"),
        (".rpm", "application/x-rpm"),
        (".sh", "application/x-sh"),
        (".ps1", "text/plain; charset=utf-8"),
        (".cdx.json", "application/vnd.cyclonedx+json"),
        (".json", "application/json"),
    ];
    let known = TYPES.iter().find(|it| name.ends_with(it.0));
    known.map_or("text/plain; charset=utf-8", |it| it.1)
}

/// The machine as people write it.
pub(super) fn machine(target: &Target) -> &'static str {
    const WORDS: &[(&str, &str)] = &[
        ("aarch64-apple", "Apple silicon"),
        ("aarch64", "arm64"),
        ("armv7", "ARMv7"),
        ("i686", "x86 (32 bits)"),
        ("universal", "universal"),
        ("x86_64-apple", "Intel"),
        ("x86_64", "x86-64"),
    ];
    let known = WORDS.iter().find(|it| target.triple.starts_with(it.0));
    known.map_or(target.triple, |it| it.1)
}

/// What a target's archive runs on, with what was measured.
pub(super) fn platform(artifact: &Artifact, target: &Target) -> String {
    let facts = artifact.binaries.iter().map(|it| &it.facts);
    let oldest = facts
        .clone()
        .filter_map(|it| it.minimum_os.clone())
        .max_by(|a, b| a.0.cmp(&b.0));
    let glibc = facts
        .filter_map(|it| it.glibc.clone())
        .max_by(|a, b| a.0.cmp(&b.0));
    let machine = machine(target);
    match (target.os, target.abi) {
        (Os::Linux, Abi::Musl) => format!("Linux {machine}, static"),
        (Os::Linux, _) => match glibc {
            Some(glibc) => format!("Linux {machine}, glibc {glibc} or newer"),
            None => format!("Linux {machine}"),
        },
        (Os::Macos, _) => match oldest {
            Some(oldest) => format!("macOS {oldest} or newer, {machine}"),
            None => format!("macOS {machine}"),
        },
        (Os::Windows, _) => format!("Windows {machine}"),
    }
}

/// What a file of `dist/` is, in a few words.
pub(super) fn label(artifact: &Artifact) -> String {
    let target = artifact.target.as_deref().and_then(|it| Target::parse(it).ok());
    match (artifact.kind, target) {
        (Kind::Archive, Some(target)) => platform(artifact, target),
        (Kind::Sbom, Some(target)) => format!("Bill of materials of {}", target.triple),
        (Kind::Source, _) => "Source".to_owned(),
        _ => artifact.name.clone(),
    }
}

/// Whether a file is the list of assets.
pub(super) fn is_list(file: &File) -> bool {
    file.name() == LIST
        && file
            .json()
            .is_ok_and(|it| it["assets"].is_array() && it["tag"].is_string())
}
