//! What a rule is: which names it looks at, what must be in them, and what then happens.

use serde::{Deserialize, Serialize};

use crate::clean::evidence::Evidence;
use crate::clean::path::TreePath;

/// One rule. The first that fits a file or folder, the repository's own before the shipped ones, decides about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name, as `--only` takes it: lowercase words joined by `-`.
    pub name: String,
    /// Why such a file does not belong where it is: one line, no full stop.
    pub reason: String,
    /// Patterns of names, see [`crate::clean::pattern`].
    pub names: Vec<String>,
    /// Patterns of names that are left alone although `names` fits.
    pub except: Vec<String>,
    /// What it is about.
    pub kind: Kind,
    /// Where it looks.
    pub place: Place,
    /// What the content must be: one of these. Empty: the name alone decides.
    pub content: Vec<Evidence>,
    /// Whether files that git ignores are looked at too.
    pub takes_ignored: bool,
    /// Whether programs make it again by themselves, so that a script which names it is no reason to leave it.
    pub is_remade: bool,
    /// What happens.
    pub action: Action,
    /// Lines of `.gitignore` that stop such files from coming back.
    pub ignore: Vec<String>,
    /// Where the rule comes from.
    pub origin: Origin,
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Plain files.
    File,
    /// Folders, with all that is in them.
    Folder,
}

/// Where a rule looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Right in the root.
    Root,
    /// In the root and in every folder below.
    Everywhere,
    /// In the root, and in the folders below what git does not track: what is committed there may be data of tests or
    /// pages of a site. `--force` takes it too.
    Loose,
}

/// What happens to what a rule has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is moved into a folder, the path below the root kept.
    Move {
        /// The folder, from the root.
        to: TreePath,
    },
    /// Git forgets it, and it stays on disk; only with `--delete`.
    Untrack,
    /// It goes into the store that `--undo` brings it back from; only with `--delete`.
    Delete,
    /// It is named, and nothing happens to it.
    Report,
}

/// Where a rule comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Shipped with the toolkit.
    Shipped,
    /// Shipped, with keys changed in the settings.
    Changed,
    /// Written in the settings.
    Settings,
}
