//! Writes and reads `.deb`: an `ar` archive of a version, what is said about the package, and its files (deb(5)).

use std::io::Read;

use anyhow::{Context, bail, ensure};
use tar::{Builder, EntryType};

use crate::config::ArchiveForm;
use crate::pack::read::{self, Packed};
use crate::pack::tarball;
use crate::render::Files;

const MAGIC: &[u8] = b"!<arch>\n";
const VERSION: &[u8] = b"2.0\n";
const HEADER_BYTES: usize = 60;

/// gzip, since every dpkg and every busybox reads it.
const FORM: ArchiveForm = ArchiveForm::TarGz;

/// The bytes of a package. `control` is the text of its control file, the files stand by path below the root.
pub fn write(control: &str, files: &Files, time_s: i64) -> anyhow::Result<Vec<u8>> {
    let about = Files::from([(
        "control".to_owned(),
        super::File {
            mode: super::Mode::Plain,
            bytes: control.as_bytes().to_vec(),
        },
    )]);
    let mut bytes = MAGIC.to_vec();
    member(&mut bytes, "debian-binary", VERSION, time_s)?;
    member(&mut bytes, "control.tar.gz", &packed(&about, time_s)?, time_s)?;
    member(&mut bytes, "data.tar.gz", &packed(files, time_s)?, time_s)?;
    Ok(bytes)
}

/// Every entry of the archive begins at an even place. Owner 0, as in the archives inside.
fn member(bytes: &mut Vec<u8>, name: &str, content: &[u8], time_s: i64) -> anyhow::Result<()> {
    let header = format!(
        "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
        time_s.max(0),
        0,
        0,
        "100644",
        content.len()
    );
    ensure!(
        header.len() == HEADER_BYTES,
        "`{name}` is too large for a .deb package"
    );
    bytes.extend(header.as_bytes());
    bytes.extend(content);
    if !content.len().is_multiple_of(2) {
        bytes.push(b'\n');
    }
    Ok(())
}

/// The files under `./`, each folder before what is in it, as dpkg-deb packs them.
fn packed(files: &Files, time_s: i64) -> anyhow::Result<Vec<u8>> {
    let mut entries: Vec<(String, Option<&super::File>)> = vec![("./".to_owned(), None)];
    for (path, file) in files {
        let folders = path
            .match_indices('/')
            .map(|(at, _)| (format!("./{}/", &path[..at]), None));
        entries.extend(folders);
        entries.push((format!("./{path}"), Some(file)));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries.dedup_by(|a, b| a.0 == b.0);
    let mut builder = Builder::new(Vec::new());
    let time_s = u64::try_from(time_s).unwrap_or(0);
    for (path, file) in entries {
        let (kind, mode, content) = match file {
            None => (EntryType::Directory, tarball::FOLDER_MODE, &[][..]),
            Some(file) => (EntryType::Regular, file.mode.bits(), file.bytes.as_slice()),
        };
        let mut header = tarball::header(kind, mode, content.len() as u64, time_s);
        // Written by hand, since the crate takes the `./` away.
        let field = &mut header.as_gnu_mut().context("a header of the GNU form")?.name;
        match field.get_mut(..path.len()) {
            Some(place) => {
                place.copy_from_slice(path.as_bytes());
                header.set_cksum();
                builder.append(&header, content)?;
            }
            None => builder.append_data(&mut header, &path, content)?,
        }
    }
    tarball::compress(&builder.into_inner()?, FORM)
}

/// What a package holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The names of the parts, in their order.
    pub parts: Vec<String>,
    /// What `debian-binary` says.
    pub version: String,
    /// The text of the control file.
    pub control: String,
    /// The other files beside it, such as scripts that run at installation.
    pub scripts: Vec<Packed>,
    /// The files, by path below the root.
    pub files: Vec<Packed>,
}

impl Opened {
    /// A field of the control file.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut lines = self.control.lines().filter(|it| !it.starts_with([' ', '\t']));
        lines.find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The lines of a field after its first, as they stand there.
    pub fn further<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let mut lines = self.control.lines();
        lines.find(|line| {
            line.split_once(':')
                .is_some_and(|it| it.0.eq_ignore_ascii_case(name))
        });
        lines.take_while(|it| it.starts_with([' ', '\t']))
    }
}

/// Reads a package.
pub fn read(bytes: &[u8]) -> anyhow::Result<Opened> {
    let mut rest = bytes
        .strip_prefix(MAGIC)
        .context("it is no archive of the `ar` form")?;
    let (mut parts, mut version, mut about, mut files) = (Vec::new(), None, None, None);
    while !rest.is_empty() {
        let header = rest.get(..HEADER_BYTES).context("a header is cut short")?;
        let field = |from: usize, to: usize| String::from_utf8_lossy(&header[from..to]).trim_end().to_owned();
        ensure!(&header[58..] == b"`\n", "a header does not end as one");
        let name = field(0, 16).trim_end_matches('/').to_owned();
        let size: usize = field(48, 58).parse().context("a size is no number")?;
        let content = rest
            .get(HEADER_BYTES..HEADER_BYTES.saturating_add(size))
            .with_context(|| format!("`{name}` is cut short"))?;
        match name.split_once(".tar") {
            None if name == "debian-binary" => {
                version = Some(String::from_utf8_lossy(content).trim().to_owned());
            }
            Some(("control", end)) => about = Some(unpacked(end, content)?),
            Some(("data", end)) => files = Some(unpacked(end, content)?),
            _ => {}
        }
        parts.push(name);
        let end = HEADER_BYTES + size + size % 2;
        rest = rest.get(end..).unwrap_or_default();
    }
    let mut scripts = about.context("it has no `control.tar`")?;
    let at = scripts
        .iter()
        .position(|it| it.path == "control")
        .context("it has no `control` file")?;
    let control = String::from_utf8(scripts.remove(at).bytes).context("`control` is no UTF-8")?;
    Ok(Opened {
        parts,
        version: version.context("it has no `debian-binary`")?,
        control,
        scripts,
        files: files.context("it has no `data.tar`")?,
    })
}

fn unpacked(end: &str, content: &[u8]) -> anyhow::Result<Vec<Packed>> {
    let mut files = match end {
        ".gz" | ".xz" | ".zst" => read::files(&format!("x.tar{end}"), content)?,
        "" => read::tar(content)?,
        other => bail!("`{other}` is no compression that can be read here"),
    };
    for file in &mut files {
        if let Some(path) = file.path.strip_prefix("./") {
            file.path = path.to_owned();
        }
    }
    Ok(files)
}

/// What `Installed-Size` counts: KiB, each file and folder at least one (Debian policy, 5.6.20).
pub fn installed_kib(files: &Files) -> u64 {
    let folders: std::collections::BTreeSet<&str> = files
        .keys()
        .flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]))
        .collect();
    let sizes = files
        .values()
        .map(|it| (it.bytes.len() as u64).div_ceil(1024).max(1));
    sizes.sum::<u64>() + folders.len() as u64
}

/// The bytes as `gzip -9n` leaves them, which is how documents lie on a Debian system: no name, no time.
pub fn gzip(mut bytes: impl Read) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    bytes.read_to_end(&mut content)?;
    tarball::compress(&content, FORM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{File, Mode};

    fn fixture() -> Files {
        let of = |mode, text: &str| File {
            mode,
            bytes: text.as_bytes().to_vec(),
        };
        let long = format!("usr/share/doc/demo/{}", "a".repeat(150));
        Files::from([
            ("usr/bin/demo".to_owned(), of(Mode::Executable, "#!/bin/sh\n")),
            (long, of(Mode::Plain, "x")),
        ])
    }

    const CONTROL: &str = "Package: demo\nDescription: counts\n a\n .\n b\nVersion: 1-1\n";

    #[test]
    fn what_is_written_reads_back_and_is_the_same_twice() {
        let bytes = write(CONTROL, &fixture(), 1_700_000_000).unwrap();
        assert_eq!(bytes, write(CONTROL, &fixture(), 1_700_000_000).unwrap());
        let opened = read(&bytes).unwrap();
        assert_eq!(opened.parts, ["debian-binary", "control.tar.gz", "data.tar.gz"]);
        assert_eq!(opened.version, "2.0");
        assert_eq!(opened.field("version"), Some("1-1"));
        assert_eq!(
            opened.further("Description").collect::<Vec<_>>(),
            [" a", " .", " b"]
        );
        let files: Vec<(String, u32)> = opened.files.iter().map(|it| (it.path.clone(), it.mode)).collect();
        let expected: Vec<(String, u32)> = fixture()
            .iter()
            .map(|(path, file)| (path.clone(), file.mode.bits()))
            .collect();
        assert_eq!(files, expected);
        assert!(opened.files.iter().all(|it| it.time_s == 1_700_000_000));
    }

    #[test]
    fn what_is_cut_short_is_an_error_and_no_panic() {
        let bytes = write(CONTROL, &fixture(), 0).unwrap();
        for end in 0..bytes.len() - 1 {
            assert!(read(&bytes[..end]).is_err(), "{end}");
        }
    }
}
