//! What a binary for Windows may import: libraries every supported Windows has, and no compiler's runtime.

use super::super::{Facts, libraries};
use super::{Expectation, allow, foreign};
use crate::config::FILE;
use crate::problem::Problem;
use crate::target::Abi;

pub(super) fn windows(facts: &Facts, expected: &Expectation<'_>, problems: &mut Vec<Problem>) {
    // Windows takes no notice of case.
    let names: Vec<String> = facts.libraries.iter().map(|it| it.to_lowercase()).collect();
    let allowed: Vec<String> = expected
        .allowed_libraries
        .iter()
        .map(|it| it.to_lowercase())
        .collect();
    // Microsoft keeps it for old programs, and only mingw's C library stands on it.
    let msvcrt = (expected.target.abi == Abi::Mingw).then_some("msvcrt.dll");
    let known: Vec<&str> = libraries::WINDOWS.iter().copied().chain(msvcrt).collect();
    for name in foreign(&names, &known, &allowed) {
        let shown = facts
            .libraries
            .iter()
            .find(|it| it.to_lowercase() == name)
            .unwrap_or(&name);
        let is_runtime = [
            "vcruntime",
            "msvcp",
            "libunwind",
            "libgcc_s",
            "libwinpthread",
            "libc++",
            "libstdc++",
        ]
        .iter()
        .any(|it| name.starts_with(it));
        let help = if is_runtime {
            format!(
                "link the compiler's runtime statically: add `-C target-feature=+crt-static` to `rustflags` under `[dist]` in `{FILE}`"
            )
        } else {
            allow(shown)
        };
        problems.push(
            Problem::new(format!(
                "needs the library `{shown}`, which not every Windows has"
            ))
            .help(help),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::pe::{AMD64, pe};
    use super::super::tests::{expect, problems};

    #[test]
    fn libraries_of_windows() {
        let system = pe(
            AMD64,
            &["KERNEL32.dll", "api-ms-win-crt-heap-l1-1-0.dll", "ntdll.dll"],
            &["OLE32.dll"],
        );
        expect(&system, "x86_64-pc-windows-gnullvm", &[]);
        let old = pe(AMD64, &["msvcrt.dll"], &[]);
        expect(&old, "x86_64-pc-windows-gnu", &[]);
        expect(
            &old,
            "x86_64-pc-windows-msvc",
            &["needs the library `msvcrt.dll`, which not every Windows has"],
        );
        let runtime = pe(AMD64, &["VCRUNTIME140.dll"], &["LIBSSL-3.dll"]);
        let found = problems(&runtime, "x86_64-pc-windows-msvc", &["libssl-*"]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].what,
            "needs the library `VCRUNTIME140.dll`, which not every Windows has"
        );
        assert!(found[0].help[0].contains("+crt-static"), "{:?}", found[0].help);
    }
}
