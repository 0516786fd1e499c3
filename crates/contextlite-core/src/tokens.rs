//! How many tokens a language model is likely to see in a text.

/// Estimates the number of tokens in `text` without knowing the model.
///
/// Counted in quarters of a token and rounded up once, so the estimate of a whole is never more than the sum of
/// the estimates of its parts:
///
/// | characters | tokens each |
/// |---|---|
/// | ASCII | 1/4 |
/// | other alphabets (Latin with accents, Greek, Cyrillic, Arabic, Thai …) | 1/2 |
/// | Chinese, Japanese, Korean and the rest of the planes up to U+1EFFF | 1 |
/// | emoji and everything above | 2 |
///
/// Common tokenizers need fewer for English prose and about as many for code.
pub fn estimate_tokens(text: &str) -> u64 {
    quarters(text).div_ceil(4)
}

/// The estimate in quarters of a token: it adds up exactly.
pub(crate) fn quarters(text: &str) -> u64 {
    text.chars().map(quarters_of).sum()
}

pub(crate) fn quarters_of(it: char) -> u64 {
    match u32::from(it) {
        0..=0x7f => 1,
        0x80..=0x10ff | 0x1200..=0x2e7f => 2,
        0x1100..=0x11ff | 0x2e80..=0x1_efff => 4,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates() {
        for (text, expected) in [
            ("", 0),
            ("a", 1),
            ("four", 1),
            ("fives", 2),
            ("fn main() {}", 3),
            ("naïve", 2),
            ("привет", 3),
            ("日本語", 3),
            ("한국어", 3),
            ("🦀", 2),
        ] {
            assert_eq!(estimate_tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn a_whole_is_never_more_than_its_parts() {
        let text = "let wörter = 日本; // 🦀 und mehr";
        for (at, _) in text.char_indices() {
            let (left, right) = text.split_at(at);
            assert!(estimate_tokens(text) <= estimate_tokens(left) + estimate_tokens(right));
        }
    }
}
