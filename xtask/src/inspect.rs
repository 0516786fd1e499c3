//! Measures what a built binary is and needs, whatever system built it, and checks that against its target.

mod check;
mod elf;
mod libraries;
mod macho;
mod paths;
mod pe;
mod sections;
mod signature;
mod symbols;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod spoiled;

use std::fmt;

use anyhow::{Context, bail};
use object::{Architecture, FileKind};
use serde::{Deserialize, Serialize};

use crate::config::Dotted;

pub use check::{Expectation, check};
pub use paths::machine_paths;
pub use sections::section_at;
pub use symbols::left_over;

/// The form of an executable file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Linux.
    Elf,
    /// Windows.
    Pe,
    /// macOS, one machine.
    MachO,
    /// macOS, several machines in one file.
    MachOUniversal,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Elf => "ELF",
            Format::Pe => "PE",
            Format::MachO => "Mach-O",
            Format::MachOUniversal => "universal Mach-O",
        })
    }
}

/// Whether other files are needed to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linkage {
    /// Neither a library nor an interpreter (a static-pie is static).
    Static,
    /// Libraries or an interpreter.
    Dynamic,
}

/// Measured facts of a binary, as they stand in `dist/artifacts.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// The form of the file.
    pub format: Format,
    /// The machines whose code it holds, in the order of the file: `x86_64`, `aarch64`, `arm`, `x86` …
    pub machines: Vec<String>,
    /// Whether it needs libraries.
    pub linkage: Linkage,
    /// The libraries that it names, of all slices: sorted, each once.
    pub libraries: Vec<String>,
    /// The highest version of glibc that a symbol asks for. References that are weak throughout do not count:
    /// the loader lets the program start without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glibc: Option<Dotted>,
    /// The oldest macOS that every slice says it runs on, or the version of the Windows subsystem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_os: Option<Dotted>,
    /// The program that starts it on Linux, if it is not static.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<String>,
    /// Mach-O: whether every slice has an embedded code signature with the right page hashes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_signed: Option<bool>,
    /// What was measured of each machine's code. Not in the JSON, and no part of equality: facts that were read
    /// back have none.
    #[serde(skip)]
    pub slices: Vec<Slice>,
}

impl Facts {
    /// Whether Microsoft's redistributable must be installed for it to start: `vcruntime140.dll`, `msvcp140.dll`.
    pub fn needs_msvc_runtime(&self) -> bool {
        self.libraries.iter().any(|it| {
            let name = it.to_ascii_lowercase();
            name.starts_with("vcruntime") || name.starts_with("msvcp")
        })
    }
}

impl PartialEq for Facts {
    fn eq(&self, other: &Facts) -> bool {
        let Facts {
            format,
            machines,
            linkage,
            libraries,
            glibc,
            minimum_os,
            interpreter,
            is_signed,
            slices: _,
        } = self;
        *format == other.format
            && *machines == other.machines
            && *linkage == other.linkage
            && *libraries == other.libraries
            && *glibc == other.glibc
            && *minimum_os == other.minimum_os
            && *interpreter == other.interpreter
            && *is_signed == other.is_signed
    }
}

/// The code of one machine: the whole file, or a part of a universal binary.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The machine.
    pub machine: String,
    /// The oldest system that this part runs on.
    pub minimum_os: Option<Dotted>,
    /// The versions of symbols that it needs, glibc's and others'.
    pub needs: Vec<Need>,
    /// Mach-O: the code signature.
    pub signature: Signature,
    /// Mach-O: the platform is macOS, not iOS or a simulator.
    pub is_for_macos: bool,
    /// Where it lies in a universal binary.
    pub place: Option<Place>,
}

/// A version of symbols that a library must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The library, such as `libc.so.6`.
    pub library: String,
    /// The version's whole name, such as `GLIBC_2.17`.
    pub version: String,
    /// The symbols that are asked for with this version.
    pub symbols: Vec<String>,
    /// Whether the program starts without it.
    pub is_weak: bool,
}

/// What a code signature is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    Absent,
    /// The page hashes are right. Who signed, if anybody, is not looked at.
    Valid,
    /// It is broken, and macOS would not run the program.
    Wrong(String),
}

/// Where a slice lies in a universal binary, as the table at its start says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The machine that the table names.
    pub machine: String,
    /// From the start of the file.
    pub offset: u64,
    /// Length in bytes.
    pub size_bytes: u64,
    /// The alignment, as a power of two.
    pub align_bits: u32,
}

/// Measures a binary. A file that is no executable, or is cut short, is an error.
pub fn facts(bytes: &[u8]) -> anyhow::Result<Facts> {
    let kind = FileKind::parse(bytes)
        .context("cannot inspect a file that is neither ELF nor PE nor Mach-O: its first bytes say so")?;
    match kind {
        FileKind::Elf32 | FileKind::Elf64 => elf::facts(bytes),
        FileKind::Pe32 | FileKind::Pe64 => pe::facts(bytes),
        FileKind::MachO64 => macho::facts(bytes),
        FileKind::MachOFat32 | FileKind::MachOFat64 => macho::universal(bytes),
        other => bail!("cannot inspect a file of the form {other:?}: it is no executable of a known target"),
    }
}

/// The word for a machine in reports and in `dist/artifacts.json`.
pub(crate) fn machine_name(machine: Architecture) -> String {
    match machine {
        Architecture::I386 => "x86".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// Sorted, each once.
fn unique(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names.dedup();
    names
}

/// Whether a part lies inside the whole.
fn is_inside(bytes: &[u8], offset: u64, size_bytes: u64) -> bool {
    offset
        .checked_add(size_bytes)
        .is_some_and(|end| end <= bytes.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::fixtures::elf::{Elf, GNU};
    use super::fixtures::macho::{MAC, MAC_INTEL, MachO};
    use super::fixtures::pe::{AMD64, pe};
    use super::*;
    use crate::effect::files;
    use crate::pack::universal;

    #[test]
    fn the_running_program_is_of_this_machine() {
        let program = std::env::current_exe().unwrap();
        let facts = facts(&files::read(&program).unwrap()).unwrap();
        let format = match std::env::consts::OS {
            "windows" => Format::Pe,
            "macos" => Format::MachO,
            _ => Format::Elf,
        };
        assert_eq!(facts.format, format);
        assert_eq!(facts.machines, [std::env::consts::ARCH]);
        let is_static = cfg!(all(target_os = "linux", target_feature = "crt-static"));
        assert_eq!(facts.linkage == Linkage::Static, is_static);
        assert_eq!(
            facts.glibc.is_some(),
            cfg!(target_env = "gnu") && !is_static && !cfg!(windows)
        );
    }

    #[track_caller]
    fn expect(bytes: &[u8], expected: &str) {
        let found = facts(bytes).unwrap();
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<Facts>(&json).unwrap(), found);
    }

    #[test]
    fn elf() {
        expect(
            &GNU.bytes(),
            r#"{"format":"elf","machines":["x86_64"],"linkage":"dynamic","libraries":["libc.so.6","libgcc_s.so.1"],"glibc":"2.17","interpreter":"/lib64/ld-linux-x86-64.so.2"}"#,
        );
        let is_static = Elf {
            interpreter: None,
            needed: &[],
            versions: &[],
            ..GNU
        };
        expect(
            &is_static.bytes(),
            r#"{"format":"elf","machines":["x86_64"],"linkage":"static","libraries":[]}"#,
        );
        let weak = Elf {
            versions: &[
                ("libc.so.6", "GLIBC_2.3", false, &["a"]),
                ("libc.so.6", "GLIBC_2.34", true, &["b"]),
            ],
            ..GNU
        };
        assert_eq!(facts(&weak.bytes()).unwrap().glibc, Dotted::parse("2.3"));
        let packed = Elf {
            versions: &[("libc.so.6", "GLIBC_ABI_DT_RELR", false, &[])],
            ..GNU
        };
        assert_eq!(facts(&packed.bytes()).unwrap().glibc, Dotted::parse("2.36"));
    }

    #[test]
    fn elf_symbols_are_known_by_version() {
        let needs = &facts(&GNU.bytes()).unwrap().slices[0].needs;
        let found: Vec<String> = needs
            .iter()
            .map(|it| format!("{} {} {}", it.library, it.version, it.symbols.join(" ")))
            .collect();
        assert_eq!(
            found,
            [
                "libc.so.6 GLIBC_2.2.5 abort write",
                "libc.so.6 GLIBC_2.17 secure_getenv",
                "libgcc_s.so.1 GCC_3.0 _Unwind_Resume",
            ]
        );
    }

    #[test]
    fn pe_with_both_import_tables() {
        expect(
            &pe(AMD64, &["KERNEL32.dll", "ntdll.dll"], &["ole32.dll"]),
            r#"{"format":"pe","machines":["x86_64"],"linkage":"dynamic","libraries":["KERNEL32.dll","ntdll.dll","ole32.dll"],"minimum_os":"6.1"}"#,
        );
    }

    #[test]
    fn mach_o() {
        expect(
            &MAC.bytes(),
            r#"{"format":"mach-o","machines":["aarch64"],"linkage":"dynamic","libraries":["/usr/lib/libSystem.B.dylib"],"minimum_os":"11.0","is_signed":true}"#,
        );
        let old = MachO {
            is_old: true,
            minimum_os: 0x000a_0d06,
            ..MAC_INTEL
        };
        expect(
            &old.bytes(),
            r#"{"format":"mach-o","machines":["x86_64"],"linkage":"dynamic","libraries":["/usr/lib/libSystem.B.dylib"],"minimum_os":"10.13.6","is_signed":false}"#,
        );
        let intel = MachO {
            minimum_os: 0x000a_0c00,
            ..MAC_INTEL
        };
        expect(
            &universal::join(&[&intel.bytes(), &MAC.bytes()]).unwrap(),
            r#"{"format":"mach-o-universal","machines":["x86_64","aarch64"],"linkage":"dynamic","libraries":["/usr/lib/libSystem.B.dylib"],"minimum_os":"11.0","is_signed":false}"#,
        );
    }
}
