//! The further files that the settings put into every archive.

use std::path::{Component, Path, PathBuf};

use crate::problem::{Problem, Problems};
use crate::workspace::Workspace;

/// The files that the patterns of `[dist] include` match, in the order of their paths; a pattern that is none or
/// matches none is a problem, all at once. Of the `made` folders and of git's own only those are taken that a pattern
/// names before its first wildcard, or `**/*.md` would pack what lies there by chance.
pub fn paths(workspace: &Workspace, patterns: &[String], made: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut hidden = made.to_vec();
    hidden.push(workspace.root.join(".git"));
    let root = glob::Pattern::escape(&workspace.root.to_string_lossy());
    let mut found = Vec::new();
    let mut problems = Problems::default();
    for pattern in patterns {
        // Told before the build, which would find no place for such a file in the archive.
        if Path::new(pattern)
            .components()
            .any(|it| !matches!(it, Component::Normal(_) | Component::CurDir))
        {
            problems.push(
                Problem::new(format!(
                    "cannot include `{pattern}` of `[dist] include`: it leaves the workspace"
                ))
                .help("patterns count from the workspace's root; copy or link the file to a place below it"),
            );
            continue;
        }
        match glob::glob(&format!("{root}/{pattern}")) {
            Ok(paths) => {
                let (files, others): (Vec<PathBuf>, Vec<PathBuf>) =
                    paths.filter_map(Result::ok).partition(|it| it.is_file());
                let named = workspace.root.join(literal(pattern));
                let is_hidden = |path: &Path| {
                    hidden
                        .iter()
                        .any(|it| path.starts_with(it) && !named.starts_with(it))
                };
                let files: Vec<PathBuf> = files.into_iter().filter(|it| !is_hidden(it)).collect();
                if files.is_empty() {
                    let is_folder = others.iter().any(|it| it.is_dir());
                    problems.push(nothing(pattern, is_folder));
                }
                found.extend(files);
            }
            Err(error) => problems.push(Problem::new(format!(
                "cannot read the pattern `{pattern}` of `[dist] include`: {}",
                error.msg
            ))),
        }
    }
    problems.into_result()?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// The folders of a pattern before its first wildcard.
fn literal(pattern: &str) -> PathBuf {
    let parts = Path::new(pattern).components();
    parts
        .take_while(|it| !it.as_os_str().to_string_lossy().contains(['*', '?', '[']))
        .filter(|it| matches!(it, Component::Normal(_)))
        .collect()
}

/// A pattern without a file. A folder is the likely slip, and `**` alone matches nothing but folders.
fn nothing(pattern: &str, is_folder: bool) -> Problem {
    let problem = Problem::new(format!("no file matches `{pattern}` of `[dist] include`"));
    if is_folder {
        let folder = pattern.trim_end_matches("**").trim_end_matches('/');
        let all = [folder, "**/*"]
            .iter()
            .filter(|it| !it.is_empty())
            .copied()
            .collect::<Vec<_>>();
        return problem.help(format!(
            "it matches folders only; `{}` takes the files below",
            all.join("/")
        ));
    }
    problem.help("patterns count from the workspace's root: `extra/*.conf`, `docs/**/*.md`")
}
