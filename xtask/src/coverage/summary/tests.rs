//! What LLVM says, what people and programs read of it.

use super::*;
use crate::effect::environment;
use crate::effect::files::{self, Scratch};

const EXPORT: &str = r#"{"data":[{"files":[
    {"filename":"ROOT/app/src/main.rs","summary":{
        "lines":{"count":3,"covered":2},"functions":{"count":1,"covered":1},"regions":{"count":0,"covered":0}}},
    {"filename":"ROOT/app/core/src/lib.rs","summary":{
        "lines":{"count":10,"covered":10},"functions":{"count":4,"covered":3},"regions":{"count":30,"covered":29}}},
    {"filename":"ROOT/shared.rs","summary":{
        "lines":{"count":1,"covered":0},"functions":{"count":1,"covered":0},"regions":{"count":1,"covered":0}}}
]}]}"#;

fn summary() -> Summary {
    let scratch = Scratch::new(&environment::temp_dir()).unwrap();
    let put = |name: &str, text: &str| files::write(&scratch.path().join(name), text.as_bytes()).unwrap();
    put(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"app/core\"]\nresolver = \"3\"\n",
    );
    for (dir, name) in [("app", "app"), ("app/core", "core")] {
        put(
            &format!("{dir}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n"),
        );
        put(&format!("{dir}/src/lib.rs"), "");
    }
    let workspace = Workspace::load(Some(scratch.path())).unwrap();
    let root = workspace.root.to_string_lossy().replace('\\', "/");
    Summary::read(&EXPORT.replace("ROOT", &root), &workspace).unwrap()
}

#[test]
fn files_belong_to_the_innermost_package() {
    assert_eq!(
        summary().table().join("\n"),
        "\
package          lines         functions       regions
(no package)    0.00 %    0/1     0.00 %  0/1   0.00 %    0/1
app            66.66 %    2/3   100.00 %  1/1        -    0/0
core          100.00 %  10/10    75.00 %  3/4  96.66 %  29/30
total          85.71 %  12/14    66.66 %  4/6  93.54 %  29/31"
    );
}

#[test]
fn the_text_names_each_file() {
    let text = summary().text();
    let files: Vec<&str> = text
        .split("\n\n")
        .nth(1)
        .unwrap()
        .lines()
        .map(|it| it.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        files,
        ["file", "shared.rs", "app/src/main.rs", "app/core/src/lib.rs"]
    );
}

#[test]
fn the_document_is_stable() {
    let document = serde_json::to_value(summary()).unwrap();
    assert_eq!(document["schema"], 1);
    assert_eq!(document["made_by"], "cargo xtask coverage");
    assert_eq!(
        document["total"]["lines"],
        serde_json::json!({"count": 14, "covered": 12, "percent": 85.71})
    );
    assert_eq!(document["packages"][0]["name"], serde_json::Value::Null);
    assert_eq!(
        document["packages"][1],
        serde_json::json!({
            "name": "app",
            "lines": {"count": 3, "covered": 2, "percent": 66.66},
            "functions": {"count": 1, "covered": 1, "percent": 100.0},
            "regions": {"count": 0, "covered": 0, "percent": null},
            "files": [{
                "path": "app/src/main.rs",
                "lines": {"count": 3, "covered": 2, "percent": 66.66},
                "functions": {"count": 1, "covered": 1, "percent": 100.0},
                "regions": {"count": 0, "covered": 0, "percent": null},
            }],
        })
    );
}

#[test]
fn a_bound_is_met_or_named() {
    let check = |least: &str| {
        summary()
            .check_lines(Percent::parse(least).unwrap())
            .map_err(|it| it.what)
    };
    assert_eq!(check("85.71"), Ok(()));
    assert_eq!(
        check("85.72"),
        Err("the tests reach 85.71 % of the lines (12 of 14), and 85.72 % are demanded".to_owned())
    );
}

#[test]
fn percentages_are_read_and_rounded_down() {
    let read = |text| Percent::parse(text).map(|it| it.to_string()).ok();
    assert_eq!(read("80").as_deref(), Some("80.00"));
    assert_eq!(read("0.5").as_deref(), Some("0.50"));
    assert_eq!(read("100").as_deref(), Some("100.00"));
    for wrong in ["", "100.01", "-1", "1e1", "80.", ".5", "80.123", "80 %"] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
    let almost = Share {
        count: 100_000,
        covered: 99_999,
    };
    assert_eq!(almost.percent().unwrap().to_string(), "99.99");
}
