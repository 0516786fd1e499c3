//! Puts the official schemas into the tool folder: from a folder that has them, else from their own repositories.

use std::path::{Path, PathBuf};

use anyhow::ensure;

use crate::digest::Sha256;
use crate::effect::environment;
use crate::effect::files::{self, Scratch};
use crate::effect::process::Program;
use crate::effect::report::Report;
use crate::git;
use crate::judges::schemas::{Schema, Source};
use crate::problem::{self, Problem, Problems};
use crate::workspace::Workspace;

/// A variable that names a folder which holds the schemas.
pub const FOLDER_VARIABLE: &str = "XTASK_SCHEMAS";

/// A variable that stands in for GitHub: the address before `owner/name`.
pub const HOST_VARIABLE: &str = "XTASK_GITHUB_URL";

/// Where schemas may come from.
#[derive(Clone, Debug)]
pub struct Origins {
    /// Folders that may hold them already, the first one first.
    pub folders: Vec<PathBuf>,
    /// The address of the repositories, before `owner/name`.
    pub host: String,
}

impl Origins {
    /// Those of a workspace: the folder of the variable, then each folder `schemas` in a folder beside the workspace.
    pub fn of(workspace: &Workspace) -> Origins {
        let beside = workspace.root.parent().map(files::list);
        let beside = beside.and_then(Result::ok).unwrap_or_default();
        let beside = beside
            .into_iter()
            .map(|it| it.join("schemas"))
            .filter(|it| it.is_dir());
        let named = environment::whole_path_var(FOLDER_VARIABLE);
        Origins {
            folders: named.into_iter().chain(beside).collect(),
            host: environment::var(HOST_VARIABLE)
                .filter(|it| !it.is_empty())
                .unwrap_or_else(|| "https://github.com".to_owned()),
        }
    }

    /// A schema from one of the folders: only the very bytes count.
    fn find(&self, schema: &Schema) -> Option<Vec<u8>> {
        let files = self.folders.iter().map(|it| it.join(schema.file));
        files
            .filter_map(|it| files::read(&it).ok())
            .find(|it| is(schema, it))
    }

    fn url(&self, source: &Source) -> String {
        format!("{}/{}", self.host.trim_end_matches('/'), source.repository)
    }
}

/// The folder of the schemas.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.tools_dir().join("schemas")
}

/// Whether a folder has a schema, to the byte.
pub fn has(folder: &Path, schema: &Schema) -> bool {
    files::read(&folder.join(schema.file)).is_ok_and(|it| is(schema, &it))
}

/// Gets what a folder lacks. One source's failure does not stop the others; all are told in the end.
pub fn fill(folder: &Path, sources: &[Source], origins: &Origins, report: Report) -> anyhow::Result<()> {
    let mut problems = Problems::default();
    for source in sources {
        let mut wanted: Vec<&Schema> = source.schemas.iter().filter(|it| !has(folder, it)).collect();
        let mut copied = Vec::new();
        for schema in &wanted {
            if let Some(bytes) = origins.find(schema) {
                files::write(&folder.join(schema.file), &bytes)?;
                copied.push(schema.file);
            }
        }
        wanted.retain(|it| !copied.contains(&it.file));
        if wanted.is_empty() {
            continue;
        }
        report.step("Fetching", format_args!("schemas of {}", source.repository));
        if let Err(error) = clone(folder, source, &wanted, &origins.url(source), report) {
            problems.0.extend(problem::lines(&error).into_iter().map(|it| {
                it.help(format!(
                    "or let the variable `{FOLDER_VARIABLE}` name a folder that holds {}",
                    wanted.iter().map(|it| it.file).collect::<Vec<_>>().join(", ")
                ))
            }));
        }
    }
    problems.into_result()
}

/// Gets files of a repository at its commit, without its history and without its other files.
fn clone(
    folder: &Path,
    source: &Source,
    wanted: &[&Schema],
    url: &str,
    report: Report,
) -> anyhow::Result<()> {
    files::create_dir(folder)?;
    let scratch = Scratch::new(folder)?;
    // Nobody is there to be asked for a password.
    let git = || -> Program { git::program().dir(scratch.path()).env("GIT_TERMINAL_PROMPT", "0") };
    let cannot = |error: anyhow::Error| {
        Problem::new(format!(
            "cannot get the schemas of `{}`: {error:#}",
            source.repository
        ))
        .help("it needs git and the network")
    };
    git().args(["init", "--quiet"]).run(report).map_err(cannot)?;
    // A remote with a name is what git asks later for the files that the filter has left out.
    git()
        .args(["remote", "add", "origin", url])
        .run(report)
        .map_err(cannot)?;
    git()
        .args(["fetch", "--quiet", "--depth", "1", "--filter=blob:none", "origin"])
        .arg(source.commit)
        .run(report)
        .map_err(cannot)?;
    for schema in wanted {
        let show = git()
            .arg("show")
            .arg(format!("{}:{}", source.commit, schema.path));
        let shown = show.output(None).map_err(cannot)?;
        let said = String::from_utf8_lossy(&shown.stderr);
        ensure!(
            shown.is_success(),
            cannot(anyhow::anyhow!(
                "`{}` {}: {}",
                show.shown(),
                shown.ending(),
                said.trim()
            ))
        );
        ensure!(
            is(schema, &shown.stdout),
            Problem::new(format!(
                "cannot use `{}` of `{}`: its SHA-256 is {}, not {}",
                schema.path,
                source.repository,
                Sha256::of(&shown.stdout),
                schema.sha256
            ))
        );
        files::write(&folder.join(schema.file), &shown.stdout)?;
    }
    Ok(())
}

fn is(schema: &Schema, bytes: &[u8]) -> bool {
    Sha256::of(bytes).to_string() == schema.sha256
}
