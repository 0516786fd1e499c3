//! Platform tags: what each wheel may be installed on, from what was measured in its programs (PEP 425, 600 and 656).

use crate::config::Dotted;
use crate::edition::{Build, Edition};
use crate::inspect::Linkage;

/// What the tags of a slot are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// manylinux, with the floor of glibc.
    Glibc,
    /// musllinux.
    Musl,
    /// macosx, with the oldest system.
    Macos,
    /// One of three words.
    Windows(&'static str),
}

/// A kind of machine that installers tell apart, and the targets that serve it, the best first.
struct Slot {
    family: Family,
    machine: &'static str,
    triples: &'static [&'static str],
}

const SLOTS: &[Slot] = &[
    slot(Family::Glibc, "aarch64", &["aarch64-unknown-linux-gnu"]),
    slot(Family::Glibc, "armv7l", &["armv7-unknown-linux-gnueabihf"]),
    slot(Family::Glibc, "i686", &["i686-unknown-linux-gnu"]),
    slot(Family::Glibc, "x86_64", &["x86_64-unknown-linux-gnu"]),
    slot(Family::Musl, "aarch64", &["aarch64-unknown-linux-musl"]),
    slot(Family::Musl, "armv7l", &["armv7-unknown-linux-musleabihf"]),
    slot(Family::Musl, "i686", &["i686-unknown-linux-musl"]),
    slot(Family::Musl, "x86_64", &["x86_64-unknown-linux-musl"]),
    slot(
        Family::Macos,
        "arm64",
        &["aarch64-apple-darwin", "universal-apple-darwin"],
    ),
    slot(
        Family::Macos,
        "x86_64",
        &["x86_64-apple-darwin", "universal-apple-darwin"],
    ),
    slot(
        Family::Windows("win_amd64"),
        "x86_64",
        &[
            "x86_64-pc-windows-msvc",
            "x86_64-pc-windows-gnullvm",
            "x86_64-pc-windows-gnu",
        ],
    ),
    slot(
        Family::Windows("win_arm64"),
        "aarch64",
        &["aarch64-pc-windows-msvc", "aarch64-pc-windows-gnullvm"],
    ),
    slot(Family::Windows("win32"), "i686", &["i686-pc-windows-msvc"]),
];

const fn slot(family: Family, machine: &'static str, triples: &'static [&'static str]) -> Slot {
    Slot {
        family,
        machine,
        triples,
    }
}

/// The old names of three floors, which the installers of their time know (PEP 513, 571 and 599), and their machines.
pub(super) const LEGACY: &[(&str, [u32; 2], &[&str])] = &[
    ("manylinux1", [2, 5], &["x86_64", "i686"]),
    ("manylinux2010", [2, 12], &["x86_64", "i686"]),
    (
        "manylinux2014",
        [2, 17],
        &["x86_64", "i686", "aarch64", "armv7l", "ppc64", "ppc64le", "s390x"],
    ),
];

/// Rust's standard library asks for the kernel of the systems with this glibc, so a static program gets this floor.
const STATIC_FLOOR: [u32; 2] = [2, 17];

/// The wheels of an edition: the platform tags of each, sorted, and what is in it. No tag stands on two wheels.
pub(super) fn wheels(edition: &Edition) -> Vec<(Vec<String>, &Build)> {
    let mut found: Vec<(Vec<String>, &Build)> = Vec::new();
    for slot in SLOTS {
        let Some(build) = edition.first_of(slot.triples) else {
            continue;
        };
        let tags = tags(edition, slot, build);
        // A universal build serves both machines when neither has its own, and then has a tag of its own.
        match found.iter_mut().find(|it| it.1.target == build.target) {
            Some(other) => other.0 = vec![macos("universal2", build)],
            None => found.push((tags, build)),
        }
    }
    for (tags, _) in &mut found {
        tags.sort();
    }
    found
}

fn tags(edition: &Edition, slot: &Slot, build: &Build) -> Vec<String> {
    match slot.family {
        Family::Glibc => manylinux(slot.machine, floor(slot.machine, build)),
        Family::Musl => {
            let mut tags = vec![format!("musllinux_1_2_{}", slot.machine)];
            let has_glibc = SLOTS
                .iter()
                .filter(|it| it.family == Family::Glibc && it.machine == slot.machine)
                .any(|it| edition.first_of(it.triples).is_some());
            if !has_glibc && is_static(build) {
                tags.extend(manylinux(slot.machine, STATIC_FLOOR));
            }
            tags
        }
        Family::Macos => vec![macos(slot.machine, build)],
        Family::Windows(tag) => vec![tag.to_owned()],
    }
}

fn is_static(build: &Build) -> bool {
    build
        .binaries()
        .iter()
        .all(|it| it.facts.linkage == Linkage::Static)
}

/// The measured floor of glibc; no lower than the first that installers know for the machine.
fn floor(machine: &str, build: &Build) -> [u32; 2] {
    let lowest = if matches!(machine, "x86_64" | "i686") {
        [2, 5]
    } else {
        [2, 17]
    };
    let measured = build.binaries().iter().filter_map(|it| it.facts.glibc.as_ref());
    measured.map(pair).max().unwrap_or(lowest).max(lowest)
}

fn pair(version: &Dotted) -> [u32; 2] {
    let number = |at: usize| version.0.get(at).copied().unwrap_or(0);
    [number(0), number(1)]
}

/// The tag of a floor, and the old name of the nearest floor that is no lower.
fn manylinux(machine: &str, floor: [u32; 2]) -> Vec<String> {
    let mut tags = vec![format!("manylinux_{}_{}_{machine}", floor[0], floor[1])];
    let mut legacy = LEGACY.iter().filter(|it| it.2.contains(&machine));
    tags.extend(
        legacy
            .find(|it| it.1 >= floor)
            .map(|it| format!("{}_{machine}", it.0)),
    );
    tags
}

/// From macOS 11 on installers ask for whole versions, so a floor inside of one is that of the next.
fn macos(machine: &str, build: &Build) -> String {
    let default = if machine == "arm64" { [11, 0] } else { [10, 12] };
    let measured = build
        .binaries()
        .iter()
        .filter_map(|it| it.facts.minimum_os.as_ref());
    let [major, minor] = match measured.map(pair).max().unwrap_or(default) {
        [major, minor] if major > 10 && minor > 0 => [major + 1, 0],
        it => it,
    };
    format!("macosx_{major}_{minor}_{machine}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::edition::sample::Sample;
    use crate::effect::environment;
    use crate::effect::files::Scratch;
    use crate::target::{TARGETS, Target};

    #[track_caller]
    fn check(triples: &[&str], expected: &[(&str, &str)]) {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let sample = Sample {
            targets: triples.iter().map(|it| Target::parse(it).unwrap()).collect(),
            ..Sample::default()
        };
        let edition = sample.write(scratch.path()).unwrap();
        let found: Vec<(String, &str)> = wheels(&edition)
            .into_iter()
            .map(|(tags, build)| (tags.join("."), build.target.triple))
            .collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(tags, it)| (tags.as_str(), *it)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn musl_alone_serves_all_of_linux() {
        let (gnu, musl) = ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl");
        let many = "manylinux2014_x86_64.manylinux_2_17_x86_64";
        let both = format!("{many}.musllinux_1_2_x86_64");
        check(&[musl], &[(&both, musl)]);
        check(&[gnu, musl], &[(many, gnu), ("musllinux_1_2_x86_64", musl)]);
        check(&[gnu], &[(many, gnu)]);
    }

    #[test]
    fn universal_builds_fill_what_is_left() {
        let (arm, intel, both) = (
            "aarch64-apple-darwin",
            "x86_64-apple-darwin",
            "universal-apple-darwin",
        );
        check(&[both], &[("macosx_11_0_universal2", both)]);
        check(
            &[arm, both],
            &[("macosx_11_0_arm64", arm), ("macosx_11_0_x86_64", both)],
        );
        check(
            &[arm, intel, both],
            &[("macosx_11_0_arm64", arm), ("macosx_11_0_x86_64", intel)],
        );
    }

    #[test]
    fn windows_takes_the_best_of_three() {
        let (mingw, llvm) = ("x86_64-pc-windows-gnu", "x86_64-pc-windows-gnullvm");
        check(&[mingw], &[("win_amd64", mingw)]);
        check(&[mingw, llvm], &[("win_amd64", llvm)]);
    }

    #[test]
    fn old_names_of_floors() {
        let check = |machine, floor, expected: &[&str]| assert_eq!(manylinux(machine, floor), expected);
        check("x86_64", [2, 5], &["manylinux_2_5_x86_64", "manylinux1_x86_64"]);
        check("i686", [2, 14], &["manylinux_2_14_i686", "manylinux2014_i686"]);
        check("aarch64", [2, 28], &["manylinux_2_28_aarch64"]);
        check("riscv64", [2, 17], &["manylinux_2_17_riscv64"]);
    }

    #[test]
    fn every_target_has_a_slot_and_no_tag_stands_twice() {
        for target in TARGETS {
            let serves = |it: &&Slot| it.triples.contains(&target.triple);
            assert!(SLOTS.iter().any(|it| serves(&it)), "{target}");
        }
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let sample = Sample {
            targets: TARGETS.iter().collect(),
            ..Sample::default()
        };
        let edition = sample.write(scratch.path()).unwrap();
        let wheels = wheels(&edition);
        let all: Vec<&String> = wheels.iter().flat_map(|it| &it.0).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }
}
