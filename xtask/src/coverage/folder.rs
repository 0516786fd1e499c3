//! `coverage/`: the reports in it are written elsewhere first and put in place when all of them are there.

use std::path::Path;

use anyhow::Context;

use crate::coverage::summary::{MAKER, Summary};
use crate::coverage::tool::Tool;
use crate::effect::files;
use crate::effect::report::Report;
use crate::problem::{Problem, Problems};
use crate::workspace::Workspace;

/// What is ours in the folder. The summary comes first: it is what tells a later run that the others are ours too.
const NAMES: [&str; 4] = ["summary.json", "summary.txt", "lcov.info", "html"];

/// Fails when something of these names is not of an earlier run: other tools write a `coverage/lcov.info` too.
pub fn check_free(dir: &Path, workspace: &Workspace) -> anyhow::Result<()> {
    if is_ours(dir) {
        return Ok(());
    }
    let mut problems = Problems::default();
    for name in NAMES {
        let path = dir.join(name);
        if path.symlink_metadata().is_ok() {
            problems.push(
                Problem::new(format!(
                    "cannot replace `{}`: it is not of an earlier `{MAKER}`",
                    workspace.shown(&path)
                ))
                .help("move it away, or remove it"),
            );
        }
    }
    problems.into_result()
}

fn is_ours(dir: &Path) -> bool {
    files::read_text(&dir.join("summary.json"))
        .ok()
        .and_then(|it| serde_json::from_str::<serde_json::Value>(&it).ok())
        .is_some_and(|it| it["made_by"] == MAKER)
}

/// Writes every report into a folder.
pub fn write(
    dir: &Path,
    tool: &Tool,
    packages: &[String],
    workspace: &Workspace,
    report: Report,
) -> anyhow::Result<Summary> {
    let run = |words: &[&str]| {
        let program = tool.report(packages, words);
        report.detail(format_args!("$ {}", program.shown()));
        program.read().context("cannot write the reports")
    };
    let lcov = run(&["--lcov"])? + "\n";
    files::write(
        &dir.join("lcov.info"),
        relative(&lcov, &workspace.root).as_bytes(),
    )?;
    run(&["--html", "--output-dir", &dir.to_string_lossy()])?;
    let summary = Summary::read(&run(&["--json", "--summary-only"])?, workspace)?;
    files::write(&dir.join("summary.txt"), summary.text().as_bytes())?;
    let document = serde_json::to_string_pretty(&summary)? + "\n";
    files::write(&dir.join("summary.json"), document.as_bytes())?;
    Ok(summary)
}

/// Puts written reports in the place of those of an earlier run. Whatever else lies there stays.
pub fn place(written: &Path, dir: &Path) -> anyhow::Result<()> {
    files::remove_stale(dir)?;
    NAMES
        .iter()
        .try_for_each(|it| files::place(&written.join(it), &dir.join(it)))
}

/// The lcov data with paths from the root, as services and editors on other machines need them.
fn relative(lcov: &str, root: &Path) -> String {
    let line = |line: &str| match line
        .strip_prefix("SF:")
        .map(|it| Path::new(it).strip_prefix(root))
    {
        Some(Ok(path)) => format!("SF:{}\n", path.to_string_lossy().replace('\\', "/")),
        _ => format!("{line}\n"),
    };
    lcov.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;
    use crate::effect::files::Scratch;

    #[test]
    fn paths_of_the_tree_are_told_from_its_root() {
        let lcov = "SF:/w/a/src/lib.rs\nDA:1,1\nend_of_record\nSF:/other/x.rs\n";
        let expected = "SF:a/src/lib.rs\nDA:1,1\nend_of_record\nSF:/other/x.rs\n";
        assert_eq!(relative(lcov, Path::new("/w")), expected);
    }

    #[test]
    fn reports_of_others_are_in_the_way_all_at_once() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let dir = scratch.path().join("coverage");
        let workspace = Workspace {
            root: scratch.path().to_owned(),
            target_dir: scratch.path().join("target"),
            members: Vec::new(),
        };
        let check = || check_free(&dir, &workspace).map_err(|it| it.to_string());
        let put = |name: &str, text: &str| files::write(&dir.join(name), text.as_bytes()).unwrap();
        assert_eq!(check(), Ok(()));
        put("lcov.info", "TN:\n");
        put("html/index.html", "");
        put("go/a.out", "mode: set\n");
        assert_eq!(
            check(),
            Err(
                "cannot replace `coverage/lcov.info`: it is not of an earlier `cargo xtask coverage`; \
                 cannot replace `coverage/html`: it is not of an earlier `cargo xtask coverage`"
                    .to_owned()
            )
        );
        put(
            "summary.json",
            &format!("{{\"schema\": 1, \"made_by\": \"{MAKER}\"}}"),
        );
        assert_eq!(check(), Ok(()));
    }
}
