//! YAML that we write and read: a tree whose every scalar is a text, as WinGet's own checker loads it.

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::problem::{Place, Problem};
use crate::render::language::Language;

/// A node of YAML. What a scalar means (a number, a version, a flag) is for its reader to say: `1.10` stays `1.10`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yaml {
    /// A scalar that is written in quotes unless it is a plain word.
    Text(String),
    /// A scalar that is written in quotes always, for readers that would take `1.0` for a number.
    Quoted(String),
    /// A scalar that is written as it is: `true`, a number.
    Plain(String),
    /// A text of several lines, written as a literal block.
    Block(String),
    /// A sequence.
    List(Vec<Yaml>),
    /// A mapping, in the order of writing.
    Map(Vec<(String, Yaml)>),
}

impl From<&str> for Yaml {
    fn from(text: &str) -> Yaml {
        Yaml::Text(text.to_owned())
    }
}

impl From<String> for Yaml {
    fn from(text: String) -> Yaml {
        Yaml::Text(text)
    }
}

impl Yaml {
    /// A sequence of texts.
    pub fn texts<T: AsRef<str>>(texts: &[T]) -> Yaml {
        Yaml::List(texts.iter().map(|it| Yaml::from(it.as_ref())).collect())
    }

    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        match self {
            Yaml::Map(entries) => entries.iter().find(|(it, _)| it == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Yaml::Text(it) | Yaml::Quoted(it) | Yaml::Plain(it) | Yaml::Block(it) => Some(it),
            Yaml::List(_) | Yaml::Map(_) => None,
        }
    }

    /// The items of a sequence; of anything else none.
    pub fn items(&self) -> &[Yaml] {
        match self {
            Yaml::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; of anything else none.
    pub fn entries(&self) -> &[(String, Yaml)] {
        match self {
            Yaml::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The text of the document, two spaces a level, with a final line feed.
    pub fn document(&self) -> String {
        let mut out = String::new();
        write(&mut out, self, 0);
        out
    }

    /// Reads one document. `origin` is the file that an error names, with the line.
    pub fn parse(text: &str, origin: &str) -> anyhow::Result<Yaml> {
        let mut reader = Reader {
            parser: Parser::new_from_str(text),
            anchors: Vec::new(),
            origin,
        };
        let mut found = None;
        loop {
            match reader.next()? {
                (Event::StreamEnd, _) => return Ok(found.unwrap_or(Yaml::Plain(String::new()))),
                (Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing, _) => {}
                (_, line) if found.is_some() => {
                    return Err(reader.problem(line, "a second document begins").into());
                }
                (event, line) => found = Some(reader.node(event, line, 0)?),
            }
        }
    }
}

/// Deeper than any manifest, and far from the end of the stack.
const DEEPEST: usize = 64;

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: Vec<(usize, Yaml)>,
    origin: &'a str,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> anyhow::Result<(Event<'a>, usize)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, span.start.line())),
            Some(Err(error)) => Err(self.problem(error.marker().line(), error.info()).into()),
            None => Ok((Event::StreamEnd, 0)),
        }
    }

    fn problem(&self, line: usize, what: &str) -> Problem {
        Problem::at(
            Place::line(self.origin, line),
            format_args!("it is no YAML: {what}"),
        )
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> anyhow::Result<Yaml> {
        if depth > DEEPEST {
            return Err(self.problem(line, "it is nested too deeply").into());
        }
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let text = text.into_owned();
                let node = match style {
                    ScalarStyle::Plain => Yaml::Plain(text),
                    ScalarStyle::Literal | ScalarStyle::Folded => Yaml::Block(text),
                    _ => Yaml::Quoted(text),
                };
                (node, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, line) => items.push(self.node(event, line, depth + 1)?),
                    }
                }
                (Yaml::List(items), anchor)
            }
            Event::MappingStart(anchor, _) => {
                let mut entries: Vec<(String, Yaml)> = Vec::new();
                loop {
                    let (key, line) = match self.next()? {
                        (Event::MappingEnd, _) => break,
                        (event, line) => (self.node(event, line, depth + 1)?, line),
                    };
                    let Some(key) = key.as_str().map(str::to_owned) else {
                        return Err(self.problem(line, "a key is no text").into());
                    };
                    if entries.iter().any(|(it, _)| *it == key) {
                        return Err(self
                            .problem(line, &format!("the key `{key}` is there twice"))
                            .into());
                    }
                    let (event, line) = self.next()?;
                    entries.push((key, self.node(event, line, depth + 1)?));
                }
                (Yaml::Map(entries), anchor)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.iter().find(|(it, _)| *it == anchor);
                let Some((_, node)) = known else {
                    return Err(self.problem(line, "an alias names no anchor").into());
                };
                (node.clone(), 0)
            }
            _ => return Err(self.problem(line, "it ends too early").into()),
        };
        if anchor > 0 {
            self.anchors.push((anchor, node.clone()));
        }
        Ok(node)
    }
}

fn write(out: &mut String, node: &Yaml, depth: usize) {
    let indent = "  ".repeat(depth);
    match node {
        Yaml::Map(entries) => {
            for (key, value) in entries {
                out.push_str(&indent);
                write_entry(out, key, value, depth);
            }
        }
        Yaml::List(items) => {
            for item in items {
                out.push_str(&indent);
                write_item(out, item, depth);
            }
        }
        scalar => {
            out.push_str(&indent);
            out.push_str(&scalar_text(scalar));
            out.push('\n');
        }
    }
}

fn write_entry(out: &mut String, key: &str, value: &Yaml, depth: usize) {
    out.push_str(&text(key));
    out.push(':');
    match value {
        Yaml::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
        Yaml::List(items) if items.is_empty() => out.push_str(" []\n"),
        Yaml::Map(_) => {
            out.push('\n');
            write(out, value, depth + 1);
        }
        Yaml::List(_) => {
            out.push('\n');
            write(out, value, depth);
        }
        Yaml::Block(lines) if is_block(lines) => write_block(out, lines, depth),
        scalar => {
            out.push(' ');
            out.push_str(&scalar_text(scalar));
            out.push('\n');
        }
    }
}

fn write_item(out: &mut String, item: &Yaml, depth: usize) {
    match item {
        Yaml::Map(entries) if !entries.is_empty() => {
            for (at, (key, value)) in entries.iter().enumerate() {
                out.push_str(if at == 0 { "- " } else { "  " });
                write_entry(out, key, value, depth + 1);
                if at + 1 < entries.len() {
                    out.push_str(&"  ".repeat(depth));
                }
            }
        }
        Yaml::Map(_) => out.push_str("- {}\n"),
        Yaml::List(items) => {
            let texts: Vec<String> = items.iter().map(scalar_text).collect();
            out.push_str(&format!("- [{}]\n", texts.join(", ")));
        }
        Yaml::Block(lines) if is_block(lines) => {
            out.push('-');
            write_block(out, lines, depth);
        }
        scalar => {
            out.push_str("- ");
            out.push_str(&scalar_text(scalar));
            out.push('\n');
        }
    }
}

/// A literal block holds lines as they are, if none of them could be taken for indentation or a control character.
fn is_block(lines: &str) -> bool {
    !lines.is_empty()
        && !lines.starts_with([' ', '\t', '\n'])
        && !lines.trim_end_matches('\n').ends_with([' ', '\t'])
        && lines.trim_end_matches('\n').lines().all(|it| {
            !it.contains(|it: char| {
                it.is_control()
                    || crate::render::language::is_deceptive(it)
                    || matches!(it, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
            })
        })
}

fn write_block(out: &mut String, lines: &str, depth: usize) {
    let kept = lines.trim_end_matches('\n');
    out.push_str(if lines.len() - kept.len() == 1 {
        " |\n"
    } else if kept.len() == lines.len() {
        " |-\n"
    } else {
        " |+\n"
    });
    let indent = "  ".repeat(depth + 1);
    for line in kept.split('\n') {
        if !line.is_empty() {
            out.push_str(&indent);
            out.push_str(line);
        }
        out.push('\n');
    }
    for _ in 1..(lines.len() - kept.len()) {
        out.push('\n');
    }
}

fn scalar_text(node: &Yaml) -> String {
    match node {
        Yaml::Text(it) => text(it),
        Yaml::Quoted(it) | Yaml::Block(it) => Language::Yaml.literal(it),
        Yaml::Plain(it) => it.clone(),
        Yaml::List(items) => format!(
            "[{}]",
            items.iter().map(scalar_text).collect::<Vec<_>>().join(", ")
        ),
        Yaml::Map(entries) => {
            let texts: Vec<String> = entries
                .iter()
                .map(|(key, it)| format!("{}: {}", text(key), scalar_text(it)))
                .collect();
            format!("{{{}}}", texts.join(", "))
        }
    }
}

/// Plain where no reader of YAML 1.1 or 1.2 could take it for anything but this text, else in quotes.
fn text(text: &str) -> String {
    const WORDS: &[&str] = &["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let is_plain = text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "._+-/ ()\\".contains(it))
        && !text.ends_with(' ')
        && !text.contains("  ")
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    let is_url = text.starts_with("https://")
        && text[8..]
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "._+-/~=%@".contains(it));
    if is_plain || is_url {
        text.to_owned()
    } else {
        Language::Yaml.literal(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_reads_well() {
        let node = Yaml::Map(vec![
            ("name".to_owned(), "demo".into()),
            ("version".to_owned(), Yaml::Quoted("1.10".to_owned())),
            ("on".to_owned(), Yaml::Plain("true".to_owned())),
            ("text".to_owned(), Yaml::Block("one\n\n  two: \"x\"\n".to_owned())),
            ("none".to_owned(), Yaml::List(Vec::new())),
            (
                "list".to_owned(),
                Yaml::List(vec![
                    Yaml::Map(vec![
                        ("a".to_owned(), "b c".into()),
                        ("d".to_owned(), Yaml::texts(&["e: f", "no"])),
                    ]),
                    "https://registry.example/a".into(),
                ]),
            ),
        ]);
        let text = node.document();
        assert_eq!(
            text,
            "name: demo\nversion: \"1.10\"\n\"on\": true\ntext: |\n  one\n\n    two: \"x\"\nnone: []\nlist:\n- a: b c\n  d:\n  - \"e: f\"\n  - \"no\"\n- https://registry.example/a\n"
        );
        let read = Yaml::parse(&text, "x.yaml").unwrap();
        assert_eq!(read.get("version").and_then(Yaml::as_str), Some("1.10"));
        assert_eq!(
            read.get("text").and_then(Yaml::as_str),
            Some("one\n\n  two: \"x\"\n")
        );
        assert_eq!(
            read.get("list").unwrap().items()[0]
                .get("d")
                .unwrap()
                .items()
                .len(),
            2
        );
    }

    #[test]
    fn every_text_comes_back() {
        let hostile = [
            "",
            " ",
            "a",
            "- a",
            "a: b",
            "a #b",
            "'",
            "\"",
            "\\",
            "{}",
            "[x]",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "null",
            "~",
            "1.0",
            "0x1",
            "2026-01-01",
            "true",
            "No",
            "=",
            "<<",
            "a\nb",
            "\na",
            "a\n",
            "a\n\n",
            " a\nb",
            "a \nb ",
            "\t",
            "a\u{85}b",
            "a\u{2028}b",
            "\u{202e}x",
            "\u{feff}",
            "\u{1f980}",
            "a\u{7}b",
            "---",
            "...",
            "a\n---\nb",
            "|",
            ">",
            "? a",
            "key:",
            "a: |\n  b",
        ];
        for text in hostile {
            for node in [Yaml::Text(text.to_owned()), Yaml::Block(text.to_owned())] {
                let whole = Yaml::Map(vec![
                    ("k".to_owned(), node.clone()),
                    ("l".to_owned(), Yaml::List(vec![node.clone(), "x".into()])),
                    (format!("x{text}"), "v".into()),
                ]);
                let written = whole.document();
                let read =
                    Yaml::parse(&written, "x").unwrap_or_else(|it| panic!("{text:?}: {it:#}\n{written}"));
                assert_eq!(read.get("k").unwrap().as_str(), Some(text), "{written}");
                assert_eq!(
                    read.get("l").unwrap().items()[0].as_str(),
                    Some(text),
                    "{written}"
                );
                assert!(read.get(&format!("x{text}")).is_some(), "{written}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let check = |text: &str, expected: &str| {
            let error = Yaml::parse(text, "a.yaml").unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
        };
        check(
            "a: b\na: c\n",
            "a.yaml:2: it is no YAML: the key `a` is there twice",
        );
        check("a: [b\n", "a.yaml:");
        check("a: *b\n", "a.yaml:1: it is no YAML");
    }
}
