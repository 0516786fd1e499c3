//! The entries of a zip, each unpacked only when it is asked for, and what an index refuses in one.

use std::collections::BTreeSet;
use std::io::Read;

use anyhow::{Context, bail, ensure};
use flate2::read::DeflateDecoder;

/// The end of the central directory, without a comment.
const END_BYTES: usize = 22;
const END_OF_CENTRAL: &[u8] = &[0x50, 0x4b, 5, 6];
const CENTRAL_HEADER: &[u8] = &[0x50, 0x4b, 1, 2];
const STORED: usize = 0;
const DEFLATE: usize = 8;

/// Up to here a file may be packed as tightly as it will (warehouse, `forklift/legacy.py`).
const MOST_UNCHECKED_BYTES: usize = 64 << 20;
/// Above that, an index takes a packed file for a bomb when it grows by more than this.
const MOST_RATIO: usize = 50;

/// A file of a zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path.
    pub path: String,
    /// Its permission bits.
    pub mode: u32,
    /// Its size.
    pub size_bytes: usize,
    is_utf8: bool,
    is_encrypted: bool,
    method: usize,
    packed_bytes: usize,
    local: usize,
}

impl Member {
    /// Whether it would grow more than an index allows.
    pub fn is_bomb(&self) -> bool {
        self.size_bytes > MOST_UNCHECKED_BYTES
            && self.size_bytes > self.packed_bytes.saturating_mul(MOST_RATIO)
    }

    /// What it holds.
    pub fn read(&self, zip: &[u8]) -> anyhow::Result<Vec<u8>> {
        ensure!(!self.is_bomb(), "`{}` grows more than an index allows", self.path);
        let sizes = number(zip, self.local + 26, 2)? + number(zip, self.local + 28, 2)?;
        let start = self.local + 30 + sizes;
        let packed = zip.get(start..start.saturating_add(self.packed_bytes));
        let packed = packed.with_context(|| format!("`{}` is cut short", self.path))?;
        let mut bytes = Vec::new();
        // One byte more than it says shows a file that says too little.
        let most = self.size_bytes as u64 + 1;
        match self.method {
            STORED => bytes.extend(packed),
            DEFLATE => _ = DeflateDecoder::new(packed).take(most).read_to_end(&mut bytes)?,
            method => bail!("`{}` is compressed by the method {method}", self.path),
        }
        ensure!(
            bytes.len() == self.size_bytes,
            "`{}` does not have the size that the zip says",
            self.path
        );
        Ok(bytes)
    }
}

/// The files of a zip, in its own order; folders are left out.
pub fn members(zip: &[u8]) -> anyhow::Result<Vec<Member>> {
    let last = zip.len().checked_sub(END_BYTES).context("too short for a zip")?;
    // A comment of up to 65,535 bytes may follow.
    let end = (last.saturating_sub(0xffff)..=last)
        .rev()
        .find(|at| zip[*at..].starts_with(END_OF_CENTRAL))
        .context("no end of the central directory")?;
    let count = number(zip, end + 10, 2)?;
    let mut at = number(zip, end + 16, 4)?;
    let mut found = Vec::new();
    for _ in 0..count {
        let head = zip.get(at..at.saturating_add(46)).context("cut short")?;
        ensure!(
            head.starts_with(CENTRAL_HEADER),
            "the central directory is broken"
        );
        let name_size = number(head, 28, 2)?;
        let raw = zip.get(at + 46..at + 46 + name_size).context("cut short")?;
        let path = String::from_utf8_lossy(raw).into_owned();
        at += 46 + name_size + number(head, 30, 2)? + number(head, 32, 2)?;
        if path.ends_with('/') {
            continue;
        }
        found.push(Member {
            path,
            mode: u32::try_from(number(head, 40, 2)? & 0o777)?,
            size_bytes: number(head, 24, 4)?,
            is_utf8: std::str::from_utf8(raw).is_ok(),
            is_encrypted: number(head, 8, 2)? & 1 != 0,
            method: number(head, 10, 2)?,
            packed_bytes: number(head, 20, 4)?,
            local: number(head, 42, 4)?,
        });
    }
    Ok(found)
}

/// What in a zip an index refuses, although readers may take it: bytes after the end, comments, methods other than
/// stored and deflate, encryption, names that are no UTF-8 or stand there twice, and bombs.
pub fn faults(zip: &[u8]) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for member in members(zip)? {
        let path = &member.path;
        if !matches!(member.method, STORED | DEFLATE) {
            found.push(format!("`{path}` is compressed by the method {}", member.method));
        }
        if member.is_encrypted {
            found.push(format!("`{path}` is encrypted"));
        }
        if !member.is_utf8 {
            found.push(format!("the name `{path}` is no UTF-8"));
        }
        if member.is_bomb() {
            found.push(format!("`{path}` grows more than {MOST_RATIO} times"));
        }
        if !names.insert(path.clone()) {
            found.push(format!("`{path}` is there twice"));
        }
    }
    if !zip[zip.len() - END_BYTES..].starts_with(END_OF_CENTRAL) {
        found.push("something follows the end of the zip, or it has a comment".to_owned());
    }
    Ok(found)
}

/// A little-endian number of `size` bytes.
fn number(bytes: &[u8], at: usize, size: usize) -> anyhow::Result<usize> {
    let part = bytes.get(at..at.saturating_add(size)).context("cut short")?;
    Ok(part.iter().rev().fold(0, |sum, it| (sum << 8) | usize::from(*it)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{File, Mode, zip};

    fn archive() -> Vec<u8> {
        let file = |bytes: &[u8]| File {
            mode: Mode::Executable,
            bytes: bytes.to_vec(),
        };
        let (text, empty) = (file(b"text text text text"), file(b""));
        zip::write_files([("a/b".to_owned(), &text), ("c".to_owned(), &empty)], 0).unwrap()
    }

    #[test]
    fn each_is_read_by_itself() {
        let zip = archive();
        let found = members(&zip).unwrap();
        let rows: Vec<(&str, u32, usize)> = found
            .iter()
            .map(|it| (it.path.as_str(), it.mode, it.size_bytes))
            .collect();
        assert_eq!(rows, [("a/b", 0o755, 19), ("c", 0o755, 0)]);
        assert_eq!(found[0].read(&zip).unwrap(), b"text text text text");
        assert_eq!(found[1].read(&zip).unwrap(), b"");
        assert_eq!(faults(&zip).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn zips_that_an_index_refuses() {
        let good = archive();
        let mut trailing = good.clone();
        trailing.push(0);
        assert!(faults(&trailing).unwrap()[0].contains("follows the end"));
        let central = good.windows(4).position(|it| it == CENTRAL_HEADER).unwrap();
        let changed = |at: usize, byte: u8| {
            let mut zip = good.clone();
            zip[central + at] = byte;
            zip
        };
        assert!(faults(&changed(10, 12)).unwrap()[0].contains("the method 12"));
        assert!(faults(&changed(8, 1)).unwrap()[0].contains("encrypted"));
        assert!(faults(&changed(46, 0xff)).unwrap()[0].contains("UTF-8"));
        assert!(faults(&changed(27, 0x10)).unwrap()[0].contains("grows"));
        let shorter = changed(24, 5);
        assert!(members(&shorter).unwrap()[0].read(&shorter).is_err());
    }

    #[test]
    fn broken_ones_are_errors() {
        let good = archive();
        for cut in 0..good.len() {
            for zip in [&good[cut..], &good[..cut]] {
                for member in members(zip).unwrap_or_default() {
                    let _ = member.read(zip);
                }
                let _ = faults(zip);
            }
        }
    }
}
