//! The smallest binaries of each form that have what is measured.

use sha2::{Digest, Sha256, Sha384};

/// An ELF file for 64 bits, little-endian, loaded at address 0, with section headers at its end.
pub(super) struct Elf<'a> {
    pub(super) machine: u16,
    pub(super) interpreter: Option<&'a str>,
    pub(super) needed: &'a [&'a str],
    pub(super) versions: &'a [Version<'a>],
}

/// A version that an ELF file needs of a library: `(library, version, is weak, symbols)`.
pub(super) type Version<'a> = (&'a str, &'a str, bool, &'a [&'a str]);

/// A common program for a Linux with glibc.
pub(super) const GNU: Elf<'_> = Elf {
    machine: X86_64,
    interpreter: Some("/lib64/ld-linux-x86-64.so.2"),
    needed: &["libc.so.6", "libgcc_s.so.1"],
    versions: &[
        ("libc.so.6", "GLIBC_2.2.5", false, &["abort", "write"]),
        ("libc.so.6", "GLIBC_2.17", false, &["secure_getenv"]),
        ("libgcc_s.so.1", "GCC_3.0", false, &["_Unwind_Resume"]),
    ],
};

/// `EM_X86_64`
pub(super) const X86_64: u16 = 62;

impl Elf<'_> {
    pub(super) fn bytes(&self) -> Vec<u8> {
        const HEADERS: usize = 64 + 3 * 56;
        let mut strings = Strings::default();
        let interpreter = self.interpreter.map(|it| strings.add(it));
        let needed: Vec<usize> = self.needed.iter().map(|it| strings.add(it)).collect();
        let mut symbols = vec![0; 24];
        let mut indices = 0_u16.to_le_bytes().to_vec();
        let mut needs = Vec::new();
        for (row, (library, version, is_weak, names)) in self.versions.iter().enumerate() {
            // Index 0 is local, 1 is global.
            let index = u16::try_from(row + 2).unwrap();
            let next = if row + 1 == self.versions.len() { 0 } else { 32 };
            for half in [1, 1] {
                needs.extend(u16::to_le_bytes(half));
            }
            for word in [strings.word(library), 16, next] {
                needs.extend(word.to_le_bytes());
            }
            needs.extend(0_u32.to_le_bytes());
            needs.extend(if *is_weak { 2_u16 } else { 0 }.to_le_bytes());
            needs.extend(index.to_le_bytes());
            needs.extend(strings.word(version).to_le_bytes());
            needs.extend(0_u32.to_le_bytes());
            for name in *names {
                symbols.extend(strings.word(name).to_le_bytes());
                symbols.push(0x12);
                symbols.extend([0; 19]);
                indices.extend(index.to_le_bytes());
            }
        }
        let count = indices.len() / 2;
        let hash: Vec<u8> = [1_u32, u32::try_from(count).unwrap(), 0]
            .into_iter()
            .chain(std::iter::repeat_n(0, count))
            .flat_map(u32::to_le_bytes)
            .collect();
        let mut bytes = vec![0; HEADERS];
        let mut append = |part: &[u8]| {
            let at = bytes.len();
            bytes.extend(part);
            at
        };
        let strings_at = append(&strings.0);
        let symbols_at = append(&symbols);
        let indices_at = append(&indices);
        let hash_at = append(&hash);
        let needs_at = append(&needs);
        let mut dynamic: Vec<[usize; 2]> = needed.iter().map(|it| [1, *it]).collect();
        dynamic.extend([
            [4, hash_at],
            [5, strings_at],
            [6, symbols_at],
            [10, strings.0.len()],
            [0x6fff_fff0, indices_at],
        ]);
        if !needs.is_empty() {
            dynamic.extend([[0x6fff_fffe, needs_at], [0x6fff_ffff, self.versions.len()]]);
        }
        dynamic.push([0, 0]);
        let dynamic: Vec<u8> = dynamic
            .concat()
            .into_iter()
            .flat_map(usize::to_le_bytes)
            .collect();
        let dynamic_at = append(&dynamic);
        let names = b"\0.dynstr\0.dynamic\0.shstrtab\0";
        let names_at = append(names);
        let sections_at = append(&[0; 64]);
        for (name, kind, at, size) in [
            (1_u32, 3_u32, strings_at, strings.0.len()),
            (9, 6, dynamic_at, dynamic.len()),
            (18, 3, names_at, names.len()),
        ] {
            append(&name.to_le_bytes());
            append(&kind.to_le_bytes());
            append(&[0; 16]);
            append(&at.to_le_bytes());
            append(&size.to_le_bytes());
            append(&[0; 24]);
        }
        // From here on the headers at the start are filled in.
        let mut headers = b"\x7fELF\x02\x01\x01".to_vec();
        headers.resize(16, 0);
        for half in [3, self.machine, 1, 0] {
            headers.extend(half.to_le_bytes());
        }
        for word in [0, 64, sections_at] {
            headers.extend(word.to_le_bytes());
        }
        headers.extend(0_u32.to_le_bytes());
        let segments: u16 = if interpreter.is_some() { 3 } else { 2 };
        for half in [64, 56, segments, 64, 4, 3] {
            headers.extend(half.to_le_bytes());
        }
        let interpreter = interpreter.map(|it| (3_u32, strings_at + it, self.interpreter.unwrap().len() + 1));
        let loaded = (1, 0, bytes.len());
        for (kind, at, size) in [loaded, (2, dynamic_at, dynamic.len())]
            .into_iter()
            .chain(interpreter)
        {
            headers.extend(kind.to_le_bytes());
            headers.extend(4_u32.to_le_bytes());
            for word in [at, at, at, size, size, 8] {
                headers.extend(word.to_le_bytes());
            }
        }
        bytes[..headers.len()].copy_from_slice(&headers);
        bytes
    }
}

/// A string table that starts with the empty string.
struct Strings(Vec<u8>);

impl Default for Strings {
    fn default() -> Strings {
        Strings(vec![0])
    }
}

impl Strings {
    fn add(&mut self, text: &str) -> usize {
        let at = self.0.len();
        self.0.extend(text.as_bytes());
        self.0.push(0);
        at
    }

    fn word(&mut self, text: &str) -> u32 {
        u32::try_from(self.add(text)).unwrap()
    }
}

/// A PE file for 64 bits with one section, `.rdata`, that imports libraries: at the start, and at first use.
pub(super) fn pe(machine: u16, imported: &[&str], delayed: &[&str]) -> Vec<u8> {
    const ADDRESS: u32 = 0x1000;
    const OFFSET: u32 = 0x200;
    let delayed_at = 20 * (u32::try_from(imported.len()).unwrap() + 1);
    let names_at = delayed_at + 32 * (u32::try_from(delayed.len()).unwrap() + 1);
    let mut names = vec![0; 8];
    let mut address_of = |name: &str| {
        let at = ADDRESS + names_at + u32::try_from(names.len()).unwrap();
        names.extend(name.as_bytes());
        names.push(0);
        at
    };
    let mut tables: Vec<u32> = Vec::new();
    for name in imported {
        tables.extend([ADDRESS + names_at, 0, 0, address_of(name), ADDRESS + names_at]);
    }
    tables.extend([0; 5]);
    for name in delayed {
        tables.extend([
            1,
            address_of(name),
            0,
            ADDRESS + names_at,
            ADDRESS + names_at,
            0,
            0,
            0,
        ]);
    }
    tables.extend([0; 8]);
    let mut data: Vec<u8> = tables.into_iter().flat_map(u32::to_le_bytes).collect();
    data.extend(names);
    data.resize(data.len().next_multiple_of(0x200), 0);
    let size = u32::try_from(data.len()).unwrap();

    let mut bytes = b"MZ".to_vec();
    bytes.resize(60, 0);
    bytes.extend(64_u32.to_le_bytes());
    bytes.extend(b"PE\0\0");
    for half in [machine, 1] {
        bytes.extend(half.to_le_bytes());
    }
    bytes.extend([0; 12]);
    for half in [240_u16, 0x22] {
        bytes.extend(half.to_le_bytes());
    }
    let optional = bytes.len();
    bytes.extend(0x20b_u16.to_le_bytes());
    bytes.resize(optional + 32, 0);
    for word in [0x1000_u32, 0x200] {
        bytes.extend(word.to_le_bytes());
    }
    // The versions of the system, of the image and of the subsystem.
    for half in [6_u16, 0, 0, 0, 6, 1] {
        bytes.extend(half.to_le_bytes());
    }
    bytes.extend(0_u32.to_le_bytes());
    for word in [0x1000 + size, OFFSET, 0] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(3_u16.to_le_bytes());
    bytes.resize(optional + 108, 0);
    bytes.extend(16_u32.to_le_bytes());
    for index in 0..16 {
        let (address, size) = match index {
            1 => (ADDRESS, delayed_at),
            13 if !delayed.is_empty() => (ADDRESS + delayed_at, names_at - delayed_at),
            _ => (0, 0),
        };
        bytes.extend(address.to_le_bytes());
        bytes.extend(size.to_le_bytes());
    }
    bytes.extend(b".rdata\0\0");
    for word in [size, ADDRESS, size, OFFSET, 0, 0, 0, 0x4000_0040] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.resize(OFFSET as usize, 0);
    bytes.extend(data);
    bytes
}

/// `IMAGE_FILE_MACHINE_AMD64`
pub(super) const AMD64: u16 = 0x8664;

/// A Mach-O file for 64 bits with one section, `__text`, that is two and a half pages long.
pub(super) struct MachO<'a> {
    /// `CPU_TYPE_…`
    pub(super) machine: u32,
    pub(super) libraries: &'a [&'a str],
    /// `xxxx.yy.zz` in nibbles.
    pub(super) minimum_os: u32,
    /// Says the oldest macOS by `LC_VERSION_MIN_MACOSX`, as before 10.14.
    pub(super) is_old: bool,
    /// The kinds of hash, a code directory each: `CS_HASHTYPE_…`. None is no signature.
    pub(super) hashes: &'a [u8],
}

/// `CPU_TYPE_ARM64`
pub(super) const ARM64: u32 = 0x0100_000c;
/// `CPU_TYPE_X86_64`
pub(super) const INTEL: u32 = 0x0100_0007;

/// A common program for a Mac on arm64.
pub(super) const MAC: MachO<'_> = MachO {
    machine: ARM64,
    libraries: &["/usr/lib/libSystem.B.dylib"],
    minimum_os: 0x000b_0000,
    is_old: false,
    hashes: &[2],
};

/// The same for Intel, as linkers leave it: unsigned.
pub(super) const MAC_INTEL: MachO<'_> = MachO {
    machine: INTEL,
    hashes: &[],
    ..MAC
};

/// Where the code of a [`MachO`] starts.
pub(super) const TEXT_AT: usize = 0x400;
const PAGE_BITS: u8 = 10;

impl MachO<'_> {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let code_end = TEXT_AT + (5 << PAGE_BITS) / 2;
        let signature_at = u32::try_from(code_end).unwrap();
        let signature_size = u32::try_from(signature(&vec![0; code_end], self.hashes).len()).unwrap();
        let mut commands: Vec<Vec<u8>> = vec![
            segment("__TEXT", 0, signature_at, &["__text"]),
            segment("__LINKEDIT", signature_at, signature_size, &[]),
            words(&[0x1b, 24, 1, 2, 3, 4]),
        ];
        commands.push(if self.is_old {
            words(&[0x24, 16, self.minimum_os, self.minimum_os])
        } else {
            words(&[0x32, 24, 1, self.minimum_os, self.minimum_os, 0])
        });
        for library in self.libraries {
            let size = (24 + library.len() + 1).next_multiple_of(8);
            let mut command = words(&[0xc, u32::try_from(size).unwrap(), 24, 2, 0x1_0000, 0x1_0000]);
            command.extend(library.as_bytes());
            command.resize(size, 0);
            commands.push(command);
        }
        if !self.hashes.is_empty() {
            commands.push(words(&[0x1d, 16, signature_at, signature_size]));
        }
        let count = u32::try_from(commands.len()).unwrap();
        let commands = commands.concat();
        let size = u32::try_from(commands.len()).unwrap();
        let mut bytes = words(&[0xfeed_facf, self.machine, 0, 2, count, size, 0x85, 0]);
        bytes.extend(commands);
        assert!(bytes.len() <= TEXT_AT, "the commands reach into the code");
        bytes.resize(TEXT_AT, 0);
        bytes.extend((0..code_end - TEXT_AT).map(|it| u8::try_from(it % 251).unwrap()));
        let signature = signature(&bytes, self.hashes);
        bytes.extend(signature);
        bytes
    }
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|it| it.to_le_bytes()).collect()
}

fn padded(name: &str) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    bytes
}

fn segment(name: &str, offset: u32, size: u32, sections: &[&str]) -> Vec<u8> {
    let count = u32::try_from(sections.len()).unwrap();
    let mut bytes = words(&[0x19, 72 + 80 * count]);
    bytes.extend(padded(name));
    for word in [offset, size, offset, size] {
        bytes.extend(u64::from(word).to_le_bytes());
    }
    bytes.extend(words(&[5, 5, count, 0]));
    let start = u32::try_from(TEXT_AT).unwrap();
    for section in sections {
        bytes.extend(padded(section));
        bytes.extend(padded(name));
        for word in [start, offset + size - start] {
            bytes.extend(u64::from(word).to_le_bytes());
        }
        bytes.extend(words(&[start, 0, 0, 0, 0, 0, 0, 0]));
    }
    bytes
}

/// An embedded signature, with an empty set of requirements in slot 2; no bytes without hashes.
fn signature(code: &[u8], hashes: &[u8]) -> Vec<u8> {
    if hashes.is_empty() {
        return Vec::new();
    }
    let requirements = big_words(&[0xfade_0c01, 12, 0]);
    let mut blobs = vec![(2_u32, requirements.clone())];
    for (index, kind) in hashes.iter().enumerate() {
        let slot = if index == 0 {
            0
        } else {
            0xfff + u32::try_from(index).unwrap()
        };
        blobs.push((slot, code_directory(code, *kind, &requirements)));
    }
    let mut at = 12 + 8 * blobs.len();
    let size = at + blobs.iter().map(|(_, it)| it.len()).sum::<usize>();
    let count = u32::try_from(blobs.len()).unwrap();
    let mut bytes = big_words(&[0xfade_0cc0, u32::try_from(size).unwrap(), count]);
    for (slot, blob) in &blobs {
        bytes.extend(big_words(&[*slot, u32::try_from(at).unwrap()]));
        at += blob.len();
    }
    bytes.extend(blobs.into_iter().flat_map(|(_, it)| it));
    bytes
}

fn big_words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|it| it.to_be_bytes()).collect()
}

fn code_directory(code: &[u8], kind: u8, requirements: &[u8]) -> Vec<u8> {
    let size = u8::try_from(hash(kind, b"").len()).unwrap();
    let pages: Vec<&[u8]> = code.chunks(1 << PAGE_BITS).collect();
    let count = u32::try_from(pages.len()).unwrap();
    let hashes_at = 48 + 2 * u32::from(size);
    let limit = u32::try_from(code.len()).unwrap();
    let length = hashes_at + count * u32::from(size);
    let mut bytes = big_words(&[0xfade_0c02, length, 0x2_0001, 2, hashes_at, 44, 2, count, limit]);
    bytes.extend([size, kind, 0, PAGE_BITS]);
    bytes.extend([0; 4]);
    bytes.extend(b"a\0\0\0");
    bytes.extend(hash(kind, requirements));
    bytes.resize(48 + 2 * usize::from(size), 0);
    for page in pages {
        bytes.extend(hash(kind, page));
    }
    bytes
}

fn hash(kind: u8, bytes: &[u8]) -> Vec<u8> {
    match kind {
        // What SHA-1 gives is not looked at, so any twenty bytes will do.
        1 => vec![1; 20],
        3 => Sha256::digest(bytes)[..20].to_vec(),
        4 => Sha384::digest(bytes).to_vec(),
        _ => Sha256::digest(bytes).to_vec(),
    }
}
