//! Writes squashfs 4.0 images as the snap store wants them: xz, blocks of 128 KiB, no fragments, no attributes, owner 0.
//!
//! Own code instead of a crate: the one there is brings a hundred others. The form is that of the kernel's
//! `fs/squashfs/squashfs_fs.h`, which `mksquashfs` of squashfs-tools 4 writes.

pub mod read;
mod table;

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, ensure};
use lzma_rust2::{CheckType, LzmaOptions, XzOptions, XzWriter};

use crate::pack::{File, Tree};
use table::{Place, Table};

/// `hsqs`, in the order of a little-endian machine.
const MAGIC: u32 = 0x7371_7368;
/// The size of the superblock.
const SUPERBLOCK_BYTES: usize = 96;
/// What `mksquashfs` takes by default; the store packs a snap again with it.
const BLOCK_BYTES: usize = 128 << 10;
const BLOCK_LOG: u16 = 17;
/// Tables are cut into blocks of this size before they are compressed.
const TABLE_BLOCK_BYTES: usize = 8 << 10;
/// The image's end is rounded up to this, so that it can be a block device.
const PADDING: usize = 4 << 10;
/// No such table, no such fragment.
const NONE_64: u64 = u64::MAX;
const NONE_32: u32 = u32::MAX;
/// In the size of a block of data: stored as it is.
const DATA_IS_STORED: u32 = 1 << 24;
/// In the size of a block of a table: stored as it is.
const TABLE_IS_STORED: u16 = 1 << 15;
/// A listing's header speaks for at most this many entries.
const MOST_OF_A_HEADER: usize = 256;

/// The compressors, by their number in the superblock.
const GZIP: u16 = 1;
const XZ: u16 = 4;

/// No fragments, exportable by NFS, no attributes.
const NO_FRAGMENTS: u16 = 0x10;
const EXPORTABLE: u16 = 0x80;
const NO_ATTRIBUTES: u16 = 0x200;

const FOLDER: u16 = 1;
const FILE: u16 = 2;

/// A folder while it is put together.
#[derive(Default)]
struct Folder<'a> {
    folders: BTreeMap<&'a str, Folder<'a>>,
    files: BTreeMap<&'a str, &'a File>,
}

/// An entry of a listing.
struct Entry<'a> {
    name: &'a str,
    kind: u16,
    number: u32,
    place: Place,
}

/// The bytes of an image. The tree's top folder is its root; `time_s` is the time of every entry.
pub fn write(tree: &Tree, time_s: i64) -> anyhow::Result<Vec<u8>> {
    let mut root = Folder::default();
    for (path, file) in tree.files() {
        let mut at = &mut root;
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        for part in folders.split('/').filter(|it| !it.is_empty()) {
            at = at.folders.entry(part).or_default();
        }
        at.files.insert(name, file);
    }
    let mut writer = Writer {
        time_s: u32::try_from(time_s).unwrap_or(0),
        out: vec![0; SUPERBLOCK_BYTES],
        inodes: Table::default(),
        listings: Table::default(),
        places: Vec::new(),
    };
    let count = count(&root);
    let number = writer.next();
    // The root's parent is a number that no entry has.
    let place = writer.folder(&root, number, count + 1)?;
    writer.finish(place)
}

/// The folder and everything in it.
fn count(folder: &Folder<'_>) -> u32 {
    let files = u32::try_from(folder.files.len()).unwrap_or(u32::MAX);
    1 + files + folder.folders.values().map(count).sum::<u32>()
}

struct Writer {
    time_s: u32,
    out: Vec<u8>,
    inodes: Table,
    listings: Table,
    /// Where each inode lies, by its number.
    places: Vec<Place>,
}

impl Writer {
    /// The number of the next entry, from 1.
    fn next(&mut self) -> u32 {
        self.places.push(Place::default());
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    fn folder(&mut self, folder: &Folder<'_>, number: u32, parent: u32) -> anyhow::Result<Place> {
        let mut entries = Vec::new();
        for (name, file) in &folder.files {
            let number = self.next();
            let place = self
                .file(file, number)
                .with_context(|| format!("cannot pack `{name}`"))?;
            entries.push(Entry {
                name,
                kind: FILE,
                number,
                place,
            });
        }
        for (name, inner) in &folder.folders {
            let own = self.next();
            let place = self.folder(inner, own, number)?;
            entries.push(Entry {
                name,
                kind: FOLDER,
                number: own,
                place,
            });
        }
        entries.sort_by_key(|it| it.name);
        let listing = self.listings.place();
        let bytes = listing_of(&entries)?;
        self.listings.write(&bytes)?;
        // The size counts `.` and `..`, which are not stored, as three bytes.
        let size = u16::try_from(bytes.len() + 3).context("a folder has more names than this form holds")?;
        let links = 2 + u32::try_from(folder.folders.len())?;
        let mut inode = self.head(FOLDER, 0o755, number);
        inode.extend(listing.block.to_le_bytes());
        inode.extend(links.to_le_bytes());
        inode.extend(size.to_le_bytes());
        inode.extend(listing.offset.to_le_bytes());
        inode.extend(parent.to_le_bytes());
        self.inode(number, &inode)
    }

    fn file(&mut self, file: &File, number: u32) -> anyhow::Result<Place> {
        const SIZES: &str = "a file or an image of 4 GiB is more than a snap's program needs";
        let start = if file.bytes.is_empty() { 0 } else { self.out.len() };
        let mut sizes = Vec::new();
        for block in file.bytes.chunks(BLOCK_BYTES) {
            let packed = compress(block)?;
            let is_smaller = packed.len() < block.len();
            let stored = if is_smaller { packed.as_slice() } else { block };
            let flag = if is_smaller { 0 } else { DATA_IS_STORED };
            sizes.push(u32::try_from(stored.len())? | flag);
            self.out.extend(stored);
        }
        let mut inode = self.head(FILE, file.mode.bits(), number);
        inode.extend(u32::try_from(start).context(SIZES)?.to_le_bytes());
        inode.extend(NONE_32.to_le_bytes());
        inode.extend(0_u32.to_le_bytes());
        inode.extend(u32::try_from(file.bytes.len()).context(SIZES)?.to_le_bytes());
        inode.extend(sizes.into_iter().flat_map(u32::to_le_bytes));
        self.inode(number, &inode)
    }

    /// What every inode begins with; the owner and the group are the first of the table of owners.
    fn head(&self, kind: u16, mode: u32, number: u32) -> Vec<u8> {
        let mut head = Vec::new();
        head.extend(kind.to_le_bytes());
        head.extend(u16::try_from(mode).unwrap_or_default().to_le_bytes());
        head.extend([0; 4]);
        head.extend(self.time_s.to_le_bytes());
        head.extend(number.to_le_bytes());
        head
    }

    fn inode(&mut self, number: u32, bytes: &[u8]) -> anyhow::Result<Place> {
        let place = self.inodes.place();
        self.inodes.write(bytes)?;
        self.places[number as usize - 1] = place;
        Ok(place)
    }

    fn finish(self, root: Place) -> anyhow::Result<Vec<u8>> {
        let Writer {
            time_s,
            mut out,
            inodes,
            listings,
            places,
        } = self;
        let inodes_start = out.len() as u64;
        out.extend(inodes.finish()?);
        let listings_start = out.len() as u64;
        out.extend(listings.finish()?);
        let fragments_start = out.len() as u64;
        let exports: Vec<u8> = places
            .iter()
            .flat_map(|it| it.reference().to_le_bytes())
            .collect();
        let exports_start = table::indexed(&mut out, &exports)?;
        let owners_start = table::indexed(&mut out, &0_u32.to_le_bytes())?;
        let used = out.len() as u64;

        let mut head = Vec::with_capacity(SUPERBLOCK_BYTES);
        for number in [
            MAGIC,
            u32::try_from(places.len())?,
            time_s,
            u32::try_from(BLOCK_BYTES)?,
            0,
        ] {
            head.extend(number.to_le_bytes());
        }
        let flags = NO_FRAGMENTS | EXPORTABLE | NO_ATTRIBUTES;
        for number in [XZ, BLOCK_LOG, flags, 1, 4, 0] {
            head.extend(number.to_le_bytes());
        }
        for number in [
            root.reference(),
            used,
            owners_start,
            NONE_64,
            inodes_start,
            listings_start,
            fragments_start,
            exports_start,
        ] {
            head.extend(number.to_le_bytes());
        }
        ensure!(head.len() == SUPERBLOCK_BYTES, "the superblock has another size");
        out[..SUPERBLOCK_BYTES].copy_from_slice(&head);
        out.resize(out.len().next_multiple_of(PADDING), 0);
        Ok(out)
    }
}

/// A folder's listing. A header speaks for entries whose inodes begin in one block and whose numbers lie near the first's.
fn listing_of(entries: &[Entry<'_>]) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = entries;
    while let Some(first) = rest.first() {
        let near = |it: &&Entry<'_>| {
            let delta = i64::from(it.number) - i64::from(first.number);
            it.place.block == first.place.block && i16::try_from(delta).is_ok()
        };
        let many = rest.iter().take_while(near).count().min(MOST_OF_A_HEADER);
        let (these, others) = rest.split_at(many);
        out.extend((u32::try_from(many)? - 1).to_le_bytes());
        out.extend(first.place.block.to_le_bytes());
        out.extend(first.number.to_le_bytes());
        for entry in these {
            let delta = i64::from(entry.number) - i64::from(first.number);
            let length = entry.name.len();
            ensure!(
                (1..=256).contains(&length),
                "cannot pack `{}`: the name is too long",
                entry.name
            );
            out.extend(entry.place.offset.to_le_bytes());
            out.extend(i16::try_from(delta)?.to_le_bytes());
            out.extend(entry.kind.to_le_bytes());
            out.extend((u16::try_from(length)? - 1).to_le_bytes());
            out.extend(entry.name.as_bytes());
        }
        rest = others;
    }
    Ok(out)
}

/// A stream of xz that the kernel reads: it knows no check but CRC32, and a dictionary no larger than a block.
fn compress(block: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut options = XzOptions::with_preset(6);
    options.set_check_sum_type(CheckType::Crc32);
    options.lzma_options = LzmaOptions {
        dict_size: u32::try_from(BLOCK_BYTES)?,
        ..LzmaOptions::with_preset(6)
    };
    let mut writer = XzWriter::new(Vec::new(), options)?;
    writer.write_all(block)?;
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Mode;

    fn tree() -> Tree {
        let mut tree = Tree::new("");
        let program: Vec<u8> = (0..300_000_u32).flat_map(|it| (it / 7).to_le_bytes()).collect();
        tree.add("bin/demo", Mode::Executable, program).unwrap();
        tree.add("meta/snap.yaml", Mode::Plain, b"name: demo\n".to_vec())
            .unwrap();
        tree.add("empty", Mode::Plain, Vec::new()).unwrap();
        // More inodes than one block of the table holds, and more names than one header speaks for.
        for at in 0..700 {
            let path = format!("share/{at:03}/x");
            tree.add(&path, Mode::Plain, vec![u8::try_from(at % 251).unwrap()])
                .unwrap();
        }
        tree
    }

    #[test]
    fn an_image_reads_back_and_is_the_same_twice() {
        let tree = tree();
        let bytes = write(&tree, 1_700_000_000).unwrap();
        assert_eq!(bytes, write(&tree, 1_700_000_000).unwrap());
        assert_eq!(bytes.len() % PADDING, 0);
        let image = read::Image::read(&bytes).unwrap();
        let files: Vec<_> = image
            .entries
            .iter()
            .filter(|it| it.kind == read::Kind::File)
            .collect();
        assert_eq!(files.len(), tree.files().count());
        for ((path, file), entry) in tree.files().zip(files) {
            assert_eq!((entry.path.as_str(), entry.mode), (path, file.mode.bits()));
            assert_eq!((entry.owner, entry.group, entry.time_s), (0, 0, 1_700_000_000));
            assert!(image.content(entry).unwrap() == file.bytes, "{path}");
        }
        let folders = image.entries.iter().filter(|it| it.kind == read::Kind::Folder);
        assert_eq!(folders.count(), 1 + 2 + 1 + 700);
    }

    #[test]
    fn a_damaged_image_is_an_error_and_no_panic() {
        let bytes = write(&tree(), 0).unwrap();
        let walk = |bytes: &[u8]| {
            let image = read::Image::read(bytes)?;
            for entry in &image.entries {
                image.content(entry)?;
            }
            anyhow::Ok(())
        };
        walk(&bytes).unwrap();
        for cut in [0, 4, 95, 96, 200, bytes.len() / 2] {
            assert!(walk(&bytes[..cut]).is_err(), "{cut}");
        }
        for at in 0..SUPERBLOCK_BYTES {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0xff;
            let _ = walk(&bytes);
        }
    }
}
