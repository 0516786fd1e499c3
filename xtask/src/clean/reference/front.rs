//! What stands in front of a path in a text: nothing, the root of the tree, a variable, or a place that is not ours.

use super::kind::{FileKind, Format};
use super::letter::{is_separator, last_letter, run_start};

/// What a written path begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    /// The folder of the file, or one above it.
    Relative,
    /// The root of the tree: a separator stands in front.
    Root,
    /// A folder that only a program knows.
    Variable,
}

/// How far before a path its address or variable is looked for, in bytes.
const REACH_BYTES: usize = 1024;

/// Words in the name of a variable that say that its folder is not in the tree.
const ELSEWHERE: &[&str] = &[
    "APPDATA",
    "HOME",
    "LOCALAPPDATA",
    "MKTEMP",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "TEMP",
    "TEMPDIR",
    "TMP",
    "TMPDIR",
    "USERPROFILE",
];

/// Where the relative part of a path begins, and what stands in front; `None` for a path that cannot be of this tree:
/// an address, a drive, a home folder, what follows a `#`.
pub(crate) fn front(text: &[u8], start: usize, end: usize, format: Format) -> Option<(usize, Front)> {
    let raw = &text[start..end];
    let before = &text[..start];
    let separators = raw.iter().take_while(|it| is_separator(**it)).count();
    if is_address(text, start) {
        return None;
    }
    let is_document = format.kind() == FileKind::Document;
    let is_variable = before.ends_with(b"$") || ends_with_ignoring_case(before, b"$env:");
    if is_variable && separators == 0 {
        return after_name(raw, start);
    }
    match before.last() {
        Some(b'#') if is_document || last_letter(&before[..start - 1]) > 0 => return None,
        Some(b'}') if is_document && separators == 0 => return None,
        Some(b':') if separators > 0 && is_drive(&before[..start - 1]) => return None,
        _ => {}
    }
    if separators > 0 {
        let front = match closed_by(before) {
            Closed::Variable => Front::Variable,
            Closed::Nothing => Front::Root,
            Closed::Elsewhere => return None,
        };
        return Some((start + separators, front));
    }
    if let Some(rest) = raw.strip_prefix(b"%~dp0") {
        // The folder of a batch file, with a separator at its end.
        let separators = rest.iter().take_while(|it| is_separator(**it)).count();
        return Some((end - rest.len() + separators, Front::Variable));
    }
    let first = raw.split(|it| is_separator(*it)).next().unwrap_or_default();
    let is_path = first.len() < raw.len();
    let is_marked = |mark: u8| first.len() > 2 && first[0] == mark && first[first.len() - 1] == mark;
    if is_path && (is_marked(b'%') || is_marked(b'@')) {
        return after_name(raw, start);
    }
    if is_path && first.starts_with(b"~") && !first.starts_with(b"~~") {
        return None;
    }
    Some((start, Front::Relative))
}

/// What follows the variable that a path begins with.
fn after_name(raw: &[u8], start: usize) -> Option<(usize, Front)> {
    let name = raw.iter().position(|it| is_separator(*it))?;
    let separators = raw[name..].iter().take_while(|it| is_separator(**it)).count();
    (!is_elsewhere(&raw[..name])).then_some((start + name + separators, Front::Variable))
}

/// What a text ends with, at a separator.
enum Closed {
    /// A variable, a command, a placeholder, a glob.
    Variable,
    /// One that leads out of the tree, or that is not the first part of its path.
    Elsewhere,
    /// None of these.
    Nothing,
}

fn closed_by(before: &[u8]) -> Closed {
    let Some((last, rest)) = before.split_last() else {
        return Closed::Nothing;
    };
    let (opened, name) = match last {
        b'*' => return Closed::Variable,
        b'}' | b')' | b'>' => match opening(before) {
            Some(opened) => (opened, &before[opened..]),
            None => return Closed::Nothing,
        },
        b'"' | b'\'' => match quoted(rest, *last) {
            Some(name) => (rest.len() - name.len(), name),
            None => return Closed::Nothing,
        },
        _ => return Closed::Nothing,
    };
    // `dist/$X/name`, `/tmp/$X/name` and `https://$HOST/name` name places that are not known, but not the root.
    let led = &before[run_start(before, opened)..opened];
    if !matches!(led, b"" | b"./" | b".\\") || is_address(before, opened) || is_elsewhere(name) {
        return Closed::Elsewhere;
    }
    Closed::Variable
}

/// Where the variable begins that ends a text: `${x}`, `$(x)`, `{{ x }}`, `#{x}`, `{x}`, `<x>`.
fn opening(before: &[u8]) -> Option<usize> {
    let close = *before.last()?;
    let open = match close {
        b'}' => b'{',
        b')' => b'(',
        _ => b'<',
    };
    let floor = before.len().saturating_sub(REACH_BYTES);
    let mut depth = 0;
    for at in (floor..before.len()).rev() {
        let byte = before[at];
        if byte == close {
            depth += 1;
        } else if byte == open {
            depth -= 1;
        } else if byte == b'\n' {
            return None;
        }
        if depth == 0 {
            let is_marked = at > 0 && matches!(before[at - 1], b'$' | b'#');
            let is_variable = is_marked || close != b')';
            return is_variable.then_some(at - usize::from(is_marked));
        }
    }
    None
}

/// The variable in quotes that a text ends with, the closing quote not in it: `"$DIR`, `"$(dirname "$0")`.
fn quoted(before: &[u8], quote: u8) -> Option<&[u8]> {
    if before.ends_with(b")") || before.ends_with(b"}") {
        let opened = opening(before)?;
        return Some(&before[opened..]);
    }
    let line = memchr::memrchr(b'\n', before).map_or(0, |it| it + 1);
    let inner = &before[line + memchr::memrchr(quote, &before[line..])? + 1..];
    inner.starts_with(b"$").then_some(inner)
}

/// Whether the name of a variable says that its folder is not in the tree.
fn is_elsewhere(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).to_ascii_uppercase();
    let mut words = name.split(|it: char| !it.is_ascii_alphanumeric());
    words.any(|it| ELSEWHERE.contains(&it))
}

/// Whether what stands at a place belongs to `scheme://…`.
fn is_address(text: &[u8], start: usize) -> bool {
    let floor = start.saturating_sub(REACH_BYTES);
    let mut at = start;
    while at > floor {
        let byte = text[at - 1];
        if matches!(byte, b'}' | b')') {
            match opening(&text[floor..at]) {
                Some(opened) => at = floor + opened,
                None => break,
            }
            continue;
        }
        let length = last_letter(&text[floor..at]);
        if length > 0 {
            at -= length;
        } else if matches!(byte, b':' | b'?' | b'#' | b'!' | b'$' | b'&' | b'=' | b'*') {
            at -= 1;
        } else {
            break;
        }
    }
    // The two slashes may be those that the path itself begins with.
    let end = text.len().min(start + 2);
    memchr::memmem::find(&text[at..end], b"://").is_some()
}

/// Whether a text ends with the letter of a drive.
fn is_drive(before: &[u8]) -> bool {
    before.last().is_some_and(u8::is_ascii_alphabetic) && last_letter(&before[..before.len() - 1]) == 0
}

fn ends_with_ignoring_case(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::reference::letter::run;

    /// The relative part of the path around `NAME`, after `/` for the root and `$/` for a variable; or nothing.
    #[track_caller]
    fn check(line: &str, expected: &str) {
        let at = memchr::memmem::find(line.as_bytes(), b"NAME").unwrap();
        let token = run(line.as_bytes(), &(at..at + 4));
        let found = front(line.as_bytes(), token.start, token.end, Format::Code);
        let shown = found.map(|(start, front)| {
            let sign = match front {
                Front::Relative => "",
                Front::Root => "/",
                Front::Variable => "$/",
            };
            format!("{sign}{}", &line[start..token.end])
        });
        assert_eq!(shown.as_deref().unwrap_or("nothing"), expected, "{line}");
    }

    #[test]
    fn relative() {
        check("cat a/NAME", "a/NAME");
        check("-coverprofile=./NAME", "./NAME");
        check("file:../NAME", "../NAME");
        check("a:NAME", "NAME");
        check("${PREFIX}NAME", "NAME");
        check("~~a/NAME~~", "~~a/NAME~~");
        check("#NAME", "NAME");
    }

    #[test]
    fn from_the_root() {
        check("/a/NAME", "/a/NAME");
        check("(/NAME)", "/NAME");
        check("x + \"/NAME\"", "/NAME");
        check("f(env!(\"DIR\"), \"/NAME\")", "/NAME");
        check("//NAME", "/NAME");
        check("-v ./x:/a/NAME", "/a/NAME");
        check("f(x)/NAME", "/NAME");
    }

    #[test]
    fn after_a_variable() {
        for line in [
            "$ROOT/a/NAME",
            "$(ROOT)/a/NAME",
            "${ROOT}/a/NAME",
            "${{ github.workspace }}/a/NAME",
            "{{ root }}/a/NAME",
            "f'{root}/a/NAME'",
            "#{root}/a/NAME",
            "%ROOT%\\a/NAME",
            "@srcdir@/a/NAME",
            "\"$DIR\"/a/NAME",
            "\"$DIR/a/NAME\"",
            "\"${DIR}\"/a/NAME",
            "\"$(dirname \"$0\")\"/a/NAME",
            "$(dirname $0)/a/NAME",
            "./${X}/a/NAME",
            "$env:ROOT\\a/NAME",
            "%~dp0a/NAME",
            "%~dp0\\a/NAME",
            "<root>/a/NAME",
            "**/a/NAME",
        ] {
            check(line, "$/a/NAME");
        }
    }

    #[test]
    fn not_of_this_tree() {
        for line in [
            "https://host.example/a/NAME",
            "[x](https://host.example:80/a?b=c/NAME#x)",
            "https://${HOST}/a/NAME",
            "https://host.example/${VERSION}/NAME",
            "git+ssh://u@host.example/NAME",
            "file:///a/NAME",
            "C:\\a\\NAME",
            "c:/NAME",
            "~/NAME",
            "~me/a/NAME",
            "$HOME/NAME",
            "${TMPDIR:-/x}/NAME",
            "$(mktemp -d)/NAME",
            "%TEMP%\\NAME",
            "\"$RUNNER_TEMP\"/NAME",
            "dist/${TARGET}/NAME",
            "/x/$(ID)/NAME",
            "a.html#NAME",
            "$NAME",
        ] {
            check(line, "nothing");
        }
    }

    #[test]
    fn an_address_ends_where_it_ends() {
        check("https://a.example/b,NAME", "NAME");
        check("<https://a.example/b> NAME", "NAME");
        check("[a](https://a.example)[b](NAME)", "NAME");
        check("\"https://a.example\",\"NAME\"", "NAME");
    }
}
