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

/// Fills a template. `origin` is the file that a person would mend. What is wrong is found all at once, with the line and
/// the nearest name.
///
/// A line of `{{! … }}` is a remark to whoever edits the template, and is left out. A `{{` before anything but a letter
/// is text, and so is the `${{ … }}` of GitHub.
pub fn fill(template: &str, language: Language, origin: &str, values: &Values) -> anyhow::Result<String> {
    let mut out = String::new();
    let mut problems = Problems::default();
    for (at, line) in template.split_inclusive('\n').enumerate() {
        if is_remark(line) {
            continue;
        }
        match filled(line, language, values) {
            Ok(line) => out.push_str(&line),
            Err(slips) => problems
                .0
                .extend(slips.iter().map(|it| problem(it, origin, at + 1, values))),
        }
    }
    problems.into_result()?;
    Ok(out)
}

/// Whether a line is `{{! … }}` and nothing else; a remark may show a `{{name}}`.
fn is_remark(line: &str) -> bool {
    let inner = line
        .trim()
        .strip_prefix("{{!")
        .and_then(|it| it.strip_suffix("}}"));
    let Some(mut rest) = inner else {
        return false;
    };
    while let Some(end) = rest.find("}}") {
        if !rest[..end].contains("{{") {
            return false;
        }
        rest = &rest[end + 2..];
    }
    true
}

/// What cannot be filled in.
#[derive(Debug, PartialEq, Eq)]
enum Slip<'a> {
    /// No value has the name.
    Unknown(&'a str),
    /// No `}}` ends it.
    Unclosed(&'a str),
    /// A remark that does not have its line for itself, or no `}}`.
    Remark,
}

/// One line, or what is wrong in it.
fn filled<'a>(line: &'a str, language: Language, values: &Values) -> Result<String, Vec<Slip<'a>>> {
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let (mut out, mut rest, mut slips) = (String::new(), line, Vec::new());
    let mut is_emptied = false;
    while let Some(start) = rest.find("{{") {
        let inner = &rest[start + 2..];
        // Of three braces the last two are nearest to the name.
        let start = if inner.starts_with('{') { start + 1 } else { start };
        let inner = &rest[start + 2..];
        let is_githubs = rest[..start].ends_with('$');
        out.push_str(&rest[..start]);
        let end = inner.find("}}").filter(|it| !inner[..*it].contains("{{"));
        let name = inner[..end.unwrap_or(inner.len())].trim();
        if let (Some(end), Some(value)) = (end, values.get(name)) {
            let text = value.written(language);
            let text = text.strip_suffix('\n').unwrap_or(&text);
            is_emptied |= text.is_empty();
            if matches!(value, Value::Code(_)) {
                out.push_str(&indented(text, indent));
            } else {
                out.push_str(text);
            }
            rest = &inner[end + 2..];
            continue;
        }
        if inner.starts_with('!') {
            slips.push(Slip::Remark);
        } else if name.starts_with(char::is_alphabetic) && !is_githubs {
            slips.push(match end {
                Some(_) => Slip::Unknown(name),
                None => Slip::Unclosed(name),
            });
        }
        out.push_str("{{");
        rest = inner;
    }
    if !slips.is_empty() {
        return Err(slips);
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

fn problem(slip: &Slip<'_>, origin: &str, line: usize, values: &Values) -> Problem {
    let place = Place::line(origin, line);
    let names = || {
        let names: Vec<&str> = values.keys().copied().collect();
        format!("the values are {}", names.join(", "))
    };
    match slip {
        Slip::Unknown(name) => {
            let plain = name.to_lowercase().replace('_', "-");
            let guess = nearest(&plain, values.keys().copied())
                .map(|it| format!("; did you mean `{it}`?"))
                .unwrap_or_default();
            let what = format!("no value `{}` for this template{guess}", name.escape_debug());
            Problem::at(place, what).help(names())
        }
        Slip::Unclosed(rest) => {
            let is_name = |it: char| it.is_alphanumeric() || "-_".contains(it);
            let name = &rest[..rest.find(|it| !is_name(it)).unwrap_or(rest.len())];
            Problem::at(place, format_args!("`{{{{{name}` has no `}}}}` in its line"))
                .help("a value is `{{name}}`; write other double braces with a space between them")
                .help(names())
        }
        Slip::Remark => Problem::at(place, "a remark does not have its line for itself, or no `}}`")
            .help("write `{{! … }}` on a line of its own, one for each line of the remark"),
    }
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
    fn what_looks_like_a_name_is_one_or_an_error() {
        let check = |template: &str, expected: &str| {
            let error = fill(template, Language::Ruby, "a", &values()).unwrap_err();
            let found = error.downcast::<Problems>().unwrap().to_string();
            assert_eq!(found, expected, "{template}");
        };
        let meant = "a:1: no value `Summary` for this template; did you mean `summary`?";
        check("{{Summary}}", meant);
        check("{{ Summary }} {{name}}", meant);
        check(
            "x {{licenses_}}\n",
            "a:1: no value `licenses_` for this template; did you mean `licenses`?",
        );
        check("{{github.ref}}\n", "a:1: no value `github.ref` for this template");
        check("{{name}\n}}\n", "a:1: `{{name` has no `}}` in its line");
        check("{{ name and {{name}}\n", "a:1: `{{name` has no `}}` in its line");
        let remark = "a:1: a remark does not have its line for itself, or no `}}`";
        check("{{! how\n", remark);
        check("x {{! how }}\n", remark);
        check("{{! how }} {{name}}\n", remark);
    }

    #[test]
    fn what_is_no_name_stays() {
        check("  {{! shows {{name}} and {{x}} }}\na\n", "a\n");
        check("{{{name}}}\n", "{demo}\n");
        check(
            "${{ github.ref }} ${{name}} {{ \"x\" }}",
            "${{ github.ref }} $demo {{ \"x\" }}",
        );
        check("{{1}} {{.Name}} }} {{", "{{1}} {{.Name}} }} {{");
    }

    #[test]
    fn words_are_narrow() {
        for text in ["", "-x", "a b", "a\"", "$(x)", "a\n", "ä"] {
            assert!(Word::parse(text).is_err(), "{text}");
        }
        assert!(Word::parse("1.2.3-rc.1+5").is_ok());
    }
}
