//! Programs, archives and compiled Python, told by their headers.

use super::Sample;

/// ELF, PE, and Mach-O for one or several machines.
pub(super) fn is_executable(sample: &Sample<'_>) -> bool {
    let head = sample.head();
    // Relocatable, executable and shared; 4 is a core file.
    matches!(elf_type(head), Some(1..=3))
        || is_pe(head)
        || macho_type(head).is_some_and(|it| it != 4)
        || is_fat(head, sample.size_bytes())
}

/// `e_type` of an ELF file whose header is sound (System V ABI, chapter 4).
pub(super) fn elf_type(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(b"\x7fELF")?;
    let (class, order) = (*rest.first()?, *rest.get(1)?);
    let u16_at = |at: usize| {
        let bytes = [*head.get(at)?, *head.get(at + 1)?];
        match order {
            1 => Some(u16::from_le_bytes(bytes)),
            2 => Some(u16::from_be_bytes(bytes)),
            _ => None,
        }
    };
    let header = match class {
        1 => (40, 52),
        2 => (52, 64),
        _ => return None,
    };
    (u16_at(header.0)? == header.1).then(|| u16_at(16)).flatten()
}

/// `MZ`, and `PE` where the header of DOS says (Microsoft's "PE Format").
fn is_pe(head: &[u8]) -> bool {
    head.starts_with(b"MZ")
        && head
            .get(0x3c..0x40)
            .and_then(|it| usize::try_from(u32_of(it, false)).ok())
            .and_then(|at| head.get(at..at.checked_add(4)?))
            .is_some_and(|it| it == b"PE\0\0")
}

/// The machines of Mach-O: x86, ARM, PowerPC, their 64-bit forms, and ARM64 with 32-bit addresses.
const MACHINES: &[u32] = &[7, 12, 18, 0x0100_0007, 0x0100_000c, 0x0100_0012, 0x0200_000c];

/// `filetype` of a Mach-O file whose header is sound (`mach-o/loader.h`).
pub(super) fn macho_type(head: &[u8]) -> Option<u32> {
    let is_big = match head.get(..4)? {
        [0xce | 0xcf, 0xfa, 0xed, 0xfe] => false,
        [0xfe, 0xed, 0xfa, 0xce | 0xcf] => true,
        _ => return None,
    };
    let at = |at: usize| head.get(at..at + 4).map(|it| u32_of(it, is_big));
    let is_sound = MACHINES.contains(&at(4)?) && (1..10_000).contains(&at(16)?);
    let kind = at(12)?;
    (is_sound && (1..=12).contains(&kind)).then_some(kind)
}

/// Several Mach-O files in one (`mach-o/fat.h`). A class of Java has the same first bytes; its version stands where
/// the number of files is, and no machine and place in the file follow.
fn is_fat(head: &[u8], size_bytes: u64) -> bool {
    let at = |at: usize| head.get(at..at + 4).map_or(0, |it| u32_of(it, true));
    let is_wide = at(0) == 0xcafe_babf;
    let count = at(4);
    if !is_wide && at(0) != 0xcafe_babe || !(1..=16).contains(&count) || !MACHINES.contains(&at(8)) {
        return false;
    }
    let wide = |first: usize| u64::from(at(first)) << 32 | u64::from(at(first + 4));
    let (offset, size) = if is_wide {
        (wide(16), wide(24))
    } else {
        (u64::from(at(16)), u64::from(at(20)))
    };
    offset >= 28 && size > 0 && offset.checked_add(size).is_some_and(|it| it <= size_bytes)
}

fn u32_of(bytes: &[u8], is_big: bool) -> u32 {
    let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
    if is_big {
        u32::from_be_bytes(bytes)
    } else {
        u32::from_le_bytes(bytes)
    }
}

/// What archives begin with, and how long the smallest is.
const ARCHIVES: &[(&[u8], usize)] = &[
    // zip, one without entries, and the first of several.
    (b"PK\x03\x04", 30),
    (b"PK\x05\x06", 22),
    (b"PK\x07\x08PK", 34),
    // gzip with deflate, which RFC 1952 has as its only method.
    (b"\x1f\x8b\x08", 18),
    (b"\xfd7zXZ\0", 24),
    (b"\x28\xb5\x2f\xfd", 9),
    (b"BZh", 14),
    (b"7z\xbc\xaf\x27\x1c", 32),
    // ar, which .deb and static libraries are.
    (b"!<arch>\n", 8),
    (b"\xed\xab\xee\xdb", 96),
    (b"\x04\x22\x4d\x18", 7),
    (b"MSCF\0\0\0\0", 36),
    (b"Rar!\x1a\x07", 7),
    (b"LZIP\x01", 26),
];

pub(super) fn is_archive(sample: &Sample<'_>) -> bool {
    let head = sample.head();
    let is_known = ARCHIVES
        .iter()
        .any(|(magic, least)| head.starts_with(magic) && head.len() >= *least);
    if !is_known {
        return is_tar(head);
    }
    match head {
        // The upper bits of the flags are zero.
        [0x1f, 0x8b, _, flags, ..] => flags & 0xe0 == 0,
        // Its level, then the number pi of a block or the root of it at the end.
        [b'B', b'Z', b'h', level, rest @ ..] => {
            level.is_ascii_digit()
                && (rest.starts_with(b"1AY&SY") || rest.starts_with(b"\x17\x72\x45\x38\x50\x90"))
        }
        _ => true,
    }
}

/// The magic of POSIX, and a checksum that fits: the sum of the header, its own field counted as blanks.
fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..512) else {
        return false;
    };
    let sum: u32 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            if (148..156).contains(&at) {
                32
            } else {
                u32::from(*byte)
            }
        })
        .sum();
    let field = header[148..156].trim_ascii_start();
    let digits = field.iter().take_while(|it| (b'0'..=b'7').contains(it));
    let said = digits.fold(0_u32, |sum, it| sum * 8 + u32::from(it - b'0'));
    &header[257..262] == b"ustar" && said == sum
}

/// A number that ends with a line end of DOS, then a code object where a version of Python has it: after 16 bytes
/// since 3.7 (PEP 552), after 12 since 3.3, after 8 before.
pub(super) fn is_bytecode(sample: &Sample<'_>) -> bool {
    // Without its source nothing makes it again; in `__pycache__` the folder is looked at.
    let stem = sample
        .path()
        .name()
        .split(|it| *it == b'.')
        .next()
        .unwrap_or_default();
    let is_cached = sample.path().folder().name() == b"__pycache__";
    is_pyc(sample.head()) && (is_cached || sample.has_sibling(&[stem, b".py"].concat()))
}

pub(super) fn is_pyc(head: &[u8]) -> bool {
    // The type `c`, perhaps marked as one that is referred to.
    let is_code = |at: usize| head.get(at).is_some_and(|it| it & 0x7f == b'c');
    head.get(2..4) == Some(b"\r\n") && (is_code(16) || is_code(12) || is_code(8))
}
