//! Puts what litters a repository where it belongs: rules decide, a journal remembers, nothing is lost.

pub mod evidence;
pub mod keep;
pub mod matcher;
pub mod path;
pub mod pattern;
pub mod rule;
