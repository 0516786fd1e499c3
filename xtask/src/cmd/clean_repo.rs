//! `cargo xtask clean-repo`: puts what litters a repository where it belongs, and takes that back.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::clean::act::Disk;
use crate::clean::journal::{Journal, State, Store};
use crate::clean::perform::Scene;
use crate::clean::plan::{Plan, Wish};
use crate::clean::steps::steps;
use crate::clean::tree::Tree;
use crate::clean::{self, document, rules, tell};
use crate::cli::Global;
use crate::effect::environment;
use crate::effect::report::Report;
use crate::problem::{Problem, Problems};
use crate::workspace;

/// What `--undo` means without an ID.
const LAST: &str = "last";

/// What `--help` adds to the options.
const MORE: &str = "\
Works on the git repository that holds the folder, or without git on the folder itself. Rules decide by name and
content; `--rules` explains them, and `[clean]` in packaging/release.toml changes them. What scripts or code name
stays, and links in documents follow. Deletions are proposed, and performed only with --delete.

Before the first change a journal is written: a run that is cut off is completed by the next one, or taken back by
--undo. What is deleted is kept until `--forget ID`.

Exit codes: 0 done, 1 findings of --check, secrets, or something that could not be done, 2 wrong usage.";

/// Puts what litters a repository where it belongs, with nothing lost.
#[derive(Debug, Args)]
#[command(after_long_help = MORE)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Options {
    /// Print the plan and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Fail when there is something to do, and change nothing
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,
    /// Perform deletions and untracking too
    #[arg(long)]
    delete: bool,
    /// Move and delete files although scripts or code name them
    #[arg(long)]
    force: bool,
    /// Add the lines to `.gitignore` that stop litter from coming back
    #[arg(long)]
    ignore: bool,
    /// Only what this rule finds; may be repeated, or `--only a,b`
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    only: Vec<String>,
    /// Take the tree as plain files, also inside a git repository
    #[arg(long)]
    no_git: bool,
    /// Explain each rule and where it comes from
    #[arg(long, conflicts_with_all = ["dry_run", "check", "delete", "force", "ignore"])]
    rules: bool,
    /// Take back a run [default: the last one]
    #[arg(
        long,
        value_name = "ID",
        num_args = 0..=1,
        default_missing_value = LAST,
        conflicts_with_all = ["check", "delete", "force", "ignore", "only", "rules"]
    )]
    undo: Option<String>,
    /// Give up what a run has kept for --undo, and free its space; `all` for every run
    #[arg(
        long,
        value_name = "ID",
        conflicts_with_all = ["check", "delete", "force", "ignore", "only", "rules", "undo"]
    )]
    forget: Option<String>,
    /// Print a JSON document on standard output (docs/api/clean-repo.md)
    #[arg(long)]
    json: bool,
}

impl Options {
    fn wish(&self) -> Wish {
        Wish {
            only: self.only.clone(),
            is_forced: self.force,
            deletes: self.delete,
            ignores: self.ignore,
        }
    }

    fn changes_nothing(&self) -> bool {
        self.dry_run || self.check
    }
}

/// Runs the command.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let dir = match workspace::folder(global.workspace.as_deref())? {
        Some(dir) => dir.to_owned(),
        None => environment::current_dir()?,
    };
    let dir = dir.canonicalize().unwrap_or(dir);
    if options.rules {
        return explain(&dir, options, report);
    }
    let (root, git) = Tree::root(&dir, !options.no_git)?;
    report.places_from(&root);
    if git.is_none() && !options.no_git {
        refuse_whole_disks(&root)?;
    }
    let store = Store::of(&root, git.as_ref())?;
    let scene = Scene {
        root: &root,
        git: git.as_ref(),
        store: &store,
    };
    if let Some(id) = &options.undo {
        let id = Some(id.as_str()).filter(|it| *it != LAST);
        return undo(&scene, id, options, report);
    }
    if let Some(id) = &options.forget {
        return forget(&scene, id, options, report);
    }
    // Held until the end.
    let lock = if options.changes_nothing() {
        None
    } else {
        Some(store.lock()?)
    };
    let done = clean(&scene, &dir, options, report);
    // In a tree without git, what keeps nothing goes; after an error too.
    let tidied = lock.as_ref().map_or(Ok(()), |_| store.tidy());
    drop(lock);
    done.and_then(|code| tidied.map(|()| code))
}

/// Without git, the root of a file system or a home is more likely a slip than a tree to clean.
fn refuse_whole_disks(root: &Path) -> anyhow::Result<()> {
    if root.parent().is_some() && environment::home().as_deref() != Some(root) {
        return Ok(());
    }
    Err(Problem::new(format!(
        "cannot clean `{}`: it is no repository, and holds more than one project",
        root.display()
    ))
    .help("name the folder of a project: `cargo xtask clean-repo -C DIR`")
    .help("or take it as plain files all the same, with `--no-git`")
    .into())
}

/// Plans and performs, or only plans.
fn clean(scene: &Scene<'_>, dir: &Path, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let cut = resume(scene, options, report)?;
    let rules = rules::rules(&clean::settings(dir, scene.root)?.clean)?;
    let wish = options.wish();
    let tree = Tree::read(scene.root, scene.git.cloned())?;
    for warning in &tree.warnings {
        report.warn(warning);
    }
    let bar = report.progress("Searching", 0);
    let plan = Plan::make(&tree, &rules, &wish, &|files| bar.advance(files as u64))?;
    drop(bar);
    for (path, why) in &plan.unsearched {
        report.warn(format_args!("`{path}` was not searched for references: {why}"));
    }
    if !options.json {
        report.step("Cleaning", scene.root.display());
        for line in tell::lines(&plan, &wish) {
            report.data(line);
        }
    }
    let mut done = Done::default();
    if !options.changes_nothing() {
        done = perform(scene, &plan, &wish, report)?;
    }
    if options.json {
        report.json(&document::plan(&plan, &wish, done.journal.as_ref()))?;
    }
    finish(&plan, options, cut, &done, report)
}

/// What a real run has left.
#[derive(Default)]
struct Done {
    journal: Option<Journal>,
}

fn explain(dir: &Path, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let root = Tree::root(dir, !options.no_git).map_or_else(|_| dir.to_owned(), |(root, _)| root);
    let set = rules::rules(&clean::settings(dir, &root)?.clean)?;
    let chosen = set.chosen(&options.only)?;
    let shown: Vec<_> = chosen.iter().map(|it| set.rules[*it].clone()).collect();
    if options.json {
        report.json(&document::rules(&shown))?;
    } else {
        for line in shown.iter().flat_map(tell::rule) {
            report.data(line);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Completes a run that was cut off; says whether there is one that only a real run may complete.
fn resume(scene: &Scene<'_>, options: &Options, report: Report) -> anyhow::Result<Option<Problem>> {
    let Some(mut journal) = scene.store.unfinished()? else {
        if !options.changes_nothing() {
            scene.store.sweep()?;
        }
        return Ok(None);
    };
    let id = journal.id.clone();
    if journal.state == State::Undoing {
        let problem = Problem::new(format!("taking back the run {id} was cut off half way"))
            .help("run `cargo xtask clean-repo --undo` to go on with it");
        return Err(problem.into());
    }
    if options.changes_nothing() {
        let problem = Problem::new(format!("the run {id} was cut off half way")).help(
            "run `cargo xtask clean-repo` to complete it, or `cargo xtask clean-repo --undo` to take it back",
        );
        report.warn(&problem.what);
        return Ok(Some(problem));
    }
    report.step("Completing", format_args!("the run {id}, which was cut off"));
    scene.apply(&mut Disk, &mut journal, &|_| {})?;
    tell_skipped(&journal, report);
    Ok(None)
}

fn perform(scene: &Scene<'_>, plan: &Plan<'_>, wish: &Wish, report: Report) -> anyhow::Result<Done> {
    let planned = steps(plan, wish, &scene.store.made_folders()?)?;
    if planned.steps.is_empty() {
        return Ok(Done::default());
    }
    let mut journal = Journal::new(scene.store.new_id(crate::time::now_s()?)?, planned.steps);
    scene.store.begin(&mut Disk, &journal, &planned.texts)?;
    let bar = report.progress("Moving", journal.steps.len() as u64);
    scene.apply(&mut Disk, &mut journal, &|_| bar.advance(1))?;
    drop(bar);
    tell_skipped(&journal, report);
    report.step(
        "Done",
        format_args!("take it back with `cargo xtask clean-repo --undo {}`", journal.id),
    );
    Ok(Done {
        journal: Some(journal),
    })
}

fn tell_skipped(journal: &Journal, report: Report) {
    for skipped in &journal.skipped {
        report.warn(format_args!("left out: {}", skipped.why));
    }
}

fn finish(
    plan: &Plan<'_>,
    options: &Options,
    cut: Option<Problem>,
    done: &Done,
    report: Report,
) -> anyhow::Result<ExitCode> {
    let mut problems = tell::leaks(plan);
    if options.check {
        problems = tell::findings(plan);
        problems.0.extend(cut);
        if problems.is_empty() {
            report.step("Checked", "nothing lies where it does not belong");
        }
    }
    problems.into_result()?;
    let is_whole = done.journal.as_ref().is_none_or(|it| it.skipped.is_empty());
    Ok(if is_whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn undo(scene: &Scene<'_>, id: Option<&str>, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let lock = scene.store.lock()?;
    let found = scene.store.journal(id).and_then(|journal| {
        let obstacles = scene.obstacles(&journal)?;
        Problems(obstacles).into_result()?;
        Ok(journal)
    });
    let mut journal = match found {
        Ok(journal) => journal,
        Err(error) => {
            scene.store.tidy()?;
            return Err(error);
        }
    };
    let steps: Vec<String> = journal.steps.iter().rev().filter_map(tell::undoing).collect();
    if options.json {
        report.json(&serde_json::json!({ "schema": 1, "run": journal.id, "steps": steps }))?;
    } else {
        for step in steps {
            report.data(step);
        }
    }
    if options.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let bar = report.progress("Taking back", journal.steps.len() as u64);
    let problems = scene.undo(&mut Disk, &mut journal, &|_| bar.advance(1))?;
    drop(bar);
    drop(lock);
    Problems(problems).into_result()?;
    scene.store.tidy()?;
    report.step("Took back", format_args!("the run {}", journal.id));
    Ok(ExitCode::SUCCESS)
}

fn forget(scene: &Scene<'_>, id: &str, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let _lock = scene.store.lock()?;
    let forgotten = give_up(scene, id, options, report);
    scene.store.tidy()?;
    forgotten.map(|()| ExitCode::SUCCESS)
}

fn give_up(scene: &Scene<'_>, id: &str, options: &Options, report: Report) -> anyhow::Result<()> {
    let journals = if id == "all" {
        scene.store.journals()?
    } else {
        vec![scene.store.journal(Some(id))?]
    };
    let cut: Vec<Problem> = journals
        .iter()
        .filter(|it| it.state != State::Applied)
        .map(|it| {
            Problem::new(format!("the run {} is not at its end", it.id))
                .help("complete it or take it back first")
        })
        .collect();
    Problems(cut).into_result()?;
    for journal in &journals {
        if !options.dry_run {
            scene.store.forget(&journal.id)?;
        }
        report.data(format_args!("forgotten: the run {}", journal.id));
    }
    if !options.dry_run {
        scene.store.sweep()?;
    }
    Ok(())
}
