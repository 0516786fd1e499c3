//! npm installs what was rendered, and the program runs.

use std::path::Path;

use xtask::edition::sample::Sample;
use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::pack::npm;
use xtask::render::Files;

use super::launch::signalled;
use super::{LINUX, ROOT};
use crate::channels::fixture::{Demo, Paper, judge};
use crate::support::{clean, put, run, scratch};

/// npm without a network and with everything of its own in a folder.
fn npm_in(dir: &Path, test: &str) -> Option<Program> {
    let npm = judge("npm", test, dir)?;
    let options = [
        ("HOME", dir.join("home")),
        ("npm_config_cache", dir.join("cache")),
        ("npm_config_prefix", dir.join("global")),
    ];
    let off = [
        "npm_config_audit",
        "npm_config_fund",
        "npm_config_update_notifier",
    ];
    Some(
        npm.envs(options)
            .envs(off.map(|it| (it, "false")))
            .env("npm_config_offline", "true"),
    )
}

/// Unpacks a tarball into a folder.
fn unpack(tarball: &[u8], dir: &Path) {
    for it in npm::files(tarball).unwrap() {
        let path = dir.join(it.path.strip_prefix("package/").unwrap());
        files::write(&path, &it.bytes).unwrap();
        files::set_mode(&path, it.mode).unwrap();
    }
}

/// Asks npm what it would pack of what was unpacked, and whether it would mend anything.
fn packs_the_same(files: &Files, test: &str) {
    let scratch = scratch();
    for (name, file) in files {
        let name = name.rsplit('/').next().unwrap();
        let dir = scratch.path().join(name.trim_end_matches(".tgz"));
        unpack(&file.bytes, &dir);
        let Some(npm) = npm_in(scratch.path(), test) else {
            return;
        };
        let said = run(&npm.clone().dir(&dir).args(["pack", "--dry-run", "--json"]))
            .ends(0)
            .json();
        let mut found: Vec<(String, u64)> = said[0]["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                (
                    it["path"].as_str().unwrap().to_owned(),
                    it["mode"].as_u64().unwrap() & 0o777,
                )
            })
            .collect();
        found.sort();
        let mut ours: Vec<(String, u64)> = npm::files(&file.bytes)
            .unwrap()
            .iter()
            .map(|it| {
                (
                    it.path.strip_prefix("package/").unwrap().to_owned(),
                    u64::from(it.mode),
                )
            })
            .collect();
        ours.sort();
        assert_eq!(found, ours, "{name}");
        assert_eq!(said[0]["filename"], name);

        let manifest = dir.join("package.json");
        let before = files::read_text(&manifest).unwrap();
        run(&npm.dir(&dir).args(["pkg", "fix"])).ends(0);
        assert_eq!(files::read_text(&manifest).unwrap(), before, "npm mends {name}");
    }
}

#[test]
fn npm_packs_the_same_and_mends_nothing() {
    let test = "npm::install::npm_packs_the_same_and_mends_nothing";
    let two = |files: &Files, names: [&str; 2]| -> Files {
        let wanted = files.iter().filter(|(name, _)| names.contains(&name.as_str()));
        wanted.map(|(name, file)| (name.clone(), file.clone())).collect()
    };
    let paper = Paper::plain();
    packs_the_same(&two(&paper.files("npm"), [ROOT, LINUX]), test);
    let names = ["npm/owner-demo-1.2.3.tgz", "npm/owner-demo-linux-x64-1.2.3.tgz"];
    packs_the_same(&two(&paper.files("github-packages"), names), test);
    let sample = Sample {
        settings: "[channel.npm]\nname = \"@words/demo\"\n".to_owned(),
        binaries: vec!["demo".to_owned(), "demo-server".to_owned()],
        version: "1.2.3-rc.1".parse().unwrap(),
        ..Sample::default()
    };
    let names = ["words-demo-1.2.3-rc.1.tgz", "words-demo-linux-x64-1.2.3-rc.1.tgz"];
    packs_the_same(&two(&Paper::of(&sample).files("npm"), names), test);
}

/// Installs a root with the package of this platform, and runs the program in every way.
fn installed(demo: &Demo, channel: &str, root: &str, platform: &str, name: &str, test: &str) {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return;
    }
    let scratch = scratch();
    let tarballs = demo.put(channel, scratch.path());
    let dir = scratch.path().join("a b");
    put(&dir, "package.json", "{}");
    let Some(npm) = npm_in(scratch.path(), test) else {
        return;
    };
    let npm = npm.dir(&dir);
    let install = |files: &[&str]| {
        let files = files.iter().map(|it| tarballs.join(it));
        run(&npm.clone().arg("install").args(files))
    };
    install(&[root, platform]).ends(0);
    let program = dir.join("node_modules/.bin/demo");
    let start = |words: &[&str]| run(&clean(&program, &dir).args(words));
    assert_eq!(start(&[]).ends(0).text(), "demo 1.2.3\n");
    start(&["exit", "7"]).ends(7);
    start(&["exit", "255"]).ends(255);
    let words = ["say", "a b", "", "\"c\"", "'d'", "$e `f` *"];
    let said = start(&words).ends(0).text();
    assert_eq!(said, "[\"a b\", \"\", \"\\\"c\\\"\", \"'d'\", \"$e `f` *\"]\n");
    let input = "line\n".repeat(40_000).into_bytes();
    let cat = clean(&program, &dir).arg("cat").output_of(input.clone()).unwrap();
    assert_eq!(cat.stdout, input);
    for signal in ["SIGTERM", "SIGINT", "SIGHUP"] {
        let ended = signalled(scratch.path(), signal, &[program.to_str().unwrap(), "wait"]);
        assert_eq!(ended.as_deref(), Some(format!("null {signal}\n").as_str()));
    }
    // npm's own way of starting it; `--no` asks nobody and fetches nothing.
    let exec = npm.clone().args(["exec", "--no", "--", "demo", "exit", "7"]);
    run(&exec).ends(7);

    let built = demo.edition.build("x86_64-unknown-linux-gnu").unwrap();
    let package = dir.join("node_modules").join(format!("{name}-linux-x64"));
    let found = files::read(&package.join("bin/demo")).unwrap();
    assert_eq!(found, built.program(&built.binaries()[0]).unwrap());

    for (end, word) in [
        ("win32-x64", "EBADPLATFORM"),
        ("darwin-arm64", "EBADPLATFORM"),
        ("linux-arm64", "EBADPLATFORM"),
    ] {
        let refused = install(&[&root.replace("-1.2.3", &format!("-{end}-1.2.3"))]);
        assert_ne!(refused.code, Some(0), "{end}");
        assert!(refused.stderr.contains(word), "{end}: {}", refused.stderr);
    }
    xtask::effect::relocate::remove_all(&package).unwrap();
    let missing = start(&[]).ends(1);
    assert!(
        missing.stderr.contains(&format!("`{name}-linux-x64` is missing")),
        "{}",
        missing.stderr
    );
}

#[test]
fn npm_installs_and_the_program_runs() {
    let test = "npm::install::npm_installs_and_the_program_runs";
    if let Some(demo) = Demo::built(test) {
        installed(demo, "npm", ROOT, LINUX, "demo", test);
    }
}

#[test]
fn the_same_under_the_scope_of_the_owner() {
    let test = "npm::install::the_same_under_the_scope_of_the_owner";
    if let Some(demo) = Demo::built(test) {
        let (root, platform) = ("npm/owner-demo-1.2.3.tgz", "npm/owner-demo-linux-x64-1.2.3.tgz");
        installed(demo, "github-packages", root, platform, "@owner/demo", test);
    }
}

#[test]
fn npm_installs_for_all_users() {
    let test = "npm::install::npm_installs_for_all_users";
    let paper = Paper::plain();
    let tarballs = paper.put("npm");
    let scratch = scratch();
    let Some(npm) = npm_in(scratch.path(), test) else {
        return;
    };
    let files = [ROOT, LINUX].map(|it| tarballs.join(it));
    run(&npm.args(["install", "--global"]).args(files)).ends(0);
    let program = scratch.path().join("global/bin/demo");
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        assert_eq!(
            run(&clean(program, scratch.path())).ends(0).text(),
            "demo 1.2.3\n"
        );
        assert!(scratch.path().join("global/share/man/man1/demo.1").exists());
    }
}
