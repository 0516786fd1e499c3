//! Templates: texts with `{{name}}` in them, which become literals of the language that the text is written in.

use std::collections::BTreeMap;

use crate::problem::{Place, Problem, Problems, nearest};
use crate::render::language::Language;

/// What stands in the place of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text: written as a literal of the language.
    Text(String),
    /// Several texts: written as a list of the language.
    List(Vec<String>),
    /// A name or a number of a narrow alphabet that means the same in every language: written as it is.
    Word(Word),
    /// Lines of the language itself, made by code that has escaped what is in them. Every line gets the indentation of
    /// the line that they stand in; nothing at all takes the whole line away.
    Code(String),
}

/// A text of ASCII letters, digits and `. _ + - @ / : ~ =`: safe as it is in every language, beginning with a letter
/// or a digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(String);

impl Word {
    /// The text as a word; another text is an error that shows it.
    pub fn parse(text: &str) -> anyhow::Result<Word> {
        let is_plain = text.starts_with(|it: char| it.is_ascii_alphanumeric())
            && text
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || "._+-@/:~=".contains(it));
        if is_plain {
            return Ok(Word(text.to_owned()));
        }
        Err(
            Problem::new(format!("`{}` is no plain word", text.escape_debug()))
                .help("letters, digits and `._+-@/:~=` can stand in a manifest without quotes")
                .into(),
        )
    }
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Value {
        Value::Text(text.into())
    }

    /// A word; another text is an error.
    pub fn word(text: &str) -> anyhow::Result<Value> {
        Word::parse(text).map(Value::Word)
    }

    /// Lines of the language itself.
    pub fn code(lines: impl Into<String>) -> Value {
        Value::Code(lines.into())
    }

    /// Several texts.
    pub fn list<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Value {
        Value::List(texts.into_iter().map(Into::into).collect())
    }

    fn written(&self, language: Language) -> String {
        match self {
            Value::Text(text) => language.literal(text),
            Value::List(texts) => language.list(texts),
            Value::Word(Word(text)) => text.clone(),
            Value::Code(lines) => lines.clone(),
        }
    }
}

/// The values of a template by name.
pub type Values = BTreeMap<&'static str, Value>;

/// Fills a template. `origin` is the file that a person would mend. Names that are not there are found all at once,
/// with the line and the nearest name.
///
/// A line that begins with `{{!` and ends with `}}` is a remark to whoever edits the template, and is left out. A `{{`
/// before anything but a name and `}}` is text.
pub fn fill(template: &str, language: Language, origin: &str, values: &Values) -> anyhow::Result<String> {
    let mut out = String::new();
    let mut problems = Problems::default();
    for (at, line) in template.split_inclusive('\n').enumerate() {
        if line.starts_with("{{!") && line.trim_end().ends_with("}}") {
            continue;
        }
        match filled(line, language, values) {
            Ok(line) => out.push_str(&line),
            Err(unknown) => problems
                .0
                .extend(unknown.iter().map(|it| problem(it, origin, at + 1, values))),
        }
    }
    problems.into_result()?;
    Ok(out)
}

/// One line, or the names in it that are unknown.
fn filled(line: &str, language: Language, values: &Values) -> Result<String, Vec<String>> {
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let (mut out, mut rest, mut unknown) = (String::new(), line, Vec::new());
    let mut is_emptied = false;
    while let Some((start, name, end)) = next(rest) {
        out.push_str(&rest[..start]);
        match values.get(name) {
            Some(value) => {
                let text = value.written(language);
                let text = text.strip_suffix('\n').unwrap_or(&text);
                is_emptied |= text.is_empty();
                if matches!(value, Value::Code(_)) {
                    out.push_str(&indented(text, indent));
                } else {
                    out.push_str(text);
                }
            }
            None => unknown.push(name.to_owned()),
        }
        rest = &rest[end..];
    }
    if !unknown.is_empty() {
        return Err(unknown);
    }
    out.push_str(rest);
    Ok(if is_emptied && out.trim().is_empty() {
        String::new()
    } else {
        out
    })
}

/// The lines after the first with an indentation in front; empty ones stay empty.
fn indented(text: &str, indent: &str) -> String {
    let mut lines = text.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(indent);
            out.push_str(line);
        }
    }
    out
}

/// The first `{{name}}`: where it starts, the name, where it ends.
fn next(text: &str) -> Option<(usize, &str, usize)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("{{") {
        let start = from + found;
        let inner = &text[start + 2..];
        if let Some(length) = inner.find("}}") {
            let name = inner[..length].trim();
            let is_name = !name.is_empty()
                && name
                    .bytes()
                    .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
            if is_name {
                return Some((start, name, start + 2 + length + 2));
            }
        }
        from = start + 2;
    }
    None
}

fn problem(name: &str, origin: &str, line: usize, values: &Values) -> Problem {
    let guess = nearest(name, values.keys().copied())
        .map(|it| format!("; did you mean `{it}`?"))
        .unwrap_or_default();
    Problem::at(
        Place::line(origin, line),
        format_args!("no value `{name}` for this template{guess}"),
    )
    .help(format!(
        "the values are {}",
        values.keys().copied().collect::<Vec<_>>().join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        Values::from([
            ("summary", Value::text("say \"hi\" to #{you}")),
            ("name", Value::word("demo").unwrap()),
            ("licenses", Value::list(["MIT", "Apache-2.0"])),
            ("blocks", Value::code("on_arm do\n  url \"x\"\n\nend\n")),
            ("nothing", Value::code("")),
        ])
    }

    #[track_caller]
    fn check(template: &str, expected: &str) {
        let found = fill(
            template,
            Language::Ruby,
            "packaging/homebrew/formula.rb",
            &values(),
        )
        .unwrap();
        assert_eq!(found, expected);
    }

    #[test]
    fn texts_become_literals_and_words_stay() {
        check("desc {{summary}}\n", "desc \"say \\\"hi\\\" to \\#{you}\"\n");
        check("bin.install \"{{ name }}\"\n", "bin.install \"demo\"\n");
        check(
            "license any_of: {{licenses}}",
            "license any_of: [\"MIT\", \"Apache-2.0\"]",
        );
    }

    #[test]
    fn code_keeps_the_indentation_and_nothing_leaves_no_line() {
        check(
            "a\n  {{blocks}}\nb\n",
            "a\n  on_arm do\n    url \"x\"\n\n  end\nb\n",
        );
        check("a\n  {{nothing}}\nb\n", "a\nb\n");
        check("a\n\nb\n", "a\n\nb\n");
    }

    #[test]
    fn remarks_are_left_out_and_other_braces_are_text() {
        check(
            "{{! how to edit }}\na {{\"x\"}} {{}} ${{ github.ref }}\n",
            "a {{\"x\"}} {{}} ${{ github.ref }}\n",
        );
    }

    #[test]
    fn unknown_names_are_found_all_at_once() {
        let error = fill(
            "{{sumary}}\n{{x-y}} {{name}}\n",
            Language::Ruby,
            "packaging/a",
            &values(),
        )
        .unwrap_err();
        let problems = error.downcast::<Problems>().unwrap();
        let found: Vec<&str> = problems.0.iter().map(|it| it.what.as_str()).collect();
        assert_eq!(
            found,
            [
                "packaging/a:1: no value `sumary` for this template; did you mean `summary`?",
                "packaging/a:2: no value `x-y` for this template",
            ]
        );
    }

    #[test]
    fn words_are_narrow() {
        for text in ["", "-x", "a b", "a\"", "$(x)", "a\n", "ä"] {
            assert!(Word::parse(text).is_err(), "{text}");
        }
        assert!(Word::parse("1.2.3-rc.1+5").is_ok());
    }
}
