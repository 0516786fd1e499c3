//! `--prove` builds twice under changed conditions: it must pass what is the same and name what is not.

#[cfg(unix)]
use std::path::Path;

use xtask::effect::files;

use super::fixture::{Place, manifest, set_time};
use crate::support::is_here;
#[cfg(unix)]
use crate::support::put;
use crate::version::fixture::git;

#[test]
fn the_same_bytes_twice() {
    let place = Place::app(&[
        ("README.md", "# app\n"),
        (
            "build.rs",
            "fn main() {\n    println!(\"cargo::rustc-env=WORD=x\");\n}\n",
        ),
        (
            "src/main.rs",
            "fn main() {\n    println!(\"app 1.2.3 {}\", env!(\"WORD\"));\n}\n",
        ),
    ]);
    if is_here("git", "the_same_bytes_twice") {
        place.put("gone", "");
        place.commit("");
        // Work in progress counts: changed, new and gone files.
        place.put("README.md", "# App\n");
        place.put("CHANGELOG.md", "# Changes\n");
        files::remove(&place.root.join("gone")).unwrap();
    }
    let run = place.dist("--prove").ends(0);
    let said = run.text();
    assert!(said.lines().any(|it| it.starts_with("same ")), "{said}");
    for condition in ["source folder", "home folder", "time zone", "one job"] {
        assert!(run.stderr.contains(condition), "{}", run.stderr);
    }
    let proof = place.dist("--prove --json").ends(0).json()["proof"].clone();
    assert_eq!(proof["targets"][place.shelf().host()], serde_json::json!([]));
    assert!(!place.root.join("target/xtask/proof").exists());
}

#[test]
fn a_workspace_with_a_submodule() {
    if !is_here("git", "a_workspace_with_a_submodule") {
        return;
    }
    let place = Place::app(&[
        (
            "Cargo.toml",
            &manifest(
                "app",
                "\n[workspace]\n\n[dependencies]\nsub = { path = \"sub\" }\n",
            ),
        ),
        (
            "src/main.rs",
            "fn main() {\n    println!(\"app 1.2.3 {}\", sub::WORD);\n}\n",
        ),
        ("sub/Cargo.toml", &manifest("sub", "")),
        ("sub/src/lib.rs", "pub const WORD: &str = \"one\";\n"),
        ("sub/gone", ""),
    ]);
    git(&place.root.join("sub"), "init --quiet");
    git(&place.root.join("sub"), "add .");
    git(&place.root.join("sub"), "commit --quiet --message sub");
    place.commit("");
    place.dist("--prove").ends(0);
    assert!(!place.shelf().release.identity.is_dirty);
    // Work in progress there is work in progress.
    let source = place.put("sub/src/lib.rs", "pub const WORD: &str = \"two\";\n");
    set_time(&source, 1_000_000_000);
    files::remove(&place.root.join("sub/gone")).unwrap();
    place.dist("--prove").ends(0);
    assert!(place.shelf().release.identity.is_dirty);
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 two\n");
}

#[test]
fn a_real_difference_is_named_by_file_offset_and_section() {
    let scripts = [
        (
            "the time",
            "std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos().to_string()",
        ),
        (
            "the folder",
            "std::env::current_dir().unwrap().file_name().unwrap().to_str().unwrap().to_owned()",
        ),
    ];
    for (what, value) in &scripts {
        let place = Place::app(&[
            (
                "build.rs",
                &format!("fn main() {{\n    println!(\"cargo::rustc-env=WORD={{}}\", {value});\n}}\n"),
            ),
            (
                "src/main.rs",
                "fn main() {\n    println!(\"app 1.2.3 {}\", env!(\"WORD\"));\n}\n",
            ),
        ]);
        let run = place.dist("--prove --json").ends(1);
        let stem = format!("app-1.2.3-{}", place.shelf().host());
        let start = format!("error: not reproducible: `{stem}.tar.gz: {stem}/app`: ");
        let line = run.stderr.lines().find(|it| it.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("{what}: {}", run.stderr));
        assert!(line.contains(" bytes differ; at 0x"), "{what}: {line}");
        // What is as long as before stays in its place.
        if cfg!(target_os = "linux") && *what == "the time" {
            assert!(line.contains(" in .rodata: "), "{what}: {line}");
        }
        assert!(
            run.stderr.contains("help: both builds are kept: "),
            "{what}: {}",
            run.stderr
        );
        let named = &run.json()["proof"]["targets"][place.shelf().host()];
        assert!(!named.as_array().unwrap().is_empty(), "{what}");
        // What was built is good for what it is.
        place.shelf();
    }
}

#[test]
fn a_second_build_that_fails_proves_nothing() {
    let script = "fn main() {\n    let here = std::env::current_dir().unwrap();\n    assert!(here.ends_with(\"work\"), \"another folder\");\n}\n";
    let place = Place::app(&[("build.rs", script)]);
    let run = place.dist("--prove").ends(1);
    assert!(
        run.stderr
            .contains("error: cannot prove anything: the second build ended with exit status: 1\n"),
        "{}",
        run.stderr
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_workspace() {
    if !is_here("git", "links_that_lead_out_of_the_workspace") {
        return;
    }
    let place = Place::app(&[]);
    put(place.above(), "far/NEWS", "news\n");
    put(place.above(), "LICENSE", "licence\n");
    let link = |aim: &str, at: &str| files::link_folder(Path::new(aim), &place.root.join(at)).unwrap();
    link("../far/NEWS", "CHANGELOG.md");
    link(&place.above().join("LICENSE").display().to_string(), "LICENSE");
    link("no/where", "NOTICE");
    place.commit("");
    let run = place.dist("--prove").ends(0);
    assert!(run.text().contains("\nsame "), "{}", run.text());
    assert_eq!(place.shelf().paths("app"), ["CHANGELOG.md", "LICENSE", "app"]);
}
