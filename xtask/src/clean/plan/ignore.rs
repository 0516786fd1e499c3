//! The lines that `.gitignore` lacks to keep litter from coming back, none of which hides anything else.

use std::collections::{BTreeMap, BTreeSet};

use crate::clean::path::TreePath;
use crate::clean::pattern::Pattern;
use crate::clean::plan::{IGNORE_FILE, Item, Verdict};
use crate::clean::rule::{Action, Rule};
use crate::clean::tree::{Standing, Tree};
use crate::effect::files;

/// A line of `.gitignore` of the simple kind: names, perhaps anchored by a `/` in front or meant for folders by one
/// behind (gitignore(5)).
struct Line<'a> {
    text: &'a str,
    pattern: Pattern,
}

impl Line<'_> {
    fn parse(text: &str) -> Option<Line<'_>> {
        let pattern = Pattern::parse(text.trim_matches('/')).ok()?;
        Some(Line { text, pattern })
    }

    /// Whether git would ignore a path for this line; of a folder, also what is in it.
    fn hides(&self, path: &[u8], is_folder: bool) -> bool {
        let mut components = path.split(|it| *it == b'/').enumerate().peekable();
        while let Some((depth, name)) = components.next() {
            if depth > 0 && self.text.starts_with('/') {
                return false;
            }
            let is_file = components.peek().is_none() && !is_folder;
            if !(is_file && self.text.ends_with('/')) && self.pattern.matches(name) {
                return true;
            }
        }
        false
    }
}

/// The lines, sorted; none without git.
pub(super) fn lines(tree: &Tree, rules: &[Rule], items: &[Item]) -> anyhow::Result<Vec<String>> {
    let Some(git) = &tree.git else {
        return Ok(Vec::new());
    };
    let leaving: Vec<&Item> = items
        .iter()
        .filter(|it| !matches!(it.verdict, Verdict::Held(_) | Verdict::Report))
        .collect();
    let present = files::read(&tree.root.join(IGNORE_FILE)).unwrap_or_default();
    let present = String::from_utf8_lossy(&present);
    let present: BTreeSet<&str> = present.lines().map(str::trim).collect();
    let is_new = |it: &str| !present.contains(it) && !present.contains(it.trim_start_matches('/'));

    let mut texts = BTreeSet::new();
    let mut homes: BTreeMap<String, Vec<&TreePath>> = BTreeMap::new();
    for item in &leaving {
        let rule = &rules[item.rule];
        if item.standing != Standing::Ignored {
            let lines = rule.ignore.iter().filter_map(|it| Line::parse(it));
            let fitting = lines.filter(|it| it.hides(item.path.bytes(), item.is_folder));
            texts.extend(fitting.map(|it| it.text));
        }
        // What git ignored, or nobody had added, would be offered for the next commit in its new place.
        if let (Verdict::Move { to, .. }, Action::Move { to: folder }) = (&item.verdict, &rule.action)
            && rule.takes_ignored
            && item.standing != Standing::Tracked
        {
            homes.entry(format!("/{}/", folder.shown())).or_default().push(to);
        }
    }
    let gone: BTreeSet<&[u8]> = leaving.iter().map(|it| it.path.bytes()).collect();
    let is_gone = |path: &[u8]| {
        let ends = memchr::memchr_iter(b'/', path).chain([path.len()]);
        ends.into_iter().any(|end| gone.contains(&path[..end]))
    };
    let seen = |it: &Standing| *it != Standing::Ignored;
    let hides_others = |line: &Line<'_>| {
        let entries = tree.entries().take_while(|it| seen(&it.standing));
        entries
            .filter(|it| line.hides(it.path, false))
            .any(|it| !is_gone(it.path))
    };
    let mut lines: Vec<String> = texts
        .into_iter()
        .filter(|it| is_new(it))
        .filter_map(Line::parse)
        .filter(|it| !hides_others(it))
        .map(|it| it.text.to_owned())
        .collect();
    for (text, places) in homes.into_iter().filter(|(text, _)| is_new(text)) {
        let Some(line) = Line::parse(&text) else { continue };
        // Whoever commits reports on purpose does not want their folder ignored.
        let is_committed = |item: &&&Item| {
            let Verdict::Move { to, .. } = &item.verdict else {
                return false;
            };
            item.standing == Standing::Tracked && line.hides(to.bytes(), false)
        };
        let tracked = tree.entries().take_while(|it| it.standing == Standing::Tracked);
        let mut tracked = tracked.filter(|it| line.hides(it.path, false));
        if leaving.iter().find(is_committed).is_some() || tracked.any(|it| !is_gone(it.path)) {
            continue;
        }
        let paths: Vec<&[u8]> = places.iter().map(|it| it.bytes()).collect();
        if git.ignored(&paths)?.len() < paths.len() {
            lines.push(text);
        }
    }
    lines.sort();
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_hides_what_git_ignores_for_it() {
        let check = |line: &str, path: &str, expected| {
            let line = Line::parse(line).unwrap();
            assert_eq!(
                line.hides(path.as_bytes(), false),
                expected,
                "{} {path}",
                line.text
            );
        };
        check("/core", "core", true);
        check("/core", "core/a.go", true);
        check("/core", "src/core", false);
        check("/core/", "core", false);
        check("/core/", "core/a.go", true);
        check("*.log", "a/b.log", true);
        check("/*.log", "a/b.log", false);
        check("node_modules/", "a/node_modules/b/c.js", true);
        check("__pycache__/", "__pycache__", false);
    }
}
