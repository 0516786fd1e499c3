//! End-to-end tests: they run the real program.

mod channels;
mod checksum;
mod ci;
mod clean;
mod coverage;
mod dice;
mod dist;
#[cfg(unix)]
mod progress;
mod support;
mod version;
