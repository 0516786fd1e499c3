//! A run that is broken off leaves nothing half written, and the next one goes on.

use xtask::effect::files;

use super::fixture::{MAIN, Place, QUICK, manifest, program};
use crate::support::{Run, is_here, run};

/// Code that says it is there by making the file `here`, then waits until there is a file `go`, a minute at most.
fn waiting(place: &Place) -> String {
    let above = place.above().display();
    format!(
        "    std::fs::write(\"{above}/here\", \"\").unwrap();\n    for _ in 0..600 {{\n        \
         if std::path::Path::new(\"{above}/go\").exists() {{\n            break;\n        }}\n        \
         std::thread::sleep(std::time::Duration::from_millis(100));\n    }}\n"
    )
}

/// Runs `dist` and sends it a signal as soon as the file `here` is there. What it says goes to a file, since a
/// program that outlives it would hold a pipe.
fn broken_off(place: &Place, signal: &str) -> Run {
    let here = place.above().join("here").display().to_string();
    let said = place.above().join("said").display().to_string();
    let script = format!(
        "\"$0\" dist >/dev/null 2>'{said}' & id=$!; n=0; while [ ! -e '{here}' ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done; \
         kill -{signal} $id; wait $id; code=$?; cat '{said}' >&2; exit $code"
    );
    let shell = program("sh", &place.root).args(["-c", &script, env!("CARGO_BIN_EXE_xtask")]);
    run(&shell)
}

fn temporaries(place: &Place) -> Vec<String> {
    files::list(&place.root.join("dist"))
        .unwrap()
        .iter()
        .map(|it| it.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|it| it.starts_with(".xtask-"))
        .collect()
}

#[test]
fn ctrl_c_while_it_compiles() {
    if !is_here("sh", "ctrl_c_while_it_compiles") {
        return;
    }
    let place = Place::app(&[]);
    place.put("build.rs", &format!("fn main() {{\n{}}}\n", waiting(&place)));
    let run = broken_off(&place, "INT").ends(130);
    assert!(
        run.stderr
            .contains("warning: interrupted: no file was left half written"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("error: "), "{}", run.stderr);
    assert_eq!(temporaries(&place), Vec::<String>::new());
    files::write(&place.above().join("go"), b"").unwrap();
    place.dist("").ends(0);
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3\n");
}

#[test]
fn ctrl_c_between_two_products() {
    if !is_here("sh", "ctrl_c_between_two_products") {
        return;
    }
    let place = Place::new(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n",
        ),
        ("packaging/release.toml", QUICK),
        ("a/Cargo.toml", &manifest("a", "")),
        ("a/src/main.rs", MAIN),
        ("b/Cargo.toml", &manifest("b", "")),
    ]);
    // The second program is asked for its version when the first product is packed already.
    let waits = format!(
        "fn main() {{\n{}    println!(\"b 1.2.3\");\n}}\n",
        waiting(&place)
    );
    place.put("b/src/main.rs", &waits);
    place.put(
        "packaging/release.toml",
        &format!("[dist]\ncheck-paths = false\n{QUICK}"),
    );
    place.lock();
    let run = broken_off(&place, "INT").ends(130);
    assert!(run.stderr.contains("warning: interrupted"), "{}", run.stderr);
    assert_eq!(temporaries(&place), Vec::<String>::new());
    assert!(!place.root.join("dist/artifacts.json").exists());
    files::write(&place.above().join("go"), b"").unwrap();
    place.dist("").ends(0);
    assert_eq!(place.shelf().release.identity.packages, ["a", "b"]);
}

#[test]
fn a_kill_while_it_compiles() {
    if !is_here("sh", "a_kill_while_it_compiles") {
        return;
    }
    let place = Place::app(&[]);
    place.dist("").ends(0);
    let before = place.shelf();
    place.put("build.rs", &format!("fn main() {{\n{}}}\n", waiting(&place)));
    broken_off(&place, "KILL").ends(137);
    // What was there is there still, and it still describes itself.
    assert_eq!(place.shelf().names(), before.names());
    // As a kill while a file is written would leave it.
    place.put("dist/.xtask-1-0.tmp", "half");
    files::write(&place.above().join("go"), b"").unwrap();
    place.dist("").ends(0);
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3\n");
    assert_ne!(
        place.shelf().release.identity.source,
        before.release.identity.source
    );
}
