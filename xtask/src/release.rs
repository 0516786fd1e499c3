//! The release: product, version and artifacts, as `dist/artifacts.json` holds them. Read-only after the build.

use std::path::Path;

use anyhow::Context;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::artifact::{Artifact, Kind};
use crate::digest::Sha256;
use crate::digest::sums::{self, Form};
use crate::digest::{Algorithm, Checksum, digests_of_file};
use crate::effect::files;
use crate::git::Commit;
use crate::problem::Problem;

/// The file in `dist/` that describes all others.
pub const FILE: &str = "artifacts.json";

/// The file in `dist/` that `sha256sum -c` reads.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// The version of the document's form; a reader refuses one that it does not know.
pub const SCHEMA: u32 = 1;

/// Everything that is known of a release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The version of this document's form.
    pub schema: u32,
    /// What identifies the release.
    #[serde(flatten)]
    pub identity: Identity,
    /// The files, by name.
    pub artifacts: Vec<Artifact>,
}

/// What all artifacts of a release share: if any of it changes, it is another release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The name of the product: its package, or the first of them.
    pub product: String,
    /// Its version.
    pub version: Version,
    /// The packages that are released.
    pub packages: Vec<String>,
    /// The commit, `null` outside git.
    pub commit: Option<Commit>,
    /// The tag of the commit that names this version.
    pub tag: Option<String>,
    /// Whether a file differed from the commit.
    pub is_dirty: bool,
    /// The time that all entries carry, seconds since 1970: `SOURCE_DATE_EPOCH`, else the commit's.
    pub time_s: i64,
    /// The digest of all source files.
    pub source: Sha256,
    /// The compiler.
    pub toolchain: Toolchain,
}

/// The compiler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// The first line of `rustc -V`.
    pub rustc: String,
    /// The machine that compiled, as a triple.
    pub host: String,
    /// The version of LLVM.
    pub llvm: String,
}

impl Release {
    /// A release, with its artifacts in the order of their names.
    pub fn new(identity: Identity, mut artifacts: Vec<Artifact>) -> Release {
        artifacts.sort_by(|a, b| a.name.cmp(&b.name));
        Release {
            schema: SCHEMA,
            identity,
            artifacts,
        }
    }

    /// The text of `artifacts.json`.
    pub fn text(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Parses the text of `artifacts.json`.
    pub fn parse(text: &str) -> anyhow::Result<Release> {
        #[derive(Deserialize)]
        struct Head {
            schema: u32,
        }
        let head: Head = serde_json::from_str(text).context("it is no document of a release")?;
        if head.schema != SCHEMA {
            return Err(Problem::new(format!(
                "it has schema {}, this program knows {SCHEMA}",
                head.schema
            ))
            .help("run `cargo xtask dist` to write it anew")
            .into());
        }
        serde_json::from_str(text).context("it does not have the form of its schema")
    }

    /// Reads the release that `dist` has left in a folder.
    pub fn load(dist: &Path) -> anyhow::Result<Release> {
        let path = dist.join(FILE);
        let text = files::read_text_if_present(&path)?.ok_or_else(|| {
            Problem::new(format!("cannot read `{}`: no such file", path.display()))
                .help("run `cargo xtask dist` first")
        })?;
        Release::parse(&text).with_context(|| format!("cannot read `{}`", path.display()))
    }

    /// The archive of the source; `None` where the settings turn it off.
    pub fn source(&self) -> Option<&Artifact> {
        self.artifacts.iter().find(|it| it.kind == Kind::Source)
    }

    /// The text of `SHA256SUMS`: every artifact, and `artifacts.json` itself.
    pub fn sums(&self) -> anyhow::Result<Vec<u8>> {
        let own = Checksum::Sha256(Sha256::of(self.text()?.as_bytes()));
        let mut lines: Vec<(Vec<u8>, Checksum)> = self
            .artifacts
            .iter()
            .map(|it| (it.name.clone().into_bytes(), Checksum::Sha256(it.digests.sha256)))
            .collect();
        lines.push((FILE.as_bytes().to_vec(), own));
        lines.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(sums::write(
            lines.iter().map(|(name, sum)| (name.as_slice(), sum)),
            Form::Plain,
        ))
    }
}

/// Whether an artifact lies in the folder with the size and bytes that its row says.
pub fn is_intact(dist: &Path, artifact: &Artifact) -> bool {
    let path = dist.join(&artifact.name);
    path.metadata()
        .is_ok_and(|it| it.is_file() && it.len() == artifact.size_bytes)
        && crate::digest::file(&path, Algorithm::Sha256)
            .is_ok_and(|it| it == Checksum::Sha256(artifact.digests.sha256))
}

/// Measures a file that was just written.
pub fn measure(path: &Path) -> anyhow::Result<(u64, crate::digest::Digests)> {
    let size_bytes = path
        .metadata()
        .with_context(|| format!("cannot read `{}`", path.display()))?
        .len();
    Ok((size_bytes, digests_of_file(path)?))
}
