//! YAML that we write and read: a tree whose every scalar is a text, as WinGet's own checker loads it.

mod reader;
mod writer;

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
        writer::document(self)
    }

    /// Reads one document. `origin` is the file that an error names, with the line.
    pub fn parse(text: &str, origin: &str) -> anyhow::Result<Yaml> {
        reader::parse(text, origin)
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
        let line = |it: usize| {
            let aliases = vec![format!("*a{}", it - 1); 9].join(", ");
            format!("a{it}: &a{it} [{aliases}]\n")
        };
        let laughs = (1..12).map(line).collect::<Vec<_>>().concat();
        let bomb = format!("a0: &a0 x\n{laughs}");
        check(
            &bomb,
            "a.yaml:7: it is no YAML: its aliases stand for more than 200000 nodes",
        );
    }
}
