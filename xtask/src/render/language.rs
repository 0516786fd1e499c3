//! The languages that manifests are written in, and how each writes a text so that it can be nothing but a text.

use std::fmt::Write;

/// A language of a file that a channel reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Homebrew's formulae and casks.
    Ruby,
    /// PKGBUILD and installers: POSIX words in single quotes.
    Shell,
    /// Nix expressions.
    Nix,
    /// Chocolatey's scripts and the installer for Windows.
    PowerShell,
    /// Manifests of WinGet, Snap and Flatpak.
    Yaml,
    /// Manifests of npm and Scoop.
    Json,
    /// nuspec and AppStream's metainfo: text between tags, or in an attribute with double quotes.
    Xml,
    /// Release notes.
    Markdown,
    /// Desktop entries: the value after `=`.
    Desktop,
}

impl Language {
    /// The text as a literal of the language, quotes included where the language has them. Nothing in the text can end
    /// the literal, and nothing of it is lost. Characters that reorder the line around them (Unicode's bidirectional
    /// controls) are written as escapes where the language has escapes, so that what is read is what is meant.
    ///
    /// Control characters other than tab and line feed are refused at the border ([`crate::edition::Listing`]): three
    /// of these languages cannot hold them at all.
    pub fn literal(self, text: &str) -> String {
        match self {
            Language::Ruby => ruby(text),
            Language::Shell => format!("'{}'", text.replace('\'', r"'\''")),
            Language::Nix => nix(text),
            Language::PowerShell => power_shell(text),
            Language::Yaml => yaml(text),
            Language::Json => json(text),
            Language::Xml => xml(text),
            Language::Markdown => markdown(text),
            Language::Desktop => desktop(text),
        }
    }

    /// The texts as a list of the language, in one line.
    pub fn list<T: AsRef<str>>(self, texts: &[T]) -> String {
        let literals: Vec<String> = texts.iter().map(|it| self.literal(it.as_ref())).collect();
        match self {
            Language::Ruby | Language::Yaml | Language::Json => format!("[{}]", literals.join(", ")),
            Language::Nix if literals.is_empty() => "[ ]".to_owned(),
            Language::Nix => format!("[ {} ]", literals.join(" ")),
            Language::Shell => literals.join(" "),
            Language::PowerShell => format!("@({})", literals.join(", ")),
            Language::Xml | Language::Markdown => literals.join(", "),
            // Desktop entries end each value of a list with a semicolon, which a value itself must not hold.
            Language::Desktop => literals
                .iter()
                .flat_map(|it| [it.replace(';', r"\;"), ";".to_owned()])
                .collect(),
        }
    }
}

/// Whether a character is invisible and changes the order or the width of what stands around it.
pub fn is_deceptive(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn escaped(text: &str, mut each: impl FnMut(&mut String, char, Option<char>)) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        each(&mut out, letter, letters.peek().copied());
    }
    out
}

fn push_fmt(out: &mut String, words: std::fmt::Arguments<'_>) {
    out.write_fmt(words).expect("a string takes everything");
}

/// A string in double quotes; `#` begins an interpolation only before `{`, `$` and `@`.
fn ruby(text: &str) -> String {
    let inner = escaped(text, |out, letter, next| match letter {
        '"' | '\\' => out.extend(['\\', letter]),
        '#' if matches!(next, Some('{' | '$' | '@')) => out.push_str("\\#"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        it if it.is_control() || is_deceptive(it) => {
            push_fmt(out, format_args!("\\u{{{:x}}}", u32::from(it)));
        }
        it => out.push(it),
    });
    format!("\"{inner}\"")
}

/// A string in double quotes; `$` begins an interpolation only before `{`. Nix has no escapes by number.
fn nix(text: &str) -> String {
    let inner = escaped(text, |out, letter, next| match letter {
        '"' | '\\' => out.extend(['\\', letter]),
        '$' if next == Some('{') => out.push_str("\\$"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        it => out.push(it),
    });
    format!("\"{inner}\"")
}

/// A string in single quotes, where nothing is expanded. PowerShell takes four typographic quotes for a single quote.
fn power_shell(text: &str) -> String {
    let inner = escaped(text, |out, letter, _| {
        if matches!(letter, '\'' | '\u{2018}'..='\u{201b}') {
            out.push(letter);
        }
        out.push(letter);
    });
    format!("'{inner}'")
}

/// YAML 1.2.2 § 7.3.1: in double quotes the escapes are those of JSON, and more.
fn yaml(text: &str) -> String {
    let inner = escaped(text, |out, letter, _| match letter {
        '"' | '\\' => out.extend(['\\', letter]),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        it if it.is_control() || is_deceptive(it) || matches!(it, '\u{2028}' | '\u{2029}') => {
            push_fmt(out, format_args!("\\u{:04x}", u32::from(it)));
        }
        // Outside of what YAML calls printable.
        '\u{fffe}' | '\u{ffff}' => push_fmt(out, format_args!("\\u{:04x}", u32::from(letter))),
        it => out.push(it),
    });
    format!("\"{inner}\"")
}

fn json(text: &str) -> String {
    let plain = serde_json::to_string(text).expect("a string is a JSON value");
    super::json::visible(&plain)
}

/// Character data of XML 1.0, fit for attributes too.
fn xml(text: &str) -> String {
    escaped(text, |out, letter, _| match letter {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&apos;"),
        '\r' => out.push_str("&#13;"),
        it if is_deceptive(it) => push_fmt(out, format_args!("&#x{:x};", u32::from(it))),
        it => out.push(it),
    })
}

/// CommonMark § 2.4: a backslash takes the meaning of ASCII punctuation away. Only what can mean something inside a
/// line is escaped, and what could begin a block at the start of one.
fn markdown(text: &str) -> String {
    let mut is_start = true;
    escaped(text, |out, letter, next| {
        let begins = match letter {
            '#' | '+' | '-' | '=' | '>' | '|' => is_start,
            '.' | ')' => {
                out.trim_end_matches(|it: char| it.is_ascii_digit()).is_empty()
                    || out
                        .trim_end_matches(|it: char| it.is_ascii_digit())
                        .ends_with('\n')
            }
            '!' => next == Some('['),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '~' | '@' => true,
            _ => false,
        };
        is_start = letter == '\n' || (is_start && letter.is_whitespace());
        if begins {
            out.push('\\');
        }
        out.push(letter);
    })
}

/// A value of type string: Desktop Entry Specification 1.5 § 4.
fn desktop(text: &str) -> String {
    let inner = escaped(text, |out, letter, _| match letter {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        it => out.push(it),
    });
    match inner.strip_prefix(' ') {
        Some(rest) => format!("\\s{rest}"),
        None => inner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What could end a literal in one of the languages or begin something inside it.
    const HOSTILE: &str = "a'b\"c`d$e${f}#{g}#$h%i\\j</k>&l]]>--\n!m\u{202e}n\u{2019}o\t\u{1f980}";

    #[test]
    fn each_language_has_its_escapes() {
        let check = |language: Language, expected: &str| assert_eq!(language.literal(HOSTILE), expected);
        check(
            Language::Ruby,
            "\"a'b\\\"c`d$e${f}\\#{g}\\#$h%i\\\\j</k>&l]]>--\\n!m\\u{202e}n\u{2019}o\\t\u{1f980}\"",
        );
        check(
            Language::Shell,
            "'a'\\''b\"c`d$e${f}#{g}#$h%i\\j</k>&l]]>--\n!m\u{202e}n\u{2019}o\t\u{1f980}'",
        );
        check(
            Language::Nix,
            "\"a'b\\\"c`d$e\\${f}#{g}#$h%i\\\\j</k>&l]]>--\\n!m\u{202e}n\u{2019}o\\t\u{1f980}\"",
        );
        check(
            Language::PowerShell,
            "'a''b\"c`d$e${f}#{g}#$h%i\\j</k>&l]]>--\n!m\u{202e}n\u{2019}\u{2019}o\t\u{1f980}'",
        );
        check(
            Language::Yaml,
            "\"a'b\\\"c`d$e${f}#{g}#$h%i\\\\j</k>&l]]>--\\n!m\\u202en\u{2019}o\\t\u{1f980}\"",
        );
        check(
            Language::Json,
            "\"a'b\\\"c`d$e${f}#{g}#$h%i\\\\j</k>&l]]>--\\n!m\\u202en\u{2019}o\\t\u{1f980}\"",
        );
        check(
            Language::Xml,
            "a&apos;b&quot;c`d$e${f}#{g}#$h%i\\j&lt;/k&gt;&amp;l]]&gt;--\n!m&#x202e;n\u{2019}o\t\u{1f980}",
        );
        check(
            Language::Markdown,
            "a'b\"c\\`d$e${f}#{g}#$h%i\\\\j\\</k>\\&l\\]\\]>--\n!m\u{202e}n\u{2019}o\t\u{1f980}",
        );
        check(
            Language::Desktop,
            "a'b\"c`d$e${f}#{g}#$h%i\\\\j</k>&l]]>--\\n!m\u{202e}n\u{2019}o\\t\u{1f980}",
        );
    }

    #[test]
    fn lists() {
        let check = |language: Language, expected: &str| {
            assert_eq!(language.list(&["a", "b c"]), expected);
        };
        check(Language::Ruby, "[\"a\", \"b c\"]");
        check(Language::Shell, "'a' 'b c'");
        check(Language::Nix, "[ \"a\" \"b c\" ]");
        check(Language::PowerShell, "@('a', 'b c')");
        check(Language::Desktop, "a;b c;");
    }

    #[test]
    fn markdown_begins_no_block() {
        let check = |text, expected| assert_eq!(Language::Markdown.literal(text), expected);
        check("# a", "\\# a");
        check("- a\n1. b", "\\- a\n1\\. b");
        check("2026. a", "2026\\. a");
        check("see 1.2", "see 1.2");
        check("![a](b)", "\\!\\[a\\](b)");
    }
}
