//! Builds, checks and packs every wanted target, and leaves a `dist/` that describes itself.

pub mod folder;
pub mod include;
pub mod merge;
pub mod packing;
pub mod plan;
pub mod prove;
pub mod source;
pub mod summary;
pub mod zstandard;

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::time::Instant;

use crate::artifact::{self, Artifact};
use crate::build::{self, Builder, Built};
use crate::digest::{Algorithm, Checksum, cores, many};
use crate::dist::plan::{Plan, Wanted};
use crate::dist::source::{Packed, SourceArchive};
use crate::dist::summary::{Outcome, SourceReport, Summary, TargetReport};
use crate::effect::files;
use crate::effect::report::Report;
use crate::problem::{self, Problem, Problems};
use crate::release::Release;
use crate::runner::Answer;
use crate::target::Target;

/// Does what a plan says. The error, if any, holds every target that failed; the others are in `dist/` all the same.
pub fn perform(plan: &Plan, report: Report) -> anyhow::Result<(Summary, Problems)> {
    files::create_dir(&plan.dist)?;
    files::check_writable(&plan.dist)?;
    files::remove_stale(&plan.dist)?;
    let before = Release::load(&plan.dist)
        .ok()
        .filter(|it| it.identity == plan.identity);
    let kept = kept(plan, before.as_ref());

    let (fresh, stale): (Vec<&Wanted>, Vec<&Wanted>) = plan
        .wanted
        .iter()
        .partition(|wanted| is_complete(plan, wanted, &kept));
    for wanted in &fresh {
        report.step("Fresh", wanted.target);
    }
    let archive = plan.source_archive.as_ref();
    let (fresh_source, stale_source) = match archive {
        Some(it) if kept.iter().any(|row| row.name == it.name) => (Some(it), None),
        it => (None, it),
    };
    if fresh_source.is_some() {
        report.step("Fresh", artifact::SOURCE);
    }
    let mut targets: Vec<TargetReport> = fresh.iter().map(|wanted| fresh_report(wanted, &kept)).collect();
    let mut problems = Problems::default();
    let mut artifacts = kept;
    // What is rebuilt is replaced: a row of an old state must not outlive a failure.
    artifacts.retain(|it| !stale.iter().any(|wanted| it.is_for(wanted.target.triple)));
    let (all_done, packed) = std::thread::scope(|scope| {
        // Meanwhile, since it needs no compiler.
        let packer = stale_source.map(|it| scope.spawn(|| timed(|| it.pack(plan))));
        let done = build_and_pack(plan, &stale, report);
        let packed = packer.map(|it| it.join().expect("the packer does not panic"));
        (done, packed)
    });
    for done in all_done {
        problems.0.extend(done.problems);
        artifacts.extend(done.artifacts);
        targets.push(done.report);
    }
    targets.sort_by(|a, b| a.target.cmp(&b.target));
    let mut source = fresh_source.map(|it| SourceReport::new(Outcome::Fresh, 0.0, Ok(&it.name)));
    // The source of a state of which no program could be built must not take the place of a good one.
    if let (Some(archive), Some((packed, pack_s)), false) = (stale_source, packed, artifacts.is_empty()) {
        match put_source(plan, archive, packed, report) {
            Ok(artifact) => {
                source = Some(SourceReport::new(Outcome::Built, pack_s, Ok(&artifact.name)));
                artifacts.push(artifact);
            }
            Err(found) => {
                source = Some(SourceReport::new(Outcome::Failed, pack_s, Err(&found)));
                problems.0.extend(found);
            }
        }
    }
    let release = Release::new(plan.identity.clone(), artifacts);
    let is_written = if folder::is_other_and_all_there_is(plan, &release) {
        report.warn(format_args!(
            "no target was built: `{}` is left as it was, of another state",
            plan.workspace.shown(&plan.dist)
        ));
        false
    } else {
        folder::finish(plan, &release, report)?
    };
    let summary = Summary {
        schema: 1,
        dist: plan.workspace.shown(&plan.dist),
        targets,
        source,
        is_written,
    };
    Ok((summary, problems))
}

fn put_source(
    plan: &Plan,
    archive: &SourceArchive,
    packed: anyhow::Result<Packed>,
    report: Report,
) -> Result<Artifact, Vec<Problem>> {
    report.step("Packing", artifact::SOURCE);
    archive.warn(plan, report);
    let written = packed.and_then(|it| archive.write(plan, it));
    written.map_err(|error| problem::lines(&error))
}

/// What some work gives, and its wall time in seconds.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    (work(), start.elapsed().as_secs_f64())
}

/// The artifacts of an earlier run that are still what this state of the workspace gives, whole and unchanged.
fn kept(plan: &Plan, before: Option<&Release>) -> Vec<Artifact> {
    let Some(before) = before else { return Vec::new() };
    let current: Vec<&Artifact> = before
        .artifacts
        .iter()
        .filter(|it| plan.inputs_of(it).is_some_and(|inputs| inputs == it.inputs))
        .collect();
    let paths: Vec<_> = current.iter().map(|it| plan.dist.join(&it.name)).collect();
    let sums = many(&paths, Algorithm::Sha256, cores());
    let with_sums = current.into_iter().zip(sums);
    let intact = with_sums.filter(|(artifact, sum)| {
        sum.as_ref()
            .is_ok_and(|it| *it == Checksum::Sha256(artifact.digests.sha256))
    });
    intact.map(|(artifact, _)| artifact.clone()).collect()
}

/// Whether every file that a target should have is there.
fn is_complete(plan: &Plan, wanted: &Wanted, kept: &[Artifact]) -> bool {
    let names = plan.names_of(wanted.target);
    names.iter().all(|name| {
        kept.iter()
            .any(|it| it.name == *name && it.inputs == wanted.inputs && it.builder == wanted.builder.name())
    })
}

fn fresh_report(wanted: &Wanted, kept: &[Artifact]) -> TargetReport {
    let own = kept.iter().filter(|it| it.is_for(wanted.target.triple));
    TargetReport {
        target: wanted.target.triple.to_owned(),
        outcome: Outcome::Fresh,
        builder: wanted.builder.name().to_owned(),
        compile_s: 0.0,
        pack_s: 0.0,
        artifacts: own.map(|it| it.name.clone()).collect(),
        version_checks: BTreeMap::new(),
        problems: Vec::new(),
    }
}

/// What a target has left.
struct Done {
    artifacts: Vec<Artifact>,
    problems: Vec<Problem>,
    report: TargetReport,
}

/// Compiles the parts of all targets one after the other, since cargo takes all cores by itself, while a second
/// thread checks and packs what is compiled already.
fn build_and_pack(plan: &Plan, stale: &[&Wanted], report: Report) -> Vec<Done> {
    let mut compiled: BTreeMap<&str, (Result<Built, Problem>, f64)> = BTreeMap::new();
    let mut waiting: Vec<&Wanted> = stale.to_vec();
    let parts: Vec<(&'static Target, Builder)> = plan::compiled_parts(plan, stale);
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel::<(&Wanted, BTreeMap<&str, Built>, f64)>();
        let packer = scope.spawn(move || {
            receiver
                .into_iter()
                .map(|(wanted, built, s)| pack(plan, wanted, &built, s, report))
                .collect::<Vec<Done>>()
        });
        let mut failed = Vec::new();
        for (target, builder) in parts {
            let start = Instant::now();
            report.step("Building", format_args!("{target} ({})", builder.name()));
            let result = report.group(target.triple, || {
                build::build(&plan.batch(), target, builder, report)
            });
            let result = result.map_err(|error| one(&error));
            compiled.insert(target.triple, (result, start.elapsed().as_secs_f64()));
            waiting.retain(|wanted| {
                let parts: Vec<&str> = wanted.target.compiled().iter().map(|it| it.triple).collect();
                if !parts.iter().all(|it| compiled.contains_key(it)) {
                    return true;
                }
                let own = || parts.iter().map(|it| (*it, &compiled[it]));
                let seconds = own().map(|(_, (_, s))| s).sum();
                let bad: Vec<Problem> = own()
                    .filter_map(|(_, (it, _))| it.as_ref().err().cloned())
                    .collect();
                if bad.is_empty() {
                    let built = own().filter_map(|(name, (it, _))| Some((name, it.as_ref().ok()?.clone())));
                    sender
                        .send((*wanted, built.collect(), seconds))
                        .expect("the packer takes all it is sent");
                } else {
                    failed.push(failure(wanted, bad, seconds));
                }
                false
            });
        }
        drop(sender);
        let mut done = packer.join().expect("the packer does not panic");
        done.extend(failed);
        done
    })
}

fn pack(plan: &Plan, wanted: &Wanted, built: &BTreeMap<&str, Built>, compile_s: f64, report: Report) -> Done {
    let start = Instant::now();
    report.step("Packing", wanted.target);
    let (artifacts, problems, answers) = packing::pack(plan, wanted, built);
    let version_checks: BTreeMap<String, String> = answers
        .into_iter()
        .map(|(binary, answer)| match answer {
            Answer::Right { by } => (binary, by),
            Answer::Unchecked { why } => {
                report.say(format_args!(
                    "{:>12} the version of `{binary}` for {}: {why}",
                    "Unchecked", wanted.target
                ));
                (binary, format!("unchecked: {why}"))
            }
        })
        .collect();
    let is_failed = !problems.is_empty();
    Done {
        report: TargetReport {
            target: wanted.target.triple.to_owned(),
            outcome: if is_failed {
                Outcome::Failed
            } else {
                Outcome::Built
            },
            builder: wanted.builder.name().to_owned(),
            compile_s,
            pack_s: start.elapsed().as_secs_f64(),
            artifacts: artifacts.iter().map(|it| it.name.clone()).collect(),
            version_checks,
            problems: problems.iter().map(|it| it.what.clone()).collect(),
        },
        artifacts,
        problems,
    }
}

fn failure(wanted: &Wanted, problems: Vec<Problem>, compile_s: f64) -> Done {
    Done {
        artifacts: Vec::new(),
        report: TargetReport {
            target: wanted.target.triple.to_owned(),
            outcome: Outcome::Failed,
            builder: wanted.builder.name().to_owned(),
            compile_s,
            pack_s: 0.0,
            artifacts: Vec::new(),
            version_checks: BTreeMap::new(),
            problems: problems.iter().map(|it| it.what.clone()).collect(),
        },
        problems,
    }
}

/// An error as one problem.
fn one(error: &anyhow::Error) -> Problem {
    let mut lines = problem::lines(error);
    let mut first = lines.remove(0);
    for other in lines {
        first.what = format!("{}; {}", first.what, other.what);
        first.help.extend(other.help);
    }
    first
}
