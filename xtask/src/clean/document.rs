//! The documents of `--json`: the plan with what became of it, and the rules.

use serde_json::{Value, json};

use crate::clean::journal::Journal;
use crate::clean::path::TreePath;
use crate::clean::plan::{Hold, Item, Plan, Verdict, Wish};
use crate::clean::rule::{Action, Kind, Origin, Place, Rule};
use crate::clean::tell;
use crate::clean::tree::Standing;

/// The form of these documents.
const SCHEMA: u32 = 1;

/// The plan; `run` is the journal of a real run.
pub fn plan(plan: &Plan<'_>, wish: &Wish, run: Option<&Journal>) -> Value {
    let groups = plan.items.chunk_by(|a, b| a.rule == b.rule);
    let rules: Vec<Value> = groups
        .map(|group| {
            let rule = &plan.rules[group[0].rule];
            let items: Vec<Value> = group.iter().map(|it| item(it, wish, run.is_some())).collect();
            json!({ "name": rule.name, "reason": rule.reason, "items": items })
        })
        .collect();
    let rewrites: Vec<Value> = plan
        .rewrites
        .iter()
        .map(|it| with_path(&it.path, json!({ "lines": it.lines })))
        .collect();
    let secrets: Vec<Value> = plan
        .leaks
        .iter()
        .map(|it| with_path(&it.path, json!({ "kinds": it.kinds })))
        .collect();
    let unsearched: Vec<Value> = plan
        .unsearched
        .iter()
        .map(|(path, why)| with_path(path, json!({ "why": why })))
        .collect();
    json!({
        "schema": SCHEMA,
        "root": plan.tree.root.to_string_lossy(),
        "git": plan.tree.git.is_some(),
        "run": run.map(|it| &it.id),
        "rules": rules,
        "rewrites": rewrites,
        "secrets": secrets,
        "gitignore": plan.ignore_lines,
        "unsearched": unsearched,
        "warnings": plan.tree.warnings,
        "root_before": plan.shape.before,
        "root_after": plan.shape.after,
        "skipped": run.map(|it| it.skipped.iter().map(|it| it.why.clone()).collect::<Vec<_>>()).unwrap_or_default(),
    })
}

fn item(item: &Item, wish: &Wish, is_real: bool) -> Value {
    let mut value = with_path(
        &item.path,
        json!({
            "kind": if item.is_folder { "folder" } else { "file" },
            "standing": standing(item.standing),
            "files": item.files,
            "size_bytes": item.size_bytes,
            "verdict": verdict(&item.verdict),
            "performed": is_real && item.verdict.is_done(wish),
        }),
    );
    match &item.verdict {
        Verdict::Move { to, aside } => {
            value["to"] = json!(to.shown());
            if let Some(aside) = aside {
                value["aside"] = json!(aside.to.shown());
            }
        }
        Verdict::Duplicate { of } => value["same_as"] = json!(of.shown()),
        Verdict::Held(hold) => {
            value["why"] = json!(tell::why(hold));
            if let Hold::Named(references) = hold {
                let places = references
                    .iter()
                    .map(|it| with_path(&it.file, json!({ "line": it.line })));
                value["references"] = places.collect();
            }
        }
        _ => {}
    }
    value
}

fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Move { .. } => "move",
        Verdict::Duplicate { .. } => "duplicate",
        Verdict::Untrack => "untrack",
        Verdict::Delete => "delete",
        Verdict::Ignore => "ignore",
        Verdict::Report => "report",
        Verdict::Held(hold) => match hold {
            Hold::Unrecognised => "unrecognised",
            Hold::Named(_) => "referenced",
            Hold::IgnoredThere(_) => "ignored-there",
            Hold::LeftOutThere(_) => "left-out-there",
            Hold::Blocked(_) => "blocked",
            Hold::Unmerged => "unmerged",
            Hold::Intended => "intended",
            Hold::LeftOut => "left-out",
            Hold::Secret(_) => "secret",
            Hold::Link => "link",
            Hold::Repository => "repository",
            Hold::Committed => "committed",
            Hold::Excluded(_) => "excluded",
            Hold::Unreadable(_) => "unreadable",
        },
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Tracked => "tracked",
        Standing::Untracked => "untracked",
        Standing::Ignored => "ignored",
    }
}

/// Adds `path` as people read it; for a path that is not UTF-8 or holds hidden characters, `path_encoded` too, with
/// those bytes as `%` and two hex digits.
fn with_path(path: &TreePath, mut value: Value) -> Value {
    let (shown, encoded) = (path.shown(), path.encoded());
    if shown.as_bytes() != path.bytes() {
        value["path_encoded"] = json!(encoded);
    }
    value["path"] = json!(shown);
    value
}

/// The rules.
pub fn rules(rules: &[Rule]) -> Value {
    let rule = |it: &Rule| {
        let mut value = json!({
            "name": it.name,
            "reason": it.reason,
            "names": it.names,
            "except": it.except,
            "kind": match it.kind { Kind::File => "file", Kind::Folder => "folder" },
            "place": match it.place { Place::Root => "root", Place::Everywhere => "everywhere", Place::Loose => "loose" },
            "content": it.content.iter().map(|it| it.facts().name).collect::<Vec<_>>(),
            "ignored": it.takes_ignored,
            "remade": it.is_remade,
            "action": match &it.action {
                Action::Move { .. } => "move",
                Action::Untrack => "untrack",
                Action::Delete => "delete",
                Action::Report => "report",
            },
            "gitignore": it.ignore,
            "origin": match it.origin {
                Origin::Shipped => "shipped",
                Origin::Changed => "changed",
                Origin::Settings => "settings",
            },
        });
        if let Action::Move { to } = &it.action {
            value["to"] = json!(to.shown());
        }
        value
    };
    json!({ "schema": SCHEMA, "rules": rules.iter().map(rule).collect::<Vec<_>>() })
}
