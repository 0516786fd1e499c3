//! The table of targets: what a Rust triple means for building, packing and checking.

use std::fmt;

use object::Architecture;

use crate::problem::{Problem, nearest};

/// The operating system of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Os {
    /// ELF, glibc or musl.
    Linux,
    /// PE.
    Windows,
    /// Mach-O.
    Macos,
}

/// The C library and calling conventions of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abi {
    /// glibc, linked dynamically, with a floor that is a setting.
    Gnu,
    /// musl, linked statically.
    Musl,
    /// Windows with LLVM's runtime and UCRT.
    GnuLlvm,
    /// Windows with mingw's runtime.
    Mingw,
    /// Windows with Microsoft's runtime, linked statically.
    Msvc,
    /// macOS with a deployment target that is a setting.
    Darwin,
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// The Rust triple, or `universal-apple-darwin`, which is no triple of rustc.
    pub triple: &'static str,
    /// The operating system.
    pub os: Os,
    /// The machines whose code the binary holds: one, or both for a universal binary.
    pub machines: &'static [Architecture],
    /// The C library.
    pub abi: Abi,
    /// For a universal binary, the targets that it is joined from.
    pub parts: &'static [&'static str],
    /// Whether `--all` builds it when the settings do not say otherwise.
    pub is_default: bool,
}

/// Every target that can be asked for, in the order of their triples.
pub const TARGETS: &[Target] = &[
    row(
        "aarch64-apple-darwin",
        Os::Macos,
        &[Architecture::Aarch64],
        Abi::Darwin,
        &[],
        true,
    ),
    row(
        "aarch64-pc-windows-gnullvm",
        Os::Windows,
        &[Architecture::Aarch64],
        Abi::GnuLlvm,
        &[],
        true,
    ),
    row(
        "aarch64-pc-windows-msvc",
        Os::Windows,
        &[Architecture::Aarch64],
        Abi::Msvc,
        &[],
        false,
    ),
    row(
        "aarch64-unknown-linux-gnu",
        Os::Linux,
        &[Architecture::Aarch64],
        Abi::Gnu,
        &[],
        true,
    ),
    row(
        "aarch64-unknown-linux-musl",
        Os::Linux,
        &[Architecture::Aarch64],
        Abi::Musl,
        &[],
        true,
    ),
    row(
        "armv7-unknown-linux-gnueabihf",
        Os::Linux,
        &[Architecture::Arm],
        Abi::Gnu,
        &[],
        false,
    ),
    row(
        "i686-unknown-linux-gnu",
        Os::Linux,
        &[Architecture::I386],
        Abi::Gnu,
        &[],
        false,
    ),
    row(
        "universal-apple-darwin",
        Os::Macos,
        &[Architecture::X86_64, Architecture::Aarch64],
        Abi::Darwin,
        &["x86_64-apple-darwin", "aarch64-apple-darwin"],
        true,
    ),
    row(
        "x86_64-apple-darwin",
        Os::Macos,
        &[Architecture::X86_64],
        Abi::Darwin,
        &[],
        true,
    ),
    row(
        "x86_64-pc-windows-gnu",
        Os::Windows,
        &[Architecture::X86_64],
        Abi::Mingw,
        &[],
        false,
    ),
    row(
        "x86_64-pc-windows-gnullvm",
        Os::Windows,
        &[Architecture::X86_64],
        Abi::GnuLlvm,
        &[],
        true,
    ),
    row(
        "x86_64-pc-windows-msvc",
        Os::Windows,
        &[Architecture::X86_64],
        Abi::Msvc,
        &[],
        false,
    ),
    row(
        "x86_64-unknown-linux-gnu",
        Os::Linux,
        &[Architecture::X86_64],
        Abi::Gnu,
        &[],
        true,
    ),
    row(
        "x86_64-unknown-linux-musl",
        Os::Linux,
        &[Architecture::X86_64],
        Abi::Musl,
        &[],
        true,
    ),
];

const fn row(
    triple: &'static str,
    os: Os,
    machines: &'static [Architecture],
    abi: Abi,
    parts: &'static [&'static str],
    is_default: bool,
) -> Target {
    Target {
        triple,
        os,
        machines,
        abi,
        parts,
        is_default,
    }
}

impl Target {
    /// The target of a triple; an unknown one gets the nearest name and the list.
    pub fn parse(triple: &str) -> Result<&'static Target, Problem> {
        let known = || TARGETS.iter().map(|it| it.triple);
        TARGETS.iter().find(|it| it.triple == triple).ok_or_else(|| {
            let guess = nearest(triple, known())
                .map(|it| format!("; did you mean `{it}`?"))
                .unwrap_or_default();
            Problem::usage(format!("no target `{triple}`{guess}")).help(format!(
                "the targets are {}",
                known().collect::<Vec<_>>().join(", ")
            ))
        })
    }

    /// Whether it is joined from others instead of being compiled.
    pub fn is_universal(&self) -> bool {
        !self.parts.is_empty()
    }

    /// The targets that are compiled for it: itself, or its parts.
    pub fn compiled(&'static self) -> Vec<&'static Target> {
        if self.parts.is_empty() {
            return vec![self];
        }
        self.parts
            .iter()
            .map(|it| Target::parse(it).expect("parts are rows"))
            .collect()
    }

    /// What the file name of an executable ends with.
    pub fn executable_suffix(&self) -> &'static str {
        if self.os == Os::Windows { ".exe" } else { "" }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.triple)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_unique_and_their_parts_exist() {
        assert!(TARGETS.is_sorted_by(|a, b| a.triple < b.triple));
        for target in TARGETS {
            assert_eq!(target.compiled().len(), target.machines.len(), "{target}");
        }
    }

    #[test]
    fn a_mistyped_target_gets_the_nearest_name() {
        let problem = Target::parse("x86_64-unknown-linux-mus").unwrap_err();
        assert_eq!(
            problem.what,
            "no target `x86_64-unknown-linux-mus`; did you mean `x86_64-unknown-linux-musl`?"
        );
        assert!(problem.is_usage);
    }
}
