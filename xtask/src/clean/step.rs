//! One change to the tree, as data: it can be printed, kept in a journal, performed, and taken back.

use serde::{Deserialize, Serialize};

use crate::clean::path::TreePath;

/// One change. Whether it was done can be told from the tree alone, so a run that was killed can be completed or
/// taken back from any point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Makes a folder that is not there.
    MakeFolder {
        /// The folder; the one above it is there.
        path: TreePath,
    },
    /// Gives a file or folder another place.
    Move {
        /// Where it is.
        from: TreePath,
        /// Where nothing is yet, or an empty file that makes room.
        to: TreePath,
        /// Where that empty file goes first; nothing is there yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        aside: Option<TreePath>,
    },
    /// Takes a file or folder out of the tree into the store.
    Store {
        /// Where it is.
        path: TreePath,
        /// The number of the slot that keeps it.
        slot: usize,
        /// For a duplicate, the file or folder of the same content that stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        same_as: Option<TreePath>,
    },
    /// Brings the index of git in line with the moves and deletions before it, all at once.
    Index {
        /// What becomes of its entries.
        changes: Vec<IndexChange>,
    },
    /// Gives a file other text, and keeps the file as it was in the store.
    Write {
        /// The file.
        path: TreePath,
        /// The number of the slot that keeps the old file.
        slot: usize,
        /// SHA-256 of the old text, lower hex; none for a file that is not there yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// SHA-256 of the new text, lower hex.
        after: String,
    },
    /// Removes a folder that the moves have left empty.
    RemoveFolder {
        /// The folder.
        path: TreePath,
        /// Its Unix mode; 0 where there are none.
        mode: u32,
    },
}

/// What becomes of the entry of a file, or of all entries below a folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexChange {
    /// The file or folder.
    pub path: TreePath,
    /// Its new place; none when git forgets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<TreePath>,
    /// Whether the file stays on disk, where it is.
    pub stays: bool,
    /// Whether something else gets its old place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_replaced: bool,
    /// The entries as they were.
    pub entries: Vec<IndexEntry>,
}

/// An entry of the index of git.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexEntry {
    /// The path.
    pub path: TreePath,
    /// `100644`, `100755` or `120000`.
    pub mode: String,
    /// The object's name, lower hex.
    pub id: String,
    /// Whether git was told not to look for changes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_assumed: bool,
}
