//! `[clean]`: which rules `cargo xtask clean-repo` follows, and rules of one's own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clean::rule::{Kind, Place};

/// `[clean]`: the rules of `cargo xtask clean-repo`. What is wrong in patterns and names is found by
/// [`crate::clean::rules::rules`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Clean {
    /// Patterns of files and folders that no rule looks at, nor at what lies in them.
    pub exclude: Vec<String>,
    /// Names of rules that are turned off.
    pub off: Vec<String>,
    /// Keys that win over those of a shipped rule, and rules of one's own, by name.
    pub rules: BTreeMap<String, CleanRule>,
}

/// `[clean.rules.NAME]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CleanRule {
    /// Patterns of names; a rule of one's own must have some.
    pub names: Option<Vec<String>>,
    /// Patterns of names that are left alone although `names` fits.
    pub except: Option<Vec<String>>,
    /// Whether it is about files, as by default, or folders.
    pub kind: Option<Kind>,
    /// Whether it looks in the root alone, or everywhere, as by default.
    pub place: Option<Place>,
    /// Names of evidences, of which one must be given. None: the name decides.
    pub content: Option<Vec<String>>,
    /// Whether files that git ignores are looked at too.
    pub ignored: Option<bool>,
    /// Whether programs make it again, so that a script which names it is no reason to leave it.
    pub remade: Option<bool>,
    /// What happens; a rule of one's own must say.
    pub action: Option<Deed>,
    /// The folder of `action = "move"`, from the root.
    pub to: Option<String>,
    /// Why such a file does not belong where it is.
    pub reason: Option<String>,
    /// Lines of `.gitignore` that stop such files from coming back.
    pub gitignore: Option<Vec<String>>,
}

/// What happens to what a rule has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// It is moved into the folder `to`.
    Move,
    /// Git forgets it.
    Untrack,
    /// It goes.
    Delete,
    /// It is named.
    Report,
}
