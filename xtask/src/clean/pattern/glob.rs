//! One component of a pattern: tokens, and a match that never looks back past the last star.

use super::Ends;

/// A pattern of one name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Glob(pub(super) Vec<Token>);

/// What one piece of a pattern stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A byte, in lowercase.
    Byte(u8),
    /// `?`: one character, or one byte of a name that is not UTF-8.
    One,
    /// `*`: any number of bytes.
    Many,
    /// `[a-z]`: one byte out of ranges; `[!a-z]`: one character of which the first byte lies in none of them.
    Class {
        /// Whether it was written with `!` or `^`.
        negated: bool,
        /// First and last of each range, in lowercase.
        ranges: Vec<(u8, u8)>,
    },
}

impl Glob {
    pub(super) fn matches(&self, name: &[u8]) -> bool {
        let tokens = &self.0[..];
        let (mut token, mut at) = (0, 0);
        // The token after the last star, and where in the name it is tried next.
        let mut retry: Option<(usize, usize)> = None;
        loop {
            let step = match tokens.get(token) {
                Some(Token::Many) => {
                    token += 1;
                    if token == tokens.len() {
                        return true;
                    }
                    retry = Some((token, at));
                    None
                }
                Some(it) => it.length_at(name, at),
                None if at == name.len() => return true,
                None => None,
            };
            if let Some(length) = step {
                token += 1;
                at += length;
                continue;
            }
            let Some((after_star, from)) = retry else {
                return false;
            };
            let Some(next) = tokens[after_star].next_in(name, from) else {
                return false;
            };
            retry = Some((after_star, next + 1));
            token = after_star;
            at = next;
        }
    }

    /// Whether it is `*`.
    pub(super) fn is_all(&self) -> bool {
        self.0.iter().all(|it| *it == Token::Many) && !self.0.is_empty()
    }

    /// Whether no star stands beside a letter or digit, nor alone.
    pub(super) fn is_telling(&self) -> bool {
        let is_letter = |it: &Token| matches!(it, Token::Byte(byte) if byte.is_ascii_alphanumeric());
        let is_loose = self.0.windows(2).any(|it| match it {
            [Token::Many, other] | [other, Token::Many] => is_letter(other),
            _ => false,
        });
        !is_loose && !self.is_all()
    }

    /// The plain bytes at its start and at its end.
    pub(super) fn ends(&self) -> Ends {
        let byte = |it: &Token| match it {
            Token::Byte(byte) => Some(*byte),
            Token::One | Token::Many | Token::Class { .. } => None,
        };
        let start = self.0.iter().map_while(byte).collect();
        let mut end: Vec<u8> = self.0.iter().rev().map_while(byte).collect();
        end.reverse();
        Ends { start, end }
    }
}

impl Token {
    /// The first place, from one on, where it may fit.
    fn next_in(&self, name: &[u8], from: usize) -> Option<usize> {
        let rest = name.get(from..)?;
        match self {
            Token::Byte(wanted) => {
                let mut bytes = rest.iter();
                bytes
                    .position(|it| it.to_ascii_lowercase() == *wanted)
                    .map(|it| from + it)
            }
            Token::One | Token::Many | Token::Class { .. } => (!rest.is_empty()).then_some(from),
        }
    }

    /// How many bytes it takes up at a place; `None` when it does not fit there.
    fn length_at(&self, name: &[u8], at: usize) -> Option<usize> {
        let byte = name.get(at)?.to_ascii_lowercase();
        match self {
            Token::Byte(wanted) => (*wanted == byte).then_some(1),
            Token::One => Some(character_length(&name[at..])),
            Token::Class { negated, ranges } => {
                let is_inside = ranges
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&byte));
                match (is_inside, negated) {
                    (true, false) => Some(1),
                    (false, true) => Some(character_length(&name[at..])),
                    (true, true) | (false, false) => None,
                }
            }
            Token::Many => Some(0),
        }
    }
}

/// The length of the UTF-8 character at the start; 1 for bytes that are none.
fn character_length(bytes: &[u8]) -> usize {
    let length = match bytes[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    match bytes.get(..length).map(std::str::from_utf8) {
        Some(Ok(_)) => length,
        _ => 1,
    }
}
