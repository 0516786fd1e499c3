//! An index to be asked, and what must hold of each answer.

use std::fs;

use contextlite_core::{Context, Index, Update, estimate_tokens, update};
use tempfile::TempDir;

pub(crate) struct Fixture {
    pub(crate) index: Index,
    pub(crate) folder: TempDir,
}

impl Fixture {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let report = update(&Update::new(folder.path())).unwrap();
        Self {
            index: Index::open(report.database).unwrap(),
            folder,
        }
    }

    /// The files of the answer, best first.
    #[track_caller]
    pub(crate) fn check(&self, query: &str, expected: &[&str]) {
        let context = self.ask(query, 10_000);
        let paths: Vec<_> = context.passages.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, expected, "{query}");
    }

    /// Asks, and checks what must hold of any answer.
    #[track_caller]
    pub(crate) fn ask(&self, query: &str, budget: u64) -> Context {
        let context = self.index.query(query, budget).unwrap();
        assert!(
            context.tokens <= budget,
            "{query}: {} of {budget}",
            context.tokens
        );
        assert_eq!(
            context.tokens,
            context.passages.iter().map(|it| it.tokens).sum::<u64>()
        );
        for it in &context.passages {
            assert_eq!(it.tokens, estimate_tokens(&it.text));
            assert!(it.score > 0.0 && it.score <= 1.0, "{query}: {}", it.score);
            let file = fs::read_to_string(self.folder.path().join(&it.path)).unwrap();
            let lines: String = file
                .split_inclusive('\n')
                .skip(it.start_line as usize - 1)
                .take((it.end_line - it.start_line + 1) as usize)
                .collect();
            assert!(
                lines.contains(&it.text),
                "{}:{}-{}",
                it.path,
                it.start_line,
                it.end_line
            );
        }
        let order: Vec<_> = context
            .passages
            .iter()
            .map(|it| (-it.score, &it.path, it.start_line))
            .collect();
        assert!(order.is_sorted(), "{query}");
        assert_eq!(
            self.index.query(query, budget).unwrap(),
            context,
            "the same again"
        );
        context
    }
}

pub(crate) fn mixed() -> Fixture {
    Fixture::new(&[
        ("cpp.md", "A page on C++ templates."),
        ("c.md", "A page on plain C and its preprocessor."),
        ("call.rs", "fn caller() {\n    foo(bar);\n}\n"),
        ("apart.rs", "fn foo() {}\nfn bar() {}\n"),
        ("arrow.rs", "fn size(&self) -> usize { self.size }\n"),
        ("names.ts", "function parseQueryText(input) { return input }\n"),
        ("emoji.md", "Ferris 🦀 says hello.\n"),
        ("japanese.md", "吾輩は猫である。名前はまだ無い。\n"),
        ("german.md", "Die Straße führt über die Brücke.\n"),
        ("percent.txt", "100% sure_thing and 100x otherwise\n"),
        (
            "logic.md",
            "Combine with AND, OR and NOT; use NEAR for distance.\n",
        ),
    ])
}
