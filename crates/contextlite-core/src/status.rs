//! How much an index holds.

use serde::Serialize;

use crate::context::Index;
use crate::database::SCHEMA_VERSION;
use crate::error::{Error, Result};

/// What an index holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The indexed folder, as an absolute path.
    pub folder: String,
    /// The number of files.
    pub files: u64,
    /// The number of passages.
    pub passages: u64,
    /// The estimated tokens of all passages.
    pub tokens: u64,
    /// The bytes of all indexed files.
    pub text_bytes: u64,
    /// The bytes of the database file.
    pub database_bytes: u64,
    /// The version of the database's schema.
    pub schema: i64,
}

impl Index {
    /// Counts what the index holds.
    pub fn status(&self) -> Result<Status> {
        let sql = "SELECT
            coalesce((SELECT value FROM facts WHERE name = 'folder'), ''),
            (SELECT count(*) FROM files),
            (SELECT count(*) FROM passages),
            (SELECT coalesce(sum(tokens), 0) FROM passages),
            (SELECT coalesce(sum(bytes), 0) FROM files),
            (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)";
        let status = self.connection.query_row(sql, [], |row| {
            Ok(Status {
                folder: row.get(0)?,
                files: row.get(1)?,
                passages: row.get(2)?,
                tokens: row.get(3)?,
                text_bytes: row.get(4)?,
                database_bytes: row.get(5)?,
                schema: SCHEMA_VERSION,
            })
        });
        status.map_err(|source| Error::from_sqlite(&self.database, source))
    }
}
