//! `cargo xtask clean-repo` on trees as they are found in the wild, and on trees as nobody would make them.

mod fixture;
mod kill;
mod property;
