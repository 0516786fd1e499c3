//! A file of `dist/`: what it is, for which target, how large, with which digests and what inside.

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::config::ArchiveForm;
use crate::digest::Digests;
use crate::digest::Sha256;
use crate::inspect::Facts;
use crate::target::{Os, Target};

/// What an artifact is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The program with its documents, packed.
    Archive,
    /// The CycloneDX bill of materials of the program.
    Sbom,
}

/// A file of `dist/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    /// Its file name.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// The package that it holds.
    pub package: String,
    /// The target that it is for: a Rust triple or `universal-apple-darwin`.
    pub target: String,
    /// Its size.
    pub size_bytes: u64,
    /// Its digests.
    #[serde(flatten)]
    pub digests: Digests,
    /// The digest of everything that it was made from: sources, settings, compiler, tools.
    pub inputs: Sha256,
    /// How it was compiled: `cargo`, `zigbuild`, `xwin`; `join` for a universal binary.
    pub builder: String,
    /// For an archive, its files in the order in which they are packed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
    /// For an archive, its programs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub binaries: Vec<Binary>,
}

/// A file inside an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its path in the archive, with the top folder and `/`.
    pub path: String,
    /// Its permission bits in octal, such as `0755`.
    pub mode: String,
    /// Its size.
    pub size_bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
}

/// A program inside an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Binary {
    /// Its name as cargo knows it, without `.exe`.
    pub name: String,
    /// Its path in the archive.
    pub path: String,
    /// What was measured in it.
    #[serde(flatten)]
    pub facts: Facts,
}

/// What every artifact of a package for a target is named after, and the top folder of its archive:
/// `‹package›-‹version›-‹target›`.
pub fn stem(package: &str, version: &Version, target: &Target) -> String {
    format!("{package}-{version}-{target}")
}

/// The file name of an artifact. Nothing else in this program makes up such a name.
pub fn name(kind: Kind, form: ArchiveForm, package: &str, version: &Version, target: &Target) -> String {
    let suffix = match kind {
        Kind::Archive => archive_form(form, target).suffix(),
        Kind::Sbom => ".cdx.json",
    };
    format!("{}{suffix}", stem(package, version, target))
}

/// The form of a target's archive: what the settings say, but zip on Windows, which unpacks nothing else by itself.
pub fn archive_form(form: ArchiveForm, target: &Target) -> ArchiveForm {
    if target.os == Os::Windows {
        ArchiveForm::Zip
    } else {
        form
    }
}
