//! Compiles this program once more with Zstandard when the settings ask for it, and runs the same command again.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use crate::config::ArchiveForm;
use crate::dist::plan::Plan;
use crate::effect::environment;
use crate::effect::process::Program;
use crate::effect::report::Report;
use crate::release::Release;
use crate::target::Os;
use crate::workspace::{self, Workspace};

/// Whether the settings ask for an archive form that this program was compiled without.
pub fn needs_feature(plan: &Plan) -> bool {
    let form = plan.config.dist.archive;
    !cfg!(feature = "zstd")
        && form == ArchiveForm::TarZst
        && plan.wanted.iter().any(|it| it.target.os != Os::Windows)
}

/// Whether the release holds archives that this program was compiled without reading.
pub fn holds_what_needs_feature(release: &Release) -> bool {
    !cfg!(feature = "zstd")
        && release
            .artifacts
            .iter()
            .any(|it| ArchiveForm::of_name(&it.name) == Some(ArchiveForm::TarZst))
}

/// Compiles this program with the feature, into a folder of its own below the workspace's target folder, and runs the
/// same command with it.
pub fn run_again_with_feature(workspace: &Workspace, report: Report) -> anyhow::Result<ExitCode> {
    report.step("Compiling", "the toolkit once more, with Zstandard");
    // Compiled at home, where the toolkit's own toolchain is pinned; run where this program was started.
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = workspace.state_dir().join("toolkit");
    workspace::clean_program("cargo", home)
        .args(["build", "--quiet", "--features", "zstd", "--target-dir"])
        .arg(&folder)
        .run(report)?;
    let program = environment::executable(&folder.join("debug/xtask"))
        .context("cannot find the toolkit that was just compiled")?;
    let status = Program::new(program)
        .args(environment::words().skip(1))
        .pass_through()?;
    Ok(status
        .code()
        .and_then(|it| u8::try_from(it).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}
