//! Rules for documents: links to files of the tree find them, and the index of `docs/` is whole.

use super::text::numbered;
use super::{Finding, Tree};

/// The page that leads to all others.
const INDEX: &str = "docs/README.md";

pub(super) fn links(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, text) in tree.texts_of(&["md"]) {
        for (line, target) in targets(text) {
            // A link that leaves the workspace leads into a larger repository, of which nothing is known here.
            let Some(path) = resolve(&file.path, target) else {
                continue;
            };
            if !tree.holds(&path) {
                found.push(Finding::new(
                    &file.path,
                    line,
                    format!("the link to `{target}` leads to no file"),
                ));
            }
        }
    }
    found
}

pub(super) fn index(tree: &Tree) -> Vec<Finding> {
    let links = |page: &str| -> Vec<String> {
        let text = tree.file(page).and_then(|it| it.text()).unwrap_or_default();
        targets(text)
            .filter_map(|(_, target)| resolve(page, target))
            .collect()
    };
    let mut linked = links(INDEX);
    // A folder may have an index of its own.
    let inner: Vec<String> = linked
        .iter()
        .filter(|it| it.ends_with("/README.md"))
        .cloned()
        .collect();
    linked.extend(inner.iter().flat_map(|it| links(it)));
    tree.files
        .iter()
        .filter(|it| it.path.starts_with("docs/") && it.path != INDEX && !linked.contains(&it.path))
        .map(|it| Finding::new(&it.path, 0, format!("not linked from `{INDEX}`")))
        .collect()
}

/// The targets of links in a Markdown text that may be files, with their lines; code is left out.
fn targets(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence = None;
    numbered(text)
        .filter(move |(_, line)| is_prose(line, &mut fence))
        .flat_map(|(number, line)| in_line(line).into_iter().map(move |it| (number, it)))
        .filter(|(_, target)| !target.is_empty() && !target.starts_with('#') && !has_scheme(target))
}

/// Whether the line lies outside of fenced code; `fence` is the fence that is open.
fn is_prose(line: &str, fence: &mut Option<&'static str>) -> bool {
    let line = line.trim_start();
    let mark = ["```", "~~~"].into_iter().find(|it| line.starts_with(it));
    match (*fence, mark) {
        (None, None) => true,
        (None, Some(mark)) => {
            *fence = Some(mark);
            false
        }
        (Some(open), mark) => {
            if mark == Some(open) {
                *fence = None;
            }
            false
        }
    }
}

/// The targets of one line: `[text](target "title")`, `[text](<target>)`, `[name]: target`.
fn in_line(line: &str) -> Vec<&str> {
    let defined = line
        .strip_prefix('[')
        .and_then(|it| it.split_once("]: "))
        .filter(|(name, _)| !name.contains(']'))
        .map(|(_, it)| it);
    // Every other piece between backticks is code, and a link does not reach across one.
    let inline = line
        .match_indices("](")
        .filter(|(at, _)| line[..*at].matches('`').count().is_multiple_of(2))
        .map(|(at, mark)| &line[at + mark.len()..]);
    defined.into_iter().chain(inline).map(target).collect()
}

/// The target at the start of a text, without brackets, title and what follows.
fn target(text: &str) -> &str {
    let end = match text.strip_prefix('<') {
        Some(text) => return text.split('>').next().unwrap_or(text),
        None => text.find([')', ' ']),
    };
    &text[..end.unwrap_or(text.len())]
}

fn has_scheme(target: &str) -> bool {
    target.starts_with("//")
        || target.split_once(':').is_some_and(|(scheme, _)| {
            scheme
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || "+-.".contains(it))
        })
}

/// The path from the root that a link in `page` means; `None` when it leaves the root.
fn resolve(page: &str, target: &str) -> Option<String> {
    let target = target.split(['#', '?']).next().unwrap_or(target);
    let mut parts: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        page.split('/').collect()
    };
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        let found: Vec<String> = links(&Tree::of(&[
            ("docs/a.md", line),
            ("docs/api/b.md", ""),
            ("c.md", ""),
        ]))
        .into_iter()
        .map(|it| it.what)
        .collect();
        let expected: Vec<String> = expected
            .iter()
            .map(|it| format!("the link to `{it}` leads to no file"))
            .collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn links_find_files_and_folders() {
        check(
            "[b](api/b.md), [b](./api/b.md#part), [c](../c.md), [c](/c.md \"C\")",
            &[],
        );
        check("[all](api) [all](api/) [root](..) [b](<api/b.md>)", &[]);
        check("[b]: api/b.md", &[]);
    }

    #[test]
    fn broken_links_are_found() {
        check("[x](x.md) and [y](../y.md#part)", &["x.md", "../y.md#part"]);
        check("[x]: api/x.md \"title\"", &["api/x.md"]);
        check("`code` [x](<x y.md>)", &["x y.md"]);
    }

    #[test]
    fn what_is_no_link_to_a_file_is_left_alone() {
        check("[x](https://a.example/x) [x](#part) [x](mailto:a@b.example)", &[]);
        check("`[x](x.md)`", &[]);
        check("```md\n[x](x.md)\n~~~\n[x](x.md)\n```", &[]);
        check("[issues](../../issues)", &[]);
    }

    #[test]
    fn text_after_a_fence_counts_again() {
        check("```\n[x](x.md)\n```\n[y](y.md)", &["y.md"]);
    }

    #[test]
    fn the_index_is_whole() {
        let pages = [
            (INDEX, "- [A](a.md)\n- [B](api/b.md#top)\n"),
            ("docs/a.md", ""),
            ("docs/api/b.md", ""),
        ];
        assert_eq!(index(&Tree::of(&pages)), []);
        let mut more = pages.to_vec();
        more.push(("docs/api/c.md", ""));
        let found = index(&Tree::of(&more));
        assert_eq!(
            found,
            [Finding::new(
                "docs/api/c.md",
                0,
                "not linked from `docs/README.md`"
            )]
        );
    }
}
