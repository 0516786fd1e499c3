//! Flathub's manifest, crate sources, metainfo and desktop entry.

use crate::channels::fixture::{Paper, fits_schema, golden};

const ID: &str = "io.github.owner.demo";

#[test]
fn what_is_rendered() {
    let paper = Paper::plain();
    let files = paper.files("flathub");
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "bundle/io.github.owner.demo.desktop",
            "bundle/io.github.owner.demo.metainfo.xml",
            "bundle/io.github.owner.demo.yml",
            "io.github.owner.demo/cargo-sources.json",
            "io.github.owner.demo/io.github.owner.demo.desktop",
            "io.github.owner.demo/io.github.owner.demo.metainfo.xml",
            "io.github.owner.demo/io.github.owner.demo.yml",
        ]
    );
    for (path, name) in [
        (format!("{ID}/{ID}.yml"), "demo.yml"),
        (format!("{ID}/cargo-sources.json"), "cargo-sources.json"),
        (format!("{ID}/{ID}.metainfo.xml"), "demo.metainfo.xml"),
        (format!("{ID}/{ID}.desktop"), "demo.desktop"),
        (format!("bundle/{ID}.yml"), "bundle.yml"),
    ] {
        golden("flathub", name, &paper.text("flathub", &path));
    }
    let dir = paper.put("flathub");
    let manifests = [
        dir.join(format!("{ID}/{ID}.yml")),
        dir.join(format!("bundle/{ID}.yml")),
    ];
    for manifest in &manifests {
        fits_schema(
            "flatpak/flatpak-manifest.schema.json",
            "flathub::what_is_rendered",
            &[manifest],
        );
    }
}
