//! Flathub's manifest, crate sources, metainfo and desktop entry.

mod judges;
mod rules;
mod runtime;

use xtask::edition::Person;
use xtask::edition::sample::Sample;
use xtask::manifests::{self, Extent, Outcome};
use xtask::target::Target;

use crate::channels::fixture::{Paper, golden};

/// The id of the sample.
const ID: &str = "io.github.owner.demo";

/// The one finding that a program of the console always gets.
const POLICY: &str = "flathub/console-application: blocked by policy: console application";

fn with_settings(lines: &str) -> Sample {
    Sample {
        settings: format!("[channel.flathub]\n{lines}\n"),
        ..Sample::default()
    }
}

fn with_targets(triples: &[&str]) -> Sample {
    Sample {
        targets: triples.iter().map(|it| Target::parse(it).unwrap()).collect(),
        ..Sample::default()
    }
}

#[test]
fn what_is_rendered() {
    let paper = Paper::plain();
    let files = paper.files("flathub");
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "bundle/io.github.owner.demo.desktop",
            "bundle/io.github.owner.demo.metainfo.xml",
            "bundle/io.github.owner.demo.yml",
            "io.github.owner.demo/cargo-sources.json",
            "io.github.owner.demo/io.github.owner.demo.desktop",
            "io.github.owner.demo/io.github.owner.demo.metainfo.xml",
            "io.github.owner.demo/io.github.owner.demo.yml",
        ]
    );
    for (path, name) in [
        (format!("{ID}/{ID}.yml"), "demo.yml"),
        (format!("{ID}/cargo-sources.json"), "cargo-sources.json"),
        (format!("{ID}/{ID}.metainfo.xml"), "demo.metainfo.xml"),
        (format!("{ID}/{ID}.desktop"), "demo.desktop"),
        (format!("bundle/{ID}.yml"), "bundle.yml"),
    ] {
        golden("flathub", name, &paper.text("flathub", &path));
    }
    assert_eq!(paper.findings("flathub"), [POLICY]);
    assert_eq!(files, paper.files("flathub"));
}

#[test]
fn one_machine_alone_is_told_to_flathub() {
    let paper = Paper::of(&with_targets(&[
        "x86_64-unknown-linux-musl",
        "x86_64-pc-windows-gnullvm",
    ]));
    let (files, gaps) = paper.rendered("flathub");
    assert_eq!(gaps, []);
    let json = String::from_utf8(files[&format!("{ID}/flathub.json")].bytes.clone()).unwrap();
    assert_eq!(json, "{\n  \"only-arches\": [\n    \"x86_64\"\n  ]\n}\n");
    assert_eq!(paper.findings("flathub"), [POLICY]);
}

#[test]
fn without_linux_there_is_no_bundle_but_the_source() {
    let (files, gaps) = Paper::of(&with_targets(&["x86_64-pc-windows-gnullvm"])).rendered("flathub");
    assert_eq!(gaps[0].missing, "no build for Linux");
    assert!(files.contains_key(&format!("{ID}/{ID}.yml")));
    assert!(!files.keys().any(|it| it.starts_with("bundle/")));
}

#[test]
fn what_is_missing_is_said_with_what_mends_it() {
    let mut sample = with_settings("");
    sample.listing.license = None;
    sample.lock = Some(
        sample
            .lock
            .unwrap()
            .replace("registry.example/index", "other.example/index"),
    );
    let (files, gaps) = Paper::of(&sample).rendered("flathub");
    let gaps: Vec<(&str, &str)> = gaps
        .iter()
        .map(|it| (it.missing.as_str(), it.help.as_str()))
        .collect();
    assert_eq!(
        gaps,
        [
            ("no licence", "write `license` into `Cargo.toml`"),
            (
                "no link to the crates of `registry+https://other.example/index`",
                "cargo fetch --locked"
            ),
        ]
    );
    assert!(!files.contains_key(&format!("{ID}/cargo-sources.json")));
    assert!(files.contains_key(&format!("{ID}/{ID}.yml")));

    let mut sample = Sample::default();
    sample.listing.repository = None;
    sample.listing.homepage = None;
    let (files, gaps) = Paper::of(&sample).rendered("flathub");
    assert!(files.is_empty());
    assert_eq!(gaps[0].missing, "no id of the application");
}

#[test]
fn crates_of_repositories_are_pinned_by_their_commit() {
    let from = |name: &str, query: &str| {
        let commit = "89abcdef0123456789abcdef0123456789abcdef";
        format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"0.1.0\"\nsource = \"git+https://git.example/o/x{query}#{commit}\"\n"
        )
    };
    let lock = |parts: &[String]| Sample {
        lock: Some(format!("version = 4\n{}", parts.concat())),
        ..Sample::default()
    };
    let paper = Paper::of(&lock(&[from("one", "?branch=main")]));
    let (_, gaps) = paper.rendered("flathub");
    assert_eq!(gaps, []);
    golden(
        "flathub",
        "git-sources.json",
        &paper.text("flathub", &format!("{ID}/cargo-sources.json")),
    );
    assert_eq!(paper.findings("flathub"), [POLICY]);
    let (_, gaps) = Paper::of(&lock(&[from("one", ""), from("two", "")])).rendered("flathub");
    assert_eq!(
        gaps[0].missing,
        "several crates come from `https://git.example/o/x`"
    );

    let none = Paper::of(&lock(&[]));
    let manifest = none.text("flathub", &format!("{ID}/{ID}.yml"));
    assert!(!manifest.contains("cargo-sources.json"), "{manifest}");
    assert_eq!(none.findings("flathub"), [POLICY]);
}

#[test]
fn a_pre_release_is_refused() {
    for (version, is_taken) in [("1.2.3-rc.1", false), ("1.2.3+5", true)] {
        let sample = Sample {
            version: version.parse().unwrap(),
            ..Sample::default()
        };
        let paper = Paper::of(&sample);
        let channel = xtask::channel::find("flathub").unwrap();
        let mut rows = manifests::render(std::slice::from_ref(&paper.edition), &[channel], Extent::Texts);
        let taken = matches!(rows.remove(0).outcome, Outcome::Files(..));
        assert_eq!(taken, is_taken, "{version}");
        if is_taken {
            assert_eq!(paper.findings("flathub"), [POLICY]);
        }
    }
}

#[test]
fn settings_and_the_template() {
    let mut sample = with_settings(
        "app-id = \"org.example.Demo\"\nruntime-version = \"25.08\"\nfinish-args = [\"--share=network\"]\n\
         cargo-args = [\"--no-default-features\", \"--features=a b\"]\nremote = \"https://demo.example/d.flatpakrepo\"\n\
         registry-dl = \"https://dl.example/{crate}/{crate}-{version}.crate\"",
    );
    sample.templates = vec![(
        "flathub/app.desktop".to_owned(),
        "[Desktop Entry]\nType=Application\nName={{title}}\nExec={{command}} say\nNoDisplay=true\n"
            .to_owned(),
    )];
    let paper = Paper::of(&sample);
    let manifest = paper.text("flathub", "org.example.Demo/org.example.Demo.yml");
    for line in [
        "id: org.example.Demo\n",
        "runtime-version: \"25.08\"\n",
        "finish-args:\n- \"--share=network\"\n",
        "--bins '--no-default-features' '--features=a b'",
    ] {
        assert!(manifest.contains(line), "{line}\n{manifest}");
    }
    let crates = paper.text("flathub", "org.example.Demo/cargo-sources.json");
    assert!(
        crates.contains("https://dl.example/memchr/memchr-2.7.6.crate"),
        "{crates}"
    );
    let desktop = paper.text("flathub", "org.example.Demo/org.example.Demo.desktop");
    assert!(desktop.ends_with("Exec=demo say\nNoDisplay=true\n"), "{desktop}");
    assert_eq!(paper.findings("flathub"), [POLICY]);

    let install = |paper: &Paper| (xtask::channel::find("flathub").unwrap().install)(&paper.edition);
    assert_eq!(
        install(&paper).as_deref(),
        Some(
            "flatpak remote-add --user --if-not-exists demo 'https://demo.example/d.flatpakrepo'\n\
             flatpak install --user demo org.example.Demo"
        )
    );
    assert_eq!(install(&Paper::plain()), None);
    let there = Paper::of(&with_settings("remote = \"flathub\""));
    assert_eq!(
        install(&there).as_deref(),
        Some("flatpak install flathub io.github.owner.demo")
    );
}

#[test]
fn several_programs_and_a_name_of_their_own() {
    let sample = Sample {
        binaries: vec!["also".to_owned(), "demo".to_owned()],
        ..Sample::default()
    };
    let paper = Paper::of(&sample);
    let manifest = paper.text("flathub", &format!("{ID}/{ID}.yml"));
    assert!(manifest.contains("command: demo\n"), "{manifest}");
    assert!(
        manifest.contains("target/release/demo target/release/also"),
        "{manifest}"
    );
    let metainfo = paper.text("flathub", &format!("{ID}/{ID}.metainfo.xml"));
    assert!(
        metainfo.contains("<binary>demo</binary>\n    <binary>also</binary>"),
        "{metainfo}"
    );
    assert_eq!(paper.findings("flathub"), [POLICY]);
}

#[test]
fn ids_come_from_the_repository_or_the_homepage() {
    let check = |repository: &str, homepage: &str, expected: &str| {
        let mut sample = Sample::default();
        sample.listing.repository = Some(xtask::edition::Repository::parse(repository));
        sample.listing.homepage = Some(homepage.to_owned());
        let paper = Paper::of(&sample);
        let files = paper.files("flathub");
        let manifest = format!("{expected}/{expected}.yml");
        assert!(files.contains_key(&manifest), "{repository}: {:?}", files.keys());
        assert_eq!(paper.findings("flathub"), [POLICY], "{expected}");
    };
    check(
        "https://github.com/My-Org/my.tool",
        "https://x.example",
        "io.github.my_org.my_tool",
    );
    check(
        "https://github.com/7zip/9-lives",
        "https://x.example",
        "io.github._7zip._9-lives",
    );
    check(
        "https://codeberg.org/owner/demo",
        "https://x.example",
        "page.codeberg.owner.demo",
    );
    check(
        "https://git.demo.example/demo",
        "https://my-demo.example/a",
        "example.my_demo.demo",
    );
}

/// Texts that would break out of a literal, or that no line has room for.
pub(super) fn hostile() -> Sample {
    let text = "</p><script> \"q\" 'q' `id` $(id) ${HOME} #{x} %n {{title}} ]]> & \\ \u{1f980} \u{5d0}\u{5d1} \u{202e}x\u{202c}";
    let mut sample = Sample::default();
    sample.listing.title = format!("Demo {text}");
    text.clone_into(&mut sample.listing.summary);
    sample.listing.description = format!("{text}\n\n- {text}\n- two\n\n{}", "long ".repeat(2000).trim());
    text.clone_into(&mut sample.listing.publisher);
    sample.listing.authors = vec![Person::parse(text)];
    sample.listing.keywords = vec!["a;b".to_owned(), text.to_owned()];
    sample
}

#[test]
fn hostile_texts_stay_texts() {
    let sample = hostile();
    let paper = Paper::of(&sample);
    let metainfo = paper.text("flathub", &format!("{ID}/{ID}.metainfo.xml"));
    let document = roxmltree::Document::parse(&metainfo).unwrap();
    let text = |name: &str| {
        let mut nodes = document.descendants().filter(|it| it.has_tag_name(name));
        nodes.next().unwrap().text().unwrap().to_owned()
    };
    assert_eq!(text("summary"), sample.listing.summary);
    assert_eq!(text("li"), sample.listing.summary);
    let paragraphs: Vec<_> = document.descendants().filter(|it| it.has_tag_name("p")).collect();
    assert_eq!(paragraphs[1].text().unwrap().len(), 9_999);
    let desktop = paper.text("flathub", &format!("{ID}/{ID}.desktop"));
    assert_eq!(desktop.lines().filter(|it| it.starts_with("Name=")).count(), 1);
    let found = paper.findings("flathub");
    let rules: Vec<&str> = found.iter().map(|it| it.split(": ").next().unwrap()).collect();
    assert!(rules.contains(&"flathub/quality"), "{found:?}");
    assert!(!rules.contains(&"flathub/metainfo"), "{found:?}");
}
