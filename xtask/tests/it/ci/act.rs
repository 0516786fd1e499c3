//! The workflow that releases, run by act on this machine: job for job as GitHub would, with the same `dist/` in the end.
//!
//! What act cannot fetch here are the two actions that hand files from job to job; two of our own stand in for them, with
//! the same inputs. The steps of ours are those of the generated file, to the letter.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use xtask::ci::workflow::FILE;
use xtask::effect::environment;
use xtask::effect::files;
use xtask::tools::TOOLS_VARIABLE;

use crate::channels::fixture::{Demo, judge};
use crate::dist::cross;
use crate::dist::fixture::{Shelf, program};
use crate::support::{put, run, scratch};
use crate::version::fixture::git;

/// What the job of another machine finds: `$STORE`, in the place of GitHub's storage.
const UPLOAD: &str = r#"name: upload
description: Keeps files for another job
inputs:
  name: { description: The name, required: true }
  path: { description: The folder, required: true }
  if-no-files-found: { description: Not looked at, required: false }
  retention-days: { description: Not looked at, required: false }
  compression-level: { description: Not looked at, required: false }
runs:
  using: composite
  steps:
    - shell: bash
      env:
        NAME: ${{ inputs.name }}
        FROM: ${{ inputs.path }}
      run: mkdir "$STORE/$NAME" && cp -r "$FROM/." "$STORE/$NAME"
"#;

const DOWNLOAD: &str = r#"name: download
description: Gets the files of other jobs, a folder for each
inputs:
  pattern: { description: The names, required: true }
  path: { description: The folder, required: true }
runs:
  using: composite
  steps:
    - shell: bash
      env:
        PATTERN: ${{ inputs.pattern }}
        TO: ${{ inputs.path }}
      run: mkdir -p "$TO" && cp -r "$STORE"/$PATTERN "$TO"
"#;

/// The action of the workflow that ends like this, with its commit.
fn action(workflow: &str, name: &str) -> String {
    let uses = workflow
        .lines()
        .filter_map(|it| it.trim().strip_prefix("- uses: "));
    let mut found = uses
        .filter_map(|it| it.split(' ').next())
        .filter(|it| it.contains(name));
    found.next().expect("the workflow uses it").to_owned()
}

/// The files of a release with their bytes, without what was rendered from it.
fn release(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let shelf = Shelf::whole(dir);
    let own = ["artifacts.json", "SHA256SUMS"].into_iter().chain(shelf.names());
    own.map(|it| (PathBuf::from(it), shelf.bytes(it))).collect()
}

#[test]
fn a_rehearsed_release_is_what_one_machine_builds() {
    const NAME: &str = "a_rehearsed_release_is_what_one_machine_builds";
    let scratch = scratch();
    let dir = scratch.path();
    let (Some(act), Some(demo), Some(tools)) =
        (judge("act", NAME, dir), Demo::built(NAME), cross::tools(NAME))
    else {
        return;
    };
    // A commit with the workflow in it, in two folders.
    git(dir, &format!("clone --quiet {} one", demo.root.display()));
    let (one, work) = (dir.join("one"), dir.join("work"));
    let house = |root: &Path, words: &[&str]| {
        let program = program(env!("CARGO_BIN_EXE_xtask"), root).args(words);
        run(&program.envs(cross::caches()).env(TOOLS_VARIABLE, &tools))
    };
    house(&one, &["ci", "generate"]).ends(0);
    git(&one, "add .");
    git(&one, "commit --quiet --message workflow");
    git(dir, "clone --quiet one work");
    house(&one, &["dist", "--all", "--quiet"]).ends(0);

    let workflow = files::read_text(&work.join(FILE)).unwrap();
    let store = dir.join("store");
    files::create_dir(&store).unwrap();
    put(dir, "upload/action.yml", UPLOAD);
    put(dir, "download/action.yml", DOWNLOAD);
    let stands_in = |name: &str| {
        format!(
            "{}={}",
            action(&workflow, &format!("{name}-artifact@")),
            dir.join(name).display()
        )
    };
    // `cargo xtask` of a workspace without the toolkit in it: cargo looks for this program.
    let log = dir.join("log");
    let script = format!(
        "#!/bin/sh\nshift\n'{}' \"$@\"\ncode=$?\necho \"$code $*\" >>'{}'\nexit $code\n",
        env!("CARGO_BIN_EXE_xtask"),
        log.display()
    );
    let cargo_xtask = put(dir, "bin/cargo-xtask", &script);
    files::set_mode(&cargo_xtask, 0o755).unwrap();
    let act = act
        .envs(rust_homes())
        .env("CARGO_NET_OFFLINE", "true")
        .envs(cross::caches())
        .env(TOOLS_VARIABLE, &tools)
        .env("PATH", environment::path_with(&[dir.join("bin")]).unwrap())
        .env("STORE", &store)
        .args(["workflow_dispatch", "--input", "rehearsal=true"])
        .args(["--platform", "ubuntu-24.04=-self-hosted"])
        .args(["--local-repository", &stands_in("upload")])
        .args(["--local-repository", &stands_in("download")])
        .arg("--no-cache-server")
        .arg("--action-cache-path")
        .arg(dir.join("act"))
        .arg("--directory")
        .arg(&work);
    let ran = run(&act);

    // What the last job kept of its `dist/` before it rehearsed: three machines and a merge, the bytes of one machine.
    let kept = store.join("release");
    assert!(kept.is_dir(), "{}\n{}", ran.text(), ran.stderr);
    assert_eq!(release(&kept), release(&one.join("dist")));
    let log = files::read_text(&log).unwrap();
    let count = |start: &str| log.lines().filter(|it| it.starts_with(start)).count();
    let done = |line: &str| count(&format!("0 {line}"));
    assert_eq!(done("ci plan --github-output"), 1, "{log}");
    assert_eq!(
        (done("setup --install --target "), done("dist --target ")),
        (3, 3),
        "{log}"
    );
    for line in ["dist --merge target/parts", "manifests", "lint"] {
        assert_eq!(done(line), 1, "{line}: {log}");
    }
    // The last line decides how the run ends; whether it succeeds is what the tests of `rehearse` are about.
    let last = log.lines().last().unwrap();
    let (code, words) = last.split_once(' ').unwrap();
    assert_eq!(words, "rehearse", "{log}");
    assert_eq!(ran.code == Some(0), code == "0", "{}\n{}", ran.text(), ran.stderr);
    assert_eq!(
        log.matches(" publish").count(),
        0,
        "a rehearsal publishes nothing: {log}"
    );
}

fn rust_homes() -> impl Iterator<Item = (&'static str, PathBuf)> {
    let homes = [
        ("CARGO_HOME", environment::cargo_home()),
        ("RUSTUP_HOME", environment::rustup_home()),
    ];
    homes.into_iter().filter_map(|(name, home)| Some((name, home?)))
}
