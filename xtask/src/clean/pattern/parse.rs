//! Reads a pattern: first each `{a,b}` is decided, then components and tokens are told apart.

use super::glob::{Glob, Token};
use super::{Alternative, Part};

/// A pattern that means more than so many names should be several.
const ALTERNATIVES_LIMIT: usize = 256;

/// Every way to read a pattern, or what is wrong with it, to stand behind "the pattern `x`".
pub(super) fn alternatives(text: &str) -> Result<Vec<Alternative>, String> {
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    if text.contains(['\0', '\n']) {
        return Err("holds a line end or a zero byte".to_owned());
    }
    let mut ways = vec![Vec::new()];
    let mut rest = text;
    expand(&mut ways, &mut rest, false)?;
    ways.iter().map(|it| alternative(it)).collect()
}

/// A letter of a pattern, and whether a `\` has taken its meaning away.
type Letter = (char, bool);

/// Adds to each way all that can follow, up to the end or, inside of braces, to `,` or `}`.
fn expand(ways: &mut Vec<Vec<Letter>>, rest: &mut &str, is_inside: bool) -> Result<(), String> {
    let mut is_class = false;
    while let Some(letter) = rest.chars().next() {
        if is_inside && !is_class && matches!(letter, ',' | '}') {
            return Ok(());
        }
        *rest = &rest[letter.len_utf8()..];
        match letter {
            '\\' => {
                let next = rest.chars().next().ok_or("ends with a `\\`")?;
                *rest = &rest[next.len_utf8()..];
                push(ways, (next, true));
            }
            '{' if !is_class => braces(ways, rest)?,
            _ => {
                match letter {
                    '[' => is_class = true,
                    ']' => is_class = false,
                    _ => {}
                }
                push(ways, (letter, false));
            }
        }
    }
    if is_inside {
        return Err("has a `{` without its `}`".to_owned());
    }
    Ok(())
}

/// Adds to each way each of the choices up to `}`.
fn braces(ways: &mut Vec<Vec<Letter>>, rest: &mut &str) -> Result<(), String> {
    let mut all = Vec::new();
    loop {
        let mut choice = vec![Vec::new()];
        expand(&mut choice, rest, true)?;
        all.append(&mut choice);
        if ways.len() * all.len() > ALTERNATIVES_LIMIT {
            return Err(format!("stands for more than {ALTERNATIVES_LIMIT} names"));
        }
        let is_last = rest.starts_with('}');
        *rest = &rest[1..];
        if is_last {
            break;
        }
    }
    *ways = ways
        .iter()
        .flat_map(|way| all.iter().map(move |it| [&way[..], &it[..]].concat()))
        .collect();
    Ok(())
}

fn push(ways: &mut [Vec<Letter>], letter: Letter) {
    for way in ways {
        way.push(letter);
    }
}

fn alternative(letters: &[Letter]) -> Result<Alternative, String> {
    let is_slash = |it: &Letter| it.0 == '/';
    if !letters.iter().any(is_slash) {
        return Ok(Alternative::Name(glob(letters)?));
    }
    let letters = match letters.first() {
        Some(first) if is_slash(first) => &letters[1..],
        _ => letters,
    };
    let mut parts = Vec::new();
    for component in letters.split(is_slash) {
        let text: String = component.iter().map(|it| it.0).collect();
        match text.as_str() {
            "" => return Err("has an empty part between two `/`, or ends with one".to_owned()),
            "." | ".." => return Err(format!("has a part `{text}`: it counts from the root")),
            // Two in a row say no more than one.
            "**" if parts.last() == Some(&Part::Folders) => {}
            "**" => parts.push(Part::Folders),
            _ => parts.push(Part::One(glob(component)?)),
        }
    }
    Ok(Alternative::Path(parts))
}

fn glob(letters: &[Letter]) -> Result<Glob, String> {
    if letters.is_empty() {
        return Err("can stand for an empty name".to_owned());
    }
    let mut tokens = Vec::new();
    let mut rest = letters;
    while let Some((letter, after)) = rest.split_first() {
        rest = after;
        match letter {
            ('?', false) => tokens.push(Token::One),
            ('*', false) if tokens.last() == Some(&Token::Many) => {}
            ('*', false) => tokens.push(Token::Many),
            ('[', false) => tokens.push(class(&mut rest)?),
            (letter, _) => push_bytes(&mut tokens, *letter),
        }
    }
    Ok(Glob(tokens))
}

fn push_bytes(tokens: &mut Vec<Token>, letter: char) {
    let mut buffer = [0; 4];
    let bytes = letter.encode_utf8(&mut buffer).bytes();
    tokens.extend(bytes.map(|it| Token::Byte(it.to_ascii_lowercase())));
}

/// The ranges up to `]`, which stands for itself right after the `[`.
fn class(rest: &mut &[Letter]) -> Result<Token, String> {
    let negated = matches!(rest.first(), Some(('!' | '^', false)));
    if negated {
        *rest = &rest[1..];
    }
    let mut ranges: Vec<(u8, u8)> = Vec::new();
    loop {
        let Some((letter, after)) = rest.split_first() else {
            return Err("has a `[` without its `]`".to_owned());
        };
        *rest = after;
        if *letter == (']', false) && !ranges.is_empty() {
            return Ok(Token::Class { negated, ranges });
        }
        let first = class_byte(letter.0)?;
        let last = match rest {
            [('-', false), end, ..] if *end != (']', false) => {
                let end = class_byte(end.0)?;
                *rest = &rest[2..];
                end
            }
            _ => first,
        };
        if first > last {
            return Err(format!(
                "has the range `{}-{}`, which is empty",
                char::from(first),
                char::from(last)
            ));
        }
        // A range such as `A-z` is about both cases of its letters.
        ranges.push((first, last));
        for upper in first.max(b'A')..=last.min(b'Z') {
            ranges.push((upper.to_ascii_lowercase(), upper.to_ascii_lowercase()));
        }
    }
}

fn class_byte(letter: char) -> Result<u8, String> {
    match u8::try_from(letter) {
        Ok(byte) if byte.is_ascii() => Ok(byte),
        _ => Err(format!(
            "has `{letter}` between `[` and `]`, where only ASCII may stand"
        )),
    }
}
