//! Any text is a query, the budget always holds, and what is picked makes sense.

use std::fmt::Write as _;
use std::fs;

use contextlite_core::{Context, Error, Index, MAX_PASSAGE_TOKENS, Update, estimate_tokens, update};
use tempfile::TempDir;

struct Fixture {
    index: Index,
    folder: TempDir,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
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
    fn check(&self, query: &str, expected: &[&str]) {
        let context = self.ask(query, 10_000);
        let paths: Vec<_> = context.passages.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, expected, "{query}");
    }

    /// Asks, and checks what must hold of any answer.
    #[track_caller]
    fn ask(&self, query: &str, budget: u64) -> Context {
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

fn mixed() -> Fixture {
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

#[test]
fn code_and_other_scripts_are_found() {
    let it = mixed();
    it.check("c++", &["cpp.md"]);
    it.check("C++ templates", &["cpp.md"]);
    it.check("foo(bar)", &["call.rs", "apart.rs"]);
    it.check("->", &["arrow.rs"]);
    it.check("-> usize", &["arrow.rs"]);
    it.check("parse_query_text", &["names.ts"]);
    it.check("query", &["names.ts"]);
    it.check("QueryTex", &["names.ts"]);
    it.check("🦀", &["emoji.md"]);
    it.check("猫", &["japanese.md"]);
    it.check("名前", &["japanese.md"]);
    it.check("brucke", &["german.md"]);
    it.check("0%", &["percent.txt"]);
    it.check("returning inputs", &["names.ts"]);
    it.check("no such thing anywhere", &["percent.txt"]);
    it.check("zebra", &[]);
}

#[test]
fn any_text_is_a_query() {
    let it = mixed();
    let long = "word ".repeat(5_000);
    let glued = "x".repeat(100_000);
    let many = (0..3_000)
        .map(|it| format!("term{it}"))
        .collect::<Vec<_>>()
        .join(" ");
    let hostile = [
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "AND OR NOT NEAR",
        "NEAR(a b, 5)",
        "a AND",
        "NOT a",
        "*",
        "a*",
        "^",
        "^a",
        ":",
        "text:a",
        "terms:",
        "path : x",
        "\"",
        "\"\"",
        "\"unbalanced",
        "un\"balanced",
        "'",
        "''",
        "'; DROP TABLE files; --",
        "(",
        ")",
        "((a)",
        "{a b}",
        "a + b",
        "-a",
        "--",
        "a - b",
        "\\",
        "\\\"",
        "%",
        "_",
        "%%",
        "a_b",
        "?",
        "?1",
        ":name",
        "@x",
        "$x",
        "a\0b",
        "\0a",
        "\u{feff}a",
        "\u{1b}[31mred",
        "a\nb\r\nc",
        "\t tab",
        "🦀",
        "👩‍👩‍👧‍👦",
        "e\u{301}",
        "\u{301}",
        "\u{200d}",
        "\u{202e}abc",
        "猫",
        "東京タワー",
        "ﬁ",
        "İstanbul",
        "ß",
        "١٢٣",
        "c++",
        "c#",
        ".net",
        "foo(bar)",
        "a::b->c",
        "<a href=\"x\">",
        "1e309",
        "-1",
        "NaN",
        "NULL",
        "rowid",
        "rank",
        &long,
        &glued,
        &many,
    ];
    for query in hostile {
        for budget in [1, 5, 30, 1_000, u64::MAX] {
            it.ask(query, budget);
        }
    }
}

#[test]
fn nothing_to_look_for_is_an_error() {
    let it = mixed();
    for query in ["", " ", "\n\t", "\0", "\u{1b}\u{7}"] {
        let error = it.index.query(query, 100).unwrap_err();
        assert!(matches!(error, Error::EmptyQuery), "{error}");
    }
}

#[test]
fn an_empty_index_answers() {
    let it = Fixture::new(&[]);
    assert_eq!(it.ask("anything", 100).matched, 0);
    assert_eq!(it.ask("->", 100).matched, 0);
    assert_eq!(it.index.status().unwrap().files, 0);
}

#[test]
fn near_copies_leave_room_for_the_rest() {
    let licence =
        "Permission to use this software for any purpose is granted, provided the notice is kept. ".repeat(4);
    let files: Vec<(String, String)> = (0..5)
        .map(|it| (format!("copy{it}.txt"), format!("{licence}Copyright {it}.")))
        .collect();
    let mut files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    files.push((
        "guide.md",
        "What the permission means: this software may be used, and the notice has to stay.",
    ));
    let it = Fixture::new(&files);
    it.check("permission software notice", &["copy0.txt", "guide.md"]);
}

#[test]
fn neighbours_are_joined() {
    // Each line its own words, or the later passages were left out as copies.
    let text = (0..120_u32).fold(String::new(), |mut text, line| {
        let word = |it: u32| {
            let letter = |shift: u32| char::from_u32(u32::from('a') + ((line * it) >> shift) % 26).unwrap();
            String::from_iter([letter(0), letter(2), letter(5)])
        };
        let _ = writeln!(
            text,
            "{} lighthouse {} {} {} {}",
            word(3),
            word(7),
            word(11),
            word(17),
            word(29)
        );
        text
    });
    let it = Fixture::new(&[("story.txt", &text)]);
    let context = it.ask("lighthouse", 100_000);
    let [all] = &context.passages[..] else {
        panic!("{} passages", context.passages.len())
    };
    assert_eq!((all.start_line, all.end_line, &all.text), (1, 120, &text));
    assert!(all.tokens > MAX_PASSAGE_TOKENS);
}

#[test]
fn a_small_budget_gets_the_lines_that_matter() {
    let filler = "Nothing of interest stands on this line of the text.\n".repeat(8);
    let text = format!("{filler}The lighthouse is red.\n{filler}");
    let it = Fixture::new(&[("story.txt", &text)]);
    let context = it.ask("lighthouse", 10);
    assert_eq!(context.passages[0].text, "The lighthouse is red.\n");
    assert_eq!(context.passages[0].start_line, 9);
    assert_eq!(it.ask("lighthouse", 2).passages, []);
    assert_eq!(it.ask("lighthouse", 2).matched, 1);
}

#[test]
fn having_all_words_is_better_than_one_often() {
    let it = Fixture::new(&[
        (
            "both.md",
            "The token budget is checked before anything is printed, and once more at the end.",
        ),
        (
            "often.md",
            "Token, token, token: a token here and a token there, each a token of esteem.",
        ),
        ("other.md", "Nothing of the kind."),
    ]);
    it.check("token budget", &["both.md", "often.md"]);
}

#[test]
fn the_budget_holds_for_any_files_and_budget() {
    let mut seed = 42_u64;
    let mut next = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let words = [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "->",
        "c++",
        "猫",
        "🦀",
        "\n",
        "\n\n",
        "x_y",
        "longer_name",
        "\t",
    ];
    for _ in 0..12 {
        let files: Vec<(String, String)> = (0..=next(12))
            .map(|number| {
                let length = next(800);
                let text: Vec<_> = (0..length)
                    .map(|_| words[usize::try_from(next(13)).unwrap()])
                    .collect();
                (format!("{number}.txt"), text.join(" "))
            })
            .collect();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let it = Fixture::new(&files);
        for query in ["alpha", "beta gamma", "c++", "->", "猫", "longer", "x_y 🦀"] {
            for _ in 0..8 {
                it.ask(query, 1 + next(3_000));
            }
        }
    }
}
