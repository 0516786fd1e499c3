//! Reads a query: which terms to look up, which pieces to look for literally.

use crate::terms::{self, Kind};

/// Weighing more terms than this one by one would take long and change little; the first ones are used.
const MAX_TERMS: usize = 64;
/// Each is looked for in each candidate; who pastes a whole log does not wait for all of its words.
const MAX_LITERALS: usize = 32;

/// A query, understood.
#[derive(Debug, PartialEq)]
pub(crate) struct Query {
    pub(crate) terms: Vec<Wanted>,
    /// Pieces whose exact spelling counts, in lower case (ASCII): `foo(bar)`, `c++`, a quoted phrase.
    pub(crate) literals: Vec<String>,
    /// All of the query, in lower case (ASCII): what is looked for if there are no terms or none is found.
    pub(crate) whole: String,
}

/// A term to look up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) text: String,
    /// How much it counts beside the others.
    pub(crate) weight: f64,
    /// Whether terms that begin with it count as well.
    pub(crate) prefix: bool,
}

impl Wanted {
    /// The term in FTS5's query language: always a string in quotes, never an operator.
    pub(crate) fn expression(&self) -> String {
        let text = self.text.replace('"', "\"\"");
        format!("\"{text}\"{}", if self.prefix { "*" } else { "" })
    }
}

/// The words that questions are made of. They count little rather than nothing: somebody may look for `not`.
const COMMON: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "how", "i", "if",
    "in", "is", "it", "its", "not", "of", "on", "or", "should", "that", "the", "this", "to", "was", "we",
    "what", "when", "where", "which", "who", "why", "will", "with", "you",
];

impl Query {
    /// `None` if there is nothing to look for: only white space and control characters.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.replace(char::is_control, " ");
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let whole = text.to_ascii_lowercase();
        Some(Self {
            terms: wanted(text),
            literals: literals(&whole),
            whole,
        })
    }
}

fn wanted(text: &str) -> Vec<Wanted> {
    let mut found: Vec<Wanted> = Vec::new();
    let mut before = None;
    for term in terms::terms(text) {
        // What the mark or the pair before has already said, only less precisely: the `c` of `c++`.
        let said = matches!(
            (before, term.kind),
            (Some(Kind::Marked), Kind::Word) | (Some(Kind::Pair), Kind::Single)
        );
        before = Some(term.kind);
        if said {
            continue;
        }
        let weight = match term.kind {
            Kind::Word | Kind::Part if COMMON.contains(&term.text.as_str()) => 0.1,
            Kind::Part => 0.5,
            Kind::Word | Kind::Marked | Kind::Pair | Kind::Single => 1.0,
        };
        if let Some(known) = found.iter_mut().find(|it| it.text == term.text) {
            known.weight = known.weight.max(weight);
        } else if found.len() < MAX_TERMS {
            found.push(Wanted {
                text: term.text,
                weight,
                prefix: term.kind == Kind::Single,
            });
        }
    }
    found
}

/// The phrases in quotes, the query as a whole if it is several words, and the words with punctuation in or around
/// them. A quote that is not closed is a character like any other.
fn literals(whole: &str) -> Vec<String> {
    let mut phrases = Vec::new();
    let mut marked = Vec::new();
    let mut rest = whole;
    while let Some((before, phrase, after)) = quoted(rest) {
        words(before, &mut marked);
        phrases.push(phrase);
        rest = after;
    }
    words(rest, &mut marked);
    let several = whole.contains(' ').then_some(whole);
    let mut found: Vec<String> = Vec::new();
    for it in phrases.into_iter().chain(several).chain(marked) {
        if found.len() < MAX_LITERALS && !found.iter().any(|known| known == it) {
            found.push(it.to_owned());
        }
    }
    found
}

fn quoted(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('"')?;
    let (phrase, after) = rest.split_once('"')?;
    (!phrase.trim().is_empty()).then_some((before, phrase, after))
}

fn words<'a>(text: &'a str, found: &mut Vec<&'a str>) {
    for word in text.split_whitespace() {
        // The punctuation of a sentence is not part of a word.
        let bare = word.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        let word = if bare.chars().any(char::is_alphanumeric) {
            bare
        } else {
            word
        };
        if !word.chars().all(char::is_alphanumeric) {
            found.push(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, terms: &str, literals: &[&str]) {
        let query = Query::parse(text).unwrap();
        let found: Vec<_> = query.terms.iter().map(Wanted::expression).collect();
        assert_eq!(found.join(" "), terms);
        assert_eq!(query.literals, literals);
    }

    #[test]
    fn words_are_terms() {
        check("token budget", r#""token" "budget""#, &["token budget"]);
        check("Budget?", r#""budget""#, &[]);
        check("budget budget", r#""budget""#, &["budget budget"]);
    }

    #[test]
    fn code_is_looked_for_literally_too() {
        check("c++", r#""c++""#, &["c++"]);
        check("foo(bar)", r#""foo" "bar""#, &["foo(bar)"]);
        check("parse_query", r#""parsequery" "parse" "query""#, &["parse_query"]);
        check("->", "", &["->"]);
    }

    #[test]
    fn scripts_without_spaces() {
        check("東京", r#""東京""#, &[]);
        check("猫", r#""猫"*"#, &[]);
    }

    #[test]
    fn quotes() {
        check(
            r#"say "exact words""#,
            r#""say" "exact" "words""#,
            &["exact words", r#"say "exact words""#],
        );
        check(r#"un"balanced"#, r#""un" "balanced""#, &[r#"un"balanced"#]);
        check(r#""" x"#, r#""x""#, &[r#""" x"#, r#""""#]);
    }

    #[test]
    fn operators_are_words() {
        check(
            "AND OR NOT NEAR",
            r#""and" "or" "not" "near""#,
            &["and or not near"],
        );
        check(
            "col:umn* ^x",
            r#""col" "umn" "x""#,
            &["col:umn* ^x", "col:umn*", "^x"],
        );
        check("a\0b", r#""a" "b""#, &["a b"]);
    }

    #[test]
    fn nothing_to_look_for() {
        for text in ["", "  \t\n", "\0\u{1b}"] {
            assert_eq!(Query::parse(text), None);
        }
    }
}
