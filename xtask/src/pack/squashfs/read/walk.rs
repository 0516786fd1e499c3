//! Reads the inodes and the listings of an image.

use anyhow::{Context, bail, ensure};

use crate::pack::squashfs::NONE_32;
use crate::pack::squashfs::read::decode::Table;
use crate::pack::squashfs::read::{Entry, Kind, MOST_BYTES, Superblock, slice, u16_at, u32_at, u64_at};

/// What a hostile image may make us hold.
const MOST_ENTRIES: usize = 200_000;
const DEEPEST: usize = 64;

/// Goes from the root to every entry.
pub(super) struct Walk {
    pub(super) superblock: Superblock,
    pub(super) inodes: Table,
    pub(super) listings: Table,
    pub(super) owners: Vec<u32>,
}

impl Walk {
    /// An entry, and everything below it.
    pub(super) fn visit(
        &self,
        place: u64,
        path: &str,
        depth: usize,
        out: &mut Vec<Entry>,
    ) -> anyhow::Result<()> {
        ensure!(depth <= DEEPEST, "`{path}` lies too deep");
        let most = MOST_ENTRIES.min(self.superblock.inodes as usize);
        ensure!(out.len() < most, "it has more entries than it says");
        let inode = self.inodes.from(place >> 16, place & 0xffff)?;
        let kind = u16_at(inode, 0)?;
        let owner = |at| {
            let owner = self.owners.get(usize::from(u16_at(inode, at)?)).copied();
            owner.context("an owner is not in the table")
        };
        let mut entry = Entry {
            kind: match kind {
                1 | 8 => Kind::Folder,
                2 | 9 => Kind::File,
                3 | 10 => Kind::Link,
                4..=14 => Kind::Special,
                other => bail!("`{path}` is of the unknown kind {other}"),
            },
            mode: u32::from(u16_at(inode, 2)?) & 0o7777,
            owner: owner(4)?,
            group: owner(6)?,
            time_s: u32_at(inode, 8)?,
            path: path.to_owned(),
            size_bytes: 0,
            start: 0,
            blocks: Vec::new(),
            fragment: NONE_32,
            offset: 0,
        };
        if entry.kind == Kind::File {
            self.file(&mut entry, inode, kind == 2)?;
        }
        let is_folder = entry.kind == Kind::Folder;
        out.push(entry);
        if is_folder {
            let (block, size, offset) = if kind == 1 {
                (
                    u32_at(inode, 16)?,
                    u32::from(u16_at(inode, 24)?),
                    u16_at(inode, 26)?,
                )
            } else {
                (u32_at(inode, 24)?, u32_at(inode, 20)?, u16_at(inode, 34)?)
            };
            let size = (size as usize).saturating_sub(3);
            if size > 0 {
                let listing = self.listings.from(u64::from(block), u64::from(offset))?;
                for (name, place) in names(slice(listing, 0, size)?)? {
                    let inner = if path.is_empty() {
                        name
                    } else {
                        format!("{path}/{name}")
                    };
                    self.visit(place, &inner, depth + 1, out)?;
                }
            }
        }
        Ok(())
    }

    fn file(&self, entry: &mut Entry, inode: &[u8], is_basic: bool) -> anyhow::Result<()> {
        let blocks_at = if is_basic {
            entry.start = u64::from(u32_at(inode, 16)?);
            entry.fragment = u32_at(inode, 20)?;
            entry.offset = u32_at(inode, 24)?;
            entry.size_bytes = u64::from(u32_at(inode, 28)?);
            32
        } else {
            entry.start = u64_at(inode, 16)?;
            entry.size_bytes = u64_at(inode, 24)?;
            entry.fragment = u32_at(inode, 44)?;
            entry.offset = u32_at(inode, 48)?;
            56
        };
        ensure!(
            entry.size_bytes <= MOST_BYTES,
            "`{}` is larger than 1 GiB",
            entry.path
        );
        let block = u64::from(self.superblock.block_bytes);
        let has_tail = entry.fragment != NONE_32;
        let count = if has_tail {
            entry.size_bytes / block
        } else {
            entry.size_bytes.div_ceil(block)
        };
        for at in 0..usize::try_from(count)? {
            entry.blocks.push(u32_at(inode, blocks_at + at * 4)?);
        }
        Ok(())
    }
}

/// The names of a listing, with the places of their inodes.
fn names(mut listing: &[u8]) -> anyhow::Result<Vec<(String, u64)>> {
    let mut found = Vec::new();
    while !listing.is_empty() {
        let (count, block) = (u32_at(listing, 0)?, u32_at(listing, 4)?);
        listing = listing.get(12..).context("cut short")?;
        for _ in 0..=count {
            let offset = u16_at(listing, 0)?;
            let length = usize::from(u16_at(listing, 6)?) + 1;
            let name = String::from_utf8_lossy(slice(listing, 8, length)?).into_owned();
            ensure!(
                !name.contains('/') && name != ".." && name != ".",
                "`{name}` is no name"
            );
            found.push((name, (u64::from(block) << 16) | u64::from(offset)));
            listing = &listing[8 + length..];
        }
    }
    Ok(found)
}
