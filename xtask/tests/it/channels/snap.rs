//! Snaps, and snapcraft.yaml.

mod run;

use xtask::channel::{self, CHANNELS};
use xtask::edition::sample::Sample;
use xtask::lint::{File, Subject};
use xtask::pack::squashfs::read::Image;
use xtask::pack::squashfs::write;
use xtask::pack::{Mode, Tree};
use xtask::render::Files;
use xtask::target::Target;

use crate::channels::fixture::{
    Demo, Paper, all_rules_are_tried, findings, fits_schema, golden, judge, rule,
};
use crate::support::{run, scratch};

const NAME: &str = "snap";
const SNAP: &str = "demo_1.2.3_amd64.snap";
const RECIPE: &str = "demo/snap/snapcraft.yaml";

fn sample(settings: &str) -> Sample {
    Sample {
        settings: format!("[channel.snap]\n{settings}"),
        ..Sample::default()
    }
}

/// What is in a snap, as `mode owner path`.
fn listing(bytes: &[u8]) -> String {
    let image = Image::read(bytes).unwrap();
    let line = |it: &xtask::pack::squashfs::read::Entry| {
        assert_eq!(it.time_s, 1_767_323_046);
        format!("{:04o} {}:{} /{}\n", it.mode, it.owner, it.group, it.path)
    };
    image.entries.iter().map(line).collect()
}

fn content(bytes: &[u8], path: &str) -> Vec<u8> {
    let image = Image::read(bytes).unwrap();
    image.content(image.entry(path).unwrap()).unwrap()
}

fn meta(files: &Files, name: &str) -> String {
    String::from_utf8(content(&files[name].bytes, "meta/snap.yaml")).unwrap()
}

#[test]
fn the_snaps_and_the_recipe() {
    let paper = Paper::plain();
    let files = paper.files(NAME);
    assert_eq!(paper.findings(NAME), Vec::<String>::new());
    assert!(files.iter().eq(paper.files(NAME).iter()), "two renderings differ");
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        [RECIPE, "demo_1.2.3_amd64.snap", "demo_1.2.3_arm64.snap"]
    );
    golden(NAME, "snapcraft.yaml", &paper.text(NAME, RECIPE));
    golden(NAME, "snap.yaml", &meta(&files, "demo_1.2.3_amd64.snap"));
    golden(NAME, "snap.txt", &listing(&files["demo_1.2.3_arm64.snap"].bytes));
}

#[test]
fn programs_are_those_that_were_built() {
    let Some(demo) = Demo::built("snap::programs_are_those_that_were_built") else {
        return;
    };
    let files = demo.files(NAME);
    for (name, triple) in [
        ("amd64", "x86_64-unknown-linux-musl"),
        ("arm64", "aarch64-unknown-linux-musl"),
    ] {
        let build = demo.edition.build(triple).unwrap();
        let program = build.program(&build.binaries()[0]).unwrap();
        assert!(
            content(&files[&format!("demo_1.2.3_{name}.snap")].bytes, "bin/demo") == program,
            "{triple}"
        );
    }
    assert_eq!(findings(&subject(&files, Some(demo))), Vec::<String>::new());
}

fn subject(files: &Files, demo: Option<&Demo>) -> Subject {
    Subject {
        channel: channel::find(NAME).unwrap(),
        files: files.iter().map(|(path, file)| File::of(path, file)).collect(),
        edition: demo.map(|it| it.edition.clone()),
        is_whole: true,
        rendered: None,
    }
}

#[test]
fn what_a_release_lacks_is_a_gap() {
    let rendered = |targets: &[&str], settings: &str| {
        let targets = targets.iter().map(|it| Target::parse(it).unwrap()).collect();
        let (files, gaps) = Paper::of(&Sample {
            targets,
            ..sample(settings)
        })
        .rendered(NAME);
        let gaps: Vec<String> = gaps.into_iter().map(|it| it.missing).collect();
        (
            files
                .into_keys()
                .filter(|it| it.strip_suffix(".snap").is_some())
                .collect::<Vec<_>>(),
            gaps,
        )
    };
    let none: [&str; 0] = [];
    let (snaps, gaps) = rendered(&["x86_64-pc-windows-gnullvm"], "");
    assert_eq!((snaps, gaps), (vec![], vec!["no build for Linux".to_owned()]));
    // The sample's glibc floor is 2.17, which every base has.
    let (snaps, gaps) = rendered(&["x86_64-unknown-linux-gnu", "armv7-unknown-linux-gnueabihf"], "");
    assert_eq!(snaps, ["demo_1.2.3_amd64.snap", "demo_1.2.3_armhf.snap"]);
    assert_eq!(gaps, none);
    let (snaps, gaps) = rendered(&["aarch64-unknown-linux-gnu"], "base = \"core18\"\n");
    assert!(snaps.is_empty());
    assert_eq!(
        gaps[0],
        "`aarch64-unknown-linux-gnu` needs a newer glibc than core18 has"
    );
}

#[test]
fn no_address_is_no_recipe() {
    let mut sample = Sample::default();
    sample.listing.download_url = None;
    let (files, gaps) = Paper::of(&sample).rendered(NAME);
    assert_eq!(files.len(), 2);
    assert_eq!(gaps[0].so, "no snapcraft.yaml");
}

#[test]
fn settings_and_an_icon() {
    let paper = Paper::of(&Sample {
        binaries: vec!["demo".to_owned(), "demo_admin".to_owned()],
        templates: vec![("snap/icon.svg".to_owned(), "{{! ours }}\n<svg/>\n".to_owned())],
        ..sample(
            "name = \"demo-tool\"\nbase = \"core22\"\nplugs = [\"home\", \"network-bind\"]\nservice = \"serve --port 8080\"\n\
             daemon = \"notify\"\nsummary = \"Counts\"\ngrade = \"devel\"\nconfinement = \"devmode\"\n",
        )
    });
    let files = paper.files(NAME);
    let recipe = paper.text(NAME, "demo-tool/snap/snapcraft.yaml");
    golden(NAME, "snapcraft-with-settings.yaml", &recipe);
    golden(
        NAME,
        "snap-with-settings.yaml",
        &meta(&files, "demo-tool_1.2.3_amd64.snap"),
    );
    assert_eq!(
        content(&files["demo-tool_1.2.3_amd64.snap"].bytes, "meta/gui/icon.svg"),
        b"<svg/>\n"
    );
    // A release goes to `stable`, which takes none of the two.
    let found = paper.findings(NAME);
    assert!(
        found.iter().all(|it| it.starts_with("snap/risk: ")) && found.len() == 3,
        "{found:?}"
    );
    let dir = paper.put(NAME);
    let path = dir.join("demo-tool/snap/snapcraft.yaml");
    fits_schema("snap/snapcraft.json", "snap::settings_and_an_icon", &[&path]);
}

#[test]
fn versions_and_where_they_go() {
    let of = |version: &str| {
        let paper = Paper::of(&Sample {
            version: version.parse().unwrap(),
            ..Sample::default()
        });
        assert_eq!(paper.findings(NAME), Vec::<String>::new(), "{version}");
        let text = paper.text(NAME, RECIPE);
        assert!(text.contains(&format!("version: \"{version}\"\n")), "{text}");
        let install = (channel::find(NAME).unwrap().install)(&paper.edition).unwrap();
        (install, text.contains("grade: stable\n"))
    };
    assert_eq!(of("1.2.3"), ("sudo snap install demo".to_owned(), true));
    assert_eq!(
        of("1.2.3-rc.1"),
        ("sudo snap install demo --candidate".to_owned(), true)
    );
    assert_eq!(
        of("1.2.3-beta.1+5"),
        ("sudo snap install demo --beta".to_owned(), false)
    );
    assert_eq!(
        of("1.2.3-alpha"),
        ("sudo snap install demo --edge".to_owned(), false)
    );
}

#[test]
fn hostile_texts_stay_texts_and_long_ones_are_findings() {
    let mut sample = Sample::default();
    let text = "\"; rm: [x] # ${y} `z` \u{202e}\u{1f980} {a: b}";
    sample.listing.summary = text.to_owned();
    sample.listing.description = format!("  {text}\n---\n...\n- x: |\n\n{}", "long ".repeat(500));
    let paper = Paper::of(&sample);
    assert_eq!(paper.findings(NAME), Vec::<String>::new());
    let files = paper.files(NAME);
    for text in [paper.text(NAME, RECIPE), meta(&files, "demo_1.2.3_amd64.snap")] {
        let yaml = xtask::render::yaml::Yaml::parse(&text, "x").unwrap();
        let get = |key: &str| yaml.get(key).unwrap().as_str().unwrap().to_owned();
        assert_eq!(get("summary"), sample.listing.summary);
        assert_eq!(get("description"), sample.listing.description.clone() + "\n");
    }
    sample.listing.summary = "x".repeat(10_000);
    let found = Paper::of(&sample).findings(NAME);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("the summary has 10000 characters, not 1 to 78"));
}

#[test]
fn the_official_schemas_agree() {
    const TEST: &str = "snap::the_official_schemas_agree";
    let paper = Paper::plain();
    let file = paper.put(NAME).join(RECIPE);
    fits_schema("snap/snapcraft.json", TEST, &[&file]);
    let Some(check) = judge("check-jsonschema", TEST, paper.scratch.path()) else {
        return;
    };
    let check = check.args(["--builtin-schema", "vendor.snapcraft"]);
    run(&check.clone().arg(&file)).ends(0);
    let text = paper.text(NAME, RECIPE).replace("grade: stable", "grade: best");
    xtask::effect::files::write(&file, text.as_bytes()).unwrap();
    run(&check.arg(&file)).ends(1);
}

/// A snap of a tree, to be spoiled.
fn snap(meta: &str, files: &[(&str, Mode, &[u8])]) -> Vec<u8> {
    let mut tree = Tree::new("");
    tree.add("meta/snap.yaml", Mode::Plain, meta.as_bytes().to_vec())
        .unwrap();
    for (path, mode, bytes) in files {
        tree.add(path, *mode, bytes.to_vec()).unwrap();
    }
    write(&tree, 1_767_323_046).unwrap()
}

#[test]
fn rules() {
    let recipe = Paper::plain().text(NAME, RECIPE);
    let mut tried = Vec::new();
    let mut check = |id: &'static str, from: &str, to: &str| {
        assert!(recipe.contains(from), "{from}");
        rule(
            id,
            "snap/snapcraft.yaml",
            recipe.clone(),
            recipe.replace(from, to),
        );
        tried.push(id);
    };
    check("snap/readable", "name: demo", "name: [demo");
    check("snap/required", "summary: ", "summery: ");
    check("snap/required", "base: ", "basis: ");
    check("snap/name", "name: demo", "name: De--mo");
    check("snap/version-form", "\"1.2.3\"", "\"v1.2.3_4\"");
    check("snap/version-quoted", "\"1.2.3\"", "1.10");
    check(
        "snap/summary",
        "Counts the words of a text\n",
        &format!("{}\n", "x".repeat(79)),
    );
    check("snap/title", "title: Demo", "title: D");
    check("snap/description", "Demo counts", &"x".repeat(4097));
    check("snap/license", "MIT OR", "MIT or");
    check("snap/base", "core24", "core18");
    check("snap/confinement", "confinement: strict", "confinement: none");
    check("snap/grade", "grade: stable", "grade: best");
    check("snap/risk", "grade: stable", "grade: devel");
    check("snap/risk", "confinement: strict", "confinement: devmode");
    check("snap/review", "confinement: strict", "confinement: classic");
    check("snap/review", "- home", "- personal-files");
    check("snap/apps", "command: bin/demo", "command: bin/demo;x");
    check("snap/apps", "  demo:\n    command", "  de_mo:\n    command");
    check(
        "snap/daemon",
        "    command: bin/demo\n",
        "    command: bin/demo\n    daemon: complex\n",
    );
    let meta = "name: demo\nversion: \"1.2.3\"\nsummary: x\ndescription: x\narchitectures:\n- amd64\napps:\n  demo:\n    command: bin/demo --x\n    completer: c.bash\n";
    let files: [(&str, Mode, &[u8]); 2] = [
        ("bin/demo", Mode::Executable, b"#!/bin/sh\n"),
        ("c.bash", Mode::Plain, b"x\n"),
    ];
    let good = snap(meta, &files);
    let mut check = |id: &'static str, path: &str, bad: Vec<u8>| {
        rule(id, path, good.clone(), bad);
        tried.push(id);
    };
    check("snap/readable", SNAP, good[..200].to_vec());
    check("snap/readable", SNAP, write(&Tree::new(""), 0).unwrap());
    let mut other = good.clone();
    other[20] = 1;
    check("snap/squashfs", SNAP, other);
    check("snap/command", SNAP, snap(meta, &files[..1]));
    check(
        "snap/command",
        SNAP,
        snap(meta, &[("bin/demo", Mode::Plain, b"x"), files[1]]),
    );
    check("snap/command", SNAP, snap(meta, &[files[1]]));
    check(
        "snap/architecture",
        SNAP,
        snap(&meta.replace("amd64", "arm64"), &files),
    );
    check(
        "snap/architecture",
        SNAP,
        snap(&meta.replace("1.2.3", "1.2.4"), &files),
    );
    tried.extend([
        "snap/files",
        "snap/version",
        "snap/program",
        "snap/prebuilt",
        "snap/complete",
    ]);
    all_rules_are_tried(NAME, &tried);
}

#[test]
fn rules_that_need_the_release() {
    let paper = Paper::plain();
    let files = paper.files(NAME);
    let found = |files: &Files, id: &str| {
        let subject = Subject {
            edition: Some(paper.edition.clone()),
            ..subject(files, None)
        };
        let found = findings(&subject);
        assert!(found.iter().any(|it| it.starts_with(id)), "{id}: {found:?}");
    };
    let edit = |from: &str, to: &str| {
        let mut files = files.clone();
        let text = paper.text(NAME, RECIPE);
        assert!(text.contains(from), "{from}");
        files.get_mut(RECIPE).unwrap().bytes = text.replace(from, to).into_bytes();
        files
    };
    found(&edit("1.2.3\"", "1.2.4\""), "snap/version: ");
    found(&edit("plugin: dump", "plugin: rust"), "snap/prebuilt: ");
    found(
        &edit("plugin: dump", "plugin: dump\n    override-build: make"),
        "snap/prebuilt: ",
    );
    found(
        &edit("to arm64: sha256/", "to arm64: sha256/0"),
        "snap/prebuilt: ",
    );
    found(&edit("to arm64: sha256/", "to arm64: md5/"), "snap/prebuilt: ");
    found(
        &edit("x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"),
        "snap/prebuilt: ",
    );
    let mut fewer = files.clone();
    fewer.remove("demo_1.2.3_arm64.snap");
    found(&fewer, "snap/complete: ");
    let mut swapped = files.clone();
    let arm64 = files["demo_1.2.3_arm64.snap"].bytes.clone();
    let mut tree = Tree::new("");
    for path in ["meta/snap.yaml", "bin/demo"] {
        let text = content(&arm64, path);
        let text = String::from_utf8(text).unwrap().replace("- arm64", "- amd64");
        let mode = if path == "bin/demo" {
            Mode::Executable
        } else {
            Mode::Plain
        };
        tree.add(path, mode, text.into_bytes()).unwrap();
    }
    swapped.get_mut("demo_1.2.3_amd64.snap").unwrap().bytes = write(&tree, 0).unwrap();
    found(&swapped, "snap/program: ");
}

#[test]
fn broken_files_are_findings_and_no_panic() {
    let files = Paper::plain().files(NAME);
    let bytes = &files["demo_1.2.3_amd64.snap"].bytes;
    for at in (0..bytes.len()).step_by(97) {
        let mut files = files.clone();
        files.get_mut("demo_1.2.3_amd64.snap").unwrap().bytes[at] ^= 0x55;
        drop(findings(&subject(&files, None)));
    }
    for cut in [0, 3, 96, bytes.len() - 4096] {
        let mut files = files.clone();
        files
            .get_mut("demo_1.2.3_amd64.snap")
            .unwrap()
            .bytes
            .truncate(cut);
        assert_ne!(findings(&subject(&files, None)), Vec::<String>::new(), "{cut}");
    }
}

#[test]
fn snaps_are_recognised_and_nothing_else_is() {
    let files = Paper::plain().files(NAME);
    let of = |name: &str| {
        let channel = channel::find(name).unwrap();
        files
            .iter()
            .filter(|(path, file)| (channel.recognises)(&File::of(path, file)))
            .count()
    };
    assert_eq!(of(NAME), 3);
    for channel in CHANNELS.iter().filter(|it| it.name != NAME) {
        assert_eq!(of(channel.name), 0, "{channel}");
    }
}

/// A tree on disk, as `mksquashfs` takes it.
#[test]
fn owners_and_modes_of_snaps_that_others_packed() {
    const TEST: &str = "snap::owners_and_modes_of_snaps_that_others_packed";
    let dir = scratch();
    let Some(pack) = judge("mksquashfs", TEST, dir.path()) else {
        return;
    };
    let root = dir.path().join("root");
    let meta = "name: demo\nversion: \"1\"\nsummary: x\ndescription: x\n";
    xtask::effect::files::write(&root.join("meta/snap.yaml"), meta.as_bytes()).unwrap();
    xtask::effect::files::write(&root.join("bin/demo"), b"x".repeat(200_000).as_slice()).unwrap();
    xtask::effect::files::set_mode(&root.join("bin/demo"), 0o755).unwrap();
    let made = |name: &str, words: &[&str]| {
        let path = dir.path().join(name);
        run(&pack
            .clone()
            .arg(&root)
            .arg(&path)
            .args(["-noappend", "-no-xattrs"])
            .args(words))
        .ends(0);
        xtask::effect::files::read(&path).unwrap()
    };
    let wanted = ["-comp", "xz", "-all-root", "-no-fragments"];
    let good = made("good", &wanted);
    assert_eq!(content(&good, "bin/demo"), b"x".repeat(200_000));
    let path = "demo_1_amd64.snap";
    rule(
        "snap/squashfs",
        path,
        good.clone(),
        made("gzip", &["-comp", "gzip", "-all-root", "-no-fragments"]),
    );
    rule(
        "snap/squashfs",
        path,
        good.clone(),
        made("tails", &["-comp", "xz", "-all-root"]),
    );
    rule(
        "snap/squashfs",
        path,
        good.clone(),
        made(
            "blocks",
            &["-comp", "xz", "-no-fragments", "-all-root", "-b", "1M"],
        ),
    );
    rule(
        "snap/files",
        path,
        good.clone(),
        made("owner", &["-comp", "xz", "-no-fragments", "-force-uid", "1000"]),
    );
    xtask::effect::files::set_mode(&root.join("bin/demo"), 0o4755).unwrap();
    rule("snap/files", path, good.clone(), made("bit", &wanted));
    xtask::effect::files::set_mode(&root.join("bin/demo"), 0o700).unwrap();
    rule("snap/files", path, good, made("closed", &wanted));
    // Gzip with tails of files together is read, too.
    assert_eq!(
        content(&made("all", &["-comp", "gzip"]), "meta/snap.yaml"),
        meta.as_bytes()
    );
}
