//! The page about the command line says what the command line is.

use std::path::Path;

use xtask::cli::document;
use xtask::effect::{environment, files};

#[test]
fn the_page_is_that_of_the_command_line() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let page = document::page();
    if environment::var("UPDATE_GOLDEN").is_some() {
        files::write(&path, page.as_bytes()).unwrap();
    }
    let found = files::read_text(&path).unwrap();
    assert!(
        found == page,
        "docs/cli.md: `UPDATE_GOLDEN=1 cargo test -p xtask` rewrites it"
    );
}
