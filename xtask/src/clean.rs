//! Puts what litters a repository where it belongs: rules decide, a journal remembers, nothing is lost.

pub mod act;
pub mod evidence;
pub mod index;
pub mod journal;
pub mod keep;
pub mod matcher;
pub mod path;
pub mod pattern;
pub mod perform;
pub mod reference;
pub mod rewrite;
pub mod rule;
pub mod rules;
pub mod secret;
pub mod shipped;
pub mod step;
pub mod tree;
