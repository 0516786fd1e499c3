//! What GitHub Releases gets: notes, sums, packages of Linux and installers.

mod installer;
mod judged;
mod rules;

use std::fmt::Write;

use semver::Version;
use xtask::edition::Edition;
use xtask::edition::sample::Sample;
use xtask::lint::{File, Subject};
use xtask::manifests::{self, Extent, Outcome};
use xtask::pack::{deb, rpm};
use xtask::release::Release;
use xtask::render::Files;
use xtask::target::Target;

use crate::channels::fixture::{Paper, findings, golden};

const CHANNEL: &str = "github-releases";

/// A release of these targets.
fn of(targets: &[&str]) -> Sample {
    Sample {
        targets: targets.iter().map(|it| Target::parse(it).unwrap()).collect(),
        ..Sample::default()
    }
}

#[test]
fn the_notes_the_list_and_the_scripts() {
    // Two builds keep the files short, and the channels few.
    let sample = Sample {
        settings: "[channel.github-releases]\n".to_owned(),
        ..of(&["x86_64-unknown-linux-gnu", "x86_64-pc-windows-gnullvm"])
    };
    let paper = Paper::of(&sample);
    for name in [
        "notes.md",
        "assets.json",
        "demo-installer.sh",
        "demo-installer.ps1",
    ] {
        golden(CHANNEL, name, &paper.text(CHANNEL, name));
    }
}

#[test]
fn the_packages() {
    let files = Paper::plain().files(CHANNEL);
    let opened = deb::read(&files["demo_1.2.3-1_amd64.deb"].bytes).unwrap();
    let mut listing = format!("{}\n", opened.control);
    for file in &opened.files {
        let _ = writeln!(listing, "{:04o} {}", file.mode, file.path);
    }
    golden(CHANNEL, "demo.deb.txt", &listing);

    let opened = rpm::read(&files["demo-1.2.3-1.x86_64.rpm"].bytes).unwrap();
    let mut listing = String::new();
    for tag in [
        rpm::tag::NAME,
        rpm::tag::VERSION,
        rpm::tag::RELEASE,
        rpm::tag::ARCH,
        rpm::tag::SUMMARY,
        rpm::tag::DESCRIPTION,
        rpm::tag::LICENSE,
        rpm::tag::URL,
        rpm::tag::VENDOR,
        rpm::tag::PACKAGER,
    ] {
        let _ = writeln!(listing, "{tag} {}", opened.text(tag).unwrap());
    }
    for name in opened.texts(rpm::tag::REQUIRE_NAMES) {
        let _ = writeln!(listing, "requires {name}");
    }
    for file in &opened.files {
        let _ = writeln!(listing, "{:04o} {}", file.mode, file.path);
    }
    golden(CHANNEL, "demo.rpm.txt", &listing);
}

#[test]
fn nothing_is_found_in_what_is_rendered_and_two_renderings_are_one() {
    let paper = Paper::plain();
    assert_eq!(paper.findings(CHANNEL), Vec::<String>::new());
    assert_eq!(paper.rendered(CHANNEL).1, []);
    assert_eq!(paper.files(CHANNEL), paper.files(CHANNEL));
}

#[test]
fn packages_hold_the_programs_byte_for_byte() {
    let paper = Paper::plain();
    let files = paper.files(CHANNEL);
    for (triple, names) in [
        (
            "x86_64-unknown-linux-gnu",
            ["demo_1.2.3-1_amd64.deb", "demo-1.2.3-1.x86_64.rpm"],
        ),
        (
            "aarch64-unknown-linux-gnu",
            ["demo_1.2.3-1_arm64.deb", "demo-1.2.3-1.aarch64.rpm"],
        ),
    ] {
        let build = paper.edition.build(triple).unwrap();
        let program = build.program(&build.binaries()[0]).unwrap();
        let in_deb = deb::read(&files[names[0]].bytes).unwrap().files;
        let in_rpm = rpm::read(&files[names[1]].bytes).unwrap().files;
        for packed in [in_deb, in_rpm] {
            let found = packed.iter().find(|it| it.path == "usr/bin/demo").unwrap();
            assert_eq!((found.mode, &found.bytes), (0o755, &program), "{triple}");
        }
    }
}

#[test]
fn machines_of_32_bits_have_packages_too() {
    let paper = Paper::of(&of(&["armv7-unknown-linux-gnueabihf", "i686-unknown-linux-gnu"]));
    assert_eq!(paper.findings(CHANNEL), Vec::<String>::new());
    let files = paper.files(CHANNEL);
    assert_eq!(
        control(&files, "demo_1.2.3-1_armhf.deb").field("Architecture"),
        Some("armhf")
    );
    assert!(files.contains_key("demo_1.2.3-1_i386.deb") && files.contains_key("demo-1.2.3-1.armv7hl.rpm"));
    let opened = rpm::read(&files["demo-1.2.3-1.i686.rpm"].bytes).unwrap();
    let needs = &opened.texts(rpm::tag::REQUIRE_NAMES)[..2];
    assert_eq!(needs, ["libc.so.6", "libc.so.6(GLIBC_2.17)"]);
}

fn control(files: &Files, name: &str) -> deb::Opened {
    deb::read(&files[name].bytes).unwrap()
}

#[test]
fn the_settings_choose() {
    let with = |settings: &str| {
        Paper::of(&Sample {
            settings: format!("[channel.github-releases]\n{settings}\n"),
            ..Sample::default()
        })
    };
    let files =
        with("libc = \"musl\"\ndeb-depends = [\"git\"]\nrpm-requires = [\"git >= 2.0\"]").files(CHANNEL);
    let opened = control(&files, "demo_1.2.3-1_amd64.deb");
    assert_eq!(opened.field("Depends"), Some("git"));
    let opened = rpm::read(&files["demo-1.2.3-1.x86_64.rpm"].bytes).unwrap();
    assert_eq!(opened.texts(rpm::tag::REQUIRE_NAMES)[0], "git");
    assert_eq!(opened.texts(rpm::tag::REQUIRE_VERSIONS)[0], "2.0");

    let files = with("formats = [\"sh\"]\nname = \"demo_X\"").files(CHANNEL);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["SHA256SUMS", "assets.json", "demo_X-installer.sh", "notes.md"]
    );
}

/// What rendering says when it fails.
fn refusal(sample: &Sample) -> String {
    let paper = Paper::of(sample);
    let channel = xtask::channel::find(CHANNEL).unwrap();
    let mut output = xtask::render::Output::default();
    let error = (channel.render)(&paper.edition, &mut output).unwrap_err();
    format!("{error:#}")
}

#[test]
fn mistyped_settings_are_refused() {
    let with = |settings: &str| {
        refusal(&Sample {
            settings: format!("[channel.github-releases]\n{settings}\n"),
            ..Sample::default()
        })
    };
    assert!(
        with("formats = [\"dep\"]")
            .contains("no format `dep` in `[channel.github-releases]`; did you mean `deb`?")
    );
    assert!(with("libc = \"glibc\"").contains("no C library `glibc`"));
    assert!(with("name = \"de mo\"").contains("no asset can be named `de mo`"));
}

#[test]
fn what_the_release_lacks_is_said() {
    let missing = |sample: &Sample| -> Vec<String> {
        let (_, gaps) = Paper::of(sample).rendered(CHANNEL);
        gaps.into_iter().map(|it| it.missing).collect()
    };
    assert_eq!(
        missing(&of(&["x86_64-pc-windows-gnullvm"])),
        ["no build for Linux", "no build for Linux or macOS"]
    );
    assert_eq!(
        missing(&of(&["aarch64-apple-darwin"])),
        ["no build for Linux", "no build for Windows"]
    );
    let mut sample = Sample::default();
    sample.listing.maintainer.email = None;
    sample.listing.download_url = None;
    // One for each installer.
    assert_eq!(
        missing(&sample),
        [
            "no address of the maintainer",
            "no address of the downloads",
            "no address of the downloads"
        ]
    );
}

#[test]
fn versions_sort_as_they_should_and_names_stay_plain() {
    let sample = |version: &str| Sample {
        version: Version::parse(version).unwrap(),
        ..Sample::default()
    };
    let paper = Paper::of(&sample("1.2.3-rc.1"));
    let files = paper.files(CHANNEL);
    let opened = control(&files, "demo_1.2.3-rc.1-1_amd64.deb");
    assert_eq!(opened.field("Version"), Some("1.2.3~rc.1-1"));
    let opened = rpm::read(&files["demo-1.2.3-rc.1-1.x86_64.rpm"].bytes).unwrap();
    assert_eq!(opened.text(rpm::tag::VERSION), Some("1.2.3~rc.1"));
    assert_eq!(paper.findings(CHANNEL), Vec::<String>::new());

    let paper = Paper::of(&sample("1.2.3+b-5"));
    assert_eq!(paper.findings(CHANNEL), Vec::<String>::new());
    let notes = paper.text(CHANNEL, "notes.md");
    assert!(notes.contains("/v1.2.3%2Bb-5/demo-1.2.3%2Bb-5-"), "{notes}");
}

#[test]
fn notes_leave_out_what_is_off() {
    let sample = Sample {
        settings: "[channel.github-releases]\n[channel.scoop]\nenabled = false\n".to_owned(),
        ..Sample::default()
    };
    let notes = Paper::of(&sample).text(CHANNEL, "notes.md");
    assert!(
        notes.contains("### GitHub Releases\n") && !notes.contains("Scoop"),
        "{notes}"
    );
    assert!(Paper::plain().text(CHANNEL, "notes.md").contains("### Scoop\n"));
}

#[test]
fn templates_can_be_edited() {
    let sample = Sample {
        templates: vec![(
            "github-releases/notes.md".to_owned(),
            "{{! ours }}\nHello {{title}}\n\n{{compare}}\n\n{{changes}}\n".to_owned(),
        )],
        ..Sample::default()
    };
    assert_eq!(
        Paper::of(&sample).text(CHANNEL, "notes.md"),
        "Hello Demo\n\n### Added\n\n- `demo --json` prints JSON.\n"
    );
}

#[test]
fn hostile_texts_stay_texts() {
    let hostile = "a'b\"c`d$(touch x) ${e} #{f} %g \\h </i> {{name}} \u{1f980}";
    let mut sample = Sample::default();
    hostile.clone_into(&mut sample.listing.title);
    hostile.clone_into(&mut sample.listing.summary);
    sample.listing.description = format!("{hostile}\n\n.dot\n. dot\n\n{}", "long ".repeat(2000).trim_end());
    sample.listing.maintainer.name = "O'Neil, \"X\"".to_owned();
    let paper = Paper::of(&sample);
    let files = paper.files(CHANNEL);
    let opened = control(&files, "demo_1.2.3-1_amd64.deb");
    assert_eq!(opened.field("Description"), Some(hostile));
    let lines: Vec<&str> = opened.further("Description").collect();
    assert_eq!(lines[2..5], ["  .dot", "  . dot", " ."]);
    let words = |it: &str| it.split_whitespace().filter(|it| *it == "long").count();
    assert_eq!(lines.iter().map(|it| words(it)).sum::<usize>(), 2000);
    let opened = rpm::read(&files["demo-1.2.3-1.x86_64.rpm"].bytes).unwrap();
    assert_eq!(
        opened.text(rpm::tag::DESCRIPTION),
        Some(sample.listing.description.as_str())
    );
    let found = paper.findings(CHANNEL);
    assert!(found.is_empty(), "{found:?}");

    // What cannot be shown or is too long is said, and nothing is cut.
    sample.listing.summary = format!("{}\u{202e}", "x".repeat(90));
    let found = Paper::of(&sample).findings(CHANNEL);
    for rule in [
        "github-releases/deb-description: the summary has 91",
        "github-releases/package-texts",
    ] {
        assert!(found.iter().any(|it| it.starts_with(rule)), "{rule}: {found:?}");
    }
}

#[test]
fn packages_of_one_release_share_their_notes_and_sums() {
    let scratch = crate::support::scratch();
    let dist = scratch.path().join("dist");
    let first = of(&["x86_64-unknown-linux-gnu"]);
    let mut second = first.clone();
    "tool".clone_into(&mut second.listing.package);
    "tool".clone_into(&mut second.listing.name);
    let parts = [first.write(&dist).unwrap(), second.write(&dist).unwrap()];
    let mut identity = parts[0].release.identity.clone();
    identity.packages = vec!["demo".to_owned(), "tool".to_owned()];
    let artifacts = parts.iter().flat_map(|it| it.release.artifacts.clone()).collect();
    let release = Release::new(identity, artifacts);
    let editions = parts.each_ref().map(|it| {
        Edition::new(
            release.clone(),
            it.listing.clone(),
            it.channels.clone(),
            it.templates.clone(),
            it.shelf.clone(),
            None,
            None,
        )
        .unwrap()
    });
    let channel = xtask::channel::find(CHANNEL).unwrap();
    let row = manifests::render(&editions, &[channel], Extent::Everything).remove(0);
    let Outcome::Files(_, files) = row.outcome else {
        panic!("not rendered: {row:?}");
    };
    for name in [
        "demo_1.2.3-1_amd64.deb",
        "tool_1.2.3-1_amd64.deb",
        "tool-installer.sh",
    ] {
        assert!(files.contains_key(name), "{name}");
    }
    let notes = String::from_utf8(files["notes.md"].bytes.clone()).unwrap();
    for part in [
        "### GitHub Releases: demo\n",
        "### GitHub Releases: tool\n",
        "[tool-1.2.3-1.x86\\_64.rpm]",
    ] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    let found = findings(&Subject {
        channel,
        files: files.iter().map(|(path, file)| File::of(path, file)).collect(),
        edition: Some(editions[0].clone()),
        is_whole: true,
        rendered: None,
    });
    assert_eq!(found, Vec::<String>::new());
}
