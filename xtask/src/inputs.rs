//! What a build is made from, by content: source files, settings, compiler, tools.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use crate::build::Builder;
use crate::config::{Config, Dist};
use crate::digest::Sha256;
use crate::digest::{Algorithm, Checksum, cores, many};
use crate::effect::{environment, files};
use crate::git::Git;
use crate::target::Target;
use crate::toolchain::Toolchain;
use crate::tools;
use crate::workspace::Workspace;

/// A digest of this program's own source, so that another toolkit means another build.
pub const TOOLKIT: &str = env!("XTASK_SOURCE_DIGEST");

/// Folders that hold no source in a tree without git.
const NOT_SOURCE: &[&str] = &[".git", ".hg", ".svn", ".jj", "node_modules"];

/// The source files of a workspace with the digests of their content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// SHA-256 by path from the root, with `/`.
    pub files: BTreeMap<String, Sha256>,
}

impl Source {
    /// Reads every file that git tracks or would track; without git, every file outside the folders of builds.
    pub fn load(workspace: &Workspace, git: Option<&Git>) -> anyhow::Result<Source> {
        let ours = [
            workspace.dist_dir(),
            workspace.target_dir.clone(),
            tools::folder(workspace),
        ];
        let found = match git {
            Some(_) => tracked(&workspace.root)?,
            None => walked(&workspace.root, &ours),
        };
        let paths: Vec<PathBuf> = found
            .into_iter()
            .filter(|it| !ours.iter().any(|dir| it.starts_with(dir)))
            .collect();
        let (links, regular): (Vec<PathBuf>, Vec<PathBuf>) = paths
            .into_iter()
            .filter(|it| it.symlink_metadata().is_ok())
            .partition(|it| it.is_symlink());
        let mut files = BTreeMap::new();
        let sums = many(&regular, Algorithm::Sha256, cores());
        for (path, sum) in regular.iter().zip(sums) {
            if let Checksum::Sha256(sum) = sum? {
                files.insert(workspace.shown(path), sum);
            }
        }
        for path in links {
            let to = path
                .read_link()
                .with_context(|| format!("cannot read the link `{}`", path.display()))?;
            files.insert(
                workspace.shown(&path),
                Sha256::of(to.to_string_lossy().as_bytes()),
            );
        }
        Ok(Source { files })
    }

    /// One digest of all.
    pub fn digest(&self) -> Sha256 {
        let lines: Vec<String> = self
            .files
            .iter()
            .map(|(path, sum)| format!("{sum} {path}\n"))
            .collect();
        Sha256::of(lines.concat().as_bytes())
    }
}

fn tracked(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let Some(git) = Git::find(root)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for path in git.files()? {
        let path = root.join(path);
        // git lists a submodule as one entry, which is a folder with a repository of its own.
        if path.is_dir() && !path.is_symlink() {
            if path.join(".git").exists() {
                found.extend(tracked(&path)?);
            }
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn walked(root: &Path, except: &[PathBuf]) -> Vec<PathBuf> {
    let is_source = |it: &walkdir::DirEntry| {
        let name = it.file_name().to_string_lossy();
        !(it.file_type().is_dir()
            && (NOT_SOURCE.contains(&name.as_ref()) || except.iter().any(|dir| dir == it.path())))
    };
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_source)
        .flatten()
        .filter(|it| !it.file_type().is_dir())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// The digest of everything that the artifacts of a target are made from.
pub fn digest(
    source: Sha256,
    config: &Config,
    toolchain: &Toolchain,
    time_s: i64,
    packages: &[String],
    target: &Target,
    builder: Builder,
) -> anyhow::Result<Sha256> {
    #[derive(Serialize)]
    struct Inputs<'a> {
        toolkit: &'a str,
        source: Sha256,
        time_s: i64,
        packages: &'a [String],
        settings: &'a Dist,
        passed: BTreeMap<&'a str, Option<String>>,
        rustc: &'a str,
        host: &'a str,
        target: &'a str,
        builder: &'a str,
        tools: Vec<(&'a str, &'a str)>,
    }
    let tools = if builder.needs_zig() { tools::TOOLS } else { &[] };
    let inputs = Inputs {
        toolkit: TOOLKIT,
        source,
        time_s,
        packages,
        settings: &config.dist,
        passed: config
            .dist
            .pass_env
            .iter()
            .map(|it| (it.as_str(), environment::var(it)))
            .collect(),
        rustc: &toolchain.rustc,
        host: &toolchain.host,
        target: target.triple,
        builder: builder.name(),
        tools: tools.iter().map(|it| (it.name, it.version)).collect(),
    };
    Ok(Sha256::of(&serde_json::to_vec(&inputs)?))
}

/// What the last build of a target saw, kept below `target/`, to find files whose content changed though their
/// time stamps do not show it.
#[derive(Debug)]
pub struct Memory {
    path: PathBuf,
    files: Option<BTreeMap<String, Sha256>>,
}

impl Memory {
    /// Reads what is remembered; a file that cannot be read is nothing remembered.
    pub fn load(workspace: &Workspace, target: &Target) -> Memory {
        let path = workspace.state_dir().join("built").join(format!("{target}.json"));
        let files = files::read_text(&path)
            .ok()
            .and_then(|it| serde_json::from_str(&it).ok());
        Memory { path, files }
    }

    /// The paths whose content is another than at the last build, new and gone ones included; `None` when nothing
    /// is remembered.
    pub fn changed(&self, source: &Source) -> Option<Vec<String>> {
        let before = self.files.as_ref()?;
        let paths = before.keys().chain(source.files.keys());
        let mut changed: Vec<String> = paths
            .filter(|it| before.get(*it) != source.files.get(*it))
            .cloned()
            .collect();
        changed.sort();
        changed.dedup();
        Some(changed)
    }

    /// Forgets, before a build begins that may break off.
    pub fn forget(&self) -> anyhow::Result<()> {
        files::remove(&self.path)
    }

    /// Remembers what a finished build saw.
    pub fn keep(&self, source: &Source) -> anyhow::Result<()> {
        files::write(&self.path, &serde_json::to_vec(&source.files)?)
    }
}
