//! Decompresses the blocks and the tables of an image.

use std::collections::BTreeMap;
use std::io::Read;

use anyhow::{Context, bail, ensure};
use flate2::read::ZlibDecoder;
use lzma_rust2::XzReader;

use crate::pack::squashfs::read::{slice, u16_at, u64_at};
use crate::pack::squashfs::{GZIP, TABLE_BLOCK_BYTES, TABLE_IS_STORED, XZ};

/// What a hostile image may make us hold.
const MOST_TABLE_BYTES: usize = 64 << 20;

/// A table that was decompressed, with where its blocks begin.
pub(super) struct Table {
    bytes: Vec<u8>,
    starts: BTreeMap<u64, usize>,
}

impl Table {
    /// The bytes from a place on.
    pub(super) fn from(&self, block: u64, offset: u64) -> anyhow::Result<&[u8]> {
        let start = self
            .starts
            .get(&block)
            .context("a place lies between two blocks of a table")?;
        let at = start.saturating_add(usize::try_from(offset)?);
        self.bytes
            .get(at..)
            .context("a place lies behind the end of a table")
    }
}

/// Decompresses the blocks of an image.
pub(super) struct Decoder<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) compressor: u16,
}

impl Decoder<'_> {
    /// A block before it was compressed, which has at most this many bytes.
    pub(super) fn block(&self, bytes: &[u8], is_stored: bool, most: usize) -> anyhow::Result<Vec<u8>> {
        let mut out = Vec::new();
        let limit = most as u64 + 1;
        match self.compressor {
            _ if is_stored => out.extend(bytes),
            XZ => drop(XzReader::new(bytes, false).take(limit).read_to_end(&mut out)?),
            GZIP => drop(ZlibDecoder::new(bytes).take(limit).read_to_end(&mut out)?),
            other => bail!("its compressor, number {other}, is none that can be read here: xz and gzip can"),
        }
        ensure!(out.len() <= most, "a block has more than {most} bytes");
        Ok(out)
    }

    /// One block of a table, and where the next begins.
    fn table_block(&self, at: u64) -> anyhow::Result<(Vec<u8>, u64)> {
        let at = usize::try_from(at)?;
        let head = u16_at(self.bytes, at)?;
        let size = usize::from(head & !TABLE_IS_STORED);
        ensure!(size > 0, "a block of a table is empty");
        let bytes = slice(self.bytes, at + 2, size)?;
        let found = self.block(bytes, head & TABLE_IS_STORED != 0, TABLE_BLOCK_BYTES)?;
        Ok((found, (at + 2 + size) as u64))
    }

    /// The blocks of a table from one place to another.
    pub(super) fn table(&self, start: u64, end: u64) -> anyhow::Result<Table> {
        let mut table = Table {
            bytes: Vec::new(),
            starts: BTreeMap::new(),
        };
        let mut at = start;
        while at < end {
            table.starts.insert(at - start, table.bytes.len());
            let (bytes, next) = self.table_block(at)?;
            table.bytes.extend(bytes);
            ensure!(
                table.bytes.len() <= MOST_TABLE_BYTES,
                "a table has more than 64 MiB"
            );
            at = next;
        }
        // A place may be the end of the table.
        table.starts.insert(at - start, table.bytes.len());
        Ok(table)
    }

    /// Where the first block of a table begins that is found by a list; the list itself where it has none.
    pub(super) fn first_of(&self, start: u64, count: usize) -> anyhow::Result<u64> {
        if count == 0 {
            Ok(start)
        } else {
            u64_at(self.bytes, usize::try_from(start)?)
        }
    }

    /// A table that is found by a list of where its blocks begin.
    pub(super) fn indexed(&self, start: u64, entry_bytes: usize, count: usize) -> anyhow::Result<Vec<u8>> {
        let size = entry_bytes * count;
        ensure!(size <= MOST_TABLE_BYTES, "a table has more than 64 MiB");
        let mut out = Vec::new();
        for at in 0..size.div_ceil(TABLE_BLOCK_BYTES) {
            let place = usize::try_from(start)?.saturating_add(at * 8);
            out.extend(self.table_block(u64_at(self.bytes, place)?)?.0);
        }
        ensure!(out.len() == size, "a table has {} bytes, not {size}", out.len());
        Ok(out)
    }
}
