//! What is found and picked makes sense.

use std::fmt::Write as _;

use contextlite_core::MAX_PASSAGE_TOKENS;

use crate::fixture::{Fixture, mixed};

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
