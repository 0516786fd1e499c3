//! Reads the files of an archive back, to compare two of them and to list what was packed.

use std::io::Read;

use anyhow::{Context, bail};
use flate2::read::{DeflateDecoder, GzDecoder};
use lzma_rust2::XzReader;

use crate::config::ArchiveForm;

/// A file as it stands in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Its path with the top folder.
    pub path: String,
    /// Its permission bits.
    pub mode: u32,
    /// Its time in seconds since 1970; 0 where the form has a coarser one.
    pub time_s: u64,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Packages that are a zip under another name.
const ZIP_FORMS: &[&str] = &[".nupkg", ".whl"];

/// The files of an archive, in its own order; folders are left out.
pub fn files(name: &str, bytes: &[u8]) -> anyhow::Result<Vec<Packed>> {
    let context = || format!("cannot read the archive `{name}`");
    if ZIP_FORMS.iter().any(|it| name.ends_with(it)) {
        return zip(bytes, &|_| true).with_context(context);
    }
    match ArchiveForm::of_name(name) {
        Some(ArchiveForm::Zip) => zip(bytes, &|_| true).with_context(context),
        Some(ArchiveForm::TarGz) => tar(GzDecoder::new(bytes)).with_context(context),
        Some(ArchiveForm::TarXz) => tar(XzReader::new(bytes, false)).with_context(context),
        #[cfg(feature = "zstd")]
        Some(ArchiveForm::TarZst) => tar(zstd::Decoder::new(bytes)?).with_context(context),
        _ => bail!("`{name}` is no archive that can be read here"),
    }
}

/// The files of a tar archive that is not compressed.
pub fn tar(reader: impl Read) -> anyhow::Result<Vec<Packed>> {
    let mut files = Vec::new();
    for entry in tar::Archive::new(reader).entries()? {
        let mut entry = entry?;
        if entry.header().entry_type().is_dir() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let (mut mode, time_s) = (entry.header().mode()?, entry.header().mtime()?);
        // A link is written with all bits, and opens nothing to anybody.
        if entry.header().entry_type().is_symlink() {
            mode &= !0o022;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        files.push(Packed {
            path,
            mode,
            time_s,
            bytes,
        });
    }
    Ok(files)
}

/// The files of a zip, whatever its name; only those that are wanted are unpacked, the others come without bytes.
pub fn zip(bytes: &[u8], is_wanted: &dyn Fn(&str) -> bool) -> anyhow::Result<Vec<Packed>> {
    const END_BYTES: usize = 22;
    let last = bytes.len().checked_sub(END_BYTES).context("too short")?;
    // A comment of up to 65,535 bytes may follow.
    let end = (last.saturating_sub(0xffff)..=last)
        .rev()
        .find(|at| bytes[*at..].starts_with(&0x0605_4b50_u32.to_le_bytes()))
        .context("no end of the central directory")?;
    let count = u16_at(bytes, end + 10)?;
    let mut at = u32_at(bytes, end + 16)? as usize;
    let mut files = Vec::new();
    for _ in 0..count {
        let packed_size = u32_at(bytes, at + 20)? as usize;
        let name_size = usize::from(u16_at(bytes, at + 28)?);
        let mode = (u32_at(bytes, at + 38)? >> 16) & 0o777;
        let local = u32_at(bytes, at + 42)? as usize;
        let path = String::from_utf8_lossy(slice(bytes, at + 46, name_size)?).into_owned();
        let start =
            local + 30 + usize::from(u16_at(bytes, local + 26)?) + usize::from(u16_at(bytes, local + 28)?);
        let packed = slice(bytes, start, packed_size)?;
        let mut content = Vec::new();
        match u16_at(bytes, at + 10)? {
            _ if !is_wanted(&path) => {}
            // Tools of other people store small files as they are.
            0 => content.extend(packed),
            8 => _ = DeflateDecoder::new(packed).read_to_end(&mut content)?,
            method => bail!("`{path}` is compressed by the method {method}"),
        }
        files.push(Packed {
            path,
            mode,
            time_s: 0,
            bytes: content,
        });
        at += 46 + name_size + usize::from(u16_at(bytes, at + 30)?) + usize::from(u16_at(bytes, at + 32)?);
    }
    Ok(files)
}

fn slice(bytes: &[u8], start: usize, size: usize) -> anyhow::Result<&[u8]> {
    bytes.get(start..start.saturating_add(size)).context("cut short")
}

fn u16_at(bytes: &[u8], at: usize) -> anyhow::Result<u16> {
    Ok(u16::from_le_bytes(slice(bytes, at, 2)?.try_into()?))
}

fn u32_at(bytes: &[u8], at: usize) -> anyhow::Result<u32> {
    Ok(u32::from_le_bytes(slice(bytes, at, 4)?.try_into()?))
}
