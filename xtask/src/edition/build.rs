//! A build of a package: its archive for one target, and the programs in it.

use std::sync::{Arc, OnceLock};

use anyhow::{Context, ensure};

use crate::artifact::{Artifact, Binary, Kind};
use crate::digest::Sha256;
use crate::edition::{Listing, Shelf};
use crate::pack::read::Packed;
use crate::problem::Problem;
use crate::release::Release;
use crate::target::Target;

/// What was built for a target.
#[derive(Clone, Debug)]
pub struct Build {
    /// The target.
    pub target: &'static Target,
    /// The archive in `dist/`.
    pub archive: Artifact,
    /// The bill of materials in `dist/`.
    pub sbom: Option<Artifact>,
    shelf: Shelf,
    files: Arc<OnceLock<Arc<Vec<Packed>>>>,
}

impl Build {
    /// The builds of a package, in the order of the targets' names.
    pub(super) fn all(release: &Release, listing: &Listing, shelf: &Shelf) -> anyhow::Result<Vec<Build>> {
        let of = |kind: Kind| {
            release
                .artifacts
                .iter()
                .filter(move |it| it.kind == kind && it.package == listing.package)
        };
        let mut builds = Vec::new();
        for archive in of(Kind::Archive) {
            // The document is at fault, not the command line, so the exit code is that of a failure.
            let target =
                Target::parse(archive.target.as_deref().unwrap_or_default()).map_err(|it| Problem {
                    is_usage: false,
                    what: format!("cannot use `{}` of `artifacts.json`: {}", archive.name, it.what),
                    ..it
                })?;
            builds.push(Build {
                target,
                archive: archive.clone(),
                sbom: of(Kind::Sbom).find(|it| it.target == archive.target).cloned(),
                shelf: shelf.clone(),
                files: Arc::default(),
            });
        }
        builds.sort_by_key(|it| it.target.triple);
        Ok(builds)
    }

    /// The programs in the archive, with what was measured in them.
    pub fn binaries(&self) -> &[Binary] {
        &self.archive.binaries
    }

    /// The name of the archive's one top folder.
    pub fn top(&self) -> &str {
        let first = self.archive.binaries.first().map(|it| it.path.as_str());
        first.and_then(|it| it.split_once('/')).map_or("", |it| it.0)
    }

    /// The file name of a program: with `.exe` on Windows.
    pub fn file_name(&self, binary: &Binary) -> String {
        binary.path.rsplit('/').next().unwrap_or(&binary.path).to_owned()
    }

    /// The path of a program below the archive's top folder.
    pub fn path_below_top<'a>(&self, binary: &'a Binary) -> &'a str {
        binary
            .path
            .split_once('/')
            .map_or(binary.path.as_str(), |it| it.1)
    }

    /// The files of the archive, in its order.
    pub fn files(&self) -> anyhow::Result<Arc<Vec<Packed>>> {
        if let Some(found) = self.files.get() {
            return Ok(Arc::clone(found));
        }
        let found = self.shelf.files(&self.archive)?;
        Ok(Arc::clone(self.files.get_or_init(|| found)))
    }

    /// The very bytes of a program, which are those that `artifacts.json` says.
    pub fn program(&self, binary: &Binary) -> anyhow::Result<Vec<u8>> {
        let files = self.files()?;
        let file = files
            .iter()
            .find(|it| it.path == binary.path)
            .with_context(|| format!("`{}` does not hold `{}`", self.archive.name, binary.path))?;
        let entry = self.archive.entries.iter().find(|it| it.path == binary.path);
        ensure!(
            entry.is_some_and(|it| it.sha256 == Sha256::of(&file.bytes)),
            "`{}` of `{}` is not what `artifacts.json` says",
            binary.path,
            self.archive.name
        );
        Ok(file.bytes.clone())
    }

    /// The text of the bill of materials.
    pub fn sbom_bytes(&self) -> anyhow::Result<Option<Vec<u8>>> {
        self.sbom.as_ref().map(|it| self.shelf.bytes(it)).transpose()
    }
}
