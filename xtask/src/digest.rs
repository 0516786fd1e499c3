//! Digests of bytes and files: read once, in constant memory, and typed so that holding one is the proof.
//!
//! Whatever speed there is comes from the hash crates, which are optimised even in the debug build that
//! `cargo xtask` is. The code here only hands them large pieces.

mod hasher;
mod many;
mod sha1;
mod sha3;
pub mod sums;
mod typed;

use std::fmt;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::effect::files;
use crate::problem::{Problem, nearest};

pub use hasher::{HashWriter, Hasher};
pub use many::{cores, each, many};
pub use sha1::sha1;
pub use sha3::sha3_384;
pub use typed::{Blake2b, Blake3, Checksum, Sha256, Sha512, hex};

/// A hash function that sums files are written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-256 (FIPS 180-4), as `sha256sum` prints it.
    Sha256,
    /// SHA-512 (FIPS 180-4), as `sha512sum` prints it.
    Sha512,
    /// BLAKE2b with 512 bits (RFC 7693), as `b2sum` prints it.
    Blake2b,
    /// BLAKE3 with 256 bits, as `b3sum` prints it.
    Blake3,
}

/// What is known of an algorithm: one row of [`ALGORITHMS`].
#[derive(Debug)]
pub struct Facts {
    /// Whose facts these are.
    pub algorithm: Algorithm,
    /// The name on our command line and in our documents.
    pub name: &'static str,
    /// Length of the digest.
    pub size_bytes: usize,
    /// What a file with the sums of a folder is called.
    pub sums_file: &'static str,
    /// The word before the name in tagged lines, `SHA256 (name) = …`, as GNU and BSD tools write it.
    pub tag: &'static str,
    /// Parts of a file name, lowercase, that say which sums the file holds.
    pub marks: &'static [&'static str],
}

/// The algorithms, in the order of [`Algorithm`].
pub const ALGORITHMS: [Facts; 4] = [
    Facts {
        algorithm: Algorithm::Sha256,
        name: "sha256",
        size_bytes: 32,
        sums_file: "SHA256SUMS",
        tag: "SHA256",
        marks: &["sha256"],
    },
    Facts {
        algorithm: Algorithm::Sha512,
        name: "sha512",
        size_bytes: 64,
        sums_file: "SHA512SUMS",
        tag: "SHA512",
        marks: &["sha512"],
    },
    Facts {
        algorithm: Algorithm::Blake2b,
        name: "blake2b",
        size_bytes: 64,
        sums_file: "B2SUMS",
        tag: "BLAKE2b",
        marks: &["blake2b", "b2sum", ".b2"],
    },
    Facts {
        algorithm: Algorithm::Blake3,
        name: "blake3",
        size_bytes: 32,
        sums_file: "B3SUMS",
        tag: "BLAKE3",
        marks: &["blake3", "b3sum", ".b3"],
    },
];

impl Algorithm {
    /// What is known of it.
    pub fn facts(self) -> &'static Facts {
        &ALGORITHMS[self as usize]
    }

    /// The algorithm of a name, in any case; the error names the nearest one and lists all.
    pub fn parse(name: &str) -> anyhow::Result<Algorithm> {
        let lower = name.to_ascii_lowercase();
        if let Some(facts) = ALGORITHMS.iter().find(|it| it.name == lower) {
            return Ok(facts.algorithm);
        }
        let names = ALGORITHMS.map(|it| it.name);
        let meant = nearest(&lower, names).map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
        Err(Problem::new(format!("no algorithm `{name}`{meant}"))
            .help(format!("the algorithms are {}", names.join(", ")))
            .into())
    }

    /// The algorithm of a tag, in any case.
    pub fn of_tag(tag: &str) -> Option<Algorithm> {
        let row = ALGORITHMS.iter().find(|it| it.tag.eq_ignore_ascii_case(tag));
        row.map(|it| it.algorithm)
    }

    /// What the name of a sums file says about its content: the mark that stands last wins, so that
    /// `sha256-tool.tar.gz.b2` holds BLAKE2b.
    pub fn of_sums_file(path: &Path) -> Option<Algorithm> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let marks = ALGORITHMS
            .iter()
            .flat_map(|row| row.marks.iter().map(move |mark| (mark, row.algorithm)));
        marks
            .filter_map(|(mark, algorithm)| Some((name.rfind(mark)?, algorithm)))
            .max_by_key(|(place, _)| *place)
            .map(|(_, algorithm)| algorithm)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.facts().name)
    }
}

impl Serialize for Algorithm {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.facts().name)
    }
}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Algorithm, D::Error> {
        let name = String::deserialize(deserializer)?;
        Algorithm::parse(&name).map_err(serde::de::Error::custom)
    }
}

/// The digests that channels ask for, as `dist/artifacts.json` holds them: lowercase hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// SHA-256.
    pub sha256: Sha256,
    /// SHA-512.
    pub sha512: Sha512,
    /// BLAKE2b with 512 bits.
    pub blake2b: Blake2b,
}

/// All three digests of what a reader gives, read once.
pub fn digests_of(mut reader: impl Read) -> std::io::Result<Digests> {
    let mut digests = hasher::Three::default();
    hasher::pump(&mut reader, |piece| digests.update(piece))?;
    Ok(digests.finish())
}

/// All three digests of bytes at hand.
pub fn digests_of_bytes(bytes: &[u8]) -> Digests {
    let mut digests = hasher::Three::default();
    digests.update(bytes);
    digests.finish()
}

/// All three digests of a file, read once.
pub fn digests_of_file(path: &Path) -> anyhow::Result<Digests> {
    let file = files::open(path)?;
    digests_of(file).with_context(|| format!("cannot read `{}`", path.display()))
}

/// The digest of what a reader gives.
pub fn reader(mut reader: impl Read, algorithm: Algorithm) -> std::io::Result<Checksum> {
    let mut hasher = Hasher::new(algorithm);
    hasher::pump(&mut reader, |piece| hasher.update(piece))?;
    Ok(hasher.finish())
}

/// The digest of bytes at hand.
pub fn bytes(bytes: &[u8], algorithm: Algorithm) -> Checksum {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish()
}

/// The digest of a file.
pub fn file(path: &Path, algorithm: Algorithm) -> anyhow::Result<Checksum> {
    let file = files::open(path)?;
    reader(file, algorithm).with_context(|| format!("cannot read `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum_and_unique() {
        for (at, row) in ALGORITHMS.iter().enumerate() {
            assert_eq!(row.algorithm as usize, at, "{}", row.name);
            assert_eq!(
                Algorithm::of_sums_file(Path::new(row.sums_file)),
                Some(row.algorithm)
            );
            assert_eq!(Algorithm::of_tag(row.tag), Some(row.algorithm));
            assert_eq!(Algorithm::parse(row.name).unwrap(), row.algorithm);
            assert_eq!(bytes(b"", row.algorithm).bytes().len(), row.size_bytes);
        }
    }

    #[test]
    fn a_mistyped_algorithm_gets_the_nearest_name() {
        let error = Algorithm::parse("sah256").unwrap_err();
        assert_eq!(error.to_string(), "no algorithm `sah256`; did you mean `sha256`?");
        assert_eq!(Algorithm::parse("SHA512").unwrap(), Algorithm::Sha512);
    }

    #[test]
    fn the_name_of_a_sums_file_says_the_algorithm() {
        let check =
            |name: &str, expected| assert_eq!(Algorithm::of_sums_file(Path::new(name)), expected, "{name}");
        check("dist/SHA512SUMS", Some(Algorithm::Sha512));
        check("dist/B2SUMS", Some(Algorithm::Blake2b));
        check("tool.tar.gz.sha256", Some(Algorithm::Sha256));
        check("sha256-tool.tar.gz.b2", Some(Algorithm::Blake2b));
        check("tool.b3", Some(Algorithm::Blake3));
        check("checksums.txt", None);
    }

    /// Digests of `abc`: FIPS 180-4 examples, RFC 7693 appendix A, and the reference `b3sum`.
    #[test]
    fn known_answers() {
        let check = |algorithm, expected: &str| assert_eq!(bytes(b"abc", algorithm).to_string(), expected);
        check(
            Algorithm::Sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        );
        check(
            Algorithm::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        );
        check(
            Algorithm::Blake2b,
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
             7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
        );
        check(
            Algorithm::Blake3,
            "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
        );
    }

    #[test]
    fn one_reading_gives_the_same_as_three() {
        let content = vec![7; 3 * hasher::PIECE_BYTES + 11];
        let digests = digests_of(content.as_slice()).unwrap();
        assert_eq!(digests, digests_of_bytes(&content));
        assert_eq!(Checksum::from(digests.sha256), bytes(&content, Algorithm::Sha256));
        assert_eq!(
            Checksum::from(digests.sha512),
            reader(&content[..], Algorithm::Sha512).unwrap()
        );
        assert_eq!(
            Checksum::from(digests.blake2b),
            bytes(&content, Algorithm::Blake2b)
        );
    }

    #[test]
    fn digests_are_hex_strings_in_json() {
        let digests = digests_of_bytes(b"abc");
        let text = serde_json::to_string(&digests).unwrap();
        assert!(text.starts_with(r#"{"sha256":"ba7816bf"#), "{text}");
        assert_eq!(serde_json::from_str::<Digests>(&text).unwrap(), digests);
        let zeros = text.replace(&digests.sha256.to_string(), &"0".repeat(64));
        let error = serde_json::from_str::<Digests>(&zeros).unwrap_err().to_string();
        assert!(error.contains("placeholder"), "{error}");
    }
}
