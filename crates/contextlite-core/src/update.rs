//! Brings an index up to date with its folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Statement, params};
use sha2::{Digest as _, Sha256};

use crate::database;
use crate::error::{Error, Result};
use crate::files::{self, Met, Skip, Skipped};
use crate::location;
use crate::passage;
use crate::terms::indexed_form;
use crate::tokens::estimate_tokens;

/// What to index, and how.
#[derive(Debug, Clone)]
pub struct Update {
    /// The folder.
    pub folder: PathBuf,
    /// The database file; `None` is [`crate::default_database`].
    pub database: Option<PathBuf>,
    /// Larger files are skipped.
    pub max_bytes: u64,
    /// How long to wait for another process that writes to the index.
    pub wait: Duration,
}

impl Update {
    /// Files up to 1 MiB, five seconds of patience, the default database.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            database: None,
            max_bytes: 1 << 20,
            wait: Duration::from_secs(5),
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The database file that was brought up to date.
    pub database: PathBuf,
    /// Files that were not in the index.
    pub added: u64,
    /// Files whose content had changed.
    pub updated: u64,
    /// Files whose content was the same.
    pub unchanged: u64,
    /// Files that were in the index and are gone, ignored, or skipped now.
    pub removed: u64,
    /// What was skipped, in the order of the paths.
    pub skipped: Vec<Skipped>,
}

impl Report {
    /// How many files were skipped for this reason.
    pub fn count(&self, skip: Skip) -> usize {
        self.skipped.iter().filter(|it| it.skip == skip).count()
    }
}

/// Brings the index of a folder up to date, making it if there is none.
///
/// A file is read and hashed (SHA-256) in each run and split again only if its hash differs: times of files lie after
/// a checkout or a copy. The run is one transaction: if it fails or is killed, the index is as it was.
pub fn update(request: &Update) -> Result<Report> {
    let folder = request
        .folder
        .canonicalize()
        .map_err(|source| Error::file("index", &request.folder, source))?;
    if !folder.is_dir() {
        let source = std::io::ErrorKind::NotADirectory.into();
        return Err(Error::file("index", &request.folder, source));
    }
    let database = if let Some(database) = &request.database {
        database.clone()
    } else {
        location::make_database_folder(&request.folder)?;
        location::default_database(&request.folder)
    };
    let own = canonical_file(&database)?;

    let mut connection = database::open_to_write(&database, request.wait)?;
    let transaction = database::begin_write(&database, &mut connection)?;
    let failed = |source| Error::from_sqlite(&database, source);
    claim(&transaction, &database, &folder, request.database.is_some())?;
    let report = {
        let mut run = Run::begin(&transaction, &database).map_err(failed)?;
        for met in files::walk(&folder, &own) {
            run.meet(met, request.max_bytes).map_err(failed)?;
        }
        run.end().map_err(failed)?
    };
    transaction.commit().map_err(failed)?;
    Ok(report)
}

/// The canonical path of a file that may not exist yet, in a folder that must. A link is followed, as SQLite does.
fn canonical_file(file: &Path) -> Result<PathBuf> {
    if let Ok(canonical) = file.canonicalize() {
        return Ok(canonical);
    }
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let canonical = folder
        .canonicalize()
        .map_err(|source| Error::file("open", folder, source))?;
    Ok(file.file_name().map(|it| canonical.join(it)).unwrap_or(canonical))
}

/// Notes whose index this is. A database named by hand that belongs to another folder is not emptied to become the
/// index of this one, unless that folder is gone: then it was moved.
fn claim(connection: &Connection, database: &Path, folder: &Path, by_hand: bool) -> Result<()> {
    let failed = |source| Error::from_sqlite(database, source);
    let asked = shown(folder);
    let indexed: Option<String> = connection
        .query_row("SELECT value FROM facts WHERE name = 'folder'", [], |row| {
            row.get(0)
        })
        .optional()
        .map_err(failed)?;
    match indexed {
        Some(indexed) if indexed == asked => return Ok(()),
        Some(indexed) if by_hand && Path::new(&indexed).is_dir() => {
            return Err(Error::OtherFolder {
                database: database.to_owned(),
                indexed,
                asked,
            });
        }
        _ => {}
    }
    let sql = "INSERT INTO facts VALUES ('folder', ?1) ON CONFLICT DO UPDATE SET value = ?1";
    connection.execute(sql, [asked]).map_err(failed)?;
    Ok(())
}

/// A canonical path as people write it: on Windows, without the `\\\\?\\` before the drive.
fn shown(folder: &Path) -> String {
    let text = folder.display().to_string();
    match text.strip_prefix(r"\\?\") {
        Some(bare) if bare.get(1..2) == Some(":") => bare.to_owned(),
        _ => text,
    }
}

/// A run under way: what the index held before, the prepared statements, what was done so far.
struct Run<'c> {
    connection: &'c Connection,
    /// Files in the index that the walk has not met yet.
    before: HashMap<String, (i64, Vec<u8>)>,
    insert_passage: Statement<'c>,
    insert_terms: Statement<'c>,
    report: Report,
}

impl<'c> Run<'c> {
    fn begin(connection: &'c Connection, database: &Path) -> rusqlite::Result<Self> {
        let before = connection
            .prepare("SELECT path, id, hash FROM files")?
            .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            connection,
            before,
            insert_passage: connection.prepare(
                "INSERT INTO passages (file, ordinal, start_line, end_line, tokens, text) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?,
            insert_terms: connection.prepare("INSERT INTO terms (rowid, path, text) VALUES (?1, ?2, ?3)")?,
            report: Report {
                database: database.to_owned(),
                added: 0,
                updated: 0,
                unchanged: 0,
                removed: 0,
                skipped: Vec::new(),
            },
        })
    }

    fn meet(&mut self, met: Met, max_bytes: u64) -> rusqlite::Result<()> {
        let (name, path) = match met {
            Met::File { name, path } => (name, path),
            Met::Skipped(skipped) => {
                self.report.skipped.push(skipped);
                return Ok(());
            }
        };
        match files::read(&path, max_bytes) {
            Ok(text) => self.keep(&name, &text),
            Err(skip) => {
                self.report.skipped.push(Skipped {
                    path: name.into(),
                    skip,
                });
                Ok(())
            }
        }
    }

    fn keep(&mut self, name: &str, text: &str) -> rusqlite::Result<()> {
        let hash = Sha256::digest(text);
        let bytes = text.len();
        let file = match self.before.remove(name) {
            Some((_, before)) if before == hash.as_slice() => {
                self.report.unchanged += 1;
                return Ok(());
            }
            Some((file, _)) => {
                self.report.updated += 1;
                delete_passages(self.connection, file)?;
                let sql = "UPDATE files SET hash = ?2, bytes = ?3 WHERE id = ?1";
                self.connection
                    .execute(sql, params![file, hash.as_slice(), bytes])?;
                file
            }
            None => {
                self.report.added += 1;
                let sql = "INSERT INTO files (path, hash, bytes) VALUES (?1, ?2, ?3)";
                self.connection
                    .execute(sql, params![name, hash.as_slice(), bytes])?;
                self.connection.last_insert_rowid()
            }
        };
        let path_terms = indexed_form(name);
        for piece in passage::split(text) {
            let id = self.insert_passage.insert(params![
                file,
                piece.ordinal,
                piece.start_line,
                piece.end_line,
                estimate_tokens(piece.text),
                piece.text
            ])?;
            self.insert_terms
                .insert(params![id, path_terms, indexed_form(piece.text)])?;
        }
        Ok(())
    }

    /// Removes what the walk did not meet.
    fn end(mut self) -> rusqlite::Result<Report> {
        for (file, _) in self.before.values() {
            delete_passages(self.connection, *file)?;
            self.connection
                .execute("DELETE FROM files WHERE id = ?1", [file])?;
            self.report.removed += 1;
        }
        Ok(self.report)
    }
}

fn delete_passages(connection: &Connection, file: i64) -> rusqlite::Result<()> {
    let sql = "DELETE FROM terms WHERE rowid IN (SELECT id FROM passages WHERE file = ?1)";
    connection.execute(sql, [file])?;
    connection.execute("DELETE FROM passages WHERE file = ?1", [file])?;
    Ok(())
}
