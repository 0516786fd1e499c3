//! The database file: how it is recognised, opened and laid out.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::{Error, Result};

/// `CXLT` in ASCII. SQLite keeps it in the file's header, where `file` and we can tell an index from other databases.
const APPLICATION_ID: i64 = 0x4358_4c54;
/// Raised with each change of [`SCHEMA`] that an older program cannot read, or of what the terms table is fed.
pub(crate) const SCHEMA_VERSION: i64 = 1;

/// `terms` stores no text: it is fed with the terms of a passage and of its path (see `terms.rs`), and gives back
/// row numbers and BM25. Its row numbers are those of `passages`.
const SCHEMA: &str = "
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES files (id),
    ordinal INTEGER NOT NULL,
    start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (file, ordinal)
) STRICT;
CREATE VIRTUAL TABLE terms USING fts5 (
    path, text,
    content = '', contentless_delete = 1,
    tokenize = \"porter unicode61 remove_diacritics 2 tokenchars '+#'\"
);
";

/// What a database file holds.
enum Content {
    /// No byte yet, or no table: a first run was interrupted, or the file was made by hand.
    Nothing,
    Index,
}

/// Begins a transaction that writes, in an index of the current schema. Others that write are waited for.
pub(crate) fn begin_write<'c>(database: &Path, connection: &'c mut Connection) -> Result<Transaction<'c>> {
    let failed = |source| Error::from_sqlite(database, source);
    // Looked at first: a file of another program is left as it is, without even a lock.
    content(database, connection)?;
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate).map_err(failed)?;
    if let Content::Nothing = content(database, &transaction)? {
        transaction
            .pragma_update(None, "application_id", APPLICATION_ID)
            .map_err(failed)?;
        transaction
            .pragma_update(None, "user_version", SCHEMA_VERSION)
            .map_err(failed)?;
        transaction.execute_batch(SCHEMA).map_err(failed)?;
    }
    Ok(transaction)
}

/// Opens the file to write, making it if it is not there. Other processes are waited for at most `wait`.
pub(crate) fn open_to_write(database: &Path, wait: Duration) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    refuse_folder(database)?;
    let failed = |source| Error::from_sqlite(database, source);
    let connection = Connection::open_with_flags(database, flags).map_err(failed)?;
    connection.busy_timeout(wait).map_err(failed)?;
    // Changed pages stay in memory up to 64 MiB, so readers are locked out only while they are written at the end.
    connection
        .pragma_update(None, "cache_size", -65_536)
        .map_err(failed)?;
    Ok(connection)
}

/// Opens an index to read. A file that is not there is not made.
pub(crate) fn open_to_read(database: &Path, wait: Duration) -> Result<Connection> {
    let is_there = database.try_exists();
    if !is_there.map_err(|source| Error::file("open", database, source))? {
        return Err(Error::NoIndex {
            database: database.to_owned(),
        });
    }
    refuse_folder(database)?;
    let failed = |source| Error::from_sqlite(database, source);
    // Not opened read-only: after an interrupted run, the first to come must be able to roll back. SQLite
    // itself makes do with reading where the file or the disk does not allow more.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags).map_err(failed)?;
    connection.busy_timeout(wait).map_err(failed)?;
    connection
        .pragma_update(None, "query_only", true)
        .map_err(failed)?;
    match content(database, &connection)? {
        Content::Nothing => Err(Error::NoIndex {
            database: database.to_owned(),
        }),
        Content::Index => Ok(connection),
    }
}

/// SQLite only says that it is unable to open a folder.
fn refuse_folder(database: &Path) -> Result<()> {
    if database.is_dir() {
        return Err(Error::file("use", database, ErrorKind::IsADirectory.into()));
    }
    Ok(())
}

/// Tells what the file holds, from its header; an error if it is not ours or not for us.
fn content(database: &Path, connection: &Connection) -> Result<Content> {
    let number = |pragma: &str| {
        let value = connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        value.map_err(|source| Error::from_sqlite(database, source))
    };
    let (id, version) = (number("application_id")?, number("user_version")?);
    if id == APPLICATION_ID {
        return match version {
            SCHEMA_VERSION => Ok(Content::Index),
            found => Err(Error::Schema {
                database: database.to_owned(),
                found,
                known: SCHEMA_VERSION,
            }),
        };
    }
    if id == 0 && version == 0 && number("schema_version")? == 0 && number("page_count")? <= 1 {
        return Ok(Content::Nothing);
    }
    Err(Error::Foreign {
        database: database.to_owned(),
    })
}
