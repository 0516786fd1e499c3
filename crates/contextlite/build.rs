//! Writes shell completions and man pages into `$OUT_DIR/completions` and `$OUT_DIR/man`, for the release archives.
//!
//! They are made from the same `cli.rs` as the program, hold no date and no path, and so are the same bytes in every
//! build.

use std::path::PathBuf;
use std::{env, fs, io};

use clap::{CommandFactory as _, ValueEnum as _};
use clap_complete::Shell;

#[path = "src/cli.rs"]
mod cli;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/cli.rs");

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts"));
    let completions = out.join("completions");
    fs::create_dir_all(&completions)?;
    for shell in Shell::value_variants() {
        clap_complete::generate_to(*shell, &mut cli::Cli::command(), "contextlite", &completions)?;
    }

    let man = out.join("man");
    fs::create_dir_all(&man)?;
    clap_mangen::generate_to(cli::Cli::command(), &man)
}
