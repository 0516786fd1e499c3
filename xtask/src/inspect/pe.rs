//! Reads what a PE file imports.

use anyhow::{Context, ensure};
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile};
use object::{FileKind, LittleEndian as LE, Object, pe};

use super::{Facts, Format, Linkage, Signature, Slice, is_inside, machine_name, unique};
use crate::config::Dotted;

/// The facts of a file of either width.
pub(super) fn facts(bytes: &[u8]) -> anyhow::Result<Facts> {
    match FileKind::parse(bytes)? {
        FileKind::Pe32 => read::<pe::ImageNtHeaders32>(bytes),
        _ => read::<pe::ImageNtHeaders64>(bytes),
    }
    .context("cannot inspect the PE file")
}

fn read<Pe: ImageNtHeaders>(bytes: &[u8]) -> anyhow::Result<Facts> {
    let file = PeFile::<Pe>::parse(bytes)?;
    ensure_whole(&file, bytes)?;
    let mut machine = machine_name(file.architecture());
    if file.nt_headers().file_header().machine.get(LE) == pe::IMAGE_FILE_MACHINE_ARM64EC {
        machine.push_str("ec");
    }
    let libraries = unique(libraries(&file, bytes)?);
    let optional = file.nt_headers().optional_header();
    let minimum_os = Some(Dotted(vec![
        optional.major_subsystem_version().into(),
        optional.minor_subsystem_version().into(),
    ]));
    Ok(Facts {
        format: Format::Pe,
        machines: vec![machine.clone()],
        linkage: if libraries.is_empty() {
            Linkage::Static
        } else {
            Linkage::Dynamic
        },
        libraries,
        glibc: None,
        minimum_os: minimum_os.clone(),
        interpreter: None,
        is_signed: None,
        slices: vec![Slice {
            machine,
            minimum_os,
            needs: Vec::new(),
            signature: Signature::Absent,
            is_for_macos: false,
            place: None,
        }],
    })
}

/// The names in both import tables: of the start, and of the first use.
fn libraries<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, bytes: &[u8]) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    let sections = file.section_table();
    if let Some(table) = file.data_directories().import_table(bytes, &sections)? {
        let mut rows = table.descriptors()?;
        while let Some(row) = rows.next()? {
            names.push(table.name(row.name.get(LE))?);
        }
    }
    if let Some(table) = file
        .data_directories()
        .delay_load_import_table(bytes, &sections)?
    {
        let mut rows = table.descriptors()?;
        while let Some(row) = rows.next()? {
            names.push(table.name(row.dll_name_rva.get(LE))?);
        }
    }
    Ok(names
        .into_iter()
        .map(|it| String::from_utf8_lossy(it).into_owned())
        .collect())
}

/// Everything that the headers point to is there.
fn ensure_whole<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, bytes: &[u8]) -> anyhow::Result<()> {
    let sections = file.section_table();
    let sections = sections
        .iter()
        .map(|it| (it.pointer_to_raw_data.get(LE), it.size_of_raw_data.get(LE)));
    // The only directory whose address is an offset in the file.
    let certificates = file
        .data_directories()
        .get(pe::IMAGE_DIRECTORY_ENTRY_SECURITY)
        .map(|it| (it.virtual_address.get(LE), it.size.get(LE)));
    for (offset, size_bytes) in sections.chain(certificates) {
        ensure!(
            size_bytes == 0 || is_inside(bytes, offset.into(), size_bytes.into()),
            "it is cut short: {size_bytes} bytes should start at {offset}, the file has {}",
            bytes.len()
        );
    }
    Ok(())
}
