//! Tables of a squashfs image: bytes cut into blocks of 8 KiB, each compressed by itself.

use crate::pack::squashfs::{TABLE_BLOCK_BYTES, TABLE_IS_STORED, compress};

/// Where something begins in a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The start of the block, counted in the compressed table.
    pub(super) block: u32,
    /// The offset in the block before it is compressed.
    pub(super) offset: u16,
}

impl Place {
    /// Both in one number.
    pub(super) fn reference(self) -> u64 {
        (u64::from(self.block) << 16) | u64::from(self.offset)
    }
}

/// A table while it is written.
#[derive(Default)]
pub(super) struct Table {
    out: Vec<u8>,
    block: Vec<u8>,
}

impl Table {
    /// Where the next byte goes.
    pub(super) fn place(&self) -> Place {
        Place {
            // Tables of 4 GiB are found by `write`.
            block: u32::try_from(self.out.len()).unwrap_or(u32::MAX),
            offset: u16::try_from(self.block.len()).expect("a block is emptied when it is full"),
        }
    }

    /// Adds bytes, which may lie in two blocks.
    pub(super) fn write(&mut self, mut bytes: &[u8]) -> anyhow::Result<()> {
        while !bytes.is_empty() {
            let room = TABLE_BLOCK_BYTES - self.block.len();
            let (these, rest) = bytes.split_at(room.min(bytes.len()));
            self.block.extend(these);
            bytes = rest;
            if self.block.len() == TABLE_BLOCK_BYTES {
                self.flush()?;
            }
        }
        anyhow::ensure!(
            u32::try_from(self.out.len()).is_ok(),
            "the image has too many files"
        );
        Ok(())
    }

    /// The compressed table.
    pub(super) fn finish(mut self) -> anyhow::Result<Vec<u8>> {
        if !self.block.is_empty() {
            self.flush()?;
        }
        Ok(self.out)
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let packed = compress(&self.block)?;
        let is_smaller = packed.len() < self.block.len();
        let stored = if is_smaller { &packed } else { &self.block };
        let flag = if is_smaller { 0 } else { TABLE_IS_STORED };
        self.out
            .extend((u16::try_from(stored.len())? | flag).to_le_bytes());
        self.out.extend(stored);
        self.block.clear();
        Ok(())
    }
}

/// Writes a table that is found by a list of where its blocks begin, and gives the start of that list.
pub(super) fn indexed(out: &mut Vec<u8>, bytes: &[u8]) -> anyhow::Result<u64> {
    let mut starts = Vec::new();
    for block in bytes.chunks(TABLE_BLOCK_BYTES) {
        starts.push(out.len() as u64);
        let mut table = Table::default();
        table.write(block)?;
        out.extend(table.finish()?);
    }
    let start = out.len() as u64;
    out.extend(starts.into_iter().flat_map(u64::to_le_bytes));
    Ok(start)
}
