//! The index as it is asked: a query and a budget in, passages out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use serde::Serialize;

use crate::clip::clip;
use crate::database;
use crate::error::{Error, Result};
use crate::query::Query;
use crate::relevance::{self, Found};
use crate::select::{self, Candidate};
use crate::tokens::estimate_tokens;

/// An index, open to be read.
#[derive(Debug)]
pub struct Index {
    pub(crate) connection: Connection,
    pub(crate) database: PathBuf,
}

/// The passages picked for a query.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Context {
    /// The query as it was asked.
    pub query: String,
    /// The most tokens that were allowed.
    pub budget: u64,
    /// The estimated tokens of all passages below: never more than `budget`.
    pub tokens: u64,
    /// How many passages of the index match the query at all.
    pub matched: usize,
    /// The passages, most relevant first; ties in the order of path and line.
    pub passages: Vec<Passage>,
}

/// Consecutive lines of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Passage {
    /// The file, relative to the indexed folder, with `/` between the parts.
    pub path: String,
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
    /// Relevance from above 0 to 1, which is the best passage that this query finds.
    pub score: f64,
    /// The estimated tokens of `text`.
    pub tokens: u64,
    /// The lines, verbatim.
    pub text: String,
}

impl Index {
    /// Opens the index in `database`, which must exist.
    pub fn open(database: impl AsRef<Path>) -> Result<Self> {
        let database = database.as_ref().to_owned();
        // The time another process needs to write the end of a large run.
        let connection = database::open_to_read(&database, Duration::from_secs(5))?;
        Ok(Self { connection, database })
    }

    /// Picks the passages that say most about `query` in at most `budget` tokens.
    ///
    /// Any text is a query; no character has a special meaning. Finding nothing is not an error.
    pub fn query(&self, query: &str, budget: u64) -> Result<Context> {
        let parsed = Query::parse(query).ok_or(Error::EmptyQuery)?;
        let ranked = self.read(|connection| relevance::rank(connection, &parsed, limit(budget)))?;
        let candidates: Vec<Candidate> = ranked
            .best
            .iter()
            .map(|it| Candidate {
                relevance: it.relevance,
                tokens: it.tokens,
                shingles: select::shingles(&it.text),
            })
            .collect();
        let chosen = select::select(&candidates, budget);
        let chosen: Vec<Found> = if chosen.is_empty() {
            ranked
                .best
                .iter()
                .find_map(|it| clip(it, &parsed, budget))
                .into_iter()
                .collect()
        } else {
            chosen.into_iter().map(|it| ranked.best[it].clone()).collect()
        };
        let passages = join(chosen);
        let tokens = passages.iter().map(|it| it.tokens).sum();
        assert!(
            tokens <= budget,
            "the passages fit the budget: joining them adds no tokens"
        );
        Ok(Context {
            query: query.to_owned(),
            budget,
            tokens,
            matched: ranked.matched,
            passages,
        })
    }

    /// Reads in one transaction, so that a run that ends meanwhile is seen fully or not at all.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let transaction = self.connection.unchecked_transaction();
        transaction
            .and_then(|it| read(&it))
            .map_err(|source| Error::from_sqlite(&self.database, source))
    }
}

/// How many passages are looked at closely: several times as many as fit.
fn limit(budget: u64) -> usize {
    usize::try_from(budget / 32)
        .unwrap_or(usize::MAX)
        .clamp(256, 2_048)
}

/// Joins neighbours of a file.
fn join(mut found: Vec<Found>) -> Vec<Passage> {
    found.sort_by(|a, b| (&a.path, a.ordinal).cmp(&(&b.path, b.ordinal)));
    let mut passages: Vec<Passage> = Vec::new();
    let mut next = 0;
    for it in found {
        match passages.last_mut() {
            Some(last) if last.path == it.path && next == it.ordinal => {
                last.end_line = it.end_line;
                last.score = last.score.max(it.relevance);
                last.text.push_str(&it.text);
                last.tokens = estimate_tokens(&last.text);
            }
            _ => passages.push(Passage {
                path: it.path,
                start_line: it.start_line,
                end_line: it.end_line,
                score: it.relevance,
                tokens: it.tokens,
                text: it.text,
            }),
        }
        next = it.ordinal.saturating_add(1);
    }
    passages.sort_by(|a, b| b.score.total_cmp(&a.score));
    passages
}
