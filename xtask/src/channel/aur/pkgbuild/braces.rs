//! Braces outside of quotes, which make several words of one: `a.{xz,sig}`.

/// Stand for `{`, `,` and `}` that have a meaning, until it is known that all three are there.
pub(super) const OPEN: char = '\u{f0000}';
pub(super) const COMMA: char = '\u{f0001}';
pub(super) const CLOSE: char = '\u{f0002}';

/// The words that a word becomes in an array.
pub(super) fn expanded(word: &str) -> Vec<String> {
    let Some((open, close)) = pair(word) else {
        return vec![written(word)];
    };
    let (before, inner) = (&word[..open], &word[open + OPEN.len_utf8()..close]);
    let after = expanded(&word[close + CLOSE.len_utf8()..]);
    let mut out = Vec::new();
    for part in parts(inner) {
        for middle in expanded(part) {
            out.extend(after.iter().map(|it| format!("{}{middle}{it}", written(before))));
        }
    }
    out
}

/// A word as it was written.
pub(super) fn written(word: &str) -> String {
    word.replace(OPEN, "{").replace(COMMA, ",").replace(CLOSE, "}")
}

/// The first braces with a comma between them.
fn pair(word: &str) -> Option<(usize, usize)> {
    word.match_indices(OPEN).find_map(|(open, _)| {
        let close = open + closing(&word[open..])?;
        let inner = &word[open + OPEN.len_utf8()..close];
        (parts(inner).len() > 1).then_some((open, close))
    })
}

/// Where the braces end that a text begins with.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(at, letter)| {
        match letter {
            OPEN => depth += 1,
            CLOSE => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

/// What stands between the commas of the outermost braces.
fn parts(inner: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    inner
        .split(|letter| {
            match letter {
                OPEN => depth += 1,
                CLOSE => depth = depth.saturating_sub(1),
                _ => {}
            }
            letter == COMMA && depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_bash_makes_them() {
        let check = |text: &str, expected: &[&str]| {
            let marked = text
                .replace('{', "\u{f0000}")
                .replace(',', "\u{f0001}")
                .replace('}', "\u{f0002}");
            assert_eq!(expanded(&marked), expected, "{text}");
        };
        check("a", &["a"]);
        check("a{,.sig}", &["a", "a.sig"]);
        check("a.{xz,sig}z", &["a.xzz", "a.sigz"]);
        check("{a,b}{c,d}", &["ac", "ad", "bc", "bd"]);
        check("{a,{b,c}d}", &["a", "bd", "cd"]);
        check("{a}{b,c", &["{a}{b,c"]);
    }
}
