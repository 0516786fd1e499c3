//! The program that measures coverage: what it needs, and the words it is called with.

use std::path::{Path, PathBuf};

use crate::ci::need;
use crate::effect::environment;
use crate::effect::process::Program;
use crate::problem::{Problem, Problems};
use crate::toolchain::Toolchain;
use crate::workspace::{Workspace, clean_program};

/// The program, <https://github.com/taiki-e/cargo-llvm-cov>.
const PROGRAM: &str = "cargo-llvm-cov";

/// Programs of LLVM that merge and read profiles, each with the variable that names another one.
const READERS: [(&str, &str); 2] = [("llvm-cov", "LLVM_COV"), ("llvm-profdata", "LLVM_PROFDATA")];

/// Variables of a shell in which `cargo llvm-cov show-env` was evaluated: they would send builds and profiles
/// elsewhere.
const INHERITED: [&str; 4] = [
    "CARGO_LLVM_COV",
    "CARGO_LLVM_COV_SHOW_ENV",
    "LLVM_PROFILE_FILE",
    "LLVM_PROFILE_FILE_NAME",
];

/// The program in a workspace, with all that it needs.
#[derive(Clone, Debug)]
pub struct Tool {
    program: PathBuf,
    root: PathBuf,
    build_dir: PathBuf,
}

impl Tool {
    /// Looks for the program and for the readers of the compiler's own LLVM; the error names everything missing.
    pub fn find(workspace: &Workspace) -> anyhow::Result<Tool> {
        let mut problems = Problems::default();
        let program = need::find(workspace, PROGRAM);
        if program.is_none() {
            problems.push(
                Problem::new(format!("cannot find `{PROGRAM}`, which measures coverage"))
                    .help(format!("install it: cargo install --locked {PROGRAM}")),
            );
        }
        let toolchain = Toolchain::load(workspace)?;
        if !has_readers(&toolchain) {
            let name = toolchain.sysroot.file_name().unwrap_or_default();
            problems.push(
                Problem::new(format!(
                    "cannot find the component `llvm-tools` of the toolchain `{}`, which reads coverage",
                    name.display()
                ))
                .help(format!(
                    "install it, in `{}`: rustup component add llvm-tools",
                    workspace.root.display()
                ))
                .help(format!(
                    "or let `LLVM_COV` and `LLVM_PROFDATA` name the programs of LLVM {}",
                    toolchain.llvm
                )),
            );
        }
        problems.into_result()?;
        Ok(Tool {
            program: program.expect("it is no problem"),
            root: workspace.root.clone(),
            build_dir: workspace.target_dir.join("llvm-cov-target"),
        })
    }

    /// Where it builds, and where profiles lie until they are read.
    pub fn build_dir(&self) -> &Path {
        &self.build_dir
    }

    /// Takes away what was measured before, and the packages that would be measured as they were.
    pub fn clean(&self) -> Program {
        self.program().args(["clean", "--workspace"])
    }

    /// Runs the tests of these packages, or of all, and leaves profiles.
    pub fn test(&self, packages: &[String]) -> Program {
        with_packages(self.program().args(["--no-report", "--no-fail-fast"]), packages)
    }

    /// Reads the profiles and writes a report about these packages, or all, with further words that say which.
    pub fn report(&self, packages: &[String], words: &[&str]) -> Program {
        // A program that a test has killed leaves half a profile, which must not spoil the others.
        let report = self.program().args(["report", "--failure-mode", "all"]);
        with_packages(report.args(words), packages)
    }

    fn program(&self) -> Program {
        let program = clean_program(&self.program.to_string_lossy(), &self.root);
        INHERITED
            .iter()
            .fold(program, Program::env_remove)
            .arg("llvm-cov")
            // It would ask whether to install what is missing, or install it.
            .env("CARGO_LLVM_COV_SETUP", "no")
            .env("CARGO_LLVM_COV_TARGET_DIR", &self.build_dir)
            .env("CARGO_LLVM_COV_BUILD_DIR", &self.build_dir)
    }
}

fn with_packages(program: Program, packages: &[String]) -> Program {
    if packages.is_empty() {
        // Left alone, tests and reports keep to the default members.
        return program.arg("--workspace");
    }
    packages
        .iter()
        .fold(program, |program, it| program.args(["--package", it]))
}

fn has_readers(toolchain: &Toolchain) -> bool {
    let dir = toolchain
        .sysroot
        .join("lib/rustlib")
        .join(&toolchain.host)
        .join("bin");
    READERS.iter().all(|(name, variable)| {
        environment::path_var(variable).is_some() || environment::executable(&dir.join(name)).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool() -> Tool {
        Tool {
            program: PathBuf::from("cargo-llvm-cov"),
            root: PathBuf::from("."),
            build_dir: PathBuf::from("target/llvm-cov-target"),
        }
    }

    #[test]
    fn packages_are_words_of_the_tests_and_of_the_reports() {
        let all = tool().test(&[]).shown();
        assert_eq!(
            all,
            "cargo-llvm-cov llvm-cov --no-report --no-fail-fast --workspace"
        );
        let some = ["a".to_owned(), "b".to_owned()];
        assert_eq!(
            tool().test(&some).shown(),
            "cargo-llvm-cov llvm-cov --no-report --no-fail-fast --package a --package b"
        );
        assert_eq!(
            tool().report(&some[..1], &["--lcov"]).shown(),
            "cargo-llvm-cov llvm-cov report --failure-mode all --lcov --package a"
        );
    }
}
