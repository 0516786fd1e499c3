//! What a build is made from, by content: source files, settings, compiler, tools.

mod memory;
pub mod neighbours;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use crate::build::Builder;
use crate::config::{self, Config, Dist};
use crate::digest::Sha256;
use crate::digest::{Algorithm, Checksum, cores, many};
use crate::effect::{environment, files};
use crate::git::Git;
use crate::inputs::neighbours::Neighbour;
use crate::product;
use crate::target::Target;
use crate::tools;
use crate::workspace::Workspace;

pub use memory::Memory;

/// A digest of this program's own source, so that another toolkit means another build.
pub const TOOLKIT: &str = env!("XTASK_SOURCE_DIGEST");

/// Folders that hold no source in a tree without git.
const NOT_SOURCE: &[&str] = &[".git", ".hg", ".svn", ".jj", "node_modules"];

/// What cargo marks folders with that hold nothing but what it can make again.
const CACHE_MARK: &str = "CACHEDIR.TAG";

/// Files that decide what is built, also where git ignores them.
const DECIDING: [&str; 6] = [
    "Cargo.lock",
    ".cargo/config.toml",
    ".cargo/config",
    "rust-toolchain.toml",
    "rust-toolchain",
    config::FILE,
];

/// The source files of a workspace with the digests of their content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// SHA-256 by path from the root, with `/`; that of a file outside starts with `..`.
    pub files: BTreeMap<String, Sha256>,
    /// Those of them that the workspace's own checkout holds, with their whole paths: what git tracks or would track
    /// below the root, and what decides.
    pub own: BTreeMap<String, PathBuf>,
    /// Those of `own` that git ignores: they are there because they decide.
    pub ignored: BTreeSet<String>,
    /// The packages outside the workspace that its members reach by path.
    pub neighbours: Vec<Neighbour>,
}

impl Source {
    /// Reads every file that git tracks or would track; without git, every file outside the folders of builds. The
    /// files of packages that are reached by path and those of `named` belong to it in any case, what lies in one of
    /// the `made` folders does not.
    pub fn load(
        workspace: &Workspace,
        git: Option<&Git>,
        made: &[PathBuf],
        named: &[PathBuf],
    ) -> anyhow::Result<Source> {
        let root = &workspace.root;
        let mut found = match git {
            Some(_) => tracked(root)?,
            None => walked(root, made),
        };
        found.retain(|it| !made.iter().any(|dir| it.starts_with(dir)));
        let mut own = by_name(root, &found);
        let deciding = by_name(root, &DECIDING.map(|it| root.join(it)));
        let ignored = deciding.keys().filter(|it| !own.contains_key(*it)).cloned();
        let mut ignored: BTreeSet<String> = ignored.collect();
        own.extend(deciding);
        let neighbours = neighbours::find(workspace);
        for it in neighbours.iter().filter(|it| !it.folder.starts_with(root)) {
            found.extend(match Git::find(&it.folder)? {
                Some(_) => tracked(&it.folder)?,
                None => walked(&it.folder, &[]),
            });
            found.push(it.root_manifest.clone());
        }
        found.extend(own.values().cloned());
        found.extend(named.iter().cloned());
        let mut paths: Vec<PathBuf> = found.iter().map(|it| neighbours::normal(it)).collect();
        paths.sort();
        paths.dedup();
        let (links, regular): (Vec<PathBuf>, Vec<PathBuf>) = paths
            .into_iter()
            .filter(|it| it.symlink_metadata().is_ok_and(|it| !it.is_dir()))
            .partition(|it| it.is_symlink());
        let mut files = BTreeMap::new();
        let sums = many(&regular, Algorithm::Sha256, cores());
        for (path, sum) in regular.iter().zip(sums) {
            if let Checksum::Sha256(sum) = sum? {
                files.insert(neighbours::relative(root, path), sum);
            }
        }
        for path in links {
            files.insert(neighbours::relative(root, &path), link_digest(&path, named)?);
        }
        own.retain(|it, _| files.contains_key(it));
        ignored.retain(|it| files.contains_key(it));
        Ok(Source {
            files,
            own,
            ignored,
            neighbours,
        })
    }

    /// Whether a file belongs to it.
    pub fn has(&self, workspace: &Workspace, path: &Path) -> bool {
        self.files
            .contains_key(&neighbours::relative(&workspace.root, path))
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

/// Paths by their names from the root.
fn by_name(root: &Path, paths: &[PathBuf]) -> BTreeMap<String, PathBuf> {
    let named = paths
        .iter()
        .map(|it| (neighbours::relative(root, it), it.clone()));
    named.collect()
}

/// The digest of a link: where it points to, and what lies there if that is packed in its place. The target of any
/// other link may be made by builds, and is no source.
fn link_digest(path: &Path, named: &[PathBuf]) -> anyhow::Result<Sha256> {
    let to = path
        .read_link()
        .with_context(|| format!("cannot read the link `{}`", path.display()))?;
    let mut bytes = to.to_string_lossy().into_owned().into_bytes();
    let is_packed = named.iter().any(|it| neighbours::normal(it) == path) || product::is_document(path);
    if is_packed && path.is_file() {
        bytes.push(0);
        bytes.extend(files::read(path)?);
    }
    Ok(Sha256::of(&bytes))
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
            && (NOT_SOURCE.contains(&name.as_ref())
                || except.iter().any(|dir| dir == it.path())
                || it.path().join(CACHE_MARK).is_file()))
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
    (rustc, host): (&str, &str),
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
        passed: Passed<'a>,
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
        passed: passed(config),
        rustc,
        host,
        target: target.triple,
        builder: builder.name(),
        tools: tools.iter().map(|it| (it.name, it.version)).collect(),
    };
    Ok(Sha256::of(&serde_json::to_vec(&inputs)?))
}

/// The variables that the settings let builds see, with their values.
type Passed<'a> = BTreeMap<&'a str, Option<String>>;

fn passed(config: &Config) -> Passed<'_> {
    let names = config.dist.pass_env.iter().map(String::as_str);
    names.map(|it| (it, environment::var(it))).collect()
}
