//! Writes `.zip`: deflate, UTF-8 names, Unix modes, no comments, no extra fields (APPNOTE.TXT 6.3).
//!
//! Own code instead of a crate: 120 lines, and the packages that come later (wheels, nupkg) need the exact bytes.

use std::io::Write;

use anyhow::{Context, ensure};
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use crate::pack::{File, Tree};

const LOCAL_HEADER: u32 = 0x0403_4b50;
const CENTRAL_HEADER: u32 = 0x0201_4b50;
const END_OF_CENTRAL: u32 = 0x0605_4b50;
/// Deflate needs version 2.0.
const VERSION_NEEDED: u16 = 20;
/// Made by: Unix, whose modes stand in the upper half of the external attributes.
const VERSION_MADE_BY: u16 = (3 << 8) | VERSION_NEEDED;
/// General purpose bit 11: names are UTF-8.
const UTF8_NAMES: u16 = 1 << 11;
const DEFLATE: u16 = 8;
/// `S_IFREG`
const REGULAR_FILE: u32 = 0o100_000;

/// The bytes of a zip archive.
pub fn write(tree: &Tree, time_s: i64) -> anyhow::Result<Vec<u8>> {
    let named = |(path, file)| (format!("{}/{path}", tree.top()), file);
    write_files(tree.files().map(named), time_s)
}

/// The bytes of a zip archive of files in a given order, without a top folder: packages that are a zip of their own form.
pub fn write_files<'a>(
    files: impl IntoIterator<Item = (String, &'a File)>,
    time_s: i64,
) -> anyhow::Result<Vec<u8>> {
    let stamp = dos_time(time_s);
    let mut bytes = Vec::new();
    let mut central = Vec::new();
    let mut count: u16 = 0;
    for (name, file) in files {
        let offset = small(bytes.len(), "the archive")?;
        let entry = entry(&name, file, stamp)?;
        bytes.extend(LOCAL_HEADER.to_le_bytes());
        bytes.extend(&entry.common);
        bytes.extend(name.as_bytes());
        bytes.extend(&entry.packed);

        central.extend(CENTRAL_HEADER.to_le_bytes());
        central.extend(VERSION_MADE_BY.to_le_bytes());
        central.extend(&entry.common);
        central.extend([0; 6]); // No comment, first disk, no internal attributes.
        central.extend(((REGULAR_FILE | file.mode.bits()) << 16).to_le_bytes());
        central.extend(offset.to_le_bytes());
        central.extend(name.as_bytes());
        count = count
            .checked_add(1)
            .context("a zip archive holds at most 65,535 files")?;
    }
    let central_offset = small(bytes.len(), "the archive")?;
    let central_size = small(central.len(), "the archive's list of files")?;
    bytes.extend(central);
    bytes.extend(END_OF_CENTRAL.to_le_bytes());
    bytes.extend([0; 4]); // This disk is the first and only one.
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(central_size.to_le_bytes());
    bytes.extend(central_offset.to_le_bytes());
    bytes.extend([0; 2]); // No comment.
    Ok(bytes)
}

struct Entry {
    /// What the local and the central header share: version needed up to the length of the extra field.
    common: Vec<u8>,
    packed: Vec<u8>,
}

fn entry(name: &str, file: &File, stamp: u32) -> anyhow::Result<Entry> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&file.bytes)?;
    let packed = encoder.finish()?;
    let mut crc = Crc::new();
    crc.update(&file.bytes);
    let mut common = Vec::new();
    common.extend(VERSION_NEEDED.to_le_bytes());
    common.extend(UTF8_NAMES.to_le_bytes());
    common.extend(DEFLATE.to_le_bytes());
    common.extend(stamp.to_le_bytes());
    common.extend(crc.sum().to_le_bytes());
    common.extend(small(packed.len(), name)?.to_le_bytes());
    common.extend(small(file.bytes.len(), name)?.to_le_bytes());
    common.extend(
        u16::try_from(name.len())
            .with_context(|| format!("`{name}` is too long for a zip"))?
            .to_le_bytes(),
    );
    common.extend([0; 2]); // No extra field.
    Ok(Entry { common, packed })
}

/// A size or offset of the classic form, whose fields hold 32 bits.
fn small(number: usize, what: &str) -> anyhow::Result<u32> {
    ensure!(
        number < u32::MAX as usize,
        "cannot pack {what}: larger than the 4 GiB of a classic zip"
    );
    Ok(u32::try_from(number)?)
}

/// MS-DOS time (low half) and date (high half), in UTC; the form begins in 1980 and ends in 2107.
fn dos_time(time_s: i64) -> u32 {
    let date = crate::time::Date::of(time_s);
    let Ok(years) = u32::try_from(date.year - 1980) else {
        return 0x0021_0000;
    };
    let years = years.min(127);
    let day = (years << 9) | (date.month << 5) | date.day;
    let second = u32::try_from(time_s.rem_euclid(86_400)).expect("less than a day");
    (day << 16) | ((second / 3600) << 11) | (((second / 60) % 60) << 5) | ((second % 60) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_dos_form() {
        // 2023-11-14T22:13:20Z
        let (date, time) = ((43 << 9) + (11 << 5) + 14, (22 << 11) + (13 << 5) + 10);
        assert_eq!(dos_time(1_700_000_000), (date << 16) + time);
        // Before 1980 the first day of the form stands.
        assert_eq!(dos_time(0), 0x0021_0000);
    }
}
