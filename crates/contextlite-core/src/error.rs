//! What can go wrong, said as: what was tried, what was found, what to do next.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure. `Display` says what was tried and found; [`Error::help`] says what to do next.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// There is no index at the place where one was looked for.
    NoIndex {
        /// The database file that was looked for.
        database: PathBuf,
    },
    /// The file is a SQLite database, but not an index.
    Foreign {
        /// The database file.
        database: PathBuf,
    },
    /// The file is not a SQLite database, or a damaged one.
    Damaged {
        /// The database file.
        database: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The index was written with another schema than this version knows.
    Schema {
        /// The database file.
        database: PathBuf,
        /// The version in the file.
        found: i64,
        /// The version that this program reads and writes.
        known: i64,
    },
    /// Another process holds the lock on the index.
    Busy {
        /// The database file.
        database: PathBuf,
    },
    /// The index belongs to another folder, which still exists.
    OtherFolder {
        /// The database file.
        database: PathBuf,
        /// The folder it is the index of.
        indexed: String,
        /// The folder that was to be indexed.
        asked: String,
    },
    /// The query has no characters to look for.
    EmptyQuery,
    /// A file or folder could not be used.
    File {
        /// What was tried, as in "cannot … `path`".
        tried: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite refused for a reason that has no name here.
    Database {
        /// The database file.
        database: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl Error {
    /// What to do next, when there is something to do.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoIndex { database } => {
                let folder = folder_of(database);
                format!("run `contextlite index {}` first", folder.display())
            }
            Self::Foreign { .. } => "name another file with `--db`; this one was left as it is".to_owned(),
            Self::Damaged { database, .. } => format!(
                "if `{}` was an index, delete it and run `contextlite index` again: it holds nothing but what is \
                 in the files; else name another file with `--db`",
                database.display()
            ),
            Self::Schema {
                database,
                found,
                known,
            } if found > known => {
                format!(
                    "update contextlite, or delete `{}` and run `contextlite index` again",
                    database.display()
                )
            }
            Self::Schema { database, .. } => {
                format!(
                    "delete `{}` and run `contextlite index` again",
                    database.display()
                )
            }
            Self::Busy { .. } => {
                "try again when the other run has ended; `contextlite index --wait SECONDS` waits for it"
                    .to_owned()
            }
            Self::OtherFolder { .. } => {
                "name another file with `--db`, or delete this one to index the other folder into it"
                    .to_owned()
            }
            Self::EmptyQuery => "say what to look for: a question, words, or a piece of code".to_owned(),
            Self::File { tried, source, .. } => return help_with_file(tried, source.kind()),
            Self::Database { source, .. } => match source.sqlite_error_code()? {
                ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
                    "the database and its folder must allow writing; `--db FILE` names one elsewhere"
                        .to_owned()
                }
                ErrorCode::DiskFull => "make room, and run it again: the index is as it was".to_owned(),
                _ => return None,
            },
        })
    }

    /// Gives what SQLite said about `database` the name that it has here.
    pub(crate) fn from_sqlite(database: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::Error as Sqlite;

        let database = database.to_owned();
        // Values that we never write: the tables do not fit together any more.
        let odd = matches!(
            source,
            Sqlite::QueryReturnedNoRows
                | Sqlite::FromSqlConversionFailure(..)
                | Sqlite::IntegralValueOutOfRange(..)
                | Sqlite::InvalidColumnType(..)
                | Sqlite::Utf8Error(..)
        );
        match source.sqlite_error_code() {
            _ if odd => Self::Damaged { database, source },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { database },
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged { database, source },
            _ => Self::Database { database, source },
        }
    }

    pub(crate) fn file(tried: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File {
            tried,
            path: path.to_owned(),
            source,
        }
    }
}

/// What to do about a file or folder that could not be used.
fn help_with_file(tried: &str, found: io::ErrorKind) -> Option<String> {
    let help = match (tried, found) {
        // Only the folder of the index is made.
        ("make", _) => "name a database elsewhere with `--db FILE`",
        (_, io::ErrorKind::IsADirectory) => "name a file with `--db`",
        (_, io::ErrorKind::PermissionDenied) => "check the owner and mode of it and of the folders above it",
        _ => return None,
    };
    Some(help.to_owned())
}

/// The folder that `database` is the index of, as far as its name tells.
fn folder_of(database: &Path) -> &Path {
    let inside = database
        .parent()
        .filter(|it| it.ends_with(crate::DATABASE_FOLDER));
    match inside.and_then(Path::parent) {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) => Path::new("."),
        None => Path::new("DIR"),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIndex { database } => write!(f, "no index at `{}`", database.display()),
            Self::Foreign { database } => {
                write!(
                    f,
                    "`{}` is a database of another program, not an index",
                    database.display()
                )
            }
            Self::Damaged { database, source } => {
                write!(
                    f,
                    "cannot read `{}`: not a database, or damaged ({source})",
                    database.display()
                )
            }
            Self::Schema {
                database,
                found,
                known,
            } => {
                let age = if found > known { "a newer" } else { "an older" };
                write!(
                    f,
                    "`{}` was written by {age} contextlite (schema {found}, this one knows {known})",
                    database.display()
                )
            }
            Self::Busy { database } => {
                write!(
                    f,
                    "cannot use `{}`: another process is using it",
                    database.display()
                )
            }
            Self::OtherFolder {
                database,
                indexed,
                asked,
            } => {
                write!(
                    f,
                    "`{}` is the index of `{indexed}`, not of `{asked}`",
                    database.display()
                )
            }
            Self::EmptyQuery => write!(f, "the query is empty"),
            Self::File { tried, path, source } => {
                write!(f, "cannot {tried} `{}`: {}", path.display(), plain(source))
            }
            Self::Database { database, source } => write!(f, "cannot use `{}`: {source}", database.display()),
        }
    }
}

/// The usual reasons in plain words, the system's own otherwise.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "not a folder".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder, not a file".to_owned(),
        io::ErrorKind::AlreadyExists => "it is there, and is no folder".to_owned(),
        _ => error.to_string(),
    }
}

// What a source said stands in the text itself: SQLite repeats itself along its chain of causes.
impl std::error::Error for Error {}
