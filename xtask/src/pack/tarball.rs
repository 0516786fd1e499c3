//! Writes `.tar.gz`, `.tar.xz` and `.tar.zst`.

use std::io::Write;

use anyhow::Context;
use flate2::{Compression, GzBuilder};
use lzma_rust2::{XzOptions, XzWriter};
use tar::{Builder, EntryType, Header};

use crate::config::ArchiveForm;
use crate::pack::{File, Tree};

/// Folders may be entered by everyone.
pub(super) const FOLDER_MODE: u32 = 0o755;

/// xz's own default preset.
const XZ_PRESET: u32 = 6;

/// The bytes of a compressed tar archive in the GNU form, which every tar reads also for long names.
pub fn write(tree: &Tree, form: ArchiveForm, time_s: i64) -> anyhow::Result<Vec<u8>> {
    let named = |(path, file)| (format!("{}/{path}", tree.top()), file);
    packed(&tree.folders(), tree.files().map(named), form, time_s)
}

/// The same of files in a given order with nothing said of folders: packages that are an archive of their own form.
pub fn write_files<'a>(
    files: impl IntoIterator<Item = (String, &'a File)>,
    form: ArchiveForm,
    time_s: i64,
) -> anyhow::Result<Vec<u8>> {
    packed(&[], files, form, time_s)
}

fn packed<'a>(
    folders: &[String],
    files: impl IntoIterator<Item = (String, &'a File)>,
    form: ArchiveForm,
    time_s: i64,
) -> anyhow::Result<Vec<u8>> {
    let tar = tar(folders, files, time_s).context("cannot write the tar archive")?;
    compress(&tar, form).with_context(|| format!("cannot compress into `{}`", form.suffix()))
}

fn tar<'a>(
    folders: &[String],
    files: impl IntoIterator<Item = (String, &'a File)>,
    time_s: i64,
) -> anyhow::Result<Vec<u8>> {
    let mut builder = Builder::new(Vec::new());
    let time_s = u64::try_from(time_s).unwrap_or(0);
    for folder in folders {
        let mut header = header(EntryType::Directory, FOLDER_MODE, 0, time_s);
        builder.append_data(&mut header, format!("{folder}/"), std::io::empty())?;
    }
    for (path, file) in files {
        let size_bytes = file.bytes.len() as u64;
        let mut header = header(EntryType::Regular, file.mode.bits(), size_bytes, time_s);
        builder.append_data(&mut header, path, file.bytes.as_slice())?;
    }
    Ok(builder.into_inner()?)
}

/// Owner 0 without names: nobody's machine.
pub(super) fn header(kind: EntryType, mode: u32, size_bytes: u64, time_s: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size_bytes);
    header.set_mtime(time_s);
    header.set_uid(0);
    header.set_gid(0);
    header
}

pub(super) fn compress(tar: &[u8], form: ArchiveForm) -> anyhow::Result<Vec<u8>> {
    match form {
        ArchiveForm::TarGz => gzip(tar),
        ArchiveForm::TarXz => {
            let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(XZ_PRESET))?;
            writer.write_all(tar)?;
            Ok(writer.finish()?)
        }
        ArchiveForm::TarZst => zstd(tar),
        ArchiveForm::Zip => unreachable!("a zip archive is no tar archive"),
    }
}

/// No name and time 0 in the header: RFC 1952 § 2.3.1 lets both be absent.
pub(super) fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut writer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}

#[cfg(feature = "zstd")]
fn zstd(tar: &[u8]) -> anyhow::Result<Vec<u8>> {
    /// The highest level that decompresses with the default memory limit.
    const LEVEL: i32 = 19;
    Ok(zstd::bulk::compress(tar, LEVEL)?)
}

#[cfg(not(feature = "zstd"))]
fn zstd(_tar: &[u8]) -> anyhow::Result<Vec<u8>> {
    anyhow::bail!("this program was compiled without the feature `zstd`")
}
