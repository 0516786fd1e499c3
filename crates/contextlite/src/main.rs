//! The `contextlite` program.

fn main() {}
