//! Completes `dist/`: the release's own description last, and nothing of an older state left beside it.

use crate::dist::plan::Plan;
use crate::effect::files;
use crate::effect::report::Report;
use crate::release::{FILE, Release, SUMS_FILE, is_intact};

/// Writes `artifacts.json` and `SHA256SUMS` where they differ, then removes what an earlier run of ours has left and
/// the release no longer names. A file that somebody changed or added is never removed. Gives whether it wrote.
pub fn finish(plan: &Plan, release: &Release, report: Report) -> anyhow::Result<bool> {
    let before = Release::load(&plan.dist).ok();
    let mut is_written = write_if_other(plan, FILE, release.text()?.as_bytes())?;
    is_written |= write_if_other(plan, SUMS_FILE, &release.sums()?)?;
    let is_named = |name: &str| release.artifacts.iter().any(|it| it.name == name);
    for artifact in before
        .into_iter()
        .flat_map(|it| it.artifacts)
        .filter(|it| !is_named(&it.name))
    {
        let path = plan.dist.join(&artifact.name);
        if is_intact(&plan.dist, &artifact) {
            report.step(
                "Removing",
                format_args!("{}, which is of another state", plan.workspace.shown(&path)),
            );
            files::remove(&path)?;
        } else if path.exists() {
            report.warn(format_args!(
                "`{}` is of another state and was changed since; it is left as it is",
                plan.workspace.shown(&path)
            ));
        }
    }
    Ok(is_written)
}

/// Whether `dist/` holds a release of another state, and the next one has nothing yet to put in its place: a slip in
/// the source must not cost the last good release.
pub fn is_other_and_all_there_is(plan: &Plan, release: &Release) -> bool {
    release.artifacts.is_empty()
        && Release::load(&plan.dist)
            .is_ok_and(|it| it.identity != release.identity && !it.artifacts.is_empty())
}

fn write_if_other(plan: &Plan, name: &str, bytes: &[u8]) -> anyhow::Result<bool> {
    let path = plan.dist.join(name);
    let is_same = path.is_file() && files::read(&path)? == bytes;
    if !is_same {
        files::write(&path, bytes)?;
    }
    Ok(!is_same)
}
