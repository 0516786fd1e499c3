//! Writes and reads `.rpm` of version 4: lead, signature header with digests only, header, and a compressed cpio.

mod header;
mod open;
pub mod tag;

use std::collections::BTreeMap;

use anyhow::Context;

use crate::config::ArchiveForm;
use crate::digest::Sha256;
use crate::pack::{File, cpio, tarball};

pub use header::{Tags, Value};
pub use open::{Opened, read};

const LEAD_BYTES: usize = 96;
const LEAD_MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];

/// How a dependency compares (`rpmds.h`).
mod sense {
    pub(super) const LESS: u32 = 1 << 1;
    pub(super) const GREATER: u32 = 1 << 2;
    pub(super) const EQUAL: u32 = 1 << 3;
    /// Found by looking at the files.
    pub(super) const FOUND: u32 = 1 << 14;
    /// A feature of rpm itself.
    pub(super) const RPMLIB: u32 = 1 << 24;
}

const SECONDS_A_DAY: u32 = 86_400;

/// SHA-256 in `pgpHashAlgo`.
const SHA256: u32 = 8;

/// What a file is to those who ask for documents or licences only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A part of the program.
    Program,
    /// A document.
    Document,
    /// A licence.
    Licence,
}

impl Role {
    fn flags(self) -> u32 {
        match self {
            Role::Program => 0,
            Role::Document => 1 << 1,
            Role::Licence => 1 << 7,
        }
    }
}

/// A package.
#[derive(Clone, Debug)]
pub struct Package {
    /// What is said about it, by tag: the texts, and what only they need.
    pub about: BTreeMap<u32, String>,
    /// The machine, as rpm calls it.
    pub arch: String,
    /// What it needs, as found in the programs and as the settings say.
    pub requires: Vec<String>,
    /// The files by path below the root.
    pub files: BTreeMap<String, (Role, File)>,
    /// The folders that are the package's own and go with it.
    pub folders: Vec<String>,
}

impl Package {
    fn text(&self, tag: u32) -> &str {
        self.about.get(&tag).map_or("", String::as_str)
    }
}

/// The bytes of a package.
pub fn write(package: &Package, time_s: i64) -> anyhow::Result<Vec<u8>> {
    let time_s = u32::try_from(time_s.max(0)).context("the time lies past 2106")?;
    let entries = entries(package);
    let paths: Vec<String> = entries.iter().map(|it| format!("./{}", it.path)).collect();
    let packed: Vec<cpio::Entry<'_>> = entries
        .iter()
        .zip(&paths)
        .map(|(it, path)| cpio::Entry {
            path,
            mode: it.mode,
            bytes: it.bytes,
        })
        .collect();
    let archive = cpio::write(&packed, time_s)?;
    let payload = tarball::compress(&archive, ArchiveForm::TarGz)?;
    let mut tags = about(package, time_s);
    tags.extend(listing(&entries, time_s)?);
    tags.extend(needs(package));
    let number = |it: usize| -> anyhow::Result<Value> { Ok(Value::Numbers(vec![u32::try_from(it)?])) };
    tags.insert(tag::SIZE, number(entries.iter().map(|it| it.bytes.len()).sum())?);
    tags.insert(
        tag::PAYLOAD_DIGEST,
        Value::Texts(vec![Sha256::of(&payload).to_string()]),
    );
    let header = header::write(&tags, tag::IMMUTABLE)?;
    // No MD5 and no SHA-1, which old versions of rpm would look at too: they pass over what is not there.
    let signature = Tags::from([
        (tag::SIG_SHA256, Value::Text(Sha256::of(&header).to_string())),
        (tag::SIG_SIZE, number(header.len() + payload.len())?),
        (tag::SIG_PAYLOAD_SIZE, number(archive.len())?),
    ]);
    let mut bytes = lead(package);
    bytes.extend(header::write(&signature, tag::SIGNATURES)?);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes.extend(header);
    bytes.extend(payload);
    Ok(bytes)
}

/// 96 bytes that only `file` looks at today.
fn lead(package: &Package) -> Vec<u8> {
    let mut bytes = LEAD_MAGIC.to_vec();
    bytes.extend([3, 0, 0, 0, 0, 1]);
    let whole = format!(
        "{}-{}-{}",
        package.text(tag::NAME),
        package.text(tag::VERSION),
        package.text(tag::RELEASE)
    );
    let mut name: Vec<u8> = whole.bytes().take(65).collect();
    name.resize(66, 0);
    bytes.extend(name);
    bytes.extend([0, 1, 0, 5]);
    bytes.resize(LEAD_BYTES, 0);
    bytes
}

struct Entry<'a> {
    path: &'a str,
    mode: u32,
    role: Role,
    bytes: &'a [u8],
}

/// Files and own folders in byte order, which is that of rpm.
fn entries(package: &Package) -> Vec<Entry<'_>> {
    let folders = package.folders.iter().map(|path| Entry {
        path,
        mode: 0o040_755,
        role: Role::Program,
        bytes: &[],
    });
    let files = package.files.iter().map(|(path, (role, file))| Entry {
        path,
        mode: 0o100_000 | file.mode.bits(),
        role: *role,
        bytes: &file.bytes,
    });
    let mut entries: Vec<Entry<'_>> = folders.chain(files).collect();
    entries.sort_by(|a, b| a.path.cmp(b.path));
    entries
}

fn about(package: &Package, time_s: u32) -> Tags {
    let mut tags: Tags = package
        .about
        .iter()
        .map(|(tag, text)| {
            let is_translated = [tag::SUMMARY, tag::DESCRIPTION, tag::GROUP].contains(tag);
            let text = text.clone();
            let value = if is_translated {
                Value::Translated(text)
            } else {
                Value::Text(text)
            };
            (*tag, value)
        })
        .collect();
    let text = |it: &str| Value::Text(it.to_owned());
    let whole = format!("{}-{}", package.text(tag::VERSION), package.text(tag::RELEASE));
    // rpm tells days, not times, and reads them at noon.
    let noon = time_s - time_s % SECONDS_A_DAY + SECONDS_A_DAY / 2;
    tags.extend([
        (tag::CHANGELOG_TIMES, Value::Numbers(vec![noon])),
        (
            tag::CHANGELOG_NAMES,
            Value::Texts(vec![format!("{} - {whole}", package.text(tag::PACKAGER))]),
        ),
        (
            tag::CHANGELOG_TEXTS,
            Value::Texts(vec![format!("- Release {whole}.")]),
        ),
        (tag::I18N_TABLE, Value::Texts(vec!["C".to_owned()])),
        (tag::BUILD_TIME, Value::Numbers(vec![time_s])),
        (tag::BUILD_HOST, text("localhost")),
        (tag::OS, text("linux")),
        (tag::ARCH, text(&package.arch)),
        // What tells a package of programs from one of sources.
        (
            tag::SOURCE_RPM,
            Value::Text(format!(
                "{}-{}-{}.src.rpm",
                package.text(tag::NAME),
                package.text(tag::VERSION),
                package.text(tag::RELEASE)
            )),
        ),
        (tag::RPM_VERSION, text("4.14.0")),
        (tag::PAYLOAD_FORMAT, text("cpio")),
        (tag::PAYLOAD_COMPRESSOR, text("gzip")),
        (tag::PAYLOAD_FLAGS, text("9")),
        (tag::FILE_DIGEST_ALGO, Value::Numbers(vec![SHA256])),
        (tag::ENCODING, text("utf-8")),
        (tag::PAYLOAD_DIGEST_ALGO, Value::Numbers(vec![SHA256])),
    ]);
    tags
}

/// The tags that list the files, each an array.
fn listing(entries: &[Entry<'_>], time_s: u32) -> anyhow::Result<Tags> {
    let mut folders: Vec<String> = Vec::new();
    let (mut indexes, mut names) = (Vec::new(), Vec::new());
    for entry in entries {
        let (folder, name) = entry.path.rsplit_once('/').unwrap_or(("", entry.path));
        let folder = if folder.is_empty() {
            "/".to_owned()
        } else {
            format!("/{folder}/")
        };
        let at = folders.iter().position(|it| *it == folder).unwrap_or_else(|| {
            folders.push(folder);
            folders.len() - 1
        });
        indexes.push(u32::try_from(at)?);
        names.push(name.to_owned());
    }
    let is_file = |it: &Entry<'_>| it.mode & 0o100_000 != 0;
    let numbers = |of: &dyn Fn(&Entry<'_>) -> u32| Value::Numbers(entries.iter().map(of).collect());
    let texts = |of: &dyn Fn(&Entry<'_>) -> String| Value::Texts(entries.iter().map(of).collect());
    let digest = |it: &Entry<'_>| {
        if is_file(it) {
            Sha256::of(it.bytes).to_string()
        } else {
            String::new()
        }
    };
    for entry in entries {
        u32::try_from(entry.bytes.len()).with_context(|| format!("`{}` is larger than 4 GiB", entry.path))?;
    }
    Ok(Tags::from([
        (
            tag::FILE_SIZES,
            // A folder takes what a folder takes on the most common file system.
            numbers(&|it| {
                if is_file(it) {
                    u32::try_from(it.bytes.len()).unwrap_or(u32::MAX)
                } else {
                    4096
                }
            }),
        ),
        (
            tag::FILE_MODES,
            Value::Shorts(
                entries
                    .iter()
                    .map(|it| u16::try_from(it.mode))
                    .collect::<Result<_, _>>()?,
            ),
        ),
        (tag::FILE_RDEVS, Value::Shorts(vec![0; entries.len()])),
        (tag::FILE_TIMES, numbers(&|_| time_s)),
        (tag::FILE_DIGESTS, texts(&digest)),
        (tag::FILE_LINKS, texts(&|_| String::new())),
        (tag::FILE_FLAGS, numbers(&|it| it.role.flags())),
        (tag::FILE_USERS, texts(&|_| "root".to_owned())),
        (tag::FILE_GROUPS, texts(&|_| "root".to_owned())),
        (tag::FILE_VERIFY, numbers(&|_| u32::MAX)),
        (tag::FILE_DEVICES, numbers(&|_| 1)),
        (
            tag::FILE_INODES,
            Value::Numbers((1..=u32::try_from(entries.len())?).collect()),
        ),
        (tag::FILE_LANGS, texts(&|_| String::new())),
        (tag::DIR_INDEXES, Value::Numbers(indexes)),
        (tag::BASE_NAMES, Value::Texts(names)),
        (tag::DIR_NAMES, Value::Texts(folders)),
    ]))
}

/// A dependency as people write it: `name`, or `name >= 1.2`.
fn relation(text: &str) -> (String, String, u32) {
    const WORDS: &[(&str, u32)] = &[
        ("<", sense::LESS),
        ("<=", sense::LESS | sense::EQUAL),
        ("=", sense::EQUAL),
        (">", sense::GREATER),
        (">=", sense::GREATER | sense::EQUAL),
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [name, word, version] = words.as_slice()
        && let Some((_, sense)) = WORDS.iter().find(|it| it.0 == *word)
    {
        return ((*name).to_owned(), (*version).to_owned(), *sense);
    }
    (text.to_owned(), String::new(), sense::FOUND)
}

/// What the package gives and needs. rpm wants to be told of its features that a package uses.
fn needs(package: &Package) -> Tags {
    let own = format!("{}-{}", package.text(tag::VERSION), package.text(tag::RELEASE));
    let mut features = vec![
        ("rpmlib(CompressedFileNames)", "3.0.4-1"),
        ("rpmlib(FileDigests)", "4.6.0-1"),
        ("rpmlib(PayloadFilesHavePrefix)", "4.0-1"),
    ];
    if own.contains('~') {
        features.push(("rpmlib(TildeInVersions)", "4.10.0-1"));
    }
    let plain = package.requires.iter().map(|it| relation(it));
    let features = features.into_iter().map(|(name, version)| {
        let sense = sense::RPMLIB | sense::LESS | sense::EQUAL;
        (name.to_owned(), version.to_owned(), sense)
    });
    let mut requires: Vec<(String, String, u32)> = plain.chain(features).collect();
    requires.sort();
    requires.dedup();
    let texts =
        |of: &dyn Fn(&(String, String, u32)) -> String| Value::Texts(requires.iter().map(of).collect());
    Tags::from([
        (tag::REQUIRE_NAMES, texts(&|it| it.0.clone())),
        (tag::REQUIRE_VERSIONS, texts(&|it| it.1.clone())),
        (
            tag::REQUIRE_FLAGS,
            Value::Numbers(requires.iter().map(|it| it.2).collect()),
        ),
        (
            tag::PROVIDE_NAMES,
            Value::Texts(vec![package.text(tag::NAME).to_owned()]),
        ),
        (tag::PROVIDE_VERSIONS, Value::Texts(vec![own])),
        (tag::PROVIDE_FLAGS, Value::Numbers(vec![sense::EQUAL])),
    ])
}
