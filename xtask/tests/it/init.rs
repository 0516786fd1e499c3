//! `cargo xtask init` on workspaces of several shapes.

use xtask::channel::{CHANNELS, Channel};
use xtask::config::Config;
use xtask::effect::files;

use crate::dist::fixture::{MAIN, Place, QUICK, manifest, program};
use crate::support::{Run, is_here, run};
use crate::version::fixture::git;

const SETTINGS: &str = "packaging/release.toml";

/// All that a store asks of `Cargo.toml`.
const FULL: &str = "license = \"MIT\"\ndescription = \"Says \\\"hello\\\"\"\nrepository = \"https://github.com/owner/app\"\n\
     authors = [\"The maintainers <app@demo.example>\"]\n";

fn init(place: &Place, words: &str) -> Run {
    let init = program(env!("CARGO_BIN_EXE_xtask"), &place.root).arg("init");
    run(&init.args(words.split_whitespace()))
}

fn settings(place: &Place) -> Option<String> {
    files::read_text_if_present(&place.root.join(SETTINGS)).unwrap()
}

/// Runs `init` and gives the channels that are on, after a look at what must hold of any settings.
#[track_caller]
fn written(place: &Place) -> (String, Vec<&'static str>) {
    init(place, "").ends(0);
    let text = settings(place).unwrap();
    let config = Config::parse(&text).unwrap();
    for channel in CHANNELS {
        let header = format!("[channel.{channel}]");
        assert_eq!(
            text.lines().filter(|it| *it == header).count(),
            1,
            "{channel}: {text}"
        );
    }
    let on = CHANNELS.into_iter().filter(|it| config.channel.is_on(it));
    (text.clone(), on.map(|it| it.name).collect())
}

fn names(channels: impl Fn(&Channel) -> bool) -> Vec<&'static str> {
    CHANNELS
        .into_iter()
        .filter(|it| channels(it))
        .map(|it| it.name)
        .collect()
}

fn app(more: &str) -> Place {
    Place::new(&[("Cargo.toml", &manifest("app", more)), ("src/main.rs", MAIN)])
}

#[test]
fn what_is_written_is_read_back_with_every_key() {
    let place = app(FULL);
    let (text, on) = written(&place);
    assert_eq!(on, names(|it| it.name != "flathub"));
    assert!(text.contains("\npackages = [\"app\"]\n"), "{text}");
    assert!(text.contains("# summary = \"Says \\\"hello\\\"\"\n"), "{text}");
    assert!(
        text.contains("# maintainer = \"The maintainers <app@demo.example>\"\n"),
        "{text}"
    );
    assert!(
        text.contains("# Off: console applications are not accepted; turn it on if yours has a window\nenabled = false\n"),
        "{text}"
    );
    assert!(
        text.lines().all(|it| it.len() < 400 && it.trim_end() == it),
        "{text}"
    );

    // Each key is there, and every line that shows one is a line that can be used.
    let used: String = text
        .lines()
        .map(|line| {
            let is_key = |it: &str| {
                it.split_once(" = ")
                    .is_some_and(|(name, _)| name.bytes().all(|it| it.is_ascii_lowercase() || it == b'-'))
            };
            let key = line.strip_prefix("# ").filter(|it| is_key(it));
            key.unwrap_or(line).to_owned() + "\n"
        })
        .collect();
    let tables: toml::Table = used.parse().unwrap();
    Config::parse(&used).unwrap();
    for channel in CHANNELS {
        let table = tables["channel"][channel.name].as_table().unwrap();
        let lacking: Vec<&str> = channel
            .keys()
            .map(|it| it.name)
            .filter(|it| !table.contains_key(*it))
            .collect();
        assert_eq!(lacking, [""; 0], "{channel}");
        for key in channel.keys {
            let about: Vec<&str> = key.about.split_whitespace().collect();
            let said: Vec<&str> = text.split_whitespace().filter(|it| *it != "#").collect();
            assert!(
                said.windows(about.len()).any(|it| it == about),
                "{channel}: {}",
                key.about
            );
        }
    }

    // The templates are the built-in ones, and a second run has nothing to do.
    for (channel, template) in CHANNELS
        .iter()
        .flat_map(|it| it.templates.iter().map(move |one| (it, one)))
    {
        let path = place.root.join(format!("packaging/{channel}/{}", template.name));
        assert_eq!(files::read_text(&path).unwrap(), template.text);
    }
    init(&place, "--check").ends(0);
    let again = init(&place, "--json").ends(0).json();
    assert!(
        again["files"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["outcome"] == "kept"),
        "{again:#}"
    );
    assert_eq!(settings(&place).unwrap(), text);
}

#[test]
fn what_cargo_does_not_say_turns_channels_off() {
    // No licence, no repository, no git.
    let (text, on) = written(&app(""));
    assert_eq!(on, ["crates-io", "docker-hub", "npm", "pypi"]);
    assert!(
        text.contains("# Off: `Cargo.toml` has no `repository`\n") && !text.contains("is not on GitHub"),
        "{text}"
    );
    assert!(
        text.contains("# publisher = \"app\"\n") && text.contains("# download-url = \"https://demo.example/"),
        "{text}"
    );

    // A repository elsewhere, which cannot tell where the assets will lie.
    let elsewhere = "repository = \"https://git.demo.example/app\"\npublish = false\n";
    let (text, on) = written(&app(elsewhere));
    assert_eq!(on, ["docker-hub", "npm", "pypi"]);
    assert!(
        text.contains("# Off: `repository` in `Cargo.toml` is not on GitHub\n"),
        "{text}"
    );
    assert!(
        text.contains("# Off: nobody knows where the assets will lie: set `[product] download-url`\n"),
        "{text}"
    );
    assert!(text.contains("# Off: `app` has `publish = false`\n"), "{text}");

    // Settings that were there say it.
    let place = app(elsewhere);
    place.put(
        SETTINGS,
        "[product]\ndownload-url = \"https://demo.example/{tag}\"\n",
    );
    let (_, on) = written(&place);
    assert_eq!(
        on,
        names(|it| !it.name.starts_with("github-") && !["crates-io", "flathub"].contains(&it.name))
    );
}

#[test]
fn libraries_alone_have_nothing_to_release() {
    let place = Place::new(&[("Cargo.toml", &manifest("app", FULL)), ("src/lib.rs", "")]);
    let (text, on) = written(&place);
    assert_eq!(on, [""; 0]);
    assert!(text.contains("\n# packages = [\"demo\"]\n"), "{text}");
    assert!(
        text.contains("# Not all are released: cannot tell what to release: no package of"),
        "{text}"
    );
    assert!(
        text.contains("# Off: no package has a program, so `cargo xtask dist` has nothing to build\n"),
        "{text}"
    );
}

#[test]
fn several_products() {
    let member = |name: &str, version: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n{more}")
    };
    let workspace = |second: &str| {
        Place::new(&[
            (
                "Cargo.toml",
                "[workspace]\nresolver = \"3\"\nmembers = [\"a\", \"b\", \"c\", \"xtask\"]\n",
            ),
            ("a/Cargo.toml", &member("alpha", "1.0.0", FULL)),
            ("a/src/main.rs", MAIN),
            ("b/Cargo.toml", &member("beta", second, FULL)),
            ("b/src/main.rs", MAIN),
            ("c/Cargo.toml", &member("core", "0.1.0", "")),
            ("c/src/lib.rs", ""),
            ("xtask/Cargo.toml", &member("xtask", "0.1.0", "")),
            ("xtask/src/main.rs", MAIN),
        ])
    };
    let (text, _) = written(&workspace("1.0.0"));
    assert!(text.contains("\npackages = [\"alpha\", \"beta\"]\n"), "{text}");
    let (text, _) = written(&workspace("2.0.0"));
    assert!(text.contains("\npackages = [\"alpha\"]\n"), "{text}");
    let words: Vec<&str> = text.split_whitespace().filter(|it| *it != "#").collect();
    assert!(
        words.join(" ").contains(
            "Not all are released: one release has one version, but `alpha` is 1.0.0 and `beta` is 2.0.0"
        ),
        "{text}"
    );
}

#[test]
fn settings_that_are_there_only_get_the_tables_they_lack() {
    let place = app(FULL);
    let own =
        "[dist]\r\ntargets = [\"x86_64-unknown-linux-gnu\"]\r\n\r\n[channel.snap]\r\nname = \"mine\" # kept";
    place.put(SETTINGS, own);
    let said = init(&place, "--check").ends(1).stderr;
    assert!(
        said.contains("error: `packaging/release.toml` lacks the tables of some channels\n"),
        "{said}"
    );
    init(&place, "--dry-run --force").ends(0);
    assert_eq!(settings(&place).as_deref(), Some(own));

    let (text, on) = written(&place);
    let more = text.strip_prefix(own).unwrap();
    assert!(
        !more.contains("\n[channel.snap]") && !more.contains("\n[product]"),
        "{more}"
    );
    assert_eq!(more.matches('\n').count(), more.matches("\r\n").count());
    assert!(
        more.contains("# Off: `[dist] targets` has none for Windows\r\n"),
        "{more}"
    );
    assert!(
        on.contains(&"snap") && on.contains(&"aur") && !on.contains(&"scoop"),
        "{on:?}"
    );
    // `--force` is for templates: settings stay as they are.
    init(&place, "--force").ends(0);
    assert_eq!(settings(&place).unwrap(), text);
    init(&place, "--check").ends(0);
}

#[test]
fn settings_that_cannot_be_read_or_added_to_stay() {
    for (own, expected) in [
        (
            "[dist]\nglibc-flor = \"2.17\"\n",
            "error: packaging/release.toml:2: no key `glibc-flor` here; did you mean `glibc-floor`?\n",
        ),
        (
            "channel = { snap = {} }\n",
            "error: cannot add the tables of the channels to `packaging/release.toml`: packaging/release.toml:",
        ),
    ] {
        let place = app(FULL);
        place.put(SETTINGS, own);
        let said = init(&place, "").ends(1).stderr;
        assert!(said.contains(expected), "{said}");
        assert_eq!(settings(&place).as_deref(), Some(own));
        assert_eq!(
            files::list(&place.root.join("packaging")).unwrap().len(),
            1,
            "nothing else is written"
        );
    }
}

#[test]
fn templates_that_somebody_has_changed_are_kept_and_named() {
    let of = |it: &&'static Channel| it.templates.first().map(|one| (it.name, one));
    let Some((channel, template)) = CHANNELS.iter().find_map(of) else {
        return;
    };
    let place = app(FULL);
    let path = format!("packaging/{channel}/{}", template.name);
    place.put(&path, "mine\n");
    let read = || files::read_text(&place.root.join(&path)).unwrap();
    let said = init(&place, "").ends(0).text();
    assert!(
        said.contains(&format!("kept      {path}, it differs from the built-in text\n")),
        "{said}"
    );
    assert_eq!(read(), "mine\n");
    let said = init(&place, "--check").ends(0).text();
    assert_eq!(
        said,
        format!("kept      {path}, it differs from the built-in text\n")
    );
    let document = init(&place, "--json").ends(0).json();
    let files = document["files"].as_array().unwrap();
    let row = files.iter().find(|it| it["path"] == path.as_str()).unwrap();
    assert_eq!(
        (&row["standing"], &row["outcome"]),
        (&"differs".into(), &"kept".into())
    );

    init(&place, "--dry-run --force").ends(0);
    assert_eq!(read(), "mine\n");
    let said = init(&place, "--force").ends(0).text();
    assert!(said.contains(&format!("replaced  {path}\n")), "{said}");
    assert_eq!(read(), template.text);
}

#[test]
fn nothing_is_written_by_looking() {
    let place = app(FULL);
    let said = init(&place, "--dry-run").ends(0).text();
    assert!(said.starts_with("written   packaging/release.toml\n"), "{said}");
    assert!(
        said.contains("off       flathub: console applications are not accepted"),
        "{said}"
    );
    let said = init(&place, "--check").ends(1).stderr;
    assert!(
        said.starts_with(
            "error: `packaging/release.toml` is not there\nhelp: write it: `cargo xtask init`\n"
        ),
        "{said}"
    );
    assert!(!place.root.join("packaging").exists());
    init(&place, "--check --force").ends(2);
}

#[test]
fn a_dist_that_git_would_keep_is_told() {
    const HELP: &str = "help: write `/dist/` into `.gitignore`";
    if !is_here("git", "a_dist_that_git_would_keep_is_told") {
        return;
    }
    let place = app(FULL);
    assert!(!init(&place, "").ends(0).stderr.contains(HELP));
    git(&place.root, "init --quiet");
    assert!(init(&place, "").ends(0).stderr.contains(HELP));
    files::write(&place.root.join(".gitignore"), b"/dist/\n").unwrap();
    assert!(!init(&place, "").ends(0).stderr.contains(HELP));
}

/// The way of a new workspace: settings, a release for this machine, and what the channels want.
#[test]
fn manifests_work_right_after_it() {
    if !is_here("git", "manifests_work_right_after_it") {
        return;
    }
    let place = app(FULL);
    place.put("LICENSE", "The text of the licence.\n");
    place.put("README.md", "# App\n");
    place.put(SETTINGS, QUICK);
    place.lock();
    written(&place);
    // Outside of git cargo packs `dist/` too, and what is rendered there would be a part of what is rendered next.
    place.commit("");
    place.dist("").ends(0);
    let xtask =
        |words: &str| run(&program(env!("CARGO_BIN_EXE_xtask"), &place.root).args(words.split_whitespace()));
    let document = xtask("manifests --json").ends(0).json();
    let channels = document["channels"].as_array().unwrap();
    assert_eq!(channels.len(), CHANNELS.len() - 1, "{document:#}");
    assert!(
        channels.iter().all(|it| it["outcome"] == "rendered"),
        "{document:#}"
    );
    xtask("manifests --check").ends(0);
}
