//! Says what of a binary's facts does not fit its target, all at once, with the setting that would change it.

use std::collections::BTreeMap;

use crate::config::{Dotted, FILE};
use crate::problem::Problem;
use crate::target::{Abi, Os, Target};

use super::elf::glibc_version;
use super::{Facts, Format, Need, Place, Signature, Slice, libraries, machine_name};

/// What must hold for a target.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// What it was built for.
    pub target: &'static Target,
    /// The oldest glibc that it must run on; `None` when any will do.
    pub glibc_floor: Option<&'a Dotted>,
    /// The deployment target of macOS.
    pub macos: &'a Dotted,
    /// Libraries that it may need besides those of every system; `*` at the end stands for any rest.
    pub allowed_libraries: &'a [String],
}

/// Everything that does not hold: predicates such as ``needs the library `x` ``, whose subject the caller knows. The
/// facts must come from [`super::facts`]; those read from JSON lack what this needs.
pub fn check(facts: &Facts, expected: &Expectation<'_>) -> Vec<Problem> {
    assert!(
        !facts.slices.is_empty(),
        "facts are checked where they were measured"
    );
    let target = expected.target;
    let format = format_of(target);
    if facts.format != format {
        let is = facts.format;
        return vec![
            Problem::new(format!("is {is} instead of {format}"))
                .help(format!("a binary for `{target}` is {format}")),
        ];
    }
    let mut problems = Vec::new();
    machines(facts, target, &mut problems);
    match target.os {
        Os::Linux => linux(facts, expected, &mut problems),
        Os::Windows => windows(facts, expected, &mut problems),
        Os::Macos => macos(facts, expected, &mut problems),
    }
    problems
}

fn format_of(target: &Target) -> Format {
    match target.os {
        Os::Linux => Format::Elf,
        Os::Windows => Format::Pe,
        Os::Macos if target.is_universal() => Format::MachOUniversal,
        Os::Macos => Format::MachO,
    }
}

fn machines(facts: &Facts, target: &Target, problems: &mut Vec<Problem>) {
    let expected: Vec<String> = target.machines.iter().map(|it| machine_name(*it)).collect();
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    if sorted(&facts.machines) != sorted(&expected) {
        problems.push(Problem::new(format!(
            "holds code for `{}` instead of `{}`",
            facts.machines.join("`, `"),
            expected.join("`, `")
        )));
    }
}

fn linux(facts: &Facts, expected: &Expectation<'_>, problems: &mut Vec<Problem>) {
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

fn windows(facts: &Facts, expected: &Expectation<'_>, problems: &mut Vec<Problem>) {
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

fn macos(facts: &Facts, expected: &Expectation<'_>, problems: &mut Vec<Problem>) {
    for name in foreign(&facts.libraries, libraries::MACOS, expected.allowed_libraries) {
        problems.push(
            Problem::new(format!("needs the library `{name}`, which not every macOS has")).help(allow(&name)),
        );
    }
    for slice in &facts.slices {
        let of = if facts.slices.len() > 1 {
            format!(" in its `{}` slice", slice.machine)
        } else {
            String::new()
        };
        minimum_macos(slice, &of, expected.macos, problems);
        signature(slice, &of, problems);
    }
    let places: Vec<&Place> = facts.slices.iter().filter_map(|it| it.place.as_ref()).collect();
    for (place, slice) in places.iter().zip(&facts.slices) {
        layout(place, slice, problems);
    }
    for (index, place) in places.iter().enumerate() {
        for other in &places[index + 1..] {
            let is_apart = place.offset + place.size_bytes <= other.offset
                || other.offset + other.size_bytes <= place.offset;
            if !is_apart {
                problems.push(Problem::new(format!(
                    "has slices that overlap: `{}` and `{}`",
                    place.machine, other.machine
                )));
            }
        }
    }
}

fn minimum_macos(slice: &Slice, of: &str, setting: &Dotted, problems: &mut Vec<Problem>) {
    if !slice.is_for_macos {
        problems.push(Problem::new(format!(
            "is for another system of Apple's than macOS{of}"
        )));
    }
    // There was no macOS on arm64 before.
    let first = Dotted(vec![11, 0]);
    let wanted = if slice.machine == "aarch64" && *setting < first {
        &first
    } else {
        setting
    };
    let help = format!(
        "the linker takes it from the variable `MACOSX_DEPLOYMENT_TARGET`, which is `macos-deployment-target` under `[dist]` in `{FILE}`"
    );
    match &slice.minimum_os {
        None => problems.push(
            Problem::new(format!(
                "does not say{of} which macOS it needs, the deployment target is {wanted}"
            ))
            .help(help),
        ),
        Some(found) if trimmed(found) != trimmed(wanted) => problems.push(
            Problem::new(format!(
                "says{of} that it needs macOS {found}, the deployment target is {wanted}"
            ))
            .help(help),
        ),
        Some(_) => {}
    }
}

fn signature(slice: &Slice, of: &str, problems: &mut Vec<Problem>) {
    let help = "sign it again after its last change, ad hoc at least: `rcodesign sign`, or `codesign --force --sign -` on a Mac";
    match &slice.signature {
        Signature::Valid => {}
        Signature::Absent if slice.machine == "x86_64" => {}
        Signature::Absent => problems.push(
            Problem::new(format!(
                "has no code signature{of}, and macOS kills such a program on arm64"
            ))
            .help(help),
        ),
        Signature::Wrong(why) => {
            problems.push(Problem::new(format!("has a broken code signature{of}: {why}")).help(help));
        }
    }
}

fn layout(place: &Place, slice: &Slice, problems: &mut Vec<Problem>) {
    let machine = &slice.machine;
    if place.machine != slice.machine {
        problems.push(Problem::new(format!(
            "names a slice `{}` that holds code for `{machine}`",
            place.machine
        )));
    }
    // The sizes of a page: macOS maps slices, so they start at one.
    let page_bits = if machine == "x86_64" { 12 } else { 14 };
    let align_bits = place.align_bits.max(page_bits);
    if align_bits > 63 || !place.offset.is_multiple_of(1 << align_bits) {
        problems.push(Problem::new(format!(
            "has its `{machine}` slice at {:#x}, which is no multiple of 2^{align_bits}",
            place.offset
        )));
    }
}

/// The libraries that are neither known nor allowed.
fn foreign(names: &[String], known: &[&str], allowed: &[String]) -> Vec<String> {
    names
        .iter()
        .filter(|it| !libraries::has(known, it) && !libraries::has(allowed, it))
        .cloned()
        .collect()
}

fn allow(library: &str) -> String {
    format!(
        "link it statically; or, where users have it all the same, add it to `allow-libraries = [\"{library}\"]` under `[dist]` in `{FILE}`"
    )
}

/// `11` and `11.0` are one version.
fn trimmed(version: &Dotted) -> &[u32] {
    let zeros = version.0.iter().rev().take_while(|it| **it == 0).count();
    &version.0[..version.0.len() - zeros]
}

#[cfg(test)]
mod tests {
    use super::super::facts;
    use super::super::fixtures::{AMD64, Elf, GNU, MAC, MAC_INTEL, MachO, TEXT_AT, pe};
    use super::*;
    use crate::pack::universal;

    #[track_caller]
    fn problems(bytes: &[u8], triple: &str, allowed: &[&str]) -> Vec<Problem> {
        let allowed: Vec<String> = allowed.iter().map(|it| (*it).to_owned()).collect();
        let expected = Expectation {
            target: Target::parse(triple).unwrap(),
            glibc_floor: Some(&Dotted(vec![2, 17])),
            macos: &Dotted(vec![10, 12]),
            allowed_libraries: &allowed,
        };
        check(&facts(bytes).unwrap(), &expected)
    }

    #[track_caller]
    fn expect(bytes: &[u8], triple: &str, expected: &[&str]) {
        let found: Vec<String> = problems(bytes, triple, &[])
            .into_iter()
            .map(|it| it.what)
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn format_and_machine() {
        let gnu = GNU.bytes();
        expect(&gnu, "x86_64-unknown-linux-gnu", &[]);
        expect(&gnu, "x86_64-pc-windows-msvc", &["is ELF instead of PE"]);
        expect(
            &gnu,
            "aarch64-unknown-linux-gnu",
            &["holds code for `x86_64` instead of `aarch64`"],
        );
        expect(
            &MAC.bytes(),
            "universal-apple-darwin",
            &["is Mach-O instead of universal Mach-O"],
        );
    }

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

    #[test]
    fn libraries_and_versions_of_macos() {
        let intel = MachO {
            minimum_os: 0x000a_0c00,
            ..MAC_INTEL
        };
        expect(&intel.bytes(), "x86_64-apple-darwin", &[]);
        // The setting is 10.12, and there is no arm64 before 11.0.
        expect(&MAC.bytes(), "aarch64-apple-darwin", &[]);
        let other = MachO {
            libraries: &[
                "@rpath/libx.dylib",
                "/opt/homebrew/lib/liby.dylib",
                "/System/Library/Frameworks/AppKit",
            ],
            minimum_os: 0x000f_0000,
            hashes: &[],
            ..MAC
        };
        expect(
            &other.bytes(),
            "aarch64-apple-darwin",
            &[
                "needs the library `/opt/homebrew/lib/liby.dylib`, which not every macOS has",
                "needs the library `@rpath/libx.dylib`, which not every macOS has",
                "says that it needs macOS 15.0, the deployment target is 11.0",
                "has no code signature, and macOS kills such a program on arm64",
            ],
        );
    }

    #[test]
    fn each_slice_is_checked() {
        let intel = MachO {
            minimum_os: 0x000a_0c00,
            ..MAC_INTEL
        };
        let good = universal::join(&[&intel.bytes(), &MAC.bytes()]).unwrap();
        expect(&good, "universal-apple-darwin", &[]);

        let mut spoiled = MAC.bytes();
        spoiled[TEXT_AT + 1] ^= 1;
        let bad = universal::join(&[&MAC_INTEL.bytes(), &spoiled]).unwrap();
        expect(
            &bad,
            "universal-apple-darwin",
            &[
                "says in its `x86_64` slice that it needs macOS 11.0, the deployment target is 10.12",
                "has a broken code signature in its `aarch64` slice: the hash of page 1 differs (offset 0x400)",
            ],
        );
        let twice = universal::join(&[&MAC.bytes(), &MAC.bytes()]).unwrap();
        expect(
            &twice,
            "universal-apple-darwin",
            &["holds code for `aarch64`, `aarch64` instead of `x86_64`, `aarch64`"],
        );
    }

    #[test]
    fn slices_lie_where_pages_start() {
        let intel = MachO {
            minimum_os: 0x000a_0c00,
            ..MAC_INTEL
        }
        .bytes();
        let mut moved = universal::join(&[&intel, &MAC.bytes()]).unwrap();
        // The second row of the table: machine, variant, offset, size, alignment.
        let offset = u32::from_be_bytes(moved[36..40].try_into().unwrap());
        let at = offset as usize;
        moved.insert(at, 0);
        moved[36..40].copy_from_slice(&(offset + 1).to_be_bytes());
        expect(
            &moved,
            "universal-apple-darwin",
            &["has its `aarch64` slice at 0x8001, which is no multiple of 2^14"],
        );

        let mut same = universal::join(&[&intel, &MAC.bytes()]).unwrap();
        same[8..12].copy_from_slice(&0x0100_000c_u32.to_be_bytes());
        expect(
            &same,
            "universal-apple-darwin",
            &["names a slice `aarch64` that holds code for `x86_64`"],
        );
        let row: Vec<u8> = same[28..48].to_vec();
        same[8..28].copy_from_slice(&row);
        expect(
            &same,
            "universal-apple-darwin",
            &[
                "holds code for `aarch64`, `aarch64` instead of `x86_64`, `aarch64`",
                "has slices that overlap: `aarch64` and `aarch64`",
            ],
        );
    }
}
