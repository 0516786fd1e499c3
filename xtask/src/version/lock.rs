//! The entries of workspace members in `Cargo.lock`, and the lock file as Cargo would write it for other versions.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use semver::Version;
use toml_edit::{Document, Item, Table};

use super::edit::replace;
use super::manifest::inside_quotes;
use crate::problem::Problem;

/// A lock file, parsed with the places of its values.
#[derive(Debug)]
pub struct Lock {
    text: String,
    entries: Vec<Entry>,
    /// Formats 1 (named by its table of checksums) writes every reference in full.
    is_first_format: bool,
}

/// One `[[package]]`.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The package's name.
    pub name: String,
    /// The locked version.
    pub version: Version,
    /// The bytes of the version between its quotes.
    pub span: Range<usize>,
    /// Where a foreign package comes from; a member has none.
    source: Option<String>,
    /// The bytes of the whole entry without the empty lines after it.
    block: Range<usize>,
    dependencies: Vec<Reference>,
}

/// A line of `dependencies`: `name`, `name version` or `name version (source)`.
#[derive(Clone, Debug)]
struct Reference {
    span: Range<usize>,
    text: String,
}

impl Lock {
    /// Parses the text of a lock file.
    pub fn parse(text: &str) -> anyhow::Result<Lock> {
        let document = Document::parse(text).map_err(|error| {
            let before = error.span().and_then(|it| text.get(..it.start));
            let line = before.map_or_else(String::new, |it| format!(":{}", it.matches('\n').count() + 1));
            Problem::new(format!("cannot parse `Cargo.lock{line}`: {}", error.message()))
                .help("take it back from git, or delete it and run `cargo generate-lockfile`")
        })?;
        let tables: Vec<&Table> = document
            .get("package")
            .and_then(Item::as_array_of_tables)
            .map(|it| it.iter().collect())
            .unwrap_or_default();
        let entries = tables
            .into_iter()
            .map(|it| entry(text, it))
            .collect::<Option<_>>();
        let metadata = document.get("metadata").and_then(Item::as_table_like);
        Ok(Lock {
            text: text.to_owned(),
            entries: entries.ok_or_else(|| Problem::new("cannot understand the packages of `Cargo.lock`"))?,
            is_first_format: metadata
                .is_some_and(|it| it.iter().any(|(key, _)| key.starts_with("checksum "))),
        })
    }

    /// The entry of a member that is at `version`: one without a source, whatever foreign packages share its name.
    pub fn member(&self, name: &str, version: &Version) -> Option<&Entry> {
        self.member_index(name, version).map(|it| &self.entries[it])
    }

    fn member_index(&self, name: &str, version: &Version) -> Option<usize> {
        let own: Vec<usize> = (0..self.entries.len())
            .filter(|it| self.entries[*it].name == name && self.entries[*it].source.is_none())
            .collect();
        // Two path packages of one name: the other one lies outside the workspace.
        let exact = own.iter().find(|it| self.entries[**it].version == *version);
        exact.copied().or(match own.as_slice() {
            [one] => Some(*one),
            _ => None,
        })
    }

    /// The text of the lock file after members went from one version to another: `name → (from, to)`.
    ///
    /// This is what Cargo itself would write: references are as short as they can be without ambiguity, entries and
    /// references of one name are sorted by version. Otherwise `cargo build --locked` would refuse the file.
    pub fn with_versions(&self, versions: &BTreeMap<String, (Version, Version)>) -> String {
        let mut entries = self.entries.clone();
        let mut edits = Vec::new();
        for (name, (from, to)) in versions {
            if let Some(index) = self.member_index(name, from) {
                entries[index].version = to.clone();
                if self.entries[index].version != *to {
                    edits.push((entries[index].span.clone(), to.to_string()));
                }
            }
        }
        for entry in &self.entries {
            edits.extend(self.references(entry, &entries, versions));
        }
        let order = sorted_slots(
            &entries,
            |a, b| a.name == b.name,
            |a, b| (&a.version, &a.source).cmp(&(&b.version, &b.source)),
        );
        self.reordered(&edits, &order)
    }

    /// The edits that make the references of one entry say what `entries` are now.
    fn references(
        &self,
        entry: &Entry,
        entries: &[Entry],
        versions: &BTreeMap<String, (Version, Version)>,
    ) -> Vec<(Range<usize>, String)> {
        let concerned: Vec<(&Reference, usize)> = entry
            .dependencies
            .iter()
            .filter(|it| versions.contains_key(name_of(&it.text)))
            .filter_map(|it| Some((it, self.referred(&it.text)?)))
            .collect();
        let texts: Vec<(String, usize)> = concerned
            .iter()
            .map(|(it, index)| (self.encoded(*index, entries, &it.text), *index))
            .collect();
        let order = sorted_slots(
            &texts,
            |a, b| name_of(&a.0) == name_of(&b.0),
            |a, b| a.0.cmp(&b.0),
        );
        concerned
            .iter()
            .zip(order)
            .filter(|((reference, _), from)| reference.text != texts[*from].0)
            .map(|((reference, _), from)| (reference.span.clone(), texts[from].0.clone()))
            .collect()
    }

    /// Which entry a reference means.
    fn referred(&self, text: &str) -> Option<usize> {
        let mut words = text.splitn(3, ' ');
        let (name, version, source) = (words.next()?, words.next(), words.next());
        let matches = |it: &&usize| {
            let entry = &self.entries[**it];
            entry.name == name
                && version.is_none_or(|it| entry.version.to_string() == it)
                && source.is_none_or(|it| Some(it) == entry.source.as_deref().map(parenthesised).as_deref())
        };
        let all: Vec<usize> = (0..self.entries.len()).collect();
        let found: Vec<usize> = all.iter().filter(matches).copied().collect();
        match found.as_slice() {
            [one] => Some(*one),
            // A path package has no source to be told apart by, so a reference without one means it.
            _ => found.into_iter().find(|it| self.entries[*it].source.is_none()),
        }
    }

    /// A reference to an entry, as short as Cargo writes it.
    fn encoded(&self, index: usize, entries: &[Entry], old: &str) -> String {
        let entry = &entries[index];
        let same_name: Vec<&Entry> = entries.iter().filter(|it| it.name == entry.name).collect();
        let distinct: BTreeSet<&Version> = same_name.iter().map(|it| &it.version).collect();
        let same_version = same_name.iter().filter(|it| it.version == entry.version).count();
        let short = format!("{} {}", entry.name, entry.version);
        let source = if self.is_first_format {
            old.splitn(3, ' ').nth(2).map(str::to_owned)
        } else if same_version == 1 {
            if distinct.len() == 1 {
                return entry.name.clone();
            }
            None
        } else {
            entry.source.as_deref().map(parenthesised)
        };
        source.map_or(short.clone(), |it| format!("{short} {it}"))
    }

    /// Applies the edits block by block and puts the blocks in order: slot `i` gets the block `order[i]`.
    fn reordered(&self, edits: &[(Range<usize>, String)], order: &[usize]) -> String {
        let edited: Vec<String> = self
            .entries
            .iter()
            .map(|entry| {
                let inside = edits.iter().filter(|(span, _)| entry.block.contains(&span.start));
                let inside = inside.map(|(span, new)| {
                    let span = span.start - entry.block.start..span.end - entry.block.start;
                    (span, new.clone())
                });
                replace(&self.text[entry.block.clone()], inside.collect())
            })
            .collect();
        let blocks = self.entries.iter().map(|it| it.block.clone());
        let moved = blocks.zip(order.iter().map(|from| edited[*from].clone()));
        replace(&self.text, moved.collect())
    }
}

/// Which item goes into each slot so that neighbours of one group are in order; other groups stay where they are.
fn sorted_slots<T>(
    items: &[T],
    is_same_group: impl Fn(&T, &T) -> bool,
    compare: impl Fn(&T, &T) -> std::cmp::Ordering,
) -> Vec<usize> {
    let mut slots: Vec<usize> = (0..items.len()).collect();
    for group in slots.chunk_by_mut(|a, b| is_same_group(&items[*a], &items[*b])) {
        group.sort_by(|a, b| compare(&items[*a], &items[*b]));
    }
    slots
}

fn name_of(reference: &str) -> &str {
    reference.split(' ').next().unwrap_or_default()
}

fn entry(text: &str, table: &Table) -> Option<Entry> {
    let get = |key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
    let dependencies = table.get("dependencies").and_then(Item::as_array);
    let dependencies = dependencies.into_iter().flatten().map(|it| {
        Some(Reference {
            span: inside_quotes(text, it.span()?),
            text: it.as_str()?.to_owned(),
        })
    });
    let start = table.span()?.start;
    let ends = ["\n\n[", "\r\n\r\n["];
    let end = ends
        .iter()
        .filter_map(|it| text[start..].find(it))
        .min()
        .map_or(text.trim_end().len(), |it| start + it);
    Some(Entry {
        name: get("name")?,
        version: Version::parse(&get("version")?).ok()?,
        span: inside_quotes(text, table.get("version")?.span()?),
        source: get("source"),
        block: start..end,
        dependencies: dependencies.collect::<Option<_>>()?,
    })
}

/// A source as references show it: without the commit of a git source, in parentheses.
fn parenthesised(source: &str) -> String {
    format!("({})", source.split('#').next().unwrap_or(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lock file of format 4 with these entries, written `name version [source][: reference, reference]`.
    fn lock(entries: &[&str]) -> String {
        let blocks: Vec<String> = entries.iter().map(|it| block(it)).collect();
        let head = "# This file is automatically @generated by Cargo.\nversion = 4\n\n";
        format!("{head}{}", blocks.join("\n"))
    }

    fn block(entry: &str) -> String {
        let (head, references) = entry.split_once(": ").unwrap_or((entry, ""));
        let words: Vec<&str> = head.splitn(3, ' ').collect();
        let mut lines = vec![
            "[[package]]".to_owned(),
            format!("name = \"{}\"", words[0]),
            format!("version = \"{}\"", words[1]),
        ];
        if let Some(source) = words.get(2) {
            lines.extend([format!("source = \"{source}\""), "checksum = \"00\"".to_owned()]);
        }
        if !references.is_empty() {
            lines.push("dependencies = [".to_owned());
            lines.extend(references.split(", ").map(|it| format!(" \"{it}\",")));
            lines.push("]".to_owned());
        }
        lines.join("\n") + "\n"
    }

    #[track_caller]
    fn check(from_to: &str, before: &[&str], after: &[&str]) {
        let versions = from_to
            .split(", ")
            .map(|it| {
                let words: Vec<&str> = it.split(' ').collect();
                let version = |it: &str| Version::parse(it).unwrap();
                (words[0].to_owned(), (version(words[1]), version(words[2])))
            })
            .collect();
        for end in ["\n", "\r\n"] {
            let text = |it: &[&str]| lock(it).replace('\n', end);
            let changed = Lock::parse(&text(before)).unwrap().with_versions(&versions);
            assert_eq!(changed, text(after));
        }
    }

    #[test]
    fn only_entries_of_members_change() {
        check(
            "app 0.1.0 0.2.0, core 0.1.0 0.2.0",
            &[
                "app 0.1.0: core, other",
                "core 0.1.0",
                "other 0.1.0 registry+https://registry.example/index",
            ],
            &[
                "app 0.2.0: core, other",
                "core 0.2.0",
                "other 0.1.0 registry+https://registry.example/index",
            ],
        );
        // Without an entry of its own, a member leaves the foreign one of its name alone.
        check(
            "core 0.1.0 0.2.0",
            &["core 0.1.0 registry+https://registry.example/index"],
            &["core 0.1.0 registry+https://registry.example/index"],
        );
    }

    #[test]
    fn references_are_as_short_as_they_can_be() {
        const INDEX: &str = "registry+https://registry.example/index";
        let foreign = format!("core 0.1.0 {INDEX}");
        // The same version as a foreign package: that one needs its source; after the bump it no longer does.
        check(
            "core 0.1.0 0.2.0",
            &[
                "app 0.1.0: core 0.1.0",
                "core 0.1.0",
                &foreign,
                &format!("z 1.0.0: core 0.1.0 ({INDEX})"),
            ],
            &[
                "app 0.1.0: core 0.2.0",
                &foreign,
                "core 0.2.0",
                "z 1.0.0: core 0.1.0",
            ],
        );
        // And back.
        check(
            "core 0.2.0 0.1.0",
            &[
                "app 0.1.0: core 0.2.0",
                &foreign,
                "core 0.2.0",
                "z 1.0.0: core 0.1.0",
            ],
            &[
                "app 0.1.0: core 0.1.0",
                "core 0.1.0",
                &foreign,
                &format!("z 1.0.0: core 0.1.0 ({INDEX})"),
            ],
        );
    }

    #[test]
    fn entries_and_references_of_one_name_stay_sorted() {
        const INDEX: &str = "registry+https://registry.example/index";
        let foreign = format!("core 0.2.0 {INDEX}");
        check(
            "core 0.1.0 0.3.0",
            &[
                "app 0.1.0: alpha, core 0.1.0, core 0.2.0, zeta",
                "core 0.1.0",
                &foreign,
            ],
            &[
                "app 0.1.0: alpha, core 0.2.0, core 0.3.0, zeta",
                &foreign,
                "core 0.3.0",
            ],
        );
    }

    #[test]
    fn the_first_format_writes_references_in_full() {
        let text = |version: &str| {
            format!(
                "[[package]]\nname = \"app\"\nversion = \"{version}\"\ndependencies = [\n \"core {version}\",\n]\n\n\
                 [[package]]\nname = \"core\"\nversion = \"{version}\"\n\n\
                 [metadata]\n\"checksum x 0.1.0 (registry+https://registry.example/index)\" = \"00\"\n"
            )
        };
        let (from, to) = (Version::new(0, 1, 0), Version::new(0, 2, 0));
        let versions = ["app", "core"]
            .map(|it| (it.to_owned(), (from.clone(), to.clone())))
            .into();
        let changed = Lock::parse(&text("0.1.0")).unwrap().with_versions(&versions);
        assert_eq!(changed, text("0.2.0"));
    }
}
