//! The header of an `.rpm`: numbered tags with typed values, framed by a region that a digest covers (rpm-format.md).

use std::collections::BTreeMap;

use anyhow::{Context, ensure};

const MAGIC: [u8; 8] = [0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0];
const INTRO_BYTES: usize = 16;
const ROW_BYTES: usize = 16;
/// What a reader of rpm's own refuses to hold.
const MOST_ROWS: usize = 65_535;

/// The value of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Numbers of 16 bits.
    Shorts(Vec<u16>),
    /// Numbers of 32 bits.
    Numbers(Vec<u32>),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Several texts.
    Texts(Vec<String>),
    /// A text in the languages of the header, of which there is one.
    Translated(String),
}

impl Value {
    /// The type by its number, and the alignment of its values.
    fn kind(&self) -> (u32, usize) {
        match self {
            Value::Shorts(_) => (3, 2),
            Value::Numbers(_) => (4, 4),
            Value::Text(_) => (6, 1),
            Value::Bytes(_) => (7, 1),
            Value::Texts(_) => (8, 1),
            Value::Translated(_) => (9, 1),
        }
    }

    fn count(&self) -> usize {
        match self {
            Value::Shorts(list) => list.len(),
            Value::Numbers(list) => list.len(),
            Value::Text(_) | Value::Translated(_) => 1,
            Value::Bytes(list) => list.len(),
            Value::Texts(list) => list.len(),
        }
    }

    fn push(&self, store: &mut Vec<u8>) -> anyhow::Result<()> {
        let text = |store: &mut Vec<u8>, text: &str| {
            ensure!(!text.contains('\0'), "a text with a NUL cannot be written");
            store.extend(text.as_bytes());
            store.push(0);
            Ok(())
        };
        match self {
            Value::Shorts(list) => store.extend(list.iter().flat_map(|it| it.to_be_bytes())),
            Value::Numbers(list) => store.extend(list.iter().flat_map(|it| it.to_be_bytes())),
            Value::Text(one) | Value::Translated(one) => text(store, one)?,
            Value::Bytes(list) => store.extend(list),
            Value::Texts(list) => list.iter().try_for_each(|it| text(store, it))?,
        }
        Ok(())
    }
}

/// The tags of a header.
pub type Tags = BTreeMap<u32, Value>;

/// The bytes of a header. `region` is the tag that frames all others.
pub(super) fn write(tags: &Tags, region: u32) -> anyhow::Result<Vec<u8>> {
    let (mut rows, mut store) = (Vec::new(), Vec::new());
    let mut row = |row: [u32; 4]| rows.extend(row.iter().flat_map(|it| it.to_be_bytes()));
    let frame = u32::try_from((tags.len() + 1) * ROW_BYTES)?;
    let mut values = Vec::new();
    for (tag, value) in tags {
        let (kind, align) = value.kind();
        store.resize(store.len().next_multiple_of(align), 0);
        values.push([
            *tag,
            kind,
            u32::try_from(store.len())?,
            u32::try_from(value.count())?,
        ]);
        value
            .push(&mut store)
            .with_context(|| format!("cannot write the tag {tag}"))?;
    }
    // The frame's own row points to its end in the store, which holds how far back the rows begin.
    row([region, 7, u32::try_from(store.len())?, 16]);
    values.into_iter().for_each(row);
    for word in [region, 7, frame.wrapping_neg(), 16] {
        store.extend(word.to_be_bytes());
    }
    let mut bytes = MAGIC.to_vec();
    bytes.extend(u32::try_from(tags.len() + 1)?.to_be_bytes());
    bytes.extend(u32::try_from(store.len())?.to_be_bytes());
    bytes.extend(rows);
    bytes.extend(store);
    Ok(bytes)
}

/// The tags of the header at the start of some bytes, and how long it is. Tags of types that are not written here are
/// left out.
pub(super) fn read(bytes: &[u8]) -> anyhow::Result<(Tags, usize)> {
    let word = |at: usize| -> anyhow::Result<usize> {
        let four = bytes.get(at..at + 4).context("a header is cut short")?;
        Ok(u32::from_be_bytes(four.try_into()?) as usize)
    };
    ensure!(
        bytes.starts_with(&MAGIC[..4]),
        "no header begins where one should"
    );
    let (count, size) = (word(8)?, word(12)?);
    ensure!(count <= MOST_ROWS, "a header has {count} tags");
    let start = INTRO_BYTES + count * ROW_BYTES;
    let end = start.checked_add(size).context("a header is too large")?;
    let store = bytes.get(start..end).context("a header is cut short")?;
    let mut tags = Tags::new();
    for at in 0..count {
        let row = INTRO_BYTES + at * ROW_BYTES;
        let (tag, kind, offset, count) = (word(row)?, word(row + 4)?, word(row + 8)?, word(row + 12)?);
        let rest = store.get(offset..).context("a tag points past the header")?;
        let fixed = |width: usize| {
            let whole = rest.get(..count.saturating_mul(width));
            whole.context("a tag has more values than the header holds")
        };
        let texts = || -> anyhow::Result<Vec<String>> {
            let mut parts = rest.split(|it| *it == 0);
            let mut found = Vec::new();
            for _ in 0..count {
                let part = parts.next().context("a text has no end")?;
                found.push(String::from_utf8_lossy(part).into_owned());
            }
            Ok(found)
        };
        let value = match kind {
            3 => Value::Shorts(
                fixed(2)?
                    .chunks_exact(2)
                    .map(|it| u16::from_be_bytes([it[0], it[1]]))
                    .collect(),
            ),
            4 => Value::Numbers(
                fixed(4)?
                    .chunks_exact(4)
                    .map(|it| u32::from_be_bytes([it[0], it[1], it[2], it[3]]))
                    .collect(),
            ),
            6 => Value::Text(texts()?.concat()),
            7 => Value::Bytes(fixed(1)?.to_vec()),
            8 => Value::Texts(texts()?),
            9 => Value::Translated(texts()?.into_iter().next().unwrap_or_default()),
            _ => continue,
        };
        tags.insert(u32::try_from(tag)?, value);
    }
    Ok((tags, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let tags = Tags::from([
            (1000, Value::Text("demo".to_owned())),
            (1001, Value::Shorts(vec![1, 2, 3])),
            (1002, Value::Numbers(vec![7])),
            (1003, Value::Texts(vec!["a".to_owned(), String::new()])),
            (1004, Value::Translated("x".to_owned())),
        ]);
        let bytes = write(&tags, 63).unwrap();
        let (mut found, length) = read(&bytes).unwrap();
        assert!(matches!(found.remove(&63), Some(Value::Bytes(it)) if it.len() == 16));
        assert_eq!((found, length), (tags, bytes.len()));
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "{end}");
        }
    }
}
