//! Licence expressions as stores read them: what the SPDX list has given up is still taken.

use spdx::{Expression, ParseMode};

/// `GPL-3.0` and `GPL-3.0+` are deprecated, and every store takes them.
const STORES: ParseMode = ParseMode {
    allow_deprecated: true,
    allow_postfix_plus_on_gpl: true,
    ..ParseMode::STRICT
};

/// Why a text is no expression that a store takes; `None` where it is one.
pub fn mistake(text: &str) -> Option<String> {
    let error = Expression::parse_mode(text, STORES).err()?;
    Some(error.reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stores_take() {
        for text in [
            "MIT",
            "MIT OR Apache-2.0",
            "GPL-3.0",
            "GPL-2.0+",
            "GPL-3.0-or-later",
        ] {
            assert_eq!(mistake(text), None, "{text}");
        }
        for text in ["", "MIT/Apache-2.0", "Apache 2.0", "Free"] {
            assert!(mistake(text).is_some(), "{text}");
        }
    }
}
