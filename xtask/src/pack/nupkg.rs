//! Writes a `.nupkg`: a zip in the form of the Open Packaging Conventions (ECMA-376 part 2), as NuGet reads it.

use std::collections::BTreeSet;

use anyhow::anyhow;

use crate::digest::Sha256;
use crate::pack::{File, Mode, Paths, zip};
use crate::render::xml::Element;

const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const CORE: &str = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties";
const MANIFEST: &str = "http://schemas.microsoft.com/packaging/2010/07/manifest";

/// What a package says of itself outside of its nuspec: the core properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Core {
    /// The id.
    pub id: String,
    /// The version in NuGet's form.
    pub version: String,
    /// Who wrote it.
    pub authors: String,
    /// What it is.
    pub description: String,
    /// Words to be found by, parted by spaces.
    pub tags: String,
}

/// The bytes of a package: its nuspec, the files in the given order below the root, and what the form asks for. `time_s`
/// is the time of every entry in seconds since 1970 (UTC).
pub fn write(core: &Core, nuspec: &str, files: Vec<(String, File)>, time_s: i64) -> anyhow::Result<Vec<u8>> {
    let nuspec_path = format!("{}.nuspec", core.id);
    // NuGet gives this part a random name; ours follows from what the package is.
    let name = Sha256::of(format!("{} {}", core.id, core.version).as_bytes()).to_string();
    let core_path = format!("package/services/metadata/core-properties/{}.psmdcp", &name[..32]);
    let plain = |text: String| File {
        mode: Mode::Plain,
        bytes: text.into_bytes(),
    };
    let mut all = vec![
        (
            "_rels/.rels".to_owned(),
            plain(relationships(&nuspec_path, &core_path)),
        ),
        (nuspec_path, plain(nuspec.to_owned())),
    ];
    all.extend(files);
    let paths: Vec<&str> = all
        .iter()
        .map(|it| it.0.as_str())
        .chain([core_path.as_str()])
        .collect();
    let types = ("[Content_Types].xml".to_owned(), plain(content_types(&paths)));
    all.push((core_path, plain(properties(core))));
    all.insert(0, types);
    let mut taken = Paths::default();
    for (path, _) in &all {
        taken
            .take(path)
            .map_err(|why| anyhow!("cannot pack `{path}`: {why}"))?;
    }
    zip::write_files(all.iter().map(|(path, file)| (path.clone(), file)), time_s)
}

/// Where a reader finds the nuspec and the core properties.
fn relationships(nuspec: &str, core: &str) -> String {
    let one = |kind: &str, target: &str| {
        let id = Sha256::of(target.as_bytes()).to_string().to_uppercase();
        Element::new("Relationship")
            .with("Type", kind)
            .with("Target", format!("/{target}"))
            .with("Id", format!("R{}", &id[..16]))
    };
    Element::new("Relationships")
        .with("xmlns", RELATIONSHIPS)
        .child(one(MANIFEST, nuspec))
        .child(one(&format!("{RELATIONSHIPS}/metadata/core-properties"), core))
        .document()
}

/// A type for each ending, and for each file without one: a part without a type is an error for a reader.
fn content_types(paths: &[&str]) -> String {
    const KNOWN: &[(&str, &str)] = &[
        (
            "psmdcp",
            "application/vnd.openxmlformats-package.core-properties+xml",
        ),
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
    ];
    let octets = "application/octet";
    let ending = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.rsplit_once('.')
            .map(|it| it.1.to_lowercase())
            .filter(|it| !it.is_empty())
    };
    let endings: BTreeSet<String> = paths.iter().filter_map(|it| ending(it)).collect();
    let defaults = endings.iter().map(|it| {
        let kind = KNOWN.iter().find(|(end, _)| end == it).map_or(octets, |it| it.1);
        Element::new("Default")
            .with("Extension", it)
            .with("ContentType", kind)
    });
    let overrides = paths.iter().filter(|it| ending(it).is_none()).map(|it| {
        Element::new("Override")
            .with("PartName", format!("/{it}"))
            .with("ContentType", octets)
    });
    Element::new("Types")
        .with("xmlns", TYPES)
        .children(defaults)
        .children(overrides)
        .document()
}

fn properties(core: &Core) -> String {
    Element::new("coreProperties")
        .with("xmlns", CORE)
        .with("xmlns:dc", "http://purl.org/dc/elements/1.1/")
        .with("xmlns:dcterms", "http://purl.org/dc/terms/")
        .with("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .child(Element::text("dc:creator", &core.authors))
        .child(Element::text("dc:description", &core.description))
        .child(Element::text("dc:identifier", &core.id))
        .child(Element::text("version", &core.version))
        .child(Element::text("keywords", &core.tags))
        .document()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::read;

    fn package(files: &[&str]) -> anyhow::Result<Vec<u8>> {
        let core = Core {
            id: "demo".to_owned(),
            version: "1.2.3".to_owned(),
            authors: "A & B".to_owned(),
            description: "Counts <words>".to_owned(),
            tags: "words count".to_owned(),
        };
        let file = |path: &&str| {
            let mode = Mode::Plain;
            (
                (*path).to_owned(),
                File {
                    mode,
                    bytes: b"x".to_vec(),
                },
            )
        };
        write(
            &core,
            "<package/>\n",
            files.iter().map(file).collect(),
            1_700_000_000,
        )
    }

    #[test]
    fn the_parts_and_their_order() {
        let bytes = package(&["tools/demo.exe", "tools/README"]).unwrap();
        assert_eq!(bytes, package(&["tools/demo.exe", "tools/README"]).unwrap());
        let files = read::files("demo.nupkg", &bytes).unwrap();
        let paths: Vec<&str> = files.iter().map(|it| it.path.as_str()).collect();
        let core = format!(
            "package/services/metadata/core-properties/{}.psmdcp",
            &Sha256::of(b"demo 1.2.3").to_string()[..32]
        );
        assert_eq!(
            paths,
            [
                "[Content_Types].xml",
                "_rels/.rels",
                "demo.nuspec",
                "tools/demo.exe",
                "tools/README",
                core.as_str()
            ]
        );
        let text = |at: usize| String::from_utf8(files[at].bytes.clone()).unwrap();
        assert!(
            text(0).contains("Override PartName=\"/tools/README\""),
            "{}",
            text(0)
        );
        assert!(text(0).contains("Extension=\"exe\""), "{}", text(0));
        assert!(text(1).contains("Target=\"/demo.nuspec\""), "{}", text(1));
        assert!(text(5).contains("A &amp; B"), "{}", text(5));
    }

    #[test]
    fn paths_that_leave_or_collide_are_refused() {
        for path in ["../x", "/x", "DEMO.nuspec", "tools\\x", "_rels/.rels"] {
            assert!(package(&[path]).is_err(), "{path}");
        }
    }
}
