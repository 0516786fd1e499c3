//! Recomputes the page hashes of a Mach-O file's embedded code signature (`cs_blobs.h` of XNU).

use anyhow::{Context, bail, ensure};
use object::BigEndian;
use object::macho;
use object::read::macho::{CodeDirectory, CodeSignature};
use sha2::{Digest, Sha256, Sha384};

use super::{Signature, is_inside};

/// Verifies the signature that lies at an offset of a slice. The kernel does the same page by page as they are
/// loaded, and kills the program at the first that differs.
pub(super) fn verify(slice: &[u8], offset: u32, size_bytes: u32) -> Signature {
    match check(slice, offset, size_bytes) {
        Ok(()) => Signature::Valid,
        Err(error) => Signature::Wrong(format!("{error:#}")),
    }
}

fn check(slice: &[u8], offset: u32, size_bytes: u32) -> anyhow::Result<()> {
    ensure!(
        is_inside(slice, offset.into(), size_bytes.into()),
        "its {size_bytes} bytes should start at {offset}, the file has {}",
        slice.len()
    );
    let end = offset as usize + size_bytes as usize;
    ensure!(
        end == slice.len(),
        "{} bytes follow after it, which it does not cover",
        slice.len() - end
    );
    let signature = CodeSignature::parse(&slice[offset as usize..end])?;
    let mut blobs = Vec::new();
    for blob in signature.blobs() {
        blobs.push(blob?);
    }
    let mut directories = 0;
    let mut verified = 0;
    for blob in &blobs {
        let Some(directory) = blob.code_directory()? else {
            continue;
        };
        directories += 1;
        // SHA-1 stands beside SHA-256 for systems older than any that Rust supports; newer ones take the strongest.
        let Some(hash) = Hash::of(&directory)? else {
            continue;
        };
        pages(slice, offset, &directory, hash)?;
        for other in &blobs {
            let slot = other.slot();
            if (1..=directory.header().n_special_slots.get(BigEndian)).contains(&slot.0) {
                ensure!(
                    hash.of_bytes(other.data()) == directory.special_hash(slot)?,
                    "the hash of its slot {} differs",
                    slot.0
                );
            }
        }
        verified += 1;
    }
    ensure!(directories > 0, "it has no code directory");
    ensure!(verified > 0, "its hashes are SHA-1 only");
    Ok(())
}

/// Compares the hash of each page.
fn pages(
    slice: &[u8],
    signature_offset: u32,
    directory: &CodeDirectory<'_>,
    hash: Hash,
) -> anyhow::Result<()> {
    let header = directory.header();
    let limit = directory.code_limit();
    ensure!(
        limit == u64::from(signature_offset),
        "it covers the first {limit} bytes, {signature_offset} stand before it"
    );
    let code = &slice[..usize::try_from(limit)?];
    // Zero stands for one page without an end.
    let page_bytes = match header.page_size {
        0 => code.len().max(1),
        bits @ 1..=30 => 1_usize << bits,
        bits => bail!("its pages have 2^{bits} bytes"),
    };
    let count = code.len().div_ceil(page_bytes);
    ensure!(
        header.n_code_slots.get(BigEndian) as usize == count,
        "it has {} page hashes for {count} pages",
        header.n_code_slots.get(BigEndian)
    );
    for (index, page) in code.chunks(page_bytes).enumerate() {
        let expected = directory.code_hash(u32::try_from(index)?)?;
        ensure!(
            hash.of_bytes(page) == expected,
            "the hash of page {index} differs (offset {:#x})",
            index * page_bytes
        );
    }
    Ok(())
}

/// A digest, and how many bytes of it are kept.
#[derive(Clone, Copy)]
enum Hash {
    Sha256 { bytes: usize },
    Sha384,
}

impl Hash {
    /// The hash of a directory; `None` for SHA-1.
    fn of(directory: &CodeDirectory<'_>) -> anyhow::Result<Option<Hash>> {
        let header = directory.header();
        let (hash, bytes) = match header.hash_type {
            macho::CS_HASHTYPE_SHA1 => return Ok(None),
            macho::CS_HASHTYPE_SHA256 => (Hash::Sha256 { bytes: 32 }, 32),
            macho::CS_HASHTYPE_SHA256_TRUNCATED => (Hash::Sha256 { bytes: 20 }, 20),
            macho::CS_HASHTYPE_SHA384 => (Hash::Sha384, 48),
            other => bail!("its hash type {} is unknown", other.0),
        };
        (header.hash_size == bytes)
            .then_some(Some(hash))
            .with_context(|| format!("its hashes have {} bytes instead of {bytes}", header.hash_size))
    }

    fn of_bytes(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Hash::Sha256 { bytes: kept } => Sha256::digest(bytes)[..kept].to_vec(),
            Hash::Sha384 => Sha384::digest(bytes).to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts;
    use super::super::fixtures::macho::{MAC, MachO, TEXT_AT};
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let found = match &facts(bytes).unwrap().slices[0].signature {
            Signature::Absent => "absent",
            Signature::Valid => "valid",
            Signature::Wrong(why) => why,
        }
        .to_owned();
        assert_eq!(found, expected);
    }

    fn with(hashes: &[u8]) -> Vec<u8> {
        MachO { hashes, ..MAC }.bytes()
    }

    #[test]
    fn every_kind_of_hash() {
        check(&with(&[]), "absent");
        for kinds in [&[2][..], &[3], &[4], &[1, 2], &[2, 3, 4]] {
            check(&with(kinds), "valid");
        }
        check(&with(&[1]), "its hashes are SHA-1 only");
        check(&with(&[9]), "its hash type 9 is unknown");
    }

    #[test]
    fn a_change_of_any_byte_is_noticed() {
        let bytes = with(&[1, 2]);
        let mut changed = bytes.clone();
        changed[TEXT_AT] ^= 0x80;
        check(&changed, "the hash of page 1 differs (offset 0x400)");

        let code_end = TEXT_AT + 2560;
        for at in TEXT_AT..code_end {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let signature = facts(&changed).unwrap().slices[0].signature.clone();
            assert!(matches!(signature, Signature::Wrong(_)), "byte {at}");
        }
    }

    #[test]
    fn what_is_signed_is_the_whole_file() {
        let bytes = with(&[2]);
        let mut longer = bytes.clone();
        longer.push(0);
        check(&longer, "1 bytes follow after it, which it does not cover");

        // The limit of what is covered, the number of pages, and the requirements' own words.
        let directory = memchr::memmem::find(&bytes, &0xfade_0c02_u32.to_be_bytes()).unwrap();
        let changed = |at: usize, by: u8| {
            let mut bytes = bytes.clone();
            bytes[at] ^= by;
            bytes
        };
        check(
            &changed(directory + 35, 1),
            "it covers the first 3585 bytes, 3584 stand before it",
        );
        check(&changed(directory + 31, 1), "it has 5 page hashes for 4 pages");
        check(&changed(directory - 1, 1), "the hash of its slot 2 differs");
        check(
            &changed(directory + 36, 1),
            "its hashes have 33 bytes instead of 32",
        );
    }
}
