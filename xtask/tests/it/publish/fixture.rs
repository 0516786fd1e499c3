//! A release to publish: the demo for nine targets with all manifests, in a `dist/` of the test's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use xtask::effect::files::{self, Scratch};
use xtask::effect::process::Program;
use xtask::protocol::endpoint::Endpoints;
use xtask::twin::fault::Faults;
use xtask::twin::{Twin, World, credential};

use crate::channels::fixture::Demo;
use crate::dist::fixture::program;
use crate::support::{Run, run};

/// A release in a `dist/` of its own, with the addresses and variables that `publish` gets.
pub(crate) struct Shop {
    /// The demo, whose workspace is shared by all tests and never changed.
    pub(crate) demo: &'static Demo,
    /// A folder of this test alone.
    pub(crate) scratch: Scratch,
    /// The release.
    pub(crate) dist: PathBuf,
    endpoints: Vec<String>,
    variables: BTreeMap<String, String>,
}

impl Shop {
    /// Opens it; `None` where the demo cannot be built, which is said.
    #[track_caller]
    pub(crate) fn open(test: &str) -> Option<Shop> {
        let demo = Demo::built(test)?;
        render(demo);
        let scratch = Scratch::new(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap();
        let dist = scratch.path().join("dist");
        link_tree(&demo.root.join("dist"), &dist);
        Some(Shop {
            demo,
            scratch,
            dist,
            endpoints: Vec::new(),
            variables: BTreeMap::new(),
        })
    }

    /// Puts an address in the place of a public one: `NAME=URL` or `CHANNEL.NAME=URL`.
    pub(crate) fn endpoint(&mut self, name: &str, url: &str) {
        self.endpoints.push(format!("{name}={url}"));
    }

    /// Sets a variable of the program's environment, which has nothing but `PATH` and `HOME` (a folder of this test) else.
    pub(crate) fn variable(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Starts the twin's registries for channels, and points the program to them with the credentials that they take.
    #[track_caller]
    pub(crate) fn twin(&mut self, channels: &[&str], faults: &[(&str, &str)]) -> Twin {
        self.twin_of(self.world(), channels, faults)
    }

    /// The same for a product of which something else is known.
    #[track_caller]
    pub(crate) fn twin_of(&mut self, world: World, channels: &[&str], faults: &[(&str, &str)]) -> Twin {
        let faults: BTreeMap<String, Faults> = faults
            .iter()
            .map(|(channel, text)| ((*channel).to_owned(), Faults::parse(text).unwrap()))
            .collect();
        let twin = Twin::start(world, channels, &faults, 0).unwrap();
        let mut endpoints = Endpoints::default();
        twin.stand_in(&mut endpoints);
        for name in channels {
            let channel = xtask::channel::find(name).unwrap();
            let own = endpoints.of(name);
            for endpoint in xtask::protocol::endpoint::ENDPOINTS {
                if let Some(url) = own.own(endpoint.name) {
                    let url = url.to_owned();
                    self.endpoint(&format!("{name}.{}", endpoint.name), &url);
                }
            }
            for variable in *channel.credentials.first().unwrap_or(&&[][..]) {
                self.variable(variable, &credential::of(variable));
            }
        }
        twin
    }

    /// What the twin is told of the demo.
    pub(crate) fn world(&self) -> World {
        let identity = &self.demo.edition.release.identity;
        World {
            dir: self.scratch.path().join("registries"),
            repository: ("owner".to_owned(), "demo".to_owned()),
            others: xtask::channel::repositories(&self.demo.edition),
            root: Some(self.demo.root.clone()),
            version: identity.version.to_string(),
            commit: identity.commit.as_ref().map(|it| it.id.clone()),
            names: vec![self.demo.edition.listing.name.clone()],
        }
    }

    /// The program with a command that takes the release and the addresses: `publish`, `status`, `doctor`.
    pub(crate) fn command(&self, words: &[&str]) -> Program {
        self.command_of(program(env!("CARGO_BIN_EXE_xtask"), &self.demo.root), words)
    }

    fn command_of(&self, program: Program, words: &[&str]) -> Program {
        let home = self.scratch.path().join("home");
        files::create_dir(&home).unwrap();
        let mut program = program
            .args(words)
            .arg("--dist")
            .arg(&self.dist)
            .env("HOME", &home)
            .envs(&self.variables);
        for endpoint in &self.endpoints {
            program = program.arg("--endpoint").arg(endpoint);
        }
        program
    }

    /// Publishes to channels without a question, whatever state the demo's tree is in.
    #[track_caller]
    pub(crate) fn publish(&self, channels: &[&str]) -> Run {
        run(&self.publishing(channels))
    }

    /// The program that does so, not started yet.
    pub(crate) fn publishing(&self, channels: &[&str]) -> Program {
        let program = program(env!("CARGO_BIN_EXE_xtask"), &self.demo.root);
        self.publishing_by(program, channels)
    }

    /// The same as a process whose number stands in the file `pid` and whose words go to the file `said`, so that it can be
    /// killed and what it leaves behind holds no pipe.
    pub(crate) fn publishing_to_be_killed(&self, channels: &[&str]) -> Program {
        let dir = self.scratch.path().display();
        let script = format!("echo $$ >'{dir}/pid'; exec \"$0\" \"$@\" >'{dir}/said' 2>&1");
        let shell = program("sh", &self.demo.root).args(["-c", &script, env!("CARGO_BIN_EXE_xtask")]);
        self.publishing_by(shell, channels)
    }

    /// Kills it. It may have ended by itself in this moment.
    pub(crate) fn kill(&self) {
        let id = files::read_text(&self.scratch.path().join("pid")).unwrap();
        let _ = Program::new("kill").args(["-KILL", id.trim()]).output(None);
    }

    fn publishing_by(&self, program: Program, channels: &[&str]) -> Program {
        let mut program = self
            .command_of(program, &["publish", "--yes", "--allow-dirty", "--allow-missing"])
            .args(["--attempts", "5", "--first-wait-ms", "10", "--patience-s", "20"])
            .args(["--answer-s", "10"]);
        for channel in channels {
            program = program.args(["--channel", channel]);
        }
        program
    }

    /// The steps that a dry run prints, one a line, without their indent.
    #[track_caller]
    pub(crate) fn planned(&self, channels: &[&str]) -> Vec<String> {
        let run = run(&self.publishing(channels).arg("--dry-run"));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let text = run.text();
        let lines = text.lines().filter_map(|it| it.strip_prefix("  "));
        let is_step = |it: &&str| channels.iter().any(|name| it.starts_with(&format!("{name}: ")));
        lines.filter(is_step).map(str::to_owned).collect()
    }
}

/// Renders all channels of the demo once.
fn render(demo: &Demo) {
    static RENDERED: Mutex<bool> = Mutex::new(false);
    let mut is_done = RENDERED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*is_done {
        let run =
            run(&program(env!("CARGO_BIN_EXE_xtask"), &demo.root).args(["manifests", "--quiet", "--force"]));
        assert_eq!(run.code, Some(0), "{}{}", run.text(), run.stderr);
        *is_done = true;
    }
}

/// The same tree with links to the same files: nothing that publishing reads is written by it.
fn link_tree(from: &Path, to: &Path) {
    files::create_dir(to).unwrap();
    for path in files::list(from).unwrap() {
        let there = to.join(path.file_name().unwrap());
        if path.is_dir() {
            if path.file_name().is_some_and(|it| it != "receipts") {
                link_tree(&path, &there);
            }
        } else {
            std::fs::hard_link(&path, &there).unwrap();
        }
    }
}
