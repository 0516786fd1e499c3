//! The terms of a text: the same function feeds the index and reads the query, so both always agree.

/// A term as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    /// Lower case letters, digits, `+` and `#` only: nothing that FTS5's query language gives a meaning.
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word or a whole name, the parts of `snake_case` and `camelCase` written together.
    Word,
    /// A part of a name.
    Part,
    /// A name with its marks: `c++`, `c#`.
    Marked,
    /// Two neighbouring characters of a script without spaces.
    Pair,
    /// The last character of such a run.
    Single,
}

/// Nobody searches for longer ones: they are keys, hashes and encoded data.
const MAX_TERM_BYTES: usize = 64;

/// All terms of `text`, in order, with repetitions.
pub(crate) fn terms(text: &str) -> Vec<Term> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word_char) {
        rest = &rest[start..];
        let unspaced = rest.starts_with(is_unspaced);
        let end = rest
            .find(|it| !is_word_char(it) || is_unspaced(it) != unspaced)
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if unspaced {
            pairs(word, &mut found);
        } else {
            name(word, after, &mut found);
        }
        rest = after;
    }
    found
}

/// The text that goes into the FTS5 table in place of `text`.
pub(crate) fn indexed_form(text: &str) -> String {
    let mut form = String::with_capacity(text.len() * 2);
    for term in terms(text) {
        if !form.is_empty() {
            form.push(' ');
        }
        form.push_str(&term.text);
    }
    form
}

fn name(word: &str, after: &str, found: &mut Vec<Term>) {
    let parts: Vec<String> = parts(word).map(str::to_lowercase).collect();
    let whole = parts.concat();
    if whole.is_empty() || whole.len() > MAX_TERM_BYTES {
        return;
    }
    let marks = &after[..after.find(|it| !matches!(it, '+' | '#')).unwrap_or(after.len())];
    if matches!(marks, "++" | "#") {
        found.push(Term {
            text: format!("{whole}{marks}"),
            kind: Kind::Marked,
        });
    }
    found.push(Term {
        text: whole,
        kind: Kind::Word,
    });
    if parts.len() > 1 {
        // A single letter says nothing: `i`, `x`, the `e` of `eSpeak`.
        let parts = parts.into_iter().filter(|it| it.chars().nth(1).is_some());
        found.extend(parts.map(|text| Term {
            text,
            kind: Kind::Part,
        }));
    }
}

/// The parts of `parse_query`, `parseQuery`, `HTTPServer`.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    word.split('_').flat_map(|it| {
        let mut rest = it;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (part, after) = rest.split_at(part_end(rest));
            rest = after;
            Some(part)
        })
    })
}

fn part_end(word: &str) -> usize {
    let mut before = None;
    let mut chars = word.char_indices().peekable();
    while let Some((at, it)) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(|(_, next)| next.is_lowercase());
        let starts = match before {
            Some(before) if it.is_uppercase() => !char::is_uppercase(before) || next_is_lower,
            _ => false,
        };
        if starts {
            return at;
        }
        before = Some(it);
    }
    word.len()
}

/// Every character begins one term, so a query of a single character can look for terms that begin with it.
fn pairs(run: &str, found: &mut Vec<Term>) {
    let mut chars = run.chars().peekable();
    while let Some(it) = chars.next() {
        let mut text = String::from(it);
        let kind = match chars.peek() {
            Some(next) => {
                text.push(*next);
                Kind::Pair
            }
            None => Kind::Single,
        };
        found.push(Term { text, kind });
    }
}

fn is_word_char(it: char) -> bool {
    it == '_' || it.is_alphanumeric()
}

/// Scripts that put no spaces between words: Chinese characters, Japanese syllables; Korean is cut alike, since its
/// words carry their endings with them.
fn is_unspaced(it: char) -> bool {
    matches!(u32::from(it), 0x2e80..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
        && it.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(indexed_form(text), expected);
    }

    #[test]
    fn names_are_found_whole_and_by_part() {
        check("Plain words, here.", "plain words here");
        check("parse_query_text", "parsequerytext parse query text");
        check("parseQueryText", "parsequerytext parse query text");
        check("HTTPServer2", "httpserver2 http server2");
        check("__init__", "init");
        check("x86_64", "x8664 x86 64");
        check("MAX_BYTES", "maxbytes max bytes");
        check("eSpeak", "espeak speak");
        check("___", "");
    }

    #[test]
    fn marks_belong_to_names() {
        check("C++ and C# but a+b", "c++ c and c# c but a b");
        check("i++;", "i++ i");
        check("foo(bar)", "foo bar");
    }

    #[test]
    fn scripts_without_spaces_become_pairs() {
        check("東京都", "東京 京都 都");
        check("猫", "猫");
        check("use東京now", "use 東京 京 now");
    }

    #[test]
    fn what_nobody_looks_for_is_left_out() {
        check(&"a".repeat(65), "");
        check("-> != 🦀 \0", "");
    }

    #[test]
    fn terms_have_no_meaning_to_the_query_language() {
        let text = "\"AND\" OR NOT NEAR(a b) * ^x col:umn -y {z} \0 'q' C++";
        let terms = terms(text);
        assert!(
            terms
                .iter()
                .all(|it| it.text.chars().all(|it| it.is_alphanumeric() || it == '+'))
        );
    }
}
