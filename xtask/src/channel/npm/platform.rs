//! The platforms that npm tells apart: `os`, `cpu` and `libc`, as Node and npm call them.

use serde::Serialize;

use crate::edition::{Build, Edition};
use crate::inspect::Linkage;

/// A row: a package of one platform, and the targets that serve it, the best first.
#[derive(Debug)]
struct Row {
    key: &'static str,
    os: &'static str,
    cpu: &'static str,
    libc: Option<&'static str>,
    triples: &'static [&'static str],
}

const ROWS: &[Row] = &[
    row(
        "darwin-arm64",
        "darwin",
        "arm64",
        None,
        &["aarch64-apple-darwin", "universal-apple-darwin"],
    ),
    row(
        "darwin-x64",
        "darwin",
        "x64",
        None,
        &["x86_64-apple-darwin", "universal-apple-darwin"],
    ),
    row(
        "linux-arm",
        "linux",
        "arm",
        Some("glibc"),
        &["armv7-unknown-linux-gnueabihf"],
    ),
    row(
        "linux-arm-musl",
        "linux",
        "arm",
        Some("musl"),
        &["armv7-unknown-linux-musleabihf"],
    ),
    row(
        "linux-arm64",
        "linux",
        "arm64",
        Some("glibc"),
        &["aarch64-unknown-linux-gnu"],
    ),
    row(
        "linux-arm64-musl",
        "linux",
        "arm64",
        Some("musl"),
        &["aarch64-unknown-linux-musl"],
    ),
    row(
        "linux-ia32",
        "linux",
        "ia32",
        Some("glibc"),
        &["i686-unknown-linux-gnu"],
    ),
    row(
        "linux-ia32-musl",
        "linux",
        "ia32",
        Some("musl"),
        &["i686-unknown-linux-musl"],
    ),
    row(
        "linux-x64",
        "linux",
        "x64",
        Some("glibc"),
        &["x86_64-unknown-linux-gnu"],
    ),
    row(
        "linux-x64-musl",
        "linux",
        "x64",
        Some("musl"),
        &["x86_64-unknown-linux-musl"],
    ),
    row(
        "win32-arm64",
        "win32",
        "arm64",
        None,
        &["aarch64-pc-windows-msvc", "aarch64-pc-windows-gnullvm"],
    ),
    row("win32-ia32", "win32", "ia32", None, &["i686-pc-windows-msvc"]),
    row(
        "win32-x64",
        "win32",
        "x64",
        None,
        &[
            "x86_64-pc-windows-msvc",
            "x86_64-pc-windows-gnullvm",
            "x86_64-pc-windows-gnu",
        ],
    ),
];

const fn row(
    key: &'static str,
    os: &'static str,
    cpu: &'static str,
    libc: Option<&'static str>,
    triples: &'static [&'static str],
) -> Row {
    Row {
        key,
        os,
        cpu,
        libc,
        triples,
    }
}

/// A platform that a release has a build for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Platform {
    /// What the name of its package ends with, such as `linux-x64`.
    #[serde(skip)]
    pub(super) key: &'static str,
    /// `process.platform`.
    pub(super) os: &'static str,
    /// `process.arch`.
    pub(super) cpu: &'static str,
    /// The C library that it needs; `None` where it needs none, or where there is but one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) libc: Option<&'static str>,
    /// The target that serves it.
    #[serde(skip)]
    pub(super) triple: &'static str,
}

impl Platform {
    /// What it is, for readers: `Linux x64 (musl)`.
    pub(super) fn words(&self) -> String {
        let os = match self.os {
            "darwin" => "macOS",
            "win32" => "Windows",
            _ => "Linux",
        };
        let libc = self.libc.map(|it| format!(" ({it})")).unwrap_or_default();
        format!("{os} {}{libc}", self.cpu)
    }
}

/// The platforms of an edition, by key.
pub(super) fn platforms(edition: &Edition) -> Vec<Platform> {
    let is_static = |build: &Build| {
        let mut binaries = build.binaries().iter();
        binaries.all(|it| it.facts.linkage == Linkage::Static)
    };
    let has_glibc = |cpu: &str| {
        let mut rows = ROWS.iter().filter(|it| it.cpu == cpu && it.libc == Some("glibc"));
        rows.any(|it| edition.first_of(it.triples).is_some())
    };
    let of = |row: &Row| {
        let build = edition.first_of(row.triples)?;
        // A static program asks for no C library: where no other build does it serves all of Linux.
        let serves_all = row.libc == Some("musl") && is_static(build) && !has_glibc(row.cpu);
        Some(Platform {
            key: row.key,
            os: row.os,
            cpu: row.cpu,
            libc: row.libc.filter(|_| !serves_all),
            triple: build.target.triple,
        })
    };
    ROWS.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edition::sample::Sample;
    use crate::effect::environment;
    use crate::effect::files::Scratch;
    use crate::target::{TARGETS, Target};

    #[track_caller]
    fn check(triples: &[&str], expected: &[&str]) {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let sample = Sample {
            targets: triples.iter().map(|it| Target::parse(it).unwrap()).collect(),
            ..Sample::default()
        };
        let edition = sample.write(scratch.path()).unwrap();
        let found: Vec<String> = platforms(&edition)
            .iter()
            .map(|it| format!("{} = {} by {}", it.key, it.words(), it.triple))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn musl_alone_serves_all_of_linux() {
        let (gnu, musl) = ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl");
        check(
            &[musl],
            &["linux-x64-musl = Linux x64 by x86_64-unknown-linux-musl"],
        );
        check(
            &[gnu, musl],
            &[
                "linux-x64 = Linux x64 (glibc) by x86_64-unknown-linux-gnu",
                "linux-x64-musl = Linux x64 (musl) by x86_64-unknown-linux-musl",
            ],
        );
    }

    #[test]
    fn universal_builds_fill_what_is_left() {
        check(
            &["aarch64-apple-darwin", "universal-apple-darwin"],
            &[
                "darwin-arm64 = macOS arm64 by aarch64-apple-darwin",
                "darwin-x64 = macOS x64 by universal-apple-darwin",
            ],
        );
    }

    #[test]
    fn every_target_has_a_platform() {
        for target in TARGETS {
            assert!(
                ROWS.iter().any(|it| it.triples.contains(&target.triple)),
                "{target}"
            );
        }
        assert!(ROWS.is_sorted_by(|a, b| a.key < b.key));
    }
}
