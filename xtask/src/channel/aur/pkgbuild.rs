//! Reads the assignments and functions of a PKGBUILD without running it, and says what it cannot read.

mod braces;
mod word;

use std::collections::BTreeMap;

/// What stands in a PKGBUILD.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pkgbuild {
    /// The variables by name, as they are at the end.
    pub variables: BTreeMap<String, Variable>,
    /// The functions in their order.
    pub functions: Vec<Function>,
    /// Lines, counted from 1, that only bash can read.
    pub unread: Vec<(usize, String)>,
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its values: one, unless it is an array.
    pub values: Vec<String>,
    /// Whether it was written with parentheses.
    pub is_array: bool,
    /// The line of its last assignment.
    pub line: usize,
    /// Whether everything in it could be read.
    pub is_read: bool,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its line.
    pub line: usize,
    /// What stands between its braces.
    pub body: String,
}

impl Pkgbuild {
    /// Reads a text. Whatever it is, something is found; what is not understood is in `unread`.
    pub fn read(text: &str) -> Pkgbuild {
        let mut reader = Reader {
            letters: text.chars().collect(),
            at: 0,
            depth: 0,
            found: Pkgbuild::default(),
        };
        while reader.statement() {}
        reader.found
    }

    /// The values of a variable; none when it is not there.
    pub fn values(&self, name: &str) -> &[String] {
        self.variables.get(name).map_or(&[], |it| &it.values)
    }

    /// The one value of a variable.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values(name)
            .first()
            .map(String::as_str)
            .filter(|it| !it.is_empty())
    }

    /// Whether what is known of a variable is what it will be; also where it is not there.
    pub fn is_read(&self, name: &str) -> bool {
        self.variables.get(name).is_none_or(|it| it.is_read)
    }

    /// Whether it is packed from what a version control system has at that time, so that `pkgver()` says the version.
    pub fn is_moving(&self) -> bool {
        self.function("pkgver").is_some()
    }

    /// The line of a variable; the first where it is not there.
    pub fn line(&self, name: &str) -> usize {
        self.variables.get(name).map_or(1, |it| it.line)
    }

    /// The function of a name.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|it| it.name == name)
    }
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    /// How many conditions and loops are open: what is assigned in them may be, or not.
    depth: usize,
    found: Pkgbuild,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn ahead(&self, count: usize) -> Option<char> {
        self.letters.get(self.at + count).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    fn line(&self) -> usize {
        let end = self.at.min(self.letters.len());
        1 + self.letters[..end].iter().filter(|it| **it == '\n').count()
    }

    fn take_while(&mut self, takes: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&takes) {
            self.at += 1;
        }
        self.letters[start..self.at].iter().collect()
    }

    fn unread(&mut self, line: usize, why: impl Into<String>) {
        self.found.unread.push((line, why.into()));
    }

    /// One statement; `false` at the end.
    fn statement(&mut self) -> bool {
        self.take_while(|it| it.is_whitespace() || it == ';');
        let Some(first) = self.peek() else {
            return false;
        };
        let line = self.line();
        if first == '#' {
            self.take_while(|it| it != '\n');
            return true;
        }
        let start = self.at;
        let name = self.take_while(|it| it.is_ascii_alphanumeric() || "_-.@".contains(it));
        let is_added = self.peek() == Some('+') && self.ahead(1) == Some('=');
        if is_variable(&name) && (is_added || self.peek() == Some('=')) {
            self.at += 1 + usize::from(is_added);
            self.assignment(&name, line, is_added);
            return true;
        }
        if !name.is_empty() && self.opens_function() {
            self.function(name, line);
            return true;
        }
        self.at = start;
        let rest = self.take_while(|it| it != '\n');
        self.command(rest.trim());
        self.unread(line, format!("`{}` is no assignment", rest.trim()));
        true
    }

    /// What a line that bash alone can read may do to variables.
    fn command(&mut self, text: &str) {
        for word in text.split([' ', '\t', ';', '(', ')']) {
            match word {
                "if" | "for" | "while" | "until" | "case" => self.depth += 1,
                "fi" | "done" | "esac" => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            let name = word.split(['=', '+']).next().unwrap_or_default();
            if name.len() < word.len()
                && let Some(variable) = self.found.variables.get_mut(name)
            {
                variable.is_read = false;
            }
        }
    }

    /// Steps over `() {`, if that is what follows.
    fn opens_function(&mut self) -> bool {
        let start = self.at;
        self.take_while(|it| it == ' ' || it == '\t');
        if self.next() == Some('(') && self.next() == Some(')') {
            self.take_while(char::is_whitespace);
            if self.next() == Some('{') {
                return true;
            }
        }
        self.at = start;
        false
    }

    /// A body ends with a brace at the start of a line, as everyone writes it, or with one at the end of its own line.
    fn function(&mut self, name: String, line: usize) {
        let first = self.take_while(|it| it != '\n');
        let body = match first.trim_end().strip_suffix('}') {
            Some(inner) if !inner.trim().is_empty() => inner.to_owned(),
            _ => {
                let mut body = first;
                loop {
                    let Some(letter) = self.next() else {
                        self.unread(line, format!("the function `{name}` does not end"));
                        break;
                    };
                    body.push(letter);
                    if letter == '\n' && self.peek() == Some('}') {
                        self.at += 1;
                        break;
                    }
                }
                body
            }
        };
        self.found.functions.push(Function { name, line, body });
    }

    fn assignment(&mut self, name: &str, line: usize, is_added: bool) {
        let is_array = self.peek() == Some('(');
        let mut values = Vec::new();
        let mut is_read = true;
        if is_array {
            self.at += 1;
            loop {
                self.take_while(char::is_whitespace);
                match self.peek() {
                    Some('#') => {
                        self.take_while(|it| it != '\n');
                    }
                    Some(')') => {
                        self.at += 1;
                        break;
                    }
                    None => {
                        is_read = false;
                        break;
                    }
                    Some(_) => {
                        let start = self.at;
                        let word = self.word();
                        is_read &= word.is_read && self.at > start;
                        if self.at == start {
                            self.at += 1;
                        }
                        values.extend(braces::expanded(&word.text));
                    }
                }
            }
        } else {
            let word = self.word();
            is_read = word.is_read;
            values.push(braces::written(&word.text));
        }
        // What follows on the line would be a command with this variable in its environment.
        self.take_while(|it| it == ' ' || it == '\t');
        if !matches!(self.peek(), None | Some('\n' | ';' | '#')) {
            is_read = false;
            self.take_while(|it| it != '\n');
        }
        if self.depth > 0 {
            is_read = false;
        }
        if !is_read {
            self.unread(line, format!("`{name}` needs bash to be read"));
        }
        match self.found.variables.get_mut(name) {
            Some(variable) if is_added => {
                if is_array || variable.is_array {
                    variable.values.extend(values);
                } else if let (Some(last), Some(more)) = (variable.values.last_mut(), values.first()) {
                    last.push_str(more);
                }
                variable.is_read &= is_read;
                variable.line = line;
            }
            _ => {
                let variable = Variable {
                    values,
                    is_array,
                    line,
                    is_read,
                };
                self.found.variables.insert(name.to_owned(), variable);
            }
        }
    }
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
}

#[cfg(test)]
mod tests;
