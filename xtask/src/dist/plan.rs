//! Decides what `dist` is to do: which targets, compiled how, from which inputs. Reads only, except that a missing
//! lock file is written.

mod identity;

use std::path::{Path, PathBuf};

use crate::artifact::{self, Artifact, Kind, Subject};
use crate::build::{Batch, Builder};
use crate::config::Config;
use crate::digest::Sha256;
use crate::dist::include;
use crate::dist::plan::identity::identify;
use crate::dist::source::SourceArchive;
use crate::effect::environment;
use crate::effect::report::Report;
use crate::git::Git;
use crate::inputs::{self, Source, neighbours};
use crate::problem::{Problem, Problems};
use crate::product::{self, Product};
use crate::release::Identity;
use crate::setup::{self, Need};
use crate::target::Target;
use crate::toolchain::Toolchain;
use crate::tools;
use crate::workspace::Workspace;

/// What the command line asks for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Targets by name; none means this machine's own.
    pub targets: Vec<String>,
    /// Every target of the settings.
    pub all: bool,
    /// Packages by name; none means those of the settings.
    pub packages: Vec<String>,
    /// How many jobs cargo may run.
    pub jobs: Option<usize>,
    /// Another folder than `dist/`.
    pub output: Option<PathBuf>,
    /// Folders that were built elsewhere: what lies in them is no source.
    pub parts: Vec<PathBuf>,
}

/// A target that was asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The target.
    pub target: &'static Target,
    /// How it is compiled.
    pub builder: Builder,
    /// The digest of what it is made from.
    pub inputs: Sha256,
}

/// Everything that was decided.
#[derive(Debug)]
pub struct Plan {
    /// The workspace.
    pub workspace: Workspace,
    /// Its settings.
    pub config: Config,
    /// Its compiler.
    pub toolchain: Toolchain,
    /// What is released.
    pub products: Vec<Product>,
    /// Its source by content.
    pub source: Source,
    /// The further files for every archive.
    pub included: Vec<PathBuf>,
    /// What identifies the release.
    pub identity: Identity,
    /// The archive of the source, unless the settings turn it off.
    pub source_archive: Option<SourceArchive>,
    /// The targets, in the order of their names.
    pub wanted: Vec<Wanted>,
    /// The folder of the artifacts.
    pub dist: PathBuf,
    /// How many jobs cargo may run.
    pub jobs: Option<usize>,
}

impl Plan {
    /// Reads the workspace and decides. Every finding that can be had without building is in the error.
    pub fn new(workspace: Workspace, request: &Request, report: Report) -> anyhow::Result<Plan> {
        let plan = Plan::without_tools(workspace, request, report)?;
        missing(&plan, request)?;
        Ok(plan)
    }

    /// The same where nothing is to be built here: what building would need may be missing.
    pub fn without_tools(workspace: Workspace, request: &Request, report: Report) -> anyhow::Result<Plan> {
        let (config, toolchain) = facts(&workspace)?;
        let targets = targets(request, &config, &toolchain)?;
        let products = product::select(&workspace, &config, &request.packages)?;
        for product in &products {
            for (binary, feature) in &product.left_out {
                report.say(format_args!(
                    "{:>12} `{binary}` of `{}` is left out: it needs the feature `{feature}`",
                    "Note",
                    product.name()
                ));
            }
        }
        let git = Git::find(&workspace.root)?;
        let dist = request.output.clone().unwrap_or_else(|| workspace.dist_dir());
        check_apart(&workspace, &dist)?;
        let mut made = made(&workspace, &dist);
        made.extend(request.parts.iter().map(|it| neighbours::normal(it)));
        let included = include::paths(&workspace, &config.dist.include, &made)?;
        let mut named = included.clone();
        named.extend(products.iter().flat_map(Product::named_documents));
        let (source, identity) = identify(
            &workspace,
            &toolchain,
            &products,
            git.as_ref(),
            (&made, &named),
            report,
        )?;
        let form = config.dist.archive;
        let archive = || SourceArchive::plan(&workspace, git.as_ref(), form, &source, &identity, &named);
        let source_archive = config.dist.source.then(archive).transpose()?;
        let is_native = !request.all && request.targets.is_empty();
        let mut plan = Plan {
            workspace,
            config,
            toolchain,
            products,
            source,
            included,
            identity,
            source_archive,
            wanted: Vec::new(),
            dist,
            jobs: request.jobs,
        };
        for target in targets {
            let builder = Builder::choose(target, &plan.toolchain.host, is_native);
            plan.wanted.push(Wanted {
                target,
                builder,
                inputs: plan.inputs(target, builder, &plan.toolchain.host)?,
            });
        }
        Ok(plan)
    }

    /// What all builds share.
    pub fn batch(&self) -> Batch<'_> {
        Batch {
            workspace: &self.workspace,
            config: &self.config,
            toolchain: &self.toolchain,
            products: &self.products,
            source: &self.source,
            time_s: self.identity.time_s,
            jobs: self.jobs,
        }
    }

    /// The digest of what an artifact would be made from now, on the machine that made it; `None` for what would not be
    /// made, or has a name that an older toolkit knew.
    pub fn inputs_of(&self, artifact: &Artifact) -> Option<Sha256> {
        if artifact.kind == Kind::Source {
            return self.source_archive.as_ref().map(|it| it.inputs);
        }
        let target = Target::parse(artifact.target.as_ref()?).ok()?;
        let builders = [Builder::Cargo, Builder::Zigbuild, Builder::Xwin, Builder::Join];
        let builder = builders.into_iter().find(|it| it.name() == artifact.builder)?;
        let host = artifact.host.as_ref().unwrap_or(&self.toolchain.host);
        self.inputs(target, builder, host).ok()
    }

    /// The names of all files of a target.
    pub fn names_of(&self, target: &Target) -> Vec<String> {
        let form = self.config.dist.archive;
        let subjects = [Subject::Archive(target), Subject::Sbom(target)];
        let of =
            |it: &Product| subjects.map(|subject| artifact::name(subject, form, it.name(), it.version()));
        self.products.iter().flat_map(of).collect()
    }

    fn inputs(&self, target: &Target, builder: Builder, host: &str) -> anyhow::Result<Sha256> {
        inputs::digest(
            self.identity.source,
            &self.config,
            (&self.toolchain.rustc, host),
            self.identity.time_s,
            &self.identity.packages,
            target,
            builder,
        )
    }
}

/// Settings and compiler, asked for at the same time.
fn facts(workspace: &Workspace) -> anyhow::Result<(Config, Toolchain)> {
    Ok((Config::load(&workspace.root)?, Toolchain::load(workspace)?))
}

/// The targets that were asked for, each once, in the order of their names; all unknown names at once.
pub fn targets(
    request: &Request,
    config: &Config,
    toolchain: &Toolchain,
) -> anyhow::Result<Vec<&'static Target>> {
    let mut names = request.targets.clone();
    if request.all {
        names.extend(config.dist.all_targets());
    }
    if names.is_empty() {
        names.push(toolchain.host.clone());
    }
    names.sort();
    names.dedup();
    let mut problems = Problems::default();
    let found: Vec<&Target> = names
        .iter()
        .filter_map(|it| Target::parse(it).map_err(|it| problems.push(it)).ok())
        .collect();
    problems.into_result()?;
    Ok(found)
}

/// Refuses a folder for artifacts that holds code: its files would be no source, and a change in them no reason to
/// build.
fn check_apart(workspace: &Workspace, dist: &Path) -> Result<(), Problem> {
    let dist = neighbours::normal(dist);
    let mut targets = workspace.members.iter().flat_map(|it| &it.targets);
    let holds_code = targets.any(|it| it.src_path.as_std_path().starts_with(&dist));
    if holds_code && dist.starts_with(&workspace.root) {
        return Err(Problem::usage(format!(
            "cannot write artifacts into `{}`: the workspace's code lies there",
            workspace.shown(&dist)
        ))
        .help("give `--output` a folder of its own"));
    }
    Ok(())
}

/// The folders of what is built and installed, the artifacts' own first.
fn made(workspace: &Workspace, dist: &Path) -> Vec<PathBuf> {
    let mut made = vec![
        neighbours::normal(dist),
        workspace.dist_dir(),
        workspace.target_dir.clone(),
        tools::folder(workspace),
        workspace.tools_dir(),
    ];
    made.retain(|it| !workspace.root.starts_with(it));
    made
}

/// Refuses to begin while something is missing, naming all of it and the one command that gets it.
fn missing(plan: &Plan, request: &Request) -> anyhow::Result<()> {
    let parts = compiled_parts(plan, &plan.wanted.iter().collect::<Vec<_>>());
    let needs = setup::missing(&plan.workspace, &plan.toolchain, &parts);
    if needs.is_empty() {
        return Ok(());
    }
    let mut problems = Problems(needs.iter().map(Need::problem).collect());
    if needs.iter().any(Need::is_installable) {
        let last = problems.0.last_mut().expect("at least one is missing");
        last.help.push(format!("run `{}`", setup_command(plan, request)?));
    }
    problems.into_result()
}

/// The command that gets what is missing, as it can be typed where this program was started.
fn setup_command(plan: &Plan, request: &Request) -> anyhow::Result<String> {
    let root = &plan.workspace.root;
    let is_here = environment::current_dir()?.starts_with(root);
    let place = if is_here {
        String::new()
    } else {
        format!(" -C '{}'", root.display())
    };
    // Without a target `setup` makes ready for all targets of the settings, as `dist --all` builds them.
    let is_all = request.all && request.targets.is_empty();
    let named = plan.wanted.iter().filter(|_| !is_all);
    let targets: Vec<String> = named.map(|it| format!(" --target {}", it.target)).collect();
    Ok(format!("cargo xtask{place} setup --install{}", targets.concat()))
}

/// What is compiled for some targets, each part once; a universal binary is compiled as its parts.
pub fn compiled_parts(plan: &Plan, wanted: &[&Wanted]) -> Vec<(&'static Target, Builder)> {
    let mut parts: Vec<(&'static Target, Builder)> = Vec::new();
    for wanted in wanted {
        for part in wanted.target.compiled() {
            let builder = match wanted.builder {
                Builder::Join => Builder::choose(part, &plan.toolchain.host, false),
                builder => builder,
            };
            if !parts.iter().any(|(it, _)| it.triple == part.triple) {
                parts.push((part, builder));
            }
        }
    }
    parts
}
