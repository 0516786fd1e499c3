//! The files of `dist/`, read when they are asked for and held against their digests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::ensure;

use crate::artifact::Artifact;
use crate::digest::Sha256;
use crate::effect::files;
use crate::pack::read::{self, Packed};
use crate::problem::Problem;

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
            Problem::new(format!(
                "`{}` is not what was built: its SHA-256 is {found}, `artifacts.json` says {}",
                artifact.name, artifact.digests.sha256
            ))
            .help("run `cargo xtask dist`, which repairs it")
        );
        Ok(bytes)
    }

    /// The files of an archive, in its order.
    pub fn files(&self, artifact: &Artifact) -> anyhow::Result<Arc<Vec<Packed>>> {
        let bytes = self.bytes(artifact)?;
        Ok(Arc::new(read::files(&artifact.name, &bytes)?))
    }
}
