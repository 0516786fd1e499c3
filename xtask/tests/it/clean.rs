//! `cargo xtask clean-repo` on trees as they are found in the wild, and on trees as nobody would make them.

mod cases;
mod command;
mod fixture;
mod git;
#[cfg(unix)]
mod hostile;
mod kill;
mod meddler;
mod property;
mod references;
mod secrets;
mod undo;
