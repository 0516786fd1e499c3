//! The JSON documents of `cargo xtask checksum --json`, described in `docs/api/checksum.md`.

use serde::Serialize;

use super::collect::Item;
use super::verify::{Standing, Verified};
use crate::digest::{Algorithm, Checksum, hex};
use crate::problem::Problems;

/// The number of the form; it grows when a field goes or changes its meaning.
const FORMAT: u32 = 1;

/// What was hashed.
#[derive(Debug, Serialize)]
pub(super) struct Written {
    format: u32,
    algorithm: Algorithm,
    files: Vec<WrittenFile>,
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct WrittenFile {
    #[serde(flatten)]
    name: Name,
    checksum: Checksum,
}

impl Written {
    pub(super) fn new(algorithm: Algorithm, sums: &[(&Item, Checksum)], problems: &Problems) -> Written {
        let mut sums: Vec<_> = sums
            .iter()
            .map(|(item, checksum)| (&item.name, *checksum))
            .collect();
        sums.sort();
        let files = sums.into_iter().map(|(name, checksum)| WrittenFile {
            name: Name::new(name),
            checksum,
        });
        Written {
            format: FORMAT,
            algorithm,
            files: files.collect(),
            problems: texts(problems),
        }
    }
}

/// What was verified.
#[derive(Debug, Serialize)]
pub(super) struct Verification {
    format: u32,
    ok: bool,
    strict: bool,
    sums: Vec<SumsFile>,
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SumsFile {
    file: String,
    files: Vec<VerifiedFile>,
    extra: Vec<Name>,
    malformed: Vec<Malformed>,
}

#[derive(Debug, Serialize)]
struct VerifiedFile {
    #[serde(flatten)]
    name: Name,
    line: usize,
    algorithm: Algorithm,
    standing: &'static str,
    expected: Checksum,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<Checksum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Debug, Serialize)]
struct Malformed {
    line: usize,
    what: String,
}

impl Verification {
    pub(super) fn new(strict: bool, verified: &[Verified], problems: &Problems) -> Verification {
        Verification {
            format: FORMAT,
            ok: problems.is_empty(),
            strict,
            sums: verified.iter().map(SumsFile::new).collect(),
            problems: texts(problems),
        }
    }
}

impl SumsFile {
    fn new(found: &Verified) -> SumsFile {
        let files = found.files.iter().map(|(entry, standing)| VerifiedFile {
            name: Name::new(&entry.name),
            line: entry.line,
            algorithm: entry.checksum.algorithm(),
            standing: standing.word(),
            expected: entry.checksum,
            actual: match standing {
                Standing::Same => Some(entry.checksum),
                Standing::Changed(actual) => Some(*actual),
                Standing::Missing | Standing::Unreadable(_) => None,
            },
            why: match standing {
                Standing::Unreadable(why) => Some(why.clone()),
                _ => None,
            },
        });
        let malformed = found.flaws.iter().map(|it| Malformed {
            line: it.line,
            what: it.what.clone(),
        });
        SumsFile {
            file: found.file.to_string_lossy().into_owned(),
            files: files.collect(),
            extra: found.extra.iter().map(|it| Name::new(it)).collect(),
            malformed: malformed.collect(),
        }
    }
}

/// A name, which need not be text.
#[derive(Debug, Serialize)]
struct Name {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_hex: Option<String>,
}

impl Name {
    fn new(name: &[u8]) -> Name {
        let text = std::str::from_utf8(name);
        Name {
            name: String::from_utf8_lossy(name).into_owned(),
            name_hex: text.is_err().then(|| hex(name)),
        }
    }
}

fn texts(problems: &Problems) -> Vec<String> {
    problems.0.iter().map(|it| it.what.clone()).collect()
}
