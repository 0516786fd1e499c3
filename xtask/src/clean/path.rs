//! A path below the root of a tree, in the bytes that git and the file system use, whatever they are.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::{Deserialize, Serialize};

/// A path from the root of the tree: components joined by `/`, no `.` or `..` among them. Any bytes but NUL: names
/// need not be UTF-8, and may hold line ends. Ordered by bytes, as git orders its index.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(Vec<u8>);

impl TreePath {
    /// A path in its bytes; the empty one is the root itself.
    pub fn new(bytes: impl Into<Vec<u8>>) -> TreePath {
        TreePath(bytes.into())
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is the root itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The last component.
    pub fn name(&self) -> &[u8] {
        name_of(&self.0)
    }

    /// The folder that holds it; that of the root is the root.
    #[must_use]
    pub fn folder(&self) -> TreePath {
        TreePath(folder_of(&self.0).to_vec())
    }

    /// This folder's entry of a name, or of several joined by `/`.
    #[must_use]
    pub fn join(&self, name: &[u8]) -> TreePath {
        let mut bytes = self.0.clone();
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(name);
        TreePath(bytes)
    }

    /// The components, from the root down.
    pub fn components(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|it| *it == b'/').filter(|it| !it.is_empty())
    }

    /// Whether it lies in a folder, at any depth; everything but the root lies in the root.
    pub fn is_below(&self, folder: &TreePath) -> bool {
        if folder.is_root() {
            return !self.is_root();
        }
        self.0
            .strip_prefix(&folder.0[..])
            .is_some_and(|rest| rest.starts_with(b"/"))
    }

    /// The same path with the folder `from`, which it is or lies below, named `to`; `None` for other paths.
    pub fn with_folder(&self, from: &TreePath, to: &TreePath) -> Option<TreePath> {
        if self == from {
            return Some(to.clone());
        }
        if !self.is_below(from) {
            return None;
        }
        let skipped = if from.is_root() { 0 } else { from.0.len() + 1 };
        Some(to.join(&self.0[skipped..]))
    }

    /// Where it lies on disk.
    pub fn on_disk(&self, root: &Path) -> PathBuf {
        if self.is_root() {
            root.to_owned()
        } else {
            root.join(os_path(&self.0))
        }
    }

    /// For people: line ends, control characters, marks that turn the direction of writing, and bytes that are not
    /// UTF-8 are escaped, so that one name is one piece of one line.
    pub fn shown(&self) -> String {
        shown(&self.0)
    }

    /// Reversible text: what is not UTF-8, control characters and `%` are `%` and two hex digits.
    pub fn encoded(&self) -> String {
        let mut text = String::with_capacity(self.0.len());
        for chunk in self.0.utf8_chunks() {
            for letter in chunk.valid().chars() {
                if letter == '%' || letter.is_ascii_control() {
                    let _ = write!(text, "%{:02x}", u32::from(letter));
                } else {
                    text.push(letter);
                }
            }
            for byte in chunk.invalid() {
                let _ = write!(text, "%{byte:02x}");
            }
        }
        text
    }

    /// Reads what [`TreePath::encoded`] wrote; `None` for text that it never writes, and for paths that leave the tree.
    pub fn decoded(text: &str) -> Option<TreePath> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            if *first == b'%' {
                let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = &rest[2..];
            } else {
                bytes.push(*first);
            }
        }
        let is_sound = !bytes.contains(&0)
            && (bytes.is_empty()
                || bytes
                    .split(|it| *it == b'/')
                    .all(|it| !matches!(it, b"" | b"." | b"..")));
        is_sound.then_some(TreePath(bytes))
    }
}

impl Serialize for TreePath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encoded())
    }
}

impl<'de> Deserialize<'de> for TreePath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<TreePath, D::Error> {
        let text = String::deserialize(deserializer)?;
        TreePath::decoded(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no path below the root")))
    }
}

impl From<&str> for TreePath {
    fn from(text: &str) -> TreePath {
        TreePath(text.as_bytes().to_vec())
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.shown())
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// The last component of a path in bytes.
pub fn name_of(path: &[u8]) -> &[u8] {
    match memchr::memrchr(b'/', path) {
        Some(at) => &path[at + 1..],
        None => path,
    }
}

/// The folder of a path in bytes; empty for what lies right in the root.
pub fn folder_of(path: &[u8]) -> &[u8] {
    match memchr::memrchr(b'/', path) {
        Some(at) => &path[..at],
        None => b"",
    }
}

/// Bytes for people, as [`TreePath::shown`] says.
pub fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            // Unicode's Bidi_Control characters, and the line and paragraph separators.
            let is_hidden = letter.is_control()
                || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if is_hidden {
                text.extend(letter.escape_default());
            } else {
                text.push(letter);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// The path of the system for bytes with `/`.
#[cfg(unix)]
pub fn os_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// The path of the system for bytes with `/`.
#[cfg(not(unix))]
pub fn os_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The bytes of a relative path of the system, with `/`.
#[cfg(unix)]
pub fn bytes_of(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

/// The bytes of a relative path of the system, with `/`.
#[cfg(not(unix))]
pub fn bytes_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let path = TreePath::from("docs/planning/A.md");
        assert_eq!(path.name(), b"A.md");
        assert_eq!(path.folder(), TreePath::from("docs/planning"));
        assert!(path.is_below(&TreePath::from("docs")));
        assert!(path.is_below(&TreePath::default()));
        assert!(!path.is_below(&TreePath::from("doc")));
        assert!(!path.is_below(&path));
        assert_eq!(TreePath::default().join(b"..a"), TreePath::from("..a"));
        let moved = |from: &str, to: &str| path.with_folder(&from.into(), &to.into());
        assert_eq!(moved("docs", "x"), Some("x/planning/A.md".into()));
        assert_eq!(moved("", "x/y"), Some("x/y/docs/planning/A.md".into()));
        assert_eq!(moved("docs/planning/A.md", "b"), Some("b".into()));
        assert_eq!(moved("do", "x"), None);
    }

    #[test]
    fn any_bytes_come_back() {
        for bytes in [
            &b"plain"[..],
            b"100%",
            b"a\nb",
            b"\xff\xfe/x",
            b"-rf",
            "ünï".as_bytes(),
            b"..out",
        ] {
            let path = TreePath::new(bytes);
            assert_eq!(TreePath::decoded(&path.encoded()), Some(path));
        }
        for text in [
            "../x",
            "a/../b",
            "/etc/passwd",
            "a//b",
            "a%2",
            "a%zz",
            "a%00b",
            ".",
        ] {
            assert_eq!(TreePath::decoded(text), None, "{text}");
        }
    }

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(TreePath::new(*b"a\nb\xffc").shown(), "a\\nb\\xffc");
        assert_eq!(TreePath::from("a\u{202e}b").shown(), "a\\u{202e}b");
        assert_eq!(TreePath::from("ä b").shown(), "ä b");
    }
}
