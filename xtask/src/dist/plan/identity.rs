//! Finds what identifies a release: commit, tag, source, time. A missing lock file is written before.

use std::path::PathBuf;

use anyhow::Context;

use crate::effect::environment;
use crate::effect::report::Report;
use crate::git::Git;
use crate::inputs::Source;
use crate::problem::Problem;
use crate::product::Product;
use crate::release::Identity;
use crate::toolchain::Toolchain;
use crate::version;
use crate::workspace::Workspace;

/// The time of entries in a tree without commits: 1980-01-01, the first that a zip archive can hold.
const NO_COMMIT_TIME_S: i64 = 315_532_800;

/// Measures the source and asks git, at the same time.
pub(super) fn identify(
    workspace: &Workspace,
    toolchain: &Toolchain,
    products: &[Product],
    git: Option<&Git>,
    (made, named): (&[PathBuf], &[PathBuf]),
    report: Report,
) -> anyhow::Result<(Source, Identity)> {
    let packages: Vec<String> = products.iter().map(|it| it.name().to_owned()).collect();
    let main = products.first().expect("a selection is never empty");
    lock(workspace, report)?;
    let (source, commit, tags, is_dirty) = std::thread::scope(|scope| {
        let commit = scope.spawn(|| git.map_or(Ok(None), Git::head));
        let tags = scope.spawn(|| git.map_or(Ok(Vec::new()), Git::tags_at_head));
        let is_dirty = scope.spawn(|| git.map_or(Ok(false), |it| it.is_dirty(made)));
        let source = Source::load(workspace, git, made, named);
        let joined = "the threads that ask git do not panic";
        (
            source,
            commit.join().expect(joined),
            tags.join().expect(joined),
            is_dirty.join().expect(joined),
        )
    });
    let (source, commit, tags, is_dirty) = (source?, commit?, tags?, is_dirty?);
    let names: Vec<&str> = packages.iter().map(String::as_str).collect();
    let tag = version::check_tags(main.version(), &tags, &names)?;
    let beside = source
        .neighbours
        .iter()
        .filter(|it| !it.folder.starts_with(&workspace.root));
    let beside: Vec<String> = beside.map(|it| format!("`{}`", it.package.name)).collect();
    if !beside.is_empty() {
        report.warn(format_args!(
            "the bytes depend on the folders of {}, which lie outside the workspace: cargo names their symbols by \
             their absolute path; have the workspace's root above them",
            beside.join(", ")
        ));
    }
    if is_dirty {
        report.detail("some files differ from the commit: the release is marked as dirty");
    }
    let time_s = match environment::var("SOURCE_DATE_EPOCH") {
        Some(text) => epoch(&text)?,
        None => commit.as_ref().map_or(NO_COMMIT_TIME_S, |it| it.time_s),
    };
    let identity = Identity {
        product: main.name().to_owned(),
        version: main.version().clone(),
        packages,
        commit,
        tag,
        is_dirty,
        time_s,
        source: source.digest(),
        toolchain: toolchain.facts(),
    };
    Ok((source, identity))
}

/// The value of `SOURCE_DATE_EPOCH`: whole seconds that every archive form and document can write as a date.
fn epoch(text: &str) -> Result<i64, Problem> {
    /// 9999-12-31T23:59:59Z, the last second of RFC 3339.
    const LAST_S: i64 = 253_402_300_799;
    let time_s = text.parse().ok().filter(|it| (0..=LAST_S).contains(it));
    time_s.ok_or_else(|| {
        Problem::usage(format!(
            "cannot read `SOURCE_DATE_EPOCH`: `{text}` is no number of seconds since 1970, up to the year 9999"
        ))
        .help("unset it to take the commit's time, or set it as by `git log -1 --format=%ct`")
    })
}

/// Lets cargo write a lock file where there is none, before the source is measured: the build would write it, and
/// the next run would take it for a change.
fn lock(workspace: &Workspace, report: Report) -> anyhow::Result<()> {
    if workspace.root.join("Cargo.lock").is_file() {
        return Ok(());
    }
    report.warn(
        "there is no `Cargo.lock`: cargo writes one with today's versions of the dependencies; \
         keep it, or another day gives other bytes",
    );
    let cargo = workspace.cargo().args(["generate-lockfile", "--quiet"]);
    cargo.read().context("cannot lock the dependencies").map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_can_be_written_as_a_date() {
        assert_eq!(epoch("0"), Ok(0));
        assert_eq!(epoch("253402300799"), Ok(253_402_300_799));
        for text in ["-1", "253402300800", "1.5", " 5", "yesterday"] {
            let problem = epoch(text).unwrap_err();
            assert!(problem.is_usage, "{text}");
            assert!(problem.what.contains(&format!("`{text}` is no number")), "{text}");
        }
    }
}
