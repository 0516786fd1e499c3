//! Reads a squashfs image, whoever wrote it: what is in it, and the bytes of its files.

mod decode;
mod walk;

use anyhow::{Context, ensure};

use super::{DATA_IS_STORED, MAGIC, NONE_32, SUPERBLOCK_BYTES};
use decode::Decoder;
use walk::Walk;

/// What a hostile image may make us hold.
const MOST_BYTES: u64 = 1 << 30;
const LARGEST_BLOCK: u32 = 1 << 20;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link.
    Link,
    /// A device, a pipe or a socket.
    Special,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its path below the root, which has the empty one.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Its permission bits, with those that change the user.
    pub mode: u32,
    /// The user that owns it.
    pub owner: u32,
    /// The group that owns it.
    pub group: u32,
    /// Its time, in seconds since 1970.
    pub time_s: u32,
    /// The size of a file.
    pub size_bytes: u64,
    start: u64,
    blocks: Vec<u32>,
    fragment: u32,
    offset: u32,
}

/// The superblock, as far as somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Superblock {
    /// When it was made, in seconds since 1970.
    pub time_s: u32,
    /// The size of a block.
    pub block_bytes: u32,
    /// How many blocks of tails of files there are.
    pub fragments: u32,
    /// The number of the compressor.
    pub compressor: u16,
    /// The flags.
    pub flags: u16,
    /// The version of the form: 4 and 0.
    pub version: (u16, u16),
    /// The size without the padding.
    pub used_bytes: u64,
    inodes: u32,
    owners: u16,
    root: u64,
    owners_start: u64,
    inodes_start: u64,
    listings_start: u64,
    fragments_start: u64,
}

impl Superblock {
    /// Reads it, and says what cannot be.
    pub fn read(bytes: &[u8]) -> anyhow::Result<Superblock> {
        ensure!(
            bytes.len() >= SUPERBLOCK_BYTES,
            "it is too short for a superblock"
        );
        ensure!(u32_at(bytes, 0)? == MAGIC, "it does not begin with `hsqs`");
        let found = Superblock {
            inodes: u32_at(bytes, 4)?,
            time_s: u32_at(bytes, 8)?,
            block_bytes: u32_at(bytes, 12)?,
            fragments: u32_at(bytes, 16)?,
            compressor: u16_at(bytes, 20)?,
            flags: u16_at(bytes, 24)?,
            owners: u16_at(bytes, 26)?,
            version: (u16_at(bytes, 28)?, u16_at(bytes, 30)?),
            root: u64_at(bytes, 32)?,
            used_bytes: u64_at(bytes, 40)?,
            owners_start: u64_at(bytes, 48)?,
            inodes_start: u64_at(bytes, 64)?,
            listings_start: u64_at(bytes, 72)?,
            fragments_start: u64_at(bytes, 80)?,
        };
        let log = u32::from(u16_at(bytes, 22)?);
        let (major, minor) = found.version;
        ensure!(found.version == (4, 0), "its form is {major}.{minor}, not 4.0");
        ensure!(
            (12..=20).contains(&log) && found.block_bytes == 1 << log && found.block_bytes <= LARGEST_BLOCK,
            "its size of a block, {}, is none",
            found.block_bytes
        );
        ensure!(
            found.used_bytes <= bytes.len() as u64,
            "it is cut short: {} of {} bytes are there",
            bytes.len(),
            found.used_bytes
        );
        Ok(found)
    }
}

/// An image that was read: the names and facts of its entries. Their bytes are read when they are asked for.
pub struct Image<'a> {
    bytes: &'a [u8],
    /// The superblock.
    pub superblock: Superblock,
    /// The entries, in the order of their paths; the root is the first.
    pub entries: Vec<Entry>,
    fragments: Vec<(u64, u32)>,
}

impl<'a> Image<'a> {
    /// Reads the tables.
    pub fn read(bytes: &'a [u8]) -> anyhow::Result<Image<'a>> {
        let superblock = Superblock::read(bytes)?;
        let decoder = Decoder {
            bytes,
            compressor: superblock.compressor,
        };
        let inodes = decoder.table(superblock.inodes_start, superblock.listings_start)?;
        let mut image = Image {
            bytes,
            superblock,
            entries: Vec::new(),
            fragments: Vec::new(),
        };
        image.fragments = decoder
            .indexed(superblock.fragments_start, 16, superblock.fragments as usize)?
            .chunks_exact(16)
            .map(|it| Ok((u64_at(it, 0)?, u32_at(it, 8)?)))
            .collect::<anyhow::Result<_>>()?;
        let owners: Vec<u32> = decoder
            .indexed(superblock.owners_start, 4, usize::from(superblock.owners))?
            .chunks_exact(4)
            .map(|it| u32_at(it, 0))
            .collect::<anyhow::Result<_>>()?;
        // The listings end where the next table's blocks begin, which only its list tells.
        let end = decoder.first_of(superblock.fragments_start, superblock.fragments as usize)?;
        let listings = decoder.table(superblock.listings_start, end)?;
        let walk = Walk {
            superblock,
            inodes,
            listings,
            owners,
        };
        walk.visit(superblock.root, "", 0, &mut image.entries)?;
        image.entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(image)
    }

    /// The entry of a path.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().find(|it| it.path == path)
    }

    /// The bytes of a file; of anything else none.
    pub fn content(&self, entry: &Entry) -> anyhow::Result<Vec<u8>> {
        let context = || format!("cannot read `{}`", entry.path);
        self.file(entry).with_context(context)
    }

    fn file(&self, entry: &Entry) -> anyhow::Result<Vec<u8>> {
        ensure!(entry.size_bytes <= MOST_BYTES, "it is larger than 1 GiB");
        let size = usize::try_from(entry.size_bytes)?;
        let block_bytes = self.superblock.block_bytes as usize;
        let decoder = Decoder {
            bytes: self.bytes,
            compressor: self.superblock.compressor,
        };
        let mut out = Vec::new();
        let mut at = usize::try_from(entry.start)?;
        for block in &entry.blocks {
            let stored = (block & !DATA_IS_STORED) as usize;
            let want = block_bytes.min(size - out.len().min(size));
            if stored == 0 {
                // A block of zeros is not stored at all.
                out.resize(out.len() + want, 0);
                continue;
            }
            let bytes = slice(self.bytes, at, stored)?;
            let found = decoder.block(bytes, block & DATA_IS_STORED != 0, block_bytes)?;
            ensure!(
                found.len() == want,
                "a block has {} bytes, not {want}",
                found.len()
            );
            out.extend(found);
            at += stored;
        }
        if entry.fragment != NONE_32 {
            let (start, block) = *self
                .fragments
                .get(entry.fragment as usize)
                .context("its tail lies in a block that is not there")?;
            let bytes = slice(
                self.bytes,
                usize::try_from(start)?,
                (block & !DATA_IS_STORED) as usize,
            )?;
            let found = decoder.block(bytes, block & DATA_IS_STORED != 0, block_bytes)?;
            out.extend(slice(&found, entry.offset as usize, size - out.len().min(size))?);
        }
        ensure!(out.len() == size, "it has {} bytes, not {size}", out.len());
        Ok(out)
    }
}

fn slice(bytes: &[u8], start: usize, size: usize) -> anyhow::Result<&[u8]> {
    bytes.get(start..start.saturating_add(size)).context("cut short")
}

fn u16_at(bytes: &[u8], at: usize) -> anyhow::Result<u16> {
    Ok(u16::from_le_bytes(slice(bytes, at, 2)?.try_into()?))
}

fn u32_at(bytes: &[u8], at: usize) -> anyhow::Result<u32> {
    Ok(u32::from_le_bytes(slice(bytes, at, 4)?.try_into()?))
}

fn u64_at(bytes: &[u8], at: usize) -> anyhow::Result<u64> {
    Ok(u64::from_le_bytes(slice(bytes, at, 8)?.try_into()?))
}
