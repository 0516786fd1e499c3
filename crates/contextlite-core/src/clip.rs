//! Cuts a passage down to the lines that matter most, for a budget that no whole passage fits.

use crate::query::Query;
use crate::relevance::Found;
use crate::terms;
use crate::tokens::{estimate_tokens, quarters};

/// The consecutive lines of `found` that fit `budget` and name most of the query; `None` if no line that fits names
/// any of it.
pub(crate) fn clip(found: &Found, query: &Query, budget: u64) -> Option<Found> {
    let lines: Vec<Line<'_>> = found
        .text
        .split_inclusive('\n')
        .map(|it| Line::new(it, query))
        .collect();
    let room = budget.saturating_mul(4);
    let mut best: Option<(u32, &[Line<'_>])> = None;
    for start in 0..lines.len() {
        let mut used = 0;
        let fits = lines[start..].iter().take_while(|it| {
            used += it.quarters;
            used <= room
        });
        let window = &lines[start..start + fits.count()];
        let named = window.iter().fold(0_u128, |all, it| all | it.named).count_ones();
        // A window that begins with a line that names nothing is no better than the one after it.
        let begins_well = window.first().is_some_and(|it| it.named != 0);
        if begins_well && best.is_none_or(|(most, _)| named > most) {
            best = Some((named, window));
        }
    }
    let (_, window) = best?;
    let first = &window[0];
    let before = lines.iter().position(|it| std::ptr::eq(it, first))?;
    let text: String = window.iter().map(|it| it.text).collect();
    let start_line = found.start_line.saturating_add(u32::try_from(before).ok()?);
    Some(Found {
        start_line,
        end_line: start_line.saturating_add(u32::try_from(window.len() - 1).ok()?),
        tokens: estimate_tokens(&text),
        text,
        ..found.clone()
    })
}

struct Line<'a> {
    text: &'a str,
    quarters: u64,
    /// One bit for each term and literal piece of the query that the line has.
    named: u128,
}

impl<'a> Line<'a> {
    fn new(text: &'a str, query: &Query) -> Self {
        let terms = terms::terms(text);
        let lower = text.to_ascii_lowercase();
        // The index knows stems of words, so `budgets` has to name `budget` here as well.
        let by_term = query
            .terms
            .iter()
            .map(|it| terms.iter().any(|term| related(&term.text, &it.text)));
        let by_literal = query
            .literals
            .iter()
            .chain([&query.whole])
            .map(|it| lower.contains(it.as_str()));
        let named = by_literal.chain(by_term).take(128).enumerate();
        let named = named.fold(0, |bits, (place, it)| bits | (u128::from(it) << place));
        Self {
            text,
            quarters: quarters(text),
            named,
        }
    }
}

/// Whether one of two words begins with the other, but for an ending.
fn related(a: &str, b: &str) -> bool {
    let common = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    a == b || (common >= 4 && common + 3 >= a.len().max(b.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# A page
Something that has nothing to do with it.
The budget is counted in tokens.
Each passage has an estimate.
Budgets are never exceeded by passages.
The end.
";

    #[track_caller]
    fn check(query: &str, budget: u64, expected: Option<(u32, u32)>) {
        let found = Found {
            path: "page.md".to_owned(),
            ordinal: 0,
            start_line: 11,
            end_line: 16,
            tokens: estimate_tokens(TEXT),
            text: TEXT.to_owned(),
            relevance: 1.0,
        };
        let clipped = clip(&found, &Query::parse(query).unwrap(), budget);
        assert_eq!(clipped.as_ref().map(|it| (it.start_line, it.end_line)), expected);
        if let Some(clipped) = clipped {
            assert!(clipped.tokens <= budget);
            assert!(TEXT.contains(&clipped.text));
        }
    }

    #[test]
    fn keeps_the_lines_that_name_the_query() {
        check("budget", 9, Some((13, 13)));
        check("budget passages", 12, Some((15, 15)));
        check("budget estimate", 20, Some((13, 14)));
        check("exceeding", 13, Some((15, 16)));
    }

    #[test]
    fn nothing_if_no_line_fits() {
        check("budget", 3, None);
        check("unrelated", 100, None);
    }
}
