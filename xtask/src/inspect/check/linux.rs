//! What a binary for Linux may need: glibc up to the floor and libraries every system has, or nothing for musl.

use std::collections::BTreeMap;

use super::super::elf::glibc_version;
use super::super::{Facts, Need, libraries};
use super::{Expectation, allow, foreign, trimmed};
use crate::config::{Dotted, FILE};
use crate::problem::Problem;
use crate::target::Abi;

pub(super) fn linux(facts: &Facts, expected: &Expectation<'_>, problems: &mut Vec<Problem>) {
    if expected.target.abi == Abi::Musl {
        let needed = facts.interpreter.iter().chain(&facts.libraries);
        for name in needed.filter(|it| !libraries::has(expected.allowed_libraries, it)) {
            problems.push(
                Problem::new(format!("needs `{name}`, a binary for musl is static")).help(format!(
                    "add `-C target-feature=+crt-static` to `rustflags` under `[dist]` in `{FILE}`, and link libraries of C statically"
                )),
            );
        }
        return;
    }
    for name in foreign(&facts.libraries, libraries::GLIBC, expected.allowed_libraries) {
        problems.push(
            Problem::new(format!("needs the library `{name}`, which not every Linux has")).help(allow(&name)),
        );
    }
    interpreter(facts, problems);
    for slice in &facts.slices {
        glibc(&slice.needs, expected.glibc_floor, problems);
    }
}

/// The loader's path, which some systems move and bake into what they build.
fn interpreter(facts: &Facts, problems: &mut Vec<Problem>) {
    let expected = match facts.machines.first().map(String::as_str) {
        Some("x86_64") => "/lib64/ld-linux-x86-64.so.2",
        Some("aarch64") => "/lib/ld-linux-aarch64.so.1",
        Some("arm") => "/lib/ld-linux-armhf.so.3",
        Some("x86") => "/lib/ld-linux.so.2",
        _ => return,
    };
    if let Some(found) = facts.interpreter.as_deref().filter(|it| *it != expected) {
        problems.push(
            Problem::new(format!(
                "is started by `{found}`, other systems have `{expected}`"
            ))
            .help(format!(
                "add `-C link-arg=-Wl,--dynamic-linker={expected}` to `rustflags` under `[dist]` in `{FILE}`"
            )),
        );
    }
}

fn glibc(needs: &[Need], floor: Option<&Dotted>, problems: &mut Vec<Problem>) {
    let hard = || {
        needs
            .iter()
            .filter(|it| !it.is_weak && it.version.starts_with("GLIBC_"))
    };
    for need in hard().filter(|it| glibc_version(&it.version).is_none()) {
        problems.push(
            Problem::new(format!(
                "needs {} ({}), which is no version of glibc that can be counted on",
                need.version,
                named(&[need])
            ))
            .help("some part of it was compiled for one build of glibc: compile that part against the floor"),
        );
    }
    let Some(floor) = floor else { return };
    let mut above: BTreeMap<(Dotted, &str), Vec<&Need>> = BTreeMap::new();
    for need in hard() {
        if let Some(version) = glibc_version(&need.version).filter(|it| trimmed(it) > trimmed(floor)) {
            above.entry((version, &need.version)).or_default().push(need);
        }
    }
    let Some(((highest, _), _)) = above.last_key_value() else {
        return;
    };
    let versions: Vec<String> = above
        .iter()
        .rev()
        .map(|((_, version), needs)| format!("{version} ({})", named(needs)))
        .collect();
    problems.push(
        Problem::new(format!("needs {}, the floor is {floor}", versions.join(", ")))
            .help("build against the floor: a linker that knows it, such as zig's, picks the older symbols")
            .help(format!(
                "or raise it: `glibc-floor = \"{highest}\"` under `[dist]` in `{FILE}`"
            )),
    );
}

/// The symbols, or the libraries where no symbol is known: the first few and how many more.
fn named(needs: &[&Need]) -> String {
    const SHOWN: usize = 8;
    let mut names: Vec<&str> = Vec::new();
    for need in needs {
        if need.symbols.is_empty() {
            names.push(&need.library);
        }
        names.extend(need.symbols.iter().map(String::as_str));
    }
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let names = names.join(", ");
    if more == 0 {
        names
    } else {
        format!("{names} and {more} more")
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::elf::{Elf, GNU};
    use super::super::tests::{expect, problems};

    #[test]
    fn glibc_above_the_floor_is_named_with_its_symbols() {
        let newer = Elf {
            versions: &[
                ("libc.so.6", "GLIBC_2.17", false, &["write"]),
                ("libc.so.6", "GLIBC_2.28", false, &["fcntl64"]),
                ("libc.so.6", "GLIBC_2.34", false, &["pthread_create", "dlsym"]),
                ("libc.so.6", "GLIBC_2.38", true, &["strlcpy"]),
                ("libc.so.6", "GLIBC_PRIVATE", false, &["__libc_dlopen_mode"]),
            ],
            ..GNU
        };
        let found = problems(&newer.bytes(), "x86_64-unknown-linux-gnu", &[]);
        let what: Vec<&str> = found.iter().map(|it| it.what.as_str()).collect();
        assert_eq!(
            what,
            [
                "needs GLIBC_PRIVATE (__libc_dlopen_mode), which is no version of glibc that can be counted on",
                "needs GLIBC_2.34 (dlsym, pthread_create), GLIBC_2.28 (fcntl64), the floor is 2.17",
            ]
        );
        assert_eq!(
            found[1].help[1],
            "or raise it: `glibc-floor = \"2.34\"` under `[dist]` in `packaging/release.toml`"
        );
        let many = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let many = Elf {
            versions: &[("libc.so.6", "GLIBC_2.18", false, &many)],
            ..GNU
        };
        expect(
            &many.bytes(),
            "x86_64-unknown-linux-gnu",
            &["needs GLIBC_2.18 (a, b, c, d, e, f, g, h and 2 more), the floor is 2.17"],
        );
    }

    #[test]
    fn libraries_of_linux() {
        let ssl = Elf {
            needed: &["libc.so.6", "libssl.so.3", "libz.so.1"],
            interpreter: Some("/store/glibc/ld-linux-x86-64.so.2"),
            ..GNU
        }
        .bytes();
        expect(
            &ssl,
            "x86_64-unknown-linux-gnu",
            &[
                "needs the library `libssl.so.3`, which not every Linux has",
                "needs the library `libz.so.1`, which not every Linux has",
                "is started by `/store/glibc/ld-linux-x86-64.so.2`, other systems have `/lib64/ld-linux-x86-64.so.2`",
            ],
        );
        let allowed = problems(&ssl, "x86_64-unknown-linux-gnu", &["libssl.so.*", "libz.so.1"]);
        assert_eq!(allowed.len(), 1);
    }

    #[test]
    fn musl_is_static() {
        let dynamic = Elf {
            interpreter: Some("/lib/ld-musl-x86_64.so.1"),
            needed: &["libc.so"],
            versions: &[],
            ..GNU
        };
        expect(
            &dynamic.bytes(),
            "x86_64-unknown-linux-musl",
            &[
                "needs `/lib/ld-musl-x86_64.so.1`, a binary for musl is static",
                "needs `libc.so`, a binary for musl is static",
            ],
        );
        let is_static = Elf {
            interpreter: None,
            needed: &[],
            ..dynamic
        };
        expect(&is_static.bytes(), "x86_64-unknown-linux-musl", &[]);
    }
}
