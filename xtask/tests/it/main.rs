//! End-to-end tests: they run the real program.

mod channels;
mod checksum;
mod ci;
mod clean;
mod cli;
#[cfg(unix)]
mod completions;
mod coverage;
mod dice;
mod dist;
mod init;
#[cfg(unix)]
mod progress;
#[cfg(unix)]
mod publish;
#[cfg(unix)]
mod setup;
mod support;
mod version;
