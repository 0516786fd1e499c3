//! Words of the shell: quotes taken away, and what can be expanded without running anything.

use super::braces::{CLOSE, COMMA, OPEN};
use super::{Reader, is_variable};

/// A word, and whether all of it could be read.
pub(super) struct Word {
    pub(super) text: String,
    pub(super) is_read: bool,
}

impl Reader {
    /// A word of the shell, quotes taken away and simple expansions made.
    pub(super) fn word(&mut self) -> Word {
        let mut word = Word {
            text: String::new(),
            is_read: true,
        };
        while let Some(letter) = self.peek() {
            match letter {
                it if it.is_whitespace() => break,
                ')' | ';' | '(' | '<' | '>' | '&' | '|' => break,
                '\'' => {
                    self.at += 1;
                    word.text.push_str(&self.take_while(|it| it != '\''));
                    word.is_read &= self.next().is_some();
                }
                '"' => {
                    self.at += 1;
                    self.double_quoted(&mut word);
                }
                '\\' => {
                    self.at += 1;
                    match self.next() {
                        Some('\n') => {}
                        Some(it) => word.text.push(it),
                        None => word.is_read = false,
                    }
                }
                '$' => {
                    let value = self.expansion();
                    // Without quotes bash would split it.
                    word.is_read &= value.is_read && !value.text.contains(char::is_whitespace);
                    word.text.push_str(&value.text);
                }
                '`' => {
                    word.is_read = false;
                    self.at += 1;
                    self.take_while(|it| it != '`');
                    self.at += 1;
                }
                it => {
                    word.is_read &= !matches!(it, '*' | '?' | '[');
                    word.text.push(match it {
                        '{' => OPEN,
                        ',' => COMMA,
                        '}' => CLOSE,
                        _ => it,
                    });
                    self.at += 1;
                }
            }
        }
        // A row of numbers or letters, as `{1..3}`.
        word.is_read &= !(word.text.contains(OPEN) && word.text.contains(".."));
        word
    }

    fn double_quoted(&mut self, word: &mut Word) {
        loop {
            match self.peek() {
                None => {
                    word.is_read = false;
                    return;
                }
                Some('"') => {
                    self.at += 1;
                    return;
                }
                Some('\\') => {
                    self.at += 1;
                    match self.next() {
                        Some('\n') => {}
                        Some(it @ ('"' | '$' | '`' | '\\')) => word.text.push(it),
                        Some(it) => word.text.extend(['\\', it]),
                        None => word.is_read = false,
                    }
                }
                Some('$') => {
                    let value = self.expansion();
                    word.is_read &= value.is_read;
                    word.text.push_str(&value.text);
                }
                Some('`') => {
                    word.is_read = false;
                    self.at += 1;
                    self.take_while(|it| it != '`');
                    self.at += 1;
                }
                Some(it) => {
                    word.text.push(it);
                    self.at += 1;
                }
            }
        }
    }

    /// `$name`, `${name}`, and `${name%end}` and `${name#start}` with plain text; of everything else the text.
    fn expansion(&mut self) -> Word {
        let start = self.at;
        self.at += 1;
        match self.peek() {
            Some('{') => {
                self.at += 1;
                let name = self.take_while(|it| it.is_ascii_alphanumeric() || it == '_');
                let inner = self.take_while(|it| it != '}' && it != '\n' && it != '"');
                if self.next() == Some('}')
                    && is_variable(&name)
                    && let Some(text) = self.scalar(&name).and_then(|it| changed(it, &inner))
                {
                    return Word { text, is_read: true };
                }
            }
            Some('(') => self.step_over_parentheses(),
            Some(it) if it.is_ascii_alphabetic() || it == '_' => {
                let name = self.take_while(|it| it.is_ascii_alphanumeric() || it == '_');
                if let Some(text) = self.scalar(&name) {
                    return Word {
                        text: text.to_owned(),
                        is_read: true,
                    };
                }
            }
            Some('\'') => {
                self.at += 1;
                self.take_while(|it| it != '\'');
                self.at += 1;
            }
            // A dollar sign before anything else is one.
            _ => {
                return Word {
                    text: "$".to_owned(),
                    is_read: true,
                };
            }
        }
        let end = self.at.min(self.letters.len());
        Word {
            text: self.letters[start..end].iter().collect(),
            is_read: false,
        }
    }

    fn step_over_parentheses(&mut self) {
        let mut depth = 0_usize;
        while let Some(letter) = self.next() {
            match letter {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// The value of a variable that was read; of an array, as bash has it, the first.
    fn scalar(&self, name: &str) -> Option<&str> {
        let variable = self.found.variables.get(name).filter(|it| it.is_read)?;
        variable.values.first().map(String::as_str)
    }
}

/// A value after the operator behind its name.
fn changed(value: &str, operator: &str) -> Option<String> {
    if operator.is_empty() {
        return Some(value.to_owned());
    }
    let is_plain = |it: &str| !it.contains(['*', '?', '[', '\\', '$', '\'', '`']);
    match operator {
        "^^" => return Some(value.to_uppercase()),
        ",," => return Some(value.to_lowercase()),
        _ => {}
    }
    if let Some(rest) = operator.strip_prefix('/') {
        let (is_all, rest) = rest.strip_prefix('/').map_or((false, rest), |it| (true, it));
        let (from, to) = rest.split_once('/').unwrap_or((rest, ""));
        let is_simple = is_plain(from) && is_plain(to) && !from.is_empty() && !from.starts_with(['#', '%']);
        let count = if is_all { usize::MAX } else { 1 };
        return is_simple.then(|| value.replacen(from, to, count));
    }
    if let Some(rest) = operator.strip_prefix(':') {
        return slice(value, rest);
    }
    cut(value, operator)
}

/// `${name:offset}`, `${name:offset:length}`, and `${name:-text}` of what is there.
fn slice(value: &str, operator: &str) -> Option<String> {
    if operator.starts_with(['-', '=', '?']) {
        return (!value.is_empty()).then(|| value.to_owned());
    }
    let (offset, length) = operator.split_once(':').unwrap_or((operator, ""));
    let number = |text: &str, other: usize| match text.trim() {
        "" => Some(other),
        text => text.parse().ok(),
    };
    let (offset, length) = (number(offset, 0)?, number(length, usize::MAX)?);
    Some(value.chars().skip(offset).take(length).collect())
}

/// `%end`, `#start`, and what is cut up to or from a text: `%%.*`, `#*-`.
fn cut(value: &str, operator: &str) -> Option<String> {
    let is_end = operator.starts_with('%');
    let mark = if is_end { '%' } else { '#' };
    let rest = operator.strip_prefix(mark)?;
    let (is_longest, pattern) = rest.strip_prefix(mark).map_or((false, rest), |it| (true, it));
    let text = if is_end {
        pattern.strip_suffix('*')
    } else {
        pattern.strip_prefix('*')
    };
    let has_star = text.is_some();
    let text = text.unwrap_or(pattern);
    if text.contains(['*', '?', '[', '\\', '$', '\'', '%', '#', '/']) || text.is_empty() {
        return None;
    }
    let found = match (is_end, has_star, is_longest) {
        (true, false, _) => value.strip_suffix(text),
        (false, false, _) => value.strip_prefix(text),
        (true, true, true) => value.find(text).map(|at| &value[..at]),
        (true, true, false) => value.rfind(text).map(|at| &value[..at]),
        (false, true, true) => value.rfind(text).map(|at| &value[at + text.len()..]),
        (false, true, false) => value.find(text).map(|at| &value[at + text.len()..]),
    };
    Some(found.unwrap_or(value).to_owned())
}
