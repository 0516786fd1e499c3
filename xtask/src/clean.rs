//! Puts what litters a repository where it belongs: rules decide, a journal remembers, nothing is lost.

pub mod evidence;
pub mod path;
pub mod reference;
pub mod rewrite;
pub mod rule;
