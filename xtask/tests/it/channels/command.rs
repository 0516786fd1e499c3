//! `cargo xtask manifests` and `lint` as a maintainer types them.

use std::path::PathBuf;

use xtask::edition::sample::Sample;
use xtask::effect::files::{self, Scratch};

use crate::support::{Run, put, scratch, xtask};

/// A workspace of the sample, with its `dist/`.
struct Place {
    scratch: Scratch,
}

const MANIFEST: &str = "[package]\nname = \"demo\"\nversion = \"1.2.3\"\nedition = \"2021\"\n\
    description = \"Counts the words of a text\"\nlicense = \"MIT OR Apache-2.0\"\n\
    repository = \"https://github.com/owner/demo\"\nauthors = [\"The Demo maintainers <demo@demo.example>\"]\n";

impl Place {
    fn new(settings: &str) -> Place {
        let scratch = scratch();
        put(scratch.path(), "Cargo.toml", MANIFEST);
        put(scratch.path(), "src/main.rs", "fn main() {}\n");
        put(scratch.path(), "packaging/release.toml", settings);
        Sample::default().write(&scratch.path().join("dist")).unwrap();
        Place { scratch }
    }

    fn run(&self, words: &str) -> Run {
        xtask(self.scratch.path(), words.split_whitespace())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }
}

const MANIFEST_OF_SCOOP: &str = "dist/channels/scoop/bucket/demo.json";

#[test]
fn what_is_rendered_is_written_once_and_then_as_before() {
    let place = Place::new("[channel.scoop]\n");
    let first = place.run("manifests").ends(0);
    assert!(first.text().starts_with("scoop  1.2.3 "), "{}", first.text());
    assert!(first.text().contains("1 written"), "{}", first.text());
    assert!(place.run("manifests").ends(0).text().contains("as before"));
    place.run("manifests --check").ends(0);
    place.run("lint").ends(0);
}

#[test]
fn check_prints_the_difference_and_fails() {
    let place = Place::new("[channel.scoop]\n");
    let run = place.run("manifests --check").ends(1);
    assert!(
        run.stderr.contains("scoop: `bucket/demo.json` is not there"),
        "{}",
        run.stderr
    );
    assert!(
        run.text().contains("+    \"version\": \"1.2.3\""),
        "{}",
        run.text()
    );
    assert!(!place.path("dist/channels").exists(), "a check writes nothing");

    place.run("manifests").ends(0);
    let path = place.path(MANIFEST_OF_SCOOP);
    let text = files::read_text(&path).unwrap();
    files::write(&path, text.replace("Counts", "Count").as_bytes()).unwrap();
    let run = place.run("manifests --check").ends(1);
    assert!(
        run.text().contains("-    \"description\": \"Count the words"),
        "{}",
        run.text()
    );
    assert!(
        run.text().contains("+    \"description\": \"Counts the words"),
        "{}",
        run.text()
    );
}

#[test]
fn what_somebody_has_edited_is_kept() {
    let place = Place::new("[channel.scoop]\n");
    place.run("manifests").ends(0);
    let path = place.path(MANIFEST_OF_SCOOP);
    files::write(&path, b"{}\n").unwrap();
    let run = place.run("manifests").ends(1);
    assert!(
        run.stderr.contains("was changed since it was written"),
        "{}",
        run.stderr
    );
    assert_eq!(files::read_text(&path).unwrap(), "{}\n");
    place.run("manifests --force").ends(0);
    assert_ne!(files::read_text(&path).unwrap(), "{}\n");
}

#[test]
fn channels_are_chosen_by_name_or_by_their_tables() {
    let place = Place::new("[channel.scoop]\nenabled = false\n");
    let run = place.run("manifests").ends(1);
    assert!(run.stderr.contains("says `enabled = false`"), "{}", run.stderr);
    let run = Place::new("").run("manifests").ends(1);
    assert!(
        run.stderr.contains("has no `[channel.…]` table"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("cargo xtask init"), "{}", run.stderr);
    place.run("manifests --channel scoop").ends(0);
    let run = place.run("manifests --channel scop").ends(2);
    assert!(
        run.stderr.contains("no channel `scop`; did you mean `scoop`?"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("the channels are aur, "), "{}", run.stderr);
    let help = place.run("manifests --help").ends(0).text();
    assert!(
        help.contains("scoop") && help.contains("github-packages"),
        "{help}"
    );
}

#[test]
fn the_documents_say_what_the_tables_say() {
    let place = Place::new("[channel.scoop]\n");
    let json = place.run("manifests --json").ends(0).json();
    let row = &json["channels"][0];
    assert_eq!(
        (&row["channel"], &row["outcome"]),
        (&"scoop".into(), &"rendered".into())
    );
    assert_eq!(row["files"][0]["path"], "bucket/demo.json");
    assert_eq!(row["changes"]["bucket/demo.json"], "missing");
    let json = place.run("lint --json").ends(0).json();
    assert_eq!(json["passed"], true);
    assert_eq!(json["checked"][0]["files"], 1);
}

#[test]
fn without_a_release_the_command_that_makes_one_is_named() {
    let place = Place::new("[channel.scoop]\n");
    files::remove_dir(&place.path("dist")).unwrap();
    for command in ["manifests", "lint"] {
        let run = place.run(command).ends(1);
        assert!(run.stderr.contains("cannot read `"), "{}", run.stderr);
        assert!(
            run.stderr.contains("run `cargo xtask dist` first"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_release_of_another_version_is_refused() {
    let place = Place::new("[channel.scoop]\n");
    put(
        place.scratch.path(),
        "Cargo.toml",
        &MANIFEST.replace("1.2.3", "1.2.4"),
    );
    let run = place.run("manifests").ends(1);
    assert!(
        run.stderr
            .contains("`dist/` holds `demo` 1.2.3, but the workspace has 1.2.4"),
        "{}",
        run.stderr
    );
}

#[test]
fn lint_says_what_was_not_rendered_and_what_the_store_would_refuse() {
    let place = Place::new("[channel.scoop]\n");
    let run = place.run("lint").ends(1);
    assert!(
        run.stderr
            .contains("nothing was rendered into `dist/channels/scoop`"),
        "{}",
        run.stderr
    );
    place.run("manifests").ends(0);
    let path = place.path(MANIFEST_OF_SCOOP);
    let text = files::read_text(&path).unwrap();
    files::write(
        &path,
        text.replace("\"version\": \"", "\"version\": \"v").as_bytes(),
    )
    .unwrap();
    let run = place.run("lint").ends(1);
    assert!(
        run.stderr
            .contains("dist/channels/scoop/bucket/demo.json:2: `v1.2.3` is no version"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("[scoop/version-form]"), "{}", run.stderr);
}

#[test]
fn a_file_of_another_tool_is_known_by_its_content() {
    let place = Place::new("");
    put(
        place.scratch.path(),
        "other/app.json",
        "{\"version\": \"v1\", \"homepage\": \"https://a.example\", \"license\": \"MIT\", \"url\": \"https://a.example/a.zip\", \"hash\": \"\"}\n",
    );
    let run = place.run("lint other/app.json").ends(1);
    assert!(
        run.stderr.contains("other/app.json:1: `v1` is no version"),
        "{}",
        run.stderr
    );
    put(place.scratch.path(), "other/notes.txt", "hello\n");
    let run = place.run("lint other/notes.txt").ends(1);
    assert!(
        run.stderr
            .contains("cannot tell for which channel `other/notes.txt` is"),
        "{}",
        run.stderr
    );
    let run = place.run("lint other/missing.json").ends(1);
    assert!(
        run.stderr
            .contains("cannot read `other/missing.json`: no such file"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_rules_can_be_listed() {
    let place = Place::new("");
    let text = place.run("lint --rules --channel scoop").ends(0).text();
    assert!(
        text.contains("scoop/hash-form  (refused)") && text.contains("source:  S1 Scoop"),
        "{text}"
    );
    assert!(!text.contains("winget/"), "{text}");
}

#[test]
fn an_unknown_key_is_found_with_its_line() {
    let place = Place::new("[channel.scoop]\nbuket = \"a/b\"\n");
    let run = place.run("manifests").ends(1);
    assert!(
        run.stderr
            .contains("packaging/release.toml:2: no key `buket` here; did you mean `bucket`?"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_file_of_the_release_that_is_gone_or_other_is_named_before_anything_is_rendered() {
    let place = Place::new("[channel.scoop]\n");
    let zip = "demo-1.2.3-x86_64-pc-windows-gnullvm.zip";
    files::remove(&place.path("dist").join(zip)).unwrap();
    put(place.scratch.path(), "dist/demo-1.2.3-source.tar.gz", "junk");
    for command in ["manifests", "lint"] {
        let run = place.run(command).ends(1);
        assert!(
            run.stderr
                .contains(&format!("`{zip}` of the release cannot be read")),
            "{}",
            run.stderr
        );
        assert!(
            run.stderr
                .contains("`demo-1.2.3-source.tar.gz` is not what was built"),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("run `cargo xtask dist`"), "{}", run.stderr);
    }
}

#[test]
fn lint_holds_the_folder_against_what_was_rendered() {
    let place = Place::new("[channel.scoop]\n[channel.winget]\n");
    place.run("manifests").ends(0);
    put(place.scratch.path(), "dist/channels/scoop/mine.txt", "x\n");
    let run = place.run("lint").ends(0);
    assert!(
        run.stderr
            .contains("mine.txt: the file was not rendered [any/stranger]"),
        "{}",
        run.stderr
    );
    files::remove(&place.path(MANIFEST_OF_SCOOP)).unwrap();
    let run = place.run("lint").ends(1);
    assert!(
        run.stderr
            .contains("`bucket/demo.json` was rendered and is not there [any/as-rendered]"),
        "{}",
        run.stderr
    );
    files::write(&place.path(MANIFEST_OF_SCOOP), b"{\"version\": \"\xff\"}").unwrap();
    let run = place.run("lint").ends(1);
    assert!(
        run.stderr
            .contains("it is no UTF-8: the byte 13 begins no letter"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_nothing_of_a_channel_was_not_checked() {
    let place = Place::new("");
    put(place.scratch.path(), "a.txt", "hello\n");
    let run = place.run("lint a.txt --channel winget").ends(1);
    assert!(
        run.stderr
            .contains("cannot check `a.txt` for `winget`: it is nothing of that channel"),
        "{}",
        run.stderr
    );
    put(place.scratch.path(), "empty.json", "");
    let run = place.run("lint empty.json").ends(1);
    assert!(
        run.stderr.contains("`empty.json` holds nothing to check"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_checked_file_does_not_steer_the_terminal() {
    let place = Place::new("");
    put(
        place.scratch.path(),
        "app.json",
        "{\"version\": \"v1\\u001b[31m\", \"homepage\": \"https://a.example\", \"license\": \"MIT\", \"url\": \"https://a.example/a.zip\", \"bin\": \"a.exe\"}\n",
    );
    let run = place.run("lint app.json").ends(1);
    assert!(
        !run.stderr.contains('\u{1b}') && run.stderr.contains("v1\\u{1b}[31m"),
        "{}",
        run.stderr
    );
}
