//! Reads what an ELF file needs, along the tables that the loader reads: program headers, not section headers.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use object::elf;
use object::read::elf::{Dyn, FileHeader, GnuHashTable, HashTable, ProgramHeader, SectionHeader, Sym};
use object::{Endianness, FileKind, Object};

use super::{Facts, Format, Linkage, Need, Signature, Slice, is_inside, machine_name, unique};
use crate::config::Dotted;

/// The facts of a file of either class.
pub(super) fn facts(bytes: &[u8]) -> anyhow::Result<Facts> {
    match FileKind::parse(bytes)? {
        FileKind::Elf32 => read::<elf::FileHeader32<Endianness>>(bytes),
        _ => read::<elf::FileHeader64<Endianness>>(bytes),
    }
    .context("cannot inspect the ELF file")
}

fn read<Elf: FileHeader<Endian = Endianness>>(bytes: &[u8]) -> anyhow::Result<Facts> {
    let header = Elf::parse(bytes)?;
    let endian = header.endian()?;
    ensure!(
        [elf::ET_EXEC, elf::ET_DYN].contains(&header.e_type(endian)),
        "it is an object or a core file, not an executable"
    );
    let image = Image::<Elf> {
        bytes,
        endian,
        segments: header.program_headers(endian, bytes)?,
    };
    ensure_whole(header, &image)?;
    let mut interpreter = None;
    let mut dynamic = Dynamic::default();
    for segment in image.segments {
        if let Some(path) = segment.interpreter(endian, bytes)? {
            interpreter = Some(String::from_utf8_lossy(path).into_owned());
        }
        if let Some(entries) = segment.dynamic(endian, bytes)? {
            dynamic = Dynamic::read::<Elf>(endian, entries);
        }
    }
    let libraries = unique(dynamic.libraries(&image)?);
    let needs = dynamic.needs(&image)?;
    let mut machine = machine_name(object::read::elf::ElfFile::<Elf>::parse(bytes)?.architecture());
    if header.is_big_endian() {
        machine.push_str("_be");
    }
    Ok(Facts {
        format: Format::Elf,
        machines: vec![machine.clone()],
        linkage: if libraries.is_empty() && interpreter.is_none() {
            Linkage::Static
        } else {
            Linkage::Dynamic
        },
        libraries,
        glibc: needs
            .iter()
            .filter(|it| !it.is_weak)
            .filter_map(|it| glibc_version(&it.version))
            .max(),
        minimum_os: None,
        interpreter,
        is_signed: None,
        slices: vec![Slice {
            machine,
            minimum_os: None,
            needs,
            signature: Signature::Absent,
            is_for_macos: false,
            place: None,
        }],
    })
}

/// The version of glibc that first has a version of symbols: `GLIBC_2.17` says it, and `GLIBC_ABI_DT_RELR` is the
/// linker's mark for packed relocations. `None` for other libraries' versions, for further marks, and for
/// `GLIBC_PRIVATE`, which no version promises.
pub(super) fn glibc_version(name: &str) -> Option<Dotted> {
    match name.strip_prefix("GLIBC_")? {
        "ABI_DT_RELR" => Some(Dotted(vec![2, 36])),
        version => Dotted::parse(version),
    }
}

/// Everything that the headers point to is there: a file cut short would else pass as one that needs little.
fn ensure_whole<Elf: FileHeader<Endian = Endianness>>(
    header: &Elf,
    image: &Image<'_, Elf>,
) -> anyhow::Result<()> {
    let sections = header.section_headers(image.endian, image.bytes)?;
    let sections = sections.iter().filter_map(|it| it.file_range(image.endian));
    let segments = image.segments.iter().map(|it| it.file_range(image.endian));
    for (offset, size_bytes) in segments.chain(sections) {
        ensure!(
            is_inside(image.bytes, offset, size_bytes),
            "it is cut short: {size_bytes} bytes should start at {offset}, the file has {}",
            image.bytes.len()
        );
    }
    Ok(())
}

/// The file as the loader sees it.
struct Image<'a, Elf: FileHeader> {
    bytes: &'a [u8],
    endian: Endianness,
    segments: &'a [Elf::ProgramHeader],
}

impl<'a, Elf: FileHeader<Endian = Endianness>> Image<'a, Elf> {
    /// What is loaded at an address, up to the end of its segment.
    fn at(&self, address: u64) -> anyhow::Result<&'a [u8]> {
        self.segments
            .iter()
            .filter(|it| it.p_type(self.endian) == elf::PT_LOAD)
            .find_map(|it| {
                let start = address.checked_sub(it.p_vaddr(self.endian).into())?;
                let bytes: &'a [u8] = it.data(self.endian, self.bytes).ok()?;
                bytes.get(usize::try_from(start).ok()?..)
            })
            .filter(|it| !it.is_empty())
            .with_context(|| format!("its dynamic table points to {address:#x}, where nothing is loaded"))
    }
}

/// The entries of the dynamic table that matter here.
#[derive(Default)]
struct Dynamic {
    needed: Vec<u64>,
    others: BTreeMap<i64, u64>,
}

impl Dynamic {
    fn read<Elf: FileHeader<Endian = Endianness>>(endian: Endianness, entries: &[Elf::Dyn]) -> Dynamic {
        let mut dynamic = Dynamic::default();
        for entry in entries {
            match entry.tag(endian) {
                elf::DT_NULL => break,
                elf::DT_NEEDED => dynamic.needed.push(entry.val(endian)),
                other => {
                    dynamic.others.insert(other.0, entry.val(endian));
                }
            }
        }
        dynamic
    }

    fn get(&self, tag: elf::DynamicTag) -> Option<u64> {
        self.others.get(&tag.0).copied()
    }

    fn strings<'a, Elf: FileHeader<Endian = Endianness>>(
        &self,
        image: &Image<'a, Elf>,
    ) -> anyhow::Result<Strings<'a>> {
        let Some(address) = self.get(elf::DT_STRTAB) else {
            return Ok(Strings(&[]));
        };
        let bytes = image.at(address)?;
        let size_bytes = usize::try_from(self.get(elf::DT_STRSZ).unwrap_or(0))?;
        Ok(Strings(
            bytes.get(..size_bytes).context("its string table is cut short")?,
        ))
    }

    fn libraries<Elf: FileHeader<Endian = Endianness>>(
        &self,
        image: &Image<'_, Elf>,
    ) -> anyhow::Result<Vec<String>> {
        let strings = self.strings(image)?;
        self.needed.iter().map(|it| strings.at(*it)).collect()
    }

    /// The versions of symbols that are needed, with the symbols.
    fn needs<Elf: FileHeader<Endian = Endianness>>(
        &self,
        image: &Image<'_, Elf>,
    ) -> anyhow::Result<Vec<Need>> {
        let Some(address) = self.get(elf::DT_VERNEED) else {
            return Ok(Vec::new());
        };
        let endian = image.endian;
        let strings = self.strings(image)?;
        let symbols = self.symbols(image, strings)?;
        let table = image.at(address)?;
        let mut needs = Vec::new();
        let mut at = 0;
        for _ in 0..self.get(elf::DT_VERNEEDNUM).unwrap_or(0) {
            let library: &elf::Verneed<Endianness> = record(table, at)?;
            let mut version_at = at.saturating_add(library.vn_aux.get(endian) as usize);
            for _ in 0..library.vn_cnt.get(endian) {
                let version: &elf::Vernaux<Endianness> = record(table, version_at)?;
                let index = version.vna_other(endian).index().0;
                needs.push(Need {
                    library: strings.at(library.vn_file.get(endian).into())?,
                    version: strings.at(version.vna_name.get(endian).into())?,
                    symbols: unique(symbols.get(&index).cloned().unwrap_or_default()),
                    is_weak: version.vna_flags.get(endian).contains(elf::VER_FLG_WEAK),
                });
                match version.vna_next.get(endian) {
                    0 => break,
                    next => version_at = version_at.saturating_add(next as usize),
                }
            }
            match library.vn_next.get(endian) {
                0 => break,
                next => at = at.saturating_add(next as usize),
            }
        }
        Ok(needs)
    }

    /// The names of the dynamic symbols by the index of their version.
    fn symbols<Elf: FileHeader<Endian = Endianness>>(
        &self,
        image: &Image<'_, Elf>,
        strings: Strings<'_>,
    ) -> anyhow::Result<BTreeMap<u16, Vec<String>>> {
        let mut symbols: BTreeMap<u16, Vec<String>> = BTreeMap::new();
        let (Some(table), Some(versions)) = (self.get(elf::DT_SYMTAB), self.get(elf::DT_VERSYM)) else {
            return Ok(symbols);
        };
        let count = self.symbol_count(image)?;
        let (table, versions) = (image.at(table)?, image.at(versions)?);
        let (table, _) = object::slice_from_bytes::<Elf::Sym>(table, count)
            .ok()
            .context("its symbol table is cut short")?;
        let (versions, _) = object::slice_from_bytes::<elf::Versym<Endianness>>(versions, count)
            .ok()
            .context("its table of symbol versions is cut short")?;
        for (symbol, version) in table.iter().zip(versions) {
            let name = strings.at(symbol.st_name(image.endian).into())?;
            let index = version.0.get(image.endian).index().0;
            symbols.entry(index).or_default().push(name);
        }
        Ok(symbols)
    }

    /// The dynamic table does not say how many symbols there are; the hash tables do.
    fn symbol_count<Elf: FileHeader<Endian = Endianness>>(
        &self,
        image: &Image<'_, Elf>,
    ) -> anyhow::Result<usize> {
        if let Some(address) = self.get(elf::DT_HASH) {
            let table = HashTable::<Elf>::parse(image.endian, image.at(address)?)?;
            return Ok(table.symbol_table_length() as usize);
        }
        let Some(address) = self.get(elf::DT_GNU_HASH) else {
            return Ok(0);
        };
        let table = GnuHashTable::<Elf>::parse(image.endian, image.at(address)?)?;
        // Without a defined symbol the chains are empty, and those that are needed end at the base.
        let count = table
            .symbol_table_length(image.endian)
            .unwrap_or(table.symbol_base());
        Ok(count as usize)
    }
}

/// A string table.
#[derive(Clone, Copy)]
struct Strings<'a>(&'a [u8]);

impl Strings<'_> {
    fn at(self, offset: u64) -> anyhow::Result<String> {
        usize::try_from(offset)
            .ok()
            .and_then(|it| self.0.get(it..))
            .and_then(|it| it.split(|byte| *byte == 0).next())
            .map(|it| String::from_utf8_lossy(it).into_owned())
            .with_context(|| format!("a name should start at {offset} of its string table, which is shorter"))
    }
}

fn record<T: object::Pod>(table: &[u8], at: usize) -> anyhow::Result<&T> {
    table
        .get(at..)
        .and_then(|it| object::from_bytes(it).ok())
        .map(|(record, _)| record)
        .context("its table of needed versions is cut short")
}
