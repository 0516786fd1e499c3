//! Where the index of a folder lives when nobody says otherwise.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The folder inside an indexed folder that holds its index.
pub const DATABASE_FOLDER: &str = ".contextlite";
/// The database file in [`DATABASE_FOLDER`].
pub const DATABASE_FILE: &str = "index.db";

/// The place of the index of `folder`: `folder/.contextlite/index.db`, without a `./` before it.
pub fn default_database(folder: &Path) -> PathBuf {
    let folder = if folder == Path::new(".") {
        Path::new("")
    } else {
        folder
    };
    folder.join(DATABASE_FOLDER).join(DATABASE_FILE)
}

/// The index of `folder` or of the nearest folder above that has one; [`Error::NoIndex`] if none has, and
/// [`Error::File`] if that of `folder` may not be looked at.
pub fn find_database(folder: &Path) -> Result<PathBuf> {
    let here = default_database(folder);
    match fs::metadata(&here) {
        Ok(found) if found.is_file() => return Ok(here),
        // It may well be there: to say that it is not would send people to index the folder again.
        Err(source) if source.kind() == ErrorKind::PermissionDenied => {
            return Err(Error::file("open", &here, source));
        }
        _ => {}
    }
    let absolute = folder
        .canonicalize()
        .map_err(|source| Error::file("open", folder, source))?;
    let above = absolute
        .ancestors()
        .skip(1)
        .map(default_database)
        .find(|it| it.is_file());
    above.ok_or(Error::NoIndex { database: here })
}

/// Makes [`DATABASE_FOLDER`] in `folder`, with a `.gitignore` that keeps it out of any repository.
pub(crate) fn make_database_folder(folder: &Path) -> Result<()> {
    let inside = folder.join(DATABASE_FOLDER);
    fs::create_dir_all(&inside).map_err(|source| Error::file("make", &inside, source))?;
    let ignore = inside.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n").map_err(|source| Error::file("write", &ignore, source))?;
    }
    Ok(())
}
