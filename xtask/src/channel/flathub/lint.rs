//! x
use crate::lint::Rule;
pub(super) const RULES: &[Rule] = &[];
