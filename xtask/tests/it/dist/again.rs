//! Running `dist` again does what is left to do, no less and no more.

use std::collections::BTreeMap;
use std::path::PathBuf;

use xtask::effect::files;

use super::fixture::{MAIN, Place, QUICK, Shelf, manifest, outcome, set_time, times};
use crate::support::{is_here, put, run};

/// A program whose output is in a file of its own.
fn worded(word: &str) -> String {
    format!("fn main() {{\n    println!(\"app 1.2.3 {word}\");\n}}\n")
}

/// The bytes of all files in `dist/`.
fn contents(place: &Place) -> BTreeMap<PathBuf, Vec<u8>> {
    let found = files::list(&place.root.join("dist")).unwrap();
    found
        .into_iter()
        .map(|it| (it.clone(), files::read(&it).unwrap()))
        .collect()
}

#[test]
fn nothing_to_do_touches_nothing() {
    let place = Place::app(&[("README.md", "# app\n")]);
    assert_eq!(outcome(&place.dist("--json").ends(0)), "built");
    let (before, bytes) = (times(&place.root.join("dist")), contents(&place));
    let said = place.dist("").ends(0);
    assert!(said.text().starts_with("fresh "), "{}", said.text());
    assert!(!said.stderr.contains("Building"), "{}", said.stderr);
    assert_eq!(times(&place.root.join("dist")), before);
    // A time stamp is no content.
    set_time(&place.root.join("src/main.rs"), 4_000_000_000);
    assert_eq!(outcome(&place.dist("--json").ends(0)), "fresh");
    assert_eq!(contents(&place), bytes);
    // The same source in a fresh `dist/` gives the same bytes.
    files::remove_dir(&place.root.join("dist")).unwrap();
    assert_eq!(outcome(&place.dist("--json").ends(0)), "built");
    assert_eq!(contents(&place), bytes);
}

#[test]
fn new_content_under_an_old_time_stamp_is_compiled() {
    let place = Place::app(&[("src/main.rs", &worded("one"))]);
    place.dist("").ends(0);
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 one\n");
    let source = place.put("src/main.rs", &worded("two"));
    set_time(&source, 1_000_000_000);
    assert_eq!(outcome(&place.dist("--json").ends(0)), "built");
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 two\n");

    // The same for a file that is only read at compile time, and for a member that is only linked.
    place.put(
        "src/main.rs",
        "fn main() {\n    println!(\"app 1.2.3 {}\", lib::word());\n}\n",
    );
    place.put(
        "Cargo.toml",
        &manifest(
            "app",
            "\n[dependencies]\nlib = { path = \"lib\" }\n\n[workspace]\n",
        ),
    );
    place.put("lib/Cargo.toml", &manifest("lib", ""));
    place.put(
        "lib/src/lib.rs",
        "pub fn word() -> &'static str {\n    include_str!(\"../../words/word\")\n}\n",
    );
    let word = place.put("words/word", "three");
    place.lock();
    place.dist("").ends(0);
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 three\n");
    files::write(&word, b"four!").unwrap();
    set_time(&word, 1_000_000_000);
    place.dist("").ends(0);
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 four!\n");
}

#[test]
fn a_document_is_packed_anew_around_the_same_binary() {
    let place = Place::app(&[("README.md", "# app\n")]);
    place.dist("").ends(0);
    let before = place.shelf();
    place.put("README.md", "# App\n");
    assert_eq!(outcome(&place.dist("--json").ends(0)), "built");
    let after = place.shelf();
    let entry = |shelf: &Shelf, name: &str| {
        let entries = &shelf.archive("app").entries;
        entries.iter().find(|it| it.path.ends_with(name)).unwrap().sha256
    };
    assert_eq!(entry(&before, "/app"), entry(&after, "/app"));
    assert_ne!(entry(&before, "/README.md"), entry(&after, "/README.md"));
    assert_eq!(after.files("app")["README.md"].bytes, b"# App\n");
}

#[test]
fn damage_is_repaired_and_strangers_are_left_alone() {
    let place = Place::app(&[]);
    place.dist("").ends(0);
    let bytes = contents(&place);
    let shelf = place.shelf();
    let archive = shelf.dir.join(&shelf.archive("app").name);
    let stranger = shelf.dir.join("notes.txt");
    files::write(&stranger, b"mine\n").unwrap();
    let whole = files::read(&archive).unwrap();
    let mut damaged = whole.clone();
    damaged[100] ^= 1;
    let mends: [(&str, &dyn Fn()); 5] = [
        ("a flipped bit", &|| files::write(&archive, &damaged).unwrap()),
        ("half of it", &|| {
            files::write(&archive, &whole[..whole.len() / 2]).unwrap();
        }),
        ("gone", &|| files::remove(&archive).unwrap()),
        ("no description", &|| {
            files::remove(&shelf.dir.join("artifacts.json")).unwrap();
        }),
        ("a strange description", &|| {
            files::write(&shelf.dir.join("artifacts.json"), b"{ \"schema\": 99 }").unwrap();
        }),
    ];
    for (what, damage) in mends {
        damage();
        assert_eq!(outcome(&place.dist("--json").ends(0)), "built", "{what}");
        let mut after = contents(&place);
        assert_eq!(after.remove(&stranger), Some(b"mine\n".to_vec()), "{what}");
        assert_eq!(after, bytes, "{what}");
    }
    files::write(&shelf.dir.join("SHA256SUMS"), b"").unwrap();
    assert_eq!(outcome(&place.dist("--json").ends(0)), "fresh");
    place.shelf();
}

#[test]
fn another_version_replaces_what_nobody_changed() {
    let place = Place::app(&[]);
    place.dist("").ends(0);
    let old = place.shelf();
    let [source, sbom, archive] = &old.names()[..] else {
        panic!("{:?}", old.names())
    };
    files::write(&old.dir.join(sbom), b"edited\n").unwrap();
    place.put("Cargo.toml", &manifest("app", "").replace("1.2.3", "1.3.0"));
    place.lock();
    let run = place.dist("").ends(0);
    let warning =
        format!("warning: `dist/{sbom}` is of another state and was changed since; it is left as it is");
    assert!(run.stderr.contains(&warning), "{}", run.stderr);
    assert!(old.dir.join(sbom).is_file());
    assert!(!old.dir.join(archive).exists());
    assert!(!old.dir.join(source).exists());
    let new = place.shelf();
    assert_eq!(new.release.identity.version.to_string(), "1.3.0");
    assert_eq!(new.names().len(), 3);
    assert_eq!(new.says("app", "app"), "app 1.3.0\n");
}

#[test]
fn a_version_that_the_lock_file_does_not_know_is_told() {
    let place = Place::app(&[]);
    place.put("Cargo.toml", &manifest("app", "").replace("1.2.3", "1.3.0"));
    let said = place.dist("").ends(1).stderr;
    let help = "help: `Cargo.lock` is older than `Cargo.toml`, and a release builds what is locked: run `cargo update --workspace`\n";
    assert!(said.contains(help), "{said}");
}

#[test]
fn a_state_that_cannot_be_built_leaves_the_last_good_release() {
    let place = Place::app(&[]);
    place.dist("").ends(0);
    let before = contents(&place);
    place.put("src/main.rs", "fn main() { slip }\n");
    let run = place.dist("--json").ends(1);
    assert_eq!(outcome(&run), "failed");
    assert!(run.stderr.contains("`dist` is left as it was"), "{}", run.stderr);
    assert_eq!(contents(&place), before);
    place.shelf();
    place.put("src/main.rs", &format!("// Mended.\n{MAIN}"));
    assert_eq!(outcome(&place.dist("--json").ends(0)), "built");
    assert_ne!(contents(&place), before);
}

#[cfg(unix)]
#[test]
fn what_a_packed_link_points_to_is_an_input() {
    let place = Place::app(&[(
        "packaging/release.toml",
        &format!("[dist]\ninclude = [\"etc/*\"]\n{QUICK}"),
    )]);
    let above = |name: &str, text: &str| put(place.above(), name, text);
    files::create_dir(&place.root.join("etc")).unwrap();
    for (name, at) in [("news", "CHANGELOG.md"), ("conf", "etc/app.conf")] {
        let aim = above(name, "first\n");
        files::link_folder(&aim, &place.root.join(at)).unwrap();
    }
    assert_eq!(outcome(&place.dist("--json").ends(0)), "built");
    assert_eq!(outcome(&place.dist("--json").ends(0)), "fresh");
    for (name, at) in [("news", "CHANGELOG.md"), ("conf", "etc/app.conf")] {
        above(name, "second\n");
        assert_eq!(outcome(&place.dist("--json").ends(0)), "built", "{at}");
        assert_eq!(place.shelf().files("app")[at].bytes, b"second\n");
    }
}

#[test]
fn a_failing_compile_is_told_and_mended() {
    let place = Place::app(&[("src/main.rs", "compile_error!(\"not today\");\nfn main() {}\n")]);
    let run = place.dist("--json").ends(1);
    assert_eq!(outcome(&run), "failed");
    assert!(run.stderr.contains("not today"), "{}", run.stderr);
    assert!(
        run.stderr.contains("error: cannot compile for `"),
        "{}",
        run.stderr
    );
    assert_eq!(place.shelf().names(), Vec::<&str>::new());
    place.put("src/main.rs", MAIN);
    assert_eq!(outcome(&place.dist("--json").ends(0)), "built");
    assert_eq!(place.shelf().names().len(), 3);
}

#[test]
fn what_decides_is_an_input_even_where_git_ignores_it() {
    if !is_here("git", "what_decides_is_an_input_even_where_git_ignores_it") {
        return;
    }
    let place = Place::app(&[]);
    place.commit("Cargo.lock\n/packaging/\n/notes/\n");
    place.dist("").ends(0);
    let text = files::read_text(&place.root.join("Cargo.lock")).unwrap();
    place.put("Cargo.lock", &format!("{text}\n"));
    assert_eq!(outcome(&place.dist("--json").ends(0)), "built");
    assert_eq!(outcome(&place.dist("--json").ends(0)), "fresh");
    let settings = "[dist]\ninclude = [\"notes/*\"]\n";
    place.put("packaging/release.toml", &format!("{settings}{QUICK}"));
    place.put("notes/a", "1\n");
    assert_eq!(outcome(&place.dist("--json --prove").ends(0)), "built");
    place.put("notes/a", "2\n");
    place.dist("").ends(0);
    assert_eq!(place.shelf().files("app")["notes/a"].bytes, b"2\n");
    assert!(!place.shelf().release.identity.is_dirty);
}

#[test]
fn packages_beside_the_workspace_are_its_source() {
    let place = Place::app(&[]);
    let beside = |word: &str| {
        put(
            place.above(),
            "libs/near/src/lib.rs",
            &format!(
                "pub fn word() -> &'static str {{\n    let n = std::env::args().count();\n    assert!(n < 9);\n    far::word!(\"{word}\")\n}}\n"
            ),
        )
    };
    beside("one");
    put(
        place.above(),
        "libs/Cargo.toml",
        "[workspace]\nmembers = [\"*\"]\n\n[workspace.package]\nversion = \"0.1.0\"\n",
    );
    let member = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion.workspace = true\nedition = \"2021\"\n{rest}")
    };
    let near = member("near", "\n[dependencies]\nfar = { path = \"../far\" }\n");
    put(place.above(), "libs/near/Cargo.toml", &near);
    put(
        place.above(),
        "libs/far/Cargo.toml",
        &member("far", "\n[lib]\nproc-macro = true\n"),
    );
    let far = |sign: &str| {
        put(
            place.above(),
            "libs/far/src/lib.rs",
            &format!(
                "#[proc_macro]\npub fn word(it: proc_macro::TokenStream) -> proc_macro::TokenStream {{\n    format!(\"concat!({{it}}, \\\"{sign}\\\")\").parse().unwrap()\n}}\n"
            ),
        )
    };
    far("!");
    let dependency = "\n[dependencies]\nnear = { path = \"../libs/near\" }\n";
    place.put("Cargo.toml", &manifest("app", dependency));
    place.put(
        "src/main.rs",
        "fn main() {\n    println!(\"app 1.2.3 {}\", near::word());\n}\n",
    );
    place.lock();
    // Their own folder stands in no binary; that it counts all the same is told.
    let first = place.dist("").ends(0);
    assert!(
        first
            .stderr
            .contains("warning: the bytes depend on the folders of `far`, `near`, which lie outside"),
        "{}",
        first.stderr
    );
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 one!\n");
    assert_eq!(outcome(&place.dist("--json").ends(0)), "fresh");
    set_time(&beside("two"), 1_000_000_000);
    assert_eq!(outcome(&place.dist("--json").ends(0)), "built");
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 two!\n");
    set_time(&far("?"), 1_000_000_000);
    assert_eq!(outcome(&place.dist("--json").ends(0)), "built");
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 two?\n");
}

#[test]
fn build_scripts_run_again_when_the_time_or_a_variable_is_another() {
    let script = "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    \
         let of = |name| std::env::var(name).unwrap_or_default();\n    \
         println!(\"cargo::rustc-env=WORD={} {}\", of(\"SOURCE_DATE_EPOCH\"), of(\"COLOUR\"));\n}\n";
    let place = Place::app(&[
        ("build.rs", script),
        (
            "src/main.rs",
            "fn main() {\n    println!(\"app 1.2.3 {}\", env!(\"WORD\"));\n}\n",
        ),
    ]);
    for (time_s, colour) in [
        ("1700000000", "red"),
        ("1800000000", "red"),
        ("1800000000", "blue"),
    ] {
        let settings = format!("[dist.env]\nCOLOUR = \"{colour}\"\n\n{QUICK}");
        place.put("packaging/release.toml", &settings);
        run(&place.program("").env("SOURCE_DATE_EPOCH", time_s)).ends(0);
        let said = place.shelf().says("app", "app");
        assert_eq!(said, format!("app 1.2.3 {time_s} {colour}\n"));
    }
}
