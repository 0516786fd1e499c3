//! Reads the attributes of a Nix expression without evaluating it.

mod token;

use std::ops::Range;

pub use token::{Lines, Token, tokens};

/// What stands in an expression.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expression {
    /// The words, with their lines.
    pub tokens: Vec<(usize, Token)>,
    /// What is set with `=`, in the order in which it ends.
    pub attributes: Vec<Attribute>,
    /// Lines, counted from 1, that Nix would refuse.
    pub wrong: Vec<(usize, String)>,
}

/// Something that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, with those of the attributes around it.
    pub path: Vec<String>,
    /// Its line.
    pub line: usize,
    /// The words of its value.
    pub value: Range<usize>,
}

/// A bracket that is open, or a `let`.
struct Frame {
    /// What opens it.
    opened: &'static str,
    line: usize,
    /// The attributes around it.
    prefix: Vec<String>,
    /// The attribute whose value is being read.
    current: Option<(Vec<String>, usize, usize)>,
    /// How many semicolons belong to `with` and `assert`.
    pending: usize,
}

impl Expression {
    /// Reads a text. Whatever it is, something is found.
    pub fn read(text: &str) -> Expression {
        let (tokens, wrong) = tokens(text);
        let mut found = Expression {
            tokens,
            attributes: Vec::new(),
            wrong,
        };
        found.collect();
        found
    }

    fn collect(&mut self) {
        let mut frames = vec![Frame::new("", 1, Vec::new())];
        let mut at = 0;
        while at < self.tokens.len() {
            let line = self.tokens[at].0;
            if let Some((names, equals)) = self.assigned(at)
                && frames.last().is_some_and(|it| it.current.is_none())
            {
                let frame = frames.last_mut().expect("one is always open");
                let path = frame.prefix.iter().cloned().chain(names).collect();
                frame.current = Some((path, line, equals + 1));
                at = equals + 1;
                continue;
            }
            let frame = frames.last_mut().expect("one is always open");
            match &self.tokens[at].1 {
                Token::Mark(mark @ ("{" | "(" | "[")) => {
                    let prefix = frame.inner();
                    frames.push(Frame::new(mark, line, prefix));
                }
                Token::Mark(mark @ ("}" | ")" | "]")) => {
                    let expected = match *mark {
                        "}" => "{",
                        ")" => "(",
                        _ => "[",
                    };
                    if frame.opened == expected {
                        frames.pop();
                    } else {
                        self.wrong.push((line, format!("`{mark}` closes nothing")));
                    }
                }
                Token::Word(word) if word == "let" => {
                    let prefix = frame.inner();
                    frames.push(Frame::new("let", line, prefix));
                }
                Token::Word(word) if word == "in" && frame.opened == "let" => {
                    frames.pop();
                }
                Token::Word(word) if word == "with" || word == "assert" => frame.pending += 1,
                Token::Mark(";") if frame.pending > 0 => frame.pending -= 1,
                Token::Mark(";") => {
                    if let Some((path, line, start)) = frame.current.take() {
                        let value = start..at;
                        self.attributes.push(Attribute { path, line, value });
                    }
                }
                _ => {}
            }
            at += 1;
        }
        for frame in frames.iter().skip(1) {
            let what = format!("`{}` is not closed", frame.opened);
            self.wrong.push((frame.line, what));
        }
    }

    /// The names before an `=`, and where that stands.
    fn assigned(&self, start: usize) -> Option<(Vec<String>, usize)> {
        let mut names = Vec::new();
        let mut at = start;
        loop {
            match &self.tokens.get(at)?.1 {
                Token::Word(name) | Token::Text(name) => names.push(name.clone()),
                _ => return None,
            }
            match self.tokens.get(at + 1)?.1 {
                Token::Mark(".") => at += 2,
                Token::Mark("=") => return Some((names, at + 1)),
                _ => return None,
            }
        }
    }

    /// The attributes whose names end so.
    pub fn ending<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a Attribute> {
        let is_it = move |it: &&Attribute| {
            let start = it.path.len().checked_sub(names.len());
            start.is_some_and(|start| it.path[start..].iter().zip(names).all(|(a, b)| a == b))
        };
        self.attributes.iter().filter(is_it)
    }

    /// The attribute of these names from the outermost set on.
    pub fn at(&self, names: &[&str]) -> Option<&Attribute> {
        let is_it = |it: &&Attribute| it.path.iter().map(String::as_str).eq(names.iter().copied());
        self.attributes.iter().find(is_it)
    }

    /// The words of an attribute's value.
    pub fn value(&self, attribute: &Attribute) -> &[(usize, Token)] {
        &self.tokens[attribute.value.clone()]
    }

    /// The text of an attribute that is one string. Interpolations stand in it as they are.
    pub fn text(&self, attribute: &Attribute) -> Option<&str> {
        match self.value(attribute) {
            [(_, Token::Text(text))] => Some(text),
            _ => None,
        }
    }

    /// Whether a name is taken over from around or from a set: `inherit (x) version;`.
    pub fn inherits(&self, name: &str) -> bool {
        let mut is_inside = false;
        self.tokens.iter().any(|(_, it)| {
            match it {
                Token::Word(word) if word == "inherit" => is_inside = true,
                Token::Mark(";") => is_inside = false,
                _ => {}
            }
            is_inside && matches!(it, Token::Word(word) if word == name)
        })
    }

    /// Whether a word stands anywhere, with its line.
    pub fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let is_it = move |it: &&(usize, Token)| matches!(&it.1, Token::Word(found) if found == word);
        self.tokens.iter().filter(is_it).map(|it| it.0)
    }
}

impl Frame {
    fn new(opened: &'static str, line: usize, prefix: Vec<String>) -> Frame {
        Frame {
            opened,
            line,
            prefix,
            current: None,
            pending: 0,
        }
    }

    /// The attributes around what is opened now.
    fn inner(&self) -> Vec<String> {
        self.current
            .as_ref()
            .map_or_else(|| self.prefix.clone(), |it| it.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let read = Expression::read(text);
        let found: Vec<(String, String)> = read
            .attributes
            .iter()
            .map(|it| {
                let text = read.text(it).unwrap_or("?");
                (it.path.join("."), text.to_owned())
            })
            .collect();
        let found: Vec<(&str, &str)> = found.iter().map(|it| (&*it.0, &*it.1)).collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(read.wrong, [], "{text}");
    }

    #[test]
    fn attributes_have_the_names_around_them() {
        check("{ a = \"1\"; b.c = ''2''; }", &[("a", "1"), ("b.c", "2")]);
        check(
            "{ x, y ? 1 }: f (z: { src = g { url = \"u\"; }; meta = { d = \"e\"; }; })",
            &[("src.url", "u"), ("src", "?"), ("meta.d", "e"), ("meta", "?")],
        );
        check(
            "{ license = with lib.licenses; [ mit ]; b = \"c\"; }",
            &[("license", "?"), ("b", "c")],
        );
        check(
            "{ a = let b = \"c\"; in b; d = x: assert x == 1; \"e\"; }",
            &[("a.b", "c"), ("a", "?"), ("d", "?")],
        );
        check("{ inherit (x) y; \"a b\" = \"c\"; }", &[("a b", "c")]);
    }

    #[test]
    fn what_nix_refuses_is_found() {
        for text in ["{", "{ a = 1; ]", "\"a", "''a", "/* a", "{ a = \"${b\"; }", ")"] {
            assert_ne!(Expression::read(text).wrong, [], "{text}");
        }
    }
}
