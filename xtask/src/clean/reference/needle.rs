//! Finds the names of what is about to move in a text, all of them in one pass.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::coding::spellings;
use super::letter;
use crate::clean::path::TreePath;

/// As many needles as an automaton with a row for each state stays small for: some megabytes.
const MOST_FOR_DFA: usize = 1000;

/// A name in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Its bytes.
    pub(crate) span: Range<usize>,
    /// Where the longest piece of a target's own path begins that ends with the name. It may have spaces in it, and
    /// whatever else ends a path.
    pub(crate) start: usize,
    /// Whether the name has no dot, and so may be any word.
    pub(crate) is_word: bool,
}

/// The base names of targets, in every spelling.
#[derive(Debug)]
pub(crate) struct Needles {
    automaton: Option<AhoCorasick>,
    /// For each needle whether it has no dot, and the folders of its targets that a path in a text would end at, such
    /// as `my docs`.
    rows: Vec<(bool, Vec<Vec<u8>>)>,
}

impl Needles {
    /// The names of these files and folders.
    pub(crate) fn new<'a>(targets: impl IntoIterator<Item = &'a TreePath>) -> Needles {
        let mut needles: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
        for target in targets.into_iter().filter(|it| !it.is_root()) {
            let folder = target.folder();
            let is_odd = letter::run_end(folder.bytes(), 0) < folder.bytes().len();
            for spelling in spellings(target.name()) {
                let folders = needles.entry(spelling).or_default();
                if is_odd {
                    folders.push(folder.bytes().to_vec());
                }
            }
        }
        let names: Vec<&[u8]> = needles.keys().map(Vec::as_slice).collect();
        Needles {
            automaton: (!names.is_empty()).then(|| automaton(&names)),
            rows: needles
                .into_iter()
                .map(|(name, folders)| (!name.contains(&b'.'), folders))
                .collect(),
        }
    }

    /// Whether any name is in a text, at any place.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        self.automaton.as_ref().is_some_and(|it| it.is_match(text))
    }

    /// Where names are in a text, from its start, the longest where several begin; they do not overlap.
    pub(crate) fn hits<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Hit> + 'a {
        let found = self.automaton.iter().flat_map(move |it| it.find_iter(text));
        found.map(move |hit| {
            let (is_word, folders) = &self.rows[hit.pattern().as_usize()];
            let starts = folders
                .iter()
                .map(|it| start_with_folder(&text[..hit.start()], it));
            Hit {
                span: hit.range(),
                start: starts.min().unwrap_or(hit.start()),
                is_word: *is_word,
            }
        })
    }
}

fn automaton(names: &[&[u8]]) -> AhoCorasick {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind((names.len() <= MOST_FOR_DFA).then_some(AhoCorasickKind::DFA))
        .build(names)
        .expect("file names are short, and there are fewer of them than an automaton can hold")
}

/// Where the last components of a folder begin that a text ends with, separators included.
fn start_with_folder(text: &[u8], folder: &[u8]) -> usize {
    let mut rest = text;
    for component in folder.rsplit(|it| *it == b'/') {
        let Some((last, before)) = rest.split_last() else {
            break;
        };
        let Some(before) = before
            .strip_suffix(component)
            .filter(|_| letter::is_separator(*last))
        else {
            break;
        };
        rest = before;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(targets: &[&str], text: &str, expected: &[(&str, &str)]) {
        let targets: Vec<TreePath> = targets.iter().map(|it| TreePath::from(*it)).collect();
        let needles = Needles::new(&targets);
        let found: Vec<_> = needles
            .hits(text.as_bytes())
            .map(|it| (&text[it.span.clone()], &text[it.start..it.span.end]))
            .collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(needles.is_in(text.as_bytes()), !expected.is_empty());
    }

    #[test]
    fn names_are_found_in_every_spelling() {
        check(&["a/b.md"], "x b.md a/b.md b.m", &[("b.md", "b.md"); 2]);
        check(
            &["my file.md", "A_B.md"],
            "[x](my%20file.md) my file.md A\\_B.md",
            &[
                ("my%20file.md", "my%20file.md"),
                ("my file.md", "my file.md"),
                ("A\\_B.md", "A\\_B.md"),
            ],
        );
        check(&[], "anything", &[]);
        check(&[""], "anything", &[]);
    }

    #[test]
    fn the_longest_name_wins() {
        check(
            &["file.md", "my file.md"],
            "my file.md",
            &[("my file.md", "my file.md")],
        );
    }

    #[test]
    fn folders_with_spaces_come_with_the_name() {
        check(
            &["my docs/old (1)/b.md"],
            "see my docs/old (1)/b.md, old (1)/b.md, (1)/b.md",
            &[
                ("b.md", "my docs/old (1)/b.md"),
                ("b.md", "old (1)/b.md"),
                ("b.md", "b.md"),
            ],
        );
    }
}
