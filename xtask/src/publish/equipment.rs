//! The programs that publishing runs: which this machine lacks for the channels that are on, and getting them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;

use crate::channel::CHANNELS;
use crate::ci::need;
use crate::config::Config;
use crate::effect::environment;
use crate::effect::process::Program;
use crate::effect::report::Report;
use crate::judges::{From, Judge, install};
use crate::problem::{self, Problem, Problems};
use crate::publish::programs::{self, PROGRAMS, alternatives};
use crate::workspace::{Workspace, clean_program};

/// How a program is got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As the judge of that name is: by pip into `.tools/venv`, in the version that the table of judges pins.
    Judge,
    /// As a snap that sees the whole system.
    Snap,
}

/// The programs that can be got here; the others are the system's own.
const WAYS: &[(&str, Way)] = &[("snapcraft", Way::Snap), ("twine", Way::Judge)];

/// What is missing: any one of these programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// Their names, the best first.
    pub names: Vec<&'static str>,
    /// The channels that run it.
    pub channels: Vec<&'static str>,
}

impl Lack {
    /// One line of a list.
    pub fn line(&self) -> String {
        let installs = self
            .names
            .iter()
            .filter_map(|it| Some((it, programs::find(it)?.install)));
        let installs: Vec<String> = installs.map(|(name, how)| format!("{name}: {how}")).collect();
        let (names, channels) = (self.names.join(" or "), self.channels.join(", "));
        format!("{names}, for {channels}: {}", installs.join("; "))
    }
}

/// What the channels that are on run, and neither the workspace's `.tools` nor `PATH` has.
pub fn lacks(workspace: &Workspace, config: &Config) -> Vec<Lack> {
    let mut lacks: BTreeMap<&str, Lack> = BTreeMap::new();
    for channel in CHANNELS.iter().filter(|it| config.channel.is_on(it)) {
        for word in channel.programs {
            let names = alternatives(word);
            if names.iter().any(|it| need::find(workspace, it).is_some()) {
                continue;
            }
            let lack = lacks.entry(word).or_insert_with(|| Lack {
                names,
                channels: Vec::new(),
            });
            lack.channels.push(channel.name);
        }
    }
    lacks.into_values().collect()
}

/// The programs that the workspace has for itself in `.tools`, by name. They come before those of `PATH`.
pub fn own(workspace: &Workspace) -> BTreeMap<String, PathBuf> {
    let found = PROGRAMS
        .iter()
        .filter_map(|it| Some((it.name.to_owned(), need::find(workspace, it.name)?)));
    found
        .filter(|(_, path)| path.starts_with(workspace.tools_dir()))
        .collect()
}

/// Gets what can be got. One that fails does not stop the others; what nobody can get is left for the list.
pub fn install(workspace: &Workspace, lacks: &[Lack], report: Report) -> anyhow::Result<()> {
    let mut problems = Problems::default();
    for lack in lacks {
        let way = WAYS.iter().find(|(name, _)| lack.names.contains(name));
        let got = match way {
            Some((name, Way::Judge)) => python(workspace, name, report),
            Some((name, Way::Snap)) => snap(workspace, name, report),
            None => Ok(()),
        };
        problems.0.extend(got.err().iter().flat_map(problem::lines));
    }
    problems.into_result()
}

fn python(workspace: &Workspace, name: &str, report: Report) -> anyhow::Result<()> {
    let judge = Judge::find(name).map(|it| it.from);
    let Some(From::Python(packages)) = judge else {
        unreachable!("`{name}` is a judge that pip installs");
    };
    install::python(workspace, &[packages], report)
}

/// Snaps are the system's, so root puts them there.
fn snap(workspace: &Workspace, name: &str, report: Report) -> anyhow::Result<()> {
    let cannot = format!("cannot install {name}");
    if environment::find_program("snap").is_none() {
        return Err(Problem::new(format!("{cannot}: `snap` is not found"))
            .help("it is a program of snapd, which not every system has: Debian: apt-get install snapd")
            .into());
    }
    let is_root = Program::new("id")
        .arg("-u")
        .read()
        .is_ok_and(|it| it.trim() == "0");
    let words: &[&str] = if is_root { &["snap"] } else { &["sudo", "snap"] };
    report.step("Installing", format_args!("the snap {name}"));
    clean_program(words[0], &workspace.root)
        .args(&words[1..])
        .args(["install", name, "--classic"])
        .run(report)
        .context(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_got_is_what_channels_run() {
        assert!(WAYS.is_sorted_by(|a, b| a.0 < b.0));
        let all: Vec<&str> = CHANNELS
            .iter()
            .flat_map(|it| it.programs)
            .flat_map(|it| alternatives(it))
            .collect();
        for (name, way) in WAYS {
            assert!(all.contains(name), "{name}");
            let is_pip = Judge::find(name).is_some_and(|it| matches!(it.from, From::Python(_)));
            assert_eq!(is_pip, *way == Way::Judge, "{name}");
        }
    }
}
