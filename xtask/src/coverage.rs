//! Coverage: the tests run with every piece of code counted, and reports of it in `coverage/`, and nowhere else.

pub mod folder;
pub mod strays;
pub mod summary;
pub mod tool;

use anyhow::Context;

use crate::coverage::strays::Strays;
use crate::coverage::summary::Summary;
use crate::coverage::tool::Tool;
use crate::effect::files::{self, Scratch};
use crate::effect::report::Report;
use crate::problem::{Problem, Problems, nearest};
use crate::workspace::Workspace;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The packages to test and to report on; empty for all.
    pub packages: Vec<String>,
    /// Whether only what went wrong is shown.
    pub is_quiet: bool,
}

/// Runs the tests and writes the reports. When a test fails, the reports of an earlier run are left as they were.
pub fn measure(workspace: &Workspace, request: &Request, report: Report) -> anyhow::Result<Summary> {
    check_packages(workspace, &request.packages)?;
    let tool = Tool::find(workspace)?;
    let dir = workspace.coverage_dir();
    folder::check_free(&dir, workspace)?;
    let state = workspace.state_dir().join("coverage");
    files::create_dir(&state)?;
    let lock = files::lock(&state.join("lock"))?.ok_or_else(|| {
        Problem::new("cannot begin: another `cargo xtask coverage` works on this workspace")
            .help("wait for it to end, then run the same command again")
    })?;
    files::remove_stale(&state)?;
    test(workspace, &tool, request, report)?;
    let written = Scratch::new(&state)?;
    report.step(
        "Writing",
        format_args!("reports into `{}`", workspace.shown(&dir)),
    );
    let summary = folder::write(written.path(), &tool, &request.packages, workspace, report)?;
    folder::place(written.path(), &dir)?;
    drop(lock);
    Ok(summary)
}

fn test(workspace: &Workspace, tool: &Tool, request: &Request, report: Report) -> anyhow::Result<()> {
    // Profiles of another state, and programs that no test is compiled into any more, would count.
    tool.clean()
        .read()
        .context("cannot remove what was measured before")?;
    let what = match request.packages.as_slice() {
        [] => "every package".to_owned(),
        packages => packages.join(", "),
    };
    report.step("Testing", format_args!("{what}, with coverage"));
    let strays = Strays::remember(&workspace.root, &workspace.target_dir);
    let mut program = tool.test(&request.packages);
    if request.is_quiet {
        program = program.env("CARGO_TERM_QUIET", "true");
    }
    let mut failed = Vec::new();
    let status = program.for_each_line(report, |line| {
        failed.extend(failed_test(line).map(str::to_owned));
        report.say(line);
    });
    // Also after a failure: a profile must stay in no folder of the tree.
    let count = strays.collect(tool.build_dir())?;
    report.detail(format_args!("{count} profiles were left in the tree"));
    let status = status?;
    if !status.success() {
        let failed = failed
            .into_iter()
            .map(|it| Problem::new(format!("test `{it}` failed")));
        let mut problems = Problems(failed.collect());
        problems.push(
            Problem::new(format!(
                "cannot measure coverage: `{}` failed with {status}",
                program.shown()
            ))
            .help("`coverage/` is as it was; `cargo test` runs the tests without coverage"),
        );
        return Err(problems.into());
    }
    let profiles = files::list(tool.build_dir())?;
    if !profiles
        .iter()
        .any(|it| it.extension().is_some_and(|it| it == "profraw"))
    {
        return Err(Problem::new(format!("no test of {what} ran: there is nothing to measure")).into());
    }
    Ok(())
}

/// The name in a line of Rust's test harness about a test that failed.
fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

fn check_packages(workspace: &Workspace, packages: &[String]) -> anyhow::Result<()> {
    let names: Vec<&str> = workspace.members.iter().map(|it| it.name.as_str()).collect();
    let mut problems = Problems::default();
    for name in packages.iter().filter(|it| !names.contains(&it.as_str())) {
        let guess = nearest(name, names.iter().copied());
        let guess = guess.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
        problems.push(
            Problem::usage(format!("no package `{name}` in this workspace{guess}"))
                .help(format!("the packages are {}", names.join(", "))),
        );
    }
    problems.into_result()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_harness_name_what_failed() {
        assert_eq!(failed_test("test a::b ... FAILED"), Some("a::b"));
        assert_eq!(
            failed_test("test a::b - should panic ... FAILED"),
            Some("a::b - should panic")
        );
        assert_eq!(failed_test("test a::b ... ok"), None);
        assert_eq!(failed_test("test result: FAILED. 0 passed; 1 failed"), None);
    }
}
