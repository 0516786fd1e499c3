//! `cargo xtask dist` on generated workspaces of every shape: what it leaves in `dist/`, and what it refuses.

mod again;
mod checks;
pub(crate) mod cross;
mod document;
pub(crate) mod fixture;
mod merge;
mod names;
mod proof;
mod refusals;
mod shapes;
#[cfg(unix)]
mod signals;
mod source;
