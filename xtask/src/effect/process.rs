//! Starts programs: words instead of shell text, output read as it comes, ended together on Ctrl-C.
#![expect(clippy::disallowed_methods, reason = "this is the home of processes")]

mod running;
mod unstarted;

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;

pub use running::end_all;
use running::{register, wait, wait_shared};

use crate::effect::report::Report;
use crate::problem::Problem;

/// How often a waiting thread looks whether its program has ended.
const POLL: Duration = Duration::from_millis(2);

/// How much of the output of a program under a limit is read: enough for what is looked for, too little to fill the
/// memory when it talks without end.
const MOST_BYTES: u64 = 1 << 20;

/// How long is waited for what takes a moment: the rest of the output of a program under a limit after its end, a
/// file that was just written.
const PATIENCE: Duration = Duration::from_secs(1);

/// A program with its words, folder and environment; nothing happens until one of the last methods is called.
#[derive(Clone, Debug)]
pub struct Program {
    name: OsString,
    args: Vec<OsString>,
    dir: Option<PathBuf>,
    env: Vec<(OsString, Option<OsString>)>,
    is_env_clear: bool,
}

/// What a program that was run to its end has left.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended; `None` when it was ended for taking too long.
    pub status: Option<ExitStatus>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

impl Outcome {
    /// Whether it ended by itself with exit code 0.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|it| it.success())
    }

    /// How it ended, in words.
    pub fn ending(&self) -> String {
        self.status
            .map_or_else(|| "no end within its time".to_owned(), |it| it.to_string())
    }
}

impl Program {
    /// A program by name (looked up on `PATH`) or path.
    pub fn new(name: impl AsRef<OsStr>) -> Program {
        Program {
            name: name.as_ref().to_owned(),
            args: Vec::new(),
            dir: None,
            env: Vec::new(),
            is_env_clear: false,
        }
    }

    /// Adds one word.
    #[must_use]
    pub fn arg(mut self, word: impl AsRef<OsStr>) -> Program {
        self.args.push(word.as_ref().to_owned());
        self
    }

    /// Adds words.
    #[must_use]
    pub fn args<W: AsRef<OsStr>>(mut self, words: impl IntoIterator<Item = W>) -> Program {
        self.args
            .extend(words.into_iter().map(|it| it.as_ref().to_owned()));
        self
    }

    /// Runs in this folder.
    #[must_use]
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Program {
        self.dir = Some(dir.as_ref().to_owned());
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Program {
        self.env
            .push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    /// Sets variables.
    #[must_use]
    pub fn envs<N: AsRef<OsStr>, V: AsRef<OsStr>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Program {
        for (name, value) in variables {
            self = self.env(name, value);
        }
        self
    }

    /// Takes a variable away.
    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Program {
        self.env.push((name.as_ref().to_owned(), None));
        self
    }

    /// Starts from an empty environment; variables set by [`Program::env`] remain.
    #[must_use]
    pub fn env_clear(mut self) -> Program {
        self.is_env_clear = true;
        self
    }

    /// The command as a person would type it, for messages.
    pub fn shown(&self) -> String {
        let name = Path::new(&self.name).file_name().unwrap_or(&self.name);
        std::iter::once(name)
            .chain(self.args.iter().map(OsString::as_os_str))
            .map(quoted)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Runs it and gives its standard output as text without the last line end; an error holds what it said.
    pub fn read(&self) -> anyhow::Result<String> {
        let outcome = self.output(None)?;
        if !outcome.is_success() {
            return Err(self.failure(&outcome));
        }
        let text = String::from_utf8(outcome.stdout)
            .with_context(|| format!("`{}` printed something that is not UTF-8", self.shown()))?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Runs it with its output collected, ended after `limit`. Only a program that cannot be started is an error.
    pub fn output(&self, limit: Option<Duration>) -> anyhow::Result<Outcome> {
        let mut command = self.command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.spawn(&mut command)?;
        let most = if limit.is_some() { MOST_BYTES } else { u64::MAX };
        let stdout = Collected::new(child.stdout.take(), most);
        let stderr = Collected::new(child.stderr.take(), most);
        let status = wait(child, limit)?;
        // A program that it has left behind may hold the pipes, so under a limit their end is not waited for long.
        let patience = limit.map(|_| PATIENCE);
        Ok(Outcome {
            status,
            stdout: stdout.bytes(patience),
            stderr: stderr.bytes(patience),
        })
    }

    /// Runs it to its end with these bytes as its standard input and its output collected.
    pub fn output_of(&self, input: Vec<u8>) -> anyhow::Result<Outcome> {
        let mut command = self.command();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.spawn(&mut command)?;
        let stdin = child.stdin.take();
        // A program that ends without reading all is judged by its exit code, not by the closed pipe.
        let writer = std::thread::spawn(move || stdin.map(|mut it| it.write_all(&input)));
        let stdout = Collected::new(child.stdout.take(), u64::MAX);
        let stderr = Collected::new(child.stderr.take(), u64::MAX);
        let status = wait(child, None)?;
        let _ = writer.join();
        Ok(Outcome {
            status,
            stdout: stdout.bytes(None),
            stderr: stderr.bytes(None),
        })
    }

    /// Runs it with standard error shown as it comes and gives each line of standard output to `each`.
    pub fn for_each_line(&self, report: Report, mut each: impl FnMut(&str)) -> anyhow::Result<ExitStatus> {
        report.detail(format_args!("$ {}", self.shown()));
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = self.spawn(&mut command)?;
        let stdout = child.stdout.take();
        let shared = register(child);
        for line in stdout.into_iter().flat_map(|it| BufReader::new(it).lines()) {
            match line {
                Ok(line) => each(&line),
                Err(_) => break,
            }
        }
        let status = wait_shared(&shared, None)?;
        status.with_context(|| format!("`{}` did not end", self.shown()))
    }

    /// Runs it with its output shown as it comes, standard output on standard error; fails when it fails.
    pub fn run(&self, report: Report) -> anyhow::Result<()> {
        let status = self.for_each_line(report, |line| report.say(line))?;
        if status.success() {
            return Ok(());
        }
        Err(Problem::new(format!("`{}` failed with {status}", self.shown())).into())
    }

    /// Runs it with this program's own input and output.
    pub fn pass_through(&self) -> anyhow::Result<ExitStatus> {
        let child = self.spawn(&mut self.command())?;
        wait(child, None)?.with_context(|| format!("`{}` did not end", self.shown()))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.name);
        command.args(&self.args);
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        if self.is_env_clear {
            command.env_clear();
        }
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    fn spawn(&self, command: &mut Command) -> anyhow::Result<Child> {
        let name = Path::new(&self.name);
        let told = |error| unstarted::problem(name, self.dir.as_deref(), &self.shown(), error);
        let start = Instant::now();
        loop {
            match command.spawn() {
                // Another thread started a program while this one's file was being written, and until that program
                // has replaced itself it holds the file open for writing. It takes a moment.
                Err(error)
                    if error.kind() == io::ErrorKind::ExecutableFileBusy && start.elapsed() < PATIENCE =>
                {
                    std::thread::sleep(POLL);
                }
                result => return result.map_err(told),
            }
        }
    }

    /// The error about a run that failed, with what it said.
    pub fn failure(&self, outcome: &Outcome) -> anyhow::Error {
        let said = String::from_utf8_lossy(&outcome.stderr);
        let said = said.trim();
        let said = if said.is_empty() {
            String::new()
        } else {
            format!(": {said}")
        };
        Problem::new(format!(
            "`{}` failed with {}{said}",
            self.shown(),
            outcome.ending()
        ))
        .into()
    }
}

/// The CPU seconds, user and system, of all programs that were started and have ended, with those that they started
/// and waited for; `None` where the system does not tell by a file (proc(5), fields 16 and 17 of `stat`).
pub fn children_cpu_s() -> Option<f64> {
    /// `USER_HZ`, which is 100 on every architecture that Rust runs on.
    const TICKS_A_SECOND: f64 = 100.0;
    let text = crate::effect::files::read_text(Path::new("/proc/self/stat")).ok()?;
    // The second field is a name in parentheses that may hold anything.
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(13)? + ticks(14)?) / TICKS_A_SECOND)
}

fn quoted(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let is_plain = !text.is_empty()
        && text
            .chars()
            .all(|it| it.is_alphanumeric() || "-_=./:,@+%".contains(it));
    if is_plain {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// What comes out of a pipe, read by a thread of its own.
struct Collected {
    bytes: Arc<Mutex<Vec<u8>>>,
    thread: std::thread::JoinHandle<()>,
}

impl Collected {
    /// Begins to read, up to so many bytes; the pipe is closed then, which ends most programs.
    fn new(pipe: Option<impl Read + Send + 'static>, most: u64) -> Collected {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&bytes);
        let thread = std::thread::spawn(move || {
            let Some(pipe) = pipe else { return };
            let (mut pipe, mut piece) = (pipe.take(most), vec![0; 1 << 16]);
            loop {
                match pipe.read(&mut piece) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Ok(0) | Err(_) => break,
                    Ok(count) => shared
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend(&piece[..count]),
                }
            }
        });
        Collected { bytes, thread }
    }

    /// What has come until the pipe's end, or in so much time from now.
    fn bytes(self, patience: Option<Duration>) -> Vec<u8> {
        let start = Instant::now();
        while patience.is_some_and(|it| start.elapsed() < it) && !self.thread.is_finished() {
            std::thread::sleep(POLL);
        }
        if patience.is_none() {
            let _ = self.thread.join();
        }
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_as_typed() {
        let program = Program::new("/usr/bin/git").args(["commit", "-m", "it's new", ""]);
        assert_eq!(program.shown(), r"git commit -m 'it'\''s new' ''");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Program::new("no-such-program-here").arg("x").read().unwrap_err();
        let problem = error.downcast::<Problem>().unwrap();
        assert_eq!(
            problem.what,
            "cannot start `no-such-program-here x`: no such program"
        );
        assert_eq!(
            problem.help,
            ["install `no-such-program-here`, or put its folder on the `PATH`"]
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_still_open_for_writing_is_waited_for() {
        use crate::effect::files::{self, Scratch};
        let scratch = Scratch::new(&crate::effect::environment::temp_dir()).unwrap();
        let path = scratch.path().join("program");
        files::write(&path, b"#!/bin/sh\necho started\n").unwrap();
        files::set_mode(&path, 0o755).unwrap();
        let writer = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(POLL * 10);
                drop(writer);
            });
            assert_eq!(Program::new(&path).read().unwrap(), "started");
        });
    }
}
