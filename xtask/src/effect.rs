//! The only homes of processes, HTTP, file changes, the environment, secrets, interruption and printing.

pub mod environment;
pub mod files;
pub mod http;
pub mod interrupt;
pub mod peek;
pub mod process;
pub mod progress;
pub mod relocate;
pub mod report;
pub mod secret;
