//! A file of `dist/`: what it is, for which target, how large, with which digests and what inside.

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::config::ArchiveForm;
use crate::digest::Digests;
use crate::digest::Sha256;
use crate::inspect::Facts;
use crate::target::{Os, Target};

/// What stands in the name of the source archive where the others have their target.
pub const SOURCE: &str = "source";

/// What an artifact is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The program with its documents, packed.
    Archive,
    /// The CycloneDX bill of materials of the program.
    Sbom,
    /// The source of the whole workspace, packed.
    Source,
}

/// What an artifact is made for, which decides how its name ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The archive of a target.
    Archive(&'a Target),
    /// The bill of materials of a target.
    Sbom(&'a Target),
    /// The source, which is the same for every target.
    Source,
}

impl<'a> Subject<'a> {
    /// The kind of the artifact.
    pub fn kind(self) -> Kind {
        match self {
            Subject::Archive(_) => Kind::Archive,
            Subject::Sbom(_) => Kind::Sbom,
            Subject::Source => Kind::Source,
        }
    }

    /// The target of the artifact; the source has none.
    pub fn target(self) -> Option<&'a Target> {
        match self {
            Subject::Archive(target) | Subject::Sbom(target) => Some(target),
            Subject::Source => None,
        }
    }
}

/// A file of `dist/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    /// Its file name.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// The package that it holds; of the source, the product.
    pub package: String,
    /// The target that it is for: a Rust triple or `universal-apple-darwin`. The source is for none in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Its size.
    pub size_bytes: u64,
    /// Its digests.
    #[serde(flatten)]
    pub digests: Digests,
    /// The digest of everything that it was made from: sources, settings, compiler, tools.
    pub inputs: Sha256,
    /// How it was compiled: `cargo`, `zigbuild`, `xwin`; `join` for a universal binary, `pack` for the source.
    pub builder: String,
    /// The machine that compiled it, as a triple, where that is not the release's own: one of several whose work was
    /// merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// For an archive, of a program or of the source, its files in the order in which they are packed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
    /// For an archive, its programs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub binaries: Vec<Binary>,
}

impl Artifact {
    /// Whether it is for this target, and for no other.
    pub fn is_for(&self, triple: &str) -> bool {
        self.target.as_deref() == Some(triple)
    }
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

/// What the top folder of the source archive is named after: `‹package›-‹version›`, where every recipe that builds
/// from source looks for it.
pub fn source_stem(package: &str, version: &Version) -> String {
    format!("{package}-{version}")
}

/// What every artifact of a package for a target is named after, and the top folder of its archive:
/// `‹package›-‹version›-‹target›`.
pub fn stem(package: &str, version: &Version, target: &Target) -> String {
    format!("{}-{target}", source_stem(package, version))
}

/// The file name of an artifact. Nothing else in this program makes up such a name.
pub fn name(subject: Subject<'_>, form: ArchiveForm, package: &str, version: &Version) -> String {
    match subject {
        Subject::Archive(target) => {
            let suffix = archive_form(form, target).suffix();
            format!("{}{suffix}", stem(package, version, target))
        }
        Subject::Sbom(target) => format!("{}.cdx.json", stem(package, version, target)),
        Subject::Source => {
            let suffix = source_form(form).suffix();
            format!("{}-{SOURCE}{suffix}", source_stem(package, version))
        }
    }
}

/// The form of a target's archive: what the settings say, but zip on Windows, which unpacks nothing else by itself.
pub fn archive_form(form: ArchiveForm, target: &Target) -> ArchiveForm {
    if target.os == Os::Windows {
        ArchiveForm::Zip
    } else {
        form
    }
}

/// The form of the source archive: what the settings say, but gzip where that is zip or Zstandard, which not every
/// tool that builds packages from source unpacks.
pub fn source_form(form: ArchiveForm) -> ArchiveForm {
    match form {
        ArchiveForm::TarXz => ArchiveForm::TarXz,
        ArchiveForm::TarGz | ArchiveForm::TarZst | ArchiveForm::Zip => ArchiveForm::TarGz,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::TARGETS;

    #[test]
    fn names_of_the_source() {
        let check = |form, expected: &str| {
            let version = Version::new(1, 2, 3);
            assert_eq!(name(Subject::Source, form, "app", &version), expected);
        };
        check(ArchiveForm::TarGz, "app-1.2.3-source.tar.gz");
        check(ArchiveForm::TarXz, "app-1.2.3-source.tar.xz");
        check(ArchiveForm::TarZst, "app-1.2.3-source.tar.gz");
        check(ArchiveForm::Zip, "app-1.2.3-source.tar.gz");
    }

    #[test]
    fn no_target_is_named_as_the_source_is() {
        assert!(TARGETS.iter().all(|it| it.triple != SOURCE));
    }
}
