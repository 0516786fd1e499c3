//! End-to-end tests: they run the real program.

mod checksum;
mod ci;
mod coverage;
mod dist;
mod support;
mod version;
