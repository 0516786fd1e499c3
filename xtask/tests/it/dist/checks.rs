//! The checks of what was built must bite, and bite nobody else.

use super::fixture::{Place, QUICK, outcome};
use crate::support::Run;

/// What became of asking `app` for its version.
#[track_caller]
fn answer(run: &Run) -> String {
    let document = run.json();
    document["targets"][0]["version_checks"]["app"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn versions_that_programs_print() {
    let place = Place::app(&[]);
    assert_eq!(answer(&place.dist("--json").ends(0)), "natively");
    let program = |body: &str| place.put("src/main.rs", &format!("fn main() {{\n    {body}\n}}\n"));

    program("println!(\"app 1.2.4\");");
    let wrong = place.dist("--json").ends(1);
    assert_eq!(outcome(&wrong), "failed");
    assert!(
        wrong
            .stderr
            .contains("`app --version` says `1.2.4`, the workspace says 1.2.3: `app 1.2.4`\n"),
        "{}",
        wrong.stderr
    );
    assert!(
        wrong.stderr.contains("help: let the program print"),
        "{}",
        wrong.stderr
    );
    // What was refused is not in `dist/`; the last good state still is.
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3\n");

    for (body, expected) in [
        (
            "println!(\"hello\");",
            "unchecked: natively: `app --version` prints no version",
        ),
        (
            "eprintln!(\"no such option\"); std::process::exit(2);",
            "unchecked: natively: `app --version` ended with exit status: 2",
        ),
        // What a failing program prints is no answer.
        (
            "println!(\"usage: app [--schema 2.0.0]\"); std::process::exit(2);",
            "unchecked: natively: `app --version` ended with exit status: 2",
        ),
    ] {
        program(body);
        assert_eq!(answer(&place.dist("--json").ends(0)), expected, "{body}");
    }

    program("println!(\"app 9.9.9\");");
    place.put(
        "packaging/release.toml",
        &format!("[dist]\ncheck-version = false\n{QUICK}"),
    );
    assert_eq!(answer(&place.dist("--json").ends(0)), "");
    place.shelf();
}

#[test]
fn programs_that_do_not_end_are_ended() {
    let forever = "loop {\n        std::thread::sleep(std::time::Duration::from_secs(3600));\n    }";
    let place = Place::app(&[("src/main.rs", &format!("fn main() {{\n    {forever}\n}}\n"))]);
    let expected = "unchecked: natively: `app --version` ended with no end within its time";
    assert_eq!(answer(&place.dist("--json").ends(0)), expected);
    // One that talks without end must not fill the memory meanwhile, and is ended the earlier.
    place.put(
        "src/main.rs",
        "fn main() {\n    loop {\n        println!(\"and on\");\n    }\n}\n",
    );
    let said = answer(&place.dist("--json").ends(0));
    assert!(
        said.starts_with("unchecked: natively: `app --version` "),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn a_program_that_leaves_another_behind_is_not_waited_for() {
    // The one left behind holds the pipe: only its end would close it.
    let body =
        "std::process::Command::new(\"sleep\").arg(\"100\").spawn().unwrap();\n    println!(\"app 1.2.3\");";
    let place = Place::app(&[("src/main.rs", &format!("fn main() {{\n    {body}\n}}\n"))]);
    let said = answer(&place.dist("--json").ends(0));
    assert!(
        said.starts_with("natively") || said.starts_with("unchecked: natively"),
        "{said}"
    );
}

#[test]
fn a_path_of_the_build_machine_is_refused() {
    let place = Place::app(&[(
        "src/main.rs",
        "fn main() {\n    println!(\"app 1.2.3 {}\", env!(\"CARGO_MANIFEST_DIR\"));\n}\n",
    )]);
    let run = place.dist("--json").ends(1);
    let root = place.root.canonicalize().unwrap();
    let expected = format!(
        "`app`: holds the path `{}` of the build machine at 0x",
        root.display()
    );
    if cfg!(unix) {
        assert!(
            run.stderr.contains(&expected),
            "{expected}\nis not in\n{}",
            run.stderr
        );
    }
    assert!(
        run.stderr
            .contains("help: to let it be: `check-paths = false` under `[dist]`"),
        "{}",
        run.stderr
    );
    assert_eq!(place.shelf().names(), Vec::<&str>::new());
    place.put(
        "packaging/release.toml",
        &format!("[dist]\ncheck-paths = false\n{QUICK}"),
    );
    place.dist("").ends(0);
    assert!(place.shelf().says("app", "app").starts_with("app 1.2.3 "));
}

#[test]
fn panics_and_files_name_no_folder_of_the_build_machine() {
    let place = Place::app(&[(
        "src/main.rs",
        "fn main() {\n    let n = std::env::args().count();\n    assert!(n < 9, \"many\");\n    println!(\"app 1.2.3 {} {}\", file!(), std::panic::Location::caller());\n}\n",
    )]);
    place.dist("").ends(0);
    let said = place.shelf().says("app", "app").replace('\\', "/");
    assert_eq!(said, "app 1.2.3 src/main.rs src/main.rs:4:42\n");
}
