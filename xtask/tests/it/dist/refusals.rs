//! What `dist` does not take: each refusal says what it tried, what it found, and what to do next.

#[cfg(unix)]
use std::path::Path;

#[cfg(unix)]
use xtask::effect::environment;
use xtask::effect::files;
#[cfg(unix)]
use xtask::tools;

use super::fixture::{MAIN, Place, QUICK, manifest, program};
#[cfg(unix)]
use crate::support::skipped;
use crate::support::{Run, is_here, put, run, scratch};
use crate::version::fixture::git;

/// Fails unless a run ends so, with an error that starts so and all these pieces of advice.
#[track_caller]
fn check(run: Run, code: i32, error: &str, helps: &[&str]) {
    let run = run.ends(code);
    let said = run.stderr.replace('\\', "/");
    let is_there = said.lines().any(|it| it.starts_with(&format!("error: {error}")));
    assert!(is_there, "{error}\nis not in\n{said}");
    for help in helps {
        let is_there = said.lines().any(|it| it.starts_with(&format!("help: {help}")));
        assert!(is_there, "{help}\nis not in\n{said}");
    }
    assert_eq!(run.text(), "");
}

#[test]
fn words_and_settings_that_mean_nothing() {
    let place = Place::app(&[]);
    check(
        place.dist("--target x86_64-unknown-linux-mus"),
        2,
        "no target `x86_64-unknown-linux-mus`; did you mean `x86_64-unknown-linux-musl`?",
        &["the targets are aarch64-apple-darwin, "],
    );
    for (folder, shown) in [("src", "src"), (".", "."), ("dist/../src", "src")] {
        check(
            place.dist(&format!("--output {folder}")),
            2,
            &format!("cannot write artifacts into `{shown}`: the workspace's code lies there"),
            &["give `--output` a folder of its own"],
        );
    }
    let none = place.dist("--jobs 0").ends(2).stderr;
    assert!(none.contains("invalid value '0' for '--jobs <N>'"), "{none}");
    check(
        place.dist("--package ap"),
        2,
        "no package `ap` in the workspace; did you mean `app`?",
        &["the packages are app"],
    );
    place.put(
        "packaging/release.toml",
        "[dist]\nglibc-flor = \"2.17\"\n\n[dist.profile]\nlto = false\n\n[prodct]\n",
    );
    let said = place.dist("").ends(1).stderr;
    for expected in [
        "error: packaging/release.toml:2: no key `glibc-flor` here; did you mean `glibc-floor`?\n",
        "error: packaging/release.toml:7: no key `prodct` here; did you mean `product`?\n",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    place.put(
        "packaging/release.toml",
        "[dist]\ntargets = [\"x86_64-unknown-linux\"]\n",
    );
    check(
        place.dist("--all"),
        2,
        "no target `x86_64-unknown-linux`",
        &["the targets are "],
    );
    place.put(
        "packaging/release.toml",
        "[product]\npackages = [\"app\", \"apq\"]\n",
    );
    check(
        place.dist(""),
        2,
        "no package `apq` in the workspace; did you mean `app`?",
        &["the packages are app"],
    );
    place.put("packaging/release.toml", "[dist]\ninclude = [\"etc/*\"]\n");
    check(
        place.dist(""),
        1,
        "no file matches `etc/*` of `[dist] include`",
        &["patterns count from the workspace's root"],
    );
    place.put("packaging/release.toml", "[dist]\nfeatures = [\"extra\"]\n");
    check(
        place.dist(""),
        1,
        "no feature `extra` of `[dist] features` in what is released",
        &["the packages have no features"],
    );
    place.put("packaging/release.toml", QUICK);
    for odd in ["yesterday", "-1"] {
        check(
            run(&place.program("").env("SOURCE_DATE_EPOCH", odd)),
            2,
            &format!("cannot read `SOURCE_DATE_EPOCH`: `{odd}` is no number of seconds since 1970"),
            &["unset it to take the commit's time"],
        );
    }
    assert!(!place.root.join("dist").exists());
}

#[test]
fn patterns_that_match_no_file_of_the_workspace() {
    let place = Place::app(&[("etc/deep/a.conf", "")]);
    put(place.above(), "outside.conf", "");
    place.put(
        "packaging/release.toml",
        "[dist]\ninclude = [\"etc\", \"etc/**\", \"../outside.conf\", \"/etc/*\", \"x/*\"]\n",
    );
    let run = place.dist("");
    let said = run.stderr.clone();
    check(
        run,
        1,
        "no file matches `etc` of `[dist] include`",
        &[
            "it matches folders only; `etc/**/*` takes the files below",
            "patterns count from the workspace's root: `extra/*.conf`",
            "patterns count from the workspace's root; copy or link",
        ],
    );
    for expected in [
        "error: no file matches `etc/**` of `[dist] include`\n",
        "error: cannot include `../outside.conf` of `[dist] include`: it leaves the workspace\n",
        "error: cannot include `/etc/*` of `[dist] include`: it leaves the workspace\n",
        "error: no file matches `x/*` of `[dist] include`\n",
    ] {
        assert!(said.contains(expected), "{expected}{said}");
    }
}

#[cfg(unix)]
#[test]
fn programs_that_are_not_on_the_path() {
    let place = Place::app(&[]);
    let empty = place.above().join("empty");
    files::create_dir(&empty).unwrap();
    check(
        run(&place.program("").env("PATH", &empty)),
        1,
        "cannot read the Cargo workspace of `",
        &["`cargo` comes with rustup, <https://rustup.rs>"],
    );
}

#[cfg(unix)]
#[test]
fn what_installs_is_looked_for_before_anything_is_changed() {
    let place = Place::app(&[]);
    // The compiler itself, since rustup's own `rustc` looks for nothing on the path.
    let sysroot = run(&program("rustc", &place.root).args(["--print", "sysroot"]))
        .ends(0)
        .text();
    let only_rust = Path::new(sysroot.trim()).join("bin");
    let tools = place.above().join("tools");
    let setup = program(env!("CARGO_BIN_EXE_xtask"), &place.root)
        .args(["setup", "--install", "--target", "armv7-unknown-linux-gnueabihf"])
        .env("PATH", &only_rust)
        .env("XTASK_TOOLS", &tools);
    check(
        run(&setup),
        1,
        "cannot install the tools: neither `python3` nor `python` is found",
        &["their makers publish them as Python packages: install Python 3 with pip"],
    );
    assert!(!tools.exists());
}

#[cfg(unix)]
#[test]
fn a_second_setup_at_the_same_time() {
    let place = Place::app(&[]);
    // A Python that has a pip, and leaves a mark instead of a program.
    let bin = place.above().join("bin");
    let python = put(
        &bin,
        "python3",
        "#!/bin/sh\ncase \"$*\" in *--version*) exit 0;; esac\nexit 3\n",
    );
    files::set_mode(&python, 0o755).unwrap();
    let folder = place.above().join("tools");
    put(&folder, ".xtask-1-1.tmp/requirements.txt", "");
    let path = environment::path_with(&[bin]).unwrap();
    let host = run(&program("rustc", &place.root).args(["--print", "host-tuple"]))
        .ends(0)
        .text();
    let setup = program(env!("CARGO_BIN_EXE_xtask"), &place.root)
        .args(["setup", "--install", "--target", host.trim()])
        .env("PATH", path)
        .env("XTASK_TOOLS", &folder);
    let lock = files::lock(&folder.join("setup.lock")).unwrap();
    check(
        run(&setup),
        1,
        &format!(
            "cannot begin: another `cargo xtask setup` installs into `{}`",
            folder.display()
        ),
        &["wait for it to end, then run the same command again"],
    );
    drop(lock);
    // Unlocked it goes on, and sweeps what a killed run has left.
    check(
        run(&setup),
        1,
        &format!(
            "cannot install `cargo-zigbuild` {}: pip ended with exit status: 3",
            tools::CARGO_ZIGBUILD.version
        ),
        &["its own words stand above", "the same command goes on from here"],
    );
    assert!(!folder.join(".xtask-1-1.tmp").exists());
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere_where_the_folder_should_be() {
    let place = Place::app(&[]);
    files::link_folder(Path::new("no/where"), &place.root.join("dist")).unwrap();
    let at = place.root.join("dist").display().to_string();
    check(
        place.dist(""),
        1,
        &format!("cannot make the folder `{at}`: it is a link to `no/where`, which is not there"),
        &["make the folder that it points to, or remove the link"],
    );
}

#[test]
fn folders_that_are_no_workspace() {
    let scratch = scratch();
    let folder = scratch.path().display().to_string().replace('\\', "/");
    let dist = |words: &[&str]| run(&program(env!("CARGO_BIN_EXE_xtask"), scratch.path()).args(words));
    check(
        dist(&["dist"]),
        1,
        &format!("cannot read the Cargo workspace of `{folder}`: "),
        &[],
    );
    assert!(dist(&["dist"]).stderr.contains("could not find `Cargo.toml`"));
    check(
        dist(&["-C", "no/such", "dist"]),
        2,
        "cannot work on `no/such`: no such folder",
        &["`-C` takes the folder to work on"],
    );
}

#[test]
fn packages_that_cannot_be_a_release() {
    let place = Place::new(&[("packaging/release.toml", QUICK), ("src/lib.rs", "")]);
    place.put("Cargo.toml", &manifest("app", ""));
    let root = place.root.display().to_string().replace('\\', "/");
    check(
        place.dist(""),
        1,
        &format!("cannot tell what to release: no package of `{root}` has a binary"),
        &[
            "`dist` packs programs; add `src/main.rs`",
            "or work on another workspace",
        ],
    );
    check(
        place.dist("--package app"),
        1,
        "cannot release the package `app`: it has no binary",
        &[],
    );
    place.put("src/main.rs", MAIN);
    place.put("Cargo.toml", &manifest("app", "license-file = \"TERMS\"\n"));
    check(
        place.dist(""),
        1,
        "cannot find the licence file `TERMS` that `Cargo.toml` names",
        &["mend `license-file` in the manifest, or add the file"],
    );
    // What cargo refuses is told in cargo's words.
    place.put("Cargo.toml", &manifest("app", "").replace("1.2.3", "1.2.x"));
    let said = place.dist("").ends(1).stderr;
    assert!(
        said.contains("error: cannot read the Cargo workspace of "),
        "{said}"
    );
    assert!(said.contains("version = \"1.2.x\""), "{said}");
    for name in ["../x", "a/b", ".."] {
        let bin = format!("\n[[bin]]\nname = \"{name}\"\npath = \"src/main.rs\"\n");
        place.put("Cargo.toml", &manifest("app", &bin));
        let said = place.dist("").ends(1).stderr;
        assert!(said.starts_with("error: cannot "), "{name}: {said}");
        assert!(!place.root.join("x").exists() && !place.root.join("dist").exists());
    }
}

#[test]
fn packages_that_are_no_release_together() {
    let place = Place::new(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n",
        ),
        ("packaging/release.toml", QUICK),
        (
            "a/Cargo.toml",
            &manifest("a", "\n[[bin]]\nname = \"Tool\"\npath = \"src/main.rs\"\n"),
        ),
        ("a/src/main.rs", MAIN),
        ("b/src/main.rs", MAIN),
    ]);
    let own = "\n[[bin]]\nname = \"tool\"\npath = \"src/main.rs\"\n";
    place.put("b/Cargo.toml", &manifest("b", own).replace("1.2.3", "1.3.0"));
    let both = place.dist("");
    assert_eq!(both.stderr.matches("error: ").count(), 2, "{}", both.stderr);
    check(
        both,
        1,
        "two binaries are named `tool`: of the packages `a` and `b`",
        &["rename one with `[[bin]] name = …`"],
    );
    check(
        place.dist(""),
        1,
        "one release has one version, but `a` is 1.2.3 and `b` is 1.3.0",
        &["choose with `--package NAME`"],
    );
    place.dist("--package b").ends(0);
    assert_eq!(place.shelf().release.identity.version.to_string(), "1.3.0");
}

#[test]
fn a_tag_of_another_version() {
    if !is_here("git", "a_tag_of_another_version") {
        return;
    }
    let place = Place::app(&[]);
    place.commit("");
    git(&place.root, "tag v1.2.4");
    check(
        place.dist(""),
        1,
        "the commit is tagged `v1.2.4`, but the version is `1.2.3`",
        &["run `cargo xtask version set 1.2.4`"],
    );
    git(&place.root, "tag app-v1.2.3");
    place.dist("").ends(0);
    assert_eq!(place.shelf().release.identity.tag.as_deref(), Some("app-v1.2.3"));
}

#[test]
fn a_hook_of_another_repository_changes_nothing() {
    if !is_here("git", "a_hook_of_another_repository_changes_nothing") {
        return;
    }
    let (place, other) = (Place::app(&[]), Place::app(&[("README.md", "# other\n")]));
    place.commit("");
    other.commit("");
    git(&other.root, "tag v9.9.9");
    let hook = place.program("").env("GIT_DIR", other.root.join(".git"));
    run(&hook.env("GIT_WORK_TREE", &other.root)).ends(0);
    assert!(!place.shelf().release.identity.is_dirty);
}

#[test]
fn missing_tools_are_named_at_once_with_one_command() {
    let place = Place::app(&[]);
    let words = "--target armv7-unknown-linux-gnueabihf --target x86_64-pc-windows-gnu";
    let run = run(&place
        .program(words)
        .env("XTASK_TOOLS", place.above().join("none")));
    let said = run.stderr.clone();
    assert_eq!(said.matches("cargo xtask setup").count(), 1, "{said}");
    assert!(said.contains("error: cannot find `cargo-zigbuild` "), "{said}");
    check(
        run,
        1,
        "cannot find `zig` ",
        &[
            "run `cargo xtask setup --install --target armv7-unknown-linux-gnueabihf --target x86_64-pc-windows-gnu`",
        ],
    );
    assert!(!place.root.join("dist").exists());
}

#[test]
fn a_second_run_at_the_same_time() {
    let place = Place::app(&[]);
    let state = place.root.join("target/xtask");
    files::create_dir(&state).unwrap();
    let lock = files::lock(&state.join("dist.lock")).unwrap();
    assert!(lock.is_some());
    check(
        place.dist(""),
        1,
        "cannot begin: another `cargo xtask dist` works on this workspace",
        &["wait for it to end, then run the same command again"],
    );
    drop(lock);
    place.dist("").ends(0);
}

#[test]
fn a_file_where_the_folder_should_be() {
    let place = Place::app(&[("dist", "mine\n")]);
    let at = place.root.join("dist").display().to_string().replace('\\', "/");
    check(
        place.dist(""),
        1,
        &format!("cannot make the folder `{at}`: a file of that name is in the way"),
        &["move or rename the file"],
    );
    assert_eq!(files::read_text(&place.root.join("dist")).unwrap(), "mine\n");
}

/// Runs a script of a shell in a name space of mounts of its own, where root may mount small disks.
#[cfg(unix)]
fn mounted(test: &str, dir: &Path, script: &str) -> Option<Run> {
    for tool in ["unshare", "mount", "sh"] {
        if !is_here(tool, test) {
            return None;
        }
    }
    let shell = |script: &str| program("unshare", dir).args(["--mount", "sh", "-c", script]);
    if run(&shell("mkdir -p disk && mount -t tmpfs -o size=64k tmpfs disk")).code != Some(0) {
        skipped(test, "nobody may mount a disk here");
        return None;
    }
    Some(run(&shell(script)))
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written() {
    let place = Place::app(&[]);
    let script = format!(
        "mkdir -p dist && mount -t tmpfs -o ro tmpfs dist && exec '{}' dist",
        env!("CARGO_BIN_EXE_xtask")
    );
    let Some(run) = mounted("a_folder_that_cannot_be_written", &place.root, &script) else {
        return;
    };
    let at = place.root.join("dist").display().to_string();
    check(
        run,
        1,
        &format!("cannot write into `{at}`: read-only file system"),
        &["write elsewhere: `CARGO_TARGET_DIR` for builds, `dist --output DIR` for artifacts"],
    );
    // Nothing was compiled for nothing.
    assert!(!place.root.join("target/xtask/built").exists());
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let place = Place::app(&[("README.md", "# app\n")]);
    let script = format!(
        "mkdir -p dist && mount -t tmpfs -o size=64k tmpfs dist && '{}' dist; code=$?; ls -A dist >&2; exit $code",
        env!("CARGO_BIN_EXE_xtask")
    );
    let Some(run) = mounted("a_full_disk_leaves_nothing_half_written", &place.root, &script) else {
        return;
    };
    assert!(!run.stderr.contains(".tmp\n"), "{}", run.stderr);
    assert!(!run.stderr.contains(".tar.gz\n"), "{}", run.stderr);
    assert!(
        run.stderr.contains(": no space left on device\n"),
        "{}",
        run.stderr
    );
    check(
        Run {
            stdout: Vec::new(),
            ..run
        },
        1,
        "",
        &["free some space and run the same command again: it goes on from here"],
    );
    place.dist("").ends(0);
    place.shelf();
}

#[cfg(unix)]
#[test]
fn a_folder_of_somebody_else() {
    let place = Place::app(&[]);
    let dist = place.root.join("dist");
    files::create_dir(&dist).unwrap();
    files::set_mode(&dist, 0o555).unwrap();
    if files::check_writable(&dist).is_ok() {
        skipped("a_folder_of_somebody_else", "this user may write anywhere");
        return;
    }
    let run = place.dist("");
    files::set_mode(&dist, 0o755).unwrap();
    check(
        run,
        1,
        &format!("cannot write into `{}`: permission denied", dist.display()),
        &["check the owner and mode of the file and of its folder"],
    );
}

#[test]
fn a_repository_that_git_cannot_read() {
    if !is_here("git", "a_repository_that_git_cannot_read") {
        return;
    }
    let place = Place::app(&[(".git", "gitdir: nowhere\n")]);
    check(
        place.dist(""),
        1,
        "cannot read the git repository of the workspace: ",
        &[],
    );
}
