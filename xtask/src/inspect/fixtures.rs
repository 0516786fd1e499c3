//! The smallest binaries of each form that have what is measured, written byte by byte.

pub(crate) mod elf;
pub(crate) mod macho;
pub(crate) mod pe;
