//! Words of the shell: quotes taken away, and what can be expanded without running anything.

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
                    word.is_read &= !matches!(it, '{' | '*' | '?' | '[');
                    word.text.push(it);
                    self.at += 1;
                }
            }
        }
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
    let is_plain = |it: &str| !it.contains(['*', '?', '[', '\\', '$', '\'', '%', '#', '/']);
    if operator.is_empty() {
        return Some(value.to_owned());
    }
    if let Some(end) = operator.strip_prefix('%').filter(|it| is_plain(it)) {
        return Some(value.strip_suffix(end).unwrap_or(value).to_owned());
    }
    let start = operator.strip_prefix('#').filter(|it| is_plain(it))?;
    Some(value.strip_prefix(start).unwrap_or(value).to_owned())
}
