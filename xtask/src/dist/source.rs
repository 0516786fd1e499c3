//! The source archive: which files of the workspace it holds, decided before the build, and how they are packed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use crate::artifact::{self, Artifact, Entry, Kind, Subject};
use crate::config::ArchiveForm;
use crate::digest::{self, Algorithm, Checksum, Sha256, digests_of_bytes};
use crate::dist::packing;
use crate::dist::plan::Plan;
use crate::effect::files;
use crate::effect::report::Report;
use crate::git::Git;
use crate::inputs::{Source, TOOLKIT, neighbours};
use crate::pack::{Mode, Paths, Tree};
use crate::problem::{Problem, Problems};
use crate::product;
use crate::release::Identity;
use crate::workspace::Workspace;

/// How the source is made: nothing is compiled.
const BUILDER: &str = "pack";

/// What the source archive will hold.
#[derive(Debug)]
pub struct SourceArchive {
    /// Its file name.
    pub name: String,
    /// The digest of what it is made from.
    pub inputs: Sha256,
    files: Vec<SourceFile>,
    /// Links to what is no source.
    left_out: Vec<String>,
}

/// A file of the source archive.
#[derive(Debug)]
struct SourceFile {
    /// Its path below the top folder.
    at: String,
    /// Where it lies.
    path: PathBuf,
    mode: Mode,
    sha256: Sha256,
}

/// The bytes of a source archive, and its files.
#[derive(Debug)]
pub struct Packed {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

impl SourceArchive {
    /// Decides what the archive holds. All paths that cannot be packed are in the error.
    pub fn plan(
        workspace: &Workspace,
        git: Option<&Git>,
        form: ArchiveForm,
        source: &Source,
        identity: &Identity,
        named: &[PathBuf],
    ) -> anyhow::Result<SourceArchive> {
        let mut collection = Collection::new(workspace, git, source, named)?;
        for (at, path) in &source.own {
            collection.add(at, at, path, &mut Vec::new())?;
        }
        let Collection { files, left_out, .. } = collection;
        check_paths(&workspace.root, &files)?;
        let name = artifact::name(Subject::Source, form, &identity.product, &identity.version);
        Ok(SourceArchive {
            inputs: inputs(&name, identity.time_s, &files)?,
            name,
            files,
            left_out,
        })
    }

    /// Packs it. What was changed since it was measured is told: the archive would hold another state than the
    /// programs.
    pub fn pack(&self, plan: &Plan) -> anyhow::Result<Packed> {
        let identity = &plan.identity;
        let mut tree = Tree::new(artifact::source_stem(&identity.product, &identity.version));
        let mut problems = Problems::default();
        for file in &self.files {
            let bytes = files::read(&file.path)?;
            if Sha256::of(&bytes) != file.sha256 {
                problems.push(
                    Problem::new(format!(
                        "cannot pack the source: `{}` was changed while it was released",
                        file.at
                    ))
                    .help("run the same command again, and let nothing write into the source meanwhile"),
                );
            }
            tree.add(&file.at, file.mode, bytes)?;
        }
        problems.into_result()?;
        let form = artifact::source_form(plan.config.dist.archive);
        let bytes = tree.archive(form, identity.time_s)?;
        Ok(Packed {
            bytes,
            entries: packing::entries(&tree),
        })
    }

    /// Writes it into `dist/`. Gives its row.
    pub fn write(&self, plan: &Plan, packed: Packed) -> anyhow::Result<Artifact> {
        let Packed { bytes, entries } = packed;
        files::write(&plan.dist.join(&self.name), &bytes)?;
        Ok(Artifact {
            name: self.name.clone(),
            kind: Kind::Source,
            package: plan.identity.product.clone(),
            target: None,
            size_bytes: bytes.len() as u64,
            digests: digests_of_bytes(&bytes),
            inputs: self.inputs,
            builder: BUILDER.to_owned(),
            host: None,
            entries,
            binaries: Vec::new(),
        })
    }

    /// Tells what somebody who builds from the archive would miss, or would not expect in it.
    pub fn warn(&self, plan: &Plan, report: Report) {
        let quoted = |names: &mut dyn Iterator<Item = &str>| -> String {
            names.map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
        };
        if !self.left_out.is_empty() {
            report.warn(format_args!(
                "the source archive leaves out {}: links to what is no source of the workspace",
                quoted(&mut self.left_out.iter().map(String::as_str))
            ));
        }
        let outside = plan.source.neighbours.iter();
        let outside = outside.filter(|it| !it.folder.starts_with(&plan.workspace.root));
        let outside: Vec<&str> = outside.map(|it| it.package.name.as_str()).collect();
        if !outside.is_empty() {
            report.warn(format_args!(
                "the source archive does not build by itself: it lacks {}, outside the workspace",
                quoted(&mut outside.into_iter())
            ));
        }
        // It decides what is built, so it belongs to the source; but what a person hides from git may be a secret.
        let hidden = plan.source.ignored.iter().filter(|it| it.starts_with(".cargo/"));
        for name in hidden {
            report.warn(format_args!(
                "`{name}` is ignored by git, and is packed with the source all the same, since it decides what is \
                 built: see that it holds no secret"
            ));
        }
    }
}

/// Collects the files, links followed.
struct Collection<'a> {
    /// The workspace's root without links.
    root: PathBuf,
    source: &'a Source,
    /// Files that every archive holds, links to anywhere among them.
    named: Vec<PathBuf>,
    /// The files that git keeps executable, where the disk does not say.
    kept_executable: Option<BTreeSet<PathBuf>>,
    files: Vec<SourceFile>,
    left_out: Vec<String>,
}

impl<'a> Collection<'a> {
    fn new(
        workspace: &Workspace,
        git: Option<&Git>,
        source: &'a Source,
        named: &[PathBuf],
    ) -> anyhow::Result<Collection<'a>> {
        let root = &workspace.root;
        let kept = git.map(Git::kept_executable).transpose()?.flatten();
        Ok(Collection {
            root: root
                .canonicalize()
                .with_context(|| format!("cannot read the folder `{}`", root.display()))?,
            source,
            named: named.iter().map(|it| neighbours::normal(it)).collect(),
            kept_executable: kept,
            files: Vec::new(),
            left_out: Vec::new(),
        })
    }

    /// Adds the source file `name`, which lies at `path`, as `at`. A link is packed as what it points to, as in the
    /// archives of programs: not every system makes links. `within` are the linked folders that led here.
    fn add(&mut self, at: &str, name: &str, path: &Path, within: &mut Vec<PathBuf>) -> anyhow::Result<()> {
        if !path.is_symlink() {
            let sha256 = self.source.files[name];
            self.push(at, path, sha256);
            return Ok(());
        }
        let is_document = product::is_document(path) || self.named.iter().any(|it| it == path);
        if is_document && path.is_file() {
            let Checksum::Sha256(sha256) = digest::file(path, Algorithm::Sha256)? else {
                unreachable!("the algorithm is SHA-256");
            };
            self.push(at, path, sha256);
            return Ok(());
        }
        let source = self.source;
        let aim = path.canonicalize().ok();
        let aim = aim.filter(|it| it.starts_with(&self.root) && !leads_to_itself(path, it, within));
        let aim_name = aim.as_ref().map(|it| neighbours::relative(&self.root, it));
        let (Some(aim), Some(aim_name)) = (aim, aim_name) else {
            self.left_out.push(at.to_owned());
            return Ok(());
        };
        if let Some(path) = source.own.get(&aim_name) {
            return self.add(at, &aim_name, path, within);
        }
        let folder = format!("{aim_name}/");
        let below = source.own.range(folder.clone()..);
        let mut below = below.take_while(|(it, _)| it.starts_with(&folder)).peekable();
        if below.peek().is_none() {
            self.left_out.push(at.to_owned());
        }
        within.push(aim);
        for (name, path) in below {
            let inner = format!("{at}/{}", &name[folder.len()..]);
            self.add(&inner, name, path, within)?;
        }
        within.pop();
        Ok(())
    }

    fn push(&mut self, at: &str, path: &Path, sha256: Sha256) {
        let is_executable = match &self.kept_executable {
            Some(kept) => kept.contains(path),
            None => is_executable(path),
        };
        self.files.push(SourceFile {
            at: at.to_owned(),
            path: path.to_owned(),
            mode: if is_executable {
                Mode::Executable
            } else {
                Mode::Plain
            },
            sha256,
        });
    }
}

/// Whether a link leads to a folder that holds it, or to one that is being followed already.
fn leads_to_itself(link: &Path, aim: &Path, within: &[PathBuf]) -> bool {
    let folder = link.parent().and_then(|it| it.canonicalize().ok());
    folder.is_none_or(|it| it.starts_with(aim)) || within.iter().any(|it| it == aim)
}

/// Whether git would keep a file as executable: its owner may run it.
#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|it| it.permissions().mode() & 0o100 != 0)
}

/// The disk of other systems keeps no such bit.
#[cfg(not(unix))]
fn is_executable(_path: &Path) -> bool {
    false
}

/// Refuses what an archive cannot hold, before anything is built.
fn check_paths(root: &Path, files: &[SourceFile]) -> Result<(), Problems> {
    let mut taken = Paths::default();
    let mut problems = Problems::default();
    for file in files {
        // Of such a name only an approach is known, which leads to no file.
        let is_text = file
            .path
            .strip_prefix(root)
            .unwrap_or(&file.path)
            .to_str()
            .is_some();
        let why = if is_text {
            taken.take(&file.at).err()
        } else {
            Some("its name is not UTF-8".to_owned())
        };
        if let Some(why) = why {
            problems.push(
                Problem::new(format!("cannot pack `{}` with the source: {why}", file.at))
                    .help("rename it, or let git ignore it if it is no source")
                    .help("or release without a source archive: `source = false` under `[dist]`"),
            );
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// What the archive is made from: if none of it changes, its bytes do not.
fn inputs(name: &str, time_s: i64, files: &[SourceFile]) -> anyhow::Result<Sha256> {
    #[derive(Serialize)]
    struct Inputs<'a> {
        toolkit: &'a str,
        name: &'a str,
        time_s: i64,
        files: Vec<(&'a str, u32, Sha256)>,
    }
    let inputs = Inputs {
        toolkit: TOOLKIT,
        name,
        time_s,
        files: files
            .iter()
            .map(|it| (it.at.as_str(), it.mode.bits(), it.sha256))
            .collect(),
    };
    Ok(Sha256::of(&serde_json::to_vec(&inputs)?))
}
