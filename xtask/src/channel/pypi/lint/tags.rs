//! Rules of platform tags: which an index takes, and whether what is inside keeps what the tag promises.

use std::collections::BTreeMap;

use crate::inspect::{self, Facts};
use crate::lint::{Flaw, Rule, Severity, Subject};

use super::super::platform::LEGACY;
use super::super::wheel_file::WheelFile;
use super::each;

pub(super) const PLATFORM: Rule = Rule {
    id: "pypi/platform-tag",
    source: "P1",
    severity: Severity::Refused,
    demands: "a platform tag is one that the index knows; `linux_x86_64` and its like are not",
    help: "tag it `manylinux_‹glibc›_‹machine›` or `musllinux_1_2_‹machine›`",
    check: |subject| {
        each(subject, |wheel| {
            let tags = wheel.name.platforms().into_iter().filter(|it| !is_known(it));
            tags.map(|it| format!("the index does not take the platform `{it}`"))
                .collect()
        })
    },
};

pub(super) const TWICE: Rule = Rule {
    id: "pypi/tag-twice",
    source: "P4",
    severity: Severity::Warned,
    demands: "no two wheels of a version promise the same platform",
    help: "leave the tag to one of them: installers choose between equals by chance",
    check: twice,
};

pub(super) const FITS: Rule = Rule {
    id: "pypi/program-fits",
    source: "P4",
    severity: Severity::Warned,
    demands: "a program runs on every platform that the tags promise: its machine, its glibc, its oldest macOS",
    help: "tag the wheel with what was measured in the program",
    check: |subject| each(subject, |wheel| programs(wheel, unfit)),
};

pub(super) const LIBRARIES: Rule = Rule {
    id: "pypi/libraries",
    source: "P4",
    severity: Severity::Warned,
    demands: "a program for manylinux needs no library that manylinux does not promise",
    help: "link the library statically: the wheel installs and the program does not start without it",
    check: |subject| {
        each(subject, |wheel| {
            programs(wheel, |platform, facts| {
                let is_many = platform.starts_with("manylinux");
                let odd = facts.libraries.iter().find(|it| is_many && !is_promised(it));
                odd.map(|it| format!("it needs `{it}`, which `{platform}` does not promise"))
            })
        })
    },
};

fn twice(subject: &Subject) -> Vec<Flaw> {
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut flaws = Vec::new();
    for wheel in WheelFile::all(subject) {
        let (distribution, version) = (wheel.name.distribution, wheel.name.version);
        for tag in wheel.name.tags() {
            let key = format!("{distribution}-{version}-{tag}");
            if let Some(other) = owners.insert(key, wheel.file.path.clone()) {
                flaws.push(Flaw::file(
                    wheel.file,
                    format!("`{other}` has the tag `{tag}`, too"),
                ));
            }
        }
    }
    flaws
}

/// The machines of Linux that the index takes.
const MACHINES: &[&str] = &[
    "x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64",
];

/// The numbers of a tag such as `manylinux_2_17_x86_64`, and the machine.
fn numbered<'a>(tag: &'a str, family: &str) -> Option<([u32; 2], &'a str)> {
    let mut parts = tag.strip_prefix(family)?.strip_prefix('_')?.splitn(3, '_');
    let mut number = || parts.next()?.parse::<u32>().ok();
    let version = [number()?, number()?];
    Some((version, parts.next()?))
}

/// The floor of glibc that a tag promises, and the machine.
fn glibc_floor(tag: &str) -> Option<([u32; 2], &str)> {
    let legacy = LEGACY.iter().find_map(|(name, floor, _)| {
        let machine = tag.strip_prefix(name)?.strip_prefix('_')?;
        Some((*floor, machine))
    });
    legacy.or_else(|| numbered(tag, "manylinux"))
}

fn is_known(tag: &str) -> bool {
    if matches!(tag, "any" | "win32" | "win_amd64" | "win_arm64") {
        return true;
    }
    if let Some((_, machine)) = glibc_floor(tag) {
        return MACHINES.contains(&machine);
    }
    if let Some(([major, _], machine)) = numbered(tag, "musllinux") {
        return major == 1 && MACHINES.contains(&machine);
    }
    if let Some(([major, minor], machine)) = numbered(tag, "macosx") {
        let is_system = major == 10 || (minor == 0 && (matches!(major, 11..=15) || major >= 26));
        return is_system && matches!(machine, "x86_64" | "arm64" | "universal2" | "intel" | "i386");
    }
    // Systems that no program of ours is built for.
    ["android_", "ios_", "pyodide_", "pyemscripten_"]
        .iter()
        .any(|it| tag.starts_with(it))
}

/// What a check says about each program that can be measured, on each platform of its wheel.
fn programs(wheel: &WheelFile<'_>, check: impl Fn(&str, &Facts) -> Option<String>) -> Vec<String> {
    let mut found = Vec::new();
    for member in wheel.programs() {
        let facts = member.read(&wheel.file.bytes).and_then(|it| inspect::facts(&it));
        let Ok(facts) = facts else {
            continue; // A script runs on whatever has its interpreter.
        };
        for platform in wheel.name.platforms() {
            found.extend(check(platform, &facts).map(|what| format!("`{}`: {what}", member.path)));
        }
    }
    found
}

/// The words that measuring has for the machine of a tag.
const WORDS: &[(&str, &[&str])] = &[
    ("x86_64", &["x86_64"]),
    ("i686", &["x86"]),
    ("aarch64", &["aarch64"]),
    ("armv7l", &["arm"]),
    ("arm64", &["aarch64"]),
    ("universal2", &["x86_64", "aarch64"]),
];

fn unfit(platform: &str, facts: &Facts) -> Option<String> {
    let (format, machine) = match platform {
        "win32" => (inspect::Format::Pe, "i686"),
        "win_amd64" => (inspect::Format::Pe, "x86_64"),
        "win_arm64" => (inspect::Format::Pe, "aarch64"),
        it => {
            let macos = numbered(it, "macosx").map(|it| (inspect::Format::MachO, it.1));
            let linux = glibc_floor(it).or_else(|| numbered(it, "musllinux"));
            macos.or_else(|| linux.map(|it| (inspect::Format::Elf, it.1)))?
        }
    };
    let is_macho = facts.format == inspect::Format::MachOUniversal && format == inspect::Format::MachO;
    if facts.format != format && !is_macho {
        return Some(format!(
            "it is a program of the form {}, not for `{platform}`",
            facts.format
        ));
    }
    let words = WORDS.iter().find(|it| it.0 == machine)?.1;
    if let Some(missing) = words
        .iter()
        .find(|it| !facts.machines.iter().any(|has| has == *it))
    {
        return Some(format!(
            "it has no code for {missing}, which `{platform}` promises"
        ));
    }
    let pair = |it: &crate::config::Dotted| [0, 1].map(|at| it.0.get(at).copied().unwrap_or(0));
    if let (Some((floor, _)), Some(needs)) = (glibc_floor(platform), &facts.glibc)
        && pair(needs) > floor
    {
        return Some(format!("it needs glibc {needs}, `{platform}` promises less"));
    }
    if let (Some((floor, _)), Some(needs)) = (numbered(platform, "macosx"), &facts.minimum_os)
        && pair(needs) > floor
    {
        return Some(format!("it needs macOS {needs}, `{platform}` promises less"));
    }
    let is_glibc = facts
        .interpreter
        .as_ref()
        .is_some_and(|it| it.contains("ld-linux"));
    if platform.starts_with("musllinux") && is_glibc {
        return Some(format!("it needs glibc, which `{platform}` does not have"));
    }
    None
}

/// The libraries that every manylinux platform has, of those that programs without windows use (PEP 513 and 599).
fn is_promised(library: &str) -> bool {
    const LIBRARIES: &[&str] = &[
        "libc.so.6",
        "libdl.so.2",
        "libgcc_s.so.1",
        "libm.so.6",
        "libnsl.so.1",
        "libpthread.so.0",
        "libresolv.so.2",
        "librt.so.1",
        "libstdc++.so.6",
        "libutil.so.1",
        "libz.so.1",
    ];
    LIBRARIES.contains(&library) || library.starts_with("ld-linux") || library.starts_with("ld64")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_the_index_knows() {
        for good in [
            "any",
            "win_arm64",
            "manylinux2014_aarch64",
            "manylinux_2_28_riscv64",
            "musllinux_1_2_x86_64",
            "macosx_10_12_x86_64",
            "macosx_11_0_universal2",
            "macosx_26_0_arm64",
        ] {
            assert!(is_known(good), "{good}");
        }
        for bad in [
            "linux_x86_64",
            "manylinux_2_x86_64",
            "musllinux_2_0_x86_64",
            "macosx_11_3_arm64",
            "macosx_16_0_arm64",
            "win_arm32",
            "",
        ] {
            assert!(!is_known(bad), "{bad}");
        }
    }
}
