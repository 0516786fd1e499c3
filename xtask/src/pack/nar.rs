//! Writes a tree in Nix's archive form (NAR), by whose digest Nix names what it has unpacked: sorted, no times, no owners,
//! of the mode only whether a file may be run.

use std::collections::BTreeMap;

use crate::digest::{Algorithm, Checksum, Hasher, Sha256};

/// A file of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its path below the tree's root, with `/`.
    pub path: &'a str,
    /// Whether it may be run.
    pub is_executable: bool,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// What stands under a name.
enum Node<'a> {
    File(Entry<'a>),
    Folder(BTreeMap<&'a str, Node<'a>>),
}

/// The SHA-256 of the archive of a tree, as `nix hash path` gives it for the same files on disk.
pub fn sha256<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> Sha256 {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    write(entries, &mut |bytes| hasher.update(bytes));
    let Checksum::Sha256(sum) = hasher.finish() else {
        unreachable!("the algorithm is SHA-256");
    };
    sum
}

/// Gives the bytes of the archive, piece by piece.
fn write<'a>(entries: impl IntoIterator<Item = Entry<'a>>, put: &mut impl FnMut(&[u8])) {
    let mut root = BTreeMap::new();
    for entry in entries {
        let mut folder = &mut root;
        let (above, name) = entry.path.rsplit_once('/').unwrap_or(("", entry.path));
        for part in above.split('/').filter(|it| !it.is_empty()) {
            let below = folder
                .entry(part)
                .or_insert_with(|| Node::Folder(BTreeMap::new()));
            let Node::Folder(next) = below else {
                // A path cannot be a file and a folder; trees that were packed hold no such pair.
                unreachable!("`{part}` of `{}` is a file", entry.path);
            };
            folder = next;
        }
        folder.insert(name, Node::File(entry));
    }
    text(put, b"nix-archive-1");
    node(put, &Node::Folder(root));
}

fn node(put: &mut impl FnMut(&[u8]), it: &Node<'_>) {
    text(put, b"(");
    text(put, b"type");
    match it {
        Node::File(entry) => {
            text(put, b"regular");
            if entry.is_executable {
                text(put, b"executable");
                text(put, b"");
            }
            text(put, b"contents");
            text(put, entry.bytes);
        }
        Node::Folder(folder) => {
            text(put, b"directory");
            for (name, below) in folder {
                text(put, b"entry");
                text(put, b"(");
                text(put, b"name");
                text(put, name.as_bytes());
                text(put, b"node");
                node(put, below);
                text(put, b")");
            }
        }
    }
    text(put, b")");
}

/// A length in eight bytes, the lowest first, the bytes, and zeros up to the next multiple of eight.
fn text(put: &mut impl FnMut(&[u8]), bytes: &[u8]) {
    put(&(bytes.len() as u64).to_le_bytes());
    put(bytes);
    put(&[0; 8][..(8 - bytes.len() % 8) % 8]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry<'a>(path: &'a str, bytes: &'a [u8]) -> Entry<'a> {
        Entry {
            path,
            is_executable: path.contains(".sh"),
            bytes,
        }
    }

    #[test]
    fn the_bytes_of_one_file() {
        let mut found = Vec::new();
        write([entry("a.sh", b"123456789")], &mut |it| {
            found.extend_from_slice(it);
        });
        let mut expected = Vec::new();
        for word in [
            "nix-archive-1",
            "(",
            "type",
            "directory",
            "entry",
            "(",
            "name",
            "a.sh",
            "node",
            "(",
            "type",
            "regular",
            "executable",
            "",
            "contents",
            "123456789",
            ")",
            ")",
            ")",
        ] {
            expected.extend((word.len() as u64).to_le_bytes());
            expected.extend(word.as_bytes());
            expected.resize(expected.len().next_multiple_of(8), 0);
        }
        assert_eq!(found, expected);
    }

    /// Names are sorted folder by folder: `a/b` stands before `a.txt`, which it does not as a path.
    #[test]
    fn the_order_of_the_entries_does_not_matter() {
        let mut list = vec![entry("a/b", b"1"), entry("a.txt", b"2"), entry("a-c/d/e", b"")];
        let sum = sha256(list.clone());
        list.reverse();
        assert_eq!(sha256(list.clone()), sum);
        list[0].is_executable = true;
        assert_ne!(sha256(list), sum);
    }
}
