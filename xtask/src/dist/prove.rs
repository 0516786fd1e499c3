//! Proves that `dist/` is reproducible: builds again under changed conditions and names every byte that differs.

pub mod compare;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use crate::artifact::{self, Artifact, Kind};
use crate::dist::plan::{Plan, Request};
use crate::effect::process::Program;
use crate::effect::report::Report;
use crate::effect::{environment, files};
use crate::git::{self, Git};
use crate::inputs::neighbours;
use crate::problem::{Problem, Problems};
use crate::release::Release;
use crate::tools;

/// What a second build has shown.
#[derive(Clone, Debug, Serialize)]
pub struct Proof {
    /// What was another in the second build.
    pub conditions: Vec<String>,
    /// What differs, by target; nothing where the bytes are the same.
    pub targets: BTreeMap<String, Vec<String>>,
    /// What differs of the source archive, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Vec<String>>,
}

/// The folders of a second build, all of them elsewhere and with names of another length.
struct Elsewhere {
    base: PathBuf,
    source: PathBuf,
    home: PathBuf,
    target_dir: PathBuf,
    dist: PathBuf,
}

/// Builds the wanted targets a second time and compares. Every difference is a problem.
pub fn prove(plan: &Plan, request: &Request, report: Report) -> anyhow::Result<(Proof, Problems)> {
    let base = plan.workspace.state_dir().join("proof");
    files::remove_dir(&base)?;
    let place = Elsewhere {
        source: base.join("a-copy-of-the-source-in-a-folder-with-a-longer-name"),
        home: base.join("another-home"),
        target_dir: base.join("another-target-folder"),
        dist: base.join("dist"),
        base,
    };
    report.step(
        "Proving",
        format_args!("by a second build in {}", plan.workspace.shown(&place.base)),
    );
    let root = copy_source(plan, &place.source)?;
    let (program, conditions) = second_build(plan, request, &place, &root)?;
    let status = program.for_each_line(report, |line| report.detail(line))?;
    if !status.success() {
        return Err(Problem::new(format!(
            "cannot prove anything: the second build ended with {status}"
        ))
        .help("its own words stand above")
        .into());
    }
    let (first, second) = (Release::load(&plan.dist)?, Release::load(&place.dist)?);
    let mut targets = BTreeMap::new();
    let mut problems = Problems::default();
    let mut compare = |is_asked: &dyn Fn(&Artifact) -> bool| -> anyhow::Result<Vec<String>> {
        let found = compare::artifacts(is_asked, (&plan.dist, &first), (&place.dist, &second))?;
        let lines = found.iter().map(|it| format!("not reproducible: {it}"));
        problems.0.extend(lines.map(Problem::new));
        Ok(found)
    };
    for wanted in &plan.wanted {
        let name = wanted.target.triple;
        targets.insert(name.to_owned(), compare(&|it| it.is_for(name))?);
    }
    let archive = plan.source_archive.as_ref();
    let source = archive
        .map(|_| compare(&|it| it.kind == Kind::Source))
        .transpose()?;
    if problems.is_empty() {
        files::remove_dir(&place.base)?;
    } else if let Some(last) = problems.0.last_mut() {
        last.help.push(format!(
            "both builds are kept: `{}` and `{}`",
            plan.dist.display(),
            place.dist.display()
        ));
    }
    let proof = Proof {
        conditions,
        targets,
        source,
    };
    Ok((proof, problems))
}

/// Prints what was proved.
pub fn print(proof: &Proof, report: Report) {
    let targets = proof.targets.iter().map(|(name, found)| (name.as_str(), found));
    let source = proof.source.iter().map(|found| (artifact::SOURCE, found));
    for (what, differences) in targets.chain(source) {
        let word = if differences.is_empty() { "same" } else { "DIFFERS" };
        report.data(format_args!("{word:<7} {what}"));
    }
    report.say(format_args!("{:>12} {}", "Changed", proof.conditions.join(", ")));
}

/// Copies the source as it stands, with a repository of its own where there is one. Gives the workspace's root.
pub fn copy_source(plan: &Plan, to: &Path) -> anyhow::Result<PathBuf> {
    let root = &plan.workspace.root;
    // Deep enough that files outside the workspace stay inside the copy, those that links point to as well.
    let steps_up = |it: &String| {
        let aim = root.join(it).read_link().unwrap_or_default();
        it.matches("../").count() + aim.components().filter(|it| *it == Component::ParentDir).count()
    };
    let steps = plan.source.files.keys().map(steps_up).max().unwrap_or(0);
    let to = &(0..steps).fold(to.to_owned(), |it, _| it.join("below"));
    let mut new_root = to.clone();
    let mut repositories: Vec<PathBuf> = Vec::new();
    if let Some(git) = Git::find(root)? {
        let top = git.top_level()?;
        let below = root
            .canonicalize()
            .ok()
            .and_then(|it| it.strip_prefix(&top).map(Path::to_owned).ok());
        let below = below.context("cannot tell where the workspace lies in its repository")?;
        copy_repository(&git, &top, to)?;
        new_root = to.join(below);
        repositories.push(PathBuf::new());
        repositories.extend(submodules(&git, Path::new(""))?);
    }
    for at in &repositories {
        let (from, to) = (root.join(at), new_root.join(at));
        if at != Path::new("") {
            let git = Git::find(&from)?.context("cannot find the repository of a submodule")?;
            copy_repository(&git, &from, &to)?;
        }
        let copied = Git::find(&to)?.context("cannot find the copied repository")?;
        for path in copied.files()? {
            // What was deleted here must not come back there. A submodule is listed as one entry, a folder.
            if !plan.source.has(&plan.workspace, &from.join(&path)) && !to.join(&path).is_dir() {
                files::remove(&to.join(path))?;
            }
        }
    }
    let pairs = plan
        .source
        .files
        .keys()
        .map(|it| (root.join(it), new_root.join(it)));
    let (links, regular): (Vec<_>, Vec<_>) = pairs.partition(|(from, _)| from.is_symlink());
    for (from, to) in &regular {
        files::create_dir(to.parent().unwrap_or(&new_root))?;
        files::copy(from, to)?;
    }
    for (from, to) in &links {
        files::create_dir(to.parent().unwrap_or(&new_root))?;
        files::remove(to)?;
        files::copy_link(from, to)?;
    }
    for (from, to) in &links {
        copy_aim(from, to)?;
    }
    Ok(new_root)
}

/// Copies the file that a link points to, where it is no source and the copied link would point to nothing.
fn copy_aim(from: &Path, to: &Path) -> anyhow::Result<()> {
    let (Some(folder), true) = (to.parent(), from.is_file() && !to.exists()) else {
        return Ok(());
    };
    let aim = neighbours::normal(&folder.join(to.read_link().context("cannot read a copied link")?));
    if aim.is_symlink() {
        return Ok(());
    }
    files::create_dir(aim.parent().unwrap_or(folder))?;
    files::copy(from, &aim)
}

/// Copies a repository, with the commit that is checked out if there is one.
fn copy_repository(repository: &Git, from: &Path, to: &Path) -> anyhow::Result<()> {
    let Some(commit) = repository.head()? else {
        return git::program().args(["init", "--quiet"]).arg(to).read().map(drop);
    };
    git::program()
        .args(["clone", "--quiet", "--no-checkout"])
        .arg(from)
        .arg(to)
        .read()?;
    git::program()
        .dir(to)
        .args(["checkout", "--quiet", "--detach", &commit.id])
        .read()
        .map(drop)
}

/// The repositories within a repository, the outer before the inner, by their path from the root.
fn submodules(git: &Git, at: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in git.files()? {
        let folder = git.dir().join(&path);
        if folder.join(".git").exists() && !folder.is_symlink() {
            let inner = Git::find(&folder)?.context("cannot find the repository of a submodule")?;
            found.push(at.join(&path));
            found.extend(submodules(&inner, &at.join(&path))?);
        }
    }
    Ok(found)
}

/// The second build: this program again, with every condition changed that can be changed from here.
fn second_build(
    plan: &Plan,
    request: &Request,
    place: &Elsewhere,
    root: &Path,
) -> anyhow::Result<(Program, Vec<String>)> {
    let mut conditions: Vec<String> = Vec::new();
    let mut program = umasked(&environment::this_program()?, &mut conditions);
    program = program
        .arg("-C")
        .arg(root)
        .args(["dist", "--quiet", "--jobs", "1", "--output"])
        .arg(&place.dist);
    if request.all || !request.targets.is_empty() {
        for wanted in &plan.wanted {
            program = program.args(["--target", wanted.target.triple]);
        }
    }
    for package in &plan.identity.packages {
        program = program.args(["--package", package]);
    }
    files::create_dir(&place.home)?;
    let cache = environment::path_var("XDG_CACHE_HOME").or_else(|| Some(environment::home()?.join(".cache")));
    program = program
        .dir(&place.home)
        .env("HOME", &place.home)
        .env("CARGO_TARGET_DIR", &place.target_dir)
        .env("USER", "somebody-else")
        .env("LOGNAME", "somebody-else")
        .env("TZ", "Pacific/Kiritimati")
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("LANG", "tr_TR.UTF-8");
    // Caches are content too, but making zig's anew costs half a minute a target.
    if let Some(cache) = cache {
        program = program.env("XDG_CACHE_HOME", cache);
    }
    conditions.extend(
        [
            "source folder",
            "target folder",
            "home folder",
            "user name",
            "time",
            "time zone",
            "locale",
            "one job",
        ]
        .map(str::to_owned),
    );
    let homes = [
        ("CARGO_HOME", environment::cargo_home(), "cargo's folder"),
        ("RUSTUP_HOME", environment::rustup_home(), "rustup's folder"),
        (
            tools::TOOLS_VARIABLE,
            Some(tools::folder(&plan.workspace)),
            "tool folder",
        ),
    ];
    for (variable, folder, words) in homes {
        let Some(folder) = folder.filter(|it| it.is_dir()) else {
            continue;
        };
        let alias = place.home.join(variable.to_lowercase());
        match files::link_folder(&folder, &alias) {
            Ok(()) => {
                program = program.env(variable, alias);
                conditions.push(words.to_owned());
            }
            // Windows lets only some users make links.
            Err(_) => program = program.env(variable, folder),
        }
    }
    Ok((program, conditions))
}

/// A program started with a umask that lets nobody else read, where there is a shell to set it.
fn umasked(program: &Path, conditions: &mut Vec<String>) -> Program {
    if cfg!(unix) && environment::find_program("sh").is_some() {
        conditions.push("umask 077".to_owned());
        return Program::new("sh")
            .args(["-c", "umask 077; exec \"$0\" \"$@\""])
            .arg(program);
    }
    Program::new(program)
}
