//! Properties of generated texts: search and rewriting agree, what was rewritten stays, and no bytes break either.

use super::*;
use crate::clean::reference::{Sought, format_of};

/// Numbers that look random, the same in each run (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

/// Pieces that meet in all ways: names of the tree, and what paths, links and variables are made of.
const PIECES: &[&str] = &[
    "A_PLAN.md",
    "jobs.json",
    "my file.md",
    "my%20file.md",
    "A\\_PLAN.md",
    "old",
    "old/x.md",
    "old/sub",
    "docs",
    "docs/",
    "deep/page.md",
    "README.md",
    "guide.md",
    "src",
    "main.rs",
    "x",
    "é",
    "\u{201c}",
    "/",
    "/",
    "/",
    "\\",
    "\\\\",
    "./",
    "../",
    "../",
    ".",
    "..",
    " ",
    " ",
    "\n",
    "\r\n",
    "\n\n",
    "](",
    "[a](",
    "[a]: ",
    "(",
    ")",
    ")",
    "<",
    ">",
    "\"",
    "'",
    "`",
    "``",
    "```\n",
    "$",
    "${X}",
    "$(X)/",
    "{{ r }}/",
    "%X%\\",
    "~",
    "~/",
    "@",
    "-I",
    "#",
    "?x",
    ":",
    "://",
    "https://a.example/",
    "href=\"",
    " src='",
    "_",
    "*",
    "**",
    ",",
    "=",
    "|",
    "-",
    "\\n",
    "`a <",
    ">`_",
    ".. image:: ",
    "link:",
    "image::",
    "[",
    "]",
    "[[file:",
    "]]",
    "\u{feff}",
];

/// Bytes that mean something around a path.
const SIGNS: &[u8] = b"/\\.%~@$(){}[]<>\"'`:#\n\r _-";

const DOCUMENTS: &[&str] = &[
    "README.md",
    "docs/guide.md",
    "docs/deep/page.md",
    "old/x.md",
    "notes.txt",
    "docs/a.rst",
    "src/a.adoc",
    "b.org",
];

const DESTINATIONS: &[&str] = &["fresh", "fresh/plans", "docs/fresh", "src/fresh dir", "old/fresh"];

fn text(numbers: &mut Numbers) -> String {
    let length = 1 + numbers.below(14);
    (0..length).map(|_| numbers.pick(PIECES)).collect()
}

fn target(path: &str) -> Target {
    Target {
        path: TreePath::from(path),
        is_folder: !path.contains('.'),
    }
}

#[test]
fn a_document_is_rewritten_exactly_when_it_refers() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut references = 0;
    for _ in 0..30_000 {
        let text = text(&mut numbers);
        let document = TreePath::from(numbers.pick(DOCUMENTS));
        let target =
            target(numbers.pick(&["A_PLAN.md", "jobs.json", "my file.md", "old", "docs/deep/page.md"]));
        // A name that no other file has, so that no text means it already.
        let to = TreePath::from(numbers.pick(DESTINATIONS)).join(target.path.name());
        if document == target.path || document.is_below(&target.path) || to.is_below(&target.path) {
            continue;
        }
        let sought = Sought::new(vec![target.clone()]);
        let format = format_of(document.bytes()).unwrap();
        let found = sought.in_text(&document, format, text.as_bytes(), &exists);
        let moves = Moves::new(vec![(target.clone(), to.clone())]);
        let changed = rewrite(&document, &document, text.as_bytes(), &moves, &exists);
        assert_eq!(
            found.is_empty(),
            changed.is_none(),
            "`{}` to `{to}` in {document}: {text:?}",
            target.path
        );
        references += found.len();
    }
    assert!(references > 1000, "only {references} references in all texts");
}

#[test]
fn what_was_rewritten_stays() {
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let mut changes = 0;
    let moves = moves(MOVES);
    let exists_now = |it: &TreePath| moves.exists_after(it, &exists);
    for _ in 0..30_000 {
        let text = text(&mut numbers);
        let old = TreePath::from(numbers.pick(&[
            "README.md",
            "docs/guide.md",
            "A_PLAN.md",
            "docs/deep/page.md",
            "old/x.md",
        ]));
        let new = moves.of(&old).unwrap_or_else(|| old.clone());
        let Some(changed) = rewrite(&old, &new, text.as_bytes(), &moves, &exists) else {
            continue;
        };
        changes += 1;
        let again = rewrite(&new, &new, &changed, &moves, &exists_now);
        assert_eq!(
            again.map(|it| String::from_utf8_lossy(&it).into_owned()),
            None,
            "{old}: {text:?} became {:?}",
            String::from_utf8_lossy(&changed)
        );
    }
    assert!(changes > 1000, "only {changes} texts changed");
}

#[test]
fn no_bytes_break_anything() {
    let mut numbers = Numbers(0xda94_2042_e4dd_58b5);
    let moves = moves(MOVES);
    for _ in 0..20_000 {
        let length = numbers.below(40);
        let mut text = Vec::new();
        for _ in 0..length {
            match numbers.below(3) {
                0 => text.push(u8::try_from(numbers.below(256)).unwrap()),
                1 => text.push(SIGNS[numbers.below(SIGNS.len())]),
                _ => text.extend_from_slice(numbers.pick(PIECES).as_bytes()),
            }
        }
        let old = TreePath::from(numbers.pick(DOCUMENTS));
        let new = moves.of(&old).unwrap_or_else(|| old.clone());
        let changed = rewrite(&old, &new, &text, &moves, &exists);
        assert_ne!(changed.as_deref(), Some(&text[..]));
        let code = moves.sought.in_text(&old, Format::Code, &text, &exists);
        let lines = 1 + memchr::memchr_iter(b'\n', &text).count();
        assert!(code.iter().all(|it| (1..=lines).contains(&it.line)));
    }
}
