//! Runs a built program where this machine can: natively, through qemu-user, through wine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use object::Architecture;
use semver::Version;

use crate::effect::environment;
use crate::effect::files::{self, Scratch};
use crate::effect::process::Program;
use crate::problem::Problem;
use crate::target::{Os, Target};

/// A variable that names a folder whose files are laid beside a Windows program before wine runs it: wine 8 lacks a
/// system library that Rust's standard library imports.
pub const WINE_FILES_VARIABLE: &str = "XTASK_WINE_DLLS";

/// What the answer calls wine.
const WINE: &str = "wine";

/// How long a program may take to print its version on this very machine.
const LIMIT: Duration = Duration::from_secs(10);

/// How long it may take where it is emulated. The first start of wine makes its prefix.
const EMULATED_LIMIT: Duration = Duration::from_mins(1);

/// What the answer calls a program that needs no other to run it.
const NATIVELY: &str = "natively";

/// What came of asking a program for its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It printed the version that it should.
    Right {
        /// What ran it, such as `natively` or `qemu-aarch64-static`.
        by: String,
    },
    /// It could not be asked, or said nothing that looks like a version.
    Unchecked {
        /// Why.
        why: String,
    },
}

/// Runs `‹program› --version` and compares the first version in what it prints.
pub fn ask_version(
    program: &Path,
    name: &str,
    target: &Target,
    host: &str,
    version: &Version,
    state: &Path,
) -> Result<Answer, Problem> {
    let unchecked = |why: String| Ok(Answer::Unchecked { why });
    let Some((command, by)) = command(program, target, host, state) else {
        return unchecked(format!("no program here runs `{target}`{}", advice(target)));
    };
    let limit = if by == NATIVELY { LIMIT } else { EMULATED_LIMIT };
    let outcome = match command {
        Ok(command) => command.0.arg("--version").output(Some(limit)),
        Err(error) => Err(error),
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return unchecked(format!("{by}: {error:#}")),
    };
    let text = String::from_utf8_lossy(&outcome.stdout).into_owned();
    match first_version(&text) {
        Some(found) if found == version.to_string() => Ok(Answer::Right { by }),
        // What a program prints when it fails is help, and may hold any number.
        Some(found) if outcome.is_success() => {
            let line = text.lines().next().unwrap_or_default();
            Err(Problem::new(format!(
                "`{name} --version` says `{found}`, the workspace says {version}: `{line}`"
            ))
            .help("let the program print `env!(\"CARGO_PKG_VERSION\")`")
            .help("or turn the check off: `check-version = false` in `[dist]`"))
        }
        _ if outcome.is_success() => unchecked(format!("{by}: `{name} --version` prints no version")),
        _ => {
            let hint = if by == WINE {
                "; wine 8 lacks a library that Rust needs, see `XTASK_WINE_DLLS`"
            } else {
                ""
            };
            unchecked(format!(
                "{by}: `{name} --version` ended with {}{hint}",
                outcome.ending()
            ))
        }
    }
}

/// A command and what must live as long as it runs.
struct Prepared(
    Program,
    #[expect(dead_code, reason = "removes the folder when the program has ended")] Option<Scratch>,
);

fn command(
    program: &Path,
    target: &Target,
    host: &str,
    state: &Path,
) -> Option<(anyhow::Result<Prepared>, String)> {
    let host = Target::parse(host).ok()?;
    let is_own_machine = host.machines.iter().all(|it| target.machines.contains(it));
    if host.os == target.os && is_own_machine {
        return Some((Ok(Prepared(Program::new(program), None)), NATIVELY.to_owned()));
    }
    match target.os {
        Os::Linux if host.os == Os::Linux => {
            let (emulator, by) = qemu(target)?;
            let mut command = Program::new(emulator);
            // The C library of the other machine, as Debian's cross packages lay it out; musl programs need none.
            let sysroot = PathBuf::from("/usr").join(target.triple.replace("-unknown", ""));
            if sysroot.is_dir() {
                command = command.arg("-L").arg(sysroot);
            }
            Some((Ok(Prepared(command.arg(program), None)), by))
        }
        Os::Windows if host.os == Os::Linux && target.machines == [Architecture::X86_64] => {
            let wine = wine()?;
            Some((wine_command(&wine, program, state), WINE.to_owned()))
        }
        _ => None,
    }
}

fn qemu(target: &Target) -> Option<(PathBuf, String)> {
    let machine = match target.machines {
        [Architecture::Aarch64] => "aarch64",
        [Architecture::Arm] => "arm",
        [Architecture::I386] => "i386",
        [Architecture::X86_64] => "x86_64",
        _ => return None,
    };
    let names = [format!("qemu-{machine}-static"), format!("qemu-{machine}")];
    names
        .into_iter()
        .find_map(|it| Some((environment::find_program(&it)?, it)))
}

fn wine() -> Option<PathBuf> {
    // Debian's wine64 package has no program on `PATH`.
    let debian = || environment::executable(Path::new("/usr/lib/wine/wine64"));
    environment::find_program("wine64")
        .or_else(debian)
        .or_else(|| environment::find_program("wine"))
}

fn wine_command(wine: &Path, program: &Path, state: &Path) -> anyhow::Result<Prepared> {
    let prefix = state.join("wine");
    files::create_dir(&prefix)?;
    let scratch = Scratch::new(state)?;
    let copy = scratch.path().join(program.file_name().unwrap_or_default());
    files::copy(program, &copy)?;
    if let Some(folder) = environment::path_var(WINE_FILES_VARIABLE) {
        for file in files::list(&folder)? {
            files::copy(&file, &scratch.path().join(file.file_name().unwrap_or_default()))?;
        }
    }
    let command = Program::new(wine)
        .arg(copy)
        .env("WINEPREFIX", prefix)
        .env("WINEDEBUG", "-all");
    Ok(Prepared(command, Some(scratch)))
}

fn advice(target: &Target) -> String {
    match (target.os, target.machines) {
        (Os::Linux, _) => "; `apt-get install qemu-user-static` would".to_owned(),
        (Os::Windows, [Architecture::X86_64]) => "; `apt-get install wine64` would".to_owned(),
        _ => String::new(),
    }
}

/// The first word of a text that is a semantic version, a `v` in front and punctuation around it taken away.
fn first_version(text: &str) -> Option<String> {
    text.split(|it: char| it.is_whitespace() || ",;()\"'".contains(it))
        .find_map(|word| {
            let word = word
                .strip_prefix('v')
                .unwrap_or(word)
                .trim_end_matches(['.', ':']);
            Version::parse(word).ok().map(|it| it.to_string())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_in_what_programs_print() {
        let check =
            |text, expected: Option<&str>| assert_eq!(first_version(text).as_deref(), expected, "{text}");
        check("contextlite 0.1.0\n", Some("0.1.0"));
        check("tool v1.2.3-rc.1+abc (built today)", Some("1.2.3-rc.1+abc"));
        check("tool version \"1.2.3\".", Some("1.2.3"));
        check("Hello, world!", None);
        check("port 8080", None);
    }
}
