//! How relevant the passages of an index are to a query.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};

use crate::query::{Query, Wanted};
use crate::tokens::estimate_tokens;

/// A passage with its relevance.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) path: String,
    pub(crate) ordinal: u32,
    pub(crate) start_line: u32,
    pub(crate) end_line: u32,
    pub(crate) tokens: u64,
    pub(crate) text: String,
    /// From above 0 to 1, which is the best of this query.
    pub(crate) relevance: f64,
}

/// What a query found.
pub(crate) struct Ranked {
    /// How many passages match at all.
    pub(crate) matched: usize,
    /// The best of them, best first; ties in the order of path and place.
    pub(crate) best: Vec<Found>,
}

/// Passages less relevant than this beside the best are noise, however much room there is.
const LEAST: f64 = 0.1;
/// How much each of the first literal pieces of the query that a passage holds raises it.
const LITERAL: f64 = 0.5;
const MAX_LITERALS: usize = 3;

/// Ranks the passages; at most about `limit` are looked at closely.
pub(crate) fn rank(connection: &Connection, query: &Query, limit: usize) -> rusqlite::Result<Ranked> {
    let mut scores = by_terms(connection, &query.terms)?;
    if scores.is_empty() {
        scores = by_literal(connection, &query.whole)?;
    }
    let matched = scores.len();
    let mut best = read(connection, &leaders(scores, limit))?;
    for found in &mut best {
        found.relevance *= literal_factor(query, found);
    }
    let most = best.iter().map(|it| it.relevance).fold(0.0, f64::max);
    for found in &mut best {
        found.relevance = rounded(found.relevance / most);
    }
    best.retain(|it| it.relevance >= LEAST);
    best.sort_by(|a, b| {
        let place = |it: &Found| (it.path.clone(), it.ordinal);
        b.relevance
            .total_cmp(&a.relevance)
            .then_with(|| place(a).cmp(&place(b)))
    });
    best.truncate(limit);
    Ok(Ranked { matched, best })
}

/// Adds up BM25 over the terms.
///
/// Each term is asked for by itself, for two reasons. FTS5's weight of a term falls to nothing once half of the
/// passages have it, which in a small folder is most terms; here a term weighs `ln(1 + (N - n + ½) / (n + ½))`, which
/// is never negative. And so it is known how much of the query a passage covers: having all words is worth more than
/// having one rare one often.
fn by_terms(connection: &Connection, terms: &[Wanted]) -> rusqlite::Result<HashMap<i64, f64>> {
    let passages: u32 = connection.query_row("SELECT count(*) FROM passages", [], |row| row.get(0))?;
    // The words of a path count for half again as much as those of the text.
    let mut select =
        connection.prepare("SELECT rowid, -bm25(terms, 1.5, 1.0) FROM terms WHERE terms MATCH ?1")?;
    let mut scores: HashMap<i64, (f64, f64)> = HashMap::new();
    let all: f64 = terms.iter().map(|it| it.weight).sum();
    for term in terms {
        let rows: Vec<(i64, f64)> = select
            .query_map([term.expression()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let most = rows.iter().map(|it| it.1).fold(0.0, f64::max);
        let found = f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        let rarity = (1.0 + (f64::from(passages) - found + 0.5) / (found + 0.5)).ln();
        let weight = term.weight * rarity;
        for (id, bm25) in rows {
            let entry = scores.entry(id).or_default();
            entry.0 += weight * if most > 0.0 { bm25 / most } else { 1.0 };
            entry.1 += term.weight;
        }
    }
    Ok(scores
        .into_iter()
        .map(|(id, (score, covered))| (id, score * (0.25 + 0.75 * covered / all)))
        .collect())
}

/// Looks through the text of every passage: for `->`, for emoji, for a piece of a word.
fn by_literal(connection: &Connection, literal: &str) -> rusqlite::Result<HashMap<i64, f64>> {
    let mut select =
        connection.prepare("SELECT id, text, tokens FROM passages WHERE instr(lower(text), ?1)")?;
    let rows = select.query_map([literal], |row| {
        let text: String = row.get(1)?;
        let times = text.to_ascii_lowercase().matches(literal).count();
        let tokens: u32 = row.get(2)?;
        // More often in less text is better, with less and less gain, as in BM25.
        let times = f64::from(u32::try_from(times).unwrap_or(u32::MAX));
        Ok((row.get(0)?, times / (times + 0.5 + f64::from(tokens) / 128.0)))
    })?;
    rows.collect()
}

/// The ids with the best scores: `limit`, and those as good as the last of them, since which of these come first is
/// decided by path, not by the order in which the index came about.
fn leaders(scores: HashMap<i64, f64>, limit: usize) -> Vec<(i64, f64)> {
    let most = scores.values().copied().fold(0.0, f64::max);
    let mut all: Vec<_> = scores
        .into_iter()
        .map(|(id, score)| (id, rounded(score / most)))
        .collect();
    all.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    if let Some(last) = all.get(limit.saturating_sub(1)).map(|it| it.1) {
        let end = all.partition_point(|it| it.1 >= last);
        all.truncate(end);
    }
    all
}

fn read(connection: &Connection, ids: &[(i64, f64)]) -> rusqlite::Result<Vec<Found>> {
    let mut select = connection.prepare(
        "SELECT path, ordinal, start_line, end_line, text \
         FROM passages JOIN files ON files.id = passages.file WHERE passages.id = ?1",
    )?;
    let found = |row: &Row<'_>, relevance| {
        let text: String = row.get(4)?;
        Ok(Found {
            path: row.get(0)?,
            ordinal: row.get(1)?,
            start_line: row.get(2)?,
            end_line: row.get(3)?,
            // Counted again: the budget holds even if the file was tampered with.
            tokens: estimate_tokens(&text),
            text,
            relevance,
        })
    };
    ids.iter()
        .map(|(id, relevance)| select.query_row(params![id], |row| found(row, *relevance)))
        .collect()
}

fn literal_factor(query: &Query, found: &Found) -> f64 {
    let text = found.text.to_ascii_lowercase();
    let path = found.path.to_ascii_lowercase();
    let held = query
        .literals
        .iter()
        .filter(|it| text.contains(it.as_str()) || path.contains(it.as_str()));
    held.take(MAX_LITERALS).fold(1.0, |factor, _| factor + LITERAL)
}

/// To six decimals, so that the last bits of a platform's logarithm decide nothing.
fn rounded(it: f64) -> f64 {
    (it * 1e6).round() / 1e6
}
