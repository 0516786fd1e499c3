//! Joins macOS binaries of several machines into one universal binary (`mach-o/fat.h`).

use anyhow::{Context, ensure};
use object::macho::{FAT_MAGIC, MH_MAGIC_64};

/// Code pages of arm64 are 16 KiB; x86_64 is content with less, and one alignment for both is what the field does.
const ALIGN_BITS: u32 = 14;
const HEADER_BYTES: usize = 8;
const ROW_BYTES: usize = 20;

/// The bytes of a universal binary; the parts keep their order and their signatures.
pub fn join(parts: &[&[u8]]) -> anyhow::Result<Vec<u8>> {
    let mut rows = Vec::new();
    let mut end = HEADER_BYTES + ROW_BYTES * parts.len();
    for part in parts {
        let word = |at: usize| -> anyhow::Result<u32> {
            let bytes = part
                .get(at..at + 4)
                .context("cannot join a file that is cut short")?;
            Ok(u32::from_le_bytes(bytes.try_into()?))
        };
        ensure!(
            word(0)? == MH_MAGIC_64,
            "cannot join a file that is no 64-bit Mach-O binary"
        );
        let offset = end.next_multiple_of(1 << ALIGN_BITS);
        end = offset + part.len();
        rows.push((word(4)?, word(8)?, offset));
    }
    let mut bytes = Vec::with_capacity(end);
    bytes.extend(FAT_MAGIC.to_be_bytes());
    bytes.extend(u32::try_from(parts.len())?.to_be_bytes());
    for ((machine, variant, offset), part) in rows.iter().zip(parts) {
        for word in [
            *machine,
            *variant,
            u32::try_from(*offset)?,
            u32::try_from(part.len())?,
            ALIGN_BITS,
        ] {
            bytes.extend(word.to_be_bytes());
        }
    }
    for ((_, _, offset), part) in rows.iter().zip(parts) {
        bytes.resize(*offset, 0);
        bytes.extend(*part);
    }
    Ok(bytes)
}
