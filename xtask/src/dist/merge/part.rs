//! A folder that one machine has built: found, read, and held against the workspace that it is to be merged into.

use std::path::PathBuf;

use crate::artifact::{self, Artifact, Kind, Subject};
use crate::digest::digests_of_file;
use crate::dist::plan::Plan;
use crate::effect::files;
use crate::problem::{self, Problem, Problems};
use crate::release::{FILE, Identity, Release, SUMS_FILE};
use crate::target::Target;

/// A folder with its own description.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) folder: PathBuf,
    pub(super) release: Release,
}

/// A field of what identifies a release.
type Field = (&'static str, fn(&Identity) -> String);

/// What must be the same on all machines. The machine itself may be another: some targets are built only there.
const FIELDS: &[Field] = &[
    ("product", |it| it.product.clone()),
    ("version", |it| it.version.to_string()),
    ("packages", |it| it.packages.join(", ")),
    ("commit", |it| {
        it.commit.as_ref().map_or("none".to_owned(), |it| it.id.clone())
    }),
    ("tag", |it| it.tag.clone().unwrap_or_else(|| "none".to_owned())),
    ("time", |it| it.time_s.to_string()),
    ("source", |it| it.source.to_string()),
    ("compiler", |it| {
        format!("{} with LLVM {}", it.toolchain.rustc, it.toolchain.llvm)
    }),
];

/// The folders that hold a release: those that are named, and where one holds none the folders in it, as the jobs of a
/// workflow leave them.
pub(super) fn folders(plan: &Plan, dirs: &[PathBuf], problems: &mut Problems) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for dir in dirs {
        if dir.join(FILE).is_file() {
            found.push(dir.clone());
            continue;
        }
        let shown = plan.workspace.shown(dir);
        let inner = match files::list(dir) {
            Ok(inner) => inner,
            Err(error) => {
                problems.0.extend(problem::lines(&error));
                continue;
            }
        };
        let mut inner: Vec<PathBuf> = inner.into_iter().filter(|it| it.is_dir()).collect();
        if inner.iter().all(|it| !it.join(FILE).is_file()) {
            let what = if dir.exists() {
                format!("it holds no `{FILE}`, nor does a folder in it")
            } else {
                "no such folder".to_owned()
            };
            problems.push(Problem::new(format!("cannot merge `{shown}`: {what}")).help(
                "name a folder that `cargo xtask dist` has written, or one that holds several of them",
            ));
            continue;
        }
        found.append(&mut inner);
    }
    // One folder may be named twice, as itself and by the folder above it.
    let mut seen = Vec::new();
    found.retain(|it| {
        let real = it.canonicalize().unwrap_or_else(|_| it.clone());
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    });
    found
}

/// The machine that compiled an artifact. The source is compiled by none.
pub(super) fn host(artifact: &Artifact, identity: &Identity) -> Option<String> {
    let own = || {
        artifact
            .host
            .clone()
            .unwrap_or_else(|| identity.toolchain.host.clone())
    };
    (artifact.kind != Kind::Source).then(own)
}

impl Part {
    /// Reads the description of a folder, which must be whole.
    pub(super) fn load(plan: &Plan, folder: PathBuf, problems: &mut Problems) -> Option<Part> {
        let shown = plan.workspace.shown(&folder);
        let part = if folder.join(FILE).is_file() {
            Release::load(&folder).map(|release| Part { folder, release })
        } else {
            let problem = Problem::new(format!("cannot merge `{shown}`: it holds no `{FILE}`"));
            let help = "it was not downloaded whole, or is no `dist/`: get it again, or take it away";
            Err(problem.help(help).into())
        };
        match part {
            Ok(part) => Some(part),
            Err(error) => {
                problems.0.extend(problem::lines(&error));
                None
            }
        }
    }

    /// Finds everything for which it cannot be a part of this workspace's release.
    pub(super) fn check(&self, plan: &Plan, problems: &mut Problems) {
        let shown = plan.workspace.shown(&self.folder);
        let identity = &self.release.identity;
        if identity.is_dirty {
            problems.push(
                Problem::new(format!(
                    "cannot merge `{shown}`: files differed from the commit where it was built"
                ))
                .help("commit or undo the changes there, and build it again"),
            );
        }
        let differences: Vec<String> = FIELDS
            .iter()
            .map(|(name, of)| (name, of(identity), of(&plan.identity)))
            .filter(|(_, theirs, ours)| theirs != ours)
            .map(|(name, theirs, ours)| format!("its {name} is `{theirs}`, this workspace's is `{ours}`"))
            .collect();
        if !differences.is_empty() {
            problems.push(
                Problem::new(format!(
                    "cannot merge `{shown}`, another release: {}",
                    differences.join("; ")
                ))
                .help("build it again from this state, or check out the state that it was built from"),
            );
        }
        self.check_sums(&shown, problems);
        for row in &self.release.artifacts {
            let problem = self.problem_of(plan, row, differences.is_empty());
            problems.0.extend(problem.map(|what| {
                let place = plan.workspace.shown(&self.folder.join(&row.name));
                Problem::new(format!("cannot merge `{place}`: {what}"))
                    .help(format!("get `{shown}` again, or build it again"))
            }));
        }
    }

    /// What `dist` writes last. Where it does not fit, the folder is of two runs, or was changed by hand.
    fn check_sums(&self, shown: &str, problems: &mut Problems) {
        let found = files::read(&self.folder.join(SUMS_FILE)).ok();
        let expected = self.release.sums().ok();
        if found.is_none() || found != expected {
            let what = if found.is_some() {
                "does not fit"
            } else {
                "is not there beside"
            };
            problems.push(
                Problem::new(format!("cannot merge `{shown}`: `{SUMS_FILE}` {what} `{FILE}`"))
                    .help("it was not downloaded whole, or was changed: get it again"),
            );
        }
    }

    /// What is wrong with an artifact: its name, what it was made from, or its bytes.
    fn problem_of(&self, plan: &Plan, row: &Artifact, is_this_release: bool) -> Option<String> {
        // Names are made here and nowhere else, so one that leads out of the folder is found with all others.
        if is_this_release && expected_name(plan, row).as_deref() != Some(row.name.as_str()) {
            return Some("no artifact of this release has that name".to_owned());
        }
        // Variables that the settings let builds see may differ from machine to machine.
        if is_this_release && plan.config.dist.pass_env.is_empty() {
            let made_there = Artifact {
                host: host(row, &self.release.identity),
                ..row.clone()
            };
            if plan.inputs_of(&made_there) != Some(row.inputs) {
                return Some(
                    "it was made from something else than this state gives: by another toolkit, other tools or settings"
                        .to_owned(),
                );
            }
        }
        if !is_plain(&row.name) {
            return Some("its name leads out of the folder".to_owned());
        }
        let path = self.folder.join(&row.name);
        if !path.is_file() {
            return Some(format!("`{FILE}` names it, and it is not there"));
        }
        match digests_of_file(&path) {
            Ok(found) if found == row.digests => None,
            Ok(found) => Some(format!(
                "its SHA-256 is {}, `{FILE}` says {}",
                found.sha256, row.digests.sha256
            )),
            Err(error) => Some(format!("{error:#}")),
        }
    }
}

/// The name that an artifact of this kind, package and target has in this release.
fn expected_name(plan: &Plan, row: &Artifact) -> Option<String> {
    let form = plan.config.dist.archive;
    let product = plan.products.iter().find(|it| it.name() == row.package)?;
    let target = || Target::parse(row.target.as_deref()?).ok();
    let subject = match row.kind {
        Kind::Source => return plan.source_archive.as_ref().map(|it| it.name.clone()),
        Kind::Archive => Subject::Archive(target()?),
        Kind::Sbom => Subject::Sbom(target()?),
    };
    Some(artifact::name(subject, form, product.name(), product.version()))
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name != ".." && name != "." && !name.contains(['/', '\\', ':'])
}
