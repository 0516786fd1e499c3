//! Writes and reads the archive inside an `.rpm`: cpio in the "new ASCII" form (cpio(5), `newc`).

use anyhow::{Context, ensure};

use crate::pack::read::Packed;

const MAGIC: &[u8] = b"070701";
const HEADER_BYTES: usize = 110;
const END: &str = "TRAILER!!!";
/// The part of a mode that is the kind of the file.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// An entry.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its path, as it stands there.
    pub path: &'a str,
    /// The whole mode, kind included.
    pub mode: u32,
    /// What it holds; nothing for a folder.
    pub bytes: &'a [u8],
}

/// The bytes of an archive; owner 0, one time, files numbered in their order.
pub fn write(entries: &[Entry<'_>], time_s: u32) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let links = if entry.mode & KIND == REGULAR { 1 } else { 2 };
        one(&mut bytes, entry, u32::try_from(at + 1)?, links, time_s)?;
    }
    let end = Entry {
        path: END,
        mode: 0,
        bytes: &[],
    };
    one(&mut bytes, &end, 0, 1, 0)?;
    Ok(bytes)
}

fn one(bytes: &mut Vec<u8>, entry: &Entry<'_>, number: u32, links: u32, time_s: u32) -> anyhow::Result<()> {
    let size = u32::try_from(entry.bytes.len())
        .with_context(|| format!("`{}` is larger than the 4 GiB of this form", entry.path))?;
    let name = u32::try_from(entry.path.len() + 1)?;
    bytes.extend(MAGIC);
    // Number, mode, user, group, links, time, size, four numbers of devices, length of the name, no sum.
    for field in [number, entry.mode, 0, 0, links, time_s, size, 0, 0, 0, 0, name, 0] {
        bytes.extend(format!("{field:08x}").as_bytes());
    }
    bytes.extend(entry.path.as_bytes());
    bytes.push(0);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes.extend(entry.bytes);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    Ok(())
}

/// The files of an archive, in its order; folders are left out, and a `./` before paths.
pub fn read(bytes: &[u8]) -> anyhow::Result<Vec<Packed>> {
    let mut files = Vec::new();
    let mut at = 0;
    loop {
        let header = slice(bytes, at, HEADER_BYTES)?;
        ensure!(header.starts_with(MAGIC), "it is no cpio archive of the new form");
        let field = |index: usize| -> anyhow::Result<u32> {
            let text = std::str::from_utf8(&header[6 + 8 * index..14 + 8 * index])?;
            Ok(u32::from_str_radix(text, 16)?)
        };
        let (mode, size, name) = (field(1)?, field(6)? as usize, field(11)? as usize);
        let path = slice(bytes, at + HEADER_BYTES, name)?;
        let path =
            String::from_utf8_lossy(path.strip_suffix(b"\0").context("a name has no end")?).into_owned();
        if path == END {
            return Ok(files);
        }
        let start = (at + HEADER_BYTES + name).next_multiple_of(4);
        let content = slice(bytes, start, size)?;
        if mode & KIND == REGULAR {
            files.push(Packed {
                path: path.strip_prefix("./").unwrap_or(&path).to_owned(),
                mode: mode & 0o7777,
                time_s: u64::from(field(5)?),
                bytes: content.to_vec(),
            });
        }
        at = (start + size).next_multiple_of(4);
    }
}

fn slice(bytes: &[u8], start: usize, size: usize) -> anyhow::Result<&[u8]> {
    bytes.get(start..start.saturating_add(size)).context("cut short")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let entries = [
            Entry {
                path: "./a",
                mode: 0o040_755,
                bytes: &[],
            },
            Entry {
                path: "./a/b",
                mode: 0o100_755,
                bytes: b"12345",
            },
        ];
        let bytes = write(&entries, 7).unwrap();
        let files = read(&bytes).unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(
            (
                files[0].path.as_str(),
                files[0].mode,
                files[0].time_s,
                files[0].bytes.as_slice()
            ),
            ("a/b", 0o755, 7, &b"12345"[..])
        );
        for end in 0..bytes.len() - 4 {
            assert!(read(&bytes[..end]).is_err(), "{end}");
        }
    }
}
