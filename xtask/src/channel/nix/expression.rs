//! Pieces of Nix expressions, in the way of nixfmt: texts with the version in them, lists, names, licences.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Sha256;
use crate::render::language::Language;

/// The attributes of `lib.licenses`, by the SPDX names of what they stand for, in the order of these.
pub(super) const LICENSES: &[(&str, &str)] = &[
    ("0BSD", "bsd0"),
    ("AFL-3.0", "afl3"),
    ("AGPL-3.0-only", "agpl3Only"),
    ("AGPL-3.0-or-later", "agpl3Plus"),
    ("Apache-2.0", "asl20"),
    ("Artistic-2.0", "artistic2"),
    ("BSD-2-Clause", "bsd2"),
    ("BSD-3-Clause", "bsd3"),
    ("BSL-1.0", "boost"),
    ("BUSL-1.1", "bsl11"),
    ("CC-BY-4.0", "cc-by-40"),
    ("CC-BY-SA-4.0", "cc-by-sa-40"),
    ("CC0-1.0", "cc0"),
    ("CDDL-1.0", "cddl"),
    ("EPL-2.0", "epl20"),
    ("EUPL-1.2", "eupl12"),
    ("GPL-2.0-only", "gpl2Only"),
    ("GPL-2.0-or-later", "gpl2Plus"),
    ("GPL-3.0-only", "gpl3Only"),
    ("GPL-3.0-or-later", "gpl3Plus"),
    ("ISC", "isc"),
    ("LGPL-2.1-only", "lgpl21Only"),
    ("LGPL-2.1-or-later", "lgpl21Plus"),
    ("LGPL-3.0-only", "lgpl3Only"),
    ("LGPL-3.0-or-later", "lgpl3Plus"),
    ("LLVM-exception", "llvm-exception"),
    ("MIT", "mit"),
    ("MIT-0", "mit0"),
    ("MPL-2.0", "mpl20"),
    ("NCSA", "ncsa"),
    ("OFL-1.1", "ofl"),
    ("Unlicense", "unlicense"),
    ("WTFPL", "wtfpl"),
    ("Zlib", "zlib"),
];

/// A digest as Nix writes it: the algorithm and base64 (Subresource Integrity).
pub(in crate::channel) fn sri(sum: Sha256) -> String {
    format!("sha256-{}", STANDARD.encode(sum.bytes()))
}

/// The digest that a text in that form holds.
pub(super) fn parse_sri(text: &str) -> Option<Vec<u8>> {
    const LENGTHS: &[(&str, usize)] = &[("sha256", 32), ("sha512", 64)];
    let (algorithm, digits) = text.split_once('-')?;
    let bytes = STANDARD.decode(digits).ok()?;
    LENGTHS.contains(&(algorithm, bytes.len())).then_some(bytes)
}

/// A name as it stands before `=` or after a dot: bare where Nix lets it be, else quoted.
pub(super) fn attribute(name: &str) -> String {
    const KEYWORDS: &[&str] = &[
        "assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with",
    ];
    let is_bare = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && name
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "_-'".contains(it))
        && !KEYWORDS.contains(&name);
    if is_bare {
        name.to_owned()
    } else {
        Language::Nix.literal(name)
    }
}

/// A list of words of the language: one word stays in the line, more get a line each.
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => "[ ]".to_owned(),
        [one] => format!("[ {one} ]"),
        more => {
            let lines: Vec<String> = more.iter().map(|it| format!("  {it}\n")).collect();
            format!("[\n{}]", lines.concat())
        }
    }
}

/// The same of texts.
pub(super) fn texts<T: AsRef<str>>(texts: &[T]) -> String {
    let words: Vec<String> = texts
        .iter()
        .map(|it| Language::Nix.literal(it.as_ref()))
        .collect();
    list(&words)
}

/// A string in which the version stands as `variable`, so that the next version needs one change.
pub(super) fn versioned(text: &str, version: &str, variable: &str) -> String {
    let escaped = |part: &str| {
        let literal = Language::Nix.literal(part);
        let inner = literal[1..literal.len() - 1].to_owned();
        // Two dollar signs would take the meaning from what follows.
        match inner.strip_suffix('$') {
            Some(start) if !part.is_empty() => format!("{start}\\$"),
            _ => inner,
        }
    };
    let parts: Vec<String> = text.split(version).map(escaped).collect();
    format!("\"{}\"", parts.join(&format!("${{{variable}}}")))
}

/// Lines of a script, fit for a string between double single quotes.
pub(super) fn script(lines: &[String]) -> String {
    lines.join("\n").replace("''", "'''").replace("${", "''${")
}

/// The value of `meta.license`. Nix does not tell a choice from parts, so all are listed.
pub(super) fn license(expression: &str) -> String {
    let names: Vec<&str> = expression
        .split(|it: char| it.is_whitespace() || it == '(' || it == ')')
        .filter(|it| !it.is_empty() && !matches!(*it, "AND" | "OR" | "WITH"))
        .collect();
    let known = |name: &str| LICENSES.iter().find(|it| it.0 == name).map(|it| it.1);
    let by_name = |name: &str| format!("lib.getLicenseFromSpdxId {}", Language::Nix.literal(name));
    match names.as_slice() {
        [one] => known(one).map_or_else(|| by_name(one), |it| format!("lib.licenses.{it}")),
        several => {
            let words: Vec<String> = several
                .iter()
                .map(|it| known(it).map_or_else(|| format!("({})", by_name(it)), str::to_owned))
                .collect();
            format!("with lib.licenses; {}", list(&words))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests() {
        let empty = sri(Sha256::of(b""));
        assert_eq!(empty, "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(parse_sri(&empty).as_deref(), Some(&Sha256::of(b"").bytes()[..]));
        for wrong in [
            "sha256-",
            "sha256-47DE",
            "sha256:abc",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "",
        ] {
            assert_eq!(parse_sri(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names() {
        assert!(LICENSES.is_sorted());
        let check = |name, expected: &str| assert_eq!(attribute(name), expected);
        check("demo-x_1", "demo-x_1");
        check("7zip", "\"7zip\"");
        check("a.b", "\"a.b\"");
        check("in", "\"in\"");
    }

    #[test]
    fn licences() {
        let check = |text, expected: &str| assert_eq!(license(text), expected);
        check("MIT", "lib.licenses.mit");
        check("MIT OR Apache-2.0", "with lib.licenses; [\n  mit\n  asl20\n]");
        check(
            "Apache-2.0 WITH LLVM-exception",
            "with lib.licenses; [\n  asl20\n  llvm-exception\n]",
        );
        check("OSL-3.0", "lib.getLicenseFromSpdxId \"OSL-3.0\"");
        check(
            "(OSL-3.0 AND MIT)",
            "with lib.licenses; [\n  (lib.getLicenseFromSpdxId \"OSL-3.0\")\n  mit\n]",
        );
    }

    #[test]
    fn versions_are_expanded_and_nothing_else() {
        let check = |text, expected: &str| assert_eq!(versioned(text, "1.2.3", "v"), expected);
        check("a-1.2.3/1.2.3", "\"a-${v}/${v}\"");
        check("$1.2.3${x}\"", "\"\\$${v}\\${x}\\\"\"");
    }

    #[test]
    fn scripts() {
        let lines = ["install 'a'\\''b' $out".to_owned(), "x ${y}".to_owned()];
        assert_eq!(script(&lines), "install 'a'\\'''b' $out\nx ''${y}");
    }
}
