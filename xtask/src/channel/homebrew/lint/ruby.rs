//! The text of a statement of Ruby: its first word, its literals, and whether it goes on or opens a block.

const OPENERS: &[&str] = &[
    "class", "module", "def", "if", "unless", "case", "while", "until", "for", "begin",
];

/// The first word of a statement, and what follows.
pub(super) fn head(statement: &str) -> (&str, &str) {
    let is_word = |it: char| it.is_alphanumeric() || matches!(it, '_' | '!' | '?');
    let end = statement.find(|it: char| !is_word(it)).unwrap_or(statement.len());
    (&statement[..end], statement[end..].trim_start())
}

/// Whether a statement opens a block that a later line closes.
pub(super) fn opens(statement: &str) -> bool {
    let outside = outside(statement);
    let text = outside.trim_end();
    if text.ends_with(" end") || text.ends_with(";end") {
        return false;
    }
    let (word, rest) = head(text);
    let ends_with_do =
        text.ends_with(" do") || text.rsplit_once(" do |").is_some_and(|it| it.1.ends_with('|'));
    // A condition or a loop may be what is assigned.
    let value = [" = ", " ||= ", " << "].iter().find_map(|it| text.split_once(it));
    let assigned = value.map_or("", |it| head(it.1.trim_start()).0);
    ends_with_do
        || (OPENERS.contains(&word) && !(word == "def" && is_endless(rest)))
        || ["if", "unless", "case", "while", "begin"].contains(&assigned)
}

/// Whether a definition stands in one line: `def name = value`.
fn is_endless(rest: &str) -> bool {
    let name = rest.find(['(', ' ']).map_or("", |at| &rest[at..]);
    let behind = name
        .strip_prefix('(')
        .and_then(|it| it.split_once(')'))
        .map_or(name, |it| it.1);
    behind.trim_start().starts_with("= ")
}

/// Whether a statement goes on in the next line.
pub(super) fn goes_on(statement: &str) -> bool {
    let outside = outside(statement);
    let depth = outside.chars().fold(0_i32, |depth, it| match it {
        '(' | '[' | '{' => depth + 1,
        ')' | ']' | '}' => depth - 1,
        _ => depth,
    });
    let end = outside.trim_end();
    depth > 0 || end.ends_with(',') || end.ends_with('\\')
}

/// The word that ends a heredoc which begins in a statement.
pub(super) fn heredoc(statement: &str) -> Option<String> {
    let outside = outside(statement);
    let at = outside.find("<<~").or_else(|| outside.find("<<-"))?;
    let rest = statement[at + 3..].trim_start_matches(['"', '\'']);
    let end = rest
        .find(|it: char| !it.is_ascii_alphanumeric() && it != '_')
        .unwrap_or(rest.len());
    (end > 0).then(|| rest[..end].to_owned())
}

/// A statement with `x` in the place of its literals, and without a remark at its end.
pub(super) fn outside(statement: &str) -> String {
    let mut out = String::with_capacity(statement.len());
    let mut rest = statement;
    while let Some(letter) = rest.chars().next() {
        if letter == '#' {
            break;
        }
        let length = literal_length(rest, &out).unwrap_or(0);
        if length == 0 {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        } else {
            out.extend(std::iter::repeat_n('x', length));
            rest = &rest[length..];
        }
    }
    out
}

/// How long the literal is that a text begins with, behind what stands before it.
fn literal_length(text: &str, before: &str) -> Option<usize> {
    let first = text.chars().next()?;
    match first {
        '"' | '\'' | '`' => Some(1 + closing(&text[1..], first, None)),
        '/' => {
            // What follows a name or a value divides it, and joins a path.
            let before = before.trim_end();
            let is_value = before.ends_with(|it: char| it.is_alphanumeric() || "_)]}?!".contains(it));
            let is_word = ["if", "unless", "when", "and", "or", "not"]
                .iter()
                .any(|it| before.ends_with(&format!(" {it}")) || before == *it);
            (!before.is_empty() && (is_word || !is_value)).then(|| 1 + closing(&text[1..], '/', None))
        }
        '%' => {
            let kind = text[1..].chars().next()?;
            let open = if "rwWqQi".contains(kind) {
                text[2..].chars().next()?
            } else {
                kind
            };
            let close = match open {
                '{' => '}',
                '[' => ']',
                '(' => ')',
                '|' | '!' => open,
                _ => return None,
            };
            let start = if open == kind { 2 } else { 3 };
            let nests = (close != open).then_some(open);
            Some(start + closing(&text[start..], close, nests))
        }
        _ => None,
    }
}

/// How long a text is up to the end of the literal in it, that mark included.
fn closing(text: &str, close: char, nests: Option<char>) -> usize {
    let mut depth = 0_usize;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if close != '\'' && letter == '#' && text[at + 1..].starts_with('{') {
            let inner = 2 + interpolation(&text[at + 2..]);
            while letters.offset() < at + inner && letters.next().is_some() {}
        } else if Some(letter) == nests {
            depth += 1;
        } else if letter == close {
            if depth == 0 {
                return at + letter.len_utf8();
            }
            depth -= 1;
        }
    }
    text.len()
}

/// How long an interpolation is, from behind its `#{` to its `}`.
pub(super) fn interpolation(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return at + 1,
            '}' => depth -= 1,
            '"' | '\'' => {
                at += 1 + closing(&text[at + 1..], letter, None);
                continue;
            }
            _ => {}
        }
        at += letter.len_utf8();
    }
    text.len()
}

/// The literals of a text: where each begins, and what it means. Interpolations stay as they are written.
pub(super) fn literals(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, mark)) = letters.next() {
        if mark == '#' {
            break;
        }
        if mark != '"' && mark != '\'' {
            continue;
        }
        let mut out = String::new();
        while let Some((at, letter)) = letters.next() {
            if letter == mark {
                break;
            }
            if letter == '#' && mark == '"' && text[at + 1..].starts_with('{') {
                let end = at + 2 + interpolation(&text[at + 2..]);
                out.push_str(&text[at..end]);
                while letters.next_if(|it| it.0 < end).is_some() {}
                continue;
            }
            if letter != '\\' {
                out.push(letter);
                continue;
            }
            let Some((_, escaped)) = letters.next() else { break };
            match escaped {
                'n' if mark == '"' => out.push('\n'),
                't' if mark == '"' => out.push('\t'),
                'u' if mark == '"' => {
                    let is_digits = letters.next_if(|it| it.1 == '{').is_some();
                    let mut digits = String::new();
                    while let Some((_, digit)) =
                        letters.next_if(|it| it.1.is_ascii_hexdigit() && (is_digits || digits.len() < 4))
                    {
                        digits.push(digit);
                    }
                    if is_digits {
                        letters.next_if(|it| it.1 == '}');
                    }
                    let number = u32::from_str_radix(&digits, 16).ok();
                    out.extend(number.and_then(char::from_u32));
                }
                other if mark == '\'' && other != '\'' && other != '\\' => out.extend(['\\', other]),
                other => out.push(other),
            }
        }
        found.push((at, out));
    }
    found
}
