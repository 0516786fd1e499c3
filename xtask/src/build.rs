//! Compiles the product for a target: which cargo, which words, which environment, and what came out.

pub mod flags;
pub mod scene;
mod staleness;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use cargo_metadata::{CrateType, Message, TargetKind};

use crate::config::Config;
use crate::effect::interrupt;
use crate::effect::process::Program;
use crate::effect::report::Report;
use crate::inputs::{Memory, Source};
use crate::problem::Problem;
use crate::product::Product;
use crate::target::{Abi, Os, Target};
use crate::toolchain::Toolchain;
use crate::tools;
use crate::workspace::Workspace;

/// The cargo profile that releases are built with.
pub const PROFILE: &str = "dist";

/// How a target is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builder {
    /// Plain cargo with this machine's own C compiler and linker.
    Cargo,
    /// `cargo zigbuild`: zig as C compiler and linker for another system, or for an older glibc.
    Zigbuild,
    /// `cargo xwin`: clang with Microsoft's SDK.
    Xwin,
    /// Not compiled but joined from the binaries of other targets.
    Join,
}

impl Builder {
    /// Its name in `artifacts.json`.
    pub fn name(self) -> &'static str {
        match self {
            Builder::Cargo => "cargo",
            Builder::Zigbuild => "zigbuild",
            Builder::Xwin => "xwin",
            Builder::Join => "join",
        }
    }

    /// Whether the programs of [`tools::TOOLS`] take part.
    pub fn needs_zig(self) -> bool {
        self == Builder::Zigbuild
    }

    /// How a target is compiled on a host. `is_native` is a build for this very machine, which must work with
    /// nothing but Rust and a C compiler. What is installed plays no part, or the same command would give other
    /// bytes on another machine.
    pub fn choose(target: &Target, host: &str, is_native: bool) -> Builder {
        let host_os = Target::parse(host).map(|it| it.os);
        match (target.os, target.abi) {
            _ if target.is_universal() => Builder::Join,
            _ if is_native && target.triple == host => Builder::Cargo,
            (Os::Macos, _) if host_os == Ok(Os::Macos) => Builder::Cargo,
            (Os::Windows, Abi::Msvc) if host_os == Ok(Os::Windows) => Builder::Cargo,
            (Os::Windows, Abi::Msvc) => Builder::Xwin,
            _ => Builder::Zigbuild,
        }
    }
}

/// Everything that the builds of one run share.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The workspace.
    pub workspace: &'a Workspace,
    /// Its settings.
    pub config: &'a Config,
    /// Its compiler.
    pub toolchain: &'a Toolchain,
    /// What is built.
    pub products: &'a [Product],
    /// Its source by content.
    pub source: &'a Source,
    /// The time that builds may see, seconds since 1970.
    pub time_s: i64,
    /// How many jobs cargo may run; its own choice when absent.
    pub jobs: Option<usize>,
}

/// What a build has left.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The executables, by the name of the binary.
    pub executables: BTreeMap<String, PathBuf>,
    /// The folders that build scripts wrote into, by the name of the package.
    pub out_dirs: BTreeMap<String, PathBuf>,
    /// The packages that took part, by cargo's id.
    pub units: BTreeMap<String, Unit>,
}

/// A package that took part in a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Whether its code was compiled for the target, and not only for build scripts and macros.
    pub is_linked: bool,
    /// The features that were on.
    pub features: BTreeSet<String>,
}

/// Compiles all binaries for a target.
pub fn build(batch: &Batch<'_>, target: &Target, builder: Builder, report: Report) -> anyhow::Result<Built> {
    let memory = Memory::load(batch.workspace, target);
    staleness::distrust_time_stamps(batch, target, &memory, report)?;
    memory.forget()?;
    let program = program(batch, target, builder)?;
    let folder = batch.workspace.target_dir.join(target.triple);
    let mut built = Built::default();
    let mut unclear = None;
    let status = program.for_each_line(report, |line| match serde_json::from_str::<Message>(line) {
        Ok(message) => note(&mut built, message, &folder),
        // `cargo` prints nothing but JSON lines here; a wrapper may.
        Err(_) if !line.starts_with('{') => report.say(line),
        Err(error) => unclear = Some(error),
    })?;
    if !status.success() {
        if interrupt::came() {
            return Err(Problem::new("interrupted").into());
        }
        return Err(failure(workspace_lock_is_old(batch), target, builder, &status.to_string()).into());
    }
    if let Some(error) = unclear {
        return Err(error).context("cannot understand what cargo printed");
    }
    for binary in batch.products.iter().flat_map(|it| &it.binaries) {
        if !built.executables.contains_key(binary) {
            return Err(
                Problem::new(format!("cargo built no binary `{binary}` for `{target}`"))
                    .help("a binary with `required-features` needs them in `[dist] features`")
                    .into(),
            );
        }
    }
    memory.keep(batch)?;
    Ok(built)
}

/// What a failed build is told as, with the advice that fits.
fn failure(is_lock_old: bool, target: &Target, builder: Builder, status: &str) -> Problem {
    let problem = Problem::new(format!(
        "cannot compile for `{target}`: {} ended with {status}",
        builder.name()
    ))
    .help("its own words stand above; `--verbose` shows the command");
    if is_lock_old {
        return problem.help(
            "`Cargo.lock` is older than `Cargo.toml`, and a release builds what is locked: run `cargo update --workspace`",
        );
    }
    let problem = problem
        .help("the build sees a clean environment: variables that it needs are listed in `[dist] pass-env`");
    if !builder.needs_zig() {
        return problem;
    }
    problem.help(format!(
        "`cargo xtask setup --install --target {target}` checks the tools that link it, and repairs them"
    ))
}

/// Whether cargo would change the lock file, asked after a failure: cargo's own advice is to drop a word that
/// nobody has typed.
fn workspace_lock_is_old(batch: &Batch<'_>) -> bool {
    let asked = batch
        .workspace
        .cargo()
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .output(None);
    asked.is_ok_and(|it| {
        let said = String::from_utf8_lossy(&it.stderr);
        !it.is_success() && said.contains("lock file") && said.contains("--locked")
    })
}

/// The command that compiles for a target.
pub fn program(batch: &Batch<'_>, target: &Target, builder: Builder) -> anyhow::Result<Program> {
    let workspace = batch.workspace;
    let tools = tools::folder(workspace);
    let tool = |tool: &tools::Tool| {
        tool.find(&tools)
            .with_context(|| format!("cannot find `{}` {}", tool.name, tool.version))
    };
    let mut triple = target.triple.to_owned();
    let program = match builder {
        Builder::Zigbuild => {
            if target.abi == Abi::Gnu {
                triple = format!("{triple}.{}", batch.config.dist.glibc_floor);
            }
            Program::new(tool(&tools::CARGO_ZIGBUILD)?)
                .arg("zigbuild")
                .env("CARGO_ZIGBUILD_ZIG_PATH", tool(&tools::ZIG)?)
        }
        Builder::Cargo | Builder::Join => Program::new("cargo").arg("build"),
        Builder::Xwin => Program::new("cargo-xwin").args(["xwin", "build"]),
    };
    let mut program = program
        .dir(&workspace.root)
        .args(["--profile", PROFILE, "--target", &triple])
        .args(["--message-format", "json-render-diagnostics"]);
    if workspace.root.join("Cargo.lock").is_file() {
        program = program.arg("--locked");
    }
    for product in batch.products {
        program = program.args(["--package", product.name()]);
    }
    program = program.arg("--bins").args(flags::features(&batch.config.dist));
    if let Some(jobs) = batch.jobs {
        program = program.args(["--jobs".to_owned(), jobs.to_string()]);
    }
    program = program.args(flags::profile(workspace, &batch.config.dist)?);
    let program = program.env_clear().envs(scene::variables(batch)?);
    Ok(program.envs(flags::variables(batch, target, builder)?))
}

/// Takes note of what cargo says. What is compiled for the target lies in `folder`, what runs at build time elsewhere.
fn note(built: &mut Built, message: Message, folder: &Path) {
    match message {
        Message::CompilerArtifact(artifact) => {
            let unit = built.units.entry(artifact.package_id.repr.clone()).or_default();
            let kinds = &artifact.target.kind;
            let is_script = kinds.contains(&TargetKind::CustomBuild);
            let is_macro = artifact.target.crate_types.contains(&CrateType::ProcMacro);
            let is_for_target = artifact.filenames.iter().any(|it| it.starts_with(folder));
            if is_for_target && !is_script && !is_macro {
                unit.is_linked = true;
                unit.features.extend(artifact.features);
            }
            if let Some(executable) = artifact.executable.filter(|_| kinds.contains(&TargetKind::Bin)) {
                built
                    .executables
                    .insert(artifact.target.name, executable.into_std_path_buf());
            }
        }
        Message::BuildScriptExecuted(script) => {
            let name = package_name(&script.package_id.repr);
            built
                .out_dirs
                .insert(name.to_owned(), script.out_dir.into_std_path_buf());
        }
        _ => {}
    }
}

/// The package's name in an id such as `path+file:///a/b#name@1.2.3` or `path+file:///a/name#1.2.3`.
fn package_name(id: &str) -> &str {
    let (address, fragment) = id.rsplit_once('#').unwrap_or(("", id));
    match fragment.split_once('@') {
        Some((name, _)) => name,
        None => address.rsplit('/').next().unwrap_or(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_packages() {
        assert_eq!(package_name("path+file:///a/b#name@1.2.3"), "name");
        assert_eq!(package_name("path+file:///a/name#1.2.3"), "name");
        assert_eq!(
            package_name("registry+https://registry.example/index#serde@1.0.0"),
            "serde"
        );
    }

    #[test]
    fn the_builder_depends_on_target_and_host_alone() {
        let check = |target: &str, host: &str, is_native, expected| {
            assert_eq!(
                Builder::choose(Target::parse(target).unwrap(), host, is_native),
                expected,
                "{target} on {host}"
            );
        };
        let (linux, mac, windows) = (
            "x86_64-unknown-linux-gnu",
            "aarch64-apple-darwin",
            "x86_64-pc-windows-msvc",
        );
        check(linux, linux, true, Builder::Cargo);
        check(linux, linux, false, Builder::Zigbuild);
        check(mac, linux, false, Builder::Zigbuild);
        check("x86_64-apple-darwin", mac, false, Builder::Cargo);
        check(windows, windows, false, Builder::Cargo);
        check(windows, linux, false, Builder::Xwin);
        check("universal-apple-darwin", linux, false, Builder::Join);
    }
}
