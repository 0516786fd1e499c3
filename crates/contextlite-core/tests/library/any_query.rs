//! Any text is a query, and the budget always holds.

use contextlite_core::Error;

use crate::fixture::{Fixture, mixed};

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
