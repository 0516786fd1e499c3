//! Says what of a binary's facts does not fit its target, all at once, with the setting that would change it.

mod linux;
mod macos;
mod windows;

use crate::config::{Dotted, FILE};
use crate::problem::Problem;
use crate::target::{Os, Target};

use super::{Facts, Format, libraries, machine_name};

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
        Os::Linux => linux::linux(facts, expected, &mut problems),
        Os::Windows => windows::windows(facts, expected, &mut problems),
        Os::Macos => macos::macos(facts, expected, &mut problems),
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
    use super::super::fixtures::elf::GNU;
    use super::super::fixtures::macho::MAC;
    use super::*;

    #[track_caller]
    pub(super) fn problems(bytes: &[u8], triple: &str, allowed: &[&str]) -> Vec<Problem> {
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
    pub(super) fn expect(bytes: &[u8], triple: &str, expected: &[&str]) {
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
}
