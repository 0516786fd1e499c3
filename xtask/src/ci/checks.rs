//! What the sections do: one function each, whose error holds all findings.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::ci::need;
use crate::ci::section::Job;
use crate::effect::environment;
use crate::effect::process::Program;
use crate::git::Git;
use crate::problem::{Problem, Problems};
use crate::tidy::{self, Tree};
use crate::version::survey::Survey;
use crate::workspace::{Workspace, clean_program};

pub(super) fn fmt(job: &Job<'_>) -> anyhow::Result<()> {
    job.run(&job.cargo().args(["fmt", "--all", "--", "--check"]))
        .map_err(|error| {
            Problem::new(format!("{error:#}"))
                .help("mend it: cargo fmt --all")
                .into()
        })
}

pub(super) fn tidy(job: &Job<'_>) -> anyhow::Result<()> {
    let git = Git::find(&job.workspace.root)?.context("the workspace is in no git repository")?;
    tidy::check(&Tree::read(job.workspace, &git)?).into_result()
}

pub(super) fn version(job: &Job<'_>) -> anyhow::Result<()> {
    let survey = Survey::read(job.workspace)?;
    let mut problems: Vec<Problem> = survey.problems().cloned().collect();
    // One line may say the same wrong thing twice.
    problems.dedup();
    Problems(problems).into_result()
}

pub(super) fn workflows(job: &Job<'_>) -> anyhow::Result<()> {
    let files = workflow_files(job.workspace);
    let schema = program(job.workspace, "check-jsonschema")?
        .args(["--builtin-schema", "vendor.github-workflows"])
        .args(&files);
    let audit = program(job.workspace, "zizmor")?
        .args(["--offline", "--no-progress"])
        .args(&files);
    // Both speak, also when the first finds something.
    let schema = job.run(&schema);
    let audit = job.run(&audit);
    schema.and(audit)
}

pub(super) fn deny(job: &Job<'_>) -> anyhow::Result<()> {
    // cargo-deny reads the packages of every platform, a build only those of this one.
    job.run(&job.cargo().arg("fetch"))?;
    // Advisories would have to be fetched from a repository that is no package registry.
    job.run(&program(job.workspace, "cargo-deny")?.args([
        "--offline",
        "--workspace",
        "--all-features",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))
}

pub(super) fn clippy(job: &Job<'_>) -> anyhow::Result<()> {
    job.run(&job.cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ]))
}

pub(super) fn docs(job: &Job<'_>) -> anyhow::Result<()> {
    job.run(
        &job.cargo()
            .args(["doc", "--workspace", "--no-deps", "--all-features"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

pub(super) fn test(job: &Job<'_>) -> anyhow::Result<()> {
    let cargo = job.cargo().args(["test", "--workspace", "--no-fail-fast"]);
    let this_program = environment::this_program()?;
    job.run(&match target_dir(job.workspace, &this_program, cfg!(windows)) {
        Some(dir) => cargo.arg("--target-dir").arg(dir),
        None => cargo,
    })
}

/// Another folder to build in, where building in the usual one would replace the program that runs here.
///
/// Windows refuses to overwrite a running program; other systems do not mind.
fn target_dir(workspace: &Workspace, this_program: &Path, is_windows: bool) -> Option<PathBuf> {
    (is_windows && this_program.starts_with(&workspace.target_dir)).then(|| workspace.target_dir.join("ci"))
}

/// The workflows of the workspace, in the order of their names.
pub(super) fn workflow_files(workspace: &Workspace) -> Vec<PathBuf> {
    let dir = workspace.root.join(".github").join("workflows");
    let mut files: Vec<PathBuf> = dir
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .map(|it| it.path())
        .filter(|it| it.extension().is_some_and(|it| it == "yml" || it == "yaml"))
        .collect();
    files.sort();
    files
}

/// A program that the table of sections has asked for.
fn program(workspace: &Workspace, name: &str) -> anyhow::Result<Program> {
    let path = need::find(workspace, name).with_context(|| format!("`{name}` is not installed"))?;
    Ok(clean_program(&path.to_string_lossy(), &workspace.root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_built_elsewhere_only_where_this_program_is_in_the_way() {
        let workspace = Workspace {
            root: PathBuf::from("w"),
            target_dir: PathBuf::from("w/target"),
            members: Vec::new(),
        };
        let dir = |program: &str, is_windows| target_dir(&workspace, Path::new(program), is_windows);
        assert_eq!(
            dir("w/target/debug/xtask", true),
            Some(PathBuf::from("w/target/ci"))
        );
        assert_eq!(dir("w/target/debug/xtask", false), None);
        assert_eq!(dir("other/target/debug/xtask", true), None);
    }
}
