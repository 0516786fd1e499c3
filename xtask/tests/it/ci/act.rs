//! The workflow that releases, run by act on this machine: job for job as GitHub would, with the same `dist/` in the end.
//!
//! What act cannot fetch here are the two actions that hand files from job to job; two of our own stand in for them, with
//! the same inputs. The steps of ours are those of the generated file, to the letter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use xtask::channel::CHANNELS;
use xtask::ci::workflow::{self, FILE, Grant};
use xtask::config::Config;
use xtask::effect::environment;
use xtask::effect::files;
use xtask::effect::process::Program;
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

/// A workspace with the workflow in it, and all that act needs to run it in this folder.
struct Stage<'a> {
    dir: &'a Path,
    act: Program,
}

impl<'a> Stage<'a> {
    /// The workspace is `work` in the folder; `cargo xtask` there is a script of these lines, since the toolkit is not in
    /// the workspace: cargo then looks for the program `cargo-xtask`.
    fn new(dir: &'a Path, act: Program, script: &str) -> Stage<'a> {
        let work = dir.join("work");
        let workflow = files::read_text(&work.join(FILE)).unwrap();
        files::create_dir(&dir.join("store")).unwrap();
        put(dir, "upload/action.yml", UPLOAD);
        put(dir, "download/action.yml", DOWNLOAD);
        let stands_in = |name: &str| {
            let action = action(&workflow, &format!("{name}-artifact@"));
            format!("{action}={}", dir.join(name).display())
        };
        let script = put(dir, "bin/cargo-xtask", &format!("#!/bin/sh\nshift\n{script}"));
        files::set_mode(&script, 0o755).unwrap();
        let homes = [
            ("CARGO_HOME", environment::cargo_home()),
            ("RUSTUP_HOME", environment::rustup_home()),
        ];
        let homes = homes.into_iter().filter_map(|(name, home)| Some((name, home?)));
        let act = act
            .envs(homes)
            .env("CARGO_NET_OFFLINE", "true")
            .envs(cross::caches())
            .env("PATH", environment::path_with(&[dir.join("bin")]).unwrap())
            .env("STORE", dir.join("store"))
            .env("LOG", dir.join("log"))
            .args(["--platform", "ubuntu-24.04=-self-hosted"])
            .args(["--local-repository", &stands_in("upload")])
            .args(["--local-repository", &stands_in("download")])
            .arg("--no-cache-server")
            .arg("--action-cache-path")
            .arg(dir.join("act"))
            .arg("--directory")
            .arg(work);
        Stage { dir, act }
    }

    /// What the script has written into `$LOG`, line for line.
    fn log(&self) -> String {
        files::read_text(&self.dir.join("log")).unwrap()
    }
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
    let one = dir.join("one");
    let here = |words: &[&str]| {
        let program = program(env!("CARGO_BIN_EXE_xtask"), &one).args(words);
        run(&program.envs(cross::caches()).env(TOOLS_VARIABLE, &tools)).ends(0)
    };
    here(&["ci", "generate"]);
    git(&one, "add .");
    git(&one, "commit --quiet --message workflow");
    git(dir, "clone --quiet one work");
    here(&["dist", "--all", "--quiet"]);
    let script = "\"$XTASK\" \"$@\"\ncode=$?\necho \"$code $*\" >>\"$LOG\"\nexit $code\n";
    let stage = Stage::new(dir, act, script);
    let act = stage.act.clone().env("XTASK", env!("CARGO_BIN_EXE_xtask"));
    let act = act.env(TOOLS_VARIABLE, &tools);
    let ran = run(&act.args(["workflow_dispatch", "--input", "rehearsal=true"]));

    // What the last job kept of its `dist/` before it rehearsed: three machines and a merge, the bytes of one machine.
    let kept = dir.join("store/release");
    assert!(kept.is_dir(), "{}\n{}", ran.text(), ran.stderr);
    assert_eq!(release(&kept), release(&one.join("dist")));
    let log = stage.log();
    let done = |line: &str| {
        let start = format!("0 {line}");
        log.lines().filter(|it| it.starts_with(&start)).count()
    };
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
    let (code, words) = log.lines().last().unwrap().split_once(' ').unwrap();
    assert_eq!(words, "rehearse", "{log}");
    assert_eq!(ran.code == Some(0), code == "0", "{}\n{}", ran.text(), ran.stderr);
}

/// Which step sees what, for each way to start the workflow. The toolkit itself does not run here: a script says which
/// line of it would, and with which credentials.
#[test]
fn secrets_reach_the_step_that_publishes_and_no_other() {
    const NAME: &str = "secrets_reach_the_step_that_publishes_and_no_other";
    let tag = r#"{"ref":"refs/tags/v1.2.3","ref_type":"tag"}"#;
    let all: String = CHANNELS
        .iter()
        .flat_map(|it| ["[channel.", it.name, "]\n"])
        .collect();
    let names: BTreeSet<&str> = CHANNELS.iter().flat_map(|it| it.credentials.concat()).collect();
    // Those that the rows name first, but for the channels with trusted publishing.
    let taken: Vec<&str> = Grant::of(&Config::parse(&all).unwrap())
        .secrets
        .into_keys()
        .collect();
    assert!(taken.len() < names.len());
    let script = format!(
        "seen=\nfor name in {}; do eval \"value=\\$$name\"; [ -n \"$value\" ] && seen=\"$seen $name=$value\"; done\n\
         echo \"$*:$seen\" >>\"$LOG\"\ncase \"$1 $2\" in\n\
         'ci plan') echo 'matrix={{\"include\":[{{\"name\":\"a\",\"runner\":\"ubuntu-24.04\",\"targets\":\"t\"}}]}}' \
         >>\"$GITHUB_OUTPUT\" ;;\n'dist '*) mkdir dist; echo x >dist/x ;;\nesac\n",
        names.iter().copied().collect::<Vec<_>>().join(" ")
    );
    for (words, last) in [
        (
            vec!["push", "--eventpath", "../tag.json"],
            "publish --channel all",
        ),
        (
            vec!["workflow_dispatch", "--input", "rehearsal=false"],
            "publish --channel all",
        ),
        (vec!["workflow_dispatch", "--input", "rehearsal=true"], "rehearse"),
        (vec!["workflow_dispatch"], "rehearse"),
    ] {
        let scratch = scratch();
        let dir = scratch.path();
        let Some(act) = judge("act", NAME, dir) else {
            return;
        };
        put(dir, "tag.json", tag);
        put(dir, "work/packaging/release.toml", &all);
        put(
            dir,
            format!("work/{FILE}"),
            &workflow::text(&Config::parse(&all).unwrap()).unwrap(),
        );
        git(&dir.join("work"), "init --quiet");
        git(&dir.join("work"), "add .");
        git(&dir.join("work"), "commit --quiet --message first");
        let stage = Stage::new(dir, act, &script);
        let secrets = names
            .iter()
            .flat_map(|it| ["--secret".to_owned(), format!("{it}=canary-{it}")]);
        let ran = run(&stage.act.clone().args(secrets).args(&words)).ends(0);
        let log = stage.log();
        let (before, end) = log.trim_end().rsplit_once('\n').unwrap();
        let expected: String = match last {
            "rehearse" => String::new(),
            _ => taken
                .iter()
                .map(|it| format!(" {it}=canary-{it}"))
                .collect::<Vec<_>>()
                .concat(),
        };
        assert_eq!(end, format!("{last}:{expected}"), "{words:?}");
        let mut lines = vec![
            "ci generate --check:",
            "version --check:",
            "ci plan --github-output:",
            "setup --install --target t:",
            "dist --target t:",
            "dist --merge target/parts:",
            "manifests:",
            "lint:",
        ];
        if last != "rehearse" {
            lines.insert(5, "setup --publish --install:");
        }
        assert_eq!(before.lines().collect::<Vec<_>>(), lines, "{words:?}");
        assert!(!ran.text().contains("canary-"), "{}", ran.text());
    }
}
