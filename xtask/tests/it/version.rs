//! `cargo xtask version` on workspaces of every shape, with Cargo as the judge of what was written.

pub(crate) mod fixture;

use std::path::Path;

use xtask::effect::files;

use crate::support::{is_here, put, scratch, xtask};
use fixture::{Shape, assert_in_step, cargo, git, lock, shapes, texts, version};

#[test]
fn every_shape_is_set_and_stays_in_step_with_cargo() {
    for shape in shapes() {
        let scratch = scratch();
        let dir = scratch.path();
        shape.write(dir);
        lock(dir);
        let before = texts(dir);
        version(dir, "--check").ends(0);

        let preview = version(dir, "set 0.2.0 --dry-run").ends(0);
        assert_eq!(texts(dir), before, "{}: a dry run changes nothing", shape.name);
        let real = version(dir, "set 0.2.0").ends(0);
        assert_eq!(
            real.text(),
            preview.text(),
            "{}: the dry run prints what the run does",
            shape.name
        );

        assert_in_step(dir, shape.name);
        for (file, expected) in shape.after {
            assert_eq!(
                files::read_text(&dir.join(file)).unwrap(),
                *expected,
                "{}: {file}",
                shape.name
            );
        }
        let document = version(dir, "--check --json").ends(0).json();
        assert_eq!(document["version"], "0.2.0", "{}", shape.name);
        assert_eq!(document["agrees"], true, "{}", shape.name);

        let after = texts(dir);
        let again = version(dir, "set 0.2.0").ends(0);
        assert!(
            again.stderr.contains("the version is `0.2.0` already"),
            "{}",
            again.stderr
        );
        assert_eq!(
            (again.text(), texts(dir)),
            (String::new(), after),
            "{}",
            shape.name
        );

        version(dir, "bump pre").ends(0);
        assert_in_step(dir, shape.name);
        version(dir, "bump patch").ends(0);
        assert_in_step(dir, shape.name);
        assert_eq!(
            version(dir, "--json").ends(0).json()["version"],
            "0.2.1",
            "{}",
            shape.name
        );
    }
}

#[test]
fn version_edit_hits_exactly_one_key() {
    let scratch = scratch();
    let dir = scratch.path();
    let manifest = |version: &str| {
        format!(
            "# version = \"0.1.0\"\n[workspace]\nmembers = [ 'app' ] # 0.1.0\n\n[workspace.package]\n\
             rust-version = \"1.70.0\"\nversion   =  '{version}'   # the only one\n\n[workspace.metadata]\n\
             version = \"0.1.0\"\n\n[workspace.metadata.package]\nversion = \"0.1.0\"\n\n\
             [workspace.dependencies]\nversion = {{ version = \"0.1.0\", path = \"outside/version\" }}\n\
             other = {{ version = \"0.1.0\", path = \"outside/other\" }}\n\n[profile.release]\nopt-level = 3"
        )
    };
    put(dir, "Cargo.toml", &manifest("0.1.0"));
    put(
        dir,
        "app/Cargo.toml",
        "package = { name = \"app\", edition = \"2021\", version.workspace = true, metadata.version = \"0.1.0\" }\n",
    );
    put(dir, "app/src/lib.rs", "");
    let before = texts(dir);
    let run = version(dir, "bump major").ends(0);
    assert_eq!(
        run.text(),
        "--- Cargo.toml\n+++ Cargo.toml\n@@ -7 +7 @@\n-version   =  '0.1.0'   # the only one\n\
         +version   =  '1.0.0'   # the only one\n"
    );
    let mut expected = before;
    expected.insert("Cargo.toml".to_owned(), manifest("1.0.0"));
    assert_eq!(texts(dir), expected);
}

#[test]
fn line_ends_and_a_missing_last_one_survive() {
    let scratch = scratch();
    let dir = scratch.path();
    let manifest = |version: &str| {
        format!(
            "\u{feff}# ünïcode\r\n[package]\r\nname = \"app\"\r\nversion = \"{version}\"\t# keep\r\nedition = \"2021\""
        )
    };
    let readme = |version: &str| format!("# app\r\n\r\n    cargo install app --version {version}\r\n\r\nend");
    put(dir, "Cargo.toml", &manifest("1.2.3"));
    put(dir, "src/lib.rs", "");
    put(dir, "README.md", &readme("1.2.3"));
    lock(dir);
    let crlf = files::read_text(&dir.join("Cargo.lock"))
        .unwrap()
        .replace('\n', "\r\n");
    put(dir, "Cargo.lock", &crlf);
    version(dir, "bump minor").ends(0);
    let text = |name: &str| files::read_text(&dir.join(name)).unwrap();
    assert_eq!(text("Cargo.toml"), manifest("1.3.0"));
    assert_eq!(text("README.md"), readme("1.3.0"));
    assert_eq!(text("Cargo.lock"), crlf.replace("\"1.2.3\"", "\"1.3.0\""));
    assert_in_step(dir, "carriage returns");
}

#[test]
fn everything_that_disagrees_is_named_at_once() {
    let scratch = scratch();
    let dir = scratch.path();
    Shape::named("inherited").write(dir);
    lock(dir);
    let edit = |name: &str, from: &str, to: &str| {
        let text = files::read_text(&dir.join(name)).unwrap();
        assert!(text.contains(from), "{name} holds {from}");
        put(dir, name, &text.replace(from, to));
    };
    edit(
        "Cargo.toml",
        "version = \"0.1.0\"\nedition",
        "version = \"0.2.0\"\nedition",
    );
    edit(
        "core/Cargo.toml",
        "version.workspace = true",
        "version = \"0.3.0\"",
    );
    put(dir, "CHANGELOG.md", "# Changelog\n\n## [0.1.5]\n\n## [0.1.0]\n");
    put(dir, "README.md", "app@0.1.7, and serde@0.1.7\n");
    let found = version(dir, "--check").ends(1).stderr;
    for expected in [
        "error: `core/Cargo.toml:3`: package `core` is at `0.3.0`\nhelp: write `version.workspace = true` there\n",
        "error: `Cargo.toml:10`: `workspace.dependencies.core.version` asks for `=0.1.0` of package `core`",
        "error: `Cargo.lock:7`: package `app` is locked at `0.1.0`, but it is at `0.2.0`\nhelp: run `cargo xtask version set 0.2.0`\n",
        "error: `Cargo.lock:14`: package `core` is locked at `0.1.0`, but it is at `0.3.0`",
        "error: `CHANGELOG.md:3`: the newest release is `0.1.5`, but the version is `0.2.0`",
        "error: `README.md:1`: it says `0.1.7`, but the version is `0.2.0`",
    ] {
        assert!(found.contains(expected), "{expected}\nis not in\n{found}");
    }
    assert_eq!(found.matches("error: ").count(), 6, "{found}");
    // Without `--check` it is only shown.
    let shown = version(dir, "").ends(0);
    assert_eq!(shown.text().matches("differs").count(), 6, "{}", shown.text());

    // Setting the version that is there mends all but what a person has to decide.
    edit(
        "core/Cargo.toml",
        "version = \"0.3.0\"",
        "version.workspace = true",
    );
    version(dir, "set 0.2.0 --changelog").ends(0);
    version(dir, "--check").ends(0);
    assert_in_step(dir, "mended");
}

#[test]
fn what_is_no_step_forward_is_refused() {
    let scratch = scratch();
    let dir = scratch.path();
    put(
        dir,
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"1.2.3\"\nedition = \"2021\"\n",
    );
    put(dir, "src/lib.rs", "");
    let before = texts(dir);
    let check = |words: &str, code: i32, error: &str, help: &str| {
        let run = version(dir, words).ends(code);
        let expected = format!("error: {error}\nhelp: {help}\n");
        assert!(
            run.stderr.starts_with(&expected),
            "{expected}\nis not\n{}",
            run.stderr
        );
        assert_eq!(texts(dir), before);
    };
    let downgrade = "`--allow-downgrade` sets it all the same";
    check(
        "set 1.2.2",
        1,
        "cannot go from version `1.2.3` to `1.2.2`: it is lower",
        downgrade,
    );
    check(
        "set 1.2.3-rc.1",
        1,
        "cannot go from version `1.2.3` to `1.2.3-rc.1`: it is lower",
        downgrade,
    );
    check(
        "set 1.2.3+5",
        1,
        "cannot go from version `1.2.3` to `1.2.3+5`: it is no higher, for build metadata has no precedence",
        downgrade,
    );
    check(
        "set v1.3.0",
        2,
        "cannot read the version `v1.3.0`: the `v` belongs to the tag, not to the version",
        "write `1.3.0`",
    );
    check(
        "set 1.3",
        2,
        "cannot read the version `1.3`: it needs exactly three numbers",
        "write `1.3.0`",
    );
    check(
        "bump minor --pre-id rc",
        2,
        "`--pre-id` names a pre-release, and this bump makes none",
        "run `cargo xtask version bump pre --pre-id ID`",
    );
    check(
        "--check bump minor",
        2,
        "cannot check and change the version at once",
        "run `cargo xtask version --check` after the change",
    );
    check(
        "bump minor --changelog",
        1,
        "cannot write a release into the changelog: there is none",
        "write a `CHANGELOG.md` with a section `## [Unreleased]`, or leave `--changelog` away",
    );
    version(dir, "set 1.0.0 --allow-downgrade").ends(0);
    assert_eq!(version(dir, "--json").json()["version"], "1.0.0");
}

#[test]
fn a_requirement_that_cannot_follow_stops_everything() {
    let scratch = scratch();
    let dir = scratch.path();
    put(
        dir,
        "Cargo.toml",
        "[workspace]\nmembers = [\"core\"]\n\n[workspace.package]\nversion = \"0.1.0\"\n\n[package]\nname = \"app\"\n\
         version.workspace = true\nedition = \"2021\"\n\n[dependencies]\ncore = { version = \">=0.1, <0.2\", path = \"core\" }\n",
    );
    put(dir, "src/lib.rs", "");
    put(
        dir,
        "core/Cargo.toml",
        "[package]\nname = \"core\"\nversion.workspace = true\nedition = \"2021\"\n",
    );
    put(dir, "core/src/lib.rs", "");
    let before = texts(dir);
    let refused = version(dir, "set 0.2.0").ends(1);
    assert!(
        refused
            .stderr
            .starts_with("error: `Cargo.toml:13`: the requirement `>=0.1, <0.2` does not allow `0.2.0`\n"),
        "{}",
        refused.stderr
    );
    assert_eq!(texts(dir), before);
    version(dir, "set 0.1.9").ends(0);
    version(dir, "--check").ends(0);
}

#[test]
fn the_changelog_gets_a_release_on_request() {
    let scratch = scratch();
    let dir = scratch.path();
    put(
        dir,
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"1.2.3\"\nedition = \"2021\"\n",
    );
    put(dir, "src/lib.rs", "");
    put(
        dir,
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n- New.\n\n## [1.2.3] - 2023-01-02\n",
    );
    version(dir, "bump minor").ends(0);
    // The version is on its way: the changelog still names the last release.
    version(dir, "--check").ends(0);
    let run = version(dir, "set 1.3.0 --changelog").ends(0);
    assert_eq!(
        run.text(),
        "--- CHANGELOG.md\n+++ CHANGELOG.md\n@@ -4,0 +5,2 @@\n+## [1.3.0] - 2023-11-14\n+\n"
    );
    version(dir, "--check").ends(0);
    put(dir, "CHANGELOG.md", "# Changelog\n\n## [1.4.0]\n");
    let found = version(dir, "--check").ends(1).stderr;
    assert!(
        found.contains("`CHANGELOG.md:3`: the newest release is `1.4.0`, but the version is `1.3.0`"),
        "{found}"
    );
}

#[test]
fn a_tag_demands_its_version_and_its_heading() {
    if !is_here("git", "a_tag_demands_its_version_and_its_heading") {
        return;
    }
    let scratch = scratch();
    let dir = scratch.path();
    put(
        dir,
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"1.2.3\"\nedition = \"2021\"\n",
    );
    put(dir, "src/lib.rs", "");
    put(dir, "CHANGELOG.md", "## Unreleased\n\n## 1.2.2\n");
    git(dir, "init --quiet");
    version(dir, "--check").ends(0);
    git(dir, "add .");
    git(dir, "commit --quiet --message first");
    git(dir, "tag other-v9.0.0");
    version(dir, "--check").ends(0);

    git(dir, "tag v1.2.3");
    let found = version(dir, "--check").ends(1).stderr;
    let expected = "error: `CHANGELOG.md:3`: the newest release is `1.2.2`, but the version is `1.2.3` and the commit \
                    is tagged `v1.2.3`\nhelp: run `cargo xtask version set 1.2.3 --changelog`\n";
    assert!(found.starts_with(expected), "{found}");
    version(dir, "set 1.2.3 --changelog").ends(0);
    version(dir, "--check").ends(0);
    assert_eq!(tag_standings(dir), ["v1.2.3 agrees"]);

    git(dir, "tag --delete v1.2.3");
    git(dir, "tag app-v1.2.4");
    let found = version(dir, "--check").ends(1).stderr;
    let expected = "error: the commit is tagged `app-v1.2.4`, but the version is `1.2.3`\n";
    assert!(found.starts_with(expected), "{found}");
    // Whoever goes on from a tagged commit is not held to its tag.
    version(dir, "bump major").ends(0);
    put(dir, "CHANGELOG.md", "## Unreleased\n\n## 1.2.4\n");
    version(dir, "--check").ends(0);
    assert_eq!(tag_standings(dir), ["app-v1.2.4 last-release"]);
}

fn tag_standings(dir: &Path) -> Vec<String> {
    let document = version(dir, "--json").ends(0).json();
    let carriers = document["carriers"].as_array().unwrap();
    let tags = carriers.iter().filter(|it| it["kind"] == "tag");
    tags.map(|it| {
        format!(
            "{} {}",
            it["text"].as_str().unwrap(),
            it["standing"].as_str().unwrap()
        )
    })
    .collect()
}

#[test]
fn a_private_member_may_have_a_version_of_its_own() {
    let scratch = scratch();
    let dir = scratch.path();
    Shape::named("private member").write(dir);
    lock(dir);
    version(dir, "bump major").ends(0);
    let document = version(dir, "--check --json").ends(0).json();
    let carriers = document["carriers"].as_array().unwrap();
    let of_tools: Vec<String> = carriers
        .iter()
        .filter(|it| it["package"] == "tools")
        .map(|it| {
            format!(
                "{} {} {}",
                it["kind"].as_str().unwrap(),
                it["text"].as_str().unwrap(),
                it["standing"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        of_tools,
        [
            "member 7.0.0 independent",
            "requirement ^7 independent",
            "lock 7.0.0 independent"
        ]
    );
    assert_eq!(
        cargo(dir, "metadata --locked --offline --format-version 1")
            .ends(0)
            .code,
        Some(0)
    );
}

#[test]
fn members_that_contradict_each_other_have_no_version() {
    let scratch = scratch();
    let dir = scratch.path();
    put(
        dir,
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n",
    );
    for (name, version) in [("a", "1.0.0"), ("b", "2.0.0")] {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n");
        put(dir, format!("{name}/Cargo.toml"), &manifest);
        put(dir, format!("{name}/src/lib.rs"), "");
    }
    let found = version(dir, "").ends(1).stderr;
    let expected = "error: cannot tell the version of the product: `a/Cargo.toml` says `1.0.0`, `b/Cargo.toml` says `2.0.0`\n";
    assert!(found.starts_with(expected), "{found}");
}

#[test]
fn a_change_that_leaves_a_contradiction_says_so() {
    let scratch = scratch();
    let dir = scratch.path();
    put(
        dir,
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"a\"]\n[workspace.package]\nversion = \"1.0.0\"\n",
    );
    put(
        dir,
        "a/Cargo.toml",
        "[package]\nname = \"a\"\nversion = \"0.5.0\"\nedition = \"2021\"\n",
    );
    put(dir, "a/src/lib.rs", "");
    let warning = "warning: not everything agrees: `cargo xtask version --check` says what to do\n";
    let found = version(dir, "set 1.1.0").ends(0).stderr;
    assert_eq!(found, format!("         Set version 1.1.0 in 1 file\n{warning}"));
    let found = version(dir, "set 1.1.0").ends(0).stderr;
    assert!(found.ends_with(warning), "{found}");
    // The name of a package is not its letters: `a` is no part of `package.version`.
    let shown = version(dir, "").ends(0).text();
    assert!(shown.contains("a/Cargo.toml:3  package.version of a "), "{shown}");
}

#[test]
fn what_cannot_be_read_is_named_with_what_to_do() {
    let scratch = scratch();
    let dir = scratch.path();
    let found = version(dir, "").ends(1).stderr;
    assert!(
        found.starts_with("error: cannot read the Cargo workspace of `")
            && found.contains("`: could not find `Cargo.toml` there or above\n")
            && found.ends_with("help: run it inside a workspace, or name one: `cargo xtask -C DIR …`\n"),
        "{found}"
    );
    Shape::named("single package").write(dir);
    put(dir, "Cargo.lock", "version = 4\nnot a lock file\n");
    let found = version(dir, "").ends(1).stderr;
    assert!(
        found.starts_with("error: cannot parse `Cargo.lock:2`: ") && found.contains("\nhelp: take it back"),
        "{found}"
    );
    files::remove(&dir.join("Cargo.lock")).unwrap();
    files::write(&dir.join("README.md"), b"\xff").unwrap();
    let found = version(dir, "").ends(0).stderr;
    assert!(!found.contains("absent: readme"), "{found}");
    files::write(&dir.join("CHANGELOG.md"), b"\xff").unwrap();
    let found = version(dir, "").ends(1).stderr;
    assert!(found.ends_with("CHANGELOG.md`: it is not UTF-8\n"), "{found}");
}

#[cfg(unix)]
#[test]
fn links_and_modes_survive() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = scratch();
    let dir = scratch.path();
    Shape::named("inherited").write(dir);
    put(dir, "real/README", "app@0.1.0\n");
    std::os::unix::fs::symlink("real/README", dir.join("README.md")).unwrap();
    files::set_mode(&dir.join("Cargo.toml"), 0o640).unwrap();
    version(dir, "set 0.2.0").ends(0);
    assert!(dir.join("README.md").is_symlink());
    assert_eq!(files::read_text(&dir.join("real/README")).unwrap(), "app@0.2.0\n");
    let mode = dir.join("Cargo.toml").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn words_are_judged_before_the_workspace_is_read() {
    let scratch = scratch();
    let run = xtask(scratch.path(), ["version", "set", "v1.3.0"]).ends(2);
    assert!(run.stderr.ends_with("help: write `1.3.0`\n"), "{}", run.stderr);
}
