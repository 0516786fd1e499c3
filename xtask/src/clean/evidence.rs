//! What a file is, told by its content: the tests that rules ask for by name.

use std::path::Path;

use crate::clean::path::TreePath;

/// A kind of content that a rule can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A cover profile of Go.
    GoProfile,
}

/// A file or folder that is looked at, read no further than a test needs.
#[derive(Debug)]
pub struct Sample<'a> {
    /// The root of the tree on disk.
    pub root: &'a Path,
    /// Its path.
    pub path: &'a TreePath,
}
