//! Index files into SQLite and pick the best passages for a query under a token budget.
//!
//! The library behind the `contextlite` program: no server, no model, no network. An index is one SQLite file, and
//! everything it answers comes from the text of the indexed files.
//!
//! ```no_run
//! use contextlite_core::{Index, Update, update};
//!
//! # fn main() -> Result<(), contextlite_core::Error> {
//! let report = update(&Update::new("my-project"))?;
//! println!("{} files added", report.added);
//!
//! let index = Index::open(&report.database)?;
//! let context = index.query("where is the budget checked?", 2_000)?;
//! for passage in &context.passages {
//!     println!("{}:{}-{}\n{}", passage.path, passage.start_line, passage.end_line, passage.text);
//! }
//! assert!(context.tokens <= 2_000);
//! # Ok(())
//! # }
//! ```
//!
//! # How it works
//!
//! 1. [`update`] walks the folder (`.gitignore`, `.ignore` and hidden files are respected), hashes each text file
//!    and leaves alone what has not changed. All of a run is one transaction: it happens fully or not at all.
//! 2. A changed file is cut into passages of at most [`MAX_PASSAGE_TOKENS`], preferably before a heading or after a
//!    blank line. Their terms go into an FTS5 table: words without case, the parts of `snake_case` and `camelCase`,
//!    names such as `c++`, and pairs of neighbouring characters where a script has no spaces.
//! 3. [`Index::query`] adds up FTS5's BM25 for each term of the query, raises passages that hold the query's words
//!    literally, and takes passages by relevance per token until the budget is used. What resembles a passage that
//!    was already taken counts less, and a near copy counts nothing. Neighbours are joined. A
//!    budget too small for any whole passage gets the lines of the best one that say most.
//!
//! The same files and query give the same answer, whatever the order in which the index came about.

mod clip;
mod context;
mod database;
mod error;
mod files;
mod location;
mod passage;
mod query;
mod relevance;
mod select;
mod status;
mod terms;
mod tokens;
mod update;

pub use context::{Context, Index, Passage};
pub use error::{Error, Result};
pub use files::{Skip, Skipped};
pub use location::{DATABASE_FILE, DATABASE_FOLDER, default_database, find_database};
pub use passage::MAX_PASSAGE_TOKENS;
pub use status::Status;
pub use tokens::estimate_tokens;
pub use update::{Report, Update, update};
