//! The AUR's package bases: golden files, the rules, and makepkg.

use xtask::edition::sample::Sample;

use crate::channels::fixture::{Paper, golden};

#[test]
fn the_recipes() {
    let paper = Paper::plain();
    for name in ["demo/PKGBUILD", "demo/.SRCINFO", "demo-bin/PKGBUILD", "demo-bin/.SRCINFO"] {
        let golden_name = name.replace('/', ".").replace("..", ".");
        golden("aur", &golden_name, &paper.text("aur", name));
    }
    assert_eq!(paper.findings("aur"), Vec::<String>::new());
    let _ = Sample::default();
}
