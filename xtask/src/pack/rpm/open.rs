//! Reads an `.rpm` back.

use std::io::Read;

use anyhow::{Context, bail, ensure};
use flate2::read::GzDecoder;
use lzma_rust2::XzReader;

use super::{LEAD_BYTES, LEAD_MAGIC, Tags, Value, header, tag};
use crate::digest::Sha256;
use crate::pack::cpio;
use crate::pack::read::Packed;

/// What a package holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The tags of the signature header.
    pub signature: Tags,
    /// The tags of the header.
    pub tags: Tags,
    /// The digest of the header, as its bytes are.
    pub header_sha256: Sha256,
    /// The digest of the payload, as its bytes are.
    pub payload_sha256: Sha256,
    /// The files, by path below the root.
    pub files: Vec<Packed>,
}

impl Opened {
    /// A text of the header.
    pub fn text(&self, tag: u32) -> Option<&str> {
        match self.tags.get(&tag)? {
            Value::Text(text) | Value::Translated(text) => Some(text),
            Value::Texts(list) => list.first().map(String::as_str),
            _ => None,
        }
    }

    /// Texts of the header.
    pub fn texts(&self, tag: u32) -> &[String] {
        match self.tags.get(&tag) {
            Some(Value::Texts(list)) => list,
            _ => &[],
        }
    }
}

/// Reads a package.
pub fn read(bytes: &[u8]) -> anyhow::Result<Opened> {
    ensure!(
        bytes.starts_with(&LEAD_MAGIC),
        "it does not begin as an .rpm does"
    );
    let rest = bytes.get(LEAD_BYTES..).context("the lead is cut short")?;
    let (signature, length) = header::read(rest).context("cannot read the signature header")?;
    let rest = rest
        .get(length.next_multiple_of(8)..)
        .context("the header is missing")?;
    let (tags, length) = header::read(rest).context("cannot read the header")?;
    let (header, payload) = rest.split_at(length);
    let compressor = match tags.get(&tag::PAYLOAD_COMPRESSOR) {
        Some(Value::Text(name)) => name.as_str(),
        _ => "gzip",
    };
    let mut archive = Vec::new();
    match compressor {
        "gzip" => GzDecoder::new(payload).read_to_end(&mut archive)?,
        "xz" => XzReader::new(payload, false).read_to_end(&mut archive)?,
        other => bail!("`{other}` is no compression that can be read here"),
    };
    Ok(Opened {
        signature,
        header_sha256: Sha256::of(header),
        payload_sha256: Sha256::of(payload),
        files: cpio::read(&archive)?,
        tags,
    })
}
