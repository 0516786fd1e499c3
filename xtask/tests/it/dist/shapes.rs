//! Workspaces of every shape give an archive with what belongs into it.

use xtask::effect::files;

use super::fixture::{MAIN, Place, QUICK, Shelf, manifest, outcome, program, scope};
use crate::support::{is_here, put, run};
use crate::version::fixture::git;

#[test]
fn a_package_without_settings_lock_file_or_repository() {
    let place = Place::new(&[
        ("Cargo.toml", &manifest("app", "license = \"MIT\"\n")),
        ("src/main.rs", MAIN),
        ("README.md", "# app\n"),
        ("LICENSE", "MIT\n"),
        ("CHANGELOG.md", "# Changelog\n"),
        ("readme.rs", "// no document\n"),
    ]);
    let first = place.dist("--json").ends(0);
    assert_eq!(outcome(&first), "built");
    assert!(
        first.stderr.contains("there is no `Cargo.lock`"),
        "{}",
        first.stderr
    );
    let shelf = place.shelf();
    let stem = format!("app-1.2.3-{}", shelf.host());
    assert_eq!(
        shelf.names(),
        [
            "app-1.2.3-source.tar.gz".to_owned(),
            format!("{stem}.cdx.json"),
            format!("{stem}.tar.gz")
        ]
    );
    assert_eq!(
        shelf.paths("app"),
        ["CHANGELOG.md", "LICENSE", "README.md", "app"]
    );
    assert_eq!(shelf.says("app", "app"), "app 1.2.3\n");
    let identity = &shelf.release.identity;
    assert_eq!(
        (&identity.commit, identity.is_dirty, identity.time_s),
        (&None, false, 315_532_800)
    );
    assert_eq!(shelf.sbom("app")["components"].as_array().unwrap().len(), 0);
    // The lock file that cargo has made belongs to the source from the first run on.
    assert!(place.root.join("Cargo.lock").is_file());
    let second = place.dist("--json").ends(0);
    assert_eq!(outcome(&second), "fresh", "{}", second.stderr);
}

#[test]
fn a_virtual_workspace_with_inheritance_and_build_time_packages() {
    if !is_here(
        "git",
        "a_virtual_workspace_with_inheritance_and_build_time_packages",
    ) {
        return;
    }
    let inherited =
        "version.workspace = true\nlicense.workspace = true\nreadme.workspace = true\nedition = \"2021\"\n";
    let member = |name: &str, rest: &str| format!("[package]\nname = \"{name}\"\n{inherited}{rest}");
    let place = Place::new(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\", \"xtask\"]\n\n[workspace.package]\nversion = \"0.4.0-rc.1\"\n\
             license = \"MIT OR Apache-2.0\"\nreadme = \"docs/START.md\"\n",
        ),
        ("packaging/release.toml", QUICK),
        ("docs/START.md", "# start\n"),
        ("LICENSE-MIT", "MIT\n"),
        ("LICENSE-APACHE", "Apache\n"),
        (
            "crates/cli/Cargo.toml",
            &member(
                "cli",
                "\n[dependencies]\ncore-lib = { path = \"../core-lib\" }\nmacros = { path = \"../macros\" }\n\n\
                 [build-dependencies]\nmaker = { path = \"../maker\" }\n\n[dev-dependencies]\nhelper = { path = \"../helper\" }\n",
            ),
        ),
        (
            "crates/cli/src/main.rs",
            "macros::nothing!();\nfn main() {\n    println!(\"cli {} {}\", env!(\"CARGO_PKG_VERSION\"), core_lib::WORD);\n}\n",
        ),
        ("crates/cli/build.rs", "fn main() {\n    maker::make();\n}\n"),
        ("crates/core-lib/Cargo.toml", &member("core-lib", "")),
        ("crates/core-lib/src/lib.rs", "pub const WORD: &str = \"core\";\n"),
        (
            "crates/macros/Cargo.toml",
            &member("macros", "\n[lib]\nproc-macro = true\n"),
        ),
        (
            "crates/macros/src/lib.rs",
            "#[proc_macro]\npub fn nothing(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    Default::default()\n}\n",
        ),
        ("crates/maker/Cargo.toml", &member("maker", "")),
        ("crates/maker/src/lib.rs", "pub fn make() {}\n"),
        ("crates/helper/Cargo.toml", &member("helper", "publish = false\n")),
        ("crates/helper/src/lib.rs", ""),
        ("crates/helper/src/main.rs", MAIN),
        ("xtask/Cargo.toml", &member("xtask", "")),
        ("xtask/src/main.rs", MAIN),
    ]);
    place.lock();
    place.commit("");
    git(&place.root, "tag v0.4.0-rc.1");
    git(&place.root, "tag latest");
    place.dist("").ends(0);
    let shelf = place.shelf();
    assert_eq!(shelf.release.identity.packages, ["cli"]);
    assert_eq!(shelf.release.identity.tag.as_deref(), Some("v0.4.0-rc.1"));
    assert!(!shelf.release.identity.is_dirty);
    assert_eq!(
        shelf.paths("cli"),
        ["LICENSE-APACHE", "LICENSE-MIT", "START.md", "cli"]
    );
    assert_eq!(shelf.says("cli", "cli"), "cli 0.4.0-rc.1 core\n");
    let sbom = shelf.sbom("cli");
    let scopes = ["core-lib", "macros", "maker", "helper"].map(|it| scope(&sbom, it));
    assert_eq!(scopes, ["required", "excluded", "excluded", "absent"]);

    // Work in progress is released, and said to be so.
    place.put("docs/START.md", "# begin\n");
    place.dist("").ends(0);
    assert!(place.shelf().release.identity.is_dirty);
    // Two packages by name, of which one would never be chosen by itself.
    place.dist("--package xtask --package cli").ends(0);
    let shelf = place.shelf();
    assert_eq!(shelf.release.identity.packages, ["cli", "xtask"]);
    assert_eq!(shelf.says("xtask", "xtask"), "xtask 0.4.0-rc.1\n");
    assert_eq!(shelf.names().len(), 5);
}

#[test]
fn several_binaries_with_other_names_and_features() {
    let place = Place::app(&[
        (
            "Cargo.toml",
            &manifest(
                "app",
                "default-run = \"Main_Tool\"\n\n[features]\nextra = []\n\n[[bin]]\nname = \"Main_Tool\"\npath = \"src/main.rs\"\n\n\
                 [[bin]]\nname = \"extra\"\npath = \"src/extra.rs\"\nrequired-features = [\"extra\"]\n",
            ),
        ),
        ("src/bin/second.rs", MAIN),
        ("src/extra.rs", MAIN),
    ]);
    // What its features leave out cargo leaves out, and so it is said.
    let run = place.dist("").ends(0);
    assert!(
        run.stderr
            .contains("`extra` of `app` is left out: it needs the feature `extra`"),
        "{}",
        run.stderr
    );
    let shelf = place.shelf();
    assert_eq!(shelf.paths("app"), ["Main_Tool", "second"]);
    assert_eq!(shelf.says("app", "Main_Tool"), "Main_Tool 1.2.3\n");
    assert_eq!(shelf.says("app", "second"), "second 1.2.3\n");

    place.put(
        "packaging/release.toml",
        &format!("[dist]\nfeatures = [\"extra\"]\n{QUICK}"),
    );
    place.dist("").ends(0);
    assert_eq!(place.shelf().paths("app"), ["Main_Tool", "extra", "second"]);
    place.put(
        "packaging/release.toml",
        &format!("[dist]\nall-features = true\n{QUICK}"),
    );
    place.dist("").ends(0);
    assert_eq!(place.shelf().paths("app"), ["Main_Tool", "extra", "second"]);
}

#[test]
fn two_products_and_private_packages() {
    let place = Place::new(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n",
        ),
        ("packaging/release.toml", QUICK),
        ("a/Cargo.toml", &manifest("a", "publish = false\n")),
        ("a/src/main.rs", MAIN),
        ("b/Cargo.toml", &manifest("b", "publish = false\n")),
        ("b/src/main.rs", MAIN),
        ("README.md", "# both\n"),
        ("b/Readme.md", "# b\n"),
    ]);
    place.lock();
    place.dist("").ends(0);
    let shelf = place.shelf();
    assert_eq!(shelf.release.identity.packages, ["a", "b"]);
    // Two files each, and one source of both.
    assert_eq!(shelf.names().len(), 5);
    assert_eq!(shelf.release.source().unwrap().name, "a-1.2.3-source.tar.gz");
    assert_eq!(shelf.paths("a"), ["README.md", "a"]);
    // Its own document comes before the workspace's, whatever the case of its name.
    assert_eq!(shelf.paths("b"), ["Readme.md", "b"]);
    assert_eq!(shelf.says("b", "b"), "b 1.2.3\n");
    place.put(
        "packaging/release.toml",
        &format!("[product]\npackages = [\"b\"]\n{QUICK}"),
    );
    place.dist("").ends(0);
    let shelf = place.shelf();
    assert_eq!(shelf.release.identity.packages, ["b"]);
    assert_eq!(shelf.release.source().unwrap().name, "b-1.2.3-source.tar.gz");
}

#[test]
fn a_sub_folder_of_a_repository_with_spaces_and_letters() {
    if !is_here("git", "a_sub_folder_of_a_repository_with_spaces_and_letters") {
        return;
    }
    let place = Place::at(
        "wörk space/[ü]",
        &[
            ("Cargo.toml", &manifest("app", "")),
            ("src/main.rs", MAIN),
            ("src/grüße dich.txt", "hello\n"),
            (
                "packaging/release.toml",
                &format!("[dist]\ninclude = [\"src/*.txt\"]\n{QUICK}"),
            ),
            (".gitignore", "/target/\n/dist/\n"),
        ],
    );
    place.lock();
    put(place.above(), "elsewhere", "1\n");
    git(place.above(), "init --quiet");
    git(place.above(), "add .");
    git(place.above(), "commit --quiet --message first");
    put(place.above(), "elsewhere", "2\n");
    let words = ["-C", "wörk space/[ü]", "dist", "--prove", "--json"];
    let proved = run(&program(env!("CARGO_BIN_EXE_xtask"), place.above()).args(words)).ends(0);
    let document = proved.json();
    assert_eq!(document["dist"], "dist");
    let shelf = place.shelf();
    assert_eq!(document["proof"]["targets"][shelf.host()], serde_json::json!([]));
    assert_eq!(shelf.paths("app"), ["app", "src/grüße dich.txt"]);
    assert!(
        !shelf.release.identity.is_dirty,
        "a change elsewhere is none of ours"
    );
    assert!(shelf.release.identity.commit.is_some());
}

#[test]
fn a_repository_without_commits() {
    if !is_here("git", "a_repository_without_commits") {
        return;
    }
    let place = Place::app(&[(".gitignore", "/target/\n/dist/\n")]);
    git(&place.root, "init --quiet");
    place.dist("--prove").ends(0);
    let identity = place.shelf().release.identity;
    assert_eq!((identity.commit, identity.is_dirty), (None, true));
}

#[test]
fn a_licence_file_and_no_readme() {
    let place = Place::app(&[
        ("Cargo.toml", &manifest("app", "license-file = \"legal/TERMS\"\n")),
        ("legal/TERMS", "yours\n"),
    ]);
    place.dist("").ends(0);
    let shelf = place.shelf();
    assert_eq!(shelf.paths("app"), ["TERMS", "app"]);
    assert_eq!(
        shelf.sbom("app")["metadata"]["component"]["licenses"],
        serde_json::json!([{ "license": { "name": "TERMS" } }])
    );
}

#[test]
fn what_a_build_script_makes_for_shells_and_man() {
    let script = "use std::{env, fs, path::Path};\nfn main() {\n    let out = env::var(\"OUT_DIR\").unwrap();\n    \
         for (name, text) in [(\"completions/app.bash\", \"complete app\\n\"), (\"man/app.1\", \".TH app\\n\"), (\"other/x\", \"\")] {\n        \
         let path = Path::new(&out).join(name);\n        fs::create_dir_all(path.parent().unwrap()).unwrap();\n        \
         fs::write(path, text.to_owned() + &fs::read_to_string(\"word.txt\").unwrap()).unwrap();\n    }\n}\n";
    let place = Place::app(&[("build.rs", script), ("word.txt", "one\n")]);
    place.dist("").ends(0);
    let shelf = place.shelf();
    assert_eq!(shelf.paths("app"), ["app", "completions/app.bash", "man/app.1"]);
    assert_eq!(shelf.files("app")["man/app.1"].bytes, b".TH app\none\n");
    // It does not say what it reads, so any file of its package makes it run again.
    place.put("word.txt", "two\n");
    super::fixture::set_time(&place.root.join("word.txt"), 1_000_000_000);
    place.dist("").ends(0);
    assert_eq!(place.shelf().files("app")["man/app.1"].bytes, b".TH app\ntwo\n");
}

#[test]
fn flags_and_target_folder_of_cargos_own_settings() {
    let main =
        "fn main() {\n    println!(\"app 1.2.3 {} {} {}\", cfg!(shiny), cfg!(polished), cfg!(settled));\n}\n";
    let place = Place::app(&[
        (
            "Cargo.toml",
            &manifest("app", "\n[lints.rust]\nunexpected_cfgs = \"allow\"\n"),
        ),
        ("src/main.rs", main),
        (
            ".cargo/config.toml",
            "[build]\ntarget-dir = \"out/build\"\nbuild-dir = \"out/middle\"\nrustflags = [\"--cfg\", \"shiny\"]\n",
        ),
        (
            "packaging/release.toml",
            &format!("[dist]\nrustflags = [\"--cfg\", \"settled\"]\n{QUICK}"),
        ),
    ]);
    place.dist("").ends(0);
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 true false true\n");
    assert!(place.root.join("out/build/xtask").is_dir());
    assert!(!place.root.join("out/middle").exists());
    assert!(!place.root.join("target").exists());
    // Cargo's rules: flags of a target hide those of the build, and a file of the older name hides the other.
    place.put(
        ".cargo/config",
        "[build]\nrustflags = \"--cfg shiny\"\n[target.'cfg(unix)']\nrustflags = \"--cfg polished\"\n\
         [target.'cfg(windows)']\nrustflags = \"--cfg polished\"\n",
    );
    let elsewhere = place.above().join("another target");
    let second = place.program("--json").env("CARGO_TARGET_DIR", &elsewhere);
    run(&second).ends(0);
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 false true true\n");
    assert!(elsewhere.join("xtask").is_dir());
    assert!(!place.root.join("target").exists());
    assert_eq!(outcome(&run(&second).ends(0)), "fresh");
}

#[test]
fn a_profile_of_ones_own_is_completed_and_overruled() {
    let main = "fn main() {\n    println!(\"app 1.2.3 {}\", cfg!(debug_assertions));\n}\n";
    let place = Place::app(&[("src/main.rs", main)]);
    let has_symbols = |shelf: &Shelf| {
        let name = b".symtab";
        let binary = &shelf.files("app")["app"].bytes;
        binary.windows(name.len()).any(|it| it == name)
    };
    place.dist("").ends(0);
    let shelf = place.shelf();
    assert_eq!(shelf.says("app", "app"), "app 1.2.3 false\n");
    assert!(!has_symbols(&shelf), "stripped by default");
    // Without `inherits`, on which cargo insists.
    let partly = "\n[profile.dist]\nstrip = false\ndebug-assertions = true\n";
    place.put("Cargo.toml", &manifest("app", partly));
    place.dist("").ends(0);
    let shelf = place.shelf();
    assert_eq!(shelf.says("app", "app"), "app 1.2.3 true\n");
    assert!(cfg!(not(target_os = "linux")) || has_symbols(&shelf));
    place.put(
        "packaging/release.toml",
        &format!("{QUICK}debug-assertions = false\n"),
    );
    place.dist("").ends(0);
    assert_eq!(place.shelf().says("app", "app"), "app 1.2.3 false\n");
    // Cargo's own settings may state the profile as well.
    place.put("Cargo.toml", &manifest("app", ""));
    place.put("packaging/release.toml", QUICK);
    place.put(
        ".cargo/config.toml",
        "[profile.dist]\ninherits = \"release\"\nstrip = \"none\"\ndebug-assertions = true\n",
    );
    place.dist("").ends(0);
    let shelf = place.shelf();
    assert_eq!(shelf.says("app", "app"), "app 1.2.3 true\n");
    assert!(cfg!(not(target_os = "linux")) || has_symbols(&shelf));
}

#[test]
fn files_of_the_settings_and_other_archive_forms() {
    let place = Place::app(&[
        ("etc/app.conf", "a = 1\n"),
        ("etc/deep/b.conf", "b = 1\n"),
        ("etc/notes.txt", ""),
        ("run.sh", "#!/bin/sh\n"),
        (
            "packaging/release.toml",
            &format!("[dist]\narchive = \"tar.xz\"\ninclude = [\"etc/**/*.conf\", \"run.sh\"]\n{QUICK}"),
        ),
    ]);
    files::set_mode(&place.root.join("run.sh"), 0o777).unwrap();
    files::set_mode(&place.root.join("etc/app.conf"), 0o600).unwrap();
    place.dist("").ends(0);
    let shelf = place.shelf();
    assert_eq!(
        shelf.archive("app").name,
        format!("app-1.2.3-{}.tar.xz", shelf.host())
    );
    assert_eq!(shelf.release.source().unwrap().name, "app-1.2.3-source.tar.xz");
    let packed = shelf.files("app");
    let modes: Vec<(&str, u32)> = packed.iter().map(|(path, it)| (path.as_str(), it.mode)).collect();
    let script = if cfg!(unix) { 0o755 } else { 0o644 };
    assert_eq!(
        modes,
        [
            ("app", 0o755),
            ("etc/app.conf", 0o644),
            ("etc/deep/b.conf", 0o644),
            ("run.sh", script)
        ]
    );
    // Another form is another file, and the old one goes.
    place.put(
        "packaging/release.toml",
        &format!("[dist]\narchive = \"zip\"\n{QUICK}"),
    );
    place.dist("").ends(0);
    let shelf = place.shelf();
    assert_eq!(shelf.names().len(), 3);
    assert_eq!(
        shelf.archive("app").name,
        format!("app-1.2.3-{}.zip", shelf.host())
    );
    assert_eq!(shelf.release.source().unwrap().name, "app-1.2.3-source.tar.gz");
    assert_eq!(shelf.says("app", "app"), "app 1.2.3\n");
    assert_eq!(files::list(&shelf.dir).unwrap().len(), 5);
}

#[test]
fn a_wide_pattern_takes_nothing_that_was_built() {
    if !is_here("git", "a_wide_pattern_takes_nothing_that_was_built") {
        return;
    }
    let place = Place::app(&[
        ("etc/a.txt", ""),
        (".tools/zig/b.txt", ""),
        ("target/c.txt", ""),
        ("target/manual/d.txt", ""),
        ("dist/e.txt", ""),
        (
            "packaging/release.toml",
            &format!("[dist]\ninclude = [\"**/*.txt\", \"**/HEAD\", \"target/manual/*\"]\n{QUICK}"),
        ),
    ]);
    place.commit("");
    let said = place.dist("").ends(1).stderr;
    assert!(said.contains("error: no file matches `**/HEAD` of"), "{said}");
    assert_eq!(said.matches("error: ").count(), 1, "{said}");
    place.put(
        "packaging/release.toml",
        &format!("[dist]\ninclude = [\"**/*.txt\", \"target/manual/*\"]\n{QUICK}"),
    );
    place.dist("").ends(0);
    assert_eq!(
        place.shelf().paths("app"),
        ["app", "etc/a.txt", "target/manual/d.txt"]
    );
}

#[test]
fn only_what_belongs_to_the_source_is_packed() {
    if !is_here("git", "only_what_belongs_to_the_source_is_packed") {
        return;
    }
    let place = Place::app(&[("README.md", "# app\n")]);
    place.commit("*.orig\n");
    // Editors and merges leave such files; they are in nobody else's checkout.
    place.put("README.md.orig", "# old\n");
    place.dist("--output out").ends(0);
    let shelf = Shelf::whole(&place.root.join("out"));
    assert_eq!(shelf.paths("app"), ["README.md", "app"]);
    assert!(!place.root.join("dist").exists());
}

#[test]
fn a_folder_of_ones_own_for_the_artifacts_is_no_source() {
    let place = Place::app(&[]);
    assert_eq!(outcome(&place.dist("--json --output out/a").ends(0)), "built");
    assert_eq!(outcome(&place.dist("--json --output out/a").ends(0)), "fresh");
    Shelf::whole(&place.root.join("out/a"));
}
