//! The source archive: it holds what a checkout holds, builds by itself, and is made once.

use xtask::dist::plan::{Plan, Request};
use xtask::effect::files;
use xtask::effect::report::Report;
use xtask::problem;
use xtask::workspace::Workspace;

use super::fixture::{Place, QUICK, Shelf, manifest, outcome, program};
use crate::support::{Run, is_here, put, run, scratch};
use crate::version::fixture::git;

/// The paths in the source archive, below the top folder.
#[track_caller]
fn paths(place: &Place) -> Vec<String> {
    place.shelf().source_files().into_keys().collect()
}

/// The source archive as bytes.
#[track_caller]
fn bytes(shelf: &Shelf) -> Vec<u8> {
    shelf.bytes(&shelf.release.source().unwrap().name)
}

/// How the source archive of a `--json` run ended.
#[track_caller]
fn source_outcome(run: &Run) -> String {
    let document = run.json();
    document["source"]["outcome"].as_str().unwrap().to_owned()
}

/// Settings with one more line under `[dist]`.
fn settings(line: &str) -> String {
    format!("[dist]\n{line}\n{QUICK}")
}

#[test]
fn it_unpacks_and_builds() {
    if !is_here("tar", "it_unpacks_and_builds") {
        return;
    }
    let place = Place::app(&[
        (
            "Cargo.toml",
            &manifest(
                "app",
                "\n[dependencies]\nlib = { path = \"lib\" }\n\n[workspace]\n",
            ),
        ),
        (
            "src/main.rs",
            "fn main() {\n    println!(\"app {} {}\", env!(\"CARGO_PKG_VERSION\"), lib::WORD);\n}\n",
        ),
        ("lib/Cargo.toml", &manifest("lib", "")),
        (
            "lib/src/lib.rs",
            "pub const WORD: &str = include_str!(\"../../words/a word\");\n",
        ),
        ("words/a word", "hello"),
    ]);
    place.dist("").ends(0);
    let shelf = place.shelf();
    let row = shelf.release.source().unwrap();
    assert_eq!(row.name, "app-1.2.3-source.tar.gz");
    assert_eq!(
        (row.package.as_str(), &row.target, row.builder.as_str()),
        ("app", &None, "pack")
    );
    let elsewhere = scratch();
    run(&program("tar", elsewhere.path())
        .arg("-xzf")
        .arg(shelf.dir.join(&row.name)))
    .ends(0);
    let tops = files::list(elsewhere.path()).unwrap();
    assert_eq!(tops, [elsewhere.path().join("app-1.2.3")]);
    let cargo = program("cargo", &tops[0]);
    let built = run(&cargo.args(["run", "--offline", "--locked", "--quiet"])).ends(0);
    assert_eq!(built.text(), "app 1.2.3 hello\n");
    // What was unpacked is the source of the same release: the same bytes again, without git as with it.
    files::remove_dir(&tops[0].join("target")).unwrap();
    run(&program(env!("CARGO_BIN_EXE_xtask"), &tops[0]).arg("dist")).ends(0);
    let again = Shelf::whole(&tops[0].join("dist"));
    assert_eq!(bytes(&again), bytes(&shelf));
}

#[test]
fn it_holds_what_git_knows_and_what_decides() {
    if !is_here("git", "it_holds_what_git_knows_and_what_decides") {
        return;
    }
    let include = settings("include = [\"notes/*\", \"target/manual/*\", \"README.md\"]");
    let place = Place::app(&[
        ("packaging/release.toml", &include),
        ("README.md", "# app\n"),
        ("gone", ""),
        (".tools/zig", ""),
        ("target/manual/page", ""),
        ("notes/private", ""),
        (".env", "TOKEN=1\n"),
        (".cargo/config.toml", "[build]\nincremental = false\n"),
    ]);
    place.commit("Cargo.lock\n.cargo/\n.env\n/notes/\n");
    files::remove(&place.root.join("gone")).unwrap();
    place.put("src/new.rs", "// Not yet added.\n");
    let said = place.dist("").ends(0).stderr;
    let expected = [
        ".cargo/config.toml",
        ".gitignore",
        "Cargo.lock",
        "Cargo.toml",
        "README.md",
        "packaging/release.toml",
        "rust-toolchain.toml",
        "src/main.rs",
        "src/new.rs",
    ];
    assert_eq!(paths(&place), expected);
    let warning =
        "warning: `.cargo/config.toml` is ignored by git, and is packed with the source all the same";
    assert!(said.contains(warning), "{said}");
    // What every archive of a program holds is not for that a part of the source.
    assert!(place.shelf().files("app").contains_key("notes/private"));
}

#[test]
fn the_same_bytes_in_another_folder_under_another_time_and_umask() {
    let content = [("run.sh", "#!/bin/sh\n"), ("data/x", "x\n")];
    let (first, second) = (Place::app(&content), Place::app(&content));
    files::set_mode(&first.root.join("run.sh"), 0o755).unwrap();
    files::set_mode(&second.root.join("run.sh"), 0o700).unwrap();
    files::set_mode(&second.root.join("data/x"), 0o600).unwrap();
    super::fixture::set_time(&second.root.join("data/x"), 1_000_000_000);
    first.dist("").ends(0);
    second.dist("").ends(0);
    let (a, b) = (first.shelf(), second.shelf());
    assert_eq!(bytes(&a), bytes(&b));
    assert_eq!(a.release.source(), b.release.source());
    let script = if cfg!(unix) { 0o755 } else { 0o644 };
    let packed = a.source_files();
    assert_eq!((packed["run.sh"].mode, packed["data/x"].mode), (script, 0o644));
}

#[cfg(unix)]
#[test]
fn modes_where_git_does_not_look_at_the_disk() {
    if !is_here("git", "modes_where_git_does_not_look_at_the_disk") {
        return;
    }
    let place = Place::app(&[("run.sh", "#!/bin/sh\n"), ("data", "x\n")]);
    place.commit("");
    git(&place.root, "config core.fileMode false");
    git(&place.root, "update-index --chmod=+x run.sh");
    files::set_mode(&place.root.join("data"), 0o777).unwrap();
    place.dist("").ends(0);
    let packed = place.shelf().source_files();
    assert_eq!((packed["run.sh"].mode, packed["data"].mode), (0o755, 0o644));
}

#[test]
fn it_is_made_once_and_repaired() {
    let place = Place::app(&[("run.sh", "#!/bin/sh\n")]);
    let first = place.dist("--json").ends(0);
    assert_eq!(
        (outcome(&first), source_outcome(&first)),
        ("built".into(), "built".into())
    );
    let again = place.dist("--json").ends(0);
    assert_eq!(
        (outcome(&again), source_outcome(&again)),
        ("fresh".into(), "fresh".into())
    );
    let shelf = place.shelf();
    let path = shelf.dir.join(&shelf.release.source().unwrap().name);
    let whole = bytes(&shelf);
    let damages: [(&str, &dyn Fn()); 2] = [
        ("half of it", &|| {
            files::write(&path, &whole[..whole.len() / 2]).unwrap();
        }),
        ("gone", &|| files::remove(&path).unwrap()),
    ];
    for (what, damage) in damages {
        damage();
        let mended = place.dist("--json").ends(0);
        assert_eq!(
            (outcome(&mended), source_outcome(&mended)),
            ("fresh".into(), "built".into()),
            "{what}"
        );
        assert_eq!(bytes(&place.shelf()), whole, "{what}");
    }
    if cfg!(unix) {
        files::set_mode(&place.root.join("run.sh"), 0o755).unwrap();
        let other = place.dist("--json").ends(0);
        assert_eq!(
            (outcome(&other), source_outcome(&other)),
            ("fresh".into(), "built".into())
        );
        assert_eq!(place.shelf().source_files()["run.sh"].mode, 0o755);
    }
}

#[test]
fn it_can_be_turned_off() {
    let place = Place::app(&[]);
    place.dist("").ends(0);
    place.put("packaging/release.toml", &settings("source = false"));
    let run = place.dist("--prove --json").ends(0).json();
    assert!(
        run["source"].is_null() && run["proof"]["source"].is_null(),
        "{run}"
    );
    let shelf = place.shelf();
    assert_eq!(shelf.release.source(), None);
    assert_eq!(shelf.names().len(), 2);
    assert!(!shelf.dir.join("app-1.2.3-source.tar.gz").exists());
}

#[test]
fn it_is_proved_too() {
    let place = Place::app(&[("run.sh", "#!/bin/sh\n")]);
    files::set_mode(&place.root.join("run.sh"), 0o755).unwrap();
    let proved = place.dist("--prove").ends(0);
    assert!(
        proved.text().lines().any(|it| it == "same    source"),
        "{}",
        proved.text()
    );
    let proof = place.dist("--prove --json").ends(0).json()["proof"].clone();
    assert_eq!(proof["source"], serde_json::json!([]));
}

#[test]
fn without_a_program_there_is_no_source_either() {
    let place = Place::app(&[]);
    place.dist("").ends(0);
    let before = bytes(&place.shelf());
    place.put("src/main.rs", "fn main() { slip }\n");
    let failed = place.dist("--json").ends(1);
    assert!(failed.json()["source"].is_null(), "{}", failed.text());
    assert_eq!(bytes(&place.shelf()), before);
}

#[test]
fn a_file_that_changes_meanwhile_is_told() {
    let place = Place::app(&[("data", "one\n")]);
    let workspace = Workspace::load(Some(&place.root)).unwrap();
    let plan = Plan::new(workspace, &Request::default(), Report::quiet()).unwrap();
    let archive = plan.source_archive.as_ref().unwrap();
    archive.pack(&plan).unwrap();
    place.put("data", "two\n");
    let error = archive.pack(&plan).unwrap_err();
    let lines = problem::lines(&error);
    let expected = "cannot pack the source: `data` was changed while it was released";
    assert_eq!(lines[0].what, expected);
}

#[test]
fn files_of_submodules_are_packed_and_packages_beside_the_workspace_are_missed() {
    if !is_here(
        "git",
        "files_of_submodules_are_packed_and_packages_beside_the_workspace_are_missed",
    ) {
        return;
    }
    let place = Place::app(&[("sub/Cargo.toml", &manifest("sub", "")), ("sub/src/lib.rs", "")]);
    put(place.above(), "far/Cargo.toml", &manifest("far", ""));
    put(place.above(), "far/src/lib.rs", "");
    let dependencies = "sub = { path = \"sub\" }\nfar = { path = \"../far\" }\n";
    let rest = format!("\n[workspace]\n\n[dependencies]\n{dependencies}");
    place.put("Cargo.toml", &manifest("app", &rest));
    place.lock();
    git(&place.root.join("sub"), "init --quiet");
    git(&place.root.join("sub"), "add .");
    git(&place.root.join("sub"), "commit --quiet --message sub");
    place.commit("");
    let said = place.dist("").ends(0).stderr;
    let expected = [
        ".gitignore",
        "Cargo.lock",
        "Cargo.toml",
        "packaging/release.toml",
        "rust-toolchain.toml",
        "src/main.rs",
        "sub/Cargo.toml",
        "sub/src/lib.rs",
    ];
    assert_eq!(paths(&place), expected);
    let warning =
        "warning: the source archive does not build by itself: it lacks `far`, outside the workspace";
    assert!(said.contains(warning), "{said}");
}
