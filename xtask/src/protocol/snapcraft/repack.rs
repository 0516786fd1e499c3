//! Packs a snap once more with the very tool, words and time with which the store's review does it.
//!
//! The review unpacks each upload, packs it with its mksquashfs and refuses other bytes (review-tools,
//! `check_squashfs_resquash`). What is rendered here is the same tree, but not the same xz stream.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;

use crate::digest::sha3_384;
use crate::effect::files;
use crate::outside::Look;
use crate::pack::squashfs::read::{Image, Kind};
use crate::plan::Item;
use crate::problem::Problem;
use crate::standing::Failure;

/// The program, from squashfs-tools 4.4 on: the first whose images depend on nothing but their content.
pub const PROGRAM: &str = "mksquashfs";

/// The words with which snapd and snapcraft pack an app (snapd's `snap/squashfs/squashfs.go`), and with which the review
/// does.
pub const WORDS: &[&str] = &[
    "-noappend",
    "-comp",
    "xz",
    "-no-fragments",
    "-no-progress",
    "-all-root",
    "-no-xattrs",
];

/// A snap as it is uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Where it lies.
    pub path: PathBuf,
    /// Its digest as the store names it.
    pub sha3_384: String,
}

/// One at a time: two threads may want the same one.
static TURN: Mutex<()> = Mutex::new(());

/// Packs it, once in a run. `time_s` is the time of every entry.
pub fn packed(look: &Look<'_>, item: &Item, time_s: i64) -> Result<Packed, Failure> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let dir = look.scratch().join("snaps").join(item.name());
    let path = dir.join(item.name());
    let key = format!("packed {}", item.path);
    if let Some(sha3_384) = look.recall(&key) {
        return Ok(Packed { path, sha3_384 });
    }
    let doing = || format!("cannot pack `{}` for the store", item.name());
    let ours = files::read(&look.path(item))?;
    let tree = dir.join("tree");
    unpack(&ours, &tree).with_context(doing)?;
    let program = look
        .program(PROGRAM)
        .arg(&tree)
        .arg(&path)
        .args(WORDS)
        .env("SOURCE_DATE_EPOCH", time_s.to_string());
    let outcome = look.read(&program)?;
    if !outcome.is_success() {
        return Err(Failure::from(program.failure(&outcome)).context(doing()));
    }
    files::remove_dir(&tree)?;
    let bytes = files::read(&path)?;
    if let Some(what) = difference(&ours, &bytes)? {
        return Err(Failure::new(format!(
            "{}: {PROGRAM} has made another snap of it: {what}",
            doing()
        ))
        .help("squashfs-tools 4.4 or later is needed"));
    }
    let sha3_384 = sha3_384(&bytes);
    look.remember(&key, &sha3_384);
    Ok(Packed { path, sha3_384 })
}

/// Writes what an image holds into a new folder.
fn unpack(bytes: &[u8], dir: &Path) -> anyhow::Result<()> {
    files::remove_dir(dir)?;
    let image = Image::read(bytes)?;
    // A folder comes before what is in it.
    for entry in &image.entries {
        let path = dir.join(&entry.path);
        match entry.kind {
            Kind::Folder => files::create_dir(&path)?,
            Kind::File => files::write_unsynced(&path, &image.content(entry)?)?,
            Kind::Link | Kind::Special => {
                return Err(Problem::new(format!("`{}` is neither a file nor a folder", entry.path)).into());
            }
        }
    }
    // A folder that nobody may write into is closed after it was filled.
    for entry in image.entries.iter().rev() {
        files::set_mode(&dir.join(&entry.path), entry.mode)?;
    }
    Ok(())
}

/// In what the content of two images differs: names, kinds, modes and bytes; how they were compressed does not matter.
pub fn difference(ours: &[u8], other: &[u8]) -> anyhow::Result<Option<String>> {
    let (ours, other) = (Image::read(ours)?, Image::read(other)?);
    for entry in &ours.entries {
        let path = if entry.path.is_empty() { "/" } else { &entry.path };
        let Some(twin) = other.entry(&entry.path) else {
            return Ok(Some(format!("`{path}` is not in it")));
        };
        if (entry.kind, entry.mode) != (twin.kind, twin.mode) {
            return Ok(Some(format!(
                "`{path}` has the mode {:o}, ours {:o}",
                twin.mode, entry.mode
            )));
        }
        let (here, there) = (ours.content(entry)?, other.content(twin)?);
        if here != there {
            let sum = |it: &[u8]| crate::digest::Sha256::of(it);
            return Ok(Some(format!(
                "`{path}` has sha256 {}, ours {}",
                sum(&there),
                sum(&here)
            )));
        }
    }
    let more = other.entries.iter().find(|it| ours.entry(&it.path).is_none());
    Ok(more.map(|it| format!("`{}` is in it, and not in ours", it.path)))
}
