//! The words of a Nix expression: names, strings, paths and marks; comments are left out.

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A name, a keyword or a number.
    Word(String),
    /// A string without its quotes; `${…}` stands in it as it is written.
    Text(String),
    /// A path, with `<…>` among them.
    Path(String),
    /// Everything else.
    Mark(&'static str),
}

/// The longer ones first, so that `==` is not taken for two `=`.
const MARKS: &[&str] = &[
    "...", "==", "!=", "<=", ">=", "->", "//", "++", "&&", "||", "{", "}", "(", ")", "[", "]", "=", ";", ".",
    ",", ":", "@", "?", "<", ">", "+", "-", "*", "/", "!", "|",
];

/// Things with their lines, counted from 1.
pub type Lines<T> = Vec<(usize, T)>;

/// The words with their lines, and what is no word.
pub fn tokens(text: &str) -> (Lines<Token>, Lines<String>) {
    let mut reader = Reader {
        text,
        at: 0,
        wrong: Vec::new(),
    };
    let mut found = Vec::new();
    let (mut line, mut counted) = (1, 0);
    while let Some(start) = reader.start() {
        line += text[counted..start].matches('\n').count();
        counted = start;
        let known = reader.wrong.len();
        if let Some(token) = reader.token() {
            found.push((line, token));
        }
        for wrong in &mut reader.wrong[known..] {
            wrong.0 = line;
        }
    }
    (found, reader.wrong)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    wrong: Vec<(usize, String)>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Steps over blanks and comments; where the next word starts.
    fn start(&mut self) -> Option<usize> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with('#') {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                if let Some(end) = trimmed.find("*/") {
                    self.at += end + 2;
                } else {
                    self.wrong.push((1, "a comment does not end".to_owned()));
                    self.at = self.text.len();
                }
            } else {
                return (!trimmed.is_empty()).then_some(self.at);
            }
        }
    }

    fn token(&mut self) -> Option<Token> {
        let rest = self.rest();
        if rest.starts_with('"') {
            self.at += 1;
            return Some(Token::Text(self.quoted()));
        }
        if rest.starts_with("''") {
            self.at += 2;
            return Some(Token::Text(self.indented()));
        }
        if let Some(length) = path(rest) {
            self.at += length;
            return Some(Token::Path(rest[..length].to_owned()));
        }
        let is_inner = |it: char| it.is_ascii_alphanumeric() || "_-'".contains(it);
        if rest.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_') {
            let length = rest.find(|it| !is_inner(it)).unwrap_or(rest.len());
            self.at += length;
            return Some(Token::Word(rest[..length].to_owned()));
        }
        if rest.starts_with("${") {
            let from = self.at;
            self.interpolation();
            return Some(Token::Text(self.text[from..self.at].to_owned()));
        }
        if let Some(mark) = MARKS.iter().find(|it| rest.starts_with(**it)) {
            self.at += mark.len();
            return Some(Token::Mark(mark));
        }
        let letter = rest.chars().next()?;
        self.at += letter.len_utf8();
        self.wrong
            .push((1, format!("`{}` means nothing here", letter.escape_debug())));
        None
    }

    /// The inside of a string in double quotes, escapes taken away.
    fn quoted(&mut self) -> String {
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(letter) = rest.chars().next() else {
                self.wrong.push((1, "a string does not end".to_owned()));
                return out;
            };
            if letter == '"' {
                self.at += 1;
                return out;
            }
            if rest.starts_with("${") {
                let from = self.at;
                self.interpolation();
                out.push_str(&self.text[from..self.at]);
                continue;
            }
            if rest.starts_with("$$") {
                out.push_str("$$");
                self.at += 2;
                continue;
            }
            self.at += letter.len_utf8();
            if letter == '\\'
                && let Some(next) = self.rest().chars().next()
            {
                self.at += next.len_utf8();
                out.push(unescaped(next));
            } else {
                out.push(letter);
            }
        }
    }

    /// The inside of a string between double single quotes.
    fn indented(&mut self) -> String {
        let mut out = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with("'''") {
                out.push_str("''");
                self.at += 3;
            } else if rest.starts_with("''$") {
                out.push('$');
                self.at += 3;
            } else if rest.starts_with("''\\") {
                self.at += 3;
                if let Some(next) = self.rest().chars().next() {
                    self.at += next.len_utf8();
                    out.push(unescaped(next));
                }
            } else if rest.starts_with("''") {
                self.at += 2;
                return out;
            } else if rest.starts_with("${") {
                let from = self.at;
                self.interpolation();
                out.push_str(&self.text[from..self.at]);
            } else if let Some(letter) = rest.chars().next() {
                self.at += letter.len_utf8();
                out.push(letter);
            } else {
                self.wrong.push((1, "a string does not end".to_owned()));
                return out;
            }
        }
    }

    /// Steps over `${…}`, in which anything may stand, strings too.
    fn interpolation(&mut self) {
        self.at += 2;
        let mut depth = 1_usize;
        while self.start().is_some() {
            let rest = self.rest();
            if rest.starts_with('}') {
                depth -= 1;
            } else if rest.starts_with('{') {
                depth += 1;
            }
            self.token();
            if depth == 0 {
                return;
            }
        }
        self.wrong.push((1, "an interpolation does not end".to_owned()));
    }
}

fn unescaped(letter: char) -> char {
    match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        it => it,
    }
}

/// How long the path is that a text begins with: `./a`, `a/b`, `/a`, `~/a`, `<a/b>`.
fn path(text: &str) -> Option<usize> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || "._+-".contains(it);
    if let Some(inner) = text.strip_prefix('<') {
        let length = inner.find(|it| !is_part(it) && it != '/')?;
        return (length > 0 && inner[length..].starts_with('>')).then_some(length + 2);
    }
    let start = text.strip_prefix('~').unwrap_or(text);
    let first = start.find(|it| !is_part(it)).unwrap_or(start.len());
    let mut length = text.len() - start.len() + first;
    let mut has_part = false;
    while let Some(below) = text[length..].strip_prefix('/') {
        let part = below.find(|it| !is_part(it)).unwrap_or(below.len());
        if part == 0 {
            break;
        }
        length += 1 + part;
        has_part = true;
    }
    has_part.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_kind() {
        let word = |it: &str| Token::Word(it.to_owned());
        let text = |it: &str| Token::Text(it.to_owned());
        let path = |it: &str| Token::Path(it.to_owned());
        let check = |from: &str, expected: &[Token]| {
            let (found, wrong) = tokens(from);
            let found: Vec<Token> = found.into_iter().map(|it| it.1).collect();
            assert_eq!(found, expected, "{from}");
            assert_eq!(wrong, [], "{from}");
        };
        check(
            "a-b' == 1 # x\n/* y */ != c",
            &[
                word("a-b'"),
                Token::Mark("=="),
                word("1"),
                Token::Mark("!="),
                word("c"),
            ],
        );
        check(
            r#""a\"b\n\${c} ${d { e = "}"; }}""#,
            &[text("a\"b\n${c} ${d { e = \"}\"; }}")],
        );
        check("''a ''' b ''${c} ${d}''", &[text("a '' b ${c} ${d}")]);
        check(
            "./a ../b/c /d <nixpkgs/lib> a.b a // b",
            &[
                path("./a"),
                path("../b/c"),
                path("/d"),
                path("<nixpkgs/lib>"),
                word("a"),
                Token::Mark("."),
                word("b"),
                word("a"),
                Token::Mark("//"),
                word("b"),
            ],
        );
    }
}
