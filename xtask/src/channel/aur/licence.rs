//! Licences as Arch Linux has them.

/// The licences whose text is the same for everyone and comes with Arch's package `licenses`, by their SPDX names.
/// Every other text is installed by the package that is under it (ArchWiki, PKGBUILD, license).
const COMMON: &[&str] = &[
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "Apache-2.0",
    "Artistic-1.0-Perl",
    "Artistic-2.0",
    "BSL-1.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "CDDL-1.0",
    "CPL-1.0",
    "EPL-1.0",
    "EPL-2.0",
    "FDL-1.2-only",
    "FDL-1.2-or-later",
    "FDL-1.3-only",
    "FDL-1.3-or-later",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "LGPL-2.0-only",
    "LGPL-2.0-or-later",
    "LGPL-2.1-only",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "LPPL-1.3c",
    "MPL-1.1",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
    "W3C",
];

/// Whether a package must carry the text of one of the licences of an expression itself.
pub(super) fn needs_text(expression: &str) -> bool {
    expression
        .split(|it: char| it.is_whitespace() || it == '(' || it == ')')
        .filter(|it| !it.is_empty() && !matches!(*it, "AND" | "OR" | "WITH"))
        .any(|it| !COMMON.contains(&it) && !it.ends_with("-exception"))
}

/// Why a text is no SPDX expression.
pub(super) fn mistake(text: &str) -> Option<String> {
    match spdx::Expression::parse(text) {
        Ok(_) => None,
        Err(error) => Some(error.reason.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_texts_are_not_carried_again() {
        assert!(COMMON.is_sorted());
        let check = |text, expected| assert_eq!(needs_text(text), expected, "{text}");
        check("GPL-3.0-or-later", false);
        check("Apache-2.0 WITH LLVM-exception", false);
        check("MIT OR Apache-2.0", true);
        check("(MPL-2.0 AND BSD-3-Clause)", true);
        check("LicenseRef-Own", true);
    }

    #[test]
    fn expressions() {
        assert_eq!(mistake("MIT OR Apache-2.0"), None);
        for text in ["MIT/Apache-2.0", "custom", "GPL3", ""] {
            assert!(mistake(text).is_some(), "{text}");
        }
    }
}
