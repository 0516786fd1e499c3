//! `cargo xtask`: parses, dispatches, prints the error. No logic.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::run(std::env::args_os())
}
