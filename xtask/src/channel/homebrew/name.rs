//! Names of formulae and casks, and the class that Homebrew looks for in a formula's file.

/// The class of a formula: `Formulary.class_s` of Homebrew, in the same steps.
pub(super) fn class(name: &str) -> String {
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let rest = letters.as_str().to_lowercase();
    let capitalised = format!("{first}{rest}");
    let mut out = String::new();
    let mut letters = capitalised.chars().peekable();
    while let Some(letter) = letters.next() {
        let starts_word = matches!(letter, '-' | '_' | '.') || letter.is_whitespace();
        match letters.peek() {
            Some(next) if starts_word && next.is_ascii_alphanumeric() => {
                out.push(next.to_ascii_uppercase());
                letters.next();
            }
            Some(next) if letter == '@' && next.is_ascii_digit() && !out.is_empty() => out.push_str("AT"),
            _ if letter == '+' => out.push('x'),
            _ => out.push(letter),
        }
    }
    out
}

/// Whether Ruby takes a text for the name of a class.
pub(super) fn is_class(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_uppercase()) && text.chars().all(|it| it.is_ascii_alphanumeric())
}

/// What a name of a formula or a token of a cask must not have: `FormulaNameCaskTokenAuditor` of Homebrew.
pub(super) fn flaws(name: &str) -> Vec<&'static str> {
    let checks = [
        (
            name.contains(|it: char| it.is_ascii_uppercase()),
            "uppercase letters",
        ),
        (name.contains(char::is_whitespace), "white space"),
        (!name.is_ascii(), "characters outside of ASCII"),
        (name.contains("--"), "double hyphens"),
        (name.starts_with(['-', '@']), "a hyphen or an @ at the start"),
        (name.ends_with(['-', '@']), "a hyphen or an @ at the end"),
        (name.matches('@').count() > 1, "more than one @"),
        (name.contains("-@") || name.contains("@-"), "a hyphen beside an @"),
    ];
    checks.into_iter().filter(|it| it.0).map(|it| it.1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        let check = |name, expected: &str| {
            assert_eq!(class(name), expected);
            assert!(is_class(expected));
        };
        check("demo", "Demo");
        check("foo-bar", "FooBar");
        check("foo_bar.baz", "FooBarBaz");
        check("foo@1.2", "FooAT12");
        check("g++", "Gxx");
        check("FooBar", "Foobar");
        check("x-3d", "X3d");
        for name in ["1demo", "", "d\u{e4}mo", "a b\"c"] {
            assert!(!is_class(&class(name)), "{name}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(flaws("demo-2@1.2"), Vec::<&str>::new());
        for name in [
            "Demo",
            "a b",
            "d\u{e4}mo",
            "a--b",
            "-a",
            "a-",
            "@a",
            "a@",
            "a@1@2",
            "a-@1",
        ] {
            assert_ne!(flaws(name), Vec::<&str>::new(), "{name}");
        }
    }
}
