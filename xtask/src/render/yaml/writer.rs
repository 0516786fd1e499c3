//! Writes YAML: block style, every scalar so that no reader takes it for anything but its text.

use crate::render::language::{Language, is_deceptive};
use crate::render::yaml::Yaml;

/// The text of a document.
pub(super) fn document(node: &Yaml) -> String {
    let mut out = String::new();
    write(&mut out, node, 0);
    out
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
            out.extend(["- [", &texts.join(", "), "]\n"]);
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
                    || is_deceptive(it)
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
