//! Digests as types: parsed once, never empty, short or a placeholder, shown as lowercase hex.

use std::fmt;

use anyhow::bail;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::Algorithm;
use crate::problem::Problem;

/// A type for each algorithm, so that a SHA-512 cannot stand where a BLAKE2b of the same length is meant.
macro_rules! typed {
    ($($(#[$doc:meta])* $name:ident: $len:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Reads hex digits of either case, exactly as many as the digest has; all zeros are refused.
            pub fn parse(hex: &str) -> anyhow::Result<$name> {
                Ok($name(decode(hex, Algorithm::$name)?))
            }

            /// The digest of bytes at hand.
            pub fn of(bytes: &[u8]) -> $name {
                match crate::digest::bytes(bytes, Algorithm::$name) {
                    Checksum::$name(digest) => digest,
                    _ => unreachable!("a hasher gives the digest of its own algorithm"),
                }
            }

            pub(super) fn computed(bytes: [u8; $len]) -> $name {
                $name(bytes)
            }

            /// The raw bytes, for encodings other than hex.
            pub fn bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl From<$name> for Checksum {
            fn from(digest: $name) -> Checksum {
                Checksum::$name(digest)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let hex = String::deserialize(deserializer)?;
                $name::parse(&hex).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

typed! {
    /// A SHA-256.
    Sha256: 32;
    /// A SHA-512.
    Sha512: 64;
    /// A BLAKE2b with 512 bits.
    Blake2b: 64;
    /// A BLAKE3 with 256 bits.
    Blake3: 32;
}

/// A digest of whichever algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checksum {
    /// A SHA-256.
    Sha256(Sha256),
    /// A SHA-512.
    Sha512(Sha512),
    /// A BLAKE2b with 512 bits.
    Blake2b(Blake2b),
    /// A BLAKE3 with 256 bits.
    Blake3(Blake3),
}

impl Checksum {
    /// Reads hex digits of either case, exactly as many as the algorithm's digest has; all zeros are refused.
    pub fn parse(algorithm: Algorithm, hex: &str) -> anyhow::Result<Checksum> {
        Ok(match algorithm {
            Algorithm::Sha256 => Checksum::Sha256(Sha256::parse(hex)?),
            Algorithm::Sha512 => Checksum::Sha512(Sha512::parse(hex)?),
            Algorithm::Blake2b => Checksum::Blake2b(Blake2b::parse(hex)?),
            Algorithm::Blake3 => Checksum::Blake3(Blake3::parse(hex)?),
        })
    }

    /// Which algorithm it is of.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Checksum::Sha256(_) => Algorithm::Sha256,
            Checksum::Sha512(_) => Algorithm::Sha512,
            Checksum::Blake2b(_) => Algorithm::Blake2b,
            Checksum::Blake3(_) => Algorithm::Blake3,
        }
    }

    /// The raw bytes, for encodings other than hex.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Checksum::Sha256(digest) => digest.bytes(),
            Checksum::Sha512(digest) => digest.bytes(),
            Checksum::Blake2b(digest) => digest.bytes(),
            Checksum::Blake3(digest) => digest.bytes(),
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(self.bytes()))
    }
}

impl Serialize for Checksum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Lowercase hex digits of bytes.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|it| [it >> 4, it & 15]);
    digits.map(|it| char::from(DIGITS[usize::from(it)])).collect()
}

fn decode<const N: usize>(hex: &str, algorithm: Algorithm) -> anyhow::Result<[u8; N]> {
    if let Some(wrong) = hex.chars().find(|it| !it.is_ascii_hexdigit()) {
        bail!(Problem::new(format!(
            "`{hex}` is no {algorithm}: `{}` is no hex digit",
            wrong.escape_default()
        )));
    }
    if hex.len() != 2 * N {
        bail!(Problem::new(format!(
            "`{hex}` is no {algorithm}: it has {} hex digits, not {}",
            hex.len(),
            2 * N
        )));
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = (value(pair[0]) << 4) | value(pair[1]);
    }
    if bytes == [0; N] {
        bail!(
            Problem::new(format!(
                "a {algorithm} of zeros only is a placeholder, not a digest"
            ))
            .help("compute it from the file: `cargo xtask checksum FILE`")
        );
    }
    Ok(bytes)
}

/// The value of an ASCII hex digit.
fn value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_of_either_case_is_shown_in_lowercase() {
        let hex = Sha256::of(b"abc").to_string();
        assert_eq!(Sha256::parse(&hex.to_uppercase()).unwrap().to_string(), hex);
        assert_eq!(Sha256::parse(&hex).unwrap(), Sha256::of(b"abc"));
        assert_eq!(format!("{:?}", Sha256::of(b"abc")), format!("Sha256({hex})"));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        let check = |hex: &str, expected: &str| {
            let error = Sha256::parse(hex).unwrap_err().to_string();
            assert!(error.ends_with(expected), "{error}");
        };
        check("", "it has 0 hex digits, not 64");
        check("abc", "it has 3 hex digits, not 64");
        check(&"a".repeat(128), "it has 128 hex digits, not 64");
        check(&"x".repeat(64), "`x` is no hex digit");
        check(&format!("{} ", "a".repeat(63)), "` ` is no hex digit");
        check(&"0".repeat(64), "is a placeholder, not a digest");
    }

    #[test]
    fn the_digest_of_nothing_is_a_digest() {
        let empty = Sha256::of(b"");
        assert_eq!(Sha256::parse(&empty.to_string()).unwrap(), empty);
    }

    #[test]
    fn the_same_length_is_not_the_same_type() {
        let hex = "ab".repeat(64);
        let sha512 = Checksum::parse(Algorithm::Sha512, &hex).unwrap();
        let blake2b = Checksum::parse(Algorithm::Blake2b, &hex).unwrap();
        assert_ne!(sha512, blake2b);
        assert_eq!(sha512.bytes(), blake2b.bytes());
    }
}
