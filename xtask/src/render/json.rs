//! JSON documents that we write: indented as their readers want it, with escapes for what cannot be seen.

use std::fmt::Write;

use anyhow::Context;
use serde::Serialize;
use serde_json::ser::PrettyFormatter;

use crate::render::language::is_deceptive;

/// The text of a document with an indentation for each level and a final line feed.
pub fn document<T: Serialize>(value: &T, indent: &str) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let formatter = PrettyFormatter::with_indent(indent.as_bytes());
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))?;
    let text = String::from_utf8(bytes).context("serde_json writes UTF-8")?;
    Ok(visible(&text) + "\n")
}

/// JSON with escapes for the characters that reorder what stands around them. In JSON such a character can only stand
/// inside a string, so each can be replaced where it is.
pub fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        if is_deceptive(letter) || letter == '\u{7f}' {
            write!(out, "\\u{:04x}", u32::from(letter)).expect("a string takes everything");
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped_and_comes_back() {
        let text = "a\u{202e}b\u{7f}\"\\c\u{1f980}";
        let value = serde_json::json!({ text: [text] });
        let written = document(&value, "    ").unwrap();
        assert_eq!(
            written,
            "{\n    \"a\\u202eb\\u007f\\\"\\\\c\u{1f980}\": [\n        \"a\\u202eb\\u007f\\\"\\\\c\u{1f980}\"\n    ]\n}\n"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&written).unwrap(),
            value
        );
    }
}
