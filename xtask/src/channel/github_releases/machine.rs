//! The machines that packages of Linux are made for, and the build that serves each.

use super::CHANNEL;
use crate::artifact::Binary;
use crate::config::Dotted;
use crate::edition::{Build, Edition};
use crate::problem::Problem;
use crate::target::Abi;

/// A machine, with each family's word for it.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) debian: &'static str,
    pub(super) rpm: &'static str,
    pub(super) gnu: &'static str,
    /// The build without a C library, where there can be one.
    pub(super) musl: Option<&'static str>,
    pub(super) has_64_bits: bool,
}

/// The machines.
pub(super) const MACHINES: &[Machine] = &[
    Machine {
        debian: "amd64",
        rpm: "x86_64",
        gnu: "x86_64-unknown-linux-gnu",
        musl: Some("x86_64-unknown-linux-musl"),
        has_64_bits: true,
    },
    Machine {
        debian: "arm64",
        rpm: "aarch64",
        gnu: "aarch64-unknown-linux-gnu",
        musl: Some("aarch64-unknown-linux-musl"),
        has_64_bits: true,
    },
    Machine {
        debian: "armhf",
        rpm: "armv7hl",
        gnu: "armv7-unknown-linux-gnueabihf",
        musl: None,
        has_64_bits: false,
    },
    Machine {
        debian: "i386",
        rpm: "i686",
        gnu: "i686-unknown-linux-gnu",
        musl: None,
        has_64_bits: false,
    },
];

/// The machines of the release, each with its build: the one that the settings prefer, else the other.
pub(super) fn builds(edition: &Edition) -> anyhow::Result<Vec<(&'static Machine, &Build)>> {
    let prefers_musl = match edition.settings(&CHANNEL).text("libc") {
        None | Some("gnu") => false,
        Some("musl") => true,
        Some(other) => {
            return Err(
                Problem::new(format!("no C library `{other}` in `[channel.{}]`", CHANNEL.name))
                    .help("`libc` is `gnu` or `musl`")
                    .into(),
            );
        }
    };
    let of = |machine: &'static Machine| {
        let gnu = edition.build(machine.gnu);
        let musl = machine.musl.and_then(|it| edition.build(it));
        let build = if prefers_musl { musl.or(gnu) } else { gnu.or(musl) };
        build.map(|it| (machine, it))
    };
    Ok(MACHINES.iter().filter_map(of).collect())
}

/// The newest glibc that a program of the build asks for.
pub(super) fn glibc(build: &Build) -> Option<Dotted> {
    let all = build
        .binaries()
        .iter()
        .filter_map(|it: &Binary| it.facts.glibc.clone());
    all.max_by(|a, b| a.0.cmp(&b.0))
}

/// The libraries that the programs of the build name, each once.
pub(super) fn libraries(build: &Build) -> Vec<&str> {
    if build.target.abi == Abi::Musl {
        return Vec::new();
    }
    let all = build.binaries().iter().flat_map(|it| &it.facts.libraries);
    let mut found: Vec<&str> = all.map(String::as_str).collect();
    found.sort_unstable();
    found.dedup();
    found
}
