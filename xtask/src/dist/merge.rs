//! Puts together what several machines have built of one release: decides from what lies in their folders, then writes.

mod part;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use crate::artifact::Artifact;
use crate::digest::Sha256;
use crate::dist::folder;
use crate::dist::merge::part::Part;
use crate::dist::plan::Plan;
use crate::effect::files::{self, Atomic};
use crate::effect::report::Report;
use crate::problem::{Problem, Problems};
use crate::release::{self, Release};
use crate::size::size;

/// What is to become of `dist/`.
#[derive(Debug)]
pub struct Merge {
    /// The whole release.
    pub release: Release,
    /// The folder that each artifact is taken from, by the artifact's name.
    from: BTreeMap<String, PathBuf>,
    /// What the settings want and no folder holds.
    missing: Vec<String>,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub struct Document {
    schema: u32,
    dist: String,
    artifacts: Vec<Row>,
    missing: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    folder: String,
}

/// An artifact that a folder holds, with the machine that compiled it.
struct Held {
    artifact: Artifact,
    host: Option<String>,
    folder: PathBuf,
}

impl Merge {
    /// Reads the folders, or where one is no `dist/` the folders in it, and decides. Every finding is in the error; what
    /// the settings want and no folder holds is one, unless it may be missing.
    pub fn of(plan: &Plan, dirs: &[PathBuf], may_lack: bool) -> anyhow::Result<Merge> {
        let mut problems = Problems::default();
        if plan.identity.is_dirty {
            problems.push(
                Problem::new("cannot merge into this workspace: some files differ from the commit")
                    .help("commit or undo the changes, then run the same command again"),
            );
        }
        let folders = part::folders(plan, dirs, &mut problems);
        let parts: Vec<Part> = folders
            .into_iter()
            .filter_map(|it| Part::load(plan, it, &mut problems))
            .collect();
        for part in &parts {
            part.check(plan, &mut problems);
        }
        let held = united(plan, parts, &mut problems);
        let missing = missing(plan, &held);
        if !may_lack {
            problems
                .0
                .extend(missing.iter().map(|(_, problem)| problem.clone()));
        }
        problems.into_result()?;
        let main = main_host(&held).unwrap_or_else(|| plan.identity.toolchain.host.clone());
        let mut identity = plan.identity.clone();
        identity.toolchain.host.clone_from(&main);
        let from = held.iter().map(|(name, it)| (name.clone(), it.folder.clone()));
        let from = from.collect();
        let artifacts = held.into_values().map(|it| Artifact {
            host: it.host.filter(|host| *host != main),
            ..it.artifact
        });
        Ok(Merge {
            release: Release::new(identity, artifacts.collect()),
            from,
            missing: missing.into_iter().flat_map(|(names, _)| names).collect(),
        })
    }

    /// Writes `dist/`. Nothing appears under its name before every byte is on the disk and is what its row says.
    pub fn perform(&self, plan: &Plan, report: Report) -> anyhow::Result<()> {
        files::create_dir(&plan.dist)?;
        files::remove_stale(&plan.dist)?;
        let mut staged = Vec::new();
        for artifact in &self.release.artifacts {
            if !release::is_intact(&plan.dist, artifact) {
                staged.push(stage(plan, &self.from[&artifact.name], artifact)?);
            }
        }
        self.check_places(plan)?;
        for file in staged {
            file.commit()?;
        }
        for name in &self.missing {
            report.warn(format_args!("no folder holds `{name}`, which the settings want"));
        }
        folder::finish(plan, &self.release, report)?;
        Ok(())
    }

    /// Finds what a rename could not replace, before the first.
    fn check_places(&self, plan: &Plan) -> anyhow::Result<()> {
        let names = self.from.keys().map(String::as_str);
        let places = names
            .chain([release::FILE, release::SUMS_FILE])
            .map(|it| plan.dist.join(it));
        let problems = places.filter(|it| it.is_dir()).map(|it| {
            let what = format!(
                "cannot write `{}`: a folder is in the way",
                plan.workspace.shown(&it)
            );
            Problem::new(what).help("move it elsewhere, then run the same command again")
        });
        Problems(problems.collect()).into_result()
    }

    /// What was done, for machines.
    pub fn document(&self, plan: &Plan) -> Document {
        let row = |(name, folder): (&String, &PathBuf)| Row {
            name: name.clone(),
            folder: plan.workspace.shown(folder),
        };
        Document {
            schema: 1,
            dist: plan.workspace.shown(&plan.dist),
            artifacts: self.from.iter().map(row).collect(),
            missing: self.missing.clone(),
        }
    }

    /// What was done, for people.
    pub fn print(&self, plan: &Plan, report: Report) {
        for artifact in &self.release.artifacts {
            report.data(format_args!(
                "merged  {}  {}  {}",
                artifact.name,
                size(artifact.size_bytes),
                plan.workspace.shown(&self.from[&artifact.name])
            ));
        }
    }
}

/// Copies a file to a temporary beside its place, if it still is what its row says.
fn stage(plan: &Plan, folder: &Path, artifact: &Artifact) -> anyhow::Result<Atomic> {
    let bytes = files::read(&folder.join(&artifact.name))?;
    if Sha256::of(&bytes) != artifact.digests.sha256 {
        return Err(Problem::new(format!(
            "cannot merge `{}`: it was changed while it was copied",
            plan.workspace.shown(&folder.join(&artifact.name))
        ))
        .into());
    }
    let path = plan.dist.join(&artifact.name);
    let mut file = Atomic::create(&path)?;
    file.write_all(&bytes)
        .with_context(|| format!("cannot write `{}`", plan.workspace.shown(&path)))?;
    Ok(file)
}

/// Every artifact once. Equal bytes may come from several folders; the row of the first host by name is kept, so that
/// the order of the folders changes nothing.
fn united(plan: &Plan, parts: Vec<Part>, problems: &mut Problems) -> BTreeMap<String, Held> {
    let mut all: BTreeMap<String, Held> = BTreeMap::new();
    for part in parts {
        for artifact in part.release.artifacts {
            let held = Held {
                host: part::host(&artifact, &part.release.identity),
                artifact: Artifact {
                    host: None,
                    ..artifact
                },
                folder: part.folder.clone(),
            };
            let name = held.artifact.name.clone();
            match all.get(&name) {
                None => drop(all.insert(name, held)),
                Some(first) => match conflict(plan, first, &held) {
                    Some(problem) => problems.push(problem),
                    None if held.host < first.host => drop(all.insert(name, held)),
                    None => {}
                },
            }
        }
    }
    all
}

/// Why two artifacts of one name cannot be one.
fn conflict(plan: &Plan, first: &Held, other: &Held) -> Option<Problem> {
    let name = &first.artifact.name;
    let shown = |it: &Held| plan.workspace.shown(&it.folder);
    let (a, b) = (first.artifact.digests.sha256, other.artifact.digests.sha256);
    if a != b {
        let problem = Problem::new(format!(
            "cannot merge `{name}`: its SHA-256 is {a} in `{}` and {b} in `{}`",
            shown(first),
            shown(other)
        ));
        return Some(problem.help("one release has one file of a name: build it on one machine, or find out with `cargo xtask dist --prove` what differs"));
    }
    // What it was made from, and how, is another matter on another machine; what it is, is not.
    let mut described = other.artifact.clone();
    if first.host != other.host {
        described.inputs = first.artifact.inputs;
        described.builder.clone_from(&first.artifact.builder);
    }
    let is_same = first.artifact == described;
    (!is_same).then(|| {
        Problem::new(format!(
            "cannot merge `{name}`: `{}` and `{}` hold the same bytes and describe them differently",
            shown(first),
            shown(other)
        ))
    })
}

/// The machine that compiled most, of several the first by name.
fn main_host(held: &BTreeMap<String, Held>) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for host in held.values().filter_map(|it| it.host.as_deref()) {
        *counts.entry(host).or_default() += 1;
    }
    let most = counts.values().max()?;
    let first = counts.iter().find(|(_, count)| *count == most);
    first.map(|(host, _)| (*host).to_owned())
}

/// What the settings want and nobody holds, by target.
fn missing(plan: &Plan, held: &BTreeMap<String, Held>) -> Vec<(Vec<String>, Problem)> {
    let lacking = |names: Vec<String>| -> Vec<String> {
        let all: BTreeSet<String> = names.into_iter().collect();
        all.into_iter().filter(|it| !held.contains_key(it)).collect()
    };
    let of_targets = plan
        .wanted
        .iter()
        .map(|it| (format!("the target `{}`", it.target), plan.names_of(it.target)));
    let of_source = plan
        .source_archive
        .iter()
        .map(|it| ("the source".to_owned(), vec![it.name.clone()]));
    let lacks = of_targets
        .chain(of_source)
        .map(|(what, names)| (what, lacking(names)));
    lacks
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| {
            let list: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
            let problem = Problem::new(format!(
                "cannot merge a whole release: no folder holds {} of {what}",
                list.join(" and ")
            ));
            let help = "name the folder that holds it, or merge without it by `--allow-missing`";
            (names, problem.help(help))
        })
        .collect()
}
