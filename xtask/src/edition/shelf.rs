//! The files of `dist/`, read when they are asked for and held against their digests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::ensure;

use crate::artifact::Artifact;
use crate::digest::{Algorithm, Checksum, Sha256, cores, many};
use crate::effect::files;
use crate::pack::read::{self, Packed};
use crate::problem::{Problem, Problems};
use crate::release::Release;

/// A folder of artifacts.
#[derive(Clone, Debug)]
pub struct Shelf {
    dir: PathBuf,
}

impl Shelf {
    /// The shelf of a `dist/` folder.
    pub fn new(dir: &Path) -> Shelf {
        Shelf { dir: dir.to_owned() }
    }

    /// Where it lies.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The bytes of an artifact, which are those that `artifacts.json` says.
    pub fn bytes(&self, artifact: &Artifact) -> anyhow::Result<Vec<u8>> {
        let path = self.dir.join(&artifact.name);
        let bytes = files::read(&path)?;
        let found = Sha256::of(&bytes);
        ensure!(
            found == artifact.digests.sha256,
            Problem::new(other(artifact, &found.into())).help(REPAIR)
        );
        Ok(bytes)
    }

    /// The files of an archive, in its order.
    pub fn files(&self, artifact: &Artifact) -> anyhow::Result<Arc<Vec<Packed>>> {
        let bytes = self.bytes(artifact)?;
        Ok(Arc::new(read::files(&artifact.name, &bytes)?))
    }
}

/// Whether every artifact is there as `artifacts.json` says, read once by all cores: what many channels only cite must be
/// what was built, too. All that are not are named at once.
pub(super) fn check(dist: &Path, release: &Release) -> anyhow::Result<()> {
    let paths: Vec<PathBuf> = release.artifacts.iter().map(|it| dist.join(&it.name)).collect();
    let sums = many(&paths, Algorithm::Sha256, cores());
    let mut problems = Problems::default();
    for (artifact, sum) in release.artifacts.iter().zip(sums) {
        let what = match sum {
            Ok(sum) if sum == Checksum::Sha256(artifact.digests.sha256) => continue,
            Ok(sum) => other(artifact, &sum),
            Err(error) => format!("`{}` of the release cannot be read: {error:#}", artifact.name),
        };
        problems.push(Problem::new(what).help(REPAIR));
    }
    problems.into_result()
}

const REPAIR: &str = "run `cargo xtask dist` with the same targets, which repairs it";

fn other(artifact: &Artifact, found: &Checksum) -> String {
    format!(
        "`{}` is not what was built: its SHA-256 is {found}, `artifacts.json` says {}",
        artifact.name, artifact.digests.sha256
    )
}
