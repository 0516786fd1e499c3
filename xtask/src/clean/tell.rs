//! A plan for people: grouped by rule, with counts and sizes, what stays and why, and the root before and after.

use std::collections::BTreeSet;

use crate::clean::path::TreePath;
use crate::clean::plan::{Hold, Item, Leak, Plan, Verdict, Wish};
use crate::clean::reference::Reference;
use crate::clean::rule::{self, Action, Kind, Origin, Rule};
use crate::clean::step::Step;
use crate::problem::{Place, Problem, Problems};
use crate::size::size;

/// So many places of a reference are named in a line; `--json` names all.
const PLACES: usize = 4;

/// Columns that the list of the root fills.
const WIDTH: usize = 100;

/// The lines of the report, the same for a dry run and a real one.
pub fn lines(plan: &Plan<'_>, wish: &Wish) -> Vec<String> {
    let mut lines = Vec::new();
    for group in plan.items.chunk_by(|a, b| a.rule == b.rule) {
        lines.push(heading(&plan.rules[group[0].rule], group));
        // A project that tests tools for coverage has thousands.
        let (spared, told): (Vec<&Item>, Vec<&Item>) = group
            .iter()
            .partition(|it| it.verdict == Verdict::Held(Hold::Committed));
        lines.extend(told.iter().map(|it| format!("  {}", line(it, wish))));
        match &spared[..] {
            [] => {}
            [one] => lines.push(format!("  {}", line(one, wish))),
            [first, others @ ..] => lines.push(format!(
                "  {} and {} more stay: they are committed below the root, perhaps on purpose; `--force` takes them",
                first.path,
                others.len()
            )),
        }
        lines.push(String::new());
    }
    if !plan.rewrites.is_empty() {
        lines.push(format!(
            "links and paths follow in {}",
            counted(plan.rewrites.len(), "document")
        ));
        for it in &plan.rewrites {
            lines.push(format!("  {} ({})", it.path, counted(it.lines, "line")));
        }
        lines.push(String::new());
    }
    if !plan.ignore_lines.is_empty() {
        let how = if wish.ignores {
            "gets"
        } else {
            "lacks, and gets with `--ignore`"
        };
        lines.push(format!(".gitignore {how}"));
        lines.extend(plan.ignore_lines.iter().map(|it| format!("  {it}")));
        lines.push(String::new());
    }
    if !plan.leaks.is_empty() {
        lines.push(format!(
            "secrets in {}: revoke each and make a new one, since whoever has read the file has it",
            counted(plan.leaks.len(), "file")
        ));
        for it in &plan.leaks {
            lines.push(format!("  {}: {}", it.path, it.kinds.join(", ")));
        }
        lines.push(String::new());
    }
    lines.push(total(plan, wish));
    lines.extend(root(&plan.shape.before, &plan.shape.after));
    lines
}

fn heading(rule: &Rule, group: &[Item]) -> String {
    let goes = |it: &&Item| !matches!(it.verdict, Verdict::Held(_));
    let (going, staying): (Vec<&Item>, Vec<&Item>) = group.iter().partition(goes);
    let mut parts = Vec::new();
    if !going.is_empty() {
        let files: u64 = going.iter().map(|it| it.files).sum();
        let files = usize::try_from(files).unwrap_or(usize::MAX);
        let bytes = going.iter().map(|it| it.size_bytes).sum();
        parts.push(format!("{}, {}", counted(files, "file"), size(bytes)));
    }
    if !staying.is_empty() {
        parts.push(format!("{} stay", staying.len()));
    }
    format!("{}: {} ({})", rule.name, rule.reason, parts.join("; "))
}

/// The whole plan in a line.
fn total(plan: &Plan<'_>, wish: &Wish) -> String {
    let count = |is: &dyn Fn(&Verdict) -> bool| plan.items.iter().filter(|it| is(&it.verdict)).count();
    let on_request = if wish.deletes { "" } else { " with `--delete`" };
    let rows = [
        (
            count(&|it| matches!(it, Verdict::Move { .. })),
            "to move".to_owned(),
        ),
        (
            count(&|it| matches!(it, Verdict::Duplicate { .. })),
            "to drop as duplicates".to_owned(),
        ),
        (
            count(&|it| *it == Verdict::Delete),
            format!("to delete{on_request}"),
        ),
        (
            count(&|it| *it == Verdict::Untrack),
            format!("to untrack{on_request}"),
        ),
        (count(&|it| *it == Verdict::Ignore), "to ignore".to_owned()),
        (
            count(&|it| matches!(it, Verdict::Held(_) | Verdict::Report)),
            "to stay".to_owned(),
        ),
    ];
    let parts: Vec<String> = rows
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if parts.is_empty() {
        "nothing to clean".to_owned()
    } else {
        parts.join(", ")
    }
}

/// What becomes of one thing, in words.
fn line(item: &Item, wish: &Wish) -> String {
    let slash = if item.is_folder { "/" } else { "" };
    let path = format!("{}{slash}", item.path);
    let asked = if wish.deletes { "" } else { " with `--delete`" };
    match &item.verdict {
        Verdict::Move { to, aside: None } => format!("{path} -> {to}{slash}"),
        Verdict::Move {
            to,
            aside: Some(aside),
        } => {
            format!("{path} -> {to}, and the empty file there -> {}", aside.to)
        }
        Verdict::Duplicate { of } => format!("{path} goes: `{of}` holds the same"),
        Verdict::Untrack => format!("{path} is forgotten by git and stays on disk{asked}"),
        Verdict::Delete => format!("{path} is deleted{asked}"),
        Verdict::Ignore => format!("{path} should be ignored by git"),
        Verdict::Report => format!("{path} is only reported"),
        Verdict::Held(hold) => format!("{path} stays: {}", why(hold)),
    }
}

/// Why a thing stays, and what lets it go.
pub fn why(hold: &Hold) -> String {
    match hold {
        Hold::Unrecognised => "its content is not what its name says".to_owned(),
        Hold::Named(references) => format!("named by {}; `--force` does it all the same", places(references)),
        Hold::IgnoredThere(to) => {
            format!(
                "git ignores `{to}`, so the move would delete it for everyone else; untrack it, or stop ignoring that folder"
            )
        }
        Hold::LeftOutThere(to) => format!("the sparse checkout leaves `{to}` out"),
        Hold::Blocked(why) => format!("its new folder cannot be made: {why}"),
        Hold::Unmerged => "it waits for a merge to be settled".to_owned(),
        Hold::Intended => {
            "it is added with intent only (`git add --intent-to-add`); add it or reset it".to_owned()
        }
        Hold::LeftOut => {
            "git was told that it is not here (`--skip-worktree` or a sparse checkout)".to_owned()
        }
        Hold::Secret(kinds) => format!("it holds a secret ({})", kinds.join(", ")),
        Hold::Link => "it is a symbolic link".to_owned(),
        Hold::Repository => "it holds a repository of its own".to_owned(),
        Hold::Committed => {
            "it is committed below the root, perhaps on purpose; `--force` takes it".to_owned()
        }
        Hold::Excluded(path) => format!("the settings leave `{path}` in it alone"),
        Hold::Unreadable(why) => format!("it cannot be read: {why}"),
    }
}

fn places(references: &[Reference]) -> String {
    let places: Vec<String> = references
        .iter()
        .map(|it| format!("{}:{}", it.file, it.line))
        .collect();
    match places.len().checked_sub(PLACES) {
        None | Some(0) => places.join(", "),
        Some(more) => format!("{} and {more} more", places[..PLACES].join(", ")),
    }
}

/// The root before and after: how many names, and which are left.
fn root(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Vec<String> {
    if before == after {
        return vec![format!("root: {}, as before", counted(before.len(), "name"))];
    }
    let mut lines = vec![format!(
        "root: {} before, {} after",
        counted(before.len(), "name"),
        after.len()
    )];
    for (title, names) in [("before", before), ("after", after)] {
        lines.push(format!("  {title}:"));
        lines.extend(columns(names).into_iter().map(|it| format!("    {it}")));
    }
    lines
}

/// Names in columns, as `ls` sets them.
fn columns(names: &BTreeSet<String>) -> Vec<String> {
    let width = names.iter().map(|it| it.chars().count()).max().unwrap_or(0) + 2;
    let per_line = (WIDTH / width).max(1);
    let names: Vec<&String> = names.iter().collect();
    names
        .chunks(per_line)
        .map(|row| {
            let cells: Vec<String> = row.iter().map(|it| format!("{it:width$}")).collect();
            cells.concat().trim_end().to_owned()
        })
        .collect()
}

/// `1 file`, `2 files`.
pub fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// What a rule does, in a word or two.
pub fn action(action: &Action) -> String {
    match action {
        Action::Move { to } => format!("move to {to}/"),
        Action::Untrack => "untrack, with `--delete`".to_owned(),
        Action::Delete => "delete, with `--delete`".to_owned(),
        Action::Report => "report".to_owned(),
    }
}

/// A path as the place of a finding.
pub fn place(path: &TreePath) -> Place {
    Place {
        file: path.shown(),
        line: None,
    }
}

/// The secrets that were found, each as a problem.
pub fn leaks(plan: &Plan<'_>) -> Problems {
    let problem = |it: &Leak| {
        Problem::new(format!("`{}` holds a secret ({})", it.path, it.kinds.join(", ")))
            .in_place(place(&it.path))
            .help("revoke it and make a new one: whoever has read the file has it")
            .help("a file that may hold such a thing stands under `exclude` of `[clean]` in packaging/release.toml")
    };
    Problems(plan.leaks.iter().map(problem).collect())
}

/// What `--check` finds, secrets included, each as a problem with its place.
pub fn findings(plan: &Plan<'_>) -> Problems {
    let findings = plan.items.iter().filter(|it| it.verdict.is_finding());
    // Secrets are told by themselves.
    let findings = findings.filter(|it| !matches!(it.verdict, Verdict::Held(Hold::Secret(_))));
    let findings = findings.map(|it| {
        let rule = &plan.rules[it.rule];
        let what = match &it.verdict {
            Verdict::Held(hold) => {
                format!("`{}` is litter ({}) and stays: {}", it.path, rule.name, why(hold))
            }
            _ => format!("`{}`: {} ({})", it.path, rule.reason, rule.name),
        };
        let how = match &it.verdict {
            Verdict::Move { .. } | Verdict::Duplicate { .. } => "run `cargo xtask clean-repo`",
            Verdict::Untrack | Verdict::Delete => "run `cargo xtask clean-repo --delete`",
            Verdict::Ignore => "run `cargo xtask clean-repo --ignore`",
            Verdict::Report | Verdict::Held(_) => {
                "decide about it, or name it under `exclude` of `[clean]` in packaging/release.toml"
            }
        };
        Problem::new(what).in_place(place(&it.path)).help(how)
    });
    let mut problems = leaks(plan);
    problems.0.extend(findings);
    problems
}

/// What taking back a step does; nothing worth a line for some.
pub fn undoing(step: &Step) -> Option<String> {
    Some(match step {
        Step::Move { from, to, .. } => format!("{to} -> {from}"),
        Step::Store { path, .. } => format!("{path} comes back"),
        Step::Write { path, .. } => format!("{path} gets its old text"),
        Step::Index { changes } => format!("the index of git: {}", counted(changes.len(), "path")),
        Step::MakeFolder { .. } | Step::RemoveFolder { .. } => return None,
    })
}

/// What `--rules` says of a rule.
pub fn rule(rule: &Rule) -> Vec<String> {
    let kind = match rule.kind {
        Kind::File => "files",
        Kind::Folder => "folders",
    };
    let place = match rule.place {
        rule::Place::Root => "in the root",
        rule::Place::Everywhere => "everywhere",
        rule::Place::Loose => "in the root, and below it what git does not track",
    };
    let ignored = if rule.takes_ignored {
        ", ignored ones too"
    } else {
        ""
    };
    let mut lines = vec![
        format!("{}: {}", rule.name, rule.reason),
        format!("  does      {}", action(&rule.action)),
        format!("  names     {kind} {place}{ignored}: {}", rule.names.join(" ")),
    ];
    if !rule.except.is_empty() {
        lines.push(format!("  never     {}", rule.except.join(" ")));
    }
    if rule.content.is_empty() {
        lines.push("  content   any: the name decides".to_owned());
    }
    for (at, it) in rule.content.iter().enumerate() {
        let title = if at == 0 { "content" } else { "or" };
        lines.push(format!("  {title:9} {}: {}", it.facts().name, it.facts().about));
    }
    if !rule.ignore.is_empty() {
        lines.push(format!("  ignore    {}", rule.ignore.join(" ")));
    }
    let origin = match rule.origin {
        Origin::Shipped => "shipped with the toolkit",
        Origin::Changed => "shipped, changed in packaging/release.toml",
        Origin::Settings => "packaging/release.toml",
    };
    lines.push(format!("  from      {origin}"));
    lines.push(String::new());
    lines
}
