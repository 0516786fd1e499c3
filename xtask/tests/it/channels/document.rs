//! The page about the channels says what their table says.

use std::path::Path;

use xtask::channel::document;
use xtask::effect::{environment, files};

#[test]
fn the_page_is_that_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/channels.md");
    let page = document::page();
    if environment::var("UPDATE_GOLDEN").is_some() {
        files::write(&path, page.as_bytes()).unwrap();
    }
    let found = files::read_text(&path).unwrap();
    assert!(
        found == page,
        "docs/channels.md: `UPDATE_GOLDEN=1 cargo test -p xtask` rewrites it"
    );
}
