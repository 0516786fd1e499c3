//! End-to-end tests: they run the real program.

mod checksum;
mod support;
mod version;
