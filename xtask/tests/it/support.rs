//! Runs the program in folders of its own, with an environment that holds nothing of the user.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use xtask::effect::environment;
use xtask::effect::files::{self, Scratch};
use xtask::effect::process::{Outcome, Program};
use xtask::effect::report::Report;

/// What a run of the program has left.
pub(crate) struct Run {
    /// The exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: Vec<u8>,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Run {
    fn new(outcome: Outcome) -> Run {
        Run {
            code: outcome.status.and_then(|it| it.code()),
            stderr: String::from_utf8_lossy(&outcome.stderr).into_owned(),
            stdout: outcome.stdout,
        }
    }

    /// Standard output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard output as a JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).expect("standard output is a JSON document")
    }

    /// Fails the test, with all that was said, unless the program ended with this exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Run {
        assert_eq!(
            self.code,
            Some(code),
            "stdout: {}\nstderr: {}",
            self.text(),
            self.stderr
        );
        self
    }
}

/// A program with nothing in its environment but the search path, in a folder.
pub(crate) fn clean(program: impl AsRef<OsStr>, dir: &Path) -> Program {
    let kept = environment::all().filter(|(name, _)| {
        let name = name.to_string_lossy().to_ascii_uppercase();
        // Under `cargo xtask coverage` the program must know where its profile goes: in the folder of a test it would
        // be a file too many.
        ["LLVM_PROFILE_FILE", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"].contains(&name.as_str())
    });
    Program::new(program)
        .dir(dir)
        .env_clear()
        .envs(kept)
        .env("LC_ALL", "C")
}

/// Runs `cargo xtask` with these words in a folder.
pub(crate) fn xtask<W: AsRef<OsStr>>(dir: &Path, words: impl IntoIterator<Item = W>) -> Run {
    run(&clean(env!("CARGO_BIN_EXE_xtask"), dir).args(words))
}

/// Runs a program to its end.
pub(crate) fn run(program: &Program) -> Run {
    Run::new(program.output(None).expect("the program can be started"))
}

/// A folder for one test.
pub(crate) fn scratch() -> Scratch {
    Scratch::new(&environment::temp_dir()).expect("the folder for temporary files can be written")
}

/// Writes a file below a folder.
pub(crate) fn put(dir: &Path, name: impl AsRef<Path>, content: &str) -> PathBuf {
    let path = dir.join(name);
    files::write(&path, content.as_bytes()).expect("a scratch folder can be written");
    path
}

/// Whether a program is here; says which test goes without it when it is not.
pub(crate) fn is_here(program: &str, test: &str) -> bool {
    let is_here = environment::find_program(program).is_some();
    if !is_here {
        skipped(test, &format!("`{program}` is not here"));
    }
    is_here
}

/// Says, past the capture of test output, that a test was not run and why.
pub(crate) fn skipped(test: &str, why: &str) {
    Report::quiet().warn(format_args!("skipped: {test}: {why}"));
}
