//! `artifacts.json` and the bill of materials: forms that readers can rely on.

use xtask::artifact::Kind;
use xtask::digest::Algorithm;
use xtask::dist::plan::{Plan, Request};
use xtask::dist::zstandard;
use xtask::effect::report::Report;
use xtask::effect::{environment, files};
use xtask::release::Release;
use xtask::workspace::Workspace;

use super::fixture::{Place, QUICK, manifest, scope};
use crate::support::{clean, is_here, run, skipped};

#[test]
fn digests_agree_with_the_tools_that_people_have() {
    let place = Place::app(&[]);
    place.dist("").ends(0);
    let shelf = place.shelf();
    let row = shelf.archive("app");
    let json: serde_json::Value =
        serde_json::from_str(&files::read_text(&shelf.dir.join("artifacts.json")).unwrap()).unwrap();
    let rows = json["artifacts"].as_array().unwrap();
    let json = rows.iter().find(|it| it["name"] == row.name.as_str()).unwrap();
    for (tool, algorithm) in [
        ("sha256sum", Algorithm::Sha256),
        ("sha512sum", Algorithm::Sha512),
        ("b2sum", Algorithm::Blake2b),
    ] {
        if is_here(tool, "digests_agree_with_the_tools_that_people_have") {
            let said = run(&clean(tool, &shelf.dir).arg(&row.name)).ends(0).text();
            let digest = said.split(' ').next().unwrap();
            assert_eq!(json[algorithm.facts().name], digest, "{tool}");
        }
    }
    if is_here("tar", "digests_agree_with_the_tools_that_people_have") {
        let listed = run(&clean("tar", &shelf.dir).args(["-tzf", &row.name]))
            .ends(0)
            .text();
        let files: Vec<&str> = listed.lines().filter(|it| !it.ends_with('/')).collect();
        let paths: Vec<&str> = row.entries.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(files, paths);
    }
}

#[test]
fn a_document_of_another_form_is_refused() {
    let place = Place::app(&[]);
    place.dist("").ends(0);
    let path = place.root.join("dist/artifacts.json");
    let text = files::read_text(&path).unwrap();
    for (from, to, expected) in [
        (
            "\"schema\": 1",
            "\"schema\": 2",
            "it has schema 2, this program knows 1",
        ),
        (
            "\"artifacts\"",
            "\"files\"",
            "it does not have the form of its schema",
        ),
        ("{", "[", "it is no document of a release"),
    ] {
        assert!(text.contains(from));
        let error = Release::parse(&text.replacen(from, to, 1)).unwrap_err();
        assert!(format!("{error:#}").contains(expected), "{error:#}");
    }
}

#[test]
fn the_bill_of_materials_tells_what_is_linked_from_what_only_helped() {
    let place = Place::new(&[
        ("packaging/release.toml", QUICK),
        (
            "Cargo.toml",
            &manifest(
                "app",
                "license = \"MIT/Apache-2.0\"\nauthors = [\"A <a@x.example>\"]\ndescription = \"\"\"two\n lines\"\"\"\n\n\
                 [workspace]\n\n[features]\nmore = [\"dep:chosen\"]\n\n[dependencies]\nboth = { path = \"both\" }\nchosen = { path = \"chosen\", optional = true }\n\n\
                 [build-dependencies]\nboth = { path = \"both\" }\nonly-build = { path = \"only-build\" }\n\n\
                 [target.'cfg(target_os = \"none\")'.dependencies]\nbare = { path = \"bare\" }\n",
            ),
        ),
        (
            "build.rs",
            "fn main() {\n    both::f();\n    only_build::f();\n}\n",
        ),
        (
            "src/main.rs",
            "fn main() {\n    both::f();\n    println!(\"app 1.2.3\");\n}\n",
        ),
    ]);
    for name in ["both", "chosen", "only-build", "below", "bare"] {
        let rest = if name == "only-build" {
            "\n[dependencies]\nbelow = { path = \"../below\" }\n"
        } else {
            "publish = false\n"
        };
        place.put(&format!("{name}/Cargo.toml"), &manifest(name, rest));
        place.put(&format!("{name}/src/lib.rs"), "pub fn f() {}\n");
    }
    place.lock();
    place.dist("").ends(0);
    let first = place.shelf().sbom("app");
    let scopes = ["both", "only-build", "below", "chosen", "bare"].map(|it| scope(&first, it));
    assert_eq!(scopes, ["required", "excluded", "excluded", "absent", "absent"]);
    let main = &first["metadata"]["component"];
    assert_eq!(main["type"], "application");
    assert_eq!(main["purl"], "pkg:cargo/app@1.2.3");
    assert_eq!(main["description"], "two lines");
    assert_eq!(
        main["licenses"],
        serde_json::json!([{ "expression": "MIT OR Apache-2.0" }])
    );
    // The machine's name in the path of the target folder is no mark of a package for that machine.
    let elsewhere = place.above().join(place.shelf().host());
    files::remove_dir(&place.root.join("dist")).unwrap();
    run(&place.program("").env("CARGO_TARGET_DIR", elsewhere)).ends(0);
    assert_eq!(place.shelf().sbom("app"), first);
}

#[test]
fn a_form_of_archive_that_needs_more_code_is_known_before_anything_is_built() {
    let name = "a_form_of_archive_that_needs_more_code_is_known_before_anything_is_built";
    let settings = format!("[dist]\narchive = \"tar.zst\"\n{QUICK}");
    let place = Place::app(&[("packaging/release.toml", &settings)]);
    let plan = |settings: &str| {
        place.put("packaging/release.toml", settings);
        let workspace = Workspace::load(Some(&place.root)).unwrap();
        Plan::new(workspace, &Request::default(), Report::quiet()).unwrap()
    };
    assert!(!zstandard::needs_feature(&plan(QUICK)));
    let needs = zstandard::needs_feature(&plan(&settings));
    assert_eq!(needs, cfg!(all(not(feature = "zstd"), not(windows))));
    if needs && environment::var("XTASK_TEST_ZSTD").is_none() {
        skipped(
            name,
            "the toolkit would compile itself once more; `XTASK_TEST_ZSTD=1` lets it",
        );
        return;
    }
    place.dist("").ends(0);
    let release = Release::load(&place.root.join("dist")).unwrap();
    let archive = release
        .artifacts
        .iter()
        .find(|it| it.kind == Kind::Archive)
        .unwrap();
    if cfg!(not(windows)) {
        let target = archive.target.as_ref().unwrap();
        assert_eq!(archive.name, format!("app-1.2.3-{target}.tar.zst"));
        let bytes = files::read(&place.root.join("dist").join(&archive.name)).unwrap();
        assert!(
            bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]),
            "the magic number of Zstandard"
        );
    }
}
