//! Reads what a Mach-O file needs, be it for one machine or universal.

use anyhow::{Context, bail, ensure};
use object::macho::{self, MachHeader64};
use object::read::macho::{
    FatArch, LoadCommandIterator, LoadCommandVariant, MachHeader, MachOFatFile, Segment,
};
use object::{Architecture, Endianness, FileKind};

use super::{Facts, Format, Linkage, Place, Signature, Slice, is_inside, machine_name, signature, unique};
use crate::config::Dotted;

/// The facts of a file for one machine.
pub(super) fn facts(bytes: &[u8]) -> anyhow::Result<Facts> {
    let part = read(bytes).context("cannot inspect the Mach-O file")?;
    Ok(sum(Format::MachO, vec![part]))
}

/// The facts of a universal file.
pub(super) fn universal(bytes: &[u8]) -> anyhow::Result<Facts> {
    let mut parts = Vec::new();
    for place in places(bytes)? {
        let part = slice_bytes(bytes, &place).and_then(read).with_context(|| {
            format!(
                "cannot inspect the `{}` slice of the universal file",
                place.machine
            )
        })?;
        parts.push(Part {
            slice: Slice {
                place: Some(place),
                ..part.slice
            },
            ..part
        });
    }
    Ok(sum(Format::MachOUniversal, parts))
}

/// The table at the start of a universal file.
pub(super) fn places(bytes: &[u8]) -> anyhow::Result<Vec<Place>> {
    fn rows<Fat: FatArch>(bytes: &[u8]) -> anyhow::Result<Vec<Place>> {
        let file = MachOFatFile::<Fat>::parse(bytes)?;
        let places = file.arches().iter().map(|it| Place {
            machine: name(it.architecture(), it.cputype(), it.cpusubtype()),
            offset: it.offset().into(),
            size_bytes: it.size().into(),
            align_bits: it.align(),
        });
        Ok(places.collect())
    }
    let places = match FileKind::parse(bytes)? {
        FileKind::MachOFat64 => rows::<macho::FatArch64>(bytes),
        _ => rows::<macho::FatArch32>(bytes),
    }
    .context("cannot read the table of the universal file")?;
    ensure!(
        !places.is_empty(),
        "cannot inspect a universal file without slices"
    );
    Ok(places)
}

/// The bytes of a slice.
pub(super) fn slice_bytes<'a>(bytes: &'a [u8], place: &Place) -> anyhow::Result<&'a [u8]> {
    ensure!(
        is_inside(bytes, place.offset, place.size_bytes),
        "it is cut short: {} bytes should start at {}, the file has {}",
        place.size_bytes,
        place.offset,
        bytes.len()
    );
    let start = usize::try_from(place.offset)?;
    Ok(&bytes[start..start + usize::try_from(place.size_bytes)?])
}

/// The header of a slice, and its commands.
pub(super) fn commands(
    bytes: &[u8],
) -> anyhow::Result<(&MachHeader64<Endianness>, LoadCommandIterator<'_, Endianness>)> {
    let header = MachHeader64::<Endianness>::parse(bytes, 0)?;
    let commands = header.load_commands(header.endian()?, bytes, 0)?;
    Ok((header, commands))
}

/// What is measured of one machine's code.
struct Part {
    slice: Slice,
    libraries: Vec<String>,
}

fn sum(format: Format, parts: Vec<Part>) -> Facts {
    let libraries = unique(parts.iter().flat_map(|it| it.libraries.clone()).collect());
    let slices: Vec<Slice> = parts.into_iter().map(|it| it.slice).collect();
    Facts {
        format,
        machines: slices.iter().map(|it| it.machine.clone()).collect(),
        linkage: if libraries.is_empty() {
            Linkage::Static
        } else {
            Linkage::Dynamic
        },
        libraries,
        glibc: None,
        minimum_os: slices.iter().filter_map(|it| it.minimum_os.clone()).max(),
        interpreter: None,
        is_signed: Some(slices.iter().all(|it| it.signature == Signature::Valid)),
        slices,
    }
}

fn read(bytes: &[u8]) -> anyhow::Result<Part> {
    let (header, mut commands) = commands(bytes)?;
    let endian = header.endian()?;
    ensure!(
        [macho::MH_EXECUTE, macho::MH_DYLIB, macho::MH_BUNDLE].contains(&header.filetype(endian)),
        "it is an object or a core file, not an executable"
    );
    let machine = name(
        architecture(header.cputype(endian)),
        header.cputype(endian),
        header.cpusubtype(endian),
    );
    let mut libraries = Vec::new();
    let mut minimum_os = None;
    let mut is_for_macos = true;
    let mut signatures = Vec::new();
    while let Some(command) = commands.next()? {
        match command.variant()? {
            LoadCommandVariant::Dylib(library) => {
                let path = command.string(endian, library.dylib.name)?;
                libraries.push(String::from_utf8_lossy(path).into_owned());
            }
            LoadCommandVariant::BuildVersion(version, _) => {
                is_for_macos &= version.platform.get(endian) == macho::PLATFORM_MACOS;
                minimum_os = minimum_os.max(Some(dotted(version.minos.get(endian).0)));
            }
            LoadCommandVariant::VersionMin(version) => {
                is_for_macos &= command.cmd() == macho::LC_VERSION_MIN_MACOSX;
                minimum_os = minimum_os.max(Some(dotted(version.version.get(endian).0)));
            }
            LoadCommandVariant::Segment64(segment, _) => {
                let (offset, size_bytes) = segment.file_range(endian);
                ensure!(
                    is_inside(bytes, offset, size_bytes),
                    "it is cut short: {size_bytes} bytes should start at {offset}, it has {}",
                    bytes.len()
                );
            }
            LoadCommandVariant::LinkeditData(data) if command.cmd() == macho::LC_CODE_SIGNATURE => {
                signatures.push((data.dataoff.get(endian), data.datasize.get(endian)));
            }
            _ => {}
        }
    }
    let signature = match signatures[..] {
        [] => Signature::Absent,
        [(offset, size_bytes)] => signature::verify(bytes, offset, size_bytes),
        _ => bail!(
            "it has {} code signatures, one at most is allowed",
            signatures.len()
        ),
    };
    let slice = Slice {
        machine,
        minimum_os,
        needs: Vec::new(),
        signature,
        is_for_macos,
        place: None,
    };
    Ok(Part { slice, libraries })
}

fn architecture(machine: macho::CpuType) -> Architecture {
    match machine {
        macho::CPU_TYPE_ARM => Architecture::Arm,
        macho::CPU_TYPE_ARM64 => Architecture::Aarch64,
        macho::CPU_TYPE_X86 => Architecture::I386,
        macho::CPU_TYPE_X86_64 => Architecture::X86_64,
        _ => Architecture::Unknown,
    }
}

/// `arm64e` has an ABI of its own, which macOS runs for its own programs only.
fn name(architecture: Architecture, machine: macho::CpuType, variant: macho::CpuSubtype) -> String {
    match architecture {
        Architecture::Aarch64 if variant.0 & !macho::CPU_SUBTYPE_MASK == macho::CPU_SUBTYPE_ARM64E.0 => {
            "arm64e".to_owned()
        }
        Architecture::Unknown => format!("machine {:#x}", machine.0),
        known => machine_name(known),
    }
}

/// `X.Y.Z` in nibbles `xxxx.yy.zz`; a zero at the end is not written.
fn dotted(version: u32) -> Dotted {
    let mut numbers = vec![version >> 16, version >> 8 & 0xff, version & 0xff];
    if numbers[2] == 0 {
        numbers.pop();
    }
    Dotted(numbers)
}
