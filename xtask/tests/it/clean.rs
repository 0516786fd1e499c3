//! `cargo xtask clean-repo` on trees as they are found in the wild, and on trees as nobody would make them.

mod cases;

mod fixture;
mod git;

mod kill;
mod meddler;
mod property;
mod references;
