//! Names the part of a binary that holds an offset, so that a difference or a finding can be understood.

use object::read::coff::CoffHeader;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use object::read::macho::{LoadCommandVariant, MachHeader, Section, Segment};
use object::read::pe::{ImageNtHeaders, PeFile};
use object::{Endianness, FileKind, LittleEndian as LE, elf, macho, pe};

use super::macho::{commands, places, slice_bytes};

/// The section, header or table (and in universal binaries the slice) that holds an offset: `.text`,
/// `__TEXT,__cstring`, `program headers`, `LC_UUID`, `code signature`, `overlay after the last section`.
pub fn section_at(bytes: &[u8], offset: u64) -> String {
    let length = bytes.len() as u64;
    if offset >= length {
        return format!("{} bytes beyond the end", offset - length);
    }
    match FileKind::parse(bytes) {
        Ok(FileKind::MachOFat32 | FileKind::MachOFat64) => in_universal(bytes, offset),
        Ok(kind) => in_one(bytes, kind, offset),
        Err(_) => UNKNOWN.to_owned(),
    }
}

const UNKNOWN: &str = "no known format";
const UNREADABLE: &str = "unreadable headers";

fn in_one(bytes: &[u8], kind: FileKind, offset: u64) -> String {
    let mut regions = Regions::default();
    let is_read = match kind {
        FileKind::Elf32 => of_elf::<elf::FileHeader32<Endianness>>(bytes, &mut regions),
        FileKind::Elf64 => of_elf::<elf::FileHeader64<Endianness>>(bytes, &mut regions),
        FileKind::Pe32 => of_pe::<pe::ImageNtHeaders32>(bytes, &mut regions),
        FileKind::Pe64 => of_pe::<pe::ImageNtHeaders64>(bytes, &mut regions),
        FileKind::MachO64 => of_macho(bytes, &mut regions),
        _ => return UNKNOWN.to_owned(),
    };
    regions.name_at(offset).unwrap_or_else(|| match is_read {
        Some(()) if offset >= regions.end() => "overlay after the last section".to_owned(),
        Some(()) => "padding between sections".to_owned(),
        None => UNREADABLE.to_owned(),
    })
}

fn in_universal(bytes: &[u8], offset: u64) -> String {
    let Ok(places) = places(bytes) else {
        return UNREADABLE.to_owned();
    };
    for place in &places {
        if let Some(inner) = offset
            .checked_sub(place.offset)
            .filter(|it| *it < place.size_bytes)
        {
            // A slice that is universal again would go on for ever.
            let part = slice_bytes(bytes, place).map_or_else(
                |_| UNREADABLE.to_owned(),
                |it| in_one(it, FileKind::MachO64, inner),
            );
            return format!("{} slice: {part}", place.machine);
        }
    }
    match places.iter().map(|it| it.offset).min() {
        Some(first) if offset < first => "universal header".to_owned(),
        _ => "padding between slices".to_owned(),
    }
}

/// Named ranges of a file; they nest, and the narrowest says most.
#[derive(Default)]
struct Regions(Vec<(u64, u64, String)>);

impl Regions {
    fn add(&mut self, start: impl Into<u64>, size_bytes: impl Into<u64>, name: impl Into<String>) {
        let start = start.into();
        self.0
            .push((start, start.saturating_add(size_bytes.into()), name.into()));
    }

    fn name_at(&self, offset: u64) -> Option<String> {
        self.0
            .iter()
            // Of two alike the later says more: a table that fills its segment.
            .rev()
            .filter(|(start, end, _)| (*start..*end).contains(&offset))
            .min_by_key(|(start, end, _)| end - start)
            .map(|(_, _, name)| name.clone())
    }

    fn end(&self) -> u64 {
        self.0.iter().map(|(_, end, _)| *end).max().unwrap_or(0)
    }
}

fn lossy(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn of_elf<Elf: FileHeader<Endian = Endianness>>(bytes: &[u8], regions: &mut Regions) -> Option<()> {
    let header = Elf::parse(bytes).ok()?;
    let endian = header.endian().ok()?;
    regions.add(0_u64, header.e_ehsize(endian), "ELF header");
    let segments = header.program_headers(endian, bytes).ok()?;
    let table = segments.len() as u64 * u64::from(header.e_phentsize(endian));
    regions.add(header.e_phoff(endian), table, "program headers");
    for segment in segments.iter().filter(|it| it.p_type(endian) == elf::PT_LOAD) {
        let (offset, size_bytes) = segment.file_range(endian);
        let address: u64 = segment.p_vaddr(endian).into();
        regions.add(offset, size_bytes, format!("segment at address {address:#x}"));
    }
    let sections = header.sections(endian, bytes).ok()?;
    let table = sections.len() as u64 * u64::from(header.e_shentsize(endian));
    regions.add(header.e_shoff(endian), table, "section headers");
    for section in sections.iter() {
        if let Some((offset, size_bytes)) = section.file_range(endian) {
            let name = sections
                .section_name(endian, section)
                .unwrap_or(b"unnamed section");
            regions.add(offset, size_bytes, lossy(name));
        }
    }
    Some(())
}

fn of_pe<Pe: ImageNtHeaders>(bytes: &[u8], regions: &mut Regions) -> Option<()> {
    let file = PeFile::<Pe>::parse(bytes).ok()?;
    let start = u64::from(file.dos_header().nt_headers_offset());
    let header = file.nt_headers().file_header();
    let optional_start = start + 24;
    let optional_size = u64::from(header.size_of_optional_header.get(LE));
    regions.add(0_u64, start, "DOS header and stub");
    regions.add(start, 24_u64, "COFF header");
    regions.add(start + 8, 4_u64, "COFF header, time stamp");
    regions.add(optional_start, optional_size, "optional header");
    regions.add(optional_start + 64, 4_u64, "optional header, checksum");
    let sections = file.section_table();
    regions.add(
        optional_start + optional_size,
        sections.len() as u64 * 40,
        "section headers",
    );
    let strings = header.symbols(bytes).ok().map(|it| it.strings());
    for section in sections.iter() {
        let name = strings
            .and_then(|it| section.name(it).ok())
            .map_or_else(|| lossy(section.raw_name()), lossy);
        regions.add(
            section.pointer_to_raw_data.get(LE),
            section.size_of_raw_data.get(LE),
            &*name,
        );
        for (index, table) in DIRECTORIES {
            let Some(directory) = file.data_directory(*index) else {
                continue;
            };
            let (address, size_bytes) = directory.address_range();
            if let Some((offset, _)) = section.pe_file_range_at(address) {
                regions.add(offset, size_bytes, format!("{name}, {table}"));
            }
        }
    }
    if let Some(directory) = file.data_directory(pe::IMAGE_DIRECTORY_ENTRY_SECURITY) {
        let (offset, size_bytes) = directory.address_range();
        regions.add(offset, size_bytes, "certificate table");
    }
    Some(())
}

/// The tables inside sections of a PE file.
const DIRECTORIES: &[(usize, &str)] = &[
    (pe::IMAGE_DIRECTORY_ENTRY_EXPORT, "export table"),
    (pe::IMAGE_DIRECTORY_ENTRY_IMPORT, "import table"),
    (pe::IMAGE_DIRECTORY_ENTRY_RESOURCE, "resources"),
    (pe::IMAGE_DIRECTORY_ENTRY_EXCEPTION, "exception table"),
    (pe::IMAGE_DIRECTORY_ENTRY_BASERELOC, "base relocations"),
    (pe::IMAGE_DIRECTORY_ENTRY_DEBUG, "debug directory"),
    (pe::IMAGE_DIRECTORY_ENTRY_TLS, "thread-local storage directory"),
    (pe::IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, "load configuration"),
    (pe::IMAGE_DIRECTORY_ENTRY_IAT, "import addresses"),
    (pe::IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT, "delayed import table"),
];

fn of_macho(bytes: &[u8], regions: &mut Regions) -> Option<()> {
    let (header, mut commands) = commands(bytes).ok()?;
    let endian = header.endian().ok()?;
    regions.add(0_u64, size_of_val(header) as u64, "Mach-O header");
    while let Some(command) = commands.next().ok()? {
        regions.add(command.offset(), command.cmdsize(), command_name(command.cmd()));
        match command.variant().ok()? {
            LoadCommandVariant::Segment64(segment, data) => {
                let (offset, size_bytes) = segment.file_range(endian);
                regions.add(offset, size_bytes, lossy(segment.name()));
                for section in segment.sections(endian, data).ok()? {
                    if let Some((offset, size_bytes)) =
                        section.file_range(endian, section.offset(endian).into())
                    {
                        let name = format!("{},{}", lossy(section.segment_name()), lossy(section.name()));
                        regions.add(offset, size_bytes, name);
                    }
                }
            }
            LoadCommandVariant::Symtab(table) => {
                let size_bytes = u64::from(table.nsyms.get(endian)) * 16;
                regions.add(table.symoff.get(endian), size_bytes, "symbol table");
                regions.add(
                    table.stroff.get(endian),
                    table.strsize.get(endian),
                    "string table",
                );
            }
            LoadCommandVariant::Dysymtab(table) => {
                let size_bytes = u64::from(table.nindirectsyms.get(endian)) * 4;
                regions.add(
                    table.indirectsymoff.get(endian),
                    size_bytes,
                    "indirect symbol table",
                );
            }
            LoadCommandVariant::DyldInfo(info) => {
                for (offset, size_bytes, name) in [
                    (info.rebase_off, info.rebase_size, "rebase table"),
                    (info.bind_off, info.bind_size, "bind table"),
                    (info.weak_bind_off, info.weak_bind_size, "weak bind table"),
                    (info.lazy_bind_off, info.lazy_bind_size, "lazy bind table"),
                    (info.export_off, info.export_size, "exports trie"),
                ] {
                    regions.add(offset.get(endian), size_bytes.get(endian), name);
                }
            }
            LoadCommandVariant::LinkeditData(data) => {
                let name = match command.cmd() {
                    macho::LC_CODE_SIGNATURE => "code signature",
                    macho::LC_FUNCTION_STARTS => "function starts",
                    macho::LC_DATA_IN_CODE => "data in code",
                    macho::LC_DYLD_EXPORTS_TRIE => "exports trie",
                    macho::LC_DYLD_CHAINED_FIXUPS => "chained fixups",
                    _ => continue,
                };
                regions.add(data.dataoff.get(endian), data.datasize.get(endian), name);
            }
            _ => {}
        }
    }
    Some(())
}

fn command_name(command: macho::LoadCommandType) -> String {
    let name = match command {
        macho::LC_SEGMENT_64 => "LC_SEGMENT_64",
        macho::LC_SYMTAB => "LC_SYMTAB",
        macho::LC_DYSYMTAB => "LC_DYSYMTAB",
        macho::LC_LOAD_DYLIB => "LC_LOAD_DYLIB",
        macho::LC_LOAD_WEAK_DYLIB => "LC_LOAD_WEAK_DYLIB",
        macho::LC_LOAD_DYLINKER => "LC_LOAD_DYLINKER",
        macho::LC_UUID => "LC_UUID",
        macho::LC_RPATH => "LC_RPATH",
        macho::LC_CODE_SIGNATURE => "LC_CODE_SIGNATURE",
        macho::LC_FUNCTION_STARTS => "LC_FUNCTION_STARTS",
        macho::LC_DATA_IN_CODE => "LC_DATA_IN_CODE",
        macho::LC_DYLD_INFO_ONLY => "LC_DYLD_INFO_ONLY",
        macho::LC_DYLD_EXPORTS_TRIE => "LC_DYLD_EXPORTS_TRIE",
        macho::LC_DYLD_CHAINED_FIXUPS => "LC_DYLD_CHAINED_FIXUPS",
        macho::LC_VERSION_MIN_MACOSX => "LC_VERSION_MIN_MACOSX",
        macho::LC_BUILD_VERSION => "LC_BUILD_VERSION",
        macho::LC_SOURCE_VERSION => "LC_SOURCE_VERSION",
        macho::LC_MAIN => "LC_MAIN",
        other => return format!("load command {:#x}", other.0),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::elf::GNU;
    use super::super::fixtures::macho::{MAC, MAC_INTEL, TEXT_AT};
    use super::super::fixtures::pe::{AMD64, pe};
    use super::*;
    use crate::pack::universal;

    #[track_caller]
    fn check(bytes: &[u8], offset: usize, expected: &str) {
        assert_eq!(section_at(bytes, offset as u64), expected);
    }

    fn find(bytes: &[u8], text: &str) -> usize {
        memchr::memmem::find(bytes, text.as_bytes()).unwrap()
    }

    #[test]
    fn elf() {
        let mut bytes = GNU.bytes();
        check(&bytes, 0, "ELF header");
        check(&bytes, 64, "program headers");
        check(&bytes, find(&bytes, "libc.so.6"), ".dynstr");
        check(&bytes, find(&bytes, ".shstrtab") + 10, "section headers");
        // The hash table has no section in this file.
        check(
            &bytes,
            find(&bytes, ".dynstr") - 1 - 16 * 11,
            "segment at address 0x0",
        );
        bytes.push(0);
        check(&bytes, bytes.len() - 1, "overlay after the last section");
        check(&bytes, bytes.len(), "0 bytes beyond the end");
    }

    #[test]
    fn pe_file() {
        let mut bytes = pe(AMD64, &["KERNEL32.dll"], &[]);
        check(&bytes, 0, "DOS header and stub");
        check(&bytes, 64, "COFF header");
        check(&bytes, 72, "COFF header, time stamp");
        check(&bytes, 88, "optional header");
        check(&bytes, 152, "optional header, checksum");
        check(&bytes, 328, "section headers");
        check(&bytes, 0x1ff, "padding between sections");
        check(&bytes, 0x200, ".rdata, import table");
        check(&bytes, find(&bytes, "KERNEL32"), ".rdata");
        bytes.push(0);
        check(&bytes, bytes.len() - 1, "overlay after the last section");
    }

    #[test]
    fn mach_o() {
        let bytes = MAC.bytes();
        check(&bytes, 0, "Mach-O header");
        check(&bytes, 32, "LC_SEGMENT_64");
        check(&bytes, find(&bytes, "/usr/lib"), "LC_LOAD_DYLIB");
        check(&bytes, TEXT_AT - 1, "__TEXT");
        check(&bytes, TEXT_AT, "__TEXT,__text");
        check(&bytes, bytes.len() - 1, "code signature");
    }

    #[test]
    fn slices() {
        let bytes = universal::join(&[&MAC_INTEL.bytes(), &MAC.bytes()]).unwrap();
        check(&bytes, 0, "universal header");
        check(&bytes, 0x4000, "x86_64 slice: Mach-O header");
        check(&bytes, 0x7fff, "padding between slices");
        check(&bytes, 0x8000 + TEXT_AT, "aarch64 slice: __TEXT,__text");
    }

    #[test]
    fn noise() {
        check(b"no binary", 3, "no known format");
        check(b"", 3, "3 bytes beyond the end");
    }
}
