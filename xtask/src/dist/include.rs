//! The further files that the settings put into every archive.

use std::path::PathBuf;

use crate::problem::{Problem, Problems};
use crate::workspace::Workspace;

/// The files that the patterns of `[dist] include` match, in the order of their paths; a pattern that is none or
/// matches none is a problem, all at once.
pub fn paths(workspace: &Workspace, patterns: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    let root = glob::Pattern::escape(&workspace.root.to_string_lossy());
    let mut found = Vec::new();
    let mut problems = Problems::default();
    for pattern in patterns {
        match glob::glob(&format!("{root}/{pattern}")) {
            Ok(paths) => {
                let before = found.len();
                found.extend(paths.filter_map(Result::ok).filter(|it| it.is_file()));
                if found.len() == before {
                    problems.push(
                        Problem::new(format!("no file matches `{pattern}` of `[dist] include`"))
                            .help("patterns count from the workspace's root: `extra/*.conf`, `docs/**/*.md`"),
                    );
                }
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
