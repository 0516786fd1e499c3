//! The description: what Homebrew's cop minds in it, for formulae and for casks (rubocops/shared/desc_helper.rb).

use super::read::{Kind, Source};
use crate::lint::{File, Flaw};

/// Characters that Unicode calls other symbols, as far as they are found in texts: signs, arrows, shapes, emoji.
const SYMBOLS: &[std::ops::RangeInclusive<char>] = &[
    '\u{a6}'..='\u{a6}',
    '\u{a9}'..='\u{a9}',
    '\u{ae}'..='\u{ae}',
    '\u{b0}'..='\u{b0}',
    '\u{2100}'..='\u{214f}',
    '\u{2195}'..='\u{21ff}',
    '\u{2300}'..='\u{23ff}',
    '\u{2400}'..='\u{26ff}',
    '\u{2700}'..='\u{27bf}',
    '\u{2b00}'..='\u{2bff}',
    '\u{fffc}'..='\u{fffd}',
    '\u{1f000}'..='\u{1faff}',
];

pub(super) fn in_tap(file: &File, source: &Source) -> Vec<Flaw> {
    if source.is_core(file) {
        Vec::new()
    } else {
        check(file, source)
    }
}

pub(super) fn in_core(file: &File, source: &Source) -> Vec<Flaw> {
    if source.is_core(file) {
        check(file, source)
    } else {
        Vec::new()
    }
}

fn check(file: &File, source: &Source) -> Vec<Flaw> {
    let name = file.name().trim_end_matches(".rb");
    let is_cask = matches!(source.kind, Kind::Cask(_));
    let Some(call) = source.first("desc") else {
        // A formula without one is told by `homebrew/required`; what a font is for goes without saying.
        let is_missing = is_cask && !name.starts_with("font-");
        return is_missing
            .then(|| Flaw::file(file, "there is no `desc`"))
            .into_iter()
            .collect();
    };
    let text = call.text().unwrap_or_default();
    flaws(&text, name, is_cask)
        .into_iter()
        .map(|it| Flaw::line(file, call.line, format!("the description {it}")))
        .collect()
}

fn flaws(text: &str, name: &str, is_cask: bool) -> Vec<String> {
    if text.trim().is_empty() {
        return vec!["is empty".to_owned()];
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    let lower = text.to_lowercase();
    let mut found = Vec::new();
    let mut mind = |is_bad: bool, what: &str| {
        if is_bad {
            found.push(what.to_owned());
        }
    };
    mind(text.trim() != text, "begins or ends with a space");
    mind(text.contains('\n'), "has more than one line");
    mind(
        ["the", "a", "an"].contains(&first.to_lowercase().as_str()),
        "begins with an article",
    );
    mind(
        first.starts_with(|it: char| it.is_ascii_lowercase()) && !["iOS", "iPhone", "macOS"].contains(&first),
        "does not begin with a capital",
    );
    mind(begins_with_name(&lower, name), "begins with the name");
    mind(
        text.ends_with('.') && !text.ends_with("etc."),
        "ends with a full stop",
    );
    mind(
        lower.contains("command line") || lower.contains("commandline"),
        "has `command line`, which Homebrew writes as `command-line`",
    );
    mind(
        text.contains(|it| SYMBOLS.iter().any(|range| range.contains(&it))),
        "has an emoji or a symbol",
    );
    let words: Vec<&str> = lower.split(|it: char| !it.is_ascii_alphanumeric()).collect();
    mind(
        is_cask && ["macos", "mac", "osx"].iter().any(|it| words.contains(it)),
        "names the platform, which a cask does by itself",
    );
    let length = text.chars().count();
    if length > 80 {
        found.push(format!("has {length} characters, and Homebrew takes 80"));
    }
    found
}

/// The cop compares without hyphens and spaces: `foo-bar`, `foobar` and `foo bar` are one name.
fn begins_with_name(lower: &str, name: &str) -> bool {
    let mut rest = lower;
    let letters = name.chars().filter(|it| *it != '-').flat_map(char::to_lowercase);
    for (at, letter) in letters.enumerate() {
        if at > 0 {
            rest = rest.strip_prefix(['-', ' ']).unwrap_or(rest);
        }
        let Some(after) = rest.strip_prefix(letter) else {
            return false;
        };
        rest = after;
    }
    !name.is_empty() && !rest.starts_with(|it: char| it.is_alphanumeric() || it == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_cop_minds() {
        let good = [
            "Counts words",
            "macOS and more",
            "Words, lines, etc.",
            "Demos of words",
        ];
        for text in good {
            assert_eq!(flaws(text, "demo", false), Vec::<String>::new(), "{text}");
        }
        let long = "A1".repeat(41);
        let bad = [
            "",
            " Counts",
            "The counter",
            "An app",
            "counts",
            "Demo counts",
            "De-mo counts",
            "Counts.",
            "Command line counter",
            "Counts \u{1f980}",
            long.as_str(),
        ];
        for text in bad {
            assert_ne!(flaws(text, "demo", false), Vec::<String>::new(), "{text}");
        }
        assert_ne!(flaws("Counter for macOS", "demo", true), Vec::<String>::new());
        assert_eq!(flaws(&"A1".repeat(40), "demo", false), Vec::<String>::new());
        assert_ne!(flaws("Foo bar counts", "foo-bar", false), Vec::<String>::new());
    }
}
