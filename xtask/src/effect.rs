//! The only homes of processes, file changes, the environment, interruption and printing.

pub mod environment;
pub mod files;
pub mod interrupt;
pub mod peek;
pub mod process;
pub mod progress;
pub mod relocate;
pub mod report;
