//! t
use crate::lint::Rule;
/// The rules.
pub(super) const RULES: &[Rule] = &[];
